//! What a steward has to look at: pairs that may be one person and were not joined.

use super::count::{self, Band};
use super::rows::Cells;
use super::work::{barred_from, cells_of};
use super::{models, rows, store};
use crate::Care;
use crate::access::{self, Act, ListGrant};
use crate::db::{Conn, DbError};
use crate::person::decision::Kind;
use crate::person::store as person_store;
use linkage::care::{Hold, held};
use linkage::explain::{Told, tell};
use linkage::score::probability;
use linkage::{Scorer, Weights};
use record::{OrgCode, PersonId};
use std::collections::BTreeSet;

/// One record of a pair, as it is weighed.
#[derive(Clone, Debug)]
pub struct Side {
    /// The record.
    pub record_no: i64,
    /// Whose it is now.
    pub person: PersonId,
    /// Who sent it.
    pub sender: OrgCode,
    /// How many records that person has.
    pub records: usize,
    /// What it says, as sent, in the order of the model's columns: given name, surname, birth date, sex, postcode,
    /// address, NHS number, telephone. Empty where it says nothing or where that must not be shown.
    pub says: [String; 8],
}

/// Why the two records of a pair are two people's here, however likely it is that they are one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// By what the two records say.
    Held(Hold),
    /// The two would join by themselves; but another record of either person contradicts, or somebody else is as like.
    Others,
    /// Somebody decided that they are two.
    Decided,
}

/// A pair to look at.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The record with the lower number.
    pub left: Side,
    /// The other.
    pub right: Side,
    /// Its weight, in thousandths of a bit.
    pub weight: i64,
    /// The chance, from 0 to 1, that they are one person, as far as the model knows.
    pub chance: f64,
    /// The weight taken apart, in words.
    pub told: Told,
    /// Why they did not join by themselves; `None` when they are one person here.
    pub waits: Option<Waits>,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Records that wait to be weighed.
    pub waiting: i64,
    /// Pairs to look at, counted up to [`COUNTED`].
    pub to_review: usize,
    /// Pairs that weigh less than those and that nobody is asked about, counted up to [`COUNTED`]: more than 50 for
    /// every 10,000 people are too many to ask about (SAFETY 1).
    pub unasked: usize,
}

/// No more pairs to look at are counted than this.
pub const COUNTED: usize = 1_000;

/// How far the work is.
///
/// # Errors
/// When the store fails.
pub fn progress(care: &Care, _grant: &ListGrant) -> Result<Progress, DbError> {
    let last = count::unasked_now(care)?;
    care.readers().read(|conn| {
        let (asked, unasked) = store::review_counts(conn, last, COUNTED as i64)?;
        let number = |count| usize::try_from(count).unwrap_or(COUNTED);
        Ok(Progress {
            waiting: store::waiting_count(conn)?,
            to_review: number(asked),
            unasked: number(unasked),
        })
    })
}

/// The next pair to look at after this one (weight, records), the likeliest first; of two people one pair, that which
/// weighs most. Two people who are kept apart, by a steward or by law, are never among them.
///
/// # Errors
/// When the store fails.
pub fn next_pair(care: &Care, grant: &ListGrant, after: Option<(i64, i64, i64)>) -> Result<Option<Pending>, DbError> {
    let last = count::unasked_now(care)?;
    let found = care.readers().read(|conn| {
        let weights = models::weights_in_force(care, conn)?;
        let mut after = after.unwrap_or((i64::MAX, 0, 0));
        while let Some((weight, a, b)) = store::next_to_review(conn, after, last)? {
            // A bar takes a pair out of the queue; this holds even if the queue were wrong.
            if !barred_from(conn, a)?.contains(&b) {
                return pending(conn, &weights, (weight, a, b)).map(Some);
            }
            after = (weight, a, b);
        }
        Ok(None)
    })?;
    audited(care, grant, found)
}

/// How many drawn pairs stewards have answered for, of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Answered, "cannot be told" among them.
    pub answered: usize,
    /// Drawn.
    pub drawn: usize,
}

/// The next of the pairs drawn by lot, for checking how good the weighing is: of the band with the fewest answers, so
/// that no band is without. Whether it is joined is part of what is checked.
///
/// # Errors
/// When the store fails.
pub fn next_check(care: &Care, grant: &ListGrant) -> Result<(Option<Pending>, Checked), DbError> {
    let Some((counted, _)) = count::latest(care)? else {
        return Ok((None, Checked { answered: 0, drawn: 0 }));
    };
    let labels = care.readers().read(store::labels)?;
    let known: BTreeSet<(i64, i64)> = labels.iter().map(|label| (label.a, label.b)).collect();
    type Drawn = (Band, i64, i64);
    let (done, mut open): (Vec<&Drawn>, Vec<&Drawn>) =
        counted.drawn.iter().partition(|(_, a, b)| known.contains(&(*a, *b)));
    let answered_in = |band: Band| done.iter().filter(|(of, ..)| *of == band).count();
    open.sort_by_key(|(band, ..)| (answered_in(*band), *band));
    let checked = Checked {
        answered: done.len(),
        drawn: counted.drawn.len(),
    };
    let found = care.readers().read(|conn| {
        let weights = models::weights_in_force(care, conn)?;
        for (_, a, b) in open {
            // What was drawn may have changed since.
            let Some(pair) = store::pair(conn, *a, *b)? else {
                continue;
            };
            if !barred_from(conn, *a)?.contains(b) {
                return pending(conn, &weights, (pair.weight, *a, *b)).map(Some);
            }
        }
        Ok(None)
    })?;
    Ok((audited(care, grant, found)?, checked))
}

/// Keeps a row for both people before a pair is shown.
pub(super) fn audited(care: &Care, grant: &ListGrant, found: Option<Pending>) -> Result<Option<Pending>, DbError> {
    if let Some(pair) = &found {
        access::shown(care, grant, Act::DecideIdentity, &[pair.left.person, pair.right.person])?;
    }
    Ok(found)
}

pub(super) fn pending(conn: &mut Conn, weights: &Weights, (weight, a, b): (i64, i64, i64)) -> Result<Pending, DbError> {
    let left: Cells = cells_of(conn, a)?.unwrap_or_default();
    let right: Cells = cells_of(conn, b)?.unwrap_or_default();
    let table = rows::table(weights.schema(), [&left, &right].map(rows::borrowed));
    let scorer = Scorer::with(&table, weights);
    let told = tell(&scorer, 0, 1);
    // Weighed as the worker weighs it, by the same model and the same bars.
    let bars = models::bars(store::model_number(conn)?);
    let hold = held(scorer.comparisons(), scorer.score(0, 1), bars);
    let (left, right) = (side(conn, a, left)?, side(conn, b, right)?);
    Ok(Pending {
        weight,
        chance: probability(told.explanation.weight),
        told,
        waits: waits(conn, &left, &right, hold)?,
        left,
        right,
    })
}

fn waits(conn: &mut Conn, left: &Side, right: &Side, hold: Option<Hold>) -> Result<Option<Waits>, DbError> {
    if left.person == right.person {
        return Ok(None);
    }
    let mut all = |side: &Side| -> Result<Vec<i64>, DbError> {
        let same = person_store::housemates(conn, &[side.record_no])?;
        Ok(same.into_iter().map(|(no, _)| no).chain([side.record_no]).collect())
    };
    let (these, those) = (all(left)?, all(right)?);
    let between = |x: &i64, y: &i64| these.contains(x) && those.contains(y);
    let decided = person_store::decisions_on(conn, &these)?.iter().any(|kind| match kind {
        Kind::KeepApart(x, y) | Kind::Barred(x, y) => between(x, y) || between(y, x),
        Kind::Merge { .. } | Kind::Superseded { .. } => false,
    });
    Ok(Some(match (decided, hold) {
        (true, _) => Waits::Decided,
        (false, Some(hold)) => Waits::Held(hold),
        (false, None) => Waits::Others,
    }))
}

fn side(conn: &mut Conn, record_no: i64, says: Cells) -> Result<Side, DbError> {
    let lost = || DbError::state("a weighed record is nobody's");
    let (_, person_no, person) = person_store::person_ids_of(conn, &[record_no])?
        .pop()
        .ok_or_else(lost)?;
    let records = person_store::records_of(conn, person_no)?;
    let sender = records
        .iter()
        .find(|record| record.record_no == record_no)
        .ok_or_else(lost)?;
    Ok(Side {
        record_no,
        person,
        sender: OrgCode::parse(&sender.sender).ok_or_else(lost)?,
        records: records.len(),
        says,
    })
}
