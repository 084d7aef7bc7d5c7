//! Documents that senders attached: a page that says what each is, and the document itself, sandboxed.

mod open;
pub mod routes;
pub mod view;

pub use routes::{path, routes};
