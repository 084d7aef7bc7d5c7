//! Procedure, Immunization, ServiceRequest and Task: things done, given, asked for and to be done.

use super::condition::person;
use super::encounter::reasons;
use super::json::Json;
use super::observation::{any_value, compound, named, quantity_words};
use super::resource::Doc;
use super::words::{Codes, Lines};
use record::{Entry, Kind, Status, Value};

/// A Procedure: something done, or not done.
pub(super) fn procedure(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = doc.about(Kind::Procedure, root, "code", "") else {
        return Vec::new();
    };
    let mut lines = Lines::default();
    (entry.happened, entry.ended) = doc.choice_when(root, "performed");
    for (name, value) in root.members() {
        match name.strip_prefix("performed") {
            Some("Age") => lines.add("at age", &quantity_words(doc, value)),
            Some("Range") => lines.add("at", &compound(doc, value).unwrap_or_default()),
            Some("String") => lines.add("when", value.as_str().unwrap_or_default()),
            _ => {}
        }
    }
    entry.by = doc.names(root, "performer", "actor");
    if entry.by.is_empty() {
        entry.by = person(doc, &["recorder", "asserter"]);
    }
    entry.place = doc
        .object(root, "location")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    lines.add("status reason", &doc.label(root, "statusReason"));
    lines.add("reason", &reasons(doc));
    lines.add("body site", &doc.label(root, "bodySite"));
    lines.add("outcome", &doc.label(root, "outcome"));
    lines.add("complication", &doc.label(root, "complication"));
    lines.add("follow-up", &doc.label(root, "followUp"));
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// An Immunization: a vaccine given, or not given and why.
pub(super) fn immunization(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    // UK Core tells what was given in an extension (a procedure code) beside the product.
    let Some(mut entry) = doc.about(Kind::Vaccination, root, "vaccineCode", "") else {
        return Vec::new();
    };
    for extension in doc.list(root, "extension") {
        if doc.text(extension, "url").contains("VaccinationProcedure") {
            let codes = doc.codes(extension, "valueCodeableConcept");
            entry.also.extend(codes.iter().filter(|code| !code.is_empty()).cloned());
        }
    }
    (entry.happened, _) = doc.choice_when(root, "occurrence");
    entry.recorded = doc.when(root, "recorded");
    entry.by = doc.names(root, "performer", "actor");
    entry.place = doc
        .object(root, "location")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    if root.get("notGiven") == Some(&Json::Bool(true)) {
        entry.status = Status::NotDone;
    }
    entry.encounter = doc.encounter(root, "encounter");
    let dose = doc
        .object(root, "doseQuantity")
        .map(|dose| quantity_words(doc, dose))
        .unwrap_or_default();
    let mut lines = Lines::default();
    let mut doses: Vec<String> = Vec::new();
    for protocol in doc.list(root, "protocolApplied") {
        let number = ["doseNumberPositiveInt", "doseNumberString", "doseNumber"].map(|key| doc.text(protocol, key));
        if let Some(number) = number.iter().find(|number| !number.is_empty()) {
            doses.push(format!("dose {number}"));
        }
        lines.add("against", &doc.label(protocol, "targetDisease"));
        lines.add("series", doc.text(protocol, "series"));
    }
    if !dose.is_empty() {
        doses.push(dose);
    }
    entry.value = (!doses.is_empty()).then(|| Value::Text(doses.join(", ")));
    lines.add("when", doc.text(root, "occurrenceString"));
    lines.add("not given because", &doc.label(root, "statusReason"));
    lines.add("reason", &reasons(doc));
    lines.add(
        "made by",
        &doc.object(root, "manufacturer")
            .map(|one| doc.name_of(one))
            .unwrap_or_default(),
    );
    lines.add("batch", doc.text(root, "lotNumber"));
    lines.add("expires", doc.text(root, "expirationDate"));
    lines.add("site", &doc.label(root, "site"));
    lines.add("route", &doc.label(root, "route"));
    lines.add("told by", &doc.label(root, "reportOrigin"));
    for reaction in doc.list(root, "reaction") {
        let detail = doc.object(reaction, "detail").and_then(|detail| named(doc, detail));
        lines.add("reaction", &detail.unwrap_or_default());
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// A ServiceRequest: a referral or an order.
pub(super) fn service_request(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = doc.about(Kind::Referral, root, "code", &doc.label(root, "category")) else {
        let mut entry = Codes::words("Referral or order").entry(Kind::Referral);
        request_details(doc, &mut entry);
        return vec![entry];
    };
    request_details(doc, &mut entry);
    vec![entry]
}

fn request_details(doc: &Doc<'_>, entry: &mut Entry) {
    let root = doc.root;
    entry.recorded = doc.when(root, "authoredOn");
    let (wanted, wanted_by) = doc.choice_when(root, "occurrence");
    entry.happened = entry.recorded.or(wanted);
    entry.by = doc
        .object(root, "requester")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.place = doc.names(root, "locationReference", "");
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    let mut lines = Lines::default();
    if doc.boolean(root, "doNotPerform") == Some(true) {
        lines.add("", "do not do this");
    }
    let intent = doc.text(root, "intent");
    lines.add("intent", if intent == "order" { "" } else { intent });
    lines.add("priority", doc.text(root, "priority"));
    lines.add("detail", &doc.label(root, "orderDetail"));
    lines.add("reason", &reasons(doc));
    lines.add("to", &doc.names(root, "performer", ""));
    lines.add("to", &doc.label(root, "performerType"));
    lines.add("wanted", &wanted.map(|when| when.to_string()).unwrap_or_default());
    lines.add("wanted by", &wanted_by.map(|when| when.to_string()).unwrap_or_default());
    lines.add("body site", &doc.label(root, "bodySite"));
    lines.add("for the patient", doc.text(root, "patientInstruction"));
    lines.notes(doc, root, "note");
    lines.onto(entry);
}

/// A Task: a piece of work to be done.
pub(super) fn task(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let description = doc.text(root, "description");
    let words = if description.is_empty() { "Task" } else { description };
    let codes = doc.codes(root, "code");
    let mut entry = if codes.is_empty() { Codes::words(words) } else { codes }.entry(Kind::Task);
    let (start, end) = doc.period(root, "executionPeriod");
    entry.recorded = doc.when(root, "authoredOn");
    entry.happened = start.or(entry.recorded);
    entry.ended = end;
    entry.by = doc
        .object(root, "requester")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.place = doc
        .object(root, "location")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    entry.category = doc.label(root, "businessStatus");
    entry.encounter = doc.encounter(root, "encounter");
    let mut lines = Lines::default();
    lines.add(
        "",
        if entry.what.display == description {
            ""
        } else {
            description
        },
    );
    lines.add(
        "owner",
        &doc.object(root, "owner")
            .map(|one| doc.name_of(one))
            .unwrap_or_default(),
    );
    lines.add("priority", doc.text(root, "priority"));
    lines.add("status reason", &doc.label(root, "statusReason"));
    lines.add("reason", &doc.label(root, "reasonCode"));
    lines.add(
        "about",
        &doc.object(root, "focus")
            .and_then(|one| named(doc, one))
            .unwrap_or_default(),
    );
    for key in ["input", "output"] {
        for parameter in doc.list(root, key).iter() {
            let value = any_value(doc, parameter, "value")
                .map(|value| value_words(&value))
                .unwrap_or_default();
            let label = doc.label(parameter, "type");
            lines.add(if label.is_empty() { key } else { &label }, &value);
        }
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// A value on one line.
pub(super) fn value_words(value: &Value) -> String {
    match value {
        Value::Quantity(quantity) => {
            let words = format!("{}{} {}", quantity.comparator, quantity.written, quantity.unit);
            words.trim().to_owned()
        }
        Value::Concept(concept) => concept.label().to_owned(),
        Value::Text(text) => text.clone(),
        Value::Bool(true) => String::from("yes"),
        Value::Bool(false) => String::from("no"),
        Value::When(when) => when.to_string(),
    }
}
