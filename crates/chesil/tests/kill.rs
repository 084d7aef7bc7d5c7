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
#[path = "kill/traffic.rs"]
mod traffic;

use app::{State, assert_same_state, opening, state_of};
use care::Care;
use care::db::Place;
use record::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PEOPLE: u32 = 260;
/// Kills that one store lives through before it is finished and compared; then another store is begun.
const KILLS_A_STORE: usize = 10;
const KEY: [u8; 32] = [7; 32];

/// What the senders keep of what they sent: each feed's files, and which of them they were told are taken.
struct Ledger {
    feeds: Vec<Sent>,
}

struct Sent {
    feed: Option<String>,
    sender: String,
    folder: PathBuf,
    /// How long an undisturbed import took.
    took: Duration,
    /// How many versions of items it filed.
    items: i64,
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
            // All that is FHIR goes as one large folder, which takes many commits to file.
            let fhir = !delivery.file_name.ends_with(".hl7") && !delivery.file_name.ends_with(".csv");
            let name = if fhir { "all-fhir" } else { &delivery.feed };
            let inside = folder.join(name);
            std::fs::create_dir_all(&inside).unwrap();
            std::fs::write(inside.join(&delivery.file_name), &delivery.bytes).unwrap();
            feeds.entry(name.to_owned()).or_insert(Sent {
                feed: (!fhir).then_some(delivery.feed),
                sender: if fhir { "DEMO-ALL".to_owned() } else { delivery.sender },
                folder: inside,
                took: Duration::ZERO,
                items: 0,
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
            .args(["import", "--json", "--from", &sent.sender])
            .args(sent.feed.iter().flat_map(|feed| ["--feed", feed]))
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
            "{:?}: {}: {said}",
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
fn kill_again_and_again(store: &Store, ledger: &mut Ledger, kills: usize, seed: &mut u64) -> (usize, usize) {
    let (mut killed, mut midway) = (0, 0);
    let mut before = store.count("*");
    for round in 0..kills {
        // What is largest, and not through yet, is where there is most to cut short.
        let mut open: Vec<&mut Sent> = ledger.feeds.iter_mut().filter(|sent| !sent.acknowledged).collect();
        if open.is_empty() {
            break;
        }
        open.sort_by_key(|sent| std::cmp::Reverse(sent.took));
        let which = if next(seed).is_multiple_of(4) {
            open.len().min(4) - 1
        } else {
            0
        };
        let sent = open.swap_remove(which);
        let begun = Instant::now();
        let mut child = store.import(sent);
        if round % 2 == 0 {
            // At any moment, starting and ending among them.
            let micros = u64::try_from(sent.took.as_micros()).unwrap().max(10);
            std::thread::sleep(Duration::from_micros(micros / 10 + next(seed) % (micros * 8 / 10)));
        } else {
            // Or as soon as some of it is seen to be filed.
            let some = i64::try_from(next(seed)).unwrap_or(0).rem_euclid(sent.items.max(2) / 2);
            let mut conn = store.place.connect(true).unwrap();
            let mut filed = || {
                conn.first("SELECT COUNT(*) FROM item", &[], |row| row.int(0))
                    .unwrap()
                    .unwrap()
            };
            while filed() <= before + some && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(500));
            }
        }
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let lived = begun.elapsed();
        let after = store.count("*");
        assert!(after >= before, "what was filed is gone: {before} items, then {after}");
        sent.acknowledged = matches!(status.code(), Some(0 | 3));
        if sent.acknowledged {
            // The machine is less busy than when this was first timed: aim earlier from now on.
            sent.took = sent.took.min(lived);
        } else {
            killed += 1;
            midway += usize::from(after > before && after - before < sent.items);
        }
        before = after;
    }
    (killed, midway)
}

fn undisturbed(ledger: &mut Ledger, database: Option<String>) -> (State, i64) {
    let store = Store::new(database);
    for sent in &mut ledger.feeds {
        let (begun, before) = (Instant::now(), store.count("*"));
        store.import_whole(sent);
        sent.took = begun.elapsed();
        sent.items = store.count("*") - before;
    }
    (state_of(&store.open()), store.count("DISTINCT contribution_no"))
}

fn ends_as_one_that_was_not_killed(database: impl Fn() -> Option<String>) {
    let seed_given = std::env::var("CHESIL_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut seed: u64 = seed_given.unwrap_or(0x5eed_0001);
    let files = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::write(files.path());
    let (expected, contributions) = undisturbed(&mut ledger, database());
    let (mut killed, mut midway, mut life) = (0, 0, 0);
    while killed < rounds() || midway == 0 {
        life += 1;
        assert!(
            life < rounds(),
            "too few runs were cut short to prove anything: {killed}"
        );
        eprintln!("store {life}, seed {seed}");
        let store = Store::new(database());
        ledger.feeds.iter_mut().for_each(|sent| sent.acknowledged = false);
        let (more, of_these) = kill_again_and_again(
            &store,
            &mut ledger,
            KILLS_A_STORE.min(rounds().saturating_sub(killed).max(2)),
            &mut seed,
        );
        (killed, midway) = (killed + more, midway + of_these);
        for sent in ledger.feeds.iter().filter(|sent| !sent.acknowledged) {
            store.import_whole(sent);
        }
        let state = state_of(&store.open());
        assert_same_state(&expected, &state, false, &format!("store {life}, after {more} kills"));
        assert_eq!(
            store.count("DISTINCT contribution_no"),
            contributions,
            "nothing is kept twice"
        );
    }
    eprintln!(
        "{killed} runs killed, {midway} of them midway, over {life} stores; {} items, {} entries, {} in quarantine",
        expected["item"].len(),
        expected["entry"].len(),
        expected.get("quarantine").map_or(0, Vec::len)
    );
}

#[test]
fn a_run_killed_at_any_moment_and_started_again_ends_as_one_that_was_not() {
    ends_as_one_that_was_not_killed(|| None);
}

#[test]
fn on_postgresql_a_run_killed_at_any_moment_and_started_again_ends_as_one_that_was_not() {
    if postgres::fresh_database().is_some() {
        ends_as_one_that_was_not_killed(postgres::fresh_database);
    }
}
