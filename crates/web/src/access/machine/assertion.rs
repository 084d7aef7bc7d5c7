//! Assertions by which a system shows who it is (RFC 7523, as SMART Backend Services has them): whether one is really
//! that system's, for us, and of now. That none is taken twice is the store's to say.

use super::registered::{Machine, Machines};
use crate::access::provider::tokens::{header, signed};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use care::access::machine::Assertion;
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::Jwk;
use record::Instant;
use serde_json::{Value, json};
use std::sync::{Arc, OnceLock};

/// Signatures that are taken, as the specification has them.
pub const TAKEN: [Algorithm; 2] = [Algorithm::RS384, Algorithm::ES384];
/// Letters of an assertion at most.
const ASSERTION_MAX: usize = 8 * 1024;
/// How long an assertion may still be good, in seconds.
const GOOD_SECONDS_MAX: i64 = 300;
/// How far two clocks may be apart, in seconds. An assertion that is too old by our clock is never taken.
const SKEW_SECONDS: i64 = 5;
/// Letters of an assertion's number at most.
const NUMBER_MAX: usize = 255;

/// Why an assertion is not taken: for the log and the audit. Whoever sent it learns only that it was not.
#[derive(Debug)]
pub struct Refused {
    /// The system it says it is of, when that is registered.
    pub machine: Option<Arc<Machine>>,
    /// What is wrong.
    pub why: &'static str,
}

/// The system that an assertion is of, after everything about it was checked but whether it was used before.
/// `audience` is our token address, and `client` what the form says besides, if anything.
///
/// # Errors
/// See [`Refused`].
pub fn of(
    machines: &Machines,
    audience: &str,
    (assertion, client): (&str, &str),
    now: Instant,
) -> Result<(Arc<Machine>, Assertion), Refused> {
    let nobodys = |why| Refused { machine: None, why };
    if assertion.len() > ASSERTION_MAX {
        return Err(nobodys("too long"));
    }
    let header = header(assertion, &TAKEN).map_err(|_| nobodys("not signed as it must be"))?;
    let said = unproven(assertion).ok_or_else(|| nobodys("it cannot be read"))?;
    let machine = said
        .get("iss")
        .and_then(Value::as_str)
        .and_then(|name| machines.registered(name));
    let not = |why| Refused {
        machine: machine.clone(),
        why,
    };
    let kid = header.kid.as_deref().unwrap_or_default();
    let key = machine.iter().flat_map(|machine| &machine.keys);
    let key = key.into_iter().find(|key| key.common.key_id.as_deref() == Some(kid));
    let Some(key) = key else {
        // The same work, so that the time it takes does not tell whether there is such a system or key.
        let _ = decoy(header.alg).map(|key| signed(assertion, header.alg, key));
        return Err(not("no such key"));
    };
    let claims = signed(assertion, header.alg, key).map_err(|_| not("wrong signature"))?;
    if header.crit.is_some() || header.typ.as_ref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(not("something must be understood that is not"));
    }
    let assertion = check(&claims, (audience, client), now.0.div_euclid(1_000_000)).map_err(not)?;
    match &machine {
        Some(machine) if !machine.suspended => Ok((Arc::clone(machine), assertion)),
        _ => Err(not("suspended")),
    }
}

/// The claims, before anyone knows who made them.
fn unproven(assertion: &str) -> Option<Value> {
    let middle = assertion.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).ok()?).ok()
}

fn check(claims: &Value, (audience, client): (&str, &str), now: i64) -> Result<Assertion, &'static str> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_f64).map(|time| time as i64);
    let subject = text("sub").unwrap_or_default();
    if text("iss") != Some(subject) || !(client.is_empty() || client == subject) {
        return Err("issuer, subject and client are not one");
    }
    let ours = match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => matches!(several.as_slice(), [one] if one == audience),
        _ => false,
    };
    if !ours {
        return Err("made for another service");
    }
    let Some(exp) = time("exp").filter(|exp| now < *exp) else {
        return Err("too old");
    };
    if exp > now.saturating_add(GOOD_SECONDS_MAX + SKEW_SECONDS) {
        return Err("good for too long");
    }
    let later = |name: &str| match claims.get(name) {
        None => false,
        Some(_) => time(name).is_none_or(|at| at > now + SKEW_SECONDS),
    };
    if later("iat") || later("nbf") {
        return Err("not of this time");
    }
    let number = text("jti").filter(|number| !number.is_empty() && number.len() <= NUMBER_MAX);
    Ok(Assertion {
        number: number.ok_or("without a number of its own")?.to_owned(),
        // Another process' clock may be behind ours: it is remembered for longer than anyone would take it.
        ends: Instant((exp + GOOD_SECONDS_MAX) * 1_000_000),
    })
}

/// A key of nobody's.
fn decoy(how: Algorithm) -> Option<&'static Jwk> {
    static RSA: OnceLock<Option<Jwk>> = OnceLock::new();
    static CURVE: OnceLock<Option<Jwk>> = OnceLock::new();
    let (place, key) = match how {
        Algorithm::ES384 => (
            &CURVE,
            // The point that the curve itself names (SEC 2, section 2.5.1).
            json!({"kty": "EC", "crv": "P-384",
                "x": "qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",
                "y": "NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f"}),
        ),
        _ => (
            &RSA,
            json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xff; 256]), "e": "AQAB"}),
        ),
    };
    place.get_or_init(|| serde_json::from_value(key).ok()).as_ref()
}
