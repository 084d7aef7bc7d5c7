//! Results: OBR as DiagnosticReport items, OBX as Observation (or, for an attachment, DocumentReference) items.
//!
//! Ids are the order's number (filler's, else placer's), the panel, the test and its sub-id, so that a
//! correction sent later gives the same ids. One order number may cover several panels.

use super::datatype::{
    self, Detail, ID_BYTES_MAX, bounded, concepts, first_clinician, first_said, label, organisation, slug, when,
};
use super::history::spoken_key;
use super::message::Segment;
use super::telling::{Telling, notes};
use super::{observation, telling};
use record::{Concept, Entry, Issue, Item, Kind, Status, Value, When};

/// What the OBX of one order have in common.
pub struct Order {
    /// Start of the ids of everything under it.
    pub key: String,
    /// OBR-7: when the specimen was taken or the observation made.
    pub happened: Option<When>,
    /// OBR-25.
    pub status: Status,
    /// OBR-24 in words.
    pub category: String,
    /// Whether it is one order's report, in which OBX with no code of their own are lines of the report. Else
    /// each reading stands alone, and its time is part of its id so that the next one does not replace it.
    pub is_report: bool,
}

/// What stands before any order, and every order's report.
pub fn everything(telling: &Telling<'_>) -> Vec<Item> {
    let mut items = observations_alone(telling);
    items.extend(reports(telling));
    items
}

/// Everything each OBR of this part reports.
fn reports(telling: &Telling<'_>) -> Vec<Item> {
    telling
        .groups("OBR")
        .into_iter()
        .flat_map(|group| report(telling, group))
        .collect()
}

/// OBX that stand before any order (in ADT, SIU or VXU messages): observations of the person.
pub fn observations_alone(telling: &Telling<'_>) -> Vec<Item> {
    let end = telling
        .segments
        .iter()
        .position(|segment| matches!(segment.name(), "OBR" | "ORC" | "RXA"));
    let segments = &telling.segments[..end.unwrap_or(telling.segments.len())];
    let order = Order {
        key: first_said([telling.visit(), telling.identity.key.clone()]),
        happened: None,
        status: Status::Unknown,
        category: String::new(),
        is_report: false,
    };
    observation::observations(telling, segments, &order)
}

fn report(telling: &Telling<'_>, group: &[Segment<'_>]) -> Vec<Item> {
    let Some(obr) = group.first() else {
        return Vec::new();
    };
    let (mut what, also) = concepts(obr.field(4).repetition(0));
    if what.is_empty() {
        what = Concept::words("Report");
    }
    let mut issues = Vec::new();
    let happened = when(obr, 7, &mut issues).or_else(|| when(obr, 14, &mut issues));
    let status = report_status(&obr.field(25).text());
    let order = Order {
        key: format!("{}/{}", order_number(telling, obr, happened), slug(&spoken_key(&what))),
        happened,
        status,
        category: bounded(section(&label(obr.field(24))), ID_BYTES_MAX),
        is_report: true,
    };
    let mut entry = telling.entry(Kind::Report, what);
    entry.also = also;
    entry.happened = happened;
    entry.recorded = when(obr, 22, &mut issues).or(entry.recorded);
    entry.status = status;
    entry.category.clone_from(&order.category);
    entry.encounter = telling.visit();
    entry.by = interpreter(obr);
    entry.place = performed_at(group);
    let narrative = observation::narrative(group);
    if !narrative.is_empty() {
        entry.value = Some(Value::Text(datatype::shown(narrative, obr, 4, &mut issues)));
    }
    let mut item = telling.item("DiagnosticReport", order.key.clone(), vec![entry]);
    telling::put_detail(&mut item, 0, report_detail(telling, group, obr), obr, 13);
    item.issues.extend(issues);
    withdraw_if_error(&mut item);
    let mut items = vec![item];
    items.extend(observation::observations(telling, group, &order));
    items
}

fn report_detail(telling: &Telling<'_>, group: &[Segment<'_>], obr: &Segment<'_>) -> Detail {
    let mut detail = Detail::default();
    let orc = order_control(telling, obr);
    let requester = orc.map(|orc| first_clinician(orc.field(12))).unwrap_or_default();
    detail.add("Requested by", &first_said([first_clinician(obr.field(16)), requester]));
    detail.add("Clinical information", &datatype::loose_words(obr.field(13)));
    for reason in obr.field(31).repetitions() {
        detail.add("Reason", concepts(reason).0.label());
    }
    let specimen = group
        .iter()
        .filter(|segment| segment.name() == "SPM")
        .map(|spm| label(spm.field(4)))
        .chain([obr.field(15).component(1).words()]);
    detail.add("Specimen", &first_said(specimen));
    notes(&group[1..], &mut detail);
    detail
}

/// The ORC that stands before this OBR, if one does.
fn order_control<'m>(telling: &Telling<'m>, obr: &Segment<'m>) -> Option<Segment<'m>> {
    let at = telling
        .segments
        .iter()
        .position(|segment| segment.name() == "OBR" && segment.ordinal() == obr.ordinal())?;
    telling.segments[..at]
        .iter()
        .rev()
        .take_while(|segment| segment.name() != "OBR")
        .find(|segment| segment.name() == "ORC")
        .copied()
}

/// Filler's number, else placer's (OBR, then ORC), else the person and the time.
pub fn order_number(telling: &Telling<'_>, obr: &Segment<'_>, happened: Option<When>) -> String {
    let orc = order_control(telling, obr);
    let of_orc = |n: usize| orc.map(|orc| orc.field(n).text()).unwrap_or_default();
    let number = first_said([obr.field(3).text(), of_orc(3), obr.field(2).text(), of_orc(2)]);
    if number.is_empty() {
        let at = happened.map(When::fhir).unwrap_or_default();
        format!("{}/obr/{at}", telling.identity.key)
    } else {
        bounded(number, ID_BYTES_MAX)
    }
}

/// OBR-32 principal interpreter, else OBR-28 and the like are left to the message.
fn interpreter(obr: &Segment<'_>) -> String {
    let field = obr.field(32);
    // NDL keeps the name in subcomponents of its first component.
    let ndl = field.component(1);
    let parts = [ndl.subcomponent(6), ndl.subcomponent(3), ndl.subcomponent(2)];
    let name = datatype::joined(&parts, " ");
    if name.is_empty() { first_clinician(field) } else { name }
}

/// The laboratory that performed the tests: OBX-23, else OBX-15.
fn performed_at(group: &[Segment<'_>]) -> String {
    first_said(group.iter().filter(|segment| segment.name() == "OBX").map(laboratory))
}

/// OBX-23, else OBX-15.
pub fn laboratory(obx: &Segment<'_>) -> String {
    first_said([organisation(obx.field(23).repetition(0)).0, label(obx.field(15))])
}

/// OBR-25, table 0123. None said means none known.
fn report_status(code: &str) -> Status {
    match code {
        "F" => Status::Completed,
        "C" => Status::Amended,
        "P" | "A" | "R" | "M" | "N" => Status::Preliminary,
        "O" | "I" | "S" => Status::Planned,
        "X" => Status::Cancelled,
        "D" | "W" => Status::EnteredInError,
        _ => Status::Unknown,
    }
}

/// OBX-11, table 0085. `U` is a status changed to final without another transmission, `B` an appended report.
pub fn result_status(code: &str, of_report: Status) -> Status {
    match code {
        "F" | "U" | "V" => Status::Completed,
        "C" | "B" => Status::Amended,
        "P" | "R" | "S" | "A" => Status::Preliminary,
        "I" | "O" => Status::Planned,
        "N" => Status::NotDone,
        "X" => Status::Cancelled,
        "D" | "W" => Status::EnteredInError,
        _ => of_report,
    }
}

/// Takes an item back when its sender says that it was wrong.
pub fn withdraw_if_error(item: &mut Item) {
    item.withdrawn |= item.entries.iter().any(|entry| entry.status == Status::EnteredInError);
}

/// OBR-24, table 0074, in words; others as sent.
fn section(code: &str) -> String {
    match code {
        "LAB" | "CH" | "HM" | "MB" | "SR" | "BLB" | "IMM" | "CP" | "TX" | "VR" | "MYC" | "MCB" => "laboratory",
        "RAD" | "RX" | "CT" | "NMR" | "CUS" | "XRC" | "RUS" | "VUS" | "OUS" | "NMS" | "IMG" => "imaging",
        "SP" | "PAT" | "CTH" => "pathology",
        "EC" | "ECHO" => "cardiology",
        _ => code,
    }
    .to_owned()
}

/// Puts a sender's flag and range beside a value that is not a number.
pub fn flag_and_range(entry: &mut Entry, detail: &mut Detail, range: &str, flag: &str) {
    if let Some(Value::Quantity(quantity)) = &mut entry.value {
        range.clone_into(&mut quantity.range);
        flag.clone_into(&mut quantity.flag);
    } else {
        detail.add("Flag", flag);
        detail.add("Range", range);
    }
}

/// Keeps issues of a part with the item they belong to.
pub fn with_issues(mut item: Item, issues: Vec<Issue>) -> Item {
    item.issues.extend(issues);
    item
}
