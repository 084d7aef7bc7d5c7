//! Contacts with a service: PV1 and PV2 as an Encounter item.

use super::datatype::{self, Detail, concept, concepts, first_clinician, first_said, issue, label, slug, when};
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
    entry.encounter = local_id.clone();
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

/// One Condition item for each DG1. Senders resend the list, so the id is the diagnosis's own (DG1-20), else
/// the visit or person and what was diagnosed.
pub fn conditions(telling: &Telling<'_>) -> Vec<Item> {
    telling.each("DG1").filter_map(|dg1| condition(telling, &dg1)).collect()
}

fn condition(telling: &Telling<'_>, dg1: &Segment<'_>) -> Option<Item> {
    let (mut what, also) = concepts(dg1.field(3).repetition(0));
    let words = dg1.field(4).words();
    if what.display.is_empty() {
        what.display.clone_from(&words);
    }
    if what.is_empty() {
        return None;
    }
    let own = dg1.field(20).text();
    let key = if own.is_empty() { slug(&spoken_key(&what)) } else { own };
    let mut item = telling.item("Condition", format!("{}/dg1/{key}", within(telling)), Vec::new());
    let mut entry = telling.entry(Kind::Problem, what);
    entry.also = also;
    entry.happened = when(dg1, 5, &mut item.issues);
    entry.recorded = when(dg1, 19, &mut item.issues).or(entry.recorded);
    entry.by = first_clinician(dg1.field(16));
    entry.encounter = telling.visit();
    entry.category = match dg1.field(6).text().as_str() {
        "A" => "admitting diagnosis".to_owned(),
        "W" => "working diagnosis".to_owned(),
        "F" => "final diagnosis".to_owned(),
        other => other.to_owned(),
    };
    entry.certainty = match dg1.field(6).text().as_str() {
        "F" => record::Certainty::Confirmed,
        "W" => record::Certainty::Suspected,
        _ => record::Certainty::Unsaid,
    };
    entry.status = Status::Active;
    let mut detail = Detail::default();
    if words != entry.what.display {
        detail.add("Described as", &words);
    }
    entry.detail = detail.text();
    withdraw_if_deleted(&dg1.field(21).text(), &mut entry, &mut item);
    item.entries.push(entry);
    Some(item)
}

/// One Procedure item for each PR1.
pub fn procedures(telling: &Telling<'_>) -> Vec<Item> {
    telling.each("PR1").filter_map(|pr1| procedure(telling, &pr1)).collect()
}

fn procedure(telling: &Telling<'_>, pr1: &Segment<'_>) -> Option<Item> {
    let (mut what, also) = concepts(pr1.field(3).repetition(0));
    if what.display.is_empty() {
        what.display = pr1.field(4).words();
    }
    // HL7 UK sends the words first: code^words^system in PR1-3, else the words alone in PR1-4.
    if what.is_empty() {
        return None;
    }
    let mut item = telling.item("Procedure", String::new(), Vec::new());
    let mut entry = telling.entry(Kind::Procedure, what);
    entry.also = also;
    entry.happened = when(pr1, 5, &mut item.issues);
    entry.by = first_said([clinician_of(pr1, 11), clinician_of(pr1, 12), clinician_of(pr1, 8)]);
    entry.category = label(pr1.field(6));
    entry.encounter = telling.visit();
    // PR1 records what was done: only what lies ahead of the message is planned.
    entry.status = match (entry.happened, telling.recorded) {
        (Some(happened), Some(told)) if happened.instant > told.instant => Status::Planned,
        _ => Status::Completed,
    };
    let mut detail = Detail::default();
    detail.add("For", &label(pr1.field(15)));
    let words = pr1.field(4).words();
    if words != entry.what.display {
        detail.add("Described as", &words);
    }
    entry.detail = detail.text();
    let own = pr1.field(19).text();
    let day = entry.happened.map(|when| when.date().iso()).unwrap_or_default();
    let key = if own.is_empty() {
        format!("{}-{day}", slug(&spoken_key(&entry.what)))
    } else {
        own
    };
    item.local_id = format!("{}/pr1/{key}", within(telling));
    withdraw_if_deleted(&pr1.field(20).text(), &mut entry, &mut item);
    item.entries.push(entry);
    Some(item)
}

fn clinician_of(segment: &Segment<'_>, field: usize) -> String {
    first_clinician(segment.field(field))
}

/// What an id is made within: the visit when there is one, else the person.
fn within(telling: &Telling<'_>) -> String {
    let visit = telling.visit();
    if visit.is_empty() {
        telling.identity.key.clone()
    } else {
        visit
    }
}

/// What names a coded thing in an id: its code, or its words.
pub fn spoken_key(what: &Concept) -> String {
    if what.code.is_empty() {
        what.display.clone()
    } else {
        what.code.clone()
    }
}

/// Segment action code `D` (table 0206): the sender takes back what it said.
pub fn withdraw_if_deleted(action: &str, entry: &mut Entry, item: &mut Item) {
    if action == "D" {
        entry.status = Status::EnteredInError;
        item.withdrawn = true;
    }
}

/// One AllergyIntolerance item for each AL1 and IAM. The id is the person and the substance, so that the
/// whole list may be sent again and again.
pub fn allergies(telling: &Telling<'_>) -> Vec<Item> {
    let al1 = telling.each("AL1");
    let iam = telling.each("IAM");
    al1.chain(iam)
        .filter_map(|segment| allergy(telling, &segment))
        .collect()
}

fn allergy(telling: &Telling<'_>, segment: &Segment<'_>) -> Option<Item> {
    let iam = segment.name() == "IAM";
    let (what, also) = concepts(segment.field(3).repetition(0));
    if what.is_empty() {
        return None;
    }
    let key = slug(&spoken_key(&what));
    let mut item = telling.item(
        "AllergyIntolerance",
        format!("{}/al1/{key}", telling.identity.key),
        Vec::new(),
    );
    let mut entry = telling.entry(Kind::Allergy, what);
    entry.also = also;
    entry.happened = when(segment, if iam { 11 } else { 6 }, &mut item.issues);
    entry.status = Status::Active;
    entry.category = kind_of_allergen(&concept(segment.field(2)));
    let mut detail = Detail::default();
    detail.add("Severity", &severity(&concept(segment.field(4))));
    for reaction in segment.field(5).repetitions() {
        detail.add("Reaction", datatype::concepts(reaction).0.label());
    }
    if iam {
        entry.recorded = when(segment, 20, &mut item.issues).or(entry.recorded);
        certainty(&segment.field(17).text(), &mut entry);
        entry.by = first_clinician(segment.field(18));
        detail.add("Kind of sensitivity", &label(segment.field(9)));
        withdraw_if_deleted(&segment.field(6).text(), &mut entry, &mut item);
    }
    entry.detail = detail.text();
    item.entries.push(entry);
    Some(item)
}

/// IAM-17, table 0438.
fn certainty(code: &str, entry: &mut Entry) {
    use record::Certainty;
    match code {
        "C" => entry.certainty = Certainty::Confirmed,
        "P" | "S" | "U" => entry.certainty = Certainty::Suspected,
        "D" => entry.certainty = Certainty::RuledOut,
        "I" => entry.status = Status::Resolved,
        "E" => entry.status = Status::EnteredInError,
        _ => {}
    }
}

/// Table 0127.
fn kind_of_allergen(kind: &Concept) -> String {
    match kind.code.as_str() {
        "DA" => "drug allergy",
        "FA" => "food allergy",
        "MA" => "allergy",
        "MC" => "contraindication",
        "EA" => "environmental allergy",
        "AA" => "animal allergy",
        "PA" => "plant allergy",
        "LA" => "pollen allergy",
        _ => kind.label(),
    }
    .to_owned()
}

/// Table 0128.
fn severity(severity: &Concept) -> String {
    match severity.code.as_str() {
        "SV" => "severe",
        "MO" => "moderate",
        "MI" => "mild",
        "U" => "unknown",
        _ => severity.label(),
    }
    .to_owned()
}
