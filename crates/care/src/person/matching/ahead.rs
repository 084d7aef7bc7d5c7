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

struct Held {
    /// In order of number.
    records: Vec<i64>,
    /// All of them up to here may have been weighed.
    weighed: i64,
    /// Goes until it is asked again whether many wait.
    rest: u32,
    many: usize,
}

impl Ahead {
    /// Nothing put under keys yet; it is done when so many wait.
    pub fn from(many: usize) -> Self {
        let held = Held {
            records: Vec::new(),
            weighed: i64::MIN,
            rest: 0,
            many: many.max(1),
        };
        Self { held: Mutex::new(held) }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a record is still to be weighed, and will then find all that stand under its keys.
    pub fn will_find(&self, record: i64) -> bool {
        let held = self.held();
        record > held.weighed && held.records.binary_search(&record).is_ok()
    }

    /// Notes that these may have been weighed.
    pub fn weighed(&self, records: &[i64]) {
        let mut held = self.held();
        held.weighed = records.iter().copied().fold(held.weighed, i64::max);
    }
}

/// Puts records that wait under their keys, if many do and those it did before are weighed.
pub(super) fn prepare(care: &Care, matcher: &Arc<Matcher>, now: Instant) -> Result<(), DbError> {
    let many = {
        let mut held = matcher.ahead.held();
        if held.records.last().is_some_and(|last| *last > held.weighed) {
            return Ok(());
        }
        if held.rest > 0 {
            held.rest -= 1;
            return Ok(());
        }
        held.records = Vec::new();
        held.rest = ASKED_EVERY;
        held.many
    };
    if !care.readers().read(|conn| store::as_many_wait(conn, many as i64))? {
        return Ok(());
    }
    let waiting = care.readers().read(|conn| store::waiting_unknown(conn, MOST as i64))?;
    let mut noting = Slices::new(care, matcher, now);
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
    let mut putting = Slices::new(care, matcher, now);
    for some in under.chunks(SOME) {
        let some = some.to_vec();
        putting.write(move |conn| store::put_under(conn, &some))?;
    }
    if putting.all()?.is_some() {
        let records = noted.into_iter().map(|(record, _)| record).collect();
        let mut held = matcher.ahead.held();
        (held.records, held.weighed, held.rest) = (records, i64::MIN, 0);
    }
    Ok(())
}

/// Work in slices, which the writer may take together; each is done only if no other process weighs by then, and none
/// after one that was not done.
struct Slices<'a, T> {
    care: &'a Care,
    matcher: &'a Arc<Matcher>,
    now: Instant,
    broken: Arc<AtomicBool>,
    outcomes: (Sender<Outcome<T>>, Receiver<Outcome<T>>),
}

/// What a slice came to; `None` if it was not done.
type Outcome<T> = Result<Option<T>, DbError>;

impl<'a, T: Send + 'static> Slices<'a, T> {
    fn new(care: &'a Care, matcher: &'a Arc<Matcher>, now: Instant) -> Self {
        Self {
            care,
            matcher,
            now,
            broken: Arc::default(),
            outcomes: unbounded(),
        }
    }

    fn write(&mut self, slice: impl FnOnce(&mut Conn) -> Result<T, DbError> + Send + 'static) -> Result<(), DbError> {
        let (matcher, now) = (Arc::clone(self.matcher), self.now);
        let (broken, after, outcome) = (
            Arc::clone(&self.broken),
            Arc::clone(&self.broken),
            self.outcomes.0.clone(),
        );
        let work = move |conn: &mut Conn| {
            if broken.load(Ordering::Relaxed) || !matcher.may_weigh(conn, now)? {
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
