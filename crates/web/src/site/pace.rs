//! How many requests a caller may make: a bucket each that fills as they ask and empties by itself. Whoever is signed
//! in has one of their own, and so has each system: what others ask, from the same network or not, never holds a
//! clinician back. Whoever is not known shares the bucket of their network.

use crate::access::session as cookie;
use crate::access::source;
use crate::serving::{Shared, Site, blocking};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use care::db::DbError;
use record::Instant;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How fast a bucket empties, and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second that can go on for ever.
    pub each_second: u32,
    /// Requests that may be made at once.
    pub at_once: u32,
}

/// How many requests who may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Someone signed in.
    pub person: Rate,
    /// A system that is known.
    pub system: Rate,
    /// Everyone else of one network together.
    pub network: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        let rate = |each_second, at_once| Rate { each_second, at_once };
        Self {
            person: rate(30, 300),
            system: rate(1_000, 4_000),
            network: rate(100, 1_000),
        }
    }
}

/// Buckets at most; callers beyond that are not counted, since to refuse them would be to let a flood lock people out.
const BUCKETS_MAX: usize = 200_000;
/// For how long it is remembered who holds a cookie or token, in microseconds: a minute.
const KNOWN_MICROS: i64 = 60_000_000;
/// Cookies and tokens remembered at most.
const KNOWN_MAX: usize = 50_000;

/// The buckets of one process.
#[derive(Debug, Default)]
pub struct Pace {
    rates: Rates,
    /// When each bucket will be empty.
    buckets: Mutex<HashMap<[u8; 32], i64>>,
    /// Whose a cookie or token is, by its digest, and until when that is remembered.
    known: Mutex<HashMap<[u8; 32], (Whose, i64)>>,
}

/// Whose a bucket is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    Person(String),
    System(String),
    Network(String),
}

impl Pace {
    /// At these rates.
    pub fn at(rates: Rates) -> Self {
        Self {
            rates,
            ..Self::default()
        }
    }

    /// Counts a request; when there were too many, the seconds to wait.
    fn take(&self, whose: &Whose, now: Instant) -> Result<(), i64> {
        let (kind, name, rate) = match whose {
            Whose::Person(name) => (0u8, name, self.rates.person),
            Whose::System(name) => (1, name, self.rates.system),
            Whose::Network(name) => (2, name, self.rates.network),
        };
        let key = *blake3::Hasher::new()
            .update(&[kind])
            .update(name.as_bytes())
            .finalize()
            .as_bytes();
        let one = 1_000_000 / i64::from(rate.each_second.max(1));
        let whole = one * i64::from(rate.at_once.max(1));
        let mut buckets = held(&self.buckets);
        let most = now.0 + whole;
        let mut empty = buckets.get(&key).copied().unwrap_or(now.0).max(now.0);
        if empty > most {
            // A clock that was set back must not shut anybody out for longer than a full bucket does.
            empty = most;
            buckets.insert(key, most);
        }
        empty += one;
        if empty > most {
            return Err((empty - most + 999_999) / 1_000_000);
        }
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, empty| *empty > now.0);
        }
        if buckets.len() < BUCKETS_MAX || buckets.contains_key(&key) {
            buckets.insert(key, empty);
        }
        Ok(())
    }

    fn remembered(&self, digest: &[u8; 32], now: Instant) -> Option<Whose> {
        let known = held(&self.known);
        let found = known.get(digest).filter(|(_, until)| now.0 < *until);
        found.map(|(whose, _)| whose.clone())
    }

    fn remember(&self, digest: [u8; 32], whose: &Whose, now: Instant) {
        let mut known = held(&self.known);
        if known.len() >= KNOWN_MAX {
            known.retain(|_, (_, until)| *until > now.0);
        }
        if known.len() < KNOWN_MAX {
            known.insert(digest, (whose.clone(), now.0 + KNOWN_MICROS));
        }
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets a request through, or says how long to wait. To be laid around the whole router.
pub async fn keep(State(site): Shared, request: Request, next: Next) -> Response {
    let Some(pace) = &site.pace else {
        return next.run(request).await;
    };
    let path = request.uri().path();
    // Whoever watches over this service must not be told that it is down because others are busy.
    if path == "/healthy" {
        return next.run(request).await;
    }
    let for_systems = ["/fhir", "/$ingest", "/token", "/launches"]
        .iter()
        .any(|start| path.starts_with(start));
    let (parts, body) = request.into_parts();
    let now = (site.now)();
    let shown = shown(&site, &parts.headers);
    let whose = match shown {
        Some((digest, shown)) => match pace.remembered(&digest, now) {
            Some(whose) => Some(whose),
            None => {
                let asked = std::sync::Arc::clone(&site);
                let found = blocking(move || known(&asked, &shown)).await.unwrap_or_default();
                if let Some(whose) = &found {
                    pace.remember(digest, whose, now);
                }
                found
            }
        },
        None => None,
    };
    let whose = whose.unwrap_or_else(|| Whose::Network(source::of(&parts, &site).network));
    match pace.take(&whose, now) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(seconds) => {
            // Who it is stands in no log: how many of what kind is enough to see a flood by.
            tracing::warn!(person = matches!(whose, Whose::Person(_)), "a request came too soon");
            wait(seconds, for_systems)
        }
    }
}

/// What a request shows of who makes it: a bearer token, or a session's cookie; with its digest.
enum Shown {
    Token(String),
    Session(String),
}

fn shown(site: &Site, headers: &axum::http::HeaderMap) -> Option<([u8; 32], Shown)> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown = match bearer {
        Some(text) => Shown::Token(
            text.get(7..)
                .map(str::trim)
                .filter(|token| token.len() <= 512)?
                .to_owned(),
        ),
        None => Shown::Session(cookie::read(headers, site.secure_cookies)?.as_str().to_owned()),
    };
    let digest = match &shown {
        Shown::Token(text) => blake3::hash(text.as_bytes()),
        Shown::Session(text) => blake3::Hasher::new()
            .update(b"session\0")
            .update(text.as_bytes())
            .finalize(),
    };
    Some((*digest.as_bytes(), shown))
}

/// Whose it is, when it is anybody's.
fn known(site: &Site, shown: &Shown) -> Result<Option<Whose>, DbError> {
    match shown {
        Shown::Token(token) => {
            let system = crate::access::machine::system_of(site, token.as_bytes())?;
            Ok(system.map(|system| Whose::System(system.client.clone())))
        }
        Shown::Session(token) => {
            let session = care::access::session::of_token(&site.care, token, (site.now)())?;
            Ok(session.signed_in().map(|session| Whose::Person(session.actor.user)))
        }
    }
}

/// Too many requests: how long to wait, in the form that whoever asks can read.
fn wait(seconds: i64, for_systems: bool) -> Response {
    let words = format!("Too many requests came at once. Wait {seconds} seconds and ask again.");
    let mut response = if for_systems {
        let said = json!({ "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": "throttled", "diagnostics": words }] });
        let media = [(header::CONTENT_TYPE, crate::fhir::FHIR_JSON)];
        (StatusCode::TOO_MANY_REQUESTS, media, said.to_string()).into_response()
    } else {
        let words = format!("{words} Nothing was changed. If someone needs care now, ring the team that gives it.\n");
        (StatusCode::TOO_MANY_REQUESTS, words).into_response()
    };
    if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_full_after_so_many_and_empties_by_itself() {
        let rate = Rate {
            each_second: 2,
            at_once: 4,
        };
        let pace = Pace::at(Rates {
            person: rate,
            ..Rates::default()
        });
        let nia = Whose::Person("nia".to_owned());
        let at = |seconds: i64| Instant(seconds * 1_000_000);
        for _ in 0..4 {
            assert_eq!(pace.take(&nia, at(100)), Ok(()));
        }
        assert_eq!(pace.take(&nia, at(100)), Err(1));
        assert_eq!(pace.take(&Whose::Person("tom".to_owned()), at(100)), Ok(()), "his own");
        assert_eq!(
            pace.take(&Whose::Network("nia".to_owned()), at(100)),
            Ok(()),
            "of another kind"
        );
        assert_eq!(pace.take(&nia, at(101)), Ok(()));
        assert_eq!(pace.take(&nia, at(101)), Ok(()));
        assert_eq!(pace.take(&nia, at(101)), Err(1));
        // A clock that is set back by a day lets her in within the time that a full bucket takes.
        assert_eq!(pace.take(&nia, at(100 - 86_400)), Err(1));
        assert_eq!(pace.take(&nia, at(102 - 86_400)), Ok(()));
    }
}
