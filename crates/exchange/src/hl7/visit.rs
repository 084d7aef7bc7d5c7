//! Contacts with a service: PV1 and PV2 as an Encounter item.

use super::datatype::{self, Detail, first_clinician, first_said, issue, label, slug, when};
use super::message::Segment;
use super::telling::Telling;
use record::{Concept, Entry, Issue, Item, Kind, Status, When};

/// The Encounter item of an event that is about a visit; `None` when the message describes none.
///
/// Its id is the visit number (PV1-19), else the person and the time of admission. An event without either
/// makes an item of its own, with an issue, because later messages cannot update it.
pub fn encounter(telling: &Telling<'_>) -> Option<Item> {
    let pv1 = telling.first("PV1")?;
    let class = pv1.field(2).text();
    let about_person_only = matches!(telling.event.as_str(), "A28" | "A31" | "A40" | "A47" | "A60");
    let says_nothing = pv1.field(19).is_empty() && pv1.field(44).is_empty();
    if (about_person_only || class == "N") && says_nothing {
        return None;
    }
    let mut issues = Vec::new();
    let admitted = when(&pv1, 44, &mut issues);
    let discharged = when(&pv1, 45, &mut issues);
    let (local_id, numbered) = visit_id(telling, &pv1, admitted);
    if !numbered {
        let reason = "The visit has neither a number nor an admission time, so later messages cannot update it.";
        issues.push(issue(&pv1, 19, reason));
    }
    let status = status(&telling.event, &class, admitted, discharged);
    let mut entry = described(telling, &pv1, &class);
    entry.status = status;
    (entry.happened, entry.ended) = times(telling, status, admitted, discharged, &mut issues);
    let mut item = telling.item("Encounter", local_id, vec![entry]);
    item.withdrawn = matches!(telling.event.as_str(), "A11" | "A27" | "A38");
    item.issues = issues;
    Some(item)
}

fn visit_id(telling: &Telling<'_>, pv1: &Segment<'_>, admitted: Option<When>) -> (String, bool) {
    let number = first_said([pv1.field(19).text(), pv1.field(50).text()]);
    if !number.is_empty() {
        return (number, true);
    }
    let patient = &telling.identity.key;
    match admitted {
        Some(admitted) => (format!("{patient}/visit/{}", admitted.fhir()), true),
        None => {
            let told = telling.recorded.map(When::fhir).unwrap_or_default();
            (format!("{patient}/visit/{}-{told}", slug(&telling.event)), false)
        }
    }
}

/// Where the visit stands, by the event; an event that does not say (A08 and the like) is read from the times
/// and the class.
fn status(event: &str, class: &str, admitted: Option<When>, discharged: Option<When>) -> Status {
    match event {
        "A01" | "A02" | "A04" | "A06" | "A07" | "A09" | "A10" | "A12" | "A13" | "A22" | "A15" | "A16" | "A25"
        | "A26" => Status::Active,
        "A03" => Status::Completed,
        "A05" | "A14" => Status::Planned,
        "A11" | "A27" | "A38" => Status::Cancelled,
        "A21" => Status::OnHold,
        _ if discharged.is_some() => Status::Completed,
        _ if class == "P" => Status::Planned,
        _ if admitted.is_some() => Status::Active,
        _ => Status::Unknown,
    }
}

fn times(
    telling: &Telling<'_>,
    status: Status,
    admitted: Option<When>,
    discharged: Option<When>,
    issues: &mut Vec<Issue>,
) -> (Option<When>, Option<When>) {
    let evn = telling.first("EVN");
    let mut occurred = || evn.and_then(|evn| when(&evn, 6, issues)).or(telling.recorded);
    let begins = matches!(telling.event.as_str(), "A01" | "A04");
    let mut started = admitted;
    if started.is_none() && begins {
        started = occurred();
    }
    // A cancelled discharge may still carry the discharge time it cancels.
    let ended = match (status, telling.event.as_str()) {
        (_, "A13") => None,
        (Status::Completed, "A03") => discharged.or_else(&mut occurred),
        _ => discharged,
    };
    if started.is_none() && status == Status::Planned {
        started = telling.first("PV2").and_then(|pv2| when(&pv2, 8, issues));
    }
    (started, ended)
}

fn described(telling: &Telling<'_>, pv1: &Segment<'_>, class: &str) -> Entry {
    let (what, category) = class_words(class);
    let mut entry = telling.entry(Kind::Encounter, what);
    entry.category = category;
    entry.place = datatype::place(pv1.field(3).repetition(0));
    entry.by = first_said([first_clinician(pv1.field(9)), first_clinician(pv1.field(7))]);
    let mut detail = Detail::default();
    if let Some(pv2) = telling.first("PV2") {
        detail.add("Reason", &label(pv2.field(3)));
        detail.add("Description", &pv2.field(12).words());
        detail.add("Expected discharge", &day_words(&pv2, 9));
    }
    detail.add("Specialty", &label(pv1.field(10)));
    detail.add("Admission type", &label(pv1.field(4)));
    detail.add("Source of admission", &label(pv1.field(14)));
    detail.add("Patient type", &label(pv1.field(18)));
    detail.add("Referred by", &first_clinician(pv1.field(8)));
    if matches!(telling.event.as_str(), "A02" | "A06" | "A07") {
        detail.add("Moved from", &datatype::place(pv1.field(6).repetition(0)));
    }
    detail.add("Discharge", &label(pv1.field(36)));
    detail.add("Discharged to", &label(pv1.field(37)));
    entry.detail = detail.text();
    entry
}

fn day_words(segment: &Segment<'_>, field: usize) -> String {
    let sent = segment.field(field).text();
    datatype::moment(&sent).map_or(sent, |when| when.to_string())
}

/// HL7 table 0004: what it is and its category in words.
fn class_words(class: &str) -> (Concept, String) {
    let (what, category) = match class.to_ascii_uppercase().as_str() {
        "I" => ("Inpatient stay", "inpatient"),
        "O" => ("Outpatient attendance", "outpatient"),
        "E" => ("Emergency attendance", "emergency"),
        "P" => ("Planned admission", "pre-admission"),
        "R" => ("Recurring attendance", "recurring"),
        "B" => ("Maternity stay", "obstetrics"),
        "C" => ("Contact", "commercial account"),
        "" | "U" | "N" => ("Contact", ""),
        _ => return (Concept::words("Contact"), class.to_owned()),
    };
    let system = "http://terminology.hl7.org/CodeSystem/v2-0004";
    let code = if category.is_empty() { "" } else { class };
    let system = if code.is_empty() { "" } else { system };
    (Concept::coded(system, code, what), category.to_owned())
}
