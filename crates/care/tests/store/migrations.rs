//! Migrations run over rows, not over empty tables.

use crate::app::{App, both, opening};
use care::Care;
use care::access::{self, Act};
use care::db::{Migration, Place, migrate};
use care::person;
use record::{Instant, OrgCode, PersonId, RecordId};

const FIRST: Migration = Migration {
    number: 1,
    sql: include_str!("../../migrations/0001-record.sql"),
};

/// A store as the first schema left it, with one person in it.
pub fn at_first(place: &Place) -> RecordId {
    let mut conn = place.connect(false).unwrap();
    assert_eq!(migrate(&mut conn, "migration", &[FIRST]).unwrap(), 1);
    let key = record::IdKey::from_bytes([7; 32]);
    let id = RecordId::of(&key, &OrgCode::parse("R0D").unwrap(), "p1");
    conn.begin(None).unwrap();
    for (name, value) in [("stamp", "demo"), ("id_key", &"07".repeat(32))] {
        conn.execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)",
            &[name.into(), value.into()],
        )
        .unwrap();
    }
    let said = r#"{"names":[["","Hardy","Ada",""]],"birth":null,"sex":1,"practice":"","practice_name":"","language":"","interpreter":null,"ethnicity":"","multiple":null,"restricted":false}"#;
    conn.execute(
        "INSERT INTO record (record_no, record_key, record_id, sender, local_id, minted, directory)
         VALUES (1, ?1, ?2, 'R0D', 'p1', 0, 0)",
        &[id.key().into(), id.as_bytes().as_slice().into()],
    )
    .unwrap();
    conn.execute("INSERT INTO record_person (record_no, person_no) VALUES (1, 1)", &[])
        .unwrap();
    conn.execute("UPDATE counter SET next = 2 WHERE name = 'record'", &[])
        .unwrap();
    conn.execute(
        "INSERT INTO identity (record_no, nhs_number, nhs_verified, birth, sex, family, given, postcode, restricted,
           multiple_birth, demographics) VALUES (1, 9990000026, 1, NULL, 1, 'Hardy', 'Ada', NULL, 0, 0, ?1)",
        &[said.into()],
    )
    .unwrap();
    // One thing that its sender told of two records, and one that it did not.
    conn.execute(
        "INSERT INTO item_home (item, record_no) VALUES (5, 1), (5, 2), (6, 1)",
        &[],
    )
    .unwrap();
    conn.commit().unwrap();
    id
}

#[test]
fn migrations_run_over_rows_and_keep_them() {
    for app in both() {
        let place = app.another_place("older");
        let id = at_first(&place);
        let care = Care::open(opening(place.clone(), app.folder.path(), [9; 32])).unwrap();
        assert_eq!(app_of(&care, id), "Hardy");
        let mut conn = place.connect(true).unwrap();
        let sql = "SELECT record_no, item FROM item_elsewhere ORDER BY record_no";
        let elsewhere = conn.query(sql, &[], |row| Ok((row.int(0)?, row.int(1)?)));
        assert_eq!(elsewhere.unwrap(), [(1, 5), (2, 5)]);
        drop(care);
        let again = Care::open(opening(place, app.folder.path(), [9; 32])).unwrap();
        assert_eq!(app_of(&again, id), "Hardy");
    }
}

pub fn app_of(care: &Care, id: RecordId) -> String {
    let nurse = crate::app::actor("nurse");
    let grant = access::person(care, &nurse, PersonId::minted_with(id), Act::ReadRecord, Instant(1)).unwrap();
    let read = person::read(care, &grant).unwrap();
    read.views[0].says.as_ref().unwrap().names[0].family.clone()
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    for app in both() {
        let mut conn = app.place.connect(false).unwrap();
        conn.execute("INSERT INTO migration (number) VALUES (9999)", &[])
            .unwrap();
        let refused = Care::open(opening(app.place.clone(), app.folder.path(), [7; 32]));
        assert!(refused.err().unwrap().to_string().contains("newer version"));
    }
}

#[test]
fn a_migration_that_fails_leaves_the_schema_as_it_was() {
    for app in both() {
        let place = app.another_place("broken");
        let mut conn = place.connect(false).unwrap();
        let broken = Migration {
            number: 2,
            sql: "CREATE TABLE half (n BIGINT); CREATE TABLE half (n BIGINT)",
        };
        assert!(migrate(&mut conn, "migration", &[FIRST, broken]).is_err());
        assert!(conn.query("SELECT 1 FROM half", &[], |row| row.int(0)).is_err());
        assert!(conn.query("SELECT 1 FROM record", &[], |row| row.int(0)).is_err());
        assert_eq!(migrate(&mut conn, "migration", &[FIRST]).unwrap(), 1);
    }
}

#[test]
fn safety_18_a_demo_store_never_becomes_a_live_one() {
    for app in both() {
        let live = care::Opening {
            stamp: Some(care::Stamp::Live),
            ..opening(app.place.clone(), app.folder.path(), [7; 32])
        };
        let _: &App = &app;
        assert!(Care::open(live).is_err());
    }
}
