//! Documents, opened through the front door.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "store/mod.rs"]
mod store;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use care::Care;
use care::access::{Act, DEMO_USERS, session};
use care::person::Query;
use record::NhsNumber;
use std::sync::Arc;
use tower::ServiceExt;
use web::person::line::EntryName;
use web::serving::{Site, router};

/// No two sessions have one token.
static SESSIONS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
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

/// What was answered.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answered {
    /// A header, or nothing.
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Asks as this demo user.
async fn answered(care: &Arc<Care>, user: &str, path: &str) -> Answered {
    let number = SESSIONS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let (token, source) = (format!("{number:064x}"), care::access::account::Source::default());
    let begun = session::begin_demo(care, user, &token, &source, store::now());
    assert!(begun.unwrap().is_some());
    let site = Site {
        invented: None,
        care: Arc::clone(care),
        now: store::now,
        random: || None,
        machines: Vec::new(),
        secure_cookies: false,
        sign_in: crate::store::sign_in(),
    };
    let request = Request::get(path).header("cookie", format!("chesil={token}"));
    let response = router(Arc::new(site))
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    session::end(care, &token, store::now()).unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    Answered {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// Asks as this demo user: status, policy, disposition and body.
async fn ask(care: &Arc<Care>, user: &str, path: &str) -> (StatusCode, String, String, String) {
    let found = answered(care, user, path).await;
    let header = |name| found.header(name).to_owned();
    let (policy, disposition) = (header("content-security-policy"), header("content-disposition"));
    (found.status, policy, disposition, found.body)
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
    assert_eq!(page.matches("<iframe class=\"document").count(), 3, "{page}");
    assert_eq!(page.matches(" sandbox src=").count(), 3, "each is sandboxed: {page}");
    assert_eq!(page.matches("document document-short").count(), 2, "{page}");
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

/// What a sender attaches, and as what it opens: a name, its bytes, how they are named, and what is then seen.
const ATTACHED: [(&str, &str, &str, &str, &str); 4] = [
    (
        "A1",
        "application/pdf",
        "JVBERi0xLjQKMSAwIG9iajw8L1R5cGUvQ2F0YWxvZz4+ZW5kb2JqCnRyYWlsZXI8PC9Sb290IDEgMCBSPj4KJSVFT0YK",
        "application/pdf",
        "%PDF-1.4",
    ),
    (
        "B2",
        "application/rtf",
        "e1xydGYxXGFuc2kgU2VlbiBpbiB7XGIgY2xpbmljfS59",
        "text/plain; charset=utf-8",
        "Seen in clinic.",
    ),
    (
        "C3",
        "text/html",
        "PGh0bWw+PGJvZHk+PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PjxwPlNjYW4gcmVwb3J0PC9wPjwvYm9keT48L2h0bWw+",
        "text/html; charset=utf-8",
        "<p>Scan report</p>",
    ),
    (
        "D4",
        "text/xml",
        "PENsaW5pY2FsRG9jdW1lbnQgeG1sbnM9InVybjpobDctb3JnOnYzIj48dGl0bGU+RGlzY2hhcmdlIHN1bW1hcnk8L3RpdGxlPjxjb21wb25lbnQ+PHN0cnVjdHVyZWRCb2R5Pjxjb21wb25lbnQ+PHNlY3Rpb24+PHRpdGxlPlBsYW48L3RpdGxlPjx0ZXh0PldhbGtzIHdpdGggYSBmcmFtZTwvdGV4dD48L3NlY3Rpb24+PC9jb21wb25lbnQ+PC9zdHJ1Y3R1cmVkQm9keT48L2NvbXBvbmVudD48L0NsaW5pY2FsRG9jdW1lbnQ+",
        "text/plain; charset=utf-8",
        "Walks with a frame",
    ),
];

/// The addresses on a page that `wanted` likes, each once.
fn links(page: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let all = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut links: Vec<String> = all.filter(|link| wanted(link)).map(str::to_owned).collect();
    links.sort();
    links.dedup();
    links
}

#[tokio::test]
async fn a_nurse_follows_the_links_from_the_record_to_every_kind_of_document() {
    let folder = tempfile::tempdir().unwrap();
    let letters = ATTACHED.map(|(name, media_type, data, _, _)| {
        format!(
            r#"{{"resourceType":"DocumentReference","id":"{name}","status":"current","date":"2026-01-02T10:00:00Z","subject":{{"reference":"Patient/p1"}},"description":"Letter {name}","content":[{{"attachment":{{"contentType":"{media_type}","title":"Letter {name}","data":"{data}"}}}}]}}"#
        )
    });
    let care = told(folder.path(), &letters.each_ref().map(String::as_str));
    let whole = address(&care);
    let record = whole.split("/documents/").next().unwrap();
    let (status, _, _, page) = ask(&care, "nurse", record).await;
    assert_eq!(status, StatusCode::OK);
    let mut seen = Vec::new();
    for entry in links(&page, |link| link.starts_with(&format!("{record}/entries/"))) {
        let (status, _, _, page) = ask(&care, "nurse", &entry).await;
        assert_eq!(status, StatusCode::OK, "{entry}");
        let to = links(&page, |link| link.starts_with(&format!("{record}/documents/")));
        assert_eq!(to.len(), 1, "{entry} leads to its documents: {page}");
        let (_, _, _, page) = ask(&care, "nurse", &to[0]).await;
        assert!(links(&page, |link| link == entry).len() == 1, "and they lead back");
        let opens = links(&page, |link| {
            link.starts_with(&format!("{}/", to[0])) && !link.ends_with("/file")
        });
        assert_eq!(opens.len(), 1, "{page}");
        let (name, _, _, media_type, text) = ATTACHED
            .into_iter()
            .find(|(name, ..)| page.contains(&format!("Letter {name}")))
            .unwrap();
        let opened = answered(&care, "nurse", &opens[0]).await;
        assert_eq!(opened.header("content-type"), media_type, "{name}");
        assert_eq!(opened.header("x-content-type-options"), "nosniff", "{name}");
        let policy = opened.header("content-security-policy");
        assert!(policy.starts_with("sandbox; default-src 'none'"), "{name}: {policy}");
        assert!(
            !policy.contains("allow-") && !policy.contains("script"),
            "{name}: {policy}"
        );
        assert!(opened.body.contains(text), "{name}: {}", opened.body);
        seen.push(name);
    }
    seen.sort_unstable();
    assert_eq!(seen, ["A1", "B2", "C3", "D4"], "{page}");
}

#[tokio::test]
async fn an_entry_without_a_document_and_one_withdrawn_lead_to_none() {
    let folder = tempfile::tempdir().unwrap();
    let care = told(folder.path(), &[LETTER]);
    let path = address(&care);
    let entry = path.replace("/documents/", "/entries/");
    let leads = |page: &str| page.contains("/documents/");
    let (status, _, _, page) = ask(&care, "nurse", &entry).await;
    assert!(status == StatusCode::OK && leads(&page), "{page}");
    say(&care, &LETTER.replace("\"current\"", "\"entered-in-error\""), 1);
    let (status, _, _, page) = ask(&care, "nurse", &entry).await;
    assert!(status == StatusCode::OK && !leads(&page), "{page}");

    let folder = tempfile::tempdir().unwrap();
    let flag = r#"{"resourceType":"Flag","id":"f1","status":"active","code":{"text":"Falls"},"subject":{"reference":"Patient/p1"}}"#;
    let care = told(folder.path(), &[flag]);
    let entry = address(&care).replace("/documents/", "/entries/");
    let (status, _, _, page) = ask(&care, "nurse", &entry).await;
    assert!(status == StatusCode::OK && !leads(&page), "{page}");
}

#[tokio::test]
async fn only_those_with_leave_open_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let care = told(folder.path(), &[LETTER]);
    let path = address(&care);
    let person = record::PersonId::parse(path.split('/').nth(2).unwrap()).unwrap();
    let mut opened = 0;
    for user in DEMO_USERS {
        let may = care::access::person(&care, &user.actor(), person, Act::ReadRecord, store::now()).is_ok();
        opened += usize::from(may);
        let (status, _, _, body) = ask(&care, user.user, &format!("{path}/1")).await;
        let expected = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(status, expected, "{}", user.user);
        assert!(may || !body.contains("Dear Dr"), "{}", user.user);
    }
    assert_eq!(
        opened, 2,
        "the nurse and the data steward; nobody else cares for this person"
    );
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
