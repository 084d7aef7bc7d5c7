//! Finding a person, and their record.

pub mod filter;
pub mod find;
pub mod spark;
pub mod view;
