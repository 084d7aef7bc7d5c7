//! What a restore left: nobody is served until a person has looked at each.

use super::decided::store::{self, Left};
use super::decided::{Decided, Outcome, do_again};
use crate::Care;
use crate::audit::AuditRow;
use crate::db::{DbError, Urgency};
use crate::person::held;
use record::{Instant, When};

/// What is left to do after a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// What nobody has looked at: while there is any, nobody may be served.
    pub left: Vec<Left>,
    /// Records that are held restricted until their sender says so again.
    pub held: i64,
}

/// Somebody who looks at what was left.
#[derive(Clone, Copy, Debug)]
pub struct Looking<'a> {
    /// Whom the audit names: the name in this system.
    pub actor: &'a str,
    /// Who it is, as they say.
    pub by: &'a str,
    /// What they found or did.
    pub words: &'a str,
    /// Now.
    pub now: Instant,
}

/// Letters of a name, and of what somebody found, at most.
const WORDS_MAX: usize = 500;

/// What a restore left, if there was one.
///
/// # Errors
/// When the store fails.
pub fn open(care: &Care) -> Result<Open, DbError> {
    care.readers().read(|conn| {
        Ok(Open {
            left: store::left(conn)?,
            held: held::count(conn)?,
        })
    })
}

/// Tries anew what could not be done again when the store was restored, and ends the holds of records whose sender has
/// said again that they are restricted; answers how many of each.
///
/// # Errors
/// When the store fails.
pub fn try_again(care: &Care, actor: &str, now: Instant) -> Result<(u64, u64), DbError> {
    let mut done = 0;
    for left in care.readers().read(store::left)? {
        let Some(decided) = Decided::read(&left.again) else {
            continue;
        };
        if matches!(do_again(care, &decided, now)?, Outcome::Left(_)) {
            continue;
        }
        care.audit().record(vec![AuditRow::by_administrator(
            actor,
            LOOKS,
            now,
            &format!("{}, done again", left.number),
        )])?;
        let by = actor.to_owned();
        care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
            store::looked(conn, left.number, (&by, "done again"), now)
        })?;
        done += 1;
    }
    let (ended, _) = care.writer().write::<_, DbError>(Urgency::Waiting, held::release)?;
    Ok((done, ended))
}

const LOOKS: &str = "look at what a restore left";

/// Keeps that somebody looked at what was left under a number; answers whether it waited.
///
/// # Errors
/// [`DbError::State`] in words when a name or words are missing; else when the store fails.
pub fn look_at(care: &Care, number: i64, looking: &Looking<'_>) -> Result<bool, DbError> {
    let said = |words: &str, missing: &str| match words.trim() {
        "" => Err(DbError::state(missing)),
        words => Ok(words.chars().take(WORDS_MAX).collect::<String>()),
    };
    let by = said(looking.by, "say who looked: their name")?;
    let words = said(looking.words, "say what was found or done")?;
    // Who looked stands in the store, in their own words; the audit keeps that it was done.
    care.audit().record(vec![AuditRow::by_administrator(
        looking.actor,
        LOOKS,
        looking.now,
        &number.to_string(),
    )])?;
    let now = looking.now;
    care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
        store::looked(conn, number, (&by, &words), now)
    })
}

/// Keeps what is left, to be looked at.
pub(super) fn keep(care: &Care, left: &[String], now: Instant) -> Result<(), DbError> {
    for words in left {
        let words = words.clone();
        care.writer()
            .write::<(), DbError>(Urgency::Waiting, move |conn| store::leave(conn, &words, "", now))?;
    }
    Ok(())
}

/// That no list says what was decided since a moment.
pub(super) fn unlisted(since: Instant) -> String {
    format!(
        "No list of decisions was given. What was decided after {} is not here: objections, seals, hidden entries, \
         suspensions, ended proxies, barred pairs, restricted addresses. Ask the privacy officer, the data steward and \
         each practice what they decided since, and have it in writing before anybody is served",
        When::moment(since)
    )
}
