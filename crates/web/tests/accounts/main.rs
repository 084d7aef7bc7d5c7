//! Real people's own accounts: set up, signed in, guessed at, and shut, through the pages.

//!
//! A test binary of its own, and one test at a time: time passes here, and the clock is everyone's in a process.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "../store/client.rs"]
mod client;
mod happened;
mod removals;
#[path = "../store/mod.rs"]
mod store;
mod ties;

use axum::Router;
use axum::http::StatusCode;
use care::access::account::{self, AccountKey, NewAccount, OneTime, authenticator};
use care::access::{DEMO_USERS, session};
use care::{Care, Stamp};
use client::{Answer, Browser, clock, minutes_pass, serving};
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A care system, for invented people or for real ones, while no other test runs.
struct World {
    care: Arc<Care>,
    router: Router,
    folder: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

async fn given_a_system(stamp: Stamp) -> World {
    let alone = ONE_AT_A_TIME.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let care = store::stamped(folder.path(), stamp);
    World {
        router: serving(&care),
        care,
        folder,
        _alone: alone,
    }
}

const PASSWORD: &str = "otter ladder cobalt";

fn key() -> AccountKey {
    AccountKey::new([9; 32])
}

fn given_an_account(care: &Care, name: &str, role: &str, organisation: &str) -> OneTime {
    let new = NewAccount {
        user: String::new(),
        name: name.to_owned(),
        role: role.to_owned(),
        organisation: organisation.to_owned(),
    };
    let seed = *blake3::hash(name.as_bytes()).as_bytes();
    let random = [seed, *blake3::hash(&seed).as_bytes(), seed];
    account::add(care, &key(), &new, "system:test", (random, clock())).unwrap()
}

/// What stands between two marks.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).unwrap_or("").split(to).next().unwrap_or("")
}

/// The bytes of a key as an app reads it off the page.
fn key_on(page: &Answer) -> Vec<u8> {
    let typed: String = between(&page.text, "class=\"key\">", "<").split_whitespace().collect();
    let (mut held, mut bits, mut bytes) = (0u32, 0, Vec::new());
    for letter in typed.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|one| *one == letter);
        held = held << 5 | value.unwrap() as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

/// Someone with an account and a telephone.
struct Owner {
    user: String,
    app: Vec<u8>,
    recovery: Vec<String>,
}

impl Owner {
    fn code(&self) -> String {
        authenticator::shown(&self.app, clock()).unwrap()
    }

    /// Signs in once the telephone shows another code.
    async fn signs_in(&self, browser: &mut Browser) -> Answer {
        minutes_pass(1);
        self.tries(browser, PASSWORD).await
    }

    async fn tries(&self, browser: &mut Browser, password: &str) -> Answer {
        browser.see("/sign-in?by=password").await;
        let code = self.code();
        let fields = [("user", self.user.as_str()), ("password", password), ("code", &code)];
        browser.send("/sign-in", &fields).await
    }
}

/// Goes through the pages as a new owner does.
async fn when_they_set_it_up(browser: &mut Browser, one: &OneTime) -> Owner {
    browser.see("/enrol").await;
    let code = one.code.to_uppercase();
    let fields = [("user", one.user.as_str()), ("enrol", &code)];
    let second = browser.send("/enrol", &fields).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.words());
    let app = key_on(&second);
    assert!(second.text.contains("otpauth://totp/") && second.text.contains("<svg class=\"qr\""));
    let shown = authenticator::shown(&app, clock()).unwrap();
    let unlike = [
        ("user", one.user.as_str()),
        ("enrol", &one.code),
        ("code", &shown),
        ("password", PASSWORD),
        ("again", "otter"),
    ];
    let again = browser.send("/enrol/account", &unlike).await;
    assert!(
        again.words().contains("same password in both boxes"),
        "{}",
        again.words()
    );
    let alike = unlike.map(|(name, value)| (name, if name == "again" { PASSWORD } else { value }));
    let done = browser.send("/enrol/account", &alike).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.words());
    let recovery: Vec<String> = done
        .text
        .split("class=\"key\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(recovery.len(), account::RECOVERY_CODES);
    browser.see("/contact").await;
    Owner {
        user: one.user.clone(),
        app,
        recovery,
    }
}

#[tokio::test]
async fn a_nurse_sets_her_account_up_and_signs_in_where_people_are_real() {
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Live).await;
    let one = given_an_account(&care, "Nia Marlow", "clinician", "RDY");
    let mut browser = Browser::fresh(&router);
    let nia = when_they_set_it_up(&mut browser, &one).await;
    assert_eq!(browser.open("/").await.leads_to, "/people", "signed in by setting up");
    assert!(browser.see("/people").await.text.contains("Nia Marlow"));
    browser.send("/sign-out", &[]).await;
    assert_eq!(browser.open("/people").await.status, StatusCode::SEE_OTHER);
    let inside = nia.signs_in(&mut browser).await;
    assert_eq!((inside.status, inside.leads_to.as_str()), (StatusCode::SEE_OTHER, "/"));
    browser.see("/people").await;
    // The code she was handed is good no longer.
    let mut other = Browser::fresh(&router);
    other.see("/enrol").await;
    let again = other.send("/enrol", &[("user", &one.user), ("enrol", &one.code)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.words().contains("do not belong together"));
}

/// SAFETY 18: whatever a browser sends, and even with a session row out of a demonstration in the database.
#[tokio::test]
async fn safety_18_nobody_signs_in_as_a_demo_user_where_people_are_real() {
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Live).await;
    let mut browser = Browser::fresh(&router);
    let page = browser.see("/sign-in").await;
    for user in DEMO_USERS {
        assert!(!page.text.contains(user.name), "{}", user.name);
        browser.see("/sign-in").await;
        for fields in [
            vec![("user", user.user)],
            vec![("user", user.user), ("password", "x"), ("code", "000000")],
        ] {
            let sent = browser.send("/sign-in", &fields).await;
            let refused = [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS];
            assert!(refused.contains(&sent.status), "{}: {}", user.user, sent.status);
        }
        assert_eq!(
            browser.open("/people").await.status,
            StatusCode::SEE_OTHER,
            "{}",
            user.user
        );
    }
    // Nor behind the pages, nor by the session of a demonstration written into the database.
    let begun = session::begin_demo(&care, "nurse", "token", &account::Source::default(), clock());
    assert!(begun.unwrap().is_none());
    let token = "5f".repeat(32);
    let place = care::db::Place::Lite(_folder.path().join("record.db"));
    let mut conn = place.connect(false).unwrap();
    let digest = *blake3::hash(token.as_bytes()).as_bytes();
    let insert = "INSERT INTO session (token_digest, user_name, begun, seen, strong, method, agent)
                  VALUES (?1, 'nurse', ?2, ?2, ?2, 'demonstration', '')";
    conn.execute(insert, &[digest.as_slice().into(), clock().0.into()])
        .unwrap();
    browser.plant(&token);
    assert_eq!(browser.open("/people").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_was_wrong_is_never_told_and_a_brute_force_fails_while_the_owner_gets_in() {
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Demo).await;
    let one = given_an_account(&care, "Nia Marlow", "clinician", "RDY");
    let mut own = Browser::fresh(&router);
    let nia = when_they_set_it_up(&mut own, &one).await;
    own.send("/sign-out", &[]).await;
    let mut stranger = Browser::fresh(&router);
    stranger.network = "198.51.100.4".to_owned();
    stranger.see("/sign-in?by=password").await;
    let mut said = Vec::new();
    for (user, password, code) in [
        ("nia.marlow", "not it at all", "000000"),
        ("nia.marlow", PASSWORD, "000000"),
        ("no.such.name", PASSWORD, "000000"),
    ] {
        let fields = [("user", user), ("password", password), ("code", code)];
        let answer = stranger.send("/sign-in", &fields).await;
        let plain = answer.text.replace(user, "").replace(&answer.text[..0], "");
        said.push((answer.status, plain));
    }
    assert_eq!(said[0].0, StatusCode::UNAUTHORIZED);
    assert!(said.iter().all(|one| *one == said[0]), "the same page for each");
    let mut held = 0;
    for n in 0..30 {
        let guess = format!("guess number {n}");
        let fields = [("user", "nia.marlow"), ("password", guess.as_str()), ("code", "123456")];
        let answer = stranger.send("/sign-in", &fields).await;
        held += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
        assert_ne!(answer.status, StatusCode::SEE_OTHER);
    }
    assert!(held >= 26, "{held} of 30 were held back");
    // Even the right ones are not looked at from there now; the owner gets in at her own browser.
    assert_eq!(
        nia.tries(&mut stranger, PASSWORD).await.status,
        StatusCode::TOO_MANY_REQUESTS
    );
    let answer = nia.signs_in(&mut own).await;
    assert_eq!(answer.leads_to, "/account/happened", "{}", answer.words());
    let rows = care.audit().latest(200).unwrap();
    assert!(
        rows.iter()
            .any(|row| row.act == "hold sign-ins back" && row.detail.contains("198.51.100.4"))
    );
    assert!(rows.iter().all(|row| !format!("{row:?}").contains("otter")));
}

/// A session that an attacker planted in the browser is not the one that its owner signs in by.
#[tokio::test]
async fn a_planted_session_is_never_signed_in() {
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Demo).await;
    let one = given_an_account(&care, "Nia Marlow", "clinician", "RDY");
    let mut own = Browser::fresh(&router);
    let nia = when_they_set_it_up(&mut own, &one).await;
    own.send("/sign-out", &[]).await;
    let mut attacker = Browser::fresh(&router);
    attacker.see("/sign-in").await;
    own.plant(&attacker.session());
    nia.signs_in(&mut own).await;
    own.see("/people").await;
    assert_ne!(own.session(), attacker.session());
    assert_eq!(
        attacker.open("/people").await.status,
        StatusCode::SEE_OTHER,
        "the planted one is nobody's"
    );
    // Signing in again ends the session before: a copy of it is good no longer.
    let before = own.session();
    nia.signs_in(&mut own).await;
    assert_ne!(own.session(), before);
    attacker.plant(&before);
    assert_eq!(attacker.open("/people").await.status, StatusCode::SEE_OTHER);
    own.see("/people").await;
    let signed_out = own.session();
    own.send("/sign-out", &[]).await;
    attacker.plant(&signed_out);
    assert_eq!(
        attacker.open("/people").await.status,
        StatusCode::SEE_OTHER,
        "signed out is out"
    );
}

#[tokio::test]
async fn a_recovery_code_lets_in_once_without_the_telephone() {
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Demo).await;
    let one = given_an_account(&care, "Nia Marlow", "clinician", "RDY");
    let mut own = Browser::fresh(&router);
    let nia = when_they_set_it_up(&mut own, &one).await;
    for (n, status) in [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED]
        .into_iter()
        .enumerate()
    {
        let mut browser = Browser::fresh(&router);
        browser.see("/sign-in?by=password").await;
        let fields = [
            ("user", "nia.marlow"),
            ("password", PASSWORD),
            ("code", nia.recovery[2].as_str()),
        ];
        assert_eq!(browser.send("/sign-in", &fields).await.status, status, "time {n}");
    }
}

/// Her sessions, one of them ended from another, then all at once.
#[tokio::test]
async fn she_sees_where_she_is_signed_in_and_ends_it_there_and_everywhere() {
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Demo).await;
    let one = given_an_account(&care, "Nia Marlow", "clinician", "RDY");
    let mut desk = Browser::fresh(&router);
    let nia = when_they_set_it_up(&mut desk, &one).await;
    let mut ward = Browser::fresh(&router);
    nia.signs_in(&mut ward).await;
    ward.see("/people").await;
    let mine = desk.see("/account").await;
    assert_eq!(
        mine.text.matches("Firefox on Windows").count(),
        3,
        "two, one of them named on its button"
    );
    assert!(
        mine.words().contains("You have 10 recovery codes left"),
        "{}",
        mine.words()
    );
    let number = between(&mine.text, "/account/sessions/", "/end").to_owned();
    let mut other = Browser::of(&router, "nurse").await;
    other.see("/account").await;
    let path = format!("/account/sessions/{number}/end");
    assert_eq!(
        other.send(&path, &[]).await.status,
        StatusCode::NOT_FOUND,
        "nobody else ends it"
    );
    ward.see("/people").await;
    assert_eq!(desk.send(&path, &[]).await.leads_to, "/account?done=ended");
    assert_eq!(ward.open("/people").await.status, StatusCode::SEE_OTHER);
    nia.signs_in(&mut ward).await;
    desk.see("/account").await;
    let gone = desk.send("/account/everywhere", &[]).await;
    assert!(
        desk.see(&gone.leads_to)
            .await
            .words()
            .contains("signed out here and everywhere else")
    );
    for browser in [&mut desk, &mut ward] {
        assert_eq!(browser.open("/people").await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn changing_the_password_needs_the_old_one_and_a_code_and_ends_other_sessions() {
    const NEW: &str = "violet harbour spoon";
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Demo).await;
    let one = given_an_account(&care, "Nia Marlow", "clinician", "RDY");
    let mut desk = Browser::fresh(&router);
    let nia = when_they_set_it_up(&mut desk, &one).await;
    let mut ward = Browser::fresh(&router);
    nia.signs_in(&mut ward).await;
    ward.see("/people").await;
    desk.see("/account/password").await;
    minutes_pass(1);
    let code = nia.code();
    let change = |old: &'static str, code: &str, new: &'static str| {
        let fields = [("old", old), ("code", code), ("password", new), ("again", new)];
        fields.map(|(name, value)| (name, value.to_owned()))
    };
    for (fields, says) in [
        (change("not it", &code, NEW), "is not right"),
        (change(PASSWORD, "000000", NEW), "is not right"),
        (change(PASSWORD, &code, "password1234"), "people try first"),
    ] {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let refused = desk.send("/account/password", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.words().contains(says), "{}", refused.words());
    }
    let fields = change(PASSWORD, &code, NEW);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(
        desk.send("/account/password", &fields).await.leads_to,
        "/account?done=password"
    );
    desk.see("/account").await;
    assert_eq!(ward.open("/people").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        nia.signs_in(&mut ward).await.status,
        StatusCode::UNAUTHORIZED,
        "the old one"
    );
    minutes_pass(1);
    assert_eq!(nia.tries(&mut ward, NEW).await.leads_to, "/account/happened");
}

/// Somebody whom the search finds and whose record does not open to this reader.
async fn somebody_shut(browser: &mut Browser) -> (String, Answer) {
    for person in synthetic::truth(store::plan(12)) {
        browser.see("/people").await;
        let number = person.nhs_number.digits();
        let found = browser.send("/people", &[("asked", &number)]).await;
        let Some(path) = found.links("/people/").first().cloned() else {
            continue;
        };
        let answer = browser.open(&path).await;
        if answer.status == StatusCode::FORBIDDEN {
            return (path, answer);
        }
    }
    panic!("every record opens to them")
}

/// Asked for again only when it was shown a while ago; what was typed goes along; a demonstration asks for none.
#[tokio::test]
async fn an_emergency_asks_for_the_second_factor_again_and_loses_nothing_typed() {
    let world = given_a_system(Stamp::Demo).await;
    for delivery in synthetic::deliveries(store::plan(12)) {
        store::send(&world.care, &delivery.feed, &delivery.bytes, store::now());
    }
    let one = given_an_account(&world.care, "Priya Swyre", "clinician", "RBD");
    let mut doctor = Browser::fresh(&world.router);
    let priya = when_they_set_it_up(&mut doctor, &one).await;
    let (path, _) = somebody_shut(&mut doctor).await;
    let form = format!("{path}/emergency");
    doctor.see(&form).await;
    let said = "Collapsed on the ward & cannot speak";
    let fields = [("reason", "danger"), ("said", said)];
    // The second factor is shown when she signs in; 16 minutes later it is asked for again.
    let mut late = Browser::fresh(&world.router);
    priya.signs_in(&mut late).await;
    late.see(&form).await;
    minutes_pass(16);
    let asked = late.send(&form, &fields).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    assert!(asked.words().contains("Show that it is still you"), "{}", asked.words());
    assert!(asked.text.contains("Collapsed on the ward &#38; cannot speak"));
    assert_eq!(
        late.open(&path).await.status,
        StatusCode::FORBIDDEN,
        "nothing was done yet"
    );
    let wrong = [fields[0], fields[1], ("confirm-code", "000000")];
    late.see(&form).await;
    assert!(
        late.send(&form, &wrong)
            .await
            .words()
            .contains("This code is not right")
    );
    let code = priya.code();
    let right = [fields[0], fields[1], ("confirm-code", &code)];
    late.see(&form).await;
    assert_eq!(late.send(&form, &right).await.leads_to, path);
    late.see(&path).await;
    let (other, _) = somebody_shut(&mut late).await;
    let form = format!("{other}/emergency");
    late.see(&form).await;
    assert_eq!(
        late.send(&form, &fields).await.leads_to,
        other,
        "it was shown a moment ago"
    );
    let mut officer = Browser::of(&world.router, "privacy").await;
    officer.see("/audit").await;
    let found = officer.send("/audit", &[("user", "priya.swyre")]).await.words();
    assert!(found.contains("Priya Swyre"), "named as people know her: {found}");
    let audited = world.care.audit().latest(1_000).unwrap();
    let again: Vec<&str> = audited
        .iter()
        .filter(|row| row.act == "show second factor again")
        .map(|row| row.outcome.as_str())
        .collect();
    assert_eq!(again, ["granted", "wrong code"]);
}

#[tokio::test]
async fn new_recovery_codes_make_the_old_ones_worthless() {
    let World {
        care,
        router,
        folder: _folder,
        _alone,
    } = given_a_system(Stamp::Demo).await;
    let one = given_an_account(&care, "Nia Marlow", "clinician", "RDY");
    let mut own = Browser::fresh(&router);
    let nia = when_they_set_it_up(&mut own, &one).await;
    own.see("/account").await;
    minutes_pass(6);
    assert_eq!(own.send("/account/recovery", &[]).await.status, StatusCode::FORBIDDEN);
    let code = nia.code();
    own.see("/account").await;
    let shown = own.send("/account/recovery", &[("confirm-code", &code)]).await;
    assert_eq!(shown.text.matches("class=\"key\">").count(), account::RECOVERY_CODES);
    let fresh = between(&shown.text, "class=\"key\">", "<").to_owned();
    for (code, status) in [
        (nia.recovery[0].as_str(), StatusCode::UNAUTHORIZED),
        (fresh.as_str(), StatusCode::SEE_OTHER),
    ] {
        let mut browser = Browser::fresh(&router);
        browser.see("/sign-in?by=password").await;
        let fields = [("user", "nia.marlow"), ("password", PASSWORD), ("code", code)];
        assert_eq!(browser.send("/sign-in", &fields).await.status, status);
    }
}
