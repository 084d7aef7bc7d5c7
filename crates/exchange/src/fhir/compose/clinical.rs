//! What is wrong with someone, what was found, given and done.

use super::element::{
    Object, absent, any_value, category, choice_when, codeable, date_time, instant, period, push, set, status,
    take_text,
};
use super::kinds::{code, people, people_list, words_list, words_only};
use record::{Certainty, Entry, Kind, Status};
use serde_json::{Value as Json, json};

const OBSERVATION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const OBSERVATION_CATEGORIES: [&str; 9] = [
    "social-history",
    "vital-signs",
    "imaging",
    "laboratory",
    "procedure",
    "survey",
    "exam",
    "therapy",
    "activity",
];
const CONDITION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const CONDITION_CATEGORIES: [&str; 2] = ["problem-list-item", "encounter-diagnosis"];

/// Clinical and verification status as Condition and AllergyIntolerance have them.
fn standing(o: &mut Object, e: &mut Entry, kind: &str) {
    let coded = |system: &str, code: &str| json!({ "coding": [{ "system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code }] });
    let (clinical, verified) = (format!("{kind}-clinical"), format!("{kind}-ver-status"));
    let verified = if kind == "allergyintolerance" {
        "allergyintolerance-verification".to_owned()
    } else {
        verified
    };
    if e.status == Status::EnteredInError {
        o.insert("verificationStatus".to_owned(), coded(&verified, "entered-in-error"));
        e.status = Status::Unknown;
        return;
    }
    let word = match e.status {
        Status::Active => Some("active"),
        Status::Resolved => Some("resolved"),
        _ => None,
    };
    if let Some(word) = word {
        o.insert("clinicalStatus".to_owned(), coded(&clinical, word));
        e.status = Status::Unknown;
    }
    let word = match e.certainty {
        Certainty::Confirmed => Some("confirmed"),
        Certainty::RuledOut => Some("refuted"),
        Certainty::Suspected | Certainty::Unsaid => None,
    };
    if let Some(word) = word {
        o.insert("verificationStatus".to_owned(), coded(&verified, word));
        e.certainty = Certainty::Unsaid;
    }
}

pub(super) fn condition(o: &mut Object, e: &mut Entry) {
    standing(o, e, "condition");
    if let Some(category) = category(&mut e.category, CONDITION_CATEGORY, &CONDITION_CATEGORIES) {
        push(o, "category", category);
    }
    code(o, "code", e);
    set(o, "onsetDateTime", e.happened.take().map(date_time));
    set(o, "abatementDateTime", e.ended.take().map(date_time));
    set(o, "recordedDate", e.recorded.take().map(date_time));
    people(o, "recorder", &mut e.by);
}

pub(super) fn allergy(o: &mut Object, e: &mut Entry) {
    standing(o, e, "allergyintolerance");
    code(o, "code", e);
    set(o, "onsetDateTime", e.happened.take().map(date_time));
    set(o, "recordedDate", e.recorded.take().map(date_time));
    people(o, "recorder", &mut e.by);
    if let Some(words) = take_text(&mut e.value) {
        // Reading gives the words as the value and as a line; the line need not stand twice.
        let line = format!("reaction: {words}");
        e.detail = e
            .detail
            .lines()
            .filter(|one| *one != line)
            .collect::<Vec<_>>()
            .join("\n");
        o.insert("reaction".to_owned(), json!([{ "manifestation": [{ "text": words }] }]));
    }
}

pub(super) fn flag(o: &mut Object, e: &mut Entry) {
    status(o, "status", &mut e.status, &["active", "inactive", "entered-in-error"]);
    words_list(o, "category", &mut e.category);
    code(o, "code", e);
    set(o, "period", period(e.happened.take(), e.ended.take()));
    people(o, "author", &mut e.by);
}

const OBSERVATION_STATUS: [&str; 8] = [
    "registered",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "cancelled",
    "entered-in-error",
    "unknown",
];

/// An Observation; further results of the same time and author are its components.
pub(super) fn observation(o: &mut Object, e: &mut Entry, rest: &[Entry]) -> Vec<Entry> {
    let whole = e.clone();
    status(o, "status", &mut e.status, &OBSERVATION_STATUS);
    if let Some(category) = category(&mut e.category, OBSERVATION_CATEGORY, &OBSERVATION_CATEGORIES) {
        push(o, "category", category);
    }
    code(o, "code", e);
    choice_when(o, "effective", &mut e.happened, &mut e.ended);
    set(o, "issued", instant(&mut e.recorded));
    people_list(o, "performer", "", &mut e.by);
    if let Some(value) = e.value.take() {
        any_value(o, &value);
    }
    // An observation has a place nowhere; one with a place or a detail of its own cannot be a component.
    let alike = |part: &Entry| {
        part.kind == Kind::Result
            && part.detail.is_empty()
            && part.place == whole.place
            && e.place.is_empty()
            && e.recorded.is_none()
            && (part.happened, part.ended, part.recorded) == (whole.happened, whole.ended, whole.recorded)
            && (&part.by, part.status, part.certainty) == (&whole.by, whole.status, whole.certainty)
            && (&part.category, &part.encounter) == (&whole.category, &whole.encounter)
    };
    let (components, left): (Vec<&Entry>, Vec<&Entry>) = rest.iter().partition(|part| alike(part));
    for part in components {
        let mut component = Object::new();
        component.insert(
            "code".to_owned(),
            codeable(&part.what, &part.also).unwrap_or_else(absent),
        );
        if let Some(value) = &part.value {
            any_value(&mut component, value);
        }
        push(o, "component", Json::Object(component));
    }
    left.into_iter().cloned().collect()
}

pub(super) fn report(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "registered",
        "partial",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "appended",
        "cancelled",
        "entered-in-error",
        "unknown",
    ];
    status(o, "status", &mut e.status, &allowed);
    words_list(o, "category", &mut e.category);
    code(o, "code", e);
    choice_when(o, "effective", &mut e.happened, &mut e.ended);
    set(o, "issued", instant(&mut e.recorded));
    people_list(o, "performer", "", &mut e.by);
    set(o, "conclusion", take_text(&mut e.value));
}

pub(super) fn procedure(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "preparation",
        "in-progress",
        "not-done",
        "on-hold",
        "stopped",
        "completed",
        "entered-in-error",
        "unknown",
    ];
    status(o, "status", &mut e.status, &allowed);
    words_only(o, "category", &mut e.category);
    code(o, "code", e);
    choice_when(o, "performed", &mut e.happened, &mut e.ended);
    people_list(o, "performer", "actor", &mut e.by);
    people(o, "location", &mut e.place);
}

pub(super) fn immunization(o: &mut Object, e: &mut Entry) {
    status(
        o,
        "status",
        &mut e.status,
        &["completed", "entered-in-error", "not-done"],
    );
    code(o, "vaccineCode", e);
    match e.happened.take() {
        Some(when) => set(o, "occurrenceDateTime", Some(date_time(when))),
        None => set(o, "_occurrenceDateTime", Some(absent())),
    }
    set(o, "recorded", e.recorded.take().map(date_time));
    people_list(o, "performer", "actor", &mut e.by);
    people(o, "location", &mut e.place);
}

pub(super) fn medicine(item_type: &str, o: &mut Object, e: &mut Entry) {
    let (allowed, dose): (&[&str], &str) = match item_type {
        "MedicationRequest" => (
            &[
                "active",
                "on-hold",
                "cancelled",
                "completed",
                "entered-in-error",
                "stopped",
                "draft",
                "unknown",
            ],
            "dosageInstruction",
        ),
        "MedicationDispense" => (
            &[
                "preparation",
                "in-progress",
                "cancelled",
                "on-hold",
                "completed",
                "entered-in-error",
                "stopped",
                "declined",
                "unknown",
            ],
            "dosageInstruction",
        ),
        _ => (
            &[
                "active",
                "completed",
                "entered-in-error",
                "intended",
                "stopped",
                "on-hold",
                "unknown",
                "not-taken",
            ],
            "dosage",
        ),
    };
    status(o, "status", &mut e.status, allowed);
    code(o, "medicationCodeableConcept", e);
    match item_type {
        "MedicationRequest" => {
            o.insert("intent".to_owned(), json!("order"));
            words_list(o, "category", &mut e.category);
            if e.recorded == e.happened {
                set(o, "authoredOn", e.recorded.take().map(date_time));
                e.happened = None;
            }
            people(o, "requester", &mut e.by);
        }
        "MedicationDispense" => {
            words_only(o, "category", &mut e.category);
            set(o, "whenHandedOver", e.happened.take().map(date_time));
            people_list(o, "performer", "actor", &mut e.by);
            people(o, "location", &mut e.place);
        }
        _ => {
            words_only(o, "category", &mut e.category);
            choice_when(o, "effective", &mut e.happened, &mut e.ended);
            set(o, "dateAsserted", e.recorded.take().map(date_time));
            people(o, "informationSource", &mut e.by);
        }
    }
    if let Some(words) = take_text(&mut e.value) {
        o.insert(dose.to_owned(), json!([{ "text": words }]));
    }
}
