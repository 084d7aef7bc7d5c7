//! One go of the worker: a few records, each weighed against all that stand under its keys, in one transaction.
//!
//! INVARIANT: within the transaction nothing else writes, and weighing changes neither what records say, nor decisions,
//! nor, before its end, whose records are. So that is asked once for the whole go. What weighing itself changes, who
//! stands under a key, which pairs there are and who waits, is asked when it is needed.

use super::ahead::Held;
use super::models;
use super::rows;
use super::seen::{One, Seen};
use super::store::{self, Weighed};
use super::work::{Matcher, Worked, barred_among, cells_of_all};
use crate::db::{Conn, DbError};
use crate::person::identity;
use crate::person::whereabouts::{self, Marks};
use hashbrown::HashMap;
use linkage::care::{Verdict, verdict};
use record::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::MutexGuard;

/// A key under which more records stand tells nobody apart: a telephone of a care home, a stand-in postcode.
const UNDER_ONE_KEY: usize = 300;
/// How many records are weighed in one go, some 15 ms: a go must not keep a reader's write waiting, and each is a
/// transaction.
const AT_ONCE: usize = 80;

/// Weighs a few of the records that wait.
pub(super) fn go(conn: &mut Conn, matcher: &Matcher, now: Instant) -> Result<Worked, DbError> {
    let records = store::waiting(conn, AT_ONCE as i64)?;
    if records.is_empty() {
        return Ok(Worked::Nothing);
    }
    let mut go = Go::begin(conn, matcher, &records, now)?;
    let mut touched = BTreeSet::new();
    for record in &records {
        touched.insert(*record);
        touched.extend(go.weigh(conn, *record)?);
    }
    store::note(conn, &go.weighed)?;
    drop(go);
    identity::settle(conn, &touched)?;
    store::done(conn, &records)?;
    matcher.ahead.weighed(&records);
    Ok(Worked::Weighed(records.len()))
}

struct Go<'a> {
    matcher: &'a Matcher,
    now: Instant,
    seen: MutexGuard<'a, Seen>,
    ahead: MutexGuard<'a, Held>,
    waits: Waits,
    /// What each record of the go says, if it says anything.
    own: HashMap<i64, Own>,
    indexed: BTreeMap<i64, (i64, Vec<i64>)>,
    barred: BTreeMap<i64, BTreeSet<i64>>,
    marks: Marks,
    /// What was weighed: record, state, keys.
    weighed: Vec<(i64, i64, Vec<i64>)>,
}

/// What one record of the go says.
struct Own {
    row: u32,
    state: i64,
    says_who: bool,
    /// Whether it is marked itself.
    marked: bool,
}

/// Which records wait.
struct Waits {
    /// Of those up to `upto`, all that wait; of others, some.
    known: BTreeSet<i64>,
    upto: i64,
}

impl Waits {
    /// A go takes those that wait with the lowest numbers: below its highest, no other waits.
    fn of(go: &[i64]) -> Self {
        let all = go.len() < AT_ONCE;
        let highest = go.last().copied().unwrap_or(i64::MIN);
        Self {
            known: go.iter().copied().collect(),
            upto: if all { i64::MAX } else { highest },
        }
    }

    /// Those of these records that wait.
    fn among(&self, conn: &mut Conn, records: &[i64]) -> Result<BTreeSet<i64>, DbError> {
        let beyond: Vec<i64> = records.iter().copied().filter(|record| *record > self.upto).collect();
        let mut waiting = match beyond.is_empty() {
            true => BTreeSet::new(),
            false => store::those_that_wait(conn, &beyond)?,
        };
        waiting.extend(records.iter().filter(|record| self.known.contains(record)));
        Ok(waiting)
    }
}

impl<'a> Go<'a> {
    fn begin(conn: &mut Conn, matcher: &'a Matcher, records: &[i64], now: Instant) -> Result<Self, DbError> {
        let mut seen = matcher.seen();
        seen.make_room();
        let mut own = HashMap::new();
        for (identity, cells, hidden) in cells_of_all(conn, records)? {
            let one = Own {
                row: seen.row_of(&identity, &cells, hidden),
                state: rows::state(&cells, matcher.model_no()),
                says_who: rows::says_who(&cells),
                marked: identity.restricted,
            };
            own.insert(identity.record_no, one);
        }
        for gone in records.iter().filter(|record| !own.contains_key(*record)) {
            seen.forget_one(*gone);
        }
        Ok(Self {
            matcher,
            now,
            seen,
            ahead: matcher.ahead.held(),
            waits: Waits::of(records),
            own,
            indexed: store::indexed(conn, records)?,
            barred: barred_among(conn, records)?,
            marks: Marks::default(),
            weighed: Vec::new(),
        })
    }

    /// Weighs one record against all that stand under its keys; answers the records whose persons this may change.
    fn weigh(&mut self, conn: &mut Conn, record: i64) -> Result<BTreeSet<i64>, DbError> {
        let (state, old_keys) = self.indexed.remove(&record).unwrap_or_default();
        let ahead = state == store::AHEAD;
        let Some(own) = self.own.get(&record).filter(|own| own.says_who) else {
            store::index(conn, record, (&old_keys, ahead), &[])?;
            self.weighed.push((record, 0, Vec::new()));
            return store::replace_pairs(conn, record, &[]);
        };
        let (row, new_state) = (own.row, own.state);
        if state == new_state {
            return Ok(BTreeSet::new());
        }
        if own.marked {
            // Others of the same person must not be found by where they live from now on.
            let alike = whereabouts::hidden_with(conn, record)?;
            store::enqueue(conn, &alike, self.now)?;
            self.waits.known.extend(alike);
        }
        let new_keys = self.matcher.keys_at(self.seen.rows().table(), row);
        if !(ahead && old_keys == new_keys && self.ahead.put_under_all(record)) {
            store::index(conn, record, (&old_keys, ahead), &new_keys)?;
        }
        let mut others = store::under(conn, &new_keys, UNDER_ONE_KEY)?;
        let barred = self.barred.get(&record);
        others.retain(|other| {
            let comes_later = *other > record && self.ahead.will_find(*other);
            *other != record && !comes_later && barred.is_none_or(|barred| !barred.contains(other))
        });
        self.weighed.push((record, new_state, new_keys));
        let rows = self.rows_of(conn, &others)?;
        let pairs = self.compare((record, row), &rows);
        let mut touched = store::replace_pairs(conn, record, &pairs)?;
        touched.extend(pairs.iter().filter(|pair| pair.joins).flat_map(|pair| [pair.a, pair.b]));
        Ok(touched)
    }

    /// The rows of those of these records that say anything, as they are now.
    fn rows_of(&mut self, conn: &mut Conn, records: &[i64]) -> Result<Vec<(i64, u32)>, DbError> {
        let waiting = self.waits.among(conn, records)?;
        let mut rows = Vec::with_capacity(records.len());
        let (mut held, mut asked): (Vec<(i64, One)>, Vec<i64>) = (Vec::new(), Vec::new());
        for record in records {
            match (self.own.get(record), self.seen.held(*record)) {
                (Some(own), _) => rows.push((*record, own.row)),
                (None, Some(one)) if !waiting.contains(record) => held.push((*record, one)),
                _ => asked.push(*record),
            }
        }
        let births = held.iter().filter_map(|(_, one)| one.birth.map(i64::from));
        let numbers = held.iter().filter_map(|(_, one)| one.nhs_number);
        self.marks.ask(conn, births, numbers)?;
        for (record, one) in held {
            match self.marks.reach(one.birth.map(i64::from), one.nhs_number) {
                true => asked.push(record),
                false => rows.push((record, one.row)),
            }
        }
        if !asked.is_empty() {
            for (identity, cells, hidden) in cells_of_all(conn, &asked)? {
                rows.push((identity.record_no, self.seen.row_of(&identity, &cells, hidden)));
            }
        }
        Ok(rows)
    }

    /// The pairs of a record with these others that may be one person.
    fn compare(&self, (record, row): (i64, u32), others: &[(i64, u32)]) -> Vec<Weighed> {
        let scorer = self.seen.rows().scorer();
        let model_no = self.matcher.model_no();
        let bars = models::bars(model_no);
        let mut pairs = Vec::new();
        for (other, at) in others {
            let scored = scorer.score(row, *at);
            let verdict = verdict(scorer.comparisons(), scored, bars);
            if verdict != Verdict::No {
                pairs.push(Weighed {
                    a: record.min(*other),
                    b: record.max(*other),
                    weight: (f64::from(scored.weight) * 1000.0).round() as i64,
                    joins: verdict == Verdict::Join,
                    model_no,
                });
            }
        }
        pairs
    }
}
