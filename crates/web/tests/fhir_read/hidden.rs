//! What a reader may not see leaves the same answers as if it had never been sent.

use super::*;
use care::access::acts::{self, What};
use care::access::{DEMO_USERS, Sensitivity};

const LOCKED: &str = "locked-1";

/// Margaret's practice sends one more problem, and somebody seals and locks it.
fn with_something_locked(app: &App) {
    let local = local(&margaret(), "DEMO-GP01");
    let condition = format!(
        r#"{{"resourceType":"Condition","id":"{LOCKED}","meta":{{"lastUpdated":"2026-10-01T09:00:00Z"}},"clinicalStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}},"subject":{{"reference":"Patient/{local}"}},"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"44054006","display":"Something locked away"}}]}},"onsetDateTime":"2026-09-01"}}"#
    );
    store::send(&app.care, "gp01-fhir", condition.as_bytes(), store::now());
    let gp = record::OrgCode::parse("DEMO-GP01").unwrap();
    let item = record::ItemId::of(app.care.id_key(), &gp, "Condition", LOCKED).key();
    let what = What::Sensitivity {
        item,
        sensitivity: Sensitivity::Locked,
    };
    let steward = DEMO_USERS.iter().find(|user| user.user == "steward").unwrap().actor();
    let person = record::PersonId::parse(&id_of(app, "DEMO-GP01", "Patient", &local)).unwrap();
    let found = match sent::whose(&app.care, record::ItemId::from_bytes(*person.as_bytes())).unwrap() {
        Some(Whose::Person(person)) => person,
        other => panic!("{other:?}"),
    };
    acts::keep(&app.care, &steward, found, what, "", "she asked", (store::now(), None)).unwrap();
}

/// An answer without the moment it was given at.
fn timeless(answer: &Answer) -> String {
    let mut body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    if let Some(head) = body.as_object_mut() {
        head.remove("timestamp");
    }
    format!("{} {body}", answer.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn safety_9_an_answer_is_the_same_byte_for_byte_with_something_locked_and_without() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (with, without) = (App::filled(one.path(), 5), App::filled(other.path(), 5));
    with_something_locked(&with);
    let person = margaret_in(&without).await;
    assert_eq!(person, margaret_in(&with).await);
    let gp = id_of(&with, "DEMO-GP01", "Patient", &local(&margaret(), "DEMO-GP01"));
    let locked = id_of(&with, "DEMO-GP01", "Condition", LOCKED);
    for role in [Role::CareSystem, Role::Clinician, Role::DataSteward] {
        for path in [
            format!("/fhir/Condition?patient={person}"),
            format!("/fhir/Condition?patient={gp}&_count=3"),
            format!("/fhir/Condition?patient={person}&code=44054006"),
            format!("/fhir/Condition?patient={person}&_summary=count"),
            format!("/fhir/Patient/{person}"),
            format!("/fhir/Patient/{person}/$everything"),
            format!("/fhir/Condition/{locked}"),
            format!("/fhir/Condition/{locked}/_history"),
            format!("/fhir/Condition/{locked}/$as-sent"),
        ] {
            let left = with.send("GET", &path, &token(role), "", &[]).await;
            let right = without.send("GET", &path, &token(role), "", &[]).await;
            assert!(!left.text.contains("locked away"), "{path}");
            assert_eq!(timeless(&left), timeless(&right), "{} {path}", role.words());
        }
    }
}
