//! Signing in by an identity provider, against a certified one: the npm package oidc-provider, run beside the tests.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]
#![allow(
    clippy::disallowed_methods,
    reason = "the provider goes by the real clock, so the tests do too"
)]

#[path = "store/client.rs"]
mod client;
mod store;

use axum::Router;
use axum::http::StatusCode;
use care::Care;
use care::access::account;
use client::{Answer, Browser};
use record::Instant;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use web::access::provider::Provider;
use web::access::provider::settings::Settings;
use web::access::provider::talk::{Secret, Talk};
use web::serving::{Site, router};

const HERE: &str = "https://records.example.org";

/// A provider running beside the test; it ends with it.
struct Running {
    child: Child,
    issuer: String,
    key: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Shows what the program logs, so that a test that fails says why.
struct Log;

impl tracing::field::Visit for Log {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        eprint!(" {field}={value:?}");
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, about: &tracing::Metadata<'_>) -> bool {
        about.target().starts_with("web") && *about.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Log);
        eprintln!();
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Starts the provider; says so loudly when there is none to start.
fn running(claims: &str) -> Option<Running> {
    // Of several tests the first sets it for all.
    let _ = tracing::subscriber::set_global_default(Log);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let node = Command::new("node").arg("--version").output();
    if node.is_err() || !root.join("node_modules/oidc-provider").exists() {
        assert_ne!(
            std::env::var("CHESIL_TESTS_MAY_SKIP").as_deref(),
            Ok("no"),
            "install node, and run `make assets`"
        );
        eprintln!("SKIPPED: node or oidc-provider is not here: install node, and run `make assets`");
        return None;
    }
    let mut child = Command::new("node")
        .arg(root.join("tests/provider/serve.mjs"))
        .args([&format!("{HERE}/sign-in/returned"), claims])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    lines.read_line(&mut said).unwrap();
    // It says more as it goes, and ends when nobody listens.
    std::thread::spawn(move || lines.lines().count());
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let text = |name: &str| said[name].as_str().unwrap().to_owned();
    Some(Running {
        child,
        issuer: text("issuer"),
        key: text("key"),
    })
}

fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant(i64::try_from(since.unwrap().as_micros()).unwrap())
}

fn random() -> Option<[u8; 32]> {
    let seed = (now().0, std::time::Instant::now());
    Some(*blake3::hash(format!("{seed:?}").as_bytes()).as_bytes())
}

struct World {
    care: Arc<Care>,
    router: Router,
    _folder: tempfile::TempDir,
}

fn settings(running: &Running, client: &str, how: &str, userinfo: bool) -> Settings {
    let value = serde_json::json!({
        "name": "Invented Care Identity", "word": "inv", "issuer": running.issuer, "client": client,
        "authentication": how, "here": HERE, "scopes": ["profile", "care"], "assurance": ["high"],
        "asked": {"acr_values": "high"}, "userinfo": userinfo,
        "claims": {"name": "/name", "role": "/role_code", "organisation": "/org_code"},
        "roles": {"R8000": "clinician", "R8008": "data steward"},
    });
    serde_json::from_value::<Settings>(value).unwrap().checked().unwrap()
}

fn world(settings: Settings, secret: Secret) -> World {
    let folder = tempfile::tempdir().unwrap();
    let care = store::stamped(folder.path(), care::Stamp::Live);
    let mut sign_in = store::sign_in();
    sign_in.provider = Some(Arc::new(Provider::new(Talk::new(settings, secret))));
    let site = Site {
        invented: None,
        care: Arc::clone(&care),
        now,
        random,
        machines: Vec::new(),
        secure_cookies: false,
        sign_in,
    };
    World {
        care,
        router: router(Arc::new(site)),
        _folder: folder,
    }
}

/// Goes through the provider's pages as this person; answers the path that the provider sends them back to.
async fn at_the_provider(address: &str, person: &str) -> String {
    let (mut address, person) = (address.to_owned(), person.to_owned());
    let walk = move || {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .http_status_as_error(false)
            .build()
            .into();
        let origin: String = address.split('/').take(3).collect::<Vec<_>>().join("/");
        let mut cookies = std::collections::BTreeMap::<String, String>::new();
        for _ in 0..8 {
            let held: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let asked = agent
                .get(&address)
                .header("x-person", &person)
                .header("cookie", held.join("; "));
            let mut answer = asked.call().unwrap();
            for set in answer.headers().get_all("set-cookie") {
                let pair = set.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let Some(next) = answer.headers().get("location") else {
                panic!(
                    "{address}: {} {}",
                    answer.status(),
                    answer.body_mut().read_to_string().unwrap()
                );
            };
            let next = next.to_str().unwrap().to_owned();
            if let Some(path) = next.strip_prefix(HERE) {
                return path.to_owned();
            }
            address = if next.starts_with('/') {
                format!("{origin}{next}")
            } else {
                next
            };
        }
        panic!("the provider leads nowhere")
    };
    tokio::task::spawn_blocking(walk).await.unwrap()
}

async fn signs_in(browser: &mut Browser, person: &str, onward: &str) -> Answer {
    let away = browser.open(&format!("/sign-in/provider?onward={onward}")).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER, "{}", away.words());
    let back = at_the_provider(&away.leads_to, person).await;
    browser.open(&back).await
}

#[tokio::test]
async fn a_nurse_signs_in_by_the_provider_with_the_role_and_organisation_it_says() {
    let Some(provider) = running("id token") else { return };
    let secret = Secret::Shared("invented secret of the tests".into());
    let world = world(settings(&provider, "chesil", "secret", false), secret);
    let mut browser = Browser::fresh(&world.router);
    let page = browser.see("/sign-in").await;
    assert!(
        page.words().contains("Sign in with Invented Care Identity"),
        "{}",
        page.words()
    );
    let away = browser.open("/sign-in/provider?onward=/mine").await.leads_to;
    for part in [
        "code_challenge_method=S256",
        "code_challenge=",
        "state=",
        "nonce=",
        "response_type=code",
    ] {
        assert!(away.contains(part), "{part}: {away}");
    }
    let inside = signs_in(&mut browser, "nurse", "/mine").await;
    assert_eq!(inside.status, StatusCode::OK, "{}", inside.words());
    assert!(inside.text.contains("url=/mine"));
    let mine = browser.see("/mine").await;
    assert!(mine.text.contains("Nia Marlow"));
    let account = browser.see("/account").await.words();
    assert!(
        account.contains("clinician") && account.contains("identity provider"),
        "{account}"
    );
    assert_eq!(
        browser.open("/audit").await.status,
        StatusCode::FORBIDDEN,
        "the role's own doors only"
    );
    let row = &world.care.audit().latest(50).unwrap();
    let row = row.iter().find(|row| row.act == "sign in").unwrap();
    assert_eq!((row.actor.as_str(), row.outcome.as_str()), ("inv:nurse", "granted"));
    let mut steward = Browser::fresh(&world.router);
    signs_in(&mut steward, "steward", "/").await;
    steward.see("/identity").await;
}

/// Another browser, another state, an answer used twice, a sign-in begun by nobody: none is let in.
#[tokio::test]
async fn an_answer_is_good_once_in_the_browser_that_asked_for_it() {
    let Some(provider) = running("id token") else { return };
    let secret = Secret::Shared("invented secret of the tests".into());
    let world = world(settings(&provider, "chesil", "secret", false), secret);
    let mut own = Browser::fresh(&world.router);
    let away = own.open("/sign-in/provider").await.leads_to;
    let back = at_the_provider(&away, "nurse").await;
    let mut victim = Browser::fresh(&world.router);
    let planted = victim.open(&back).await;
    assert_eq!(planted.status, StatusCode::UNAUTHORIZED, "a link that an attacker sent");
    assert!(planted.words().contains("did not work"), "{}", planted.words());
    victim.open("/sign-in/provider").await;
    assert_eq!(
        victim.open(&back).await.status,
        StatusCode::UNAUTHORIZED,
        "another state"
    );
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let forged = back.replace(code, "an-invented-code");
    assert_eq!(own.open(&forged).await.status, StatusCode::UNAUTHORIZED, "another code");
    let away = own.open("/sign-in/provider").await.leads_to;
    let back = at_the_provider(&away, "nurse").await;
    assert_eq!(own.open(&back).await.status, StatusCode::OK);
    own.send("/sign-out", &[]).await;
    assert_eq!(own.open(&back).await.status, StatusCode::UNAUTHORIZED, "used before");
    assert_eq!(own.open("/people").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_has_no_role_or_organisation_here_or_is_suspended_is_told_so_and_stays_outside() {
    let Some(provider) = running("id token") else { return };
    let secret = Secret::Shared("invented secret of the tests".into());
    let world = world(settings(&provider, "chesil", "secret", false), secret);
    for (person, says) in [
        ("wizard", "the role you chose there opens nothing here"),
        ("stray", "none of those that share records here"),
    ] {
        let mut browser = Browser::fresh(&world.router);
        let outside = signs_in(&mut browser, person, "/").await;
        assert_eq!(outside.status, StatusCode::UNAUTHORIZED);
        assert!(outside.words().contains(says), "{}", outside.words());
        assert_eq!(browser.open("/people").await.status, StatusCode::SEE_OTHER);
    }
    let mut browser = Browser::fresh(&world.router);
    signs_in(&mut browser, "nurse", "/").await;
    browser.see("/people").await;
    // No name that is typed signs in an account that the provider vouches for.
    browser.see("/sign-in?by=password").await;
    for name in ["inv:nurse", "nurse"] {
        let fields = [("user", name), ("password", ""), ("code", "")];
        assert_eq!(
            browser.send("/sign-in", &fields).await.status,
            StatusCode::UNAUTHORIZED,
            "{name}"
        );
    }
    account::suspend(&world.care, "inv:nurse", true, "system:test", now()).unwrap();
    assert_eq!(browser.open("/people").await.status, StatusCode::SEE_OTHER, "at once");
    let outside = signs_in(&mut browser, "nurse", "/").await;
    assert!(outside.words().contains("suspended"), "{}", outside.words());
}

/// As NHS login and NHS Care Identity ask: the service shows a signed token, and claims stand in userinfo.
#[tokio::test]
async fn a_key_of_our_own_and_claims_from_userinfo_do_as_well() {
    let Some(provider) = running("userinfo") else { return };
    use web::access::provider::settings::Authentication;
    let secret = Secret::read(&format!("kid: ours\n{}", provider.key), Authentication::PrivateKey).unwrap();
    let world = world(settings(&provider, "chesil-key", "private-key", true), secret);
    let mut browser = Browser::fresh(&world.router);
    let inside = signs_in(&mut browser, "nurse", "/people").await;
    assert_eq!(inside.status, StatusCode::OK, "{}", inside.words());
    assert!(browser.see("/people").await.text.contains("Nia Marlow"));
}

/// What is risky is asked for at the provider again, unless it has just seen who it is; what was typed comes back.
#[tokio::test]
async fn what_is_risky_sends_back_to_the_provider_and_what_was_typed_comes_back() {
    let Some(provider) = running("id token") else { return };
    let secret = Secret::Shared("invented secret of the tests".into());
    let world = world(settings(&provider, "chesil", "secret", false), secret);
    let mut steward = Browser::fresh(&world.router);
    signs_in(&mut steward, "steward", "/").await;
    let mut conn = care::db::Place::Lite(world._folder.path().join("record.db"))
        .connect(false)
        .unwrap();
    conn.execute("UPDATE session SET strong = 0", &[]).unwrap();
    steward.see("/identity").await;
    let why = "same <b>address</b>, different birth date";
    let asked = steward.send("/identity/pairs/1/2", &[("why", why)]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.words().contains("Sign in once more"), "{}", asked.words());
    let away = steward.open("/sign-in/provider?again=yes").await.leads_to;
    assert!(away.contains("prompt=login") && away.contains("max_age=0"), "{away}");
    let back = at_the_provider(&away, "steward").await;
    let given_back = steward.open(&back).await;
    assert!(
        given_back.text.contains("action=\"/identity/pairs/1/2\""),
        "{}",
        given_back.words()
    );
    assert!(
        given_back
            .text
            .contains("same &#60;b&#62;address&#60;/b&#62;, different birth date")
    );
    let sent = steward.send("/identity/pairs/1/2", &[("why", why)]).await;
    assert!(!sent.words().contains("Sign in once more"), "{}", sent.words());
}
