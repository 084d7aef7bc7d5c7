//! The tables of other systems' tokens and of assertions that were taken.

use super::Held;
use crate::db::{Conn, DbError};
use record::Instant;

/// Remembers an assertion; answers whether it is new.
pub(super) fn take(conn: &mut Conn, once: &[u8; 32], ends: Instant) -> Result<bool, DbError> {
    let sql = "INSERT INTO machine_assertion (assertion, ends) VALUES (?1, ?2) ON CONFLICT (assertion) DO NOTHING";
    Ok(conn.execute(sql, &[once.as_slice().into(), ends.0.into()])? == 1)
}

pub(super) fn insert(
    conn: &mut Conn,
    digest: &[u8; 32],
    (client, scopes): (&str, &str),
    ends: Instant,
) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO machine_token (token_digest, client, scopes, ends) VALUES (?1, ?2, ?3, ?4)",
        &[digest.as_slice().into(), client.into(), scopes.into(), ends.0.into()],
    )?;
    Ok(())
}

/// A token and until when it is good.
pub(super) fn find(conn: &mut Conn, digest: &[u8; 32]) -> Result<Option<(Held, i64)>, DbError> {
    let sql = "SELECT client, scopes, ends FROM machine_token WHERE token_digest = ?1";
    conn.first(sql, &[digest.as_slice().into()], |row| {
        let held = Held {
            client: row.text(0)?,
            scopes: row.text(1)?,
        };
        Ok((held, row.int(2)?))
    })
}

/// Forgets what is good no longer.
pub(super) fn sweep(conn: &mut Conn, now: Instant) -> Result<(), DbError> {
    conn.execute("DELETE FROM machine_token WHERE ends <= ?1", &[now.0.into()])?;
    conn.execute("DELETE FROM machine_assertion WHERE ends <= ?1", &[now.0.into()])?;
    Ok(())
}
