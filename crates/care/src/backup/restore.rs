//! From a backup to a store, where nothing was before.

use super::decided::{self, DoneAgain};
use super::form::TableHead;
use super::left;
use super::store::{self, Ended};
use super::{BackupError, BackupKey, Foot, Head, Manifest, Part, Progress, Reading, Stored, removals};
use super::{each_batch, heads, is_audit, shapes};
use crate::audit::{AuditRow, Checked, Signer, check_on};
use crate::db::catalogue::{self, Shape};
use crate::db::{Cell, Conn, DbError, Migration, Place, migrate_within};
use crate::{Care, Opening, Stamp};
use record::Instant;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;

/// What restoring needs from the rim.
pub struct Restoring<'a> {
    /// Where to, and the care system; its stamp must be the backup's, where one is wanted.
    pub into: Opening,
    /// What the backup was sealed with.
    pub key: &'a BackupKey,
    /// The list of lawful removals and of decisions, as text; none when there is none.
    pub removals: Option<&'a str>,
    /// Who restores: a name in this system.
    pub actor: &'a str,
    /// The name of the small file that holds the secret of the audit's signer.
    pub signer: &'a str,
    /// Keeps a small file that was kept beside the store.
    pub keep: &'a mut dyn FnMut(&str, &[u8]) -> std::io::Result<()>,
}

/// What came of a restore.
#[derive(Debug)]
pub struct Restored {
    /// What the backup holds.
    pub manifest: Manifest,
    /// What the check of the audit found, as it was restored.
    pub audit: Checked,
    /// What did not survive.
    pub ended: Ended,
    /// Entries that were removed again.
    pub removed_again: u64,
    /// Entries that are on the list of removals and could not be removed, with why.
    pub not_removed: Vec<String>,
    /// What was decided since and is decided again.
    pub decided: DoneAgain,
    /// What is left to be looked at by a person before anybody is served: what could not be removed or done again, and
    /// that no list of decisions was given.
    pub left: Vec<String>,
}

/// Restores a backup. The store is marked as not restored to its end until all of it is there, was read back and
/// compared, what was lawfully removed since is removed again, and what was decided since to protect somebody is decided
/// again; until then no command opens it.
///
/// # Errors
/// When the backup is not whole or of a newer schema, the place is not empty, or what was written is not what was read.
pub fn restore(
    restoring: Restoring<'_>,
    input: impl Read,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Restored, BackupError> {
    let to = Stored {
        place: restoring.into.place.clone(),
        audit_place: restoring.into.audit_place.clone(),
    };
    let mut reading = Reading::begin(input, restoring.key)?;
    let mut filling = Filling::begin(&to, &reading.head)?;
    let mut secrets = Vec::new();
    let foot = loop {
        match reading.next(progress)? {
            Part::Secret(name, bytes) => secrets.push((name, bytes)),
            Part::Table(table) => filling.table(&table)?,
            Part::Rows(rows) => filling.rows(&rows)?,
            Part::End(foot) => break foot,
        }
    };
    let signer = signer_of(&secrets, restoring.signer);
    let listed = removals::listed(restoring.removals, signer.as_ref());
    filling.compare(&foot, progress)?;
    let key = signer.as_ref().map(Signer::public_key);
    let audit = check_on(filling.audit(), key, None)?;
    if heads(filling.audit())? != foot.heads {
        return Err(BackupError::Differs("the heads of the audit's chains".to_owned()));
    }
    if let Some(wanted) = restoring.into.stamp {
        filling.is_stamped(wanted)?;
    }
    let ended = filling.end(&to, restoring.into.now)?;
    for (name, bytes) in &secrets {
        (restoring.keep)(name, bytes)?;
    }
    let manifest = Manifest {
        bytes: reading.input.get_ref().get_ref().read_so_far(),
        head: reading.head,
        foot,
        secrets: secrets.into_iter().map(|(name, _)| name).collect(),
    };
    let again = finish(restoring, &manifest, signer.as_ref(), listed)?;
    Ok(Restored {
        manifest,
        audit,
        ended,
        removed_again: again.removed.removed,
        not_removed: again.removed.left,
        decided: again.decided,
        left: again.left,
    })
}

/// The signer whose secret is among the small files, in 64 hexadecimal digits.
fn signer_of(secrets: &[(String, Vec<u8>)], name: &str) -> Option<Signer> {
    let (_, bytes) = secrets.iter().find(|(one, _)| one == name)?;
    let text = std::str::from_utf8(bytes).ok()?;
    Some(Signer::of_secret(crate::opening::key_of(text.trim()).ok()?))
}

/// What was done again.
struct Again {
    removed: removals::Again,
    decided: DoneAgain,
    left: Vec<String>,
}

/// Removes and decides again what was removed and decided since, begins the new chain of the audit by saying what was done, seals it, and takes
/// the mark away.
fn finish(
    restoring: Restoring<'_>,
    manifest: &Manifest,
    signer: Option<&Signer>,
    listed: removals::Listed,
) -> Result<Again, BackupError> {
    let now = restoring.into.now;
    if manifest
        .foot
        .heads
        .iter()
        .any(|(chain, ..)| *chain == restoring.into.chain)
    {
        return Err(DbError::state("the number of the new chain is one of the old: try again").into());
    }
    let place = restoring.into.place.clone();
    let care = Care::open_unfinished(restoring.into)?;
    let taken = Instant(manifest.head.taken).rfc3339();
    let unlisted = !listed.has_decisions();
    let removed = removals::remove_again(&care, listed.stones, listed.wrong)?;
    let (decided, mut open) = decided::do_all(&care, listed.decided, now)?;
    let mut more: Vec<String> = removed.left.clone();
    if unlisted {
        more.push(left::unlisted(Instant(manifest.head.taken)));
    }
    left::keep(&care, &more, now)?;
    open.extend(more);
    let again = Again {
        removed,
        decided,
        left: open,
    };
    let detail = format!(
        "taken {taken}, removed again {}, decided again {decided}, left {}",
        again.removed.removed,
        again.left.len()
    );
    care.audit().record(vec![AuditRow::by_administrator(
        restoring.actor,
        "restore a backup",
        now,
        &detail,
    )])?;
    if let Some(signer) = signer {
        care.audit().seal(signer, now)?;
    }
    care.writer()
        .write::<(), DbError>(crate::db::Urgency::Waiting, store::unmark)?;
    drop(care);
    let mut conn = place.connect(false)?;
    conn.count_anew()?;
    Ok(again)
}

/// A store being filled: nothing of it can be seen by others, or is taken for whole, until it is ended.
struct Filling {
    record: Conn,
    apart: Option<Conn>,
    shapes: BTreeMap<String, Shape>,
    /// The table whose rows come now.
    now: Option<Shape>,
}

impl Filling {
    fn begin(to: &Stored, head: &Head) -> Result<Self, BackupError> {
        let record_steps = steps(crate::opening::MIGRATIONS, &head.schema, head)?;
        let audit_steps = steps(crate::audit::MIGRATIONS, &head.audit_schema, head)?;
        let mut record = empty(&to.place)?;
        let mut apart = match to.apart() {
            true => Some(empty(&to.audit_place)?),
            false => None,
        };
        record.begin_filling()?;
        if let Some(conn) = &mut apart {
            conn.begin_filling()?;
        }
        migrate_within(&mut record, "migration", &record_steps)?;
        migrate_within(apart.as_mut().unwrap_or(&mut record), "audit_migration", &audit_steps)?;
        let mut known = shapes(&mut record, true)?;
        if let Some(conn) = &mut apart {
            known.extend(shapes(conn, true)?);
        }
        for shape in &known {
            let conn = match (&mut apart, is_audit(&shape.name)) {
                (Some(conn), true) => conn,
                _ => &mut record,
            };
            store::empty(conn, &shape.name)?;
        }
        Ok(Self {
            record,
            apart,
            shapes: known.into_iter().map(|shape| (shape.name.clone(), shape)).collect(),
            now: None,
        })
    }

    fn audit(&mut self) -> &mut Conn {
        self.apart.as_mut().unwrap_or(&mut self.record)
    }

    fn of(&mut self, table: &str) -> &mut Conn {
        match is_audit(table) {
            true => self.audit(),
            false => &mut self.record,
        }
    }

    fn table(&mut self, table: &TableHead) -> Result<(), BackupError> {
        let shape = self.shapes.get(&table.name);
        let shape =
            shape.ok_or_else(|| BackupError::Form(format!("a table that its schema does not have: {}", table.name)))?;
        if TableHead::of(shape) != *table {
            return Err(BackupError::Form(format!(
                "{} has other columns than in its schema",
                table.name
            )));
        }
        self.now = Some(shape.clone());
        Ok(())
    }

    fn rows(&mut self, rows: &[Vec<Cell>]) -> Result<(), BackupError> {
        let Some(shape) = self.now.take() else {
            return Err(BackupError::Form("rows of no table".to_owned()));
        };
        store::fill(self.of(&shape.name), &shape, rows)?;
        self.now = Some(shape);
        Ok(())
    }

    /// Reads everything back as it now stands and compares it with what the backup says.
    fn compare(&mut self, foot: &Foot, progress: &mut dyn FnMut(&Progress)) -> Result<(), BackupError> {
        let shapes: Vec<Shape> = self.shapes.values().cloned().collect();
        for shape in shapes {
            let name = shape.name.clone();
            let expected = foot.tables.get(&name);
            let expected = expected.ok_or_else(|| BackupError::Form(format!("it does not hold the table {name}")))?;
            let found = each_batch(self.of(&name), &shape, &mut |_, rows| {
                progress(&Progress {
                    table: format!("{name}, read back"),
                    rows,
                    bytes: 0,
                });
                Ok(())
            })?;
            if found != *expected {
                return Err(BackupError::Differs(format!("table {}", shape.name)));
            }
        }
        Ok(())
    }

    /// Says no to a backup that is stamped otherwise, while nothing is kept yet.
    fn is_stamped(&mut self, wanted: Stamp) -> Result<(), BackupError> {
        match store::setting(&mut self.record, "stamp")?.as_deref() == Some(wanted.word()) {
            true => Ok(()),
            false => Err(DbError::state(format!("this is no backup of a {} store", wanted.word())).into()),
        }
    }

    /// Ends what must not survive, brings the schema up to date, marks the store and makes all of it durable.
    fn end(mut self, to: &Stored, now: Instant) -> Result<Ended, BackupError> {
        migrate_within(&mut self.record, "migration", crate::opening::MIGRATIONS)?;
        migrate_within(self.audit(), "audit_migration", crate::audit::MIGRATIONS)?;
        let ended = store::end_what_must(&mut self.record, now)?;
        store::mark(&mut self.record)?;
        if let Some(conn) = &mut self.apart {
            conn.end_filling()?;
        }
        self.record.end_filling()?;
        drop((self.record, self.apart));
        for place in [&to.place, &to.audit_place] {
            if let Place::Lite(path) = place {
                File::open(path)?.sync_all()?;
            }
        }
        Ok(ended)
    }
}

/// A connection to a database without tables.
fn empty(place: &Place) -> Result<Conn, BackupError> {
    let mut conn = place.connect(false)?;
    match catalogue::tables(&mut conn)?.is_empty() {
        true => Ok(conn),
        false => Err(BackupError::NotEmpty("the database".to_owned())),
    }
}

/// The migrations of those numbers.
fn steps(all: &[Migration], wanted: &[i64], head: &Head) -> Result<Vec<Migration>, BackupError> {
    let newer = |newer: i64| BackupError::Newer {
        program: head.program.clone(),
        newer,
    };
    wanted
        .iter()
        .map(|number| {
            let found = all.iter().find(|step| step.number == *number);
            found.copied().ok_or_else(|| newer(*number))
        })
        .collect()
}
