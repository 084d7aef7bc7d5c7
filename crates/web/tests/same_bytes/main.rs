//! For any two stores that differ only in what a reader may not see, every answer to that reader about persons is the
//! same byte for byte (SAFETY 8 and 9): pages, FHIR, totals, links to further pages, errors, headers. And what was backed
//! up answers after a restore as it did before.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

mod asking;
#[path = "../../../care/tests/store/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod postgres;
mod restored;
#[path = "../store/mod.rs"]
mod store;
mod unseen;

use asking::{Answers, Reader, readers};
use std::collections::BTreeMap;
use std::time::Duration;
use unseen::{Case, Pair};

/// Cases tried; each is a pair of stores. `CHESIL_NIGHTLY=1` tries twenty times as many, and asks as everyone.
const CASES: u64 = 7;
/// Who asks of those from whom something is hidden, at a browser and by a system each.
const READERS: usize = 3;

fn nightly() -> bool {
    std::env::var("CHESIL_NIGHTLY").is_ok_and(|value| value == "1")
}

fn cases() -> u64 {
    CASES * if nightly() { 20 } else { 1 }
}

/// Some of those from whom what is hidden is hidden; others with another seed.
fn blind(pair: &Pair, seed: u64) -> Vec<Reader> {
    let (people, systems): (Vec<Reader>, Vec<Reader>) = readers()
        .into_iter()
        .filter(|reader| pair.is_hidden_from(reader))
        .partition(|reader| reader.at_browser);
    let some = |mut all: Vec<Reader>| {
        // Whoever is told most may learn most: who reads records comes first, then whoever the seed says.
        all.sort_by_key(|reader| blake3::hash(format!("{seed} {}", reader.name).as_bytes()).as_bytes()[0]);
        all.sort_by_key(|reader| !pair.opens_to(reader));
        all.truncate(if nightly() { usize::MAX } else { READERS });
        all
    };
    some(people).into_iter().chain(some(systems)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn safety_9_two_stores_that_differ_in_what_a_reader_may_not_see_answer_the_same() {
    let given = std::env::var("CHESIL_SEED").ok().and_then(|seed| seed.parse().ok());
    let first: u64 = given.unwrap_or(0);
    let base = unseen::Base::filled();
    let mut times: BTreeMap<&str, [Vec<Duration>; 2]> = BTreeMap::new();
    let (mut compared, mut differ) = (0, Vec::new());
    for seed in first..first + if given.is_some() { 1 } else { cases() } {
        let pair = base.pair(Case::of_seed(seed));
        let blind = blind(&pair, seed);
        assert!(!blind.is_empty(), "seed {seed}: {:?} is hidden from nobody", pair.case);
        let mut seen_by_somebody = false;
        for reader in &blind {
            let [left, right] = answers(&pair, reader).await;
            seen_by_somebody |= left.iter().any(|(_, answer)| answer.status == 200);
            for ((asked, left), (_, right)) in left.iter().zip(&right) {
                compared += 1;
                let both = times.entry(asked.kind()).or_default();
                both[0].push(left.took);
                both[1].push(right.took);
                assert!(
                    !left.bytes.contains(unseen::WORDS),
                    "seed {seed}, {}: {asked:?} tells it",
                    reader.name
                );
                if let Some(how) = left.differs_from(right) {
                    differ.push(format!(
                        "seed {seed}, {:?}, {}: {asked:?}\n    {how}",
                        pair.case, reader.name
                    ));
                }
            }
        }
        assert!(seen_by_somebody, "seed {seed}: nobody was answered anything");
    }
    eprintln!("{compared} answers compared. Medians, with what is hidden and without:");
    for (kind, [left, right]) in &mut times {
        eprintln!("  {kind:<22} {:?} {:?} of {}", median(left), median(right), left.len());
    }
    assert!(
        differ.is_empty(),
        "{} answers differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
}

/// What a reader is answered by either store, to the same questions.
async fn answers(pair: &Pair, reader: &Reader) -> [Answers; 2] {
    let questions = asking::questions(&pair.left, &pair.right, reader, &pair.about).await;
    [
        asking::ask_all(&pair.left, reader, &questions).await,
        asking::ask_all(&pair.right, reader, &questions).await,
    ]
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
