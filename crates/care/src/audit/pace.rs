//! How long rows are gathered before they are committed, when many come.

use std::time::{Duration, Instant};

/// Rows that come more often than this are gathered.
const OFTEN: Duration = Duration::from_micros(2_500);
/// The first of the rows gathered is durable after so long, as far as the commits before tell.
const DURABLE: Duration = Duration::from_micros(4_450);
/// Rows are gathered for no longer than this.
const GATHER_MAX: Duration = Duration::from_micros(4_000);
/// A pause counts as no more than this, so that a night's quiet is forgotten within a few rows.
const PAUSE_MAX: Duration = Duration::from_millis(20);

/// The pace of the rows that came lately, and how long committing them took.
///
/// Making one row durable takes the system as much processor time as making ten: so when hundreds come in a second,
/// the first waits a little for the next ones, counted from when it came. What it is about is being put together
/// meanwhile, and takes about as long. The slower the disk, the shorter the wait. A row that comes alone never waits.
pub(super) struct Pace {
    committed: Instant,
    between: Duration,
    commit: Duration,
}

impl Pace {
    pub(super) fn start() -> Self {
        Self {
            committed: Instant::now(),
            between: PAUSE_MAX,
            commit: Duration::ZERO,
        }
    }

    /// Waits, when rows come often, for those that will come soon after one that came at `came`.
    pub(super) fn gather(&self, came: Instant) {
        if let Some(left) = (came + self.window()).checked_duration_since(Instant::now())
            && !left.is_zero()
        {
            std::thread::sleep(left);
        }
    }

    /// How long the first of a group waits for others.
    fn window(&self) -> Duration {
        if self.between < OFTEN {
            DURABLE.saturating_sub(self.commit).min(GATHER_MAX)
        } else {
            Duration::ZERO
        }
    }

    /// Notes that so many rows were committed, from `begun` until now.
    pub(super) fn committed(&mut self, rows: usize, begun: Instant) {
        self.committed_at(rows, begun, Instant::now());
    }

    fn committed_at(&mut self, rows: usize, begun: Instant, now: Instant) {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX).max(1);
        let pause = begun.saturating_duration_since(self.committed).min(PAUSE_MAX) / rows;
        self.between = (self.between * 7 + pause) / 8;
        self.committed = begun;
        self.commit = (self.commit * 7 + now.saturating_duration_since(begun).min(PAUSE_MAX)) / 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pace after so many commits of so many rows, so far apart, each of which took so long.
    fn after(commits: u32, rows: usize, apart: Duration, took: Duration) -> Pace {
        let mut pace = Pace::start();
        let begun = pace.committed;
        for n in 1..=commits {
            pace.committed_at(rows, begun + apart * n, begun + apart * n + took);
        }
        pace
    }

    fn waits(commits: u32, rows: usize, apart: Duration) -> bool {
        after(commits, rows, apart, Duration::ZERO).window() > Duration::ZERO
    }

    #[test]
    fn only_rows_that_come_often_wait_for_others() {
        assert!(!waits(1_000, 1, Duration::from_millis(5)), "200 a second");
        assert!(waits(1_000, 1, Duration::from_millis(2)), "500 a second");
        assert!(waits(1_000, 2, Duration::from_millis(4)), "the same, gathered");
        assert!(!waits(3, 1, Duration::ZERO), "three at once after a pause");
        let mut pace = Pace::start();
        let begun = pace.committed;
        (0..100).for_each(|_| pace.committed_at(9, begun, begun));
        for seconds in [9, 18] {
            let later = begun + Duration::from_secs(seconds);
            pace.committed_at(1, later, later);
        }
        assert_eq!(pace.window(), Duration::ZERO, "a pause ends it");
    }

    #[test]
    fn waiting_and_committing_together_stay_within_what_readers_wait_anyway() {
        let often = Duration::from_millis(3);
        let window = |took: u64| after(1_000, 4, often, Duration::from_micros(took)).window();
        assert_eq!(window(0), GATHER_MAX);
        for took in [600, 1_500, 3_000] {
            let whole = window(took) + Duration::from_micros(took);
            assert!(whole <= DURABLE + Duration::from_micros(10), "{whole:?}");
        }
        assert_eq!(window(9_000), Duration::ZERO, "a slow disk gathers by itself");
    }
}
