//! The list of systems is read again while the server runs: one that is suspended or struck out is shut out, one that
//! cannot be read changes nothing. The real program, asked as a system asks it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const FIRST: &str = "the first token of a reading system";
const SECOND: &str = "another token of that same system";

/// A server over an empty folder, with what it writes to its log.
struct Server {
    child: Child,
    port: u16,
    log: Receiver<String>,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn given_a_server(systems: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    write_list(folder.path(), systems);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new(env!("CARGO_BIN_EXE_chesil"))
        .arg("serve")
        .arg("--data")
        .arg(folder.path().join("data"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .arg("--machines")
        .arg(folder.path().join("machines.toml"))
        .env_remove("CHESIL_DATABASE")
        .env_remove("RUST_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("Chesil ") {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it comes up");
    }
    std::thread::spawn(move || said.lines().count());
    let (tell, log) = channel();
    let errors = BufReader::new(child.stderr.take().unwrap());
    std::thread::spawn(move || {
        for line in errors.lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    Server {
        child,
        port,
        log,
        folder,
    }
}

/// Puts another list in the place of the one there, at one stroke, as an operator's tools do.
fn write_list(folder: &Path, systems: &str) {
    put(
        &folder.join("machines.toml"),
        &systems.replace("TOKEN", &token(folder).to_string_lossy()),
    );
}

fn token(folder: &Path) -> PathBuf {
    let path = folder.join("token");
    if !path.exists() {
        put(&path, FIRST);
    }
    path
}

fn put(path: &Path, text: &str) {
    let beside = path.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::rename(beside, path).unwrap();
}

const READER: &str = "[[machine]]\nname = \"reader\"\nrole = \"reader\"\ntoken-file = \"TOKEN\"\n";

impl Server {
    /// Whether a token opens the routes of systems.
    fn lets_in(&self, token: &str) -> bool {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let request = format!(
            "GET /fhir/Patient/00000000000000000000000000000000 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said).into_owned();
        match said.split(' ').nth(1) {
            Some("401") => false,
            Some("404") => true,
            _ => panic!("{said}"),
        }
    }

    fn soon(&self, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let until = Instant::now() + Duration::from_secs(40);
        while !holds(self) {
            assert!(Instant::now() < until, "{what}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn then_the_log_says(&self, wanted: &str) {
        let until = Instant::now() + Duration::from_secs(40);
        while let Ok(line) = self.log.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if line.contains(wanted) {
                return;
            }
        }
        panic!("the log does not say “{wanted}”");
    }
}

#[test]
fn a_system_that_is_suspended_or_struck_out_is_shut_out_while_the_server_runs() {
    let server = given_a_server(READER);
    let here = server.folder.path();
    assert!(server.lets_in(FIRST) && !server.lets_in(SECOND));
    write_list(here, &format!("{READER}suspended = true\n"));
    server.soon("suspended", |server| !server.lets_in(FIRST));
    write_list(here, READER);
    server.soon("let in again", |server| server.lets_in(FIRST));
    // One that cannot be read is said in the log, and changes nothing.
    for wrong in [
        "[[machine]",
        &READER.replace("\"reader\"\ntoken", "\"king\"\ntoken"),
        "suspended = 1\n",
    ] {
        write_list(here, wrong);
        server.then_the_log_says("the list of systems stays as it was");
        assert!(server.lets_in(FIRST), "{wrong}");
    }
    // As does one that is gone for a while.
    std::fs::remove_file(here.join("machines.toml")).unwrap();
    server.then_the_log_says("the list of systems stays as it was");
    assert!(server.lets_in(FIRST));
    write_list(here, "");
    server.soon("struck out", |server| !server.lets_in(FIRST));
}

#[test]
fn a_new_token_is_taken_up_when_its_own_file_changes() {
    let server = given_a_server(READER);
    let here = server.folder.path();
    assert!(server.lets_in(FIRST));
    put(&here.join("token"), SECOND);
    server.soon("the new token", |server| server.lets_in(SECOND));
    assert!(!server.lets_in(FIRST), "the old one is good no longer");
    put(&here.join("token"), "short");
    server.then_the_log_says("the list of systems stays as it was");
    assert!(server.lets_in(SECOND));
}
