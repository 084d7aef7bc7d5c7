//! SAFETY 4: what could not be read never hides at the bedside.

use crate::app::{App, actor, feed, on_both};
use crate::says::{With, condition, observation, patient};
use care::access::{self, Act};
use care::feeds;
use care::intake::Outcome;
use record::Instant;
use serde_json::json;

const HOUR_MICROS: i64 = 3_600_000_000;

fn ada() -> String {
    patient("p1", "9990000026", "Hardy", "Ada", "1945-05-04", "female").line()
}

fn desk(app: &App) -> access::ListGrant {
    access::list(&app.care, &actor("engineer"), Act::MendQuarantine, "test", app.now()).unwrap()
}

#[test]
fn safety_4_an_unreadable_result_stands_on_the_persons_record_with_an_owner_and_a_clock() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada());
        let whole = observation("o1", "p1", "48", "mmol/mol").line();
        let broken = &whole[..whole.len() - 3];
        let Outcome::Quarantined { code, reason } = app.one(&east, broken) else {
            panic!("it was taken")
        };
        assert_eq!(code, "not-json");
        assert!(!reason.is_empty());
        let read = app.read("R0D", "p1");
        assert_eq!(read.quarantined.len(), 1);
        let line = &read.quarantined[0];
        assert_eq!(
            (line.feed.as_str(), line.item_type.as_str(), line.code.as_str()),
            ("r0d-true", "Observation", "not-json")
        );
        assert_eq!(line.due, Some(Instant(line.received.0 + HOUR_MICROS)));
        assert!(!line.owner.is_empty());
        // The same again is kept once.
        app.one(&east, broken);
        assert_eq!(app.count("quarantine"), 1);
        // Mended, it is on the record and no longer at its top.
        let filed = feeds::retry(&app.care, &desk(app), line.number, Some(whole.as_bytes()))
            .unwrap()
            .unwrap();
        assert_eq!(filed.outcome, Outcome::Accepted);
        let read = app.read("R0D", "p1");
        assert_eq!((read.quarantined.len(), read.facts.len()), (0, 1));
    });
}

#[test]
fn safety_4_what_came_before_the_person_was_known_is_theirs_when_they_are() {
    on_both(|app| {
        let east = feed("R0D", true);
        let whole = condition("c1", "p1", "38341003", "2019-03-04").line();
        app.one(&east, &whole[..whole.len() - 3]);
        app.send(&east, ada());
        let read = app.read("R0D", "p1");
        assert_eq!(read.quarantined.len(), 1);
        assert_eq!(
            read.quarantined[0].due, None,
            "a clock is for allergies, alerts and results"
        );
        assert_eq!(app.find("9990000026").len(), 1);
    });
}

#[test]
fn safety_4_an_unreadable_hl7_result_is_tied_to_its_person() {
    on_both(|app| {
        let message = "MSH|^~\\&|LAB|RBD|CHESIL|DOR|20260301090000||ORU^R01|M1|P|2.4\r\
            PID|1||W1^^^RBD^MR~9990000026^^^NHS^NH||HARDY^ADA||19450504|F\rOBR|1\rOBX|1|NM|4548-4^HbA1c^LN||48|mmol/mol|||||F\r";
        app.send_by(
            "rbd-adt",
            crate::says::adt(
                "A28",
                "20260101090000",
                "W1",
                "9990000026",
                "HARDY^ADA",
                "19450504",
                "F",
            ),
        );
        let before = app.read("RBD", "W1");
        let mut filed = app.send_by("rbd-oru", message);
        let read = app.read("RBD", "W1");
        match filed.remove(0).outcome {
            Outcome::Quarantined { .. } => {
                assert_eq!(read.quarantined.len(), 1);
                assert!(read.quarantined[0].due.is_some());
            }
            taken => assert!(read.facts.len() > before.facts.len(), "{taken:?} and nothing to see"),
        }
    });
}

#[test]
fn safety_4_readable_parts_are_filed_and_marked_incomplete() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada());
        let odd = condition("c1", "p1", "38341003", "2019-03-04").with("/onsetDateTime", json!("last summer"));
        assert_eq!(app.one(&east, odd.line()), Outcome::Accepted);
        let read = app.read("R0D", "p1");
        let line = read.facts[0].line();
        assert_eq!(line.entry.what.code, "38341003");
        assert_eq!(line.issues.len(), 1);
        assert!(line.issues[0].0.contains("onset"), "{:?}", line.issues);
        // A whole version takes the mark away.
        app.send(
            &east,
            condition("c1", "p1", "38341003", "2019-03-04")
                .at("2026-03-01T00:00:00Z")
                .line(),
        );
        assert!(app.read("R0D", "p1").facts[0].line().issues.is_empty());
    });
}

#[test]
fn a_discarded_item_leaves_the_record_and_its_bytes_stay() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada());
        let whole = observation("o1", "p1", "48", "mmol/mol").line();
        app.one(&east, &whole[..whole.len() - 3]);
        let number = app.read("R0D", "p1").quarantined[0].number;
        assert!(feeds::discard(&app.care, &desk(app), number, "sent again whole").unwrap());
        assert!(!feeds::discard(&app.care, &desk(app), number, "again").unwrap());
        assert!(app.read("R0D", "p1").quarantined.is_empty());
        let kept = feeds::quarantine_item(&app.care, &desk(app), number).unwrap().unwrap();
        assert_eq!(kept.body.len(), whole.len() - 3);
        assert_eq!(kept.closed.unwrap().2, "sent again whole");
    });
}
