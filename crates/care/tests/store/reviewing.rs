//! Which pairs stewards are asked about: how many, in which order, and those drawn by lot to check the weighing.

use crate::app::{App, feed, number, on_both};
use crate::matching::{GP, TRUST, at_home, drain, joins, lives, pending, steward};
use crate::says::{With, patient};
use care::person::decision::Kind;
use care::person::matching::{self, Answer, Hold, Waits};
use std::collections::BTreeSet;

/// How many drawn pairs were answered for, and how many of them are one person.
pub fn answers(app: &App) -> (i64, i64) {
    matching::count(&app.care, app.now()).unwrap();
    let quality = matching::quality(&app.care, &steward(app)).unwrap();
    let sum = |of: fn(&matching::BandSaid) -> i64| quality.bands.iter().map(of).sum();
    (sum(|band| band.answered), sum(|band| band.one_person))
}

/// Two records that may be one person: one name and one birth date, in two places.
fn may_be_one(app: &App, n: u8) {
    let family = format!(
        "Zel{}er",
        char::from(b'a' + n % 26).to_string().repeat(1 + usize::from(n / 26))
    );
    let birth = format!("19{:02}-07-{:02}", 40 + n, 1 + n % 28);
    let one = |id: &str| patient(&format!("{id}{n}"), "", &family, "Wolfhard", &birth, "male");
    app.send(&feed(GP, true), lives(one("m"), "7 Quay Lane", "DT11 7ZZ").line());
    app.send(&feed(TRUST, true), lives(one("n"), "2 High Street", "BH1 1AA").line());
}

#[test]
fn safety_1_no_more_pairs_are_asked_about_than_people_can_look_at() {
    on_both(|app| {
        for n in 0..30u8 {
            let family = format!(
                "Zel{}er",
                char::from(b'a' + n % 26).to_string().repeat(1 + usize::from(n / 26))
            );
            let birth = format!("19{:02}-07-{:02}", 40 + n, 1 + n % 28);
            let one = |id: &str| patient(&format!("{id}{n}"), "", &family, "Wolfhard", &birth, "male");
            app.send(&feed(GP, true), lives(one("p"), "7 Quay Lane", "DT11 7ZZ").line());
            app.send(&feed(TRUST, true), lives(one("q"), "2 High Street", "BH1 1AA").line());
        }
        drain(app);
        let progress = || matching::progress(&app.care, &steward(app)).unwrap();
        assert_eq!((progress().to_review, progress().unasked), (30, 0), "not counted yet");
        matching::count(&app.care, app.now()).unwrap();
        assert_eq!(
            (progress().to_review, progress().unasked),
            (25, 5),
            "however few people"
        );
        let pair = pending(app).unwrap();
        let records = (pair.left.record_no, pair.right.record_no);
        matching::answer(&app.care, &steward(app), records, Answer::TwoPeople, "met both").unwrap();
        matching::count(&app.care, app.now()).unwrap();
        assert_eq!(
            (progress().to_review, progress().unasked),
            (24, 5),
            "an answer brings no question"
        );
        let mut seen = BTreeSet::new();
        let mut after = None;
        while let Some(pair) = matching::next_pair(&app.care, &steward(app), after).unwrap() {
            let cursor = (pair.weight, pair.left.record_no, pair.right.record_no);
            assert!(seen.insert(cursor));
            after = Some(cursor);
        }
        assert_eq!(seen.len(), 24, "those counted are those asked about");
    });
}

#[test]
fn pairs_are_drawn_to_be_checked_joined_ones_too() {
    let n = number(1).to_string();
    on_both(|app| {
        assert!(joins(
            app,
            &at_home("p1", &n, "Isla", "female"),
            &at_home("q1", "", "Isla", "female")
        ));
        let next = || matching::next_check(&app.care, &steward(app)).unwrap();
        assert!(next().0.is_none(), "nothing was counted yet");
        matching::count(&app.care, app.now()).unwrap();
        let (pair, checked) = next();
        let pair = pair.expect("the joined pair");
        assert_eq!(pair.left.person, pair.right.person);
        assert_eq!((checked.answered, checked.drawn), (0, 1));
        let records = (pair.left.record_no, pair.right.record_no);
        let say = |answer| {
            let answered = matching::answer(&app.care, &steward(app), records, answer, "checked").unwrap();
            let answered = answered.unwrap();
            assert!(answered.in_force);
            answered.decision
        };
        assert_eq!(say(Answer::CannotTell), None, "nothing changes");
        assert_eq!(say(Answer::OnePerson), None, "it stands already");
        assert_eq!(answers(app), (1, 1));
        assert!(next().0.is_none(), "answered");
        let apart = say(Answer::TwoPeople).expect("a decision");
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
        assert_eq!(answers(app), (1, 0), "a joined pair that is two people");
        let quality = matching::quality(&app.care, &steward(app)).unwrap();
        assert_eq!(quality.precision.unwrap().share, 0.0);
        let wrong: i64 = quality.awkward.iter().map(|(_, said)| said.wrongly_joined).sum();
        assert_eq!(wrong, 1);
        assert!(matching::take_back(&app.care, &steward(app), apart, "no").unwrap());
        assert_eq!(answers(app), (1, 1), "the word before counts again");
    });
}

#[test]
fn pairs_are_asked_about_from_the_band_with_the_fewest_answers() {
    on_both(|app| {
        (0..2).for_each(|n| may_be_one(app, n));
        let n = number(1).to_string();
        assert!(joins(
            app,
            &at_home("p1", &n, "Isla", "female"),
            &at_home("q1", "", "Isla", "female")
        ));
        matching::count(&app.care, app.now()).unwrap();
        let next_is_joined = || {
            let (pair, _) = matching::next_check(&app.care, &steward(app)).unwrap();
            let pair = pair.unwrap();
            let records = (pair.left.record_no, pair.right.record_no);
            matching::answer(&app.care, &steward(app), records, Answer::CannotTell, "checked").unwrap();
            pair.left.person == pair.right.person
        };
        let asked = [next_is_joined(), next_is_joined(), next_is_joined()];
        assert_eq!(asked, [false, true, false], "each band in turn");
    });
}

#[test]
fn a_pair_says_why_it_waits_by_what_its_records_say() {
    let n = number(1).to_string();
    for (one, other, with_number, hold) in [
        ("Joan", "Jan", true, Hold::BothNames),
        ("Jack", "Jake", true, Hold::Forms),
        ("Zaylen", "Zaylan", true, Hold::NeitherKnown),
        ("Margaret", "Peggy", false, Hold::NameAlike),
    ] {
        let number = if with_number { n.as_str() } else { "" };
        on_both(|app| {
            let (a, b) = (at_home("p1", &n, one, "female"), at_home("q1", number, other, "female"));
            assert!(!joins(app, &a, &b), "{one}, {other}");
            let pair = pending(app).expect("a pair to look at");
            assert_eq!(pair.waits, Some(Waits::Held(hold)), "{one}, {other}");
        });
    }
}

#[test]
fn a_pair_that_would_join_says_that_others_keep_it_or_that_somebody_decided() {
    let (n, m) = (number(1).to_string(), number(2).to_string());
    on_both(|app| {
        // One record without a number, just like two people's who have one each: nobody can know whose it is.
        app.send(&feed(GP, true), at_home("p1", &n, "Isla", "female").line());
        app.send(&feed("RBD", true), at_home("r1", &m, "Isla", "female").line());
        app.send(&feed(TRUST, true), at_home("q1", "", "Isla", "female").line());
        drain(app);
        assert!(!app.same((GP, "p1"), (TRUST, "q1")) && !app.same(("RBD", "r1"), (TRUST, "q1")));
        let pair = pending(app).expect("a pair to look at");
        assert_eq!(pair.waits, Some(Waits::Others));
    });
    on_both(|app| {
        assert!(joins(
            app,
            &at_home("p1", &n, "Isla", "female"),
            &at_home("q1", "", "Isla", "female")
        ));
        matching::count(&app.care, app.now()).unwrap();
        let next = || matching::next_check(&app.care, &steward(app)).unwrap().0.unwrap();
        assert_eq!(next().waits, None, "one person waits for nothing");
        app.decide(Kind::KeepApart(app.record_no(GP, "p1"), app.record_no(TRUST, "q1")));
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
        assert_eq!(next().waits, Some(Waits::Decided));
    });
}
