//! Lives read as a clinician would read them: what is found is treated, what is measured is followed, and nobody is
//! given what their record warns against.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use record::Date;
use std::collections::BTreeMap;
use synthetic::{Plan, TruePerson, history, truth};

fn plan() -> Plan {
    Plan {
        people: 12_000,
        seed: 6,
        as_of: Date::new(2026, 11, 1).unwrap(),
    }
}

/// A row of a history: day, who says it, what.
type Row = (Date, String, String);

/// The histories of those who are wanted, each with its number.
fn read(wanted: impl Fn(&TruePerson) -> bool) -> BTreeMap<u32, Vec<Row>> {
    let numbers: Vec<u32> = truth(plan())
        .filter(|person| wanted(person))
        .map(|person| person.number)
        .collect();
    let pages = history::pages(plan(), &numbers);
    let mut found = BTreeMap::new();
    for page in pages.split("\n## ") {
        let Some(number) = page.split("\nNumber ").nth(1) else {
            continue;
        };
        let number: u32 = number.split(',').next().unwrap().parse().unwrap();
        let rows = page.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.splitn(3, " | ");
            let day = Date::parse(cells.next()?)?;
            Some((
                day,
                cells.next()?.to_owned(),
                cells.next()?.trim_end_matches(" |").to_owned(),
            ))
        });
        found.insert(number, rows.collect());
    }
    assert_eq!(found.len(), numbers.len(), "every history that is asked for is told");
    found
}

const CANCERS: [&str; 5] = ["254837009", "399068003", "363406005", "254637007", "399326009"];

#[test]
fn a_cancer_that_was_found_was_sent_on_looked_at_talked_over_and_treated_or_looked_after() {
    let lately = |person: &TruePerson| {
        let is = |had: &synthetic::TrueCondition| CANCERS.contains(&had.code) && had.since.0 > plan().as_of.0 - 700;
        person.conditions.iter().any(is)
    };
    let histories = read(lately);
    assert!(histories.len() >= 30, "{}", histories.len());
    let share = |what: &[&str]| {
        let has = |rows: &&Vec<Row>| rows.iter().any(|row| what.iter().any(|words| row.2.contains(words)));
        histories.values().filter(has).count() as f64 / histories.len() as f64
    };
    let (sent, letter) = (
        share(&["Suspected cancer"]),
        share(&["Multidisciplinary meeting outcome"]),
    );
    let treated = share(&[
        "Chemotherapy",
        "Radical",
        "excision",
        "ectomy",
        "resection",
        "Letrozole",
        "Goserelin",
        "PSA",
    ]);
    let met = share(&["clinic letter", "Clinical oncology", "Cancer care review"]);
    eprintln!(
        "{} sent {sent:.2} letter {letter:.2} treated {treated:.2} met {met:.2}",
        histories.len()
    );
    assert!(sent > 0.55 && letter > 0.85 && treated > 0.6 && met > 0.6);
}

#[test]
fn who_dies_of_a_cancer_has_care_at_the_end_and_nobody_lives_ten_years_with_lung_cancer() {
    let died = |person: &TruePerson| {
        let cancer = person.conditions.iter().any(|had| CANCERS.contains(&had.code));
        let palliative = person.conditions.iter().any(|had| had.code == "103735009");
        person.died.is_some() && cancer && palliative
    };
    let histories = read(died);
    assert!(histories.len() >= 20, "{}", histories.len());
    let team = |rows: &&Vec<Row>| rows.iter().any(|row| row.2.contains("Specialist palliative care"));
    let met = histories.values().filter(team).count();
    assert!(met * 10 >= histories.len() * 8, "{met} of {}", histories.len());
    for person in truth(plan()).filter(|person| person.died.is_none()) {
        let long = person
            .conditions
            .iter()
            .any(|had| had.code == "254637007" && had.since.0 < plan().as_of.0 - 3_650);
        assert!(!long, "person {}", person.number);
    }
}

#[test]
fn a_high_score_for_low_mood_leads_somewhere() {
    let depressed = |person: &TruePerson| {
        person
            .conditions
            .iter()
            .any(|had| had.code == "35489007" && had.diagnosed)
    };
    let (mut high, mut followed) = (0, 0);
    for rows in read(depressed).values() {
        for (day, who, what) in rows {
            let score = what
                .split("PHQ9 ")
                .nth(1)
                .and_then(|rest| rest.split(' ').next()?.parse::<i32>().ok());
            let met = who.as_str() == "practice" && what.contains("Low mood —");
            if !met || score.is_none_or(|score| score < 15) || day.0 > plan().as_of.0 - 60 {
                continue;
            }
            high += 1;
            followed += u32::from(rows.iter().any(|(when, _, then)| {
                let after = (when.0 - day.0).abs() < 220;
                after
                    && [
                        "Low mood: review",
                        "Talking therapies",
                        "Sertraline",
                        "Mirtazapine",
                        "Community mental health",
                    ]
                    .iter()
                    .any(|words| then.contains(words))
            }));
        }
    }
    eprintln!("{followed} of {high} followed");
    assert!(high > 60 && followed * 10 > high * 9, "{followed} of {high}");
}

#[test]
fn nobody_is_given_what_their_record_warns_against() {
    let histories = read(|person| person.number % 2 == 0);
    let mut warned = 0;
    for (number, rows) in &histories {
        let allergic = |to: &str| {
            rows.iter()
                .any(|row| row.2.starts_with("allergy: ") && row.2.contains(to))
        };
        for (to, drugs) in [
            (
                "penicillin",
                &["Amoxicillin", "Phenoxymethylpenicillin", "Pivmecillinam"][..],
            ),
            ("amoxicillin", &["Amoxicillin", "Phenoxymethylpenicillin"]),
            ("Trimethoprim", &["Trimethoprim"]),
            ("Codeine", &["Codeine"]),
            ("Ramipril", &["Ramipril"]),
        ] {
            if allergic(to) {
                warned += 1;
                let given = |row: &&Row| drugs.iter().any(|drug| row.2.contains(&format!("medicine: {drug}")));
                let given = rows.iter().find(given);
                assert!(given.is_none(), "{number}, allergic to {to}: {given:?}");
            }
        }
    }
    assert!(warned > 100, "{warned}");
}

#[test]
fn nobody_is_on_two_wards_at_once() {
    let histories = read(|person| person.facts.emergencies > 0);
    let mut stays = 0;
    for (number, rows) in &histories {
        let mut last: Option<Date> = None;
        for (day, _, what) in rows
            .iter()
            .filter(|row| row.2.starts_with("stay, ") && !row.2.contains("Maternity"))
        {
            let until = what
                .split(" until ")
                .nth(1)
                .and_then(|rest| Date::parse(rest.get(..10)?));
            assert!(last.is_none_or(|last| *day >= last), "{number}: {day:?} {what}");
            last = until.or(Some(Date(i32::MAX)));
            stays += 1;
        }
    }
    assert!(stays > 500, "{stays}");
}

#[test]
fn people_with_schizophrenia_take_something_for_it_and_no_childs_disability_begins_at_forty() {
    let ill = |person: &TruePerson| person.died.is_none() && person.conditions.iter().any(|had| had.code == "58214004");
    let histories = read(ill);
    let treated = histories
        .values()
        .filter(|rows| rows.iter().any(|row| row.2.contains("(Schizophrenia)")))
        .count();
    assert!(
        histories.len() >= 20 && treated * 10 >= histories.len() * 8,
        "{treated} of {}",
        histories.len()
    );
    for person in truth(plan()) {
        for had in person.conditions.iter().filter(|had| had.code == "984661000000105") {
            assert!(had.since.0 - person.born.0 < 3_000, "person {}", person.number);
        }
    }
}

/// Every medicine that is told of, with how it is taken. Whoever changes one changes this list, and has it read by
/// somebody who prescribes.
#[test]
fn each_medicine_is_taken_as_the_list_says() {
    let listed: std::collections::BTreeSet<&str> = include_str!("doses.txt").lines().collect();
    let mut unknown = std::collections::BTreeSet::new();
    for rows in read(|person| person.number % 3 == 0).values() {
        for (_, _, what) in rows {
            for one in what.split("; ").filter_map(|part| part.strip_prefix("medicine: ")) {
                let one = one.rsplit_once(" (").map_or(one, |(medicine, _)| medicine);
                if !listed.contains(one) {
                    unknown.insert(one.to_owned());
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn a_small_child_is_registered_checked_visited_and_vaccinated_and_none_is_seen_before_birth() {
    let small = |person: &TruePerson| {
        let months = (plan().as_of.0 - person.born.0) / 30;
        person.died.is_none() && (14..48).contains(&months)
    };
    let histories = read(small);
    assert!(histories.len() >= 150, "{}", histories.len());
    let share = |words: &str| {
        let has = |rows: &&Vec<Row>| rows.iter().any(|row| row.2.contains(words));
        histories.values().filter(has).count() as f64 / histories.len() as f64
    };
    for (words, least) in [
        ("Registration of a newborn", 0.99),
        ("Health visitor new birth visit", 0.92),
        ("Health visitor review, 6 to 8 weeks", 0.7),
        ("Infant physical examination", 0.85),
        ("vaccine: 6-in-1", 0.9),
        ("vaccine: Rotavirus", 0.8),
        ("Pneumococcal conjugate vaccine", 0.85),
        ("Health visitor review, one year", 0.72),
        ("did not come", 0.1),
    ] {
        assert!(share(words) >= least, "{words}: {:.2}", share(words));
    }
    assert!(share("Health visitor review, 6 to 8 weeks") < 0.95, "some are missed");
}

#[test]
fn nobody_who_does_not_walk_yet_sprains_an_ankle_or_comes_with_low_mood() {
    let infants = |person: &TruePerson| plan().as_of.0 - person.born.0 < 360;
    let histories = read(infants);
    assert!(histories.len() > 60, "{}", histories.len());
    for (number, rows) in histories {
        for (day, _, what) in rows {
            for words in ["Sprain", "Low mood", "Knee pain", "school", "PHQ9", "Alcohol"] {
                assert!(!what.contains(words), "person {number}, {}: {what}", day.iso());
            }
        }
    }
}

#[test]
fn whoever_is_poorer_falls_ill_sooner() {
    let mut ages = [[0.0, 0.0]; 2];
    for person in truth(Plan {
        people: 60_000,
        ..plan()
    }) {
        let at = match person.facts.fifth {
            1 => 0,
            5 => 1,
            _ => continue,
        };
        let ill = [
            "Type 2 diabetes mellitus",
            "Chronic obstructive pulmonary disease",
            "Coronary arteriosclerosis",
        ];
        // Of one age band: where more of the old live, more fall ill late.
        let of_age = (60..80).contains(&person.facts.age(plan().as_of));
        for had in person
            .conditions
            .iter()
            .filter(|had| of_age && ill.contains(&had.words))
        {
            ages[at][0] += f64::from(had.since.0 - person.facts.born.0) / 365.25;
            ages[at][1] += 1.0;
        }
    }
    let [poorest, least_poor] = ages.map(|[sum, count]| sum / count);
    eprintln!(
        "{poorest:.1} and {least_poor:.1} years, of {:.0} and {:.0}",
        ages[0][1], ages[1][1]
    );
    assert!(
        ages[0][1] > 50.0 && poorest + 1.0 < least_poor,
        "{poorest:.1} against {least_poor:.1}"
    );
}
