//! `POST /token`: a system shows an assertion and is given an access token for five minutes (OAuth 2.0 client
//! credentials, as SMART Backend Services has them); and where that is written down for systems to find.
//!
//! What went wrong is said in the words of RFC 6749, section 5.2, and no more: who is registered, by which keys and
//! for what stays untold. The log and the audit say why.

use super::assertion::{self, Refused};
use crate::access::session::SessionToken;
use crate::serving::{Shared, Site, blocking};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use care::access::machine::{TOKEN_SECONDS, begin, refused};
use care::db::DbError;
use exchange::smart::Scopes;
use serde_json::{Value, json};
use std::sync::Arc;

/// Bytes of a request at most.
const BODY_MAX: usize = 32 * 1024;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Parameters that are read; each may be given once.
const READ: [&str; 5] = [
    "grant_type",
    "client_assertion_type",
    "client_assertion",
    "client_id",
    "scope",
];

/// The routes.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/token", post(token))
        .route("/.well-known/smart-configuration", get(configuration))
        .route("/fhir/.well-known/smart-configuration", get(configuration))
        .layer(DefaultBodyLimit::max(BODY_MAX))
}

/// Where systems ask for a token: the audience of their assertions.
pub fn address(site: &Site) -> String {
    format!("{}/token", site.here)
}

/// What systems read first (SMART App Launch 2, section 2.1). No person signs in for another system here, so there is
/// no authorization endpoint, and nothing about one is said.
async fn configuration(State(site): Shared) -> Response {
    let said = json!({
        "token_endpoint": address(&site),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": assertion::TAKEN.map(|how| format!("{how:?}")),
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": ["system/*.cruds"],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    });
    told(StatusCode::OK, &said)
}

/// Why no token is given.
enum NoToken {
    /// In the words of RFC 6749, and for the developer of the system.
    Said(&'static str, &'static str),
    /// The store failed, or there is no randomness.
    Failed,
}

impl From<DbError> for NoToken {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "a token could not be given");
        Self::Failed
    }
}

impl IntoResponse for NoToken {
    fn into_response(self) -> Response {
        match self {
            Self::Said(error, words) => {
                let said = json!({ "error": error, "error_description": words });
                told(StatusCode::BAD_REQUEST, &said)
            }
            Self::Failed => {
                let said = json!({ "error": "temporarily_unavailable", "error_description": "Ask again later." });
                let mut response = told(StatusCode::SERVICE_UNAVAILABLE, &said);
                let later = header::HeaderValue::from_static("5");
                response.headers_mut().insert(header::RETRY_AFTER, later);
                response
            }
        }
    }
}

fn told(status: StatusCode, said: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    (status, headers, said.to_string()).into_response()
}

/// Nothing says whether the system is not registered, its key or signature is wrong, or its assertion was used.
const NOT_KNOWN: NoToken = NoToken::Said("invalid_client", "The client assertion is not taken.");

async fn token(State(site): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let given = blocking(move || given(&site, &headers, &body)).await;
    given.map_or_else(IntoResponse::into_response, |said| told(StatusCode::OK, &said))
}

fn given(site: &Site, headers: &HeaderMap, body: &Bytes) -> Result<Value, NoToken> {
    let form = Form::read(headers, body)?;
    match form.get("grant_type") {
        "client_credentials" => {}
        "" => return Err(NoToken::Said("invalid_request", "grant_type is missing.")),
        _ => {
            let words = "Only client_credentials is given here.";
            return Err(NoToken::Said("unsupported_grant_type", words));
        }
    }
    if form.get("client_assertion_type") != ASSERTION_TYPE || form.get("client_assertion").is_empty() {
        let words = "Show who you are by a client assertion of type jwt-bearer.";
        return Err(NoToken::Said("invalid_client", words));
    }
    let now = (site.now)();
    let shown = (form.get("client_assertion"), form.get("client_id"));
    let (machine, assertion) = match assertion::of(&site.machines, &address(site), shown, now) {
        Ok(good) => good,
        Err(Refused { machine, why }) => {
            tracing::warn!(why, "an assertion of a system was refused");
            if let Some(machine) = machine {
                refused(&site.care, &machine.actor, "token", why, now)?;
            }
            return Err(NOT_KNOWN);
        }
    };
    let granted = granted(form.get("scope"), machine.scopes.as_ref())?;
    let token = SessionToken::mint((site.random)().ok_or(NoToken::Failed)?);
    let whose = (&machine.actor, machine.client.as_str());
    if !begin(&site.care, whose, &assertion, (token.as_str(), &granted), now)? {
        tracing::warn!("an assertion of a system came twice");
        return Err(NOT_KNOWN);
    }
    Ok(json!({
        "access_token": token.as_str(),
        "token_type": "bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": granted,
    }))
}

/// What is asked for, as far as it was registered.
fn granted(asked: &str, registered: Option<&Scopes>) -> Result<String, NoToken> {
    let words = "Ask for scopes as system/Type.cruds, one space between two, of those that you are registered for.";
    let none = || NoToken::Said("invalid_scope", words);
    let asked = Scopes::parse(asked).map_err(|_| none())?;
    let granted = registered.map(|registered| asked.and(registered)).unwrap_or_default();
    match granted.is_empty() {
        true => Err(none()),
        false => Ok(granted.to_string()),
    }
}

/// The parameters of a request, each at most once (RFC 6749, section 3.2).
struct Form(Vec<(String, String)>);

impl Form {
    fn read(headers: &HeaderMap, body: &Bytes) -> Result<Self, NoToken> {
        let wrong = |words| NoToken::Said("invalid_request", words);
        let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media.and_then(|media| media.split(';').next()).unwrap_or_default();
        if !media.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(wrong("Send application/x-www-form-urlencoded."));
        }
        let text = std::str::from_utf8(body).map_err(|_| wrong("The body is not UTF-8 text."))?;
        let pairs: Vec<(String, String)> = crate::site::form::Pairs::read(text)
            .each()
            .filter(|(name, _)| READ.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let twice = READ
            .iter()
            .any(|name| pairs.iter().filter(|(known, _)| known == name).count() > 1);
        match twice {
            true => Err(wrong("A parameter is given more than once.")),
            false => Ok(Self(pairs)),
        }
    }

    fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }
}
