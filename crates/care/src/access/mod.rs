//! Who may see what, and the grants without which nothing about a person can be had.
//!
//! INVARIANT: every grant is made here, after policy has said yes, and nothing had by it is given out before its
//! audit row is durable: [`person`] and [`list`] give the grant only then, [`answering`] lends it and holds the
//! answer back. The three kinds of grant cannot be turned into each other, and none can be made anywhere else:
//! their fields are private to this module.

mod demo;
mod policy;
pub mod session;

pub use demo::{DEMO_USERS, DemoUser};
pub use policy::{Role, may};

use crate::Care;
use crate::audit::AuditRow;
use crate::db::DbError;
use crate::person::store as person_store;
use record::{Instant, PersonId};

/// Someone signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Their name in this system: what the audit keeps.
    pub user: String,
    /// Their name as people read it.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// The organisation they act for, as people read it.
    pub organisation: String,
}

impl Actor {
    /// The name, as people read it, of someone whom the store knows by their name in this system; that name
    /// itself when nobody knows another.
    pub fn name_of(user: &str) -> &str {
        DEMO_USERS
            .iter()
            .find(|demo| demo.user == user)
            .map_or(user, |demo| demo.name)
    }
}

/// What someone asks to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    /// Look for a person.
    Search,
    /// Read a person's record.
    ReadRecord,
    /// Read an item exactly as its sender sent it.
    ReadAsSent,
    /// Read who has looked at a person's record.
    ReadLooked,
    /// Print a person's two-page summary.
    Print,
    /// See the feeds and how they do.
    ReadFeeds,
    /// See what is in quarantine, which holds persons' data as sent.
    ReadQuarantine,
    /// Mend, retry or discard what is in quarantine.
    MendQuarantine,
    /// Send data in.
    Send,
    /// Decide about identities, or undo such a decision.
    DecideIdentity,
    /// Read the whole audit.
    ReadAudit,
    /// Work on the queue of reported concerns.
    ReadConcerns,
}

impl Act {
    /// Every act.
    pub const ALL: [Act; 12] = [
        Act::Search,
        Act::ReadRecord,
        Act::ReadAsSent,
        Act::ReadLooked,
        Act::Print,
        Act::ReadFeeds,
        Act::ReadQuarantine,
        Act::MendQuarantine,
        Act::Send,
        Act::DecideIdentity,
        Act::ReadAudit,
        Act::ReadConcerns,
    ];

    /// What the audit calls it.
    pub const fn words(self) -> &'static str {
        match self {
            Act::Search => "search",
            Act::ReadRecord => "read record",
            Act::ReadAsSent => "read as sent",
            Act::ReadLooked => "read who looked",
            Act::Print => "print summary",
            Act::ReadFeeds => "read feeds",
            Act::ReadQuarantine => "read quarantine",
            Act::MendQuarantine => "mend quarantine",
            Act::Send => "send data",
            Act::DecideIdentity => "decide identity",
            Act::ReadAudit => "read audit",
            Act::ReadConcerns => "read concerns",
        }
    }
}

/// Why access was not given.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Policy said no; in plain words, with what is possible instead.
    #[error("{0}")]
    Refused(String),
    /// There is nobody with this id.
    #[error("nobody with this id")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Leave to read one person, given and audited.
#[derive(Debug)]
pub struct PersonGrant {
    person: PersonId,
    person_no: i64,
    as_sent: bool,
    actor: Actor,
    now: Instant,
}

impl PersonGrant {
    /// Whose record.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// When it was given: the moment for which the answer holds.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// To whom it was given.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether it covers items exactly as sent.
    pub const fn covers_as_sent(&self) -> bool {
        self.as_sent
    }

    pub(crate) const fn person_no(&self) -> i64 {
        self.person_no
    }
}

/// Leave to see a list of persons, given and audited; each person shown is audited too.
#[derive(Debug)]
pub struct ListGrant {
    actor: Actor,
    now: Instant,
}

impl ListGrant {
    /// When it was given.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// To whom it was given.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// Leave for a job of the program itself; what it yields has no way to a page.
#[derive(Debug)]
pub struct JobGrant {
    job: &'static str,
}

impl JobGrant {
    /// For the binary's jobs only: names the job.
    pub const fn for_job(job: &'static str) -> Self {
        Self { job }
    }

    /// The job.
    pub const fn job(&self) -> &'static str {
        self.job
    }
}

/// Asks to do `act` on one person's record. Both yes and no are audited before the answer is given.
///
/// # Errors
/// [`AccessError::Refused`] with words for the page; [`AccessError::Unknown`] when nobody has this id.
pub fn person(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    act: Act,
    now: Instant,
) -> Result<PersonGrant, AccessError> {
    let (verdict, row) = decide(care, actor, person, act, now)?;
    care.audit().record(vec![row])?;
    verdict
}

/// As [`person`], for an answer that is put together whole before any of it is given out: `answer` works while
/// the audit row is being made durable, and what it made is let go only when that is so. When the row cannot be
/// kept, what it made is dropped unseen.
///
/// # Errors
/// As [`person`], and those of `answer`.
pub fn answering<T, E: From<AccessError>>(
    care: &Care,
    actor: &Actor,
    (person, act): (PersonId, Act),
    now: Instant,
    answer: impl FnOnce(PersonGrant) -> Result<T, E>,
) -> Result<T, E> {
    let (verdict, row) = decide(care, actor, person, act, now)?;
    let keeping = care.audit().begin(vec![row]).map_err(AccessError::from)?;
    let answered = verdict.map_err(E::from).and_then(answer);
    keeping.wait().map_err(AccessError::from)?;
    answered
}

/// What policy says, with the row that says so. INVARIANT: the verdict leaves this module only in company of
/// that row (see [`person`] and [`answering`]).
fn decide(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    act: Act,
    now: Instant,
) -> Result<(Result<PersonGrant, AccessError>, AuditRow), AccessError> {
    let found = care.readers().read(|conn| person_store::person_by_id(conn, person))?;
    let (outcome, verdict) = match (may(actor.role, act), found) {
        (Err(reason), _) => (reason, Err(AccessError::Refused(reason.to_owned()))),
        (Ok(()), None) => ("nobody with this id", Err(AccessError::Unknown)),
        (Ok(()), Some((person, person_no))) => (
            "granted",
            Ok(PersonGrant {
                person,
                person_no,
                as_sent: may(actor.role, Act::ReadAsSent).is_ok(),
                actor: actor.clone(),
                now,
            }),
        ),
    };
    let shown = found.map_or(person, |(current, _)| current);
    Ok((
        verdict,
        row(actor, act, outcome.to_owned(), Some(shown), String::new(), now),
    ))
}

/// Asks to do `act` on no one person: a search, a list, the feeds. `detail` names kinds of things, never
/// names, numbers or content.
///
/// # Errors
/// [`AccessError::Refused`] with words for the page.
pub fn list(care: &Care, actor: &Actor, act: Act, detail: &str, now: Instant) -> Result<ListGrant, AccessError> {
    let verdict = may(actor.role, act);
    let outcome = verdict
        .as_ref()
        .map_or_else(|reason| (*reason).to_owned(), |()| "granted".to_owned());
    care.audit()
        .record(vec![row(actor, act, outcome, None, detail.to_owned(), now)])?;
    verdict.map_err(|reason| AccessError::Refused(reason.to_owned()))?;
    Ok(ListGrant {
        actor: actor.clone(),
        now,
    })
}

/// Keeps one narrow row for each person that a list showed, so that "who looked" is complete.
pub(crate) fn shown(care: &Care, grant: &ListGrant, act: Act, persons: &[PersonId]) -> Result<(), DbError> {
    if persons.is_empty() {
        return Ok(());
    }
    let rows = persons
        .iter()
        .map(|id| {
            row(
                &grant.actor,
                act,
                "shown in a list".to_owned(),
                Some(*id),
                String::new(),
                grant.now,
            )
        })
        .collect();
    care.audit().record(rows)
}

fn row(actor: &Actor, act: Act, outcome: String, person: Option<PersonId>, detail: String, now: Instant) -> AuditRow {
    AuditRow {
        at: now,
        actor: actor.user.clone(),
        role: actor.role.words().to_owned(),
        organisation: actor.organisation.clone(),
        act: act.words().to_owned(),
        purpose: actor.role.purpose().to_owned(),
        outcome,
        person,
        detail,
    }
}
