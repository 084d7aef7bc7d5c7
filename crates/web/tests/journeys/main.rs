//! What people come to do, from sign-in to the last page, over the real router and a real store of invented
//! people.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

mod asked;
#[path = "../store/client.rs"]
mod client;
mod counts;
mod guarding;
mod identity;
mod own;
mod projects;
mod rights;
#[path = "../store/mod.rs"]
mod store;
mod trust;
mod written_down;

use axum::Router;
use axum::http::StatusCode;
use care::Care;
use care::access::DEMO_USERS;
use client::{Answer, Browser, serving};
use std::sync::Arc;
use synthetic::TruePerson;

/// How many people: every household of the cast but the last, whose lives are told elsewhere.
const PEOPLE: u32 = 48;

struct World {
    care: Arc<Care>,
    router: Router,
    people: Vec<TruePerson>,
    _folder: tempfile::TempDir,
}

/// The whole care system, with everything its partners send.
fn given_the_partners_have_sent() -> World {
    let folder = tempfile::tempdir().unwrap();
    let care = store::filled(folder.path(), PEOPLE);
    World {
        router: serving(&care),
        people: synthetic::truth(store::plan(PEOPLE)).collect(),
        care,
        _folder: folder,
    }
}

fn given_something_unreadable_came(world: &World) {
    store::troubled(&world.care);
}

impl World {
    fn named(&self, given: &str, family: &str) -> &TruePerson {
        let found = self
            .people
            .iter()
            .find(|one| one.given.starts_with(given) && one.family == family);
        found.unwrap_or_else(|| panic!("{given} {family} is not among {} people", self.people.len()))
    }

    fn audited(&self) -> Vec<care::audit::AuditRow> {
        self.care.audit().latest(10_000).unwrap()
    }
}

/// What a nurse types: birth date and three letters.
fn traits(person: &TruePerson) -> String {
    let (year, month, day) = person.born.ymd();
    format!(
        "{day} {month} {year} {}",
        person.family.get(..3).unwrap().to_lowercase()
    )
}

async fn when_they_look_for(browser: &mut Browser, asked: &str) -> Answer {
    browser.see("/people").await;
    browser.send("/people", &[("asked", asked)]).await
}

/// The record of someone found, that the most senders know.
async fn when_they_open_the_record_of(browser: &mut Browser, person: &TruePerson) -> (String, Answer) {
    let found = when_they_look_for(browser, &traits(person)).await;
    let path = found
        .links("/people/")
        .first()
        .cloned()
        .unwrap_or_else(|| panic!("nobody found: {}", found.words()));
    let record = browser.see(&path).await;
    (path, record)
}

#[tokio::test]
async fn a_nurse_finds_a_widow_by_birth_date_and_three_letters_and_reads_who_knows_what() {
    let world = given_the_partners_have_sent();
    let margaret = world.named("Margaret", "Loveless");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, margaret).await;
    let words = record.words();
    let senders = [
        "Chesil View Surgery",
        "University Hospitals Dorset",
        "Dorset County Hospital",
        "Dorset HealthCare",
        "South Western Ambulance Service",
        "Dorset Council",
    ];
    for sender in senders {
        assert!(words.contains(sender), "{sender} is not on the record");
    }
    // Senders without a checked NHS number are named as perhaps the same, and never shown as one (SAFETY 1).
    for sender in [
        "Stepping Stones Link Workers",
        "Steady Together Falls Buddies",
        "Healthier Steps Coaching",
    ] {
        let perhaps = words
            .split("May be the same person")
            .nth(1)
            .unwrap()
            .split("Nothing received")
            .next()
            .unwrap();
        assert!(perhaps.contains(sender), "{sender}: {perhaps}");
    }
    for said in [
        "Senders disagree: an allergy against none known",
        "Allergy to penicillin",
        "Not for cardiopulmonary resuscitation",
        "Original: yellow folder",
        "Contingency plan:",
        "Blood pressure",
        "same fact: 2 senders",
    ] {
        assert!(words.contains(said), "“{said}” is not on the record: {words}");
    }
    let row = &world.audited()[0];
    assert_eq!(
        (row.act.as_str(), row.outcome.as_str(), row.actor.as_str()),
        ("read record", "granted", "nurse")
    );
    assert_eq!(
        Some(row.person.unwrap().to_string()),
        path.strip_prefix("/people/").map(str::to_owned)
    );
}

/// Ten days on either side of each bound, and what nobody dated, which is never too old.
#[tokio::test]
async fn the_timeline_goes_back_as_far_as_asked_and_never_leaves_out_what_is_undated() {
    let folder = tempfile::tempdir().unwrap();
    let care = store::empty(folder.path());
    let patient = r#"{"resourceType":"Patient","id":"p1","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}],"name":[{"family":"Marsh","given":["Ann"]}],"birthDate":"1950-04-03","gender":"female"}"#;
    let mut sent = vec![patient.to_owned()];
    let dates = [
        "2025-11-12",
        "2025-10-23",
        "2024-11-12",
        "2024-10-23",
        "2021-11-12",
        "2021-10-23",
        "",
    ];
    for (n, date) in dates.into_iter().enumerate() {
        let onset = if date.is_empty() {
            String::new()
        } else {
            format!(r#""onsetDateTime":"{date}","#)
        };
        sent.push(format!(
            r#"{{"resourceType":"Condition","id":"c{n}",{onset}"code":{{"text":"Complaint {n}"}},"subject":{{"reference":"Patient/p1"}}}}"#
        ));
    }
    store::send(&care, "gp01-fhir", sent.join("\n").as_bytes(), store::now());
    let router = serving(&care);
    let mut nurse = Browser::of(&router, "nurse").await;
    let found = when_they_look_for(&mut nurse, "9990000026").await;
    let path = found.links("/people/")[0].clone();
    for (asked, shown) in [
        ("?years=1", &[0, 6][..]),
        ("", &[0, 1, 2, 6]),
        ("?years=5", &[0, 1, 2, 3, 4, 6]),
        ("?years=all", &[0, 1, 2, 3, 4, 5, 6]),
    ] {
        let words = nurse.see(&format!("{path}{asked}")).await.text;
        let timeline = words
            .split("id=\"timeline\"")
            .nth(1)
            .unwrap()
            .split("</section>")
            .next()
            .unwrap();
        let seen: Vec<usize> = (0..dates.len())
            .filter(|n| timeline.contains(&format!("Complaint {n}")))
            .collect();
        assert_eq!(seen, shown, "{asked}: {timeline}");
    }
}

#[tokio::test]
async fn twins_are_told_apart() {
    let world = given_the_partners_have_sent();
    let isla = world.named("Isla", "Stickland");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let found = when_they_look_for(&mut nurse, &traits(isla)).await;
    let words = found.words();
    for told in ["Isla", "Isabelle", "same surname and birth date as another here"] {
        assert!(words.to_lowercase().contains(&told.to_lowercase()), "{told}: {words}");
    }
    let numbers: Vec<String> = ["Isla", "Isabelle"]
        .map(|given| world.named(given, "Stickland").nhs_number.to_string())
        .into();
    assert!(numbers.iter().all(|number| words.contains(number.as_str())), "{words}");
}

#[tokio::test]
async fn an_entry_opens_to_what_was_sent_and_every_version() {
    let world = given_the_partners_have_sent();
    let margaret = world.named("Margaret", "Loveless");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, margaret).await;
    let entries = record.links(&format!("{path}/entries/"));
    let entry = nurse.see(&entries[0]).await;
    for label in [
        "Sender",
        "Written by",
        "Recorded",
        "Received",
        "Versions",
        "As sent",
        "Feed",
    ] {
        // What was not said stands in one line at the end, in small letters.
        let words = entry.words().to_lowercase();
        assert!(words.contains(&label.to_lowercase()), "{label}: {words}");
    }
    // What is only planned has not happened.
    for path in entries.iter().take(20) {
        let words = nurse.see(path).await.words();
        let said = words.split(" Versions ").next().unwrap();
        if said.contains(" Status planned ") {
            assert!(said.contains(" Planned for ") && !said.contains(" Happened "), "{said}");
        }
    }
    let version = entry.links(&format!("{}/versions/1", entries[0]))[0].clone();
    assert!(nurse.see(&version).await.words().contains("Version 1 of"));
    let bytes = nurse.see(&format!("{version}/as-sent")).await;
    assert!(!bytes.text.contains("<html"), "bytes, not a page");
    assert_eq!(world.audited()[0].act, "read as sent");

    // A social worker reads what was said, not the bytes.
    let mut social = Browser::of(&world.router, "social").await;
    assert!(
        social
            .see(&entries[0])
            .await
            .words()
            .contains("not the bytes that were sent")
    );
    assert_eq!(social.open(&version).await.status, StatusCode::FORBIDDEN);

    // An entry of one person is not on another's record, and a made-up name leads nowhere.
    let (other, _) = when_they_open_the_record_of(&mut nurse, world.named("Isla", "Stickland")).await;
    let name = entries[0].rsplit('/').next().unwrap();
    for strange in [
        format!("{other}/entries/{name}"),
        format!("{path}/entries/zz"),
        format!("{version}0"),
    ] {
        assert_eq!(nurse.open(&strange).await.status, StatusCode::NOT_FOUND, "{strange}");
    }
}

#[tokio::test]
async fn safety_4_what_could_not_be_read_stands_at_the_top_with_a_way_to_see_it() {
    let world = given_the_partners_have_sent();
    given_something_unreadable_came(&world);
    let margaret = world.named("Margaret", "Loveless");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, record) = when_they_open_the_record_of(&mut nurse, margaret).await;
    let words = record.words();
    let top = words.split("Read first in an emergency").next().unwrap();
    for said in [
        "1 item about this person could not be read",
        "Allergy from Chesil View Surgery",
        "Owned by: Data quality desk, due 10:41",
    ] {
        assert!(top.contains(said), "“{said}”: {top}");
    }
    let held = record.links(&format!("{path}/held/"))[0].clone();
    assert!(nurse.see(&held).await.text.contains("AllergyIntolerance"));
    let (other, _) = when_they_open_the_record_of(&mut nurse, world.named("Isla", "Stickland")).await;
    let number = held.rsplit('/').next().unwrap();
    assert_eq!(
        nurse.open(&format!("{other}/held/{number}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_steward_mends_tries_again_and_discards() {
    let world = given_the_partners_have_sent();
    given_something_unreadable_came(&world);
    let mut steward = Browser::of(&world.router, "steward").await;
    let list = steward.see("/feeds/quarantine").await;
    let items = list.links("/feeds/quarantine/");
    assert_eq!(items.len(), 3, "{}", list.words());
    let csv = steward.see("/feeds/quarantine.csv").await.text;
    assert_eq!(csv.lines().count(), 4, "{csv}");
    assert!(csv.lines().skip(1).all(|line| line.ends_with(",invented")), "{csv}");

    // Tried again as it arrived, it is refused as before and stays.
    let allergy = &items[0];
    steward.see(allergy).await;
    let tried = steward.send(&format!("{allergy}/retry"), &[]).await;
    assert!(
        steward
            .see(&tried.leads_to)
            .await
            .words()
            .contains("Tried again: refused as before")
    );

    // Mended badly, the text stands in the form with the reason; mended well, it is on the record.
    let bad = steward
        .send(
            &format!("{allergy}/mended"),
            &[("body", "{\"resourceType\":\"AllergyIntolerance\"}")],
        )
        .await;
    assert!(bad.words().contains("It still cannot be read"), "{}", bad.words());
    let id = world
        .named("Margaret", "Loveless")
        .records
        .iter()
        .find(|record| record.sender == "DEMO-GP01")
        .unwrap();
    let good = format!(
        r#"{{"resourceType":"AllergyIntolerance","id":"odd-1","patient":{{"reference":"Patient/{}"}},"code":{{"text":"Elastoplast"}}}}"#,
        id.local_id
    );
    let mended = steward.send(&format!("{allergy}/mended"), &[("body", &good)]).await;
    let settled = steward.see(&mended.leads_to).await.words();
    assert!(settled.contains("mended and taken by Ruth Abbotsbury"), "{settled}");
    let (_, record) = when_they_open_the_record_of(&mut steward, world.named("Margaret", "Loveless")).await;
    assert!(record.words().contains("Elastoplast"));

    // Discarding takes a reason.
    let other = &items[1];
    steward.see(other).await;
    let unreasoned = steward.send(&format!("{other}/discard"), &[("reason", "")]).await;
    assert!(unreasoned.words().contains("Say why this item is not needed"));
    let discarded = steward
        .send(&format!("{other}/discard"), &[("reason", "A test of the sender's")])
        .await;
    assert!(
        steward
            .see(&discarded.leads_to)
            .await
            .words()
            .contains("because: A test of the sender's")
    );

    // All alike in one go.
    let last = steward.see("/feeds/quarantine").await.links("/feeds/quarantine/")[0].clone();
    let all = steward.send(&format!("{last}/retry"), &[("alike", "yes")]).await;
    assert!(
        steward
            .see(&all.leads_to)
            .await
            .words()
            .contains("0 taken, 1 refused as before")
    );
}

#[tokio::test]
async fn whoever_may_not_is_told_what_they_can_do_and_it_is_written_down() {
    let world = given_the_partners_have_sent();
    let margaret = world.named("Margaret", "Loveless");
    let mut nurse = Browser::of(&world.router, "nurse").await;
    let (path, _) = when_they_open_the_record_of(&mut nurse, margaret).await;
    for user in ["link", "engineer"] {
        let mut refused = Browser::of(&world.router, user).await;
        for (asked, act) in [
            (path.clone(), "read record"),
            ("/people".to_owned(), "search"),
            (format!("{path}/summary"), "print summary"),
        ] {
            let answer = refused.open(&asked).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{user} {asked}");
            let words = answer.words();
            assert!(
                words.contains("you can do") && words.contains("See whom to ask"),
                "{user} {asked}: {words}"
            );
            assert!(
                !answer.text.to_lowercase().contains("loveless"),
                "{user} {asked} tells who it is"
            );
            let row = &world.audited()[0];
            assert_eq!((row.actor.as_str(), row.act.as_str()), (user, act));
            assert_ne!(row.outcome, "granted");
        }
        let searched = refused.send("/people", &[("asked", &traits(margaret))]).await;
        assert_eq!(searched.status, StatusCode::FORBIDDEN);
        assert!(!searched.text.to_lowercase().contains("loveless"));
    }
    let looked = nurse.see(&format!("{path}/looked")).await.words();
    assert!(
        looked.contains("Grace Kimmeridge") && looked.contains("Nothing: asked for the record"),
        "{looked}"
    );
}

#[tokio::test]
async fn a_form_without_its_token_does_nothing() {
    let world = given_the_partners_have_sent();
    given_something_unreadable_came(&world);
    let mut steward = Browser::of(&world.router, "steward").await;
    let item = steward.see("/feeds/quarantine").await.links("/feeds/quarantine/")[0].clone();
    let before = world.audited().len();
    let posts = [
        "/people".to_owned(),
        "/wrong".to_owned(),
        "/wrong/1/owner".to_owned(),
        "/wrong/1/closure".to_owned(),
        format!("{item}/retry"),
        format!("{item}/mended"),
        format!("{item}/discard"),
        "/sign-out".to_owned(),
        "/sign-in".to_owned(),
    ];
    for path in &posts {
        for token in ["", &"0".repeat(64)] {
            let fields = [
                ("csrf", token),
                ("asked", "9990000026"),
                ("reason", "x"),
                ("user", "nurse"),
            ];
            let answer = steward.send_without_token(path, &fields).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(answer.words().contains("nothing was done with it"), "{path}");
        }
    }
    assert_eq!(world.audited().len(), before, "nothing was asked of the store");
    steward.see(&item).await;
}

#[tokio::test]
async fn signing_in_leads_back_to_the_page_asked_for() {
    let world = given_the_partners_have_sent();
    let mut browser = Browser::fresh(&world.router);
    let asked = browser.open("/feeds?x=1").await;
    assert_eq!(
        (asked.status, asked.leads_to.as_str()),
        (StatusCode::SEE_OTHER, "/sign-in?onward=/feeds%3Fx%3D1")
    );
    let page = browser.see(&asked.leads_to).await;
    assert!(page.text.contains(r#"name="onward" value="/feeds?x=1""#));
    let signed_in = browser
        .send("/sign-in", &[("user", "engineer"), ("onward", "/feeds?x=1")])
        .await;
    assert_eq!(signed_in.leads_to, "/feeds?x=1");
    browser.see("/feeds?x=1").await;
    let away = browser
        .send("/sign-in", &[("user", "nurse"), ("onward", "//example.org")])
        .await;
    assert_eq!(away.leads_to, "/", "never to another site");
    assert_eq!(
        browser.open("/").await.leads_to,
        "/people",
        "each lands behind their own door"
    );
    browser.see("/contact").await;
    let out = browser.send("/sign-out", &[]).await;
    assert_eq!(out.leads_to, "/sign-in?was=out");
    assert_eq!(browser.open("/people").await.status, StatusCode::SEE_OTHER);
    let mut link = Browser::of(&world.router, "link").await;
    assert!(link.see("/").await.words().contains("No referral has been made to you"));
    let nobody = Browser::fresh(&world.router)
        .send_without_token("/sign-in", &[("user", "nurse")])
        .await;
    assert_eq!(nobody.status, StatusCode::FORBIDDEN);
}
