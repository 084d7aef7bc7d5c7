//! Who may see what, with facts out of the store: relationships, seals, objections, emergencies, proxies.

use crate::app::{App, actor, feed, on_both};
use crate::says::{With, condition, patient};
use care::access::acts::{self, What};
use care::access::emergency::{self, EmergencyError, LASTS_MICROS};
use care::access::{self, AccessError, Act, Actor, PersonGrant, Relationship, Role, Sensitivity, Show};
use care::db::{Cell, Table, insert_rows};
use care::person::{self, PersonRecord, sent};
use record::{Instant, ItemId, OrgCode, PersonId};
use serde_json::json;

const NUMBER: &str = "9990000026";
pub const DAY: i64 = 24 * 3_600 * 1_000_000;

/// Ada, registered at the demo practice, with a problem told by the hospital of the east.
pub fn ada(app: &App) -> PersonId {
    born(app, "1945-05-04")
}

pub fn born(app: &App, birth: &str) -> PersonId {
    let ada = patient("p1", NUMBER, "Hardy", "Ada", birth, "female").with(
        "/generalPractitioner",
        json!([{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "DEMO-GP01"}}]),
    );
    app.send(&feed("R0D", true), ada.line());
    app.send(
        &feed("R0D", true),
        condition("c1", "p1", "44054006", "2020-01-01").line(),
    );
    PersonId::minted_with(app.record("R0D", "p1"))
}

pub fn works_at(user: &str, code: &str) -> Actor {
    Actor {
        works_for: OrgCode::parse(code),
        ..actor(user)
    }
}

pub fn ask(app: &App, reader: &Actor, whom: PersonId, act: Act) -> Result<PersonGrant, AccessError> {
    access::person(&app.care, reader, whom, act, app.now())
}

pub fn opens(app: &App, reader: &Actor, whom: PersonId) -> bool {
    ask(app, reader, whom, Act::ReadRecord).is_ok()
}

pub fn read(app: &App, reader: &Actor, whom: PersonId) -> PersonRecord {
    person::read(&app.care, &ask(app, reader, whom, Act::ReadRecord).unwrap()).unwrap()
}

pub fn item(app: &App) -> ItemId {
    ItemId::of(app.care.id_key(), &OrgCode::parse("R0D").unwrap(), "Condition", "c1")
}

pub fn keep(app: &App, whom: PersonId, what: What, holder: &str, words: &str) -> i64 {
    let now = app.now();
    acts::keep(&app.care, &actor("steward"), whom, what, holder, words, (now, None)).unwrap()
}

fn seal(app: &App, whom: PersonId, sensitivity: Sensitivity) -> i64 {
    let item = item(app).key();
    keep(app, whom, What::Sensitivity { item, sensitivity }, "", "she asked")
}

#[test]
fn safety_8_care_opens_a_record_and_nothing_else_does() {
    on_both(|app| {
        let ada = ada(app);
        assert!(opens(app, &actor("nurse"), ada), "whoever turns up out of hours");
        assert!(opens(app, &works_at("gp", "DEMO-GP01"), ada), "registered here");
        assert!(!opens(app, &works_at("gp", "DEMO-GP02"), ada), "registered elsewhere");
        assert!(
            !opens(app, &works_at("ward", "RBD"), ada),
            "not a patient of the west's hospital"
        );
        assert!(
            !opens(app, &works_at("gp", "DEMO-VS01"), ada),
            "not a statutory organisation"
        );
        let hospital = works_at("ward", "R0D");
        assert!(!opens(app, &hospital, ada), "its patient once, and not now");
        let admitted = json!({"resourceType": "Encounter", "id": "e1", "status": "in-progress",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "subject": {"reference": "Patient/p1"}, "period": {"start": "2026-10-30T12:00:00Z"}});
        app.send(&feed("R0D", true), admitted.line());
        let ward = ask(app, &hospital, ada, Act::ReadRecord).unwrap();
        assert!(
            ward.facts().relationships().has(Relationship::Ward),
            "in a bed of theirs"
        );
        let social = works_at("social", "E06000059");
        assert!(!opens(app, &social, ada));
        let number = keep(
            app,
            ada,
            What::Relationship(Relationship::Caseload),
            "social",
            "allocated",
        );
        assert!(opens(app, &social, ada), "on her caseload");
        assert!(acts::undo(&app.care, &actor("steward"), number, app.now()).unwrap());
        assert!(!opens(app, &social, ada), "no longer");
    });
}

#[test]
fn safety_8_a_refusal_says_why_and_whether_an_emergency_would_open_it() {
    on_both(|app| {
        let ada = ada(app);
        let Err(AccessError::Shut { says, .. }) = ask(app, &works_at("gp", "DEMO-GP02"), ada, Act::ReadRecord) else {
            panic!("not shut");
        };
        assert_eq!(says, "Nothing here shows that you care for this person.");
        let refused = ask(app, &actor("link"), ada, Act::ReadRecord);
        assert!(
            matches!(refused, Err(AccessError::Refused(_))),
            "no emergency opens it to a charity"
        );
        let rows = app.care.audit().of_person(ada, 10).unwrap();
        assert_eq!(rows[1].detail, "rules/relationship");
    });
}

#[test]
fn an_emergency_opens_for_two_hours_with_a_reason_and_the_privacy_officer_sees_it_at_once() {
    on_both(|app| {
        let ada = ada(app);
        let gp = works_at("gp", "DEMO-GP02");
        let declare = |reason: &str, words: &str| emergency::declare(&app.care, &gp, ada, reason, words, app.now());
        assert!(matches!(declare("danger", "asdf"), Err(EmergencyError::Reason)));
        assert!(matches!(
            declare("", "She is not breathing well"),
            Err(EmergencyError::Reason)
        ));
        assert!(!opens(app, &gp, ada));
        let until = declare("danger", "She is not breathing well").unwrap();
        let grant = ask(app, &gp, ada, Act::ReadRecord).unwrap();
        assert_eq!(grant.facts().emergency, Some(until));
        assert_eq!(read(app, &gp, ada).emergency, Some(until));
        assert!(!opens(app, &works_at("ward", "RBD"), ada), "it opens for nobody else");
        let charity = emergency::declare(
            &app.care,
            &actor("link"),
            ada,
            "danger",
            "She is not breathing well",
            app.now(),
        );
        assert!(matches!(charity, Err(EmergencyError::Access(AccessError::Refused(_)))));
        let officer = access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", app.now()).unwrap();
        let listed = emergency::latest(&app.care, &officer).unwrap();
        assert_eq!(
            (listed.len(), listed[0].user.as_str(), listed[0].checked.is_none()),
            (1, "gp", true)
        );
        assert!(listed[0].words.contains("not breathing"));
        assert!(emergency::check(&app.care, &officer, listed[0].number, "rang the GP: right").unwrap());
        assert!(!emergency::check(&app.care, &officer, listed[0].number, "again").unwrap());
        assert!(emergency::latest(&app.care, &officer).unwrap()[0].checked.is_some());
        let later = Instant(until.0 + 1);
        assert!(
            access::person(&app.care, &gp, ada, Act::ReadRecord, later).is_err(),
            "after {LASTS_MICROS} µs"
        );
        let looked: Vec<String> = app
            .care
            .audit()
            .of_person(ada, 20)
            .unwrap()
            .into_iter()
            .map(|row| row.act)
            .collect();
        assert!(looked.contains(&"declare emergency".to_owned()));
    });
}

#[test]
fn safety_8_an_objection_leaves_what_each_service_wrote_itself() {
    on_both(|app| {
        let ada = ada(app);
        keep(app, ada, What::Objection, "", "she said so at the desk");
        let nurse = actor("nurse");
        let shown = read(app, &nurse, ada);
        assert_eq!(shown.facts.len(), 0, "out of hours wrote nothing");
        let hospital = works_at("ward", "R0D");
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        assert_eq!(read(app, &hospital, ada).facts.len(), 1, "its own entry");
        emergency::declare(&app.care, &nurse, ada, "danger", "She is not breathing well", app.now()).unwrap();
        assert_eq!(read(app, &nurse, ada).facts.len(), 1, "in an emergency");
    });
}

/// Everything a reader is told of a person, as one text: facts, who was heard, who is silent, what was sent.
fn told(app: &App, reader: &Actor, whom: PersonId) -> String {
    let grant = ask(app, reader, whom, Act::ReadRecord).unwrap();
    let read = person::read(&app.care, &grant).unwrap();
    let items: Vec<i64> = sent::items(&app.care, &grant)
        .unwrap()
        .iter()
        .map(|item| item.item)
        .collect();
    let versions = sent::versions(&app.care, &grant, item(app).key()).unwrap().len();
    let facts: Vec<String> = read
        .facts
        .iter()
        .map(|fact| fact.entry().what.display.clone())
        .collect();
    let heard: Vec<(String, usize)> = read
        .heard
        .iter()
        .map(|one| (one.sender.to_string(), one.lines))
        .collect();
    format!("{facts:?} {heard:?} {} {items:?} {versions}", read.silent.len())
}

#[test]
fn safety_9_what_is_locked_leaves_no_trace_and_what_is_sealed_only_says_so() {
    on_both(|app| {
        let ada = ada(app);
        let nurse = actor("nurse");
        let before = told(app, &nurse, ada);
        assert!(before.contains("a condition"), "{before}");
        let number = seal(app, ada, Sensitivity::Locked);
        let locked = told(app, &nurse, ada);
        assert!(!read(app, &nurse, ada).sealed, "nobody is told of a lock");
        emergency::declare(&app.care, &nurse, ada, "danger", "She is not breathing well", app.now()).unwrap();
        assert_eq!(told(app, &nurse, ada), locked, "no emergency opens it");
        let hospital = works_at("ward", "R0D");
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        assert_eq!(told(app, &hospital, ada), before, "its author sees it");
        acts::undo(&app.care, &actor("steward"), number, app.now()).unwrap();
        seal(app, ada, Sensitivity::Sealed);
        let other = works_at("gp", "DEMO-GP01");
        assert_eq!(told(app, &other, ada), locked, "sealed tells the same");
        assert!(read(app, &other, ada).sealed, "but that something is sealed");
        assert_eq!(told(app, &nurse, ada), before, "and an emergency opens it");
        // The same as if the entry had never been sent.
        let without = App::lite();
        let other_ada = {
            let line = patient("p1", NUMBER, "Hardy", "Ada", "1945-05-04", "female");
            without.send(&feed("R0D", true), line.line());
            PersonId::minted_with(without.record("R0D", "p1"))
        };
        assert_eq!(told(&without, &nurse, other_ada), locked);
    });
}

pub fn resident() -> Actor {
    actor("resident")
}

#[test]
fn safety_9_the_person_sees_their_record_and_not_what_would_harm() {
    on_both(|app| {
        let ada = ada(app);
        assert!(!opens(app, &resident(), ada), "not yet known to be her");
        keep(app, ada, What::IsUser, "resident", "passport");
        assert_eq!(read(app, &resident(), ada).facts.len(), 1);
        let item = item(app).key();
        let hidden = keep(
            app,
            ada,
            What::Show {
                item,
                show: Show::Neither,
            },
            "",
            "serious harm",
        );
        assert_eq!(read(app, &resident(), ada).facts.len(), 0);
        assert_eq!(read(app, &actor("nurse"), ada).facts.len(), 1, "staff see it");
        acts::undo(&app.care, &actor("steward"), hidden, app.now()).unwrap();
        seal(app, ada, Sensitivity::Safeguarding);
        assert_eq!(
            read(app, &resident(), ada).facts.len(),
            1,
            "unless somebody decided to show it"
        );
        keep(app, ada, What::Suspended, "", "made to show it");
        assert!(!opens(app, &resident(), ada), "suspended at once");
        assert!(opens(app, &actor("nurse"), ada));
    });
}

#[test]
fn safety_9_a_parent_acts_for_a_child_until_11_and_16_unless_looked_at_again() {
    on_both(|app| {
        let carer = actor("carer");
        let ada = born(app, "2017-11-03");
        let proxy = What::Relationship(Relationship::Proxy);
        let decided = Instant(app.now().0 - 400 * DAY);
        let keep_at = |what: What, words: &str, at: Instant| {
            acts::keep(&app.care, &actor("steward"), ada, what, "carer", words, (at, None)).unwrap()
        };
        assert!(!opens(app, &carer, ada));
        let unreasoned = keep_at(proxy, " ", decided);
        assert!(!opens(app, &carer, ada), "parental responsibility must be recorded");
        acts::undo(&app.care, &actor("steward"), unreasoned, app.now()).unwrap();
        keep_at(proxy, "birth certificate", decided);
        let opens_at = |day: &str| {
            let at = record::When::parse_fhir(&format!("{day}T12:00:00Z")).unwrap().instant;
            access::person(&app.care, &carer, ada, Act::ReadRecord, at).is_ok()
        };
        assert!(opens_at("2028-11-02"), "the day before 11");
        assert!(!opens_at("2028-11-03"), "at 11");
        keep_at(
            What::ProxyReviewed,
            "she cannot decide yet",
            record::When::parse_fhir("2028-11-20").unwrap().instant,
        );
        assert!(opens_at("2033-11-02"), "looked at since");
        assert!(!opens_at("2033-11-03"), "at 16");
        keep_at(
            proxy,
            "she signed for it",
            record::When::parse_fhir("2033-12-01").unwrap().instant,
        );
        assert!(opens_at("2034-01-01"), "renewed");
    });
}

#[test]
fn safety_9_sensitive_entries_are_for_a_proxy_only_with_the_persons_yes() {
    on_both(|app| {
        let ada = ada(app);
        let carer = actor("carer");
        keep(
            app,
            ada,
            What::Relationship(Relationship::Proxy),
            "carer",
            "she signed for it",
        );
        assert_eq!(read(app, &carer, ada).facts.len(), 1);
        seal(app, ada, Sensitivity::Sensitive);
        assert_eq!(read(app, &carer, ada).facts.len(), 0);
        keep(app, ada, What::SaidYes, "carer", "she said yes");
        assert_eq!(read(app, &carer, ada).facts.len(), 1);
        assert_eq!(carer.role, Role::Carer);
    });
}

#[test]
fn safety_9_the_care_systems_rules_say_what_is_sensitive() {
    on_both(|app| {
        let ada = ada(app);
        app.send(
            &feed("R0D", true),
            condition("c2", "p1", "35489007", "2021-01-01").line(),
        );
        let carer = actor("carer");
        keep(
            app,
            ada,
            What::Relationship(Relationship::Proxy),
            "carer",
            "she signed for it",
        );
        let items = |reader: &Actor| {
            let grant = ask(app, reader, ada, Act::ReadRecord).unwrap();
            let lines = person::read(&app.care, &grant).unwrap().facts.len();
            (lines, sent::items(&app.care, &grant).unwrap().len())
        };
        assert_eq!(
            items(&actor("nurse")),
            (2, 3),
            "two problems, and the Patient among the items"
        );
        assert_eq!(items(&carer), (1, 2), "not the depression");
        let rules = &app.care.system().sensitive;
        let plan = record::Concept::words("Residence");
        let kind = rules.kind_of(&record::system::Told {
            grouping: "Children's social care",
            ..record::system::Told::about(record::Kind::Episode, &plan)
        });
        assert_eq!(kind, Some(record::system::SensitiveKind::Safeguarding));
    });
}

#[test]
fn safety_8_staff_do_not_open_their_own_record_nor_their_familys() {
    on_both(|app| {
        let ada = ada(app);
        let nurse = actor("nurse");
        let own = keep(app, ada, What::IsUser, "nurse", "DEMO-UC01");
        assert!(!opens(app, &nurse, ada), "oneself");
        let declared = emergency::declare(&app.care, &nurse, ada, "danger", "I want to look at it", app.now());
        assert!(declared.is_err(), "no emergency opens one's own");
        acts::undo(&app.care, &actor("steward"), own, app.now()).unwrap();
        assert!(opens(app, &nurse, ada));
        keep(app, ada, What::IsUser, "another-nurse", "DEMO-UC01");
        assert!(
            !opens(app, &nurse, ada),
            "a colleague who walks in is looked after by somebody else"
        );
        let gp = works_at("gp", "DEMO-GP01");
        assert!(opens(app, &gp, ada), "who works elsewhere");
    });
}

#[test]
fn a_list_shows_exactly_those_whose_record_policy_opens() {
    on_both(|app| {
        let mut people = Vec::new();
        for n in 0..40_u64 {
            let id = format!("m{n}");
            let line = patient(
                &id,
                &crate::app::number(n + 1).to_string().replace(' ', ""),
                &format!("Hardy{n}"),
                "Ada",
                "1945-05-04",
                "female",
            );
            app.send(&feed("R0D", true), line.line());
            people.push(PersonId::minted_with(app.record("R0D", &id)));
        }
        // Every person has some of what bears on it, in another mix.
        for (n, person) in people.iter().enumerate() {
            let has = |every: usize| n % every == 0;
            let on = |what: What, holder: &str| keep(app, *person, what, holder, "E06000059");
            if has(2) {
                on(What::Relationship(Relationship::Caseload), "social");
            }
            if has(3) {
                on(What::Relationship(Relationship::Team), "E06000059");
            }
            if has(5) {
                on(What::Objection, "");
            }
            if has(7) {
                on(What::IsUser, "social");
            }
            if has(11) {
                on(What::Emergency, "social");
            }
            if has(4) {
                let number = on(What::Relationship(Relationship::Referred), "link");
                if has(8) {
                    acts::undo(&app.care, &actor("steward"), number, app.now()).unwrap();
                }
            }
        }
        for reader in [
            works_at("social", "E06000059"),
            works_at("ward", "R0D"),
            actor("nurse"),
            actor("link"),
        ] {
            let Ok(grant) = access::list(&app.care, &reader, Act::ReadRecord, "in my care", app.now()) else {
                assert_eq!(reader.user, "link", "a charity has no list of records");
                continue;
            };
            let found = person::in_my_care(&app.care, &grant).unwrap();
            let found = person::of_list(&app.care, &grant, &found).unwrap();
            let names: Vec<&str> = found.iter().map(|one| one.says.names[0].family.as_str()).collect();
            assert!(names.is_sorted(), "{names:?}");
            let listed: Vec<PersonId> = found.iter().map(|one| one.person).collect();
            let recorded = [
                Relationship::Caseload,
                Relationship::Team,
                Relationship::Referred,
                Relationship::Ward,
            ];
            let opened: Vec<PersonId> = people
                .iter()
                .copied()
                .filter(|person| {
                    ask(app, &reader, *person, Act::ReadRecord)
                        .is_ok_and(|grant| recorded.iter().any(|one| grant.facts().relationships().has(*one)))
                })
                .collect();
            let sorted = |mut ids: Vec<PersonId>| {
                ids.sort();
                ids
            };
            assert_eq!(sorted(listed.clone()), sorted(opened), "{}", reader.user);
            assert_eq!(listed.is_empty(), reader.user != "social");
        }
    });
}

/// A seal that were left out of too many acts would open what it closed.
#[test]
fn safety_9_more_acts_than_are_read_open_nothing() {
    on_both(|app| {
        let ada = ada(app);
        let nurse = actor("nurse");
        assert!(opens(app, &nurse, ada));
        let rows: Vec<Vec<Cell>> = (100..5_101)
            .map(|number| {
                vec![
                    Cell::Int(number),
                    Cell::Bytes(ada.as_bytes().to_vec()),
                    Cell::Int(3),
                    Cell::Text("someone".to_owned()),
                    Cell::Int(0),
                    Cell::Text("a test".to_owned()),
                    Cell::Text("steward".to_owned()),
                    Cell::Int(0),
                ]
            })
            .collect();
        let acts = Table {
            name: "access_act",
            columns: &[
                "act_no",
                "person_id",
                "kind",
                "holder",
                "value",
                "words",
                "actor",
                "decided",
            ],
        };
        app.write(|conn| insert_rows(conn, &acts, &rows));
        let asked = ask(app, &nurse, ada, Act::ReadRecord);
        assert!(matches!(asked, Err(AccessError::Db(_))), "{asked:?}");
    });
}
