//! The published sample messages: what is taken of each, and what is refused and why.

use super::show::show_item;
use crate::hl7::{Message, read, split};
use std::collections::BTreeMap;
use std::path::PathBuf;

const FOLDERS: [&str; 4] = [
    "nhs-tie-uk",
    "microsoft-fhir-converter",
    "cdc-trusted-intermediary",
    "hl7-v2-to-fhir",
];

/// Where the samples are, or `None` with a loud word.
fn samples() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("CHESIL_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("samples/hl7v2");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no samples at {}; set CHESIL_SHARED", folder.display());
    None
}

#[derive(Default)]
struct Count {
    messages: usize,
    items: usize,
    entries: usize,
    unmapped: usize,
    issues: usize,
    refused: BTreeMap<String, usize>,
}

#[test]
fn every_sample_message_is_taken_or_refused_by_name() {
    let Some(base) = samples() else { return };
    let wanted = std::env::var("CHESIL_LOOK").unwrap_or_default();
    let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
    for folder in FOLDERS {
        let mut files: Vec<PathBuf> = std::fs::read_dir(base.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "hl7" || e == "txt"))
            .collect();
        files.sort();
        for file in files {
            let document = std::fs::read(&file).unwrap();
            let pieces = split(&document);
            assert!(!pieces.is_empty(), "{}", file.display());
            for piece in pieces {
                let event = Message::parse(&piece.body)
                    .map_or_else(|_| "unreadable".to_owned(), |m| format!("{}^{}", m.kind(), m.event()));
                let count = counts.entry((folder.to_owned(), event)).or_default();
                let look = !wanted.is_empty() && file.to_string_lossy().contains(&wanted);
                tally(count, &piece.body, &format!("{} {}", file.display(), piece.place), look);
            }
        }
    }
    print_table(&counts);
    let refused: Vec<_> = counts
        .iter()
        .flat_map(|((folder, event), count)| count.refused.keys().map(move |code| format!("{folder} {event} {code}")))
        .collect();
    assert_eq!(refused, REFUSED);
}

/// What cannot be taken, and is the sample's own fault.
const REFUSED: &[&str] = &[];

fn tally(count: &mut Count, body: &[u8], place: &str, look: bool) {
    count.messages += 1;
    match read(body) {
        Ok(items) => {
            for item in &items {
                if look {
                    println!("{}", show_item(item));
                }
                let says_something =
                    !item.mapped || item.withdrawn || item.person.is_some() || !item.entries.is_empty();
                assert!(says_something, "{place}: {}", show_item(item));
                assert!(!item.local_id.is_empty(), "{place}: {}", show_item(item));
                count.items += 1;
                count.entries += item.entries.len();
                count.unmapped += usize::from(!item.mapped);
                count.issues += item.issues.len();
            }
            if std::env::var("CHESIL_LOOK").is_ok() {
                for (item, issue) in items.iter().flat_map(|item| item.issues.iter().map(move |i| (item, i))) {
                    println!("{place}: {} {}: {}", item.item_type, issue.place, issue.reason);
                }
            }
        }
        Err(refused) => {
            println!("{place}: {} [{}]", refused.rejection, refused.item_type);
            *count.refused.entry(refused.rejection.code.to_owned()).or_default() += 1;
        }
    }
}

fn print_table(counts: &BTreeMap<(String, String), Count>) {
    println!("| folder | event | messages | items | entries | unmapped | issues | refused |");
    println!("|---|---|---|---|---|---|---|---|");
    for ((folder, event), c) in counts {
        println!(
            "| {folder} | {event} | {} | {} | {} | {} | {} | {:?} |",
            c.messages, c.items, c.entries, c.unmapped, c.issues, c.refused
        );
    }
}
