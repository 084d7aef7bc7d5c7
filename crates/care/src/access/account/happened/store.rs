//! The table of what happened to accounts.

use super::{Happened, NotTheirs, SLIPS, What};
use crate::db::{Conn, DbError};
use record::Instant;

/// Things that are shown at most; those before are shown once these are settled.
const SHOWN_MAX: i64 = 100;
/// Things read at most for the privacy officers.
const NOT_THEIRS_MAX: i64 = 2_000;

/// What is shown of `?1`'s account in session `?2`, at a browser that they have used since `?3`: what they said nothing
/// to, but for fewer slips than `?4` at their own browser; and what was said to be theirs at a browser that was first
/// used only after it happened, to browsers used before.
const SHOWN: &str = "user_name = ?1 AND session <> ?2 AND (
    (answered IS NULL AND (known = 0 OR times >= ?4 OR kind NOT IN (1, 2, 14)))
    OR (mine = 1 AND first_at > ?3 AND answered_since >= first_at))";

/// A row to keep.
pub(super) struct Kept<'a> {
    pub user: &'a str,
    pub what: What,
    pub known: bool,
    pub agent: &'a str,
    pub by: &'a str,
    pub session: &'a str,
}

/// Counts one more of what nothing was said to yet, and was done in the same session or in none; answers whether there
/// was any.
pub(super) fn add(conn: &mut Conn, kept: &Kept<'_>, now: Instant) -> Result<bool, DbError> {
    let sql = "UPDATE account_event SET times = times + 1, last_at = ?4, agent = ?5
               WHERE user_name = ?1 AND kind = ?2 AND known = ?3 AND session = ?6 AND answered IS NULL";
    let params = [
        kept.user.into(),
        kept.what.stored().into(),
        i64::from(kept.known).into(),
        now.0.into(),
        kept.agent.into(),
        kept.session.into(),
    ];
    Ok(conn.execute(sql, &params)? > 0)
}

pub(super) fn insert(conn: &mut Conn, kept: &Kept<'_>, now: Instant) -> Result<(), DbError> {
    let number = conn.take_numbers("account_event", 1)?;
    conn.execute(
        "INSERT INTO account_event (event_no, user_name, kind, first_at, last_at, times, known, agent, by_whom, session)
         VALUES (?1, ?2, ?3, ?4, ?4, 1, ?5, ?6, ?7, ?8)",
        &[
            number.into(),
            kept.user.into(),
            kept.what.stored().into(),
            now.0.into(),
            i64::from(kept.known).into(),
            kept.agent.into(),
            kept.by.into(),
            kept.session.into(),
        ],
    )?;
    Ok(())
}

/// Forgets the owner's own slips: too few to be told of, at a browser of theirs, and then they got in there.
pub(super) fn forget_slips(conn: &mut Conn, user: &str) -> Result<(), DbError> {
    let sql = "DELETE FROM account_event
               WHERE user_name = ?1 AND kind IN (1, 2, 14) AND known = 1 AND times < ?2 AND answered IS NULL";
    conn.execute(sql, &[user.into(), SLIPS.into()])?;
    Ok(())
}

/// Whether something of this kind ever happened to an account.
pub(super) fn ever(conn: &mut Conn, user: &str, what: What) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM account_event WHERE user_name = ?1 AND kind = ?2 LIMIT 1";
    let found = conn.first(sql, &[user.into(), what.stored().into()], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Whether anything is to be shown.
pub(super) fn waits(conn: &mut Conn, user: &str, session: &str, since: Instant) -> Result<bool, DbError> {
    let sql = format!("SELECT 1 FROM account_event WHERE {SHOWN} LIMIT 1");
    let params = [user.into(), session.into(), since.0.into(), SLIPS.into()];
    Ok(conn.first(&sql, &params, |_| Ok(()))?.is_some())
}

/// What is to be shown, the latest first.
pub(super) fn shown(conn: &mut Conn, user: &str, session: &str, since: Instant) -> Result<Vec<Happened>, DbError> {
    let sql = format!(
        "SELECT event_no, kind, first_at, last_at, times, known, agent, by_whom, answered FROM account_event
         WHERE {SHOWN} ORDER BY last_at DESC, event_no DESC LIMIT ?5"
    );
    let params = [
        user.into(),
        session.into(),
        since.0.into(),
        SLIPS.into(),
        SHOWN_MAX.into(),
    ];
    let found = conn.query(&sql, &params, |row| {
        let Some(what) = What::of_stored(row.int(1)?) else {
            return Ok(None);
        };
        Ok(Some(Happened {
            number: row.int(0)?,
            what,
            first: Instant(row.int(2)?),
            last: Instant(row.int(3)?),
            times: row.int(4)?,
            known: row.int(5)? == 1,
            agent: row.text(6)?,
            by: row.text(7)?,
            said_elsewhere: row.opt_int(8)?.map(Instant),
        }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// What an answer is given by.
pub(super) struct Answer<'a> {
    pub user: &'a str,
    pub session: &'a str,
    pub mine: bool,
    pub since: Instant,
    pub now: Instant,
}

/// Keeps what the owner says to one thing, if it is as they saw it; answers whether it was. That something was not
/// them is never unsaid.
pub(super) fn answer(conn: &mut Conn, answer: &Answer<'_>, (number, times): (i64, i64)) -> Result<bool, DbError> {
    let sql = "UPDATE account_event SET answered = ?5, mine = ?6, answered_since = ?7
               WHERE event_no = ?1 AND times = ?2 AND user_name = ?3 AND session <> ?4
                 AND (answered IS NULL OR mine = 1)";
    let params = [
        number.into(),
        times.into(),
        answer.user.into(),
        answer.session.into(),
        answer.now.0.into(),
        i64::from(answer.mine).into(),
        answer.since.0.into(),
    ];
    Ok(conn.execute(sql, &params)? == 1)
}

/// Forgets what was settled before a moment.
pub(super) fn sweep(conn: &mut Conn, user: &str, before: Instant) -> Result<(), DbError> {
    let sql = "DELETE FROM account_event WHERE user_name = ?1 AND answered < ?2";
    conn.execute(sql, &[user.into(), before.0.into()])?;
    Ok(())
}

/// What owners said was not them since a moment, by owner and moment.
pub(super) fn not_theirs(conn: &mut Conn, since: Instant) -> Result<Vec<NotTheirs>, DbError> {
    let sql = "SELECT user_name, answered, kind, times, first_at FROM account_event
               WHERE mine = 0 AND answered >= ?1 ORDER BY answered DESC, user_name, event_no LIMIT ?2";
    let rows = conn.query(sql, &[since.0.into(), NOT_THEIRS_MAX.into()], |row| {
        Ok((row.text(0)?, row.int(1)?, row.int(2)?, row.int(3)?, row.int(4)?))
    })?;
    let mut found: Vec<NotTheirs> = Vec::new();
    for (user, said, kind, times, first) in rows {
        let Some(what) = What::of_stored(kind) else { continue };
        match found.last_mut() {
            Some(last) if last.user == user && last.said.0 == said => {
                last.first = last.first.min(Instant(first));
                last.what.push((what, times));
            }
            _ => found.push(NotTheirs {
                user,
                said: Instant(said),
                first: Instant(first),
                what: vec![(what, times)],
            }),
        }
    }
    Ok(found)
}
