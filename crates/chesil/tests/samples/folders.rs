//! The folders of samples, each with the sender and the feed by which it is imported, and what its files hold.

use bzip2::read::BzDecoder;
use exchange::{fhir, hl7, table};
use record::system::{Feed, System};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Files that go through one import.
pub struct Folder {
    /// As the table calls it.
    pub name: String,
    /// Who is said to have sent them.
    pub sender: &'static str,
    /// The feed, for tables.
    pub feed: Option<&'static str>,
    /// The files, in order of name.
    pub files: Vec<PathBuf>,
}

/// What issue and README name as samples of partners' data.
const TOP: [&str; 7] = [
    "ukcore",
    "nhs-england",
    "nhs-api",
    "r4-official-examples",
    "synthea",
    "hl7v2",
    "dorset-hde",
];

/// Tables of `dorset-hde`, by what their names hold, and the feed that carries them.
const TABLES: [(&str, &str); 4] = [
    ("Mesh", "pds-trace"),
    ("etrust.csv", "ods-england-and-wales"),
    ("niorg.csv", "ods-northern-ireland"),
    (".csv", "ods-scotland"),
];

/// Files that hold no piece, and why.
const EMPTY: [(&str, &str); 1] = [("MeshResponseNoPatients.csv", "a heading and no rows")];

fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut inside: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    inside.sort();
    for path in inside {
        if path.is_dir() {
            gather(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Every folder, by name.
pub fn of(samples: &Path) -> Vec<Folder> {
    let mut folders = Vec::new();
    for top in TOP {
        let folder = samples.join(top);
        let mut inside: Vec<PathBuf> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        inside.sort();
        if inside.iter().all(|path| path.is_file()) {
            inside = vec![folder];
        }
        for path in inside {
            let name = path.strip_prefix(samples).unwrap().to_string_lossy().into_owned();
            let mut files = Vec::new();
            gather(&path, &mut files);
            for (suffix, feed) in if top == "dorset-hde" { &TABLES[..] } else { &[] } {
                let tables;
                (tables, files) = files
                    .into_iter()
                    .partition(|file| file.to_string_lossy().contains(suffix));
                folders.push(Folder {
                    name: format!("{name}, {feed}"),
                    sender: "X26",
                    feed: Some(feed),
                    files: tables,
                });
            }
            folders.push(Folder {
                name,
                sender: "RBD",
                feed: None,
                files,
            });
        }
    }
    folders
}

/// No file of a folder of samples stands outside the folders imported, and none is imported twice.
pub fn none_is_left_out(samples: &Path, folders: &[Folder]) {
    let mut all = Vec::new();
    TOP.iter().for_each(|top| gather(&samples.join(top), &mut all));
    let mut taken: Vec<&PathBuf> = folders.iter().flat_map(|folder| &folder.files).collect();
    taken.sort();
    all.sort();
    assert_eq!(taken, all.iter().collect::<Vec<_>>());
}

/// How many pieces a folder's files hold, cut here by the readers themselves (a file that cannot be cut is one),
/// and how many files hold none. Such a file must be a bundle without entries, or be named as holding none.
pub fn pieces(folder: &Folder) -> (u64, u64) {
    let feed = folder.feed.map(feed);
    let (mut sum, mut empty) = (0, 0);
    for path in &folder.files {
        let count = count(path, feed.as_ref()) as u64;
        if count == 0 {
            let name = path.to_string_lossy();
            let named = EMPTY.iter().any(|(end, _)| name.ends_with(end));
            assert!(named || is_empty_bundle(path), "{name} holds nothing");
            empty += 1;
        }
        sum += count;
    }
    (sum, empty)
}

fn is_empty_bundle(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    json["resourceType"] == "Bundle" && json["entry"].as_array().is_none_or(Vec::is_empty)
}

fn count(path: &Path, feed: Option<&Feed>) -> usize {
    let mut bytes = std::fs::read(path).unwrap();
    if path.extension().is_some_and(|end| end == "bz2") {
        let mut plain = Vec::new();
        BzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).unwrap();
        bytes = plain;
    }
    if let Some(feed) = feed {
        return table::split(&bytes, feed).map_or(1, |pieces| pieces.len());
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start();
    match text.first() {
        Some(b'{' | b'[') => fhir::split(&bytes).map_or(1, |pieces| pieces.len()),
        Some(_) if text.starts_with(b"MSH") => hl7::split(&bytes).len(),
        Some(_) => 1,
        None => 0,
    }
}

/// A feed of Dorset's folder.
fn feed(name: &str) -> Feed {
    system().feed(name).unwrap().clone()
}

/// Dorset as data.
pub fn system() -> System {
    let folder = super::root().join("systems/dorset");
    let mut files = Vec::new();
    gather(&folder, &mut files);
    let files: Vec<(String, String)> = files
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    System::load(&files).unwrap()
}
