//! Which systems are registered: whom each acts as, by which token or keys it is known, and within which scopes.

use care::access::Actor;
use exchange::smart::Scopes;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use record::OrgCode;
use serde_json::Value;
use std::sync::{Arc, PoisonError, RwLock};

/// Keys of one system at most: those of now and those of next.
const KEYS_MAX: usize = 10;
/// Bytes of an RSA modulus at least: 2,048 bits.
const RSA_BYTES_MIN: usize = 256;

/// A system that may send or read without a person signing in.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Its name here: the client id of its assertions.
    pub client: String,
    /// BLAKE3 of the token that it sends as `Authorization: Bearer …`, when it has one; the token is not kept.
    pub token_digest: Option<[u8; 32]>,
    /// The public keys that its assertions are signed with, when it has any.
    pub keys: Vec<Jwk>,
    /// What it may do at all, besides what policy allows; `None` for a token that no scopes were registered for.
    pub scopes: Option<Scopes>,
    /// Whom it acts as.
    pub actor: Actor,
    /// The organisation whose data it sends; `None` when it may name any by the `organisation-code` header.
    pub sender: Option<OrgCode>,
    /// Whether it may ask for links that lead its users to a record.
    pub launches: bool,
    /// Whether it is shut out, with every token that it still has.
    pub suspended: bool,
}

impl Machine {
    /// A system known by this token alone, without scopes.
    pub fn with_token(token: &str, actor: Actor, sender: Option<OrgCode>) -> Self {
        Self {
            client: actor.name.clone(),
            token_digest: Some(*blake3::hash(token.as_bytes()).as_bytes()),
            keys: Vec::new(),
            scopes: None,
            actor,
            sender,
            launches: false,
            suspended: false,
        }
    }
}

/// Every system that is registered, as of now: the list can be replaced while requests are answered.
#[derive(Debug, Default)]
pub struct Machines(RwLock<Arc<[Arc<Machine>]>>);

impl From<Vec<Machine>> for Machines {
    fn from(list: Vec<Machine>) -> Self {
        Self(RwLock::new(list.into_iter().map(Arc::new).collect()))
    }
}

impl Machines {
    /// Puts another list in force at once.
    pub fn replace(&self, list: Vec<Machine>) {
        let list = list.into_iter().map(Arc::new).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = list;
    }

    /// The system of this name, unless it is suspended.
    pub fn named(&self, client: &str) -> Option<Arc<Machine>> {
        self.list()
            .iter()
            .find(|one| one.client == client && !one.suspended)
            .cloned()
    }

    /// The system of this name, suspended or not.
    pub(super) fn registered(&self, client: &str) -> Option<Arc<Machine>> {
        self.list().iter().find(|one| one.client == client).cloned()
    }

    /// The system whose token has this digest, unless it is suspended.
    pub(super) fn by_digest(&self, digest: &blake3::Hash) -> Option<Arc<Machine>> {
        // Comparing BLAKE3 hashes takes the same time wherever they differ.
        let is = |one: &&Arc<Machine>| {
            let known = one.token_digest.map(blake3::Hash::from_bytes);
            !one.suspended && known.is_some_and(|known| known == *digest)
        };
        self.list().iter().find(is).cloned()
    }

    fn list(&self) -> Arc<[Arc<Machine>]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads a set of public keys (RFC 7517): RSA of 2,048 bits or more, or on the curve P-384; each with a name of its
/// own.
///
/// # Errors
/// What is wrong, in words.
pub fn keys(text: &str) -> Result<Vec<Jwk>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("the keys are not JSON: {error}"))?;
    let set: JwkSet = serde_json::from_value(value.clone()).map_err(|error| format!("the keys: {error}"))?;
    let all = value
        .get("keys")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    if all
        .iter()
        .any(|key| ["d", "p", "q", "k"].iter().any(|part| key.get(part).is_some()))
    {
        return Err(
            "a key is private: only the system itself may have that. Make new keys, and give the public one".into(),
        );
    }
    if set.keys.is_empty() || set.keys.len() > KEYS_MAX {
        return Err(format!("there must be between 1 and {KEYS_MAX} keys"));
    }
    for (at, key) in set.keys.iter().enumerate() {
        let named = key.common.key_id.as_deref().filter(|kid| !kid.is_empty());
        let named = named.ok_or_else(|| format!("key {} has no name (kid)", at + 1))?;
        let others = set.keys.iter().filter(|other| other.common.key_id == key.common.key_id);
        if others.count() > 1 {
            return Err(format!("two keys are named {named}"));
        }
        fits(key).map_err(|words| format!("key {named}: {words}"))?;
    }
    Ok(set.keys)
}

fn fits(key: &Jwk) -> Result<(), &'static str> {
    use base64::Engine;
    let common = &key.common;
    if common
        .public_key_use
        .as_ref()
        .is_some_and(|used| *used != PublicKeyUse::Signature)
    {
        return Err("it is not for signatures");
    }
    let how = match &key.algorithm {
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P384 => KeyAlgorithm::ES384,
        AlgorithmParameters::RSA(rsa) => {
            let modulus = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&rsa.n);
            if modulus.map_or(0, |modulus| modulus.len()) < RSA_BYTES_MIN {
                return Err("RSA must have 2,048 bits or more");
            }
            KeyAlgorithm::RS384
        }
        _ => return Err("it must be RSA, or of the curve P-384"),
    };
    match common.key_algorithm {
        Some(said) if said != how => Err("it is for another kind of signature than RS384 or ES384"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const X: &str = "qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3";
    const Y: &str = "NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f";

    #[test]
    fn only_public_keys_that_are_strong_enough_and_have_names_are_taken() {
        let good = json!({"kty": "EC", "crv": "P-384", "kid": "a", "alg": "ES384", "use": "sig", "x": X, "y": Y});
        let with = |name: &str, value: Value| {
            let mut key = good.clone();
            key[name] = value;
            json!({"keys": [key]}).to_string()
        };
        assert_eq!(keys(&with("kid", json!("a"))).map(|keys| keys.len()), Ok(1));
        let rsa = |letters: usize| {
            let n = "_".repeat(letters - 1) + if letters % 4 == 2 { "w" } else { "_" };
            json!({"keys": [{"kty": "RSA", "kid": "r", "n": n, "e": "AQAB"}]}).to_string()
        };
        assert!(keys(&rsa(342)).is_ok() && keys(&rsa(340)).is_err());
        for wrong in [
            with("kid", Value::Null),
            with("kid", json!("")),
            with("d", json!("AAAA")),
            with("crv", json!("P-256")),
            with("alg", json!("ES256")),
            with("alg", json!("HS384")),
            with("use", json!("enc")),
            json!({"keys": []}).to_string(),
            json!({"keys": [good, good]}).to_string(),
            json!({"keys": [{"kty": "oct", "kid": "s", "k": "AAAA"}]}).to_string(),
            "{}".to_owned(),
            "keys".to_owned(),
        ] {
            assert!(keys(&wrong).is_err(), "{wrong}");
        }
    }
}
