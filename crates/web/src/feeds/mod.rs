//! Feeds, and what came and could not be read.

pub mod form;
pub mod present;
pub mod routes;
pub mod view;

pub use routes::routes;
