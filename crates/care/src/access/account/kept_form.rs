//! What someone typed into a form that came after their session had ended. It is kept for them alone: whoever else
//! signs in at the same browser does not see it, nor does whoever reads the database.

use super::{AccountKey, store};
use crate::Care;
use crate::db::{DbError, Urgency};
use record::Instant;

/// How long it is kept, in microseconds: until the next shift is over.
pub const FORM_KEPT_MICROS: i64 = 24 * 3600 * 1_000_000;

const PURPOSE: &str = "kept form";

/// A form as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptForm {
    /// Where it was sent.
    pub path: String,
    /// What it held.
    pub typed: String,
}

/// Keeps a form for the user, in the place of what was kept for them before.
///
/// # Errors
/// When it could not be kept.
pub fn keep(
    care: &Care,
    key: &AccountKey,
    user: &str,
    form: &KeptForm,
    (random, now): ([u8; 32], Instant),
) -> Result<(), DbError> {
    let sealed = key
        .seal((PURPOSE, user), form.typed.as_bytes(), &random)
        .ok_or_else(|| DbError::state("a form was not sealed"))?;
    let (user, path) = (user.to_owned(), form.path.clone());
    care.writer().write(Urgency::Waiting, move |conn| {
        store::keep_form(conn, &user, &path, &sealed, now)
    })
}

/// Gives back what is kept for a user, once.
///
/// # Errors
/// When the store fails.
pub fn take(care: &Care, key: &AccountKey, user: &str, now: Instant) -> Result<Option<KeptForm>, DbError> {
    let found = care.readers().read(|conn| store::kept_form(conn, user))?;
    let Some((path, sealed, kept)) = found else {
        return Ok(None);
    };
    let opened = key
        .open((PURPOSE, user), &sealed)
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let (user, since) = (user.to_owned(), Instant(now.0 - FORM_KEPT_MICROS));
    care.writer()
        .write(Urgency::Waiting, move |conn| store::forget_form(conn, &user, since))?;
    Ok(opened
        .filter(|_| kept.0 >= since.0)
        .map(|typed| KeptForm { path, typed }))
}
