//! Many records weighed at once: put under their keys together, and held in memory while others are compared with them.

use crate::app::{App, NOW, assert_same_state, both, feed, number, on_both};
use crate::matching::{BORN, GP, TRUST, at_home, drain, lives};
use crate::order::{Dice, shuffle, take, told};
use crate::says::{With, patient};
use care::db::Param;
use care::person::decision::Kind;
use care::person::matching::{self, Matcher, Worked, weigh_some};
use record::Instant;
use serde_json::{Value, json};
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
    // A mark reaches a record by its number; one that has none, by name and birth date.
    for n in [number(1).to_string(), String::new()] {
        hides_what_was_held(&n);
    }
}

fn hides_what_was_held(n: &str) {
    on_both(|app| {
        let matcher = Arc::new(Matcher::load(&app.care, 1).unwrap());
        let go_on = |app: &App| assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
        let plain = |id: &str, number: &str| at_home(id, number, "Isla", "female");
        app.send(&feed(TRUST, true), plain("q1", n).line());
        go_on(app);
        app.send(&feed("RBD", true), at_home("r1", "", "Ida", "female").line());
        go_on(app);
        // Another sender marks her; the same go weighs a third record of hers, before the mark is weighed.
        // Mistyped, so that no mark hides where the third itself lives.
        let mistyped = patient("s1", "", "Stikland", "Isla", BORN, "female");
        app.send(&feed("R0D2", true), lives(mistyped, "7 Quay Lane", "DT11 7ZZ").line());
        app.send(
            &feed(GP, true),
            plain("p1", &number(1).to_string())
                .with("/meta/security", json!([{"code": "R"}]))
                .line(),
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
            "{}: weighed by where she lives, {n:?}",
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

/// A person whom senders know more or less, one of them as somebody to be hidden, and others of the same home.
fn hidden_and_plain() -> Vec<(&'static str, Value)> {
    let (n, m) = (number(1).to_string(), number(2).to_string());
    let mark = json!([{"code": "R"}]);
    let mistyped = |id: &str| {
        let person = patient(id, "", "Stikland", "Isla", BORN, "female");
        lives(person, "7 Quay Lane", "DT11 7ZZ")
    };
    vec![
        (TRUST, at_home("q1", &n, "Isla", "female")),
        ("RBD", at_home("r1", "", "Isla", "female")),
        ("R0D2", mistyped("s1")),
        (GP, at_home("p1", &n, "Isla", "female").with("/meta/security", mark)),
        (TRUST, mistyped("q2")),
        (GP, at_home("p2", &m, "Ivor", "male")),
        ("RBD", at_home("r2", "", "Ivor", "male")),
        ("R0D2", at_home("s2", &m, "Ivor", "male")),
    ]
}

#[test]
fn safety_2_one_go_over_marked_and_hidden_records_comes_to_the_same_as_one_at_a_time() {
    let all = hidden_and_plain();
    let send = |app: &App, of: usize| app.send(&feed(all[of].0, true), all[of].1.line());
    for first in 0..all.len() {
        let order: Vec<usize> = (0..all.len()).map(|n| (n + first) % all.len()).collect();
        let (alone, at_once, ahead) = (App::lite(), App::lite(), App::lite());
        ahead.care.weigh_ahead_from(2);
        for of in &order {
            send(&alone, *of);
            drain(&alone);
            send(&at_once, *of);
            send(&ahead, *of);
        }
        drain(&at_once);
        drain(&ahead);
        assert!(alone.count("match_pair") > 5, "too little is alike to prove anything");
        assert_eq!(weighed(&alone), weighed(&at_once), "from {first}");
        assert_eq!(
            weighed(&alone),
            weighed(&ahead),
            "from {first}, put under keys together"
        );
    }
}

#[test]
fn safety_2_what_is_barred_is_not_compared_within_one_go() {
    on_both(|app| {
        for (people, ahead) in [(1, 1_000_000), (2, 2)] {
            app.care.weigh_ahead_from(ahead);
            let n = number(people).to_string();
            let mine = |id: &str| format!("{id}-{people}");
            app.send(&feed(GP, true), at_home(&mine("p"), &n, "Isla", "female").line());
            app.send(&feed(TRUST, true), at_home(&mine("q"), "", "Isla", "female").line());
            app.send(&feed("RBD", true), at_home(&mine("r"), &n, "Isla", "female").line());
            app.send(&feed("R0D2", true), at_home(&mine("s"), "", "Isla", "female").line());
            let number = |sender: &str, id: &str| app.record_no(sender, &mine(id));
            let (old, new) = (number(GP, "p"), number(TRUST, "q"));
            let (beside, other) = (number("RBD", "r"), number("R0D2", "s"));
            // Before any of them is weighed; one is of the same person as the old identity by its number.
            app.decide(Kind::Barred(old, new));
            assert!(app.same((GP, &mine("p")), ("RBD", &mine("r"))));
            let matcher = Arc::new(Matcher::load(&app.care, 1).unwrap());
            assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
            let between = "SELECT COUNT(*) FROM match_pair WHERE record_a = ?1 AND record_b = ?2";
            for (one, pairs) in [(old, 0), (beside, 0), (other, 1)] {
                let pair = [one.min(new), one.max(new)].map(Param::Int);
                assert_eq!(app.ask(between, &pair), Some(pairs), "{} {people} {one}", app.name());
            }
        }
    });
}

#[test]
fn records_that_change_between_being_put_under_keys_and_weighed_are_weighed_as_they_are_now() {
    let all = told(60);
    let n = number(7).to_string();
    let was = lives(
        patient("p1", &n, "Loveless", "Ivor", "1933-01-02", "male"),
        "3 Mill Street",
        "BH20 4AA",
    );
    let now = at_home("p1", &n, "Isla", "female").with("/meta/lastUpdated", json!("2026-11-03T10:00:00Z"));
    let like = at_home("q1", "", "Isla", "female");
    for (whole, changing) in both().zip(both()) {
        for app in [&whole, &changing] {
            take(app, &all, 1);
            app.send(&feed(TRUST, true), like.line());
            app.send(&feed(GP, true), was.line());
        }
        changing.care.weigh_ahead_from(2);
        let matcher = Arc::new(Matcher::load(&changing.care, 1).unwrap());
        assert!(matches!(go(&changing, &matcher), Worked::Weighed(_)));
        let mine = changing.record_no(GP, "p1");
        let ahead = "SELECT COUNT(*) FROM match_record WHERE state = -1 AND record_no = ?1";
        assert_eq!(changing.ask(ahead, &[mine.into()]), Some(1), "it waits under its keys");
        for app in [&whole, &changing] {
            app.send(&feed(GP, true), now.line());
        }
        while go(&changing, &matcher) != Worked::Nothing {}
        drain(&whole);
        assert!(changing.same((GP, "p1"), (TRUST, "q1")), "{}", changing.name());
        assert_eq!(weighed(&whole), weighed(&changing), "{}", changing.name());
    }
}

#[test]
fn what_was_put_under_keys_is_not_trusted_once_another_process_has_weighed() {
    let all = told(60);
    let n = number(7).to_string();
    let was = at_home("p1", &n, "Isla", "female");
    let now = at_home("p1", &n, "Ysla", "female").with("/meta/lastUpdated", json!("2026-11-03T10:00:00Z"));
    for (whole, shared) in both().zip(both()) {
        for app in [&whole, &shared] {
            app.send(&feed(GP, true), was.line());
            take(app, &all, 1);
            app.send(&feed(TRUST, true), at_home("q1", "", "Isla", "female").line());
        }
        shared.care.weigh_ahead_from(2);
        let here = Arc::new(Matcher::load(&shared.care, 1).unwrap());
        let later = |seconds: i64| Instant(NOW.0 + seconds * 1_000_000);
        assert!(matches!(go(&shared, &here), Worked::Weighed(_)));
        assert!(shared.count("match_queue") > 0, "some were put under keys and wait");
        // This process rests for a minute, and another weighs what is left.
        matching::drain(&shared.care, 2, later(60), |_| true).unwrap();
        for app in [&whole, &shared] {
            app.send(&feed(GP, true), now.line());
        }
        while weigh_some(&shared.care, &here, later(120)).unwrap() != Worked::Nothing {}
        drain(&whole);
        assert_eq!(weighed(&whole), weighed(&shared), "{}", shared.name());
    }
}

#[test]
fn a_bar_lifted_while_records_are_put_under_keys_loses_none_of_them() {
    let n = number(7).to_string();
    for (whole, cut_short) in both().zip(both()) {
        for app in [&whole, &cut_short] {
            app.send(&feed(GP, true), at_home("p1", &n, "Isla", "female").line());
            take(app, &told(60), 1);
            app.send(&feed(TRUST, true), at_home("q1", "", "Isla", "female").line());
        }
        cut_short.care.weigh_ahead_from(2);
        let matcher = Arc::new(Matcher::load(&cut_short.care, 1).unwrap());
        assert!(matches!(go(&cut_short, &matcher), Worked::Weighed(_)));
        // As if it had been killed before any key of this one was put in.
        let mine = cut_short.record_no(TRUST, "q1");
        cut_short.write(|conn| {
            let sql = "DELETE FROM match_key WHERE record_no IN
                       (SELECT record_no FROM match_record WHERE state = -1 AND record_no = ?1)";
            assert!(conn.execute(sql, &[mine.into()])? > 0);
            Ok(())
        });
        cut_short.care.weigh_ahead_from(1_000_000);
        for app in [&whole, &cut_short] {
            let bar = app.decide(Kind::Barred(app.record_no(GP, "p1"), app.record_no(TRUST, "q1")));
            assert!(app.undo(bar));
            drain(app);
        }
        assert_eq!(weighed(&whole), weighed(&cut_short), "{}", whole.name());
    }
}

#[test]
fn a_record_that_changed_and_comes_up_later_is_compared_as_it_is_now() {
    let n = number(7).to_string();
    let somebody = |id: &str, number: &str| {
        let person = patient(id, number, "Loveless", "Ivor", "1933-01-02", "male");
        lives(person, "3 Mill Street", "BH20 4AA")
    };
    let newer = |person: Value| person.with("/meta/lastUpdated", json!("2026-11-03T10:00:00Z"));
    on_both(|app| {
        let matcher = Arc::new(Matcher::load(&app.care, 1).unwrap());
        app.send(&feed(TRUST, true), somebody("q1", "").line());
        take(app, &told(60), 1);
        app.send(&feed(GP, true), at_home("p1", &n, "Isla", "female").line());
        // Not until nothing waits: then all that is held would be forgotten.
        while app.count("match_queue") > 0 {
            assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
        }
        // The first record becomes like the last, which is somebody else now; more wait than one go takes.
        app.send(&feed(GP, true), newer(at_home("p1", &n, "Rosamund", "female")).line());
        app.send(&feed(TRUST, true), newer(at_home("q1", "", "Isla", "female")).line());
        app.write(|conn| {
            let sql = "INSERT INTO match_queue (record_no, since) SELECT record_no, 0 FROM identity
                       WHERE record_no NOT IN (SELECT record_no FROM match_queue)";
            conn.execute(sql, &[])
        });
        assert!(matches!(go(app, &matcher), Worked::Weighed(_)));
        let waits = "SELECT COUNT(*) FROM match_queue WHERE record_no = ?1";
        let last = app.record_no(GP, "p1");
        assert_eq!(app.ask(waits, &[last.into()]), Some(1), "the last waits still");
        assert!(
            !app.same((GP, "p1"), (TRUST, "q1")),
            "{}: by what it said before",
            app.name()
        );
    });
}
