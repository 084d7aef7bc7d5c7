//! Everything that is sent is read by the readers that intake uses; what they refuse is what was made wrong on
//! purpose.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use exchange::{Format, Piece, fhir, hl7, read, table};
use record::system::{Feed, System};
use record::{Date, Kind};
use std::collections::BTreeMap;
use synthetic::{Plan, deliveries};

fn dorset() -> Option<System> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset");
    let mut files = Vec::new();
    for folder in [root.clone(), root.join("feeds")] {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "toml") {
                let name = path.strip_prefix(&root).ok()?.to_string_lossy().into_owned();
                files.push((name, std::fs::read_to_string(&path).ok()?));
            }
        }
    }
    System::load(&files).ok()
}

fn pieces<'a>(bytes: &'a [u8], name: &str, feed: &Feed) -> Vec<Piece<'a>> {
    if name.ends_with(".hl7") {
        return hl7::split(bytes);
    }
    if name.ends_with(".csv") {
        return table::split(bytes, feed).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    if name.ends_with(".json") {
        return fhir::split(bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| Piece {
            place: String::new(),
            format: Format::Fhir,
            body: line.into(),
            context: String::new(),
        })
        .collect()
}

#[test]
fn the_readers_take_everything_but_what_is_wrong_on_purpose() {
    let Some(system) = dorset() else {
        eprintln!("SKIPPED: systems/dorset does not load");
        return;
    };
    let as_of = Date::new(2026, 11, 1).unwrap();
    let plan = Plan {
        people: 900,
        seed: 1,
        as_of,
    };
    let (mut items, mut refused, mut without) = (0u32, BTreeMap::<String, u32>::new(), BTreeMap::<String, u32>::new());
    let mut issues: BTreeMap<String, u32> = BTreeMap::new();
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    for delivery in deliveries(plan) {
        let feed = system
            .feed(&delivery.feed)
            .unwrap_or_else(|| panic!("no feed {}", delivery.feed));
        for piece in pieces(&delivery.bytes, &delivery.file_name, feed) {
            match read(piece.format, &piece.body, &piece.context, feed) {
                Err(no) => {
                    *refused
                        .entry(format!("{}: {}", delivery.feed, no.rejection))
                        .or_default() += 1
                }
                Ok(found) => {
                    for item in found {
                        items += 1;
                        let about_care = !matches!(item.item_type.as_str(), "Patient" | "Organization");
                        if about_care && item.entries.is_empty() && !item.withdrawn {
                            *without
                                .entry(format!("{}: {}", delivery.feed, item.item_type))
                                .or_default() += 1;
                        }
                        for issue in item.issues {
                            *issues
                                .entry(format!("{}: {} {}", delivery.feed, issue.place, issue.reason))
                                .or_default() += 1;
                        }
                        for entry in item.entries {
                            *kinds.entry(format!("{:?}", entry.kind)).or_default() += 1;
                        }
                    }
                }
            }
        }
    }
    eprintln!(
        "{items} items\nkinds {kinds:#?}\nrefused {refused:#?}\nwithout entries {without:#?}\nissues {issues:#?}"
    );
    assert!(items > 30_000);
    assert!(refused.keys().all(|why| why.starts_with("pds-trace")), "{refused:?}");
    assert!(without.keys().all(|why| why.starts_with("pds-trace")), "{without:?}");
    for kind in [
        Kind::Problem,
        Kind::Medicine,
        Kind::Allergy,
        Kind::Result,
        Kind::Report,
        Kind::Encounter,
        Kind::Episode,
    ] {
        assert!(kinds.contains_key(&format!("{kind:?}")), "{kind:?}");
    }
}

/// Whoever is on a ward is not seen at their practice the same day.
#[test]
fn nobody_is_at_their_practice_while_on_a_ward() {
    let plan = Plan {
        people: 2_500,
        seed: 4,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    type Stays = Vec<(String, String)>;
    let mut seen: BTreeMap<String, (Vec<String>, Stays)> = BTreeMap::new();
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let mut note = |resource: &serde_json::Value, url: &str| {
        if resource["resourceType"] == "Patient" {
            let ids = resource["identifier"].as_array().unwrap();
            let nhs = ids
                .iter()
                .find(|id| id["system"] == "https://fhir.nhs.uk/Id/nhs-number");
            let verified = nhs.filter(|nhs| nhs["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "01");
            if let Some(number) = verified.and_then(|nhs| nhs["value"].as_str()) {
                numbers.insert(url.to_owned(), number.to_owned());
            }
        }
        let Some(number) = resource["subject"]["reference"].as_str().and_then(|to| numbers.get(to)) else {
            return;
        };
        let period = &resource["period"];
        let (Some(start), Some(class)) = (period["start"].as_str(), resource["class"]["code"].as_str()) else {
            return;
        };
        let held = seen.entry(number.clone()).or_default();
        match class {
            "IMP" => held
                .1
                .push((start.to_owned(), period["end"].as_str().unwrap_or("9999").to_owned())),
            "AMB" | "VR" | "HH" => held.0.push(start.to_owned()),
            _ => {}
        }
    };
    for delivery in deliveries(plan) {
        if delivery.feed == "r0d-fhir" {
            let bundle: serde_json::Value = serde_json::from_slice(&delivery.bytes).unwrap();
            for entry in bundle["entry"].as_array().unwrap() {
                note(&entry["resource"], entry["fullUrl"].as_str().unwrap());
            }
        } else if delivery.feed.starts_with("gp") {
            for line in delivery
                .bytes
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
            {
                let resource: serde_json::Value = serde_json::from_slice(line).unwrap();
                let url = format!("Patient/{}", resource["id"].as_str().unwrap());
                note(&resource, &url);
            }
        }
    }
    let stays: usize = seen.values().map(|held| held.1.len()).sum();
    assert!(stays > 200, "{stays}");
    for (contacts, stays) in seen.values() {
        for (from, until) in stays {
            let within = contacts
                .iter()
                .find(|at| at.as_str() > from.as_str() && at.as_str() < until.as_str());
            assert!(
                within.is_none(),
                "seen at {within:?} during a stay from {from} to {until}"
            );
        }
    }
}

#[test]
fn entries_a_person_stay_between_sixty_and_a_hundred() {
    let system = dorset().expect("systems/dorset loads");
    let plan = Plan {
        people: 6_000,
        seed: 1,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    let people = synthetic::truth(plan).count();
    let mut entries = 0;
    for delivery in deliveries(plan) {
        let feed = system.feed(&delivery.feed).unwrap();
        for piece in pieces(&delivery.bytes, &delivery.file_name, feed) {
            let found = read(piece.format, &piece.body, &piece.context, feed).unwrap_or_default();
            entries += found.iter().map(|item| item.entries.len()).sum::<usize>();
        }
    }
    let each = entries as f64 / people as f64;
    eprintln!("{each:.1} entries a person");
    assert!((60.0..100.0).contains(&each), "{each:.1}");
}

#[test]
fn every_contact_says_what_it_was_and_about_what() {
    let system = dorset().expect("systems/dorset loads");
    let plan = Plan {
        people: 1_500,
        seed: 1,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    let (mut contacts, mut words) = (0, std::collections::BTreeMap::<String, usize>::new());
    for delivery in deliveries(plan) {
        let feed = system.feed(&delivery.feed).unwrap();
        for piece in pieces(&delivery.bytes, &delivery.file_name, feed) {
            let found = read(piece.format, &piece.body, &piece.context, feed).unwrap_or_default();
            for entry in found.iter().flat_map(|item| &item.entries) {
                if entry.kind == record::Kind::Encounter {
                    contacts += 1;
                    *words.entry(entry.what.label().to_owned()).or_default() += 1;
                }
            }
        }
    }
    // How something was held is not what it was.
    for bare in [
        "Face to face",
        "Telephone",
        "Video",
        "Phone",
        "Visit",
        "Consultation",
        "ambulatory",
        "virtual",
    ] {
        assert!(!words.contains_key(bare), "{bare}: {} contacts", words[bare]);
    }
    let gp = words
        .keys()
        .filter(|words| words.starts_with("GP consultation, face to face: "))
        .count();
    eprintln!(
        "{contacts} contacts in {} words: {:?}",
        words.len(),
        words.iter().max_by_key(|(_, n)| **n)
    );
    assert!(contacts > 5_000 && gp > 15, "{contacts} {gp}");
}
