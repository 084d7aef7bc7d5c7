//! Joining by weight: which pairs, in which order, and what two records contradict each other in.

use super::store::Weighed;
use crate::person::decision::Kind;
use crate::person::given_name::{GivenNames, compare};
use crate::person::sets::Sets;
use crate::person::store::Identity;
use hashbrown::HashMap;
use linkage::care::Bars;
use record::Sex;
use std::collections::{BTreeMap, BTreeSet};

/// Pairs in the order in which they join: the surest first, of equals the lowest records.
fn in_order(pairs: &[Weighed]) -> Vec<Weighed> {
    let mut joining: Vec<Weighed> = pairs.iter().filter(|pair| pair.joins).copied().collect();
    joining.sort_by_key(|pair| (std::cmp::Reverse(pair.weight), pair.a, pair.b));
    joining.dedup();
    joining
}

/// What two records that were weighed for two people say against being one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Against {
    /// Nothing.
    Nothing,
    /// Birth date or given name: a slip in one record, if enough others of its group agree.
    Soft,
    /// Two numbers or two sexes: no slip makes one of the other.
    Hard,
}

/// What two records say against being one person. Of a pair that was weighed and may be one person only number and sex
/// count: the rest is in its weight.
fn against(a: &Identity, b: &Identity, may_be: bool) -> Against {
    let numbers = a.nhs_number.zip(b.nhs_number).is_some_and(|(a, b)| a != b);
    let sexes = a.sex != Sex::Unknown && b.sex != Sex::Unknown && a.sex != b.sex;
    let births = a.birth.zip(b.birth).is_some_and(|(a, b)| a != b);
    match () {
        () if numbers || sexes => Against::Hard,
        () if !may_be && (births || compare(&a.given, &b.given) == GivenNames::Contradict) => Against::Soft,
        () => Against::Nothing,
    }
}

/// What a soft contradiction takes from what speaks for joining two groups, in thousandths of a bit.
const SOFT: i64 = 8_000;
/// The most that one pair adds to it, as in `linkage::cluster`: no pair outvotes several.
const MOST: i64 = 14_000;

/// Two weights this close, in thousandths of a bit, do not tell which of two is meant.
const ABOUT: i64 = 6_000;

/// What has a say in whether two groups join by weight.
struct Evidence<'a> {
    identities: HashMap<i64, &'a Identity>,
    /// Records that decisions say are one.
    one: &'a Sets,
    /// What pairs weigh that may be one person, and whether they surely are.
    weighed: BTreeMap<(i64, i64), (i64, bool)>,
    apart: Vec<(i64, i64)>,
    barred: BTreeSet<i64>,
}

impl<'a> Evidence<'a> {
    fn of(one: &'a Sets, identities: &[&'a Identity], weighed: &[Weighed], decisions: &[Kind]) -> Self {
        let mut found = Self {
            identities: identities.iter().map(|i| (i.record_no, *i)).collect(),
            one,
            weighed: weighed
                .iter()
                .map(|pair| ((pair.a, pair.b), (pair.weight, pair.joins)))
                .collect(),
            apart: Vec::new(),
            barred: BTreeSet::new(),
        };
        for kind in decisions {
            if let Kind::Barred(a, b) = kind {
                found.barred.extend([*a, *b]);
            }
            if let Kind::KeepApart(a, b) | Kind::Barred(a, b) = kind {
                found.apart.push((*a, *b));
            }
        }
        found
    }

    fn may_join(&self, record: i64) -> bool {
        self.identities.contains_key(&record) && !self.barred.contains(&record)
    }

    /// Whether one group contradicts the other: by a number or a sex, or by more names and birth dates than sure pairs
    /// between them outweigh. Records that a decision made one speak with one voice: what agrees with one of them is not
    /// contradicted by how another is spelt.
    fn contradict(&self, left: &[i64], right: &[i64]) -> bool {
        let mut speaks_for = 0;
        let mut soft = 0;
        let (left, right) = (self.voices(left), self.voices(right));
        for these in &left {
            for those in &right {
                let pairs = || {
                    these
                        .iter()
                        .flat_map(|x| those.iter().map(move |y| (*x.min(y), *x.max(y))))
                };
                match pairs().map(|(x, y)| self.against(x, y)).min() {
                    Some(Against::Hard) => return true,
                    Some(Against::Soft) => soft += SOFT,
                    Some(Against::Nothing) | None => {}
                }
                let sure = pairs()
                    .filter_map(|pair| self.weighed.get(&pair))
                    .filter(|(_, sure)| *sure);
                let least = (Bars::default().may_be * 1000.0) as i64;
                speaks_for += sure
                    .map(|(weight, _)| (weight - least).clamp(0, MOST))
                    .max()
                    .unwrap_or(0);
            }
        }
        soft > 0 && speaks_for <= soft
    }

    fn against(&self, x: i64, y: i64) -> Against {
        match (self.identities.get(&x), self.identities.get(&y)) {
            (Some(a), Some(b)) => against(a, b, self.weighed.contains_key(&(x, y))),
            _ => Against::Nothing,
        }
    }

    /// Those of a group who say who they are about, records that decisions made one together.
    fn voices(&self, group: &[i64]) -> Vec<Vec<i64>> {
        let mut voices: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for no in group.iter().filter(|no| self.identities.contains_key(*no)) {
            voices.entry(self.one.root(*no)).or_default().push(*no);
        }
        voices.into_values().collect()
    }

    /// Whether one group is about as like someone who is kept apart from the other as these two are alike.
    fn either(&self, left: &[i64], right: &[i64], weight: i64) -> bool {
        let both = self.apart.iter().flat_map(|(x, y)| [(*x, *y), (*y, *x)]);
        both.filter(|(x, _)| left.contains(x)).any(|(_, other)| {
            let alike = |no: &i64| self.weighed.get(&(other.min(*no), other.max(*no)));
            right
                .iter()
                .any(|no| alike(no).is_some_and(|(w, sure)| *sure && *w + ABOUT > weight))
        })
    }
}

/// Joins what was weighed as surely one person, the surest first, unless anything in one group contradicts anything
/// in the other: no chain of likely pairs joins two who are known to differ. Of equally sure pairs that cannot all be
/// true none joins, so that neither order nor numbering decides. Nor does a record join one of two that are kept apart
/// when it is about as like the other: nobody can know whose it is. What the law keeps apart joins nothing by weight.
pub(crate) fn join_weighed(
    sets: &mut Sets,
    one: &Sets,
    identities: &[&Identity],
    weighed: &[Weighed],
    decisions: &[Kind],
) {
    let joining = in_order(weighed);
    if joining.is_empty() {
        return;
    }
    let evidence = Evidence::of(one, identities, weighed, decisions);
    for equally_sure in joining.chunk_by(|x, y| x.weight == y.weight) {
        let weight = equally_sure[0].weight;
        let mut possible: Vec<(i64, i64)> = equally_sure.iter().map(|pair| (pair.a, pair.b)).collect();
        possible.retain(|(a, b)| evidence.may_join(*a) && evidence.may_join(*b) && sets.root(*a) != sets.root(*b));
        possible.retain(|(a, b)| {
            let (left, right) = (sets.members(*a), sets.members(*b));
            !evidence.contradict(&left, &right)
                && !evidence.either(&left, &right, weight)
                && !evidence.either(&right, &left, weight)
        });
        let mut all = sets.clone();
        possible.iter().for_each(|(a, b)| all.join(*a, *b));
        for (a, b) in &possible {
            let whole = all.members(*a);
            // Within what would become one, some pair is between two groups that differ.
            let torn = possible.iter().filter(|(x, _)| all.root(*x) == all.root(*a)).count() > 1
                && whole.iter().any(|x| {
                    let of_x = sets.members(*x);
                    let rest: Vec<i64> = whole.iter().copied().filter(|y| !of_x.contains(y)).collect();
                    evidence.contradict(&of_x, &rest)
                });
            if !torn {
                sets.join_unless(*a, *b, &evidence.apart);
            }
        }
    }
}
