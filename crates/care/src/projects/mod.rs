//! Projects: people are picked out for those who care for them, by those who plan and see nobody.
//!
//! An analyst proposes a project, a privacy officer agrees to it or not. While it runs, its analysts say whom a list is
//! for, by a condition and groups, and are told how many that is as any count is told (SAFETY 11: no rows). The list is
//! kept under pseudonyms that this project's key alone makes. Whoever cares for people opens it and finds those of their
//! own care, and nobody else, each by leave of policy (SAFETY 8); with a pseudonym they find the person behind it if that
//! person is in their care. When a project ends its pseudonyms lead to nobody any more.

mod lists;
mod pseudonym;
mod store;

pub use lists::{List, OnList, Opened, behind, is_pseudonym, lists_of, make, open, running};

use crate::Care;
use crate::access::{AccessError, Act, Actor, ListGrant, Purpose, Role, list, may, may_plan};
use crate::db::{DbError, Urgency};
use crate::rights::{RightsError, said};
use record::Instant;

/// Letters of a project's name at most.
const NAME_MAX: usize = 100;
/// How long a project may run, in days.
pub const DAYS: [i64; 4] = [30, 90, 180, 365];
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// Projects listed at most.
const LISTED_MAX: i64 = 200;
/// What the salt of a project is: so much randomness.
pub type Salt = [u8; 32];

/// How far a project has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A privacy officer has to answer.
    Proposed,
    /// It runs.
    Running,
    /// A privacy officer said no.
    Refused,
    /// It was ended, or its time is over.
    Ended,
}

/// What is said of a decision: when, who, and why.
pub type Said = (Instant, String, String);

/// What an analyst proposes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proposal<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What is to be found out or done, and why counts alone will not do.
    pub question: &'a str,
    /// What care teams are asked to do for each person.
    pub step: &'a str,
    /// The clinician who answers for it (SAFETY 15).
    pub owner: &'a str,
    /// For how many days: one of [`DAYS`].
    pub days: i64,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its number.
    pub number: i64,
    /// What it is called.
    pub name: String,
    /// What is to be found out or done.
    pub question: String,
    /// What care teams are asked to do for each person.
    pub step: String,
    /// The clinician who answers for it.
    pub owner: String,
    /// Whose analysts work in it.
    pub organisation: String,
    /// When it was proposed.
    pub proposed: Instant,
    /// By whom.
    pub proposed_by: String,
    /// Until when it may run.
    pub until: Instant,
    /// What a privacy officer answered, if they have: yes or no, and what they said.
    pub answered: Option<(bool, Said)>,
    /// When, by whom and why it was ended before its time.
    pub ended: Option<Said>,
}

impl Project {
    /// How far it has come.
    pub fn stage(&self, now: Instant) -> Stage {
        match (&self.answered, &self.ended) {
            (Some((false, _)), _) => Stage::Refused,
            (_, Some(_)) => Stage::Ended,
            _ if self.until <= now => Stage::Ended,
            (Some((true, _)), None) => Stage::Running,
            (None, None) => Stage::Proposed,
        }
    }
}

/// Whether a role cares for people and opens lists.
pub fn may_open(role: Role) -> bool {
    role.purpose() == Purpose::DirectCare && may(role, Act::ReadRecord).is_ok()
}

/// Leave to look at projects: for those who plan, and for privacy officers.
///
/// # Errors
/// [`AccessError`] with words for the page for anybody else; when the store fails.
pub fn seeing(care: &Care, actor: &Actor, now: Instant) -> Result<ListGrant, AccessError> {
    let act = if may_plan(actor.role) {
        Act::Count
    } else {
        Act::ReadAudit
    };
    list(care, actor, act, "projects", now)
}

/// Every project, the latest first. Those who plan see their own organisation's.
///
/// # Errors
/// When the store fails.
pub fn latest(care: &Care, grant: &ListGrant) -> Result<Vec<Project>, DbError> {
    let mut found = care.readers().read(|conn| store::latest(conn, LISTED_MAX))?;
    found.retain(|one| may_see(one, grant));
    Ok(found)
}

/// A project of this number that whoever asks may see.
///
/// # Errors
/// When the store fails.
pub fn numbered(care: &Care, grant: &ListGrant, number: i64) -> Result<Option<Project>, DbError> {
    let found = care.readers().read(|conn| store::numbered(conn, number))?;
    Ok(found.filter(|one| may_see(one, grant)))
}

fn may_see(project: &Project, grant: &ListGrant) -> bool {
    grant.actor().role == Role::PrivacyOfficer || grant.actor().organisation == project.organisation
}

/// Proposes a project; answers its number.
///
/// # Errors
/// [`RightsError::Said`] for what is missing; for those who are no analysts.
pub fn propose(care: &Care, actor: &Actor, proposal: &Proposal<'_>, now: Instant) -> Result<i64, RightsError> {
    planning(care, actor, "propose a project", now)?;
    let name = said(proposal.name, "name", "Write what the project is called")?;
    if name.chars().count() > NAME_MAX {
        let words = format!("Use {NAME_MAX} letters at most");
        return Err(RightsError::Said("name", words));
    }
    let question = said(
        proposal.question,
        "question",
        "Write what you want to do, and why counts alone will not do",
    )?;
    let step = said(
        proposal.step,
        "step",
        "Write what care teams are asked to do for each person",
    )?;
    let owner = said(
        proposal.owner,
        "owner",
        "Write the name and role of the clinician who answers for it",
    )?;
    if !DAYS.contains(&proposal.days) {
        return Err(RightsError::Said("days", "Choose how long it is to run".to_owned()));
    }
    let kept = Project {
        number: 0,
        name,
        question,
        step,
        owner,
        organisation: actor.organisation.clone(),
        proposed: now,
        proposed_by: actor.user.clone(),
        until: Instant(now.0 + proposal.days * DAY_MICROS),
        answered: None,
        ended: None,
    };
    let write = care
        .writer()
        .write::<i64, DbError>(Urgency::Waiting, move |conn| store::insert(conn, &kept));
    Ok(write?)
}

/// Leave for an analyst to work on projects.
fn planning(care: &Care, actor: &Actor, detail: &str, now: Instant) -> Result<ListGrant, AccessError> {
    let grant = list(care, actor, Act::Count, detail, now)?;
    match actor.role {
        Role::Analyst => Ok(grant),
        _ => Err(AccessError::Refused(
            "Analysts propose projects and make their lists. You can read them.".to_owned(),
        )),
    }
}

/// Answers a proposal: agrees, with randomness that its pseudonyms are then made with, or refuses.
///
/// # Errors
/// [`RightsError::Said`] for what is missing, and for one's own; [`RightsError::Nothing`] when there is nothing to answer;
/// for those who are no privacy officers.
pub fn answer(
    care: &Care,
    actor: &Actor,
    (number, words): (i64, &str),
    agreed: Option<Salt>,
    now: Instant,
) -> Result<(), RightsError> {
    let grant = list(care, actor, Act::ReadAudit, &format!("answer project {number}"), now)?;
    let project = numbered(care, &grant, number)?.filter(|one| one.stage(now) == Stage::Proposed);
    let project = project.ok_or(RightsError::Nothing)?;
    if project.proposed_by == actor.user {
        let words = "Somebody else answers what you proposed".to_owned();
        return Err(RightsError::Said("words", words));
    }
    let words = said(words, "words", "Write why, and on what lawful basis if you agree")?;
    let by = actor.user.clone();
    let kept = care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
        store::answer(conn, number, (now, &by, &words), agreed.as_ref())
    });
    done(kept?)
}

/// Ends a project: its lists and pseudonyms go, for good.
///
/// # Errors
/// [`RightsError::Said`] for what is missing; [`RightsError::Nothing`] when there is nothing to end; for those who are
/// neither privacy officers nor its analysts.
pub fn end(care: &Care, actor: &Actor, number: i64, words: &str, now: Instant) -> Result<(), RightsError> {
    let detail = format!("end project {number}");
    let grant = match may_plan(actor.role) {
        true => planning(care, actor, &detail, now)?,
        false => list(care, actor, Act::ReadAudit, &detail, now)?,
    };
    let open = |one: &Project| matches!(one.stage(now), Stage::Proposed | Stage::Running);
    numbered(care, &grant, number)?
        .filter(open)
        .ok_or(RightsError::Nothing)?;
    let words = said(words, "words", "Write why it ends")?;
    let by = actor.user.clone();
    let kept = care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
        store::end(conn, number, (now, &by, &words))
    });
    done(kept?)
}

fn done(kept: bool) -> Result<(), RightsError> {
    match kept {
        true => Ok(()),
        false => Err(RightsError::Nothing),
    }
}

/// Lets the pseudonyms go of projects whose time is over; answers of how many.
///
/// # Errors
/// When the store fails.
pub fn let_go(care: &Care, _grant: &crate::access::JobGrant, now: Instant) -> Result<usize, DbError> {
    let over = care.readers().read(|conn| store::over(conn, now))?;
    let count = over.len();
    for number in over {
        care.writer()
            .write::<(), DbError>(Urgency::Bulk, move |conn| store::forget(conn, number))?;
    }
    Ok(count)
}
