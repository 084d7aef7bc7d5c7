//! Every published sample goes through the real import: taken, kept, or in quarantine with place and reason.
//! The counts are the table in `docs/samples.md`, written anew by `scripts/samples-table`.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "samples/desk.rs"]
mod desk;
#[path = "samples/folders.rs"]
mod folders;
#[path = "samples/table.rs"]
mod table;

use folders::Folder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the binary's `--json` says of one folder.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    files: u64,
    /// Files that hold no piece.
    empty: u64,
    numbers: BTreeMap<String, u64>,
    kept_unmapped: BTreeMap<String, u64>,
    without_entries: BTreeMap<String, u64>,
    quarantined_by_reason: BTreeMap<String, u64>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the samples are, or `None` with a loud word.
fn samples() -> Option<PathBuf> {
    let shared = std::env::var_os("CHESIL_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let samples = shared.join("samples");
    if !samples.is_dir() {
        eprintln!("SKIPPED: no samples at {}; set CHESIL_SHARED", samples.display());
        return None;
    }
    Some(samples)
}

#[test]
fn every_sample_is_imported_or_quarantined_as_the_table_says() {
    let Some(samples) = samples() else { return };
    let folders = folders::of(&samples);
    folders::none_is_left_out(&samples, &folders);
    let data = tempfile::tempdir().unwrap();
    let mut rows = Vec::new();
    for (number, folder) in folders.iter().enumerate() {
        let data = data.path().join(number.to_string());
        let (expected, empty) = folders::pieces(folder);
        desk::make(&data);
        let mut counts = import(folder, &data);
        counts.empty = empty;
        assert_eq!(counts.numbers["received"], expected, "{}: pieces", folder.name);
        desk::every_item_has_place_and_reason(&data, &folder.name);
        rows.push((folder.name.clone(), counts));
    }
    table::compare(&root().join("docs/samples.md"), &rows);
}

/// Imports a folder into the data folder with the binary. One processor, so that files are filed in order of
/// name and the counts are the same each time.
fn import(folder: &Folder, data: &Path) -> Counts {
    let allowed = std::fs::read_to_string("/proc/self/status").unwrap();
    let allowed = allowed.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let first: String = allowed
        .unwrap()
        .trim()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let mut command = Command::new("taskset");
    command.args(["-c", &first, env!("CARGO_BIN_EXE_chesil"), "import", "--json"]);
    command.args(["--from", folder.sender, "--data"]).arg(data);
    if let Some(feed) = folder.feed {
        command.args(["--feed", feed]);
    }
    let output = command.args(&folder.files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let json: serde_json::Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{}: {words}", folder.name));
    let object = |key: &str| -> BTreeMap<String, u64> {
        let members = json[key].as_object().unwrap();
        members
            .iter()
            .map(|(name, count)| (name.clone(), count.as_u64().unwrap()))
            .collect()
    };
    let whole = ["received", "accepted", "updated", "unchanged", "quarantined", "entries"];
    let counts = Counts {
        files: folder.files.len() as u64,
        empty: 0,
        numbers: whole
            .iter()
            .map(|key| ((*key).to_owned(), json[*key].as_u64().unwrap()))
            .collect(),
        kept_unmapped: object("kept_unmapped"),
        without_entries: object("without_entries"),
        quarantined_by_reason: object("quarantined_by_reason"),
    };
    adds_up(&counts, output.status.code(), &folder.name);
    counts
}

/// Nothing is counted twice and nothing is left out; quarantine is never a success.
fn adds_up(counts: &Counts, code: Option<i32>, name: &str) {
    let number = |key: &str| counts.numbers[key];
    let taken = number("accepted") + number("updated") + number("unchanged");
    assert_eq!(taken + number("quarantined"), number("received"), "{name}");
    assert_eq!(
        counts.quarantined_by_reason.values().sum::<u64>(),
        number("quarantined"),
        "{name}"
    );
    assert_eq!(
        code,
        Some(if number("quarantined") == 0 { 0 } else { 3 }),
        "{name}: exit code"
    );
    let mapped = exchange::fhir::MAPPED;
    for kept in counts.kept_unmapped.keys() {
        assert!(
            !mapped.contains(&kept.as_str()),
            "{name}: {kept} is mapped, and yet kept without entries"
        );
    }
}
