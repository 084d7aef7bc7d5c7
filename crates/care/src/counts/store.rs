//! The table of snapshots, and what a snapshot is made of.

use crate::access::sensitivity::Coded;
use crate::db::{Conn, DbError, fetch_by_keys};
use record::Instant;

/// Snapshots kept.
const KEPT: i64 = 3;

/// The number of the newest.
pub(super) fn newest(conn: &mut Conn) -> Result<Option<i64>, DbError> {
    let sql = "SELECT MAX(snapshot_no) FROM count_snapshot";
    Ok(conn.first(sql, &[], |row| row.opt_int(0))?.flatten())
}

/// When the newest was taken, and how many people are in it.
pub(super) fn taken(conn: &mut Conn) -> Result<Option<(Instant, i64)>, DbError> {
    let sql = "SELECT taken, people FROM count_snapshot ORDER BY snapshot_no DESC LIMIT 1";
    conn.first(sql, &[], |row| Ok((Instant(row.int(0)?), row.int(1)?)))
}

/// The number of the one taken at a moment.
pub(super) fn numbered(conn: &mut Conn, taken: Instant) -> Result<Option<i64>, DbError> {
    let sql = "SELECT snapshot_no FROM count_snapshot WHERE taken = ?1 ORDER BY snapshot_no DESC LIMIT 1";
    conn.first(sql, &[taken.0.into()], |row| row.int(0))
}

pub(super) fn body(conn: &mut Conn, number: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "SELECT body FROM count_snapshot WHERE snapshot_no = ?1";
    conn.first(sql, &[number.into()], |row| row.bytes(0))
}

/// Who is who in a snapshot, sealed; `None` for one that was taken before this was kept.
pub(super) fn who(conn: &mut Conn, number: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "SELECT who FROM count_snapshot WHERE snapshot_no = ?1";
    Ok(conn.first(sql, &[number.into()], |row| row.opt_bytes(0))?.flatten())
}

/// Keeps a snapshot, and lets old ones go.
pub(super) fn keep(conn: &mut Conn, taken: Instant, people: i64, (body, who): (&[u8], &[u8])) -> Result<(), DbError> {
    let number = conn.take_numbers("count_snapshot", 1)?;
    conn.execute(
        "INSERT INTO count_snapshot (snapshot_no, taken, people, body, who) VALUES (?1, ?2, ?3, ?4, ?5)",
        &[number.into(), taken.0.into(), people.into(), body.into(), who.into()],
    )?;
    conn.execute(
        "DELETE FROM count_snapshot WHERE snapshot_no <= ?1",
        &[(number - KEPT).into()],
    )?;
    Ok(())
}

/// The greatest number that a person has.
pub(super) fn last_person(conn: &mut Conn) -> Result<i64, DbError> {
    let sql = "SELECT MAX(person_no) FROM record_person";
    Ok(conn.first(sql, &[], |row| row.opt_int(0))?.flatten().unwrap_or(0))
}

/// A record of somebody.
pub(super) struct Of {
    pub person: i64,
    pub record: i64,
    pub sender: String,
}

/// The records of people with numbers after one, up to and with another.
pub(super) fn records(conn: &mut Conn, after: i64, to: i64) -> Result<Vec<Of>, DbError> {
    let sql = "SELECT rp.person_no, rp.record_no, r.sender FROM record_person rp
               JOIN record r ON r.record_no = rp.record_no
               WHERE rp.person_no > ?1 AND rp.person_no <= ?2 AND r.directory = 0 ORDER BY rp.person_no, rp.record_no";
    conn.query(sql, &[after.into(), to.into()], |row| {
        Ok(Of {
            person: row.int(0)?,
            record: row.int(1)?,
            sender: row.text(2)?,
        })
    })
}

/// A condition that a sender told of.
pub(super) struct Problem {
    pub record: i64,
    pub status: i64,
    pub certainty: i64,
    pub told: Coded,
}

/// The conditions of these records.
pub(super) fn problems(conn: &mut Conn, records: &[i64]) -> Result<Vec<Problem>, DbError> {
    let sql = "SELECT record_no, status, certainty, item, kind, what, also, category, place, value, detail FROM entry
               WHERE record_no = ?1 AND kind = 1 ORDER BY record_no, item, part";
    fetch_by_keys(conn, sql, records, |row| {
        Ok(Problem {
            record: row.int(0)?,
            status: row.int(1)?,
            certainty: row.int(2)?,
            told: Coded {
                item: row.int(3)?,
                kind: row.int(4)?,
                what: row.int(5)?,
                also: row.opt_int(6)?,
                category: row.opt_int(7)?,
                place: row.opt_int(8)?,
                value: row.opt_text(9)?,
                detail: row.opt_text(10)?,
            },
        })
    })
}
