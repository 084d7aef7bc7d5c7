//! The real router on a store of invented people, spoken to as systems speak.

#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

use crate::store;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use care::Care;
use care::access::Role;
use record::Instant;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tower::ServiceExt;
use web::serving::{Machine, Site, router};

pub use crate::store::token;

/// The app.
pub struct App {
    pub care: Arc<Care>,
    pub site: Arc<Site>,
    router: Router,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub text: String,
    pub headers: axum::http::HeaderMap,
}

fn random() -> Option<[u8; 32]> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Some(*blake3::hash(&number.to_le_bytes()).as_bytes())
}

/// A clock that never stands still: two writes are never of one moment.
fn now() -> Instant {
    use std::sync::atomic::{AtomicI64, Ordering};
    static LATER: AtomicI64 = AtomicI64::new(1);
    Instant(store::now().0 + LATER.fetch_add(1, Ordering::Relaxed))
}

impl App {
    /// Over a store.
    pub fn new(care: Arc<Care>) -> Self {
        let mut machines = store::machines();
        for (sender, token) in [("RBD", "rbd"), ("R0D", "r0d")] {
            machines.push(store::machine(Role::Sender, Some(sender), token));
        }
        Self::with(care, machines, now)
    }

    /// Over a store, for these systems, by this clock.
    pub fn with(care: Arc<Care>, machines: Vec<Machine>, now: fn() -> Instant) -> Self {
        let site = Site {
            machines: machines.into(),
            here: "https://records.example.org".to_owned(),
            ..Site::new(Arc::clone(&care), (now, random), crate::store::sign_in())
        };
        let site = Arc::new(site);
        Self {
            care,
            router: router(Arc::clone(&site)),
            site,
        }
    }

    /// Over `people` invented people.
    pub fn filled(folder: &Path, people: u32) -> Self {
        Self::new(store::filled(folder, people))
    }

    /// Asks.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            headers: parts.headers,
        }
    }

    /// Asks with a token, a body and further headers.
    pub async fn send(&self, method: &str, path: &str, token: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "example.org");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Reads as a care system.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &token(Role::CareSystem), "", &[]).await
    }

    /// Searches by POST as a care system.
    pub async fn find(&self, kind: &str, form: &str) -> Answer {
        let media = ("content-type", "application/x-www-form-urlencoded");
        let path = format!("/fhir/{kind}/_search");
        self.send("POST", &path, &token(Role::CareSystem), form, &[media]).await
    }
}

impl Answer {
    /// The answer as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The resources of a Bundle, as `Type/id`.
    pub fn ids(&self) -> Vec<String> {
        let bundle = self.json();
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .map(|entry| {
                format!(
                    "{}/{}",
                    text(&entry["resource"]["resourceType"]),
                    text(&entry["resource"]["id"])
                )
            })
            .collect()
    }

    /// The link to the next page, from the path on.
    pub fn next(&self) -> Option<String> {
        let bundle = self.json();
        let links = bundle["link"].as_array()?.clone();
        let next = links.iter().find(|link| link["relation"] == "next")?;
        Some(
            text(&next["url"])
                .strip_prefix("http://example.org")
                .unwrap()
                .to_owned(),
        )
    }

    /// Status, type, how many of what, or what an outcome says: one line.
    pub fn digest(&self) -> String {
        let status = self.status.as_u16();
        let Ok(json) = serde_json::from_str::<Value>(&self.text) else {
            return format!("{status} {}", self.text.lines().next().unwrap_or_default());
        };
        let kind = text(&json["resourceType"]);
        let rest = match kind {
            "OperationOutcome" => text(&json["issue"][0]["code"]).to_owned(),
            "Bundle" => format!("{} of {}", json["entry"].as_array().map_or(0, Vec::len), json["total"]),
            _ => String::new(),
        };
        format!("{status} {kind} {rest}").trim_end().to_owned()
    }
}

/// A JSON text, or nothing.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
