//! What a format reader hands to intake: items taken, and why others were not.

use crate::demographics::Demographics;
use crate::entry::Entry;
use crate::nhs_number::NhsNumber;
use crate::time::Instant;

/// Whom an item is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The person whom the sender calls by this id.
    Local(String),
    /// The person with this NHS number; the sender's own id was not given.
    NhsNumber(NhsNumber),
    /// Nobody: an organisation, a practitioner, a place, a definition.
    Directory,
    /// It should be about somebody, and does not say whom.
    Missing,
}

/// One thing a sender told, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// FHIR resource type, or the nearest one for other formats.
    pub item_type: String,
    /// The sender's id of it.
    pub local_id: String,
    /// The sender's version time; `None` when the item does not say.
    pub version: Option<Instant>,
    /// Whom it is about.
    pub subject: Subject,
    /// What it says about who the person is, when it does.
    pub person: Option<Box<Demographics>>,
    /// The lines it adds to the record.
    pub entries: Vec<Entry>,
    /// Whether this type is mapped at all; an unmapped item is kept and readable, and adds no entries.
    pub mapped: bool,
    /// Whether the sender withdrew it (deleted, cancelled admission, entered in error).
    pub withdrawn: bool,
    /// Parts that could not be read. The readable parts stand, marked incomplete.
    pub issues: Vec<Issue>,
    /// Decisions the item asks for, beyond its entries.
    pub decisions: Vec<Decision>,
}

/// Something an item says about identities, which intake turns into a decision that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The sender merged its record `from` into its record `into` (HL7 A40, FHIR replaced-by).
    Merge {
        /// The record that ends.
        from: String,
        /// The record that lives on.
        into: String,
    },
    /// The national service says that number `old` is now `new`.
    Superseded {
        /// The number that ended.
        old: NhsNumber,
        /// The number that lives on.
        new: NhsNumber,
    },
}

/// A part of an item that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Where: a path within the item (`effectiveDateTime`, `OBX-5`), a column.
    pub place: String,
    /// Why, in plain words.
    pub reason: String,
}

/// Why an item, or a whole file, could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// A short, stable word that counts group by: `not-json`, `no-subject`, `unknown-type`…
    pub code: &'static str,
    /// Where: `line 12`, `entry[3].resource.code`, `PID-7`.
    pub place: String,
    /// Why, and what would mend it, in plain words.
    pub reason: String,
}

impl Rejection {
    /// A rejection.
    pub fn new(code: &'static str, place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            code,
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl std::fmt::Display for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({})", self.place, self.reason, self.code)
    }
}
