//! Who is the same person: pairs for a steward to look at, what was decided, and how good the weighing is.

pub mod present;
pub mod routes;
pub mod view;

pub use routes::routes;
