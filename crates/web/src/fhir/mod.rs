//! FHIR R4 under `/fhir`: what partners sent, read and searched by person, and what they send now.
//!
//! Ids are this system's own, made of who sent a thing and what they call it; `Patient/{person}` is composed of
//! what every sender says, with a link to each sender's own Patient. References are rewritten in the answer
//! only. `meta.lastUpdated` is when the version arrived here, `meta.source` and a tag say who sent it, and the
//! sender's own `lastUpdated` stands in the extension `urn:chesil:sent-last-updated`.

mod bundle;
mod capability;
mod compare;
mod desk;
mod everything;
mod outcome;
mod page;
mod param;
mod patient;
mod query;
mod read;
mod resource;
mod search;
mod write;

use crate::serving::{Shared, Site, blocking};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use desk::{Desk, Need};
use exchange::fhir::bundle::Request;
use exchange::smart::Right;
pub(crate) use outcome::FHIR_JSON;
use outcome::{Wrong, answer};
use std::sync::Arc;

/// Largest body taken, in bytes.
const BODY_MAX: usize = 64 << 20;

type Pairs = Vec<(String, String)>;

/// Every address, with what may be done there. The routes are made of it, and a test asks each as someone who
/// may not.
pub const ROUTES: [(&str, &str); 11] = [
    ("GET", "/fhir/metadata"),
    ("POST", "/fhir"),
    ("GET", "/fhir/{kind}"),
    ("POST", "/fhir/{kind}"),
    ("POST", "/fhir/{kind}/_search"),
    ("GET", "/fhir/{kind}/{id}"),
    ("PUT", "/fhir/{kind}/{id}"),
    ("GET", "/fhir/{kind}/{id}/_history"),
    ("GET", "/fhir/{kind}/{id}/_history/{version}"),
    ("GET", "/fhir/{kind}/{id}/$as-sent"),
    ("GET", "/fhir/Patient/{id}/$everything"),
];

/// Every FHIR route.
pub fn router() -> Router<Arc<Site>> {
    Router::new()
        .route("/fhir/metadata", get(metadata))
        .route("/fhir", post(send))
        .route("/fhir/", post(send))
        .route("/fhir/{kind}", get(search_by_get).post(create))
        .route("/fhir/{kind}/_search", post(search_by_post))
        .route("/fhir/{kind}/{id}", get(read_now).put(update))
        .route("/fhir/{kind}/{id}/_history", get(history))
        .route("/fhir/{kind}/{id}/_history/{version}", get(read_version))
        .route("/fhir/{kind}/{id}/$as-sent", get(as_sent))
        .route("/fhir/Patient/{id}/$everything", get(everything))
        .method_not_allowed_fallback(not_here)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(axum::middleware::map_response(outcome::in_form))
}

/// Opens a desk and works at it on a thread meant for that, when the token of whoever asks goes so far.
async fn at_desk<T: Send + 'static>(
    site: Arc<Site>,
    headers: HeaderMap,
    need: Need,
    work: impl FnOnce(Desk, &HeaderMap) -> Result<T, Wrong> + Send + 'static,
) -> Result<T, Wrong> {
    blocking(move || {
        let desk = Desk::open(&site, &headers)?;
        desk.needs(&need)?;
        work(desk, &headers)
    })
    .await
}

async fn metadata(State(site): Shared, headers: HeaderMap) -> Response {
    let now = (site.now)().rfc3339();
    let mut statement = capability::statement(&desk::base(&site, &headers), &now);
    if let Some(stamp) = resource::stamp_of(&site.care) {
        statement["meta"] = serde_json::json!({ "tag": [stamp] });
    }
    answer(StatusCode::OK, statement.to_string())
}

async fn not_here() -> Response {
    Wrong::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "not-supported",
        "This address does not take that method.",
    )
    .into_response()
}

async fn search_by_get(
    State(site): Shared,
    Path(kind): Path<String>,
    Query(asked): Query<Pairs>,
    headers: HeaderMap,
) -> Result<Response, Wrong> {
    is_type(&kind)?;
    let text = at_desk(site, headers, Need::Of(kind.clone(), Right::Search), move |desk, _| {
        search::search(&desk, &kind, &asked, false)
    })
    .await?;
    Ok(answer(StatusCode::OK, text))
}

async fn search_by_post(
    State(site): Shared,
    Path(kind): Path<String>,
    Query(mut asked): Query<Pairs>,
    headers: HeaderMap,
    Form(more): Form<Pairs>,
) -> Result<Response, Wrong> {
    is_type(&kind)?;
    if !asked.is_empty() {
        // What stands in the address is held to what may stand in an address.
        query::parse(&kind, &asked, false)?;
    }
    asked.extend(more);
    let text = at_desk(site, headers, Need::Of(kind.clone(), Right::Search), move |desk, _| {
        search::search(&desk, &kind, &asked, true)
    })
    .await?;
    Ok(answer(StatusCode::OK, text))
}

async fn read_now(
    State(site): Shared,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Wrong> {
    is_type(&kind)?;
    let seen = headers.get(header::IF_NONE_MATCH).cloned();
    let one = at_desk(site, headers, Need::Of(kind.clone(), Right::Read), move |desk, _| {
        read::now(&desk, &kind, &id)
    })
    .await?;
    let same = seen.is_some_and(|seen| seen.as_bytes() == read::etag(&one.version).as_bytes());
    Ok(if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        shown(one)
    })
}

async fn read_version(
    State(site): Shared,
    Path((kind, id, version)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Wrong> {
    is_type(&kind)?;
    let one = at_desk(site, headers, Need::Of(kind.clone(), Right::Read), move |desk, _| {
        read::version(&desk, &kind, &id, &version)
    })
    .await?;
    Ok(shown(one))
}

fn shown(one: read::One) -> Response {
    let mut response = answer(StatusCode::OK, one.text);
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&read::etag(&one.version)) {
        headers.insert(header::ETAG, etag);
    }
    let modified = one.received.and_then(|at| HeaderValue::from_str(&http_date(at)).ok());
    if let Some(modified) = modified {
        headers.insert(header::LAST_MODIFIED, modified);
    }
    response
}

fn http_date(at: record::Instant) -> String {
    jiff::Timestamp::from_microsecond(at.0)
        .map(|at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .unwrap_or_default()
}

async fn history(
    State(site): Shared,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Wrong> {
    is_type(&kind)?;
    let text = at_desk(site, headers, Need::Of(kind.clone(), Right::Read), move |desk, _| {
        read::history(&desk, &kind, &id)
    })
    .await?;
    Ok(answer(StatusCode::OK, text))
}

async fn as_sent(
    State(site): Shared,
    Path((kind, id)): Path<(String, String)>,
    mut headers: HeaderMap,
) -> Result<Response, Wrong> {
    is_type(&kind)?;
    // The bytes are in the sender's language, whatever the caller takes.
    headers.remove(header::ACCEPT);
    let (bytes, media) = at_desk(site, headers, Need::OfAll(Right::Read), move |desk, _| {
        read::as_sent(&desk, &kind, &id)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, media)], bytes).into_response())
}

async fn everything(
    State(site): Shared,
    Path(id): Path<String>,
    Query(asked): Query<Pairs>,
    headers: HeaderMap,
) -> Result<Response, Wrong> {
    let opened = at_desk(
        site,
        headers,
        Need::Of("Patient".to_owned(), Right::Read),
        move |desk, _| everything::open(desk, &id, asked),
    )
    .await?;
    Ok(match opened {
        everything::Given::Page(text) => answer(StatusCode::OK, text),
        everything::Given::Stream(body) => ([(header::CONTENT_TYPE, FHIR_JSON)], body).into_response(),
    })
}

async fn send(State(site): Shared, headers: HeaderMap, body: Bytes) -> Result<Response, Wrong> {
    takes(&headers)?;
    at_desk(site, headers, Need::OfEach, move |desk, headers| {
        let sender = write::sender(&desk, headers)?;
        match write::document(&desk, &sender, text(&body)?)? {
            Ok(written) => Ok(made(&desk, &written, headers)),
            Err(bundle) => Ok(answer(StatusCode::OK, bundle)),
        }
    })
    .await
}

async fn create(
    State(site): Shared,
    Path(kind): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Wrong> {
    write_one(site, kind, None, headers, body).await
}

async fn update(
    State(site): Shared,
    Path((kind, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Wrong> {
    write_one(site, kind, Some(id), headers, body).await
}

async fn write_one(
    site: Arc<Site>,
    kind: String,
    id: Option<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Wrong> {
    is_type(&kind)?;
    takes(&headers)?;
    at_desk(site, headers, Need::OfEach, move |desk, headers| {
        let sender = write::sender(&desk, headers)?;
        let said = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().trim().to_owned()
        };
        let conditions = Request {
            if_match: said("if-match"),
            if_none_exist: said("if-none-exist"),
            ..Request::default()
        };
        let written = write::one(&desk, &sender, &kind, id.as_deref(), text(&body)?, &conditions)?;
        Ok(made(&desk, &written, headers))
    })
    .await
}

fn text(body: &Bytes) -> Result<&str, Wrong> {
    std::str::from_utf8(body).map_err(|_| Wrong::request("The body is not UTF-8 text."))
}

/// The answer to a write: 201 or 200, where it stands, and the resource unless that is not wanted.
fn made(desk: &Desk, written: &write::Written, headers: &HeaderMap) -> Response {
    let prefer = headers
        .get("prefer")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let text = if prefer.contains("return=minimal") {
        String::new()
    } else {
        written.text.clone()
    };
    let mut response = answer(written.status, text);
    let told = [
        (header::LOCATION, written.location(desk)),
        (header::ETAG, read::etag(&written.version)),
        (header::LAST_MODIFIED, http_date(desk.now)),
    ];
    for (name, value) in told {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Only JSON is read here.
fn takes(headers: &HeaderMap) -> Result<(), Wrong> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if media.is_none_or(|media| media.contains("json")) {
        return Ok(());
    }
    Err(Wrong::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not-supported",
        "Send application/fhir+json.",
    ))
}

/// Whether an address names something that could be a resource type.
fn is_type(kind: &str) -> Result<(), Wrong> {
    let fits =
        kind.len() <= 64 && kind.bytes().all(|b| b.is_ascii_alphabetic()) && kind.starts_with(char::is_uppercase);
    if fits {
        return Ok(());
    }
    Err(Wrong::new(
        StatusCode::NOT_FOUND,
        "not-supported",
        "There is no such resource type.",
    ))
}
