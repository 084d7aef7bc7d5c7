//! What waits for the audit's writer.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So much waits at most; whoever brings more waits too.
const MOST: usize = 1024;

/// A queue to one writer, who sleeps until there is something: a channel would first look a few dozen times, hundreds of
/// times a second, which costs a tenth of what keeping a row does.
pub(super) struct Inbox<T> {
    held: Mutex<Held<T>>,
    came: Condvar,
    room: Condvar,
}

struct Held<T> {
    waiting: VecDeque<T>,
    /// Whether the writer sleeps.
    sleeps: bool,
    /// Nothing comes any more.
    ended: bool,
    /// Nobody takes any more.
    left: bool,
}

impl<T> Inbox<T> {
    pub fn new() -> Self {
        Self {
            held: Mutex::new(Held {
                waiting: VecDeque::new(),
                sleeps: false,
                ended: false,
                left: false,
            }),
            came: Condvar::new(),
            room: Condvar::new(),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held<T>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something in; answers whether anybody will take it.
    pub fn put(&self, one: T) -> bool {
        let full = |held: &mut Held<T>| held.waiting.len() >= MOST && !held.left;
        let mut held = self
            .room
            .wait_while(self.held(), full)
            .unwrap_or_else(PoisonError::into_inner);
        if held.left || held.ended {
            return false;
        }
        held.waiting.push_back(one);
        let wake = std::mem::take(&mut held.sleeps);
        drop(held);
        if wake {
            self.came.notify_one();
        }
        true
    }

    /// Takes what came first, once there is something; `None` once nothing comes any more.
    pub fn take(&self) -> Option<T> {
        let nothing = |held: &mut Held<T>| {
            held.sleeps = held.waiting.is_empty() && !held.ended;
            held.sleeps
        };
        let held = self.came.wait_while(self.held(), nothing);
        self.out_of(held.unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes what came first, if there is something.
    pub fn take_now(&self) -> Option<T> {
        self.out_of(self.held())
    }

    fn out_of(&self, mut held: MutexGuard<'_, Held<T>>) -> Option<T> {
        let was_full = held.waiting.len() >= MOST;
        let one = held.waiting.pop_front();
        drop(held);
        if was_full {
            self.room.notify_all();
        }
        one
    }

    /// Nothing comes any more; what waits is taken still.
    pub fn end(&self) {
        self.held().ended = true;
        self.came.notify_all();
    }

    /// Nobody takes any more: what waits is dropped, and whoever waits for room is told.
    pub fn leave(&self) {
        let mut held = self.held();
        held.left = true;
        let dropped = std::mem::take(&mut held.waiting);
        drop(held);
        drop(dropped);
        self.room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn what_many_bring_is_taken_once_each_in_the_order_in_which_each_brought_it() {
        let inbox = Arc::new(Inbox::new());
        let taking = {
            let inbox = Arc::clone(&inbox);
            std::thread::spawn(move || std::iter::from_fn(|| inbox.take()).collect::<Vec<(u32, u32)>>())
        };
        std::thread::scope(|scope| {
            for who in 0..4 {
                let inbox = &inbox;
                scope.spawn(move || {
                    for n in 0..3_000 {
                        assert!(inbox.put((who, n)), "more than fits at once");
                        if n % 500 == 0 {
                            std::thread::sleep(Duration::from_micros(200));
                        }
                    }
                });
            }
        });
        inbox.end();
        let taken = taking.join().unwrap();
        for who in 0..4 {
            let of: Vec<u32> = taken.iter().filter(|(one, _)| *one == who).map(|(_, n)| *n).collect();
            assert_eq!(of, (0..3_000).collect::<Vec<u32>>());
        }
    }

    #[test]
    fn what_waits_when_it_ends_is_taken_and_nothing_after() {
        let inbox = Inbox::new();
        assert_eq!(inbox.take_now(), None);
        assert!(inbox.put(1) && inbox.put(2));
        inbox.end();
        assert!(!inbox.put(3));
        assert_eq!(
            (inbox.take(), inbox.take_now(), inbox.take(), inbox.take()),
            (Some(1), Some(2), None, None)
        );
    }

    #[test]
    fn whoever_waits_for_room_is_told_when_the_writer_leaves() {
        let inbox = Arc::new(Inbox::new());
        let waiting = {
            let inbox = Arc::clone(&inbox);
            std::thread::spawn(move || (0..=MOST).filter(|n| inbox.put(*n)).count())
        };
        std::thread::sleep(Duration::from_millis(20));
        inbox.leave();
        assert_eq!(waiting.join().unwrap(), MOST);
        assert!(!inbox.put(0));
        assert_eq!(
            inbox.take_now(),
            None,
            "what waited is dropped, and whoever waits for it is told"
        );
    }
}
