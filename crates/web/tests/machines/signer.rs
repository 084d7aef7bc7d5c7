//! A system's key, and what can be made with it, rightly and wrongly.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{self as with, KeyPair};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// A key on P-384, with a name.
pub struct Signer {
    pair: with::EcdsaKeyPair,
    kid: String,
}

/// A number that no other assertion has.
pub fn number() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("n{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A part of a token.
pub fn part(value: &Value) -> String {
    BASE64.encode(value.to_string())
}

impl Signer {
    /// A fresh key of this name.
    pub fn new(kid: &str) -> Self {
        let random = ring::rand::SystemRandom::new();
        let how = &with::ECDSA_P384_SHA384_FIXED_SIGNING;
        let made = with::EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        Self {
            pair: with::EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).unwrap(),
            kid: kid.to_owned(),
        }
    }

    /// The public half, as a system gives it.
    pub fn public(&self) -> String {
        let point = self.pair.public_key().as_ref();
        let key = json!({"kty": "EC", "crv": "P-384", "kid": self.kid, "use": "sig", "alg": "ES384",
            "x": BASE64.encode(&point[1..49]), "y": BASE64.encode(&point[49..])});
        json!({ "keys": [key] }).to_string()
    }

    /// As a good system signs.
    pub fn signed(&self, claims: &Value) -> String {
        self.with(json!({"alg": "ES384", "kid": self.kid, "typ": "JWT"}), claims)
    }

    /// Signed by this key, whatever the header says.
    pub fn with(&self, header: Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(&header), part(claims));
        let random = ring::rand::SystemRandom::new();
        let signed = self.pair.sign(&random, message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64.encode(signed.as_ref()))
    }

    /// Not signed at all.
    pub fn unsigned(&self, claims: &Value) -> String {
        format!("{}.{}.", part(&json!({"alg": "none", "kid": self.kid})), part(claims))
    }

    /// Signed with what everybody knows, as if it were a secret.
    pub fn by_public_key(&self, claims: &Value) -> String {
        let message = format!("{}.{}", part(&json!({"alg": "HS256", "kid": self.kid})), part(claims));
        let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, self.pair.public_key().as_ref());
        format!(
            "{message}.{}",
            BASE64.encode(ring::hmac::sign(&secret, message.as_bytes()).as_ref())
        )
    }
}
