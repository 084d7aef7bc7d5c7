//! A care system as data: the typed form of a `systems/` folder.

use crate::id::OrgCode;

/// One feed of one sender: who sends, in what form, and what may be relied on.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// Short name, unique in the system: `dch-adt`.
    pub name: String,
    /// The organisation that sends it.
    pub sender: OrgCode,
    /// Whether the sender checks NHS numbers with the national service before sending, so that a number
    /// whose message does not say is taken as verified.
    pub nhs_number_verified: bool,
    /// Whether a delivery is the whole state, so that absence means gone.
    pub full: bool,
}
