//! The worker that makes the copies of their record which people asked for, for as long as the server runs. Of several
//! processes that share a store each takes another copy on.

use crate::clock;
use crate::error::Failure;
use care::Care;
use std::sync::Arc;
use std::time::Duration;

/// How long to rest when none waits.
const REST: Duration = Duration::from_secs(3);
/// How long to rest when the store failed.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Starts the worker.
///
/// # Errors
/// When the system gives no thread.
pub fn start(care: Arc<Care>) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name("copies".into())
        .spawn(move || {
            loop {
                match web::rights::copies::make_one(&care, clock::now()) {
                    Ok(true) => {}
                    Ok(false) => std::thread::sleep(REST),
                    Err(error) => {
                        tracing::warn!("copies of records wait to be made: {error}");
                        std::thread::sleep(AFTER_FAILURE);
                    }
                }
            }
        })
        .map_err(Failure::from)?;
    Ok(())
}
