//! The store proven: every test runs on SQLite and on PostgreSQL, through the front door of intake and of
//! reading, and is named after the rule it holds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

mod access;
mod accounts;
mod app;
mod arrival;
mod asked;
mod audit;
mod backups;
mod columns;
mod counts;
mod decided;
mod encrypted;
mod feeds;
mod happened;
mod homes;
mod identity;
mod lines;
mod machines;
mod matching;
mod migrations;
mod order;
mod postgres;
mod projects;
mod quarantine;
mod rebuilding;
mod reviewing;
mod rights;
mod roles;
mod safety;
mod says;
mod seals;
mod sensitive;
mod spent;
mod ties;
mod unusual;
mod weighing;
