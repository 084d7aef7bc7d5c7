//! `POST /launches`: a system asks for a link for one of its users.

use crate::access::machine::{self, NotSignedIn};
use crate::access::session::SessionToken;
use crate::serving::{Shared, Site, blocking};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use care::access::Role;
use care::access::launch::{LINK_SECONDS, Launch, Whom, ask as keep};
use care::db::DbError;
use record::{NhsNumber, OrgCode};
use serde::Deserialize;
use serde_json::{Value, json};

/// Bytes of a request at most.
const BODY_MAX: usize = 8 * 1024;
/// Letters of a user's name, and of what a sender calls a person, at most.
const NAME_MAX: usize = 300;

/// How large a request may be.
pub fn limit() -> DefaultBodyLimit {
    DefaultBodyLimit::max(BODY_MAX)
}

/// What is asked, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Request {
    user: String,
    role: String,
    organisation: String,
    nhs_number: Option<String>,
    local_id: Option<String>,
    sender: Option<String>,
}

/// Why there is no link.
struct NoLink(StatusCode, &'static str, &'static str);

impl From<DbError> for NoLink {
    fn from(error: DbError) -> Self {
        tracing::error!(%error, "a link could not be made");
        Self(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "Ask again later.",
        )
    }
}

impl IntoResponse for NoLink {
    fn into_response(self) -> Response {
        let Self(status, error, words) = self;
        let mut response = told(status, &json!({ "error": error, "error_description": words }));
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        response
    }
}

fn told(status: StatusCode, said: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], said.to_string()).into_response()
}

/// Answers with the link, whether or not there is such a user or such a person.
pub async fn ask(State(site): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let asked = blocking(move || asked(&site, &headers, &body)).await;
    asked.map_or_else(IntoResponse::into_response, |said| told(StatusCode::CREATED, &said))
}

fn asked(site: &Site, headers: &HeaderMap, body: &Bytes) -> Result<Value, NoLink> {
    let nobody = NoLink(StatusCode::UNAUTHORIZED, "invalid_token", "Send a bearer token.");
    let caller = match machine::caller(site, headers) {
        Ok(caller) => caller,
        Err(NotSignedIn::Nobody) => return Err(nobody),
        Err(NotSignedIn::Db(error)) => return Err(error.into()),
    };
    let Some(machine) = &caller.machine else {
        return Err(nobody);
    };
    let now = (site.now)();
    if !machine.launches {
        care::access::machine::refused(
            &site.care,
            &caller.actor,
            "ask for a link",
            "not registered for that",
            now,
        )?;
        let words = "This system is not registered for links.";
        return Err(NoLink(StatusCode::FORBIDDEN, "access_denied", words));
    }
    let wrong = |words| NoLink(StatusCode::BAD_REQUEST, "invalid_request", words);
    let request: Request = serde_json::from_slice(body).map_err(|_| wrong(SHAPE))?;
    let launch = launch(&machine.client, caller.sender.as_ref(), request).map_err(wrong)?;
    let (Some(token), Some(random)) = ((site.random)(), (site.random)()) else {
        return Err(DbError::state("no randomness").into());
    };
    let token = SessionToken::mint(token);
    let system = (&caller.actor, &launch);
    keep(&site.care, &site.sign_in.key, system, token.as_str(), (random, now))?;
    Ok(json!({
        "link": format!("{}/opened/{}", site.here, token.as_str()),
        "expires_in": LINK_SECONDS,
    }))
}

const SHAPE: &str = "Send JSON: user, role, organisation, and nhs-number or local-id.";

/// What is asked, understood; what is wrong with it, in words that repeat nothing of it.
fn launch(client: &str, own: Option<&OrgCode>, asked: Request) -> Result<Launch, &'static str> {
    let plain = |text: &str| !text.is_empty() && text.len() <= NAME_MAX && text.chars().all(|c| c.is_ascii_graphic());
    if !plain(&asked.user) {
        return Err("user: the name of the user in this system.");
    }
    let role = Role::of_words(&asked.role).filter(|role| !matches!(role, Role::Sender | Role::CareSystem));
    let role = role.ok_or("role: a role of this system in words, such as clinician.")?;
    let organisation = OrgCode::parse(&asked.organisation).ok_or("organisation: an ODS code.")?;
    let whom = match (asked.nhs_number, asked.local_id) {
        (Some(number), None) => {
            let number = NhsNumber::parse(&number).ok_or("nhs-number: its check digit or length is wrong.")?;
            Whom::Number(number.digits())
        }
        (None, Some(id)) if plain(&id) => {
            let named = asked.sender.as_deref().and_then(OrgCode::parse);
            // Whoever sends for one organisation speaks of its people alone.
            let sender = own
                .cloned()
                .or(named)
                .ok_or("sender: the ODS code of whoever calls them so.")?;
            Whom::Local {
                sender: sender.as_str().to_owned(),
                id,
            }
        }
        _ => return Err(SHAPE),
    };
    Ok(Launch {
        client: client.to_owned(),
        user: asked.user,
        role: role.words().to_owned(),
        organisation: organisation.as_str().to_owned(),
        whom,
    })
}
