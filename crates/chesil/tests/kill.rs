//! A run killed at any moment and started again ends as one that was not (HOUSE, issue A): the real program is
//! killed with no warning while it imports, again and again, and what it then holds is compared, row by row, with
//! what a store holds that was never disturbed. `CHESIL_NIGHTLY=1` kills it ten times as often.

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
use record::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PEOPLE: u32 = 120;
const KEY: [u8; 32] = [7; 32];

/// What the senders keep of what they sent: each feed's files, and which of them they were told are taken. A sender
/// of messages will note each acknowledged one here.
struct Ledger {
    feeds: Vec<Sent>,
}

struct Sent {
    feed: String,
    sender: String,
    folder: PathBuf,
    /// How long an undisturbed import took.
    took: Duration,
    acknowledged: bool,
}

impl Ledger {
    /// Writes what is sent about some invented people, a folder a feed.
    fn write(folder: &Path) -> Self {
        let plan = synthetic::Plan {
            people: PEOPLE,
            seed: 9,
            as_of: Date::new(2026, 11, 1).unwrap(),
        };
        let mut feeds: BTreeMap<String, Sent> = BTreeMap::new();
        for delivery in synthetic::deliveries(plan) {
            let inside = folder.join(&delivery.feed);
            std::fs::create_dir_all(&inside).unwrap();
            std::fs::write(inside.join(&delivery.file_name), &delivery.bytes).unwrap();
            feeds.entry(delivery.feed.clone()).or_insert(Sent {
                feed: delivery.feed,
                sender: delivery.sender,
                folder: inside,
                took: Duration::ZERO,
                acknowledged: false,
            });
        }
        Self {
            feeds: feeds.into_values().collect(),
        }
    }
}

/// A store that the program works on: its data folder, and where the record is.
struct Store {
    folder: tempfile::TempDir,
    place: Place,
}

impl Store {
    /// A new store; every one has the same id key, so that they can be compared.
    fn new(database: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = match database {
            Some(url) => Place::Pg(url),
            None => Place::Lite(folder.path().join("record.db")),
        };
        let store = Self { folder, place };
        drop(store.open());
        store
    }

    fn open(&self) -> Care {
        Care::open(opening(self.place.clone(), self.folder.path(), KEY)).unwrap()
    }

    fn import(&self, sent: &Sent) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chesil"));
        command
            .args(["import", "--json", "--from", &sent.sender, "--feed", &sent.feed])
            .arg("--data")
            .arg(self.folder.path())
            .arg(&sent.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .env_remove("CHESIL_DATABASE");
        if let Place::Pg(url) = &self.place {
            command.args(["--database", url]);
        }
        command.spawn().unwrap()
    }

    /// Imports to the end.
    fn import_whole(&self, sent: &Sent) {
        let done = self.import(sent).wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(
            matches!(done.status.code(), Some(0 | 3)),
            "{}: {}: {said}",
            sent.feed,
            done.status
        );
    }

    fn count(&self, what: &str) -> i64 {
        let mut conn = self.place.connect(true).unwrap();
        let sql = format!("SELECT COUNT({what}) FROM item");
        conn.first(&sql, &[], |row| row.int(0)).unwrap().unwrap()
    }
}

fn rounds() -> usize {
    if std::env::var_os("CHESIL_NIGHTLY").is_some_and(|value| value == "1") {
        200
    } else {
        20
    }
}

/// The next of a run of numbers that look like chance; the seed is printed, so that a run can be had again.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// Kills imports, each at some moment of the time that it takes; answers how many were cut short and how many of
/// these had filed some of their items and not all.
fn kill_again_and_again(store: &Store, ledger: &mut Ledger, rounds: usize, seed: &mut u64) -> (usize, usize) {
    let (mut killed, mut midway) = (0, 0);
    let mut before = store.count("*");
    for round in 0..rounds {
        // Every other round goes to the feed that says most, where there is most to cut short.
        let longest = (0..ledger.feeds.len()).max_by_key(|n| ledger.feeds[*n].took).unwrap();
        let any = usize::try_from(next(seed) % ledger.feeds.len() as u64).unwrap();
        let sent = &mut ledger.feeds[if round % 2 == 0 { longest } else { any }];
        let micros = u64::try_from(sent.took.as_micros()).unwrap();
        let mut child = store.import(sent);
        std::thread::sleep(Duration::from_micros(next(seed) % micros.max(1)));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let after = store.count("*");
        assert!(after >= before, "what was filed is gone: {before} items, then {after}");
        if status.success() || status.code() == Some(3) {
            sent.acknowledged = true;
        } else {
            killed += 1;
            midway += usize::from(after > before && !sent.acknowledged);
        }
        before = after;
    }
    (killed, midway)
}

fn undisturbed(ledger: &mut Ledger, database: Option<String>) -> (State, i64) {
    let store = Store::new(database);
    for sent in &mut ledger.feeds {
        let begun = Instant::now();
        store.import_whole(sent);
        sent.took = begun.elapsed();
    }
    (state_of(&store.open()), store.count("DISTINCT contribution_no"))
}

fn ends_as_one_that_was_not_killed(database: Option<(String, String)>) {
    let seed_given = std::env::var("CHESIL_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut seed: u64 = seed_given.unwrap_or(0x5eed_0001);
    let files = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::write(files.path());
    let (first, second) = database.map_or((None, None), |(first, second)| (Some(first), Some(second)));
    let (expected, contributions) = undisturbed(&mut ledger, first);
    let store = Store::new(second);
    let (killed, midway) = kill_again_and_again(&store, &mut ledger, rounds(), &mut seed);
    for sent in &ledger.feeds {
        store.import_whole(sent);
    }
    let state = state_of(&store.open());
    assert_same_state(&expected, &state, false, &format!("after {killed} kills"));
    assert_eq!(
        store.count("DISTINCT contribution_no"),
        contributions,
        "nothing is kept twice"
    );
    eprintln!(
        "{killed} of {} runs killed, {midway} of them midway; {} items, {} entries, {} in quarantine",
        rounds(),
        state["item"].len(),
        state["entry"].len(),
        state.get("quarantine").map_or(0, Vec::len)
    );
    assert!(killed * 2 > rounds(), "too few runs were cut short to prove anything");
}

#[test]
fn a_run_killed_at_any_moment_and_started_again_ends_as_one_that_was_not() {
    ends_as_one_that_was_not_killed(None);
}

#[test]
fn on_postgresql_a_run_killed_at_any_moment_and_started_again_ends_as_one_that_was_not() {
    let (Some(first), Some(second)) = (postgres::fresh_database(), postgres::fresh_database()) else {
        return;
    };
    ends_as_one_that_was_not_killed(Some((first, second)));
}
