//! Tokens of an identity provider: whether one is really its, for us, for this sign-in, and of now.
//!
//! `jsonwebtoken` takes tokens and key sets apart and sees that a key is used only for its own kind of signature;
//! `ring`, which TLS brings with it, checks signatures. Times are compared with the `now` that is passed in.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey, Header, Validation};
use record::Instant;
use ring::signature as with;
use serde_json::Value;

/// Signatures that are taken: none with a shared secret, and never none at all.
const TAKEN: [Algorithm; 8] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
];
/// How far two clocks may be apart, in seconds.
const SKEW: i64 = 60;
/// Letters of a token at most.
const TOKEN_MAX: usize = 64 * 1024;

/// What a token must be.
pub struct Wanted<'a> {
    /// Who made it.
    pub issuer: &'a str,
    /// Whom for.
    pub client: &'a str,
    /// The word that this sign-in was begun with.
    pub nonce: &'a str,
    /// How sure the provider must be; any of these, or whatever it likes when there is none.
    pub assurance: &'a [String],
    /// The claim that says so.
    pub assurance_claim: &'a str,
    /// Whether the person must have shown who they are a moment ago.
    pub afresh: bool,
}

/// Why a token is not taken. For the log: a page says only that signing in failed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    /// No key of the provider's has the name that the token gives; its keys may have changed.
    #[error("no such key")]
    NoKey,
    /// It is not what it must be.
    #[error("{0}")]
    Not(String),
}

fn not<T>(why: &str) -> Result<T, Refused> {
    Err(Refused::Not(why.to_owned()))
}

/// The claims of an ID token, after everything about it was checked (OpenID Connect Core, section 3.1.3.7).
///
/// # Errors
/// See [`Refused`].
pub fn claims(token: &str, keys: &JwkSet, wanted: &Wanted<'_>, now: Instant) -> Result<Value, Refused> {
    let header = header(token, &TAKEN)?;
    let key = match &header.kid {
        Some(kid) => keys.find(kid).ok_or(Refused::NoKey)?,
        None => match keys.keys.as_slice() {
            [only] => only,
            _ => return not("it does not say which key it was signed with"),
        },
    };
    let claims = signed(token, header.alg, key)?;
    check(&claims, wanted, now.0.div_euclid(1_000_000))?;
    Ok(claims)
}

/// What a token says before what it claims, when it is short enough and signed in one of these ways.
///
/// # Errors
/// See [`Refused`].
pub(in crate::access) fn header(token: &str, taken: &[Algorithm]) -> Result<Header, Refused> {
    if token.len() > TOKEN_MAX {
        return not("too long");
    }
    let header = jsonwebtoken::decode_header(token).map_err(|error| Refused::Not(error.to_string()))?;
    match taken.contains(&header.alg) {
        true => Ok(header),
        false => not("signed in a way that is not taken"),
    }
}

/// The claims of a token that this key signed in this way. None of them is looked at.
///
/// # Errors
/// See [`Refused`].
pub(in crate::access) fn signed(token: &str, how: Algorithm, key: &Jwk) -> Result<Value, Refused> {
    // Another provider of signatures in this process would be one that somebody chose on purpose.
    let _ = PROVIDER.install_default();
    let used = key.common.public_key_use.as_ref();
    if used.is_some_and(|used| *used != PublicKeyUse::Signature) {
        return not("the key is not for signatures");
    }
    let key = DecodingKey::from_jwk(key).map_err(|error| Refused::Not(error.to_string()))?;
    let mut validation = Validation::new(how);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoded = jsonwebtoken::decode::<Value>(token, &key, &validation);
    decoded
        .map(|decoded| decoded.claims)
        .map_err(|error| Refused::Not(error.to_string()))
}

fn check(claims: &Value, wanted: &Wanted<'_>, now: i64) -> Result<(), Refused> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_f64).map(|time| time as i64);
    if text("iss") != Some(wanted.issuer) {
        return not("another issuer");
    }
    let ours = match claims.get("aud") {
        Some(Value::String(one)) => one == wanted.client,
        // With several, it must say that we are the one it was made for.
        Some(Value::Array(several)) => {
            several.iter().any(|one| one == wanted.client) && (several.len() == 1 || text("azp") == Some(wanted.client))
        }
        _ => false,
    };
    if !ours || text("azp").is_some_and(|azp| azp != wanted.client) {
        return not("made for another service");
    }
    match time("exp") {
        Some(exp) if now < exp + SKEW => {}
        _ => return not("too old"),
    }
    if time("iat").is_none_or(|iat| iat > now + SKEW) || time("nbf").is_some_and(|nbf| nbf > now + SKEW) {
        return not("not of this time");
    }
    let nonce = text("nonce").map(|nonce| blake3::hash(nonce.as_bytes()));
    if wanted.nonce.is_empty() || nonce != Some(blake3::hash(wanted.nonce.as_bytes())) {
        return not("not of this sign-in");
    }
    let sure = |acr: &str| wanted.assurance.iter().any(|one| one == acr);
    if !wanted.assurance.is_empty() && !text(wanted.assurance_claim).is_some_and(sure) {
        return not("the provider is not sure enough");
    }
    if wanted.afresh && time("auth_time").is_none_or(|at| at < now - 5 * SKEW) {
        return not("not shown afresh");
    }
    if text("sub").is_none_or(str::is_empty) {
        return not("of nobody");
    }
    Ok(())
}

/// Checks signatures with `ring`.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_: &Algorithm, _: &EncodingKey| -> Result<Box<dyn JwtSigner>, Error> {
        Err(ErrorKind::InvalidAlgorithm.into())
    },
    verifier_factory: |algorithm, key| Ok(Box::new(ByRing(*algorithm, key.clone())) as Box<dyn JwtVerifier>),
    key_utils: KeyUtils::new_unimplemented(),
};

struct ByRing(Algorithm, DecodingKey);

impl JwtVerifier for ByRing {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}

impl Verifier<Vec<u8>> for ByRing {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> Result<(), signature::Error> {
        let rsa = |how: &'static with::RsaParameters| match self.1.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => with::RsaPublicKeyComponents { n, e }
                .verify(how, message, signed)
                .is_ok(),
            DecodingKeyKind::SecretOrDer(_) => false,
        };
        let curve = |how: &'static with::EcdsaVerificationAlgorithm| match self.1.kind() {
            DecodingKeyKind::SecretOrDer(point) if self.1.family() == AlgorithmFamily::Ec => {
                with::UnparsedPublicKey::new(how, point).verify(message, signed).is_ok()
            }
            _ => false,
        };
        let good = match self.0 {
            Algorithm::RS256 => rsa(&with::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::RS384 => rsa(&with::RSA_PKCS1_2048_8192_SHA384),
            Algorithm::RS512 => rsa(&with::RSA_PKCS1_2048_8192_SHA512),
            Algorithm::PS256 => rsa(&with::RSA_PSS_2048_8192_SHA256),
            Algorithm::PS384 => rsa(&with::RSA_PSS_2048_8192_SHA384),
            Algorithm::PS512 => rsa(&with::RSA_PSS_2048_8192_SHA512),
            Algorithm::ES256 => curve(&with::ECDSA_P256_SHA256_FIXED),
            Algorithm::ES384 => curve(&with::ECDSA_P384_SHA384_FIXED),
            _ => false,
        };
        if good { Ok(()) } else { Err(signature::Error::new()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use ring::signature::KeyPair;
    use serde_json::json;

    const NOW: i64 = 1_793_534_400;

    struct Maker {
        pair: with::EcdsaKeyPair,
        keys: JwkSet,
    }

    impl Maker {
        fn new() -> Self {
            let random = ring::rand::SystemRandom::new();
            let how = &with::ECDSA_P256_SHA256_FIXED_SIGNING;
            let made = with::EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
            let pair = with::EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).unwrap();
            let point = pair.public_key().as_ref().to_vec();
            let keys = json!({"keys": [{
                "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256",
                "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..]),
            }]});
            let keys = serde_json::from_value(keys).unwrap();
            Self { pair, keys }
        }

        fn token(&self, header: Value, claims: &Value) -> String {
            let part = |value: &Value| BASE64.encode(value.to_string());
            let message = format!("{}.{}", part(&header), part(claims));
            let random = ring::rand::SystemRandom::new();
            let signed = self.pair.sign(&random, message.as_bytes()).unwrap();
            format!("{message}.{}", BASE64.encode(signed.as_ref()))
        }
    }

    fn good() -> Value {
        json!({"iss": "https://id.example.org", "aud": "chesil", "sub": "s1", "nonce": "n1", "acr": "high",
               "exp": NOW + 300, "iat": NOW, "auth_time": NOW})
    }

    fn header() -> Value {
        json!({"alg": "ES256", "kid": "k1", "typ": "JWT"})
    }

    fn take(maker: &Maker, token: &str) -> Result<Value, Refused> {
        let wanted = Wanted {
            issuer: "https://id.example.org",
            client: "chesil",
            nonce: "n1",
            assurance: &["high".to_owned()],
            assurance_claim: "acr",
            afresh: true,
        };
        claims(token, &maker.keys, &wanted, Instant(NOW * 1_000_000))
    }

    #[test]
    fn a_token_is_taken_only_when_all_of_it_is_right() {
        let maker = Maker::new();
        let right = maker.token(header(), &good());
        assert_eq!(take(&maker, &right).unwrap()["sub"], "s1");
        let several = json!(["chesil", "other"]);
        for (claim, value, taken) in [
            ("iss", json!("https://id.example.com"), false),
            ("aud", json!("other"), false),
            ("aud", several.clone(), false),
            ("aud", json!(["chesil"]), true),
            ("azp", json!("other"), false),
            ("azp", json!("chesil"), true),
            ("exp", json!(NOW - 59), true),
            ("exp", json!(NOW - 60), false),
            ("exp", json!("tomorrow"), false),
            ("exp", Value::Null, false),
            ("iat", json!(NOW + 60), true),
            ("iat", json!(NOW + 61), false),
            ("nbf", json!(NOW + 61), false),
            ("nonce", json!("n2"), false),
            ("nonce", Value::Null, false),
            ("acr", json!("low"), false),
            ("auth_time", json!(NOW - 301), false),
            ("sub", json!(""), false),
        ] {
            let mut claims = good();
            claims[claim] = value.clone();
            let took = take(&maker, &maker.token(header(), &claims));
            assert_eq!(took.is_ok(), taken, "{claim} {value}: {took:?}");
        }
    }

    #[test]
    fn a_token_signed_by_another_or_by_nobody_is_not_taken() {
        let (maker, other) = (Maker::new(), Maker::new());
        assert!(take(&maker, &other.token(header(), &good())).is_err());
        let right = maker.token(header(), &good());
        let (message, signed) = right.rsplit_once('.').unwrap();
        let (head, _) = message.split_once('.').unwrap();
        let mut changed = good();
        changed["sub"] = json!("s2");
        let changed = BASE64.encode(changed.to_string());
        for forged in [
            format!("{head}.{changed}.{signed}"),
            format!("{message}."),
            message.to_owned(),
        ] {
            assert!(take(&maker, &forged).is_err(), "{forged}");
        }
        for alg in ["none", "None", "HS256", "RS256", "ES384"] {
            let forged = maker.token(json!({"alg": alg, "kid": "k1"}), &good());
            assert!(take(&maker, &forged).is_err(), "{alg}");
        }
        let elsewhere = maker.token(json!({"alg": "ES256", "kid": "k9"}), &good());
        assert_eq!(take(&maker, &elsewhere), Err(Refused::NoKey));
        assert!(take(&maker, &"x".repeat(TOKEN_MAX + 1)).is_err());
    }
}
