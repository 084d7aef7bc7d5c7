//! What a steward has to look at: pairs that may be one person and were not joined.

use super::rows::Cells;
use super::work::{Matcher, barred_from, cells_of};
use super::{rows, store};
use crate::Care;
use crate::access::{self, Act, ListGrant};
use crate::db::{Conn, DbError};
use crate::person::decision::Kind;
use crate::person::store as person_store;
use linkage::Scorer;
use linkage::explain::{Told, tell};
use record::{OrgCode, PersonId};

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

/// A pair to look at.
#[derive(Clone, Debug)]
pub struct Pending {
    /// The record with the lower number.
    pub left: Side,
    /// The other.
    pub right: Side,
    /// Its weight, in thousandths of a bit.
    pub weight: i64,
    /// The number of the model that weighed it.
    pub model_no: i64,
    /// The weight taken apart, in words.
    pub told: Told,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Records that wait to be weighed.
    pub waiting: i64,
    /// Pairs to look at, counted up to [`COUNTED`].
    pub to_review: usize,
}

/// No more pairs to look at are counted than this.
pub const COUNTED: usize = 1_000;

/// How far the work is.
///
/// # Errors
/// When the store fails.
pub fn progress(care: &Care, _grant: &ListGrant) -> Result<Progress, DbError> {
    care.readers().read(|conn| {
        let waiting = store::waiting_count(conn)?;
        let first = (i64::MAX, 0, 0);
        let pairs = store::to_review(conn, first, COUNTED as i64)?;
        let mut to_review = 0;
        for pair in pairs {
            to_review += usize::from(is_open(conn, pair.a, pair.b)?);
        }
        Ok(Progress { waiting, to_review })
    })
}

/// The next pair to look at after this one (weight, records), the likeliest first. Pairs of two people who are kept
/// apart, by a steward or by law, are never among them.
///
/// # Errors
/// When the store fails.
pub fn next_pair(care: &Care, grant: &ListGrant, after: Option<(i64, i64, i64)>) -> Result<Option<Pending>, DbError> {
    const PAGE: i64 = 50;
    let found = care.readers().read(|conn| {
        let mut after = after.unwrap_or((i64::MAX, 0, 0));
        loop {
            let page = store::to_review(conn, after, PAGE)?;
            for pair in &page {
                if is_open(conn, pair.a, pair.b)? {
                    return pending(conn, *pair).map(Some);
                }
            }
            let Some(last) = page.last() else { return Ok(None) };
            after = (last.weight, last.a, last.b);
        }
    })?;
    audited(care, grant, found)
}

/// Keeps a row for both people before a pair is shown.
fn audited(care: &Care, grant: &ListGrant, found: Option<Pending>) -> Result<Option<Pending>, DbError> {
    if let Some(pair) = &found {
        access::shown(care, grant, Act::DecideIdentity, &[pair.left.person, pair.right.person])?;
    }
    Ok(found)
}

/// One pair by its records, as long as it may be looked at.
///
/// # Errors
/// When the store fails.
pub fn pair_of(care: &Care, grant: &ListGrant, a: i64, b: i64) -> Result<Option<Pending>, DbError> {
    let found = care.readers().read(|conn| {
        let pairs = store::pairs_of(conn, &[a])?;
        let Some(pair) = pairs.into_iter().find(|pair| (pair.a, pair.b) == (a.min(b), a.max(b))) else {
            return Ok(None);
        };
        if barred_from(conn, pair.a)?.contains(&pair.b) {
            return Ok(None);
        }
        pending(conn, pair).map(Some)
    })?;
    audited(care, grant, found)
}

/// Whether a pair is still to be looked at: no decision keeps the two people apart.
fn is_open(conn: &mut Conn, a: i64, b: i64) -> Result<bool, DbError> {
    if barred_from(conn, a)?.contains(&b) {
        return Ok(false);
    }
    let of_b: Vec<i64> = of_person(conn, b)?;
    let of_a: Vec<i64> = of_person(conn, a)?;
    let kept = person_store::decisions_on(conn, &of_a)?
        .into_iter()
        .any(|kind| match kind {
            Kind::KeepApart(x, y) => {
                (of_a.contains(&x) && of_b.contains(&y)) || (of_a.contains(&y) && of_b.contains(&x))
            }
            _ => false,
        });
    Ok(!kept)
}

fn of_person(conn: &mut Conn, record: i64) -> Result<Vec<i64>, DbError> {
    let mut records: Vec<i64> = person_store::housemates(conn, &[record])?
        .into_iter()
        .map(|(no, _)| no)
        .collect();
    if records.is_empty() {
        records.push(record);
    }
    Ok(records)
}

fn pending(conn: &mut Conn, pair: store::Weighed) -> Result<Pending, DbError> {
    let matcher = Matcher::of(conn, 0)?;
    let left: Cells = cells_of(conn, pair.a)?.unwrap_or_default();
    let right: Cells = cells_of(conn, pair.b)?.unwrap_or_default();
    let table = rows::table(matcher.weights().schema(), [&left, &right]);
    let scorer = Scorer::with(&table, matcher.weights());
    Ok(Pending {
        left: side(conn, pair.a, left)?,
        right: side(conn, pair.b, right)?,
        weight: pair.weight,
        model_no: pair.model_no,
        told: tell(&scorer, 0, 1),
    })
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
