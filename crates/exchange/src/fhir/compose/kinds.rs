//! Each resource type's own elements. What is written is taken out of the entry; the caller writes the rest.

use super::Naming;
use super::element::{
    Object, absent, any_value, category, choice_when, codeable, date_time, instant, named, period, push, set, status,
    take, take_text,
};
use record::{Certainty, Concept, Entry, Kind, Precision, Status};
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
        "Condition" => condition(&mut o, e),
        "AllergyIntolerance" => allergy(&mut o, e),
        "Flag" => flag(&mut o, e),
        "Observation" => left = observation(&mut o, e, rest),
        "DiagnosticReport" => report(&mut o, e),
        "Encounter" => encounter(&mut o, e, naming),
        "EpisodeOfCare" => episode(&mut o, e),
        "Appointment" => appointment(&mut o, e, naming),
        "Procedure" => procedure(&mut o, e),
        "Immunization" => immunization(&mut o, e),
        "ServiceRequest" => service_request(&mut o, e),
        "Task" => task(&mut o, e),
        "MedicationRequest" | "MedicationStatement" | "MedicationDispense" => medicine(item_type, &mut o, e),
        "CarePlan" => care_plan(&mut o, e),
        "Goal" => goal(&mut o, e),
        "CareTeam" => care_team(&mut o, e),
        "DocumentReference" => document(&mut o, e, naming),
        "Composition" => composition(&mut o, e),
        "QuestionnaireResponse" => questionnaire(&mut o, e),
        "Consent" => consent(&mut o, e),
        "Communication" => communication(&mut o, e),
        "RelatedPerson" => related_person(&mut o, e),
        _ => directory(item_type, &mut o, e),
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
fn code(o: &mut Object, key: &str, e: &mut Entry) {
    let (what, also) = (std::mem::take(&mut e.what), std::mem::take(&mut e.also));
    o.insert(key.to_owned(), codeable(&what, &also).unwrap_or_else(absent));
}

fn people(o: &mut Object, key: &str, text: &mut String) {
    set(o, key, take(text).map(named));
}

fn people_list(o: &mut Object, key: &str, within: &str, text: &mut String) {
    if let Some(words) = take(text) {
        let item = if within.is_empty() {
            named(words)
        } else {
            json!({ within: named(words) })
        };
        o.insert(key.to_owned(), json!([item]));
    }
}

fn words_list(o: &mut Object, key: &str, text: &mut String) {
    if let Some(words) = take(text) {
        o.insert(key.to_owned(), json!([{ "text": words }]));
    }
}

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

fn condition(o: &mut Object, e: &mut Entry) {
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

fn allergy(o: &mut Object, e: &mut Entry) {
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

fn flag(o: &mut Object, e: &mut Entry) {
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
fn observation(o: &mut Object, e: &mut Entry, rest: &[Entry]) -> Vec<Entry> {
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

fn report(o: &mut Object, e: &mut Entry) {
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

fn encounter(o: &mut Object, e: &mut Entry, naming: &Naming<'_>) {
    let allowed = [
        "planned",
        "arrived",
        "triaged",
        "in-progress",
        "onleave",
        "finished",
        "cancelled",
        "entered-in-error",
        "unknown",
    ];
    status(o, "status", &mut e.status, &allowed);
    let class = take(&mut e.category).map(|words| {
        let code = match words.as_str() {
            "ambulatory" => "AMB",
            "emergency" => "EMER",
            "field" => "FLD",
            "home" => "HH",
            "inpatient" => "IMP",
            "observation" => "OBSENC",
            "pre-admission" => "PRENC",
            "short stay" => "SS",
            "virtual" => "VR",
            _ => return json!({ "display": words }),
        };
        json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code, "display": words })
    });
    o.insert("class".to_owned(), class.unwrap_or_else(absent));
    code(o, "type", e);
    wrap(o, "type");
    set(o, "period", period(e.happened.take(), e.ended.take()));
    people_list(o, "participant", "individual", &mut e.by);
    people_list(o, "location", "location", &mut e.place);
    if let Some(whole) = take(&mut e.encounter) {
        o.insert("partOf".to_owned(), json!({ "reference": (naming.encounter)(&whole) }));
    }
}

/// Makes a member the only item of a list.
fn wrap(o: &mut Object, key: &str) {
    if let Some(value) = o.remove(key) {
        o.insert(key.to_owned(), json!([value]));
    }
}

fn episode(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "planned",
        "waitlist",
        "active",
        "onhold",
        "finished",
        "cancelled",
        "entered-in-error",
    ];
    status(o, "status", &mut e.status, &allowed);
    code(o, "type", e);
    wrap(o, "type");
    set(o, "period", period(e.happened.take(), e.ended.take()));
    people(o, "careManager", &mut e.by);
    people(o, "managingOrganization", &mut e.place);
}

fn appointment(o: &mut Object, e: &mut Entry, naming: &Naming<'_>) {
    let allowed = [
        "proposed",
        "pending",
        "booked",
        "arrived",
        "fulfilled",
        "cancelled",
        "noshow",
        "entered-in-error",
        "checked-in",
        "waitlist",
    ];
    status(o, "status", &mut e.status, &allowed);
    code(o, "serviceType", e);
    wrap(o, "serviceType");
    words_only(o, "appointmentType", &mut e.category);
    // FHIR wants both ends of an appointment or neither; one that ends when nobody said has none.
    let both = e.happened.is_some_and(is_moment) && e.ended.is_some_and(is_moment);
    if both {
        set(o, "start", instant(&mut e.happened));
        set(o, "end", instant(&mut e.ended));
    }
    set(o, "created", e.recorded.take().map(date_time));
    let actor = naming
        .subject
        .map_or_else(absent, |subject| json!({ "reference": subject, "type": "Patient" }));
    push(o, "participant", json!({ "actor": actor, "status": "accepted" }));
    if let Some(by) = take(&mut e.by) {
        push(o, "participant", json!({ "actor": named(by), "status": "accepted" }));
    }
    if let Some(place) = take(&mut e.place) {
        push(
            o,
            "participant",
            json!({ "actor": { "display": place, "type": "Location" }, "status": "accepted" }),
        );
    }
}

fn is_moment(when: record::When) -> bool {
    when.precision == Precision::Moment
}

fn words_only(o: &mut Object, key: &str, text: &mut String) {
    set(o, key, take(text).map(|words| json!({ "text": words })));
}

fn procedure(o: &mut Object, e: &mut Entry) {
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

fn immunization(o: &mut Object, e: &mut Entry) {
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

fn service_request(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "draft",
        "active",
        "on-hold",
        "revoked",
        "completed",
        "entered-in-error",
        "unknown",
    ];
    status(o, "status", &mut e.status, &allowed);
    o.insert("intent".to_owned(), json!("order"));
    words_list(o, "category", &mut e.category);
    code(o, "code", e);
    // Reading takes the time of asking for both; an entry that has only a time of happening keeps it apart.
    if e.recorded.is_some() && e.recorded == e.happened {
        set(o, "authoredOn", e.recorded.take().map(date_time));
        e.happened = None;
    }
    people(o, "requester", &mut e.by);
    people_list(o, "locationReference", "", &mut e.place);
}

fn task(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "draft",
        "requested",
        "received",
        "accepted",
        "rejected",
        "ready",
        "cancelled",
        "in-progress",
        "on-hold",
        "failed",
        "completed",
        "entered-in-error",
    ];
    status(o, "status", &mut e.status, &allowed);
    o.insert("intent".to_owned(), json!("unknown"));
    words_only(o, "businessStatus", &mut e.category);
    code(o, "code", e);
    set(o, "executionPeriod", period(e.happened.take(), e.ended.take()));
    set(o, "authoredOn", e.recorded.take().map(date_time));
    people(o, "requester", &mut e.by);
    people(o, "location", &mut e.place);
}

fn medicine(item_type: &str, o: &mut Object, e: &mut Entry) {
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

/// A plan's own name is its title; a coded one is its category.
fn care_plan(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "draft",
        "active",
        "on-hold",
        "revoked",
        "completed",
        "entered-in-error",
        "unknown",
    ];
    status(o, "status", &mut e.status, &allowed);
    o.insert("intent".to_owned(), json!("plan"));
    title_or_code(o, "title", e);
    set(o, "period", period(e.happened.take(), e.ended.take()));
    set(o, "created", e.recorded.take().map(date_time));
    people(o, "author", &mut e.by);
}

/// Words alone stand as the title; codes stand as the category, which reading then takes for both.
fn title_or_code(o: &mut Object, title: &str, e: &mut Entry) {
    let Concept {
        system, code: digits, ..
    } = &e.what;
    if system.is_empty() && digits.is_empty() && e.also.is_empty() {
        set(o, title, take(&mut e.what.display));
        words_list(o, "category", &mut e.category);
    } else {
        code(o, "category", e);
        wrap(o, "category");
    }
}

fn goal(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "proposed",
        "planned",
        "accepted",
        "active",
        "on-hold",
        "completed",
        "cancelled",
        "entered-in-error",
        "rejected",
    ];
    status(o, "lifecycleStatus", &mut e.status, &allowed);
    words_list(o, "category", &mut e.category);
    code(o, "description", e);
    if e.happened.is_some_and(|when| when.precision != Precision::Moment) {
        set(o, "startDate", e.happened.take().map(date_time));
    }
    if e.recorded.is_some_and(|when| when.precision != Precision::Moment) {
        set(o, "statusDate", e.recorded.take().map(date_time));
    }
    people(o, "expressedBy", &mut e.by);
    if let Some(words) = take_text(&mut e.value) {
        o.insert("target".to_owned(), json!([{ "detailString": words }]));
    }
}

fn care_team(o: &mut Object, e: &mut Entry) {
    if e.status != Status::Unknown {
        let allowed = ["proposed", "active", "suspended", "inactive", "entered-in-error"];
        status(o, "status", &mut e.status, &allowed);
    }
    title_or_code(o, "name", e);
    set(o, "period", period(e.happened.take(), e.ended.take()));
    people_list(o, "managingOrganization", "", &mut e.by);
}

fn document(o: &mut Object, e: &mut Entry, naming: &Naming<'_>) {
    let allowed = ["preliminary", "final", "amended", "entered-in-error"];
    if e.status == Status::Active || e.status == Status::Unknown {
        o.insert("status".to_owned(), json!("current"));
        // `current` is read as active.
        if e.status == Status::Active {
            e.status = Status::Unknown;
        }
    } else {
        o.insert("status".to_owned(), json!("current"));
        status(o, "docStatus", &mut e.status, &allowed);
    }
    code(o, "type", e);
    words_list(o, "category", &mut e.category);
    set(o, "date", instant(&mut e.recorded));
    people_list(o, "author", "", &mut e.by);
    people(o, "custodian", &mut e.place);
    o.insert("content".to_owned(), json!([{ "attachment": absent() }]));
    let mut context = Object::new();
    set(&mut context, "period", period(e.happened.take(), e.ended.take()));
    if let Some(encounter) = take(&mut e.encounter) {
        let reference = json!([{ "reference": (naming.encounter)(&encounter) }]);
        context.insert("encounter".to_owned(), reference);
    }
    if !context.is_empty() {
        o.insert("context".to_owned(), Json::Object(context));
    }
}

fn composition(o: &mut Object, e: &mut Entry) {
    status(
        o,
        "status",
        &mut e.status,
        &["preliminary", "final", "amended", "entered-in-error"],
    );
    o.insert("title".to_owned(), json!(e.what.label()));
    code(o, "type", e);
    words_list(o, "category", &mut e.category);
    match e.recorded.filter(|recorded| Some(*recorded) == e.happened) {
        Some(when) => {
            o.insert("date".to_owned(), date_time(when));
            (e.recorded, e.happened) = (None, None);
        }
        None => set(o, "_date", Some(absent())),
    }
    let author = take(&mut e.by).map_or_else(absent, named);
    o.insert("author".to_owned(), json!([author]));
    people(o, "custodian", &mut e.place);
}

/// What was answered is its title; a questionnaire's own address is not known.
fn questionnaire(o: &mut Object, e: &mut Entry) {
    let allowed = ["in-progress", "completed", "amended", "entered-in-error", "stopped"];
    status(o, "status", &mut e.status, &allowed);
    if let Some(title) = take(&mut e.what.display) {
        let url = "http://hl7.org/fhir/StructureDefinition/display";
        o.insert(
            "_questionnaire".to_owned(),
            json!({ "extension": [{ "url": url, "valueString": title }] }),
        );
    }
    if e.recorded == e.happened {
        set(o, "authored", e.recorded.take().map(date_time));
        e.happened = None;
    }
    people(o, "author", &mut e.by);
}

fn consent(o: &mut Object, e: &mut Entry) {
    let allowed = [
        "draft",
        "proposed",
        "active",
        "rejected",
        "inactive",
        "entered-in-error",
    ];
    status(o, "status", &mut e.status, &allowed);
    let scope = take(&mut e.category).map_or_else(absent, |words| json!({ "text": words }));
    o.insert("scope".to_owned(), scope);
    code(o, "category", e);
    wrap(o, "category");
    if e.recorded == e.happened {
        set(o, "dateTime", e.recorded.take().map(date_time));
        e.happened = None;
    }
    people_list(o, "performer", "", &mut e.by);
    people_list(o, "organization", "", &mut e.place);
}

fn communication(o: &mut Object, e: &mut Entry) {
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
    words_list(o, "category", &mut e.category);
    code(o, "topic", e);
    set(o, "sent", e.happened.take().map(date_time));
    people(o, "sender", &mut e.by);
    if let Some(words) = take_text(&mut e.value) {
        o.insert("payload".to_owned(), json!([{ "contentString": words }]));
    }
}

/// A relative, carer or contact. Phone and address lines are put back where R4 has them.
fn related_person(o: &mut Object, e: &mut Entry) {
    let active = match e.status {
        Status::Active => Some(true),
        Status::Completed => Some(false),
        _ => None,
    };
    if active.is_some() {
        e.status = Status::Unknown;
    }
    set(o, "active", active);
    code(o, "relationship", e);
    wrap(o, "relationship");
    if let Some(words) = take_text(&mut e.value) {
        o.insert("name".to_owned(), json!([{ "text": words }]));
    }
    let mut kept = Vec::new();
    for line in e.detail.lines() {
        match line.split_once(": ") {
            Some((system @ ("phone" | "email"), value)) => {
                push(o, "telecom", json!({ "system": system, "value": value }));
            }
            Some(("address", text)) => push(o, "address", json!({ "text": text })),
            _ => kept.push(line),
        }
    }
    e.detail = kept.join("\n");
    set(o, "period", period(e.happened.take(), e.ended.take()));
}

/// Organisations, staff and places. An ODS code that the reader wrote as a line is the identifier again.
fn directory(item_type: &str, o: &mut Object, e: &mut Entry) {
    let name = take(&mut e.what.display);
    match (item_type, name) {
        ("Practitioner", Some(name)) => set(o, "name", Some(json!([{ "text": name }]))),
        ("PractitionerRole", Some(name)) => set(o, "practitioner", Some(named(name))),
        (_, name) => set(o, "name", name),
    }
    let active = match e.status {
        Status::Active => Some(true),
        Status::Completed => Some(false),
        _ => None,
    };
    if let Some(active) = active {
        e.status = Status::Unknown;
        match item_type {
            "Location" => set(o, "status", Some(if active { "active" } else { "inactive" })),
            _ => set(o, "active", Some(active)),
        }
    }
    if e.category == item_type {
        e.category.clear();
    }
}
