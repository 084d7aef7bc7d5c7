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
    let days = days(34);
    let of = |kind: &str, days: &[Vec<Sent>]| -> BTreeSet<String> {
        let all = days.iter().flatten().filter(|one| text(one).contains(kind));
        all.filter_map(visit).collect()
    };
    let admitted = of("|ADT^A01", &days[..12]);
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

#[test]
fn every_sender_has_its_part_in_played_days() {
    let feeds: BTreeSet<&str> = days(25).iter().flatten().map(|one| one.feed).collect();
    for feed in [
        "r0d-fhir",
        "rbd-adt",
        "rbd-oru",
        "rdy-fhir",
        "ambulance-incidents",
        "bcp-adult-social-care",
        "dorset-adult-social-care",
        "link-worker-contacts",
        "falls-buddy-visits",
        "fire-safe-and-well",
        "health-coaching",
        "pds-trace",
    ] {
        assert!(feeds.contains(feed), "nothing of {feed}: {feeds:?}");
    }
    assert!(
        feeds.iter().any(|feed| feed.ends_with("children-social-care")),
        "{feeds:?}"
    );
    // Schools measure from February to June.
    let march = Date::new(2027, 3, 1).unwrap();
    let schools = (0..10).flat_map(|after| day(plan(), Date(march.0 + after)));
    let schools: Vec<Sent> = schools.filter(|one| one.feed == "school-measurement").collect();
    assert!(!schools.is_empty());
    assert!(
        !days(10).iter().flatten().any(|one| one.feed == "school-measurement"),
        "none in November"
    );
}

#[test]
fn rows_of_a_day_are_written_on_that_day_and_never_under_a_reference_of_the_told_history() {
    let told: BTreeSet<String> = synthetic::deliveries(plan())
        .filter(|delivery| delivery.file_name.ends_with("csv"))
        .flat_map(|delivery| {
            let text = String::from_utf8(delivery.bytes).unwrap();
            text.lines()
                .skip(1)
                .map(|line| line.split(',').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    let mut rows = 0;
    for (after, sent) in (1..).zip(days(12)) {
        let (year, month, date) = Date(plan().as_of.0 + after).ymd();
        let stamps = [
            format!("{date:02}/{month:02}/{year}"),
            format!("{year}-{month:02}-{date:02}"),
            format!("{year}{month:02}{date:02}"),
        ];
        for one in sent.iter().filter(|one| one.written == Written::Table) {
            rows += 1;
            assert!(
                stamps.iter().any(|stamp| text(one).contains(stamp.as_str())),
                "{}: {}",
                one.feed,
                text(one)
            );
            let reference = text(one).lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
            // A child's plan is one case, told anew at each review.
            let again = one.feed.contains("children");
            assert!(again || !told.contains(&reference), "{}: {reference}", one.feed);
        }
    }
    assert!(rows > 40, "{rows}");
}

fn number_of(text: &str, before: &str) -> Vec<String> {
    text.match_indices(before)
        .filter_map(|(at, _)| text.get(at + before.len()..at + before.len() + 10))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_birth_is_told_by_hospital_practice_health_visitor_and_the_national_service() {
    let everyone: BTreeSet<String> = synthetic::truth(plan())
        .map(|person| person.nhs_number.digits())
        .collect();
    let days = days(80);
    let mut babies: BTreeSet<String> = BTreeSet::new();
    for one in days
        .iter()
        .flatten()
        .filter(|one| one.words.starts_with("a birth notified"))
    {
        let row = text(one).lines().nth(1).unwrap();
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells.len(), 29);
        let number = cells[1].to_owned();
        assert!(
            record::NhsNumber::parse(&number).is_some() && number.starts_with("999"),
            "{number}"
        );
        assert!(!everyone.contains(&number), "a baby bears somebody's number");
        assert!(babies.insert(number), "two babies bear one number");
    }
    assert!(babies.len() >= 3, "{}", babies.len());
    let (mut practices, mut hospitals, mut visitors) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for one in days.iter().flatten() {
        for number in babies.iter().filter(|number| text(one).contains(number.as_str())) {
            match one.feed {
                "r0d-fhir" | "rbd-adt" | "rbd-oru" => hospitals.insert(number.clone()),
                "rdy-fhir" => visitors.insert(number.clone()),
                "pds-trace" => true,
                feed if feed.starts_with("gp") => practices.insert(number.clone()),
                feed => panic!("{feed} knows of a newborn"),
            };
        }
    }
    // Those born in the last days are not yet visited; a few records carry no number.
    let some = babies.len() / 2;
    assert!(
        practices.len() >= some && hospitals.len() >= some && visitors.len() >= some,
        "{practices:?} {hospitals:?} {visitors:?}"
    );
    let deliveries = days
        .iter()
        .flatten()
        .filter(|one| text(one).contains("Delivery of baby"))
        .count();
    assert!(deliveries >= babies.len(), "{deliveries}");
}

#[test]
fn a_mother_to_be_is_known_to_the_maternity_unit_before_the_day() {
    // Whoever has a baby on a played day was in the hospital's care when the told history ended.
    let mothers = days(60)
        .iter()
        .flatten()
        .filter(|one| text(one).contains("Delivery of baby"))
        .count();
    let open = synthetic::deliveries(plan())
        .filter(|delivery| delivery.feed == "r0d-fhir")
        .map(|delivery| {
            String::from_utf8(delivery.bytes)
                .unwrap()
                .matches("\"status\":\"active\",\"type\":[{\"text\":\"Maternity\"}]")
                .count()
        })
        .sum::<usize>();
    eprintln!("{mothers} messages of births in sixty days; {open} pregnancies under way in the east");
    assert!(mothers > 0 && open >= 10, "{mothers} {open}");
}

#[test]
fn a_death_is_told_to_all_who_know_the_person_and_nothing_follows_it() {
    let days = days(45);
    let mut died: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for (at, sent) in days.iter().enumerate() {
        for one in sent.iter().filter(|one| one.words == "a death on the national service") {
            let cells: Vec<&str> = text(one).lines().nth(1).unwrap().split(',').collect();
            let day = Date(plan().as_of.0 + i32::try_from(at).unwrap()).iso().replace('-', "");
            assert_eq!(cells[7], day, "told the day after");
            died.insert(cells[1].to_owned(), at);
        }
    }
    assert!(died.len() >= 4, "{}", died.len());
    let mut off = 0;
    for (at, one) in days
        .iter()
        .enumerate()
        .flat_map(|(at, sent)| sent.iter().map(move |one| (at, one)))
    {
        let numbers = [
            number_of(text(one), "nhs-number\",\"value\":\""),
            number_of(text(one), "RBD^PI~"),
        ]
        .concat();
        for number in numbers.iter().filter(|number| died.contains_key(*number)) {
            let death = died[number];
            let says = text(one).contains("deceasedDateTime") || text(one).contains("|Y");
            if at >= death {
                assert!(says, "{} {} after the death", one.feed, one.words);
            } else if at + 1 < death {
                assert!(
                    !text(one).contains("deceasedDateTime"),
                    "{} before the death",
                    one.words
                );
            }
        }
        off += usize::from(one.words.contains("taken off the practice's list"));
    }
    assert!(off >= died.len() - 2, "{off} of {}", died.len());
    let left = days
        .iter()
        .flatten()
        .filter(|one| text(one).contains("^Patient died") || text(one).contains("\"Died\""))
        .count();
    assert!(left >= 1, "nobody died in hospital");
}
