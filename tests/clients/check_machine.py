"""Asks a running server for tokens as other systems do: with Authlib and PyJWT, the PyPI packages.

usage: check_machine.py keys FOLDER            makes two keys and FOLDER/machines.toml, which the server is started with
       check_machine.py BASE_URL FOLDER        asks, reads and sends; prints one line a check; exits 1 when one fails
       check_machine.py BASE_URL FOLDER speed  how many tokens a second eight askers are given
"""

import concurrent.futures
import json
import pathlib
import sys
import threading
import time
import uuid

import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SYSTEMS = {"pas": ("RS384", "reader", "system/*.rs"), "ward": ("ES384", "sender", "system/Flag.cu system/Patient.cu")}


def make_keys(folder):
    lines = []
    for name, (how, role, scopes) in SYSTEMS.items():
        key = rsa.generate_private_key(65537, 3072) if how == "RS384" else ec.generate_private_key(ec.SECP384R1())
        form = serialization.PrivateFormat.PKCS8
        pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
        public = jwt.get_algorithm_by_name(how).to_jwk(key.public_key(), as_dict=True)
        public.pop("key_ops", None)
        (folder / f"{name}.jwks").write_text(json.dumps({"keys": [public | {"kid": f"{name}-1", "use": "sig", "alg": how}]}))
        lines += ["[[machine]]", f'name = "{name}"', f'role = "{role}"', f'scopes = "{scopes}"']
        lines += [f'jwks-file = "{folder}/{name}.jwks"', 'organisation = "RBD"', ""]
    (folder / "machines.toml").write_text("\n".join(lines))


class Check:
    def __init__(self):
        self.failed = 0

    def that(self, name, holds, why=""):
        self.failed += 0 if holds else 1
        print(("ok    " if holds else "WRONG ") + name + ("" if holds else f": {why}"))


def assertion(base, folder, name, **other):
    now = int(time.time())
    claims = {"iss": name, "sub": name, "aud": f"{base}/token", "exp": now + 240, "iat": now, "jti": str(uuid.uuid4())}
    how = SYSTEMS[name][0]
    return jwt.encode(claims | other, (folder / f"{name}.pem").read_bytes(), how, headers={"kid": f"{name}-1"})


def asked(base, shown, scope):
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": shown, "scope": scope}
    return requests.post(f"{base}/token", data=form, timeout=20)


def by_authlib(base, folder, name, scope):
    """Authlib signs and asks by itself; it is told only where, and by which key."""
    how = SYSTEMS[name][0]
    said = requests.get(f"{base}/fhir/.well-known/smart-configuration", timeout=20).json()
    client = OAuth2Session(name, (folder / f"{name}.pem").read_text(), scope=scope, token_endpoint_auth_method="private_key_jwt")
    to = said["token_endpoint"]
    # By itself it makes assertions that are good for an hour, which the specification does not allow.
    soon = {"exp": int(time.time()) + 240}
    client.register_client_auth_method(PrivateKeyJWT(to, claims=soon, headers={"kid": f"{name}-1"}, alg=how))
    client.fetch_token(to, grant_type="client_credentials")
    return client


def checks(base, folder):
    check = Check()
    for name, (how, _, scopes) in SYSTEMS.items():
        try:
            token = by_authlib(base, folder, name, scopes).token
            check.that(f"Authlib is given a token by {how}", token["token_type"].lower() == "bearer" and token["scope"] == scopes, token)
        except Exception as error:  # whatever the library raises is what it found
            check.that(f"Authlib is given a token by {how}", False, error)
        answer = asked(base, assertion(base, folder, name), scopes)
        check.that(f"PyJWT's {how} is taken", answer.status_code == 200, answer.text)
    reader = by_authlib(base, folder, "pas", "system/*.rs")
    found = reader.post(f"{base}/fhir/Patient/_search", data={"family": "Loveless", "birthdate": "1945-03-06"}, timeout=20)
    check.that("a reader searches", found.status_code == 200, found.text)
    ward = by_authlib(base, folder, "ward", SYSTEMS["ward"][2])
    flag = {"resourceType": "Flag", "id": "f", "status": "active", "code": {"text": "Falls"}, "subject": {"reference": "Patient/1"}}
    sent = ward.put(f"{base}/fhir/Flag/f", json=flag, headers={"Content-Type": "application/fhir+json"}, timeout=20)
    check.that("a sender sends", sent.status_code in (200, 201), sent.text)
    refused = ward.put(f"{base}/fhir/Condition/c", json=flag | {"resourceType": "Condition", "id": "c"}, timeout=20)
    check.that("beyond its scopes it is refused", refused.status_code == 403, refused.text)
    now = int(time.time())
    once = assertion(base, folder, "pas")
    asked(base, once, "system/*.rs")
    for what, shown, scope, error in [
        ("a second time", once, "system/*.rs", "invalid_client"),
        ("made for another", assertion(base, folder, "pas", aud=f"{base}/other"), "system/*.rs", "invalid_client"),
        ("too old", assertion(base, folder, "pas", exp=now - 1), "system/*.rs", "invalid_client"),
        ("good for too long", assertion(base, folder, "pas", exp=now + 3600), "system/*.rs", "invalid_client"),
        ("of another system", assertion(base, folder, "pas", iss="ward", sub="ward"), "system/*.rs", "invalid_client"),
        ("not signed", jwt.encode({"iss": "pas", "sub": "pas"}, None, "none"), "system/*.rs", "invalid_client"),
        ("for a scope of version 1", assertion(base, folder, "pas"), "system/*.read", "invalid_scope"),
        ("for what it is not registered for", assertion(base, folder, "pas"), "system/Flag.cud", "invalid_scope"),
    ]:
        answer = asked(base, shown, scope)
        check.that(f"an assertion {what} is refused", answer.status_code == 400 and answer.json()["error"] == error, answer.text)
    return check.failed


def speed(base, folder):
    held = threading.local()

    def ask(shown, scope):
        held.session = getattr(held, "session", None) or requests.Session()
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": shown, "scope": scope}
        return held.session.post(f"{base}/token", data=form, timeout=20).status_code == 200

    for name, (how, _, scope) in SYSTEMS.items():
        made = [assertion(base, folder, name) for _ in range(300)]
        begun = time.time()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            good = sum(pool.map(lambda one: ask(one, scope), made))
        print(f"{how}: {good} of {len(made)} tokens given, {good / (time.time() - begun):.0f} a second", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "keys":
        make_keys(pathlib.Path(sys.argv[2]))
    elif sys.argv[3:] == ["speed"]:
        speed(sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2]))
    else:
        sys.exit(1 if checks(sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2])) else 0)
