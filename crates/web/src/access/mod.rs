//! Signing in, staying signed in, and who has looked.

pub mod csrf;
mod looked;
pub mod machine;
pub mod session;
mod sign_in;
pub mod view;
pub mod visit;

use crate::serving::Site;
use axum::Router;
use std::sync::Arc;

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    sign_in::routes().merge(looked::routes())
}
