//! What the audit's writer tells those who wait for their rows.

use super::stopped;
use crate::db::DbError;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

type Kept = Result<(), Arc<DbError>>;

#[derive(Default)]
struct Place {
    said: Mutex<Option<Kept>>,
    ready: Condvar,
}

/// Rows on their way to being durable. Whoever waits sleeps until it is told: a channel would first look a few dozen
/// times, which for a disk's answer is always too soon.
#[must_use = "what the rows are about must not be shown before they are durable"]
pub(crate) struct Keeping(Arc<Place>);

/// The writer's end.
pub(super) struct Teller(Arc<Place>);

/// Both ends.
pub(super) fn reply() -> (Teller, Keeping) {
    let place = Arc::new(Place::default());
    (Teller(Arc::clone(&place)), Keeping(place))
}

impl Keeping {
    /// Returns when the rows are durable.
    ///
    /// # Errors
    /// When they could not be kept. Whatever they are about must then not be shown.
    pub(crate) fn wait(self) -> Result<(), DbError> {
        let said = self.0.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said = self.0.ready.wait_while(said, |said| said.is_none());
        let kept = said.unwrap_or_else(PoisonError::into_inner).take();
        kept.unwrap_or_else(|| Err(Arc::new(stopped())))
            .map_err(|error| DbError::state(format!("not audited: {error}")))
    }
}

impl Teller {
    pub(super) fn tell(self, kept: Kept) {
        self.say(kept);
    }

    fn say(&self, kept: Kept) {
        let mut said = self.0.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.get_or_insert(kept);
        drop(said);
        self.0.ready.notify_one();
    }
}

/// INVARIANT: whoever waits is told something, and of rows that nobody kept that they were not.
impl Drop for Teller {
    fn drop(&mut self) {
        self.say(Err(Arc::new(stopped())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_is_told_even_when_the_writer_is_gone() {
        let (teller, keeping) = reply();
        drop(teller);
        assert!(keeping.wait().is_err());
        let (teller, keeping) = reply();
        let waiting = std::thread::spawn(|| keeping.wait());
        teller.tell(Ok(()));
        assert!(waiting.join().unwrap().is_ok());
    }
}
