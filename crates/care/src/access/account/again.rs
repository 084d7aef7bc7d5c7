//! What someone signed in does about their own account: shows their second factor again, changes their password,
//! makes new recovery codes.

use super::happened::{self, By, What};
use super::places::{self, Turn};
use super::sign_in::{Factor, audit_row, from, second_factor, use_up};
use super::{AccountKey, Compared, Going, Kept, Source, once, store};
use crate::Care;
use crate::access::{Actor, session};
use crate::db::{Conn, DbError, Urgency};
use record::Instant;

/// What became of showing the second factor again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It was right.
    Yes,
    /// It was not, or was used before.
    No,
    /// Too many were wrong: how long to wait, in seconds.
    Wait(i64),
}

/// Looks at a code that someone signed in shows again; when it is right their session is as strong as when it began.
/// Tries are counted as those to sign in are.
///
/// # Errors
/// When the store fails.
pub fn show_again(
    care: &Care,
    key: &AccountKey,
    (actor, token): (&Actor, &str),
    code: &str,
    (source, now): (&Source, Instant),
) -> Result<Again, DbError> {
    let (user, write_key, write_source) = (actor.user.clone(), key.clone(), source.clone());
    let begun = care.writer().write(Urgency::Waiting, move |conn| {
        let whole = store::find(conn, &user)?;
        Ok::<_, DbError>((places::take(conn, &write_key, &user, &write_source, now)?, whole))
    })?;
    let (buckets, whole) = match begun {
        (Turn::Wait { seconds }, _) => return Ok(Again::Wait(seconds)),
        (Turn::Go(buckets), whole) => (buckets, whole),
    };
    let factor = second_factor(care, key, (&actor.user, whole.as_ref()), code, now)?;
    let (user, token, write_key, write_source) = (actor.user.clone(), token.to_owned(), key.clone(), source.clone());
    let good = care.writer().write(Urgency::Waiting, move |conn| {
        let good = use_up(conn, &user, factor, now)?;
        let known = places::browser_since(conn, &write_key, &user, &write_source)?.is_some();
        if good {
            places::was_right(conn, &write_key, (&user, &write_source), &buckets, now)?;
            session::strengthen(conn, &token, now)?;
            if known {
                happened::got_in(conn, &user)?;
            }
        } else {
            wrong_inside(conn, &user, (&write_source, known), &token, now)?;
        }
        Ok::<_, DbError>(good)
    })?;
    let outcome = if good { "granted" } else { "wrong code" };
    let row = audit_row(actor, ("show second factor again", outcome), from(source), now);
    care.audit().record(vec![row])?;
    Ok(if good { Again::Yes } else { Again::No })
}

/// Puts a new password in the place of one that was shown again with a code, and ends every other session: whoever
/// had the old one is out. Answers whether password and code were right.
///
/// # Errors
/// When the store fails; the old password stands then.
pub fn change_password(
    care: &Care,
    key: &AccountKey,
    (going, Compared(same), code): (&Going, Compared, &str),
    (password, token): (&Kept, &str),
    now: Instant,
) -> Result<bool, DbError> {
    let factor = second_factor(care, key, (going.user(), going.whole.as_ref()), code, now)?;
    let actor = going.actor(care);
    let factor = if same { factor } else { Factor::None };
    let (user, token, password) = (going.user().to_owned(), token.to_owned(), password.clone());
    let (write_key, source, buckets) = (key.clone(), going.source.clone(), going.buckets.clone());
    let good = care.writer().write(Urgency::Waiting, move |conn| {
        let good = use_up(conn, &user, factor, now)?;
        let known = places::browser_since(conn, &write_key, &user, &source)?.is_some();
        if good {
            places::was_right(conn, &write_key, (&user, &source), &buckets, now)?;
            store::set_password(conn, &user, &password)?;
            session::end_others_of(conn, &user, &token, now)?;
            let by = By::Browser {
                agent: &source.agent,
                known,
                session: Some(&session::digest(&token)),
            };
            happened::keep(conn, &user, What::PasswordChanged, &by, now)?;
        } else {
            wrong_inside(conn, &user, (&source, known), &token, now)?;
        }
        Ok::<_, DbError>(good)
    })?;
    let outcome = if good { "granted" } else { "wrong password or code" };
    let row = audit_row(&actor, ("change password", outcome), from(&going.source), now);
    care.audit().record(vec![row])?;
    Ok(good)
}

/// Keeps for the owner that somebody signed in as them did not show that they are: it is counted for each session, so
/// that whoever did it does not settle it.
fn wrong_inside(
    conn: &mut Conn,
    user: &str,
    (source, known): (&Source, bool),
    token: &str,
    now: Instant,
) -> Result<(), DbError> {
    let by = By::Browser {
        agent: &source.agent,
        known,
        session: Some(&session::digest(token)),
    };
    happened::keep(conn, user, What::WrongInside, &by, now)
}

/// Makes fresh recovery codes of randomness; those before are good no longer. Whether the second factor was shown a
/// moment ago is for the caller to have asked.
///
/// # Errors
/// When the store fails.
pub fn new_recovery_codes(
    care: &Care,
    key: &AccountKey,
    actor: &Actor,
    (token, source): (&str, &Source),
    (random, now): ([u8; 32], Instant),
) -> Result<Vec<String>, DbError> {
    let codes = once::recovery_codes(&random);
    let digest = |code: &String| once::digest(key, &actor.user, code);
    let digests: Vec<[u8; 32]> = codes.iter().filter_map(digest).collect();
    let (user, session) = (actor.user.clone(), session::digest(token));
    let (write_key, source) = (key.clone(), source.clone());
    care.writer().write(Urgency::Waiting, move |conn| {
        store::set_recovery(conn, &user, &digests)?;
        let by = By::Browser {
            agent: &source.agent,
            known: places::browser_since(conn, &write_key, &user, &source)?.is_some(),
            session: Some(&session),
        };
        happened::keep(conn, &user, What::RecoveryMade, &by, now)
    })?;
    let row = audit_row(actor, ("make recovery codes", "granted"), String::new(), now);
    care.audit().record(vec![row])?;
    Ok(codes)
}

/// How many recovery codes someone has left.
///
/// # Errors
/// When the store fails.
pub fn recovery_codes_left(care: &Care, actor: &Actor) -> Result<i64, DbError> {
    care.readers().read(|conn| store::recovery_left(conn, &actor.user))
}
