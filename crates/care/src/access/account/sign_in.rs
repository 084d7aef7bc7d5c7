//! Signing in with a user name, a password and a second factor, all asked for at once, so that nobody learns which
//! of the three was wrong; and a name that is nobody's has the same answer after the same work.

use super::happened::{self, By, What};
use super::places::{Buckets, Source, Turn};
use super::store::Whole;
use super::{AccountKey, Kept, authenticator, once, places, store, user_name};
use crate::Care;
use crate::access::session::{self, Method};
use crate::access::{Actor, Role};
use crate::audit::AuditRow;
use crate::db::{Conn, DbError, Urgency};
use record::{Instant, OrgCode};

/// What the key of an authenticator app is sealed for.
pub(super) const APP: &str = "authenticator app";
/// Whom the audit names when a name is nobody's: what was typed may be a password in the wrong place.
const NOBODY: &str = "(nobody)";

/// A try that has its turn: whose it may be, and where from.
#[derive(Debug)]
pub struct Going {
    user: String,
    pub(super) whole: Option<Whole>,
    pub(super) source: Source,
    pub(super) buckets: Buckets,
    now_full: bool,
}

/// Whether a try has its turn.
#[derive(Debug)]
pub enum Begun {
    /// It has; the password is to be compared next.
    Go(Box<Going>),
    /// Too many were wrong from there: how long to wait, in seconds.
    Wait(i64),
}

impl Going {
    /// The password to compare with; nobody's when there is none, or the account may not be used.
    pub fn kept(&self) -> Option<Kept> {
        self.whole.as_ref().and_then(|whole| whole.password.clone())
    }

    /// The name that is tried, as it is kept.
    pub fn user(&self) -> &str {
        &self.user
    }

    pub(super) fn actor(&self, care: &Care) -> Actor {
        self.whole.as_ref().map_or_else(nobody, |whole| actor_of(care, whole))
    }
}

/// How a password compared.
#[derive(Clone, Copy, Debug)]
pub struct Compared(pub bool);

/// How a try ended.
#[derive(Debug)]
pub enum Ended {
    /// Signed in, with how many recovery codes are left when one was used.
    In(Actor, Option<i64>),
    /// Not.
    Wrong,
}

/// Begins a try: counts it where it comes from. What is typed may be anything.
///
/// # Errors
/// When the store fails; nothing was tried then.
pub fn begin(care: &Care, key: &AccountKey, typed: &str, source: &Source, now: Instant) -> Result<Begun, DbError> {
    let user = user_name(typed).unwrap_or_default();
    let (key, source) = (key.clone(), source.clone());
    care.writer().write(Urgency::Waiting, move |conn| {
        let whole = store::find(conn, &user)?;
        Ok(match places::take(conn, &key, &user, &source, now)? {
            Turn::Wait { seconds } => Begun::Wait(seconds),
            Turn::Go(buckets) => {
                let now_full = buckets.now_full(conn, now)?;
                Begun::Go(Box::new(Going {
                    user,
                    whole,
                    source,
                    buckets,
                    now_full,
                }))
            }
        })
    })
}

/// Ends a try: looks at the second factor, and signs in under `token`, fresh randomness from the rim, when all was
/// right. The audit has its row before this returns, whichever way it ended.
///
/// # Errors
/// When the store fails; nobody is signed in then.
pub fn finish(
    care: &Care,
    key: &AccountKey,
    going: Going,
    Compared(same): Compared,
    (code, token): (&str, &str),
    now: Instant,
) -> Result<Ended, DbError> {
    let factor = second_factor(care, key, (&going.user, going.whole.as_ref()), code, now)?;
    let whole = going.whole.as_ref();
    let usable = whole.is_some_and(|whole| {
        whole.account.suspended.is_none() && whole.account.enrolled.is_some() && whole.account.issuer.is_empty()
    });
    let outcome = match (whole, usable, same, factor) {
        (None, ..) => "nobody has this name",
        (Some(_), false, ..) => "the account may not be used",
        (Some(_), true, false, _) => WRONG_PASSWORD,
        (Some(_), true, true, Factor::None) => WRONG_CODE,
        (Some(_), true, true, _) => "granted",
    };
    let actor = whole
        .filter(|_| outcome == "granted")
        .map(|whole| actor_of(care, whole));
    let Some(actor) = actor else {
        return wrong(care, key, &going, outcome, now);
    };
    let (user, agent) = (going.user.clone(), going.source.agent.clone());
    let (write_key, source, buckets) = (key.clone(), going.source.clone(), going.buckets.clone());
    let digest = session::digest(token);
    let left = care.writer().write(Urgency::Waiting, move |conn| {
        let good = use_up(conn, &user, factor, now)?;
        if !good {
            return Ok::<_, DbError>(None);
        }
        let known = places::browser_since(conn, &write_key, &user, &source)?.is_some();
        places::was_right(conn, &write_key, (&user, &source), &buckets, now)?;
        let began = session::Began {
            user: &user,
            method: Method::Password,
            agent: &agent,
            strong: now,
        };
        session::insert(conn, &digest, &began, now)?;
        got_in(conn, (user.as_str(), agent.as_str()), (known, factor), &digest, now)?;
        Ok(Some(match factor {
            Factor::Recovery(_) => Some(store::recovery_left(conn, &user)?),
            Factor::Step(_) | Factor::None => None,
        }))
    })?;
    let Some(left) = left else {
        // Someone else used the same code a moment before: it is good once.
        return wrong(care, key, &going, USED_BEFORE, now);
    };
    let detail = match left {
        Some(left) => format!("{}; by a recovery code, {left} left", from(&going.source)),
        None => from(&going.source),
    };
    care.audit()
        .record(vec![audit_row(&actor, ("sign in", "granted"), detail, now)])?;
    Ok(Ended::In(actor, left))
}

/// Keeps for the owner what was odd about signing in.
fn got_in(
    conn: &mut Conn,
    (user, agent): (&str, &str),
    (known, factor): (bool, Factor),
    session: &[u8; 32],
    now: Instant,
) -> Result<(), DbError> {
    let by = By::Browser {
        agent,
        known,
        session: Some(session),
    };
    match known {
        true => happened::got_in(conn, user)?,
        false => happened::keep(conn, user, What::NewBrowser, &by, now)?,
    }
    match factor {
        Factor::Recovery(_) => happened::keep(conn, user, What::RecoveryUsed, &by, now),
        Factor::Step(_) | Factor::None => Ok(()),
    }
}

/// What the audit says of tries that their owner is told of.
const WRONG_PASSWORD: &str = "wrong password";
const WRONG_CODE: &str = "wrong code";
const USED_BEFORE: &str = "the code was used before";

/// Keeps for the owner that a try was wrong. One whose account is nobody's, or may not be used, is counted all the
/// same, under no name: the time taken tells nothing.
fn tell_owner(care: &Care, key: &AccountKey, going: &Going, outcome: &str, now: Instant) -> Result<(), DbError> {
    let what = match outcome {
        WRONG_CODE | USED_BEFORE => Some(What::WrongCode),
        WRONG_PASSWORD => Some(What::WrongPassword),
        _ => None,
    };
    let user = going.user.clone();
    let (whose, what) = match what {
        Some(what) => (user.clone(), what),
        None => (String::new(), What::WrongPassword),
    };
    let (key, source, now_full) = (key.clone(), going.source.clone(), going.now_full);
    care.writer().write(Urgency::Waiting, move |conn| {
        let by = By::Browser {
            agent: &source.agent,
            known: places::browser_since(conn, &key, &user, &source)?.is_some(),
            session: None,
        };
        happened::keep(conn, &whose, what, &by, now)?;
        if now_full {
            happened::keep(conn, &whose, What::HeldBack, &by, now)?;
        }
        Ok::<_, DbError>(())
    })
}

fn wrong(care: &Care, key: &AccountKey, going: &Going, outcome: &str, now: Instant) -> Result<Ended, DbError> {
    tell_owner(care, key, going, outcome, now)?;
    let actor = going.actor(care);
    let mut rows = vec![audit_row(&actor, ("sign in", outcome), from(&going.source), now)];
    if going.now_full {
        let held = ("hold sign-ins back", "too many wrong tries");
        rows.push(audit_row(&actor, held, from(&going.source), now));
    }
    care.audit().record(rows)?;
    Ok(Ended::Wrong)
}

/// What a typed code turned out to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Factor {
    None,
    Step(i64),
    Recovery([u8; 32]),
}

/// Looks at a code in both ways whatever it is, and whoever's, so that the time taken tells nothing.
pub(super) fn second_factor(
    care: &Care,
    key: &AccountKey,
    (user, whole): (&str, Option<&Whole>),
    code: &str,
    now: Instant,
) -> Result<Factor, DbError> {
    let sealed = whole.and_then(|whole| whole.authenticator.clone());
    let app = key.open((APP, user), &sealed.unwrap_or_default());
    let nobodys = [0; authenticator::KEY_BYTES];
    let step = authenticator::step_with(app.as_deref().unwrap_or(&nobodys), code, now);
    let last = whole.map_or(0, |whole| whole.last_step);
    let digest = once::digest(key, user, code).unwrap_or_default();
    let known = care.readers().read(|conn| store::knows_recovery(conn, user, &digest))?;
    Ok(match step.filter(|step| app.is_some() && *step > last) {
        Some(step) => Factor::Step(step),
        None if known => Factor::Recovery(digest),
        None => Factor::None,
    })
}

/// Uses a code up, in the transaction of what it allows; answers whether it was still good.
pub(super) fn use_up(conn: &mut Conn, user: &str, factor: Factor, now: Instant) -> Result<bool, DbError> {
    match factor {
        Factor::Step(step) => store::use_step(conn, user, step),
        Factor::Recovery(digest) => store::use_recovery(conn, user, &digest, now),
        Factor::None => Ok(false),
    }
}

/// Where a try came from, for the audit.
pub(super) fn from(source: &Source) -> String {
    format!("from {}, {}", source.network, source.agent)
}

pub(super) fn actor_of(care: &Care, whole: &Whole) -> Actor {
    actor(care, &whole.account)
}

/// An account's owner as someone signed in.
pub(in crate::access) fn actor(care: &Care, account: &super::Account) -> Actor {
    let works_for = OrgCode::parse(&account.organisation);
    let organisation = works_for.as_ref().and_then(|code| care.system().organisation(code));
    Actor {
        user: account.user.clone(),
        name: account.name.clone(),
        role: account.role,
        organisation: organisation.map_or_else(|| "the public".to_owned(), |found| found.name.clone()),
        works_for,
    }
}

fn nobody() -> Actor {
    Actor {
        user: NOBODY.to_owned(),
        name: NOBODY.to_owned(),
        role: Role::Resident,
        organisation: String::new(),
        works_for: None,
    }
}

/// A row about someone unknown who did not get in.
pub(super) fn audit_of_nobody(act: &str, outcome: &str, detail: String, now: Instant) -> AuditRow {
    audit_row(&nobody(), (act, outcome), detail, now)
}

/// A row about getting in, or not.
pub(in crate::access) fn audit_row(
    actor: &Actor,
    (act, outcome): (&str, &str),
    detail: String,
    now: Instant,
) -> AuditRow {
    let known = actor.user != NOBODY;
    AuditRow {
        at: now,
        actor: actor.user.clone(),
        role: if known {
            actor.role.words().to_owned()
        } else {
            String::new()
        },
        organisation: actor.organisation.clone(),
        act: act.to_owned(),
        purpose: "signing in".to_owned(),
        outcome: outcome.to_owned(),
        person: None,
        detail,
    }
}
