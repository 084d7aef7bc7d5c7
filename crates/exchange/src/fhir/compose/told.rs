//! What was written, answered, agreed and told; people close by; and directories.

use super::Naming;
use super::element::{Object, absent, date_time, instant, named, period, push, set, status, take, take_text};
use super::kinds::{code, people, people_list, words_list, wrap};
use record::{Entry, Status};
use serde_json::{Value as Json, json};

pub(super) fn document(o: &mut Object, e: &mut Entry, naming: &Naming<'_>) {
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

pub(super) fn composition(o: &mut Object, e: &mut Entry) {
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
pub(super) fn questionnaire(o: &mut Object, e: &mut Entry) {
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

pub(super) fn consent(o: &mut Object, e: &mut Entry) {
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

pub(super) fn communication(o: &mut Object, e: &mut Entry) {
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
pub(super) fn related_person(o: &mut Object, e: &mut Entry) {
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
pub(super) fn directory(item_type: &str, o: &mut Object, e: &mut Entry) {
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
