//! How what partners send becomes part of a record.
//!
//! Two halves. *Prepare* needs no database and runs on any number of threads: it reads a piece, packs its
//! bytes and lays out the rows. *Accept* runs in the one writer: it finds out what is new, what is newer and
//! what is known, and files it. An arrival, a retry and a rebuild all go through the same two.

mod accept;
mod homes;
mod layout;
mod pack;
mod prepare;
pub(crate) mod quarantine;
pub(crate) mod removal;
pub(crate) mod store;

pub use accept::{Filed, accept};
pub(crate) use homes::homes;
pub use homes::{Homes, Way};
pub(crate) use layout::{concept_of, value_of, value_text, when_number, when_of};
pub use pack::Packer;
pub(crate) use pack::{Unpacker, pieces_of};
pub(crate) use prepare::term_number;
pub(crate) use prepare::tie_of;
pub use prepare::{Batch, Prepared, Preparer, Source};
pub use quarantine::{QuarantineFilter, QuarantineItem, QuarantineOrder, Quarantined};

use std::collections::BTreeMap;

/// What became of one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Something in it was not known before.
    Accepted,
    /// It changed something known.
    Updated,
    /// It was known already, or an older version than the one known.
    Unchanged,
    /// It could not be read, and is kept in quarantine.
    Quarantined {
        /// The stable word for why.
        code: String,
        /// Where and why, in plain words.
        reason: String,
    },
}

/// Counts of a run, as its table and its JSON show them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Pieces received.
    pub received: u64,
    /// Pieces that brought something new.
    pub accepted: u64,
    /// Pieces that changed something known.
    pub updated: u64,
    /// Pieces that changed nothing.
    pub unchanged: u64,
    /// Pieces put in quarantine.
    pub quarantined: u64,
    /// Entries written.
    pub entries: u64,
    /// Pieces taken whose type adds no entries, by type: kept and readable.
    pub kept_unmapped: BTreeMap<String, u64>,
    /// Pieces of mapped types that were taken and wrote no entry, by why.
    pub without_entries: BTreeMap<String, u64>,
    /// Pieces by type.
    pub by_type: BTreeMap<String, u64>,
    /// Quarantined pieces by reason.
    pub quarantined_by_reason: BTreeMap<String, u64>,
}

impl Tally {
    /// Adds the counts of another run.
    pub fn join(&mut self, other: Tally) {
        // Named one by one, so that none that is added later is forgotten.
        let Tally {
            received,
            accepted,
            updated,
            unchanged,
            quarantined,
            entries,
            kept_unmapped,
            without_entries,
            by_type,
            quarantined_by_reason,
        } = other;
        self.received += received;
        self.accepted += accepted;
        self.updated += updated;
        self.unchanged += unchanged;
        self.quarantined += quarantined;
        self.entries += entries;
        for (mine, theirs) in [
            (&mut self.kept_unmapped, kept_unmapped),
            (&mut self.without_entries, without_entries),
            (&mut self.by_type, by_type),
            (&mut self.quarantined_by_reason, quarantined_by_reason),
        ] {
            for (word, count) in theirs {
                *mine.entry(word).or_default() += count;
            }
        }
    }

    /// Adds one filed piece.
    pub fn add(&mut self, filed: &Filed) {
        self.received += 1;
        self.entries += filed.entries;
        let taken = !matches!(filed.outcome, Outcome::Quarantined { .. });
        if filed.unmapped && taken {
            *self.kept_unmapped.entry(filed.item_type.clone()).or_default() += 1;
        }
        if let Some(why) = filed.without_entries {
            *self.without_entries.entry(why.to_owned()).or_default() += 1;
        }
        *self.by_type.entry(filed.item_type.clone()).or_default() += 1;
        match &filed.outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Quarantined { code, .. } => {
                self.quarantined += 1;
                *self.quarantined_by_reason.entry(code.clone()).or_default() += 1;
            }
        }
    }
}
