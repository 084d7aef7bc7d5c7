//! The session table.

use super::Began;
use crate::db::{Conn, DbError, Row};
use record::Instant;

/// A row of the table.
pub(super) struct Kept {
    pub digest: Vec<u8>,
    pub user: String,
    pub begun: i64,
    pub seen: i64,
    pub strong: i64,
    pub method: String,
    pub agent: String,
    pub ended: Option<i64>,
}

const COLUMNS: &str = "token_digest, user_name, begun, seen, strong, method, agent, ended";
/// Sessions of one person that are listed at most.
const LISTED_MAX: i64 = 200;

fn kept_of(row: &Row<'_>) -> Result<Kept, DbError> {
    Ok(Kept {
        digest: row.bytes(0)?,
        user: row.text(1)?,
        begun: row.int(2)?,
        seen: row.int(3)?,
        strong: row.int(4)?,
        method: row.text(5)?,
        agent: row.text(6)?,
        ended: row.opt_int(7)?,
    })
}

pub(super) fn insert(conn: &mut Conn, digest: &[u8; 32], began: &Began<'_>, now: Instant) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO session (token_digest, user_name, begun, seen, strong, method, agent)
         VALUES (?1, ?2, ?3, ?3, ?6, ?4, ?5)",
        &[
            digest.as_slice().into(),
            began.user.into(),
            now.0.into(),
            began.method.words().into(),
            began.agent.into(),
            began.strong.0.into(),
        ],
    )?;
    Ok(())
}

pub(super) fn find(conn: &mut Conn, digest: &[u8; 32]) -> Result<Option<Kept>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE token_digest = ?1");
    conn.first(&sql, &[digest.as_slice().into()], kept_of)
}

/// Sessions of one person, the last seen first.
pub(super) fn of_user(conn: &mut Conn, user: &str) -> Result<Vec<Kept>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE user_name = ?1 ORDER BY seen DESC, token_digest LIMIT ?2");
    conn.query(&sql, &[user.into(), LISTED_MAX.into()], kept_of)
}

pub(super) fn touch(conn: &mut Conn, digest: &[u8; 32], now: Instant) -> Result<(), DbError> {
    let sql = "UPDATE session SET seen = ?2 WHERE token_digest = ?1 AND seen < ?2";
    conn.execute(sql, &[digest.as_slice().into(), now.0.into()])?;
    Ok(())
}

/// The second factor was shown again.
pub(super) fn strengthen(conn: &mut Conn, digest: &[u8; 32], now: Instant) -> Result<(), DbError> {
    let sql = "UPDATE session SET strong = ?2, seen = ?2 WHERE token_digest = ?1";
    conn.execute(sql, &[digest.as_slice().into(), now.0.into()])?;
    Ok(())
}

/// Ends one session of this user; answers whether it stood.
pub(super) fn end(conn: &mut Conn, user: &str, digest: &[u8], now: Instant) -> Result<bool, DbError> {
    let sql = "UPDATE session SET ended = ?3 WHERE token_digest = ?1 AND user_name = ?2 AND ended IS NULL";
    Ok(conn.execute(sql, &[digest.into(), user.into(), now.0.into()])? == 1)
}

/// Ends every session of a user; answers how many stood.
pub(super) fn end_all(conn: &mut Conn, user: &str, now: Instant) -> Result<u64, DbError> {
    let sql = "UPDATE session SET ended = ?2 WHERE user_name = ?1 AND ended IS NULL";
    conn.execute(sql, &[user.into(), now.0.into()])
}

/// Ends every session of a user but one.
pub(super) fn end_others(conn: &mut Conn, user: &str, but: &[u8; 32], now: Instant) -> Result<(), DbError> {
    let sql = "UPDATE session SET ended = ?3 WHERE user_name = ?1 AND token_digest <> ?2 AND ended IS NULL";
    conn.execute(sql, &[user.into(), but.as_slice().into(), now.0.into()])?;
    Ok(())
}

/// Forgets sessions that began before a moment.
pub(super) fn sweep(conn: &mut Conn, before: Instant) -> Result<(), DbError> {
    conn.execute("DELETE FROM session WHERE begun < ?1", &[before.0.into()])?;
    Ok(())
}
