//! A backup of everything that a care system's store holds, taken while it is in use, and its way back.
//!
//! It is taken table by table and row by row from one state of the store, so that it needs no more room than one row,
//! and is the same text for either engine: what was kept on SQLite can be restored to PostgreSQL and back. Every row
//! counts in its table's digest, which a restore computes anew from what it wrote.

mod decided;
mod form;
mod left;
mod removals;
mod restore;
mod sealed;
mod store;

pub use decided::DoneAgain;
pub use decided::store::Left;
pub use form::{Foot, Head, TableSum};
pub use left::{Looking, Open, look_at, open, try_again};
pub use removals::Journal;
pub use restore::{Restored, Restoring, restore};
pub use sealed::BackupKey;
pub use store::Ended;
pub(crate) use store::unfinished;

use crate::audit::{self, Audit, AuditRow};
use crate::db::catalogue::{self, Shape};
use crate::db::{Cell, Conn, DbError, Place};
use form::{FRAME_BYTES, Frame, TableHead};
use record::Instant;
use sealed::{Opener, Sealer};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// How hard rows are packed: most of the bytes are contributions, which were packed when they came.
const LEVEL: i32 = 3;
/// Tables of the audit begin with this, and no others do.
const AUDIT: &str = "audit";
/// The tables in which migrations are noted: they stand at the head of a backup.
const MIGRATIONS: [&str; 2] = ["migration", "audit_migration"];

/// Why there is no backup, or nothing was restored from one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store failed.
    #[error("the store: {0}")]
    Db(#[from] DbError),
    /// A file could not be read or written.
    #[error("{0}")]
    Io(io::Error),
    /// It is another kind of file.
    #[error("this file is no backup of Chesil")]
    NoBackup,
    /// It is laid out in a way that this program does not know.
    #[error("this backup was written in a form that this version of Chesil does not know: use a newer one")]
    NewerForm,
    /// The key does not open it.
    #[error("the key does not open this file: it is another backup's key, or the first 64 bytes were altered")]
    WrongKey,
    /// It ends too early.
    #[error(
        "the file is cut off: it ends after {read} bytes, in the middle of the backup. Nothing of it may be trusted"
    )]
    CutOff {
        /// Bytes that are there.
        read: u64,
    },
    /// It ends with something that is not the end.
    #[error("the file is cut off, or altered in its last part, after chunk byte {from}. Nothing of it may be trusted")]
    CutOffOrAltered {
        /// Where the part begins.
        from: u64,
    },
    /// Something in it is not what was written.
    #[error(
        "the file was altered, or its parts were put in another order, at chunk byte {from}. Nothing of it may be trusted"
    )]
    Altered {
        /// Where the part begins.
        from: u64,
    },
    /// It holds what no backup holds.
    #[error("the backup is damaged inside its seal: {0}")]
    Form(String),
    /// It is of a schema that this program does not know.
    #[error(
        "this backup was taken by a newer version of Chesil ({program}, schema {newer}): restore it with that version"
    )]
    Newer {
        /// The version.
        program: String,
        /// The first migration that is not known.
        newer: i64,
    },
    /// There is something where nothing may be.
    #[error("{0} is not empty: a backup is restored only where nothing is yet")]
    NotEmpty(String),
    /// What was written is not what the backup says.
    #[error("what was written is not what the backup says: {0}. What is there now must not be used")]
    Differs(String),
}

impl From<io::Error> for BackupError {
    fn from(error: io::Error) -> Self {
        // What the sealed stream says travels through the reader of the packed one.
        error.downcast::<BackupError>().unwrap_or_else(BackupError::Io)
    }
}

/// Where a store is.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The record.
    pub place: Place,
    /// The audit: the same place on PostgreSQL, a file of its own on SQLite.
    pub audit_place: Place,
}

impl Stored {
    fn apart(&self) -> bool {
        self.place != self.audit_place
    }
}

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is read or written now.
    pub table: String,
    /// Rows of it so far.
    pub rows: u64,
    /// Bytes of the backup so far.
    pub bytes: u64,
}

/// What taking a backup needs from the rim.
pub struct Taking<'a> {
    /// Of what.
    pub from: &'a Stored,
    /// Small files that are kept beside the store and without which it is of no use, by name.
    pub secrets: &'a [(String, Vec<u8>)],
    /// Sealed with what.
    pub key: &'a BackupKey,
    /// Fresh randomness.
    pub salt: [u8; 32],
    /// Now.
    pub now: Instant,
    /// The version of the program.
    pub program: &'a str,
    /// A number that no other process uses: the chain in which it is audited that a backup was taken.
    pub chain: i64,
    /// Who takes it: a name in this system.
    pub actor: &'a str,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Of what.
    pub head: Head,
    /// What it comes to.
    pub foot: Foot,
    /// The small files in it, by name.
    pub secrets: Vec<String>,
    /// Bytes of the whole.
    pub bytes: u64,
}

/// Takes a backup, beside whatever else reads and writes the store. It shows the store at one moment: all that was
/// acknowledged before this was called is in it. The audit is that of the same moment or a later one, so that it is
/// never behind what it audits.
///
/// # Errors
/// When the store or `out` fails; what was written is then refused as cut off.
pub fn take<W: Write>(
    taking: &Taking<'_>,
    out: W,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Manifest, BackupError> {
    let mut record = taking.from.place.connect(true)?;
    let schema = known(&mut record, taking.program)?;
    if store::unfinished(&mut record)? {
        return Err(DbError::state("it was not restored to its end: restore it again").into());
    }
    note_taken(taking)?;
    record.begin_snapshot()?;
    let mut apart = None;
    if taking.from.apart() {
        // INVARIANT: after the record's. Whatever is in the record was audited before it was written.
        let mut conn = taking.from.audit_place.connect(true)?;
        conn.begin_snapshot()?;
        apart = Some(conn);
    }
    let head = Head {
        program: taking.program.to_owned(),
        engine: engine(&taking.from.place).to_owned(),
        taken: taking.now.0,
        schema,
        audit_schema: crate::db::numbers(apart.as_mut().unwrap_or(&mut record), MIGRATIONS[1])?,
    };
    let mut writing = Writing {
        out: zstd::Encoder::new(Sealer::begin(out, taking.key, &taking.salt)?, LEVEL)?,
        sums: BTreeMap::new(),
        progress,
    };
    form::write(&mut writing.out, &Frame::Head(head.clone()))?;
    for (name, bytes) in taking.secrets {
        form::write(&mut writing.out, &Frame::Secret(name.clone(), bytes.clone()))?;
    }
    for shape in shapes(&mut record, apart.is_none())? {
        writing.table(&mut record, &shape)?;
    }
    if let Some(conn) = &mut apart {
        for shape in shapes(conn, true)? {
            if !is_audit(&shape.name) {
                return Err(
                    DbError::state(format!("the audit has a table {} that is none of its own", shape.name)).into(),
                );
            }
            writing.table(conn, &shape)?;
        }
    }
    let foot = Foot {
        tables: writing.sums,
        heads: heads(apart.as_mut().unwrap_or(&mut record))?,
        feeds: store::feeds(&mut record)?,
    };
    form::write(&mut writing.out, &Frame::Foot(foot.clone()))?;
    let (_, bytes) = writing.out.finish()?.finish()?;
    Ok(Manifest {
        head,
        foot,
        secrets: taking.secrets.iter().map(|(name, _)| name.clone()).collect(),
        bytes,
    })
}

/// The schema of a store, if this program knows all of it.
fn known(record: &mut Conn, program: &str) -> Result<Vec<i64>, BackupError> {
    let schema = crate::db::numbers(record, MIGRATIONS[0])?;
    if schema.is_empty() {
        return Err(DbError::state("there is nothing here to back up").into());
    }
    let unknown = |number: &&i64| !crate::opening::MIGRATIONS.iter().any(|one| one.number == **number);
    match schema.iter().find(unknown) {
        Some(newer) => Err(BackupError::Newer {
            program: format!("this is {program}"),
            newer: *newer,
        }),
        None => Ok(schema),
    }
}

/// That everything leaves the house is written down before it does.
fn note_taken(taking: &Taking<'_>) -> Result<(), DbError> {
    let audit = Audit::open(&taking.from.audit_place, taking.chain)?;
    audit.record(vec![AuditRow::by_administrator(
        taking.actor,
        "take a backup",
        taking.now,
        "of everything, sealed",
    )])
}

/// Reads a backup to its end and checks all of it, without restoring anything.
///
/// # Errors
/// When it is not whole, not what was written, or sealed with another key.
pub fn check(input: impl Read, key: &BackupKey, progress: &mut dyn FnMut(&Progress)) -> Result<Manifest, BackupError> {
    let mut reading = Reading::begin(input, key)?;
    let mut secrets = Vec::new();
    loop {
        match reading.next(progress)? {
            Part::Secret(name, _) => secrets.push(name),
            Part::Table(_) => {}
            Part::Rows(_) => {}
            Part::End(foot) => {
                return Ok(Manifest {
                    head: reading.head,
                    foot,
                    secrets,
                    bytes: reading.input.get_ref().get_ref().read_so_far(),
                });
            }
        }
    }
}

const fn engine(place: &Place) -> &'static str {
    match place {
        Place::Lite(_) => "SQLite",
        Place::Pg(_) => "PostgreSQL",
    }
}

fn is_audit(table: &str) -> bool {
    table.starts_with(AUDIT)
}

/// The tables of a database that belong into a backup; `audit`: also those of the audit.
fn shapes(conn: &mut Conn, audit: bool) -> Result<Vec<Shape>, DbError> {
    let mut shapes = catalogue::tables(conn)?;
    shapes.retain(|shape| !MIGRATIONS.contains(&shape.name.as_str()) && (audit || !is_audit(&shape.name)));
    Ok(shapes)
}

fn heads(conn: &mut Conn) -> Result<Vec<(i64, i64, String)>, DbError> {
    let hex = |digest: Vec<u8>| digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let heads = audit::store::heads(conn)?;
    Ok(heads
        .into_iter()
        .map(|(chain, sequence, digest)| (chain, sequence, hex(digest)))
        .collect())
}

/// A backup being written.
struct Writing<'a, W: Write> {
    out: zstd::Encoder<'static, Sealer<W>>,
    sums: BTreeMap<String, TableSum>,
    progress: &'a mut dyn FnMut(&Progress),
}

impl<W: Write> Writing<'_, W> {
    fn table(&mut self, conn: &mut Conn, shape: &Shape) -> Result<(), BackupError> {
        form::write(&mut self.out, &Frame::Table(TableHead::of(shape)))?;
        let out = &mut self.out;
        let progress = &mut self.progress;
        let sum = each_batch(conn, shape, &mut |rows, count| {
            form::write_rows(out, rows)?;
            progress(&Progress {
                table: shape.name.clone(),
                rows: count,
                bytes: out.get_ref().written(),
            });
            Ok(())
        })?;
        self.sums.insert(shape.name.clone(), sum);
        Ok(())
    }
}

/// Takes some rows, as bytes, and how many there were so far.
type EachBatch<'a> = dyn FnMut(&[u8], u64) -> Result<(), BackupError> + 'a;

/// Gives the rows of a table in the order of their key, as bytes, some at a time, with how many there were so far;
/// answers what they come to.
fn each_batch(conn: &mut Conn, shape: &Shape, each: &mut EachBatch<'_>) -> Result<TableSum, BackupError> {
    let mut digest = blake3::Hasher::new();
    let (mut held, mut count) = (Vec::with_capacity(FRAME_BYTES + 4096), 0u64);
    let sql = store::every_row(shape);
    conn.each_row::<BackupError>(&sql, |row| {
        form::put_row(&mut held, row, &shape.columns)
            .map_err(|error| DbError::state(format!("table {}, row {}: {error}", shape.name, count + 1)))?;
        count += 1;
        if held.len() >= FRAME_BYTES {
            digest.update(&held);
            each(&held, count)?;
            held.clear();
        }
        Ok(())
    })?;
    if !held.is_empty() {
        digest.update(&held);
        each(&held, count)?;
    }
    Ok(TableSum {
        rows: count,
        digest: digest.finalize().to_hex().to_string(),
    })
}

/// Something read from a backup.
enum Part {
    Secret(String, Vec<u8>),
    Table(TableHead),
    /// Rows of the table named last.
    Rows(Vec<Vec<Cell>>),
    /// The end, checked: nothing follows, and every sum is right.
    End(Foot),
}

/// A backup being read; what it gives was authenticated, and is summed up on the way.
struct Reading<R: Read> {
    input: zstd::Decoder<'static, io::BufReader<Opener<R>>>,
    head: Head,
    table: Option<(TableHead, u64, blake3::Hasher)>,
    sums: BTreeMap<String, TableSum>,
}

impl<R: Read> Reading<R> {
    fn begin(input: R, key: &BackupKey) -> Result<Self, BackupError> {
        let mut input = zstd::Decoder::new(Opener::begin(input, key)?)?;
        let Frame::Head(head) = form::read(&mut input)? else {
            return Err(BackupError::Form("it does not say what it is of".to_owned()));
        };
        Ok(Self {
            input,
            head,
            table: None,
            sums: BTreeMap::new(),
        })
    }

    fn next(&mut self, progress: &mut dyn FnMut(&Progress)) -> Result<Part, BackupError> {
        match form::read(&mut self.input)? {
            Frame::Head(_) => Err(BackupError::Form("it says twice what it is of".to_owned())),
            Frame::Secret(name, bytes) => Ok(Part::Secret(name, bytes)),
            Frame::Table(table) => {
                self.end_table();
                self.table = Some((table.clone(), 0, blake3::Hasher::new()));
                Ok(Part::Table(table))
            }
            Frame::Rows(rows) => {
                let bytes = self.input.get_ref().get_ref().read_so_far();
                let Some((table, count, digest)) = &mut self.table else {
                    return Err(BackupError::Form("rows of no table".to_owned()));
                };
                digest.update(&rows);
                let rows = form::rows(&rows, table.columns.len())?;
                *count += rows.len() as u64;
                progress(&Progress {
                    table: table.name.clone(),
                    rows: *count,
                    bytes,
                });
                Ok(Part::Rows(rows))
            }
            Frame::Foot(foot) => {
                self.end_table();
                if io::copy(&mut self.input, &mut io::sink())? != 0 {
                    return Err(BackupError::Form("something follows its end".to_owned()));
                }
                if foot.tables != self.sums {
                    return Err(BackupError::Form("its sums are not those of its rows".to_owned()));
                }
                Ok(Part::End(foot))
            }
        }
    }

    fn end_table(&mut self) {
        if let Some((table, rows, digest)) = self.table.take() {
            let digest = digest.finalize().to_hex().to_string();
            self.sums.insert(table.name, TableSum { rows, digest });
        }
    }
}
