//! The worker: weighs waiting records, a few in one go.

use super::ahead::{self, Ahead};
use super::models;
use super::rows::{self, Cells};
use super::seen::Seen;
use super::store::{self, Lease, Weighed};
use crate::Care;
use crate::db::{Conn, DbError, Urgency};
use crate::person::decision::Kind;
use crate::person::store::Identity;
use crate::person::{demographics, identity, store as person_store, whereabouts};
use linkage::block::{Rule, keys, rules_for_index};
use linkage::care::{Verdict, verdict};
use linkage::{Scorer, Weights};
use record::Instant;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A key under which more records stand tells nobody apart: a telephone of a care home, a stand-in postcode.
const UNDER_ONE_KEY: usize = 300;
/// How many records are weighed in one go, some 25 ms: a go must not keep a reader's write waiting, and each is a
/// transaction.
const AT_ONCE: i64 = 80;
/// How long a worker that stops without a word keeps the others out, in microseconds.
const LEASE: i64 = 20_000_000;
/// Keys have 40 bits.
const KEY_BITS: u64 = (1 << 40) - 1;

/// A model made ready, with who works with it.
pub struct Matcher {
    weights: Weights,
    rules: Vec<Rule>,
    model_no: i64,
    holder: i64,
    pub(super) ahead: Ahead,
    seen: Mutex<Seen>,
}

/// What a go came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worked {
    /// So many records were weighed.
    Weighed(usize),
    /// Nothing waits, or another process weighs.
    Nothing,
    /// Another model is in force now: load it.
    OtherModel,
}

impl Matcher {
    /// The model in force, made ready. `holder`: a number that no other process uses.
    ///
    /// # Errors
    /// When the store fails or holds a model that cannot be read.
    pub fn load(care: &Care, holder: i64) -> Result<Matcher, DbError> {
        let many = care.weighs_ahead_from();
        care.readers().read(|conn| Matcher::of(conn, holder, many))
    }

    fn of(conn: &mut Conn, holder: i64, many: usize) -> Result<Matcher, DbError> {
        let (model_no, model) = models::in_force(conn)?;
        let weights = Weights::new(&model);
        let rules = rules_for_index(weights.schema());
        Ok(Matcher {
            weights,
            rules,
            model_no,
            holder,
            ahead: Ahead::from(many),
            seen: Mutex::default(),
        })
    }

    /// Takes the lease; answers whether this process may weigh by this model.
    pub(super) fn may_weigh(&self, conn: &mut Conn, now: Instant) -> Result<bool, DbError> {
        Ok(self.leased(conn, now)? && store::model_number(conn)? == self.model_no)
    }

    /// The number of its model.
    pub fn model_no(&self) -> i64 {
        self.model_no
    }

    fn leased(&self, conn: &mut Conn, now: Instant) -> Result<bool, DbError> {
        let lease = store::lease(conn, self.holder, now, Instant(now.0 + LEASE))?;
        if lease != Lease::Held {
            self.seen().forget();
        }
        Ok(lease != Lease::Others)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys under which each of these records stands.
    pub(super) fn keys_of(&self, records: &[Cells]) -> Vec<Vec<i64>> {
        let table = rows::table(self.weights.schema(), records.iter().map(rows::borrowed));
        let of = |row: u32| {
            let mut found = BTreeSet::new();
            for (number, rule) in self.rules.iter().enumerate() {
                keys(&table, rule, number, row, |key| {
                    found.insert((key & KEY_BITS) as i64);
                });
            }
            found.into_iter().collect()
        };
        (0..).take(records.len()).map(of).collect()
    }
}

/// Weighs a few of the records that wait, if no other process does.
///
/// # Errors
/// When the store fails; nothing of the go stands then.
pub fn weigh_some(care: &Care, matcher: &Arc<Matcher>, now: Instant) -> Result<Worked, DbError> {
    if care.readers().read(|conn| store::waiting(conn, 1))?.is_empty() {
        matcher.seen().forget();
        return Ok(Worked::Nothing);
    }
    ahead::prepare(care, matcher, now)?;
    let matcher = Arc::clone(matcher);
    care.writer().write(Urgency::Bulk, move |conn| {
        if !matcher.leased(conn, now)? {
            return Ok(Worked::Nothing);
        }
        if store::model_number(conn)? != matcher.model_no {
            return Ok(Worked::OtherModel);
        }
        go(conn, &matcher, now)
    })
}

/// Weighs until nothing waits; answers how many records were weighed. `step` is told about how many of those that
/// waited at first wait still, and says whether to go on.
///
/// # Errors
/// When the store fails.
pub fn drain(care: &Care, holder: i64, now: Instant, mut step: impl FnMut(i64) -> bool) -> Result<usize, DbError> {
    let mut matcher = Arc::new(Matcher::load(care, holder)?);
    let mut weighed = 0;
    // Counted once: among a million that wait, counting takes longer than weighing.
    let waiting = care.readers().read(store::waiting_count)?;
    loop {
        match weigh_some(care, &matcher, now)? {
            Worked::Weighed(count) => weighed += count,
            Worked::OtherModel => matcher = Arc::new(Matcher::load(care, holder)?),
            Worked::Nothing => return Ok(weighed),
        }
        if !step((waiting - weighed as i64).max(0)) {
            return Ok(weighed);
        }
    }
}

fn go(conn: &mut Conn, matcher: &Matcher, now: Instant) -> Result<Worked, DbError> {
    let records = store::waiting(conn, AT_ONCE)?;
    if records.is_empty() {
        return Ok(Worked::Nothing);
    }
    let mut touched = BTreeSet::new();
    for record in &records {
        touched.insert(*record);
        touched.extend(weigh(conn, matcher, *record, now)?);
    }
    identity::settle(conn, &touched)?;
    store::done(conn, &records)?;
    matcher.ahead.weighed(&records);
    Ok(Worked::Weighed(records.len()))
}

/// Weighs one record against all that stand under its keys; answers the records whose persons this may change.
fn weigh(conn: &mut Conn, matcher: &Matcher, record: i64, now: Instant) -> Result<BTreeSet<i64>, DbError> {
    matcher.seen().forget_one(record);
    let indexed = store::indexed(conn, record)?;
    let (state, old_keys) = indexed.unwrap_or_default();
    let ahead = state == store::AHEAD;
    let Some(own) = cells_of(conn, record)? else {
        store::index(conn, record, 0, (&old_keys, ahead), &[])?;
        return store::replace_pairs(conn, record, &[]);
    };
    let new_state = rows::state(&own, matcher.model_no);
    if state == new_state {
        return Ok(BTreeSet::new());
    }
    if person_store::identities(conn, &[record])?
        .iter()
        .any(|identity| identity.restricted)
    {
        // Others of the same person must not be found by where they live from now on.
        let alike = whereabouts::hidden_with(conn, record)?;
        store::enqueue(conn, &alike, now)?;
    }
    let new_keys = matcher.keys_of(std::slice::from_ref(&own)).pop().unwrap_or_default();
    store::index(conn, record, new_state, (&old_keys, ahead), &new_keys)?;
    let mut others = store::under(conn, &new_keys, UNDER_ONE_KEY)?;
    others.retain(|other| *other != record && !(*other > record && matcher.ahead.will_find(*other)));
    for barred in barred_from(conn, record)? {
        others.remove(&barred);
    }
    let pairs = weigh_against(conn, matcher, record, &own, &others)?;
    let mut touched = store::replace_pairs(conn, record, &pairs)?;
    touched.extend(pairs.iter().filter(|pair| pair.joins).flat_map(|pair| [pair.a, pair.b]));
    Ok(touched)
}

fn weigh_against(
    conn: &mut Conn,
    matcher: &Matcher,
    record: i64,
    own: &Cells,
    others: &BTreeSet<i64>,
) -> Result<Vec<Weighed>, DbError> {
    let mut seen = matcher.seen();
    let still = seen.still(conn, others)?;
    let asked: BTreeSet<i64> = still.iter().map(|(other, _)| *other).collect();
    let asked: Vec<i64> = others.difference(&asked).copied().collect();
    let read = cells_of_all(conn, &asked)?;
    let numbers = still.iter().map(|(other, _)| *other);
    let numbers: Vec<i64> = numbers
        .chain(read.iter().map(|(identity, ..)| identity.record_no))
        .collect();
    let table = rows::table(
        matcher.weights.schema(),
        std::iter::once(rows::borrowed(own))
            .chain(still.iter().map(|(_, one)| one.cells()))
            .chain(read.iter().map(|(_, cells, _)| rows::borrowed(cells))),
    );
    for (identity, cells, _) in read.iter().filter(|(.., restricted)| !restricted) {
        seen.hold(identity, cells);
    }
    let scorer = Scorer::with(&table, &matcher.weights);
    let mut pairs = Vec::new();
    for (place, other) in (1u32..).zip(numbers) {
        let scored = scorer.score(0, place);
        let verdict = verdict(scorer.comparisons(), scored, models::bars(matcher.model_no));
        if verdict != Verdict::No {
            pairs.push(Weighed {
                a: record.min(other),
                b: record.max(other),
                weight: (f64::from(scored.weight) * 1000.0).round() as i64,
                joins: verdict == Verdict::Join,
                model_no: matcher.model_no,
            });
        }
    }
    Ok(pairs)
}

/// What of each of these records is weighed, and whether their whereabouts are restricted.
pub(super) fn cells_of_all(conn: &mut Conn, records: &[i64]) -> Result<Vec<(Identity, Cells, bool)>, DbError> {
    let (identities, said): (Vec<Identity>, Vec<String>) =
        person_store::identities_said(conn, records)?.into_iter().unzip();
    let hidden = whereabouts::restricted_among(conn, &identities)?;
    let each = |(identity, text): (Identity, String)| {
        let person = demographics::of_text(&text)?;
        let restricted = person.restricted || hidden.contains(&identity.record_no);
        let cells = rows::cells(&person, restricted);
        Ok((identity, cells, restricted))
    };
    identities.into_iter().zip(said).map(each).collect()
}

/// What of a record is weighed; `None` when it says nothing of who it is about.
pub(super) fn cells_of(conn: &mut Conn, record: i64) -> Result<Option<Cells>, DbError> {
    let own = cells_of_all(conn, &[record])?.pop();
    Ok(own.map(|(_, cells, _)| cells).filter(rows::says_who))
}

/// The records that the law keeps apart from this one, and from every other of its person: never compared.
pub(super) fn barred_from(conn: &mut Conn, record: i64) -> Result<BTreeSet<i64>, DbError> {
    let own: Vec<i64> = of_same_person(conn, &[record])?;
    let mut across = Vec::new();
    for kind in person_store::decisions_on(conn, &own)? {
        if let Kind::Barred(a, b) = kind {
            across.extend([a, b].into_iter().filter(|no| !own.contains(no)));
        }
    }
    Ok(of_same_person(conn, &across)?.into_iter().collect())
}

fn of_same_person(conn: &mut Conn, records: &[i64]) -> Result<Vec<i64>, DbError> {
    let mut all: BTreeSet<i64> = records.iter().copied().collect();
    all.extend(
        person_store::housemates(conn, records)?
            .into_iter()
            .map(|(record, _)| record),
    );
    Ok(all.into_iter().collect())
}

/// Forgets every pair of these records and has them weighed again: after a bar was set or lifted.
pub(crate) fn weigh_again(conn: &mut Conn, records: &BTreeSet<i64>, now: Instant) -> Result<(), DbError> {
    let asked: Vec<i64> = records.iter().copied().collect();
    let all: BTreeSet<i64> = of_same_person(conn, &asked)?.into_iter().collect();
    for record in &all {
        store::replace_pairs(conn, *record, &[])?;
        store::forget_state(conn, *record)?;
    }
    store::enqueue(conn, &all, now)
}
