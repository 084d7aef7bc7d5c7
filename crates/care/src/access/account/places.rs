//! Slowing down whoever guesses, without letting a stranger lock the owner out.
//!
//! A try is counted before anything is compared, so that a thousand at once are a thousand tries, and taken back
//! when it was right. Each count is a bucket that empties by itself (the generic cell rate algorithm): when it is
//! full, tries wait, and never for longer than one drop takes. Which bucket a try goes into depends on where it
//! comes from:
//!
//! - a **browser** that this person has signed in from before (it holds a random cookie) has a bucket of its own;
//! - a **network** address has one bucket for each account, and one for all accounts together;
//! - an **account** has one bucket for all networks that its owner has never signed in from, however many.
//!
//! So a stranger, with any number of addresses, fills buckets that the owner's own browser and own network do not
//! use. Who sits in the same building as the owner can make the owner wait at a browser new to them, for at most ten
//! minutes a time, and not at one they have used. Names that belong to nobody are counted in the same way.

use super::{AccountKey, store};
use crate::db::{Conn, DbError};
use record::Instant;

/// Where someone tries to sign in, as the rim knows it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The network address: of IPv6 the first half, since the second is the caller's to choose.
    pub network: String,
    /// What the browser's own cookie holds; empty when it has none.
    pub browser: String,
    /// The browser's name for the list of sessions, in words.
    pub agent: String,
}

/// How a bucket fills and empties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Tries that fit into it.
    pub tries: i64,
    /// How long one try takes to drain, in microseconds.
    pub drop: i64,
}

const MINUTE: i64 = 60_000_000;
/// A browser that the owner has used.
const BROWSER: Rule = Rule {
    tries: 10,
    drop: 5 * MINUTE,
};
/// One network trying one account.
const ONE: Rule = Rule {
    tries: 5,
    drop: 10 * MINUTE,
};
/// All networks unknown to the account, together.
const ELSEWHERE: Rule = Rule {
    tries: 20,
    drop: 10 * MINUTE,
};
/// One network trying any accounts: a hospital with hundreds of mistyped passwords an hour stays below it.
const NETWORK: Rule = Rule {
    tries: 300,
    drop: 2_000_000,
};

/// The buckets that a try is counted in.
#[derive(Clone, Debug)]
pub(super) struct Buckets(Vec<([u8; 32], Rule)>);

/// A try that may be made, or how long to wait, in seconds.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// It was counted.
    Go(Buckets),
    /// It did not fit, and was not counted: whoever keeps trying does not make the wait longer.
    Wait {
        /// Until the next fits.
        seconds: i64,
    },
}

/// The place that a browser is, by what is kept of it.
fn browser(key: &AccountKey, source: &Source) -> Option<[u8; 32]> {
    let known = !source.browser.is_empty();
    known.then(|| key.digest("browser", &[source.browser.as_bytes()]))
}

fn network(key: &AccountKey, source: &Source) -> [u8; 32] {
    key.digest("network", &[source.network.as_bytes()])
}

/// Counts a try, if all its buckets have room.
pub(super) fn take(
    conn: &mut Conn,
    key: &AccountKey,
    user: &str,
    source: &Source,
    now: Instant,
) -> Result<Turn, DbError> {
    let network = network(key, source);
    let browser = match browser(key, source) {
        Some(place) if store::knows_place(conn, user, &place)? => Some(place),
        _ => None,
    };
    let bucket = |kind: &str, parts: &[&[u8]]| key.digest(kind, parts);
    let buckets = match browser {
        Some(place) => vec![(bucket("try browser", &[user.as_bytes(), &place]), BROWSER)],
        None => {
            let mut buckets = vec![
                (bucket("try one", &[user.as_bytes(), &network]), ONE),
                (bucket("try network", &[&network]), NETWORK),
            ];
            // What can be no name belongs to no account.
            if !user.is_empty() && !store::knows_place(conn, user, &network)? {
                buckets.push((bucket("try elsewhere", &[user.as_bytes()]), ELSEWHERE));
            }
            buckets
        }
    };
    let mut waits = 0;
    let mut filled = Vec::with_capacity(buckets.len());
    for (place, rule) in &buckets {
        let level = store::filled(conn, place)?.max(now.0) + rule.drop;
        waits = waits.max(level - now.0 - rule.tries * rule.drop);
        filled.push(level);
    }
    if waits > 0 {
        let seconds = waits / 1_000_000 + 1;
        return Ok(Turn::Wait { seconds });
    }
    for ((place, _), level) in buckets.iter().zip(filled) {
        store::fill(conn, place, level)?;
    }
    Ok(Turn::Go(Buckets(buckets)))
}

impl Buckets {
    /// Whether this try was the last that fits for now into a bucket.
    pub(super) fn now_full(&self, conn: &mut Conn, now: Instant) -> Result<bool, DbError> {
        for (place, rule) in &self.0 {
            if store::filled(conn, place)?.max(now.0) + rule.drop - now.0 > rule.tries * rule.drop {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The try was right: what the owner alone fills is emptied, what others share is taken back, and browser and
/// network are the owner's from now on.
pub(super) fn was_right(
    conn: &mut Conn,
    key: &AccountKey,
    (user, source): (&str, &Source),
    buckets: &Buckets,
    now: Instant,
) -> Result<(), DbError> {
    for (place, rule) in &buckets.0 {
        let level = match *rule {
            BROWSER | ONE => now.0,
            shared => store::filled(conn, place)? - shared.drop,
        };
        store::fill(conn, place, level)?;
    }
    store::sweep_tries(conn, now)?;
    keep(conn, key, (user, source), now)
}

/// Browser and network are the owner's from now on, if they were not before.
pub(super) fn keep(
    conn: &mut Conn,
    key: &AccountKey,
    (user, source): (&str, &Source),
    now: Instant,
) -> Result<(), DbError> {
    for place in here(key, source) {
        store::keep_place(conn, user, &place, now)?;
    }
    Ok(())
}

/// The network and the browser that somebody is at, by what is kept of them.
pub(super) fn here(key: &AccountKey, source: &Source) -> Vec<[u8; 32]> {
    let places = [Some(network(key, source)), browser(key, source)];
    places.into_iter().flatten().collect()
}

/// Since when the browser that somebody is at is one that this user has signed in from; `None` when it is not.
pub(super) fn browser_since(
    conn: &mut Conn,
    key: &AccountKey,
    user: &str,
    source: &Source,
) -> Result<Option<Instant>, DbError> {
    match browser(key, source) {
        Some(place) => store::place_since(conn, user, &place),
        None => Ok(None),
    }
}
