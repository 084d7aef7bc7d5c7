//! Who is signed in. The browser holds a random token; the store holds only its digest.

mod store;

use super::account::{self, Source};
use super::{Actor, DEMO_USERS};
use crate::Care;
use crate::db::{Conn, DbError, Urgency};
use record::Instant;

/// Signed out after so many minutes without a request.
pub const IDLE_MINUTES: i64 = 30;
/// Signed out after so many hours whatever happens.
pub const WHOLE_HOURS: i64 = 12;
const IDLE_MICROS: i64 = IDLE_MINUTES * 60 * 1_000_000;
const WHOLE_MICROS: i64 = WHOLE_HOURS * 3600 * 1_000_000;
/// The store is told of use at most this often.
const TOUCH_MICROS: i64 = 60 * 1_000_000;
/// Sessions are remembered for so long, so that a form that comes late is known to be its writer's.
const REMEMBERED_MICROS: i64 = 7 * 24 * 3600 * 1_000_000;

/// By what someone signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// One press in a demonstration.
    Demo,
    /// A password and a second factor here.
    Password,
    /// An identity provider.
    Provider,
}

impl Method {
    /// As the store keeps it and people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Method::Demo => "demonstration",
            Method::Password => "password and code",
            Method::Provider => "identity provider",
        }
    }

    fn of_words(text: &str) -> Option<Self> {
        [Method::Demo, Method::Password, Method::Provider]
            .into_iter()
            .find(|one| one.words() == text)
    }
}

/// What a session begins with.
pub(super) struct Began<'a> {
    /// Whose.
    pub user: &'a str,
    /// By what.
    pub method: Method,
    /// The browser, in words.
    pub agent: &'a str,
    /// When a second factor was shown.
    pub strong: Instant,
}

/// Someone signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub actor: Actor,
    /// By what they signed in.
    pub method: Method,
    /// When they last showed a second factor.
    pub strong: Instant,
}

/// What is known of a browser's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Someone is signed in by it.
    In(Session),
    /// Someone was, until the session was left alone for too long or grew too old: their name in this system.
    TimedOut(String),
    /// Nobody.
    Nobody,
}

impl Known {
    /// Who is signed in, if anyone.
    pub fn signed_in(self) -> Option<Session> {
        match self {
            Known::In(session) => Some(session),
            Known::TimedOut(_) | Known::Nobody => None,
        }
    }
}

/// A session in its owner's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What ending it is asked by: the beginning of its token's digest.
    pub number: String,
    /// When it began.
    pub begun: Instant,
    /// When it was last used, within a minute.
    pub seen: Instant,
    /// By what.
    pub method: &'static str,
    /// The browser, in words.
    pub agent: String,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// Signs a demo user in; `token` is fresh randomness from the rim. `None` when there is no such user, or the
/// folder is live.
///
/// # Errors
/// When the store fails.
pub fn begin_demo(
    care: &Care,
    user: &str,
    token: &str,
    source: &Source,
    now: Instant,
) -> Result<Option<Actor>, DbError> {
    let Some(found) = DEMO_USERS.iter().find(|demo| care.is_demo() && demo.user == user) else {
        return Ok(None);
    };
    let (digest, user, agent) = (digest(token), found.user, source.agent.clone());
    care.writer().write(Urgency::Waiting, move |conn| {
        let began = Began {
            user,
            method: Method::Demo,
            agent: &agent,
            strong: now,
        };
        insert(conn, &digest, &began, now)
    })?;
    let actor = found.actor();
    let row = account::audit_row(&actor, ("sign in", "granted"), "demonstration".to_owned(), now);
    care.audit().record(vec![row])?;
    Ok(Some(actor))
}

/// Keeps a session that has begun, and forgets those of last week.
pub(super) fn insert(conn: &mut Conn, digest: &[u8; 32], began: &Began<'_>, now: Instant) -> Result<(), DbError> {
    store::sweep(conn, Instant(now.0 - REMEMBERED_MICROS))?;
    store::insert(conn, digest, began, now)
}

/// Who holds this token.
///
/// # Errors
/// When the store fails.
pub fn of_token(care: &Care, token: &str, now: Instant) -> Result<Known, DbError> {
    let digest = digest(token);
    let found = care.readers().read(|conn| {
        let Some(kept) = store::find(conn, &digest)? else {
            return Ok(None);
        };
        let account = account::usable(conn, &kept.user)?;
        Ok::<_, DbError>(Some((kept, account)))
    })?;
    let Some((kept, account)) = found.filter(|(kept, _)| kept.ended.is_none()) else {
        return Ok(Known::Nobody);
    };
    let Some(method) = Method::of_words(&kept.method) else {
        return Ok(Known::Nobody);
    };
    let actor = match method {
        Method::Demo => DEMO_USERS
            .iter()
            .find(|demo| care.is_demo() && demo.user == kept.user)
            .map(super::DemoUser::actor),
        Method::Password | Method::Provider => account.map(|account| account::actor(care, &account)),
    };
    let Some(actor) = actor else {
        return Ok(Known::Nobody);
    };
    if out_of_time(&kept, now) {
        return Ok(Known::TimedOut(kept.user));
    }
    if now.0 - kept.seen > TOUCH_MICROS {
        care.writer()
            .write(Urgency::Waiting, move |conn| store::touch(conn, &digest, now))?;
    }
    Ok(Known::In(Session {
        actor,
        method,
        strong: Instant(kept.strong),
    }))
}

fn out_of_time(kept: &store::Kept, now: Instant) -> bool {
    now.0 - kept.seen > IDLE_MICROS || now.0 - kept.begun > WHOLE_MICROS
}

/// Signs out: the token is good no longer, wherever a copy of it may be.
///
/// # Errors
/// When the store fails.
pub fn end(care: &Care, token: &str, now: Instant) -> Result<(), DbError> {
    let digest = digest(token);
    let known = care.readers().read(|conn| store::find(conn, &digest))?;
    let Some(kept) = known.filter(|kept| kept.ended.is_none()) else {
        return Ok(());
    };
    let was = of_token(care, token, now)?.signed_in();
    let user = kept.user.clone();
    care.writer()
        .write(Urgency::Waiting, move |conn| store::end(conn, &user, &digest, now))?;
    if let Some(session) = was {
        let row = account::audit_row(&session.actor, ("sign out", "granted"), String::new(), now);
        care.audit().record(vec![row])?;
    }
    Ok(())
}

/// The sessions that someone could use now; `token` is the one that asks.
///
/// # Errors
/// When the store fails.
pub fn list(care: &Care, actor: &Actor, token: &str, now: Instant) -> Result<Vec<Listed>, DbError> {
    let this = digest(token);
    let found = care.readers().read(|conn| store::of_user(conn, &actor.user))?;
    let open = found
        .into_iter()
        .filter(|kept| kept.ended.is_none() && !out_of_time(kept, now));
    Ok(open
        .map(|kept| Listed {
            number: number(&kept.digest),
            begun: Instant(kept.begun),
            seen: Instant(kept.seen),
            method: Method::of_words(&kept.method).map_or("", Method::words),
            this: kept.digest == this,
            agent: kept.agent,
        })
        .collect())
}

/// Ends one of someone's own sessions, by its number in their list; answers whether it stood.
///
/// # Errors
/// When the store fails.
pub fn end_one(care: &Care, actor: &Actor, wanted: &str, now: Instant) -> Result<bool, DbError> {
    let (user, wanted) = (actor.user.clone(), wanted.to_owned());
    let ended = care.writer().write(Urgency::Waiting, move |conn| {
        let found = store::of_user(conn, &user)?
            .into_iter()
            .find(|kept| number(&kept.digest) == wanted);
        match found {
            Some(kept) => store::end(conn, &user, &kept.digest, now),
            None => Ok::<_, DbError>(false),
        }
    })?;
    if ended {
        let row = account::audit_row(actor, ("sign out", "granted"), "another session".to_owned(), now);
        care.audit().record(vec![row])?;
    }
    Ok(ended)
}

/// Ends every session of someone, this one too; answers how many stood.
///
/// # Errors
/// When the store fails.
pub fn end_everywhere(care: &Care, actor: &Actor, now: Instant) -> Result<u64, DbError> {
    let user = actor.user.clone();
    let ended = care
        .writer()
        .write(Urgency::Waiting, move |conn| store::end_all(conn, &user, now))?;
    let detail = format!("everywhere, {ended} sessions");
    let row = account::audit_row(actor, ("sign out", "granted"), detail, now);
    care.audit().record(vec![row])?;
    Ok(ended)
}

/// Ends every session of a user, as part of something else that is done to their account.
pub(super) fn end_all_of(conn: &mut Conn, user: &str, now: Instant) -> Result<(), DbError> {
    store::end_all(conn, user, now).map(drop)
}

/// Ends every other session of a user than the one of this token.
pub(super) fn end_others_of(conn: &mut Conn, user: &str, token: &str, now: Instant) -> Result<(), DbError> {
    store::end_others(conn, user, &digest(token), now)
}

/// The second factor was shown again in this session.
pub(super) fn strengthen(conn: &mut Conn, token: &str, now: Instant) -> Result<(), DbError> {
    store::strengthen(conn, &digest(token), now)
}

/// What a session is called in its owner's list: nobody finds the token by it.
pub(super) fn number(digest: &[u8]) -> String {
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn digest(token: &str) -> [u8; 32] {
    *blake3::hash(token.as_bytes()).as_bytes()
}
