//! The worker that weighs records which arrived, for as long as the server runs. Of several processes that share a
//! store, one weighs at a time; whoever was killed in the middle left nothing half done.

use crate::clock;
use crate::error::Failure;
use care::Care;
use care::db::DbError;
use care::person::matching::{Matcher, Worked, count, counted_at, weigh_some};
use std::sync::Arc;
use std::time::Duration;

/// How long to rest when nothing waits.
const REST: Duration = Duration::from_millis(400);
/// How old the counts must be before they are made again, once anything was weighed: they read every record.
const COUNT_AFTER: Duration = Duration::from_secs(3_600);
/// How long to rest when the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// Starts the worker.
///
/// # Errors
/// When the system gives no randomness or no thread.
pub fn start(care: Arc<Care>) -> Result<(), Failure> {
    let holder = (i64::from(std::process::id()) << 20) | i64::from(clock::random::<1>()?[0]);
    std::thread::Builder::new()
        .name("matching".into())
        .spawn(move || {
            loop {
                if let Err(error) = weigh(&care, holder) {
                    tracing::warn!("records wait to be compared: {error}");
                    std::thread::sleep(AFTER_FAILURE);
                }
            }
        })
        .map_err(Failure::from)?;
    Ok(())
}

/// Weighs by one model until another is put in force.
fn weigh(care: &Care, holder: i64) -> Result<(), DbError> {
    let matcher = Arc::new(Matcher::load(care, holder)?);
    // Whoever stopped may have left without counting.
    let mut changed = true;
    loop {
        match weigh_some(care, &matcher, clock::now())? {
            Worked::Weighed(_) => changed = true,
            Worked::OtherModel => return Ok(()),
            Worked::Nothing if changed && is_old(counted_at(care)?) => {
                count(care, clock::now())?;
                changed = false;
            }
            Worked::Nothing => std::thread::sleep(REST),
        }
    }
}

fn is_old(counted: Option<record::Instant>) -> bool {
    let age = counted.map(|at| clock::now().0.saturating_sub(at.0));
    age.is_none_or(|age| u128::try_from(age).is_ok_and(|age| age >= COUNT_AFTER.as_micros()))
}
