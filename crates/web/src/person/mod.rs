//! Finding a person, and their record.

pub mod filter;
pub mod find;
pub mod line;
mod lists;
pub(crate) mod opened;
pub mod own;
mod own_word;
pub mod present;
mod reading_order;
pub mod routes;
pub mod spark;
pub mod view;

pub use routes::routes;
