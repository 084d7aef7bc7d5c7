//! Puts many records that wait under their keys before the first of them is weighed.
//!
//! A key is a digest, so each of the ten keys of a record stands on a page of its own: put there one record after another,
//! a county's first import wrote 90 kB for each of two million records. Put there in order of key, hundreds of thousands
//! of records at a time, many fall on one page.
//!
//! Each of them is then weighed against those that are weighed already, and against none that come after it: those
//! find it when it is their turn. INVARIANT: a record of which `match_record` says [`store::AHEAD`] stands under some of
//! the keys named there, and waits; whoever weighs it puts it under all of them.

use super::rows;
use super::store;
use super::work::{self, Matcher};
use crate::Care;
use crate::db::{Conn, DbError, Urgency};
use crossbeam_channel::{Receiver, Sender, unbounded};
use record::Instant;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// When so many wait, they are put under their keys first.
pub(crate) const MANY: usize = 50_000;
/// And at most so many at once: 5 million keys, some 80 MB.
const MOST: usize = 500_000;
/// So many records are read, or rows written, in one go: some 10 ms.
const SOME: usize = 2_000;
/// When few wait, that is asked again after so many goes.
const ASKED_EVERY: u32 = 100;

/// The records that this process put under their keys and has not weighed yet.
pub(super) struct Ahead {
    held: Mutex<Held>,
}

/// What is known of them.
pub(super) struct Held {
    lot: Lot,
    /// All of them up to here may have been weighed.
    weighed: i64,
    /// Goes until it is asked again whether many wait.
    rest: u32,
    many: usize,
}

/// Records put under their keys together, a bit each from the lowest on: whether one is among them is asked some forty
/// times a record.
#[derive(Default)]
struct Lot {
    lowest: i64,
    bits: Vec<u64>,
    highest: Option<i64>,
}

impl Lot {
    /// Of records in order of number.
    fn of(records: &[i64]) -> Self {
        let lowest = records.first().copied().unwrap_or_default();
        let mut bits = Vec::new();
        for record in records {
            let at = record.abs_diff(lowest);
            let word = (at / 64) as usize;
            bits.resize(word + 1, 0);
            if let Some(word) = bits.get_mut(word) {
                *word |= 1u64 << (at % 64);
            }
        }
        let highest = records.last().copied();
        Self { lowest, bits, highest }
    }

    fn contains(&self, record: i64) -> bool {
        let at = record.abs_diff(self.lowest);
        let word = self.bits.get((at / 64) as usize).copied().unwrap_or_default();
        record >= self.lowest && word >> (at % 64) & 1 == 1
    }
}

impl Held {
    /// Whether a record is still to be weighed, and will then find all that stand under its keys.
    pub fn will_find(&self, record: i64) -> bool {
        record > self.weighed && self.lot.contains(record)
    }

    /// Whether a record that is noted as [`store::AHEAD`] was put under all the keys noted there.
    pub fn put_under_all(&self, record: i64) -> bool {
        self.lot.contains(record)
    }
}

impl Ahead {
    /// Nothing put under keys yet; it is done when so many wait.
    pub fn from(many: usize) -> Self {
        let held = Held {
            lot: Lot::default(),
            weighed: i64::MIN,
            rest: 0,
            many: many.max(1),
        };
        Self { held: Mutex::new(held) }
    }

    /// What is known of the records put under their keys.
    pub fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether any of them is still to be weighed.
    pub fn any_left(&self) -> bool {
        let held = self.held();
        held.lot.highest.is_some_and(|highest| highest > held.weighed)
    }

    /// Notes that these may have been weighed.
    pub fn weighed(&self, records: &[i64]) {
        let mut held = self.held();
        held.weighed = records.iter().copied().fold(held.weighed, i64::max);
    }

    /// Forgets them: another process may have weighed some, or a transaction was undone.
    pub fn forget(&self) {
        self.held().lot = Lot::default();
    }
}

/// Puts records that wait under their keys, if many do and those it did before are weighed.
pub(super) fn prepare(care: &Care, matcher: &Arc<Matcher>, now: Instant) -> Result<(), DbError> {
    if matcher.ahead.any_left() {
        return Ok(());
    }
    let many = {
        let mut held = matcher.ahead.held();
        if held.rest > 0 {
            held.rest -= 1;
            return Ok(());
        }
        held.lot = Lot::default();
        held.rest = ASKED_EVERY;
        held.many
    };
    if !care.readers().read(|conn| store::as_many_wait(conn, many as i64))? {
        return Ok(());
    }
    let waiting = care.readers().read(|conn| store::waiting_unknown(conn, MOST as i64))?;
    let begun = Arc::default();
    let mut noting = Slices::new(care, matcher, now, &begun);
    for some in waiting.chunks(SOME) {
        let found = care.readers().read(|conn| keys_of(conn, matcher, some))?;
        noting.write(move |conn| store::keep_ahead(conn, found))?;
    }
    let Some(noted) = noting.all()? else { return Ok(()) };
    let noted: Vec<(i64, Vec<i64>)> = noted.into_iter().flatten().collect();
    let under = noted
        .iter()
        .flat_map(|(record, keys)| keys.iter().map(|key| (*key, *record)));
    let mut under: Vec<(i64, i64)> = under.collect();
    under.sort_unstable();
    let mut putting = Slices::new(care, matcher, now, &begun);
    for some in under.chunks(SOME) {
        let some = some.to_vec();
        putting.write(move |conn| store::put_under(conn, &some))?;
    }
    if putting.all()?.is_some() {
        let records: Vec<i64> = noted.into_iter().map(|(record, _)| record).collect();
        let mut held = matcher.ahead.held();
        (held.lot, held.weighed, held.rest) = (Lot::of(&records), i64::MIN, 0);
    }
    Ok(())
}

/// Work in slices, which the writer may take together; each is done only if no other process weighs by then nor has
/// since the first, and none after one that was not done.
struct Slices<'a, T> {
    care: &'a Care,
    matcher: &'a Arc<Matcher>,
    now: Instant,
    /// Whether any slice of this lot was done.
    begun: Arc<AtomicBool>,
    broken: Arc<AtomicBool>,
    outcomes: (Sender<Outcome<T>>, Receiver<Outcome<T>>),
}

/// What a slice came to; `None` if it was not done.
type Outcome<T> = Result<Option<T>, DbError>;

impl<'a, T: Send + 'static> Slices<'a, T> {
    fn new(care: &'a Care, matcher: &'a Arc<Matcher>, now: Instant, begun: &Arc<AtomicBool>) -> Self {
        Self {
            care,
            matcher,
            now,
            begun: Arc::clone(begun),
            broken: Arc::default(),
            outcomes: unbounded(),
        }
    }

    fn write(&mut self, slice: impl FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static) -> Result<(), DbError> {
        let (matcher, now) = (Arc::clone(self.matcher), self.now);
        let begun = Arc::clone(&self.begun);
        let (broken, after, outcome) = (
            Arc::clone(&self.broken),
            Arc::clone(&self.broken),
            self.outcomes.0.clone(),
        );
        let work = move |conn: &mut Conn| {
            let first = !begun.swap(true, Ordering::Relaxed);
            if broken.load(Ordering::Relaxed) || !matcher.may_weigh(conn, now, first)? {
                broken.store(true, Ordering::Relaxed);
                return Ok(None);
            }
            slice(conn).map(Some)
        };
        self.care.writer().submit(Urgency::Bulk, work, move |done: Outcome<T>| {
            after.fetch_or(done.is_err(), Ordering::Relaxed);
            let _ = outcome.send(done);
        })
    }

    /// What each slice came to, in order, once all are durable; `None` if some were not done.
    fn all(self) -> Result<Option<Vec<T>>, DbError> {
        drop(self.outcomes.0);
        self.outcomes.1.iter().collect()
    }
}

/// The keys of records that were never weighed; of one that says nothing of whom it is about, nothing.
fn keys_of(conn: &mut Conn, matcher: &Matcher, records: &[i64]) -> Result<Vec<(i64, Vec<i64>)>, DbError> {
    let all = work::cells_of_all(conn, records)?.into_iter();
    let all = all.filter(|(_, cells, _)| rows::says_who(cells));
    let (numbers, cells): (Vec<i64>, Vec<_>) = all.map(|(identity, cells, _)| (identity.record_no, cells)).unzip();
    Ok(numbers.into_iter().zip(matcher.keys_of(&cells)).collect())
}
