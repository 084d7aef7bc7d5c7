//! What senders say, in FHIR, short enough to read in a test.

use serde_json::{Value, json};

const SNOMED: &str = "http://snomed.info/sct";

/// A Patient; change it with `with`.
pub fn patient(id: &str, number: &str, family: &str, given: &str, birth: &str, gender: &str) -> Value {
    let mut patient = json!({
        "resourceType": "Patient", "id": id,
        "meta": {"lastUpdated": "2026-01-01T09:00:00Z"},
        "name": [{"use": "official", "family": family, "given": given.split(' ').collect::<Vec<_>>()}],
        "birthDate": birth, "gender": gender,
    });
    if !number.is_empty() {
        patient["identifier"] = json!([{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number}]);
    }
    patient
}

fn thing(kind: &str, id: &str, of: &str, code: &str, words: &str) -> Value {
    json!({
        "resourceType": kind, "id": id, "meta": {"lastUpdated": "2026-02-01T09:00:00Z"},
        "subject": {"reference": format!("Patient/{of}")},
        "code": {"coding": [{"system": SNOMED, "code": code, "display": words}]},
    })
}

pub fn condition(id: &str, of: &str, code: &str, onset: &str) -> Value {
    let status = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    thing("Condition", id, of, code, "a condition")
        .with("/onsetDateTime", json!(onset))
        .with(
            "/clinicalStatus",
            json!({"coding": [{"system": status, "code": "active"}]}),
        )
}

pub fn observation(id: &str, of: &str, value: &str, unit: &str) -> Value {
    let value: Value = serde_json::from_str(value).unwrap();
    thing("Observation", id, of, "", "")
        .with("/status", json!("final"))
        .with("/effectiveDateTime", json!("2026-01-31"))
        .with(
            "/code",
            json!({"coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "HbA1c"}]}),
        )
        .with("/valueQuantity", json!({"value": value, "unit": unit}))
}

pub fn allergy(id: &str, of: &str, code: &str, words: &str) -> Value {
    let status = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
    let mut allergy = thing("AllergyIntolerance", id, of, code, words).with(
        "/clinicalStatus",
        json!({"coding": [{"system": status, "code": "active"}]}),
    );
    allergy["patient"] = allergy["subject"].clone();
    allergy.as_object_mut().unwrap().remove("subject");
    allergy
}

pub fn flag(id: &str, of: &str, code: &str, words: &str) -> Value {
    thing("Flag", id, of, code, words).with("/status", json!("active"))
}

pub trait With: Sized {
    /// The same with this in place of what stood there; a path ends in a new field or one that is there.
    fn with(self, path: &str, value: Value) -> Self;

    /// The same, last updated then.
    fn at(self, updated: &str) -> Self {
        self.with("/meta/lastUpdated", Value::from(updated))
    }

    /// As bytes on one line.
    fn line(&self) -> String;
}

impl With for Value {
    fn with(mut self, path: &str, value: Value) -> Self {
        let (before, last) = path.rsplit_once('/').unwrap();
        let parent = self.pointer_mut(before).unwrap();
        match parent {
            Value::Array(list) => list[last.parse::<usize>().unwrap()] = value,
            other => other[last] = value,
        }
        self
    }

    fn line(&self) -> String {
        self.to_string()
    }
}

/// A transaction that deletes one thing.
pub fn deletion(url: &str, at: &str) -> String {
    json!({"resourceType": "Bundle", "type": "transaction", "timestamp": at,
           "entry": [{"request": {"method": "DELETE", "url": url}}]})
    .to_string()
}

/// An HL7 v2 admission message: event, its time, the patient's local id, NHS number, name, birth, sex.
pub fn adt(event: &str, at: &str, mrn: &str, number: &str, name: &str, birth: &str, sex: &str) -> String {
    format!(
        "MSH|^~\\&|PAS|RBD|CHESIL|DOR|{at}||ADT^{event}|{mrn}{event}{at}|P|2.4\rEVN|{event}|{at}\r\
         PID|1||{mrn}^^^RBD^MR~{number}^^^NHS^NH||{name}||{birth}|{sex}\rPV1|1|N\r"
    )
}

/// An A40: `from` was merged into `into`.
pub fn a40(at: &str, into: &str, from: &str, name: &str, birth: &str, sex: &str) -> String {
    format!(
        "MSH|^~\\&|PAS|RBD|CHESIL|DOR|{at}||ADT^A40|M{from}{at}|P|2.4\rEVN|A40|{at}\r\
         PID|1||{into}^^^RBD^MR||{name}||{birth}|{sex}\rMRG|{from}^^^RBD^MR\r"
    )
}
