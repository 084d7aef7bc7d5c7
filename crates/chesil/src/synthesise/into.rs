//! Invented people through the same intake as any file: made on one thread, taken by a few more, and weighed beside.

use crate::clock;
use crate::error::Failure;
use crate::import::{self, Delivery};
use care::Care;
use care::intake::Tally;
use care::person::matching;
use crossbeam_channel::{Receiver, Sender, bounded};
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};
use synthetic::Plan;

/// Households that are made and filed together: few enough that two lots stand in memory at once.
fn lot(people: u32) -> u32 {
    if people <= 5_000 { 400 } else { 1_500 }
}

/// Sends everything that partners would send of the plan's people through intake, with progress on standard error.
/// What has been filed stands if it is cut short; the same command goes on. Records are weighed beside it, as while a
/// server takes in.
pub fn fill(care: &Care, data: &Path, plan: Plan) -> Result<Filled, Failure> {
    let begun = Instant::now();
    let bar = ProgressBar::new(u64::from(plan.people));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} people, {msg} ({eta} left)") {
        bar.set_style(style);
    }
    let (made, deliveries) = bounded::<OfFeed>(2);
    let (whole, ended, failed) = (
        Mutex::new(Tally::default()),
        AtomicBool::new(false),
        AtomicBool::new(false),
    );
    let outcome = std::thread::scope(|scope| {
        let (bar, ended, whole, failed) = (&bar, &ended, &whole, &failed);
        scope.spawn(move || make(plan, bar, &made));
        let weigher = scope.spawn(move || weigh(care, ended, bar));
        let takers: Vec<_> = (0..SIDE_BY_SIDE)
            .map(|_| {
                let deliveries = deliveries.clone();
                scope.spawn(move || {
                    let taken = take_all(care, data, &deliveries, (whole, failed), bar);
                    failed.fetch_or(taken.is_err(), Ordering::Relaxed);
                    taken
                })
            })
            .collect();
        // When no taker is left, whoever makes must see it.
        drop(deliveries);
        let taken = takers.into_iter().try_for_each(joined);
        let filed = begun.elapsed();
        ended.store(true, Ordering::Relaxed);
        let weighed = joined(weigher);
        taken.and(weighed).map(|weighed| (filed, weighed))
    });
    bar.finish_and_clear();
    let (filed, weighed) = outcome?;
    Ok(Filled {
        tally: whole.into_inner().unwrap_or_else(PoisonError::into_inner),
        filed,
        weighed,
    })
}

/// What filling a folder came to.
pub struct Filled {
    /// What was taken.
    pub tally: Tally,
    /// How long it took until all was filed.
    pub filed: Duration,
    /// How many records were weighed, beside it and after.
    pub weighed: usize,
}

/// What one feed delivers of one lot: its name, its sender, its files.
type OfFeed = (String, String, Vec<Delivery>);

fn joined<T>(thread: ScopedJoinHandle<'_, Result<T, Failure>>) -> Result<T, Failure> {
    thread
        .join()
        .unwrap_or_else(|_| Err(Failure::new("people could not be taken in: the program is at fault")))
}

/// Invents lot after lot, as fast as they are taken.
fn make(plan: Plan, bar: &ProgressBar, made: &Sender<OfFeed>) {
    for block in synthetic::blocks_of(plan, lot(plan.people)) {
        bar.set_position(u64::from(block.first_person));
        let mut by_feed: BTreeMap<(String, String), Vec<Delivery>> = BTreeMap::new();
        for delivery in synthetic::block(plan, block) {
            by_feed
                .entry((delivery.feed, delivery.sender))
                .or_default()
                .push(Delivery::Bytes(delivery.file_name, delivery.bytes));
        }
        for ((name, sender), deliveries) in by_feed {
            if made.send((name, sender, deliveries)).is_err() {
                // Taking has stopped; why is said there.
                return;
            }
        }
    }
}

/// Takes what is delivered until nothing more comes.
fn take_all(
    care: &Care,
    data: &Path,
    deliveries: &Receiver<OfFeed>,
    (whole, failed): (&Mutex<Tally>, &AtomicBool),
    bar: &ProgressBar,
) -> Result<(), Failure> {
    for (name, sender, files) in deliveries {
        if failed.load(Ordering::Relaxed) {
            break;
        }
        let feed = import::feed_of(care, &sender, Some(&name))?;
        let (tally, _) = import::take(care, data, &feed, files, &|_| ())?;
        let mut whole = whole.lock().unwrap_or_else(PoisonError::into_inner);
        whole.join(tally);
        bar.set_message(format!("{} entries", whole.entries));
    }
    Ok(())
}

/// Weighs records as they come, and after taking has ended what is left; answers how many.
fn weigh(care: &Care, ended: &AtomicBool, bar: &ProgressBar) -> Result<usize, Failure> {
    let mut weighed = 0;
    let mut matcher = Arc::new(matching::Matcher::load(care, WEIGHER)?);
    while !ended.load(Ordering::Relaxed) {
        weighed += matching::drain_with(care, &mut matcher, clock::now(), |_| !ended.load(Ordering::Relaxed))?;
        std::thread::sleep(REST);
    }
    weighed += matching::drain_with(care, &mut matcher, clock::now(), |left| {
        bar.set_message(format!("{left} records left to compare"));
        true
    })?;
    Ok(weighed)
}

/// Whoever weighs while a folder is filled.
const WEIGHER: i64 = 1;
/// How long to rest when nothing waits.
const REST: Duration = Duration::from_millis(50);

/// Feeds that are taken at once: while one is read through, another is filed.
const SIDE_BY_SIDE: usize = 3;
