//! FHIR R4 under `/fhir`.

use crate::serving::Site;
use axum::Router;
use std::sync::Arc;

/// Every FHIR route.
pub fn router() -> Router<Arc<Site>> {
    Router::new()
}
