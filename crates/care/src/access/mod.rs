//! Who may see what, and the grants without which nothing about a person can be had.
//!
//! INVARIANT: every grant is made here, after policy has said yes, and nothing had by it is given out before its
//! audit row is durable: [`person`] and [`list`] give the grant only then, [`answering`] lends it and holds the
//! answer back. The three kinds of grant cannot be turned into each other, and none can be made anywhere else:
//! their fields are private to this module.

pub mod account;
pub mod acts;
pub mod choices;
mod demo;
pub mod emergency;
mod facts;
pub mod launch;
mod list_of_care;
pub mod machine;
pub mod policy;
mod question;
pub mod sensitivity;
pub mod session;
pub mod staff;
mod store;

pub use demo::{DEMO_USERS, DemoUser, bind as bind_demo_users, own_person, people_of};
pub use facts::{EntryFacts, Facts, ProxyStands, birthday, proxy_stands};
pub use list_of_care::Listed;
pub(crate) use list_of_care::{in_care_of, opening_to};
pub use policy::{may, may_in_an_emergency, may_plan};
pub use question::{Act, Closeness, Part, Purpose, Question, Relationship, Relationships, Role, Sensitivity, Show};

use crate::Care;
use crate::audit::AuditRow;
use crate::db::DbError;
use crate::person::store as person_store;
use policy::{Decision, decide};
use record::{Instant, OrgCode, PersonId};

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
    /// That organisation's code, when it is one of this care system's.
    pub works_for: Option<OrgCode>,
}

/// Somebody who signs in here, by their name in this system; `None` when nobody does.
///
/// # Errors
/// When the store fails.
pub fn user_named(care: &Care, user: &str) -> Result<Option<Actor>, DbError> {
    let known = DEMO_USERS.iter().find(|demo| demo.user == user);
    if let Some(demo) = known.filter(|_| care.is_demo()) {
        return Ok(Some(demo.actor()));
    }
    account::actor_named(care, user)
}

/// The persons of the record that a user is, as far as somebody has said so.
///
/// # Errors
/// When the store fails.
pub(crate) fn persons_of_user(conn: &mut crate::db::Conn, user: &str) -> Result<Vec<PersonId>, DbError> {
    let acts = store::of_holder(conn, user, acts::What::IsUser)?;
    Ok(acts.into_iter().map(|act| act.person).collect())
}

/// The birth dates that senders tell of a person, by leave.
///
/// # Errors
/// When the store fails.
pub(crate) fn births(care: &Care, grant: &PersonGrant) -> Result<Vec<record::Date>, DbError> {
    care.readers().read(|conn| facts::births_of(conn, grant.person_no))
}

/// Why access was not given.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Policy said no; in plain words, with what is possible instead.
    #[error("{0}")]
    Refused(String),
    /// Policy said no, and would say yes if whoever asks declared an emergency; in plain words.
    #[error("{says}")]
    Shut {
        /// Why, for the page.
        says: String,
        /// Whose record.
        person: PersonId,
    },
    /// Policy said no to somebody who acted for this person until the law ended it.
    #[error("{says}")]
    Lapsed {
        /// As it is said to anybody: for answers to what may belong to nobody, which must not tell that it does.
        says: String,
        /// Why, for a page that is about this person.
        why: String,
    },
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
    act: Act,
    facts: Facts,
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
    pub fn covers_as_sent(&self) -> bool {
        self.facts.decide(Act::ReadAsSent).is_permit()
    }

    /// Whether it covers an entry, for the act that was asked for.
    pub fn covers(&self, entry: EntryFacts) -> bool {
        self.facts.of_entry(self.act, entry).is_permit()
    }

    /// The facts on which it was given.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Why it opens only what the reader's own organisation wrote, in words for the page, where the person objects to
    /// sharing; `None` when it opens more.
    pub(crate) fn own_only(&self) -> Option<&'static str> {
        match (self.facts.decide(self.act), self.facts.of_own_entries(self.act)) {
            (Decision::Refuse(refusal), Decision::Permit) if refusal.rule == "rules/objection" => Some(refusal.says),
            _ => None,
        }
    }

    /// Whether the reader could open the rest by declaring an emergency: whoever could not is offered none.
    pub(crate) fn may_declare(&self) -> bool {
        may_in_an_emergency(self.actor.role) && self.facts.in_an_emergency().is_permit()
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
    let (verdict, row) = asked(care, actor, person, act, now)?;
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
    let (verdict, row) = asked(care, actor, person, act, now)?;
    let keeping = care.audit().begin(vec![row]).map_err(AccessError::from)?;
    let answered = verdict.map_err(E::from).and_then(answer);
    keeping.wait().map_err(AccessError::from)?;
    answered
}

/// What policy says, with the row that says so. INVARIANT: the verdict leaves this module only in company of
/// that row (see [`person`] and [`answering`]).
fn asked(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    act: Act,
    now: Instant,
) -> Result<(Result<PersonGrant, AccessError>, AuditRow), AccessError> {
    let (found, barred) = care.readers().read(|conn| {
        let barred = staff::suspended(conn, &actor.user, now)?;
        let Some((person, person_no)) = person_store::person_by_id(conn, person)? else {
            return Ok((None, barred));
        };
        let facts = facts::gather(care, conn, actor, person_no, now)?;
        Ok::<_, DbError>((Some((person, person_no, facts)), barred))
    })?;
    if barred {
        let verdict = Err(AccessError::Refused(staff::SAYS.to_owned()));
        let whom = found.as_ref().map_or(person, |(person, ..)| *person);
        let row = row(
            actor,
            act,
            staff::SAYS.to_owned(),
            Some(whom),
            staff::RULE.to_owned(),
            now,
        );
        return Ok((verdict, row));
    }
    let Some((person, person_no, facts)) = found else {
        let refused = may(actor.role, act);
        let outcome = refused.err().unwrap_or("nobody with this id").to_owned();
        let verdict = refused.map_or_else(|says| AccessError::Refused(says.to_owned()), |()| AccessError::Unknown);
        return Ok((Err(verdict), row(actor, act, outcome, Some(person), String::new(), now)));
    };
    let opened = open(&facts, act);
    let (outcome, detail) = match opened {
        Decision::Permit => ("granted".to_owned(), ground(&facts)),
        Decision::Refuse(refusal) => (refusal.says.to_owned(), refusal.rule.to_owned()),
    };
    let verdict = match opened {
        Decision::Permit => Ok(PersonGrant {
            person,
            person_no,
            act,
            facts,
            actor: actor.clone(),
            now,
        }),
        // Offered to nobody whose role could not declare one.
        Decision::Refuse(refusal) if may_in_an_emergency(actor.role) && facts.in_an_emergency().is_permit() => {
            Err(AccessError::Shut {
                says: refusal.says.to_owned(),
                person,
            })
        }
        // Nothing allows it: whoever acted for them until the law ended it is told so. The audit says what it says of all.
        Decision::Refuse(refusal) => Err(match facts.lapsed.filter(|_| refusal.rule.is_empty()) {
            Some(lapsed) => AccessError::Lapsed {
                says: refusal.says.to_owned(),
                why: lapsed.says().to_owned(),
            },
            None => AccessError::Refused(refusal.says.to_owned()),
        }),
    };
    Ok((verdict, row(actor, act, outcome, Some(person), detail, now)))
}

/// What the audit calls asking who stands behind a pseudonym.
pub const BEHIND: &str = "find by pseudonym";

/// Whether somebody who stands behind a pseudonym may be found by whoever asks: when their record opens to them, and
/// `also` holds. Both yes and no are in the person's audit before the answer is given.
pub(crate) fn behind(
    care: &Care,
    grant: &ListGrant,
    person: PersonId,
    also: impl Fn(&Facts) -> bool,
) -> Result<Option<PersonId>, DbError> {
    let (actor, now) = (&grant.actor, grant.now);
    let found = care.readers().read(|conn| {
        let Some((person, person_no)) = person_store::person_by_id(conn, person)? else {
            return Ok(None);
        };
        let facts = facts::gather(care, conn, actor, person_no, now)?;
        Ok::<_, DbError>(Some((person, facts)))
    })?;
    let Some((person, facts)) = found else { return Ok(None) };
    let finds = open(&facts, Act::ReadRecord).is_permit() && also(&facts);
    let (outcome, detail) = match finds {
        true => ("granted".to_owned(), ground(&facts)),
        false => ("not in their care".to_owned(), String::new()),
    };
    care.audit().record(vec![AuditRow {
        act: BEHIND.to_owned(),
        ..row(actor, Act::Search, outcome, Some(person), detail, now)
    }])?;
    Ok(finds.then_some(person))
}

/// Leave for a job of the program to read what a person may see of their own record, to put it together for them;
/// in the audit in the name of `asker`, who asked for it and was given leave to.
///
/// # Errors
/// [`AccessError::Refused`] while the person may not see it; [`AccessError::Unknown`] when nobody has this id.
pub(crate) fn own_view(
    care: &Care,
    job: &JobGrant,
    (person, asker): (PersonId, &str),
    now: Instant,
) -> Result<PersonGrant, AccessError> {
    let reader = Actor {
        user: asker.to_owned(),
        name: account::name_of(care, asker)?,
        role: Role::Resident,
        organisation: String::new(),
        works_for: None,
    };
    let found = care.readers().read(|conn| {
        let Some((person, person_no)) = person_store::person_by_id(conn, person)? else {
            return Ok(None);
        };
        let facts = facts::gather(care, conn, &reader, person_no, now)?;
        Ok::<_, DbError>(Some((person, person_no, facts.in_their_stead())))
    })?;
    let (person, person_no, facts) = found.ok_or(AccessError::Unknown)?;
    let act = Act::Export;
    let verdict = facts.decide(act);
    let outcome = match verdict {
        Decision::Permit => "granted".to_owned(),
        Decision::Refuse(refusal) => refusal.says.to_owned(),
    };
    let kept = row(&reader, act, outcome, Some(person), job.job().to_owned(), now);
    care.audit().record(vec![kept])?;
    match verdict {
        Decision::Permit => Ok(PersonGrant {
            person,
            person_no,
            act,
            facts,
            actor: reader,
            now,
        }),
        Decision::Refuse(refusal) => Err(AccessError::Refused(refusal.says.to_owned())),
    }
}

/// Whether a privacy officer suspended the access of whoever asks.
fn barred(care: &Care, actor: &Actor, now: Instant) -> Result<bool, DbError> {
    care.readers().read(|conn| staff::suspended(conn, &actor.user, now))
}

/// Whether the record opens at all: for what others wrote, or, where the person objects to sharing, for what the
/// reader's own organisation wrote. Which entries are then shown is asked for each.
fn open(facts: &Facts, act: Act) -> Decision {
    match facts.decide(act) {
        Decision::Permit => Decision::Permit,
        refused => match facts.of_own_entries(act) {
            Decision::Permit => Decision::Permit,
            Decision::Refuse(_) => refused,
        },
    }
}

/// By what a record was opened, for the audit and for whoever asks who looked.
fn ground(facts: &Facts) -> String {
    if facts.emergency.is_some() {
        return "emergency".to_owned();
    }
    let held: Vec<&str> = facts.relationships().each().map(Relationship::words).collect();
    held.join(", ")
}

/// Asks to do `act` on no one person: a search, a list, the feeds. `detail` names kinds of things, never
/// names, numbers or content. What belongs to nobody (a sender's directory) is asked for here too.
///
/// # Errors
/// [`AccessError::Refused`] with words for the page.
pub fn list(care: &Care, actor: &Actor, act: Act, detail: &str, now: Instant) -> Result<ListGrant, AccessError> {
    let verdict = match barred(care, actor, now)? {
        true => Decision::Refuse(policy::Refusal {
            rule: staff::RULE,
            says: staff::SAYS,
        }),
        false => decide(&facts::of_nobody(care.system(), actor, act)),
    };
    let outcome = match verdict {
        Decision::Permit => "granted",
        Decision::Refuse(refusal) => refusal.says,
    };
    care.audit()
        .record(vec![row(actor, act, outcome.to_owned(), None, detail.to_owned(), now)])?;
    match verdict {
        Decision::Permit => Ok(ListGrant {
            actor: actor.clone(),
            now,
        }),
        Decision::Refuse(refusal) => Err(AccessError::Refused(refusal.says.to_owned())),
    }
}

/// Keeps one narrow row for each person that a list showed, so that "who looked" is complete.
pub(crate) fn shown(care: &Care, grant: &ListGrant, act: Act, persons: &[PersonId]) -> Result<(), DbError> {
    shown_for(care, grant, act, persons, "")
}

/// What an audit row says of whoever was shown by name on the form that opens a record in an emergency.
pub const BEFORE_AN_EMERGENCY: &str = "by name, before an emergency";

/// As [`shown`], with what for when it was no search.
pub(crate) fn shown_for(
    care: &Care,
    grant: &ListGrant,
    act: Act,
    persons: &[PersonId],
    detail: &str,
) -> Result<(), DbError> {
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
                detail.to_owned(),
                grant.now,
            )
        })
        .collect();
    care.audit().record(rows)
}

/// Keeps that the holder of a list grant did something to one person's record, before it is done. `detail` names ids,
/// never content.
pub(crate) fn noted(
    care: &Care,
    grant: &ListGrant,
    (done, detail): (&str, String),
    person: PersonId,
) -> Result<(), DbError> {
    let kept = row(
        &grant.actor,
        Act::Write,
        "granted".to_owned(),
        Some(person),
        detail,
        grant.now,
    );
    care.audit().record(vec![AuditRow {
        act: done.to_owned(),
        ..kept
    }])
}

fn row(actor: &Actor, act: Act, outcome: String, person: Option<PersonId>, detail: String, now: Instant) -> AuditRow {
    AuditRow {
        at: now,
        actor: actor.user.clone(),
        role: actor.role.words().to_owned(),
        organisation: actor.organisation.clone(),
        act: act.words().to_owned(),
        purpose: actor.role.purpose().words().to_owned(),
        outcome,
        person,
        detail,
    }
}
