//! Signing in, staying signed in, who has looked, emergencies and the audit.

pub mod account;
mod audit;
mod confirm;
pub mod csrf;
mod emergency;
pub(crate) mod looked;
pub mod machine;
mod mine;
pub mod provider;
pub mod session;
mod sign_in;
mod source;
mod staff;
pub mod view;
pub mod visit;

use crate::serving::Site;
use axum::Router;
use std::sync::Arc;

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    sign_in::routes()
        .merge(account::routes())
        .merge(provider::routes())
        .merge(looked::routes())
        .merge(emergency::routes())
        .merge(audit::routes())
        .merge(mine::routes())
        .merge(staff::routes())
}
