//! What every route shares: the store, the clock and randomness from the rim, and leaving the threads that
//! answer requests free while the store is asked.

pub use crate::access::machine::registered::{Machine, Machines};
use crate::access::provider::Provider;
use crate::site::headers;
use crate::site::pace::{self, Pace};
use axum::Router;
use care::Care;
use care::access::account::{AccountKey, Hasher, Leaked};
use care::db::DbError;
use record::Instant;
use std::sync::Arc;

/// What routes are given.
pub struct Site {
    /// The store.
    pub care: Arc<Care>,
    /// Now: only the rim asks the clock.
    pub now: fn() -> Instant,
    /// Fresh randomness, 32 bytes; `None` when the system gives none, and then nothing that needs it is done.
    pub random: fn() -> Option<[u8; 32]>,
    /// Systems that may send or read without a person signing in.
    pub machines: Machines,
    /// The address that systems and people reach this service at, without a closing slash.
    pub here: String,
    /// Whether cookies may only travel by HTTPS.
    pub secure_cookies: bool,
    /// What signing in needs.
    pub sign_in: SignIn,
    /// How the invented people of a demo folder came out beside published figures; `None` where that was not counted.
    pub invented: Option<Arc<crate::site::invented::Report>>,
    /// How many requests each caller may make; `None` counts none.
    pub pace: Option<Pace>,
}

/// The clock and the randomness of the rim.
pub type Rim = (fn() -> Instant, fn() -> Option<[u8; 32]>);

impl Site {
    /// Over a store, with a clock and randomness of the rim: no systems, plain cookies.
    pub fn new(care: Arc<Care>, (now, random): Rim, sign_in: SignIn) -> Self {
        Self {
            care,
            now,
            random,
            machines: Machines::default(),
            here: "http://localhost".to_owned(),
            secure_cookies: false,
            sign_in,
            invented: None,
            pace: None,
        }
    }
}

/// What signing in needs.
pub struct SignIn {
    /// The key that secrets of accounts are kept under.
    pub key: AccountKey,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// The operator's list of leaked passwords, when there is one.
    pub leaked: Option<Leaked>,
    /// The identity provider, when the care system has one.
    pub provider: Option<Arc<Provider>>,
    /// Whether a proxy stands in front, which puts the caller's address last into `X-Forwarded-For`.
    pub behind_proxy: bool,
}

impl SignIn {
    /// With this key, asked directly.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(key: AccountKey, behind_proxy: bool) -> Result<Self, DbError> {
        Ok(Self {
            hasher: Hasher::start(&key)?,
            key,
            leaked: None,
            provider: None,
            behind_proxy,
        })
    }
}

/// What handlers take.
pub type Shared = axum::extract::State<Arc<Site>>;

/// Every route.
pub fn router(site: Arc<Site>) -> Router {
    let by_https = site.secure_cookies;
    let paced = axum::middleware::from_fn_with_state(Arc::clone(&site), pace::keep);
    let routes = Router::new()
        .merge(crate::site::assets::router())
        .merge(crate::ingest::router())
        .merge(crate::fhir::router())
        .merge(crate::access::routes())
        .merge(crate::person::routes())
        .merge(crate::rights::routes())
        .merge(crate::document::routes())
        .merge(crate::feeds::routes())
        .merge(crate::identity::routes())
        .merge(crate::counts::routes())
        .merge(crate::projects::routes())
        .merge(crate::site::routes::routes())
        .fallback(crate::site::routes::nothing)
        .with_state(site)
        .layer(paced)
        .layer(axum::middleware::map_response(headers::secure));
    match by_https {
        true => routes.layer(axum::middleware::map_response(headers::by_https_only)),
        false => routes,
    }
}

/// Runs work that asks the store on a thread meant for that.
///
/// # Errors
/// Those of the work; a panic in it becomes a store error, so that one bad request never ends the server.
pub async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(E::from(DbError::state(format!("a request broke off: {error}")))),
    }
}
