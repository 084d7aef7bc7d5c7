//! The rules of the house that a compiler does not know. Each rule is a function from a file to complaints,
//! is run over every file of the repository, and is shown to fail on a bad example.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

#[path = "tidy/people.rs"]
mod people;
#[path = "tidy/shape.rs"]
mod shape;

use std::path::{Path, PathBuf};

/// A text file of the repository.
pub struct Text {
    /// Its path from the root, with forward strokes.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Text {
    /// An example for a rule to fail on.
    #[cfg(test)]
    pub fn example(path: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    /// The part of the name after its last full stop.
    pub fn kind(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, kind)| kind)
    }

    /// Whether it is a test, an example or a sample, which need not keep the rules of the product's code.
    pub fn is_test(&self) -> bool {
        ["/tests/", "/examples/", "/tests.rs", "/benches/", "/fuzz/"]
            .iter()
            .any(|part| self.path.contains(part))
    }
}

/// Folders that hold nothing written here.
const SKIPPED: [&str; 8] = [
    ".git",
    "target",
    "node_modules",
    "vendor",
    "demo-data",
    ".cache",
    "latest",
    "corpus",
];
/// The largest file that is read.
const BYTES_MAX: u64 = 4 * 1024 * 1024;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every text file of the repository, in order of path.
fn files() -> Vec<Text> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().unwrap();
            if SKIPPED.contains(&name.as_str()) {
                continue;
            } else if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && entry.metadata().unwrap().len() <= BYTES_MAX {
                let Ok(text) = std::fs::read_to_string(entry.path()) else {
                    continue;
                };
                let path = entry
                    .path()
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push(Text { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "the repository's root was not found");
    found
}

/// Runs one rule over every file and shows every complaint at once.
fn keep(rule: impl Fn(&Text) -> Vec<String>) {
    let complaints: Vec<String> = files()
        .iter()
        .flat_map(|file| {
            rule(file)
                .into_iter()
                .map(|words| format!("{}: {words}", file.path))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    keep(shape::walls);
}

#[test]
fn every_route_has_an_access_test() {
    let complaints = shape::untested_routes(&files());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn files_are_at_most_600_lines() {
    keep(shape::length);
}

#[test]
fn nothing_is_left_to_do_in_code() {
    keep(shape::left_to_do);
}

#[test]
fn modules_are_named_by_care_words() {
    keep(shape::names);
}

#[test]
fn sql_stands_in_store_files() {
    keep(shape::sql);
}

#[test]
fn every_decision_has_a_date_and_a_status() {
    keep(shape::decisions);
}

#[test]
fn no_path_of_anyones_machine_is_named() {
    keep(shape::machine_paths);
}

#[test]
fn every_source_file_and_template_is_used() {
    let files = files();
    let complaints = shape::unused(&files);
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_planted_fault_names_a_test_that_exists() {
    let complaints = shape::faults(&files());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_hazard_names_a_test_that_exists() {
    let complaints = shape::hazards(&files());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_threat_names_a_test_that_exists() {
    let complaints = shape::threats(&files());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn no_nhs_number_outside_the_test_range() {
    keep(people::nhs_numbers);
}

#[test]
fn no_email_address_outside_example_org() {
    keep(people::emails);
}

#[test]
fn no_phone_number_outside_the_drama_ranges() {
    keep(people::phones);
}
