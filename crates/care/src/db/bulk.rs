//! Many rows at once: one column list per table drives single inserts, bulk inserts and COPY.

use super::{Conn, DbError, Param, Row, RowOf, Turns};
use std::fmt::Write as _;

/// A table and its columns, in the order that rows are given.
pub struct Table<'a> {
    /// Name.
    pub name: &'a str,
    /// Columns.
    pub columns: &'a [&'a str],
}

/// One value of a row to be inserted.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// SQL NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    /// As it is bound to a placeholder.
    pub(crate) fn param(&self) -> Param<'_> {
        match self {
            Cell::Null => Param::Null,
            Cell::Int(value) => Param::Int(*value),
            Cell::Real(value) => Param::Real(*value),
            Cell::Text(value) => Param::Text(value),
            Cell::Bytes(value) => Param::Bytes(value),
        }
    }

    /// An integer, or NULL.
    pub fn opt_int(value: Option<i64>) -> Self {
        value.map_or(Cell::Null, Cell::Int)
    }

    /// Text, with the empty string as NULL: most texts of most rows are empty.
    pub fn text_or_null(text: &str) -> Self {
        if text.is_empty() {
            Cell::Null
        } else {
            Cell::Text(text.to_owned())
        }
    }
}

/// Inserts rows, each as long as the table's column list. Rows should come sorted by the table's key. A row
/// whose key is there already is an error: callers look first, within the same transaction.
pub fn insert_rows(conn: &mut Conn, table: &Table<'_>, rows: &[Vec<Cell>]) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Lite(conn) => {
            let mut statement = conn.prepare_cached(&insert_sql(table))?;
            for row in rows {
                statement.execute(rusqlite::params_from_iter(row.iter().map(Cell::param)))?;
            }
            Ok(())
        }
        Conn::Pg(conn) if rows.len() < 8 => {
            let sql = insert_sql(table);
            for row in rows {
                conn.execute(&sql, &row.iter().map(Cell::param).collect::<Vec<_>>())?;
            }
            Ok(())
        }
        Conn::Pg(conn) => {
            let sql = format!("COPY {} ({}) FROM STDIN", table.name, table.columns.join(", "));
            conn.copy(&sql, copy_text(rows).as_bytes()).map(|_| ())
        }
    }
}

/// Like [`insert_rows`], the first column given apart: rows laid out before that was known are not copied for it.
pub(crate) fn insert_rows_under(conn: &mut Conn, table: &Table<'_>, rows: &[(i64, &[Cell])]) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Lite(conn) => {
            let mut statement = conn.prepare_cached(&insert_sql(table))?;
            for (first, row) in rows {
                let rest = row.iter().skip(1).map(Cell::param);
                statement.execute(rusqlite::params_from_iter(
                    std::iter::once(Param::Int(*first)).chain(rest),
                ))?;
            }
            Ok(())
        }
        Conn::Pg(_) => {
            let whole = |(first, row): &(i64, &[Cell])| -> Vec<Cell> {
                std::iter::once(Cell::Int(*first))
                    .chain(row.iter().skip(1).cloned())
                    .collect()
            };
            insert_rows(conn, table, &rows.iter().map(whole).collect::<Vec<_>>())
        }
    }
}

/// Inserts rows of a table of two integer columns; what is there already stays as it is. Rows should come in order.
pub(crate) fn insert_or_leave(conn: &mut Conn, table: &Table<'_>, rows: &[(i64, i64)]) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    let (name, columns) = (table.name, table.columns.join(", "));
    match conn {
        Conn::Lite(conn) => {
            let sql = format!("INSERT INTO {name} ({columns}) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
            let mut statement = conn.prepare_cached(&sql)?;
            for (a, b) in rows {
                statement.execute([a, b])?;
            }
        }
        Conn::Pg(conn) => {
            let sql = format!(
                "INSERT INTO {name} ({columns}) SELECT * FROM unnest(?1::bigint[], ?2::bigint[]) ON CONFLICT DO NOTHING"
            );
            for some in rows.chunks(4000) {
                let (left, right): (Vec<i64>, Vec<i64>) = some.iter().copied().unzip();
                conn.query_pairs(&sql, &left, &right)?;
            }
        }
    }
    Ok(())
}

/// Rows that one statement takes at most when they are kept at once.
const AT_ONCE_MAX: usize = 64;

/// Inserts rows in a transaction of their own: all or none, and durable when this returns. On PostgreSQL it takes
/// one message to the server and back, where beginning, each row and committing would take one each.
pub(crate) fn keep_rows(conn: &mut Conn, turns: &Turns, table: &Table<'_>, rows: &[Vec<Cell>]) -> Result<(), DbError> {
    if let Conn::Pg(pg) = conn
        && rows.len() <= AT_ONCE_MAX
    {
        if rows.is_empty() {
            return Ok(());
        }
        let params: Vec<Param<'_>> = rows.iter().flatten().map(Cell::param).collect();
        return pg.execute(&insert_several_sql(table, rows.len()), &params).map(|_| ());
    }
    turns.take(|| conn.begin(None))?;
    let outcome = insert_rows(conn, table, rows).and_then(|()| conn.commit());
    if outcome.is_err() {
        // What went wrong first is what is told.
        let _ = conn.roll_back();
    }
    outcome
}

fn insert_several_sql(table: &Table<'_>, rows: usize) -> String {
    let width = table.columns.len();
    let row = |at: usize| {
        let places: Vec<String> = (1..=width).map(|n| format!("?{}", at * width + n)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!(
        "INSERT INTO {} ({}) VALUES {}",
        table.name,
        table.columns.join(", "),
        rows.join(", ")
    )
}

fn insert_sql(table: &Table<'_>) -> String {
    let places: Vec<String> = (1..=table.columns.len()).map(|n| format!("?{n}")).collect();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table.name,
        table.columns.join(", "),
        places.join(", ")
    )
}

/// COPY's text format: tab between columns, `\N` for NULL, backslash escapes.
fn copy_text(rows: &[Vec<Cell>]) -> String {
    let mut text = String::with_capacity(rows.len() * 128);
    for row in rows {
        for (n, cell) in row.iter().enumerate() {
            if n > 0 {
                text.push('\t');
            }
            copy_cell(&mut text, cell);
        }
        text.push('\n');
    }
    text
}

fn copy_cell(text: &mut String, cell: &Cell) {
    // Writing to a String cannot fail.
    match cell {
        Cell::Null => text.push_str("\\N"),
        Cell::Int(value) => drop(write!(text, "{value}")),
        Cell::Real(value) => drop(write!(text, "{value:?}")),
        Cell::Text(value) => {
            for c in value.chars() {
                match c {
                    '\\' => text.push_str("\\\\"),
                    '\t' => text.push_str("\\t"),
                    '\n' => text.push_str("\\n"),
                    '\r' => text.push_str("\\r"),
                    // As `without_nul` has it.
                    '\0' => text.push('\u{2400}'),
                    other => text.push(other),
                }
            }
        }
        Cell::Bytes(bytes) => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            text.push_str("\\\\x");
            for byte in bytes {
                text.push(char::from(HEX[usize::from(byte >> 4)]));
                text.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

/// The rows whose key column is one of `keys`. `sql` compares that column with `= ?1`; on PostgreSQL it is
/// asked once for all of them.
pub fn fetch_by_keys<T>(
    conn: &mut Conn,
    sql: &str,
    keys: &[i64],
    mut each: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let mut found = Vec::new();
    if keys.is_empty() {
        return Ok(found);
    }
    match conn {
        Conn::Lite(conn) => {
            let mut statement = conn.prepare_cached(sql)?;
            for key in keys {
                let mut rows = statement.query([key])?;
                while let Some(row) = rows.next()? {
                    found.push(each(&Row(RowOf::Lite(row)))?);
                }
            }
        }
        Conn::Pg(conn) => {
            for some in keys.chunks(4000) {
                for row in conn.query_any(&sql.replace("= ?1", "= ANY(?1)"), some)? {
                    found.push(each(&Row(RowOf::Pg(&row)))?);
                }
            }
        }
    }
    Ok(found)
}

/// The rows of `table` whose first two key columns are one of `pairs`, read as `columns`.
pub fn fetch_by_pairs<T>(
    conn: &mut Conn,
    table: &Table<'_>,
    pairs: &[(i64, i64)],
    mut each: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let (first, second, columns) = (table.columns[0], table.columns[1], table.columns.join(", t."));
    let mut found = Vec::new();
    match conn {
        Conn::Lite(conn) => {
            let sql = format!(
                "SELECT t.{columns} FROM {} t WHERE t.{first} = ?1 AND t.{second} = ?2",
                table.name
            );
            let mut statement = conn.prepare_cached(&sql)?;
            for pair in pairs {
                let mut rows = statement.query([pair.0, pair.1])?;
                while let Some(row) = rows.next()? {
                    found.push(each(&Row(RowOf::Lite(row)))?);
                }
            }
        }
        Conn::Pg(conn) => {
            let sql = format!(
                "SELECT t.{columns} FROM unnest(?1::bigint[], ?2::bigint[]) AS k(a, b) JOIN {} t ON t.{first} = k.a AND t.{second} = k.b",
                table.name
            );
            for some in pairs.chunks(4000) {
                let (left, right): (Vec<i64>, Vec<i64>) = some.iter().copied().unzip();
                for row in conn.query_pairs(&sql, &left, &right)? {
                    found.push(each(&Row(RowOf::Pg(&row)))?);
                }
            }
        }
    }
    Ok(found)
}
