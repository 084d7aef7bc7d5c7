//! `chesil synthesise`, as a person runs it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

fn synthesise(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chesil"))
        .arg("synthesise")
        .args(["--people", "300", "--as-of", "2026-11-01"])
        .args(arguments)
        .env_remove("PEOPLE")
        .env_remove("CHESIL_DATABASE")
        .output()
        .unwrap()
}

/// Every file below a folder with its bytes, by its path from there.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_folder_is_the_same_whatever_the_threads_and_never_two_counties_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let (one, three) = (folder.path().join("one"), folder.path().join("three"));
    let run = |out: &Path, threads: &str| synthesise(&["--threads", threads, "--out", out.to_str().unwrap()]);
    assert!(run(&one, "1").status.success());
    assert!(run(&three, "3").status.success());
    let held = files(&one);
    assert!(held == files(&three), "threads changed the bytes");
    for wanted in [
        "about.json",
        "truth/people-00000.csv.gz",
        "truth/records-00000.csv.gz",
        "truth/conditions-00000.csv.gz",
    ] {
        assert!(held.contains_key(wanted), "{wanted} is not there");
    }
    let feeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset/feeds");
    for name in held
        .keys()
        .filter(|name| name.ends_with(".gz") && !name.starts_with("truth/"))
    {
        let feed = name.split('/').next().unwrap();
        assert!(
            feeds.join(format!("{feed}.toml")).is_file(),
            "{feed} is no feed of the system"
        );
    }
    let again = run(&one, "1");
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("not empty"));
}

#[test]
fn the_report_shows_what_is_published_beside_what_came_out() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.md");
    assert!(synthesise(&["--report", report.to_str().unwrap()]).status.success());
    let page = std::fs::read_to_string(&report).unwrap();
    assert!(page.contains("| Hypertension, recorded | 16.05 % |"), "{page}");
    assert!(page.contains("## Never tuned to"));
}

#[test]
fn another_systems_folder_is_used_and_what_is_wrong_in_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let invented = folder.path().join("invented");
    std::fs::create_dir(&invented).unwrap();
    let dorset = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset/invented");
    for name in ["neighbourhoods.toml", "practices.toml", "rates.toml", "figures.toml"] {
        std::fs::copy(dorset.join(name), invented.join(name)).unwrap();
    }
    let rates = std::fs::read_to_string(invented.join("rates.toml")).unwrap();
    std::fs::write(invented.join("rates.toml"), rates.replace("asthma =", "asthmaa =")).unwrap();
    let report = folder.path().join("report.md");
    let (system, report) = (folder.path().to_str().unwrap(), report.to_str().unwrap());
    let refused = synthesise(&["--system", system, "--report", report]);
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("rates.toml: no condition asthmaa"), "{said}");
}
