//! Takes the snapshot that counts are made of, once a day, for as long as the server runs.

use crate::clock;
use crate::error::Failure;
use care::Care;
use care::access::JobGrant;
use care::db::DbError;
use std::sync::Arc;
use std::time::Duration;

/// How long to rest before looking again whether it is time.
const REST: Duration = Duration::from_secs(20);
/// How long to rest when the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(120);
/// How old a snapshot may be.
const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// Starts the worker.
///
/// # Errors
/// When the system gives no thread.
pub fn start(care: Arc<Care>) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("counts".into())
        .spawn(move || {
            loop {
                let rest = match due(&care) {
                    Ok(()) => REST,
                    Err(error) => {
                        tracing::warn!("counts wait to be made: {error}");
                        AFTER_FAILURE
                    }
                };
                std::thread::sleep(rest);
            }
        })
        .map_err(Failure::from)?;
    Ok(())
}

/// Takes a snapshot if the newest is a day old, or nobody has been counted yet: a new folder may be filled at any time.
fn due(care: &Care) -> Result<(), DbError> {
    let now = clock::now();
    let taken = care::counts::taken_at(care)?;
    let old = |taken: record::Instant| now.0.saturating_sub(taken.0) >= DAY_MICROS;
    let wanted = match taken {
        None => true,
        Some((_, 0)) => care::counts::anybody(care)?,
        Some((taken, _)) => old(taken),
    };
    if wanted {
        let people = care::counts::take(care, &JobGrant::for_job("counts of the day"), now)?;
        tracing::info!(people, "counted for the day");
    }
    Ok(())
}
