//! The table of concerns.

use super::Concern;
use crate::db::{Conn, DbError, Param};
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

pub(super) fn queue(conn: &mut Conn, limit: i64) -> Result<Vec<Concern>, DbError> {
    conn.query(
        "SELECT concern_no, person_id, page, kind, words, reporter, reported, owner, closed, closed_by, closed_why
         FROM concern ORDER BY state, reported, concern_no LIMIT ?1",
        &[limit.into()],
        |row| {
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
        },
    )
}

pub(super) fn close(conn: &mut Conn, number: i64, by: &str, why: &str, now: Instant) -> Result<bool, DbError> {
    let changed = conn.execute(
        "UPDATE concern SET state = 1, closed = ?2, closed_by = ?3, closed_why = ?4
         WHERE concern_no = ?1 AND state = 0",
        &[number.into(), now.0.into(), by.into(), why.into()],
    )?;
    Ok(changed == 1)
}
