//! The SQL of backups.

use crate::db::catalogue::Shape;
use crate::db::{Conn, DbError, Table, insert_rows};
use record::Instant;

/// The name of the setting of a store that was not restored to its end.
const RESTORING: &str = "restoring";

/// Asks for every row of a table in the order of its key, which is the same on either engine: numbers and bytes by
/// value, text in the C collation. A table without a key is put in order by all that it has.
pub(super) fn every_row(shape: &Shape) -> String {
    let columns: Vec<&str> = shape.columns.iter().map(|(name, _)| name.as_str()).collect();
    let key = match shape.key.is_empty() {
        true => columns.join(", "),
        false => shape.key.join(", "),
    };
    format!("SELECT {} FROM {} ORDER BY {key}", columns.join(", "), shape.name)
}

/// Takes away what migrations put into a new table: a backup brings all of its own.
pub(super) fn empty(conn: &mut Conn, table: &str) -> Result<(), DbError> {
    conn.execute(&format!("DELETE FROM {table}"), &[])?;
    Ok(())
}

/// Adds rows to a table.
pub(super) fn fill(conn: &mut Conn, shape: &Shape, rows: &[Vec<crate::db::Cell>]) -> Result<(), DbError> {
    let columns: Vec<&str> = shape.columns.iter().map(|(name, _)| name.as_str()).collect();
    let table = Table {
        name: &shape.name,
        columns: &columns,
    };
    insert_rows(conn, &table, rows)
}

/// Each feed with the moment that it last brought something, by name.
pub(super) fn feeds(conn: &mut Conn) -> Result<Vec<(String, i64)>, DbError> {
    conn.query("SELECT name, last_received FROM feed ORDER BY name", &[], |row| {
        Ok((row.text(0)?, row.int(1)?))
    })
}

/// A setting of the store.
pub(super) fn setting(conn: &mut Conn, name: &str) -> Result<Option<String>, DbError> {
    conn.first("SELECT value FROM setting WHERE name = ?1", &[name.into()], |row| {
        row.text(0)
    })
}

/// Whether a store was not restored to its end.
pub(crate) fn unfinished(conn: &mut Conn) -> Result<bool, DbError> {
    Ok(setting(conn, RESTORING)?.is_some())
}

/// Marks a store as one that is not restored to its end.
pub(super) fn mark(conn: &mut Conn) -> Result<(), DbError> {
    let sql = "INSERT INTO setting (name, value) VALUES (?1, ?2)";
    conn.execute(sql, &[RESTORING.into(), "it must not be used".into()])?;
    Ok(())
}

/// Takes the mark away: the store may be used.
pub(super) fn unmark(conn: &mut Conn) -> Result<(), DbError> {
    conn.execute("DELETE FROM setting WHERE name = ?1", &[RESTORING.into()])?;
    Ok(())
}

/// What does not survive a restore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Sessions: everybody signs in anew.
    pub sessions: u64,
    /// Codes by which accounts are set up: one could have been used since.
    pub codes: u64,
    /// Copies of records that waited to be opened: what was removed since could stand in one.
    pub copies: u64,
    /// Projects that ran: one could have been ended since, and its pseudonyms must lead to nobody.
    pub projects: u64,
}

/// Ends what must not outlive the store that it was made for.
pub(super) fn end_what_must(conn: &mut Conn, now: Instant) -> Result<Ended, DbError> {
    let sessions = conn.execute("DELETE FROM session", &[])?;
    for table in ["sign_in_try", "machine_token", "launch"] {
        conn.execute(&format!("DELETE FROM {table}"), &[])?;
    }
    let codes = conn.execute(
        "UPDATE account SET enrol_digest = NULL, enrol_ends = NULL WHERE enrol_digest IS NOT NULL",
        &[],
    )?;
    // 3: deleted, see care::rights::copies.
    let copies = conn.execute(
        "UPDATE record_copy SET state = 3, body = NULL WHERE body IS NOT NULL",
        &[],
    )?;
    let projects = conn.execute(
        "UPDATE project SET ended = ?1, ended_by = '', ended_words = 'the store was restored', salt = NULL
         WHERE salt IS NOT NULL",
        &[now.0.into()],
    )?;
    // Counts are made anew: somebody could have opted out since.
    for table in ["project_listed", "project_person", "count_snapshot"] {
        conn.execute(&format!("DELETE FROM {table}"), &[])?;
    }
    // Whoever weighed is gone.
    conn.execute("UPDATE match_lease SET holder = 0, until = 0", &[])?;
    Ok(Ended {
        sessions,
        codes,
        copies,
        projects,
    })
}

/// A removal as its tombstone tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stone {
    pub number: i64,
    pub item: i64,
    pub request_no: i64,
    pub ground: i64,
    pub asked_by: String,
    pub confirmed_by: String,
    pub removed: Instant,
}

/// The removals whose number is above `after`.
pub(super) fn stones(conn: &mut Conn, after: i64) -> Result<Vec<Stone>, DbError> {
    let sql = "SELECT tombstone_no, item, request_no, ground, asked_by, confirmed_by, removed FROM tombstone
               WHERE tombstone_no > ?1 ORDER BY tombstone_no";
    conn.query(sql, &[after.into()], |row| {
        Ok(Stone {
            number: row.int(0)?,
            item: row.int(1)?,
            request_no: row.int(2)?,
            ground: row.int(3)?,
            asked_by: row.text(4)?,
            confirmed_by: row.text(5)?,
            removed: Instant(row.int(6)?),
        })
    })
}
