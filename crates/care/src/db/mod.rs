//! One SQL text for SQLite and PostgreSQL.
//!
//! Statements are written with `?1` placeholders, and columns are BIGINT, DOUBLE PRECISION, TEXT or bytes,
//! so that both engines give the same answer. Everything that differs between them stands in this module:
//! placeholders, type names, bulk loading, locks. Calls block: whoever serves requests runs them on threads
//! meant for that.

mod bulk;
pub(crate) mod catalogue;
mod lite;
mod log;
mod migrate;
mod pg;
mod pool;
mod tls;
mod turn;
mod writer;

pub(crate) use bulk::keep_rows;
pub use bulk::{Cell, Table, fetch_by_keys, fetch_by_pairs, insert_rows};
pub(crate) use bulk::{insert_or_leave, insert_rows_under};
pub(crate) use log::Checkpoints;
pub use migrate::{Migration, migrate};
pub(crate) use migrate::{migrate_within, numbers};
pub use pool::Pool;
pub(crate) use turn::Turns;
pub use writer::{Urgency, Writer};

use std::path::PathBuf;

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file in a data folder.
    Lite(PathBuf),
    /// A PostgreSQL database, as a connection URL, which also says whether TLS is used (`sslmode`, `sslrootcert`).
    Pg(String),
}

impl Place {
    /// Opens one connection. `read_only` connections refuse to write.
    pub fn connect(&self, read_only: bool) -> Result<Conn, DbError> {
        match self {
            Place::Lite(path) => Ok(Conn::Lite(lite::open(path, read_only)?)),
            Place::Pg(url) => pg::Pg::open(url, read_only).map(|pg| Conn::Pg(Box::new(pg))),
        }
    }
}

/// What went wrong in the database. Its text is for the log, never for a page.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// SQLite said no.
    #[error("sqlite: {0}")]
    Lite(#[from] rusqlite::Error),
    /// PostgreSQL said no.
    #[error("postgresql: {0} {detail}", detail = pg::detail(.0))]
    Pg(#[from] postgres::Error),
    /// The store holds something this program cannot read, or a thread of it has gone.
    #[error("{0}")]
    State(String),
}

impl DbError {
    /// Something in the store that should not be.
    pub fn state(what: impl Into<String>) -> Self {
        Self::State(what.into())
    }
}

/// PostgreSQL has no NUL in text: on either engine it stands as the symbol for it, however a row is written.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}

/// A value bound to a placeholder.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    /// SQL NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Param::Int(value)
    }
}
impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Param::Text(value)
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Param::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Param::Bytes(value)
    }
}
impl From<Option<i64>> for Param<'_> {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Param::Null, Param::Int)
    }
}

/// One row of an answer; columns are counted from 0.
pub struct Row<'a>(RowOf<'a>);

enum RowOf<'a> {
    Lite(&'a rusqlite::Row<'a>),
    Pg(&'a postgres::Row),
}

macro_rules! column {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        pub fn $name(&self, column: usize) -> Result<$type, DbError> {
            match &self.0 {
                RowOf::Lite(row) => Ok(row.get(column)?),
                RowOf::Pg(row) => Ok(row.try_get(column)?),
            }
        }
    };
}

impl Row<'_> {
    column!(/** A BIGINT. */ int, i64);
    column!(/** A BIGINT that may be NULL. */ opt_int, Option<i64>);
    column!(/** A DOUBLE PRECISION that may be NULL. */ opt_real, Option<f64>);
    column!(/** A TEXT. */ text, String);
    column!(/** A TEXT that may be NULL. */ opt_text, Option<String>);
    column!(/** Bytes. */ bytes, Vec<u8>);
    column!(/** Bytes that may be NULL. */ opt_bytes, Option<Vec<u8>>);

    /// Sixteen bytes.
    pub fn id16(&self, column: usize) -> Result<[u8; 16], DbError> {
        <[u8; 16]>::try_from(self.bytes(column)?).map_err(|_| DbError::state("an id in the store is not 16 bytes"))
    }
}

/// One connection to either engine.
pub enum Conn {
    /// SQLite.
    Lite(rusqlite::Connection),
    /// PostgreSQL.
    Pg(Box<pg::Pg>),
}

impl Conn {
    /// Runs a query and turns each row into a `T`.
    pub fn query<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        match self {
            Conn::Lite(conn) => {
                let mut statement = conn.prepare_cached(sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(params))?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(each(&Row(RowOf::Lite(row)))?);
                }
                Ok(found)
            }
            Conn::Pg(conn) => {
                let rows = conn.query(sql, params)?;
                rows.iter().map(|row| each(&Row(RowOf::Pg(row)))).collect()
            }
        }
    }

    /// The first row of a query, if there is one.
    pub fn first<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        Ok(self.query(sql, params, each)?.into_iter().next())
    }

    /// Runs a statement; answers how many rows it changed.
    pub fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, DbError> {
        match self {
            Conn::Lite(conn) => {
                let changed = conn.prepare_cached(sql)?.execute(rusqlite::params_from_iter(params))?;
                Ok(changed as u64)
            }
            Conn::Pg(conn) => conn.execute(sql, params),
        }
    }

    /// Runs statements without parameters, separated by semicolons.
    pub fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => Ok(conn.execute_batch(sql)?),
            Conn::Pg(conn) => conn.batch(sql),
        }
    }

    /// Begins a transaction that may write. On PostgreSQL, `exclusive` makes writers of one purpose wait for
    /// each other across processes until commit; SQLite has one writer in any case.
    pub fn begin(&mut self, exclusive: Option<i64>) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => {
                conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
                Ok(())
            }
            Conn::Pg(conn) => {
                conn.batch("BEGIN")?;
                match exclusive {
                    Some(purpose) => conn.batch(&format!("SELECT pg_advisory_xact_lock({purpose})")),
                    None => Ok(()),
                }
            }
        }
    }

    /// Begins to read one state of the store. On SQLite it saves taking and giving up the file's lock for each
    /// statement; on PostgreSQL it would cost two more messages to the server, and is left out.
    fn begin_reading(&mut self) -> Result<(), DbError> {
        let Conn::Lite(conn) = self else { return Ok(()) };
        if !conn.is_autocommit() {
            // A reader before this one panicked.
            conn.execute_batch("ROLLBACK")?;
        }
        conn.prepare_cached("BEGIN")?.execute([])?;
        Ok(())
    }

    /// Ends what [`Conn::begin_reading`] began; a statement that failed may have ended it already.
    fn end_reading(&mut self) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) if !conn.is_autocommit() => {
                conn.prepare_cached("COMMIT")?.execute([])?;
                Ok(())
            }
            Conn::Lite(_) | Conn::Pg(_) => Ok(()),
        }
    }

    /// Whether what is committed from now on is durable with its commit, as it is unless told otherwise, or only once
    /// the log was flushed. To be called outside a transaction. PostgreSQL always does it with the commit.
    fn durable_at_commit(&mut self, at_commit: bool) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => Ok(conn.execute_batch(if at_commit {
                "PRAGMA synchronous = FULL"
            } else {
                "PRAGMA synchronous = NORMAL"
            })?),
            Conn::Pg(_) => Ok(()),
        }
    }

    /// Holds many pages in memory while much is written, or few again. An import asks where each of its items may stand
    /// and writes each record's names all over the file: with few pages held, nearly each is read anew.
    fn hold_much(&mut self, much: bool) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => lite::hold(
                conn,
                if much {
                    lite::pages_in_bulk()
                } else {
                    lite::PAGES_AT_REST
                },
            ),
            Conn::Pg(_) => Ok(()),
        }
    }

    /// Commits the transaction, and makes it durable unless told otherwise.
    pub fn commit(&mut self) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => {
                conn.prepare_cached("COMMIT")?.execute([])?;
                Ok(())
            }
            Conn::Pg(conn) => conn.batch("COMMIT"),
        }
    }

    /// Undoes the transaction.
    pub fn roll_back(&mut self) -> Result<(), DbError> {
        self.batch("ROLLBACK")
    }

    /// Has what is deleted from now on overwritten with zeros, or no longer. SQLite would else leave it in free
    /// pages; PostgreSQL frees it at its next VACUUM, which is for whoever runs it.
    pub(crate) fn overwrite_deleted(&mut self, on: bool) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => {
                let sql = if on {
                    "PRAGMA secure_delete = ON"
                } else {
                    "PRAGMA secure_delete = OFF"
                };
                // It answers with a row, which is not wanted.
                conn.query_row(sql, [], |_| Ok(()))?;
                Ok(())
            }
            Conn::Pg(_) => Ok(()),
        }
    }

    /// Settings for the audit's own file: its rows are small, and each must be durable before an answer leaves. What
    /// must be waited for is waited for in small steps.
    pub(crate) fn audit_settings(&mut self) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => {
                lite::wait_in_small_steps(conn)?;
                Ok(conn.execute_batch("PRAGMA cache_size = -2048;")?)
            }
            Conn::Pg(_) => Ok(()),
        }
    }

    /// Takes `count` consecutive numbers from the counter `name`; answers the first. Numbers taken in a
    /// transaction that is undone may be given again.
    pub fn take_numbers(&mut self, name: &str, count: i64) -> Result<i64, DbError> {
        let next = self.first(
            "UPDATE counter SET next = next + ?2 WHERE name = ?1 RETURNING next",
            &[name.into(), count.into()],
            |row| row.int(0),
        )?;
        next.map(|next| next - count)
            .ok_or_else(|| DbError::state(format!("no counter named {name}")))
    }

    /// Whether there is a table of this name.
    fn has_table(&mut self, name: &str) -> Result<bool, DbError> {
        let sql = match self {
            Conn::Lite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?1",
            Conn::Pg(_) => "SELECT COUNT(to_regclass(?1))",
        };
        Ok(self.first(sql, &[name.into()], |row| row.int(0))?.unwrap_or(0) > 0)
    }

    /// Pages and bytes the engine holds for this database.
    pub fn size_bytes(&mut self) -> Result<i64, DbError> {
        let sql = match self {
            Conn::Lite(_) => "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            Conn::Pg(_) => "SELECT pg_database_size(current_database())",
        };
        self.first(sql, &[], |row| row.int(0))?
            .ok_or_else(|| DbError::state("no size"))
    }
}
