//! Stores, rules and workflow of one care system.

pub mod db;
pub mod intake;
pub mod person;
