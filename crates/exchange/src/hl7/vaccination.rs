//! Vaccinations: VXU messages (ORC, RXA, RXR and the OBX after them) as Immunization items.

use super::datatype::{self, Detail, concepts, first_clinician, first_said, label, slug, when};
use super::history::{spoken_key, withdraw_if_deleted};
use super::message::Segment;
use super::telling::{Telling, notes};
use record::{Item, Kind, Quantity, Status, Value, When};

/// Every vaccination of this part, given or not. The id is the order's number (ORC-3, else ORC-2), else the
/// person, the vaccine and the day.
pub fn vaccinations(telling: &Telling<'_>) -> Vec<Item> {
    let starts: Vec<usize> = (0..telling.segments.len())
        .filter(|at| telling.segments[*at].name() == "RXA")
        .collect();
    starts
        .into_iter()
        .filter_map(|at| {
            let order = telling.segments[..at]
                .iter()
                .rev()
                .take_while(|segment| segment.name() != "RXA")
                .find(|segment| segment.name() == "ORC");
            let rest = &telling.segments[at + 1..];
            let end = rest.iter().position(|segment| matches!(segment.name(), "ORC" | "RXA"));
            vaccination(
                telling,
                &telling.segments[at],
                order,
                &rest[..end.unwrap_or(rest.len())],
            )
        })
        .collect()
}

fn vaccination(
    telling: &Telling<'_>,
    rxa: &Segment<'_>,
    orc: Option<&Segment<'_>>,
    after: &[Segment<'_>],
) -> Option<Item> {
    let (what, also) = concepts(rxa.field(5).repetition(0));
    if what.is_empty() {
        return None;
    }
    let mut item = telling.item("Immunization", String::new(), Vec::new());
    let mut entry = telling.entry(Kind::Vaccination, what);
    entry.also = also;
    entry.happened = when(rxa, 3, &mut item.issues);
    entry.recorded = when(rxa, 22, &mut item.issues).or(entry.recorded);
    entry.value = dose(rxa);
    entry.by = first_clinician(rxa.field(10));
    entry.place = place(rxa);
    entry.status = status(rxa);
    entry.encounter = telling.visit();
    entry.detail = detail(rxa, orc, after);
    let of_orc = |n: usize| orc.map(|orc| orc.field(n).text()).unwrap_or_default();
    let number = first_said([of_orc(3), of_orc(2)]);
    item.local_id = if number.is_empty() {
        let day = entry.happened.map(|when: When| when.date().iso()).unwrap_or_default();
        format!("{}/rxa/{}-{day}", telling.identity.key, slug(&spoken_key(&entry.what)))
    } else {
        number
    };
    withdraw_if_deleted(&rxa.field(21).text(), &mut entry, &mut item);
    item.entries.push(entry);
    Some(item)
}

/// RXA-6 with its unit. 999 is how HL7 writes an amount that was not recorded.
fn dose(rxa: &Segment<'_>) -> Option<Value> {
    let amount = rxa.field(6).text();
    if amount.is_empty() || matches!(amount.as_str(), "999" | "999.0") {
        return None;
    }
    let unit = first_said([rxa.field(7).component(1).words(), rxa.field(7).component(2).words()]);
    let quantity = Quantity::parse(&amount, &unit).map(Value::Quantity);
    Some(quantity.unwrap_or_else(|| Value::Text(datatype::joined(&[amount, unit], " "))))
}

/// RXA-27, else RXA-11, whose facility is its fourth component.
fn place(rxa: &Segment<'_>) -> String {
    first_said([27, 11].map(|field| datatype::place(rxa.field(field).repetition(0))))
}

/// RXA-20, table 0322; a reason for refusal (RXA-18) says it was not given.
fn status(rxa: &Segment<'_>) -> Status {
    match rxa.field(20).text().as_str() {
        "RE" | "NA" => Status::NotDone,
        _ if !rxa.field(18).is_empty() => Status::NotDone,
        "CP" | "PA" => Status::Completed,
        _ => Status::Unknown,
    }
}

fn detail(rxa: &Segment<'_>, orc: Option<&Segment<'_>>, after: &[Segment<'_>]) -> String {
    let mut detail = Detail::default();
    for reason in rxa.field(18).repetitions() {
        detail.add("Refused", concepts(reason).0.label());
    }
    if rxa.field(20).text() == "PA" {
        detail.add("", "Only partly given");
    }
    for batch in rxa.field(15).repetitions() {
        detail.add("Batch", &batch.component(1).words());
    }
    detail.add("Expires", &expiry(rxa));
    detail.add("Maker", &label(rxa.field(17)));
    for note in rxa.field(9).repetitions() {
        detail.add("Source", concepts(note).0.label());
    }
    for reason in rxa.field(19).repetitions() {
        detail.add("Given for", concepts(reason).0.label());
    }
    if let Some(orc) = orc {
        detail.add("Ordered by", &first_clinician(orc.field(12)));
    }
    for (at, segment) in after.iter().enumerate() {
        match segment.name() {
            "RXR" => {
                detail.add("Route", &label(segment.field(1)));
                detail.add("Site", &label(segment.field(2)));
            }
            "OBX" => {
                let coded = matches!(segment.field(2).text().as_str(), "CE" | "CWE" | "CNE");
                let day = datatype::moment(&segment.field(5).text()).map(|when| when.to_string());
                let words = match segment.field(2).text().as_str() {
                    _ if coded => label(segment.field(5)),
                    "DT" | "TS" | "DTM" => day.unwrap_or_else(|| segment.field(5).words()),
                    _ => segment.field(5).words(),
                };
                detail.add(&label(segment.field(3)), &words);
                notes(&after[at + 1..], &mut detail);
            }
            _ => {}
        }
    }
    notes(after, &mut detail);
    detail.text()
}

fn expiry(rxa: &Segment<'_>) -> String {
    let sent = rxa.field(16).text();
    datatype::moment(&sent).map_or(sent, |when| when.to_string())
}
