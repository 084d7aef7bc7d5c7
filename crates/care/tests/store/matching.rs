//! Issue: the same person, found. Records are weighed after they arrive; what joins, what waits for a steward, and
//! what is never compared.

use crate::app::{App, NOW, actor, feed, number, on_both, opening};
use crate::order::Dice;
use crate::reviewing::answers;
use crate::says::{With, patient};
use care::Care;
use care::access::{self, Act, ListGrant};
use care::db::Param;
use care::person::decision::Kind;
use care::person::matching::{self, Answer, Hold, Waits};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub const GP: &str = "R0D";
pub const TRUST: &str = "RDY";
pub const BORN: &str = "1961-07-22";

pub fn drain(app: &App) -> usize {
    matching::drain(&app.care, 1, app.now(), |_| true).unwrap()
}

pub fn steward(app: &App) -> ListGrant {
    access::list(&app.care, &actor("steward"), Act::DecideIdentity, "pairs", app.now()).unwrap()
}

pub fn lives(person: Value, line: &str, postcode: &str) -> Value {
    person.with(
        "/address",
        json!([{"use": "home", "line": [line], "postalCode": postcode}]),
    )
}

pub fn at_home(id: &str, number: &str, given: &str, gender: &str) -> Value {
    lives(
        patient(id, number, "Stickland", given, BORN, gender),
        "7 Quay Lane",
        "DT11 7ZZ",
    )
}

/// Tells of two records; answers whether they are one person when they were weighed.
pub fn joins(app: &App, a: &Value, b: &Value) -> bool {
    app.send(&feed(GP, true), a.line());
    app.send(&feed(TRUST, true), b.line());
    drain(app);
    app.same((GP, "p1"), (TRUST, "q1"))
}

pub fn pending(app: &App) -> Option<matching::Pending> {
    matching::next_pair(&app.care, &steward(app), None).unwrap()
}

#[test]
fn a_record_without_a_number_joins_when_all_else_agrees() {
    let n = number(1).to_string();
    on_both(|app| {
        let (a, b) = (at_home("p1", &n, "Isla", "female"), at_home("q1", "", "ISLA", "female"));
        assert!(joins(app, &a, &b));
        assert!(pending(app).is_none());
        assert_eq!(drain(app), 0, "nothing is weighed twice");
    });
}

#[test]
fn safety_1_what_a_household_shares_joins_nobody() {
    let n = number(1).to_string();
    let father = patient("q1", "", "Stickland", "Isla", "1990-07-22", "female");
    for (other, why) in [
        (at_home("q1", "", "Ida", "female"), "a twin without a number"),
        (at_home("q1", "", "Baby", "female"), "a baby called Baby"),
        (at_home("q1", "", "Isla", "male"), "sex contradicts"),
        (lives(father, "7 Quay Lane", "DT11 7ZZ"), "a parent of the same name"),
        (
            at_home("q1", &number(2).to_string(), "Isla", "female"),
            "another number",
        ),
    ] {
        on_both(|app| assert!(!joins(app, &at_home("p1", &n, "Isla", "female"), &other), "{why}"));
    }
}

#[test]
fn names_cut_short_and_slips_join_and_names_that_twins_have_do_not() {
    let n = number(1).to_string();
    for (gender, one, other, same_number, joined) in [
        ("male", "Stephen", "Steve", false, true),
        ("female", "Jennifer", "Jenny", false, true),
        ("male", "John", "Jack", false, false),
        ("female", "Ann", "Annette", false, false),
        ("female", "Kate", "Katie", false, false),
        ("male", "Colin", "Coin", true, true),
        ("male", "Jayden", "Kayden", true, false),
        ("male", "Jack", "Jake", true, false),
        ("female", "Margaret", "Peggy", true, true),
    ] {
        let number = if same_number { n.as_str() } else { "" };
        on_both(|app| {
            let (a, b) = (at_home("p1", &n, one, gender), at_home("q1", number, other, gender));
            assert_eq!(joins(app, &a, &b), joined, "{one}, {other}");
        });
    }
}

#[test]
fn an_address_with_and_without_its_village_is_one() {
    let n = number(1).to_string();
    let at = |id: &str, number: &str, line: &str| {
        lives(
            patient(id, number, "Stickland", "Isla", BORN, "female"),
            line,
            "DT11 7ZZ",
        )
    };
    let village = "7 Quay Lane, Stourpaine and Durweston, Blandford Forum";
    for (line, joined) in [
        ("7 Quay Lane, Blandford Forum", true),
        ("7 Orchard Close, Blandford Forum", false),
    ] {
        on_both(|app| {
            assert_eq!(
                joins(app, &at("p1", &n, village), &at("q1", "", line)),
                joined,
                "{line}"
            )
        });
    }
}

#[test]
fn a_pair_between_the_bars_waits_for_a_steward_and_each_answer_can_be_undone() {
    let n = number(1).to_string();
    let moved = lives(
        patient("q1", "", "Hardy", "Isla", BORN, "female"),
        "7 Quay Lane",
        "DT11 7ZZ",
    );
    on_both(|app| {
        assert!(!joins(
            app,
            &at_home("p1", &n, "Isla May", "female").with("/birthDate", json!("1961-07-23")),
            &moved
        ));
        let pair = pending(app).expect("a pair to look at");
        assert!(!pair.told.sentence.is_empty());
        assert!(
            app.perhaps(GP, "p1").contains(&app.person_of(TRUST, "q1")),
            "named on the record as well"
        );
        let records = (pair.left.record_no, pair.right.record_no);
        let say = |answer| {
            matching::answer(&app.care, &steward(app), records, answer, "seen her")
                .unwrap()
                .filter(|answered| answered.in_force)
                .and_then(|answered| answered.decision)
                .unwrap()
        };

        let apart = say(Answer::TwoPeople);
        assert!(pending(app).is_none(), "remembered");
        assert!(app.perhaps(GP, "p1").is_empty());
        assert!(matching::take_back(&app.care, &steward(app), apart, "not so sure").unwrap());
        assert!(pending(app).is_some());

        let one = say(Answer::OnePerson);
        assert!(app.same((GP, "p1"), (TRUST, "q1")));
        assert_eq!(app.read(GP, "p1").views.len(), 2, "the record follows");
        assert!(matching::take_back(&app.care, &steward(app), one, "not so sure").unwrap());
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));

        let latest = matching::latest(&app.care, &steward(app), 10).unwrap();
        assert_eq!(latest.len(), 2);
        assert!(latest.iter().all(|decided| decided.decision.undone.is_some()));
        assert!(latest.iter().all(|decided| decided.decision.why == "seen her"));
        assert_eq!(answers(app), (0, 0), "what was undone says nothing");
        say(Answer::TwoPeople);
        say(Answer::OnePerson);
        assert_eq!(answers(app), (1, 1), "the last word on a pair counts");
    });
}

/// A person of three records, and another record that may be hers.
fn three_and_one(app: &App) {
    let n = number(1).to_string();
    for sender in [GP, "RBD", "R0D2"] {
        let hers = at_home("p1", &n, "Isla May", "female").with("/birthDate", json!("1961-07-23"));
        app.send(&feed(sender, true), hers.line());
    }
    let moved = patient("q1", "", "Hardy", "Isla", BORN, "female");
    app.send(&feed(TRUST, true), lives(moved, "7 Quay Lane", "DT11 7ZZ").line());
    drain(app);
}

#[test]
fn two_people_are_asked_about_once_however_many_records_they_have() {
    on_both(|app| {
        three_and_one(app);
        assert!(app.count("match_pair") > 1, "each of her records is like the other");
        let to_review = || matching::progress(&app.care, &steward(app)).unwrap().to_review;
        assert_eq!(to_review(), 1);
        let pair = pending(app).unwrap();
        let after = (pair.weight, pair.left.record_no, pair.right.record_no);
        assert!(
            matching::next_pair(&app.care, &steward(app), Some(after))
                .unwrap()
                .is_none(),
            "once"
        );
        app.send(
            &feed(TRUST, true),
            patient("q1", "", "Absalom", "Zeno", "1931-01-02", "male")
                .with("/meta/versionId", json!("2"))
                .with("/meta/lastUpdated", json!("2026-02-01T00:00:00Z"))
                .line(),
        );
        drain(app);
        assert_eq!(to_review(), 0, "the record says something else now");
    });
}

#[test]
fn keeping_two_apart_takes_neither_from_their_own_people_and_a_third_like_both_joins_neither() {
    let n = number(1).to_string();
    on_both(|app| {
        // Hers, joined by weight, and somebody like her who is another.
        let hers = |id, number| at_home(id, number, "Isla", "female").with("/birthDate", json!("1961-07-23"));
        app.send(&feed(GP, true), hers("p1", &n).line());
        app.send(&feed("RBD", true), hers("r1", "").line());
        drain(app);
        assert!(app.same((GP, "p1"), ("RBD", "r1")));
        let moved = patient("q1", "", "Hardy", "Isla", BORN, "female");
        app.send(&feed(TRUST, true), lives(moved, "7 Quay Lane", "DT11 7ZZ").line());
        drain(app);
        let (r, q) = (app.record_no("RBD", "r1"), app.record_no(TRUST, "q1"));
        matching::answer(&app.care, &steward(app), (r, q), Answer::TwoPeople, "asked").unwrap();
        drain(app);
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
        assert!(app.same((GP, "p1"), ("RBD", "r1")), "hers is still hers");
        // Another just like both: nobody can know.
        app.decide(Kind::KeepApart(app.record_no(GP, "p1"), r));
        app.send(&feed("R0D2", true), hers("s1", "").line());
        drain(app);
        assert!(!app.same((GP, "p1"), ("R0D2", "s1")) && !app.same(("RBD", "r1"), ("R0D2", "s1")));
    });
}

#[test]
fn a_joining_that_a_steward_made_tears_nobody_else_out() {
    let n = number(1).to_string();
    on_both(|app| {
        // Two senders have her name quite wrong; another, without a number, joins her by weight.
        app.send(&feed(GP, true), at_home("p1", &n, "Dorothea", "female").line());
        app.send(&feed("RBD", true), at_home("r1", "", "Dorothea", "female").line());
        app.send(&feed(TRUST, true), at_home("q1", &n, "Theodora", "female").line());
        app.send(&feed("R0D2", true), at_home("s1", &n, "Henrietta", "female").line());
        drain(app);
        assert!(app.same((GP, "p1"), ("RBD", "r1")) && !app.same((GP, "p1"), (TRUST, "q1")));
        for wrong in [(TRUST, "q1"), ("R0D2", "s1")] {
            app.decide(Kind::Merge {
                from: app.record_no(wrong.0, wrong.1),
                into: app.record_no(GP, "p1"),
            });
            assert!(app.same((GP, "p1"), wrong));
        }
        assert!(app.same((GP, "p1"), ("RBD", "r1")), "she keeps what was hers");
    });
}

#[test]
fn names_and_a_birth_date_alone_join_nobody_before_a_model_was_learnt_here() {
    // Rare in England, and the name of a whole street here.
    let one = patient("p1", &number(1).to_string(), "Zeller", "Wolfhard", BORN, "male");
    let other = patient("q1", "", "Zeller", "Wolfhard", BORN, "male");
    on_both(|app| {
        assert!(!joins(
            app,
            &lives(one.clone(), "7 Quay Lane", "DT11 7ZZ"),
            &lives(other.clone(), "2 High Street", "BH1 1AA")
        ));
        let pair = pending(app).expect("a steward looks");
        assert_eq!(pair.waits, Some(Waits::Held(Hold::NamesAlone)), "and reads why");
    });
    assert!(matching::bars(0).alone.is_infinite() && matching::bars(1).alone.is_finite());
}

#[test]
fn an_answer_that_an_earlier_decision_blocks_says_so() {
    on_both(|app| {
        three_and_one(app);
        let (p, q) = (app.record_no(GP, "p1"), app.record_no(TRUST, "q1"));
        let say = |answer| {
            matching::answer(&app.care, &steward(app), (p, q), answer, "asked")
                .unwrap()
                .unwrap()
        };
        // Not as an answer to this pair, which a second answer would take back.
        app.decide(Kind::KeepApart(p, q));
        let blocked = say(Answer::OnePerson);
        assert!(!blocked.in_force && blocked.decision.is_some());
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
    });
}

#[test]
fn records_are_counted_by_sender_age_sex_ethnic_group_and_area() {
    on_both(|app| {
        three_and_one(app);
        matching::count(&app.care, app.now()).unwrap();
        let quality = matching::quality(&app.care, &steward(app)).unwrap();
        let of = |by: matching::By, name: &str| {
            let found = quality
                .groups
                .iter()
                .find(|(of, group, _)| (*of, group.as_str()) == (by, name));
            found.map(|(.., group)| (group.records, group.without_number, group.linked, group.waiting))
        };
        assert_eq!(of(matching::By::Sender, TRUST), Some((1, 1, 0, 1)));
        assert_eq!(of(matching::By::Sex, "female"), Some((4, 1, 3, 2)));
        assert_eq!(of(matching::By::Area, "DT11").map(|group| group.0), Some(4));
        assert_eq!(of(matching::By::Ethnicity, "not said").map(|group| group.0), Some(4));
        let ages = quality.groups.iter().filter(|(by, ..)| *by == matching::By::Age);
        assert_eq!(ages.map(|(.., group)| group.records).sum::<i64>(), 4);
    });
}

#[test]
fn a_person_is_parted_again_into_records() {
    let n = number(1).to_string();
    on_both(|app| {
        assert!(joins(
            app,
            &at_home("p1", &n, "Isla", "female"),
            &at_home("q1", "", "Isla", "female")
        ));
        app.send(&feed("RBD", true), at_home("r1", &n, "Isla", "female").line());
        drain(app);
        let leave = app.record_no(TRUST, "q1");
        let part = |leave: &[i64]| {
            let grant = app.grant_for("steward", GP, "p1", Act::DecideIdentity);
            matching::part(&app.care, &grant, leave, "not hers").unwrap()
        };
        assert!(part(&[leave, 999]).is_empty(), "a record of somebody else");
        let made = part(&[leave]);
        assert_eq!(made.len(), 2, "kept apart from each that stays");
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
        assert!(app.same((GP, "p1"), ("RBD", "r1")));
        drain(app);
        assert!(!app.same((GP, "p1"), (TRUST, "q1")), "weighing does not overrule");
        for number in made {
            assert!(matching::take_back(&app.care, &steward(app), number, "it was").unwrap());
        }
        assert!(app.same((GP, "p1"), (TRUST, "q1")));
    });
}

#[test]
fn safety_2_a_barred_pair_is_never_weighed_nor_queued() {
    let n = number(1).to_string();
    on_both(|app| {
        assert!(joins(
            app,
            &at_home("p1", &n, "Isla", "female"),
            &at_home("q1", "", "Isla", "female")
        ));
        let (old, new) = (app.record_no(GP, "p1"), app.record_no(TRUST, "q1"));
        app.decide(Kind::Barred(old, new));
        drain(app);
        assert_eq!(app.count("match_pair"), 0);
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
        assert!(pending(app).is_none());
        // A third record that is like both is weighed against each, and never brings the two together.
        app.send(&feed("RBD", true), at_home("r1", "", "Isla", "female").line());
        drain(app);
        assert!(!app.same((GP, "p1"), (TRUST, "q1")));
        let between = "SELECT COUNT(*) FROM match_pair WHERE record_a = ?1 AND record_b = ?2";
        assert_eq!(app.ask(between, &[old.min(new).into(), old.max(new).into()]), Some(0));
        assert!(
            matching::answer(&app.care, &steward(app), (old, new), Answer::OnePerson, "?")
                .unwrap()
                .is_none()
        );
    });
}

#[test]
fn safety_2_where_a_restricted_person_lives_is_not_weighed() {
    let n = number(1).to_string();
    let marked = at_home("p1", &n, "Isla", "female").with("/meta/security", json!([{"code": "R"}]));
    on_both(|app| {
        let plain = at_home("q1", "", "Isla", "female");
        app.send(&feed(TRUST, true), plain.line());
        drain(app);
        let keys = |app: &App| app.count("match_key");
        let with_home = keys(app);
        app.send(&feed(GP, true), marked.line());
        drain(app);
        let no = app.record_no(TRUST, "q1");
        let left = app
            .ask("SELECT COUNT(*) FROM match_key WHERE record_no = ?1", &[Param::Int(no)])
            .unwrap();
        assert!(
            left < with_home,
            "the other sender's record is found by where she lives no more: {left} of {with_home}"
        );
    });
}

/// Who is with whom, by the senders' own ids.
fn together(app: &App, people: &[(&'static str, String)]) -> Vec<Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (sender, local) in people {
        let person = format!("{:?}", app.person_of(sender, local));
        groups.entry(person).or_default().push(format!("{sender} {local}"));
    }
    let mut groups: Vec<Vec<String>> = groups.into_values().collect();
    groups.iter_mut().for_each(|group| group.sort());
    groups.sort();
    groups
}

/// Twins, their parents, a namesake, and the errors that senders make of them.
fn awkward_family() -> Vec<(&'static str, Value)> {
    let (n, m, f) = (number(1).to_string(), number(2).to_string(), number(3).to_string());
    let who = |id: &str, number: &str, given: &str, born: &str, gender: &str| {
        lives(
            patient(id, number, "Stickland", given, born, gender),
            "7 Quay Lane",
            "DT11 7ZZ",
        )
    };
    vec![
        (GP, who("kay", &n, "Kayden", "2011-03-04", "male")),
        (GP, who("jay", &m, "Jayden", "2011-03-04", "male")),
        (GP, who("dad", &f, "Robert", "1980-05-06", "male")),
        (TRUST, who("kay", "", "KAYDEN", "2011-03-04", "male")),
        (TRUST, who("jay", "", "JAYDEN", "2011-03-04", "male")),
        (TRUST, who("dad", "", "Bob", "1980-05-06", "male")),
        ("RBD", who("kay", &m, "Kayden", "2011-03-04", "male")),
        ("RBD", who("son", "", "Robert", "2005-05-06", "male")),
        ("RBD", who("dad", "", "Robert", "1980-05-06", "male")),
        ("R0D2", who("slip", "", "Kaydn", "2011-03-04", "male")),
    ]
}

#[test]
fn who_is_whom_does_not_depend_on_the_order_of_arrival_nor_on_when_records_are_weighed() {
    let family = awkward_family();
    let names: Vec<(&'static str, String)> = family
        .iter()
        .map(|(s, p)| (*s, p["id"].as_str().unwrap().to_owned()))
        .collect();
    let mut first: Option<Vec<Vec<String>>> = None;
    for seed in 0..8 {
        let app = App::lite();
        let mut dice = Dice(seed);
        let mut left: Vec<usize> = (0..family.len()).collect();
        while !left.is_empty() {
            let next = left.swap_remove(dice.below(left.len()));
            app.send(&feed(family[next].0, true), family[next].1.line());
            if dice.below(3) == 0 {
                drain(&app);
            }
        }
        drain(&app);
        let groups = together(&app, &names);
        match &first {
            None => first = Some(groups),
            Some(first) => assert_eq!(first, &groups, "seed {seed}"),
        }
    }
    let groups = first.unwrap();
    // RBD knows a Kayden by Jayden's number: which of two Kaydens another record is of, nobody can know. And a model need
    // not know either name for them to be two boys.
    for group in &groups {
        let whose: BTreeSet<&str> = group.iter().filter_map(|name| name.split(' ').nth(1)).collect();
        assert!(
            whose.len() == 1 || whose == BTreeSet::from(["kay", "slip"]),
            "{whose:?} are not one person: {groups:?}"
        );
    }
    assert!(
        groups.contains(&vec!["R0D dad".to_owned(), "RBD dad".to_owned()]),
        "{groups:?}"
    );
}

#[test]
fn a_name_mistyped_once_joins_all_records_of_the_right_one() {
    let n = number(1).to_string();
    on_both(|app| {
        for sender in [GP, "RBD", "R0D2"] {
            app.send(&feed(sender, true), at_home("p1", &n, "Dorothy", "female").line());
        }
        app.send(&feed(TRUST, true), at_home("q1", &n, "Drothy", "female").line());
        assert!(
            !app.same((GP, "p1"), (TRUST, "q1")),
            "by number alone a letter keeps apart"
        );
        drain(app);
        assert!(app.same((GP, "p1"), (TRUST, "q1")));
        assert!(pending(app).is_none());
    });
}

#[test]
fn two_processes_that_take_twins_at_one_moment_come_to_the_same() {
    let family = awkward_family();
    let names: Vec<(&'static str, String)> = family
        .iter()
        .map(|(s, p)| (*s, p["id"].as_str().unwrap().to_owned()))
        .collect();
    let alone = App::lite();
    for (sender, person) in &family {
        alone.send(&feed(sender, true), person.line());
    }
    drain(&alone);
    let expected = together(&alone, &names);
    on_both(|app| {
        let other = Care::open(opening(app.place.clone(), app.folder.path(), [7; 32])).unwrap();
        let family = &family;
        let send = |care: &Care, odd: usize| {
            for (sender, person) in family.iter().skip(odd).step_by(2) {
                let feed = feed(sender, true);
                let source = care.source(&feed).unwrap();
                care.take(&crate::app::cut(&feed, person.line().as_bytes()), &source, NOW)
                    .unwrap();
                matching::drain(care, 10 + odd as i64, NOW, |_| true).unwrap();
            }
        };
        std::thread::scope(|scope| {
            let here = &app.care;
            scope.spawn(|| send(here, 0));
            scope.spawn(|| send(&other, 1));
        });
        // Whoever held the lease last may have left while the other's last record waited.
        let later = record::Instant(NOW.0 + 60_000_000);
        matching::drain(&app.care, 99, later, |_| true).unwrap();
        assert_eq!(app.count("match_queue"), 0);
        assert_eq!(together(app, &names), expected);
    });
}

#[test]
fn a_rebuild_weighs_again_and_comes_to_the_same() {
    on_both(|app| {
        for (sender, person) in awkward_family() {
            // Of a feed that the system does not know, a rebuild takes no number as verified.
            app.send(&feed(sender, false), person.line());
        }
        drain(app);
        if let Some(pair) = pending(app) {
            let records = (pair.left.record_no, pair.right.record_no);
            matching::answer(&app.care, &steward(app), records, Answer::TwoPeople, "known").unwrap();
        }
        let into = opening(app.another_place("again"), app.folder.path(), [9; 32]);
        let grant = care::access::JobGrant::for_job("test");
        let (again, _) = care::rebuild::rebuild(&app.care, into, &grant).unwrap();
        crate::app::assert_same_state(&app.state(), &crate::app::state_of(&again), true, "rebuilt");
    });
}
