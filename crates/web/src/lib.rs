//! The pages, in folders that mirror `care`: what each shows (`view`), what its forms may say, and how it looks.
//!
//! A view is plain text and small enums, filled in by a handler and rendered from one template; no template
//! knows the store. Every page works without a script, and none is sent.

pub mod access;
pub mod counts;
pub mod document;
pub mod feeds;
pub mod fhir;
pub mod identity;
pub mod ingest;
pub mod person;
pub mod projects;
pub mod rights;
pub mod serving;
pub mod site;
