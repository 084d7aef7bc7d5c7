//! Other systems: the tokens they read and send by, and that no assertion of theirs is taken twice. Which systems
//! there are, and by which keys they are known, is the rim's to say.

mod store;

use super::account::audit_row;
use super::{Actor, session};
use crate::Care;
use crate::db::{DbError, Urgency};
use record::Instant;

/// How long an access token is good, in seconds.
pub const TOKEN_SECONDS: i64 = 300;

/// An assertion that was checked, and is now to be taken once.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Its number (`jti`), as its maker gave it.
    pub number: String,
    /// From when on it is too old to be taken by anyone.
    pub ends: Instant,
}

/// What a token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The system it was given to.
    pub client: String,
    /// The scopes that were granted, as they were written.
    pub scopes: String,
}

/// Takes an assertion of a system and keeps `token`, fresh randomness from the rim, for [`TOKEN_SECONDS`]. `false`
/// when that assertion was taken before, here or by another process; then no token is good. The audit has its row
/// before this returns, whichever way it went.
///
/// # Errors
/// When the store fails; no token is good then.
pub fn begin(
    care: &Care,
    (actor, client): (&Actor, &str),
    assertion: &Assertion,
    (token, scopes): (&str, &str),
    now: Instant,
) -> Result<bool, DbError> {
    let once = once(client, &assertion.number);
    let (until, ends) = (assertion.ends, Instant(now.0 + TOKEN_SECONDS * 1_000_000));
    let digest = session::digest(token);
    let (client, granted) = (client.to_owned(), scopes.to_owned());
    let fresh = care.writer().write(Urgency::Waiting, move |conn| {
        store::sweep(conn, now)?;
        if !store::take(conn, &once, until)? {
            return Ok::<_, DbError>(false);
        }
        store::insert(conn, &digest, (&client, &granted), ends)?;
        Ok(true)
    })?;
    let outcome = if fresh { "granted" } else { "an assertion used before" };
    care.audit()
        .record(vec![audit_row(actor, ("token", outcome), scopes.to_owned(), now)])?;
    Ok(fresh)
}

/// What of an assertion is remembered: two systems may give the same number.
fn once(client: &str, number: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("chesil 2026-11 assertions of systems");
    hasher.update(&(client.len() as u64).to_le_bytes());
    hasher.update(client.as_bytes()).update(number.as_bytes());
    *hasher.finalize().as_bytes()
}

/// What a token allows now; `None` when it is none, or was.
///
/// # Errors
/// When the store fails.
pub fn of_token(care: &Care, token: &str, now: Instant) -> Result<Option<Held>, DbError> {
    let digest = session::digest(token);
    let found = care.readers().read(|conn| store::find(conn, &digest))?;
    Ok(found.filter(|(_, ends)| now.0 < *ends).map(|(held, _)| held))
}

/// Keeps that a system was refused before anything was looked at: an assertion that is not good, or something beyond
/// its scopes. `why` names no person and repeats nothing that was sent.
///
/// # Errors
/// When the audit fails.
pub fn refused(care: &Care, actor: &Actor, act: &str, why: &str, now: Instant) -> Result<(), DbError> {
    care.audit()
        .record(vec![audit_row(actor, (act, why), String::new(), now)])
}
