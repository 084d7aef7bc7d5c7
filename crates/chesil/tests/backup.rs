//! The real program takes a backup beside a server and puts it back; killed at any moment, neither leaves anything that
//! looks whole.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

#[path = "../../care/tests/store/app.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod app;
#[path = "../../care/tests/store/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod postgres;

use app::{assert_same_state, opening, state_of};
use care::Care;
use care::db::Place;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PEOPLE: &str = "120";
const ROUNDS: u32 = 6;

fn chesil(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chesil"));
    command
        .args(arguments)
        .env_remove("CHESIL_DATABASE")
        .env_remove("CHESIL_BACKUP_KEY")
        .env_remove("CHESIL_BACKUP_KEY_FILE")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn run(arguments: &[&str]) -> String {
    let output = chesil(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

fn refused(arguments: &[&str]) -> String {
    let output = chesil(arguments).output().unwrap();
    assert!(!output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// A filled store with its keys, and the key of its backups.
struct Kept {
    folder: tempfile::TempDir,
    data: PathBuf,
    key: PathBuf,
}

impl Kept {
    fn filled() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (data, key) = (folder.path().join("data"), folder.path().join("key"));
        run(&[
            "demo",
            "--people",
            PEOPLE,
            "--fill-only",
            "--data",
            data.to_str().unwrap(),
        ]);
        std::fs::write(&key, "0a".repeat(32)).unwrap();
        Self { folder, data, key }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn key(&self) -> &str {
        self.key.to_str().unwrap()
    }

    fn data(&self) -> &str {
        self.data.to_str().unwrap()
    }

    fn backup(&self, out: &str) -> Command {
        chesil(&["backup", "--data", self.data(), "--out", out, "--key-file", self.key()])
    }

    fn restore(&self, from: &str, data: &str, database: Option<&str>) -> Command {
        let mut command = chesil(&[
            "restore",
            "--from",
            from,
            "--data",
            data,
            "--no-removals",
            "--key-file",
            self.key(),
        ]);
        command.args(database.iter().flat_map(|url| ["--database", url]));
        command
    }

    fn check(&self, file: &str) -> Output {
        chesil(&["backup", "--check", file, "--key-file", self.key()])
            .output()
            .unwrap()
    }
}

fn state(data: &Path, database: Option<&str>) -> app::State {
    let place = match database {
        Some(url) => Place::Pg(url.to_owned()),
        None => Place::Lite(data.join("record.db")),
    };
    state_of(&Care::open(opening(place, data, [7; 32])).unwrap())
}

/// Begins a run and kills it after a part of the time that a whole one took.
fn killed(command: &mut Command, took: Duration, round: u32) {
    let mut child: Child = command.spawn().unwrap();
    std::thread::sleep(took * (2 * round + 1) / (2 * ROUNDS));
    let _ = child.kill();
    child.wait().unwrap();
}

fn timed(command: &mut Command) -> (Duration, String) {
    let begun = Instant::now();
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    (begun.elapsed(), said(&output))
}

#[test]
fn a_backup_or_a_restore_killed_at_any_moment_leaves_nothing_that_looks_whole() {
    let kept = Kept::filled();
    let whole = kept.path("whole");
    let (took, _) = timed(&mut kept.backup(&whole));
    let mut cut_short = 0;
    for round in 0..ROUNDS {
        let out = kept.path(&format!("backup-{round}"));
        killed(&mut kept.backup(&out), took, round);
        if Path::new(&out).exists() {
            assert!(kept.check(&out).status.success(), "what has its name is whole");
            continue;
        }
        cut_short += 1;
        let part = format!("{out}.part");
        if Path::new(&part).exists() {
            // Killed after its last byte and before it had its name, it may be whole: then it must be so in truth.
            if kept.check(&part).status.success() {
                let data = kept.path(&format!("from-part-{round}"));
                timed(&mut kept.restore(&part, &data, None));
                assert_same_state(
                    &state(&kept.data, None),
                    &state(Path::new(&data), None),
                    true,
                    "restored from what was called whole",
                );
            }
        }
        timed(&mut kept.backup(&out));
        assert!(
            kept.check(&out).status.success(),
            "the next run is not in the way of the last"
        );
    }
    assert!(cut_short > 0, "no backup was cut short");
    let expected = state(&kept.data, None);
    let databases = [None, postgres::fresh_database()];
    for on_postgres in [false, databases[1].is_some()]
        .into_iter()
        .take(1 + usize::from(databases[1].is_some()))
    {
        let database = || if on_postgres { postgres::fresh_database() } else { None };
        let first = database();
        let (took, _) = timed(&mut kept.restore(&whole, &kept.path(&format!("timed-{on_postgres}")), first.as_deref()));
        let mut cut_short = 0;
        for round in 0..ROUNDS {
            let (data, database) = (kept.path(&format!("restored-{on_postgres}-{round}")), database());
            let folder = Path::new(&data);
            killed(&mut kept.restore(&whole, &data, database.as_deref()), took, round);
            let done = folder.join("record.db").exists() || database.is_some();
            if folder.join("restoring").exists() {
                cut_short += 1;
                let mut list = chesil(&["account", "list", "--data", &data]);
                list.args(database.iter().flat_map(|url| ["--database", url]));
                let words = said(&list.output().unwrap());
                assert!(words.contains("not restored to its end"), "{words}");
                // The folder is taken again; a database that was left half done would have to be made anew.
                let again = kept.restore(&whole, &data, database.as_deref()).output().unwrap();
                if !again.status.success() {
                    assert!(said(&again).contains("not empty"), "{}", said(&again));
                    continue;
                }
            } else if !done || !folder.exists() {
                timed(&mut kept.restore(&whole, &data, database.as_deref()));
            }
            assert_same_state(
                &expected,
                &state(folder, database.as_deref()),
                true,
                "restored after a kill",
            );
        }
        assert!(cut_short > 0, "no restore was cut short");
    }
}

#[test]
fn a_backup_is_taken_beside_a_server_and_its_drill_ends_in_a_store_that_serves() {
    let kept = Kept::filled();
    let copy = kept.path("seals");
    let mut serving = chesil(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        kept.data(),
        "--audit-copy",
        &copy,
    ])
    .spawn()
    .unwrap();
    let mut told = BufReader::new(serving.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("serves at") {
        line.clear();
        assert_ne!(told.read_line(&mut line).unwrap(), 0, "the server ended");
    }
    let made = kept.path("monday");
    let (_, words) = timed(&mut kept.backup(&made));
    serving.kill().unwrap();
    serving.wait().unwrap();
    for part in [
        "is whole",
        "account.key",
        "audit.key",
        "Keep elsewhere",
        "the key of this backup",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let list = format!("{copy}.removals");
    assert!(
        Path::new(&list).exists(),
        "removals are listed beside the copy of the seals"
    );
    let sunday = kept.path("sunday");
    let words = run(&[
        "restore",
        "--from",
        &made,
        "--data",
        &sunday,
        "--removals",
        &list,
        "--key-file",
        kept.key(),
    ]);
    for part in ["Restored", "read back", "new chain", "Ask each sender", "gp01-fhir"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert_same_state(
        &state(&kept.data, None),
        &state(Path::new(&sunday), None),
        true,
        "after the drill",
    );
    let verified = run(&["audit", "verify", "--data", &sunday]);
    assert!(verified.contains("Nothing was changed"), "{verified}");
    // Not a second time, and not where anything is.
    assert!(
        refused(&[
            "restore",
            "--from",
            &made,
            "--data",
            &sunday,
            "--no-removals",
            "--key-file",
            kept.key()
        ])
        .contains("not empty")
    );
    assert!(
        refused(&[
            "restore",
            "--from",
            &made,
            "--data",
            &kept.path("x"),
            "--key-file",
            kept.key()
        ])
        .contains("--removals")
    );
}

#[test]
fn what_would_make_a_backup_worthless_is_refused_in_words() {
    let kept = Kept::filled();
    let out = kept.path("one");
    let inside = kept.data.join("key");
    std::fs::copy(&kept.key, &inside).unwrap();
    let backup = |more: &[&str]| refused(&[&["backup", "--data", kept.data(), "--out", &out], more].concat());
    assert!(backup(&["--key-file", inside.to_str().unwrap()]).contains("lies in the data folder"));
    assert!(backup(&[]).contains("openssl rand -hex 32"));
    assert!(backup(&["--key-file", "/nowhere/key"]).contains("/nowhere/key"));
    assert!(!Path::new(&out).exists());
    timed(&mut kept.backup(&out));
    let twice = kept.backup(&out).output().unwrap();
    assert!(!twice.status.success() && said(&twice).contains("is there already"));
    let other = kept.path("other");
    std::fs::write(&other, "0b".repeat(32)).unwrap();
    assert!(refused(&["backup", "--check", &out, "--key-file", &other]).contains("does not open this file"));
    let empty = kept.path("nothing");
    assert!(
        refused(&[
            "backup",
            "--data",
            &empty,
            "--out",
            &kept.path("two"),
            "--key-file",
            kept.key()
        ])
        .contains("holds no store")
    );
    // A wrong key leaves an empty folder empty: the right one may follow.
    let data = kept.path("again");
    refused(&[
        "restore",
        "--from",
        &out,
        "--data",
        &data,
        "--no-removals",
        "--key-file",
        &other,
    ]);
    run(&[
        "restore",
        "--from",
        &out,
        "--data",
        &data,
        "--no-removals",
        "--key-file",
        kept.key(),
    ]);
}
