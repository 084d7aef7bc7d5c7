//! What arrives: again, late, about someone else, in error, in a batch that fails, from two threads at once.

use crate::app::{App, assert_same_state, feed, on_both};
use crate::says::{With, adt, condition, deletion, observation, patient};
use care::access::{self, Act};
use care::db::{Conn, Place};
use care::intake::Outcome;
use care::person::sent;
use record::{ItemId, Kind, OrgCode};
use serde_json::json;

fn ada() -> serde_json::Value {
    patient("p1", "9990000026", "Hardy", "Ada", "1945-05-04", "female")
}

fn problems(app: &App, local: &str) -> Vec<String> {
    let person = app.read("R0D", local);
    let problems = person.facts.iter().filter(|fact| fact.entry().kind == Kind::Problem);
    problems.map(|fact| fact.entry().what.code.clone()).collect()
}

#[test]
fn the_same_item_twice_is_unchanged() {
    on_both(|app| {
        let east = feed("R0D", true);
        let things = [ada(), condition("c1", "p1", "38341003", "2019-03-04")];
        let text: Vec<String> = things.iter().map(With::line).collect();
        let text = text.join("\n");
        let outcomes: Vec<Outcome> = app.send(&east, &text).into_iter().map(|filed| filed.outcome).collect();
        assert_eq!(outcomes, [Outcome::Accepted, Outcome::Accepted]);
        let (before, parcels) = (app.state(), app.count("parcel"));
        for _ in 0..2 {
            for filed in app.send(&east, &text) {
                assert_eq!(filed.outcome, Outcome::Unchanged);
            }
        }
        assert_same_state(&before, &app.state(), true, "sent again");
        assert_eq!(app.count("parcel"), parcels, "nothing is stored twice");
        // The same thing in a bundle of another day is the same thing.
        let bundle = |at: &str| {
            json!({"resourceType": "Bundle", "type": "collection", "timestamp": at,
                   "entry": [{"resource": things[1]}]})
            .to_string()
        };
        app.send(&east, bundle("2026-03-01T00:00:00Z"));
        assert_eq!(app.one(&east, bundle("2026-03-02T00:00:00Z")), Outcome::Unchanged);
        // And twice within one delivery.
        let twice = format!(
            "{}\n{}",
            ada().at("2026-05-01T09:00:00Z").line(),
            ada().at("2026-05-01T09:00:00Z").line()
        );
        let outcomes: Vec<Outcome> = app.send(&east, twice).into_iter().map(|filed| filed.outcome).collect();
        assert_eq!(outcomes, [Outcome::Updated, Outcome::Unchanged]);
    });
}

#[test]
fn a_late_older_version_never_overwrites_a_newer() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada().line());
        let newer = condition("c1", "p1", "44054006", "2020-01-01").at("2026-06-01T09:00:00Z");
        let older = condition("c1", "p1", "38341003", "2019-03-04").at("2026-02-01T09:00:00Z");
        assert_eq!(app.one(&east, newer.line()), Outcome::Accepted);
        app.one(&east, older.line());
        assert_eq!(problems(app, "p1"), ["44054006"]);
        assert_eq!(app.one(&east, older.line()), Outcome::Unchanged);
        // The older version is history all the same.
        let item = ItemId::of(app.care.id_key(), &OrgCode::parse("R0D").unwrap(), "Condition", "c1");
        let versions = sent::versions(&app.care, &app.grant("R0D", "p1"), item.key()).unwrap();
        assert_eq!(versions.len(), 2);
        // A day's later version wins at once.
        let newest = condition("c1", "p1", "13645005", "2020-01-01").at("2026-06-02T09:00:00Z");
        assert_eq!(app.one(&east, newest.line()), Outcome::Updated);
        assert_eq!(problems(app, "p1"), ["13645005"]);
    });
}

#[test]
fn of_two_versions_of_one_moment_the_same_one_stands_whichever_came_first() {
    on_both(|app| {
        let said = ["44054006", "38341003", "13645005"].map(|code| {
            condition("c1", "p1", code, "2020-01-01")
                .at("2026-06-01T09:00:00Z")
                .line()
        });
        // Three things said of one item at one moment, by a sender for every order, one by one and in one delivery.
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let mut stands = Vec::new();
        for (n, order) in orders.into_iter().enumerate() {
            let sender = format!("R0D{n}");
            let feed = feed(&sender, true);
            app.send(&feed, patient("p1", "", "Hardy", "Ada", "1945-05-04", "female").line());
            let lines = order.map(|at| said[at].clone());
            if n % 2 == 0 {
                app.send(&feed, lines.join("\n"));
            } else {
                lines.iter().for_each(|line| drop(app.send(&feed, line)));
            }
            let person = app.read(&sender, "p1");
            let problems = person.facts.iter().filter(|fact| fact.entry().kind == Kind::Problem);
            stands.push(problems.map(|fact| fact.entry().what.code.clone()).collect::<Vec<_>>());
        }
        assert!(
            stands.iter().all(|one| one.len() == 1 && *one == stands[0]),
            "{stands:?}"
        );
    });
}

#[test]
fn a_deletion_takes_the_lines_and_an_older_version_does_not_bring_them_back() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada().line());
        let said = condition("c1", "p1", "38341003", "2019-03-04");
        app.send(&east, said.line());
        app.send(&east, deletion("Condition/c1", "2026-03-01T00:00:00Z"));
        assert!(problems(app, "p1").is_empty());
        app.send(
            &east,
            condition("c1", "p1", "44054006", "2019-03-04")
                .at("2026-02-15T00:00:00Z")
                .line(),
        );
        assert!(problems(app, "p1").is_empty());
        app.send(&east, said.at("2026-04-01T00:00:00Z").line());
        assert_eq!(problems(app, "p1"), ["38341003"]);
    });
}

#[test]
fn a_deleted_patient_says_nothing_of_who_the_record_is_about() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada().with("/deceasedBoolean", json!(true)).line());
        assert!(app.find("9990000026")[0].dead);
        app.send(&east, deletion("Patient/p1", "2026-03-01T00:00:00Z"));
        assert!(app.find("9990000026").is_empty());
        assert!(app.read("R0D", "p1").banner.deaths.is_empty());
    });
}

#[test]
fn a_subject_correction_moves_an_item_and_leaves_nothing_behind() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada().line());
        app.send(
            &east,
            patient("p2", "9000000009", "Brine", "Eve", "1950-01-01", "female").line(),
        );
        let wrong = condition("c1", "p1", "38341003", "2019-03-04").with("/onsetDateTime", json!("not a date"));
        app.send(&east, wrong.line());
        assert_eq!(problems(app, "p1"), ["38341003"]);
        assert_eq!(app.count("item_issue"), 1);
        let right = condition("c1", "p2", "38341003", "2019-03-04").at("2026-02-02T09:00:00Z");
        assert_eq!(app.one(&east, right.line()), Outcome::Updated);
        assert_eq!(problems(app, "p2"), ["38341003"]);
        let first = app.read("R0D", "p1");
        assert!(first.facts.is_empty(), "nothing is left on the first");
        assert_eq!(app.count("item_issue"), 0);
        let standing = sent::items(&app.care, &app.grant("R0D", "p1")).unwrap();
        assert!(standing.iter().all(|item| item.item_type == "Patient"));
        // A late older version about the first does not move it back.
        let late = condition("c1", "p1", "44054006", "2019-03-04").at("2026-02-01T10:00:00Z");
        app.send(&east, late.line());
        assert!(problems(app, "p1").is_empty());
        assert_eq!(problems(app, "p2"), ["38341003"]);
    });
}

#[test]
fn entered_in_error_leaves_the_view_never_the_history() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada().line());
        let said = observation("o1", "p1", "48", "mmol/mol");
        app.send(&east, said.line());
        assert_eq!(app.read("R0D", "p1").facts.len(), 1);
        let error = said
            .with("/status", json!("entered-in-error"))
            .at("2026-03-01T00:00:00Z");
        app.send(&east, error.line());
        assert!(app.read("R0D", "p1").facts.is_empty());
        let item = ItemId::of(app.care.id_key(), &OrgCode::parse("R0D").unwrap(), "Observation", "o1");
        let versions = sent::versions(&app.care, &app.grant("R0D", "p1"), item.key()).unwrap();
        assert_eq!(versions.iter().map(|v| v.withdrawn).collect::<Vec<_>>(), [true, false]);
        let bytes: Vec<String> = sent::sent(&app.care, &versions)
            .unwrap()
            .into_iter()
            .map(|sent| String::from_utf8(sent.body).unwrap())
            .collect();
        assert!(bytes[0].contains("entered-in-error") && bytes[1].contains("final"));
    });
}

#[test]
fn a_cancelled_admission_leaves_no_line() {
    on_both(|app| {
        let message = |event: &str, at: &str| {
            let visit = format!("PV1|1|I|W1{}V1", "|".repeat(16));
            adt(event, at, "W1", "", "HARDY^ADA", "19450504", "F").replace("PV1|1|N", &visit)
        };
        app.send_by("rbd-adt", message("A01", "20260301090000"));
        let stays = |app: &App| {
            let facts = app.read("RBD", "W1").facts;
            facts.iter().filter(|fact| fact.entry().kind == Kind::Encounter).count()
        };
        assert_eq!(stays(app), 1);
        app.send_by("rbd-adt", message("A11", "20260301100000"));
        assert_eq!(stays(app), 0);
        assert_eq!(
            app.count("entry"),
            0,
            "a withdrawn item has no lines, whatever they would say"
        );
    });
}

#[test]
fn what_names_only_an_nhs_number_is_found_by_it() {
    on_both(|app| {
        let lab = feed("DEMO-LAB", true);
        let by_number = json!({"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026"}});
        app.send(
            &lab,
            observation("o1", "x", "48", "mmol/mol")
                .with("/subject", by_number)
                .line(),
        );
        let found = app.find("9990000026");
        assert_eq!(found.len(), 1, "filed, and found by the number it names");
        app.send(&feed("R0D", true), ada().line());
        assert_eq!(
            app.find("9990000026").len(),
            2,
            "a number alone joins nobody (SAFETY 1)"
        );
        assert_eq!(
            app.perhaps("R0D", "p1"),
            [found[0].person],
            "and is named as one who may be the same"
        );
    });
}

/// Makes every line of this kind fail to be written, as a full disk or a broken server would.
fn plant_failure(app: &App, kind: Kind) {
    let mut conn = app.place.connect(false).unwrap();
    let kind = kind as i64;
    match &app.place {
        Place::Lite(_) => conn.batch(&format!(
            "CREATE TRIGGER planted BEFORE INSERT ON entry WHEN NEW.kind = {kind}
             BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )),
        Place::Pg(_) => conn.batch(&format!(
            "ALTER TABLE entry ADD CONSTRAINT planted CHECK (kind <> {kind}) NOT VALID"
        )),
    }
    .unwrap();
}

fn mend_failure(app: &App) {
    let mut conn = app.place.connect(false).unwrap();
    match conn {
        Conn::Lite(_) => conn.batch("DROP TRIGGER planted"),
        Conn::Pg(_) => conn.batch("ALTER TABLE entry DROP CONSTRAINT planted"),
    }
    .unwrap();
}

#[test]
fn a_batch_that_fails_leaves_nothing_and_can_be_sent_again() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada().line());
        let source = app.care.source(&east).unwrap();
        let text = [
            patient("p3", "", "Brine", "Eve", "1950-01-01", "female").line(),
            condition("c1", "p3", "38341003", "2019-03-04").line(),
            observation("o1", "p1", "48", "mmol/mol").line(),
        ]
        .join("\n");
        let before = app.state();
        let tables = ["parcel", "term", "feed_day", "record_person", "quarantine", "decision"];
        let counts = tables.map(|table| app.count(table));
        plant_failure(app, Kind::Result);
        let pieces = crate::app::cut(&east, text.as_bytes());
        assert!(app.care.take(&pieces, &source, app.now()).is_err());
        assert_same_state(&before, &app.state(), true, "after a failure");
        assert_eq!(tables.map(|table| app.count(table)), counts);
        // What waits beside it stands.
        assert_eq!(
            app.one(&east, condition("c2", "p1", "44054006", "2020-01-01").line()),
            Outcome::Accepted
        );
        mend_failure(app);
        let filed = app.care.take(&pieces, &source, app.now()).unwrap();
        assert!(filed.iter().all(|filed| filed.outcome == Outcome::Accepted));
    });
}

#[test]
fn two_threads_that_take_the_same_items_file_them_once() {
    on_both(|app| {
        let east = feed("R0D", true);
        let source = app.care.source(&east).unwrap();
        let mut text = String::new();
        for n in 0..60 {
            text.push_str(&patient(&format!("p{n}"), "", "Hardy", "Ada", "1945-05-04", "female").line());
            text.push('\n');
            text.push_str(&condition(&format!("c{n}"), &format!("p{n}"), "38341003", "2019-03-04").line());
            text.push('\n');
        }
        let pieces = crate::app::cut(&east, text.as_bytes());
        let now = app.now();
        let accepted: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|thread| {
                    let (care, pieces, source) = (&app.care, &pieces, &source);
                    scope.spawn(move || {
                        let mut accepted = 0;
                        // Each begins at another place, so that they meet everywhere.
                        let mut order: Vec<_> = pieces.chunks(7).collect();
                        order.rotate_left(thread * 4);
                        for some in order {
                            let filed = care.take(some, source, now).unwrap();
                            accepted += filed.iter().filter(|f| f.outcome == Outcome::Accepted).count();
                        }
                        accepted
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(accepted, 120, "each was new to one of them only");
        assert_eq!(
            (app.count("record"), app.count("item"), app.count("entry")),
            (60, 120, 60)
        );
    });
}

#[test]
fn a_read_without_leave_is_refused_before_anything_is_read() {
    on_both(|app| {
        app.send(&feed("R0D", true), ada().line());
        let id = app.person_of("R0D", "p1");
        let refused = access::person(&app.care, &crate::app::actor("link"), id, Act::ReadRecord, app.now());
        assert!(matches!(refused, Err(access::AccessError::Refused(_))));
    });
}

#[test]
fn a_server_that_drops_its_connections_is_found_again_and_nothing_is_half_filed() {
    for app in crate::app::both().filter(|app| matches!(app.place, Place::Pg(_))) {
        let east = feed("R0D", true);
        app.send(&east, ada().line());
        let before = app.state();
        let mut conn = app.place.connect(false).unwrap();
        let others = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert!(conn.first(others, &[], |row| row.int(0)).unwrap().unwrap() >= 4);
        let source = app.care.source(&east).unwrap();
        let text = condition("c1", "p1", "38341003", "2019-03-04").line();
        let pieces = crate::app::cut(&east, text.as_bytes());
        assert!(
            app.care.take(&pieces, &source, app.now()).is_err(),
            "said to have failed"
        );
        // The pool and the audit lose a connection each time, and find another.
        let nurse = crate::app::actor("nurse");
        let id = record::PersonId::minted_with(app.record("R0D", "p1"));
        let reads = |_: usize| access::person(&app.care, &nurse, id, Act::ReadRecord, app.now()).is_ok();
        assert!((0..6).any(reads));
        let now = std::iter::repeat_with(|| care::rebuild::digests(&app.care, &access::JobGrant::for_job("test")));
        assert!(now.take(4).any(|digests| digests.is_ok()));
        assert_same_state(&before, &app.state(), true, "after the server dropped its connections");
        assert_eq!(app.one(&east, text), Outcome::Accepted);
    }
}

/// Which of two people's items a condition is among, after each of several versions of it.
#[test]
fn an_item_stands_with_whom_its_sender_says_now() {
    on_both(|app| {
        let east = feed("R0D", true);
        app.send(&east, ada().line());
        app.send(
            &east,
            patient("p2", "9990000034", "Hardy", "Tom", "1971-02-03", "male").line(),
        );
        let has = |local: &str| {
            let items = sent::items(&app.care, &app.grant("R0D", local)).unwrap();
            items.iter().filter(|item| item.item_type == "Condition").count()
        };
        let about = |local: &str, at: &str| condition("c1", local, "38341003", "2019-03-04").at(at).line();
        app.send(&east, about("p1", "2026-02-01T00:00:00Z"));
        assert_eq!((has("p1"), has("p2")), (1, 0));
        app.send(&east, about("p2", "2026-02-03T00:00:00Z"));
        assert_eq!((has("p1"), has("p2")), (0, 1), "about someone else");
        app.send(&east, about("p1", "2026-02-02T00:00:00Z"));
        assert_eq!((has("p1"), has("p2")), (0, 1), "late and older");
        app.send(&east, about("p1", "2026-02-04T00:00:00Z"));
        assert_eq!((has("p1"), has("p2")), (1, 0), "and back");
        let never = [
            condition("c2", "p1", "44054006", "2020-01-01"),
            condition("c3", "p2", "44054006", "2020-01-01"),
        ];
        never.iter().for_each(|thing| drop(app.send(&east, thing.line())));
        assert_eq!((has("p1"), has("p2")), (2, 1));
        assert_eq!(
            app.count("item_elsewhere"),
            2,
            "the one item, in both records, and no other"
        );
    });
}
