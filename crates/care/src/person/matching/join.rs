//! Joining by weight: which pairs, in which order, and what two records contradict each other in.

use super::store::Weighed;
use crate::person::decision::Kind;
use crate::person::given_name::{GivenNames, compare};
use crate::person::sets::Sets;
use crate::person::store::Identity;
use record::Sex;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Pairs in the order in which they join: the surest first, of equals the lowest records.
fn in_order(pairs: &[Weighed]) -> Vec<Weighed> {
    let mut joining: Vec<Weighed> = pairs.iter().filter(|pair| pair.joins).copied().collect();
    joining.sort_by_key(|pair| (std::cmp::Reverse(pair.weight), pair.a, pair.b));
    joining.dedup();
    joining
}

/// Whether two records say that they are two people: then no chain of others joins them. Of a pair that was itself weighed
/// and may be one person, only what no slip explains counts, two numbers or two sexes; of any other also birth date and
/// given name.
fn contradict(a: &Identity, b: &Identity, may_be: bool) -> bool {
    let numbers = a.nhs_number.zip(b.nhs_number).is_some_and(|(a, b)| a != b);
    let births = a.birth.zip(b.birth).is_some_and(|(a, b)| a != b);
    let sexes = a.sex != Sex::Unknown && b.sex != Sex::Unknown && a.sex != b.sex;
    numbers || sexes || (!may_be && (births || compare(&a.given, &b.given) == GivenNames::Contradict))
}

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

    /// Whether anything in one group contradicts anything in the other. Records that a decision made one speak with one
    /// voice: what agrees with one of them is not contradicted by how another is spelt.
    fn contradict(&self, left: &[i64], right: &[i64]) -> bool {
        let two = |x: &i64, y: &i64| match (self.identities.get(x), self.identities.get(y)) {
            (Some(a), Some(b)) => contradict(a, b, self.weighed.contains_key(&(*x.min(y), *x.max(y)))),
            _ => false,
        };
        let (left, right) = (self.voices(left), self.voices(right));
        left.iter().any(|these| {
            let against = |those: &&Vec<i64>| these.iter().all(|x| those.iter().all(|y| two(x, y)));
            right.iter().any(|those| against(&those))
        })
    }

    /// Those of a group who say who they are about, records that decisions made one together.
    fn voices(&self, group: &[i64]) -> Vec<Vec<i64>> {
        let mut voices: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for no in group.iter().filter(|no| self.identities.contains_key(no)) {
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
    let evidence = Evidence::of(one, identities, weighed, decisions);
    for equally_sure in in_order(weighed).chunk_by(|x, y| x.weight == y.weight) {
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
