//! What happened to an account, for its owner: wrong tries, browsers not seen before, changes of what they sign in
//! with, what others did to it. It is the first thing they see when they next sign in, and stays until they say
//! whether it was them (ASVS 6.3.5, 6.3.7). Nothing is sent anywhere.
//!
//! INVARIANT: nobody settles what they did themselves as somebody else. What a session did is not shown in it; and what
//! is said at a browser that was first used only after a thing had happened, which may be that of whoever did it, leaves
//! the thing to be shown once more at browsers that were used before.

mod store;

use super::places::{self, Source};
use super::sign_in::audit_row;
use super::{AccountKey, store as accounts};
use crate::Care;
use crate::access::{Actor, session};
use crate::db::{Conn, DbError, Urgency};
use record::Instant;

/// So many wrong tries at a browser of one's own are told of; fewer are slips.
const SLIPS: i64 = 3;
/// What was settled is kept for so long, in microseconds: a year and a bit.
const KEPT_MICROS: i64 = 400 * 24 * 3600 * 1_000_000;
/// Things that are answered at once at most.
pub const ANSWERED_MAX: usize = 200;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A try to sign in with a wrong password.
    WrongPassword,
    /// A try to sign in with the right password and a wrong code.
    WrongCode,
    /// Tries were not looked at any more, because too many were wrong.
    HeldBack,
    /// Somebody signed in at a browser that the owner had not used.
    NewBrowser,
    /// Somebody signed in with a recovery code.
    RecoveryUsed,
    /// The password was changed.
    PasswordChanged,
    /// New recovery codes were made.
    RecoveryMade,
    /// An administrator took password, app and recovery codes away.
    Reset,
    /// After that it was set up anew, with another password and app.
    SetUpAnew,
    /// An administrator suspended it.
    Suspended,
    /// An administrator let it be used again.
    Resumed,
    /// It was written down which person of the record its owner is.
    Tied,
    /// That was taken back.
    Untied,
    /// Somebody signed in did not show again that they are the owner: a wrong code, or a wrong password for another.
    WrongInside,
}

impl What {
    const ALL: [What; 14] = [
        What::WrongPassword,
        What::WrongCode,
        What::HeldBack,
        What::NewBrowser,
        What::RecoveryUsed,
        What::PasswordChanged,
        What::RecoveryMade,
        What::Reset,
        What::SetUpAnew,
        What::Suspended,
        What::Resumed,
        What::Tied,
        What::Untied,
        What::WrongInside,
    ];

    /// As the store keeps it: from 1, in this order; never renumbered.
    const fn stored(self) -> i64 {
        self as i64 + 1
    }

    fn of_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number - 1).ok()?).copied()
    }

    /// In a few words, for the audit and for privacy officers.
    pub const fn words(self) -> &'static str {
        match self {
            What::WrongPassword => "a wrong password",
            What::WrongCode => "the right password with a wrong code",
            What::HeldBack => "tries held back",
            What::NewBrowser => "a sign-in at a browser not used before",
            What::RecoveryUsed => "a sign-in with a recovery code",
            What::PasswordChanged => "the password changed",
            What::RecoveryMade => "new recovery codes made",
            What::Reset => "the account reset",
            What::SetUpAnew => "the account set up anew",
            What::Suspended => "the account suspended",
            What::Resumed => "the account let be used again",
            What::Tied => "the account tied to a person",
            What::Untied => "the account no longer tied to a person",
            What::WrongInside => "a wrong code or password of somebody signed in",
        }
    }

    /// Whether it is counted, and not kept each time: a stranger can do it as often as they like.
    const fn is_counted(self) -> bool {
        matches!(
            self,
            What::WrongPassword | What::WrongCode | What::HeldBack | What::WrongInside
        )
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its number.
    pub number: i64,
    /// What.
    pub what: What,
    /// When, the first time.
    pub first: Instant,
    /// When, the last time.
    pub last: Instant,
    /// How often.
    pub times: i64,
    /// Whether it was at a browser that the owner had used.
    pub known: bool,
    /// The browser in words, of several the last; empty for what others did to the account.
    pub agent: String,
    /// Who did it to the account: their name in this system; empty for whoever signed in or tried to.
    pub by: String,
    /// When it was said to be the owner's, at a browser that was first used only after it happened.
    pub said_elsewhere: Option<Instant>,
}

/// What an owner said at one time was not them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTheirs {
    /// Whose account.
    pub user: String,
    /// When they said it.
    pub said: Instant,
    /// When the first of it happened.
    pub first: Instant,
    /// What, and how often each.
    pub what: Vec<(What, i64)>,
}

impl NotTheirs {
    /// In words, for a privacy officer.
    pub fn words(&self) -> String {
        let each = |(what, times): &(What, i64)| match times {
            1 => what.words().to_owned(),
            times => format!("{} ({times} times)", what.words()),
        };
        let what: Vec<String> = self.what.iter().map(each).collect();
        format!(
            "Said that this was not them: {}. Ask them, and look at what was opened in their name since {}",
            what.join(", "),
            self.first.uk_date().words()
        )
    }
}

/// By whom something was done.
pub(super) enum By<'a> {
    /// Whoever sat at a browser.
    Browser {
        /// The browser in words.
        agent: &'a str,
        /// Whether the owner had used it.
        known: bool,
        /// The digest of the session's token; `None` for a try.
        session: Option<&'a [u8; 32]>,
    },
    /// Somebody who looks after accounts.
    Office(&'a str),
}

/// Keeps that something happened, in the transaction in which it does.
pub(super) fn keep(conn: &mut Conn, user: &str, what: What, by: &By<'_>, now: Instant) -> Result<(), DbError> {
    let (known, agent, office, session) = match by {
        By::Browser { agent, known, session } => {
            let session = session.map(|digest| session::number(digest));
            (*known, *agent, "", session.unwrap_or_default())
        }
        By::Office(who) => (false, "", *who, String::new()),
    };
    let kept = store::Kept {
        user,
        what,
        known,
        agent,
        by: office,
        session: &session,
    };
    if what.is_counted() && store::add(conn, &kept, now)? {
        return Ok(());
    }
    store::insert(conn, &kept, now)
}

/// The owner got in at a browser of theirs: what few slips there were are forgotten.
pub(super) fn got_in(conn: &mut Conn, user: &str) -> Result<(), DbError> {
    store::forget_slips(conn, user)
}

/// Whether an account was ever reset.
pub(super) fn was_reset(conn: &mut Conn, user: &str) -> Result<bool, DbError> {
    store::ever(conn, user, What::Reset)
}

/// Whether anything happened to the account of whoever is signed in by `token` that they are to be shown.
///
/// # Errors
/// When the store fails.
pub fn waits(care: &Care, key: &AccountKey, user: &str, (token, source): (&str, &Source)) -> Result<bool, DbError> {
    let session = session::number(&session::digest(token));
    care.readers().read(|conn| {
        let since = places::browser_since(conn, key, user, source)?;
        store::waits(conn, user, &session, since.unwrap_or(NEVER))
    })
}

/// A browser that was never used was used after everything.
const NEVER: Instant = Instant(i64::MAX);

/// What happened to the account of whoever is signed in by `token` that they are to be shown, the latest first. That
/// they looked is in the audit before it is given out.
///
/// # Errors
/// When the store or the audit fails.
pub fn look(
    care: &Care,
    key: &AccountKey,
    actor: &Actor,
    (token, source): (&str, &Source),
    now: Instant,
) -> Result<Vec<Happened>, DbError> {
    let session = session::number(&session::digest(token));
    let found = care.readers().read(|conn| {
        let since = places::browser_since(conn, key, &actor.user, source)?;
        store::shown(conn, &actor.user, &session, since.unwrap_or(NEVER))
    })?;
    let act = ("see what happened to own account", "granted");
    let row = audit_row(actor, act, format!("{} things", found.len()), now);
    care.audit().record(vec![row])?;
    Ok(found)
}

/// Keeps what the owner says of things that they saw, each by its number and how often it had happened: that they were
/// theirs, or that they were not. In the second case every other session of theirs ends, and every browser and network
/// but this one is strange to the account again. Answers how many still stood as they were seen.
///
/// # Errors
/// When the store or the audit fails.
pub fn say(
    care: &Care,
    key: &AccountKey,
    actor: &Actor,
    (token, source): (&str, &Source),
    (mine, seen): (bool, &[(i64, i64)]),
    now: Instant,
) -> Result<usize, DbError> {
    let (user, write_key, source) = (actor.user.clone(), key.clone(), source.clone());
    let (digest, token) = (session::digest(token), token.to_owned());
    let seen: Vec<(i64, i64)> = seen.iter().copied().take(ANSWERED_MAX).collect();
    let count = care.writer().write(Urgency::Waiting, move |conn| {
        let since = places::browser_since(conn, &write_key, &user, &source)?;
        let answer = store::Answer {
            user: &user,
            session: &session::number(&digest),
            mine,
            since: since.unwrap_or(now),
            now,
        };
        let mut count = 0;
        for one in seen {
            count += usize::from(store::answer(conn, &answer, one)?);
        }
        if count > 0 && !mine {
            session::end_others_of(conn, &user, &token, now)?;
            accounts::forget_places_but(conn, &user, &places::here(&write_key, &source))?;
        }
        store::sweep(conn, &user, Instant(now.0 - KEPT_MICROS))?;
        Ok::<_, DbError>(count)
    })?;
    let said = match mine {
        true => "say that it was them",
        false => "say that it was not them",
    };
    let row = audit_row(actor, (said, "granted"), format!("{count} things"), now);
    care.audit().record(vec![row])?;
    Ok(count)
}

/// What owners said was not them since a moment, the latest first: for the privacy officers.
///
/// # Errors
/// When the store fails.
pub(crate) fn not_theirs(care: &Care, since: Instant) -> Result<Vec<NotTheirs>, DbError> {
    care.readers().read(|conn| store::not_theirs(conn, since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_come_back_as_they_were_kept() {
        for (at, what) in What::ALL.into_iter().enumerate() {
            assert_eq!(what.stored(), at as i64 + 1);
            assert_eq!(What::of_stored(what.stored()), Some(what));
        }
        assert_eq!((What::of_stored(0), What::of_stored(15)), (None, None));
    }
}
