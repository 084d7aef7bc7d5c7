//! "Something is wrong": what readers report, in a queue that someone owns (SAFETY 6).

mod store;

use crate::Care;
use crate::access::{Actor, ListGrant};
use crate::db::{DbError, Urgency};
use record::{Instant, PersonId};

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
