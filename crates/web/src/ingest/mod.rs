//! Messages in, acknowledgements out: the same answer whether a message came by HTTP or by MLLP.
//!
//! `POST /$ingest` is the Dorset Healthcare Data Exchange's own route, with its headers and its statuses, so
//! that a sender need not change: 200 with AA, 400 with AE or AR, 503 when nothing could be kept.

mod message;
mod route;

pub use message::{Fate, answer, feed_of, reply};
pub use route::router;
