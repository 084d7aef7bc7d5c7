//! A day played after the as-of date: the same every time, read by intake's own readers, hanging together from day
//! to day, and never under an id that the told history has.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use exchange::{fhir, hl7, read, table};
use record::Date;
use record::system::System;
use std::collections::BTreeSet;
use synthetic::Plan;
use synthetic::live::{Sent, Written, day};

fn plan() -> Plan {
    Plan {
        people: 6_000,
        seed: 3,
        as_of: Date::new(2026, 11, 1).unwrap(),
    }
}

fn days(count: i32) -> Vec<Vec<Sent>> {
    (1..=count)
        .map(|after| day(plan(), Date(plan().as_of.0 + after)))
        .collect()
}

fn dorset() -> System {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset");
    let mut files = Vec::new();
    for folder in [root.clone(), root.join("feeds")] {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "toml") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    System::load(&files).unwrap()
}

fn text(sent: &Sent) -> &str {
    std::str::from_utf8(&sent.bytes).unwrap()
}

#[test]
fn a_day_is_the_same_every_time_in_order_and_each_has_its_own() {
    let days = days(2);
    assert_eq!(days[0], day(plan(), Date(plan().as_of.0 + 1)));
    assert_ne!(days[0], days[1]);
    for sent in &days {
        assert!(sent.len() > 30, "{}", sent.len());
        assert!(sent.is_sorted_by_key(|one| one.minute));
        let names: BTreeSet<&str> = sent.iter().map(|one| one.file_name.as_str()).collect();
        assert_eq!(names.len(), sent.len(), "file names are told apart");
    }
    let written: BTreeSet<Written> = days.iter().flatten().map(|one| one.written).collect();
    assert_eq!(written.len(), 3, "{written:?}");
    assert!(day(plan(), plan().as_of).is_empty(), "what is past is not played");
    assert!(day(plan(), Date(plan().as_of.0 + 100_000)).is_empty());
}

#[test]
fn a_household_of_a_small_run_has_the_same_day_in_a_large_one() {
    let small = Plan {
        people: 1_500,
        ..plan()
    };
    let first = Date(plan().as_of.0 + 1);
    let bytes = |plan| {
        day(plan, first)
            .into_iter()
            .map(|one| one.bytes)
            .collect::<BTreeSet<_>>()
    };
    let (few, many) = (bytes(small), bytes(plan()));
    assert!(!few.is_empty() && few.is_subset(&many));
}

#[test]
fn the_readers_of_intake_take_everything_that_is_sent() {
    let system = dorset();
    let mut items = 0;
    for sent in days(5).iter().flatten() {
        let feed = system.feed(sent.feed).unwrap();
        assert_eq!(feed.sender.as_str(), sent.sender);
        let pieces = match sent.written {
            Written::Message => hl7::split(&sent.bytes),
            Written::Bundle => fhir::split(&sent.bytes).unwrap(),
            Written::Table => table::split(&sent.bytes, feed).unwrap(),
        };
        assert!(!pieces.is_empty(), "{}", sent.file_name);
        for piece in pieces {
            let found = read(piece.format, &piece.body, &piece.context, feed);
            items += found
                .unwrap_or_else(|no| panic!("{}: {}", sent.file_name, no.rejection))
                .len();
        }
    }
    assert!(items > 500, "{items}");
}

#[test]
fn every_message_is_dated_on_its_day_at_its_minute() {
    for (after, sent) in (1..).zip(days(4)) {
        let date = Date(plan().as_of.0 + after).iso().replace('-', "");
        for one in sent.iter().filter(|one| one.written == Written::Message) {
            let stamp = text(one).split('|').nth(6).unwrap();
            let clock = format!("{date}{:02}{:02}", one.minute / 60, one.minute % 60);
            assert_eq!(stamp, clock);
        }
    }
}

#[test]
fn who_is_admitted_goes_home_again_under_the_same_visit() {
    let visit = |one: &Sent| -> Option<String> {
        let segment = text(one).split('\r').find(|line| line.starts_with("PV1"))?;
        segment.split('|').nth(19).map(ToOwned::to_owned)
    };
    let days = days(25);
    let of = |kind: &str, days: &[Vec<Sent>]| -> BTreeSet<String> {
        let all = days.iter().flatten().filter(|one| text(one).contains(kind));
        all.filter_map(visit).collect()
    };
    let admitted = of("|ADT^A01", &days[..4]);
    let left = of("|ADT^A03", &days);
    assert!(admitted.len() >= 4, "{}", admitted.len());
    assert!(admitted.is_subset(&left), "{:?} never left", admitted.difference(&left));
}

#[test]
fn nothing_is_sent_twice_and_no_id_is_one_of_the_told_history() {
    let mut ids = BTreeSet::new();
    for sent in days(6).iter().flatten() {
        match sent.written {
            Written::Message => assert!(
                ids.insert(text(sent).split('|').nth(9).unwrap().to_owned()),
                "MSH-10 twice"
            ),
            Written::Bundle => {
                let bundle: serde_json::Value = serde_json::from_slice(&sent.bytes).unwrap();
                for entry in bundle["entry"].as_array().unwrap() {
                    let resource = &entry["resource"];
                    let id = resource["id"].as_str().unwrap();
                    if resource["resourceType"] != "Patient" {
                        let number: u32 = id.rsplit('-').next().unwrap().parse().unwrap();
                        assert!(number >= 10_000, "{id}");
                    }
                    let version = resource["meta"]["lastUpdated"].as_str().unwrap();
                    let patient = resource["resourceType"] == "Patient";
                    assert!(patient || ids.insert(format!("{}/{id}/{version}", resource["resourceType"])));
                }
            }
            Written::Table => assert!(ids.insert(text(sent).to_owned())),
        }
    }
}

#[test]
fn hours_are_not_alike() {
    let mut nights = 0;
    let mut afternoons = 0;
    for sent in days(25).iter().flatten().filter(|sent| text(sent).contains("|ADT^A04")) {
        match sent.minute / 60 {
            1..6 => nights += 1,
            13..18 => afternoons += 1,
            _ => {}
        }
    }
    assert!(
        afternoons > 2 * nights,
        "{afternoons} of five afternoon hours, {nights} of five at night"
    );
}
