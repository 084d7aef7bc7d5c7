//! The table of concerns.

use super::Concern;
use crate::db::{Conn, DbError, Param, Row};
use record::{Instant, PersonId};

pub(super) fn insert(conn: &mut Conn, concern: &Concern) -> Result<i64, DbError> {
    let number = conn.take_numbers("concern", 1)?;
    let person = concern
        .person
        .as_ref()
        .map_or(Param::Null, |id| Param::Bytes(id.as_bytes()));
    conn.execute(
        "INSERT INTO concern (concern_no, person_id, page, kind, words, reporter, reported, owner, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
        &[
            number.into(),
            person,
            (&concern.page).into(),
            (&concern.kind).into(),
            (&concern.words).into(),
            (&concern.reporter).into(),
            concern.reported.0.into(),
            (&concern.owner).into(),
        ],
    )?;
    Ok(number)
}

const COLUMNS: &str =
    "concern_no, person_id, page, kind, words, reporter, reported, owner, closed, closed_by, closed_why";

fn concern(row: &Row<'_>) -> Result<Concern, DbError> {
    let person = row
        .opt_bytes(1)?
        .and_then(|bytes| <[u8; 16]>::try_from(bytes).ok())
        .map(PersonId::from_bytes);
    let closed = match row.opt_int(8)? {
        Some(at) => Some((
            Instant(at),
            row.opt_text(9)?.unwrap_or_default(),
            row.opt_text(10)?.unwrap_or_default(),
        )),
        None => None,
    };
    Ok(Concern {
        number: row.int(0)?,
        person,
        page: row.text(2)?,
        kind: row.text(3)?,
        words: row.text(4)?,
        reporter: row.text(5)?,
        reported: Instant(row.int(6)?),
        owner: row.text(7)?,
        closed,
    })
}

pub(super) fn queue(conn: &mut Conn, limit: i64) -> Result<Vec<Concern>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM concern ORDER BY state, reported, concern_no LIMIT ?1");
    conn.query(&sql, &[limit.into()], concern)
}

pub(super) fn one(conn: &mut Conn, number: i64) -> Result<Option<Concern>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM concern WHERE concern_no = ?1");
    conn.first(&sql, &[number.into()], concern)
}

pub(super) fn of_reporter(conn: &mut Conn, reporter: &str, limit: i64) -> Result<Vec<Concern>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM concern WHERE reporter = ?1 ORDER BY concern_no DESC LIMIT ?2");
    conn.query(&sql, &[reporter.into(), limit.into()], concern)
}

/// How many somebody reported, and how many of those are closed.
pub(super) fn count_of_reporter(conn: &mut Conn, reporter: &str) -> Result<(i64, i64), DbError> {
    let counted = conn.first(
        "SELECT COUNT(*), COUNT(closed) FROM concern WHERE reporter = ?1",
        &[reporter.into()],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )?;
    Ok(counted.unwrap_or_default())
}

pub(super) fn own(conn: &mut Conn, number: i64, owner: &str) -> Result<bool, DbError> {
    let sql = "UPDATE concern SET owner = ?2 WHERE concern_no = ?1 AND state = 0";
    Ok(conn.execute(sql, &[number.into(), owner.into()])? == 1)
}

pub(super) fn close(conn: &mut Conn, number: i64, by: &str, why: &str, now: Instant) -> Result<bool, DbError> {
    let changed = conn.execute(
        "UPDATE concern SET state = 1, closed = ?2, closed_by = ?3, closed_why = ?4
         WHERE concern_no = ?1 AND state = 0",
        &[number.into(), now.0.into(), by.into(), why.into()],
    )?;
    Ok(changed == 1)
}
