//! What came as HL7 v2 or as a table is written as FHIR, and reading that gives the same entries again.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

mod store;

use exchange::Piece;
use exchange::fhir::compose::{Naming, compose};
use record::system::Feed;
use record::{Date, Entry, Item, OrgCode};
use std::collections::BTreeMap;

fn pieces<'a>(feed: &Feed, bytes: &'a [u8]) -> Vec<Piece<'a>> {
    use record::system::FeedFormat;
    match feed.format {
        FeedFormat::Fhir => Vec::new(),
        FeedFormat::Hl7 => exchange::hl7::split(bytes),
        FeedFormat::Table => exchange::table::split(bytes, feed).unwrap_or_default(),
    }
}

fn lines(entry: &Entry) -> Vec<String> {
    let mut lines: Vec<String> = entry.detail.lines().map(|line| line.trim().to_owned()).collect();
    lines.retain(|line| !line.is_empty());
    lines.sort();
    lines
}

/// The entries as they compare: in any order, their lines in any order, an encounter by whether there is one.
fn compared(entries: &[Entry]) -> Vec<(Entry, Vec<String>)> {
    let mut all: Vec<(Entry, Vec<String>)> = entries
        .iter()
        .map(|entry| {
            let lines = lines(entry);
            let mut entry = entry.clone();
            entry.detail.clear();
            if !entry.encounter.is_empty() {
                entry.encounter = "e".to_owned();
            }
            (entry, lines)
        })
        .collect();
    // Parts are numbered anew; which lines there are is what counts.
    all.iter_mut().for_each(|(entry, _)| entry.part = 0);
    all.sort_by_key(|line| format!("{line:?}"));
    all
}

fn again(item: &Item) -> (String, Item) {
    let naming = Naming {
        id: "0123456789abcdef0123456789abcdef",
        subject: Some("Patient/p"),
        encounter: &|_| "Encounter/e".to_owned(),
        patient: &|other| format!("Patient/{other}"),
    };
    let text = compose(item, &naming).unwrap_or_else(|| panic!("{} is not mapped", item.item_type));
    let read = exchange::fhir::read(text.as_bytes(), "").unwrap_or_else(|refused| panic!("{refused:?}\n{text}"));
    (text, read)
}

#[test]
fn what_is_composed_reads_back_the_same() {
    let system = store::dorset();
    let plan = synthetic::Plan {
        people: 60,
        seed: 7,
        as_of: Date::parse("2026-06-01").unwrap(),
    };
    let mut by_type: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for delivery in synthetic::deliveries(plan) {
        let sender = OrgCode::parse(&delivery.sender).unwrap();
        let feed = system
            .feed(&delivery.feed)
            .cloned()
            .unwrap_or_else(|| Feed::named(&delivery.feed, sender));
        for piece in pieces(&feed, &delivery.bytes) {
            let Ok(items) = exchange::read(piece.format, &piece.body, &piece.context, &feed) else {
                continue;
            };
            for item in items.iter().filter(|item| item.mapped && !item.withdrawn) {
                if item.entries.is_empty() && item.person.is_none() {
                    continue;
                }
                let (text, read) = again(item);
                assert_eq!(read.item_type, item.item_type);
                assert_eq!(read.issues, [], "{text}");
                assert_eq!(compared(&read.entries), compared(&item.entries), "{text}\n{item:#?}");
                if let (Some(said), Some(again)) = (&item.person, &read.person) {
                    let mut said = said.clone();
                    // Whether a number was verified says nothing without the number.
                    if said.nhs_number.is_none() {
                        said.nhs_number_status = record::NhsNumberStatus::Unsaid;
                    }
                    said.local_ids.retain(|(_, value)| !value.is_empty());
                    assert_eq!(format!("{said:?}"), format!("{again:?}"), "{text}");
                }
                let count = by_type.entry(item.item_type.clone()).or_default();
                *count += 1;
                if *count <= 40 {
                    kept.push(text);
                }
            }
        }
    }
    eprintln!("{by_type:?}");
    assert!(by_type.len() >= 8, "{by_type:?}");
    if let Ok(path) = std::env::var("CHESIL_COMPOSED") {
        std::fs::write(path, kept.join("\n")).unwrap();
    }
}
