//! What people decide about who may see whom: relationships, objections, seals, emergencies, who a user is.
//!
//! Each is an act: added, undone, never changed. It names whom it is about by their id at the time; after a join
//! it holds for the person that id leads to, and after a split for the person it was said of.

use super::question::{Relationship, Sensitivity, Show};
use super::{Actor, store};
use crate::Care;
use crate::db::{Conn, DbError, Urgency};
use crate::person::store as person_store;
use record::{Instant, PersonId};

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A relationship holds between the person and the holder: a user, or everyone in an organisation.
    Relationship(Relationship),
    /// The person objects to the shared record: with everybody when no holder is named, else with that organisation.
    Objection,
    /// The person has a type 1 opt-out with their GP.
    TypeOne,
    /// This item is as sensitive as said here, whatever the rules say.
    Sensitivity {
        /// The item's key.
        item: i64,
        /// How sensitive.
        sensitivity: Sensitivity,
    },
    /// This item is shown on the person's side as said here, whatever the rules say.
    Show {
        /// The item's key.
        item: i64,
        /// To whom.
        show: Show,
    },
    /// The holder said that this is an emergency.
    Emergency,
    /// Online access of the holder to this record is suspended; of everyone when no holder is named.
    Suspended,
    /// The person said yes to the holder, who acts for them, seeing what is sensitive.
    SaidYes,
    /// The holder, a user, is this person.
    IsUser,
    /// Whether the young person can decide for themselves was looked at, and the holder may go on acting for
    /// them (SAFETY 9).
    ProxyReviewed,
    /// A privacy officer has checked an emergency.
    Checked {
        /// The number of the act that declared it.
        emergency: i64,
    },
}

/// An act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessAct {
    /// Its number.
    pub number: i64,
    /// About whom, by their id at the time.
    pub person: PersonId,
    /// What was decided.
    pub what: What,
    /// For whom: a user or an organisation's code; empty for nobody in particular.
    pub holder: String,
    /// Why, in the words of whoever decided.
    pub words: String,
    /// Who decided.
    pub actor: String,
    /// When.
    pub decided: Instant,
    /// Until when it holds; `None` until it is undone.
    pub ends: Option<Instant>,
}

impl AccessAct {
    /// Whether it holds at a moment.
    pub fn holds(&self, now: Instant) -> bool {
        self.ends.is_none_or(|ends| now < ends)
    }
}

impl What {
    /// As the store keeps it: kind, item, value. Kinds are never renumbered.
    pub(super) const fn stored(self) -> (i64, Option<i64>, i64) {
        match self {
            What::Relationship(one) => (1, None, one as i64),
            What::Objection => (2, None, 0),
            What::TypeOne => (3, None, 0),
            What::Sensitivity { item, sensitivity } => (4, Some(item), sensitivity as i64),
            What::Show { item, show } => (5, Some(item), show as i64),
            What::Emergency => (6, None, 0),
            What::Suspended => (7, None, 0),
            What::SaidYes => (8, None, 0),
            What::IsUser => (9, None, 0),
            What::ProxyReviewed => (10, None, 0),
            What::Checked { emergency } => (11, Some(emergency), 0),
        }
    }

    /// As the store kept it; `None` when a newer program wrote it.
    pub(crate) fn of_stored(kind: i64, item: Option<i64>, value: i64) -> Option<Self> {
        let at = usize::try_from(value).ok()?;
        Some(match kind {
            1 => What::Relationship(*Relationship::ALL.get(at)?),
            2 => What::Objection,
            3 => What::TypeOne,
            4 => What::Sensitivity {
                item: item?,
                sensitivity: *Sensitivity::ALL.get(at)?,
            },
            5 => What::Show {
                item: item?,
                show: *Show::ALL.get(at)?,
            },
            6 => What::Emergency,
            7 => What::Suspended,
            8 => What::SaidYes,
            9 => What::IsUser,
            10 => What::ProxyReviewed,
            11 => What::Checked { emergency: item? },
            _ => return None,
        })
    }
}

/// Every act of one kind that holds, in the order they were done, each with the number of whom it is about now. However
/// many there are: who is left out of a count must not depend on how many are.
pub(crate) fn every_standing(
    conn: &mut Conn,
    what: What,
    now: Instant,
) -> Result<Vec<(Option<i64>, AccessAct)>, DbError> {
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let some = store::standing(conn, what, after)?;
        let Some(last) = some.last() else {
            return Ok(found);
        };
        after = last.number;
        for act in some.into_iter().filter(|act| act.holds(now)) {
            let person = person_store::person_by_id(conn, act.person)?;
            found.push((person.map(|(_, number)| number), act));
        }
    }
}

/// Keeps an act; answers its number. Whether the actor may is for the caller to have asked.
///
/// # Errors
/// When it could not be kept.
pub fn keep(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    what: What,
    holder: &str,
    words: &str,
    (now, ends): (Instant, Option<Instant>),
) -> Result<i64, DbError> {
    let act = AccessAct {
        number: 0,
        person,
        what,
        holder: holder.to_owned(),
        words: words.chars().take(WORDS_MAX).collect(),
        actor: actor.user.clone(),
        decided: now,
        ends,
    };
    care.writer()
        .write(Urgency::Waiting, move |conn| store::insert(conn, &act))
}

/// An act with its undoing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastAct {
    /// The act.
    pub act: AccessAct,
    /// When it was undone, by whom, and why; `None` while it stands.
    pub undone: Option<(Instant, String, String)>,
}

/// Undoes an act; answers whether it stood.
///
/// # Errors
/// When the store fails.
pub fn undo(care: &Care, actor: &Actor, number: i64, now: Instant) -> Result<bool, DbError> {
    undo_because(care, actor, number, "", now)
}

/// Undoes an act, and keeps why; answers whether it stood.
///
/// # Errors
/// When the store fails.
pub fn undo_because(care: &Care, actor: &Actor, number: i64, words: &str, now: Instant) -> Result<bool, DbError> {
    let by = actor.user.clone();
    let words: String = words.chars().take(WORDS_MAX).collect();
    care.writer().write(Urgency::Waiting, move |conn| {
        store::undo(conn, number, &by, &words, now)
    })
}

/// Every act about a person, undone or not, the latest first. Which of them whoever asks may see is for the caller.
///
/// # Errors
/// When the store fails.
pub(crate) fn every(care: &Care, grant: &super::PersonGrant) -> Result<Vec<PastAct>, DbError> {
    care.readers()
        .read(|conn| store::every_of_person(conn, grant.person_no()))
}

/// Letters of an act's words at most.
pub const WORDS_MAX: usize = 2_000;
