//! Roles on PostgreSQL: what serves works with rows alone (docs/postgresql-roles.sql).

use crate::app::{App, both, feed, opening};
use crate::says::{With, patient};
use care::Care;
use care::access::{self, Act};
use care::db::Place;
use record::PersonId;

const ROLES: &str = include_str!("../../../../docs/postgresql-roles.sql");

/// The same database, asked by the role that serves.
fn as_server(place: &Place) -> Option<Place> {
    let Place::Pg(url) = place else { return None };
    let serving = url
        .replace("user=postgres", "user=chesil_serve")
        .replace("postgres@", "chesil_serve@");
    assert_ne!(&serving, url, "the owner is named in its address");
    Some(Place::Pg(serving))
}

#[test]
fn what_serves_may_neither_change_the_schema_nor_the_audit() {
    for app in both() {
        let Some(place) = as_server(&app.place) else { continue };
        app.place.connect(false).unwrap().batch(ROLES).unwrap();
        app.place.connect(false).unwrap().batch(ROLES).unwrap();
        it_can_serve(&app, &place);
        let mut conn = place.connect(false).unwrap();
        for sql in [
            "DROP TABLE audit",
            "DROP TABLE contribution",
            "ALTER TABLE audit ADD COLUMN more BIGINT",
            "ALTER TABLE record DROP COLUMN sender",
            "CREATE TABLE more (number BIGINT)",
            "CREATE INDEX more ON record (sender)",
            "TRUNCATE audit",
            "TRUNCATE record",
            "UPDATE audit SET actor = 'nobody'",
            "DELETE FROM audit",
            "UPDATE audit_seal SET text = ''",
            "DELETE FROM audit_seal",
            "INSERT INTO migration (number) VALUES (99)",
            "DELETE FROM audit_migration",
            "CREATE ROLE another",
            "GRANT ALL ON audit TO PUBLIC",
        ] {
            let refused = conn.batch(sql);
            // A grant that nobody may give is only warned of: what it would have given is asked for below.
            assert!(refused.is_err() || sql.starts_with("GRANT"), "{sql} is done");
        }
        assert!(conn.batch("DELETE FROM audit").is_err());
        assert!(conn.batch("SELECT COUNT(*) FROM audit").is_ok());
    }
}

/// Opens the store as the role, takes what is sent, and reads it.
fn it_can_serve(app: &App, place: &Place) {
    let care = Care::open(opening(place.clone(), app.folder.path(), [7; 32])).unwrap();
    let source = care.source(&feed("R0D", true)).unwrap();
    let line = patient("p1", "", "Hardy", "Ada", "1945-05-04", "female").line();
    let pieces = crate::app::cut(&feed("R0D", true), line.as_bytes());
    care.take(&pieces, &source, app.now()).unwrap();
    let ada = PersonId::minted_with(app.record("R0D", "p1"));
    let grant = access::person(&care, &crate::app::actor("nurse"), ada, Act::ReadRecord, app.now()).unwrap();
    assert_eq!(grant.person(), ada);
    assert!(!care.audit().of_person(ada, 10).unwrap().is_empty());
}
