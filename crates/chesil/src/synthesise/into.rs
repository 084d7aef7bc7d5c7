//! Invented people through the same intake as any file: made on one thread while the last lot is filed.

use crate::error::Failure;
use crate::import::{self, Delivery};
use care::Care;
use care::intake::Tally;
use crossbeam_channel::bounded;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::path::Path;
use synthetic::Plan;

/// Households that are made and filed together: few enough that two lots stand in memory at once.
fn lot(people: u32) -> u32 {
    if people <= 5_000 { 400 } else { 1_500 }
}

/// Sends everything that partners would send of the plan's people through intake, feed by feed, with progress on
/// standard error. What has been filed stands if it is cut short; the same command goes on.
pub fn fill(care: &Care, data: &Path, plan: Plan) -> Result<Tally, Failure> {
    let bar = ProgressBar::new(u64::from(plan.people));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} people, {msg} ({eta} left)") {
        bar.set_style(style);
    }
    let (made, lots) = bounded(1);
    let tally = std::thread::scope(|scope| {
        scope.spawn(move || {
            for block in synthetic::blocks_of(plan, lot(plan.people)) {
                let people = block.first_person;
                if made.send((people, synthetic::block(plan, block))).is_err() {
                    // Filing has stopped; why is said there.
                    return;
                }
            }
        });
        file(care, data, &lots, &bar)
    });
    bar.finish_and_clear();
    tally
}

/// One lot: how many people came before it, and what is sent of its own.
type Lot = (u32, Vec<synthetic::Delivery>);

fn file(
    care: &Care,
    data: &Path,
    lots: &crossbeam_channel::Receiver<Lot>,
    bar: &ProgressBar,
) -> Result<Tally, Failure> {
    let mut whole = Tally::default();
    for (people, deliveries) in lots {
        bar.set_position(u64::from(people));
        let mut by_feed: BTreeMap<(String, String), Vec<Delivery>> = BTreeMap::new();
        for delivery in deliveries {
            by_feed
                .entry((delivery.feed, delivery.sender))
                .or_default()
                .push(Delivery::Bytes(delivery.file_name, delivery.bytes));
        }
        for ((name, sender), deliveries) in by_feed {
            let feed = import::feed_of(care, &sender, Some(&name))?;
            let (tally, _) = import::take(care, data, &feed, deliveries, &|_| ())?;
            whole.received += tally.received;
            whole.quarantined += tally.quarantined;
            whole.entries += tally.entries;
            bar.set_message(format!("{} entries", whole.entries));
        }
    }
    Ok(whole)
}
