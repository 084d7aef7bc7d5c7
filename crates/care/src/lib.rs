//! Stores, rules and workflow of one care system.

pub mod access;
pub mod audit;
pub mod backup;
pub mod concern;
pub mod counts;
pub mod db;
pub mod feeds;
pub mod intake;
mod opening;
pub mod person;
pub mod projects;
pub mod rebuild;
pub mod rights;

pub use opening::{Care, Opening, Stamp};
