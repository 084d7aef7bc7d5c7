//! Enrolling: the owner of a new account shows the code they were handed, ties an authenticator app to the account,
//! chooses a password, and is given recovery codes.

use super::happened::{self, By, What};
use super::places::{Source, Turn};
use super::sign_in::{APP, actor_of, audit_row, from};
use super::{AccountKey, Kept, authenticator, once, places, store, user_name};
use crate::Care;
use crate::access::Actor;
use crate::access::session::{self, Method};
use crate::db::{DbError, Urgency};
use record::Instant;

/// What an enrolment code opens.
#[derive(Debug)]
pub enum Enrolling {
    /// The account, and the key for its authenticator app.
    Open {
        /// The name to sign in by.
        user: String,
        /// Their name as people read it.
        name: String,
        /// The name of whom they work for, as people read it.
        organisation: String,
        /// The app's key.
        key: Vec<u8>,
    },
    /// No account has this code now.
    Wrong,
    /// Too many were wrong from there: how long to wait, in seconds.
    Wait(i64),
}

/// What became of enrolling.
#[derive(Debug)]
pub enum Enrolled {
    /// Signed in, with recovery codes that are never shown again.
    In(Actor, Vec<String>),
    /// The app's code was not the one of now.
    WrongCode,
    /// The enrolment code is good no longer.
    Gone,
}

/// Looks at an enrolment code; it stays good until [`finish`]. Tries are counted as those to sign in are.
///
/// # Errors
/// When the store fails.
pub fn begin(
    care: &Care,
    key: &AccountKey,
    (typed, code): (&str, &str),
    source: &Source,
    now: Instant,
) -> Result<Enrolling, DbError> {
    let user = user_name(typed).unwrap_or_default();
    let digest = once::digest(key, &user, code).unwrap_or_default();
    let (write_key, write_source, name) = (key.clone(), source.clone(), user.clone());
    let (turn, whole) = care.writer().write(Urgency::Waiting, move |conn| {
        let turn = places::take(conn, &write_key, &name, &write_source, now)?;
        let whole = store::find(conn, &name)?;
        let good = whole.as_ref().is_some_and(|whole| {
            let ends = whole.account.code_ends.is_some_and(|ends| now < ends);
            let kept = whole.enrol_digest.as_deref().unwrap_or(&[]);
            whole.account.suspended.is_none() && ends && blake3::hash(kept) == blake3::hash(&digest)
        });
        if let (true, Turn::Go(buckets)) = (good, &turn) {
            places::was_right(conn, &write_key, (&name, &write_source), buckets, now)?;
        }
        Ok::<_, DbError>((turn, whole.filter(|_| good)))
    })?;
    if let Turn::Wait { seconds } = turn {
        return Ok(Enrolling::Wait(seconds));
    }
    let opened = whole.as_ref().and_then(|whole| {
        let sealed = whole.authenticator.as_deref()?;
        Some((whole, key.open((APP, &user), sealed)?))
    });
    Ok(match opened {
        Some((whole, key)) => Enrolling::Open {
            user: user.clone(),
            name: whole.account.name.clone(),
            organisation: actor_of(care, whole).organisation,
            key,
        },
        None => {
            let row = super::sign_in::audit_of_nobody("enrol", "no account has this code", from(source), now);
            care.audit().record(vec![row])?;
            Enrolling::Wrong
        }
    })
}

/// Uses up an enrolment code: keeps the password and recovery codes, and signs in under `token`.
///
/// # Errors
/// When the store fails; the code is good still.
pub fn finish(
    care: &Care,
    key: &AccountKey,
    (typed, enrol_code): (&str, &str),
    (password, app_code): (&Kept, &str),
    (token, random): (&str, [u8; 32]),
    (source, now): (&Source, Instant),
) -> Result<Enrolled, DbError> {
    let user = user_name(typed).unwrap_or_default();
    let Some(digest) = once::digest(key, &user, enrol_code) else {
        return Ok(Enrolled::Gone);
    };
    let found = care.readers().read(|conn| store::find(conn, &user))?;
    let opened = found.and_then(|whole| {
        let app = key.open((APP, &user), whole.authenticator.as_deref()?)?;
        Some((whole, app))
    });
    let Some((whole, app)) = opened else {
        return Ok(Enrolled::Gone);
    };
    let Some(step) = authenticator::step_with(&app, app_code, now) else {
        return Ok(Enrolled::WrongCode);
    };
    let codes = once::recovery_codes(&random);
    let digests: Vec<[u8; 32]> = codes.iter().filter_map(|code| once::digest(key, &user, code)).collect();
    let (password, session_digest) = (password.clone(), session::digest(token));
    let (write_key, source_here, name) = (key.clone(), source.clone(), user.clone());
    let good = care.writer().write(Urgency::Waiting, move |conn| {
        if !store::enrolled(conn, &name, &digest, (&password, step), now)? {
            return Ok::<_, DbError>(false);
        }
        store::set_recovery(conn, &name, &digests)?;
        let agent = source_here.agent.as_str();
        let began = session::Began {
            user: &name,
            method: Method::Password,
            agent,
            strong: now,
        };
        session::insert(conn, &session_digest, &began, now)?;
        // The browser that it is set up in is the owner's.
        places::keep(conn, &write_key, (&name, &source_here), now)?;
        if happened::was_reset(conn, &name)? {
            let by = By::Browser {
                agent,
                known: false,
                session: Some(&session_digest),
            };
            happened::keep(conn, &name, What::SetUpAnew, &by, now)?;
        }
        Ok(true)
    })?;
    if !good {
        return Ok(Enrolled::Gone);
    }
    let actor = actor_of(care, &whole);
    let row = audit_row(&actor, ("enrol", "granted"), from(source), now);
    care.audit().record(vec![row])?;
    Ok(Enrolled::In(actor, codes))
}
