//! How good the weighing is: measured on pairs that stewards answered for, and on what the records show.

use super::store;
use crate::Care;
use crate::access::ListGrant;
use crate::db::DbError;
use linkage::care::Bars;

/// A steward's answers in one band of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Labelled {
    /// Pairs of this band that were answered.
    pub answered: usize,
    /// Of them, those that are one person.
    pub one_person: usize,
}

/// What is known of one sender's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The sender's code.
    pub sender: String,
    /// Its records of people.
    pub records: i64,
    /// Of them, those without an NHS number.
    pub without_number: i64,
    /// Of them, those whose person other records are of, too.
    pub linked: i64,
}

/// How good the weighing is.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Pairs by whole bits of weight: (bits, pairs that join, pairs to look at).
    pub weights: Vec<(i64, i64, i64)>,
    /// Stewards' answers above the bar for joining.
    pub above_join: Labelled,
    /// Stewards' answers between both bars.
    pub between: Labelled,
    /// The bars, in bits.
    pub bars: (f32, f32),
    /// Each sender's records.
    pub senders: Vec<Slice>,
    /// NHS numbers that records of more than one person carry.
    pub shared_numbers: i64,
}

/// How good the weighing is, as known now.
///
/// # Errors
/// When the store fails.
pub fn quality(care: &Care, _grant: &ListGrant) -> Result<Quality, DbError> {
    let bars = Bars::default();
    care.readers().read(|conn| {
        let mut weights: Vec<(i64, i64, i64)> = Vec::new();
        for (verdict, bits, pairs) in store::distribution(conn)? {
            let row = match weights.last_mut().filter(|row| row.0 == bits) {
                Some(row) => row,
                None => {
                    weights.push((bits, 0, 0));
                    let last = weights.len() - 1;
                    &mut weights[last]
                }
            };
            if verdict == 1 { row.1 += pairs } else { row.2 += pairs }
        }
        let (mut above_join, mut between) = (Labelled::default(), Labelled::default());
        for (is_one, weight) in store::labels(conn)? {
            let band = if weight as f32 >= bars.join * 1000.0 {
                &mut above_join
            } else {
                &mut between
            };
            band.answered += 1;
            band.one_person += usize::from(is_one);
        }
        let slice = |(sender, records, without_number, linked)| Slice {
            sender,
            records,
            without_number,
            linked,
        };
        Ok(Quality {
            weights,
            above_join,
            between,
            bars: (bars.join, bars.may_be),
            senders: store::by_sender(conn)?.into_iter().map(slice).collect(),
            shared_numbers: store::shared_numbers(conn)?,
        })
    })
}
