//! SAFETY 3, 5, 6 and 12: death, no guessing, what stands first, search.

use crate::app::{App, actor, feed, on_both};
use crate::says::{With, allergy, condition, flag, observation, patient};
use care::access::{self, Act};
use care::person::{self, Query};
use record::system::BannerKind;
use record::{Kind, demographics::Death};
use serde_json::{Value, json};

const N: &str = "9990000026";

fn east() -> Value {
    patient("p1", N, "Pitman", "Derek", "1950-01-01", "male")
}

fn trust() -> Value {
    patient("q1", N, "Pitman", "Derek", "1950-01-01", "male")
}

/// The same man, known to two senders.
fn known_to_two(app: &App) {
    app.send(&feed("R0D", true), east().line());
    app.send(&feed("RDY", true), trust().line());
    assert!(app.same(("R0D", "p1"), ("RDY", "q1")));
}

#[test]
fn safety_3_death_reported_by_one_sender_shows_with_its_source_and_is_reversible() {
    on_both(|app| {
        known_to_two(app);
        let deaths = |app: &App| {
            let read = app.read("R0D", "p1");
            let deaths = read.banner.deaths.iter();
            deaths
                .map(|n| {
                    let line = read.facts[*n].line();
                    let when = line.entry.happened.map_or_else(String::new, |when| when.fhir());
                    format!("{} {when}", line.sender)
                })
                .collect::<Vec<_>>()
        };
        assert!(deaths(app).is_empty());
        app.send(
            &feed("RDY", true),
            trust()
                .with("/deceasedDateTime", json!("2026-09-27"))
                .at("2026-10-01T00:00:00Z")
                .line(),
        );
        assert_eq!(deaths(app), ["RDY 2026-09-27"]);
        assert!(app.find(N)[0].dead);
        // Another day from another sender stands beside it.
        app.send(
            &feed("R0D", true),
            east()
                .with("/deceasedDateTime", json!("2026-09-28"))
                .at("2026-10-02T00:00:00Z")
                .line(),
        );
        assert_eq!(deaths(app), ["R0D 2026-09-28", "RDY 2026-09-27"]);
        // And so does a sender who says that he lives.
        app.send(
            &feed("R0D", true),
            east()
                .with("/deceasedBoolean", json!(false))
                .at("2026-10-03T00:00:00Z")
                .line(),
        );
        assert_eq!(deaths(app), ["RDY 2026-09-27"]);
        let read = app.read("R0D", "p1");
        let says = |death| read.views.iter().any(|view| view.says.as_ref().unwrap().death == death);
        assert!(
            says(Death::Alive)
                && read
                    .views
                    .iter()
                    .any(|v| matches!(v.says.as_ref().unwrap().death, Death::DeadSince(_)))
        );
        // Withdrawn by its sender, it is gone.
        app.send(&feed("RDY", true), trust().at("2026-10-04T00:00:00Z").line());
        assert!(deaths(app).is_empty());
        assert!(!app.find(N)[0].dead);
    });
}

#[test]
fn safety_5_equal_statements_fold_and_different_ones_do_not() {
    on_both(|app| {
        known_to_two(app);
        let says = |sender: &str, of: &str, id: &str, onset: &str| {
            app.send(&feed(sender, true), condition(id, of, "38341003", onset).line());
        };
        says("R0D", "p1", "c1", "2019-03-04");
        says("RDY", "q1", "c1", "2019-03-04");
        let read = app.read("R0D", "p1");
        assert_eq!(read.facts.len(), 1);
        assert_eq!(read.facts[0].senders().len(), 2, "and says who said it");
        assert_eq!(read.facts[0].lines.len(), 2);
        says("RDY", "q1", "c2", "2019-03-05");
        assert_eq!(app.read("R0D", "p1").facts.len(), 2);
    });
}

#[test]
fn safety_5_disagreement_stands_side_by_side_and_is_named() {
    on_both(|app| {
        known_to_two(app);
        app.send(
            &feed("R0D", true),
            allergy("a1", "p1", "91936005", "Penicillin allergy").line(),
        );
        assert!(app.read("R0D", "p1").disagreements.is_empty());
        app.send(
            &feed("RDY", true),
            allergy("a1", "q1", "716186003", "No known allergy").line(),
        );
        let read = app.read("R0D", "p1");
        assert_eq!(read.disagreements.len(), 1);
        assert_eq!(read.disagreements[0].facts.len(), 2);
        assert_eq!(
            (read.banner.allergies.len(), read.banner.no_known_allergies.len()),
            (1, 1)
        );
    });
}

#[test]
fn safety_5_units_are_never_guessed_and_odd_values_are_shown_and_marked() {
    on_both(|app| {
        known_to_two(app);
        let east = feed("R0D", true);
        for (id, value, unit) in [
            ("a", "48", "mmol/mol"),
            ("b", "48", ""),
            ("c", "48", "wobbles"),
            ("d", "900", "mmol/mol"),
            ("e", "6.5", "%"),
        ] {
            app.send(
                &east,
                observation(id, "p1", value, unit)
                    .with(
                        "/effectiveDateTime",
                        json!(format!("2026-01-0{}", 1 + id.as_bytes()[0] - b'a')),
                    )
                    .line(),
            );
        }
        let read = app.read("R0D", "p1");
        let mut seen: Vec<String> = read
            .facts
            .iter()
            .map(|fact| {
                let line = fact.line();
                let Some(record::Value::Quantity(sent)) = &line.entry.value else {
                    panic!("a value is hidden")
                };
                let normal = line.normal.map_or_else(
                    || "not trended".to_owned(),
                    |n| format!("{:.0} {}{}", n.number, n.unit, if n.check { " check" } else { "" }),
                );
                format!("{} {}: {normal}", sent.written, sent.unit)
            })
            .collect();
        seen.sort();
        assert_eq!(
            seen,
            [
                "48 : not trended",
                "48 mmol/mol: 48 mmol/mol",
                "48 wobbles: not trended",
                "6.5 %: 48 mmol/mol",
                "900 mmol/mol: 900 mmol/mol check"
            ]
        );
    });
}

#[test]
fn safety_5_no_data_from_a_sender_never_looks_like_none() {
    on_both(|app| {
        app.send(&feed("R0D", true), east().line());
        app.send(
            &feed("R0D", true),
            condition("c1", "p1", "38341003", "2019-03-04").line(),
        );
        let read = app.read("R0D", "p1");
        assert_eq!(
            read.heard.iter().map(|heard| heard.sender.as_str()).collect::<Vec<_>>(),
            ["R0D"]
        );
        let silent: Vec<&str> = read.silent.iter().map(|silent| silent.sender.as_str()).collect();
        assert!(silent.contains(&"RDY") && silent.contains(&"DEMO-GP01") && !silent.contains(&"R0D"));
        assert!(read.silent.iter().all(|silent| silent.last_anything.is_none()));
        app.send_by(
            "rdy-fhir",
            patient("other", "", "Brine", "Eve", "1950-01-01", "female").line(),
        );
        let read = app.read("R0D", "p1");
        let trust = read
            .silent
            .iter()
            .find(|silent| silent.sender.as_str() == "RDY")
            .unwrap();
        assert!(trust.last_anything.is_some(), "silent about him, not silent");
    });
}

#[test]
fn safety_6_what_stands_first_has_its_sender_and_date_and_not_recorded_is_not_none() {
    on_both(|app| {
        known_to_two(app);
        let empty = app.read("R0D", "p1").banner;
        assert_eq!(empty.statements.len(), 7, "every kind is named, recorded or not");
        assert!(empty.statements.iter().all(|statement| statement.facts.is_empty()));
        assert!(empty.allergies.is_empty() && empty.no_known_allergies.is_empty());
        let plan =
            flag("f1", "q1", "1107891000000106", "Has ReSPECT plan").with("/period", json!({"start": "2026-05-06"}));
        app.send(&feed("RDY", true), plan.line());
        app.send(
            &feed("RDY", true),
            allergy("a1", "q1", "716186003", "No known allergy").line(),
        );
        let read = app.read("R0D", "p1");
        let respect = read
            .banner
            .statements
            .iter()
            .find(|s| s.kind == BannerKind::Respect)
            .unwrap();
        assert_eq!(respect.facts.len(), 1);
        let line = read.facts[respect.facts[0]].line();
        assert_eq!(line.sender.as_str(), "RDY");
        assert_eq!(line.entry.happened.unwrap().fhir(), "2026-05-06");
        assert_eq!(read.banner.no_known_allergies.len(), 1, "said to be none is said");
        assert!(read.banner.allergies.is_empty());
        // A plan that was revoked no longer stands first, and is still on the record.
        let revoked = plan
            .with("/status", json!("inactive"))
            .with("/period/end", json!("2026-06-01"));
        app.send(&feed("RDY", true), revoked.at("2026-06-01T00:00:00Z").line());
        let read = app.read("R0D", "p1");
        let respect = read
            .banner
            .statements
            .iter()
            .find(|s| s.kind == BannerKind::Respect)
            .unwrap();
        assert!(respect.facts.is_empty());
        assert!(read.facts.iter().any(|fact| fact.entry().kind == Kind::Flag));
    });
}

#[test]
fn safety_12_a_search_shows_at_most_twenty_and_each_person_shown_is_audited() {
    on_both(|app| {
        let many: Vec<String> = (0..25)
            .map(|n| patient(&format!("p{n}"), "", "Hardy", "Ada", "1945-05-04", "female").line())
            .collect();
        app.send(&feed("R0D", true), many.join("\n"));
        let before = app.care.audit().latest(1000).unwrap().len();
        let grant = access::list(
            &app.care,
            &actor("nurse"),
            Act::Search,
            "by birth date, name",
            app.now(),
        )
        .unwrap();
        let query = Query::of_text("04/05/1945 har").unwrap();
        let (found, more) = person::find(&app.care, &grant, &query).unwrap();
        assert_eq!((found.len(), more), (20, true));
        let rows = app.care.audit().latest(1000).unwrap();
        assert_eq!(rows.len() - before, 21, "one for the search, one for each person shown");
        assert!(
            rows.iter().all(|row| !row.detail.to_lowercase().contains("hardy")),
            "never what was typed"
        );
        for person in &found {
            assert_eq!(app.care.audit().of_person(person.person, 10).unwrap().len(), 1);
        }
    });
}

#[test]
fn safety_12_letters_begin_a_name_and_every_trait_given_must_agree() {
    on_both(|app| {
        let ada = patient("p1", "", "Hardy-Knight", "Ada", "1945-05-04", "female");
        let ada = ada.with("/address", json!([{"postalCode": "DT1 1AA"}]));
        app.send(&feed("R0D", true), ada.line());
        for (typed, found) in [
            ("04/05/1945 har", 1),
            ("04/05/1945 kni", 1),
            ("04/05/1945 ada", 1),
            ("har DT1 1AA", 1),
            ("04/05/1945 DT1 1AA", 1),
            ("04/05/1945 har DT1 1AA", 1),
            // Not the beginning, not the day, not the place.
            ("04/05/1945 ard", 0),
            ("04/05/1945 dyk", 0),
            ("03/05/1945 har", 0),
            ("05/05/1945 har", 0),
            ("har DT1 1AB", 0),
            ("04/05/1945 DT1 1AB", 0),
            ("04/05/1945 har DT1 1AB", 0),
            ("04/05/1945 har tho", 0),
        ] {
            assert_eq!(app.find(typed).len(), found, "{typed}");
        }
    });
}
