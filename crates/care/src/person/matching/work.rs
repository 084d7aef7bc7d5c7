//! The worker: weighs waiting records, a few in one go.

use super::ahead::{self, Ahead};
use super::go::go;
use super::models;
use super::rows::{self, Cells};
use super::seen::Seen;
use super::store::{self, Lease};
use crate::Care;
use crate::db::{Conn, DbError, Urgency};
use crate::person::decision::Kind;
use crate::person::store::Identity;
use crate::person::{demographics, store as person_store, whereabouts};
use crossbeam_channel::{Receiver, RecvError, bounded};
use linkage::block::{Rule, keys, rules_for_index};
use linkage::{Table, Weights};
use record::Instant;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long a worker that stops without a word keeps the others out, in microseconds.
const LEASE: i64 = 20_000_000;
/// Keys have 40 bits.
const KEY_BITS: u64 = (1 << 40) - 1;

/// A model made ready, with who works with it.
pub struct Matcher {
    weights: Arc<Weights>,
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
        let weights = Arc::new(Weights::new(&model));
        let rules = rules_for_index(weights.schema());
        Ok(Matcher {
            seen: Mutex::new(Seen::new(Arc::clone(&weights))),
            weights,
            rules,
            model_no,
            holder,
            ahead: Ahead::from(many),
        })
    }

    /// Takes the lease; answers whether this process may weigh by this model. `anew`: whether it may have to be taken,
    /// so that others may have weighed before.
    pub(super) fn may_weigh(&self, conn: &mut Conn, now: Instant, anew: bool) -> Result<bool, DbError> {
        let may = match self.leased(conn, now)? {
            Lease::Held => true,
            Lease::Taken => anew,
            Lease::Others => false,
        };
        Ok(may && store::model_number(conn)? == self.model_no)
    }

    /// The number of its model.
    pub fn model_no(&self) -> i64 {
        self.model_no
    }

    fn leased(&self, conn: &mut Conn, now: Instant) -> Result<Lease, DbError> {
        let lease = store::lease(conn, self.holder, now, Instant(now.0 + LEASE))?;
        if lease != Lease::Held {
            self.forget();
        }
        Ok(lease)
    }

    /// Forgets all that is held in memory of records.
    fn forget(&self) {
        self.seen().forget();
        self.ahead.forget();
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys under which each of these records stands.
    pub(super) fn keys_of(&self, records: &[Cells]) -> Vec<Vec<i64>> {
        let table = rows::table(self.weights.schema(), records.iter().map(rows::borrowed));
        (0..).take(records.len()).map(|row| self.keys_at(&table, row)).collect()
    }

    /// The keys under which the record in this row of a table stands, in order.
    pub(super) fn keys_at(&self, table: &Table, row: u32) -> Vec<i64> {
        let mut found = Vec::new();
        for (number, rule) in self.rules.iter().enumerate() {
            keys(table, rule, number, row, |key| found.push((key & KEY_BITS) as i64));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Weighs a few of the records that wait, if no other process does.
///
/// # Errors
/// When the store fails; nothing of the go stands then.
pub fn weigh_some(care: &Care, matcher: &Arc<Matcher>, now: Instant) -> Result<Worked, DbError> {
    if !made_ready(care, matcher, now)? {
        return Ok(Worked::Nothing);
    }
    submit(care, matcher, now)?.recv().map_err(stopped)?
}

/// Weighs until nothing waits; answers how many records were weighed. `step` is told about how many of those that
/// waited at first wait still, and says whether to go on.
///
/// # Errors
/// When the store fails.
pub fn drain(care: &Care, holder: i64, now: Instant, step: impl FnMut(i64) -> bool) -> Result<usize, DbError> {
    drain_with(care, &mut Arc::new(Matcher::load(care, holder)?), now, step)
}

/// As [`drain`], with a model made ready before, in place of which another is put when another is in force: what it holds
/// of records that still wait is of use when it goes on.
///
/// # Errors
/// When the store fails.
pub fn drain_with(
    care: &Care,
    matcher: &mut Arc<Matcher>,
    now: Instant,
    mut step: impl FnMut(i64) -> bool,
) -> Result<usize, DbError> {
    let mut weighed = 0;
    // Counted once: among a million that wait, counting takes longer than weighing.
    let waiting = care.readers().read(store::waiting_count)?;
    loop {
        if !made_ready(care, matcher, now)? {
            return Ok(weighed);
        }
        let outcome = lot(care, matcher, now, &mut |count| {
            weighed += count;
            step((waiting - weighed as i64).max(0))
        });
        match outcome? {
            Some(Worked::Weighed(_)) => {}
            Some(Worked::OtherModel) => *matcher = Arc::new(Matcher::load(care, matcher.holder)?),
            Some(Worked::Nothing) | None => return Ok(weighed),
        }
    }
}

/// Goes of one worker that wait for the writer or for the disk at once: the writer then need not wait for the worker, and
/// commits several goes together.
const UNDER_WAY: usize = 3;

/// Weighs a few of the records that wait, or all that were put under keys together, several goes at a time. `each` is told
/// how many were weighed, and says whether to go on; `None` when it says no.
fn lot(
    care: &Care,
    matcher: &Arc<Matcher>,
    now: Instant,
    each: &mut impl FnMut(usize) -> bool,
) -> Result<Option<Worked>, DbError> {
    let mut under_way = VecDeque::from([submit(care, matcher, now)?]);
    let mut ended = None;
    while let Some(outcome) = under_way.pop_front() {
        while ended.is_none() && under_way.len() + 1 < UNDER_WAY && matcher.ahead.any_left() {
            under_way.push_back(submit(care, matcher, now)?);
        }
        let worked = outcome.recv().map_err(stopped)??;
        let goes_on = match worked {
            Worked::Weighed(count) => each(count),
            Worked::Nothing | Worked::OtherModel => true,
        };
        let over = match worked {
            _ if !goes_on => Some(None),
            Worked::Weighed(_) if matcher.ahead.any_left() => None,
            Worked::Weighed(_) | Worked::Nothing | Worked::OtherModel => Some(Some(worked)),
        };
        ended = ended.or(over);
        if ended.is_none() && under_way.is_empty() {
            under_way.push_back(submit(care, matcher, now)?);
        }
    }
    Ok(ended.flatten())
}

fn stopped(_: RecvError) -> DbError {
    DbError::state("the writer has stopped")
}

/// Whether any record waits; many that do are first put under their keys.
fn made_ready(care: &Care, matcher: &Arc<Matcher>, now: Instant) -> Result<bool, DbError> {
    if care.readers().read(|conn| store::waiting(conn, 1))?.is_empty() {
        matcher.seen().forget();
        return Ok(false);
    }
    ahead::prepare(care, matcher, now)?;
    Ok(true)
}

/// What a go comes to, once it is durable.
type Outcome = Receiver<Result<Worked, DbError>>;

/// Has the writer weigh a few of the records that wait, if no other process does.
fn submit(care: &Care, matcher: &Arc<Matcher>, now: Instant) -> Result<Outcome, DbError> {
    let (told, outcome) = bounded(1);
    let (matcher, holder) = (Arc::clone(matcher), Arc::clone(matcher));
    let work = move |conn: &mut Conn| {
        if matcher.leased(conn, now)? == Lease::Others {
            return Ok(Worked::Nothing);
        }
        if store::model_number(conn)? != matcher.model_no {
            return Ok(Worked::OtherModel);
        }
        go(conn, &matcher, now)
    };
    let done = move |worked: Result<Worked, DbError>| {
        if worked.is_err() {
            // What was read within a transaction that was undone is not what records say. The writer calls this before
            // it does anything else.
            holder.forget();
        }
        let _ = told.send(worked);
    };
    care.writer().submit(Urgency::Bulk, work, done)?;
    Ok(outcome)
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

/// As [`barred_from`], of each of these records from which any is kept apart.
pub(super) fn barred_among(conn: &mut Conn, records: &[i64]) -> Result<BTreeMap<i64, BTreeSet<i64>>, DbError> {
    let theirs = of_same_person(conn, records)?;
    let decisions = person_store::decisions_on(conn, &theirs)?;
    let mut barred = BTreeMap::new();
    // Nearly always there is none, and then nothing is asked for each.
    if decisions.iter().any(|kind| matches!(kind, Kind::Barred(..))) {
        for record in records {
            barred.insert(*record, barred_from(conn, *record)?);
        }
    }
    Ok(barred)
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
