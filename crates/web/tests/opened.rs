//! Opened in context: a GP system asks for a link, and its user is led to the record of whom they have open there.
//! Whoever else has the link is led nowhere.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "store/client.rs"]
mod client;
mod store;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use care::Care;
use care::access::{Actor, Role};
use client::{Browser, minutes_pass, serving_systems};
use record::OrgCode;
use serde_json::{Value, json};
use std::sync::Arc;
use synthetic::TruePerson;
use tower::ServiceExt;
use web::serving::Machine;

struct World {
    care: Arc<Care>,
    router: Router,
    margaret: TruePerson,
    _folder: tempfile::TempDir,
}

fn system(token: &str, launches: bool, sender: Option<&str>) -> Machine {
    let actor = Actor {
        user: format!("system:{token}"),
        name: token.to_owned(),
        role: Role::CareSystem,
        organisation: "a test".to_owned(),
        works_for: None,
    };
    Machine {
        launches,
        ..Machine::with_token(token, actor, sender.and_then(OrgCode::parse))
    }
}

fn given_a_gp_system() -> World {
    let folder = tempfile::tempdir().unwrap();
    let care = store::filled(folder.path(), 8);
    let systems = vec![
        system("gp-system", true, Some("DEMO-GP01")),
        system("any-system", true, None),
        system("other-system", false, None),
    ];
    World {
        router: serving_systems(&care, systems),
        care,
        margaret: synthetic::truth(store::plan(8)).next().unwrap(),
        _folder: folder,
    }
}

impl World {
    async fn asks(&self, token: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post("/launches")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// The path of a link for Margaret's record.
    async fn link_for(&self, user: &str) -> String {
        self.link(&self.of_margaret(user)).await
    }

    async fn link(&self, body: &Value) -> String {
        let (status, said) = self.asks("gp-system", body).await;
        assert_eq!(status, 201, "{said}");
        assert_eq!(said["expires_in"], 60);
        let link = said["link"].as_str().unwrap();
        link.strip_prefix("http://records.example.org").unwrap().to_owned()
    }

    fn of_margaret(&self, user: &str) -> Value {
        let demo = care::access::DEMO_USERS.iter().find(|demo| demo.user == user).unwrap();
        let local = self
            .margaret
            .records
            .iter()
            .find(|record| record.sender == "DEMO-GP01")
            .unwrap();
        json!({"user": user, "role": demo.role.words(), "organisation": demo.works_for, "local-id": local.local_id})
    }

    /// A request that names somebody by their NHS number.
    fn by_number(&self, user: &str, person: &TruePerson) -> Value {
        let mut asked = self.of_margaret(user);
        asked.as_object_mut().unwrap().remove("local-id");
        asked["nhs-number"] = json!(person.nhs_number.digits());
        asked
    }

    /// The outcomes of an act that the audit has.
    fn audited(&self, act: &str) -> Vec<String> {
        let rows = self.care.audit().latest(500).unwrap();
        rows.into_iter()
            .filter(|row| row.act == act)
            .map(|row| row.outcome)
            .collect()
    }
}

/// Follows a link and goes on, as a browser does by itself.
async fn followed(browser: &mut Browser, link: &str) -> client::Answer {
    let answer = browser.open(link).await;
    if answer.status != StatusCode::OK {
        return answer;
    }
    assert!(answer.text.contains("content=\"0; url=/opened\""), "{}", answer.text);
    browser.open("/opened").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_its_user_to_the_record_and_says_nobody_in_its_address() {
    let world = given_a_gp_system();
    let mut gp = Browser::of(&world.router, "gp").await;
    let link = world.link_for("gp").await;
    for said in [
        world.margaret.nhs_number.digits(),
        world.margaret.family.clone(),
        world.margaret.given.clone(),
    ] {
        assert!(!link.contains(&said), "{link}");
    }
    let opened = followed(&mut gp, &link).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.words());
    let record = gp.see(&opened.leads_to).await;
    let family = world.margaret.family.to_lowercase();
    assert!(record.text.to_lowercase().contains(&family), "{family} is not named");
    assert!(world.audited("search").contains(&"granted".to_owned()));
    // Her number may be several people's: then they are shown as a search shows them, hers among them.
    let link = world.link(&world.by_number("gp", &world.margaret)).await;
    let choice = followed(&mut gp, &link).await;
    assert_eq!(choice.status, StatusCode::OK, "{}", choice.words());
    assert!(
        choice.links("/people/").contains(&opened.leads_to),
        "{}",
        choice.words()
    );
    // What is kept for a link says nobody either.
    let file = std::fs::read(world._folder.path().join("record.db-wal")).unwrap();
    let user = format!("\"user\":\"{}\"", "gp");
    assert!(!file.windows(user.len()).any(|part| part == user.as_bytes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_signs_in_and_then_the_record_opens() {
    let world = given_a_gp_system();
    let mut gp = Browser::fresh(&world.router);
    let asked = followed(&mut gp, &world.link_for("gp").await).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(
        asked.leads_to.starts_with("/sign-in?onward=/opened"),
        "{}",
        asked.leads_to
    );
    gp.open(&asked.leads_to).await;
    let inside = gp.send("/sign-in", &[("user", "gp"), ("onward", "/opened")]).await;
    assert_eq!(inside.leads_to, "/opened");
    let opened = gp.open("/opened").await;
    assert!(opened.leads_to.starts_with("/people/"), "{}", opened.words());
    gp.see(&opened.leads_to).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once_and_for_a_minute() {
    let world = given_a_gp_system();
    let mut gp = Browser::of(&world.router, "gp").await;
    let link = world.link_for("gp").await;
    assert_eq!(followed(&mut gp, &link).await.status, StatusCode::SEE_OTHER);
    let again = followed(&mut gp, &link).await;
    assert_eq!(again.status, StatusCode::GONE);
    // Who only looks whether something is there does not use it up.
    let looked_at = world.link_for("gp").await;
    for (method, header) in [("HEAD", "x-none"), ("GET", "sec-purpose")] {
        let look = Request::builder()
            .method(method)
            .uri(&looked_at)
            .header(header, "prefetch");
        let response = world
            .router
            .clone()
            .oneshot(look.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
    }
    assert_eq!(followed(&mut gp, &looked_at).await.status, StatusCode::SEE_OTHER);
    assert!(
        again.words().contains("followed before, or is too old"),
        "{}",
        again.words()
    );
    assert_eq!(
        gp.open("/opened").await.status,
        StatusCode::NOT_FOUND,
        "and its cookie is gone"
    );
    let late = world.link_for("gp").await;
    minutes_pass(1);
    assert_eq!(followed(&mut gp, &late).await.status, StatusCode::GONE);
    // Whoever followed it in time may take ten minutes to sign in, and no longer.
    let slow = world.link_for("gp").await;
    let mut slow_gp = Browser::fresh(&world.router);
    followed(&mut slow_gp, &slow).await;
    minutes_pass(10);
    slow_gp.open("/sign-in").await;
    slow_gp.send("/sign-in", &[("user", "gp")]).await;
    assert_eq!(slow_gp.open("/opened").await.status, StatusCode::GONE);
    for nothing in [
        "/opened/x",
        "/opened/0000000000000000000000000000000000000000000000000000000000000000",
    ] {
        assert_eq!(gp.open(nothing).await.status, StatusCode::GONE, "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_link_is_worthless() {
    let world = given_a_gp_system();
    // A thief with no account: asked to sign in. The owner is told that somebody had it.
    let link = world.link_for("gp").await;
    let mut thief = Browser::fresh(&world.router);
    let asked = followed(&mut thief, &link).await;
    assert!(asked.leads_to.starts_with("/sign-in"), "{}", asked.leads_to);
    let mut gp = Browser::of(&world.router, "gp").await;
    let owner = followed(&mut gp, &link).await;
    assert_eq!(owner.status, StatusCode::GONE);
    assert!(owner.words().contains("somebody else had it"), "{}", owner.words());
    // A thief with an account of their own, however much it may see: told plainly, and in the audit.
    let link = world.link_for("gp").await;
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let told = followed(&mut nurse, &link).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    let words = told.words();
    assert!(
        words.contains("made for somebody else") && words.contains("Nia Marlow"),
        "{words}"
    );
    for said in [
        &world.margaret.family,
        &world.margaret.nhs_number.digits(),
        "Owen Thatcher",
    ] {
        assert!(!told.text.contains(said), "{words}");
    }
    assert!(
        world
            .audited("follow a link")
            .contains(&"made for another user".to_owned())
    );
    // The cookie without the link, and the link without the cookie.
    assert_eq!(gp.open("/opened").await.status, StatusCode::NOT_FOUND);
    assert_eq!(followed(&mut gp, &link).await.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_grants_nothing_that_policy_does_not() {
    let world = given_a_gp_system();
    // An analyst looks at nobody, link or no link.
    let mut analyst = Browser::of(&world.router, "analyst").await;
    let refused = followed(&mut analyst, &world.link_for("analyst").await).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.words());
    assert!(
        !refused
            .text
            .to_lowercase()
            .contains(&world.margaret.family.to_lowercase())
    );
    // Another role or organisation there than here.
    let mut gp = Browser::of(&world.router, "gp").await;
    for (name, value) in [("role", "receptionist"), ("organisation", "RBD")] {
        let mut asked = world.of_margaret("gp");
        asked[name] = json!(value);
        let told = followed(&mut gp, &world.link(&asked).await).await;
        assert_eq!(told.status, StatusCode::FORBIDDEN, "{name}");
        assert!(told.words().contains("another role"), "{}", told.words());
    }
    // Nobody by that number.
    let stranger = synthetic::truth(store::plan(60)).last().unwrap();
    let asked = world.by_number("gp", &stranger);
    let nobody = followed(&mut gp, &world.link(&asked).await).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert!(nobody.words().contains("No record was found"), "{}", nobody.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_systems_registered_for_it_are_given_links_and_none_learns_who_is_known() {
    let world = given_a_gp_system();
    let good = world.by_number("gp", &world.margaret);
    let stranger = synthetic::truth(store::plan(60)).last().unwrap().nhs_number.digits();
    assert_eq!(world.asks("nobody", &good).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(world.asks("other-system", &good).await.0, StatusCode::FORBIDDEN);
    let with = |name: &str, value: Value| {
        let mut asked = good.clone();
        asked[name] = value;
        asked
    };
    for (asked, status) in [
        (with("user", json!("no-such-user")), 201),
        (with("nhs-number", json!(stranger)), 201),
        (with("nhs-number", json!("9990000000")), 400),
        (with("role", json!("king")), 400),
        (with("role", json!("care system")), 400),
        (with("organisation", json!("")), 400),
        (with("user", json!("a b")), 400),
        (with("user", json!("")), 400),
        (with("local-id", json!("1")), 400),
        (with("more", json!("1")), 400),
        (json!([]), 400),
    ] {
        assert_eq!(world.asks("gp-system", &asked).await.0.as_u16(), status, "{asked}");
    }
    let long = with("user", json!("x".repeat(9_000)));
    assert_eq!(world.asks("gp-system", &long).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let mut local = good.clone();
    local.as_object_mut().unwrap().remove("nhs-number");
    local["local-id"] = json!("1");
    assert_eq!(
        world.asks("any-system", &local).await.0,
        StatusCode::BAD_REQUEST,
        "whose?"
    );
    local["sender"] = json!("RBD");
    assert_eq!(world.asks("any-system", &local).await.0, StatusCode::CREATED);
}
