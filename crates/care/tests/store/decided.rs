//! What was decided after a backup was taken, to protect somebody: a restore does it again, and what it cannot do yet
//! is left for a person to look at before anybody is served.

use crate::access::{item, keep, opens, read, resident, works_at};
use crate::app::{App, actor, feed, on_both};
use crate::backups::{Empty, empty_places, signer, taken};
use crate::rights::known_as_ada;
use crate::says::{With as _, condition, patient};
use care::access::acts::What;
use care::access::staff;
use care::access::{self, Act, Relationship, Sensitivity};
use care::backup::{self, Journal, Looking};
use care::person::decision::Kind;
use care::rights::preferences::{self, About, Said};
use care::rights::proxies::{self, Basis, Wanted};
use care::rights::sharing::{self, EntryChoice, With};
use record::{OrgCode, PersonId};
use serde_json::{Value, json};

/// The whole list, as a server that was there from the first would have written it.
fn listed(app: &App) -> String {
    Journal::default().new_lines(&app.care, &signer()).unwrap()
}

fn bartlett(local: &str, given: &str) -> Value {
    let number = crate::app::number(u64::from(local.as_bytes()[0])).digits();
    patient(local, &number, "Bartlett", given, "1990-02-02", "female").with(
        "/address",
        json!([{"use": "home", "line": ["1 Low Street"], "postalCode": "DT1 1AA"}]),
    )
}

fn is_restricted(app: &App, local: &str) -> bool {
    app.read("R0D", local).restricted
}

fn restrict(app: &App, local: &str) {
    let marked = bartlett(local, "Emma").with("/meta/security", json!([{"code": "R"}]));
    app.send(&feed("R0D", true), marked.at("2026-06-01T09:00:00Z").line());
}

/// SAFETY 2, 7, 9, 10: an objection, a seal, a hidden entry, suspensions, an unsafe telephone, an ended proxy, kept
/// after the backup, hold in the restored store as they did in the lost one; what was taken back is not taken back.
#[test]
fn safety_9_and_10_what_protects_somebody_and_was_decided_after_a_backup_holds_once_it_is_restored() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let hospital = works_at("ward", "R0D");
        let practice = works_at("gp", "DEMO-GP01");
        let officer = access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", app.now()).unwrap();
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        let consent = Wanted {
            holder: "carer",
            basis: Basis::Consent,
            words: "her form",
            competence: "",
        };
        let proxy = proxies::authorise(&app.care, &practice, ada, &consent, app.now()).unwrap();
        let early = sharing::object(
            &app.care,
            &resident(),
            ada,
            &With::Organisation(OrgCode::parse("RBD").unwrap()),
            "",
            app.now(),
        )
        .unwrap();
        assert!(opens(app, &actor("carer"), ada));
        let file = taken(app);

        sharing::object(&app.care, &resident(), ada, &With::Everybody, "secret words", app.now()).unwrap();
        let sealed = (ada, item(app).key());
        sharing::decide(
            &app.care,
            &hospital,
            sealed,
            EntryChoice::Lock,
            "secret words",
            app.now(),
        )
        .unwrap();
        sharing::undo(&app.care, &resident(), ada, proxy, "", app.now()).unwrap();
        sharing::undo(&app.care, &resident(), ada, early, "", app.now()).unwrap();
        staff::suspend(&app.care, &officer, "community", "secret words", None).unwrap();
        let unsafe_call = Said {
            about: About::NotBy,
            value: "telephone",
            words: "secret words",
            by_carer: false,
        };
        preferences::keep(&app.care, &resident(), ada, &unsafe_call, app.now()).unwrap();
        let gone = sharing::suspend(&app.care, &practice, ada, "", "secret words", app.now()).unwrap();
        sharing::undo(&app.care, &practice, ada, gone, "lifted", app.now()).unwrap();
        let list = listed(app);
        for personal in ["secret words", "Hardy", "Ada", "9990000026", "her form"] {
            assert!(!list.contains(personal), "{personal} stands in the list");
        }

        for empty in empty_places() {
            let restored = empty.restore(&file, Some(&list)).unwrap();
            assert_eq!(restored.left, Vec::<String>::new());
            let done = restored.decided;
            assert_eq!((done.protected, done.ended, done.kept), (4, 1, 1), "{done:?}");
            let again = empty.into_app();
            assert!(backup::open(&again.care).unwrap().left.is_empty());
            assert_eq!(read(&again, &actor("nurse"), ada).facts.len(), 0, "she objects");
            let own = read(app, &resident(), ada).facts.len();
            assert_eq!(read(&again, &resident(), ada).facts.len(), own, "her own is hers");
            assert!(
                !opens(&again, &actor("carer"), ada),
                "her daughter acts for her no longer"
            );
            assert!(!opens(&again, &actor("community"), ada), "suspended staff");
            let own = read(&again, &resident(), ada).own_word;
            assert!(
                own.iter()
                    .any(|one| one.about == About::NotBy && one.value == "telephone")
            );
            let sql = "SELECT COUNT(*) FROM access_act WHERE kind = 4 AND value = ?1 AND undone IS NULL";
            let locked = again.ask(sql, &[(Sensitivity::Locked as i64).into()]);
            assert_eq!(locked, Some(1), "the entry is locked");
            assert!(
                opens(&again, &resident(), ada),
                "access that was suspended and given back is not suspended"
            );
            let rows = again.care.audit().latest(50).unwrap();
            let told = rows.iter().find(|row| row.act == "restore a backup").unwrap();
            assert!(told.detail.contains("decided again 5"), "{}", told.detail);
            // The next server lists it all anew, and a second restore by that list does nothing twice.
            assert_eq!(listed(&again).lines().count(), list.lines().count() - 1);
        }
    });
}

/// SAFETY 2: a bar between records of which one came after the backup cannot be done again at once: nobody is served
/// until it is, or until a person has looked at it. Addresses are hidden whether the record is here or comes later.
#[test]
fn safety_2_a_bar_and_a_restricted_address_decided_after_a_backup_hold_once_it_is_restored() {
    on_both(|app| {
        let east = feed("R0D", true);
        for (local, given) in [("a1", "Anna"), ("a2", "Berta"), ("e1", "Emma")] {
            app.send(&east, bartlett(local, given).line());
        }
        let file = taken(app);
        app.send(&east, bartlett("a3", "Clara").line());
        let no = |local: &str| app.record_no("R0D", local);
        app.decide(Kind::Barred(no("a1"), no("a2")));
        app.decide(Kind::Barred(no("a1"), no("a3")));
        let undone = app.decide(Kind::KeepApart(no("a2"), no("e1")));
        app.undo(undone);
        restrict(app, "e1");
        assert!(is_restricted(app, "e1"));
        let list = listed(app);
        for empty in empty_places() {
            let restored = empty.restore(&file, Some(&list)).unwrap();
            assert_eq!((restored.decided.apart, restored.decided.restricted), (1, 1));
            assert_eq!(restored.left.len(), 1, "{:?}", restored.left);
            assert!(restored.left[0].contains("barred pair"), "{:?}", restored.left);
            let again = empty.into_app();
            assert!(is_restricted(&again, "e1"));
            let open = || backup::open(&again.care).unwrap();
            assert_eq!((open().left.len(), open().held), (1, 1));
            assert_eq!(
                backup::try_again(&again.care, "system:test", again.now()).unwrap(),
                (0, 0)
            );
            // An older version of her, sent again first, does not show where she lives.
            again.send(&east, bartlett("e1", "Emmeline").at("2026-03-01T09:00:00Z").line());
            assert!(is_restricted(&again, "e1"), "not before her sender has said it again");
            restrict(&again, "e1");
            again.send(&east, bartlett("a3", "Clara").line());
            assert_eq!(
                backup::try_again(&again.care, "system:test", again.now()).unwrap(),
                (1, 1)
            );
            assert_eq!(
                (open().left.len(), open().held),
                (0, 0),
                "the bar stands, and she is restricted by her sender"
            );
            assert!(is_restricted(&again, "e1"));
            let bars = "SELECT COUNT(*) FROM decision WHERE kind = 4 AND undone IS NULL";
            assert_eq!(again.ask(bars, &[]), Some(2));
        }
    });
}

/// A join that was undone after the backup does not come back with the message that asked for it.
#[test]
fn safety_1_a_join_undone_after_a_backup_is_undone_again_when_its_message_comes_again() {
    on_both(|app| {
        let east = feed("R0D", true);
        for local in ["m1", "m2"] {
            app.send(&east, bartlett(local, "Anna").line());
        }
        let merge = || {
            patient("m2", "", "Bartlett", "Anna", "1990-02-02", "female")
                .with(
                    "/link",
                    json!([{"other": {"reference": "Patient/m1"}, "type": "replaced-by"}]),
                )
                .with("/active", json!(false))
                .at("2026-05-01T09:00:00Z")
                .line()
        };
        let joined = "SELECT decision_no FROM decision WHERE kind = 1 AND undone IS NULL";
        let before = taken(app);
        app.send(&east, merge());
        let number = app.ask(joined, &[]).expect("a merge was sent");
        let after = taken(app);
        app.undo(number);
        let list = listed(app);
        for empty in empty_places() {
            let restored = empty.restore(&after, Some(&list)).unwrap();
            assert_eq!((restored.decided.ended, restored.left.len()), (1, 0));
            assert_eq!(empty.into_app().ask(joined, &[]), None);
        }
        for empty in empty_places() {
            let restored = empty.restore(&before, Some(&list)).unwrap();
            assert!(restored.left[0].contains("joined by a message"), "{:?}", restored.left);
            let again = empty.into_app();
            again.send(&east, merge());
            assert_eq!(backup::try_again(&again.care, "system:test", again.now()).unwrap().0, 1);
            assert_eq!(again.ask(joined, &[]), None);
        }
    });
}

/// Without the list, or with one that is not this store's, nothing is served before a person has said that they looked.
#[test]
fn what_no_list_tells_is_left_for_a_person_to_look_at() {
    let app = App::lite();
    let ada = known_as_ada(&app);
    let file = taken(&app);
    sharing::object(&app.care, &resident(), ada, &With::Everybody, "", app.now()).unwrap();
    let list = listed(&app);
    let forged = Journal::default()
        .new_lines(&app.care, &care::audit::Signer::of_secret([0x33; 32]))
        .unwrap();
    let cut = &list[..list.len() - 20];
    for (what, text, left) in [
        ("none", None, 1),
        ("empty", Some(""), 1),
        ("forged", Some(forged.as_str()), 3),
        ("cut off", Some(cut), 1),
    ] {
        let empty: Empty = empty_places().remove(0);
        let restored = empty.restore(&file, text).unwrap();
        assert_eq!(restored.left.len(), left, "{what}: {:?}", restored.left);
        assert_eq!(restored.decided.protected, 0, "{what}");
        let again = empty.into_app();
        let open = backup::open(&again.care).unwrap().left;
        assert_eq!(open.len(), left, "{what}");
        let looking = |by, words| Looking {
            actor: "system:test",
            by,
            words,
            now: again.now(),
        };
        for missing in [looking("", "asked the practices"), looking("Jo Hardy", " ")] {
            assert!(backup::look_at(&again.care, open[0].number, &missing).is_err());
        }
        for one in &open {
            assert!(backup::look_at(&again.care, one.number, &looking("Jo Hardy", "asked the practices")).unwrap());
        }
        assert!(!backup::look_at(&again.care, open[0].number, &looking("Jo Hardy", "twice")).unwrap());
        assert!(backup::open(&again.care).unwrap().left.is_empty());
        let rows = again.care.audit().latest(20).unwrap();
        assert_eq!(
            rows.iter()
                .filter(|row| row.act == "look at what a restore left")
                .count(),
            left + 1
        );
    }
}

/// A server that was down, or followed by another, lists what was decided meanwhile, and each thing once.
#[test]
fn every_decision_is_listed_once_whoever_lists_it_and_whenever() {
    on_both(|app| {
        let ada = known_as_ada(app);
        app.send(
            &feed("R0D", true),
            condition("c2", "p1", "90560007", "2021-05-05").line(),
        );
        let mut journal = Journal::default();
        let first = journal.new_lines(&app.care, &signer()).unwrap();
        assert_eq!(first.lines().count(), 1, "that decisions are listed: {first}");
        let number = sharing::object(&app.care, &resident(), ada, &With::Everybody, "", app.now()).unwrap();
        let done = journal.new_lines(&app.care, &signer()).unwrap();
        sharing::undo(&app.care, &resident(), ada, number, "", app.now()).unwrap();
        let undone = journal.new_lines(&app.care, &signer()).unwrap();
        assert_eq!((done.lines().count(), undone.lines().count()), (1, 1));
        assert_ne!(done, undone);
        assert_eq!(journal.new_lines(&app.care, &signer()).unwrap(), "");
        let all = [first, done, undone].concat();
        let mut follower = Journal::after(&all, &signer().public_key());
        assert_eq!(follower.new_lines(&app.care, &signer()).unwrap(), "");
        assert_eq!(keep(app, ada, What::Suspended, "", "x"), number + 1);
        assert_eq!(follower.new_lines(&app.care, &signer()).unwrap().lines().count(), 1);
        assert_eq!(PersonId::minted_with(app.record("R0D", "p1")), ada);
    });
}
