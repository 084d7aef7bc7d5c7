//! TLS to PostgreSQL by rustls, and what an address says of it: `sslmode` and `sslrootcert`, as PostgreSQL's own client
//! reads them. That client's library for Rust knows neither a way to speak TLS nor how far to check a certificate.

use super::DbError;
use postgres::Config;
use postgres::config::SslMode;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// Where operating systems keep the authorities that they trust, the first that is there.
const SYSTEM_ROOTS: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// How far the certificate of a database is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// Not at all: nobody listens, and whoever sits between is not noticed.
    Nothing,
    /// An authority that is trusted signed it.
    Authority,
    /// And it is for the name that was asked for.
    Name,
}

/// An address of a database, and how it is to be reached.
#[derive(Debug)]
pub(super) struct Address {
    pub config: Config,
    check: Check,
    /// The file of authorities; none for those that the system trusts.
    roots: Option<PathBuf>,
}

impl Address {
    /// Reads a URL, or `key=value` pairs. Without an `sslmode` it is `prefer`.
    ///
    /// `require` checks what `verify-ca` does: an encrypted line to nobody knows whom is no protection. Where the
    /// authorities are those of the system, both check the name too, since anybody can have one of those certify a name of
    /// their own.
    ///
    /// # Errors
    /// When it is none, or asks for what is not known.
    pub fn parse(text: &str) -> Result<Self, DbError> {
        let (rest, said) = if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            of_url(text)
        } else {
            of_pairs(text)
        };
        let mut config: Config = rest.parse().map_err(|error| failed(&error))?;
        let roots = said.roots.filter(|file| file != "system").map(PathBuf::from);
        let (mode, check) = match said.mode.as_deref().unwrap_or("prefer") {
            "disable" => (SslMode::Disable, Check::Nothing),
            "prefer" => (SslMode::Prefer, Check::Nothing),
            "require" | "verify-ca" if roots.is_some() => (SslMode::Require, Check::Authority),
            "require" | "verify-ca" | "verify-full" => (SslMode::Require, Check::Name),
            other => {
                return Err(DbError::state(format!(
                    "postgresql: sslmode={other} is not known: write disable, prefer, require, verify-ca or verify-full"
                )));
            }
        };
        config.ssl_mode(mode);
        Ok(Self { config, check, roots })
    }

    /// What speaks TLS as the address says. The authorities are read each time, so that a new file is taken up.
    ///
    /// # Errors
    /// When the authorities cannot be read.
    pub fn connector(&self) -> Result<Connector, DbError> {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| DbError::state(format!("tls: {error}")))?;
        let verifier = if self.config.get_ssl_mode() == SslMode::Disable || self.check == Check::Nothing {
            None
        } else {
            let roots = roots(self.roots.as_ref())?;
            let verifier =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider())).build();
            Some(verifier.map_err(|error| DbError::state(format!("tls: {error}")))?)
        };
        let checks = Checks {
            verifier,
            name: self.check == Check::Name,
        };
        let config = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(checks))
            .with_no_client_auth();
        Ok(Connector(Arc::new(config)))
    }
}

/// What went wrong while connecting, with why: the client's own words leave that out.
pub(super) fn failed(error: &postgres::Error) -> DbError {
    match std::error::Error::source(error) {
        Some(why) => DbError::state(format!("postgresql: {error}: {why}")),
        None => DbError::state(format!("postgresql: {error}")),
    }
}

fn roots(file: Option<&PathBuf>) -> Result<RootCertStore, DbError> {
    let usual = || SYSTEM_ROOTS.iter().map(PathBuf::from).find(|path| path.exists());
    let Some(path) = file.cloned().or_else(usual) else {
        return Err(DbError::state(
            "postgresql: this system keeps no authorities where they are looked for: name a file with sslrootcert",
        ));
    };
    let unreadable = |why: String| DbError::state(format!("postgresql: sslrootcert {}: {why}", path.display()));
    let mut roots = RootCertStore::empty();
    for found in CertificateDer::pem_file_iter(&path).map_err(|error| unreadable(error.to_string()))? {
        let found = found.map_err(|error| unreadable(error.to_string()))?;
        match roots.add(found) {
            Ok(()) => {}
            // Of the system's many, one that rustls cannot read is left out; one's own must be read.
            Err(error) if file.is_some() => return Err(unreadable(error.to_string())),
            Err(_) => {}
        }
    }
    if roots.is_empty() {
        return Err(unreadable("it holds no certificate".to_owned()));
    }
    Ok(roots)
}

/// What an address says of TLS.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    mode: Option<String>,
    roots: Option<String>,
}

impl Said {
    /// Takes a parameter that is for here; whether it was.
    fn take(&mut self, key: &str, value: String) -> bool {
        match key {
            "sslmode" => self.mode = Some(value),
            "sslrootcert" => self.roots = Some(value),
            _ => return false,
        }
        true
    }
}

/// Takes what is for here out of a URL's parameters.
fn of_url(url: &str) -> (String, Said) {
    let mut said = Said::default();
    let Some((head, parameters)) = url.split_once('?') else {
        return (url.to_owned(), said);
    };
    let kept: Vec<&str> = parameters
        .split('&')
        .filter(|one| {
            let (key, value) = one.split_once('=').unwrap_or((one, ""));
            !said.take(key, unescaped(value))
        })
        .collect();
    let rest = if kept.is_empty() {
        head.to_owned()
    } else {
        format!("{head}?{}", kept.join("&"))
    };
    (rest, said)
}

/// `%2F` and the like as the letters they stand for.
fn unescaped(text: &str) -> String {
    let hex = |at: &[u8]| u8::from_str_radix(std::str::from_utf8(at).ok()?, 16).ok();
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = (*byte == b'%')
            .then(|| bytes.get(at + 1..at + 3).and_then(hex))
            .flatten();
        plain.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Takes what is for here out of `key=value` pairs: values may stand in single quotes, with `\` before a quote or
/// another `\`, and blanks around `=`.
fn of_pairs(text: &str) -> (String, Said) {
    let mut said = Said::default();
    let mut kept = Vec::new();
    let mut rest = text.trim_start();
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let quoted = after.starts_with('\'');
        let mut value = String::new();
        let mut ends = after.len();
        let mut escaped = false;
        for (at, c) in after.char_indices().skip(usize::from(quoted)) {
            match c {
                _ if escaped => {
                    value.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '\'' if quoted => {
                    ends = at + 1;
                    break;
                }
                c if c.is_whitespace() && !quoted => {
                    ends = at;
                    break;
                }
                c => value.push(c),
            }
        }
        let (written, next) = after.split_at(ends);
        if !said.take(key.trim(), value) {
            kept.push(format!("{}={written}", key.trim()));
        }
        rest = next.trim_start();
    }
    // What is no pair is left for the client to refuse.
    kept.push(rest.to_owned());
    (kept.join(" ").trim_end().to_owned(), said)
}

/// Looks at a database's certificate as far as was asked for.
#[derive(Debug)]
struct Checks {
    /// None where nothing is checked.
    verifier: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
}

impl ServerCertVerifier for Checks {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(verifier) = &self.verifier else {
            return Ok(ServerCertVerified::assertion());
        };
        match verifier.verify_server_cert(certificate, between, name, ocsp, now) {
            // The name is looked at last: all else was right.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            checked => checked,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = default_provider().signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, certificate, signature, &known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = default_provider().signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, certificate, signature, &known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// Makes TLS on the client's sockets.
pub(super) struct Connector(Arc<ClientConfig>);

/// For one host.
pub(super) struct ToHost {
    connector: TlsConnector,
    /// None for a socket of this machine, which has no name and speaks no TLS.
    host: Option<ServerName<'static>>,
    words: String,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Connector {
    type Stream = Encrypted<S>;
    type TlsConnect = ToHost;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<ToHost> {
        Ok(ToHost {
            connector: TlsConnector::from(Arc::clone(&self.0)),
            host: ServerName::try_from(host.to_owned()).ok(),
            words: host.to_owned(),
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for ToHost {
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let no_name = || io::Error::other(format!("`{}` is no name that a certificate could be for", self.words));
            let host = self.host.ok_or_else(no_name)?;
            match self.connector.connect(host, stream).await {
                Ok(stream) => Ok(Encrypted(Box::new(stream))),
                Err(error) => Err(io::Error::other(in_plain_words(&error, &self.words))),
            }
        })
    }
}

/// Why no line was made, and what would mend it.
fn in_plain_words(error: &io::Error, host: &str) -> String {
    let why = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let Some(Error::InvalidCertificate(why)) = why else {
        return error.to_string();
    };
    match why {
        CertificateError::UnknownIssuer => String::from(
            "the database's certificate is not trusted: no authority of sslrootcert (or of this system, where none is named) signed it",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the database's certificate is for another name than {host}")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            String::from("the database's certificate has run out")
        }
        other => format!("the database's certificate is not trusted: {other}"),
    }
}

/// A connection under TLS.
pub(super) struct Encrypted<S>(Box<tokio_rustls::client::TlsStream<S>>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    fn channel_binding(&self) -> ChannelBinding {
        // It would need the certificate's own digest. Without it a password is proved as it is without TLS, by SCRAM.
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(mode: &str, roots: &str) -> Said {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Said {
            mode: some(mode),
            roots: some(roots),
        }
    }

    #[test]
    fn an_address_says_how_far_a_certificate_is_checked() {
        let check = |parameters: &str| {
            let address = Address::parse(&format!("postgres://u@db/x?{parameters}")).unwrap();
            (address.config.get_ssl_mode(), address.check)
        };
        assert_eq!(check(""), (SslMode::Prefer, Check::Nothing));
        assert_eq!(check("sslmode=disable"), (SslMode::Disable, Check::Nothing));
        assert_eq!(
            check("sslmode=prefer&sslrootcert=/a"),
            (SslMode::Prefer, Check::Nothing)
        );
        for mode in ["require", "verify-ca"] {
            let own = format!("sslmode={mode}&sslrootcert=/a");
            assert_eq!(check(&own), (SslMode::Require, Check::Authority));
            for of_system in [format!("sslmode={mode}"), format!("sslmode={mode}&sslrootcert=system")] {
                assert_eq!(check(&of_system), (SslMode::Require, Check::Name), "{of_system}");
            }
        }
        assert_eq!(
            check("sslmode=verify-full&sslrootcert=/a"),
            (SslMode::Require, Check::Name)
        );
        let wrong = Address::parse("postgres://u@db/x?sslmode=verify_full")
            .unwrap_err()
            .to_string();
        assert!(wrong.contains("verify-full"), "{wrong}");
    }

    #[test]
    fn what_is_said_of_tls_is_taken_out_of_an_address_and_nothing_else() {
        let url = |text: &str| of_url(text);
        assert_eq!(url("postgres://u@db/x"), ("postgres://u@db/x".into(), said("", "")));
        assert_eq!(
            url("postgres://u@db/x?connect_timeout=3&sslmode=require&sslrootcert=%2Fetc%2Fa%20b.pem"),
            (
                "postgres://u@db/x?connect_timeout=3".into(),
                said("require", "/etc/a b.pem")
            )
        );
        let pairs = |text: &str| of_pairs(text);
        assert_eq!(
            pairs("host=db sslmode = verify-full user='a \\'b' sslrootcert='/etc/a b.pem' dbname=x"),
            (
                "host=db user='a \\'b' dbname=x".into(),
                said("verify-full", "/etc/a b.pem")
            )
        );
        assert_eq!(pairs("host=db"), ("host=db".into(), said("", "")));
        assert_eq!(pairs("nonsense"), ("nonsense".into(), said("", "")));
        assert_eq!(unescaped("100%"), "100%");
        assert_eq!(unescaped("%zz%2"), "%zz%2");
    }
}
