// An identity provider for tests: the certified npm package oidc-provider, with invented people. It prints one line
// of JSON: its issuer, and the key that the client `chesil-key` signs with. Whoever asks says who they are in the
// header X-Person, as nobody would in earnest.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const back = process.argv[2];
const people = {
  nurse: { name: "Nia Marlow", role_code: "R8000", org_code: "RDY" },
  steward: { name: "Ruth Abbotsbury", role_code: "R8008", org_code: "QVV" },
  wizard: { name: "Merle Wizard", role_code: "R0000", org_code: "RDY" },
  stray: { name: "Stan Stray", role_code: "R8000", org_code: "XXXXX" },
};
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const client = { redirect_uris: [back], response_types: ["code"], grant_types: ["authorization_code"] };

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: "chesil", client_secret: "invented secret of the tests" },
      {
        ...client,
        client_id: "chesil-key",
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "RS512",
        jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "ours", use: "sig", alg: "RS512" }] },
      },
    ],
    pkce: { required: () => true },
    acrValues: ["high"],
    enabledJWA: { clientAuthSigningAlgValues: ["RS256", "RS512"] },
    claims: { openid: ["sub"], profile: ["name"], care: ["role_code", "org_code"], acr: null },
    // For the client with the shared secret claims stand in the ID token; for the other only in userinfo.
    conformIdTokenClaims: process.argv[3] === "userinfo",
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["invented key of the tests"] },
    findAccount: (_, sub) => people[sub] && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile care");
      await grant.save();
      return grant;
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    const login = { accountId: request.headers["x-person"], acr: "high", amr: ["otp"] };
    return provider.interactionFinished(request, response, { login }).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  console.log(JSON.stringify({ issuer, key }));
});
