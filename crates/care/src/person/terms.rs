//! Texts that many rows share, kept in memory up to a bound.

use super::store;
use crate::db::{Conn, DbError};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

/// About 20 MB at the lengths seen; past it the oldest half of nothing in particular is let go.
const TERMS_MAX: usize = 120_000;

/// Shared texts by number. Only a cache: the store has them all.
#[derive(Default)]
pub(crate) struct Terms {
    known: RwLock<HashMap<i64, Arc<str>>>,
}

impl Terms {
    /// The texts of these numbers. A number that the store does not know is left out.
    pub(crate) fn texts(&self, conn: &mut Conn, numbers: &BTreeSet<i64>) -> Result<HashMap<i64, Arc<str>>, DbError> {
        let mut found = HashMap::with_capacity(numbers.len());
        let mut missing = Vec::new();
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            for number in numbers {
                match known.get(number) {
                    Some(text) => drop(found.insert(*number, Arc::clone(text))),
                    None => missing.push(*number),
                }
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let fetched = store::terms(conn, &missing)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() + fetched.len() > TERMS_MAX {
            known.clear();
        }
        for (number, text) in fetched {
            let text: Arc<str> = Arc::from(text);
            known.insert(number, Arc::clone(&text));
            found.insert(number, text);
        }
        Ok(found)
    }
}
