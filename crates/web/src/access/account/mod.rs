//! People's own accounts: signing in by password and code, and setting an account up.

#![allow(
    clippy::result_large_err,
    reason = "an early answer is made once a request and given out at once"
)]

mod change;
mod enrol;
pub(super) mod happened;
mod mine;
pub(super) mod password;
pub mod view;

use crate::serving::Site;
use axum::Router;
use std::sync::Arc;

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    enrol::routes()
        .merge(mine::routes())
        .merge(change::routes())
        .merge(happened::routes())
}

/// How long to wait, in words.
pub(super) fn wait_words(seconds: i64) -> String {
    let minutes = (seconds + 59) / 60;
    format!("{minutes} minute{}", if minutes == 1 { "" } else { "s" })
}
