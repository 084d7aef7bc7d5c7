//! Staff whose access a privacy officer suspended: nothing opens to them, in an emergency either, until it is lifted.

mod store;

use super::{ListGrant, Role, user_named};
use crate::Care;
use crate::db::{Conn, DbError, Urgency};
use record::Instant;

/// What somebody whose access is suspended reads.
pub const SAYS: &str =
    "Your access is suspended. Ask your privacy officer. If someone needs care now, ring their team.";
/// The rule's name in the audit.
pub const RULE: &str = "staff suspended";
/// Letters of a reason at most.
pub const WORDS_MAX: usize = 1_000;
/// Suspensions listed at most.
const LISTED_MAX: i64 = 500;

/// An access that was suspended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Its number.
    pub number: i64,
    /// Whose: their name in this system.
    pub user: String,
    /// Why.
    pub words: String,
    /// Who suspended it.
    pub actor: String,
    /// When.
    pub decided: Instant,
    /// Until when; `None` until it is lifted.
    pub ends: Option<Instant>,
    /// When it was lifted, by whom, and why; `None` while it was not.
    pub lifted: Option<(Instant, String, String)>,
}

impl Suspension {
    /// Whether it stands at a moment.
    pub fn stands(&self, now: Instant) -> bool {
        self.lifted.is_none() && self.ends.is_none_or(|ends| now < ends)
    }
}

/// Why an access was not suspended, or not lifted.
#[derive(Debug, thiserror::Error)]
pub enum SuspensionError {
    /// What was said is not enough: the field, and what would mend it.
    #[error("{1}")]
    Said(&'static str, &'static str),
    /// The store failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Whether somebody's access is suspended.
pub(super) fn suspended(conn: &mut Conn, user: &str, now: Instant) -> Result<bool, DbError> {
    let standing = store::of_user(conn, user)?;
    Ok(standing.into_iter().any(|ends| ends.is_none_or(|ends| now.0 < ends)))
}

/// Every suspension, the latest first, for the privacy officers.
///
/// # Errors
/// When the store fails.
pub fn latest(care: &Care, _grant: &ListGrant) -> Result<Vec<Suspension>, DbError> {
    care.readers().read(|conn| store::latest(conn, LISTED_MAX))
}

/// Suspends somebody's access at once; answers its number. `grant`: leave to read the whole audit, which privacy
/// officers alone have.
///
/// # Errors
/// See [`SuspensionError`]: also for oneself, for members of the public (theirs is suspended on the record), and for
/// somebody whose access is suspended already.
pub fn suspend(
    care: &Care,
    grant: &ListGrant,
    user: &str,
    words: &str,
    ends: Option<Instant>,
) -> Result<i64, SuspensionError> {
    let now = grant.now();
    let words = reason(words, "Write why: it is read by whoever lifts it")?;
    let known = user_named(care, user)?;
    let of_staff = known.is_some_and(|known| !matches!(known.role, Role::Resident | Role::Carer));
    if !of_staff {
        let says = "No member of staff signs in by this name. The audit shows the names";
        return Err(SuspensionError::Said("user", says));
    }
    if user == grant.actor().user {
        return Err(SuspensionError::Said("user", "Somebody else suspends your own access"));
    }
    let whose = user.to_owned();
    if care.readers().read(|conn| suspended(conn, &whose, now))? {
        return Err(SuspensionError::Said("user", "It is suspended already"));
    }
    let kept = Suspension {
        number: 0,
        user: whose,
        words,
        actor: grant.actor().user.clone(),
        decided: now,
        ends,
        lifted: None,
    };
    Ok(care
        .writer()
        .write::<i64, DbError>(Urgency::Waiting, move |conn| store::insert(conn, &kept))?)
}

/// Lifts a suspension; answers whether it stood.
///
/// # Errors
/// See [`SuspensionError`]; also for one's own.
pub fn lift(care: &Care, grant: &ListGrant, number: i64, words: &str) -> Result<bool, SuspensionError> {
    let words = reason(words, "Write why it is lifted")?;
    let own = latest(care, grant)?
        .iter()
        .any(|one| one.number == number && one.user == grant.actor().user);
    if own {
        return Err(SuspensionError::Said(
            "words",
            "Somebody else lifts your own suspension",
        ));
    }
    let (by, now) = (grant.actor().user.clone(), grant.now());
    Ok(care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
        store::lift(conn, number, &by, &words, now)
    })?)
}

fn reason(words: &str, missing: &'static str) -> Result<String, SuspensionError> {
    let words: String = words.trim().chars().take(WORDS_MAX).collect();
    match words.is_empty() {
        true => Err(SuspensionError::Said("words", missing)),
        false => Ok(words),
    }
}
