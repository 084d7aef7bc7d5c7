//! The table of snapshots, and what a snapshot is made of.

use crate::access::acts::{AccessAct, What};
use crate::db::{Conn, DbError, fetch_by_keys};
use crate::person::store::person_by_id;
use record::{Instant, PersonId};

/// Snapshots kept.
const KEPT: i64 = 3;
/// People who decided, read at a time.
const ACTS_AT_ONCE: i64 = 10_000;

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

pub(super) fn body(conn: &mut Conn, number: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "SELECT body FROM count_snapshot WHERE snapshot_no = ?1";
    conn.first(sql, &[number.into()], |row| row.bytes(0))
}

/// Keeps a snapshot, and lets old ones go.
pub(super) fn keep(conn: &mut Conn, taken: Instant, people: i64, body: &[u8]) -> Result<(), DbError> {
    let number = conn.take_numbers("count_snapshot", 1)?;
    conn.execute(
        "INSERT INTO count_snapshot (snapshot_no, taken, people, body) VALUES (?1, ?2, ?3, ?4)",
        &[number.into(), taken.0.into(), people.into(), body.into()],
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

/// A condition that a sender told of; what others share by the numbers of the texts.
pub(super) struct Problem {
    pub record: i64,
    pub item: i64,
    pub what: i64,
    pub also: Option<i64>,
    pub category: Option<i64>,
    pub place: Option<i64>,
    pub detail: Option<String>,
    pub status: i64,
    pub certainty: i64,
}

/// The conditions of these records.
pub(super) fn problems(conn: &mut Conn, records: &[i64]) -> Result<Vec<Problem>, DbError> {
    let sql = "SELECT record_no, item, what, also, category, place, detail, status, certainty FROM entry
               WHERE record_no = ?1 AND kind = 1 ORDER BY record_no, item, part";
    fetch_by_keys(conn, sql, records, |row| {
        Ok(Problem {
            record: row.int(0)?,
            item: row.int(1)?,
            what: row.int(2)?,
            also: row.opt_int(3)?,
            category: row.opt_int(4)?,
            place: row.opt_int(5)?,
            detail: row.opt_text(6)?,
            status: row.int(7)?,
            certainty: row.int(8)?,
        })
    })
}

/// Every act of one kind that stands, with whom it is about now. All of them: who is left out of a count must not depend
/// on how many are.
pub(super) fn standing(conn: &mut Conn, what: What, now: Instant) -> Result<Vec<(Option<i64>, AccessAct)>, DbError> {
    let mut found = Vec::new();
    let mut after = 0;
    loop {
        let some = crate::access::acts::standing_after(conn, what, after, ACTS_AT_ONCE)?;
        let Some(last) = some.last().map(|act| act.number) else {
            return Ok(found);
        };
        after = last;
        for act in some.into_iter().filter(|act| act.holds(now)) {
            found.push((who(conn, act.person)?, act));
        }
    }
}

fn who(conn: &mut Conn, person: PersonId) -> Result<Option<i64>, DbError> {
    Ok(person_by_id(conn, person)?.map(|(_, number)| number))
}
