//! What people decide about their own record: who may decide it, what it does, and its undoing.

use crate::access::{ada, born, item, keep, opens, read, resident, works_at};
use crate::app::{App, actor, on_both};
use care::access::acts::What;
use care::access::choices::{Choice, choice};
use care::access::{self, AccessError, Act, Actor, ProxyStands, Relationship, Sensitivity, Show};
use care::rights::RightsError;
use care::rights::proxies::{self, Basis, Wanted};
use care::rights::sharing::{self, EntryChoice, With};
use record::{Instant, OrgCode, PersonId};

pub fn known_as_ada(app: &App) -> PersonId {
    let ada = ada(app);
    keep(app, ada, What::IsUser, "resident", "passport");
    ada
}

fn object(app: &App, who: &Actor, ada: PersonId, with: &With) -> Result<i64, RightsError> {
    sharing::object(&app.care, who, ada, with, "she told me so at the desk", app.now())
}

fn undo(app: &App, who: &Actor, ada: PersonId, number: i64) -> Result<(), RightsError> {
    sharing::undo(&app.care, who, ada, number, "she changed her mind", app.now()).map(drop)
}

fn decide(app: &App, who: &Actor, ada: PersonId, wanted: EntryChoice) -> Result<i64, RightsError> {
    sharing::decide(&app.care, who, (ada, item(app).key()), wanted, "she asked", app.now())
}

pub fn refused<T>(answer: &Result<T, RightsError>) -> bool {
    matches!(
        answer,
        Err(RightsError::Access(AccessError::Refused(_) | AccessError::Shut { .. }))
    )
}

fn history(app: &App, who: &Actor, ada: PersonId) -> Vec<care::access::acts::PastAct> {
    let grant = choice(&app.care, who, ada, Choice::See, app.now()).unwrap();
    sharing::history(&app.care, &grant).unwrap()
}

#[test]
fn safety_10_an_objection_is_kept_by_the_person_their_practice_or_the_privacy_officer_and_taken_back() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let practice = works_at("gp", "DEMO-GP01");
        let nurse = actor("nurse");
        for stranger in [
            &nurse,
            &actor("carer"),
            &actor("reception"),
            &actor("steward"),
            &actor("link"),
            &actor("analyst"),
        ] {
            assert!(
                refused(&object(app, stranger, ada, &With::Everybody)),
                "{}",
                stranger.user
            );
        }
        for who in [&resident(), &practice, &actor("privacy")] {
            assert_eq!(read(app, &nurse, ada).facts.len(), 1);
            let number = object(app, who, ada, &With::Everybody).unwrap();
            assert!(
                matches!(object(app, who, ada, &With::Everybody), Err(RightsError::Said(..))),
                "twice"
            );
            assert_eq!(read(app, &nurse, ada).facts.len(), 0, "by {}", who.user);
            assert_eq!(read(app, &resident(), ada).facts.len(), 1, "she still sees it all");
            assert!(refused(&undo(app, &nurse, ada, number)));
            undo(app, who, ada, number).unwrap();
            assert!(
                matches!(undo(app, who, ada, number), Err(RightsError::Nothing)),
                "once only"
            );
        }
        let past = history(app, &resident(), ada);
        assert_eq!(past.len(), 3);
        let (at, by, why) = past[0].undone.clone().unwrap();
        assert!(at > past[0].act.decided && by == "privacy" && why == "she changed her mind");
        let rows = app.care.audit().of_person(ada, 500).unwrap();
        assert!(
            rows.iter()
                .any(|row| row.detail == "objection to sharing" && row.outcome == "granted")
        );
        assert!(
            rows.iter()
                .any(|row| row.detail == "objection to sharing" && row.outcome.starts_with("An objection is"))
        );
    });
}

#[test]
fn safety_10_an_objection_to_one_organisation_leaves_the_others() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let out_of_hours = With::Organisation(OrgCode::parse("DEMO-UC01").unwrap());
        object(app, &resident(), ada, &out_of_hours).unwrap();
        assert_eq!(read(app, &actor("nurse"), ada).facts.len(), 0);
        assert_eq!(read(app, &works_at("gp", "DEMO-GP01"), ada).facts.len(), 1);
        let system = Actor {
            works_for: None,
            role: access::Role::CareSystem,
            ..actor("nurse")
        };
        assert_eq!(read(app, &system, ada).facts.len(), 0, "a system that may be theirs");
        let nowhere = With::Organisation(OrgCode::parse("ZZZ99").unwrap());
        assert!(matches!(
            object(app, &resident(), ada, &nowhere),
            Err(RightsError::Said("organisation", _))
        ));
    });
}

#[test]
fn safety_9_only_those_who_wrote_an_entry_seal_and_open_it_and_nobody_else_learns_of_a_lock() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let hospital = works_at("ward", "R0D");
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        let practice = works_at("gp", "DEMO-GP01");
        for other in [&practice, &resident(), &actor("nurse"), &actor("privacy")] {
            assert!(refused(&decide(app, other, ada, EntryChoice::Seal)), "{}", other.user);
        }
        let number = decide(app, &hospital, ada, EntryChoice::Lock).unwrap();
        assert_eq!(read(app, &practice, ada).facts.len(), 0);
        assert_eq!(history(app, &practice, ada).len(), 0, "no word of it");
        assert_eq!(
            history(app, &actor("privacy"), ada).len(),
            0,
            "nor to an officer who sees no record"
        );
        assert_eq!(history(app, &hospital, ada).len(), 1);
        assert!(matches!(undo(app, &practice, ada, number), Err(RightsError::Nothing)));
        let again = decide(app, &practice, ada, EntryChoice::Seal);
        assert!(matches!(again, Err(RightsError::Nothing)), "as if it were not there");
        undo(app, &hospital, ada, number).unwrap();
        decide(app, &hospital, ada, EntryChoice::Seal).unwrap();
        assert!(read(app, &practice, ada).sealed);
        assert_eq!(read(app, &resident(), ada).facts.len(), 1, "she sees her own");
        assert_eq!(history(app, &resident(), ada).len(), 2);
    });
}

#[test]
fn safety_9_an_entry_is_kept_from_proxies_by_the_person_and_hidden_at_home_by_a_professional() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let (carer, nurse) = (actor("carer"), actor("nurse"));
        keep(
            app,
            ada,
            What::Relationship(Relationship::Proxy),
            "carer",
            "she signed for it",
        );
        let number = decide(app, &resident(), ada, EntryChoice::KeepFromProxies).unwrap();
        assert_eq!(
            (
                read(app, &carer, ada).facts.len(),
                read(app, &resident(), ada).facts.len()
            ),
            (0, 1)
        );
        undo(app, &resident(), ada, number).unwrap();
        assert_eq!(read(app, &carer, ada).facts.len(), 1);
        assert!(
            refused(&decide(app, &carer, ada, EntryChoice::KeepFromProxies)),
            "not for those who act for her"
        );
        assert!(refused(&decide(app, &resident(), ada, EntryChoice::HideAtHome)));
        let hidden = decide(app, &nurse, ada, EntryChoice::HideAtHome).unwrap();
        assert_eq!(read(app, &resident(), ada).facts.len(), 0);
        assert!(
            history(app, &resident(), ada)
                .iter()
                .all(|past| past.act.number != hidden),
            "she is not told"
        );
        let opened = decide(app, &nurse, ada, EntryChoice::KeepFromProxies);
        assert!(refused(&opened), "that would show it to her, which its author decides");
        assert!(refused(&undo(app, &nurse, ada, hidden)));
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        undo(app, &works_at("ward", "R0D"), ada, hidden).unwrap();
        assert_eq!(read(app, &resident(), ada).facts.len(), 1);
    });
}

#[test]
fn safety_9_what_is_safeguarding_by_rule_stays_hidden_at_home_when_it_is_sealed() {
    on_both(|app| {
        let ada = known_as_ada(app);
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        let item = item(app).key();
        keep(
            app,
            ada,
            What::Show {
                item,
                show: Show::Neither,
            },
            "",
            "serious harm",
        );
        keep(
            app,
            ada,
            What::Sensitivity {
                item,
                sensitivity: Sensitivity::Sealed,
            },
            "",
            "asked",
        );
        assert_eq!(read(app, &resident(), ada).facts.len(), 0);
        assert_eq!(history(app, &resident(), ada).len(), 0);
    });
}

#[test]
fn safety_9_any_professional_suspends_online_access_silently_and_another_lifts_it() {
    on_both(|app| {
        let ada = known_as_ada(app);
        keep(
            app,
            ada,
            What::Relationship(Relationship::Proxy),
            "carer",
            "she signed for it",
        );
        let nurse = actor("nurse");
        let now = app.now();
        let whole = |who: &Actor, holder: &str, words: &str| sharing::suspend(&app.care, who, ada, holder, words, now);
        assert!(refused(&whole(&resident(), "", "no")));
        assert!(matches!(whole(&nurse, "", " "), Err(RightsError::Said("words", _))));
        assert!(matches!(
            whole(&nurse, "nobody", "x"),
            Err(RightsError::Said("choices", _))
        ));
        let carers = whole(&nurse, "carer", "she is made to show it").unwrap();
        assert_eq!(
            (opens(app, &actor("carer"), ada), opens(app, &resident(), ada)),
            (false, true)
        );
        assert!(
            history(app, &resident(), ada)
                .iter()
                .all(|past| past.act.what != What::Suspended)
        );
        let all = whole(&nurse, "", "she is made to show it").unwrap();
        assert!(!opens(app, &resident(), ada));
        for number in [carers, all] {
            undo(app, &actor("privacy"), ada, number).unwrap();
        }
        assert!(opens(app, &actor("carer"), ada) && opens(app, &resident(), ada));
    });
}

fn at(day: &str) -> Instant {
    record::When::parse_fhir(&format!("{day}T12:00:00Z")).unwrap().instant
}

fn parent<'a>(competence: &'a str) -> Wanted<'a> {
    Wanted {
        holder: "carer",
        basis: Basis::Parent,
        words: "birth certificate",
        competence,
    }
}

#[test]
fn safety_9_a_parent_is_reviewed_on_the_11th_birthday_and_ends_on_the_16th() {
    on_both(|app| {
        let child = born(app, "2017-11-03");
        let (gp, carer) = (works_at("gp", "DEMO-GP01"), actor("carer"));
        for other in ["nurse", "social", "reception", "privacy", "steward", "carer"] {
            let answer = proxies::authorise(&app.care, &actor(other), child, &parent(""), at("2026-11-02"));
            assert!(refused(&answer), "{other}");
        }
        let number = proxies::authorise(&app.care, &gp, child, &parent(""), at("2026-11-02")).unwrap();
        let opens_on = |day: &str| access::person(&app.care, &carer, child, Act::ReadRecord, at(day)).is_ok();
        let stands_on = |day: &str| {
            let grant = choice(&app.care, &gp, child, Choice::See, at(day)).unwrap();
            proxies::of_person(&app.care, &grant).unwrap()[0].stands
        };
        let day = |text: &str| record::Date::parse(text).unwrap();
        assert_eq!(
            stands_on("2028-11-02"),
            ProxyStands::Acts {
                until: Some(day("2028-11-03"))
            }
        );
        assert!(opens_on("2028-11-02") && !opens_on("2028-11-03"), "the 11th birthday");
        assert_eq!(
            stands_on("2028-11-03"),
            ProxyStands::Due {
                since: day("2028-11-03")
            }
        );
        proxies::review(
            &app.care,
            &gp,
            child,
            number,
            "she cannot weigh it yet",
            at("2028-11-20"),
        )
        .unwrap();
        assert!(opens_on("2028-11-20") && opens_on("2033-11-02"));
        assert!(!opens_on("2033-11-03"), "the 16th birthday");
        assert_eq!(stands_on("2033-11-03"), ProxyStands::Ended);
        let late = proxies::review(&app.care, &gp, child, number, "still", at("2033-11-04"));
        assert!(
            matches!(late, Err(RightsError::Nothing)),
            "no parent's acting is renewed by review at 16"
        );
        let again = proxies::authorise(&app.care, &gp, child, &parent("x"), at("2033-11-04"));
        assert!(matches!(again, Err(RightsError::Said("basis-parent", _))));
        let agreed = Wanted {
            basis: Basis::Consent,
            ..parent("")
        };
        proxies::authorise(&app.care, &gp, child, &agreed, at("2033-11-04")).unwrap();
        assert!(opens_on("2033-11-05"), "renewed with her own agreement");
    });
}

/// What the law ended is told; what somebody decided is not, since it may be kept from them: they read what any stranger
/// does. Nobody else than they learns either.
#[test]
fn safety_9_a_parent_reads_why_it_ended_when_the_law_ended_it_and_never_that_somebody_did() {
    on_both(|app| {
        let child = born(app, "2017-11-03");
        let (gp, carer) = (works_at("gp", "DEMO-GP01"), actor("carer"));
        let reads = |who: &Actor, day: &str| match access::person(&app.care, who, child, Act::ReadRecord, at(day)) {
            Err(AccessError::Refused(says) | AccessError::Lapsed { why: says, .. }) => says,
            other => panic!("{other:?}"),
        };
        let stranger = reads(&carer, "2026-11-01");
        assert!(
            stranger.contains("nor one of somebody you act for here now"),
            "{stranger}"
        );
        assert!(!stranger.contains("Your role"), "{stranger}");
        let number = proxies::authorise(&app.care, &gp, child, &parent(""), at("2026-11-02")).unwrap();
        let due = reads(&carer, "2028-11-03");
        assert!(
            due.contains("At 11, and at 16, their GP practice looks at that again"),
            "{due}"
        );
        let nurse = actor("nurse");
        let silenced = sharing::suspend(&app.care, &nurse, child, "carer", "she is afraid", at("2028-11-04")).unwrap();
        assert_eq!(reads(&carer, "2028-11-05"), due, "a suspension is silent");
        undo(app, &actor("privacy"), child, silenced).unwrap();
        let ended = reads(&carer, "2033-11-03");
        assert!(ended.contains("That ended on the day they turned 16"), "{ended}");
        assert_eq!(reads(&resident(), "2033-11-03"), stranger, "nobody else is told of it");
        let rows = app.care.audit().of_person(child, 100).unwrap();
        assert!(
            rows.iter().all(|row| !row.outcome.contains("acted for")),
            "nor does it stand in who looked"
        );
        undo(app, &actor("privacy"), child, number).unwrap();
        for day in ["2028-11-01", "2028-11-05", "2033-11-05"] {
            assert_eq!(reads(&carer, day), stranger, "somebody ended it: {day}");
        }
        let part = choice(&app.care, &carer, child, Choice::See, at("2026-11-02"));
        assert!(matches!(part, Err(AccessError::Refused(says)) if says == stranger));
    });
}

#[test]
fn safety_9_a_parent_of_a_child_of_11_needs_a_competence_decision_first() {
    on_both(|app| {
        let child = born(app, "2014-05-05");
        let gp = works_at("gp", "DEMO-GP01");
        let unsaid = proxies::authorise(&app.care, &gp, child, &parent(" "), app.now());
        assert!(matches!(unsaid, Err(RightsError::Said("competence", _))));
        let agreed = Wanted {
            basis: Basis::Consent,
            ..parent("")
        };
        assert!(matches!(
            proxies::authorise(&app.care, &gp, child, &agreed, app.now()),
            Err(RightsError::Said(..))
        ));
        proxies::authorise(&app.care, &gp, child, &parent("she cannot weigh it yet"), app.now()).unwrap();
        assert!(opens(app, &actor("carer"), child));
    });
}

#[test]
fn safety_9_an_adults_proxy_needs_consent_or_a_power_and_is_ended_by_the_person() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let gp = works_at("gp", "DEMO-GP01");
        let with = |basis: Basis, holder: &'static str| Wanted {
            holder,
            basis,
            words: "the form she signed",
            competence: "",
        };
        let ask = |wanted: &Wanted<'_>| proxies::authorise(&app.care, &gp, ada, wanted, app.now());
        assert!(matches!(
            ask(&with(Basis::Parent, "carer")),
            Err(RightsError::Said("basis-parent", _))
        ));
        assert!(
            matches!(ask(&with(Basis::Consent, "nurse")), Err(RightsError::Said("holder", _))),
            "no member of the public"
        );
        assert!(
            matches!(
                ask(&with(Basis::Consent, "resident")),
                Err(RightsError::Said("holder", _))
            ),
            "herself"
        );
        assert!(matches!(
            ask(&with(Basis::Consent, "nobody")),
            Err(RightsError::Said("holder", _))
        ));
        let number = ask(&with(Basis::Attorney, "carer")).unwrap();
        assert!(
            matches!(ask(&with(Basis::Consent, "carer")), Err(RightsError::Said("holder", _))),
            "twice"
        );
        keep(
            app,
            ada,
            What::Sensitivity {
                item: item(app).key(),
                sensitivity: Sensitivity::Sensitive,
            },
            "",
            "x",
        );
        let carer = actor("carer");
        assert_eq!(read(app, &carer, ada).facts.len(), 0, "sensitive, without her yes");
        assert!(refused(&proxies::say_yes(
            &app.care,
            &carer,
            ada,
            number,
            "",
            app.now()
        )));
        proxies::say_yes(&app.care, &resident(), ada, number, "", app.now()).unwrap();
        assert_eq!(read(app, &carer, ada).facts.len(), 1);
        let looks = choice(&app.care, &carer, ada, Choice::See, app.now());
        assert!(looks.is_err(), "who else acts for her is hers to know");
        undo(app, &resident(), ada, number).unwrap();
        assert!(!opens(app, &carer, ada));
        ask(&with(Basis::Consent, "carer")).unwrap();
        assert_eq!(read(app, &carer, ada).facts.len(), 0, "her yes went with the first");
    });
}
