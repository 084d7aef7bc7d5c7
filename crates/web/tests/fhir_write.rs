//! Writing FHIR and HL7 v2 over HTTP, through the real router.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

mod rest;
mod store;

use care::access::{Act, Role};
use care::intake::QuarantineFilter;
use rest::{App, text, token};

fn id_of(app: &App, sender: &str, kind: &str, local: &str) -> String {
    let sender = record::OrgCode::parse(sender).unwrap();
    record::ItemId::of(app.care.id_key(), &sender, kind, local).to_string()
}

/// How many items wait in quarantine.
fn quarantined(app: &App) -> i64 {
    let engineer = care::access::DEMO_USERS
        .iter()
        .find(|user| user.user == "engineer")
        .unwrap()
        .actor();
    let grant = care::access::list(&app.care, &engineer, Act::ReadQuarantine, "test", store::now()).unwrap();
    let filter = QuarantineFilter {
        limit: 100,
        ..QuarantineFilter::default()
    };
    care::feeds::quarantined(&app.care, &grant, &filter).unwrap().1
}

const PATIENT: &str =
    r#"{"resourceType":"Patient","name":[{"family":"Marsh","given":["Ada"]}],"birthDate":"1950-01-02"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_created_can_be_referred_to_by_its_id_here() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    let made = app.send("POST", "/fhir/Patient", "rbd", PATIENT, &[]).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let id = text(&made.json()["id"]).to_owned();
    let place = made.headers["location"].to_str().unwrap().to_owned();
    assert!(
        place.starts_with(&format!("http://example.org/fhir/Patient/{id}/_history/")),
        "{place}"
    );
    assert_eq!(
        app.get(place.strip_prefix("http://example.org").unwrap()).await.status,
        200
    );
    let flag = format!(
        r#"{{"resourceType":"Flag","status":"active","code":{{"text":"Falls"}},"subject":{{"reference":"Patient/{id}"}}}}"#
    );
    let flag = app
        .send("POST", "/fhir/Flag", "rbd", &flag, &[("prefer", "return=minimal")])
        .await;
    assert_eq!((flag.status.as_u16(), flag.text.as_str()), (201, ""));
    let found = app.get(&format!("/fhir/Flag?patient={id}")).await.json();
    assert_eq!(found["total"], 1);
    assert_eq!(
        found["entry"][0]["resource"]["subject"]["reference"],
        format!("Patient/{id}")
    );
    // What was read here, changed and sent back is an update of the same thing.
    let mut patient = app.get(&format!("/fhir/Patient/{id}")).await.json();
    patient["gender"] = "female".into();
    let etag = made.headers["etag"].to_str().unwrap().to_owned();
    let path = format!("/fhir/Patient/{id}");
    let body = patient.to_string();
    let stale = app.send("PUT", &path, "rbd", &body, &[("if-match", "W/\"1\"")]).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    let updated = app.send("PUT", &path, "rbd", &body, &[("if-match", &etag)]).await;
    assert_eq!(updated.status, 200, "{}", updated.text);
    assert_eq!(app.get(&path).await.json()["gender"], "female");
    let again = app.send("PUT", &path, "rbd", &body, &[("if-match", &etag)]).await;
    assert_eq!(again.status, 412, "another version stands now");
    // Another sender cannot write about a thing of this one under its id here.
    let theirs = format!(
        r#"{{"resourceType":"Flag","status":"active","code":{{"text":"Falls"}},"subject":{{"reference":"Patient/{id}"}}}}"#
    );
    assert_eq!(app.send("POST", "/fhir/Flag", "r0d", &theirs, &[]).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn safety_4_what_cannot_be_read_is_kept_and_a_transaction_is_whole_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    let entries = |kind: &str| {
        format!(
            r#"{{"resourceType":"Bundle","type":"{kind}","entry":[
            {{"fullUrl":"urn:uuid:0a1b2c3d-0000-4000-8000-000000000001","resource":{PATIENT},"request":{{"method":"POST","url":"Patient"}}}},
            {{"resource":{{"resourceType":"Flag","id":"f","status":"active","code":{{"text":"Falls"}},"subject":{{"reference":"urn:uuid:0a1b2c3d-0000-4000-8000-000000000001"}}}},"request":{{"method":"PUT","url":"Flag/f"}}}},
            {{"resource":{{"resourceType":"Observation","id":"o","status":"final","code":{{"text":"Weight"}}}},"request":{{"method":"PUT","url":"Observation/o"}}}}]}}"#
        )
    };
    let refused = app.send("POST", "/fhir", "rbd", &entries("transaction"), &[]).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let outcome = refused.json();
    assert_eq!(outcome["issue"].as_array().unwrap().len(), 1);
    assert_eq!(outcome["issue"][0]["expression"][0], "Bundle.entry[2]");
    assert!(text(&outcome["issue"][0]["diagnostics"]).contains("quarantine"));
    assert_eq!(quarantined(&app), 1);
    let flag = id_of(&app, "RBD", "Flag", "f");
    assert_eq!(
        app.get(&format!("/fhir/Flag/{flag}")).await.status,
        404,
        "nothing of it was taken"
    );
    let batch = app.send("POST", "/fhir", "rbd", &entries("batch"), &[]).await;
    assert_eq!(batch.status, 200, "{}", batch.text);
    let statuses: Vec<String> = batch.json()["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| text(&entry["response"]["status"]).to_owned())
        .collect();
    assert_eq!(statuses, ["201", "201", "422"]);
    let read = app.get(&format!("/fhir/Flag/{flag}")).await.json();
    let patient = text(&read["subject"]["reference"]).to_owned();
    assert_eq!(
        app.get(&format!("/fhir/{patient}")).await.json()["name"][0]["family"],
        "Marsh"
    );
    // The same again changes nothing.
    let again = app.send("POST", "/fhir", "rbd", &entries("batch"), &[]).await.json();
    assert_eq!(again["entry"][1]["response"]["status"], "200");
    assert_eq!(app.get(&format!("/fhir/Flag/{flag}/_history")).await.json()["total"], 1);
    for (body, status) in [("{", 422), ("", 422), ("[]", 422), (r#"{"resourceType":"Flag"}"#, 422)] {
        assert_eq!(
            app.send("POST", "/fhir", "rbd", body, &[]).await.status,
            status,
            "{body}"
        );
    }
    assert_eq!(
        app.send("POST", "/fhir/Patient", "rbd", r#"{"resourceType":"Flag"}"#, &[])
            .await
            .status,
        400
    );
    assert_eq!(
        app.send("PUT", "/fhir/Flag/g", "rbd", r#"{"resourceType":"Flag","id":"f"}"#, &[])
            .await
            .status,
        400
    );
    let xml = [("content-type", "application/fhir+xml")];
    assert_eq!(app.send("POST", "/fhir", "rbd", "<a/>", &xml).await.status, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mapped_type_is_created_once_by_its_identifier() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    for kind in exchange::fhir::MAPPED {
        let words = r#"{"text":"Words"}"#;
        let name = match kind {
            "Patient" | "Practitioner" | "RelatedPerson" => r#"[{"family":"Words"}]"#.to_owned(),
            _ => "\"Words\"".to_owned(),
        };
        let body = format!(
            r#"{{"resourceType":"{kind}","identifier":[{{"system":"https://example.org/ids","value":"7"}}],"name":{name},
            "code":{words},"description":{words},"vaccineCode":{words},"medicationCodeableConcept":{words},"type":{words},
            "practitioner":{{"display":"Words"}},"subject":{{"reference":"Patient/1"}},"patient":{{"reference":"Patient/1"}},
            "for":{{"reference":"Patient/1"}},"participant":[{{"actor":{{"reference":"Patient/1"}}}}]}}"#
        );
        let once = [("if-none-exist", "identifier=https%3A%2F%2Fexample.org%2Fids%7C7")];
        let first = app.send("POST", &format!("/fhir/{kind}"), "rbd", &body, &once).await;
        assert_eq!(first.status, 201, "{kind} {}", first.text);
        let second = app.send("POST", &format!("/fhir/{kind}"), "rbd", &body, &once).await;
        assert_eq!(second.status, 200, "{kind} {}", second.text);
        assert_eq!(first.json()["id"], second.json()["id"], "{kind}");
        let read = app.get(&format!("/fhir/{kind}/{}", text(&first.json()["id"]))).await;
        assert_eq!(read.status, 200, "{kind} {}", read.text);
    }
    let odd = [("if-none-exist", "name=Marsh")];
    assert_eq!(
        app.send("POST", "/fhir/Patient", "rbd", PATIENT, &odd).await.status,
        400
    );
}

const MESSAGE: &str = "MSH|^~\\&|AGYLEED|R0D02|INTEGRATION-ENGINE|RDZ|20260127125907||ADT^A01|667151|P|2.4|||AL|NE\r\
PID|1|9990000026|0123456^^^R0D^HospitalNumber~9990000026^^^NHS^NhsNumber||SURNAME^NAME||19570830|M\r\
PV1|1|E||F||||||||||507291000000100|||||ED-AG-23-000000\r";

#[tokio::test(flavor = "multi_thread")]
async fn ingest_answers_as_the_dorset_exchange_does() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(store::empty(folder.path()));
    let headers = [
        ("organisation-code", "r0d"),
        ("source-domain", "agyleed"),
        ("data-type", "hl7v2"),
        ("content-type", "text/plain"),
    ];
    let sender = token(Role::Sender);
    let no_subject = MESSAGE
        .replace("0123456^^^R0D^HospitalNumber~9990000026^^^NHS^NhsNumber", "")
        .replace("9990000026", "");
    for (body, status, code) in [
        (MESSAGE, 200, "MSA|AA|667151"),
        (MESSAGE, 200, "MSA|AA|667151"),
        (no_subject.as_str(), 400, "MSA|AE|667151"),
        ("hello", 400, "MSA|AR|"),
    ] {
        let answer = app.send("POST", "/$ingest", &sender, body, &headers).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(answer.text.contains(code), "{}", answer.text);
        assert!(
            answer.headers["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/plain")
        );
    }
    assert_eq!(quarantined(&app), 2, "what was not taken is kept");
    let patient = app.find("Patient", "identifier=9990000026").await;
    assert_eq!(patient.ids().len(), 1, "{}", patient.text);
    let person = patient.ids()[0].clone();
    let met = app.get(&format!("/fhir/Encounter?patient={person}")).await;
    assert_eq!(met.ids().len(), 1, "{}", met.text);
    let sent = app.get(&format!("/fhir/{}/$as-sent", met.ids()[0])).await;
    assert_eq!(sent.text, MESSAGE, "the message, byte for byte");
    for (name, value, status) in [("data-type", "csv", 400), ("organisation-code", "not a code!", 400)] {
        let mut changed = headers;
        for pair in &mut changed {
            if pair.0 == name {
                pair.1 = value;
            }
        }
        let answer = app.send("POST", "/$ingest", &sender, MESSAGE, &changed).await;
        assert_eq!(answer.status, status, "{name} {}", answer.text);
    }
    assert_eq!(app.send("POST", "/$ingest", "", MESSAGE, &headers).await.status, 401);
    assert_eq!(
        app.send("POST", "/$ingest", &token(Role::Clinician), MESSAGE, &headers)
            .await
            .status,
        403
    );
    assert_eq!(app.send("POST", "/$ingest", &sender, "", &headers).await.status, 400);
}
