//! Lawful removal by two people (SAFETY 7): somebody of the organisation that wrote an entry asks, a privacy officer
//! confirms, and only then is it destroyed. The audit keeps that it happened, and nothing of what it was.

use super::{RightsError, said, sharing, store};
use crate::Care;
use crate::access::choices::{Choice, choice};
use crate::access::{self, Act, Actor, ListGrant, Part, PersonGrant, Role};
use crate::db::{DbError, Urgency};
use crate::intake::removal::{self, Tombstone};
use record::{Instant, OrgCode, PersonId};

/// Why something is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// It is about another person.
    WrongPerson,
    /// A court ordered it.
    CourtOrder,
    /// The person's right to erasure was upheld.
    Erasure,
    /// Its retention is over.
    RetentionOver,
}

impl Ground {
    /// Each. The stored number is 11 and up, in this order; never renumbered.
    pub const ALL: [Ground; 4] = [
        Ground::WrongPerson,
        Ground::CourtOrder,
        Ground::Erasure,
        Ground::RetentionOver,
    ];

    /// What forms send.
    pub const fn value(self) -> &'static str {
        match self {
            Ground::WrongPerson => "wrong-person",
            Ground::CourtOrder => "court-order",
            Ground::Erasure => "erasure",
            Ground::RetentionOver => "retention-over",
        }
    }

    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Ground::WrongPerson => "It is about another person",
            Ground::CourtOrder => "A court ordered it",
            Ground::Erasure => "The person’s right to erasure was upheld",
            Ground::RetentionOver => "The time for which it is kept is over",
        }
    }

    pub(super) const fn stored(self) -> i64 {
        11 + self as i64
    }

    pub(super) fn of_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number - 11).ok()?).copied()
    }
}

/// How far a removal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for the second person.
    Waits,
    /// It was destroyed.
    Removed,
    /// The second person said no.
    Refused,
}

impl State {
    pub(super) const fn stored(self) -> i64 {
        self as i64
    }

    pub(super) const fn of_stored(number: i64) -> Option<Self> {
        match number {
            0 => Some(State::Waits),
            1 => Some(State::Removed),
            2 => Some(State::Refused),
            _ => None,
        }
    }
}

/// A removal that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Its number.
    pub number: i64,
    /// From whose record.
    pub person: PersonId,
    /// Of which item.
    pub(crate) item: i64,
    /// Why.
    pub ground: Ground,
    /// Whose entry it is.
    pub organisation: OrgCode,
    /// Why, in the words of whoever asked; nothing of its content.
    pub words: String,
    /// Who asked.
    pub actor: String,
    /// When.
    pub asked: Instant,
    /// How far it has come.
    pub state: State,
    /// When it was answered, by whom, and why.
    pub answered: Option<(Instant, String, String)>,
}

/// Asks for an entry to be removed; answers the number.
///
/// # Errors
/// See [`RightsError`]: also when it cannot be removed by itself, or was asked for already.
pub fn ask(
    care: &Care,
    actor: &Actor,
    (person, item): (PersonId, i64),
    ground: Ground,
    words: &str,
    now: Instant,
) -> Result<i64, RightsError> {
    let reading = access::person(care, actor, person, Act::ReadRecord, now)?;
    let found = sharing::entry(care, &reading, item)?.ok_or(RightsError::Nothing)?;
    let grant = choice(care, actor, person, Choice::Removal { own: found.own }, now)?;
    let words = said(
        words,
        "words",
        "Write who decided it and where that is filed; nothing of what the entry says",
    )?;
    if let Err(why) = removal::reach(care, item)?.ok_or(RightsError::Nothing)? {
        return Err(RightsError::Said("choices", why.to_owned()));
    }
    let waits = care
        .readers()
        .read(store::removals)?
        .iter()
        .any(|one| one.item == item && one.state == State::Waits);
    if waits {
        return Err(RightsError::Said(
            "choices",
            "It was asked for already, and waits to be confirmed".to_owned(),
        ));
    }
    let asked = Removal {
        number: 0,
        person: grant.person(),
        item,
        ground,
        organisation: found.sender,
        words,
        actor: actor.user.clone(),
        asked: now,
        state: State::Waits,
        answered: None,
    };
    Ok(care
        .writer()
        .write::<i64, DbError>(Urgency::Waiting, move |conn| store::insert_removal(conn, &asked))?)
}

/// Removals that were asked for, those that wait first. `grant`: leave to read the whole audit, which privacy officers
/// alone have.
///
/// # Errors
/// When the store fails.
pub fn queue(care: &Care, _grant: &ListGrant) -> Result<Vec<Removal>, DbError> {
    let mut found = care.readers().read(store::removals)?;
    found.sort_by_key(|one| one.state != State::Waits);
    Ok(found)
}

/// The removals from a person's record that wait for the second person, as far as whoever asks may know of them: a
/// privacy officer of all, those who could ask for one themselves of those of their own organisation's entries. Nobody
/// else learns that one was asked for: not the person, since what is removed may be about somebody else, nor those who
/// act for them, nor other staff.
///
/// # Errors
/// When the store fails.
pub fn waiting(care: &Care, grant: &PersonGrant) -> Result<Vec<Removal>, DbError> {
    let actor = grant.actor();
    let officer = actor.role == Role::PrivacyOfficer;
    let may_ask = Choice::Removal { own: true }.allowed(grant.facts(), actor).is_ok()
        && grant.covers_part(Act::Write, Part::Sharing);
    if !officer && !may_ask {
        return Ok(Vec::new());
    }
    let mut found = care
        .readers()
        .read(|conn| store::removals_waiting(conn, grant.person_no()))?;
    found.retain(|one| officer || actor.works_for.as_ref() == Some(&one.organisation));
    Ok(found)
}

impl Removal {
    /// Whether it is of this entry's item.
    pub const fn is_of(&self, item: i64) -> bool {
        self.item == item
    }
}

/// Confirms a removal: what was sent is destroyed, and cannot be had back. Or says no to it.
///
/// # Errors
/// See [`RightsError`]: also to whoever asked for it, since it takes two.
pub fn answer(care: &Care, grant: &ListGrant, number: i64, confirmed: bool, words: &str) -> Result<(), RightsError> {
    let asked = queue(care, grant)?
        .into_iter()
        .find(|one| one.number == number && one.state == State::Waits)
        .ok_or(RightsError::Nothing)?;
    if asked.actor == grant.actor().user {
        let words = "You asked for it. Another privacy officer confirms it".to_owned();
        return Err(RightsError::Said("words", words));
    }
    let words = said(words, "words", "Write what you checked")?;
    let (by, now) = (grant.actor().user.clone(), grant.now());
    let state = if confirmed { State::Removed } else { State::Refused };
    let done = if confirmed { REMOVES } else { KEEPS };
    // The item's key is a keyed hash: after a restore it says what has to be removed again.
    let which = format!("request {number}, item {:016x}", asked.item);
    access::noted(care, grant, (done, which), asked.person)?;
    let found = match confirmed {
        true => Some(
            removal::reach(care, asked.item)?
                .ok_or(RightsError::Nothing)?
                .map_err(|why| RightsError::Said("words", why.to_owned()))?,
        ),
        false => None,
    };
    let stone = Tombstone {
        request_no: number,
        ground: asked.ground.stored(),
        asked_by: asked.actor,
        confirmed_by: by.clone(),
        removed: now,
    };
    let done = care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
        if let Some(found) = &found
            && !removal::destroy(conn, found, &stone)?
        {
            return Ok(false);
        }
        store::close_removal(conn, number, state, (&by, &words), now)
    })?;
    if !done {
        let words = "Something changed just now. Nothing was removed: look again".to_owned();
        return Err(RightsError::Said("words", words));
    }
    Ok(())
}

const REMOVES: &str = "remove an entry by law";
const KEEPS: &str = "refuse to remove an entry";
