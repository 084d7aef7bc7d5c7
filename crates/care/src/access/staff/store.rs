//! The table of staff whose access was suspended.

use super::Suspension;
use crate::db::{Conn, DbError};
use record::Instant;

/// When each suspension of somebody ends that was not lifted.
pub(super) fn of_user(conn: &mut Conn, user: &str) -> Result<Vec<Option<i64>>, DbError> {
    let sql = "SELECT ends FROM staff_suspension WHERE user_name = ?1 AND undone IS NULL";
    conn.query(sql, &[user.into()], |row| row.opt_int(0))
}

pub(super) fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<Suspension>, DbError> {
    let sql = "SELECT suspension_no, user_name, words, actor, decided, ends, undone, undone_by, undone_words
               FROM staff_suspension ORDER BY suspension_no DESC LIMIT ?1";
    conn.query(sql, &[limit.into()], |row| {
        let lifted = match row.opt_int(6)? {
            Some(at) => Some((
                Instant(at),
                row.opt_text(7)?.unwrap_or_default(),
                row.opt_text(8)?.unwrap_or_default(),
            )),
            None => None,
        };
        Ok(Suspension {
            number: row.int(0)?,
            user: row.text(1)?,
            words: row.text(2)?,
            actor: row.text(3)?,
            decided: Instant(row.int(4)?),
            ends: row.opt_int(5)?.map(Instant),
            lifted,
        })
    })
}

pub(super) fn insert(conn: &mut Conn, kept: &Suspension) -> Result<i64, DbError> {
    let number = conn.take_numbers("staff_suspension", 1)?;
    conn.execute(
        "INSERT INTO staff_suspension (suspension_no, user_name, words, actor, decided, ends)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            number.into(),
            (&kept.user).into(),
            (&kept.words).into(),
            (&kept.actor).into(),
            kept.decided.0.into(),
            kept.ends.map(|ends| ends.0).into(),
        ],
    )?;
    Ok(number)
}

pub(super) fn lift(conn: &mut Conn, number: i64, by: &str, words: &str, now: Instant) -> Result<bool, DbError> {
    let sql = "UPDATE staff_suspension SET undone = ?2, undone_by = ?3, undone_words = ?4
               WHERE suspension_no = ?1 AND undone IS NULL";
    Ok(conn.execute(sql, &[number.into(), now.0.into(), by.into(), words.into()])? > 0)
}
