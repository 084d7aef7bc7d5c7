//! The session table.

use crate::db::{Conn, DbError};
use record::Instant;

pub(super) fn insert(conn: &mut Conn, digest: &[u8; 32], user: &str, now: Instant) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO session (token_digest, user_name, begun, seen) VALUES (?1, ?2, ?3, ?3)",
        &[digest.as_slice().into(), user.into(), now.0.into()],
    )?;
    Ok(())
}

/// User, begun, last seen.
pub(super) fn find(conn: &mut Conn, digest: &[u8; 32]) -> Result<Option<(String, i64, i64)>, DbError> {
    let sql = "SELECT user_name, begun, seen FROM session WHERE token_digest = ?1";
    conn.first(sql, &[digest.as_slice().into()], |row| {
        Ok((row.text(0)?, row.int(1)?, row.int(2)?))
    })
}

pub(super) fn touch(conn: &mut Conn, digest: &[u8; 32], now: Instant) -> Result<(), DbError> {
    let sql = "UPDATE session SET seen = ?2 WHERE token_digest = ?1";
    conn.execute(sql, &[digest.as_slice().into(), now.0.into()])?;
    Ok(())
}

pub(super) fn delete(conn: &mut Conn, digest: &[u8; 32]) -> Result<(), DbError> {
    conn.execute(
        "DELETE FROM session WHERE token_digest = ?1",
        &[digest.as_slice().into()],
    )?;
    Ok(())
}
