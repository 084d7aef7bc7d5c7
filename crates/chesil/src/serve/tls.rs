//! TLS by rustls, for pages without a proxy in front and for listeners of HL7. The certificate is read again when its
//! files change or the process is told to (SIGHUP): connections that stand go on, and new ones are shown the new one.

use crate::error::Failure;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::Response;
use axum::serve::{IncomingStream, Listener};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(5);
/// How long a caller may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Callers that may be agreeing on keys at once; others wait to be taken.
const HANDSHAKES_MAX: usize = 256;

/// Who may call.
#[derive(Clone, Debug)]
pub enum Callers {
    /// Browsers and systems that speak HTTP, and show who they are by it.
    Web,
    /// Anybody who speaks another protocol.
    Anybody,
    /// Who shows a certificate that an authority in this file signed.
    Known(PathBuf),
}

/// The certificate in force.
pub struct Certificate {
    files: Files,
    config: RwLock<Arc<ServerConfig>>,
}

/// Where everything is read from, PEM.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate with its chain.
    pub chain: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// Who may call.
    pub callers: Callers,
}

impl Files {
    fn paths(&self) -> Vec<&Path> {
        let mut paths = vec![self.chain.as_path(), self.key.as_path()];
        if let Callers::Known(authorities) = &self.callers {
            paths.push(authorities);
        }
        paths
    }
}

impl Certificate {
    /// Reads the files.
    pub fn load(files: Files) -> Result<Arc<Self>, Failure> {
        let config = read(&files).map_err(Failure::new)?;
        Ok(Arc::new(Self {
            files,
            config: RwLock::new(config),
        }))
    }

    /// Reads all again; what cannot be read, or does not fit together, leaves what was in force.
    fn again(&self) {
        match read(&self.files) {
            Ok(config) => {
                *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!("the certificate was read again");
            }
            Err(why) => tracing::error!(why, "the certificate stays as it was"),
        }
    }

    /// Reads all again when one changes, and on SIGHUP.
    async fn watch(self: Arc<Self>) {
        let changed = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
        let seen_now = || -> Vec<Option<SystemTime>> { self.files.paths().into_iter().map(changed).collect() };
        let mut seen = seen_now();
        let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
        loop {
            let hung_up = async {
                match &mut told {
                    Some(signal) => drop(signal.recv().await),
                    None => std::future::pending().await,
                }
            };
            let is_told = tokio::select! {
                () = hung_up => true,
                () = tokio::time::sleep(EVERY) => false,
            };
            let now = seen_now();
            if is_told || now != seen {
                seen = now;
                self.again();
            }
        }
    }
}

fn read(files: &Files) -> Result<Arc<ServerConfig>, String> {
    let at = |path: &Path, error: String| format!("{}: {error}", path.display());
    let private = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| at(&files.key, error.to_string()))?;
    let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match &files.callers {
        Callers::Web | Callers::Anybody => builder.with_no_client_auth(),
        Callers::Known(authorities) => {
            let mut roots = RootCertStore::empty();
            for one in certificates(authorities)? {
                roots.add(one).map_err(|error| at(authorities, error.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider()));
            builder.with_client_cert_verifier(verifier.build().map_err(|error| at(authorities, error.to_string()))?)
        }
    };
    let mut config = builder
        .with_single_cert(certificates(&files.chain)?, private)
        .map_err(|error| at(&files.chain, error.to_string()))?;
    if matches!(files.callers, Callers::Web) {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
    }
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let at = |error: tokio_rustls::rustls::pki_types::pem::Error| format!("{}: {error}", path.display());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(at)?.collect();
    found.map_err(at)
}

/// Connections that have agreed on keys.
pub struct Agreed {
    arrived: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Agreed {
    /// Over a listener: callers agree on keys beside each other, so that a slow one holds up nobody. Where `feed` is
    /// named, whoever does not agree is logged for it: a sender whose messages do not come is looked for there.
    pub fn over(listener: TcpListener, certificate: Arc<Certificate>, feed: Option<&str>) -> Result<Self, Failure> {
        let feed = feed.map(str::to_owned);
        let address = listener.local_addr()?;
        let (arrive, arrived) = mpsc::channel(HANDSHAKES_MAX);
        tokio::spawn(Arc::clone(&certificate).watch());
        tokio::spawn(async move {
            let slots = Arc::new(Semaphore::new(HANDSHAKES_MAX));
            while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
                let Ok((stream, from)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let config = Arc::clone(&certificate.config.read().unwrap_or_else(PoisonError::into_inner));
                let (arrive, feed) = (arrive.clone(), feed.clone());
                tokio::spawn(async move {
                    let agreeing = tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await;
                    drop(slot);
                    match (agreeing, feed) {
                        (Ok(Ok(stream)), _) => drop(arrive.send((stream, from)).await),
                        (Ok(Err(error)), Some(feed)) => {
                            tracing::warn!(%error, feed, "a sender was not let in: no TLS that both agree on");
                        }
                        (Ok(Err(_)), None) | (Err(_), _) => {}
                    }
                });
            }
        });
        Ok(Self { arrived, address })
    }
}

impl Listener for Agreed {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.arrived.recv().await {
            Some(arrived) => arrived,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub struct From(SocketAddr);

impl Connected<IncomingStream<'_, Agreed>> for From {
    fn connect_info(stream: IncomingStream<'_, Agreed>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Tells the routes where a connection comes from in the way that they know.
pub async fn from(mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(From(address))) = request.extensions().get::<ConnectInfo<From>>().copied() {
        request.extensions_mut().insert(ConnectInfo(address));
    }
    next.run(request).await
}
