//! Who may see what: the whole table, and a second evaluator that must agree.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

mod broken;
mod cases;
mod evaluator;
mod table;
mod whole;
