//! What people ask the organisation that wrote an entry: to put it right (UK GDPR article 16), or to seal it.
//!
//! By asking, the person lets that organisation open their record until it has answered: an act like any other, with
//! an end. While it waits, and when they and the organisation do not agree, the entry says so to whoever reads it.

use super::{RightsError, said, sharing, store};
use crate::Care;
use crate::access::acts::{self, What};
use crate::access::choices::{Choice, choice};
use crate::access::{self, Act, Actor, ListGrant, PersonGrant, Relationship};
use crate::db::{Conn, DbError, Urgency};
use record::{Instant, OrgCode, PersonId};
use std::collections::HashMap;

/// For how many days the organisation may open the record to answer: the month that the law gives, and half of one.
pub const OPEN_DAYS: i64 = 45;
/// After so many days an answer is late (UK GDPR article 12: one month).
pub const LATE_DAYS: i64 = 30;
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// To put an entry right.
    PutRight,
    /// To seal an entry, or to open it again.
    Seal,
}

impl Asks {
    /// Each, with what forms send.
    pub const ALL: [(Asks, &'static str); 2] = [(Asks::PutRight, "put-right"), (Asks::Seal, "seal")];

    const fn needs(self) -> Choice {
        match self {
            Asks::PutRight => Choice::Question,
            Asks::Seal => Choice::AskForSeal,
        }
    }

    pub(super) const fn stored(self) -> i64 {
        match self {
            Asks::PutRight => 1,
            Asks::Seal => 2,
        }
    }

    pub(super) const fn of_stored(number: i64) -> Option<Self> {
        match number {
            1 => Some(Asks::PutRight),
            2 => Some(Asks::Seal),
            _ => None,
        }
    }
}

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for its answer.
    Waits,
    /// It was done as asked.
    Done,
    /// It was not done: the organisation says why.
    Refused,
    /// The person took it back.
    TakenBack,
}

impl State {
    const ALL: [State; 4] = [State::Waits, State::Done, State::Refused, State::TakenBack];

    pub(super) const fn stored(self) -> i64 {
        self as i64
    }

    pub(super) fn of_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// Something that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub number: i64,
    /// About whose record.
    pub person: PersonId,
    /// What for.
    pub asks: Asks,
    /// The item that the entry is of.
    pub item: i64,
    /// Whose answer it waits for.
    pub organisation: OrgCode,
    /// In the person's words.
    pub words: String,
    /// Who asked.
    pub actor: String,
    /// When.
    pub asked: Instant,
    /// How far it has come.
    pub state: State,
    /// When it was answered or taken back, by whom, and what they say.
    pub answered: Option<(Instant, String, String)>,
}

impl Request {
    /// Whether it waits for longer than the law gives.
    pub const fn is_late(&self, now: Instant) -> bool {
        matches!(self.state, State::Waits) && now.0 - self.asked.0 > LATE_DAYS * DAY_MICROS
    }
}

/// Asks the organisation that wrote an entry; answers the request's number.
///
/// # Errors
/// See [`RightsError`]; [`RightsError::Nothing`] for an entry that the person may not see.
pub fn ask(
    care: &Care,
    actor: &Actor,
    (person, item): (PersonId, i64),
    asks: Asks,
    words: &str,
    now: Instant,
) -> Result<i64, RightsError> {
    let reading = access::person(care, actor, person, Act::ReadRecord, now)?;
    let found = sharing::entry(care, &reading, item)?.ok_or(RightsError::Nothing)?;
    let grant = choice(care, actor, person, asks.needs(), now)?;
    let words = said(words, "words", "Say what should be different, in your own words")?;
    let waits = of_person(care, &grant)?
        .iter()
        .any(|one| one.state == State::Waits && one.item == item && one.asks == asks);
    if waits {
        return Err(RightsError::Said(
            "words",
            "You have asked for this already. It waits for its answer".to_owned(),
        ));
    }
    let whom = grant.person();
    let code = found.sender.as_str().to_owned();
    let opens = What::Relationship(Relationship::Referred);
    let when = (now, Some(Instant(now.0 + OPEN_DAYS * DAY_MICROS)));
    acts::keep(care, actor, whom, opens, &code, OPENED_TO_ANSWER, when)?;
    let request = Request {
        number: 0,
        person: whom,
        asks,
        item,
        organisation: found.sender,
        words,
        actor: actor.user.clone(),
        asked: now,
        state: State::Waits,
        answered: None,
    };
    Ok(care
        .writer()
        .write::<i64, DbError>(Urgency::Waiting, move |conn| store::insert_request(conn, &request))?)
}

/// Why an organisation may open the record of somebody who asked it something.
const OPENED_TO_ANSWER: &str = "the person asked this organisation about an entry of its own";

/// What a person asked, the latest first.
///
/// # Errors
/// When the store fails.
pub fn of_person(care: &Care, grant: &PersonGrant) -> Result<Vec<Request>, DbError> {
    care.readers()
        .read(|conn| store::requests_of_person(conn, grant.person_no()))
}

/// How the items of a person stand of which they said that something is wrong: waiting, or not agreed.
pub(crate) fn questioned(conn: &mut Conn, person_no: i64) -> Result<HashMap<i64, State>, DbError> {
    let found = store::requests_of_person(conn, person_no)?;
    let standing = found
        .into_iter()
        .filter(|one| one.asks == Asks::PutRight && matches!(one.state, State::Waits | State::Refused))
        .map(|one| (one.item, one.state));
    // Of several about one item that which waits counts.
    let mut states = HashMap::new();
    for (item, state) in standing {
        let known = states.entry(item).or_insert(state);
        if state == State::Waits {
            *known = state;
        }
    }
    Ok(states)
}

/// What waits for the answer of the reader's organisation, then what it answered; each person shown is audited.
///
/// # Errors
/// When the store fails.
pub fn queue(care: &Care, grant: &ListGrant) -> Result<Vec<Request>, DbError> {
    let Some(code) = &grant.actor().works_for else {
        return Ok(Vec::new());
    };
    let mut found = care.readers().read(|conn| store::requests_for(conn, code.as_str()))?;
    found.sort_by_key(|one| one.state != State::Waits);
    let mut persons: Vec<PersonId> = found.iter().map(|one| one.person).collect();
    persons.sort_unstable();
    persons.dedup();
    access::shown(care, grant, Act::ReadRecord, &persons)?;
    Ok(found)
}

/// One request to the reader's organisation, with leave to open the record that it is about.
///
/// # Errors
/// See [`RightsError`]; [`RightsError::Nothing`] when there is none of this number for this organisation.
pub fn open(care: &Care, actor: &Actor, number: i64, now: Instant) -> Result<(Request, PersonGrant), RightsError> {
    let request = care
        .readers()
        .read(|conn| store::request(conn, number))?
        .filter(|one| actor.works_for.as_ref() == Some(&one.organisation))
        .ok_or(RightsError::Nothing)?;
    let grant = access::person(care, actor, request.person, Act::ReadRecord, now)?;
    Ok((request, grant))
}

/// Answers a request: done as asked, or not, with what is to be said to the person. The organisation's leave to open
/// the record for it ends.
///
/// # Errors
/// See [`RightsError`].
pub fn answer(
    care: &Care,
    actor: &Actor,
    number: i64,
    done: bool,
    words: &str,
    now: Instant,
) -> Result<(), RightsError> {
    let (request, _) = open(care, actor, number, now)?;
    let grant = choice(care, actor, request.person, Choice::Answer, now)?;
    let words = said(words, "words", "Write what was done, or why not: the person reads it")?;
    close(
        care,
        &grant,
        &request,
        if done { State::Done } else { State::Refused },
        &words,
    )
}

/// Takes a request back, by the person who asked.
///
/// # Errors
/// See [`RightsError`]; [`RightsError::Nothing`] when none of this number can be taken back.
pub fn take_back(care: &Care, actor: &Actor, person: PersonId, number: i64, now: Instant) -> Result<(), RightsError> {
    let grant = choice(care, actor, person, Choice::Question, now)?;
    let request = of_person(care, &grant)?
        .into_iter()
        .find(|one| one.number == number && matches!(one.state, State::Waits | State::Refused))
        .ok_or(RightsError::Nothing)?;
    close(care, &grant, &request, State::TakenBack, "")
}

/// Closes a request, and with the last that waits for an organisation its leave to open the record for them.
fn close(care: &Care, grant: &PersonGrant, request: &Request, state: State, words: &str) -> Result<(), RightsError> {
    let (number, by, now) = (request.number, grant.actor().user.clone(), grant.now());
    // What the organisation answered stays with it when the person takes it back later.
    let words = match &request.answered {
        Some((.., answer)) if words.is_empty() => answer.clone(),
        _ => words.to_owned(),
    };
    let closed = care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
        store::close_request(conn, number, state, (&by, &words), now)
    })?;
    if !closed {
        return Err(RightsError::Nothing);
    }
    let others = of_person(care, grant)?
        .iter()
        .any(|one| one.state == State::Waits && one.organisation == request.organisation);
    if !others {
        let opened = acts::every(care, grant)?.into_iter().filter(|past| {
            past.undone.is_none()
                && past.act.what == What::Relationship(Relationship::Referred)
                && past.act.holder == request.organisation.as_str()
                && past.act.words == OPENED_TO_ANSWER
        });
        for past in opened {
            acts::undo_because(care, grant.actor(), past.act.number, "answered", now)?;
        }
    }
    Ok(())
}
