//! What went wrong, as an OperationOutcome. Nothing a caller sent is repeated in it: it may be a name or a
//! number, and answers are logged by others.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use care::access::AccessError;
use care::db::DbError;
use serde_json::{Value as Json, json};

/// FHIR's media type for JSON.
pub const FHIR_JSON: &str = "application/fhir+json; charset=utf-8";

/// What is said when the scopes of a token do not go so far.
const BEYOND: &str = "The scopes of this token do not go so far.";

/// Why a request is not answered as asked.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The HTTP status.
    pub status: StatusCode,
    /// What is wrong.
    pub issues: Vec<Issue>,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Issue {
    /// FHIR's code for the kind of issue.
    pub code: &'static str,
    /// What and what would mend it, in plain words.
    pub words: String,
    /// Where, as a path; empty when nowhere in particular.
    pub place: String,
}

impl Wrong {
    /// One thing wrong, nowhere in particular.
    pub fn new(status: StatusCode, code: &'static str, words: impl Into<String>) -> Self {
        let issue = Issue {
            code,
            words: words.into(),
            place: String::new(),
        };
        Self {
            status,
            issues: vec![issue],
        }
    }

    /// A request that cannot be understood or is not allowed to be made so.
    pub fn request(words: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", words)
    }

    /// A parameter or operation this server does not have.
    pub fn unsupported(words: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "not-supported", words)
    }

    /// There is nothing with this id.
    pub fn unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing with this id.")
    }

    /// Its sender withdrew it.
    pub fn withdrawn() -> Self {
        Self::new(
            StatusCode::GONE,
            "deleted",
            "Its sender withdrew it. Its history is kept.",
        )
    }

    /// Nobody is known to call.
    pub fn nobody() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "login", "Send a bearer token.")
    }

    /// The caller may not.
    pub fn refused(words: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", words)
    }

    /// The token does not go so far.
    pub fn beyond() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", BEYOND)
    }

    /// Too many at once.
    pub fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "throttled",
            "Too many long answers are being sent. Ask again in a few seconds.",
        )
    }

    /// Something failed here; the log says what.
    pub fn failed(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a FHIR request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "exception",
            "This request failed here. Ask again later.",
        )
    }

    /// The outcome as a resource.
    pub fn resource(&self) -> Json {
        let issues: Vec<Json> = self
            .issues
            .iter()
            .map(|issue| {
                let mut one = json!({ "severity": "error", "code": issue.code, "diagnostics": issue.words });
                if !issue.place.is_empty() {
                    one["expression"] = json!([issue.place]);
                }
                one
            })
            .collect();
        json!({ "resourceType": "OperationOutcome", "issue": issues })
    }
}

impl From<DbError> for Wrong {
    fn from(error: DbError) -> Self {
        Self::failed(&error)
    }
}

impl From<AccessError> for Wrong {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Refused(words)
            | AccessError::Shut { says: words, .. }
            | AccessError::Lapsed { says: words, .. } => Self::refused(words),
            AccessError::Unknown => Self::unknown(),
            AccessError::Db(error) => Self::failed(&error),
        }
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let mut response = answer(self.status, self.resource().to_string());
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // RFC 6750, section 3.1.
        if self.issues.iter().any(|issue| issue.words == BEYOND) {
            let beyond = HeaderValue::from_static("Bearer error=\"insufficient_scope\"");
            headers.insert(header::WWW_AUTHENTICATE, beyond);
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// Puts what was refused before anything here saw it (an address that is not text, a body that is too long or of
/// another form) into the form of every other refusal.
pub async fn in_form(response: Response) -> Response {
    let status = response.status();
    let told = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !(status.is_client_error() || status.is_server_error()) || told == Some(FHIR_JSON.as_bytes()) {
        return response;
    }
    let (code, words) = match status {
        StatusCode::PAYLOAD_TOO_LARGE => ("too-long", "The body is longer than is taken here."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("not-supported", "The body is not of a form that is taken here."),
        _ => ("invalid", "The address or the body cannot be read."),
    };
    // What cannot be read is a bad request, whichever part of it.
    let status = match status {
        StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
        other => other,
    };
    Wrong::new(status, code, words).into_response()
}

/// An answer in FHIR JSON.
pub fn answer(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, FHIR_JSON)], text).into_response()
}
