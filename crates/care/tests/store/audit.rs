//! Who looked: every yes and every no leaves a row, and a row that was changed, removed or moved is seen.

use crate::app::{App, NOW, actor, feed, on_both};
use crate::says::{With, patient};
use care::access::{self, AccessError, Act};
use care::audit::{Audit, AuditRow, check};
use care::db::{Conn, Place};
use record::{OrgCode, PersonId, RecordId};

fn audit_conn(app: &App) -> Conn {
    match &app.place {
        Place::Lite(_) => Place::Lite(app.folder.path().join("audit.db")).connect(false).unwrap(),
        pg @ Place::Pg(_) => pg.connect(false).unwrap(),
    }
}

fn known(app: &App) -> PersonId {
    app.send(
        &feed("R0D", true),
        patient("p1", "", "Hardy", "Ada", "1945-05-04", "female").line(),
    );
    PersonId::minted_with(app.record("R0D", "p1"))
}

#[test]
fn every_yes_and_every_no_leaves_a_row() {
    on_both(|app| {
        let ada = known(app);
        access::person(&app.care, &actor("nurse"), ada, Act::ReadRecord, app.now()).unwrap();
        let refused = access::person(&app.care, &actor("link"), ada, Act::ReadRecord, app.now());
        let Err(AccessError::Refused(why)) = refused else {
            panic!("not refused")
        };
        let nobody = PersonId::minted_with(RecordId::of(
            app.care.id_key(),
            &OrgCode::parse("R0D").unwrap(),
            "nobody",
        ));
        let unknown = access::person(&app.care, &actor("nurse"), nobody, Act::ReadRecord, app.now());
        assert!(matches!(unknown, Err(AccessError::Unknown)));
        assert!(access::list(&app.care, &actor("link"), Act::Search, "by name", app.now()).is_err());
        let rows: Vec<String> = app
            .care
            .audit()
            .latest(10)
            .unwrap()
            .into_iter()
            .rev()
            .map(|row| {
                format!(
                    "{} {} {} {}",
                    row.actor,
                    row.act,
                    row.outcome == "granted",
                    row.person.is_some()
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                "nurse read record true true",
                "link read record false true",
                "nurse read record false true",
                "link search false false"
            ]
        );
        assert_eq!(app.care.audit().of_person(ada, 10).unwrap()[0].outcome, why);
        assert_eq!(app.care.audit().verify().unwrap(), Ok(4));
    });
}

#[test]
fn an_answer_is_held_back_until_its_row_is_durable() {
    on_both(|app| {
        let ada = known(app);
        let answering = |user: &str, ran: &mut bool| {
            let asked = (ada, Act::ReadRecord);
            access::answering(&app.care, &actor(user), asked, app.now(), |grant| {
                *ran = true;
                Ok::<_, AccessError>(grant.person())
            })
        };
        let mut ran = false;
        assert_eq!(answering("nurse", &mut ran).unwrap(), ada);
        assert!(ran);
        assert_eq!(app.care.audit().of_person(ada, 10).unwrap().len(), 1);
        ran = false;
        assert!(matches!(answering("link", &mut ran), Err(AccessError::Refused(_))));
        assert!(!ran, "nothing is put together for whoever is refused");
        assert_eq!(app.care.audit().of_person(ada, 10).unwrap().len(), 2);
        // A row that cannot be kept: what was put together is dropped unseen.
        audit_conn(app).batch("ALTER TABLE audit RENAME TO audit_away").unwrap();
        assert!(matches!(answering("nurse", &mut ran), Err(AccessError::Db(_))));
        assert!(ran);
        audit_conn(app).batch("ALTER TABLE audit_away RENAME TO audit").unwrap();
        assert_eq!(app.care.audit().verify().unwrap(), Ok(2));
    });
}

/// Six rows, then something done to the table; answers what the check says.
fn after(app: &App, harm: &[&str]) -> Result<u64, String> {
    let ada = known(app);
    for _ in 0..6 {
        access::person(&app.care, &actor("nurse"), ada, Act::ReadRecord, app.now()).unwrap();
    }
    assert_eq!(app.care.audit().verify().unwrap(), Ok(6));
    let mut conn = audit_conn(app);
    for sql in harm {
        assert_eq!(conn.execute(sql, &[]).unwrap(), 1, "{sql}");
    }
    app.care.audit().verify().unwrap()
}

#[test]
fn a_changed_a_removed_and_a_reordered_row_are_seen() {
    let seen = |harm: &[&str], says: &str| {
        on_both(|app| {
            let found = after(app, harm).unwrap_err();
            assert!(found.contains(says), "{found}");
        });
    };
    seen(
        &["UPDATE audit SET actor = 'gp' WHERE sequence = 3"],
        "row 3 was changed",
    );
    seen(
        &["UPDATE audit SET outcome = 'refused' WHERE sequence = 6"],
        "row 6 was changed",
    );
    seen(
        &["UPDATE audit SET person_id = NULL WHERE sequence = 1"],
        "row 1 was changed",
    );
    seen(&["DELETE FROM audit WHERE sequence = 4"], "row 4 is missing");
    seen(&["DELETE FROM audit WHERE sequence = 1"], "row 1 is missing");
    let swap = [
        "UPDATE audit SET sequence = 99 WHERE sequence = 2",
        "UPDATE audit SET sequence = 2 WHERE sequence = 3",
        "UPDATE audit SET sequence = 3 WHERE sequence = 99",
    ];
    seen(&swap, "row 2 was changed");
}

/// The digest of a row, worked out here from how the table is described: what came before it, then its numbers,
/// then its texts with their lengths, then the person.
fn digest_of(before: &[u8], numbers: [i64; 3], texts: [&str; 7], person: &[u8]) -> Vec<u8> {
    let mut said = before.to_vec();
    numbers.iter().for_each(|n| said.extend(n.to_le_bytes()));
    for text in texts {
        said.extend((text.len() as u64).to_le_bytes());
        said.extend(text.as_bytes());
    }
    said.extend(person);
    blake3::hash(&said).as_bytes().to_vec()
}

#[test]
fn a_row_forged_with_a_digest_of_its_own_is_seen_by_the_row_after_it() {
    on_both(|app| {
        let ada = known(app);
        for _ in 0..6 {
            access::person(&app.care, &actor("nurse"), ada, Act::ReadRecord, app.now()).unwrap();
        }
        let mut conn = audit_conn(app);
        let row = |conn: &mut Conn, sequence: i64| {
            let sql = "SELECT chain, at, digest FROM audit WHERE sequence = ?1";
            let row = conn.first(sql, &[sequence.into()], |row| {
                Ok((row.int(0)?, row.int(1)?, row.bytes(2)?))
            });
            row.unwrap().unwrap()
        };
        let (before, (chain, at, digest)) = (row(&mut conn, 2).2, row(&mut conn, 3));
        let nurse = actor("nurse");
        let texts = |user| {
            let (role, purpose) = (nurse.role.words(), nurse.role.purpose().words());
            [
                user,
                role,
                &nurse.organisation,
                Act::ReadRecord.words(),
                purpose,
                "granted",
                "my patient today",
            ]
        };
        let own = digest_of(&before, [chain, 3, at], texts("nurse"), ada.as_bytes());
        assert_eq!(own, digest.to_vec(), "a digest is what it is said to be");
        let forged = digest_of(&before, [chain, 3, at], texts("gp"), ada.as_bytes());
        let sql = "UPDATE audit SET actor = 'gp', digest = ?1 WHERE sequence = 3";
        assert_eq!(conn.execute(sql, &[forged.as_slice().into()]).unwrap(), 1);
        let found = app.care.audit().verify().unwrap().unwrap_err();
        assert!(found.contains("row 4 was changed"), "{found}");
    });
}

#[test]
fn rows_of_many_threads_make_one_whole_chain() {
    on_both(|app| {
        let ada = known(app);
        let now = app.now();
        std::thread::scope(|scope| {
            for _ in 0..6 {
                let care = &app.care;
                scope.spawn(move || {
                    for _ in 0..20 {
                        access::person(care, &actor("nurse"), ada, Act::ReadRecord, now).unwrap();
                    }
                });
            }
        });
        assert_eq!(app.care.audit().verify().unwrap(), Ok(120));
    });
}

fn audit_place(app: &App) -> Place {
    match &app.place {
        Place::Lite(_) => Place::Lite(app.folder.path().join("audit.db")),
        pg @ Place::Pg(_) => pg.clone(),
    }
}

fn looked(person: [u8; 16]) -> AuditRow {
    AuditRow {
        at: NOW,
        actor: "nurse".to_owned(),
        role: "clinician".to_owned(),
        organisation: "it’s \"quoted\" \\ ?1 $1".to_owned(),
        act: "read record".to_owned(),
        purpose: "direct care".to_owned(),
        outcome: "granted".to_owned(),
        person: Some(PersonId::from_bytes(person)),
        detail: String::new(),
    }
}

/// Two processes with one audit: each has a writer, a lock's turn and a chain of its own.
#[test]
fn rows_of_two_processes_make_two_whole_chains() {
    on_both(|app| {
        let place = audit_place(app);
        let processes = [900_001, 900_002].map(|chain| Audit::open(&place, chain).unwrap());
        std::thread::scope(|scope| {
            for audit in processes.iter().flat_map(|audit| [audit; 4]) {
                scope.spawn(move || {
                    for n in 0..15 {
                        audit.record(vec![looked([n; 16])]).unwrap();
                    }
                });
            }
        });
        // More than one statement takes, in one go; and none at all.
        processes[0].record(vec![looked([1; 16]); 150]).unwrap();
        processes[1].record(Vec::new()).unwrap();
        let checked = check(&place, None, None).unwrap();
        assert_eq!((checked.rows, checked.faults), (2 * 4 * 15 + 150, Vec::new()));
        let kept = processes[0].of_person(PersonId::from_bytes([9; 16]), 99).unwrap();
        assert_eq!(kept, vec![looked([9; 16]); 8]);
    });
}

/// The log is copied into the file beside the writer; the writer sees to it that it begins anew.
#[test]
fn the_audits_log_does_not_grow_without_end() {
    const MOST_BYTES: u64 = 45_000_000;
    let app = App::lite();
    let log = app.folder.path().join("audit.db-wal");
    let (mut dice, mut written) = (1_u64, 0);
    for _ in 0..260 {
        let rows = (0..64).map(|_| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut person = [0; 16];
            person[..8].copy_from_slice(&dice.to_be_bytes());
            looked(person)
        });
        app.care.audit().record(rows.collect()).unwrap();
        written += 64;
        let bytes = std::fs::metadata(&log).unwrap().len();
        assert!(bytes < MOST_BYTES, "{bytes} bytes after {written} rows");
    }
    assert_eq!(app.care.audit().verify().unwrap(), Ok(written));
}
