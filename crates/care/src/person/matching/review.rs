//! Which pairs a steward has to look at: kept in step with persons, pairs and decisions, so that the queue is only read.

use super::store::{self, Weighed};
use crate::db::{Conn, DbError};
use crate::person::decision::Kind;
use crate::person::store as person_store;
use hashbrown::HashMap;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Puts what is to be looked at about these records in step. `whose`: every record of a set that decisions and joins
/// lead no further from, with its person; `pairs`: all pairs of any of them. Of each two persons the pair that weighs
/// most is kept, unless a decision keeps the two apart.
pub(crate) fn refresh(
    conn: &mut Conn,
    whose: &HashMap<i64, i64>,
    pairs: &[Weighed],
    decisions: &[Kind],
) -> Result<(), DbError> {
    // What waits is always one of the pairs.
    if pairs.is_empty() {
        return Ok(());
    }
    let outside: BTreeSet<i64> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    let outside: Vec<i64> = outside.into_iter().filter(|no| !whose.contains_key(no)).collect();
    let beyond: HashMap<i64, i64> = person_store::persons_of(conn, &outside)?.into_iter().collect();
    let person = |record: i64| whose.get(&record).or_else(|| beyond.get(&record)).copied();
    let both = |a, b| Some((person(a)?.min(person(b)?), person(a)?.max(person(b)?)));
    let apart: BTreeSet<(i64, i64)> = decisions
        .iter()
        .filter_map(|kind| match kind {
            Kind::KeepApart(a, b) | Kind::Barred(a, b) => both(*a, *b),
            Kind::Merge { .. } | Kind::Superseded { .. } => None,
        })
        .collect();
    let mut heaviest: BTreeMap<(i64, i64), Weighed> = BTreeMap::new();
    for pair in pairs {
        let Some(two) = both(pair.a, pair.b).filter(|(x, y)| x != y) else {
            continue;
        };
        if apart.contains(&two) {
            continue;
        }
        let kept = heaviest.entry(two).or_insert(*pair);
        if (pair.weight, Reverse((pair.a, pair.b))) > (kept.weight, Reverse((kept.a, kept.b))) {
            *kept = *pair;
        }
    }
    let wanted: BTreeSet<(i64, i64, i64)> = heaviest.values().map(|pair| (pair.weight, pair.a, pair.b)).collect();
    let records: Vec<i64> = whose.keys().copied().collect();
    let before = store::review_of(conn, &records)?;
    store::change_review(conn, before.difference(&wanted), wanted.difference(&before))
}
