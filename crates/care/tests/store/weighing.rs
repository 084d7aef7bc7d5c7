//! Many records weighed at once: put under their keys together, and held in memory while others are compared with them.

use crate::app::{App, NOW, assert_same_state, both, feed, number, on_both};
use crate::matching::{BORN, GP, TRUST, at_home, drain, lives};
use crate::order::{Dice, shuffle, take, told};
use crate::says::{With, patient};
use care::db::Param;
use care::person::matching::{Matcher, Worked, weigh_some};
use serde_json::json;
use std::sync::Arc;

/// What the tables of matching hold, a text a row.
fn weighed(app: &App) -> Vec<String> {
    let mut conn = app.place.connect(true).unwrap();
    let mut rows = Vec::new();
    for sql in [
        "SELECT 'key', key, record_no, key, key FROM match_key",
        "SELECT 'record', record_no, state, state, state FROM match_record",
        "SELECT 'pair', record_a, record_b, weight, verdict FROM match_pair",
        "SELECT 'review', record_a, record_b, weight, weight FROM match_review",
    ] {
        rows.extend(
            conn.query(sql, &[], |row| {
                let numbers = [row.int(1)?, row.int(2)?, row.int(3)?, row.int(4)?];
                Ok(format!("{} {numbers:?}", row.text(0)?))
            })
            .unwrap(),
        );
    }
    rows.sort();
    rows
}

/// One go of a model that stays the same, as a server's worker does it: nothing is forgotten in between.
fn go(app: &App, matcher: &Arc<Matcher>) -> Worked {
    weigh_some(&app.care, matcher, NOW).unwrap()
}

#[test]
fn records_put_under_their_keys_together_come_to_the_same() {
    let mut all = told(60);
    shuffle(&mut all, 8);
    for (one_by_one, together) in both().zip(both()) {
        let mut dice = Dice(3);
        together.care.weigh_ahead_from(2);
        for part in all.chunks(all.len() / 4 + 1) {
            for app in [&one_by_one, &together] {
                take(app, part, 1);
            }
            if dice.below(3) > 0 {
                drain(&one_by_one);
                drain(&together);
            }
        }
        drain(&one_by_one);
        drain(&together);
        assert!(
            one_by_one.count("match_pair") > 60,
            "too little is alike to prove anything"
        );
        assert_eq!(weighed(&one_by_one), weighed(&together), "{}", together.name());
        assert_same_state(&one_by_one.state(), &together.state(), false, "put under keys together");
    }
}

#[test]
fn whoever_finds_records_put_under_only_some_of_their_keys_puts_them_under_all() {
    let all = told(60);
    for (whole, cut_short) in both().zip(both()) {
        take(&whole, &all, 1);
        drain(&whole);
        take(&cut_short, &all, 1);
        cut_short.care.weigh_ahead_from(2);
        let matcher = Arc::new(Matcher::load(&cut_short.care, 1).unwrap());
        assert!(matches!(go(&cut_short, &matcher), Worked::Weighed(_)));
        let ahead = "SELECT COUNT(*) FROM match_record WHERE state = -1";
        assert!(
            cut_short.ask(ahead, &[]).unwrap() > 20,
            "some are noted and not weighed"
        );
        // As if it had been killed half way through the keys.
        cut_short.write(|conn| {
            let odd = "DELETE FROM match_key WHERE key % 2 = 0 AND record_no IN
                       (SELECT record_no FROM match_record WHERE state = -1)";
            conn.execute(odd, &[])
        });
        cut_short.care.weigh_ahead_from(1_000_000);
        drain(&cut_short);
        assert_eq!(cut_short.ask(ahead, &[]), Some(0));
        let keys = |app: &App| {
            weighed(app)
                .into_iter()
                .filter(|row| row.starts_with("key"))
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&whole), keys(&cut_short), "{}", whole.name());
    }
}

#[test]
fn a_record_that_changes_is_compared_as_it_is_now() {
    let n = number(1).to_string();
    on_both(|app| {
        let matcher = Arc::new(Matcher::load(&app.care, 1).unwrap());
        let go_on = |app: &App| assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
        app.send(&feed(GP, true), at_home("p1", &n, "Isla", "female").line());
        go_on(app);
        // Compared with the first, which is held from now on.
        app.send(&feed(TRUST, true), at_home("q1", "", "Ida", "female").line());
        go_on(app);
        // The first turns out to be somebody else, of the same home and birthday: it is found as before.
        let other = at_home("p1", &n, "Rosamund", "female");
        let newer = other.with("/meta/lastUpdated", json!("2026-11-03T10:00:00Z"));
        app.send(&feed(GP, true), newer.line());
        go_on(app);
        app.send(&feed("RBD", true), at_home("r1", "", "Isla", "female").line());
        go_on(app);
        assert!(
            !app.same((GP, "p1"), ("RBD", "r1")),
            "{}: by what it said before",
            app.name()
        );
    });
}

#[test]
fn safety_2_a_mark_that_has_just_come_hides_what_was_held_in_memory() {
    let n = number(1).to_string();
    on_both(|app| {
        let matcher = Arc::new(Matcher::load(&app.care, 1).unwrap());
        let go_on = |app: &App| assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
        let plain = |id: &str, number: &str| at_home(id, number, "Isla", "female");
        app.send(&feed(TRUST, true), plain("q1", &n).line());
        go_on(app);
        app.send(&feed("RBD", true), at_home("r1", "", "Ida", "female").line());
        go_on(app);
        // Another sender marks her; the same go weighs a third record of hers, before the mark is weighed.
        // Mistyped, so that no mark hides where the third itself lives.
        let mistyped = patient("s1", "", "Stikland", "Isla", BORN, "female");
        app.send(&feed("R0D2", true), lives(mistyped, "7 Quay Lane", "DT11 7ZZ").line());
        app.send(
            &feed(GP, true),
            plain("p1", &n).with("/meta/security", json!([{"code": "R"}])).line(),
        );
        go_on(app);
        let (one, third) = (app.record_no(TRUST, "q1"), app.record_no("R0D2", "s1"));
        let between = "SELECT weight FROM match_pair WHERE record_a = ?1 AND record_b = ?2";
        let pair = [one.min(third), one.max(third)].map(Param::Int);
        let now = app.ask(between, &pair);
        drain(app);
        assert_eq!(
            now,
            app.ask(between, &pair),
            "{}: weighed by where she lives",
            app.name()
        );
    });
}

#[test]
fn a_record_that_changes_while_others_wait_is_compared_with_those_weighed_before() {
    let n = number(1).to_string();
    on_both(|app| {
        app.care.weigh_ahead_from(2);
        let another = lives(
            patient("p1", &n, "Stickland", "Isla", BORN, "female"),
            "3 Mill Street",
            "BH20 4AA",
        );
        let another = another.with("/birthDate", json!("1933-01-02"));
        app.send(&feed(GP, true), another.line());
        app.send(&feed(TRUST, true), at_home("q1", "", "Isla", "female").line());
        take(app, &told(60), 1);
        let matcher = Arc::new(Matcher::load(&app.care, 1).unwrap());
        assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
        assert!(
            app.count("match_queue") > 0,
            "others of those put under their keys wait still"
        );
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
        let now = at_home("p1", &n, "Isla", "female").with("/meta/lastUpdated", json!("2026-11-03T10:00:00Z"));
        app.send(&feed(GP, true), now.line());
        assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
        assert!(app.same((GP, "p1"), (TRUST, "q1")), "{}", app.name());
    });
}
