//! Who is who: SAFETY 1 and 2, and decisions that can be undone.

use crate::app::{App, feed, number, on_both};
use crate::says::{With, a40, adt, patient};
use care::person::decision::Kind;
use record::NhsNumber;
use serde_json::{Value, json};

const N: &str = "9990000026";
const BORN: &str = "2020-02-02";
const HERE: (&str, &str) = ("R0D", "p1");
const THERE: (&str, &str) = ("RDY", "q1");

/// Tells the two senders of one number, and answers whether that makes one person.
fn joins(app: &App, a: Value, b: Value, verified: bool) -> bool {
    app.send(&feed("R0D", true), a.line());
    app.send(&feed("RDY", verified), b.line());
    app.same(HERE, THERE)
}

fn east(given: &str, gender: &str) -> Value {
    patient("p1", N, "Stickland", given, BORN, gender)
}

fn trust(given: &str, gender: &str) -> Value {
    patient("q1", N, "Stickland", given, BORN, gender)
}

#[test]
fn safety_1_a_verified_number_with_the_same_birth_date_name_and_sex_joins() {
    on_both(|app| {
        assert!(joins(app, east("Isla", "female"), trust("ISLA MAY", "female"), true));
        assert_eq!(app.read("RDY", "q1").views.len(), 2);
        assert_eq!(app.find(N).len(), 1);
    });
}

#[test]
fn safety_1_twins_are_two() {
    for (one, other) in [("Isla", "Isabelle"), ("Ella", "Emma"), ("Isla May", "Orla May")] {
        on_both(|app| {
            assert!(!joins(app, east(one, "female"), trust(other, "female"), true));
            assert_eq!(
                app.perhaps("R0D", "p1"),
                [app.person_of("RDY", "q1")],
                "named, never shown as one"
            );
            assert_eq!(app.read("R0D", "p1").views.len(), 1);
        });
    }
}

#[test]
fn safety_1_babies_named_baby_are_not_joined() {
    on_both(|app| assert!(!joins(app, east("Baby", "female"), trust("Baby", "female"), true)));
    on_both(|app| assert!(!joins(app, east("Baby Girl", "female"), trust("Maeve", "female"), true)));
}

#[test]
fn safety_1_father_and_son_with_one_number_are_two() {
    let father = patient("p1", N, "Guppy", "Robert John", "1963-01-02", "male");
    let son = patient("q1", N, "Guppy", "Robert John", "1992-01-02", "male");
    on_both(|app| assert!(!joins(app, father.clone(), son.clone(), true)));
}

#[test]
fn safety_1_different_sexes_are_two() {
    on_both(|app| assert!(!joins(app, east("Alex", "female"), trust("Alex", "male"), true)));
}

#[test]
fn safety_1_an_unverified_number_joins_nothing() {
    on_both(|app| assert!(!joins(app, east("Isla", "female"), trust("Isla", "female"), false)));
    let status = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus";
    let unchecked = trust("Isla", "female").with(
        "/identifier/0/extension",
        json!([{"url": status, "valueCodeableConcept": {"coding": [{"code": "02"}]}}]),
    );
    on_both(|app| assert!(!joins(app, east("Isla", "female"), unchecked.clone(), true)));
}

#[test]
fn safety_1_a_correction_parts_what_was_joined_and_both_keep_their_ids() {
    on_both(|app| {
        app.send(&feed("RDY", true), trust("Ella", "female").line());
        let own = app.person_of("RDY", "q1");
        assert!(joins(
            app,
            east("Isla", "female"),
            trust("Isla", "female").at("2026-02-01T00:00:00Z"),
            true
        ));
        app.send(
            &feed("RDY", true),
            trust("Ella", "female").at("2026-03-01T00:00:00Z").line(),
        );
        assert!(!app.same(HERE, THERE));
        assert_eq!(app.person_of("RDY", "q1"), own);
    });
}

/// Two identities of one human being: the old known to one hospital, the new to two senders.
fn old_and_new(app: &App) {
    let no_number = |id: &str| patient(id, "", "Hardy", "Ada", "1945-05-04", "female");
    app.send(&feed("R0D", true), no_number("old").line());
    let new = |id: &str| patient(id, N, "Hardy", "Ada", "1945-05-04", "female");
    app.send(&feed("R0D", true), new("new").line());
    app.send(&feed("RDY", true), new("new").line());
    assert!(app.same(("R0D", "new"), ("RDY", "new")));
}

#[test]
fn safety_2_a_barred_pair_is_never_suggested_nor_shown_together() {
    on_both(|app| {
        old_and_new(app);
        assert_eq!(app.read("R0D", "old").may_be_same.len(), 1, "alike, before the bar");
        assert_eq!(app.find("04/05/1945 har").len(), 2);
        let (old, new) = (app.record_no("R0D", "old"), app.record_no("R0D", "new"));
        app.decide(Kind::Barred(old, new));
        for (sender, local) in [("R0D", "old"), ("R0D", "new"), ("RDY", "new")] {
            assert!(app.read(sender, local).may_be_same.is_empty(), "{sender} {local}");
        }
        let found = app.find("04/05/1945 har");
        assert_eq!(found.len(), 1, "one list would show the two side by side");
        assert_eq!(found[0].person, app.person_of("R0D", "new"));
        // Nothing that a sender says joins them.
        let says_replaced = patient("old", N, "Hardy", "Ada", "1945-05-04", "female")
            .at("2026-05-01T00:00:00Z")
            .with(
                "/link",
                json!([{"other": {"reference": "Patient/new"}, "type": "replaced-by"}]),
            );
        app.send(&feed("R0D", true), says_replaced.line());
        assert!(!app.same(("R0D", "old"), ("R0D", "new")));
        assert!(!app.same(("R0D", "old"), ("RDY", "new")));
        assert!(app.read("R0D", "old").may_be_same.is_empty());
    });
}

#[test]
fn safety_2_a_restricted_record_hides_whereabouts_and_is_not_found_by_postcode() {
    on_both(|app| {
        let with_home = |id: &str| {
            patient(id, N, "Bartlett", "Emma", "1993-06-07", "female")
                .with("/address", json!([{"line": ["1 Hill View"], "postalCode": "DT1 1AA"}]))
                .with(
                    "/telecom",
                    json!([{"system": "phone", "value": "01632 960001"},
                                         {"system": "email", "value": "emma@example.org"}]),
                )
                .with(
                    "/generalPractitioner",
                    json!([{"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code",
                    "value": "DEMO-GP01"}, "display": "Chesil View Surgery"}]),
                )
        };
        app.send(&feed("RDY", true), with_home("q1").line());
        assert_eq!(app.find("DT1 1AA bartlett").len(), 1, "before she was restricted");
        // One sender marks her: every sender's view of where she is is hidden.
        let marked = with_home("p1").with("/meta/security", json!([{"code": "R"}]));
        app.send(&feed("R0D", true), marked.line());
        assert!(app.same(HERE, THERE));
        let read = app.read("RDY", "q1");
        assert!(read.restricted);
        let found = app.find("bartlett 07/06/1993");
        assert_eq!(found.len(), 1);
        assert!(found[0].restricted);
        let says = read
            .views
            .iter()
            .filter_map(|view| view.says.as_ref())
            .chain(found.iter().map(|f| &f.says));
        let mut count = 0;
        for says in says {
            count += 1;
            assert!(says.addresses.is_empty() && says.phones.is_empty() && says.emails.is_empty());
            assert!(says.practice.is_empty() && says.practice_name.is_empty());
        }
        assert_eq!(count, 3);
        for typed in ["DT1 1AA bartlett", "DT1 1AA 07/06/1993", "DT11AA emma 1993-06-07"] {
            assert!(app.find(typed).is_empty(), "{typed}");
        }
        // A record that carries her number and nothing else of hers is not joined, and may tell where she is.
        let other = patient("r1", N, "Hardy", "Zara", "1990-01-02", "female")
            .with("/address", json!([{"line": ["1 Hill View"], "postalCode": "DT1 1AA"}]));
        app.send(&feed("RBD", false), other.line());
        assert!(!app.same(HERE, ("RBD", "r1")) && app.read("RBD", "r1").restricted);
    });
}

fn west(app: &App, mrn: &str, number: &str) {
    app.send_by(
        "rbd-adt",
        adt("A28", "20260101090000", mrn, number, "GALPIN^STEPHEN", "19680301", "M"),
    );
}

#[test]
fn a_merge_can_be_undone_and_both_persons_keep_their_ids() {
    on_both(|app| {
        west(app, "W1", "");
        west(app, "W2", "");
        let (one, two) = (app.person_of("RBD", "W1"), app.person_of("RBD", "W2"));
        assert_ne!(one, two);
        let merge = a40("20260201090000", "W2", "W1", "GALPIN^STEPHEN", "19680301", "M");
        app.send_by("rbd-adt", &merge);
        assert!(app.same(("RBD", "W1"), ("RBD", "W2")));
        assert_eq!(
            app.person_of("RBD", "W2"),
            one,
            "the id minted first lives on, and the other leads to it"
        );
        assert_eq!(app.read("RBD", "W2").views.len(), 2);
        let decision = app.ask("SELECT MAX(decision_no) FROM decision", &[]).unwrap();
        assert!(app.undo(decision));
        assert!(!app.undo(decision), "once");
        assert_eq!((app.person_of("RBD", "W1"), app.person_of("RBD", "W2")), (one, two));
        // The same message again, and another that asks the same: a person's undoing outlives them.
        app.send_by("rbd-adt", &merge);
        app.send_by(
            "rbd-adt",
            a40("20260202090000", "W2", "W1", "GALPIN^STEPHEN", "19680301", "M"),
        );
        assert!(!app.same(("RBD", "W1"), ("RBD", "W2")));
        assert_eq!(app.count("decision"), 1);
    });
}

#[test]
fn a_record_that_leaves_lets_those_join_that_it_kept_apart() {
    on_both(|app| {
        // A third record under their number says another sex: only exact agreement holds then.
        app.send(
            &feed("R1F", true),
            patient("r1", N, "Stickland", "Isla", BORN, "male").line(),
        );
        assert!(!joins(app, east("Isla", "female"), trust("I", "female"), true));
        let corrected = patient("r1", &number(3).digits(), "Stickland", "Isla", BORN, "male");
        app.send(&feed("R1F", true), corrected.at("2026-05-01T00:00:00Z").line());
        assert!(app.same(HERE, THERE), "the number was never the third's");
    });
}

#[test]
fn a_merge_told_before_either_record_is_known_holds() {
    on_both(|app| {
        app.send_by(
            "rbd-adt",
            a40("20260201090000", "W2", "W1", "GALPIN^STEPHEN", "19680301", "M"),
        );
        west(app, "W1", "");
        west(app, "W2", "");
        assert!(app.same(("RBD", "W1"), ("RBD", "W2")));
    });
}

#[test]
fn a_supersession_can_be_undone_and_both_persons_keep_their_ids() {
    on_both(|app| {
        let (old, new) = (number(1), number(2));
        let told =
            |id: &str, number: NhsNumber| patient(id, &number.digits(), "Galpin", "Stephen", "1968-03-01", "male");
        app.send(&feed("R0D", true), told("p1", old).line());
        app.send(&feed("RDY", true), told("q1", new).line());
        let (one, two) = (app.person_of("R0D", "p1"), app.person_of("RDY", "q1"));
        assert_ne!(one, two);
        let decision = app.decide(Kind::Superseded { old, new });
        assert!(app.same(HERE, THERE));
        // A third record under the old number follows.
        app.send(&feed("R1F", true), told("r1", old).line());
        assert!(app.same(HERE, ("R1F", "r1")));
        assert!(app.undo(decision));
        assert_eq!((app.person_of("R0D", "p1"), app.person_of("RDY", "q1")), (one, two));
        assert_eq!(app.person_of("R1F", "r1"), one);
    });
}

#[test]
fn who_a_record_is_about_does_not_depend_on_which_of_its_things_came_last() {
    let inside = |id: &str, given: &str, at: &str| {
        crate::says::observation(id, "x", "48", "mmol/mol")
            .at(at)
            .with(
                "/contained",
                json!([patient("c", N, "Hardy", given, "1945-05-04", "female")]),
            )
            .with("/subject", json!({"reference": "#c"}))
    };
    let first = inside("o1", "Ada", "2026-01-01T00:00:00Z");
    let second = inside("o2", "Adeline", "2026-02-01T00:00:00Z");
    let local = format!("nhs:{N}");
    let given = |app: &App| {
        app.read("DEMO-LAB", &local).views[0].says.as_ref().unwrap().names[0]
            .given
            .clone()
    };
    for order in [[&first, &second], [&second, &first]] {
        on_both(|app| {
            let lab = feed("DEMO-LAB", true);
            order.iter().for_each(|said| drop(app.send(&lab, said.line())));
            assert_eq!(given(app), "Adeline", "the latest said counts, not the last to come");
            // Taken back, the earlier one stands again.
            let error = second
                .clone()
                .with("/status", json!("entered-in-error"))
                .at("2026-03-01T00:00:00Z");
            app.send(&lab, error.line());
            assert_eq!(given(app), "Ada");
        });
    }
}
