//! What could not be read: kept with place and reason, owned, mended, retried or discarded with a reason.

pub(crate) mod store;

pub(super) use store::keep;
pub use store::{QuarantineFilter, QuarantineItem, QuarantineOrder, Quarantined};
