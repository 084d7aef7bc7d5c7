//! Joins that the weighing asks for, within one component.

use super::store::Weighed;
use crate::person::given_name::{GivenNames, compare};
use crate::person::store::Identity;
use record::Sex;

/// Pairs that join by themselves, the surest first.
pub(crate) fn in_order(pairs: &[Weighed]) -> Vec<Weighed> {
    let mut joining: Vec<Weighed> = pairs.iter().filter(|pair| pair.joins).copied().collect();
    joining.sort_by_key(|pair| (-pair.weight, pair.a, pair.b));
    joining.dedup_by_key(|pair| (pair.a, pair.b));
    joining
}

/// Whether two records say that they are two people: then no chain of others joins them. A name that a stand-in hides
/// contradicts nothing, and joins nothing either, as its pairs are never sure.
pub(crate) fn contradict(a: &Identity, b: &Identity) -> bool {
    let numbers = a.nhs_number.zip(b.nhs_number).is_some_and(|(a, b)| a != b);
    let births = a.birth.zip(b.birth).is_some_and(|(a, b)| a != b);
    let sexes = a.sex != Sex::Unknown && b.sex != Sex::Unknown && a.sex != b.sex;
    numbers || births || sexes || compare(&a.given, &b.given) == GivenNames::Contradict
}
