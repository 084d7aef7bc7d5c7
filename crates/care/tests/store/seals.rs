//! Seals: what a chain alone cannot show is found against the signed heads and their copy.

use crate::app::{App, actor, feed, on_both};
use crate::says::{With, patient};
use care::access::{self, Act};
use care::audit::{Audit, AuditRow, Checked, Signer, check};
use care::db::Place;
use record::{Instant, PersonId};

fn audit_place(app: &App) -> Place {
    match &app.place {
        Place::Lite(_) => Place::Lite(app.folder.path().join("audit.db")),
        pg @ Place::Pg(_) => pg.clone(),
    }
}

fn look(app: &App, times: usize) {
    let ada = PersonId::minted_with(app.record("R0D", "p1"));
    for _ in 0..times {
        access::person(&app.care, &actor("nurse"), ada, Act::ReadRecord, app.now()).unwrap();
    }
}

fn signer() -> Signer {
    Signer::of_secret([9; 32])
}

/// Twelve looks with a seal after each four; answers the copy.
fn sealed(app: &App) -> String {
    app.send(
        &feed("R0D", true),
        patient("p1", "", "Hardy", "Ada", "1945-05-04", "female").line(),
    );
    let mut copy = String::new();
    for _ in 0..3 {
        look(app, 4);
        let seal = app.care.audit().seal(&signer(), app.now()).unwrap().unwrap();
        copy += &(seal.line() + "\n");
    }
    assert_eq!(
        app.care.audit().seal(&signer(), app.now()).unwrap(),
        None,
        "nothing has moved"
    );
    copy
}

fn checked(app: &App, copy: &str) -> Checked {
    check(&audit_place(app), Some(signer().public_key()), Some(copy)).unwrap()
}

#[test]
fn an_audit_that_nobody_touched_is_whole() {
    on_both(|app| {
        let copy = sealed(app);
        look(app, 2);
        let found = checked(app, &copy);
        assert_eq!((found.rows, found.seals, found.unsealed), (14, 3, 2));
        assert_eq!(found.faults, Vec::new());
        let other = Signer::of_secret([8; 32]).public_key();
        let by_another = check(&audit_place(app), Some(other), None).unwrap();
        assert!(by_another.faults[0].0.contains("another key"));
    });
}

/// What the check says after something was done to the audit.
fn says(harm: &[&str], words: &str) {
    on_both(|app| {
        let copy = sealed(app);
        let mut conn = audit_place(app).connect(false).unwrap();
        for sql in harm {
            assert!(conn.execute(sql, &[]).unwrap() > 0, "{sql}");
        }
        let faults = checked(app, &copy).faults;
        assert!(
            faults.iter().any(|fault| fault.0.contains(words)),
            "{words}: {faults:?}"
        );
    });
}

#[test]
fn a_row_that_was_changed_removed_or_moved_is_found() {
    says(
        &["UPDATE audit SET actor = 'gp' WHERE sequence = 3"],
        "row 3 was changed",
    );
    says(&["DELETE FROM audit WHERE sequence = 4"], "row 4 is missing");
    let swap = [
        "UPDATE audit SET sequence = 99 WHERE sequence = 2",
        "UPDATE audit SET sequence = 2 WHERE sequence = 3",
        "UPDATE audit SET sequence = 3 WHERE sequence = 99",
    ];
    says(&swap, "row 2 was changed");
}

#[test]
fn a_chain_whose_end_was_cut_off_is_found() {
    says(&["DELETE FROM audit WHERE sequence > 10"], "its end was cut off");
    // The seal that shows it is taken as well: the copy still shows it.
    let both = [
        "DELETE FROM audit WHERE sequence > 8",
        "DELETE FROM audit_seal WHERE seal_no = 3",
    ];
    says(&both, "seal 3 is in the copy and not in the store");
}

#[test]
fn a_seal_that_was_changed_or_removed_is_found() {
    says(
        &["UPDATE audit_seal SET text = 'seal 2 at 1' WHERE seal_no = 2"],
        "its signature is not",
    );
    says(&["DELETE FROM audit_seal WHERE seal_no = 2"], "seal 2 is missing");
}

#[test]
fn a_chain_that_was_forked_and_written_again_is_found() {
    on_both(|app| {
        let copy = sealed(app);
        let mut conn = audit_place(app).connect(false).unwrap();
        let chain = conn
            .first("SELECT chain FROM audit LIMIT 1", &[], |row| row.int(0))
            .unwrap()
            .unwrap();
        conn.execute("DELETE FROM audit", &[]).unwrap();
        let row = AuditRow {
            at: Instant(1),
            actor: "somebody".into(),
            role: String::new(),
            organisation: String::new(),
            act: "search".into(),
            purpose: String::new(),
            outcome: "granted".into(),
            person: None,
            detail: String::new(),
        };
        // Written by the program itself, so that every digest of the new chain is right.
        Audit::open(&audit_place(app), chain)
            .unwrap()
            .record(vec![row; 12])
            .unwrap();
        let found = checked(app, &copy);
        assert_eq!(found.rows, 12, "the chain alone looks whole");
        assert!(
            found.faults.iter().any(|fault| fault.0.contains("forked")),
            "{:?}",
            found.faults
        );
    });
}

#[test]
fn many_chains_are_sealed_together() {
    on_both(|app| {
        let copy = sealed(app);
        let second = Audit::open(&audit_place(app), 77).unwrap();
        let row = app.care.audit().latest(1).unwrap();
        second.record(row).unwrap();
        let seal = second.seal(&signer(), app.now()).unwrap().unwrap();
        assert_eq!(seal.number, 4, "one row of seals for all processes");
        assert_eq!(seal.text.lines().count(), 3, "only what has moved");
        let found = checked(app, &(copy + &seal.line() + "\n"));
        assert_eq!((found.rows, found.faults), (13, Vec::new()));
    });
}
