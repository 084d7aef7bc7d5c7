//! `POST /$ingest`.

use super::message::{Fate, reply};
use crate::access::machine::{self, NotSignedIn};
use crate::serving::{Shared, Site, blocking};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use care::access::{self, AccessError, Act};
use exchange::hl7::MESSAGE_BYTES_MAX;
use exchange::smart::Right;
use record::OrgCode;
use std::sync::Arc;

/// The route.
pub fn router() -> Router<Arc<Site>> {
    // A little more than a message may have, so that one that is too long is answered by an acknowledgement.
    Router::new()
        .route("/$ingest", post(ingest))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX + 1024))
}

async fn ingest(State(site): Shared, headers: HeaderMap, body: Bytes) -> Response {
    match blocking(move || Ok::<_, AccessError>(answered(&site, &headers, &body))).await {
        Ok(response) => response,
        Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, "Not kept. Send it again later."),
    }
}

fn answered(site: &Site, headers: &HeaderMap, body: &[u8]) -> Response {
    let now = (site.now)();
    let caller = match machine::caller(site, headers) {
        Ok(caller) if !caller.by_session => caller,
        // A browser's session never sends data in: a page of another site could use it.
        Ok(_) | Err(NotSignedIn::Nobody) => return plain(StatusCode::UNAUTHORIZED, "Send a bearer token."),
        Err(NotSignedIn::Db(error)) => return failed(&error),
    };
    // A message may hold anything, new or changed.
    if !(caller.allows_all(Right::Create) && caller.allows_all(Right::Update)) {
        let why = "beyond the scopes of its token";
        return match access::machine::refused(&site.care, &caller.actor, "HL7 v2", why, now) {
            Ok(()) => plain(StatusCode::FORBIDDEN, "The scopes of this token do not go so far."),
            Err(error) => failed(&error),
        };
    }
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    match said("data-type") {
        None => {}
        Some(kind) if kind.eq_ignore_ascii_case("hl7v2") => {}
        Some(_) => return plain(StatusCode::BAD_REQUEST, "data-type: only hl7v2 is taken here."),
    }
    // The token says who sends; the header only fills in for a token that may send for any organisation.
    let Some(sender) = caller
        .sender
        .clone()
        .or_else(|| said("organisation-code").and_then(OrgCode::parse))
    else {
        return plain(StatusCode::BAD_REQUEST, "organisation-code: say whose data this is.");
    };
    if body.is_empty() {
        return plain(StatusCode::BAD_REQUEST, "The body is empty: send one HL7 v2 message.");
    }
    match access::list(&site.care, &caller.actor, Act::Send, "HL7 v2 message", now) {
        Ok(_) => {}
        Err(AccessError::Db(error)) => return failed(&error),
        Err(
            refused @ (AccessError::Refused(_)
            | AccessError::Shut { .. }
            | AccessError::Lapsed { .. }
            | AccessError::Unknown),
        ) => {
            return plain(StatusCode::FORBIDDEN, &refused.to_string());
        }
    }
    let Some(control_id) =
        (site.random)().map(|bytes| bytes[..10].iter().map(|b| format!("{b:02x}")).collect::<String>())
    else {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "Not kept. Send it again later.");
    };
    let feed = named_feed(site, &sender, said("x-feed"), said("source-domain"));
    let (ack, fate) = reply(&site.care, feed.as_deref(), &sender, body, now, &control_id);
    // The exchange's own statuses: its senders take 5xx as "try again", so what must be mended is 400.
    let status = match fate {
        Fate::Taken => StatusCode::OK,
        Fate::Refused => StatusCode::BAD_REQUEST,
        Fate::NotKept => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], ack).into_response()
}

/// `X-Feed` names a feed; `source-domain` (`agyleed`) does when the system declares `<ods>-<source-domain>`.
fn named_feed(site: &Site, sender: &OrgCode, named: Option<&str>, domain: Option<&str>) -> Option<String> {
    if let Some(name) = named {
        return Some(name.to_owned());
    }
    let name = format!("{sender}-{}", domain?).to_ascii_lowercase();
    site.care
        .system()
        .feeds
        .iter()
        .any(|feed| feed.name == name && feed.sender == *sender)
        .then_some(name)
}

fn failed(error: &care::db::DbError) -> Response {
    tracing::error!(%error, "an ingest request failed");
    plain(StatusCode::SERVICE_UNAVAILABLE, "Not kept. Send it again later.")
}

fn plain(status: StatusCode, words: &str) -> Response {
    let words = format!("{words}\n");
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response()
}
