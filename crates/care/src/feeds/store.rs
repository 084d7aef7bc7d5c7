//! The tables behind the feeds page.

use crate::db::{Conn, DbError};

/// Every feed by which anything came, as (number, name, sender, last received).
pub(super) fn heard(conn: &mut Conn) -> Result<Vec<(i64, String, String, i64)>, DbError> {
    conn.query(
        "SELECT feed_no, name, sender, last_received FROM feed ORDER BY name",
        &[],
        |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?, row.int(3)?)),
    )
}

/// What came by each feed each day since, as (feed number, day, pieces).
pub(super) fn days(conn: &mut Conn, since: i64) -> Result<Vec<(i64, i64, i64)>, DbError> {
    conn.query(
        "SELECT feed_no, day, received FROM feed_day WHERE day >= ?1",
        &[since.into()],
        |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)),
    )
}

/// The first day on which anything came by any feed; `None` when nothing ever did.
pub(super) fn first_day(conn: &mut Conn) -> Result<Option<i64>, DbError> {
    let first = conn.first("SELECT MIN(day) FROM feed_day", &[], |row| row.opt_int(0))?;
    Ok(first.flatten())
}
