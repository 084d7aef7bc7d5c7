//! Making accounts, suspending them, and letting their owners enrol anew.

use super::authenticator::KEY_BYTES;
use super::happened::{self, By, What as Event};
use super::{Account, AccountKey, once, store, user_name};
use crate::Care;
use crate::access::session;
use crate::access::{DEMO_USERS, Role};
use crate::audit::AuditRow;
use crate::db::{DbError, Urgency};
use record::{Instant, OrgCode};

/// How long an enrolment code is good, in microseconds: three days.
pub const CODE_MICROS: i64 = 3 * 24 * 3600 * 1_000_000;
/// Letters of a name at most.
const NAME_MAX: usize = 120;

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The name to sign in by; made out of the name when empty.
    pub user: String,
    /// Their name as people read it.
    pub name: String,
    /// Their role, in its words.
    pub role: String,
    /// The code of the organisation they act for.
    pub organisation: String,
}

/// What is told once to whoever made an account, to be handed to its owner in person.
#[derive(Clone, Debug)]
pub struct OneTime {
    /// The name to sign in by.
    pub user: String,
    /// The enrolment code.
    pub code: String,
    /// Until when it is good.
    pub ends: Instant,
}

/// Why nothing was done to an account, in words.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// What was asked for cannot be.
    #[error("{0}")]
    Refused(String),
    /// The store failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

pub(super) fn refused<T>(words: impl Into<String>) -> Result<T, AccountError> {
    Err(AccountError::Refused(words.into()))
}

/// Makes an account; `by` is who asks for it, `random` two lots of fresh randomness.
///
/// # Errors
/// See [`AccountError`].
pub fn add(
    care: &Care,
    key: &AccountKey,
    new: &NewAccount,
    by: &str,
    (random, now): ([[u8; 32]; 3], Instant),
) -> Result<OneTime, AccountError> {
    let account = checked(care, new, by, now)?;
    let user = account.user.clone();
    let (secrets, one_time) = secrets(key, &user, random, now)?;
    let row = audit_row(&account, "add account", by, now);
    let kept = care.writer().write(Urgency::Waiting, move |conn| {
        store::insert(conn, &account, &secrets.0, &secrets.1)
    });
    if !kept.map_err(AccountError::Db)? {
        return refused(format!(
            "there is an account {user} already; give another name with --user"
        ));
    }
    care.audit().record(vec![row])?;
    Ok(one_time)
}

/// What is kept of a fresh app key and a fresh code, and what is told of them.
type Secrets = (Vec<u8>, [u8; 32]);

fn secrets(
    key: &AccountKey,
    user: &str,
    [app, nonce, code]: [[u8; 32]; 3],
    now: Instant,
) -> Result<(Secrets, OneTime), DbError> {
    let failed = || DbError::state("no secrets could be made");
    let app = app.get(..KEY_BYTES).ok_or_else(failed)?;
    let sealed = key.seal((super::sign_in::APP, user), app, &nonce).ok_or_else(failed)?;
    let code = once::code(&code);
    let digest = once::digest(key, user, &code).ok_or_else(failed)?;
    let ends = Instant(now.0 + CODE_MICROS);
    let user = user.to_owned();
    Ok(((sealed, digest), OneTime { user, code, ends }))
}

fn checked(care: &Care, new: &NewAccount, by: &str, now: Instant) -> Result<Account, AccountError> {
    let name = new.name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return refused(format!("a name has 1 to {NAME_MAX} letters"));
    }
    let typed = match new.user.trim() {
        "" => name.to_lowercase().replace(' ', "."),
        given => given.to_owned(),
    };
    let Some(user) = user_name(&typed) else {
        return refused(format!(
            "“{typed}” is no name to sign in by: give one with --user, of 3 to 64 letters a to z, figures, full stops, dashes"
        ));
    };
    if DEMO_USERS.iter().any(|demo| demo.user == user) {
        return refused(format!(
            "{user} is the name of a user of demonstrations; give another with --user"
        ));
    }
    let role = match Role::of_words(new.role.trim()) {
        Some(Role::Sender | Role::CareSystem) => return refused("that is the role of a system, not of a person"),
        Some(role) => role,
        None => {
            let people = Role::ALL
                .iter()
                .filter(|role| !matches!(role, Role::Sender | Role::CareSystem));
            let roles: Vec<&str> = people.map(|role| role.words()).collect();
            return refused(format!("there is no role “{}”: {}", new.role.trim(), roles.join(", ")));
        }
    };
    let public = matches!(role, Role::Resident | Role::Carer);
    let organisation = match (OrgCode::parse(new.organisation.trim()), public) {
        (None, true) if new.organisation.trim().is_empty() => String::new(),
        (Some(code), false) if care.system().organisation(&code).is_some() => code.as_str().to_owned(),
        (Some(_), true) => return refused("the public act for no organisation"),
        _ => {
            return refused(format!(
                "“{}” is no organisation of {}: give a code that its organisations.toml lists",
                new.organisation.trim(),
                care.system().title
            ));
        }
    };
    Ok(Account {
        user,
        name,
        role,
        organisation,
        made: (now, by.to_owned()),
        suspended: None,
        enrolled: None,
        code_ends: Some(Instant(now.0 + CODE_MICROS)),
        issuer: String::new(),
    })
}

/// Every account, by name.
///
/// # Errors
/// When the store fails.
pub fn list(care: &Care) -> Result<Vec<Account>, DbError> {
    care.readers().read(store::all)
}

/// Suspends an account and ends its sessions at once; or lets it be used again.
///
/// # Errors
/// See [`AccountError`].
pub fn suspend(care: &Care, user: &str, suspended: bool, by: &str, now: Instant) -> Result<(), AccountError> {
    let account = known(care, user)?;
    let act = if suspended { "suspend account" } else { "resume account" };
    care.audit().record(vec![audit_row(&account, act, by, now)])?;
    let (user, by) = (account.user, by.to_owned());
    care.writer().write(Urgency::Waiting, move |conn| {
        store::suspend(conn, &user, suspended.then_some((by.as_str(), now)))?;
        let what = if suspended { Event::Suspended } else { Event::Resumed };
        happened::keep(conn, &user, what, &By::Office(&by), now)?;
        if suspended {
            session::end_all_of(conn, &user, now)?;
        }
        Ok::<_, DbError>(())
    })?;
    Ok(())
}

/// Takes away password, app and recovery codes, ends every session, and gives a new enrolment code.
///
/// # Errors
/// See [`AccountError`].
pub fn reset(
    care: &Care,
    key: &AccountKey,
    user: &str,
    by: &str,
    (random, now): ([[u8; 32]; 3], Instant),
) -> Result<OneTime, AccountError> {
    let account = known(care, user)?;
    if !account.issuer.is_empty() {
        return refused(format!(
            "{} signs in by {}: reset it there",
            account.user, account.issuer
        ));
    }
    let ((app, code), one_time) = secrets(key, &account.user, random, now)?;
    care.audit()
        .record(vec![audit_row(&account, "reset account", by, now)])?;
    let (user, ends, by) = (account.user, one_time.ends, by.to_owned());
    care.writer().write(Urgency::Waiting, move |conn| {
        store::enrol_anew(conn, &user, &app, (&code, ends))?;
        happened::keep(conn, &user, Event::Reset, &By::Office(&by), now)?;
        session::end_all_of(conn, &user, now)
    })?;
    Ok(one_time)
}

pub(super) fn known(care: &Care, user: &str) -> Result<Account, AccountError> {
    // Names of accounts that a provider vouches for hold a colon, which no name that is typed to sign in may.
    let user = user_name(user).unwrap_or_else(|| user.trim().to_owned());
    let found = care.readers().read(|conn| store::find(conn, &user))?;
    match found {
        Some(found) => Ok(found.account),
        None => refused("there is no such account: `chesil account list` shows every one"),
    }
}

/// What the audit keeps of something done to an account: by whom, and whose it is.
pub(super) fn audit_row(account: &Account, act: &str, by: &str, now: Instant) -> AuditRow {
    let whose = format!("{}, {}, {}", account.user, account.role.words(), account.organisation);
    AuditRow::by_administrator(by, act, now, &whose)
}
