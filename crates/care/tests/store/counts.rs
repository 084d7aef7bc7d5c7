//! Counts for planning: what leaves by the one gate, and what never does (SAFETY 10 and 11).

use crate::access::{keep, works_at};
use crate::app::{App, actor, feed, on_both};
use crate::says::{With, condition, patient};
use care::access::account::AccountKey;
use care::access::acts::What;
use care::access::{AccessError, JobGrant, Sensitivity};
use care::counts::{Answer, Ask, By, Shown, count, take};
use care::rights::sharing;
use record::{ItemId, OrgCode, PersonId};
use serde_json::json;

pub const DIABETES: &str = "snomed.info/sct|44054006";
pub const HIV: &str = "snomed.info/sct|86406008";
pub const PRACTICE: &str = "DEMO-GP01";

pub fn local(n: u32) -> String {
    format!("p{n}")
}

/// So many people known to a sender from a number on, women first and men by turns, 80 years old, registered at the practice.
pub fn known(app: &App, sender: &str, from: u32, people: u32) -> Vec<PersonId> {
    (from..from + people)
        .map(|n| {
            let sex = if n % 2 == 0 { "female" } else { "male" };
            let birth = format!("1946-05-{:02}", n % 28 + 1);
            let person = patient(&local(n), "", &format!("Family{n}"), &format!("Given{n}"), &birth, sex).with(
                "/generalPractitioner",
                json!([{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": PRACTICE}}]),
            );
            app.send(&feed(sender, true), person.line());
            PersonId::minted_with(app.record(sender, &local(n)))
        })
        .collect()
}

pub fn has(app: &App, sender: &str, n: u32, code: &str) {
    let told = condition(&format!("{code}-{n}"), &local(n), code, "2020-01-01");
    app.send(&feed(sender, true), told.line());
}

pub fn counted(app: &App) -> usize {
    take(
        &app.care,
        &JobGrant::for_job("test"),
        &AccountKey::new([9; 32]),
        app.now(),
    )
    .unwrap()
}

fn asked(app: &App, condition: Option<&str>, rows: By, columns: Option<By>) -> Answer {
    let ask = Ask {
        condition: condition.map(str::to_owned),
        rows,
        columns,
    };
    count(&app.care, &actor("analyst"), &ask, app.now())
        .unwrap()
        .expect("a snapshot")
}

fn diabetes(app: &App) -> Shown {
    let answer = asked(app, Some(DIABETES), By::Age, None);
    answer.asked.map_or(Shown::Few, |_| answer.all)
}

#[test]
fn safety_11_only_those_who_plan_may_count_and_each_question_is_written_down() {
    on_both(|app| {
        known(app, "R0D", 0, 12);
        counted(app);
        let ask = Ask {
            condition: None,
            rows: By::Sex,
            columns: None,
        };
        for who in [
            "nurse",
            "resident",
            "carer",
            "reception",
            "social",
            "link",
            "steward",
            "privacy",
        ] {
            let refused = count(&app.care, &actor(who), &ask, app.now());
            assert!(matches!(refused, Err(AccessError::Refused(_))), "{who}");
        }
        for who in ["analyst", "board"] {
            assert!(
                count(&app.care, &actor(who), &ask, app.now()).unwrap().is_some(),
                "{who}"
            );
        }
        let rows = app.care.audit().latest(50).unwrap();
        let of = |who: &str| rows.iter().filter(|row| row.actor == who && row.act == "count").count();
        assert_eq!((of("analyst"), of("board"), of("nurse")), (1, 1, 1));
        assert!(rows.iter().any(|row| row.detail == "everybody by sex"));
    });
}

#[test]
fn safety_11_fewer_than_eight_are_not_told_nor_anything_but_fives() {
    on_both(|app| {
        known(app, "R0D", 0, 40);
        for n in 0..7 {
            has(app, "R0D", n, "44054006");
        }
        assert_eq!(counted(app), 40);
        assert!(
            asked(app, None, By::Sex, None).conditions.is_empty(),
            "a condition that seven people have is in no list"
        );
        let unlisted = asked(app, Some(DIABETES), By::Sex, None);
        assert_eq!(unlisted.asked, None);
        for n in 7..12 {
            has(app, "R0D", n, "44054006");
        }
        counted(app);
        let by_sex = asked(app, Some(DIABETES), By::Sex, Some(By::Age));
        assert!(matches!(by_sex.all, Shown::About(10 | 15)), "{:?}", by_sex.all);
        for row in &by_sex.rows {
            assert_eq!(row.all, Shown::Few, "six of each sex");
            assert!(row.cells.iter().all(|cell| *cell == Shown::Few));
            assert!(
                matches!(row.of, Shown::About(20 | 15 | 25)),
                "twenty of each sex are counted"
            );
        }
    });
}

#[test]
fn safety_11_the_same_people_are_one_number_however_asked_and_on_the_next_day() {
    on_both(|app| {
        known(app, "R0D", 0, 43);
        for n in 0..23 {
            has(app, "R0D", n, "44054006");
        }
        // Twelve of each come out as 10 or as 15, by whom they are.
        let others: Vec<String> = (0..12).map(|n| format!("90000{n:02}")).collect();
        for (from, code) in (0..).zip(&others) {
            (from..from + 12).for_each(|n| has(app, "R0D", n, code));
        }
        let each = || -> Vec<Shown> {
            let of = |code: &String| asked(app, Some(&format!("snomed.info/sct|{code}")), By::Age, None).all;
            others.iter().map(of).collect()
        };
        counted(app);
        let first_day = each();
        assert!(first_day.contains(&Shown::About(10)) && first_day.contains(&Shown::About(15)));
        // All are of one age and one place: every way to ask is a way to count the same people.
        let all = asked(app, Some(DIABETES), By::Age, None).all;
        for by in [By::Age, By::Council, By::Neighbourhood, By::Ethnicity] {
            let answer = asked(app, Some(DIABETES), by, Some(By::Sex));
            assert_eq!(answer.all, all);
            assert!(answer.rows.iter().any(|row| row.all == all), "{by:?}");
        }
        counted(app);
        assert_eq!(asked(app, Some(DIABETES), By::Sex, None).all, all);
        assert_eq!(each(), first_day);
    });
}

#[test]
fn safety_11_what_changes_is_counted_at_the_next_snapshot() {
    on_both(|app| {
        assert!(
            count(
                &app.care,
                &actor("analyst"),
                &Ask {
                    condition: None,
                    rows: By::Age,
                    columns: None
                },
                app.now()
            )
            .unwrap()
            .is_none(),
            "nothing is counted before the first"
        );
        known(app, "R0D", 0, 10);
        counted(app);
        let before = asked(app, None, By::Age, None);
        known(app, "R0D", 10, 30);
        assert_eq!(asked(app, None, By::Age, None), before);
        let now = counted(app);
        let after = asked(app, None, By::Age, None);
        assert!(now == 40 && after.all > before.all && after.taken > before.taken);
    });
}

#[test]
fn safety_10_what_a_practice_holds_of_whoever_opted_out_is_in_no_count_and_counts_say_so() {
    on_both(|app| {
        let people = known(app, PRACTICE, 0, 30);
        known(app, "R0D", 0, 0);
        for n in 0..30 {
            has(app, PRACTICE, n, "44054006");
        }
        counted(app);
        let before = diabetes(app);
        assert!(matches!(before, Shown::About(30 | 25 | 35)), "{before:?}");
        let practice = works_at("gp", PRACTICE);
        assert!(
            sharing::opt_out(&app.care, &actor("analyst"), people[0], "she told me", app.now()).is_err(),
            "the practice records it"
        );
        let numbers: Vec<i64> = people[..15]
            .iter()
            .map(|person| sharing::opt_out(&app.care, &practice, *person, "she told me", app.now()).unwrap())
            .collect();
        assert!(
            sharing::opt_out(&app.care, &practice, people[0], "she told me", app.now()).is_err(),
            "once only"
        );
        assert_eq!(diabetes(app), before, "at the next snapshot, and not before");
        counted(app);
        let after = asked(app, Some(DIABETES), By::Age, None);
        assert!(matches!(after.all, Shown::About(15 | 10 | 20)), "{:?}", after.all);
        assert!(
            matches!(after.left_out, Shown::About(15 | 10 | 20)),
            "{:?}",
            after.left_out
        );
        assert_eq!(after.of, asked(app, None, By::Age, None).all);
        // The age that only their practice told is not known either.
        assert!(
            after
                .rows
                .iter()
                .any(|row| row.name == "Not known" && row.of != Shown::Few)
        );
        // Their record opens as before.
        assert!(crate::access::opens(app, &actor("nurse"), people[0]));
        for (person, number) in people.iter().zip(numbers) {
            sharing::undo(&app.care, &practice, *person, number, "she changed her mind", app.now()).unwrap();
        }
        counted(app);
        assert_eq!(diabetes(app), before, "taken back");
    });
}

#[test]
fn safety_10_an_objection_to_the_shared_record_is_another_thing_and_a_hospitals_word_is_no_practices() {
    on_both(|app| {
        let people = known(app, "R0D", 0, 20);
        for n in 0..20 {
            has(app, "R0D", n, "44054006");
        }
        for person in &people[..10] {
            keep(app, *person, What::TypeOne, "", "at the practice");
        }
        counted(app);
        let answer = asked(app, Some(DIABETES), By::Sex, None);
        assert!(matches!(answer.all, Shown::About(20 | 15 | 25)), "a hospital told it");
        assert_eq!(answer.left_out, Shown::Few);
    });
}

#[test]
fn safety_9_what_is_sealed_or_about_safeguarding_is_in_no_count_and_nobody_dead_is() {
    on_both(|app| {
        known(app, "R0D", 0, 20);
        let of = |n: u32| {
            ItemId::of(
                app.care.id_key(),
                &OrgCode::parse("R0D").unwrap(),
                "Condition",
                &format!("44054006-{n}"),
            )
        };
        for n in 0..20 {
            has(app, "R0D", n, "44054006");
            has(app, "R0D", n, "86406008");
            has(app, "R0D", n, "342191000000101");
        }
        assert_eq!(counted(app), 20);
        let listed: Vec<String> = asked(app, None, By::Sex, None)
            .conditions
            .into_iter()
            .map(|one| one.code)
            .collect();
        assert!(listed.contains(&DIABETES.to_owned()) && listed.contains(&HIV.to_owned()));
        assert!(
            !listed.iter().any(|code| code.contains("342191000000101")),
            "a child protection plan"
        );
        for n in 0..13 {
            let person = PersonId::minted_with(app.record("R0D", &local(n)));
            let what = What::Sensitivity {
                item: of(n).key(),
                sensitivity: Sensitivity::Sealed,
            };
            keep(app, person, what, "", "she asked");
        }
        counted(app);
        assert_eq!(diabetes(app), Shown::Few, "seven are left");
        for n in 0..9 {
            let dead = patient(
                &local(n),
                "",
                &format!("Family{n}"),
                &format!("Given{n}"),
                "1946-05-01",
                "female",
            )
            .with("/deceasedBoolean", json!(true))
            .at("2026-10-01T09:00:00Z");
            app.send(&feed("R0D", true), dead.line());
        }
        assert_eq!(counted(app), 11);
    });
}

#[test]
fn safety_2_where_a_restricted_person_lives_is_in_no_count() {
    on_both(|app| {
        known(app, "R0D", 0, 30);
        for n in 0..12 {
            let marked = patient(
                &local(n),
                "",
                &format!("Family{n}"),
                &format!("Given{n}"),
                "1946-05-09",
                "female",
            )
            .with(
                "/generalPractitioner",
                json!([{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": PRACTICE}}]),
            )
            .with("/meta/security", json!([{"code": "R"}]))
            .at("2026-03-01T09:00:00Z");
            app.send(&feed("R0D", true), marked.line());
        }
        assert_eq!(counted(app), 30);
        for by in [By::Council, By::Neighbourhood] {
            let answer = asked(app, None, by, None);
            let told: Vec<(&str, Shown)> = answer.rows.iter().map(|row| (row.name.as_str(), row.all)).collect();
            let [(place, there), ("Not known", hidden)] = told.as_slice() else {
                panic!("{told:?}");
            };
            assert!(!place.is_empty() && matches!(there, Shown::About(15 | 20)), "{told:?}");
            assert!(matches!(hidden, Shown::About(10 | 15)), "{told:?}");
        }
    });
}
