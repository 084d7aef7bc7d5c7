//! What people decide about their own record, and what they may ask for by right: who may see it, who acts for
//! them, how they want to be reached and met.
//!
//! Everything here is an act: added, undone with a reason, never changed. Who may do what is asked of policy and of
//! [`crate::access::choices`] first, and is in the audit before anything is kept.

pub mod copies;
pub mod preferences;
pub mod proxies;
pub mod removal;
pub mod requests;
pub mod sharing;
mod store;

use crate::access::AccessError;
use crate::db::DbError;

/// Letters of somebody's words at most.
pub const WORDS_MAX: usize = 1_000;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    /// What was said is not enough, or cannot be: the field, and what would mend it.
    #[error("{1}")]
    Said(&'static str, String),
    /// There is nothing of this number that can still be changed.
    #[error("nothing of this number")]
    Nothing,
    /// Policy said no, there is nobody, or the store failed.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl From<DbError> for RightsError {
    fn from(error: DbError) -> Self {
        Self::Access(error.into())
    }
}

/// Words that must be there, without spaces around them.
///
/// # Errors
/// [`RightsError::Said`] for `field`, with `missing`, or when they are too long.
pub(crate) fn said(words: &str, field: &'static str, missing: &str) -> Result<String, RightsError> {
    let words = words.trim();
    match words.chars().count() {
        0 => Err(RightsError::Said(field, missing.to_owned())),
        letters if letters > WORDS_MAX => {
            let words = format!("Use {WORDS_MAX} letters at most: there are {letters}");
            Err(RightsError::Said(field, words))
        }
        _ => Ok(words.to_owned()),
    }
}
