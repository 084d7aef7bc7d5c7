//! Links by which another system leads its own user to a record here. A link grants nothing: it says whom it was made
//! for and about whom, sealed, and whoever follows it is asked who they are and what policy lets them see, as if they
//! had searched. It is good once, for a minute; who followed it has ten more to sign in, in that browser alone.

mod store;

use super::account::{AccountKey, audit_row};
use super::{Actor, session};
use crate::Care;
use crate::db::{DbError, Urgency};
use record::Instant;
use serde::{Deserialize, Serialize};

/// How long a link may wait to be followed, in seconds.
pub const LINK_SECONDS: i64 = 60;
/// How long whoever followed it may take to sign in, in seconds.
pub const CLAIM_SECONDS: i64 = 600;
const PURPOSE: &str = "launch";

/// Whom a link is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whom {
    /// By NHS number.
    Number(String),
    /// By what a sender calls them.
    Local {
        /// The sender's code.
        sender: String,
        /// What it calls them.
        id: String,
    },
}

/// What a link was made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// The system that asked for it.
    pub client: String,
    /// Its user, by their name in this system.
    pub user: String,
    /// The role they work in there, in words.
    pub role: String,
    /// The code of the organisation they work for there.
    pub organisation: String,
    /// About whom.
    pub whom: Whom,
}

/// Keeps what a link is made with, under `token`, fresh randomness from the rim, which alone stands in its address.
/// Whether there is such a user or person is not looked at: the system that asks learns neither.
///
/// # Errors
/// When it could not be kept.
pub fn ask(
    care: &Care,
    key: &AccountKey,
    (system, launch): (&Actor, &Launch),
    token: &str,
    (random, now): ([u8; 32], Instant),
) -> Result<(), DbError> {
    let digest = session::digest(token);
    let text = serde_json::to_vec(launch).map_err(|error| DbError::state(format!("a link: {error}")))?;
    let sealed = key
        .seal((PURPOSE, &owner(&digest)), &text, &random)
        .ok_or_else(|| DbError::state("a link was not sealed"))?;
    let ends = Instant(now.0 + LINK_SECONDS * 1_000_000);
    care.writer().write(Urgency::Waiting, move |conn| {
        store::sweep(conn, now)?;
        store::insert(conn, &digest, &sealed, ends)
    })?;
    let detail = format!("for {}", launch.user);
    care.audit()
        .record(vec![audit_row(system, ("ask for a link", "granted"), detail, now)])
}

/// What a link is sealed for.
fn owner(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Someone follows a link: it is theirs who hold `claim`, fresh randomness from the rim, and nobody else's from now
/// on. `false` when it was followed before, is too old, or never was.
///
/// # Errors
/// When the store fails.
pub fn claim(care: &Care, token: &str, claim: &str, now: Instant) -> Result<bool, DbError> {
    let (digest, claimed) = (session::digest(token), session::digest(claim));
    let ends = Instant(now.0 + CLAIM_SECONDS * 1_000_000);
    care.writer().write(Urgency::Waiting, move |conn| {
        store::claim(conn, &digest, &claimed, (now, ends))
    })
}

/// What the link was made with that this claim is of; `None` when there is none, or no longer.
///
/// # Errors
/// When the store fails.
pub fn claimed(care: &Care, key: &AccountKey, claim: &str, now: Instant) -> Result<Option<Launch>, DbError> {
    let claimed = session::digest(claim);
    let found = care.readers().read(|conn| store::claimed(conn, &claimed, now))?;
    let opened = found.and_then(|(digest, sealed)| key.open((PURPOSE, &owner(&digest)), &sealed));
    Ok(opened.and_then(|text| serde_json::from_slice(&text).ok()))
}

/// Uses a claim up; answers whether it stood.
///
/// # Errors
/// When the store fails.
pub fn spend(care: &Care, claim: &str, now: Instant) -> Result<bool, DbError> {
    let claimed = session::digest(claim);
    care.writer()
        .write(Urgency::Waiting, move |conn| store::spend(conn, &claimed, now))
}

/// Keeps that somebody followed a link that was not made for them.
///
/// # Errors
/// When the audit fails.
pub fn refused(care: &Care, actor: &Actor, launch: &Launch, why: &str, now: Instant) -> Result<(), DbError> {
    let detail = format!("by {} for {}", launch.client, launch.user);
    care.audit()
        .record(vec![audit_row(actor, ("follow a link", why), detail, now)])
}
