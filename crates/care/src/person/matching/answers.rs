//! What a steward decides about a pair, or about a person that was wrongly made of several.

use super::store;
use crate::Care;
use crate::access::{self, Act, ListGrant, PersonGrant};
use crate::db::{DbError, Urgency};
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
}

/// Keeps a steward's answer, as a decision and as a label for measuring the weighing, and puts it in force at once;
/// answers the decision's number. `None` when there is no such pair, or the law keeps the two apart.
///
/// # Errors
/// When the store fails.
pub fn answer(
    care: &Care,
    grant: &ListGrant,
    (a, b): (i64, i64),
    answer: Answer,
    why: &str,
) -> Result<Option<i64>, DbError> {
    let (actor, now, why) = (grant.actor().user.clone(), grant.now(), why.to_owned());
    let (a, b) = (a.min(b), a.max(b));
    care.writer().write(Urgency::Waiting, move |conn| {
        let pairs = store::pairs_of(conn, &[a])?;
        let Some(pair) = pairs.into_iter().find(|pair| (pair.a, pair.b) == (a, b)) else {
            return Ok(None);
        };
        if super::work::barred_from(conn, a)?.contains(&b) {
            return Ok(None);
        }
        store::label(conn, pair, answer == Answer::OnePerson, &actor, now)?;
        let kind = match answer {
            Answer::OnePerson => Kind::Merge { from: b, into: a },
            Answer::TwoPeople => Kind::KeepApart(a, b),
        };
        decision::decide(conn, kind, &actor, &why, now).map(Some)
    })
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
        for a in &going {
            for b in &staying {
                let kind = Kind::KeepApart(*a.min(b), *a.max(b));
                made.push(decision::decide(conn, kind, &actor, &why, now)?);
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
