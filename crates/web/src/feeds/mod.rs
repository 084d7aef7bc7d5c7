//! Feeds, and what came and could not be read.

pub mod form;
pub mod view;
