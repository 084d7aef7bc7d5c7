//! How good the weighing is: estimated from pairs that were drawn by lot and that stewards answered for, and counted from
//! what the records show.

use super::count::{self, Band, By, Group};
use super::models;
use super::rows::Cells;
use super::store::{self, Label};
use crate::Care;
use crate::access::ListGrant;
use crate::db::DbError;
use crate::person::given_name::{GivenNames, compare};
use linkage::care::Bars;
use record::{Date, Instant};
use std::collections::{BTreeMap, BTreeSet};

/// What is awkward about a pair: the mistakes that hurt are in these few, so they are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Nothing.
    Ordinary,
    /// Born on one day, of one surname or in one home, with given names that contradict.
    Twins,
    /// Of one name, born fourteen years or more apart.
    ParentAndChild,
    /// One NHS number, and neither given name nor birth date agrees.
    NumberOfAnother,
}

impl Likeness {
    /// All, in the order in which they are shown.
    pub const ALL: [Likeness; 4] = [
        Likeness::Ordinary,
        Likeness::Twins,
        Likeness::ParentAndChild,
        Likeness::NumberOfAnother,
    ];

    pub(super) const fn number(self) -> i64 {
        self as i64
    }

    pub(super) fn from_number(number: i64) -> Self {
        let known = Self::ALL.into_iter().find(|likeness| likeness.number() == number);
        known.unwrap_or(Likeness::Ordinary)
    }

    /// What is awkward about two records, from what is weighed of them.
    pub(super) fn of(left: &Cells, right: &Cells) -> Self {
        let same = |n: usize| !left[n].is_empty() && left[n].eq_ignore_ascii_case(&right[n]);
        let contradict = compare(&left[0], &right[0]) == GivenNames::Contradict;
        let years = match (Date::parse(&left[2]), Date::parse(&right[2])) {
            (Some(a), Some(b)) => a.years_to(b).abs().max(b.years_to(a).abs()),
            _ => 0,
        };
        match () {
            () if same(6) && contradict && !same(2) => Likeness::NumberOfAnother,
            () if same(2) && contradict && (same(1) || same(5)) => Likeness::Twins,
            () if same(0) && same(1) && years >= 14 => Likeness::ParentAndChild,
            () => Likeness::Ordinary,
        }
    }
}

/// A share with its 95% interval, each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The share.
    pub share: f64,
    /// The interval's lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// One band: how many pairs it has and what stewards said of those drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandSaid {
    /// The band.
    pub band: Band,
    /// Pairs in it.
    pub pairs: i64,
    /// Of those drawn: pairs that stewards could tell.
    pub answered: i64,
    /// Of them, those that are one person.
    pub one_person: i64,
}

/// What stewards said of one kind of awkward pair, drawn or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Awkward {
    /// Pairs answered.
    pub answered: i64,
    /// Of them, two people whom the weighing had joined: wrong joins.
    pub wrongly_joined: i64,
    /// Of them, one person whom it had not joined: missed.
    pub missed: i64,
}

/// How good the weighing is.
#[derive(Clone, Debug)]
pub struct Quality {
    /// When pairs and records were counted; `None` before the first time.
    pub counted: Option<Instant>,
    /// Pairs by whole bits of weight: (bits, pairs of one person here, pairs of two).
    pub weights: Vec<(i64, i64, i64)>,
    /// Each band with what was said of its pairs.
    pub bands: Vec<BandSaid>,
    /// Of the pairs that are one person here, the share that are; `None` while some band of them has no answer.
    pub precision: Option<Estimate>,
    /// Of the pairs above the lower bar that are one person, the share that are one here.
    pub recall: Option<Estimate>,
    /// Of all pairs above the lower bar, the share that are one person.
    pub precision_below: Option<Estimate>,
    /// What was said of awkward pairs.
    pub awkward: Vec<(Likeness, Awkward)>,
    /// The bars.
    pub bars: Bars,
    /// Records by group.
    pub groups: Vec<(By, String, Group)>,
    /// NHS numbers that records of more than one person carry.
    pub shared_numbers: i64,
}

/// How good the weighing is, as known now.
///
/// # Errors
/// When the store fails.
pub fn quality(care: &Care, _grant: &ListGrant) -> Result<Quality, DbError> {
    let (labels, model_no) = care
        .readers()
        .read(|conn| Ok::<_, DbError>((store::labels(conn)?, store::model_number(conn)?)))?;
    let (counted, at) = count::latest(care)?.unzip();
    let counted = counted.unwrap_or_default();
    let bands = bands(&counted, &labels);
    Ok(Quality {
        counted: at,
        weights: counted.weights,
        precision: share(&bands, |band| band.joined),
        recall: recall(&bands),
        precision_below: share(&bands, |_| true),
        bands,
        awkward: awkward(&labels),
        bars: models::bars(model_no),
        groups: counted.groups,
        shared_numbers: counted.shared_numbers,
    })
}

/// Each band with what was said of those of its pairs that were drawn: what stewards looked at for other reasons is no
/// fair sample.
pub(super) fn bands(counted: &count::Counted, labels: &[Label]) -> Vec<BandSaid> {
    let drawn: BTreeSet<(i64, i64)> = counted.drawn.iter().map(|(_, a, b)| (*a, *b)).collect();
    let mut said: BTreeMap<Band, (i64, i64)> = BTreeMap::new();
    for label in labels.iter().filter(|label| drawn.contains(&(label.a, label.b))) {
        if label.asked && label.is_one <= 1 {
            let at = said.entry(label.band).or_default();
            at.0 += 1;
            at.1 += label.is_one;
        }
    }
    let row = |(band, pairs): &(Band, i64)| {
        let (answered, one_person) = said.get(band).copied().unwrap_or_default();
        BandSaid {
            band: *band,
            pairs: *pairs,
            answered,
            one_person,
        }
    };
    counted.bands.iter().map(row).collect()
}

/// Pairs of one person among these bands, estimated, with the variance of that (stratified sampling: Cochran, Sampling
/// Techniques, 1977, chapter 5; shares within a band by Agresti and Coull, 1998). `None` when a band has no answer.
fn one_person(bands: &[&BandSaid]) -> Option<(f64, f64)> {
    let (mut sum, mut variance) = (0.0, 0.0);
    for band in bands {
        if band.answered == 0 {
            return None;
        }
        let (pairs, n) = (band.pairs as f64, band.answered as f64);
        sum += pairs * band.one_person as f64 / n;
        let (more, p) = (n + 4.0, (band.one_person as f64 + 2.0) / (n + 4.0));
        variance += pairs * pairs * p * (1.0 - p) / more;
    }
    Some((sum, variance))
}

/// Of the pairs of some bands, the share that are one person.
fn share(bands: &[BandSaid], of: impl Fn(Band) -> bool) -> Option<Estimate> {
    let chosen: Vec<&BandSaid> = bands.iter().filter(|band| of(band.band)).collect();
    let (sum, variance) = one_person(&chosen)?;
    let all: i64 = chosen.iter().map(|band| band.pairs).sum();
    (all > 0).then(|| around(sum / all as f64, variance.sqrt() / all as f64))
}

/// Of the pairs that are one person, the share in joined bands (its variance by the delta method).
fn recall(bands: &[BandSaid]) -> Option<Estimate> {
    let (joined, apart): (Vec<&BandSaid>, Vec<&BandSaid>) = bands.iter().partition(|band| band.band.joined);
    let ((found, v), (missed, w)) = (one_person(&joined)?, one_person(&apart)?);
    let all = found + missed;
    (all > 0.0).then(|| {
        let deviation = (missed * missed * v + found * found * w).sqrt() / (all * all);
        around(found / all, deviation)
    })
}

fn around(share: f64, deviation: f64) -> Estimate {
    const Z: f64 = 1.959_964;
    Estimate {
        share,
        low: (share - Z * deviation).max(0.0),
        high: (share + Z * deviation).min(1.0),
    }
}

fn awkward(labels: &[Label]) -> Vec<(Likeness, Awkward)> {
    let row = |likeness: Likeness| {
        let mut row = Awkward::default();
        let of_kind = labels.iter().filter(|label| label.likeness == likeness);
        for label in of_kind.filter(|label| label.is_one <= 1) {
            row.answered += 1;
            row.wrongly_joined += i64::from(label.band.joined && label.is_one == 0);
            row.missed += i64::from(!label.band.joined && label.is_one == 1);
        }
        (likeness, row)
    };
    Likeness::ALL.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(joined: bool, step: usize, pairs: i64, answered: i64, one_person: i64) -> BandSaid {
        BandSaid {
            band: Band { joined, step },
            pairs,
            answered,
            one_person,
        }
    }

    #[test]
    fn shares_are_weighted_by_how_many_pairs_a_band_has() {
        let bands = [
            said(false, 0, 1_000, 20, 2),
            said(false, 1, 100, 20, 10),
            said(true, 3, 9_000, 40, 40),
            said(true, 2, 1_000, 20, 19),
        ];
        let precision = share(&bands, |band| band.joined).unwrap();
        assert!((precision.share - 0.995).abs() < 1e-9, "{precision:?}");
        let recall = recall(&bands).unwrap();
        assert!((recall.share - 9_950.0 / 10_100.0).abs() < 1e-9, "{recall:?}");
        for estimate in [precision, recall] {
            assert!(
                estimate.low < estimate.share && estimate.share < estimate.high,
                "{estimate:?}"
            );
        }
        let unanswered = [said(true, 2, 5, 0, 0), bands[0]];
        assert_eq!(share(&unanswered, |band| band.joined), None);
        assert_eq!(super::recall(&unanswered), None);
    }

    #[test]
    fn the_awkward_pairs_are_told_apart() {
        let cells = |given: &str, born: &str, number: &str| -> Cells {
            [given, "Stickland", born, "M", "DT11 7ZZ", "7 Quay Lane", number, ""].map(str::to_owned)
        };
        let boy = cells("Kayden", "2011-03-04", "9990000018");
        for (other, likeness) in [
            (cells("Jayden", "2011-03-04", ""), Likeness::Twins),
            (cells("Jayden", "2011-03-04", "9990000018"), Likeness::Twins),
            (cells("Kayden", "1985-03-04", ""), Likeness::ParentAndChild),
            (cells("Robert", "1980-05-06", "9990000018"), Likeness::NumberOfAnother),
            (cells("Kaydn", "", ""), Likeness::Ordinary),
        ] {
            assert_eq!(Likeness::of(&boy, &other), likeness, "{other:?}");
            assert_eq!(Likeness::of(&other, &boy), likeness, "{other:?}");
        }
    }
}
