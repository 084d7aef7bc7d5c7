//! The table of records that are held restricted.

use crate::db::{Conn, DbError, fetch_by_keys};
use record::{Instant, RecordId};

pub(super) fn any(conn: &mut Conn) -> Result<bool, DbError> {
    let sql = "SELECT hold_no FROM held_restricted LIMIT 1";
    Ok(conn.first(sql, &[], |row| row.int(0))?.is_some())
}

pub(super) fn count(conn: &mut Conn) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM held_restricted";
    Ok(conn.first(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

pub(super) fn is_held(conn: &mut Conn, record: RecordId) -> Result<bool, DbError> {
    let sql = "SELECT hold_no FROM held_restricted WHERE record_id = ?1";
    let found = conn.first(sql, &[record.as_bytes().as_slice().into()], |row| row.int(0))?;
    Ok(found.is_some())
}

/// Those of these records that are held.
pub(super) fn held_among(conn: &mut Conn, records: &[i64]) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT r.record_no FROM record r JOIN held_restricted h ON h.record_id = r.record_id
               WHERE r.record_no = ?1";
    fetch_by_keys(conn, sql, records, |row| row.int(0))
}

pub(super) fn insert(conn: &mut Conn, record: RecordId, since: Instant) -> Result<(), DbError> {
    let number = conn.take_numbers("held_restricted", 1)?;
    conn.execute(
        "INSERT INTO held_restricted (hold_no, record_id, since, said) VALUES (?1, ?2, ?3, 0)",
        &[number.into(), record.as_bytes().as_slice().into(), since.0.into()],
    )?;
    Ok(())
}

/// Whether the sender of a record now says it too.
pub(super) fn note_said(conn: &mut Conn, record_no: i64, said: bool) -> Result<(), DbError> {
    let sql = "UPDATE held_restricted SET said = ?2
               WHERE record_id IN (SELECT record_id FROM record WHERE record_no = ?1)";
    conn.execute(sql, &[record_no.into(), i64::from(said).into()])?;
    Ok(())
}

pub(super) fn end_said(conn: &mut Conn) -> Result<u64, DbError> {
    conn.execute("DELETE FROM held_restricted WHERE said = 1", &[])
}

/// Has what is kept of who a record is about be restricted.
pub(super) fn mark(conn: &mut Conn, record_no: i64, demographics: &str) -> Result<(), DbError> {
    let sql = "UPDATE identity SET restricted = 1, demographics = ?2 WHERE record_no = ?1";
    conn.execute(sql, &[record_no.into(), demographics.into()])?;
    Ok(())
}
