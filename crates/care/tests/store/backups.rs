//! Backups: what is restored is what was there, on either engine, and nothing that is not whole is taken for it.

use crate::access::{keep, read, resident, works_at};
use crate::accounts::{PASSWORD, Tried, enrolled, home, later, try_in};
use crate::app::{App, NOW, actor, assert_same_state, both, feed, number, on_both, opening, state_of};
use crate::postgres;
use crate::projects::{behind, with_somebody_on_a_list};
use crate::rights::known_as_ada;
use crate::says::{With, condition, patient};
use care::access::acts::What;
use care::access::{self, Act, Relationship, session};
use care::audit::{Signer, check as check_audit};
use care::backup::{self, BackupError, BackupKey, Journal, Manifest, Restored, Restoring, Stored, Taking};
use care::db::Place;
use care::projects::{self, Stage};
use care::rights::copies;
use care::rights::preferences::{self, About, Said};
use care::rights::removal::{self, Ground};
use care::{Care, Opening};
use record::{Date, Instant, ItemId, OrgCode};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const KEY: BackupKey = BackupKey::new([8; 32]);
/// The secret of the store's signer, as its small file has it.
const SECRET: [u8; 32] = [0x11; 32];

pub fn signer() -> Signer {
    Signer::of_secret(SECRET)
}

fn stored(app: &App) -> Stored {
    Stored {
        place: app.place.clone(),
        audit_place: opening(app.place.clone(), app.folder.path(), [7; 32]).audit_place,
    }
}

fn try_taking(from: &Stored, chain: i64) -> Result<(Vec<u8>, Manifest), BackupError> {
    let secrets = [
        ("account.key".to_owned(), b"one".to_vec()),
        ("audit.key".to_owned(), "11".repeat(32).into_bytes()),
    ];
    let taking = Taking {
        from,
        secrets: &secrets,
        key: &KEY,
        salt: [5; 32],
        now: Instant(NOW.0 + 60_000_000),
        program: "0.1.0",
        chain,
        actor: "system:test",
    };
    let mut file = Vec::new();
    let manifest = backup::take(&taking, &mut file, &mut |_| {})?;
    Ok((file, manifest))
}

pub fn taken(app: &App) -> Vec<u8> {
    let chain = opening(app.place.clone(), app.folder.path(), [7; 32]).chain;
    try_taking(&stored(app), chain).unwrap().0
}

/// A place where nothing is, on one of the engines.
pub struct Empty {
    place: Place,
    folder: tempfile::TempDir,
}

/// One on SQLite, and one on PostgreSQL when it is installed.
pub fn empty_places() -> Vec<Empty> {
    let folder = tempfile::tempdir().unwrap();
    let lite = Place::Lite(folder.path().join("record.db"));
    let mut found = vec![Empty { place: lite, folder }];
    found.extend(postgres::fresh_database().map(|url| Empty {
        place: Place::Pg(url),
        folder: tempfile::tempdir().unwrap(),
    }));
    found
}

impl Empty {
    fn opening(&self) -> Opening {
        Opening {
            now: Instant(NOW.0 + 3_600_000_000),
            ..opening(self.place.clone(), self.folder.path(), [99; 32])
        }
    }

    pub fn restore(&self, file: &[u8], removals: Option<&str>) -> Result<Restored, BackupError> {
        let restoring = Restoring {
            into: self.opening(),
            key: &KEY,
            removals,
            actor: "system:test",
            signer: "audit.key",
            keep: &mut |name, bytes| std::fs::write(self.folder.path().join(name), bytes),
        };
        backup::restore(restoring, file, &mut |_| {})
    }

    fn open(&self) -> Care {
        Care::open(self.opening()).unwrap()
    }

    /// The store as the tests' own, to be asked in their words.
    pub fn into_app(self) -> App {
        App::over(self.place, self.folder)
    }
}

/// What partners send of some invented people, an account, choices and a seal of the audit.
fn lived_in(app: &App) {
    let plan = synthetic::Plan {
        people: 5,
        seed: 3,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    for delivery in synthetic::deliveries(plan) {
        app.send_by(&delivery.feed, &delivery.bytes);
    }
    let ada = known_as_ada(app);
    keep(
        app,
        ada,
        What::Relationship(Relationship::Caseload),
        "RDY",
        "a referral",
    );
    say(app, "Kurdish");
    copies::ask(&app.care, &resident(), ada, "", app.now()).unwrap();
    app.care.audit().seal(&signer(), app.now()).unwrap().unwrap();
}

fn say(app: &App, language: &str) {
    let said = Said {
        about: About::Language,
        value: language,
        words: "",
        by_carer: false,
    };
    let ada = record::PersonId::minted_with(app.record("R0D", "p1"));
    preferences::keep(&app.care, &resident(), ada, &said, app.now()).unwrap();
}

#[test]
fn a_backup_restores_to_the_same_store_on_either_engine() {
    on_both(|app| {
        lived_in(app);
        let nia = enrolled(app, "Nia Marlow", 10);
        let before = app.state();
        let (file, manifest) = {
            let chain = opening(app.place.clone(), app.folder.path(), [7; 32]).chain;
            try_taking(&stored(app), chain).unwrap()
        };
        let found = backup::check(file.as_slice(), &KEY, &mut |_| {}).unwrap();
        assert_eq!(found, manifest);
        assert!(manifest.foot.tables["entry"].rows > 100);
        assert_eq!(app.state(), before, "taking it changes nothing");
        for empty in empty_places() {
            let restored = empty.restore(&file, None).unwrap();
            assert_eq!(restored.manifest, manifest);
            assert_eq!(restored.audit.faults, Vec::new());
            assert!(restored.audit.rows > 3 && restored.audit.seals == 1);
            assert_eq!(restored.ended.sessions, 1, "the session that she set up her account in");
            assert_eq!(std::fs::read(empty.folder.path().join("account.key")).unwrap(), b"one");
            let again = empty.into_app();
            assert_same_state(
                &before,
                &again.state(),
                true,
                &format!("{} to {}", app.name(), again.name()),
            );
            // She signs in as before; nobody is signed in still.
            assert_eq!(again.count("session"), 0);
            let at = later(&again, 90);
            let code = nia.code(at);
            let right = (nia.user.as_str(), PASSWORD, code.as_str());
            assert_eq!(try_in(&again, right, &home(), ("anew", at)), Tried::In);
            assert!(matches!(
                session::of_token(&again.care, "anew", at).unwrap(),
                session::Known::In(_)
            ));
            // What is sent again changes nothing; what is new is filed.
            say(&again, "Polish");
            let gone_on = read(
                &again,
                &actor("nurse"),
                record::PersonId::minted_with(again.record("R0D", "p1")),
            );
            assert_eq!(gone_on.own_word[0].value, "Polish");
            // The audit goes on in a new chain; no chain is forked.
            let stored = stored(&again);
            let checked = check_audit(&stored.audit_place, Some(signer().public_key()), None).unwrap();
            assert_eq!(checked.faults, Vec::new());
            assert!(checked.rows > restored.audit.rows);
            let rows = again.care.audit().latest(1000).unwrap();
            assert!(rows.iter().any(|row| row.act == "restore a backup"));
            assert!(rows.iter().any(|row| row.act == "take a backup"), "it left the house");
        }
    });
}

#[test]
fn what_is_not_whole_or_not_ours_is_refused_and_leaves_nothing_that_looks_whole() {
    let app = App::lite();
    lived_in(&app);
    let file = taken(&app);
    let mut bad: Vec<(String, Vec<u8>)> = Vec::new();
    for part in [0, 10, 64, 70, file.len() / 3, file.len() / 2, file.len() - 1] {
        bad.push((format!("cut off after {part}"), file[..part].to_vec()));
    }
    for at in (0..file.len()).step_by(file.len() / 23) {
        let mut flipped = file.clone();
        flipped[at] ^= 4;
        bad.push((format!("byte {at} flipped"), flipped));
    }
    bad.push(("one byte more".to_owned(), [&file[..], b"x"].concat()));
    for (what, bytes) in &bad {
        assert!(backup::check(bytes.as_slice(), &KEY, &mut |_| {}).is_err(), "{what}");
    }
    let wrong = backup::check(file.as_slice(), &BackupKey::new([9; 32]), &mut |_| {});
    assert!(matches!(wrong, Err(BackupError::WrongKey)), "{wrong:?}");
    for (what, bytes) in bad.iter().step_by(5) {
        for empty in empty_places() {
            let refused = empty.restore(bytes, None).unwrap_err();
            let words = refused.to_string();
            let said = ["cut off", "altered", "no backup", "key"]
                .iter()
                .any(|word| words.contains(word));
            assert!(said, "{what}: {words}");
            let mut conn = empty.place.connect(true).unwrap();
            let filed = conn.first("SELECT COUNT(*) FROM entry", &[], |row| row.int(0));
            // SQLite's file is swept by whoever restores, and has no table that was made durable.
            assert!(filed.is_err() || matches!(empty.place, Place::Lite(_)), "{what}");
        }
    }
}

#[test]
fn a_store_that_was_not_restored_to_its_end_is_opened_by_nobody() {
    on_both(|app| {
        app.write(|conn| conn.execute("INSERT INTO setting (name, value) VALUES ('restoring', 'x')", &[]));
        let refused = Care::open(opening(app.place.clone(), app.folder.path(), [7; 32]));
        assert!(refused.err().unwrap().to_string().contains("not restored to its end"));
        assert!(try_taking(&stored(app), 991).is_err(), "nor is it backed up");
    });
}

#[test]
fn a_backup_is_restored_only_where_nothing_is() {
    on_both(|app| {
        let file = taken(app);
        let full = Empty {
            place: app.another_place("full"),
            folder: tempfile::tempdir().unwrap(),
        };
        full.restore(&file, None).unwrap();
        let again = full.restore(&file, None);
        assert!(matches!(again, Err(BackupError::NotEmpty(_))), "{again:?}");
        assert!(Care::open(full.opening()).is_ok(), "what was there is as it was");
    });
}

#[test]
fn a_backup_of_an_older_schema_is_brought_forward_and_one_of_a_newer_is_refused() {
    for app in both() {
        let place = app.another_place("older");
        let id = crate::migrations::at_first(&place);
        let audit_place = match &place {
            Place::Lite(_) => Place::Lite(app.folder.path().join("older-audit.db")),
            Place::Pg(_) => place.clone(),
        };
        let (file, manifest) = try_taking(&Stored { place, audit_place }, 771).unwrap();
        assert_eq!(manifest.head.schema, [1]);
        for empty in empty_places() {
            empty.restore(&file, None).unwrap();
            assert_eq!(crate::migrations::app_of(&empty.open(), id), "Hardy");
        }
        app.write(|conn| conn.execute("INSERT INTO migration (number) VALUES (9999)", &[]));
        let newer = try_taking(&stored(&app), 772);
        assert!(
            matches!(newer, Err(BackupError::Newer { newer: 9999, .. })),
            "{newer:?}"
        );
    }
}

/// While people are sent and choices are made without a pause, every backup is one moment of the store: nothing that was
/// acknowledged before it began is missing, every version's bytes are there, and whatever is in the record was audited.
#[test]
fn a_backup_taken_while_much_arrives_is_one_moment_of_the_store() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let (acknowledged, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let east = feed("R0D", true);
        let source = app.care.source(&east).unwrap();
        let care = &app.care;
        let files = std::thread::scope(|scope| {
            scope.spawn(|| {
                for n in 0..100_000usize {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let local = format!("q{n}");
                    let sent = format!(
                        "{}\n{}",
                        patient(
                            &local,
                            &number(n as u64 + 50).digits(),
                            "Marsh",
                            "Ann",
                            "1950-04-03",
                            "female"
                        )
                        .line(),
                        condition(&format!("d{n}"), &local, "38341003", "2019-03-04").line()
                    );
                    let pieces = crate::app::cut(&east, sent.as_bytes());
                    care.take(&pieces, &source, NOW).unwrap();
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
            scope.spawn(|| {
                let mut n = 0;
                while !stop.load(Ordering::SeqCst) {
                    n += 1;
                    let value = format!("Language {n}");
                    let said = Said {
                        about: About::Language,
                        value: &value,
                        words: "",
                        by_carer: false,
                    };
                    preferences::keep(care, &resident(), ada, &said, NOW).unwrap();
                }
            });
            let mut files = Vec::new();
            for chain in 1..=6 {
                std::thread::sleep(std::time::Duration::from_millis(60));
                let before = acknowledged.load(Ordering::SeqCst);
                files.push((before, try_taking(&stored(app), 5_000 + chain).unwrap().0));
            }
            stop.store(true, Ordering::SeqCst);
            files
        });
        assert!(files.last().unwrap().0 > files[0].0, "things arrived meanwhile");
        for (before, file) in files.iter().step_by(2) {
            let empty = empty_places().remove(0);
            empty.restore(file, None).unwrap();
            let again = empty.into_app();
            // Reading every row checks that each version's bytes are those that came.
            let state = state_of(&again.care);
            let arrived = again.count("record");
            assert!(
                arrived >= i64::try_from(*before).unwrap(),
                "{arrived} records, {before} were acknowledged"
            );
            assert_eq!(state["entry"].len(), again.count("entry") as usize);
            let kept = again.count("preference");
            let rows = again.care.audit().of_person(ada, 100_000).unwrap();
            let audited = rows.iter().filter(|row| row.actor == resident().user).count();
            assert!(
                kept > 0 && audited >= kept as usize,
                "{kept} choices, {audited} audited"
            );
        }
    });
}

/// SAFETY 7: what was removed after the backup is removed again, also what only arrived after it; a line that the store
/// did not sign removes nothing.
#[test]
fn a_restore_ends_projects_since_one_may_have_been_ended_meanwhile() {
    on_both(|app| {
        let (project, person, pseudonym) = with_somebody_on_a_list(app);
        let gp = works_at("gp", "DEMO-GP01");
        let file = taken(app);
        projects::end(&app.care, &actor("privacy"), project, "it is done", app.now()).unwrap();
        for empty in empty_places() {
            let restored = empty.restore(&file, None).unwrap();
            assert_eq!(restored.ended.projects, 1);
            let again = empty.into_app();
            assert_eq!(behind(&again, &gp, &pseudonym), None);
            for table in ["project_person", "project_listed", "count_snapshot"] {
                assert_eq!(again.count(table), 0, "{table}");
            }
            let grant = projects::seeing(&again.care, &actor("privacy"), again.now()).unwrap();
            let found = projects::numbered(&again.care, &grant, project).unwrap().unwrap();
            assert_eq!(found.stage(again.now()), Stage::Ended);
            assert!(access::person(&again.care, &gp, person, Act::ReadRecord, again.now()).is_ok());
        }
    });
}

#[test]
fn safety_7_what_was_lawfully_removed_after_a_backup_does_not_come_back() {
    on_both(|app| {
        let ada = known_as_ada(app);
        let hospital = works_at("ward", "R0D");
        keep(app, ada, What::Relationship(Relationship::Ward), "R0D", "admitted");
        let gout = |id: &str, side: &str| {
            condition(id, "p1", "90560007", "2021-05-05")
                .with("/code/text", serde_json::json!(format!("Gout of the {side} thumb")))
                .line()
        };
        app.send(&feed("R0D", true), gout("c9", "left"));
        // A copy of her record was made meanwhile, with what is removed later in it.
        copies::ask(&app.care, &resident(), ada, "", app.now()).unwrap();
        let job = care::access::JobGrant::for_job("copy of the record");
        let copy = copies::take_on(&app.care, &job, app.now()).unwrap().unwrap();
        copies::keep(&app.care, &copy, Some(b"left thumb".to_vec()), app.now()).unwrap();
        let file = taken(app);
        app.send(&feed("R0D", true), gout("c10", "right"));
        for id in ["c9", "c10"] {
            let item = ItemId::of(app.care.id_key(), &OrgCode::parse("R0D").unwrap(), "Condition", id).key();
            let asked = (ada, item);
            let number = removal::ask(&app.care, &hospital, asked, Ground::CourtOrder, "order 7", app.now()).unwrap();
            let officer = access::list(&app.care, &actor("privacy"), Act::ReadAudit, "test", app.now()).unwrap();
            removal::answer(&app.care, &officer, number, true, "rang them").unwrap();
        }
        let mut journal = Journal::default();
        let listed = journal.new_lines(&app.care, &signer()).unwrap();
        assert_eq!(listed.lines().count(), 3, "two, and that decisions are listed");
        assert_eq!(journal.new_lines(&app.care, &signer()).unwrap(), "", "each once");
        let mut follower = Journal::after(&listed, &signer().public_key());
        assert_eq!(
            follower.new_lines(&app.care, &signer()).unwrap(),
            "",
            "also after a restart"
        );
        assert!(!listed.contains("Gout") && !listed.contains("thumb"));
        let says = |app: &App| app.state().values().flatten().any(|row| row.contains("thumb"));
        for empty in empty_places() {
            let restored = empty.restore(&file, Some(&listed)).unwrap();
            assert_eq!((restored.removed_again, restored.not_removed.len()), (2, 0));
            assert_eq!(restored.ended.copies, 1);
            let again = empty.into_app();
            assert!(!says(&again));
            assert_eq!(again.ask("SELECT COUNT(body) FROM record_copy", &[]), Some(0));
            again.send(
                &feed("R0D", true),
                format!("{}\n{}", gout("c9", "left"), gout("c10", "right")),
            );
            assert!(!says(&again), "sent again, neither is filed");
            assert_eq!(
                again.ask("SELECT COUNT(*) FROM term WHERE text LIKE '%thumb%'", &[]),
                Some(0)
            );
        }
        // What it is for: without the list it is back, and a list that others signed does nothing.
        let forged = journal_signed_by_another(app);
        for (list, problems) in [(None, 0), (Some(forged.as_str()), 3), (Some("cut o"), 1)] {
            let empty = empty_places().remove(0);
            let restored = empty.restore(&file, list).unwrap();
            assert_eq!((restored.removed_again, restored.not_removed.len()), (0, problems));
            assert!(says(&empty.into_app()));
        }
    });
}

fn journal_signed_by_another(app: &App) -> String {
    let other = Signer::of_secret([0x22; 32]);
    Journal::default().new_lines(&app.care, &other).unwrap()
}
