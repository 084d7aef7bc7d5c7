//! Takes the snapshot that counts are made of, once a day, for as long as the server runs, and lets go what projects kept
//! that have come to their end.

use crate::clock;
use crate::error::Failure;
use care::Care;
use care::access::JobGrant;
use care::access::account::AccountKey;
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
pub fn start(care: Arc<Care>, key: AccountKey) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("counts".into())
        .spawn(move || {
            loop {
                let rest = match due(&care, &key) {
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

/// Ends what is over, and takes a snapshot if the newest is a day old, or nobody has been counted yet: a new folder may be filled at any time.
fn due(care: &Care, key: &AccountKey) -> Result<(), DbError> {
    let now = clock::now();
    let over = care::projects::let_go(care, &JobGrant::for_job("projects that are over"), now)?;
    if over > 0 {
        tracing::info!(over, "projects came to their end: their pseudonyms are gone");
    }
    let taken = care::counts::taken_at(care)?;
    let old = |taken: record::Instant| now.0.saturating_sub(taken.0) >= DAY_MICROS;
    let wanted = match taken {
        None => true,
        Some((_, 0)) => care::counts::anybody(care)?,
        Some((taken, _)) => old(taken),
    };
    if wanted {
        let people = care::counts::take(care, &JobGrant::for_job("counts of the day"), key, now)?;
        tracing::info!(people, "counted for the day");
    }
    Ok(())
}
