//! Appointments: SIU messages (SCH, TQ1, AIS, AIL, AIP, AIG) as one Appointment item.

use super::datatype::{self, Detail, concept, concepts, first_clinician, first_said, label, when, when_in};
use super::message::Segment;
use super::telling::{Telling, notes};
use record::time::Instant;
use record::{Concept, Issue, Item, Kind, Status, When};

/// The Appointment of a SIU message; its id is the filler's appointment number (SCH-2), else the placer's
/// (SCH-1), else the person and its time. `None` without SCH.
pub fn appointment(telling: &Telling<'_>) -> Option<Item> {
    let sch = telling.first("SCH")?;
    let mut issues = Vec::new();
    let (start, end) = times(telling, &sch, &mut issues);
    let mut entry = telling.entry(Kind::Appointment, what(telling, &sch));
    entry.happened = start;
    entry.ended = end;
    entry.status = status(&telling.event, &sch.field(25).text());
    entry.category = label(sch.field(8));
    entry.by = with_whom(telling, &sch);
    entry.place = place(telling, &sch);
    entry.encounter = telling.visit();
    entry.detail = detail(telling, &sch);
    let number = first_said([sch.field(2).text(), sch.field(1).text()]);
    let local_id = if number.is_empty() {
        let at = start.map(When::fhir).unwrap_or_default();
        format!("{}/appointment/{at}", telling.identity.key)
    } else {
        number
    };
    let withdrawn = entry.status == Status::EnteredInError;
    let mut item = telling.item("Appointment", local_id, vec![entry]);
    item.withdrawn = withdrawn;
    item.issues = issues;
    Some(item)
}

/// By the event; a booking, move or change (S12 to S14) by SCH-25 (table 0278) when it says more.
fn status(event: &str, filler: &str) -> Status {
    match event {
        "S15" => Status::Cancelled,
        "S16" => Status::Stopped,
        "S17" => Status::EnteredInError,
        "S26" => Status::DidNotAttend,
        _ => match filler.to_ascii_uppercase().as_str() {
            "COMPLETE" | "COMPLETED" => Status::Completed,
            "STARTED" | "ARRIVED" => Status::Active,
            "CANCELLED" | "CANCELED" => Status::Cancelled,
            "DC" => Status::Stopped,
            "DELETED" => Status::EnteredInError,
            "NOSHOW" | "NO SHOW" => Status::DidNotAttend,
            _ => Status::Planned,
        },
    }
}

/// The service booked, else the reason, else the kind of appointment.
fn what(telling: &Telling<'_>, sch: &Segment<'_>) -> Concept {
    telling
        .each("AIS")
        .map(|ais| concept(ais.field(3)))
        .chain([concept(sch.field(7)), concept(sch.field(8))])
        .find(|what| !what.is_empty())
        .unwrap_or_else(|| Concept::words("Appointment"))
}

fn times(telling: &Telling<'_>, sch: &Segment<'_>, issues: &mut Vec<Issue>) -> (Option<When>, Option<When>) {
    let timing = |n: usize| sch.field(11).component(n).text();
    let tq1 = telling.first("TQ1");
    let resources = [("AIS", 4), ("AIL", 6), ("AIP", 6), ("AIG", 8)];
    let mut start = tq1.and_then(|tq1| when(&tq1, 7, issues));
    start = start.or_else(|| when_in(sch, 11, timing(4), issues));
    for (name, field) in resources {
        let first = || telling.each(name).find_map(|segment| when(&segment, field, issues));
        start = start.or_else(first);
    }
    let mut end = tq1.and_then(|tq1| when(&tq1, 8, issues));
    end = end.or_else(|| when_in(sch, 11, timing(5), issues));
    let length = || minutes(sch, 9, 10).or_else(|| telling.each("AIS").find_map(|ais| minutes(&ais, 7, 8)));
    end = end.or_else(|| Some(When::moment(Instant(start?.instant.0 + length()? * 60_000_000))));
    (start, end)
}

/// A length in whole minutes. A unit that was not sent, or is unknown, is never guessed.
fn minutes(segment: &Segment<'_>, length: usize, unit: usize) -> Option<i64> {
    let length: i64 = segment
        .field(length)
        .text()
        .parse()
        .ok()
        .filter(|n| (1..=100_000).contains(n))?;
    match segment.field(unit).text().to_ascii_lowercase().as_str() {
        "m" | "min" | "mins" | "minute" | "minutes" => Some(length),
        "h" | "hr" | "hour" | "hours" => Some(length * 60),
        "s" | "sec" | "seconds" => Some(length / 60),
        _ => None,
    }
}

fn with_whom(telling: &Telling<'_>, sch: &Segment<'_>) -> String {
    let mut names: Vec<String> = telling
        .each("AIP")
        .map(|aip| datatype::clinicians(aip.field(3)))
        .collect();
    names.dedup();
    first_said([datatype::joined(&names, ", "), first_clinician(sch.field(16))])
}

fn place(telling: &Telling<'_>, sch: &Segment<'_>) -> String {
    let mut places: Vec<String> = telling
        .each("AIL")
        .map(|ail| datatype::place(ail.field(3).repetition(0)))
        .collect();
    places.dedup();
    let visit = telling
        .first("PV1")
        .map(|pv1| datatype::place(pv1.field(3).repetition(0)));
    let contact = datatype::place(sch.field(19).repetition(0));
    first_said([datatype::joined(&places, "; "), visit.unwrap_or_default(), contact])
}

fn detail(telling: &Telling<'_>, sch: &Segment<'_>) -> String {
    let mut detail = Detail::default();
    detail.add("Reason", &label(sch.field(7)));
    detail.add("Event", &label(sch.field(6)));
    for ais in telling.each("AIS").skip(1) {
        detail.add("Also", concepts(ais.field(3).repetition(0)).0.label());
    }
    for aig in telling.each("AIG") {
        detail.add("Needs", &label(aig.field(3)));
    }
    if minutes(sch, 9, 10).is_none() {
        let length = datatype::joined(&[sch.field(9).text(), label(sch.field(10))], " ");
        detail.add("Length as sent", &length);
    }
    for (at, segment) in telling.segments.iter().enumerate() {
        if matches!(segment.name(), "SCH" | "TQ1" | "AIS" | "AIG" | "AIL" | "AIP") {
            notes(&telling.segments[at + 1..], &mut detail);
        }
    }
    detail.text()
}
