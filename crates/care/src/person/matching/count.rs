//! What the worker counts now and then: how pairs and records are spread, and pairs drawn to be checked. A county has
//! millions of records; no page waits for them to be counted.

use super::store;
use crate::Care;
use crate::db::{Conn, DbError, Urgency};
use crate::person::demographics;
use linkage::table::mix;
use record::{Date, EthnicGroup, Instant};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The lower ends of the bands of weight, in bits.
pub const EDGES: [i64; 6] = [5, 7, 9, 12, 16, 24];
/// How many pairs of each band are drawn to be checked.
const DRAWN: usize = 40;
const PAGE: i64 = 5_000;
/// Pairs for every 10,000 people that stewards are asked about at most (SAFETY 1).
const ASKED: i64 = 50;
/// However few people there are, so many pairs are no burden.
const ASKED_AT_LEAST: i64 = 25;

/// Pairs of one band: what became of them and how much they weigh. Within a band pairs are drawn by chance, so that
/// what stewards say of those drawn tells how many of all of them are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Band {
    /// Whether both records are of one person here, not counting what stewards decided.
    pub joined: bool,
    /// Which of [`EDGES`] it begins at.
    pub step: usize,
}

impl Band {
    /// The band of a pair that weighs so many thousandths of a bit.
    pub(super) fn of(joined: bool, weight: i64) -> Self {
        let step = EDGES.iter().rposition(|edge| weight >= edge * 1000).unwrap_or(0);
        Self { joined, step }
    }

    pub(super) const fn number(self) -> i64 {
        self.step as i64 + if self.joined { 10 } else { 0 }
    }

    pub(super) fn from_number(number: i64) -> Self {
        let step = usize::try_from(number % 10).unwrap_or(0).min(EDGES.len() - 1);
        Self {
            joined: number >= 10,
            step,
        }
    }
}

/// By what records are told apart when it is asked whether some are linked worse than others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum By {
    /// The sender's code.
    Sender,
    /// Age today.
    Age,
    /// Sex.
    Sex,
    /// Broad ethnic group.
    Ethnicity,
    /// Postcode district.
    Area,
}

/// Records of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Records that say who they are about.
    pub records: i64,
    /// Of them, those without an NHS number.
    pub without_number: i64,
    /// Of them, those whose person has other records.
    pub linked: i64,
    /// Of them, those in a pair that a steward has to look at.
    pub waiting: i64,
}

/// All that is counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Pairs by whole bits of weight: (bits, pairs of one person here, pairs of two).
    pub weights: Vec<(i64, i64, i64)>,
    /// How many pairs each band has.
    pub bands: Vec<(Band, i64)>,
    /// Pairs drawn to be checked: band and both records.
    pub drawn: Vec<(Band, i64, i64)>,
    /// Records by group: what they are told apart by, the group's words or code, how many.
    pub groups: Vec<(By, String, Group)>,
    /// NHS numbers that records of more than one person carry.
    pub shared_numbers: i64,
    /// The model in force.
    #[serde(default)]
    pub model_no: i64,
    /// The heaviest pair that no steward is asked about: its weight, in thousandths of a bit, and both records.
    #[serde(default)]
    pub unasked: (i64, i64, i64),
}

/// Counts, and keeps what was counted.
///
/// # Errors
/// When the store fails.
pub fn count(care: &Care, now: Instant) -> Result<(), DbError> {
    let mut counted = pairs(care)?;
    counted.groups = groups(care, now.uk_date())?;
    counted.shared_numbers = care.readers().read(store::shared_numbers)?;
    counted.model_no = care.readers().read(store::model_number)?;
    let before = latest(care)?.map(|(counted, _)| counted).unwrap_or_default();
    let last = if before.model_no == counted.model_no {
        before.unasked
    } else {
        (0, 0, 0)
    };
    counted.unasked = care.readers().read(|conn| unasked(conn, last))?;
    let body = serde_json::to_string(&counted).map_err(|error| DbError::state(error.to_string()))?;
    care.writer()
        .write(Urgency::Bulk, move |conn| store::keep_count(conn, &body, now))
}

/// The heaviest pair that no steward is asked about, given which it was until now: so that at most [`ASKED`] pairs wait
/// for every 10,000 people, the likeliest. While a model is in force it only becomes heavier: to answer brings no more
/// questions. Of the other pairs the records say "may be the same" where one of them is shown.
fn unasked(conn: &mut Conn, last: (i64, i64, i64)) -> Result<(i64, i64, i64), DbError> {
    let most = (store::person_count(conn)? * ASKED / 10_000).max(ASKED_AT_LEAST);
    Ok(store::review_after(conn, last, most)?.unwrap_or(last))
}

/// The heaviest pair that no steward is asked about, as it was counted last.
pub(super) fn unasked_now(care: &Care) -> Result<(i64, i64, i64), DbError> {
    Ok(latest(care)?.map_or((0, 0, 0), |(counted, _)| counted.unasked))
}

/// When it was counted last; `None` before the first time.
///
/// # Errors
/// When the store fails.
pub fn counted_at(care: &Care) -> Result<Option<Instant>, DbError> {
    Ok(care.readers().read(store::last_count)?.map(|(made, _)| made))
}

/// What was counted last, and when; `None` before the first time.
pub(super) fn latest(care: &Care) -> Result<Option<(Counted, Instant)>, DbError> {
    let Some((made, body)) = care.readers().read(store::last_count)? else {
        return Ok(None);
    };
    let counted = serde_json::from_str(&body).map_err(|error| DbError::state(error.to_string()))?;
    Ok(Some((counted, made)))
}

fn pairs(care: &Care) -> Result<Counted, DbError> {
    // A pair that a steward decided stays in the band in which they found it.
    let found_in: BTreeMap<(i64, i64), Band> = care
        .readers()
        .read(store::labels)?
        .into_iter()
        .map(|label| ((label.a, label.b), label.band))
        .collect();
    let mut weights: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    let mut bands: BTreeMap<Band, i64> = BTreeMap::new();
    let mut lots: BTreeMap<Band, BTreeSet<(u64, i64, i64)>> = BTreeMap::new();
    let mut after = (0, 0);
    loop {
        let page = care.readers().read(|conn| store::pair_page(conn, after, PAGE))?;
        let Some(last) = page.last() else { break };
        after = (last.a, last.b);
        for pair in page {
            let at = weights.entry(pair.weight.div_euclid(1000)).or_default();
            *if pair.joins { &mut at.0 } else { &mut at.1 } += 1;
            let now = Band::of(pair.joins, pair.weight);
            let band = *found_in.get(&(pair.a, pair.b)).unwrap_or(&now);
            *bands.entry(band).or_default() += 1;
            let drawn = lots.entry(band).or_default();
            // The pairs whose digests are least are as good as drawn by lot, and the same whenever it is counted.
            drawn.insert((mix(pair.a as u64, pair.b as u64), pair.a, pair.b));
            if drawn.len() > DRAWN {
                drawn.pop_last();
            }
        }
    }
    Ok(Counted {
        weights: weights.into_iter().map(|(bits, (one, two))| (bits, one, two)).collect(),
        bands: bands.into_iter().collect(),
        drawn: lots
            .into_iter()
            .flat_map(|(band, drawn)| drawn.into_iter().map(move |(_, a, b)| (band, a, b)))
            .collect(),
        ..Counted::default()
    })
}

fn groups(care: &Care, today: Date) -> Result<Vec<(By, String, Group)>, DbError> {
    let mut groups: BTreeMap<(By, String), Group> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = care.readers().read(|conn| store::counted_page(conn, after, PAGE))?;
        let Some(last) = page.last() else { break };
        after = last.record_no;
        for record in page {
            let person = demographics::of_text(&record.demographics)?;
            let age = person.birth_date().map_or("not known", |born| age_band(born, today));
            let home = person.addresses.first().filter(|_| !person.restricted);
            let area = home.map(|home| district(&home.postcode)).unwrap_or_default();
            for (by, name) in [
                (By::Sender, record.sender.clone()),
                (By::Age, age.to_owned()),
                (By::Sex, person.sex.words().to_owned()),
                (By::Ethnicity, EthnicGroup::parse(&person.ethnicity).words().to_owned()),
                (By::Area, area),
            ] {
                let group = groups.entry((by, name)).or_default();
                group.records += 1;
                group.without_number += i64::from(person.nhs_number.is_none());
                group.linked += i64::from(record.linked);
                group.waiting += i64::from(record.waiting);
            }
        }
    }
    Ok(groups
        .into_iter()
        .map(|((by, name), group)| (by, name, group))
        .collect())
}

fn age_band(born: Date, today: Date) -> &'static str {
    match born.years_to(today) {
        ..=17 => "0 to 17",
        18..=39 => "18 to 39",
        40..=64 => "40 to 64",
        65..=79 => "65 to 79",
        _ => "80 and over",
    }
}

/// The district of a postcode: "DT11" of "DT11 7ZZ"; empty when it is no postcode.
fn district(postcode: &str) -> String {
    let key = crate::person::store::postcode_key(postcode);
    match key.len().checked_sub(3).filter(|len| (2..=4).contains(len)) {
        Some(len) => key.get(..len).unwrap_or_default().to_owned(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_read_back_from_its_number_and_a_district_from_a_postcode() {
        for joined in [false, true] {
            for weight in [0, 4_999, 5_000, 8_999, 9_000, 23_999, 24_000, 90_000] {
                let band = Band::of(joined, weight);
                assert_eq!(Band::from_number(band.number()), band, "{joined} {weight}");
            }
        }
        assert_eq!(Band::of(true, 12_000), Band { joined: true, step: 3 });
        assert_eq!(
            ["dt11 7zz", "BH8 8ZZ", "nonsense", ""].map(district),
            ["DT11", "BH8", "", ""]
        );
    }
}
