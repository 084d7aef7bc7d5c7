//! Who calls a route that systems use: a system by its bearer token, or a person by their session.

use super::session;
use crate::serving::Site;
use axum::http::{HeaderMap, header};
use care::access::Actor;
use care::db::DbError;
use record::OrgCode;

/// Longest token looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 512;

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// As whom.
    pub actor: Actor,
    /// The organisation whose data it sends; `None` when it may name any, or is a person.
    pub sender: Option<OrgCode>,
    /// Whether a browser session answered: such a request may read, and writes only from our own pages.
    pub by_session: bool,
}

/// Why nobody is known to call.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    /// No token and no session, or not ones that are known.
    #[error("nobody is signed in")]
    Nobody,
    /// The store failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Who calls, by `Authorization: Bearer …`, else by the session cookie.
///
/// # Errors
/// [`NotSignedIn`].
pub fn caller(site: &Site, headers: &HeaderMap) -> Result<Caller, NotSignedIn> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        return bearer(site, value.as_bytes()).ok_or(NotSignedIn::Nobody);
    }
    let token = session::read(headers, site.secure_cookies).ok_or(NotSignedIn::Nobody)?;
    let known = care::access::session::of_token(&site.care, token.as_str(), (site.now)())?;
    known
        .signed_in()
        .map(|session| Caller {
            actor: session.actor,
            sender: None,
            by_session: true,
        })
        .ok_or(NotSignedIn::Nobody)
}

fn bearer(site: &Site, value: &[u8]) -> Option<Caller> {
    let (scheme, token) = value.split_at_checked(7)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") || token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let digest = blake3::hash(token.trim_ascii());
    // Comparing BLAKE3 hashes takes the same time wherever they differ.
    let known = site
        .machines
        .iter()
        .find(|machine| blake3::Hash::from_bytes(machine.token_digest) == digest)?;
    Some(Caller {
        actor: known.actor.clone(),
        sender: known.sender.clone(),
        by_session: false,
    })
}
