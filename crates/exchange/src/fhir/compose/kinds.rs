//! Each resource type's own elements. What is written is taken out of the entry; the caller writes the rest.

use super::Naming;
use super::element::{Object, absent, codeable, named, set, take};
use super::{activity, clinical, told};
use record::{Entry, Kind};
use serde_json::json;

/// The kind of line that reading a resource of this type gives.
pub(super) fn native(item_type: &str) -> Kind {
    match item_type {
        "Condition" => Kind::Problem,
        "MedicationRequest" | "MedicationStatement" | "MedicationDispense" => Kind::Medicine,
        "AllergyIntolerance" => Kind::Allergy,
        "Observation" => Kind::Result,
        "DiagnosticReport" => Kind::Report,
        "Encounter" => Kind::Encounter,
        "EpisodeOfCare" => Kind::Episode,
        "Appointment" => Kind::Appointment,
        "Procedure" => Kind::Procedure,
        "Immunization" => Kind::Vaccination,
        "ServiceRequest" => Kind::Referral,
        "CarePlan" => Kind::CarePlan,
        "Goal" => Kind::Goal,
        "CareTeam" => Kind::CareTeam,
        "Flag" => Kind::Flag,
        "DocumentReference" | "Composition" => Kind::Document,
        "QuestionnaireResponse" => Kind::Questionnaire,
        "Consent" => Kind::Consent,
        "Communication" => Kind::Communication,
        "Task" => Kind::Task,
        "RelatedPerson" => Kind::RelatedPerson,
        _ => Kind::Other,
    }
}

/// Writes a resource of this type from its first entry; answers it with the further entries it has no part for.
pub(super) fn write(item_type: &str, e: &mut Entry, rest: &[Entry], naming: &Naming<'_>) -> (Object, Vec<Entry>) {
    let mut o = Object::new();
    let mut left = Vec::new();
    match item_type {
        "Condition" => clinical::condition(&mut o, e),
        "AllergyIntolerance" => clinical::allergy(&mut o, e),
        "Flag" => clinical::flag(&mut o, e),
        "Observation" => left = clinical::observation(&mut o, e, rest),
        "DiagnosticReport" => clinical::report(&mut o, e),
        "Encounter" => activity::encounter(&mut o, e, naming),
        "EpisodeOfCare" => activity::episode(&mut o, e),
        "Appointment" => activity::appointment(&mut o, e, naming),
        "Procedure" => clinical::procedure(&mut o, e),
        "Immunization" => clinical::immunization(&mut o, e),
        "ServiceRequest" => activity::service_request(&mut o, e),
        "Task" => activity::task(&mut o, e),
        "MedicationRequest" | "MedicationStatement" | "MedicationDispense" => clinical::medicine(item_type, &mut o, e),
        "CarePlan" => activity::care_plan(&mut o, e),
        "Goal" => activity::goal(&mut o, e),
        "CareTeam" => activity::care_team(&mut o, e),
        "DocumentReference" => told::document(&mut o, e, naming),
        "Composition" => told::composition(&mut o, e),
        "QuestionnaireResponse" => told::questionnaire(&mut o, e),
        "Consent" => told::consent(&mut o, e),
        "Communication" => told::communication(&mut o, e),
        "RelatedPerson" => told::related_person(&mut o, e),
        _ => told::directory(item_type, &mut o, e),
    }
    if item_type != "Observation" {
        left = rest.to_vec();
    }
    whom(item_type, &mut o, naming);
    within(item_type, &mut o, e, naming);
    (o, left)
}

/// The reference to the person. Where R4 demands one and there is none, it says that nobody said.
fn whom(item_type: &str, o: &mut Object, naming: &Naming<'_>) {
    let key = match item_type {
        "AllergyIntolerance" | "Immunization" | "EpisodeOfCare" | "RelatedPerson" | "Consent" => "patient",
        "Task" => "for",
        "Appointment" | "Organization" | "Practitioner" | "PractitionerRole" | "Location" | "HealthcareService" => {
            return;
        }
        _ => "subject",
    };
    let reference = naming
        .subject
        .map_or_else(absent, |subject| json!({ "reference": subject }));
    o.insert(key.to_owned(), reference);
}

/// The encounter it belongs to, where the type has an element for it.
fn within(item_type: &str, o: &mut Object, e: &mut Entry, naming: &Naming<'_>) {
    let key = match item_type {
        "MedicationStatement" | "MedicationDispense" => "context",
        "Condition"
        | "AllergyIntolerance"
        | "Flag"
        | "Observation"
        | "DiagnosticReport"
        | "Procedure"
        | "Immunization"
        | "ServiceRequest"
        | "Task"
        | "MedicationRequest"
        | "CarePlan"
        | "CareTeam"
        | "Composition"
        | "QuestionnaireResponse"
        | "Communication" => "encounter",
        _ => return,
    };
    if let Some(encounter) = take(&mut e.encounter) {
        o.insert(key.to_owned(), json!({ "reference": (naming.encounter)(&encounter) }));
    }
}

/// The code and its other codes, under `key`.
pub(super) fn code(o: &mut Object, key: &str, e: &mut Entry) {
    let (what, also) = (std::mem::take(&mut e.what), std::mem::take(&mut e.also));
    o.insert(key.to_owned(), codeable(&what, &also).unwrap_or_else(absent));
}

pub(super) fn people(o: &mut Object, key: &str, text: &mut String) {
    set(o, key, take(text).map(named));
}

pub(super) fn people_list(o: &mut Object, key: &str, within: &str, text: &mut String) {
    if let Some(words) = take(text) {
        let item = if within.is_empty() {
            named(words)
        } else {
            json!({ within: named(words) })
        };
        o.insert(key.to_owned(), json!([item]));
    }
}

pub(super) fn words_list(o: &mut Object, key: &str, text: &mut String) {
    if let Some(words) = take(text) {
        o.insert(key.to_owned(), json!([{ "text": words }]));
    }
}

/// Makes a member the only item of a list.
pub(super) fn wrap(o: &mut Object, key: &str) {
    if let Some(value) = o.remove(key) {
        o.insert(key.to_owned(), json!([value]));
    }
}

pub(super) fn words_only(o: &mut Object, key: &str, text: &mut String) {
    set(o, key, take(text).map(|words| json!({ "text": words })));
}
