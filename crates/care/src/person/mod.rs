//! The person: which records are theirs, who they are, and everything that is known, on one timeline.

pub mod decision;
pub(crate) mod demographics;
pub mod given_name;
pub mod identity;
pub(crate) mod store;
