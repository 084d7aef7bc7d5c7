//! The table of links that lead to a record.

use crate::db::{Conn, DbError};
use record::Instant;

pub(super) fn insert(conn: &mut Conn, digest: &[u8; 32], sealed: &[u8], ends: Instant) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO launch (launch_digest, sealed, ends) VALUES (?1, ?2, ?3)",
        &[digest.as_slice().into(), sealed.into(), ends.0.into()],
    )?;
    Ok(())
}

/// Ties a link to whoever follows it first, while it is good.
pub(super) fn claim(
    conn: &mut Conn,
    digest: &[u8; 32],
    claimed: &[u8; 32],
    (now, ends): (Instant, Instant),
) -> Result<bool, DbError> {
    let sql = "UPDATE launch SET claimed = ?2, ends = ?4 WHERE launch_digest = ?1 AND claimed IS NULL AND ends > ?3";
    let params = [
        digest.as_slice().into(),
        claimed.as_slice().into(),
        now.0.into(),
        ends.0.into(),
    ];
    Ok(conn.execute(sql, &params)? == 1)
}

/// A link's digest, and what was sealed.
pub(super) type Sealed = (Vec<u8>, Vec<u8>);

/// The link of a claim.
pub(super) fn claimed(conn: &mut Conn, claimed: &[u8; 32], now: Instant) -> Result<Option<Sealed>, DbError> {
    let sql = "SELECT launch_digest, sealed FROM launch WHERE claimed = ?1 AND ends > ?2";
    conn.first(sql, &[claimed.as_slice().into(), now.0.into()], |row| {
        Ok((row.bytes(0)?, row.bytes(1)?))
    })
}

pub(super) fn spend(conn: &mut Conn, claimed: &[u8; 32], now: Instant) -> Result<bool, DbError> {
    let sql = "DELETE FROM launch WHERE claimed = ?1 AND ends > ?2";
    Ok(conn.execute(sql, &[claimed.as_slice().into(), now.0.into()])? == 1)
}

/// Forgets those that are good no longer.
pub(super) fn sweep(conn: &mut Conn, now: Instant) -> Result<(), DbError> {
    conn.execute("DELETE FROM launch WHERE ends <= ?1", &[now.0.into()])?;
    Ok(())
}
