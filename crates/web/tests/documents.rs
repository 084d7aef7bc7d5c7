//! Documents, opened through the front door.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "store/mod.rs"]
mod store;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use care::Care;
use care::access::{Act, DEMO_USERS, session};
use care::person::Query;
use record::NhsNumber;
use std::sync::Arc;
use tower::ServiceExt;
use web::person::line::EntryName;
use web::serving::{Site, router};

const TOKEN: &str = "abababababababababababababababababababababababababababababababab";
const NUMBER: &str = "9990000026";

/// A store with one person, and what `more` says of them.
fn told(folder: &std::path::Path, more: &[&str]) -> Arc<Care> {
    let care = store::empty(folder);
    let patient = r#"{"resourceType":"Patient","id":"p1","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}],"name":[{"family":"Marsh","given":["Ann"]}],"birthDate":"1950-04-03","gender":"female"}"#;
    for resource in std::iter::once(&patient).chain(more) {
        say(&care, resource, 0);
    }
    care
}

/// Takes a resource, so many microseconds from now.
fn say(care: &Care, resource: &str, later: i64) {
    let line = resource.replace('\n', " ");
    store::send(
        care,
        "gp01-fhir",
        line.as_bytes(),
        record::Instant(store::now().0 + later),
    );
}

/// The address of the first entry's documents, and of the record.
fn address(care: &Care) -> String {
    let actor = DEMO_USERS[0].actor();
    let leave = care::access::list(care, &actor, Act::Search, "test", store::now()).unwrap();
    let (people, _) = care::person::find(care, &leave, &Query::Number(NhsNumber::parse(NUMBER).unwrap())).unwrap();
    let grant = care::access::person(care, &actor, people[0].person, Act::ReadRecord, store::now()).unwrap();
    let record = care::person::read(care, &grant).unwrap();
    let line = record.facts.iter().flat_map(|fact| &fact.lines).next().unwrap();
    format!("/people/{}/documents/{}", record.person, EntryName::of(line).written())
}

/// Asks as this demo user: status, policy, disposition and body.
async fn ask(care: &Arc<Care>, user: &str, path: &str) -> (StatusCode, String, String, String) {
    session::begin_demo(care, user, TOKEN, store::now()).unwrap().unwrap();
    let site = Site {
        care: Arc::clone(care),
        now: store::now,
        random: || None,
        machines: Vec::new(),
        secure_cookies: false,
    };
    let request = Request::get(path).header("cookie", format!("chesil={TOKEN}"));
    let response = router(Arc::new(site))
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    session::end(care, TOKEN).unwrap();
    let header = |name: &str| {
        let value = response.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let (status, policy, disposition) = (
        response.status(),
        header("content-security-policy"),
        header("content-disposition"),
    );
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, policy, disposition, String::from_utf8_lossy(&body).into_owned())
}

const LETTER: &str = r#"{"resourceType":"DocumentReference","id":"d1","status":"current","subject":{"reference":"Patient/p1"},"description":"Clinic letter","content":[
    {"attachment":{"contentType":"text/html","title":"Clinic letter","data":"PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PjxwPkRlYXIgRHI="}},
    {"attachment":{"contentType":"application/msword","data":"e1xydGYxIFdlIHNhdyBoZXIu"}},
    {"attachment":{"contentType":"application/x-thing","data":"AAEC"}},
    {"attachment":{"contentType":"text/plain","url":"Binary/b1"}},
    {"attachment":{"contentType":"text/plain","url":"https://example.org/letter"}}]}"#;
const BINARY: &str = r#"{"resourceType":"Binary","id":"b1","contentType":"text/plain","data":"U2VudCBieSBpdHNlbGY="}"#;

#[tokio::test]
async fn a_letter_opens_sandboxed_and_a_program_never_does() {
    let folder = tempfile::tempdir().unwrap();
    let care = told(folder.path(), &[LETTER, BINARY]);
    let path = address(&care);
    let (status, policy, _, page) = ask(&care, "nurse", &path).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(!policy.starts_with("sandbox") && !page.contains("alert(1)"));
    assert_eq!(page.matches("<iframe class=\"document\" sandbox ").count(), 3, "{page}");
    assert!(page.contains("web page (HTML), 35 bytes"), "{page}");
    assert!(
        page.contains("it is kept elsewhere: https://example.org/letter"),
        "{page}"
    );

    for (number, how, body) in [
        (1, "inline", "<script>alert(1)</script><p>Dear Dr"),
        (2, "inline", "We saw her."),
        (3, "attachment", "\0\u{1}\u{2}"),
        (4, "inline", "Sent by itself"),
    ] {
        let (status, policy, disposition, found) = ask(&care, "nurse", &format!("{path}/{number}")).await;
        assert_eq!((status, found.as_str()), (StatusCode::OK, body), "{number}");
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{policy}");
        assert_eq!(disposition.split(';').next(), Some(how), "{number}");
    }
    let (_, _, disposition, _) = ask(&care, "nurse", &format!("{path}/1/file")).await;
    assert_eq!(disposition, "attachment; filename=\"document-1.html\"");
    for wrong in ["0", "5", "6", "x", "-1"] {
        assert_eq!(
            ask(&care, "nurse", &format!("{path}/{wrong}")).await.0,
            StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn only_those_with_leave_open_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let care = told(folder.path(), &[LETTER]);
    let path = address(&care);
    for user in DEMO_USERS {
        let may = care::access::may(user.role, Act::ReadRecord).is_ok();
        let (status, _, _, body) = ask(&care, user.user, &format!("{path}/1")).await;
        let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(status, expected, "{}", user.user);
        assert!(may || !body.contains("Dear Dr"), "{}", user.user);
    }
}

#[tokio::test]
async fn a_document_that_was_withdrawn_or_could_tell_where_someone_lives_stays_shut() {
    let folder = tempfile::tempdir().unwrap();
    let care = told(folder.path(), &[LETTER]);
    let path = address(&care);
    let gone = LETTER.replace("\"current\"", "\"entered-in-error\"");
    say(&care, &gone, 1);
    let (_, _, _, page) = ask(&care, "nurse", &path).await;
    assert!(page.contains("The sender withdrew this"), "{page}");
    assert_eq!(ask(&care, "nurse", &format!("{path}/1")).await.0, StatusCode::NOT_FOUND);

    let folder = tempfile::tempdir().unwrap();
    let care = told(folder.path(), &[LETTER]);
    let path = address(&care);
    let restricted = r#"{"resourceType":"Patient","id":"p1","meta":{"security":[{"code":"R"}]},"name":[{"family":"Marsh"}],"birthDate":"1950-04-03"}"#;
    say(&care, restricted, 1);
    assert_eq!(ask(&care, "nurse", &path).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask(&care, "nurse", &format!("{path}/1")).await.0, StatusCode::FORBIDDEN);
}
