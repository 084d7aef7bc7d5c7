//! Text typed is never lost over an idle time-out: every route of the reviewed table that takes a form is sent one after
//! the session ran out of time, and its writer finds what they typed in its field once they are signed in again. By
//! itself, because the clock that it moves on is everyone's in a process.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "store/client.rs"]
mod client;
mod store;

use axum::Router;
use axum::http::StatusCode;
use care::access::DEMO_USERS;
use client::{Answer, Browser, minutes_pass, serving};
use std::collections::BTreeSet;
use std::path::Path;

/// The reviewed table of every route: `who_may_open_what` holds it to what is served.
const TABLE: &str = include_str!("journeys/guarding.txt");

/// Routes whose forms are not kept, and why.
const NOT_KEPT: [(&str, &str); 10] = [
    ("/sign-in", "a password"),
    ("/sign-out", "nothing is typed"),
    ("/enrol", "a code and a password"),
    ("/enrol/account", "a code and a password"),
    ("/account/sessions/{number}/end", "nothing is typed, and a code may be"),
    ("/account/happened", "nothing is typed"),
    ("/account/password", "passwords"),
    ("/account/recovery", "a code"),
    ("/account/everywhere", "nothing is typed"),
    ("/token", "a system asks"),
];

/// What a system asks for, never a browser.
const OF_SYSTEMS: &str = "/launches";

/// Every path that takes a form.
fn forms() -> Vec<&'static str> {
    let paths = TABLE
        .lines()
        .filter_map(|line| line.strip_prefix("POST "))
        .filter_map(|rest| rest.split_whitespace().next());
    paths.collect()
}

/// The name of every field that text is typed into, on any page.
fn fields() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.path().is_dir() {
                true => folders.push(entry.path()),
                false => {
                    found.extend(typed_into(&std::fs::read_to_string(entry.path()).unwrap()).map(|(name, _)| name))
                }
            }
        }
    }
    found.retain(|name| !name.contains('{') && !["password", "again", "code"].contains(&name.as_str()));
    found
}

/// The fields for text in a piece of a page, each with what stands in it.
fn typed_into(text: &str) -> impl Iterator<Item = (String, String)> {
    let named = |tag: &str| Some(tag.split("name=\"").nth(1)?.split('"').next()?.to_owned());
    let areas = text.split("<textarea").skip(1).filter_map(move |rest| {
        let (tag, rest) = rest.split_once('>')?;
        Some((named(tag)?, rest.split("</textarea>").next()?.to_owned()))
    });
    let inputs = text.split("<input").skip(1).filter_map(move |rest| {
        let tag = rest.split_once('>')?.0;
        let is_text = tag.contains("type=\"text\"") || !tag.contains("type=");
        let value = tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next());
        is_text.then_some((named(tag)?, value.unwrap_or("").to_owned()))
    });
    areas.chain(inputs).collect::<Vec<_>>().into_iter()
}

fn typed(name: &str) -> String {
    format!("Typed into {name}, not <sent> & not lost")
}

fn as_shown(name: &str) -> String {
    typed(name)
        .replace('&', "&#38;")
        .replace('<', "&#60;")
        .replace('>', "&#62;")
}

/// Whether the page has the form with all that was typed into it; else what is lost.
fn holds(page: &Answer, path: &str) -> Result<(), String> {
    let action = format!("action=\"{path}\"");
    let forms = page
        .text
        .split("<form")
        .skip(1)
        .filter_map(|rest| rest.split("</form>").next());
    let lost = |form: &str| -> Vec<String> {
        // A line end right after the tag of a box is none of its text.
        let fields = typed_into(form).filter(|(name, value)| value.trim_start_matches('\n') != as_shown(name));
        fields.map(|(name, value)| format!("{name}: “{value}”")).collect()
    };
    let mut best = Err(format!("no form for it on: {}", page.words()));
    for form in forms.filter(|form| form.contains(&action)) {
        match lost(form).as_slice() {
            [] => return Ok(()),
            some => best = Err(format!("lost {some:?}")),
        }
    }
    best
}

/// A care system in which each form has something to be about.
struct World {
    router: Router,
    person: String,
    entry: String,
    child: String,
    child_proxy: String,
    proxy: String,
    said: String,
    held: String,
    emergency: String,
    _folder: tempfile::TempDir,
}

fn last(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

async fn given_something_for_every_form() -> World {
    let folder = tempfile::tempdir().unwrap();
    let care = store::filled(folder.path(), 4);
    store::troubled(&care);
    let number = record::NhsNumber::parse("9990000026").unwrap();
    care::access::bind_demo_users(&care, number, store::now()).unwrap();
    let child = r#"{"resourceType":"Patient","id":"child-1","name":[{"family":"Farrow","given":["Edie"]}],"birthDate":"2015-01-05","gender":"female","generalPractitioner":[{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"DEMO-GP01"}}]}"#;
    store::send(&care, "gp01-fhir", child.as_bytes(), store::now());
    let router = serving(&care);
    let mut gp = Browser::of(&router, "gp").await;
    gp.see("/people").await;
    let found = gp.send("/people", &[("asked", "5 1 2015 far")]).await;
    let child = found.links("/people/")[0].clone();
    let parent = [
        ("holder", "carer"),
        ("basis", "parent"),
        ("words", "seen"),
        ("competence", "not yet"),
    ];
    gp.send(&format!("{child}/proxies"), &parent).await;
    let child_proxy = last(
        &gp.see(&format!("{child}/sharing"))
            .await
            .links(&format!("{child}/proxies/"))[0],
    );
    let mut resident = Browser::of(&router, "resident").await;
    let person = resident.open("/").await.leads_to;
    let proxy = last(
        &resident
            .see(&format!("{person}/sharing"))
            .await
            .links(&format!("{person}/proxies/"))[0],
    );
    let entry = removed_by_law(&mut gp, &person).await;
    resident.see(&person).await;
    resident
        .send(
            &format!("{entry}/request"),
            &[("asks", "put-right"), ("words", "not mine")],
        )
        .await;
    resident
        .send(
            &format!("{person}/preferences"),
            &[("about", "language"), ("value", "Polish")],
        )
        .await;
    let said = last(
        &resident
            .see(&format!("{person}/preferences"))
            .await
            .links(&format!("{person}/preferences/"))[0],
    );
    resident
        .send("/wrong", &[("about", &person), ("wrong", "fact"), ("said", "x")])
        .await;
    let mut doctor = Browser::of(&router, "ward").await;
    let emergency = [("reason", "danger"), ("said", "collapsed in the corridor")];
    doctor.send(&format!("{person}/emergency"), &emergency).await;
    let mut officer = Browser::of(&router, "privacy").await;
    let emergencies = officer.see("/emergencies").await.text;
    let emergency = emergencies.split("action=\"/emergencies/").nth(1).unwrap();
    let emergency = emergency.split('/').next().unwrap().to_owned();
    officer.see("/suspensions").await;
    officer
        .send(
            "/suspensions",
            &[("user", "community"), ("words", "looked at a neighbour")],
        )
        .await;
    projects(&care, &router, &mut officer).await;
    let mut steward = Browser::of(&router, "steward").await;
    let held = last(&steward.see("/feeds/quarantine").await.links("/feeds/quarantine/")[0]);
    World {
        router,
        person: last(&person),
        entry: last(&entry),
        child: last(&child),
        child_proxy,
        proxy,
        said,
        held,
        emergency,
        _folder: folder,
    }
}

/// A project that waits for an answer, and one that runs.
async fn projects(care: &care::Care, router: &Router, officer: &mut Browser) {
    let key = care::access::account::AccountKey::new([9; 32]);
    care::counts::take(care, &care::access::JobGrant::for_job("test"), &key, store::now()).unwrap();
    let mut analyst = Browser::of(router, "analyst").await;
    let proposal = [
        ("name", "Feet"),
        ("question", "whose feet"),
        ("step", "look at them"),
        ("owner", "Dr Alder"),
        ("days", "30"),
    ];
    analyst.see("/projects").await;
    for number in 1..=2 {
        let leads_to = analyst.send("/projects", &proposal).await.leads_to;
        assert_eq!(leads_to, format!("/projects/{number}"));
    }
    officer.see("/projects/2").await;
    let agreed = [("answer", "agree"), ("words", "public task")];
    assert_eq!(
        officer.send("/projects/2/answer", &agreed).await.leads_to,
        "/projects/2"
    );
}

/// Asks for one of the practice's own entries to be removed; answers the address of another.
async fn removed_by_law(gp: &mut Browser, person: &str) -> String {
    let mut own = Vec::new();
    for entry in gp.see(person).await.links(&format!("{person}/entries/")) {
        let form = format!("{entry}/removal");
        if gp.open(&form).await.status == StatusCode::OK && !own.contains(&entry) {
            own.push(entry);
        }
        if own.len() > 6 {
            break;
        }
    }
    for at in 0..own.len() {
        let asked = [("ground", "court-order"), ("words", "order 7")];
        let answer = gp.send(&format!("{}/removal", own[at]), &asked).await;
        if answer.status == StatusCode::SEE_OTHER {
            return own[(at + 1) % own.len()].clone();
        }
    }
    panic!("nothing of the practice's can be removed by itself");
}

impl World {
    /// A real address of a route.
    fn path(&self, route: &str) -> String {
        let (of_child, number) = match route {
            _ if route.contains("/proxies/{number}/review") => (true, self.child_proxy.as_str()),
            _ if route.contains("/proxies/") || route.contains("/sharing/{number}") => (false, self.proxy.as_str()),
            _ if route.contains("/preferences/") => (false, self.said.as_str()),
            _ if route.contains("/quarantine/") => (false, self.held.as_str()),
            _ if route.contains("/models/") => (false, "0"),
            _ if route.contains("/emergencies/") => (false, self.emergency.as_str()),
            // The first request is the removal, the second what she asks about an entry.
            _ if route.starts_with("/requests/") => (false, "2"),
            // The first project waits for its answer, the second runs.
            _ if route.starts_with("/projects/") && route.ends_with("/lists") => (false, "2"),
            _ => (false, "1"),
        };
        let person = if of_child { &self.child } else { &self.person };
        route
            .replace("{id}", person)
            .replace("{name}", &self.entry)
            .replace("{number}", number)
            .replace("{a}", "1")
            .replace("{b}", "2")
    }

    /// Somebody's session runs out of time over a form; they send it and sign in again.
    async fn times_out_over(&self, user: &str, path: &str, fields: &[(&str, &str)]) -> Result<(), String> {
        let mut browser = Browser::of(&self.router, user).await;
        minutes_pass(31);
        let sent = browser.send(path, fields).await;
        assert_eq!(sent.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(
            sent.words().contains("What you typed is kept"),
            "{path}: {}",
            sent.words()
        );
        assert!(!sent.text.contains("not lost"), "{path}: shown to whoever sits there");
        let again = browser.send("/sign-in", &[("user", user), ("onward", "/")]).await;
        match again.status {
            StatusCode::OK => holds(&again, path),
            status => Err(format!("{status}: {}", again.words())),
        }
    }
}

#[tokio::test]
async fn what_was_typed_into_any_form_stands_in_its_field_after_an_idle_time_out() {
    let world = given_something_for_every_form().await;
    let fields = fields();
    assert!(fields.len() > 8, "{fields:?}");
    let texts: Vec<(&str, String)> = fields.iter().map(|name| (name.as_str(), typed(name))).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let routes = forms();
    for (route, why) in NOT_KEPT {
        assert!(routes.contains(&route), "{route} ({why}) is no route any more");
    }
    let mut lost = Vec::new();
    let mut walked = 0;
    for route in routes {
        if route == OF_SYSTEMS || NOT_KEPT.iter().any(|(one, _)| *one == route) {
            continue;
        }
        walked += 1;
        let path = world.path(route);
        let mut every = Vec::new();
        for user in DEMO_USERS.iter().filter(|user| user.user != "community") {
            match world.times_out_over(user.user, &path, &texts).await {
                Ok(()) => {
                    every.clear();
                    break;
                }
                Err(words) => every.push(format!(
                    "{}: {}",
                    user.user,
                    words.chars().take(200).collect::<String>()
                )),
            }
        }
        if !every.is_empty() {
            lost.push(format!("{route}\n    {}", every.join("\n    ")));
        }
    }
    assert!(walked > 30, "only {walked} routes take a form");
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// The page itself, and not one that only lists what was typed: where a form is one of several on a page, what it is
/// about stands beside it.
#[tokio::test]
async fn a_privacy_officer_finds_her_words_in_the_row_that_they_are_about() {
    let world = given_something_for_every_form().await;
    let texts = [
        ("words", typed("words")),
        ("why", typed("why")),
        ("user", typed("user")),
        ("finding", typed("finding")),
    ];
    let texts: Vec<(&str, &str)> = texts
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .chain([("days", "7"), ("answer", "remove")])
        .collect();
    let checked = format!("/emergencies/{}/checked", world.emergency);
    for (path, heading, chosen) in [
        ("/suspensions", "Staff access", "value=\"7\" selected"),
        ("/suspensions/1/lift", "Staff access", "Lift it"),
        ("/removals/1", "Removals by law", "value=\"remove\" selected"),
        (&checked, "Records opened in an emergency", "Checked"),
    ] {
        let mut officer = Browser::of(&world.router, "privacy").await;
        minutes_pass(31);
        officer.send(path, &texts).await;
        let again = officer.send("/sign-in", &[("user", "privacy")]).await;
        assert_eq!(holds(&again, path), Ok(()), "{path}");
        assert!(
            again.words().contains(heading) && again.text.contains(chosen),
            "{path}: {}",
            again.text
        );
    }
    // A refusal of what was typed loses none of it either.
    let mut officer = Browser::of(&world.router, "privacy").await;
    officer.see("/removals").await;
    let unsaid = officer.send("/removals/1", &[("words", &typed("words"))]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(holds(&unsaid, "/removals/1"), Ok(()));
}
