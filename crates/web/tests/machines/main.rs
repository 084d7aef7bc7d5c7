//! Systems that show who they are by signed assertions (SMART Backend Services): who is given a token, how far it
//! goes, and when it ends. Through the real router.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "../rest/mod.rs"]
mod rest;
mod scopes;
mod signer;
#[path = "../store/mod.rs"]
mod store;

use care::access::{Actor, Role};
use care::person::sent::{self, Whose};
use exchange::smart::Scopes;
use record::{Instant, OrgCode};
use rest::{Answer, App};
use serde_json::{Value, json};
use signer::Signer;
use std::sync::atomic::{AtomicI64, Ordering};
use web::serving::Machine;

const HERE: &str = "https://records.example.org/token";

/// How far the one clock that moves was moved on, in seconds. Tests that need it to stand have another.
static PASSED: AtomicI64 = AtomicI64::new(0);

fn moving() -> Instant {
    Instant(store::now().0 + PASSED.load(Ordering::SeqCst) * 1_000_000)
}

fn seconds_pass(seconds: i64) {
    PASSED.fetch_add(seconds, Ordering::SeqCst);
}

fn machine(client: &str, role: Role, scopes: &str, signer: &Signer) -> Machine {
    let actor = Actor {
        user: format!("system:{client}"),
        name: client.to_owned(),
        role,
        organisation: "a test".to_owned(),
        works_for: OrgCode::parse("QVV"),
    };
    Machine {
        client: client.to_owned(),
        token_digest: None,
        keys: web::access::machine::registered::keys(&signer.public()).unwrap(),
        scopes: Some(Scopes::parse(scopes).unwrap()),
        actor,
        sender: (role == Role::Sender).then(|| OrgCode::parse("RBD")).flatten(),
        launches: false,
        suspended: false,
    }
}

struct World {
    app: App,
    reader: Signer,
    sender: Signer,
    stranger: Signer,
    clock: fn() -> Instant,
    _folder: tempfile::TempDir,
}

fn given_systems_with_keys(people: u32) -> World {
    given_systems_by(people, store::now)
}

fn given_systems_by(people: u32, clock: fn() -> Instant) -> World {
    let folder = tempfile::tempdir().unwrap();
    let [reader, sender, stranger, shut] = ["r1", "s1", "x1", "z1"].map(Signer::new);
    let systems = vec![
        machine("reader", Role::CareSystem, "system/*.rs", &reader),
        machine("sender", Role::Sender, "system/Flag.cu system/Patient.cruds", &sender),
        Machine {
            suspended: true,
            ..machine("shut", Role::CareSystem, "system/*.rs", &shut)
        },
    ];
    let care = if people == 0 {
        store::empty(folder.path())
    } else {
        store::filled(folder.path(), people)
    };
    let app = App::with(care, systems, clock);
    World {
        app,
        reader,
        sender,
        stranger,
        clock,
        _folder: folder,
    }
}

impl World {
    fn claims(&self, client: &str) -> Value {
        let now = (self.clock)().0 / 1_000_000;
        json!({"iss": client, "sub": client, "aud": HERE, "exp": now + 300, "iat": now, "jti": signer::number()})
    }

    async fn asks(&self, form: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", web::site::form::encode(value)))
            .collect();
        let media = ("content-type", "application/x-www-form-urlencoded");
        self.app.send("POST", "/token", "", &body.join("&"), &[media]).await
    }

    async fn shows(&self, assertion: &str, scope: &str) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
            ("scope", scope),
        ];
        self.asks(&form).await
    }

    async fn token(&self, client: &str, scope: &str) -> String {
        let signer = if client == "reader" { &self.reader } else { &self.sender };
        let answer = self.shows(&signer.signed(&self.claims(client)), scope).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// The composed person whose record Margaret's practice keeps, and an observation of theirs.
    async fn margaret(&self) -> String {
        let margaret = synthetic::truth(store::plan(1)).next().unwrap();
        let local = margaret
            .records
            .iter()
            .find(|record| record.sender == "DEMO-GP01")
            .unwrap();
        let sender = OrgCode::parse("DEMO-GP01").unwrap();
        let id = record::ItemId::of(self.app.care.id_key(), &sender, "Patient", &local.local_id);
        match sent::whose(&self.app.care, id).unwrap() {
            Some(Whose::Person(person)) => person.to_string(),
            other => panic!("{other:?}"),
        }
    }
}

fn error(answer: &Answer) -> String {
    format!(
        "{} {}",
        answer.status.as_u16(),
        answer.json()["error"].as_str().unwrap_or("none")
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_that_signs_is_given_a_token_for_what_it_is_registered_for() {
    let world = given_systems_with_keys(5);
    let answer = world
        .shows(&world.reader.signed(&world.claims("reader")), "system/*.cruds")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let said = answer.json();
    assert_eq!(said["token_type"], "bearer");
    assert_eq!(said["scope"], "system/*.rs", "no more than was registered");
    assert!(said["expires_in"].as_i64().unwrap() <= 300);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["content-type"], "application/json");
    let token = said["access_token"].as_str().unwrap();
    let person = world.margaret().await;
    let read = world
        .app
        .send("GET", &format!("/fhir/Patient/{person}"), token, "", &[])
        .await;
    assert_eq!(read.digest(), "200 Patient");
    let id = record::PersonId::parse(&person).unwrap();
    let rows = world.app.care.audit().of_person(id, 10).unwrap();
    assert!(rows.iter().any(|row| row.actor == "system:reader"), "{rows:?}");
    // What is kept does not open anything.
    let file = std::fs::read(world._folder.path().join("record.db")).unwrap();
    let wal = std::fs::read(world._folder.path().join("record.db-wal")).unwrap_or_default();
    let kept = [file, wal].concat();
    assert!(
        !kept.windows(64).any(|part| part == token.as_bytes()),
        "the token itself is kept"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_taken_only_when_all_of_it_is_right() {
    let world = given_systems_with_keys(0);
    let now = store::now().0 / 1_000_000;
    for (claim, value, taken) in [
        ("iat", json!(now), true),
        ("iss", json!("sender"), false),
        ("sub", json!("sender"), false),
        ("aud", json!("https://records.example.org/"), false),
        ("aud", json!("https://records.example.org/token/"), false),
        ("aud", json!([HERE]), true),
        ("aud", json!([HERE, "https://other.example.org/token"]), false),
        ("aud", Value::Null, false),
        ("exp", json!(now), false),
        ("exp", json!(now - 1), false),
        ("exp", json!(now + 1), true),
        ("exp", json!(now + 301 + 5), false),
        ("exp", json!(now + 86_400), false),
        ("exp", json!("soon"), false),
        ("exp", json!(1e300), false),
        ("exp", Value::Null, false),
        ("iat", json!(now + 60), false),
        ("nbf", json!(now + 60), false),
        ("nbf", json!("x"), false),
        ("jti", json!(""), false),
        ("jti", json!(7), false),
        ("jti", Value::Null, false),
        ("jti", json!("x".repeat(256)), false),
    ] {
        let mut said = world.claims("reader");
        said[claim] = value.clone();
        let answer = world.shows(&world.reader.signed(&said), "system/*.rs").await;
        let expected = if taken { "200 none" } else { "400 invalid_client" };
        assert_eq!(error(&answer), expected, "{claim} {value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_signed_by_another_or_by_nobody_is_not_taken_and_nothing_tells_why() {
    let world = given_systems_with_keys(0);
    let right = world.claims("reader");
    let (reader, stranger) = (&world.reader, &world.stranger);
    let good = reader.signed(&right);
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = message.split_once('.').unwrap();
    let changed =
        signer::part(&json!({"iss": "reader", "sub": "reader", "aud": HERE, "exp": right["exp"], "jti": "n"}));
    let forged = [
        ("alg none", reader.unsigned(&right)),
        (
            "alg none, with a signature",
            reader.with(json!({"alg": "none", "kid": "r1"}), &right),
        ),
        ("HS256 by the public key", reader.by_public_key(&right)),
        (
            "ES256 over a P-384 key",
            reader.with(json!({"alg": "ES256", "kid": "r1"}), &right),
        ),
        (
            "RS384 over a P-384 key",
            reader.with(json!({"alg": "RS384", "kid": "r1"}), &right),
        ),
        (
            "a key that is nobody's",
            stranger.with(json!({"alg": "ES384", "kid": "r1"}), &right),
        ),
        (
            "a name that no key has",
            reader.with(json!({"alg": "ES384", "kid": "x1"}), &right),
        ),
        ("no key named", reader.with(json!({"alg": "ES384"}), &right)),
        (
            "the key of another system",
            world.sender.with(json!({"alg": "ES384", "kid": "s1"}), &right),
        ),
        ("claims changed", format!("{head}.{changed}.{signature}")),
        ("cut off", format!("{message}.")),
        (
            "something to be understood",
            reader.with(json!({"alg": "ES384", "kid": "r1", "crit": ["x"], "x": 1}), &right),
        ),
        (
            "a key of its own",
            reader.with(
                json!({"alg": "ES384", "kid": "x1", "jku": "https://x.example.org"}),
                &right,
            ),
        ),
        (
            "a system that is not registered",
            stranger.signed(&world.claims("stranger")),
        ),
        ("no assertion at all", "x".to_owned()),
        ("too long", "x".repeat(9_000)),
    ];
    let mut said = std::collections::BTreeSet::new();
    for (what, assertion) in &forged {
        let answer = world.shows(assertion, "system/*.rs").await;
        assert_eq!(answer.status, 400, "{what}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{what}");
        said.insert(answer.text);
    }
    let shut = Signer::new("z1");
    said.insert(
        world
            .shows(&shut.signed(&world.claims("shut")), "system/*.rs")
            .await
            .text,
    );
    assert_eq!(said.len(), 1, "one answer for all: {said:?}");
    assert!(said.first().unwrap().contains("invalid_client"));
    assert_eq!(
        error(&world.shows(&good, "system/*.rs").await),
        "200 none",
        "the good one is still good"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_good_once_even_in_two_tries_at_the_same_moment() {
    let world = given_systems_with_keys(0);
    let one = world.reader.signed(&world.claims("reader"));
    let (first, second) = tokio::join!(world.shows(&one, "system/*.rs"), world.shows(&one, "system/*.rs"));
    let mut both = [error(&first), error(&second)];
    both.sort();
    assert_eq!(both, ["200 none", "400 invalid_client"]);
    assert_eq!(error(&world.shows(&one, "system/*.rs").await), "400 invalid_client");
    let rows = world.app.care.audit().latest(20).unwrap();
    assert!(
        rows.iter().any(|row| row.outcome == "an assertion used before"),
        "{rows:?}"
    );
    // Another process over the same store, which never saw it.
    let systems = vec![machine("reader", Role::CareSystem, "system/*.rs", &world.reader)];
    let other = World {
        app: App::with(world.app.care.clone(), systems, store::now),
        reader: Signer::new("r1"),
        sender: Signer::new("s1"),
        stranger: Signer::new("x1"),
        clock: store::now,
        _folder: tempfile::tempdir().unwrap(),
    };
    assert_eq!(error(&other.shows(&one, "system/*.rs").await), "400 invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_one_is_refused_in_the_words_of_the_standard() {
    let world = given_systems_with_keys(0);
    let good = || world.reader.signed(&world.claims("reader"));
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let whole = |assertion: &str, grant: &str, kind: &str, more: &[(&str, &str)]| {
        let mut form = vec![
            ("grant_type".to_owned(), grant.to_owned()),
            ("client_assertion_type".to_owned(), kind.to_owned()),
            ("client_assertion".to_owned(), assertion.to_owned()),
        ];
        form.extend(more.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())));
        form
    };
    let scope = [("scope", "system/*.rs")];
    for (what, form, expected) in [
        (
            "another grant",
            whole(&good(), "password", kind, &scope),
            "400 unsupported_grant_type",
        ),
        ("no grant", whole(&good(), "", kind, &scope), "400 invalid_request"),
        (
            "another assertion",
            whole(&good(), "client_credentials", "x", &scope),
            "400 invalid_client",
        ),
        (
            "no assertion",
            whole("", "client_credentials", kind, &scope),
            "400 invalid_client",
        ),
        (
            "no scope",
            whole(&good(), "client_credentials", kind, &[]),
            "400 invalid_scope",
        ),
        (
            "a scope of version 1",
            whole(&good(), "client_credentials", kind, &[("scope", "system/*.read")]),
            "400 invalid_scope",
        ),
        (
            "nothing that it is registered for",
            whole(&good(), "client_credentials", kind, &[("scope", "system/Patient.cu")]),
            "400 invalid_scope",
        ),
        (
            "another client",
            whole(
                &good(),
                "client_credentials",
                kind,
                &[("scope", "system/*.rs"), ("client_id", "sender")],
            ),
            "400 invalid_client",
        ),
        (
            "twice",
            whole(
                &good(),
                "client_credentials",
                kind,
                &[("scope", "system/*.rs"), ("scope", "system/*.rs")],
            ),
            "400 invalid_request",
        ),
        (
            "its own name besides",
            whole(
                &good(),
                "client_credentials",
                kind,
                &[("scope", "system/*.rs"), ("client_id", "reader")],
            ),
            "200 none",
        ),
    ] {
        let pairs: Vec<(&str, &str)> = form.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(error(&world.asks(&pairs).await), expected, "{what}");
    }
    let json = ("content-type", "application/json");
    let answer = world.app.send("POST", "/token", "", "{}", &[json]).await;
    assert_eq!(error(&answer), "400 invalid_request");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let long = world.app.send("POST", "/token", "", &"x".repeat(40_000), &[form]).await;
    assert_eq!(long.status, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_by_its_time_and_at_once_when_its_system_is_suspended_or_struck_out() {
    let world = given_systems_by(5, moving);
    let person = world.margaret().await;
    let path = format!("/fhir/Patient/{person}");
    let read = async |token: &str| world.app.send("GET", &path, token, "", &[]).await.status.as_u16();
    let token = world.token("reader", "system/*.rs").await;
    assert_eq!(read(&token).await, 200);
    seconds_pass(299);
    assert_eq!(read(&token).await, 200);
    seconds_pass(1);
    assert_eq!(read(&token).await, 401);

    let token = world.token("reader", "system/*.rs").await;
    assert_eq!(read(&token).await, 200);
    let listed = |suspended, scopes: &str| Machine {
        suspended,
        ..machine("reader", Role::CareSystem, scopes, &world.reader)
    };
    let machines = &world.app.site.machines;
    machines.replace(vec![listed(true, "system/*.rs")]);
    assert_eq!(read(&token).await, 401);
    machines.replace(vec![listed(false, "system/Flag.r")]);
    assert_eq!(read(&token).await, 403, "no more than is registered now");
    machines.replace(Vec::new());
    assert_eq!(read(&token).await, 401);
    let forged = token.replace(|c: char| c.is_ascii_digit(), "0");
    assert_eq!(read(&forged).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_systems_read_first_is_true() {
    let world = given_systems_with_keys(0);
    let read = async |path: &str| world.app.send("GET", path, "", "", &[]).await;
    let said = read("/.well-known/smart-configuration").await;
    assert_eq!(said.text, read("/fhir/.well-known/smart-configuration").await.text);
    let said = said.json();
    assert_eq!(said["token_endpoint"], HERE);
    let list = |name: &str| {
        said[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        list("token_endpoint_auth_signing_alg_values_supported"),
        ["RS384", "ES384"]
    );
    assert_eq!(list("grant_types_supported"), ["client_credentials"]);
    assert_eq!(
        list("capabilities"),
        ["client-confidential-asymmetric", "permission-v2"]
    );
    for scope in list("scopes_supported") {
        Scopes::parse(&scope).unwrap();
    }
    let statement = read("/fhir/metadata").await.json();
    let code = &statement["rest"][0]["security"]["service"][0]["coding"][0]["code"];
    assert_eq!(code, "SMART-on-FHIR");
}
