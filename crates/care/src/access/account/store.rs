//! The tables of accounts, their codes and places, and tries.

use super::{Account, Kept};
use crate::access::Role;
use crate::db::{Conn, DbError, Param, Row};
use record::Instant;

const COLUMNS: &str =
    "user_name, name, role, organisation, made, made_by, suspended, suspended_by, enrolled, enrol_ends,
    issuer, password, authenticator, last_step, enrol_digest";
/// Accounts listed at most.
const LISTED_MAX: i64 = 100_000;

/// An account with what only signing in needs.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    pub account: Account,
    pub password: Option<Kept>,
    pub authenticator: Option<Vec<u8>>,
    /// The step of the last code that was taken: none up to it is good again.
    pub last_step: i64,
    pub enrol_digest: Option<Vec<u8>>,
}

fn whole_of(row: &Row<'_>) -> Result<Whole, DbError> {
    let role = row.text(2)?;
    let suspended = match (row.opt_int(6)?, row.opt_text(7)?) {
        (Some(at), by) => Some((Instant(at), by.unwrap_or_default())),
        (None, _) => None,
    };
    Ok(Whole {
        account: Account {
            user: row.text(0)?,
            name: row.text(1)?,
            role: Role::of_words(&role).ok_or_else(|| DbError::state(format!("an account has the role {role}")))?,
            organisation: row.text(3)?,
            made: (Instant(row.int(4)?), row.text(5)?),
            suspended,
            enrolled: row.opt_int(8)?.map(Instant),
            code_ends: row.opt_int(9)?.map(Instant),
            issuer: row.opt_text(10)?.unwrap_or_default(),
        },
        password: row.opt_text(11)?.and_then(|text| Kept::parse(&text)),
        authenticator: row.opt_bytes(12)?,
        last_step: row.int(13)?,
        enrol_digest: row.opt_bytes(14)?,
    })
}

pub(super) fn find(conn: &mut Conn, user: &str) -> Result<Option<Whole>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE user_name = ?1");
    conn.first(&sql, &[user.into()], whole_of)
}

pub(super) fn all(conn: &mut Conn) -> Result<Vec<Account>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM account ORDER BY user_name LIMIT ?1");
    conn.query(&sql, &[LISTED_MAX.into()], |row| Ok(whole_of(row)?.account))
}

/// Keeps a new account; answers whether the name was free.
pub(super) fn insert(conn: &mut Conn, account: &Account, key: &[u8], code: &[u8; 32]) -> Result<bool, DbError> {
    let kept = conn.execute(
        "INSERT INTO account (user_name, name, role, organisation, made, made_by, authenticator, last_step,
           enrol_digest, enrol_ends) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9)
         ON CONFLICT (user_name) DO NOTHING",
        &[
            (&account.user).into(),
            (&account.name).into(),
            account.role.words().into(),
            (&account.organisation).into(),
            account.made.0.0.into(),
            (&account.made.1).into(),
            key.into(),
            code.as_slice().into(),
            account.code_ends.map(|ends| ends.0).into(),
        ],
    )?;
    Ok(kept == 1)
}

/// Suspends an account, or lifts that; answers whether there is one.
pub(super) fn suspend(conn: &mut Conn, user: &str, by: Option<(&str, Instant)>) -> Result<bool, DbError> {
    let (at, who) = match by {
        Some((who, at)) => (at.0.into(), who.into()),
        None => (Param::Null, Param::Null),
    };
    let sql = "UPDATE account SET suspended = ?2, suspended_by = ?3 WHERE user_name = ?1";
    Ok(conn.execute(sql, &[user.into(), at, who])? == 1)
}

/// Takes away everything that an account's owner signs in with, and lets them enrol anew by a code.
pub(super) fn enrol_anew(
    conn: &mut Conn,
    user: &str,
    key: &[u8],
    (code, ends): (&[u8; 32], Instant),
) -> Result<bool, DbError> {
    conn.execute("DELETE FROM account_recovery WHERE user_name = ?1", &[user.into()])?;
    conn.execute("DELETE FROM account_place WHERE user_name = ?1", &[user.into()])?;
    let sql = "UPDATE account SET password = NULL, authenticator = ?2, last_step = 0, enrol_digest = ?3,
               enrol_ends = ?4, enrolled = NULL WHERE user_name = ?1 AND issuer IS NULL";
    let params = [user.into(), key.into(), code.as_slice().into(), ends.0.into()];
    Ok(conn.execute(sql, &params)? == 1)
}

/// Uses up an enrolment code for a password; answers whether the code was still good.
pub(super) fn enrolled(
    conn: &mut Conn,
    user: &str,
    code: &[u8; 32],
    (password, step): (&Kept, i64),
    now: Instant,
) -> Result<bool, DbError> {
    let sql = "UPDATE account SET password = ?3, last_step = ?4, enrolled = ?5, enrol_digest = NULL, enrol_ends = NULL
               WHERE user_name = ?1 AND enrol_digest = ?2 AND enrol_ends > ?5 AND suspended IS NULL";
    let text = password.text();
    let params = [
        user.into(),
        code.as_slice().into(),
        (&text).into(),
        step.into(),
        now.0.into(),
    ];
    Ok(conn.execute(sql, &params)? == 1)
}

/// Keeps what a provider says of someone: a new account, or what changed of theirs. Answers whether it may be used.
pub(super) fn vouch(
    conn: &mut Conn,
    account: &Account,
    (issuer, subject): (&str, &str),
    now: Instant,
) -> Result<bool, DbError> {
    let (user, role) = (account.user.as_str(), account.role.words());
    conn.execute(
        "INSERT INTO account (user_name, name, role, organisation, made, made_by, last_step, enrolled, issuer, subject)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?5, ?7, ?8) ON CONFLICT DO NOTHING",
        &[
            user.into(),
            (&account.name).into(),
            role.into(),
            (&account.organisation).into(),
            now.0.into(),
            (&account.made.1).into(),
            issuer.into(),
            subject.into(),
        ],
    )?;
    let sql = "UPDATE account SET name = ?4, role = ?5, organisation = ?6
               WHERE user_name = ?1 AND issuer = ?2 AND subject = ?3 AND suspended IS NULL";
    let params = [
        user.into(),
        issuer.into(),
        subject.into(),
        (&account.name).into(),
        role.into(),
        (&account.organisation).into(),
    ];
    Ok(conn.execute(sql, &params)? == 1)
}

/// Puts a new password in the place of the old.
pub(super) fn set_password(conn: &mut Conn, user: &str, password: &Kept) -> Result<bool, DbError> {
    let text = password.text();
    let sql = "UPDATE account SET password = ?2 WHERE user_name = ?1";
    Ok(conn.execute(sql, &[user.into(), (&text).into()])? == 1)
}

/// Uses up the code of a step, and of every step before it; answers whether it was still good.
pub(super) fn use_step(conn: &mut Conn, user: &str, step: i64) -> Result<bool, DbError> {
    let sql = "UPDATE account SET last_step = ?2 WHERE user_name = ?1 AND last_step < ?2";
    Ok(conn.execute(sql, &[user.into(), step.into()])? == 1)
}

/// Puts fresh recovery codes in the place of all there were.
pub(super) fn set_recovery(conn: &mut Conn, user: &str, digests: &[[u8; 32]]) -> Result<(), DbError> {
    conn.execute("DELETE FROM account_recovery WHERE user_name = ?1", &[user.into()])?;
    for digest in digests {
        let sql = "INSERT INTO account_recovery (user_name, digest) VALUES (?1, ?2)";
        conn.execute(sql, &[user.into(), digest.as_slice().into()])?;
    }
    Ok(())
}

/// Uses up a recovery code; answers whether it was still good.
pub(super) fn use_recovery(conn: &mut Conn, user: &str, digest: &[u8; 32], now: Instant) -> Result<bool, DbError> {
    let sql = "UPDATE account_recovery SET used = ?3 WHERE user_name = ?1 AND digest = ?2 AND used IS NULL";
    Ok(conn.execute(sql, &[user.into(), digest.as_slice().into(), now.0.into()])? == 1)
}

/// Whether a recovery code is one of theirs that was not used.
pub(super) fn knows_recovery(conn: &mut Conn, user: &str, digest: &[u8; 32]) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM account_recovery WHERE user_name = ?1 AND digest = ?2 AND used IS NULL";
    let found = conn.first(sql, &[user.into(), digest.as_slice().into()], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Recovery codes that are left.
pub(super) fn recovery_left(conn: &mut Conn, user: &str) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM account_recovery WHERE user_name = ?1 AND used IS NULL";
    Ok(conn.first(sql, &[user.into()], |row| row.int(0))?.unwrap_or(0))
}

/// Whether someone has signed in from a place before.
pub(super) fn knows_place(conn: &mut Conn, user: &str, place: &[u8; 32]) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM account_place WHERE user_name = ?1 AND place = ?2";
    let found = conn.first(sql, &[user.into(), place.as_slice().into()], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Since when someone has signed in from a place; `None` when they never did.
pub(super) fn place_since(conn: &mut Conn, user: &str, place: &[u8; 32]) -> Result<Option<Instant>, DbError> {
    let sql = "SELECT since FROM account_place WHERE user_name = ?1 AND place = ?2";
    conn.first(sql, &[user.into(), place.as_slice().into()], |row| {
        Ok(Instant(row.int(0)?))
    })
}

/// Forgets every place of someone's but these.
pub(super) fn forget_places_but(conn: &mut Conn, user: &str, but: &[[u8; 32]]) -> Result<(), DbError> {
    let sql = "SELECT place FROM account_place WHERE user_name = ?1";
    let places = conn.query(sql, &[user.into()], |row| row.bytes(0))?;
    for place in places
        .iter()
        .filter(|place| !but.iter().any(|kept| kept[..] == place[..]))
    {
        let sql = "DELETE FROM account_place WHERE user_name = ?1 AND place = ?2";
        conn.execute(sql, &[user.into(), place.as_slice().into()])?;
    }
    Ok(())
}

pub(super) fn keep_place(conn: &mut Conn, user: &str, place: &[u8; 32], now: Instant) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO account_place (user_name, place, seen, since) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (user_name, place) DO UPDATE SET seen = ?3",
        &[user.into(), place.as_slice().into(), now.0.into()],
    )?;
    Ok(())
}

/// Until when a bucket is draining; long past for one that is empty.
pub(super) fn filled(conn: &mut Conn, place: &[u8; 32]) -> Result<i64, DbError> {
    let sql = "SELECT filled FROM sign_in_try WHERE place = ?1";
    let found = conn.first(sql, &[place.as_slice().into()], |row| row.int(0))?;
    Ok(found.unwrap_or(0))
}

pub(super) fn fill(conn: &mut Conn, place: &[u8; 32], filled: i64) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO sign_in_try (place, filled) VALUES (?1, ?2) ON CONFLICT (place) DO UPDATE SET filled = ?2",
        &[place.as_slice().into(), filled.into()],
    )?;
    Ok(())
}

/// Forgets buckets that are empty.
pub(super) fn sweep_tries(conn: &mut Conn, now: Instant) -> Result<(), DbError> {
    conn.execute("DELETE FROM sign_in_try WHERE filled <= ?1", &[now.0.into()])?;
    Ok(())
}

/// Keeps what someone typed, in the place of what was kept of theirs before.
pub(super) fn keep_form(conn: &mut Conn, user: &str, path: &str, typed: &[u8], now: Instant) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO kept_form (user_name, path, typed, kept) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (user_name) DO UPDATE SET path = ?2, typed = ?3, kept = ?4",
        &[user.into(), path.into(), typed.into(), now.0.into()],
    )?;
    Ok(())
}

/// What is kept of someone's: path, text and since when.
pub(super) fn kept_form(conn: &mut Conn, user: &str) -> Result<Option<(String, Vec<u8>, Instant)>, DbError> {
    let sql = "SELECT path, typed, kept FROM kept_form WHERE user_name = ?1";
    conn.first(sql, &[user.into()], |row| {
        Ok((row.text(0)?, row.bytes(1)?, Instant(row.int(2)?)))
    })
}

/// Forgets what is kept of someone's, and whatever is kept of anyone's since before `since`.
pub(super) fn forget_form(conn: &mut Conn, user: &str, since: Instant) -> Result<(), DbError> {
    let sql = "DELETE FROM kept_form WHERE user_name = ?1 OR kept < ?2";
    conn.execute(sql, &[user.into(), since.0.into()])?;
    Ok(())
}
