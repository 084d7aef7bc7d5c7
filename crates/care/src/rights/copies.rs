//! A copy of all that is held about a person, made for that person (UK GDPR article 15): asked for by them, or by the
//! privacy officer for them, made by a job with progress, and opened by that person alone.

use super::{RightsError, said, store};
use crate::Care;
use crate::access::choices::{Choice, choice};
use crate::access::{self, AccessError, Act, Actor, JobGrant, PersonGrant, Role};
use crate::db::{DbError, Urgency};
use record::{Instant, PersonId};

/// How long a copy can be opened, in days.
pub const KEPT_DAYS: i64 = 30;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// A copy that was begun and not ended for so long is begun again: whoever made it was stopped.
const STUCK_MICROS: i64 = 10 * 60 * 1_000_000;
/// Bytes of a copy at most.
pub const BYTES_MAX: usize = 200 << 20;

/// How far a copy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits to be made.
    Waits,
    /// It can be opened.
    Made,
    /// It could not be made.
    Failed,
    /// It was made, and was deleted when its time was over.
    Deleted,
    /// It is being made.
    BeingMade,
}

impl State {
    const ALL: [State; 5] = [
        State::Waits,
        State::Made,
        State::Failed,
        State::Deleted,
        State::BeingMade,
    ];

    pub(super) const fn stored(self) -> i64 {
        self as i64
    }

    pub(super) fn of_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// A copy that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordCopy {
    /// Its number.
    pub number: i64,
    /// Of whose record.
    pub person: PersonId,
    /// Who asked: their name in this system.
    pub actor: String,
    /// Why, when somebody asked for the person.
    pub words: String,
    /// When.
    pub asked: Instant,
    /// How far it has come.
    pub state: State,
    /// How many of its parts are done, and how many there are; 0 of 0 before it is begun.
    pub progress: (i64, i64),
    /// Until when it can be opened.
    pub ends: Option<Instant>,
    /// When it was first opened.
    pub opened: Option<Instant>,
}

/// Asks for a copy; answers its number.
///
/// # Errors
/// See [`RightsError`]; also while another waits or is being made.
pub fn ask(care: &Care, actor: &Actor, person: PersonId, words: &str, now: Instant) -> Result<i64, RightsError> {
    let grant = choice(care, actor, person, Choice::Copy, now)?;
    let words = match actor.role {
        Role::Resident if words.trim().is_empty() => String::new(),
        _ => said(
            words,
            "words",
            "Write how the person asked, and how you knew it was them",
        )?,
    };
    let waits = of_person(care, &grant)?
        .iter()
        .any(|one| matches!(one.state, State::Waits | State::BeingMade));
    if waits {
        return Err(RightsError::Said("words", "A copy is being made already".to_owned()));
    }
    let (whom, by) = (grant.person(), actor.user.clone());
    Ok(care.writer().write::<i64, DbError>(Urgency::Waiting, move |conn| {
        store::insert_copy(conn, whom, &by, &words, now)
    })?)
}

/// The copies that were asked for, the latest first.
///
/// # Errors
/// When the store fails.
pub fn of_person(care: &Care, grant: &PersonGrant) -> Result<Vec<RecordCopy>, DbError> {
    care.readers().read(|conn| store::copies(conn, grant.person_no()))
}

/// Opens a copy, for the person alone: its bytes. That it was opened is in the audit.
///
/// # Errors
/// [`RightsError::Nothing`] when it is not made yet, or no longer kept.
pub fn open(care: &Care, actor: &Actor, person: PersonId, number: i64, now: Instant) -> Result<Vec<u8>, RightsError> {
    let grant = access::person(care, actor, person, Act::Export, now)?;
    if !grant.is_own_use() {
        let says = "A copy is opened by the person it is about, and by nobody else.".to_owned();
        return Err(AccessError::Refused(says).into());
    }
    let found = of_person(care, &grant)?
        .into_iter()
        .find(|one| one.number == number && one.state == State::Made && one.ends.is_some_and(|ends| now < ends));
    if found.is_none() {
        return Err(RightsError::Nothing);
    }
    let body = care.readers().read(|conn| store::copy_body(conn, number))?;
    care.writer()
        .write::<(), DbError>(Urgency::Waiting, move |conn| store::copy_opened(conn, number, now))?;
    body.ok_or(RightsError::Nothing)
}

/// Takes the copy on that has waited longest, and deletes those whose time is over; `None` when none waits.
///
/// # Errors
/// When the store fails.
pub fn take_on(care: &Care, _grant: &JobGrant, now: Instant) -> Result<Option<RecordCopy>, DbError> {
    // Asked before the writer is, so that a server where nobody asks writes nothing.
    let stuck = Instant(now.0 - STUCK_MICROS);
    if !care.readers().read(|conn| store::copies_to_do(conn, now, stuck))? {
        return Ok(None);
    }
    care.writer().write(Urgency::Bulk, move |conn| {
        store::delete_old_copies(conn, now)?;
        store::claim_copy(conn, now, stuck)
    })
}

/// Leave for the job that makes a copy to read what the person may see of their own record: in the audit in the name
/// of whoever asked. A copy is not made while the person's online access is suspended (SAFETY 9).
///
/// # Errors
/// As [`access::person`].
pub fn leave(care: &Care, job: &JobGrant, copy: &RecordCopy, now: Instant) -> Result<PersonGrant, AccessError> {
    access::own_view(care, job, (copy.person, &copy.actor), now)
}

/// Keeps how far a copy has come.
///
/// # Errors
/// When the store fails.
pub fn progress(care: &Care, copy: &RecordCopy, done: i64, total: i64) -> Result<(), DbError> {
    let number = copy.number;
    care.writer().write(Urgency::Bulk, move |conn| {
        store::copy_progress(conn, number, done, total)
    })
}

/// Keeps a copy that was made, or that it could not be.
///
/// # Errors
/// When the store fails.
pub fn keep(care: &Care, copy: &RecordCopy, body: Option<Vec<u8>>, now: Instant) -> Result<(), DbError> {
    let number = copy.number;
    let body = body.filter(|body| body.len() <= BYTES_MAX);
    care.writer().write(Urgency::Bulk, move |conn| {
        let ends = Instant(now.0 + KEPT_DAYS * DAY_MICROS);
        store::keep_copy(conn, number, body.as_deref(), (now, ends))
    })
}
