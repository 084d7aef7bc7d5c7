//! Who is who in a snapshot: kept beside it, sealed, for nothing but the lists of projects (`crate::projects`). No count
//! reads it.

use super::snapshot::{packed, unpacked};
use crate::access::account::AccountKey;
use crate::db::DbError;
use record::Instant;
use serde::{Deserialize, Serialize};

/// What it is sealed for.
const PURPOSE: &str = "who is who in counts";

/// The people of a snapshot, in its order.
#[derive(Serialize, Deserialize)]
pub(super) struct Who {
    /// Their numbers.
    pub people: Vec<i64>,
    /// The places of their practices' codes.
    pub practice: Vec<u16>,
    /// Codes of practices; an empty one for those of whom none is known, or may be.
    pub practices: Vec<String>,
}

impl Who {
    /// Sealed for the snapshot taken at a moment.
    pub fn sealed(&self, key: &AccountKey, taken: Instant) -> Result<Vec<u8>, DbError> {
        let body = packed(self).map_err(|error| lost(&error))?;
        // Each of what is sealed has a nonce of its own, which follows from what it is.
        let nonce = key.digest("nonce of who is who", &[&taken.0.to_le_bytes(), &body]);
        key.seal((PURPOSE, &taken.0.to_string()), &body, &nonce)
            .ok_or_else(|| lost(&"it cannot be sealed"))
    }

    /// Of the snapshot taken at a moment, which has so many people.
    pub fn opened(sealed: &[u8], key: &AccountKey, (taken, people): (Instant, usize)) -> Result<Self, DbError> {
        let body = key
            .open((PURPOSE, &taken.0.to_string()), sealed)
            .ok_or_else(|| lost(&"it was sealed with another key, or changed"))?;
        let found: Self = unpacked(&body).map_err(|error| lost(&error))?;
        let whole = found.people.len() == people
            && found.practice.len() == people
            && found.practice.iter().all(|at| usize::from(*at) < found.practices.len());
        match whole {
            true => Ok(found),
            false => Err(lost(&"its parts do not fit")),
        }
    }

    /// Who is at a place: their number, and their practice's code.
    pub fn at(&self, place: usize) -> Option<(i64, &str)> {
        let practice = usize::from(*self.practice.get(place)?);
        Some((*self.people.get(place)?, self.practices.get(practice)?))
    }
}

fn lost(why: &dyn std::fmt::Display) -> DbError {
    DbError::state(format!("who is who in the counts cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_who_opens_with_the_key_it_was_sealed_with_for_its_own_snapshot_alone() {
        let (key, other) = (AccountKey::new([1; 32]), AccountKey::new([2; 32]));
        let who = Who {
            people: vec![40, 7],
            practice: vec![1, 0],
            practices: vec![String::new(), "DEMO-GP01".to_owned()],
        };
        let sealed = who.sealed(&key, Instant(5)).unwrap();
        let opened = Who::opened(&sealed, &key, (Instant(5), 2)).unwrap();
        assert_eq!(
            (opened.at(0), opened.at(1), opened.at(2)),
            (Some((40, "DEMO-GP01")), Some((7, "")), None)
        );
        assert!(Who::opened(&sealed, &other, (Instant(5), 2)).is_err());
        assert!(Who::opened(&sealed, &key, (Instant(6), 2)).is_err(), "another day's");
        assert!(Who::opened(&sealed, &key, (Instant(5), 3)).is_err(), "not of so many");
        assert!(Who::opened(&sealed[1..], &key, (Instant(5), 2)).is_err());
    }
}
