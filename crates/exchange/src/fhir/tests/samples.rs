//! Every published sample is taken, kept, or refused with a place and a reason.

use crate::fhir::{read, split};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

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

/// Time this thread has run on a processor, where the system tells it; others share the machine.
fn processor_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = spent
        .split_whitespace()
        .next()
        .and_then(|first| first.parse::<f64>().ok());
    nanoseconds.unwrap_or(f64::NAN) / 1e9
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

impl Counts {
    /// Counts one document and, when asked to be loud, says all that was not read.
    fn add(&mut self, name: &str, document: &[u8], loud: bool) {
        let say = |text: String| {
            if loud {
                println!("{name} {text}");
            }
        };
        self.files += 1;
        let pieces = match split(document) {
            Ok(pieces) => pieces,
            Err(rejection) => {
                say(rejection.to_string());
                return self.refuse(&rejection);
            }
        };
        for piece in &pieces {
            match read(&piece.body, &piece.context) {
                Ok(item) => {
                    for issue in &item.issues {
                        say(format!(
                            "{} {}: {} {}",
                            piece.place, item.item_type, issue.place, issue.reason
                        ));
                    }
                    self.issues += item.issues.len();
                    self.entries += item.entries.len();
                    *if item.mapped {
                        &mut self.taken
                    } else {
                        &mut self.unmapped
                    } += 1;
                    if item.subject == record::Subject::Missing {
                        *self.missing.entry(item.item_type).or_default() += 1;
                    }
                }
                Err(refused) => {
                    say(format!("{} {}", piece.place, refused.rejection));
                    self.refuse(&refused.rejection);
                }
            }
        }
    }

    fn refuse(&mut self, rejection: &record::Rejection) {
        assert!(!rejection.place.is_empty() && !rejection.reason.is_empty());
        *self.refused.entry(rejection.code).or_default() += 1;
    }
}

#[test]
fn every_sample_is_taken_kept_or_refused_with_a_reason() {
    let samples = shared().join("samples");
    if !samples.is_dir() {
        eprintln!("SKIPPED: no samples at {}", samples.display());
        return;
    }
    let loud = std::env::var("CHESIL_SAMPLES_LOUD").is_ok();
    for folder in [
        "ukcore/examples-stu2-json",
        "ukcore/examples-stu3-json",
        "nhs-england",
        "nhs-api",
        "r4-official-examples",
        "dorset-hde",
        "synthea",
    ] {
        let mut counts = Counts::default();
        let mut paths = Vec::new();
        files(&samples.join(folder), &mut paths);
        let documents: Vec<_> = paths.iter().map(|path| bytes(path)).collect();
        let started = processor_seconds();
        for (path, document) in paths.iter().zip(&documents) {
            let name = path.file_name().unwrap().to_string_lossy();
            counts.add(&format!("{folder} {name}"), document, loud);
        }
        let seconds = processor_seconds() - started;
        for code in counts.refused.keys() {
            // Anything else in the published samples would be this reader's fault.
            assert!(
                ["no-content", "no-resource", "no-type"].contains(code) || folder == "dorset-hde",
                "{folder}: {code}"
            );
        }
        assert!(folder != "synthea" || counts.refused.is_empty());
        println!(
            "{folder}: {} files, {} taken ({} entries, {} issues), {} kept unmapped, refused {:?}, without a subject {:?}",
            counts.files, counts.taken, counts.entries, counts.issues, counts.unmapped, counts.refused, counts.missing,
        );
        println!(
            "{folder}: {:.0} resources a processor second",
            (counts.taken + counts.unmapped) as f64 / seconds
        );
    }
}
