//! TLS by rustls, for a server without a proxy in front. The certificate is read again when its files change or the
//! process is told to (SIGHUP): connections that stand go on, and new ones are shown the new one.

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
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(5);
/// How long a caller may take to agree on keys.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Callers that may be agreeing on keys at once; others wait to be taken.
const HANDSHAKES_MAX: usize = 256;

/// The certificate in force.
pub struct Certificate {
    paths: [PathBuf; 2],
    config: RwLock<Arc<ServerConfig>>,
}

impl Certificate {
    /// Reads the chain and the key, both PEM.
    pub fn load(chain: &Path, key: &Path) -> Result<Arc<Self>, Failure> {
        let config = read(chain, key).map_err(Failure::new)?;
        Ok(Arc::new(Self {
            paths: [chain.to_owned(), key.to_owned()],
            config: RwLock::new(config),
        }))
    }

    /// Reads both again; what cannot be read, or does not fit together, leaves what was in force.
    fn again(&self) {
        let [chain, key] = &self.paths;
        match read(chain, key) {
            Ok(config) => {
                *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
                tracing::info!("the certificate was read again");
            }
            Err(why) => tracing::error!(why, "the certificate stays as it was"),
        }
    }

    /// Reads both again when they change, and on SIGHUP.
    async fn watch(self: Arc<Self>) {
        let changed = |path: &PathBuf| std::fs::metadata(path).and_then(|about| about.modified()).ok();
        let seen_now = || -> [Option<SystemTime>; 2] { self.paths.each_ref().map(changed) };
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

fn read(chain: &Path, key: &Path) -> Result<Arc<ServerConfig>, String> {
    let at = |path: &Path, error: String| format!("{}: {error}", path.display());
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(chain)
        .map_err(|error| at(chain, error.to_string()))?
        .collect();
    let certificates = certificates.map_err(|error| at(chain, error.to_string()))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| at(key, error.to_string()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(certificates, private)
        .map_err(|error| at(chain, error.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Connections that have agreed on keys.
pub struct Agreed {
    arrived: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Agreed {
    /// Over a listener: callers agree on keys beside each other, so that a slow one holds up nobody.
    pub fn over(listener: TcpListener, certificate: Arc<Certificate>) -> Result<Self, Failure> {
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
                let arrive = arrive.clone();
                tokio::spawn(async move {
                    let agreeing = tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await;
                    drop(slot);
                    if let Ok(Ok(stream)) = agreeing {
                        let _ = arrive.send((stream, from)).await;
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
