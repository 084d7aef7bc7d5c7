//! `chesil serve`: pages, the FHIR and HL7 routes, MLLP listeners and a watched folder, over one store.

mod copies;
mod counts;
pub mod invented;
mod machines;
mod matching;
mod mllp;
mod provider;
mod tls;
mod watch;

use crate::error::Failure;
use crate::{Store, account, audit, clock, folder, import, removals, restored};
use care::Care;
use care::access::account::Leaked;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use web::serving::{SignIn, Site};
use web::site::pace::{Pace, Rate, Rates};

#[derive(clap::Args)]
pub struct Arguments {
    /// Address for pages and routes.
    #[arg(long, default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// An MLLP listener and the feed it takes: 127.0.0.1:2575=rbd-adt. With `,tls` after it, under TLS; with
    /// `,tls=FILE`, senders must show a certificate that an authority in that file signed. May be given several times.
    #[arg(long, value_name = "ADDRESS=FEED[,tls[=FILE]]")]
    pub mllp: Vec<String>,
    /// The certificate that MLLP listeners under TLS show, PEM, with its chain; without it, that of --tls-cert.
    #[arg(long, requires = "mllp_key", value_name = "FILE")]
    pub mllp_cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, requires = "mllp_cert", value_name = "FILE")]
    pub mllp_key: Option<PathBuf>,
    /// A folder to watch: what is put in WATCH/FEED-NAME/ is taken and moved to WATCH/FEED-NAME/taken/.
    #[arg(long)]
    pub watch: Option<PathBuf>,
    /// Systems that may send or read: a TOML file of `[[machine]]` tables, as docs/sign-in shows. It is read again
    /// when it changes, or a file of a token or keys that it names.
    #[arg(long)]
    pub machines: Option<PathBuf>,
    /// The address that people and systems reach this service at, such as `https://records.example.org`: what systems
    /// show who they are is made for it. Without it, the address that is listened at.
    #[arg(long, value_name = "ADDRESS")]
    pub here: Option<String>,
    /// The certificate to serve by TLS with, PEM, with its chain: read again when it changes, and on SIGHUP.
    #[arg(long, requires = "tls_key", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, requires = "tls_cert", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Requests a second that one system may go on making; four times as many at once.
    #[arg(long, default_value_t = 1_000, value_name = "NUMBER")]
    pub system_rate: u32,
    /// Cookies travel by HTTPS only: for a server behind a proxy that ends TLS.
    #[arg(long)]
    pub secure_cookies: bool,
    /// A proxy stands in front and writes the caller's address at the end of X-Forwarded-For: tries to sign in are
    /// counted by it. Without a proxy anyone could write that header.
    #[arg(long)]
    pub behind_proxy: bool,
    /// Leaked passwords, which nobody may choose: SHA-1 digests in hexadecimal, one a line, in order, as “Pwned
    /// Passwords, ordered by hash” has them. It may be larger than memory.
    #[arg(long, value_name = "FILE")]
    pub leaked_passwords: Option<PathBuf>,
    /// An identity provider that people may sign in by: a TOML file, as docs/sign-in shows.
    #[arg(long, requires = "provider_secret")]
    pub provider: Option<PathBuf>,
    /// The file with the secret or the key by which this service shows the provider who it is.
    #[arg(long, requires = "provider")]
    pub provider_secret: Option<PathBuf>,
    /// A second place for the seals of the audit, best on another machine: each is added to this file. Lawful removals,
    /// and what is decided to protect somebody, are listed beside it, in a file of the same name and the ending
    /// .removals, for `chesil restore`.
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
    restored::refuse_unlooked(&care)?;
    if arguments.store.database.is_none() {
        import::serve_imports(Arc::clone(&care), &arguments.store.data)?;
    }
    audit::start_sealing(
        Arc::clone(&care),
        &arguments.store.data,
        arguments.audit_copy.as_deref(),
    )?;
    if let Some(copy) = &arguments.audit_copy {
        removals::start(Arc::clone(&care), &arguments.store.data, copy)?;
    }
    if let Some(folder) = &arguments.watch {
        watch::start(Arc::clone(&care), &arguments.store.data, folder)?;
    }
    matching::start(Arc::clone(&care))?;
    copies::start(Arc::clone(&care))?;
    counts::start(Arc::clone(&care), account::key(&arguments.store.data)?)?;
    let sign_in = SignIn {
        leaked: leaked(arguments)?,
        provider: provider::load(arguments.provider.as_deref(), arguments.provider_secret.as_deref())?,
        ..SignIn::start(account::key(&arguments.store.data)?, arguments.behind_proxy)?
    };
    let seen = machines::seen(arguments.machines.as_deref());
    let site = Arc::new(Site {
        invented: invented::load(&arguments.store.data, care.is_demo())?,
        machines: machines::load(arguments.machines.as_deref(), care.is_demo())?.into(),
        here: here(arguments)?,
        secure_cookies: arguments.secure_cookies || arguments.tls_cert.is_some(),
        pace: Some(Pace::at(rates(arguments.system_rate))),
        ..Site::new(Arc::clone(&care), (clock::now, || clock::random().ok()), sign_in)
    });
    machines::watch(Arc::clone(&site), arguments.machines.clone(), seen)?;
    let certificate = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(chain), Some(key)) => Some(tls::Certificate::load(tls::Files {
            chain: chain.clone(),
            key: key.clone(),
            callers: tls::Callers::Web,
        })?),
        _ => None,
    };
    let for_mllp = arguments.mllp_cert.clone().zip(arguments.mllp_key.clone());
    let for_mllp = for_mllp.or_else(|| arguments.tls_cert.clone().zip(arguments.tls_key.clone()));
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
            mllp::start(Arc::clone(&care), listening, for_mllp.clone()).await?;
        }
        let scheme = if certificate.is_some() { "https" } else { "http" };
        println!("Chesil {} serves at {scheme}://{address}/", env!("CARGO_PKG_VERSION"));
        ready();
        let routes = web::serving::router(site);
        match certificate {
            None => {
                let service = routes.into_make_service_with_connect_info::<SocketAddr>();
                axum::serve(listener, service)
                    .with_graceful_shutdown(told_to_stop())
                    .await?;
            }
            Some(certificate) => {
                let agreed = tls::Agreed::over(listener, certificate, None)?;
                let routes = routes.layer(axum::middleware::from_fn(tls::from));
                let service = routes.into_make_service_with_connect_info::<tls::From>();
                axum::serve(agreed, service)
                    .with_graceful_shutdown(told_to_stop())
                    .await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn rates(system: u32) -> Rates {
    Rates {
        system: Rate {
            each_second: system,
            at_once: system.saturating_mul(4),
        },
        ..Rates::default()
    }
}

fn leaked(arguments: &Arguments) -> Result<Option<Leaked>, Failure> {
    let open = |path: &PathBuf| {
        Leaked::open(path).map_err(|error| Failure::new(format!("--leaked-passwords {}: {error}", path.display())))
    };
    arguments.leaked_passwords.as_ref().map(open).transpose()
}

/// The address of this service, without a closing slash.
fn here(arguments: &Arguments) -> Result<String, Failure> {
    let Some(said) = &arguments.here else {
        let scheme = if arguments.tls_cert.is_some() { "https" } else { "http" };
        return Ok(format!("{scheme}://{}", arguments.listen));
    };
    let host = said.strip_prefix("https://").or_else(|| said.strip_prefix("http://"));
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
    match host.map(|host| host.trim_end_matches('/')) {
        Some(host) if !host.is_empty() && host.bytes().all(plain) => Ok(said.trim_end_matches('/').to_owned()),
        _ => Err(Failure::new(format!(
            "--here {said}: write a scheme and a host, such as https://records.example.org"
        ))),
    }
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
