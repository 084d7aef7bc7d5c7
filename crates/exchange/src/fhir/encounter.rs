//! Encounter, EpisodeOfCare and Appointment: contacts, periods of care, booked times.

use super::json::Json;
use super::observation::named;
use super::patient::is_nhs_number_system;
use super::resource::Doc;
use super::words::{Codes, Lines};
use record::{Entry, Kind};

/// An Encounter: what kind of contact, when, where, with whom and why.
pub(super) fn encounter(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let class = class_words(doc);
    let reason = reasons(doc);
    let service = doc.label(root, "serviceType");
    let words = [service.as_str(), class.as_str(), "Contact"];
    let words = words.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
    let mut entry = typed(doc, Kind::Encounter, words);
    (entry.happened, entry.ended) = doc.period(root, "period");
    entry.by = doc.names(root, "participant", "individual");
    entry.place = place(doc);
    entry.status = doc.status(root, "status");
    entry.category = class;
    entry.encounter = doc.encounter(root, "partOf");
    let mut lines = Lines::default();
    lines.add("service", &service);
    lines.add("reason", &reason);
    for diagnosis in doc.list(root, "diagnosis") {
        let condition = doc
            .object(diagnosis, "condition")
            .and_then(|reference| named(doc, reference));
        lines.add("diagnosis", &condition.unwrap_or_default());
    }
    lines.add("priority", &doc.label(root, "priority"));
    if let Some(stay) = doc.object(root, "hospitalization") {
        lines.add("came from", &doc.label(stay, "admitSource"));
        lines.add("went to", &doc.label(stay, "dischargeDisposition"));
        lines.add("needs", &doc.label(stay, "specialArrangement"));
    }
    lines.onto(&mut entry);
    vec![entry]
}

/// An entry about the resource's first `type`, the further types beside it, else about `words`.
fn typed(doc: &Doc<'_>, kind: Kind, words: &str) -> Entry {
    let mut all = doc
        .list(doc.root, "type")
        .iter()
        .map(|one| doc.codes_of(one))
        .filter(|codes| !codes.is_empty());
    let mut entry = all.next().unwrap_or_else(|| Codes::words(words)).entry(kind);
    for codes in all {
        entry.also.extend(codes.iter().cloned());
    }
    entry
}

/// `class` in the words of HL7's act codes; STU3 and R5 spell it as a list.
fn class_words(doc: &Doc<'_>) -> String {
    let codes = doc.codes(doc.root, "class");
    match codes.best.code.as_str() {
        "AMB" => String::from("ambulatory"),
        "EMER" => String::from("emergency"),
        "FLD" => String::from("field"),
        "HH" => String::from("home"),
        "IMP" | "ACUTE" | "NONAC" => String::from("inpatient"),
        "OBSENC" => String::from("observation"),
        "PRENC" => String::from("pre-admission"),
        "SS" => String::from("short stay"),
        "VR" => String::from("virtual"),
        _ => codes.label(),
    }
}

/// Why: coded reasons, and the names of what is referred to.
pub(super) fn reasons(doc: &Doc<'_>) -> String {
    let mut all = Vec::new();
    for key in ["reasonCode", "reason", "indication"] {
        all.push(doc.label(doc.root, key));
    }
    for reference in doc.list(doc.root, "reasonReference") {
        all.push(named(doc, reference).unwrap_or_default());
    }
    all.retain(|reason| !reason.is_empty());
    all.join(", ")
}

/// The locations, else the organisation.
fn place(doc: &Doc<'_>) -> String {
    let place = doc.names(doc.root, "location", "location");
    if !place.is_empty() {
        return place;
    }
    doc.object(doc.root, "serviceProvider")
        .map(|one| doc.name_of(one))
        .unwrap_or_default()
}

/// An EpisodeOfCare: a period in a service's care.
pub(super) fn episode(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let mut entry = typed(doc, Kind::Episode, "Period of care");
    (entry.happened, entry.ended) = doc.period(root, "period");
    entry.by = doc
        .object(root, "careManager")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.place = doc
        .object(root, "managingOrganization")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    let mut lines = Lines::default();
    for diagnosis in doc.list(root, "diagnosis") {
        let condition = doc
            .object(diagnosis, "condition")
            .and_then(|reference| named(doc, reference));
        lines.add("diagnosis", &condition.unwrap_or_default());
    }
    lines.onto(&mut entry);
    vec![entry]
}

/// An Appointment: a booked time.
pub(super) fn appointment(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let service = doc.label(root, "serviceType");
    let kind = doc.codes(root, "appointmentType");
    let description = doc.text(root, "description");
    let mut entry = if !doc.list(root, "serviceType").is_empty() && !service.is_empty() {
        doc.codes(root, "serviceType").entry(Kind::Appointment)
    } else if !kind.is_empty() {
        kind.clone().entry(Kind::Appointment)
    } else {
        let words = if description.is_empty() {
            "Appointment"
        } else {
            description
        };
        Codes::words(words).entry(Kind::Appointment)
    };
    entry.happened = doc.when(root, "start");
    entry.ended = doc.when(root, "end");
    entry.recorded = doc.when(root, "created");
    entry.status = doc.status(root, "status");
    entry.category = kind.label();
    let mut lines = Lines::default();
    lines.add(
        "",
        if entry.what.display == description {
            ""
        } else {
            description
        },
    );
    lines.add("service", if service == entry.what.label() { "" } else { &service });
    lines.add("specialty", &doc.label(root, "specialty"));
    lines.add("reason", &reasons(doc));
    lines.add("cancelled because", &doc.label(root, "cancelationReason"));
    lines.add("comment", doc.text(root, "comment"));
    lines.add("instruction", doc.text(root, "patientInstruction"));
    participants(doc, &mut entry, &mut lines);
    if entry.happened.is_none() {
        for wanted in doc.list(root, "requestedPeriod") {
            lines.add(
                "asked for",
                &super::observation::compound(doc, wanted).unwrap_or_default(),
            );
        }
    }
    lines.onto(&mut entry);
    vec![entry]
}

/// Everyone but the patient: places to `place`, people and services to `by`, refusals to the lines.
fn participants(doc: &Doc<'_>, entry: &mut Entry, lines: &mut Lines) {
    let (mut people, mut places): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for participant in doc.list(doc.root, "participant").iter() {
        let Some(actor) = doc.object(participant, "actor") else {
            people.push(doc.label(participant, "type"));
            continue;
        };
        let kind = actor_type(doc, actor);
        let name = doc.name_of(actor);
        if doc.text(participant, "status") == "declined" {
            lines.add("declined by", if name.is_empty() { &kind } else { &name });
        }
        match kind.as_str() {
            "Patient" => {}
            "Location" => places.push(name),
            _ => people.push(name),
        }
    }
    people.retain(|name| !name.is_empty());
    places.retain(|name| !name.is_empty());
    entry.by = people.join(", ");
    entry.place = places.join(", ");
}

/// The type of a participant: as said, of what is contained or referred to, or a patient by their NHS number.
fn actor_type(doc: &Doc<'_>, actor: &Json<'_>) -> String {
    let said = doc.text(actor, "type");
    if !said.is_empty() {
        return said.to_owned();
    }
    if let Some(contained) = doc.contained(actor) {
        return doc.text(contained, "resourceType").to_owned();
    }
    let by_number = doc
        .object(actor, "identifier")
        .map(|identifier| doc.text(identifier, "system"));
    if by_number.is_some_and(is_nhs_number_system) {
        return String::from("Patient");
    }
    super::local_reference(doc.text(actor, "reference"), doc.context).map_or_else(String::new, |(found, _)| found)
}
