//! Signing in, staying signed in, who has looked, emergencies and the audit.

pub mod account;
mod audit;
mod confirm;
pub mod csrf;
mod emergency;
mod launch;
pub(crate) mod looked;
pub mod machine;
pub(crate) mod mine;
pub mod provider;
pub mod session;
mod sign_in;
pub(crate) mod source;
mod staff;
mod ties;
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
        .merge(machine::token::routes())
        .merge(launch::routes())
        .merge(looked::routes())
        .merge(emergency::routes())
        .merge(audit::routes())
        .merge(mine::routes())
        .merge(staff::routes())
        .merge(ties::routes())
}

/// Somebody's name as people read it; the name they sign in by when nobody knows another or the store does not say.
pub(crate) fn known_as(care: &care::Care, user: &str) -> String {
    care::access::account::name_of(care, user).unwrap_or_else(|_| user.to_owned())
}

/// What somebody does and for whom, in words; empty when nobody knows.
pub(crate) fn job_of(care: &care::Care, user: &str) -> String {
    let known = care::access::user_named(care, user).ok().flatten();
    known.map_or_else(String::new, |actor| {
        format!("{}, {}", visit::job(&actor), actor.organisation)
    })
}
