//! `chesil serve`: pages, the FHIR and HL7 routes, MLLP listeners and a watched folder, over one store.

mod copies;
pub mod invented;
mod machines;
mod matching;
mod mllp;
mod provider;
mod watch;

use crate::error::Failure;
use crate::{Store, account, audit, clock, folder, import};
use care::Care;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use web::serving::{SignIn, Site};

#[derive(clap::Args)]
pub struct Arguments {
    /// Address for pages and routes.
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// An MLLP listener and the feed it takes: 127.0.0.1:2575=rbd-adt. May be given several times.
    #[arg(long, value_name = "ADDRESS=FEED")]
    pub mllp: Vec<String>,
    /// A folder to watch: what is put in WATCH/FEED-NAME/ is taken and moved to WATCH/FEED-NAME/taken/.
    #[arg(long)]
    pub watch: Option<PathBuf>,
    /// Systems that may send or read: a TOML file of `[[machine]]` tables with name, token-file, role
    /// (sender or reader) and organisation.
    #[arg(long)]
    pub machines: Option<PathBuf>,
    /// Cookies travel by HTTPS only: for a server behind a proxy that ends TLS.
    #[arg(long)]
    pub secure_cookies: bool,
    /// A proxy stands in front and writes the caller's address at the end of X-Forwarded-For: tries to sign in are
    /// counted by it. Without a proxy anyone could write that header.
    #[arg(long)]
    pub behind_proxy: bool,
    /// An identity provider that people may sign in by: a TOML file, as docs/sign-in shows.
    #[arg(long, requires = "provider_secret")]
    pub provider: Option<PathBuf>,
    /// The file with the secret or the key by which this service shows the provider who it is.
    #[arg(long, requires = "provider")]
    pub provider_secret: Option<PathBuf>,
    /// A second place for the seals of the audit, best on another machine: each is added to this file.
    #[arg(long)]
    pub audit_copy: Option<PathBuf>,
    #[command(flatten)]
    pub store: Store,
}

/// Connections for reading: several for each core, since a reader also waits for the audit.
const READERS: usize = 6;

/// Serves until it is told to stop.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let owned = folder::own(&arguments.store.data)?;
    if owned.is_none() && arguments.store.database.is_none() {
        return Err(Failure::new(format!(
            "data folder {} is in use by another chesil process",
            arguments.store.data.display()
        )));
    }
    let care = Arc::new(folder::open(&arguments.store, READERS)?);
    serve(arguments, care, || ())
}

/// Serves a store that is open; `ready` is called once the pages can be reached.
pub fn serve(arguments: &Arguments, care: Arc<Care>, ready: impl FnOnce()) -> Result<ExitCode, Failure> {
    if arguments.store.database.is_none() {
        import::serve_imports(Arc::clone(&care), &arguments.store.data)?;
    }
    audit::start_sealing(
        Arc::clone(&care),
        &arguments.store.data,
        arguments.audit_copy.as_deref(),
    )?;
    if let Some(folder) = &arguments.watch {
        watch::start(Arc::clone(&care), &arguments.store.data, folder)?;
    }
    matching::start(Arc::clone(&care))?;
    copies::start(Arc::clone(&care))?;
    let site = Arc::new(Site {
        invented: invented::load(&arguments.store.data, care.is_demo())?,
        machines: machines::load(arguments.machines.as_deref(), care.is_demo())?,
        care: Arc::clone(&care),
        now: clock::now,
        random: || clock::random().ok(),
        secure_cookies: arguments.secure_cookies,
        sign_in: SignIn {
            provider: provider::load(arguments.provider.as_deref(), arguments.provider_secret.as_deref())?,
            ..SignIn::start(account::key(&arguments.store.data)?, arguments.behind_proxy)?
        },
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(64)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(arguments.listen)
            .await
            .map_err(|error| Failure::new(format!("cannot listen at {}: {error}", arguments.listen)))?;
        let address = listener.local_addr()?;
        for listening in &arguments.mllp {
            mllp::start(Arc::clone(&care), listening).await?;
        }
        println!("Chesil {} serves at http://{address}/", env!("CARGO_PKG_VERSION"));
        ready();
        let service = web::serving::router(site).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service)
            .with_graceful_shutdown(told_to_stop())
            .await?;
        Ok(ExitCode::SUCCESS)
    })
}

async fn told_to_stop() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
