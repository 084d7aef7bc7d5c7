//! Contacts, bookings, requests and plans.

use super::Naming;
use super::element::{Object, absent, date_time, instant, named, period, push, set, status, take, take_text};
use super::kinds::{code, people, people_list, words_list, words_only, wrap};
use record::{Concept, Entry, Precision, Status};
use serde_json::json;

pub(super) fn encounter(o: &mut Object, e: &mut Entry, naming: &Naming<'_>) {
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

pub(super) fn episode(o: &mut Object, e: &mut Entry) {
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

pub(super) fn appointment(o: &mut Object, e: &mut Entry, naming: &Naming<'_>) {
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

pub(super) fn service_request(o: &mut Object, e: &mut Entry) {
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

pub(super) fn task(o: &mut Object, e: &mut Entry) {
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

/// A plan's own name is its title; a coded one is its category.
pub(super) fn care_plan(o: &mut Object, e: &mut Entry) {
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

pub(super) fn goal(o: &mut Object, e: &mut Entry) {
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

pub(super) fn care_team(o: &mut Object, e: &mut Entry) {
    if e.status != Status::Unknown {
        let allowed = ["proposed", "active", "suspended", "inactive", "entered-in-error"];
        status(o, "status", &mut e.status, &allowed);
    }
    title_or_code(o, "name", e);
    set(o, "period", period(e.happened.take(), e.ended.take()));
    people_list(o, "managingOrganization", "", &mut e.by);
}
