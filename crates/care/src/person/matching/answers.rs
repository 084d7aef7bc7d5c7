//! What a steward decides about a pair, or about a person that was wrongly made of several.

use super::count::Band;
use super::labels::Likeness;
use super::store::{self, Label};
use crate::Care;
use crate::access::{self, Act, ListGrant, PersonGrant};
use crate::db::{Conn, DbError, Urgency};
use crate::person::decision::{self, Decision, Kind};
use crate::person::store as person_store;
use record::PersonId;

/// What a steward says of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Both records are one person's.
    OnePerson,
    /// They are two people's; remembered.
    TwoPeople,
    /// The records do not tell. Nothing changes; the pair is not drawn again to be checked.
    CannotTell,
}

/// What came of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The decision; `None` when the answer only says that what is so is right.
    pub decision: Option<i64>,
    /// Whether it is now as the steward said. An earlier decision to keep two apart outweighs a joining.
    pub in_force: bool,
}

/// Keeps a steward's answer, as a decision and as a label for measuring the weighing, and puts it in force at once.
/// `None` when there is no such pair, or the law keeps the two apart.
///
/// # Errors
/// When the store fails.
pub fn answer(
    care: &Care,
    grant: &ListGrant,
    (a, b): (i64, i64),
    answer: Answer,
    why: &str,
) -> Result<Option<Answered>, DbError> {
    let (actor, now, why) = (grant.actor().user.clone(), grant.now(), why.to_owned());
    let (a, b) = (a.min(b), a.max(b));
    care.writer().write(Urgency::Waiting, move |conn| {
        let Some(pair) = store::pair(conn, a, b)? else {
            return Ok(None);
        };
        if super::work::barred_from(conn, a)?.contains(&b) {
            return Ok(None);
        }
        let known = store::labels(conn)?
            .into_iter()
            .find(|label| (label.a, label.b) == (a, b));
        let label = Label {
            a,
            b,
            is_one: match answer {
                Answer::OnePerson => 1,
                Answer::TwoPeople => 0,
                Answer::CannotTell => 2,
            },
            weight: pair.weight,
            band: known.map_or_else(|| Band::of(pair.joins, pair.weight), |label| label.band),
            likeness: likeness(conn, a, b)?,
            decision_no: 0,
            asked: true,
        };
        let kind = match answer {
            Answer::OnePerson if !pair.joins => Some(Kind::Merge { from: b, into: a }),
            Answer::TwoPeople => Some(Kind::KeepApart(a, b)),
            Answer::OnePerson | Answer::CannotTell => None,
        };
        // A steward who thinks again about the same pair takes the earlier word back.
        if let Some(earlier) = known.filter(|label| kind.is_some() && label.decision_no > 0) {
            decision::undo(conn, earlier.decision_no, &actor, &why, now)?;
        }
        let decision = match kind {
            Some(kind) => Some(decision::decide(conn, kind, &actor, &why, now)?),
            None => None,
        };
        let decision_no = decision.unwrap_or(0);
        store::label(conn, Label { decision_no, ..label }, &actor, now)?;
        let joined = store::pair(conn, a, b)?.is_some_and(|pair| pair.joins);
        let in_force = answer == Answer::CannotTell || joined == (answer == Answer::OnePerson);
        Ok(Some(Answered { decision, in_force }))
    })
}

fn likeness(conn: &mut Conn, a: i64, b: i64) -> Result<Likeness, DbError> {
    let left = super::work::cells_of(conn, a)?.unwrap_or_default();
    let right = super::work::cells_of(conn, b)?.unwrap_or_default();
    Ok(Likeness::of(&left, &right))
}

/// Parts these records from the rest of a person: each is kept apart from every record that stays. Answers the numbers
/// of the decisions; none when the records are not the person's, or none would stay.
///
/// # Errors
/// When the store fails.
pub fn part(care: &Care, grant: &PersonGrant, leave: &[i64], why: &str) -> Result<Vec<i64>, DbError> {
    let (actor, now, why) = (grant.actor().user.clone(), grant.now(), why.to_owned());
    let (person_no, leave) = (grant.person_no(), leave.to_vec());
    care.writer().write(Urgency::Waiting, move |conn| {
        let own: Vec<i64> = person_store::records_of(conn, person_no)?
            .iter()
            .map(|r| r.record_no)
            .collect();
        let (going, staying): (Vec<i64>, Vec<i64>) = own.iter().partition(|no| leave.contains(no));
        if going.len() != leave.len() || staying.is_empty() {
            return Ok(Vec::new());
        }
        // A merge that a steward made between the two parts is undone, not overruled.
        for decided in store::merges_between(conn, &going, &staying)? {
            decision::undo(conn, decided, &actor, &why, now)?;
        }
        let mut made = Vec::new();
        for leaving in &going {
            for stays in &staying {
                let (a, b) = (*leaving.min(stays), *leaving.max(stays));
                let weighed = store::pair(conn, a, b)?;
                let decision_no = decision::decide(conn, Kind::KeepApart(a, b), &actor, &why, now)?;
                made.push(decision_no);
                if let Some(pair) = weighed {
                    let label = Label {
                        a,
                        b,
                        is_one: 0,
                        weight: pair.weight,
                        band: Band::of(pair.joins, pair.weight),
                        likeness: likeness(conn, a, b)?,
                        decision_no,
                        asked: false,
                    };
                    store::label(conn, label, &actor, now)?;
                }
            }
        }
        Ok(made)
    })
}

/// Undoes a decision about a pair; answers whether it stood. A bar is undone elsewhere, by those who may know of it.
///
/// # Errors
/// When the store fails.
pub fn take_back(care: &Care, grant: &ListGrant, number: i64, why: &str) -> Result<bool, DbError> {
    let (actor, now, why) = (grant.actor().user.clone(), grant.now(), why.to_owned());
    care.writer().write(Urgency::Waiting, move |conn| {
        let kind = person_store::decision(conn, number)?.map(|decision| decision.kind);
        if !matches!(kind, Some(Kind::Merge { .. } | Kind::KeepApart(..))) {
            return Ok(false);
        }
        decision::undo(conn, number, &actor, &why, now)
    })
}

/// A decision with the people it is about.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// Whose its records are now.
    pub people: Vec<PersonId>,
}

/// The latest decisions about pairs, undone ones too, at most `limit`. Bars are not among them.
///
/// # Errors
/// When the store fails.
pub fn latest(care: &Care, grant: &ListGrant, limit: i64) -> Result<Vec<Decided>, DbError> {
    let found = care.readers().read(|conn| {
        let mut out = Vec::new();
        for decision in store::latest_decisions(conn, limit)? {
            let (Kind::Merge { from: a, into: b } | Kind::KeepApart(a, b)) = decision.kind else {
                continue;
            };
            let mut people: Vec<PersonId> = person_store::person_ids_of(conn, &[a, b])?
                .into_iter()
                .map(|(.., id)| id)
                .collect();
            people.dedup();
            out.push(Decided { decision, people });
        }
        Ok::<_, DbError>(out)
    })?;
    let mut shown: Vec<PersonId> = found.iter().flat_map(|decided| decided.people.clone()).collect();
    shown.sort_unstable();
    shown.dedup();
    access::shown(care, grant, Act::DecideIdentity, &shown)?;
    Ok(found)
}
