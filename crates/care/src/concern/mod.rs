//! "Something is wrong": what readers report, in a queue that someone owns (SAFETY 6).

mod store;

use crate::Care;
use crate::access::{self, AccessError, Act, Actor, ListGrant};
use crate::db::{DbError, Urgency};
use record::{Instant, PersonId};
use std::collections::HashMap;

/// Who owns a concern until someone takes it on.
pub const DESK: &str = "Data quality desk";
/// Letters of a concern at most.
pub const WORDS_MAX: usize = 4_000;

/// What someone reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Its number.
    pub number: i64,
    /// Whose record it is about, when it is about one.
    pub person: Option<PersonId>,
    /// The page it was reported from.
    pub page: String,
    /// What kind: wrong person, wrong fact, unsafe page, something else.
    pub kind: String,
    /// In the reporter's words.
    pub words: String,
    /// Who reported it.
    pub reporter: String,
    /// When.
    pub reported: Instant,
    /// Who owns it.
    pub owner: String,
    /// When and by whom it was closed, and why; `None` while it is open.
    pub closed: Option<(Instant, String, String)>,
}

/// Keeps a report; answers its number. Words past [`WORDS_MAX`] letters are cut.
///
/// # Errors
/// When it could not be kept: the reporter must then be told so.
pub fn report(
    care: &Care,
    actor: &Actor,
    person: Option<PersonId>,
    page: &str,
    kind: &str,
    words: &str,
    now: Instant,
) -> Result<i64, DbError> {
    let concern = Concern {
        number: 0,
        person,
        page: page.chars().take(300).collect(),
        kind: kind.chars().take(60).collect(),
        words: words.chars().take(WORDS_MAX).collect(),
        reporter: actor.user.clone(),
        reported: now,
        owner: DESK.to_owned(),
        closed: None,
    };
    care.writer()
        .write(Urgency::Waiting, move |conn| store::insert(conn, &concern))
}

/// Concerns, open ones first, oldest first among them; at most `limit`.
///
/// # Errors
/// When the store fails.
pub fn queue(care: &Care, _grant: &ListGrant, limit: i64) -> Result<Vec<Concern>, DbError> {
    care.readers().read(|conn| store::queue(conn, limit))
}

/// One concern; `None` when there is none of this number.
///
/// # Errors
/// When the store fails.
pub fn one(care: &Care, _grant: &ListGrant, number: i64) -> Result<Option<Concern>, DbError> {
    care.readers().read(|conn| store::one(conn, number))
}

/// Takes an open concern on: whoever asks owns it from now. Answers whether it was open.
///
/// # Errors
/// When the store fails.
pub fn own(care: &Care, grant: &ListGrant, number: i64) -> Result<bool, DbError> {
    let owner = grant.actor().name.clone();
    care.writer()
        .write(Urgency::Waiting, move |conn| store::own(conn, number, &owner))
}

/// Closes a concern with a reason; answers whether it was open.
///
/// # Errors
/// When the store fails.
pub fn close(care: &Care, grant: &ListGrant, number: i64, why: &str) -> Result<bool, DbError> {
    let (by, why, now) = (grant.actor().user.clone(), why.to_owned(), grant.now());
    care.writer()
        .write(Urgency::Waiting, move |conn| store::close(conn, number, &by, &why, now))
}

/// What became of something, for whoever reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// Nobody has taken it on yet.
    Waits,
    /// Somebody looks at it.
    LookedAt,
    /// It was answered: when, and how.
    Answered(Instant, String),
    /// It was answered, and is about a record that does not open to whoever reported it now: they are not told how.
    AnsweredElsewhere(Instant),
}

/// Something that whoever asks reported themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Its number.
    pub number: i64,
    /// The page it was reported from.
    pub page: String,
    /// What kind.
    pub kind: String,
    /// In their words.
    pub words: String,
    /// When.
    pub reported: Instant,
    /// What became of it.
    pub became: Became,
}

/// What whoever asks reported themselves, newest first, at most `limit`, with what became of each. An answer about a
/// record is told only to whom that record opens now, by leave that is audited as any look is: whoever acted for
/// somebody once learns nothing more of them.
///
/// # Errors
/// When the store or the audit fails.
pub fn reported_by(care: &Care, actor: &Actor, limit: i64, now: Instant) -> Result<Vec<Reported>, AccessError> {
    let concerns = care
        .readers()
        .read(|conn| store::of_reporter(conn, &actor.user, limit))?;
    let mut opens: HashMap<PersonId, bool> = HashMap::new();
    let mut found = Vec::with_capacity(concerns.len());
    for one in concerns {
        let became = match (one.closed, one.person) {
            (None, _) if one.owner == DESK => Became::Waits,
            (None, _) => Became::LookedAt,
            (Some((at, _, why)), None) => Became::Answered(at, why),
            (Some((at, _, why)), Some(person)) => {
                let known = opens.get(&person).copied();
                let open = match known {
                    Some(open) => open,
                    None => opens_to(care, actor, person, now)?,
                };
                opens.insert(person, open);
                match open {
                    true => Became::Answered(at, why),
                    false => Became::AnsweredElsewhere(at),
                }
            }
        };
        found.push(Reported {
            number: one.number,
            page: one.page,
            kind: one.kind,
            words: one.words,
            reported: one.reported,
            became,
        });
    }
    Ok(found)
}

/// How many things whoever asks reported themselves, and how many of those are answered.
///
/// # Errors
/// When the store fails.
pub fn count_reported_by(care: &Care, actor: &Actor) -> Result<(i64, i64), DbError> {
    care.readers().read(|conn| store::count_of_reporter(conn, &actor.user))
}

fn opens_to(care: &Care, actor: &Actor, person: PersonId, now: Instant) -> Result<bool, AccessError> {
    match access::person(care, actor, person, Act::ReadRecord, now) {
        Ok(_) => Ok(true),
        Err(AccessError::Db(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}
