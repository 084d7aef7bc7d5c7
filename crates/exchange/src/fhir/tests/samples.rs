//! Every published sample is taken, kept, or refused with a place and a reason.

use crate::fhir::{read, split};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;

fn shared() -> PathBuf {
    std::env::var("CHESIL_SHARED").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    )
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    for path in names {
        if path.is_dir() {
            files(&path, found);
        } else if path.to_string_lossy().contains(".json") {
            found.push(path);
        }
    }
}

fn bytes(path: &Path) -> Vec<u8> {
    let raw = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|end| end == "bz2") {
        let mut plain = Vec::new();
        bzip2::read::BzDecoder::new(raw.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        return plain;
    }
    raw
}

#[derive(Default)]
struct Counts {
    files: usize,
    taken: usize,
    entries: usize,
    issues: usize,
    unmapped: usize,
    refused: BTreeMap<&'static str, usize>,
    missing: BTreeMap<String, usize>,
}

#[test]
fn every_sample_is_taken_kept_or_refused_with_a_reason() {
    let samples = shared().join("samples");
    if !samples.is_dir() {
        eprintln!("SKIPPED: no samples at {}", samples.display());
        return;
    }
    let loud = std::env::var("CHESIL_SAMPLES_LOUD").is_ok();
    let folders = [
        "ukcore/examples-stu2-json",
        "ukcore/examples-stu3-json",
        "nhs-england",
        "nhs-api",
        "r4-official-examples",
        "synthea",
    ];
    for folder in folders {
        let mut counts = Counts::default();
        let mut paths = Vec::new();
        files(&samples.join(folder), &mut paths);
        let documents: Vec<_> = paths.iter().map(|path| bytes(path)).collect();
        let started = Instant::now();
        let mut pieces_read = 0;
        for (path, document) in paths.iter().zip(&documents) {
            counts.files += 1;
            let name = path.file_name().unwrap().to_string_lossy();
            let pieces = match split(document) {
                Ok(pieces) => pieces,
                Err(rejection) => {
                    if loud {
                        println!("{folder} {name}: {rejection}");
                    }
                    assert!(!rejection.place.is_empty() && !rejection.reason.is_empty());
                    *counts.refused.entry(rejection.code).or_default() += 1;
                    continue;
                }
            };
            for piece in &pieces {
                pieces_read += 1;
                match read(&piece.body, &piece.context) {
                    Ok(item) => {
                        counts.issues += item.issues.len();
                        if loud {
                            for issue in &item.issues {
                                println!(
                                    "{folder} {name} {} {}: {} {}",
                                    piece.place, item.item_type, issue.place, issue.reason
                                );
                            }
                        }
                        if item.subject == record::Subject::Missing {
                            *counts.missing.entry(item.item_type.clone()).or_default() += 1;
                        }
                        if item.mapped {
                            counts.taken += 1;
                            counts.entries += item.entries.len();
                        } else {
                            counts.unmapped += 1;
                        }
                    }
                    Err(refused) => {
                        if loud {
                            println!("{folder} {name} {}: {}", piece.place, refused.rejection);
                        }
                        assert!(!refused.rejection.place.is_empty() && !refused.rejection.reason.is_empty());
                        *counts.refused.entry(refused.rejection.code).or_default() += 1;
                    }
                }
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{folder}: {} files, {} taken ({} entries, {} issues), {} kept unmapped, refused {:?}, without a subject {:?}, {:.0} a second",
            counts.files,
            counts.taken,
            counts.entries,
            counts.issues,
            counts.unmapped,
            counts.refused,
            counts.missing,
            f64::from(pieces_read) / seconds
        );
    }
}
