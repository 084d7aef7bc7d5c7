//! Looks that a privacy officer should ask about, by people who have accounts of their own.

use crate::access::opens;
use crate::accounts::enrolled;
use crate::app::{App, actor, feed, number, on_both};
use crate::says::{With, patient};
use care::access::account::{self, AccountError};
use care::access::{self, Act, Actor};
use care::audit::unusual;
use record::PersonId;
use serde_json::{Value, json};

/// Somebody with this surname who lives there.
fn lives(app: &App, id: &str, seed: u64, family: &str, address: Value) -> PersonId {
    let nhs_number = number(seed).to_string().replace(' ', "");
    let said = patient(id, &nhs_number, family, "Ada", "1945-05-04", "female").with("/address", json!([address]));
    app.send(&feed("R0D", true), said.line());
    PersonId::minted_with(app.record("R0D", id))
}

fn at(line: &str, postcode: &str) -> Value {
    json!({"use": "home", "line": [line, "Dorchester"], "postalCode": postcode})
}

fn elsewhere() -> Value {
    at("3 South Street", "DT1 1BS")
}

/// Someone with an account of their own, who walks in out of hours; their person of the record when there is one.
fn given_staff(app: &App, name: &str, seed: u8) -> Actor {
    let owner = enrolled(app, name, seed);
    Actor {
        user: owner.user,
        name: name.to_owned(),
        ..actor("nurse")
    }
}

/// What is flagged of whom, in order of the words.
fn flags(app: &App) -> Vec<(String, PersonId, String)> {
    let grant = access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", app.now()).unwrap();
    let mut found: Vec<_> = unusual(&app.care, &grant)
        .unwrap()
        .into_iter()
        .filter(|one| one.words.starts_with("Opened the record of somebody"))
        .filter_map(|one| {
            Some((
                one.actor,
                one.person?,
                one.words.replace("Opened the record of somebody with ", ""),
            ))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn opening_the_record_of_somebody_with_ones_own_surname_is_flagged_and_of_nobody_else() {
    on_both(|app| {
        let nia = given_staff(app, "Nia Marlow", 10);
        let lene = given_staff(app, "Lene van der Berg", 20);
        let marlow = lives(app, "p1", 1, "MARLOW", elsewhere());
        let hardy = lives(app, "p2", 2, "Hardy", elsewhere());
        let berg = lives(app, "p3", 3, "van der Berg", elsewhere());
        let nia_hardy = lives(app, "p4", 4, "Nia", elsewhere());
        for (reader, whom) in [(&nia, hardy), (&nia, berg), (&nia, nia_hardy), (&lene, marlow)] {
            assert!(opens(app, reader, whom));
        }
        assert_eq!(flags(app), []);
        for (reader, whom) in [(&nia, marlow), (&nia, marlow), (&lene, berg)] {
            assert!(opens(app, reader, whom));
        }
        let flag = |reader: &Actor, whom| (reader.user.clone(), whom, "the same surname".to_owned());
        assert_eq!(flags(app), [flag(&lene, berg), flag(&nia, marlow)], "once each");
    });
}

#[test]
fn opening_the_record_of_somebody_at_ones_own_address_is_flagged_and_of_nobody_else() {
    on_both(|app| {
        let nia = given_staff(app, "Nia Marlow", 10);
        let own = lives(app, "p1", 1, "Marlow", at("10 High Street", "DT1 1AA"));
        let partner = lives(app, "p2", 2, "Hardy", at("10, HIGH ST.", "dt11aa"));
        let neighbour = lives(app, "p3", 3, "Hardy", at("12 High Street", "DT1 1AA"));
        let hidden = lives(app, "p4", 4, "Budden", at("10 High Street", "DT1 1AA"));
        let marked = json!([{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]);
        let restricted = patient(
            "p4",
            &number(4).to_string().replace(' ', ""),
            "Budden",
            "Ada",
            "1945-05-04",
            "female",
        )
        .with("/address", json!([at("10 High Street", "DT1 1AA")]))
        .with(
            "/meta",
            json!({"lastUpdated": "2026-02-01T09:00:00Z", "security": marked}),
        );
        app.send(&feed("R0D", true), restricted.line());
        let look = |app: &App| [partner, neighbour, hidden].map(|whom| opens(app, &nia, whom));
        assert_eq!(look(app), [true; 3]);
        assert_eq!(flags(app), [], "an account that is tied to nobody has no address");
        // Whoever looks after accounts has seen who she is.
        let tie = |person, tied| account::tie(&app.care, &nia.user, person, tied, "system:test", app.now());
        tie(own, true).unwrap();
        let flag = (nia.user.clone(), partner, "the same address".to_owned());
        assert_eq!(flags(app), [flag], "nor are whereabouts told that are kept back");
        assert!(!opens(app, &nia, own), "nor does she open her own by way of her work");
        assert!(matches!(tie(own, true), Err(AccountError::Refused(_))), "twice");
        assert!(
            matches!(tie(partner, true), Err(AccountError::Refused(_))),
            "two people"
        );
        let nobody = PersonId::from_bytes([1; 16]);
        assert!(matches!(tie(nobody, true), Err(AccountError::Refused(_))), "nobody");
        assert!(
            matches!(tie(partner, false), Err(AccountError::Refused(_))),
            "never said"
        );
        tie(own, false).unwrap();
        assert_eq!(flags(app), []);
        let rows = app.care.audit().of_person(own, 10).unwrap();
        let acts: Vec<&str> = rows.iter().map(|row| row.act.as_str()).collect();
        assert_eq!(acts, ["untie account", "read record", "tie account"]);
    });
}

#[test]
fn a_surname_that_the_person_of_an_account_once_had_counts_too() {
    on_both(|app| {
        let nia = given_staff(app, "Nia Marlow", 10);
        let names = json!([{"use": "official", "family": "Marlow", "given": ["Nia"]},
            {"use": "maiden", "family": "Budden", "given": ["Nia"]}]);
        let own = patient(
            "p1",
            &number(1).to_string().replace(' ', ""),
            "Marlow",
            "Nia",
            "1990-05-04",
            "female",
        )
        .with("/name", names);
        app.send(&feed("R0D", true), own.line());
        let own = PersonId::minted_with(app.record("R0D", "p1"));
        let budden = lives(app, "p2", 2, "Budden", elsewhere());
        assert!(opens(app, &nia, budden));
        assert_eq!(flags(app), []);
        account::tie(&app.care, &nia.user, own, true, "system:test", app.now()).unwrap();
        assert_eq!(flags(app), [(nia.user.clone(), budden, "the same surname".to_owned())]);
    });
}
