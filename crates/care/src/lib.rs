//! Stores, rules and workflow of one care system.

pub mod access;
pub mod audit;
pub mod db;
pub mod intake;
mod opening;
pub mod person;

pub use opening::{Care, Opening, Stamp};
