//! A privacy officer says which person a member of staff is: of staff alone, by a number and a birth date that both fit,
//! and learns nothing of them.

use crate::access::opens;
use crate::accounts::{enrolled, made_as};
use crate::app::{App, actor, feed, number, on_both};
use crate::says::{With, patient};
use care::access::account::{TieError, tie_staff, ties, untie_staff};
use care::access::{self, Act, Actor, ListGrant};
use record::{Date, PersonId};

fn grant(app: &App) -> ListGrant {
    access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", app.now()).unwrap()
}

fn born() -> Date {
    Date::parse("1985-05-04").unwrap()
}

fn said(done: Result<(), TieError>) -> &'static str {
    match done {
        Err(TieError::Said(field, _)) => field,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_privacy_officer_ties_staff_by_a_number_and_a_birth_date_that_stand_on_one_record() {
    on_both(|app| {
        let digits = |n| number(n).to_string().replace(' ', "");
        for (id, n, born) in [
            ("p1", 1, "1985-05-04"),
            ("p2", 2, "1985-05-04"),
            ("p3", 1, "1990-01-01"),
        ] {
            let line = patient(id, &digits(n), "Marlow", "Nia", born, "female");
            app.send(&feed("R0D", true), line.line());
        }
        // The same, told by a sender that verifies no number: it waits to be joined, and stands in nobody's way.
        let unsure = patient("p4", &digits(1), "Marlow", "Nia", "1985-05-04", "female");
        app.send(&feed("RBD", false), unsure.line());
        let own = PersonId::minted_with(app.record("R0D", "p1"));
        let nia = enrolled(app, "Nia Marlow", 10);
        let reader = Actor {
            user: nia.user.clone(),
            ..actor("nurse")
        };
        assert!(opens(app, &reader, own), "nobody has said that it is hers");
        let state = || {
            let found = ties(&app.care, &grant(app)).unwrap();
            let staff: Vec<(String, bool)> = found
                .staff
                .into_iter()
                .map(|one| (one.account.user, one.tied.is_some()))
                .collect();
            (staff, found.residents)
        };
        assert_eq!(state(), (vec![(nia.user.clone(), false)], 0));
        let tie =
            |user: &str, n, on: &str| tie_staff(&app.care, &grant(app), user, (number(n), Date::parse(on).unwrap()));
        assert_eq!(said(tie(&nia.user, 1, "1985-05-05")), "number", "another birth date");
        assert_eq!(said(tie(&nia.user, 3, "1985-05-04")), "number", "another number");
        assert_eq!(said(tie("nobody.at.all", 1, "1985-05-04")), "user");
        assert!(opens(app, &reader, own));
        tie_staff(&app.care, &grant(app), &nia.user, (number(1), born())).unwrap();
        assert_eq!(state(), (vec![(nia.user.clone(), true)], 0));
        assert!(!opens(app, &reader, own), "not by way of her work");
        assert_eq!(said(tie(&nia.user, 2, "1985-05-04")), "user", "tied already");
        assert_eq!(said(untie_staff(&app.care, &grant(app), &nia.user, " ")), "why");
        untie_staff(&app.care, &grant(app), &nia.user, "another Nia").unwrap();
        assert_eq!(said(untie_staff(&app.care, &grant(app), &nia.user, "again")), "user");
        assert!(opens(app, &reader, own));
        let rows = app.care.audit().latest(100).unwrap();
        let done: Vec<(&str, &str, bool)> = rows
            .iter()
            .filter(|row| row.act.ends_with("tie account"))
            .map(|row| (row.act.as_str(), row.outcome.as_str(), row.person == Some(own)))
            .collect();
        assert_eq!(
            done,
            [
                ("untie account", "granted", true),
                ("tie account", "granted", true),
                ("tie account", "no one record fits", false),
                ("tie account", "no one record fits", false),
            ]
        );
        assert!(
            rows.iter()
                .filter(|row| row.act == "tie account")
                .all(|row| row.actor == "privacy")
        );
    });
}

/// Of the public it would open a whole record; and nobody says it of themselves.
#[test]
fn a_privacy_officer_ties_neither_the_public_nor_themselves() {
    on_both(|app| {
        let line = patient(
            "p1",
            &number(1).to_string().replace(' ', ""),
            "Marlow",
            "Nia",
            "1985-05-04",
            "female",
        );
        app.send(&feed("R0D", true), line.line());
        for (name, role, organisation, seed) in [
            ("Ada Marlow", "resident", "", 10),
            ("Bea Marlow", "carer", "", 30),
            ("Idris Swanage", "privacy officer", "QVV", 50),
        ] {
            let one = made_as(app, name, role, organisation, seed);
            let owner = crate::accounts::set_up(app, &one, seed + 5, app.now());
            let officer = Actor {
                user: if role == "privacy officer" {
                    owner.user.clone()
                } else {
                    "privacy".to_owned()
                },
                ..actor("privacy")
            };
            let grant = access::list(&app.care, &officer, Act::ReadAudit, "test", app.now()).unwrap();
            let done = tie_staff(&app.care, &grant, &owner.user, (number(1), born()));
            assert_eq!(said(done), "user", "{role}");
            assert_eq!(
                said(untie_staff(&app.care, &grant, &owner.user, "why not")),
                "user",
                "{role}"
            );
        }
        let found = ties(&app.care, &grant(app)).unwrap();
        assert_eq!(
            (found.staff.len(), found.residents),
            (1, 1),
            "carers have no record of their own to open"
        );
        assert_eq!(app.ask("SELECT COUNT(*) FROM access_act WHERE kind = 9", &[]), Some(0));
    });
}
