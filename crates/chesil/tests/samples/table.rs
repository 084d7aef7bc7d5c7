//! The committed table: written, and compared with what a run has just counted.

use super::Counts;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// Why each reason stands in the published samples. A reason that is not here fails the test: someone must
/// first find out whether the reader is at fault.
const WHY: [(&str, &str); 7] = [
    (
        "no-content",
        "Examples of one extension alone: a Patient with nothing but a photograph or a mark on a missing number, a \
         Condition without a code. Two summary care records hold a Patient with an invalid NHS number and nothing else.",
    ),
    (
        "no-resource",
        "Entries of a batch that ask to read (GET), and one example whose entries lack the `resource` wrapper.",
    ),
    (
        "no-subject",
        "The example names no person, or names them by an invalid NHS number, by a `urn:uuid` of a bundle that is not \
         there, or by a local number instead of a reference.",
    ),
    (
        "no-type",
        "JSON that is not FHIR: `package.json`, status answers, patch requests, the Dorset exchange's own template inputs.",
    ),
    (
        "pds-matched-number",
        "The published trace responses answer with numbers whose check digit is wrong.",
    ),
    (
        "unknown-format",
        "The HL7 v2 to FHIR mapping tables (CSV): about no one, and no feed maps them.",
    ),
    ("pds-no-match", "Trace responses that found nobody."),
];

/// Compares the table in the file with this run, or writes it when `CHESIL_SAMPLES_WRITE` holds the date.
pub fn compare(path: &Path, rows: &[(String, Counts)]) {
    let counted = text(rows);
    if let Ok(date) = std::env::var("CHESIL_SAMPLES_WRITE") {
        std::fs::write(path, format!("{HEAD}Counted on {date}.\n\n{counted}")).unwrap();
        return;
    }
    let held = std::fs::read_to_string(path).unwrap_or_default();
    let (_, held) = held
        .split_once("\n\n| folder")
        .map_or(("", String::new()), |(head, rest)| (head, format!("| folder{rest}")));
    assert_eq!(held, counted, "run scripts/samples-table and look at what changed");
}

const HEAD: &str = "# What becomes of the published samples\n\n\
    Every file of the samples goes through `chesil import`, each folder into a fresh demo data folder, in order of\n\
    name. `crates/chesil/tests/samples.rs` counts again and compares; `scripts/samples-table` writes this page.\n\n\
    *Empty* files hold no piece: bundles without entries, a heading without rows.\n\
    Received = accepted + updated + unchanged + quarantined. *Kept unmapped* are types that add no line to a record\n\
    and can be read as sent. *No entry* are pieces of mapped types that say something and wrote no line, by why: they\n\
    say who someone is, or their sender withdrew them, or a later version stands already.\n\n";

fn text(rows: &[(String, Counts)]) -> String {
    let mut text = String::from(
        "| folder | files | empty | received | accepted | updated | unchanged | kept unmapped | no entry | quarantined | entries |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|\n",
    );
    let mut whole = Counts::default();
    for (name, counts) in rows {
        row(&mut text, name, counts);
        whole.files += counts.files;
        whole.empty += counts.empty;
        add(&mut whole.numbers, &counts.numbers);
        add(&mut whole.kept_unmapped, &counts.kept_unmapped);
        add(&mut whole.without_entries, &counts.without_entries);
        add(&mut whole.quarantined_by_reason, &counts.quarantined_by_reason);
    }
    row(&mut text, "**all**", &whole);
    text.push_str("\n## In quarantine, by reason\n\n| folder | reason | pieces |\n|---|---|--:|\n");
    for (name, counts) in rows {
        for (reason, count) in &counts.quarantined_by_reason {
            let _ = writeln!(text, "| {name} | {reason} | {count} |");
        }
    }
    text.push_str("\n## Why\n\n");
    let reasons: BTreeSet<&String> = whole.quarantined_by_reason.keys().collect();
    for reason in reasons {
        let why = WHY.iter().find(|(code, _)| code == reason);
        let (_, why) = why.unwrap_or_else(|| panic!("{reason}: find out why, mend it or say it here"));
        let _ = writeln!(text, "- `{reason}`: {why}");
    }
    text
}

fn row(text: &mut String, name: &str, counts: &Counts) {
    let number = |key: &str| counts.numbers.get(key).copied().unwrap_or_default();
    let no_entry: Vec<String> = counts
        .without_entries
        .iter()
        .map(|(why, count)| format!("{why} {count}"))
        .collect();
    let _ = writeln!(
        text,
        "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
        counts.files,
        counts.empty,
        number("received"),
        number("accepted"),
        number("updated"),
        number("unchanged"),
        counts.kept_unmapped.values().sum::<u64>(),
        no_entry.join(", "),
        number("quarantined"),
        number("entries"),
    );
}

fn add(sums: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (key, count) in more {
        *sums.entry(key.clone()).or_default() += count;
    }
}
