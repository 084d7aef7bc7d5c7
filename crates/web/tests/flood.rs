//! Floods: who asks too much waits, and nobody waits for what another asked. And every body has an end.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "store/client.rs"]
mod client;
mod store;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use care::access::{Actor, Role};
use client::Browser;
use record::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use tower::ServiceExt;
use web::serving::{Machine, Site, router};
use web::site::pace::{Pace, Rate, Rates};

static PASSED: AtomicI64 = AtomicI64::new(0);
static TOKENS: AtomicU64 = AtomicU64::new(1);

fn clock() -> Instant {
    Instant(store::now().0 + PASSED.load(Ordering::SeqCst))
}

fn random() -> Option<[u8; 32]> {
    Some(*blake3::hash(&TOKENS.fetch_add(1, Ordering::SeqCst).to_le_bytes()).as_bytes())
}

fn serving(by_https: bool, rates: Option<Rates>) -> (Router, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let actor = |name: &str, role| Actor {
        user: name.to_owned(),
        name: name.to_owned(),
        role,
        organisation: "a test".to_owned(),
        works_for: None,
    };
    let machines = vec![
        Machine::with_token("one-system", actor("one", Role::CareSystem), None),
        Machine::with_token("another-system", actor("another", Role::CareSystem), None),
    ];
    let site = Site {
        machines: machines.into(),
        secure_cookies: by_https,
        pace: rates.map(Pace::at),
        ..Site::new(store::empty(folder.path()), (clock, random), store::sign_in())
    };
    (router(Arc::new(site)), folder)
}

/// Asks once, from a network, with a header; answers the status and the headers.
async fn ask(router: &Router, path: &str, network: &str, header: (&str, &str)) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path)
        .header("x-forwarded-for", network)
        .header(header.0, header.1)
        .body(Body::empty())
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, headers, String::from_utf8_lossy(&bytes).into_owned())
}

fn few() -> Rates {
    let rate = |each_second, at_once| Rate { each_second, at_once };
    Rates {
        person: rate(1, 20),
        system: rate(1, 5),
        network: rate(1, 10),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_the_same_network_never_holds_a_signed_in_clinician_back() {
    let (router, _folder) = serving(false, Some(few()));
    let mut nurse = Browser::of(&router, "nurse").await;
    let network = nurse.network.clone();
    let mut refused = 0;
    for at in 0..60 {
        // With no cookie, and with ones that are nobody's.
        let cookie = format!("chesil={at:064x}");
        let (status, headers, text) = ask(&router, "/contact", &network, ("cookie", &cookie)).await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            refused += 1;
            assert_eq!(headers["retry-after"], "1");
            assert_eq!(headers["cache-control"], "no-store");
            assert!(text.contains("Wait 1 seconds"), "{text}");
        }
        let (status, ..) = ask(&router, "/fhir/metadata", &network, ("x-none", "")).await;
        refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(refused > 90, "{refused} of 120 refused");
    for _ in 0..15 {
        assert_eq!(nurse.open("/people").await.status, StatusCode::OK);
    }
    assert_eq!(
        ask(&router, "/contact", "198.51.100.7", ("x-none", "")).await.0,
        StatusCode::OK,
        "elsewhere"
    );
    assert_eq!(
        ask(&router, "/healthy", &network, ("x-none", "")).await.0,
        StatusCode::OK,
        "whoever watches"
    );
    // She has a limit too, and it is hers alone.
    let mut own = 0;
    for _ in 0..20 {
        own += usize::from(nurse.open("/people").await.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(own > 10, "{own}");
    PASSED.fetch_add(20_000_000, Ordering::SeqCst);
    assert_eq!(nurse.open("/people").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_asks_too_much_holds_back_neither_another_nor_people() {
    let (router, _folder) = serving(false, Some(few()));
    let network = "192.0.2.1";
    let patient = "/fhir/Patient/00000000000000000000000000000000";
    let mut last = ask(&router, patient, network, ("authorization", "Bearer one-system")).await;
    for _ in 0..10 {
        last = ask(&router, patient, network, ("authorization", "Bearer one-system")).await;
    }
    let (status, headers, text) = last;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(headers["retry-after"], "1");
    assert!(
        text.contains("throttled") && text.contains("OperationOutcome"),
        "{text}"
    );
    let other = ask(&router, patient, network, ("authorization", "Bearer another-system")).await;
    assert_eq!(other.0, StatusCode::NOT_FOUND);
    assert_eq!(
        ask(&router, "/contact", network, ("x-none", "")).await.0,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_has_a_limit() {
    let (router, _folder) = serving(false, None);
    let form = "application/x-www-form-urlencoded";
    for (path, media, bytes) in [
        ("/people", form, 4 << 20),
        ("/sign-in", form, 4 << 20),
        ("/wrong", form, 4 << 20),
        ("/enrol", form, 4 << 20),
        ("/token", form, 64 << 10),
        ("/launches", "application/json", 64 << 10),
        ("/$ingest", "x-application/hl7-v2+er7", 40 << 20),
        ("/fhir", "application/fhir+json", 65 << 20),
        ("/fhir/Patient", "application/fhir+json", 65 << 20),
        ("/fhir/Patient/_search", form, 65 << 20),
    ] {
        let request = Request::post(path)
            .header("content-type", media)
            .header("authorization", "Bearer one-system")
            .body(Body::from(vec![b'x'; bytes]))
            .unwrap();
        let status = router.clone().oneshot(request).await.unwrap().status();
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_browsers_are_told_to_come_by_it_alone_and_cookies_travel_by_it_alone() {
    let (router, _folder) = serving(true, None);
    let (_, headers, _) = ask(&router, "/sign-in", "192.0.2.1", ("x-none", "")).await;
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    for cookie in headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    }
    let (plain, _folder) = serving(false, None);
    let (_, headers, _) = ask(&plain, "/sign-in", "192.0.2.1", ("x-none", "")).await;
    assert!(!headers.contains_key("strict-transport-security"));
}
