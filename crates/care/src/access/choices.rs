//! Leave to see or change what was decided about who may see a person's record.
//!
//! Policy says who comes near it at all (the part *sharing*); here stands which of them may make which choice. A
//! refusal by either is audited in the same way.

use super::policy::{self, Decision};
use super::question::{Act, Part, Question, Relationship, Role};
use super::{AccessError, Actor, Facts, PersonGrant, facts, row};
use crate::Care;
use crate::audit::AuditRow;
use crate::db::DbError;
use crate::person::store as person_store;
use record::{Instant, PersonId};

/// What someone would see or change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// See what was decided.
    See,
    /// Record or take back an objection.
    Objection,
    /// Record a type 1 opt-out, or take it back.
    TypeOne,
    /// Seal an entry, or open it again. Whether the reader's own organisation wrote it.
    Seal {
        /// The reader's own organisation wrote the entry.
        own: bool,
    },
    /// Keep an entry from those who act for the person.
    KeepFromProxies,
    /// Hide an entry from the person and those who act for them.
    HideAtHome,
    /// Show the person an entry that is hidden from them.
    ShowAtHome {
        /// The reader's own organisation wrote the entry.
        own: bool,
    },
    /// Let somebody act for the person, or look at it again.
    Proxy,
    /// End that somebody acts for the person.
    EndProxy,
    /// Say yes to somebody who acts for the person seeing what is sensitive, or take it back.
    SayYes,
    /// Suspend online access, or let it begin again.
    Online,
    /// Ask for a copy of all that is held.
    Copy,
    /// Ask for something to be put right.
    Question,
    /// Ask for an entry to be sealed or opened.
    AskForSeal,
    /// Answer what the person asked of the reader's organisation.
    Answer,
    /// Ask for an entry to be removed by law.
    Removal {
        /// The reader's own organisation wrote the entry.
        own: bool,
    },
}

impl Choice {
    /// What the audit calls it.
    pub const fn words(self) -> &'static str {
        match self {
            Choice::See => "sharing choices",
            Choice::Objection => "objection to sharing",
            Choice::TypeOne => "type 1 opt-out",
            Choice::Seal { .. } => "seal on an entry",
            Choice::KeepFromProxies => "entry kept from those who act for the person",
            Choice::HideAtHome | Choice::ShowAtHome { .. } => "entry hidden from or shown to the person",
            Choice::Proxy => "somebody acting for the person",
            Choice::EndProxy => "end of somebody acting for the person",
            Choice::SayYes => "yes to sensitive entries",
            Choice::Online => "online access",
            Choice::Copy => "copy of the record",
            Choice::Question => "entry questioned",
            Choice::AskForSeal => "seal asked for",
            Choice::Answer => "answer to the person",
            Choice::Removal { .. } => "removal by law asked for",
        }
    }

    /// Whether a row of the audit is about a choice that is kept from the person: who made it would tell them of it
    /// (SAFETY 9).
    pub fn is_silent(row: &AuditRow) -> bool {
        row.detail == Choice::Online.words() || row.detail == Choice::HideAtHome.words()
    }

    const fn act(self) -> Act {
        match self {
            Choice::See => Act::ReadRecord,
            _ => Act::Write,
        }
    }

    /// Whether this reader may, policy having said yes to the part; else why not, with who can.
    ///
    /// # Errors
    /// The words for the page.
    pub fn allowed(self, facts: &Facts, actor: &Actor) -> Result<(), &'static str> {
        let here = facts.relationships().has(Relationship::RegisteredHere);
        let professional = matches!(actor.role, Role::Clinician | Role::SocialWorker);
        let (may, else_says) = match self {
            Choice::See => (true, ""),
            Choice::Objection => (
                matches!(actor.role, Role::Resident | Role::PrivacyOfficer) || here,
                "An objection is recorded by the person, their GP practice or the privacy officer. Ask one of them.",
            ),
            Choice::TypeOne => (
                matches!(actor.role, Role::Clinician | Role::Receptionist) && here,
                "A type 1 opt-out is recorded by the person’s GP practice. Ask there.",
            ),
            Choice::Seal { own } => (
                professional && own,
                "Only the organisation that wrote an entry seals it or opens it again. Ask them, or have the person ask.",
            ),
            Choice::KeepFromProxies => (
                actor.role == Role::Resident || professional,
                "The person, or somebody who cares for them, decides this.",
            ),
            Choice::HideAtHome => (
                professional,
                "A health or social care professional decides what would do the person harm.",
            ),
            Choice::ShowAtHome { own } => (
                professional && own,
                "Only the organisation that wrote an entry decides that it is safe to show. Ask them.",
            ),
            Choice::Proxy => (
                actor.role == Role::Clinician && here,
                "The person’s GP practice decides who may act for them. Ask there.",
            ),
            Choice::EndProxy => (
                matches!(actor.role, Role::Resident | Role::PrivacyOfficer) || here,
                "The person, their GP practice or the privacy officer ends this. Ask one of them.",
            ),
            Choice::SayYes => (
                actor.role == Role::Resident || here,
                "The person says this themselves, or their GP practice records that they did.",
            ),
            Choice::Online => (
                professional || actor.role == Role::PrivacyOfficer,
                "A health or social care professional decides this.",
            ),
            Choice::Copy => (
                matches!(actor.role, Role::Resident | Role::PrivacyOfficer),
                "The person asks for their copy, or the privacy officer does for them.",
            ),
            Choice::Removal { own } => (
                professional && own,
                "Only the organisation that wrote an entry asks for it to be removed; a privacy officer confirms it.",
            ),
            Choice::Answer => (
                professional,
                "A health or social care professional of the organisation that wrote the entry answers.",
            ),
            Choice::Question | Choice::AskForSeal => {
                (actor.role == Role::Resident, "The person asks for this themselves.")
            }
        };
        if may { Ok(()) } else { Err(else_says) }
    }
}

/// Asks to see or change a choice about a person's record. Both yes and no are audited before the answer is given.
///
/// # Errors
/// [`AccessError::Refused`] with words for the page; [`AccessError::Unknown`] when nobody has this id.
pub fn choice(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    choice: Choice,
    now: Instant,
) -> Result<PersonGrant, AccessError> {
    part(
        care,
        actor,
        person,
        (choice.act(), Part::Sharing),
        choice.words(),
        |facts| choice.allowed(facts, actor),
        now,
    )
}

/// Asks to read or change how a person is reached and met. Both yes and no are audited.
///
/// # Errors
/// As [`choice`].
pub fn contact(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    act: Act,
    now: Instant,
) -> Result<PersonGrant, AccessError> {
    part(
        care,
        actor,
        person,
        (act, Part::Contact),
        "how to reach and meet the person",
        |_| Ok(()),
        now,
    )
}

fn part(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    (act, part): (Act, Part),
    detail: &str,
    rule: impl FnOnce(&Facts) -> Result<(), &'static str>,
    now: Instant,
) -> Result<PersonGrant, AccessError> {
    let found = care.readers().read(|conn| {
        let Some((person, person_no)) = person_store::person_by_id(conn, person)? else {
            return Ok(None);
        };
        let facts = facts::gather(care, conn, actor, person_no, now)?;
        Ok::<_, DbError>(Some((person, person_no, facts)))
    })?;
    let verdict = match &found {
        // Whether somebody has this id is told to nobody who may not ask about people at all.
        None => policy::decide(&Question {
            act,
            part,
            ..facts::of_reader(care.system(), actor)
        }),
        Some((.., facts)) => facts.of_part(act, part),
    };
    let barred = super::barred(care, actor, now)?;
    let refused = match (verdict, &found) {
        _ if barred => Some(super::staff::SAYS),
        (Decision::Refuse(refusal), _) => Some(refusal.says),
        (Decision::Permit, None) => None,
        (Decision::Permit, Some((.., facts))) => rule(facts).err(),
    };
    let outcome = match (refused, &found) {
        (Some(says), _) => says,
        (None, None) => "nobody with this id",
        (None, Some(_)) => "granted",
    };
    let whom = found.as_ref().map_or(person, |(person, ..)| *person);
    let done = match (part, act) {
        (Part::Contact, Act::Write) => "change how to reach the person",
        (Part::Contact, _) => "see how to reach the person",
        (_, Act::Write) => "change who may see the record",
        _ => "see who may see the record",
    };
    let kept = row(actor, act, outcome.to_owned(), Some(whom), detail.to_owned(), now);
    care.audit().record(vec![AuditRow {
        act: done.to_owned(),
        ..kept
    }])?;
    match (refused, found) {
        (Some(says), _) => Err(AccessError::Refused(says.to_owned())),
        (None, None) => Err(AccessError::Unknown),
        (None, Some((person, person_no, facts))) => Ok(PersonGrant {
            person,
            person_no,
            act,
            facts,
            actor: actor.clone(),
            now,
        }),
    }
}
