//! HOUSE 1: a rebuild from what was said and decided equals the state reached step by step, ids and all.

use crate::app::{App, actor, assert_same_state, both, feed, opening, state_of};
use crate::order::{arrivals, shuffle, take};
use crate::says::{With, condition, patient};
use care::access::{self, Act, JobGrant};
use care::db::Place;
use care::intake::Outcome;
use care::person::decision::Kind;
use care::{Care, feeds, rebuild};

/// A store with everything that arrives and everything that people decide in it.
fn lived_in(app: &App) {
    let mut told = arrivals(45);
    shuffle(&mut told, 11);
    let (first, second) = told.split_at(told.len() / 2);
    take(app, first, 1);
    let records: Vec<i64> = (1..40).filter(|no| is_person(app, *no)).collect();
    let merged = app.decide(Kind::Merge {
        from: records[0],
        into: records[1],
    });
    app.decide(Kind::Merge {
        from: records[2],
        into: records[3],
    });
    app.decide(Kind::KeepApart(records[4], records[5]));
    app.decide(Kind::Barred(records[6], records[7]));
    take(app, second, 2);
    assert!(app.undo(merged));
    let sent_merge = "SELECT MIN(decision_no) FROM decision WHERE kind = 1 AND actor <> 'steward'";
    if let Some(sent) = app.ask(sent_merge, &[]) {
        assert!(app.undo(sent));
    }
    let desk = access::list(&app.care, &actor("engineer"), Act::MendQuarantine, "test", app.now()).unwrap();
    let number = app.ask("SELECT MIN(quarantine_no) FROM quarantine", &[]).unwrap();
    assert!(feeds::discard(&app.care, &desk, number, "a test").unwrap());
    // A record of which nothing says who it is about.
    app.send(
        &feed("R0D", true),
        condition("only", "nameless", "38341003", "2019-03-04").line(),
    );
}

fn is_person(app: &App, record_no: i64) -> bool {
    app.ask(
        "SELECT person_no FROM record_person WHERE record_no = ?1",
        &[record_no.into()],
    )
    .is_some()
}

fn rebuilt(from: &Care, place: Place, folder: &std::path::Path) -> Care {
    let into = opening(place, folder, [99; 32]);
    let (care, tally) = rebuild::rebuild(from, into, &JobGrant::for_job("rebuild")).unwrap();
    assert_eq!(
        (tally.unchanged, tally.quarantined),
        (0, 0),
        "each contribution said something then, and does now"
    );
    care
}

#[test]
fn a_rebuild_equals_the_state_reached_step_by_step() {
    for app in both() {
        eprintln!("on {}", app.name());
        lived_in(&app);
        let before = app.state();
        let folder = tempfile::tempdir().unwrap();
        let care = rebuilt(&app.care, app.another_place("rebuilt"), folder.path());
        assert_same_state(&before, &state_of(&care), true, "rebuilt");
        let grant = JobGrant::for_job("digest");
        assert_eq!(
            rebuild::digests(&app.care, &grant).unwrap(),
            rebuild::digests(&care, &grant).unwrap()
        );
        // A rebuild of the rebuild, on the other engine.
        let other = tempfile::tempdir().unwrap();
        let again = rebuilt(&care, Place::Lite(other.path().join("again.db")), other.path());
        assert_same_state(&before, &state_of(&again), true, "rebuilt again on SQLite");
        // Life goes on in it.
        let east = feed("R0D", true);
        let source = care.source(&east).unwrap();
        let text = patient("brand-new", "", "Brine", "Eve", "1950-01-01", "female").line();
        let filed = care
            .take(&crate::app::cut(&east, text.as_bytes()), &source, app.now())
            .unwrap();
        assert_eq!(filed[0].outcome, Outcome::Accepted);
    }
}

#[test]
fn a_rebuild_into_a_store_that_holds_something_is_refused() {
    for app in both() {
        app.send(
            &feed("R0D", true),
            patient("p1", "", "Hardy", "Ada", "1945-05-04", "female").line(),
        );
        let folder = tempfile::tempdir().unwrap();
        let into = opening(app.place.clone(), folder.path(), [9; 32]);
        let refused = rebuild::rebuild(&app.care, into, &JobGrant::for_job("rebuild"));
        assert!(refused.err().unwrap().to_string().contains("empty"));
    }
}

#[test]
fn a_digest_sees_a_contribution_that_was_changed() {
    for app in both() {
        let east = feed("R0D", true);
        app.send(&east, patient("p1", "", "Hardy", "Ada", "1945-05-04", "female").line());
        app.send(
            &east,
            patient("p1", "", "Hardy", "Ada", "1945-05-04", "male")
                .at("2026-02-02T00:00:00Z")
                .line(),
        );
        app.write(|conn| conn.execute("UPDATE parcel SET body = (SELECT body FROM parcel WHERE parcel_no = 1), length = (SELECT length FROM parcel WHERE parcel_no = 1) WHERE parcel_no = 2", &[]));
        assert!(rebuild::digests(&app.care, &JobGrant::for_job("digest")).is_err());
    }
}
