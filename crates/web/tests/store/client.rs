//! A browser without a network: it asks the real router, keeps its cookie, and sends forms with their token.

#![allow(dead_code, reason = "each test uses a part")]
#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use care::Care;
use record::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tower::ServiceExt;
use web::serving::{Site, router};

/// How far the tests' clock has been moved on, in microseconds.
static PASSED: AtomicI64 = AtomicI64::new(0);
static TOKENS: AtomicU64 = AtomicU64::new(1);

/// The moment that every page is at.
pub fn clock() -> Instant {
    Instant(crate::store::now().0 + PASSED.load(Ordering::SeqCst))
}

/// Lets time pass for every page.
pub fn minutes_pass(minutes: i64) {
    PASSED.fetch_add(minutes * 60_000_000, Ordering::SeqCst);
}

fn tokens() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&TOKENS.fetch_add(1, Ordering::SeqCst).to_le_bytes());
    Some(bytes)
}

/// The real router over a store.
pub fn serving(care: &Arc<Care>) -> Router {
    router(Arc::new(Site {
        invented: None,
        care: Arc::clone(care),
        now: clock,
        random: tokens,
        machines: Vec::new(),
        secure_cookies: false,
        sign_in: crate::store::sign_in(),
    }))
}

/// What came back.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Where it leads, when it leads on.
    pub leads_to: String,
    /// Its text.
    pub text: String,
}

impl Answer {
    /// The text between tags, without them, on one line.
    pub fn words(&self) -> String {
        let main = self.text.split("<main").nth(1).unwrap_or(&self.text);
        let mut words = String::new();
        let mut inside = false;
        for c in format!("<main{main}").chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    words.push(' ');
                }
                c if !inside => words.push(c),
                _ => {}
            }
        }
        let words = words
            .replace("&#38;", "&")
            .replace("&amp;", "&")
            .replace("&#39;", "'")
            .replace("&#34;", "\"");
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Every address that begins with `start`.
    pub fn links(&self, start: &str) -> Vec<String> {
        let all = self
            .text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        all.filter(|link| link.starts_with(start)).map(str::to_owned).collect()
    }
}

/// One person at one browser.
pub struct Browser {
    router: Router,
    cookies: std::collections::BTreeMap<String, String>,
    token: String,
    /// Where it calls from.
    pub network: String,
    /// Every address asked for so far.
    pub asked: Vec<String>,
}

impl Browser {
    /// Nobody yet.
    pub fn fresh(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookies: std::collections::BTreeMap::new(),
            token: String::new(),
            network: "192.0.2.1".to_owned(),
            asked: Vec::new(),
        }
    }

    /// Someone signed in.
    pub async fn of(router: &Router, user: &str) -> Self {
        let mut browser = Self::fresh(router);
        browser.open("/sign-in").await;
        let answer = browser.send("/sign-in", &[("user", user)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{user} signs in");
        browser.open("/contact").await;
        browser
    }

    /// The cookie that it is signed in by; empty when it has none.
    pub fn session(&self) -> String {
        self.cookies.get("chesil").cloned().unwrap_or_default()
    }

    /// Takes a session that somebody planted.
    pub fn plant(&mut self, session: &str) {
        self.cookies.insert("chesil".to_owned(), session.to_owned());
    }

    /// Forgets every cookie, as a browser that was never here.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// Opens a page.
    pub async fn open(&mut self, path: &str) -> Answer {
        self.ask(Request::get(path), path, String::new()).await
    }

    /// Opens a page, which must be there.
    pub async fn see(&mut self, path: &str) -> Answer {
        let answer = self.open(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.words());
        answer
    }

    /// Opens a file, which must be there: its bytes.
    pub async fn fetch(&mut self, path: &str) -> Vec<u8> {
        let request = Request::get(path)
            .header(header::COOKIE, self.jar())
            .body(Body::empty())
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        axum::body::to_bytes(response.into_body(), 64 << 20)
            .await
            .unwrap()
            .to_vec()
    }

    /// Sends a form of the page last opened.
    pub async fn send(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.clone();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        self.send_without_token(path, &fields).await
    }

    /// Sends these fields and nothing else.
    pub async fn send_without_token(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", web::site::form::encode(value)))
            .collect();
        self.ask(Request::post(path), path, body.join("&")).await
    }

    /// All cookies, as they are sent.
    fn jar(&self) -> String {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        cookies.join("; ")
    }

    async fn ask(&mut self, request: axum::http::request::Builder, path: &str, body: String) -> Answer {
        self.asked.push(path.to_owned());
        let request = request
            .header(header::COOKIE, self.jar())
            .header("x-forwarded-for", format!("203.0.113.9, {}", self.network))
            .header(header::USER_AGENT, "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let header = |name: header::HeaderName| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or("").to_owned()
        };
        let leads_to = header(header::LOCATION);
        for set in response.headers().get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(token) = text
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.get(..64))
        {
            self.token = token.to_owned();
        }
        Answer { status, leads_to, text }
    }
}
