//! Where items stand: which records hold versions of an item.
//!
//! An item's number is a digest. In one table ordered by it, every item of a batch would change a page of its own: an
//! import of 4 million items wrote 36 GB for 1.5 GB of data, and got slower as the table grew. So what comes in bulk is
//! first written to short runs, each in order, and put into the table a million at a time, when many fall on one page.
//!
//! INVARIANT: an item that stands in several records has all of them in `item_home`; one that stands in one record has
//! it there or in `item_home_recent`, or for a while in both.

mod known;
mod store;

pub(super) use store::forget;
pub(crate) use store::homes;

use crate::db::{Conn, DbError};
use known::Known;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many stand in runs before they are put among the others: some 50 MB of memory.
const RECENT_MAX: usize = 1_000_000;
/// A run is closed at so many: few enough that a batch changes few of its pages anew, many enough that runs are few.
const RUN_SHARE: usize = 50;
/// More runs than that are put among the others though little stands in them: short imports make short runs, and
/// whoever asks for an item asks each.
const RUNS_MAX: usize = 128;
/// Of what is put among the others, this share goes with each batch, so that nobody waits long for the writer.
const SLICE_SHARE: usize = 80;

/// What a batch found of where its items stand, by record as they were looked at.
pub(super) struct NewHomes {
    /// Items that stood nowhere, as (item, record).
    pub first: Vec<(i64, i64)>,
    /// Items that stand in several records, in each of them, as (item, record).
    pub several: Vec<(i64, i64)>,
}

/// The runs of one store, held in memory while something comes in bulk. What is held is a hint: whoever asks looks for
/// the versions that stand there. So to hold too much does no harm, and to hold too little is what must not be.
pub struct Homes {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// The number that the last batch took from the counter: when the next takes another than the one after it, another
    /// process filed, and all is read anew.
    last: Option<i64>,
    /// The run that is written to, and how many stand in it; 0 for none.
    run: (i64, usize),
    /// How many runs there are.
    runs: usize,
    /// What stands in runs.
    recent: HashMap<i64, i64>,
    /// What is being put among the others: in order of item, and how far.
    moving: Option<Moving>,
    /// What is among the others, as long as all of it is known: from the first batch of a store on, until another
    /// process or somebody who waited put more there. With it, how much had been put there by those who waited.
    settled: Option<(Known, i64)>,
    most: usize,
}

struct Moving {
    in_order: Vec<(i64, i64)>,
    done: usize,
    /// The last of the runs that hold it.
    until: i64,
}

impl Moving {
    fn of(&self, item: i64) -> Option<i64> {
        let at = self.in_order.binary_search_by_key(&item, |(item, _)| *item).ok()?;
        self.in_order.get(at).map(|(_, record)| *record)
    }
}

impl Default for Homes {
    fn default() -> Self {
        let held = Held {
            most: RECENT_MAX,
            ..Held::default()
        };
        Self { held: Mutex::new(held) }
    }
}

impl Homes {
    /// How many may stand in runs.
    pub fn hold_at_most(&self, most: usize) {
        self.held().most = most.max(1);
    }

    /// What is held may tell of a batch that was rolled back: all is read anew by the next.
    pub(crate) fn distrust(&self) {
        self.held().last = None;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a batch is filed.
#[derive(Clone, Copy)]
pub enum Way<'a> {
    /// Someone waits: where its few items stand is written where it stays.
    Waiting,
    /// As one of many.
    Bulk(&'a Homes),
}

/// The homes as one batch uses them, within the transaction it is filed in.
pub(super) struct Using<'a>(Option<MutexGuard<'a, Held>>);

impl<'a> Using<'a> {
    pub fn begin(conn: &mut Conn, way: Way<'a>) -> Result<Self, DbError> {
        let Way::Bulk(homes) = way else {
            conn.take_numbers("home_waiting", 1)?;
            return Ok(Self(None));
        };
        let mut held = homes.held();
        let number = conn.take_numbers("home", 1)?;
        let waited = store::waited(conn)?;
        if held.last.is_none_or(|last| last + 1 != number) {
            let all = store::all_recent(conn)?;
            held.runs = all.iter().map(|(run, ..)| *run).collect::<BTreeSet<_>>().len();
            held.recent = all.into_iter().map(|(_, item, record)| (item, record)).collect();
            held.moving = None;
            held.run = (0, 0);
            held.settled = store::none_settled(conn)?.then(|| (Known::default(), waited));
        }
        held.settled.take_if(|(_, before)| *before != waited);
        held.last = Some(number);
        Ok(Self(Some(held)))
    }

    /// The records that hold versions of these items, as (item, record).
    pub fn of(&self, conn: &mut Conn, items: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
        let Some(held) = &self.0 else {
            return homes(conn, items);
        };
        let mut found = match &held.settled {
            Some((known, _)) => {
                let some: Vec<i64> = items.iter().copied().filter(|item| known.may_hold(*item)).collect();
                store::settled(conn, &some)?
            }
            None => store::settled(conn, items)?,
        };
        for item in items {
            let moving = held.moving.as_ref().and_then(|moving| moving.of(*item));
            let record = held.recent.get(item).copied().or(moving);
            found.extend(record.map(|record| (*item, record)));
        }
        Ok(found.into_iter().collect())
    }

    /// Keeps where the items of a batch stand now.
    pub fn keep(&mut self, conn: &mut Conn, mut new: NewHomes) -> Result<(), DbError> {
        new.several.sort_unstable();
        new.first.sort_unstable();
        let Some(held) = &mut self.0 else {
            store::settle(conn, &new.several)?;
            return store::settle(conn, &new.first);
        };
        held.settle(conn, &new.several)?;
        if held.run.0 == 0 || held.run.1 * RUN_SHARE >= held.most {
            held.run = (held.last.unwrap_or_default(), 0);
            held.runs += 1;
        }
        store::keep_recent(conn, held.run.0, &new.first)?;
        held.run.1 += new.first.len();
        let added = new.first.len();
        held.recent.extend(new.first);
        held.put_among_others(conn, added)
    }
}

impl Held {
    fn settle(&mut self, conn: &mut Conn, homes: &[(i64, i64)]) -> Result<(), DbError> {
        if let Some((known, _)) = &mut self.settled {
            homes.iter().for_each(|(item, _)| known.add(*item));
        }
        store::settle(conn, homes)
    }

    /// Puts some of what stands in runs among the others, when there is enough.
    fn put_among_others(&mut self, conn: &mut Conn, added: usize) -> Result<(), DbError> {
        if self.moving.is_none() && (self.recent.len() >= self.most || self.runs > RUNS_MAX) {
            let mut in_order: Vec<(i64, i64)> = std::mem::take(&mut self.recent).into_iter().collect();
            in_order.sort_unstable();
            self.run = (0, 0);
            self.moving = Some(Moving {
                in_order,
                done: 0,
                until: self.last.unwrap_or_default(),
            });
        }
        let Some(mut moving) = self.moving.take() else {
            return Ok(());
        };
        let left = moving.in_order.get(moving.done..).unwrap_or_default();
        if !left.is_empty() {
            // Always more than come in, or it would never end.
            let some = left.len().min((self.most / SLICE_SHARE).max(4 * added + 1));
            self.settle(conn, &left[..some])?;
            moving.done += some;
            self.moving = Some(moving);
            return Ok(());
        }
        // A run with each batch: taking rows out is work too.
        match store::first_run(conn)? {
            Some(run) if run <= moving.until => {
                store::drop_run(conn, run)?;
                self.runs = self.runs.saturating_sub(1);
                self.moving = Some(moving);
            }
            _ => {}
        }
        Ok(())
    }
}
