//! The words all rooms share: ids, codes, values with units, entries, items and why a thing was refused.
//!
//! Pure: no input or output, no SQL, no clock. What comes in from outside is parsed here into types that
//! exist only when valid; everything further in trusts them.

pub mod concept;
pub mod demographics;
pub mod entry;
pub mod id;
pub mod item;
pub mod nhs_number;
pub mod pseudonym;
pub mod system;
pub mod time;
pub mod value;

pub use concept::Concept;
pub use demographics::{Address, Demographics, EthnicGroup, Name, NhsNumberStatus, Sex};
pub use entry::{Certainty, Entry, Kind, Status};
pub use id::{IdKey, ItemId, OrgCode, PersonId, RecordId};
pub use item::{Issue, Item, Rejection, Subject};
pub use nhs_number::NhsNumber;
pub use pseudonym::Pseudonym;
pub use time::{Date, Instant, Precision, When};
pub use value::{Quantity, Value};
