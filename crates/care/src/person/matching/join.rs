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

/// Whether two records say that they are two people: then no chain of others joins them. Of a pair that was itself weighed
/// as surely one person, only what is never mistyped into agreement counts, number and sex; of any other also birth date
/// and given name, which a slip may have changed in one record and not in the other.
pub(crate) fn contradict(a: &Identity, b: &Identity, sure: bool) -> bool {
    let numbers = a.nhs_number.zip(b.nhs_number).is_some_and(|(a, b)| a != b);
    let births = a.birth.zip(b.birth).is_some_and(|(a, b)| a != b);
    let sexes = a.sex != Sex::Unknown && b.sex != Sex::Unknown && a.sex != b.sex;
    numbers || sexes || (!sure && (births || compare(&a.given, &b.given) == GivenNames::Contradict))
}
