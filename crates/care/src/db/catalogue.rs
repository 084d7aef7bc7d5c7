//! What tables a database has, read from the database itself; its rows one by one; and one state of it, held still.

use super::{Conn, DbError, Row, RowOf};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// BIGINT.
    Int,
    /// DOUBLE PRECISION.
    Real,
    /// TEXT.
    Text,
    /// Bytes.
    Bytes,
}

/// A table as it stands in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which they were made, with what each holds.
    pub columns: Vec<(String, Holds)>,
    /// The columns of its primary key, in the key's order; empty when it has none.
    pub key: Vec<String>,
}

/// Every table of the database, by name; on PostgreSQL those of the schema that this connection makes tables in.
pub(crate) fn tables(conn: &mut Conn) -> Result<Vec<Shape>, DbError> {
    let sql = match conn {
        Conn::Lite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND SUBSTR(name, 1, 7) <> 'sqlite_' ORDER BY name"
        }
        Conn::Pg(_) => {
            "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname::text COLLATE \"C\""
        }
    };
    let names = conn.query(sql, &[], |row| row.text(0))?;
    names.into_iter().map(|name| shape(conn, name)).collect()
}

fn shape(conn: &mut Conn, name: String) -> Result<Shape, DbError> {
    let (columns, key) = match conn {
        Conn::Lite(_) => (
            "SELECT name, type FROM pragma_table_info(?1) ORDER BY cid",
            "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk",
        ),
        Conn::Pg(_) => (
            "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
             WHERE attrelid = to_regclass(?1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            "SELECT a.attname::text FROM pg_index i
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
             WHERE i.indrelid = to_regclass(?1) AND i.indisprimary
             ORDER BY array_position(i.indkey::int2[], a.attnum)",
        ),
    };
    let found = conn.query(columns, &[(&name).into()], |row| Ok((row.text(0)?, row.text(1)?)))?;
    let columns = found
        .into_iter()
        .map(|(column, kind)| {
            let holds = match kind.to_ascii_uppercase().as_str() {
                "BIGINT" | "INTEGER" => Holds::Int,
                "DOUBLE PRECISION" => Holds::Real,
                "TEXT" => Holds::Text,
                "BLOB" | "BYTEA" => Holds::Bytes,
                other => {
                    return Err(DbError::state(format!(
                        "table {name} has a column {column} of a kind that this program does not use: {other}"
                    )));
                }
            };
            Ok((column, holds))
        })
        .collect::<Result<_, _>>()?;
    let key = conn.query(key, &[(&name).into()], |row| row.text(0))?;
    Ok(Shape { name, columns, key })
}

impl Conn {
    /// Calls `each` with every row of a query, holding one at a time.
    pub(crate) fn each_row<E: From<DbError>>(
        &mut self,
        sql: &str,
        mut each: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Conn::Lite(conn) => {
                let mut statement = conn.prepare(sql).map_err(DbError::from)?;
                let mut rows = statement.query([]).map_err(DbError::from)?;
                while let Some(row) = rows.next().map_err(DbError::from)? {
                    each(&Row(RowOf::Lite(row)))?;
                }
                Ok(())
            }
            Conn::Pg(conn) => conn.each_row(sql, |row| each(&Row(RowOf::Pg(row)))),
        }
    }

    /// Begins to read one state of the whole database, on either engine; it stays as it is until the connection is
    /// dropped, whatever others write meanwhile.
    pub(crate) fn begin_snapshot(&mut self) -> Result<(), DbError> {
        let sql = match self {
            // The state is that of the first read, not of BEGIN.
            Conn::Lite(_) => "BEGIN; SELECT COUNT(*) FROM sqlite_master",
            Conn::Pg(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT COUNT(*) FROM pg_class",
        };
        self.batch(sql)
    }

    /// Settings for filling a database that nobody else may see yet, and whose half-done state is of no use: nothing
    /// is made durable on the way. On PostgreSQL it is one transaction, and nothing has to be set.
    pub(crate) fn begin_filling(&mut self) -> Result<(), DbError> {
        match self {
            Conn::Lite(conn) => Ok(conn.execute_batch(
                "PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN IMMEDIATE;",
            )?),
            Conn::Pg(conn) => conn.batch("BEGIN"),
        }
    }

    /// Ends [`Conn::begin_filling`]: all of it is durable when this returns.
    pub(crate) fn end_filling(&mut self) -> Result<(), DbError> {
        match self {
            // Going over to write-ahead logging writes to the file and, synchronous as it is by then, flushes all of it.
            Conn::Lite(conn) => Ok(conn.execute_batch(
                "COMMIT; PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL;",
            )?),
            Conn::Pg(conn) => conn.batch("COMMIT"),
        }
    }

    /// Tells PostgreSQL how many rows there are now; a database that was filled at one stroke is else read badly until
    /// it looks for itself.
    pub(crate) fn count_anew(&mut self) -> Result<(), DbError> {
        match self {
            Conn::Lite(_) => Ok(()),
            Conn::Pg(conn) => conn.batch("ANALYZE"),
        }
    }
}
