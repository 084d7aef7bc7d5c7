//! Who calls a route that systems use: a system by its bearer token, or a person by their session. A token is one that
//! was registered with the system, or one that it was given at `/token` a few minutes ago.

pub mod assertion;
pub mod registered;
pub mod token;

use super::session::{self, SessionToken};
use crate::serving::Site;
use axum::http::{HeaderMap, header};
use care::access::Actor;
use care::db::DbError;
use exchange::smart::{Right, Scopes};
use record::OrgCode;
use registered::Machine;
use std::sync::Arc;

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
    /// What the token allows at all; `None` when it has no scopes, and policy alone decides.
    pub scopes: Option<Scopes>,
    /// The system, when one calls.
    pub machine: Option<Arc<Machine>>,
}

impl Caller {
    /// Whether the token allows something of resources of this type. Policy is asked besides, never instead.
    pub fn allows(&self, kind: &str, right: Right) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.allow(kind, right))
    }

    /// Whether the token allows something of resources of every type.
    pub fn allows_all(&self, right: Right) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.allow_all(right))
    }
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
        return bearer(site, value.as_bytes())?.ok_or(NotSignedIn::Nobody);
    }
    let token = session::read(headers, site.secure_cookies).ok_or(NotSignedIn::Nobody)?;
    let known = care::access::session::of_token(&site.care, token.as_str(), (site.now)())?;
    known
        .signed_in()
        .map(|session| Caller {
            actor: session.actor,
            sender: None,
            by_session: true,
            scopes: None,
            machine: None,
        })
        .ok_or(NotSignedIn::Nobody)
}

fn bearer(site: &Site, value: &[u8]) -> Result<Option<Caller>, DbError> {
    let Some((scheme, token)) = value.split_at_checked(7) else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case(b"bearer ") || token.len() > TOKEN_BYTES_MAX {
        return Ok(None);
    }
    let token = token.trim_ascii();
    if let Some(known) = site.machines.by_digest(&blake3::hash(token)) {
        let scopes = known.scopes.clone();
        return Ok(Some(as_machine(known, scopes)));
    }
    given(site, token)
}

/// The system whose token this is now.
///
/// # Errors
/// When the store fails.
pub(crate) fn system_of(site: &Site, token: &[u8]) -> Result<Option<Arc<Machine>>, DbError> {
    if let Some(known) = site.machines.by_digest(&blake3::hash(token)) {
        return Ok(Some(known));
    }
    Ok(given(site, token)?.and_then(|caller| caller.machine))
}

/// A token that was given at `/token`: its system must still be registered, and not be suspended, and no more is
/// allowed than is registered now.
fn given(site: &Site, token: &[u8]) -> Result<Option<Caller>, DbError> {
    let Some(token) = std::str::from_utf8(token).ok().and_then(SessionToken::parse) else {
        return Ok(None);
    };
    let Some(held) = care::access::machine::of_token(&site.care, token.as_str(), (site.now)())? else {
        return Ok(None);
    };
    let Some(known) = site.machines.named(&held.client) else {
        return Ok(None);
    };
    let granted = Scopes::parse(&held.scopes).unwrap_or_default();
    let registered = known.scopes.clone().unwrap_or_default();
    Ok(Some(as_machine(known, Some(granted.and(&registered)))))
}

fn as_machine(known: Arc<Machine>, scopes: Option<Scopes>) -> Caller {
    Caller {
        actor: known.actor.clone(),
        sender: known.sender.clone(),
        by_session: false,
        scopes,
        machine: Some(known),
    }
}
