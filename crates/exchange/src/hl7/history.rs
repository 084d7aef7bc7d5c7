//! The lists that travel with a person: diagnoses (DG1), procedures (PR1), allergies (AL1, IAM).

use super::datatype::{Detail, concept, concepts, first_clinician, first_said, label, slug, when};
use super::message::Segment;
use super::telling::Telling;
use record::{Certainty, Concept, Entry, Item, Kind, Status};

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
        "F" => Certainty::Confirmed,
        "W" => Certainty::Suspected,
        _ => Certainty::Unsaid,
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
        detail.add("Reaction", concepts(reaction).0.label());
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
