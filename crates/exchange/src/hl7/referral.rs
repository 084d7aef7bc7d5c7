//! Referrals: REF messages (RF1, PRD) as one ServiceRequest item.

use super::datatype::{self, Detail, concept, concepts, first_said, label, when};
use super::message::Segment;
use super::telling::{Telling, notes};
use record::{Concept, Item, Kind, Rejection, Status, When};

/// The referral a REF message tells of. The id is the originating number (RF1-6), else the external one
/// (RF1-11), else the person and the day.
///
/// # Errors
/// `no-referral` when there is no RF1.
pub fn referral(telling: &Telling<'_>) -> Result<Item, Rejection> {
    let Some(rf1) = telling.first("RF1") else {
        return Err(Rejection::new(
            "no-referral",
            "RF1",
            "The message tells of a referral and has no RF1 segment.",
        ));
    };
    let mut item = telling.item("ServiceRequest", String::new(), Vec::new());
    let mut entry = telling.entry(Kind::Referral, what(telling, &rf1));
    entry.happened = when(&rf1, 7, &mut item.issues).or_else(|| when(&rf1, 9, &mut item.issues));
    entry.ended = when(&rf1, 8, &mut item.issues);
    entry.recorded = when(&rf1, 9, &mut item.issues).or(entry.recorded);
    entry.status = status(&telling.event, &rf1.field(1).text());
    entry.category = label(rf1.field(5));
    entry.by = provider(telling, "RP");
    entry.place = provider(telling, "RT");
    entry.encounter = telling.visit();
    entry.detail = detail(telling, &rf1);
    let number = first_said([rf1.field(6).text(), rf1.field(11).text()]);
    item.local_id = if number.is_empty() {
        let day = entry.happened.map(|when: When| when.date().iso()).unwrap_or_default();
        format!("{}/rf1/{day}", telling.identity.key)
    } else {
        number
    };
    item.entries.push(entry);
    Ok(item)
}

/// The kind of referral (RF1-3), else its reason (RF1-10), else the service asked for (OBR-4).
fn what(telling: &Telling<'_>, rf1: &Segment<'_>) -> Concept {
    let ordered = telling.first("OBR").map(|obr| concept(obr.field(4)));
    [Some(concept(rf1.field(3))), Some(concept(rf1.field(10))), ordered]
        .into_iter()
        .flatten()
        .find(|what| !what.is_empty())
        .unwrap_or_else(|| Concept::words("Referral"))
}

/// A cancelled referral (I14), else RF1-1, table 0283.
fn status(event: &str, code: &str) -> Status {
    match (event, code) {
        ("I14", _) => Status::Cancelled,
        (_, "A") => Status::Active,
        (_, "P") => Status::Planned,
        (_, "R") => Status::Stopped,
        (_, "E") => Status::Completed,
        _ => Status::Unknown,
    }
}

/// The provider in this role (PRD-1, table 0286): the person, and the place or organisation.
fn provider(telling: &Telling<'_>, role: &str) -> String {
    let found = telling
        .each("PRD")
        .find(|prd| prd.field(1).repetitions().any(|sent| sent.component(1).text() == role));
    let Some(prd) = found else {
        return String::new();
    };
    let person = prd.field(2).repetitions().find_map(datatype::name);
    let organisation = first_said([
        datatype::organisation(prd.field(10).repetition(0)).0,
        datatype::place(prd.field(4).repetition(0)),
    ]);
    datatype::joined(
        &[person.as_ref().map(datatype::spoken).unwrap_or_default(), organisation],
        ", ",
    )
}

fn detail(telling: &Telling<'_>, rf1: &Segment<'_>) -> String {
    let mut detail = Detail::default();
    detail.add("Status", &label(rf1.field(1)));
    detail.add("Priority", &label(rf1.field(2)));
    for asked in rf1.field(4).repetitions() {
        detail.add("Asked for", concepts(asked).0.label());
    }
    for reason in rf1.field(10).repetitions() {
        detail.add("Reason", concepts(reason).0.label());
    }
    for (at, segment) in telling.segments.iter().enumerate() {
        if matches!(segment.name(), "RF1" | "PV2") {
            notes(&telling.segments[at + 1..], &mut detail);
        }
    }
    detail.text()
}
