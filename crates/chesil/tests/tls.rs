//! TLS: pages are served by it and messages come by it, the address of whoever asks is known behind it, and a new
//! certificate is taken up without ending what goes on. The real program, with certificates that openssl makes and a
//! client that checks them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
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

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn serve(folder: &Path) -> (Server, u16) {
    let [cert, key] = ["now.pem", "now.key"].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let (server, port, line) = serve_with(folder, &["--tls-cert", &cert, "--tls-key", &key]);
    assert!(line.contains("https://"), "{line}");
    (server, port)
}

/// Starts the program with these settings; answers where its pages are too, and what it says when it is there.
fn serve_with(folder: &Path, settings: &[&str]) -> (Server, u16, String) {
    let port = free_port();
    let mut child = Command::new(env!("CARGO_BIN_EXE_chesil"))
        .arg("serve")
        .arg("--data")
        .arg(folder.join("data"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(settings)
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
    std::thread::spawn(move || said.lines().count());
    (server, port, line)
}

type Line = StreamOwned<ClientConnection, TcpStream>;

/// A connection to the server, which must show this certificate.
fn connect(folder: &Path, name: &str, port: u16) -> Result<Line, String> {
    let mut line = line_to(folder, name, None, port)?;
    ask(&mut line).map(|_| line)
}

/// A line to something that must show one certificate, by somebody who shows another or none.
fn line_to(folder: &Path, name: &str, own: Option<&str>, port: u16) -> Result<Line, String> {
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(folder.join(format!("{name}.pem"))).unwrap();
    roots.add(trusted).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match own {
        None => config.with_no_client_auth(),
        Some(own) => config
            .with_client_auth_cert(
                vec![CertificateDer::from_pem_file(folder.join(format!("{own}.pem"))).unwrap()],
                PrivateKeyDer::from_pem_file(folder.join(format!("{own}.key"))).unwrap(),
            )
            .unwrap(),
    };
    let host = ServerName::try_from("localhost").unwrap();
    let line = StreamOwned::new(
        ClientConnection::new(Arc::new(config), host).unwrap(),
        TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?,
    );
    line.sock.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    Ok(line)
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

/// Sends one message; what came back, which is nothing where nobody was let in.
fn told(line: &mut (impl Read + Write), control: &str) -> String {
    let message = format!(
        "MSH|^~\\&|PAS|RBD|CHESIL|CHESIL|20261101120000||ADT^A01^ADT_A01|{control}|P|2.4\r\
         EVN|A01|20261101120000\rPID|1||H1^^^RBD^MR||HARDY^ADA||19450504|F\rPV1|1|I|WARD1\r"
    );
    let _ = line.write_all(format!("\u{b}{message}\u{1c}\r").as_bytes());
    let mut text = Vec::new();
    let mut some = [0u8; 4096];
    while !text.ends_with(b"\x1c\r") {
        match line.read(&mut some) {
            Ok(0) | Err(_) => break,
            Ok(count) => text.extend_from_slice(&some[..count]),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn messages_come_over_tls_from_whom_they_may_and_nobody_is_answered_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["ours", "sender", "other"] {
        certificate(here, name);
    }
    std::fs::copy(here.join("sender.pem"), here.join("known.pem")).unwrap();
    let path = |name: &str| here.join(name).to_str().unwrap().to_owned();
    let [clear, open, known] = [(); 3].map(|()| free_port());
    let at = |port: u16, how: &str| format!("127.0.0.1:{port}=rbd-adt{how}");
    let (_server, ..) = serve_with(
        here,
        &[
            "--mllp-cert",
            &path("ours.pem"),
            "--mllp-key",
            &path("ours.key"),
            "--mllp",
            &at(clear, ""),
            "--mllp",
            &at(open, ",tls"),
            "--mllp",
            &at(known, &format!(",tls={}", path("known.pem"))),
        ],
    );
    let over_tls = |own: Option<&str>, port: u16, control: &str| {
        line_to(here, "ours", own, port).map_or_else(|why| why, |mut line| told(&mut line, control))
    };
    let in_the_clear = |port: u16, control: &str| {
        let mut line = TcpStream::connect(("127.0.0.1", port)).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        told(&mut line, control)
    };
    let acknowledged = |answer: &str, control: &str| answer.contains(&format!("MSA|AA|{control}"));
    assert!(acknowledged(&in_the_clear(clear, "C1"), "C1"), "a listener without TLS");
    let answer = over_tls(None, open, "T1");
    assert!(acknowledged(&answer, "T1"), "{answer}");
    for port in [open, known] {
        assert!(!in_the_clear(port, "C2").contains("MSA|"), "in the clear");
        assert!(!in_the_clear(port, "C2").contains("MSH|"), "in the clear");
    }
    // Where senders are known, one shows a certificate, and the right one.
    let answer = over_tls(Some("sender"), known, "T3");
    assert!(acknowledged(&answer, "T3"), "{answer}");
    for stranger in [None, Some("other")] {
        assert!(!over_tls(stranger, known, "T4").contains("MSA|"), "{stranger:?}");
    }
    // Who is known is read again too when that file alone changes, and whoever was refused held nobody up.
    std::fs::copy(here.join("other.pem"), here.join("known.pem")).unwrap();
    soon("the other sender is let in", || {
        acknowledged(&over_tls(Some("other"), known, "T5"), "T5")
    });
    assert!(!over_tls(Some("sender"), known, "T6").contains("MSA|"));
    assert!(acknowledged(&over_tls(None, open, "T7"), "T7"));
}
