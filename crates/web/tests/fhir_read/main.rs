//! Reading and searching FHIR, through the real router.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

mod guarding;
mod hidden;
#[path = "../rest/mod.rs"]
mod rest;
#[path = "../store/mod.rs"]
mod store;

use care::access::{Act, Role};
use care::person::sent::{self, Whose};
use rest::{Answer, App, text, token};
use serde_json::Value;
use std::collections::BTreeSet;
use synthetic::TruePerson;

fn margaret() -> TruePerson {
    synthetic::truth(store::plan(1)).next().unwrap()
}

fn local(person: &TruePerson, sender: &str) -> String {
    person
        .records
        .iter()
        .find(|record| record.sender == sender)
        .unwrap()
        .local_id
        .clone()
}

fn id_of(app: &App, sender: &str, kind: &str, local: &str) -> String {
    let sender = record::OrgCode::parse(sender).unwrap();
    record::ItemId::of(app.care.id_key(), &sender, kind, local).to_string()
}

fn number_of(person: &TruePerson) -> String {
    person.nhs_number.digits()
}

/// The composed person whose Patient of the practice this is.
async fn margaret_in(app: &App) -> String {
    let gp = id_of(app, "DEMO-GP01", "Patient", &local(&margaret(), "DEMO-GP01"));
    match sent::whose(&app.care, record::ItemId::parse(&gp).unwrap()).unwrap() {
        Some(Whose::Person(person)) => person.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_requests() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 30);
    let person = margaret_in(&app).await;
    let gp = id_of(&app, "DEMO-GP01", "Patient", &local(&margaret(), "DEMO-GP01"));
    let cases: Vec<(String, &str)> = vec![
        ("/fhir/metadata".into(), "200 CapabilityStatement"),
        (format!("/fhir/Patient/{person}"), "200 Patient"),
        (format!("/fhir/Patient/{gp}"), "200 Patient"),
        (format!("/fhir/Observation/{gp}"), "404 OperationOutcome not-found"),
        (
            "/fhir/Patient/00000000000000000000000000000000".into(),
            "404 OperationOutcome not-found",
        ),
        ("/fhir/Patient/9990000026".into(), "404 OperationOutcome not-found"),
        ("/fhir/patient/1".into(), "404 OperationOutcome not-supported"),
        (
            "/fhir/Patient?identifier=9990000026".into(),
            "400 OperationOutcome invalid",
        ),
        (
            "/fhir/Patient?family=Loveless&birthdate=1945-03-06".into(),
            "400 OperationOutcome invalid",
        ),
        ("/fhir/Patient".into(), "400 OperationOutcome invalid"),
        (format!("/fhir/Patient?_id={person}"), "200 Bundle 1 of null"),
        ("/fhir/Observation".into(), "400 OperationOutcome invalid"),
        ("/fhir/Observation?code=1".into(), "400 OperationOutcome invalid"),
        (
            format!("/fhir/Observation?patient={person}&colour=red"),
            "400 OperationOutcome not-supported",
        ),
        (
            format!("/fhir/Observation?patient={person}&code:in=x"),
            "400 OperationOutcome not-supported",
        ),
        (
            format!("/fhir/Observation?patient={person}&subject.name=x"),
            "400 OperationOutcome not-supported",
        ),
        (
            format!("/fhir/Observation?patient={person}&date=soon"),
            "400 OperationOutcome invalid",
        ),
        (
            format!("/fhir/Observation?patient={person}&_sort=colour"),
            "400 OperationOutcome invalid",
        ),
        (
            format!("/fhir/Observation?patient={person}&_format=xml"),
            "406 OperationOutcome not-supported",
        ),
        (
            format!("/fhir/Observation?patient={person}&_page=00"),
            "400 OperationOutcome invalid",
        ),
        (
            format!("/fhir/Observation?patient={person}&identifier=a"),
            "400 OperationOutcome invalid",
        ),
        (
            "/fhir/Observation?patient=00000000000000000000000000000000".into(),
            "200 Bundle 0 of 0",
        ),
        (
            format!("/fhir/Patient/{person}/_history"),
            "404 OperationOutcome not-found",
        ),
        (format!("/fhir/Patient/{gp}/_history"), "200 Bundle 1 of 1"),
        (
            format!("/fhir/Patient/{gp}/_history/0"),
            "404 OperationOutcome not-found",
        ),
        (
            format!("/fhir/Patient/{person}/$everything?colour=red"),
            "400 OperationOutcome not-supported",
        ),
    ];
    let mut wrong = Vec::new();
    for (path, expected) in &cases {
        let found = app.get(path).await.digest();
        if found != *expected {
            wrong.push(format!("{path}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let xml = ("accept", "application/fhir+xml");
    let answer = app
        .send(
            "GET",
            &format!("/fhir/Patient/{person}"),
            &token(Role::CareSystem),
            "",
            &[xml],
        )
        .await;
    assert_eq!(answer.digest(), "406 OperationOutcome not-supported");
}

#[tokio::test(flavor = "multi_thread")]
async fn safety_12_people_are_found_by_post_with_enough_traits() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 30);
    let person = margaret_in(&app).await;
    let read = app.get(&format!("/fhir/Patient/{person}")).await.json();
    let birth = text(&read["birthDate"]).to_owned();
    let gp = local(&margaret(), "DEMO-GP01");
    let wanted = format!("Patient/{person}");
    for (form, finds) in [
        (format!("family=Loveless&birthdate={birth}"), true),
        (format!("name=Marg&birthdate={birth}"), true),
        (format!("family=Loveless&birthdate={birth}&gender=female"), true),
        (format!("family=Loveless&birthdate={birth}&gender=male"), false),
        (format!("identifier={gp}"), true),
        ("identifier=nobodys".to_owned(), false),
    ] {
        let found = app.find("Patient", &form).await;
        assert_eq!(found.status, 200, "{form}: {}", found.text);
        assert_eq!(found.ids().contains(&wanted), finds, "{form}: {:?}", found.ids());
    }
    for form in [
        "family=Loveless",
        "birthdate=1945-03-06",
        "gender=female",
        "",
        "colour=red&family=Loveless",
    ] {
        let found = app.find("Patient", form).await;
        assert_eq!(found.status, 400, "{form}: {}", found.text);
        assert!(
            !found.text.contains("Loveless"),
            "nothing asked is repeated: {}",
            found.text
        );
    }
    let media = ("content-type", "application/x-www-form-urlencoded");
    let path = "/fhir/Patient/_search?family=Loveless";
    let found = app
        .send(
            "POST",
            path,
            &token(Role::CareSystem),
            &format!("birthdate={birth}"),
            &[media],
        )
        .await;
    assert_eq!(found.status, 400, "a name in the address of a POST");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_all_that_senders_sent_and_each_as_sent() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 30);
    let person = margaret_in(&app).await;
    let actor = care::access::DEMO_USERS[0].actor();
    let id = record::PersonId::parse(&person).unwrap();
    let grant = care::access::person(&app.care, &actor, id, Act::ReadRecord, store::now()).unwrap();
    let items = sent::items(&app.care, &grant).unwrap();
    assert!(items.len() > 100, "{}", items.len());
    let whole = app.get(&format!("/fhir/Patient/{person}/$everything")).await;
    assert_eq!(whole.json()["total"], items.len() + 1);
    let ids = whole.ids();
    assert_eq!(ids[0], format!("Patient/{person}"));
    let keys: BTreeSet<i64> = ids[1..]
        .iter()
        .map(|id| record::ItemId::parse(id.split_once('/').unwrap().1).unwrap().key())
        .collect();
    assert_eq!(keys, items.iter().map(|item| item.item).collect::<BTreeSet<_>>());
    // A page at a time gives the same, each once.
    let mut paged = Vec::new();
    let mut next = Some(format!("/fhir/Patient/{person}/$everything?_count=37"));
    while let Some(path) = next {
        assert!(!path.contains(&number_of(&margaret())));
        let page = app.get(&path).await;
        paged.extend(page.ids());
        next = page.next();
    }
    assert_eq!(paged, ids);
    // Every reference leads to something of the same record, or to a directory.
    let bundle = whole.json();
    let links = bundle["entry"][0]["resource"]["link"].as_array().unwrap().len();
    assert!(links >= 5, "{links}");
    for entry in bundle["entry"].as_array().unwrap().iter().skip(1) {
        let resource = &entry["resource"];
        let subject = text(&resource["subject"]["reference"]);
        assert!(
            subject.is_empty() || ids.contains(&subject.to_owned()),
            "{subject} in {resource}"
        );
        let tags = resource["meta"]["tag"].to_string();
        assert_eq!(tags.matches("Invented people").count(), 1, "{resource}");
    }
    // As sent, byte for byte.
    for (item, id) in items.iter().zip(ids[1..].iter()).step_by(17) {
        let bytes = &sent::sent(&app.care, std::slice::from_ref(item)).unwrap()[0].body;
        let answer = app.get(&format!("/fhir/{id}/$as-sent")).await;
        assert_eq!(answer.status, 200, "{id} {}", answer.text);
        assert_eq!(answer.text.as_bytes(), bytes, "{id}");
        let social = app
            .send(
                "GET",
                &format!("/fhir/{id}/$as-sent"),
                &token(Role::SocialWorker),
                "",
                &[],
            )
            .await;
        assert_eq!(social.status, 403, "a social worker does not see items as sent");
    }
    // One type, and what is new.
    let some = app
        .get(&format!("/fhir/Patient/{person}/$everything?_type=Observation"))
        .await;
    assert!(some.ids().iter().all(|id| id.starts_with("Observation/")) && !some.ids().is_empty());
    let later = app
        .get(&format!("/fhir/Patient/{person}/$everything?_since=2027-01-01"))
        .await;
    assert_eq!(later.ids(), [format!("Patient/{person}")]);
}

async fn all_pages(app: &App, first: &str) -> (Vec<String>, usize) {
    let (mut ids, mut pages) = (Vec::new(), 0);
    let mut next = Some(first.to_owned());
    while let Some(path) = next {
        let page = app.get(&path).await;
        assert_eq!(page.status, 200, "{path} {}", page.text);
        ids.extend(page.ids());
        next = page.next();
        pages += 1;
    }
    (ids, pages)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_show_everything_once_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 30);
    let person = margaret_in(&app).await;
    let (whole, _) = all_pages(&app, &format!("/fhir/Observation?patient={person}&_count=500")).await;
    let set: BTreeSet<&String> = whole.iter().collect();
    assert_eq!(set.len(), whole.len());
    assert!(whole.len() > 30, "{}", whole.len());
    for sort in ["", "&_sort=date", "&_sort=-date", "&_sort=_lastUpdated", "&_sort=-_id"] {
        let (paged, pages) = all_pages(&app, &format!("/fhir/Observation?patient={person}&_count=7{sort}")).await;
        assert!(pages > 3);
        assert_eq!(paged.len(), whole.len(), "{sort}");
        assert_eq!(paged.iter().collect::<BTreeSet<_>>(), set, "{sort}");
    }
    let asked = app
        .get(&format!(
            "/fhir/Observation?patient={person}&_count=7&_total=none&_summary=true"
        ))
        .await;
    assert!(asked.json()["total"].is_null());
    let counted = app
        .get(&format!("/fhir/Observation?patient={person}&_summary=count"))
        .await
        .json();
    assert_eq!(counted["total"], whole.len());
    // Somebody else cannot go on from a page.
    let next = asked.next().unwrap();
    let other = app.send("GET", &next, &token(Role::Clinician), "", &[]).await;
    assert_eq!(other.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_choose_and_includes_follow() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::filled(folder.path(), 30);
    let person = margaret_in(&app).await;
    let whole = app
        .get(&format!("/fhir/Observation?patient={person}&_count=500"))
        .await
        .json();
    let all = whole["entry"].as_array().unwrap().clone();
    let with = |wanted: &dyn Fn(&Value) -> bool| all.iter().filter(|entry| wanted(&entry["resource"])).count();
    let code = all
        .iter()
        .map(|entry| text(&entry["resource"]["code"]["coding"][0]["code"]))
        .find(|code| !code.is_empty())
        .unwrap();
    let coded = with(&|one| {
        one["code"]["coding"]
            .as_array()
            .is_some_and(|all| all.iter().any(|c| c["code"] == code))
    });
    for (query, expected) in [
        (format!("code={code}"), coded),
        (format!("code=http://snomed.info/sct|{code},nothing"), coded),
        ("code=nothing".to_owned(), 0),
        ("status=final".to_owned(), with(&|one| one["status"] == "final")),
        (
            "date=ge1900".to_owned(),
            with(&|one| one.get("effectiveDateTime").or(one.get("effectivePeriod")).is_some()),
        ),
        ("date=lt1900".to_owned(), 0),
        ("_lastUpdated=ge2026".to_owned(), all.len()),
        ("_lastUpdated=lt2026".to_owned(), 0),
    ] {
        let found = app
            .get(&format!("/fhir/Observation?patient={person}&_count=500&{query}"))
            .await;
        assert_eq!(found.ids().len(), expected, "{query}: {}", found.digest());
        assert_eq!(found.json()["total"], expected, "{query}");
    }
    let followed = app
        .get(&format!(
            "/fhir/Observation?patient={person}&_count=500&_include=Observation:patient"
        ))
        .await;
    let found = followed.ids();
    assert!(found.iter().any(|id| id.starts_with("Patient/")));
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "each once");
    let short = app
        .get(&format!("/fhir/Observation?patient={person}&_count=1&_summary=text"))
        .await
        .json();
    let tags = short["entry"][0]["resource"]["meta"]["tag"].to_string();
    assert!(tags.contains("SUBSETTED"), "{tags}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_a_contact_is_found_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    let put = async |kind: &str, id: &str, rest: &str| {
        let body = format!(
            r#"{{"resourceType":"{kind}","id":"{id}","status":"finished","subject":{{"reference":"Patient/1"}},{rest}}}"#
        );
        let answer = app.send("PUT", &format!("/fhir/{kind}/{id}"), "rbd", &body, &[]).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    };
    put("Encounter", "e1", r#""class":{"code":"IMP"},"type":[{"text":"Stay"}]"#).await;
    put(
        "Encounter",
        "e2",
        r#""class":{"code":"AMB"},"type":[{"text":"Clinic"}]"#,
    )
    .await;
    let of = |id: &str| {
        format!(
            r#""code":{{"text":"Weight"}},"encounter":{{"reference":"Encounter/{id}"}},"performer":[{{"reference":"Practitioner/p"}}]"#
        )
    };
    put("Observation", "o1", &of("e1")).await;
    put("Observation", "o2", &of("e2")).await;
    let doctor = r#"{"resourceType":"Practitioner","id":"p","name":[{"text":"Dr Chalk"}]}"#;
    assert_eq!(
        app.send("PUT", "/fhir/Practitioner/p", "rbd", doctor, &[]).await.status,
        201
    );
    let named = |kind: &str, local: &str| format!("{kind}/{}", id_of(&app, "RBD", kind, local));
    let patient = id_of(&app, "RBD", "Patient", "1");
    let person = match sent::whose(
        &app.care,
        record::ItemId::parse(&id_of(&app, "RBD", "Encounter", "e1")).unwrap(),
    ) {
        Ok(Some(Whose::Person(person))) => person.to_string(),
        other => panic!("{other:?}"),
    };
    for (query, expected) in [
        (
            format!("Observation?patient={person}&encounter={}", named("Encounter", "e1")),
            vec![named("Observation", "o1")],
        ),
        (format!("Encounter?patient={person}&type=none"), vec![]),
        (
            format!("Encounter?patient={person}&class=AMB&_revinclude=Observation:encounter"),
            vec![named("Encounter", "e2"), named("Observation", "o2")],
        ),
        (
            format!(
                "Observation?_id={}&_include=Observation:encounter&_include=Observation:performer",
                id_of(&app, "RBD", "Observation", "o1")
            ),
            vec![
                named("Observation", "o1"),
                named("Encounter", "e1"),
                named("Practitioner", "p"),
            ],
        ),
        (
            format!("Practitioner?_id={}", id_of(&app, "RBD", "Practitioner", "p")),
            vec![named("Practitioner", "p")],
        ),
    ] {
        let found = app.get(&format!("/fhir/{query}")).await;
        let expected: BTreeSet<String> = expected.into_iter().collect();
        assert_eq!(
            found.ids().into_iter().collect::<BTreeSet<_>>(),
            expected,
            "{query} {}",
            found.text
        );
    }
    assert_eq!(
        app.get(&format!("/fhir/Patient/{patient}")).await.status,
        404,
        "the Patient itself was never sent"
    );
}
