//! Documents: MDM messages (TXA and the OBX after it) as one DocumentReference item.

use super::attachment::media_type;
use super::datatype::{self, Detail, concept, first_clinician, first_said, label, when};
use super::message::Segment;
use super::telling::{Telling, notes, put_detail};
use record::{Concept, Item, Kind, Rejection, Status};

/// The document a MDM message tells of, and, for a replacement (T09, T10), the one it takes the place of,
/// withdrawn. The id is the document's unique number (TXA-12), else the order's (TXA-15, TXA-14).
///
/// # Errors
/// `no-document` when there is no TXA, or it does not say which document.
pub fn documents(telling: &Telling<'_>) -> Result<Vec<Item>, Rejection> {
    let Some(txa) = telling.first("TXA") else {
        return Err(Rejection::new(
            "no-document",
            "TXA",
            "The message tells of a document and has no TXA segment.",
        ));
    };
    let number = first_said([
        unique_number(&txa, 12),
        txa.field(15).text(),
        txa.field(14).text(),
        txa.field(16).text(),
    ]);
    if number.is_empty() {
        let reason = "The message does not say which document it tells of.";
        return Err(Rejection::new("no-document", "TXA-12", reason));
    }
    let mut items = vec![document(telling, &txa, number.clone())];
    let parent = unique_number(&txa, 13);
    if matches!(telling.event.as_str(), "T09" | "T10") && !parent.is_empty() && parent != number {
        let mut replaced = telling.item("DocumentReference", parent, Vec::new());
        replaced.withdrawn = true;
        items.push(replaced);
    }
    Ok(items)
}

/// An EI whose number stands in its first component, or, from some senders, only in its third.
fn unique_number(txa: &Segment<'_>, field: usize) -> String {
    let field = txa.field(field);
    first_said([field.component(1).text(), field.component(3).text()])
}

fn document(telling: &Telling<'_>, txa: &Segment<'_>, number: String) -> Item {
    let mut item = telling.item("DocumentReference", number, Vec::new());
    let mut entry = telling.entry(Kind::Document, what(telling, txa));
    entry.happened = when(txa, 4, &mut item.issues).or_else(|| when(txa, 6, &mut item.issues));
    entry.recorded = [8, 7, 6]
        .into_iter()
        .find_map(|field| when(txa, field, &mut item.issues))
        .or(entry.recorded);
    entry.by = first_said([9, 5, 10].map(|field| first_clinician(txa.field(field))));
    entry.place = telling
        .first("PV1")
        .map(|pv1| datatype::place(pv1.field(3).repetition(0)))
        .unwrap_or_default();
    entry.status = status(&telling.event, &txa.field(17).text(), &txa.field(19).text());
    entry.encounter = telling.visit();
    item.withdrawn = entry.status == Status::EnteredInError;
    item.entries.push(entry);
    put_detail(&mut item, 0, detail(telling, txa), txa, 12);
    item
}

/// Its title (TXA-25), else its type (TXA-2) in words, else what the order or the text is called.
fn what(telling: &Telling<'_>, txa: &Segment<'_>) -> Concept {
    let title = txa.field(25).words();
    let mut what = concept(txa.field(2));
    if what.display.is_empty() {
        what.display = type_words(&what.code).to_owned();
    }
    if !title.is_empty() {
        what.display = title;
    }
    if what.is_empty() {
        let order = telling.first("OBR").map(|obr| concept(obr.field(4)));
        let text = telling.first("OBX").map(|obx| concept(obx.field(3)));
        what = [order, text]
            .into_iter()
            .flatten()
            .find(|what| !what.is_empty())
            .unwrap_or_default();
    }
    if what.is_empty() {
        Concept::words("Document")
    } else {
        what
    }
}

/// Table 0270.
fn type_words(code: &str) -> &'static str {
    match code {
        "AR" => "Autopsy report",
        "CD" => "Cardiodiagnostics",
        "CN" => "Consultation",
        "DI" => "Diagnostic imaging",
        "DS" => "Discharge summary",
        "ED" => "Emergency department report",
        "HP" => "History and physical examination",
        "OP" => "Operative report",
        "PC" => "Psychiatric consultation",
        "PH" => "Psychiatric history and physical examination",
        "PN" => "Procedure note",
        "PR" => "Progress note",
        "SP" => "Surgical pathology",
        "TS" => "Transfer summary",
        _ => "",
    }
}

/// A cancelled notification (T11) or one no longer available (TXA-19 `CA`) should not have been sent; else by
/// TXA-17, table 0271.
fn status(event: &str, completion: &str, availability: &str) -> Status {
    match (event, completion, availability) {
        ("T11", _, _) | (_, _, "CA") => Status::EnteredInError,
        ("T07" | "T08", "AU" | "LA" | "DO", _) => Status::Amended,
        (_, "AU" | "LA", _) => Status::Completed,
        (_, "DI" | "DO" | "IP" | "IN" | "PA", _) => Status::Preliminary,
        _ => Status::Unknown,
    }
}

fn detail(telling: &Telling<'_>, txa: &Segment<'_>) -> Detail {
    let mut detail = Detail::default();
    let parent = unique_number(txa, 13);
    match telling.event.as_str() {
        "T05" | "T06" => detail.add("Addendum to", &parent),
        "T09" | "T10" => detail.add("Replaces", &parent),
        _ => {}
    }
    detail.add("Confidentiality", &confidentiality(&label(txa.field(18))));
    detail.add("Authenticated by", &first_clinician(txa.field(22)));
    detail.add("File", &txa.field(16).text());
    let mut earlier = String::new();
    for (at, obx) in telling
        .segments
        .iter()
        .enumerate()
        .filter(|(_, segment)| segment.name() == "OBX")
    {
        let called = label(obx.field(3));
        match obx.field(2).text().as_str() {
            "ED" | "RP" => {
                let kind = media_type(obx.field(5).repetition(0));
                detail.add("Attached", &datatype::joined(&[called, kind], ", "));
            }
            "HD" | "EI" | "CX" => detail.add(&called, &obx.field(5).words()),
            // Lines of one text carry its name once.
            _ if called == earlier => detail.add("", &obx.field(5).words()),
            _ => {
                detail.add(&called, &obx.field(5).words());
                earlier = called;
            }
        }
        notes(&telling.segments[at + 1..], &mut detail);
    }
    detail
}

/// Table 0272.
fn confidentiality(code: &str) -> String {
    match code {
        "V" => "very restricted",
        "R" => "restricted",
        "U" => "usual",
        other => other,
    }
    .to_owned()
}
