//! Turns of processes that write to one SQLite file.

use super::{DbError, Place};
use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Whoever waits for a turn looks again after this long.
const STEP: Duration = Duration::from_micros(200);
/// A turn that does not come by then is not waited for: it is good manners, and SQLite's own lock is what keeps order.
const LONGEST: Duration = Duration::from_secs(2);

/// A lock beside a SQLite file that is held while waiting to write. SQLite gives its lock to whoever asks at the right
/// moment, and a process that writes again and again would keep another from it for seconds; with this, whoever has
/// written waits until the other, which holds the turn, has begun.
pub(crate) struct Turns(Option<File>);

impl Turns {
    /// The turns of a place; PostgreSQL needs none.
    pub(crate) fn of(place: &Place) -> Result<Self, DbError> {
        let Place::Lite(path) = place else {
            return Ok(Self(None));
        };
        let mut beside = path.clone().into_os_string();
        beside.push("-turn");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(PathBuf::from(beside))
            .map_err(|error| DbError::state(format!("cannot make the file for turns: {error}")))?;
        Ok(Self(Some(file)))
    }

    /// Takes the turn, does what is to be begun, and gives it back.
    pub(crate) fn take<T>(&self, begin: impl FnOnce() -> T) -> T {
        let Some(file) = &self.0 else { return begin() };
        let until = Instant::now() + LONGEST;
        while file.try_lock().is_err() && Instant::now() < until {
            std::thread::sleep(STEP);
        }
        let begun = begin();
        let _ = file.unlock();
        begun
    }
}
