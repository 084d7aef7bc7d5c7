//! How often rows are committed when many come.

use std::time::{Duration, Instant};

/// Rows that come more often than this are gathered.
const OFTEN: Duration = Duration::from_micros(2_500);
/// Rows are gathered until so long after the commit before.
const GATHER: Duration = Duration::from_millis(3);
/// A pause counts as no more than this, so that a night's quiet is forgotten within a few rows.
const PAUSE_MAX: Duration = Duration::from_millis(20);

/// The pace of the rows that came lately.
///
/// Making one row durable takes the system as much processor time as making ten: so when hundreds come in a second,
/// each waits a little for the next. What it is about is being put together meanwhile, and takes about as long. A row
/// that comes alone never waits.
pub(super) struct Pace {
    committed: Instant,
    between: Duration,
}

impl Pace {
    pub(super) fn start() -> Self {
        Self {
            committed: Instant::now(),
            between: PAUSE_MAX,
        }
    }

    /// Waits, when rows come often, for those that will come soon.
    pub(super) fn gather(&self) {
        if self.between < OFTEN
            && let Some(left) = (self.committed + GATHER).checked_duration_since(Instant::now())
        {
            std::thread::sleep(left);
        }
    }

    /// Notes that so many rows are committed now.
    pub(super) fn commits(&mut self, rows: usize) {
        self.commits_at(Instant::now(), rows);
    }

    fn commits_at(&mut self, now: Instant, rows: usize) {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX).max(1);
        let pause = now.duration_since(self.committed).min(PAUSE_MAX) / rows;
        self.between = (self.between * 7 + pause) / 8;
        self.committed = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a row would wait after so many commits of so many rows, so far apart.
    fn waits(commits: u32, rows: usize, apart: Duration) -> bool {
        let mut pace = Pace::start();
        let begun = pace.committed;
        for n in 1..=commits {
            pace.commits_at(begun + apart * n, rows);
        }
        pace.between < OFTEN
    }

    #[test]
    fn only_rows_that_come_often_wait_for_others() {
        assert!(!waits(1_000, 1, Duration::from_millis(5)), "200 a second");
        assert!(waits(1_000, 1, Duration::from_millis(2)), "500 a second");
        assert!(waits(1_000, 2, Duration::from_millis(4)), "the same, gathered");
        assert!(!waits(3, 1, Duration::ZERO), "three at once after a pause");
        let mut pace = Pace::start();
        let begun = pace.committed;
        (0..100).for_each(|_| pace.commits_at(begun, 9));
        pace.commits_at(begun + Duration::from_secs(9), 1);
        pace.commits_at(begun + Duration::from_secs(18), 1);
        assert!(pace.between > OFTEN, "a pause ends it");
    }
}
