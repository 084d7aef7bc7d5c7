//! What people say of how to meet them, what they ask for by right, and staff whose access is suspended.

use crate::access::{DAY, ada, item, keep, opens, read, resident, works_at};
use crate::app::{actor, assert_same_state, feed, on_both, opening, state_of};
use crate::rights::{known_as_ada, refused};
use crate::says::{With, condition};
use care::access::acts::What;
use care::access::{self, Act, Actor, JobGrant, Relationship};
use care::person;
use care::rights::RightsError;
use care::rights::copies::{self, State};
use care::rights::preferences::{self, About, Said, Source};
use care::rights::removal::{self, Ground};
use care::rights::requests::{self, Asks};
use record::{Instant, ItemId, OrgCode};

#[test]
fn what_someone_wants_is_kept_once_by_those_who_may_and_its_history_stays() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let say = |who: &Actor, about: About, value: &str| {
            let said = Said {
                about,
                value,
                words: "",
                by_carer: false,
            };
            preferences::keep(&app.care, who, ada, &said, app.now())
        };
        for other in ["carer", "privacy", "steward", "link", "analyst"] {
            assert!(refused(&say(&actor(other), About::Language, "Polish")), "{other}");
        }
        let reception = works_at("reception", "DEMO-GP01");
        say(&reception, About::Language, "Polish").unwrap();
        assert!(matches!(
            say(&reception, About::Language, "polish"),
            Err(RightsError::Said("value", _))
        ));
        assert!(matches!(
            say(&reception, About::ContactBy, "pigeon"),
            Err(RightsError::Said("value", _))
        ));
        let number = say(&resident(), About::Language, "Kurdish").unwrap();
        say(&resident(), About::Adjustment, "large print").unwrap();
        say(&resident(), About::Adjustment, "quiet room").unwrap();
        let nurse = read(app, &actor("nurse"), ada);
        let stands: Vec<(About, &str, Source)> = nurse
            .own_word
            .iter()
            .map(|one| (one.about, one.value.as_str(), one.source))
            .collect();
        assert_eq!(
            stands,
            [
                (About::Language, "Kurdish", Source::Themselves),
                (About::Adjustment, "quiet room", Source::Themselves),
                (About::Adjustment, "large print", Source::Themselves),
            ]
        );
        preferences::undo(&app.care, &resident(), ada, number, "", app.now()).unwrap();
        let again = preferences::undo(&app.care, &resident(), ada, number, "", app.now());
        assert!(matches!(again, Err(RightsError::Nothing)));
        let grant = access::choices::contact(&app.care, &reception, ada, Act::ReadRecord, app.now()).unwrap();
        let every = preferences::of_person(&app.care, &grant).unwrap();
        assert_eq!(every.len(), 4);
        let past: Vec<&str> = every
            .iter()
            .filter_map(|one| Some(one.undone.as_ref()?.2.as_str()))
            .collect();
        assert_eq!(past, ["", "said anew"]);
    });
}

#[test]
fn staff_whose_access_is_suspended_open_nothing_until_it_ends_or_is_lifted() {
    use care::access::staff::{self, SuspensionError};
    on_both(|app| {
        let ada = ada(app);
        let nurse = actor("nurse");
        let officer = |at: Instant| access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", at).unwrap();
        let refused_to = access::list(&app.care, &nurse, Act::ReadAudit, "test", app.now());
        assert!(refused_to.is_err(), "privacy officers alone");
        let now = app.now();
        let day = DAY;
        let own = staff::suspend(&app.care, &officer(now), "privacy", "x", None);
        assert!(matches!(own, Err(SuspensionError::Said("user", _))));
        staff::suspend(
            &app.care,
            &officer(now),
            "nurse",
            "a neighbour",
            Some(Instant(now.0 + day)),
        )
        .unwrap();
        assert!(!opens(app, &nurse, ada));
        assert!(access::list(&app.care, &nurse, Act::Search, "test", app.now()).is_err());
        let row = &app.care.audit().of_person(ada, 1).unwrap()[0];
        assert_eq!((row.detail.as_str(), row.outcome.as_str()), (staff::RULE, staff::SAYS));
        let later = |days: i64| access::person(&app.care, &nurse, ada, Act::ReadRecord, Instant(now.0 + days * day));
        assert!(later(0).is_err() && later(1).is_ok(), "it ends of itself");
        let number = staff::suspend(&app.care, &officer(Instant(now.0 + 2 * day)), "nurse", "again", None).unwrap();
        assert!(later(300).is_err());
        assert!(staff::lift(&app.care, &officer(Instant(now.0 + 3 * day)), number, "explained").unwrap());
        assert!(!staff::lift(&app.care, &officer(Instant(now.0 + 3 * day)), number, "explained").unwrap());
        assert!(later(4).is_ok());
        assert_eq!(staff::latest(&app.care, &officer(app.now())).unwrap().len(), 2);
    });
}

#[test]
fn an_organisation_opens_the_record_of_whoever_asked_it_until_it_has_answered() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let hospital = works_at("ward", "R0D");
        let whom = (ada, item(app).key());
        let ask = |who: &Actor, asks: Asks, words: &str| requests::ask(&app.care, who, whom, asks, words, app.now());
        for other in ["nurse", "carer", "privacy", "steward"] {
            let answer = ask(&actor(other), Asks::PutRight, "x");
            assert!(
                refused(&answer) || matches!(answer, Err(RightsError::Nothing)),
                "{other}"
            );
        }
        assert!(!opens(app, &hospital, ada));
        assert!(matches!(
            ask(&resident(), Asks::PutRight, " "),
            Err(RightsError::Said("words", _))
        ));
        let number = ask(&resident(), Asks::PutRight, "the other knee").unwrap();
        assert!(matches!(
            ask(&resident(), Asks::PutRight, "again"),
            Err(RightsError::Said("words", _))
        ));
        let seal = ask(&resident(), Asks::Seal, "my employer works there").unwrap();
        assert!(opens(app, &hospital, ada), "they may look");
        assert!(!opens(app, &works_at("ward", "RBD"), ada), "and nobody else");
        assert_eq!(
            read(app, &actor("nurse"), ada).questioned.len(),
            1,
            "a wish for a seal is not told"
        );
        let elsewhere = requests::answer(&app.care, &works_at("ward", "RBD"), number, true, "x", app.now());
        assert!(matches!(elsewhere, Err(RightsError::Nothing)));
        requests::answer(&app.care, &hospital, number, false, "the letter says so too", app.now()).unwrap();
        assert!(opens(app, &hospital, ada), "another still waits");
        requests::answer(&app.care, &hospital, seal, true, "sealed", app.now()).unwrap();
        assert!(!opens(app, &hospital, ada));
        let states = read(app, &actor("nurse"), ada).questioned;
        assert_eq!(states.values().collect::<Vec<_>>(), [&requests::State::Refused]);
        requests::take_back(&app.care, &resident(), ada, number, app.now()).unwrap();
        assert!(read(app, &actor("nurse"), ada).questioned.is_empty());
        let late = Instant(app.now().0 + (requests::LATE_DAYS + 2) * DAY);
        let waits = ask(&resident(), Asks::PutRight, "look once more").unwrap();
        let grant = access::person(&app.care, &resident(), ada, Act::ReadRecord, app.now()).unwrap();
        let one = requests::of_person(&app.care, &grant)
            .unwrap()
            .into_iter()
            .find(|one| one.number == waits)
            .unwrap();
        assert!(one.is_late(late) && !one.is_late(app.now()));
        let over = Instant(app.now().0 + (requests::OPEN_DAYS + 1) * DAY);
        assert!(
            access::person(&app.care, &hospital, ada, Act::ReadRecord, over).is_err(),
            "it ends of itself"
        );
    });
}

#[test]
fn a_copy_is_made_by_a_job_for_the_person_alone_and_deleted_when_its_time_is_over() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let job = JobGrant::for_job("copy of the record");
        assert_eq!(copies::take_on(&app.care, &job, app.now()).unwrap(), None);
        for other in ["nurse", "carer", "steward", "reception", "link", "analyst"] {
            assert!(
                refused(&copies::ask(&app.care, &actor(other), ada, "x", app.now())),
                "{other}"
            );
        }
        let unsaid = copies::ask(&app.care, &actor("privacy"), ada, " ", app.now());
        assert!(matches!(unsaid, Err(RightsError::Said("words", _))));
        let number = copies::ask(&app.care, &resident(), ada, "", app.now()).unwrap();
        assert!(matches!(
            copies::ask(&app.care, &resident(), ada, "", app.now()),
            Err(RightsError::Said(..))
        ));
        let copy = copies::take_on(&app.care, &job, app.now()).unwrap().unwrap();
        assert_eq!(
            copies::take_on(&app.care, &job, app.now()).unwrap(),
            None,
            "one takes it on"
        );
        let stopped = Instant(app.now().0 + 11 * 60_000_000);
        let again = copies::take_on(&app.care, &job, stopped).unwrap().unwrap();
        assert_eq!(again.number, copy.number, "whoever was stopped is followed by another");
        let leave = copies::leave(&app.care, &job, &copy, app.now()).unwrap();
        assert_eq!(care::person::read(&app.care, &leave).unwrap().facts.len(), 1);
        copies::progress(&app.care, &copy, 1, 2).unwrap();
        copies::keep(&app.care, &copy, Some(vec![0, 1, 2]), app.now()).unwrap();
        let open = |who: &Actor, at: Instant| copies::open(&app.care, who, ada, number, at);
        for other in [
            works_at("gp", "DEMO-GP01"),
            actor("nurse"),
            actor("carer"),
            actor("privacy"),
        ] {
            assert!(refused(&open(&other, app.now())), "{}", other.user);
        }
        assert_eq!(open(&resident(), app.now()).unwrap(), [0, 1, 2]);
        let later = Instant(app.now().0 + (copies::KEPT_DAYS + 1) * DAY);
        assert!(matches!(open(&resident(), later), Err(RightsError::Nothing)));
        assert_eq!(copies::take_on(&app.care, &job, later).unwrap(), None);
        let grant = access::person(&app.care, &resident(), ada, Act::ReadRecord, app.now()).unwrap();
        assert_eq!(copies::of_person(&app.care, &grant).unwrap()[0].state, State::Deleted);
        assert_eq!(
            app.ask("SELECT COUNT(body) FROM record_copy", &[]),
            Some(0),
            "its bytes are gone"
        );
        let rows = app.care.audit().of_person(ada, 100).unwrap();
        assert!(
            rows.iter()
                .any(|row| row.act == "export" && row.detail == "copy of the record")
        );
    });
}

#[test]
fn safety_9_no_copy_is_made_while_online_access_is_suspended() {
    on_both(|app| {
        let ada = known_as_ada(app);
        copies::ask(&app.care, &resident(), ada, "", app.now()).unwrap();
        care::rights::sharing::suspend(&app.care, &actor("nurse"), ada, "", "made to show it", app.now()).unwrap();
        let job = JobGrant::for_job("copy of the record");
        let copy = copies::take_on(&app.care, &job, app.now()).unwrap().unwrap();
        assert!(copies::leave(&app.care, &job, &copy, app.now()).is_err());
    });
}

/// SAFETY 7: asked for by one, confirmed by another, and gone from truth, entries and texts, also after a rebuild.
#[test]
fn safety_7_removal_takes_two_and_survives_a_rebuild() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let hospital = works_at("ward", "R0D");
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        let gout = condition("c9", "p1", "90560007", "2021-05-05")
            .with("/code/text", serde_json::json!("Gout of the left thumb"));
        app.send(&feed("R0D", true), gout.line());
        // In one parcel with another, which stays.
        let two = format!(
            "{}\n{}",
            gout.clone().at("2026-10-01T00:00:00Z").line(),
            condition("c10", "p1", "38341003", "2019-03-04").line()
        );
        app.send(&feed("R0D", true), two);
        let item = ItemId::of(app.care.id_key(), &OrgCode::parse("R0D").unwrap(), "Condition", "c9").key();
        let ask = |who: &Actor| {
            removal::ask(
                &app.care,
                who,
                (ada, item),
                Ground::WrongPerson,
                "incident 12",
                app.now(),
            )
        };
        for other in ["nurse", "steward", "privacy", "carer", "resident"] {
            let answer = ask(&if other == "resident" { resident() } else { actor(other) });
            assert!(refused(&answer), "{other}");
        }
        let who = removal::ask(
            &app.care,
            &hospital,
            (
                ada,
                ItemId::of(app.care.id_key(), &OrgCode::parse("R0D").unwrap(), "Patient", "p1").key(),
            ),
            Ground::WrongPerson,
            "incident 12",
            app.now(),
        );
        assert!(
            matches!(who, Err(RightsError::Said("choices", _))),
            "who she is: {who:?}"
        );
        let number = ask(&hospital).unwrap();
        let says = |state: &crate::app::State| state.values().flatten().any(|row| row.contains("thumb"));
        assert!(says(&app.state()));
        assert!(matches!(ask(&hospital), Err(RightsError::Said("choices", _))), "twice");
        assert_eq!(read(app, &actor("nurse"), ada).facts.len(), 3, "nothing yet");
        let officer = access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", app.now()).unwrap();
        let asker = access::list(
            &app.care,
            &Actor {
                user: "ward".into(),
                ..actor("privacy")
            },
            Act::ReadAudit,
            "test",
            app.now(),
        );
        let alone = removal::answer(&app.care, &asker.unwrap(), number, true, "checked");
        assert!(matches!(alone, Err(RightsError::Said(..))), "it takes two");
        removal::answer(&app.care, &officer, number, true, "rang them").unwrap();
        assert!(matches!(
            removal::answer(&app.care, &officer, number, true, "again"),
            Err(RightsError::Nothing)
        ));
        assert_eq!(read(app, &actor("nurse"), ada).facts.len(), 2);
        assert!(!says(&app.state()));
        assert_eq!(
            app.ask("SELECT COUNT(*) FROM term WHERE text = 'Gout of the left thumb'", &[]),
            Some(0)
        );
        assert_eq!(
            app.ask("SELECT parts FROM tombstone", &[]),
            Some(2),
            "both times it was sent"
        );
        app.send(&feed("R0D", true), gout.line());
        assert_eq!(
            read(app, &actor("nurse"), ada).facts.len(),
            2,
            "sent again, it is not filed"
        );
        let grant = access::person(&app.care, &actor("nurse"), ada, Act::ReadRecord, app.now()).unwrap();
        let sent = person::sent::sent(&app.care, &person::sent::items(&app.care, &grant).unwrap()).unwrap();
        assert_eq!(sent.len(), 3, "the Patient and two problems, as sent");
        assert!(
            sent.iter()
                .all(|one| !String::from_utf8_lossy(&one.body).contains("thumb"))
        );
        let place = app.another_place("rebuilt");
        let into = opening(place, app.folder.path(), [99; 32]);
        let (again, _) = care::rebuild::rebuild(&app.care, into, &JobGrant::for_job("rebuild")).unwrap();
        let (mut before, mut after) = (app.state(), state_of(&again));
        for state in [&mut before, &mut after] {
            // A test's own feed is no feed of the system, so that a rebuild does not know its numbers to be verified.
            state.retain(|table, _| !table.starts_with("identity"));
        }
        assert_same_state(&before, &after, true, "after a removal");
        let row = app.care.audit().of_person(ada, 500).unwrap();
        assert!(
            row.iter()
                .any(|row| row.act == "remove an entry by law" && row.actor == "privacy")
        );
    });
}
