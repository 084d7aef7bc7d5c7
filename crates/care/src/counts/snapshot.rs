//! The snapshot that counts are made of: everybody living, by the groups they belong to and the conditions that policy lets
//! be counted. Nobody stands in it under an id, a name, a number or a date of birth; who is who is kept beside it, sealed
//! ([`super::who`]).

use super::Condition;
use super::disclosure::SMALLEST;
use super::groups::By;
use crate::db::DbError;
use record::Instant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::Read;

/// How hard a snapshot is packed.
const PACKED: i32 = 6;
/// What a snapshot takes unpacked, at most: as much as ten million people would.
const UNPACKED_MAX: u64 = 2_000_000_000;

/// Everybody, on one day.
#[derive(Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub taken: i64,
    /// The names of the groups of each kind.
    pub groups: [Vec<String>; 5],
    pub keys: Vec<u32>,
    /// To which group of each kind each person belongs.
    pub belongs: [Vec<u16>; 5],
    pub left_out: Vec<bool>,
    pub conditions: Vec<Held>,
}

/// A condition and the people, by their places, who have it, in order.
#[derive(Serialize, Deserialize)]
pub(super) struct Held {
    pub code: String,
    pub words: String,
    pub people: Vec<u32>,
    /// Those of them who may be found because of it, on a list for care teams.
    #[serde(default)]
    pub listed: Vec<u32>,
}

/// One of those in a snapshot.
pub(super) struct Person<'a> {
    snapshot: &'a Snapshot,
    at: usize,
    pub key: u32,
    pub left_out: bool,
}

impl Person<'_> {
    /// The place of the group they belong to.
    pub fn group(&self, by: By) -> usize {
        self.snapshot.belongs[by as usize]
            .get(self.at)
            .copied()
            .unwrap_or(0)
            .into()
    }

    /// Their place.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Whether they may be found because of a condition, by its place.
    pub fn listed_for(&self, condition: usize) -> bool {
        let at = u32::try_from(self.at).unwrap_or(u32::MAX);
        self.snapshot.conditions[condition].listed.binary_search(&at).is_ok()
    }

    /// Whether they have a condition, by its place.
    pub fn has(&self, condition: usize) -> bool {
        let at = u32::try_from(self.at).unwrap_or(u32::MAX);
        self.snapshot.conditions[condition].people.binary_search(&at).is_ok()
    }
}

impl Snapshot {
    pub fn taken(&self) -> Instant {
        Instant(self.taken)
    }

    pub fn groups(&self, by: By) -> &[String] {
        &self.groups[by as usize]
    }

    pub fn people(&self) -> impl Iterator<Item = Person<'_>> {
        self.keys
            .iter()
            .zip(&self.left_out)
            .enumerate()
            .map(|(at, (key, left_out))| Person {
                snapshot: self,
                at,
                key: *key,
                left_out: *left_out,
            })
    }

    /// The place of the condition with this code.
    pub fn condition(&self, code: &str) -> Option<usize> {
        self.conditions.iter().position(|held| held.code == code)
    }

    /// Whether people may be picked out by a condition: not where hardly anybody may be found because of it.
    pub fn is_listed(&self, condition: usize) -> bool {
        self.conditions[condition].listed.len() >= SMALLEST as usize
    }

    pub fn named(&self, condition: usize) -> Condition {
        let held = &self.conditions[condition];
        Condition {
            code: held.code.clone(),
            words: held.words.clone(),
        }
    }

    /// The conditions that people may be picked out by.
    pub fn listed(&self) -> Vec<Condition> {
        let all = (0..self.conditions.len()).filter(|at| self.is_listed(*at));
        all.map(|at| self.named(at)).collect()
    }

    pub fn conditions(&self) -> Vec<Condition> {
        (0..self.conditions.len()).map(|at| self.named(at)).collect()
    }

    pub fn packed(&self) -> Result<Vec<u8>, DbError> {
        let lost = |why: &dyn std::fmt::Display| DbError::state(format!("a snapshot cannot be packed: {why}"));
        packed(self).map_err(|error| lost(&error))
    }

    pub fn unpacked(body: &[u8]) -> Result<Self, DbError> {
        let lost = |why: &dyn std::fmt::Display| DbError::state(format!("the snapshot of counts is unreadable: {why}"));
        let found: Self = unpacked(body).map_err(|error| lost(&error))?;
        let people = found.keys.len();
        let whole = found.left_out.len() == people
            && found.groups.iter().zip(&found.belongs).all(|(groups, belongs)| {
                belongs.len() == people && belongs.iter().all(|at| usize::from(*at) < groups.len())
            });
        if whole {
            Ok(found)
        } else {
            Err(lost(&"its parts do not fit"))
        }
    }
}

/// Packs what a snapshot is kept as.
pub(super) fn packed(what: &impl Serialize) -> std::io::Result<Vec<u8>> {
    zstd::bulk::compress(&serde_json::to_vec(what)?, PACKED)
}

/// Unpacks it again.
pub(super) fn unpacked<T: DeserializeOwned>(body: &[u8]) -> std::io::Result<T> {
    let mut text = Vec::new();
    zstd::stream::read::Decoder::new(body)?
        .take(UNPACKED_MAX)
        .read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_was_cut_or_changed_is_refused() {
        let snapshot = Snapshot {
            taken: 1,
            groups: std::array::from_fn(|_| vec!["One".to_owned()]),
            keys: vec![7, 9],
            belongs: std::array::from_fn(|_| vec![0, 0]),
            left_out: vec![false, true],
            conditions: Vec::new(),
        };
        let body = snapshot.packed().unwrap();
        assert_eq!(Snapshot::unpacked(&body).unwrap().people().count(), 2);
        assert!(Snapshot::unpacked(&body[..body.len() - 4]).is_err());
        let short = Snapshot {
            belongs: std::array::from_fn(|_| vec![0]),
            ..snapshot
        };
        assert!(Snapshot::unpacked(&short.packed().unwrap()).is_err());
    }
}
