//! A day played into a real server: over MLLP, HTTP and a watched folder, through a server that is killed and
//! started again, without losing anything and without doubling.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

#[path = "../../care/tests/store/app.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod app;
#[path = "../../care/tests/store/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod postgres;

use app::{State, assert_same_state, opening, state_of};
use care::Care;
use care::db::Place;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const KEY: [u8; 32] = [7; 32];
/// A day long after any server here has stopped, in microseconds.
const LATER: record::Instant = record::Instant(4_000_000_000_000_000);
const PLAN: [&str; 4] = ["--people", "2500", "--as-of", "2026-11-01"];

/// A data folder, and what is watched beside it.
struct Ground {
    folder: tempfile::TempDir,
}

/// A running server, killed with no warning when it is dropped.
struct Server {
    child: Child,
    page: String,
    mllp: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let found = Self { folder };
        // Every store has the same id key, so that two can be compared.
        drop(found.open());
        found
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn watched(&self) -> PathBuf {
        self.folder.path().join("watched")
    }

    fn open(&self) -> Care {
        let place = Place::Lite(self.data().join("record.db"));
        Care::open(opening(place, &self.data(), KEY)).unwrap()
    }

    /// Starts a server and waits until it says where it listens; `page` and `mllp` are addresses, with port 0 for
    /// any free one.
    fn serve(&self, page: &str, mllp: &str) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chesil"))
            .args([
                "serve",
                "--listen",
                page,
                "--mllp",
                &format!("{mllp}=rbd-adt"),
                "--watch",
            ])
            .arg(self.watched())
            .arg("--data")
            .arg(self.data())
            .env_remove("CHESIL_DATABASE")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut page, mut mllp) = (String::new(), String::new());
        while page.is_empty() {
            let line = lines.next().expect("the server ended").unwrap();
            if let Some(address) = line.strip_prefix("HL7 v2 over MLLP for rbd-adt at ") {
                mllp = address.to_owned();
            }
            if let Some((_, address)) = line.split_once("serves at http://") {
                page = address.trim_end_matches('/').to_owned();
            }
        }
        Server { child, page, mllp }
    }

    fn player(&self, server: &Server, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chesil"));
        command
            .arg("synthesise")
            .args(PLAN)
            .args(["--live", "--to", &format!("http://{}", server.page), "--speed", "0"])
            .args(["--mllp", &format!("{}=rbd-adt", server.mllp), "--drop"])
            .arg(self.watched())
            .arg("--progress")
            .arg(self.folder.path().join("progress.json"))
            .args(more)
            .env_remove("PEOPLE")
            .env_remove("CHESIL_DATABASE");
        command
    }

    fn play(&self, server: &Server, more: &[&str]) -> Output {
        self.player(server, more).output().unwrap()
    }

    fn sent(&self) -> u64 {
        let text = std::fs::read_to_string(self.folder.path().join("progress.json")).unwrap_or_default();
        let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        page["sent"].as_u64().unwrap_or(0)
    }

    /// What the store holds once everything is weighed that the server, killed, may have left to be weighed. A lease
    /// that it held has run out by then.
    fn state(&self) -> State {
        let care = self.open();
        care::person::matching::drain(&care, 7, LATER, |_| true).unwrap();
        state_of(&care)
    }

    fn contributions(&self) -> i64 {
        let mut conn = Place::Lite(self.data().join("record.db")).connect(true).unwrap();
        let sql = "SELECT COUNT(DISTINCT contribution_no) FROM item";
        conn.first(sql, &[], |row| row.int(0)).unwrap().unwrap()
    }
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// One player, whole, into a server that nobody disturbs.
fn undisturbed() -> (State, i64, String) {
    let place = Ground::new();
    let server = place.serve("127.0.0.1:0", "127.0.0.1:0");
    let output = place.play(&server, &["--days", "2"]);
    assert!(output.status.success(), "{}", said(&output));
    let lines = said(&output);
    drop(server);
    let contributions = place.contributions();
    (place.state(), contributions, lines)
}

#[test]
fn a_day_arrives_and_each_thing_is_acknowledged() {
    let (state, _, lines) = undisturbed();
    for wanted in [
        "rbd-adt",
        "ADT^A04 came to the emergency department",
        "  AA\n",
        "  200\n",
        "put into the watched folder",
        " 0 refused, 0 left out",
    ] {
        assert!(lines.contains(wanted), "{wanted}: {lines}");
    }
    assert!(!lines.contains("still lie"), "{lines}");
    assert!(state["item"].len() > 100, "{}", state["item"].len());
    assert!(!state.contains_key("quarantine") || state["quarantine"].is_empty());
    // No line of the console says about whom.
    assert!(!lines.contains("999") && !lines.contains("Loveless"), "{lines}");
}

#[test]
fn a_play_through_a_server_that_is_killed_and_a_player_that_is_ends_as_one_that_was_not() {
    let (expected, contributions, _) = undisturbed();
    let place = Ground::new();
    let mut server = place.serve("127.0.0.1:0", "127.0.0.1:0");
    let mut player = place
        .player(&server, &["--days", "2"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // The server goes while things are being sent, and comes back where it was.
    for more in [10, 10] {
        wait_for(place.sent() + more, &place);
        let (page, mllp) = (server.page.clone(), server.mllp.clone());
        drop(server);
        server = place.serve(&page, &mllp);
    }
    // Then the player goes, and another takes up where it was.
    wait_for(place.sent() + 5, &place);
    player.kill().unwrap();
    player.wait().unwrap();
    let before = place.sent();
    let output = place.play(&server, &["--days", "2"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).contains(&format!("{before} sent before")),
        "{}",
        said(&output)
    );
    drop(server);
    assert_same_state(
        &expected,
        &place.state(),
        false,
        "after two kills of the server and one of the player",
    );
    assert_eq!(place.contributions(), contributions, "nothing is kept twice");
}

#[test]
fn played_again_from_the_beginning_nothing_is_kept_twice() {
    let (expected, contributions, _) = undisturbed();
    let place = Ground::new();
    let server = place.serve("127.0.0.1:0", "127.0.0.1:0");
    for _ in 0..2 {
        let output = place.play(&server, &["--days", "2"]);
        assert!(output.status.success(), "{}", said(&output));
        let _ = std::fs::remove_file(place.folder.path().join("progress.json"));
    }
    drop(server);
    assert_same_state(&expected, &place.state(), false, "played twice");
    assert_eq!(place.contributions(), contributions);
}

#[test]
fn a_token_that_is_not_known_is_refused_in_words() {
    let place = Ground::new();
    let server = place.serve("127.0.0.1:0", "127.0.0.1:0");
    let token = place.folder.path().join("token");
    std::fs::write(&token, "not-a-token-of-this-server").unwrap();
    let output = place.play(&server, &["--token-file", token.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("the token may not send this"),
        "{}",
        said(&output)
    );
}

#[test]
fn safety_18_invented_people_are_never_played_into_a_record_of_real_ones() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_chesil"))
        .args(["serve", "--live", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path().join("data"))
        .env_remove("CHESIL_DATABASE")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let page = loop {
        let line = lines.next().expect("the server ended").unwrap();
        if let Some((_, address)) = line.split_once("serves at ") {
            break address.trim_end_matches('/').to_owned();
        }
    };
    let server = Server {
        child,
        page,
        mllp: String::new(),
    };
    let output = Command::new(env!("CARGO_BIN_EXE_chesil"))
        .arg("synthesise")
        .args(PLAN)
        .args(["--live", "--speed", "0", "--to", &server.page, "--progress"])
        .arg(folder.path().join("progress"))
        .env_remove("PEOPLE")
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(said(&output).contains("is no demonstration"), "{}", said(&output));
    assert!(!folder.path().join("progress").exists());
}

#[test]
fn what_cannot_be_played_is_said() {
    let place = Ground::new();
    let server = place.serve("127.0.0.1:0", "127.0.0.1:0");
    for (arguments, why) in [
        (["--day", "2026-11-01"], "only days after the as-of date"),
        (["--days", "0"], "--days 0: 1 to"),
        (["--from", "25:00"], "write HH:MM"),
        (["--speed", "NaN"], "--speed"),
    ] {
        let mut command = place.player(&server, &[]);
        if arguments[0] == "--speed" {
            command = Command::new(env!("CARGO_BIN_EXE_chesil"));
            command.arg("synthesise").args(PLAN).arg("--live").env_remove("PEOPLE");
        }
        let output = command.args(arguments).output().unwrap();
        assert!(
            !output.status.success() && said(&output).contains(why),
            "{}",
            said(&output)
        );
    }
}

fn wait_for(sent: u64, place: &Ground) {
    let begun = Instant::now();
    while place.sent() < sent {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing more was sent");
        std::thread::sleep(Duration::from_millis(2));
    }
}
