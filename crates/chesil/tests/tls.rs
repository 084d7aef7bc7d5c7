//! TLS: pages are served by it, the address of whoever asks is known behind it, and a new certificate is taken up
//! without ending what goes on. The real program, with certificates that openssl makes and a client that checks them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A certificate for localhost that signs itself.
fn certificate(folder: &Path, name: &str) {
    let at = |end: &str| folder.join(format!("{name}.{end}"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(at("key"))
        .arg("-out")
        .arg(at("pem"))
        .output()
        .expect("openssl is here");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn put(folder: &Path, name: &str) {
    for end in ["key", "pem"] {
        std::fs::copy(folder.join(format!("{name}.{end}")), folder.join(format!("now.{end}"))).unwrap();
    }
}

fn serve(folder: &Path) -> (Server, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(env!("CARGO_BIN_EXE_chesil"))
        .arg("serve")
        .arg("--data")
        .arg(folder.join("data"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .arg("--tls-cert")
        .arg(folder.join("now.pem"))
        .arg("--tls-key")
        .arg(folder.join("now.key"))
        .env_remove("CHESIL_DATABASE")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let server = Server(child);
    let mut line = String::new();
    while !line.starts_with("Chesil ") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it comes up");
    }
    assert!(line.contains("https://"), "{line}");
    std::thread::spawn(move || said.lines().count());
    (server, port)
}

type Line = StreamOwned<ClientConnection, TcpStream>;

/// A connection to the server, which must show this certificate.
fn connect(folder: &Path, name: &str, port: u16) -> Result<Line, String> {
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(folder.join(format!("{name}.pem"))).unwrap();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let host = ServerName::try_from("localhost").unwrap();
    let mut line = StreamOwned::new(
        ClientConnection::new(Arc::new(config), host).unwrap(),
        TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?,
    );
    line.sock.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    ask(&mut line).map(|_| line)
}

/// Asks for a page on a connection that stays.
fn ask(line: &mut Line) -> Result<String, String> {
    let request = "GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n";
    line.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    let mut some = [0u8; 4096];
    loop {
        let count = line.read(&mut some).map_err(|error| error.to_string())?;
        text.extend_from_slice(&some[..count]);
        let whole = String::from_utf8_lossy(&text).into_owned();
        let (head, body) = whole.split_once("\r\n\r\n").unwrap_or((&whole, ""));
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if count == 0 || length.is_some_and(|length: usize| body.len() >= length) {
            return Ok(whole);
        }
    }
}

fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(40);
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn pages_are_served_over_tls_and_a_new_certificate_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["first", "second", "third"] {
        certificate(here, name);
    }
    put(here, "first");
    let (server, port) = serve(here);
    let mut line = connect(here, "first", port).unwrap();
    let page = ask(&mut line).unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("strict-transport-security: max-age="), "{page}");
    assert!(page.contains("__Host-chesil=") && page.contains("; Secure"), "{page}");
    assert!(
        connect(here, "second", port).is_err(),
        "another certificate is not shown"
    );
    // By a change of the file.
    put(here, "second");
    soon("the second is shown", || connect(here, "second", port).is_ok());
    assert!(
        ask(&mut line).unwrap().starts_with("HTTP/1.1 200"),
        "what goes on goes on"
    );
    // What does not fit together leaves what is in force.
    std::fs::write(here.join("now.pem"), "no certificate").unwrap();
    std::fs::write(here.join("now.key"), "no key").unwrap();
    hang_up(&server);
    std::thread::sleep(Duration::from_secs(1));
    assert!(connect(here, "second", port).is_ok());
    // By being told.
    put(here, "third");
    hang_up(&server);
    soon("the third is shown", || connect(here, "third", port).is_ok());
    // Plain HTTP is not answered, and does not hold anything up.
    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut said = Vec::new();
    plain.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP/"), "{said:?}");
    assert!(connect(here, "third", port).is_ok());
}

fn hang_up(server: &Server) {
    let told = Command::new("kill").args(["-HUP", &server.0.id().to_string()]).status();
    assert!(told.unwrap().success());
}
