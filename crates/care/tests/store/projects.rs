//! Projects: who is picked out, who learns how many, and who finds whom (SAFETY 8, 10, 11 and 15).

use crate::access::{keep, works_at};
use crate::app::{App, actor, feed, on_both};
use crate::counts::{DIABETES, HIV, PRACTICE, counted, has, known, local};
use crate::says::{With, patient};
use care::access::account::AccountKey;
use care::access::acts::{self, What};
use care::access::{self, AccessError, Actor, JobGrant, Relationship, Sensitivity, emergency};
use care::counts::{By, Shown, Wanted, offered};
use care::projects::{self, Opened, Proposal, Stage};
use care::rights::RightsError;
use record::{Instant, ItemId, OrgCode, PersonId};
use serde_json::json;

const DAY: i64 = 24 * 3_600 * 1_000_000;

fn key() -> AccountKey {
    AccountKey::new([9; 32])
}

fn proposal() -> Proposal<'static> {
    Proposal {
        name: "Feet",
        question: "Whose feet were not looked at. Counts do not tell their teams",
        step: "Offer a foot check",
        owner: "Dr Ruth Alder, diabetes lead",
        days: 30,
    }
}

fn proposed(app: &App) -> i64 {
    projects::propose(&app.care, &actor("analyst"), &proposal(), app.now()).unwrap()
}

fn answered(app: &App, who: &Actor, project: i64, salt: Option<u8>) -> Result<(), RightsError> {
    let salt = salt.map(|byte| [byte; 32]);
    projects::answer(&app.care, who, (project, "in the public interest"), salt, app.now())
}

fn running(app: &App, salt: u8) -> i64 {
    let project = proposed(app);
    answered(app, &actor("privacy"), project, Some(salt)).unwrap();
    project
}

fn wanted(condition: &str) -> Wanted {
    Wanted {
        condition: condition.to_owned(),
        groups: Vec::new(),
    }
}

fn made(app: &App, project: i64, wanted: &Wanted) -> Result<i64, RightsError> {
    projects::make(&app.care, &actor("analyst"), &key(), (project, wanted), app.now())
}

fn opened(app: &App, who: &Actor, list: i64) -> Option<Opened> {
    let found = projects::open(&app.care, who, &key(), list, app.now()).unwrap();
    found.map(|(_, opened)| opened)
}

/// Whom a reader finds on a list, each with their pseudonym.
fn finds(app: &App, who: &Actor, list: i64) -> Vec<(PersonId, String)> {
    let found = opened(app, who, list).unwrap().people;
    found
        .into_iter()
        .map(|one| (one.listed.person(), one.pseudonym))
        .collect()
}

pub fn behind(app: &App, who: &Actor, pseudonym: &str) -> Option<PersonId> {
    projects::behind(&app.care, who, &key(), pseudonym, app.now()).unwrap()
}

/// A project that runs, and somebody of the practice on its list with what stands for them.
pub fn with_somebody_on_a_list(app: &App) -> (i64, PersonId, String) {
    with_diabetes(app, 12);
    let project = running(app, 1);
    let list = made(app, project, &wanted(DIABETES)).unwrap();
    let (person, pseudonym) = finds(app, &works_at("gp", PRACTICE), list).remove(0);
    (project, person, pseudonym)
}

/// So many people with diabetes, registered at the practice.
fn with_diabetes(app: &App, people: u32) -> Vec<PersonId> {
    let known = known(app, "R0D", 0, people);
    (0..people).for_each(|n| has(app, "R0D", n, "44054006"));
    counted(app);
    known
}

fn moved_to(app: &App, n: u32, practice: &str) {
    let told = patient(
        &local(n),
        "",
        &format!("Family{n}"),
        &format!("Given{n}"),
        "1946-05-09",
        "female",
    );
    let told = told.with(
        "/generalPractitioner",
        json!([{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": practice}}]),
    );
    app.send(&feed("R0D", true), told.at("2026-09-01T09:00:00Z").line());
}

#[test]
fn safety_11_whoever_plans_is_told_how_many_and_opens_nobody() {
    on_both(|app| {
        with_diabetes(app, 23);
        let list = made(app, running(app, 1), &wanted(DIABETES)).unwrap();
        let grant = projects::seeing(&app.care, &actor("analyst"), app.now()).unwrap();
        let lists = projects::lists_of(&app.care, &grant, 1).unwrap();
        assert!(
            matches!(lists[0].people, Shown::About(20 | 25)),
            "{:?}",
            lists[0].people
        );
        for who in [
            "analyst",
            "board",
            "privacy",
            "steward",
            "reception",
            "link",
            "resident",
            "carer",
        ] {
            let refused = projects::open(&app.care, &actor(who), &key(), list, app.now());
            assert!(matches!(refused, Err(AccessError::Refused(_))), "{who}");
            let refused = projects::running(&app.care, &actor(who), app.now());
            assert!(matches!(refused, Err(AccessError::Refused(_))), "{who}");
            let refused = projects::behind(&app.care, &actor(who), &key(), "0000-0000-0000", app.now());
            assert!(matches!(refused, Err(AccessError::Refused(_))), "{who}");
        }
        let rows = app.care.audit().latest(100).unwrap();
        assert!(rows.iter().any(|row| row.detail.starts_with("list for project 1")));
    });
}

#[test]
fn safety_8_those_who_care_find_their_own_people_on_a_list_and_no_others() {
    on_both(|app| {
        let people = with_diabetes(app, 20);
        (12..20).for_each(|n| moved_to(app, n, "DEMO-GP02"));
        counted(app);
        let list = made(app, running(app, 1), &wanted(DIABETES)).unwrap();
        let of = |who: &Actor| {
            finds(app, who, list)
                .into_iter()
                .map(|(person, _)| person)
                .collect::<Vec<_>>()
        };
        let (here, there) = (works_at("gp", PRACTICE), works_at("gp", "DEMO-GP02"));
        let sorted = |mut people: Vec<PersonId>| {
            people.sort_unstable_by_key(|one| *one.as_bytes());
            people
        };
        assert_eq!(sorted(of(&here)), sorted(people[..12].to_vec()));
        assert_eq!(sorted(of(&there)), sorted(people[12..].to_vec()));
        let social = works_at("social", "E06000059");
        assert!(of(&social).is_empty(), "nobody on her caseload");
        assert!(
            of(&actor("nurse")).is_empty(),
            "whoever turns up out of hours is on no list of hers"
        );
        keep(
            app,
            people[3],
            What::Relationship(Relationship::Caseload),
            "social",
            "allocated",
        );
        keep(
            app,
            people[15],
            What::Relationship(Relationship::Caseload),
            "social",
            "allocated",
        );
        assert_eq!(sorted(of(&social)), sorted(vec![people[3], people[15]]));
        // One who moves to another practice is found there once policy says so, and no longer here.
        moved_to(app, 0, "DEMO-GP02");
        assert!(!of(&here).contains(&people[0]));
        let opened = opened(app, &here, list).unwrap();
        assert_eq!(
            (opened.project.step.as_str(), opened.list.name.as_str()),
            ("Offer a foot check", "a condition")
        );
        assert!(opened.list.taken <= opened.list.made, "the date of the evidence");
    });
}

#[test]
fn somebody_whose_records_were_joined_since_is_still_found() {
    on_both(|app| {
        let born = "1946-05-01";
        let by = |sender: &str, number: &str| {
            let told = patient("p0", number, "Family0", "Given0", born, "female");
            app.send(&feed(sender, true), told.at("2026-09-01T09:00:00Z").line());
        };
        by("RDY", "");
        let earlier = PersonId::minted_with(app.record("RDY", "p0"));
        with_diabetes(app, 12);
        let list = made(app, running(app, 1), &wanted(DIABETES)).unwrap();
        let social = works_at("social", "E06000059");
        keep(
            app,
            earlier,
            What::Relationship(Relationship::Caseload),
            "social",
            "allocated",
        );
        assert!(
            finds(app, &social, list).is_empty(),
            "nobody knows yet that they are one"
        );
        by("RDY", "9990000026");
        by("R0D", "9990000026");
        let found = finds(app, &social, list);
        assert_eq!(found.iter().map(|(person, _)| *person).collect::<Vec<_>>(), [earlier]);
        assert_eq!(behind(app, &social, &found[0].1), Some(earlier));
    });
}

#[test]
fn the_person_behind_a_pseudonym_is_found_by_a_care_relationship_alone() {
    on_both(|app| {
        let people = with_diabetes(app, 20);
        let list = made(app, running(app, 1), &wanted(DIABETES)).unwrap();
        let (here, there) = (works_at("gp", PRACTICE), works_at("gp", "DEMO-GP02"));
        let (person, pseudonym) = finds(app, &here, list).remove(4);
        assert_eq!(behind(app, &here, &pseudonym.to_lowercase()), Some(person));
        for typed in [pseudonym.as_str(), "0000-0000-0000", "not one"] {
            assert_eq!(behind(app, &there, typed), None, "{typed}");
        }
        let rows = app.care.audit().of_person(person, 10).unwrap();
        let of = |outcome: &str| {
            let each = rows
                .iter()
                .filter(|row| row.act == access::BEHIND && row.outcome == outcome);
            each.count()
        };
        assert_eq!((of("granted"), of("not in their care")), (1, 1), "{rows:?}");
        // Neither an emergency nor a night's duty is a care relationship.
        emergency::declare(
            &app.care,
            &there,
            person,
            "danger",
            "collapsed in the surgery",
            app.now(),
        )
        .unwrap();
        assert_eq!(behind(app, &there, &pseudonym), None, "an emergency");
        assert_eq!(behind(app, &actor("nurse"), &pseudonym), None, "out of hours");
        let social = works_at("social", "E06000059");
        assert_eq!(behind(app, &social, &pseudonym), None);
        keep(
            app,
            person,
            What::Relationship(Relationship::Caseload),
            "social",
            "allocated",
        );
        assert_eq!(behind(app, &social, &pseudonym), Some(person));
        assert!(people.contains(&person));
    });
}

#[test]
fn a_person_has_another_pseudonym_in_each_project_and_none_once_it_ends() {
    on_both(|app| {
        with_diabetes(app, 12);
        let (one, other) = (running(app, 1), running(app, 2));
        let list = made(app, one, &wanted(DIABETES)).unwrap();
        let again = made(app, one, &wanted(DIABETES)).unwrap();
        let elsewhere = made(app, other, &wanted(DIABETES)).unwrap();
        let gp = works_at("gp", PRACTICE);
        let first = finds(app, &gp, list);
        assert_eq!(finds(app, &gp, again), first, "one project, one pseudonym");
        let second = finds(app, &gp, elsewhere);
        let same = first
            .iter()
            .filter(|(_, pseudonym)| second.iter().any(|(_, one)| one == pseudonym));
        assert_eq!(
            (first.len(), second.len(), same.count()),
            (12, 12, 0),
            "another project, another pseudonym"
        );
        let (person, pseudonym) = first[0].clone();
        assert_eq!(behind(app, &gp, &pseudonym), Some(person));
        projects::end(&app.care, &actor("analyst"), one, "done", app.now()).unwrap();
        assert_eq!(behind(app, &gp, &pseudonym), None, "ended");
        assert!(opened(app, &gp, list).is_none() && opened(app, &gp, elsewhere).is_some());
        assert!(matches!(made(app, one, &wanted(DIABETES)), Err(RightsError::Nothing)));
        // The other's time is over by itself.
        let (_, pseudonym) = second[0].clone();
        let later = Instant(app.now().0 + 31 * DAY);
        let found = projects::behind(&app.care, &gp, &key(), &pseudonym, later).unwrap();
        assert_eq!(found, None, "over");
        assert!(
            projects::open(&app.care, &gp, &key(), elsewhere, later)
                .unwrap()
                .is_none()
        );
        assert_eq!(
            projects::let_go(&app.care, &JobGrant::for_job("test"), later).unwrap(),
            1
        );
        assert_eq!(
            projects::let_go(&app.care, &JobGrant::for_job("test"), later).unwrap(),
            0
        );
        assert_eq!(
            behind(app, &gp, &pseudonym),
            None,
            "its pseudonyms are gone, whatever the clock says"
        );
    });
}

#[test]
fn safety_10_who_opted_out_or_objects_is_on_no_list_nor_is_anybody_for_what_is_not_ordinary() {
    on_both(|app| {
        let people = known(app, PRACTICE, 0, 20);
        for n in 0..20 {
            has(app, PRACTICE, n, "44054006");
            has(app, PRACTICE, n, "86406008");
        }
        let of = |n: u32| {
            let sender = OrgCode::parse(PRACTICE).unwrap();
            ItemId::of(app.care.id_key(), &sender, "Condition", &format!("44054006-{n}")).key()
        };
        keep(app, people[0], What::TypeOne, "", "told the practice");
        let objection = keep(app, people[1], What::Objection, "", "told the practice");
        let sensitive = What::Sensitivity {
            item: of(2),
            sensitivity: Sensitivity::Sensitive,
        };
        keep(app, people[2], sensitive, "", "she asked");
        counted(app);
        let grant = projects::seeing(&app.care, &actor("analyst"), app.now()).unwrap();
        let codes: Vec<String> = offered(&app.care, &grant)
            .unwrap()
            .unwrap()
            .conditions
            .into_iter()
            .map(|one| one.code)
            .collect();
        assert_eq!(codes, [DIABETES], "nobody is picked out by what is sensitive");
        let project = running(app, 1);
        assert!(matches!(
            made(app, project, &wanted(HIV)),
            Err(RightsError::Said("of", _))
        ));
        let list = made(app, project, &wanted(DIABETES)).unwrap();
        let gp = works_at("gp", PRACTICE);
        let of_gp = || {
            finds(app, &gp, list)
                .into_iter()
                .map(|(person, _)| person)
                .collect::<Vec<_>>()
        };
        let found = of_gp();
        assert!(
            found.len() == 17 && people[..3].iter().all(|one| !found.contains(one)),
            "{}",
            found.len()
        );
        acts::undo(&app.care, &actor("steward"), objection, app.now()).unwrap();
        assert!(!of_gp().contains(&people[1]), "was never put on it");
        // Whoever objects, or dies, after the list was made is off it at once.
        keep(app, people[5], What::Objection, "", "told the practice");
        let dead = patient(&local(6), "", "Family6", "Given6", "1946-05-07", "female")
            .with("/deceasedBoolean", json!(true))
            .with(
                "/generalPractitioner",
                json!([{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": PRACTICE}}]),
            );
        app.send(&feed(PRACTICE, true), dead.at("2026-10-01T09:00:00Z").line());
        let found = of_gp();
        assert!(
            !found.contains(&people[5]) && !found.contains(&people[6]) && found.len() == 15,
            "{}",
            found.len()
        );
    });
}

#[test]
fn safety_2_a_restricted_persons_practice_does_not_find_them_by_a_list() {
    on_both(|app| {
        let people = with_diabetes(app, 20);
        let hidden = patient(&local(0), "", "Family0", "Given0", "1946-05-01", "male")
            .with(
                "/generalPractitioner",
                json!([{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": PRACTICE}}]),
            )
            .with("/meta/security", json!([{"code": "R"}]))
            .at("2026-09-01T09:00:00Z");
        app.send(&feed("R0D", true), hidden.line());
        counted(app);
        let list = made(app, running(app, 1), &wanted(DIABETES)).unwrap();
        let found = finds(app, &works_at("gp", PRACTICE), list);
        assert!(found.len() == 19 && found.iter().all(|(person, _)| *person != people[0]));
    });
}

#[test]
fn a_privacy_officer_answers_and_nobody_answers_their_own() {
    on_both(|app| {
        let project = proposed(app);
        for who in ["analyst", "board", "nurse", "steward", "reception"] {
            assert!(answered(app, &actor(who), project, Some(1)).is_err(), "{who}");
        }
        let own = Actor {
            user: "analyst".to_owned(),
            ..actor("privacy")
        };
        assert!(matches!(
            answered(app, &own, project, Some(1)),
            Err(RightsError::Said("words", _))
        ));
        assert!(
            matches!(made(app, project, &wanted(DIABETES)), Err(RightsError::Nothing)),
            "it does not run yet"
        );
        answered(app, &actor("privacy"), project, None).unwrap();
        assert!(matches!(
            answered(app, &actor("privacy"), project, Some(1)),
            Err(RightsError::Nothing)
        ));
        let grant = projects::seeing(&app.care, &actor("privacy"), app.now()).unwrap();
        let stage = |number| {
            projects::numbered(&app.care, &grant, number)
                .unwrap()
                .unwrap()
                .stage(app.now())
        };
        assert_eq!(stage(project), Stage::Refused);
        for who in ["board", "privacy", "nurse"] {
            assert!(
                projects::propose(&app.care, &actor(who), &proposal(), app.now()).is_err(),
                "{who}"
            );
        }
        // Another organisation's analysts neither see it nor work in it.
        let project = running(app, 1);
        let other = Actor {
            organisation: "Another council".to_owned(),
            ..actor("analyst")
        };
        let theirs = projects::seeing(&app.care, &other, app.now()).unwrap();
        assert!(projects::latest(&app.care, &theirs).unwrap().is_empty());
        let tried = projects::make(&app.care, &other, &key(), (project, &wanted(DIABETES)), app.now());
        assert!(matches!(tried, Err(RightsError::Nothing)));
        assert!(matches!(
            projects::end(&app.care, &other, project, "x", app.now()),
            Err(RightsError::Nothing)
        ));
    });
}

#[test]
fn a_proposal_says_what_is_missing_and_a_list_whom_it_cannot_pick_out() {
    on_both(|app| {
        let propose = |proposal: &Proposal<'_>| projects::propose(&app.care, &actor("analyst"), proposal, app.now());
        let whole = proposal();
        for (field, proposal) in [
            ("name", Proposal { name: " ", ..whole }),
            ("question", Proposal { question: "", ..whole }),
            ("step", Proposal { step: "", ..whole }),
            ("owner", Proposal { owner: "", ..whole }),
            ("days", Proposal { days: 7, ..whole }),
        ] {
            let refused = propose(&proposal);
            assert!(
                matches!(refused, Err(RightsError::Said(said, _)) if said == field),
                "{field}"
            );
        }
        let project = running(app, 1);
        assert!(
            matches!(made(app, project, &wanted(DIABETES)), Err(RightsError::Said("of", words)) if words.contains("being counted"))
        );
        with_diabetes(app, 20);
        let mut none = wanted(DIABETES);
        none.groups.push((By::Age, "200 and over".to_owned()));
        assert!(matches!(made(app, project, &none), Err(RightsError::Said("of", _))));
        let mut women = wanted(DIABETES);
        women.groups.push((By::Sex, "Women and girls".to_owned()));
        let list = made(app, project, &women).unwrap();
        assert_eq!(finds(app, &works_at("gp", PRACTICE), list).len(), 10, "every other one");
        // What was sealed with another key is said, and is nobody.
        let other = AccountKey::new([8; 32]);
        assert!(projects::make(&app.care, &actor("analyst"), &other, (project, &women), app.now()).is_err());
        assert!(projects::open(&app.care, &works_at("gp", PRACTICE), &other, list, app.now()).is_err());
    });
}
