//! `chesil reference load` with the official files, where they are to be had: people then live on the real map, at
//! real postcodes, with real practices. The files are never part of the repository.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of official files, or `None`, said loudly.
fn official() -> Option<PathBuf> {
    let shared = std::env::var_os("CHESIL_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let data = shared.join("data");
    if data.join("lsoa21_dorset_imd2025.csv").is_file() {
        return Some(data);
    }
    eprintln!("SKIPPED: no official files at {}; set CHESIL_SHARED", data.display());
    None
}

fn chesil(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chesil"))
        .args(arguments)
        .env_remove("PEOPLE")
        .env_remove("CHESIL_DATABASE")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Copies the files that are read, so that one can be spoilt.
fn copied(official: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("geo")).unwrap();
    for name in [
        "lsoa21_dorset_imd2025.csv",
        "geo/lsoa21_dorset_bsc.geojson",
        "postcodes_dorset_lsoa21.csv",
        "gp_practices_dorset.csv",
        "life_tables_england_ons.csv",
        "census2021_age_groups_lsoa21.csv",
        "census2021_household_type_lsoa21.csv",
        "census2021_ethnicity_lsoa21.csv",
        "census2021_proficiency21_msoa21.csv",
        "population_mid2020_lsoa11_single_year_age_persons.csv",
        "lookup_lsoa11_lsoa21.csv",
        "population_mid2023_la_single_year_age_sex.csv",
    ] {
        std::fs::write(to.join(name), std::fs::read(official.join(name)).unwrap()).unwrap();
    }
}

fn unpacked(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = std::fs::File::open(entry.unwrap().path()).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    }
    text
}

#[test]
fn safety_18_people_live_at_real_postcodes_and_practices_only_once_the_files_are_loaded() {
    let Some(official) = official() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (system, out) = (folder.path().join("system"), folder.path().join("out"));
    let loaded = chesil(&[
        "reference",
        "load",
        official.to_str().unwrap(),
        "--out",
        system.to_str().unwrap(),
    ]);
    assert!(loaded.status.success(), "{}", said(&loaded));
    assert!(said(&loaded).contains("463 areas"), "{}", said(&loaded));
    let checked = chesil(&["check", system.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", said(&checked));
    let plan = ["synthesise", "--people", "3000", "--as-of", "2026-11-01"];
    let made = chesil(
        &[
            &plan[..],
            &["--system", system.to_str().unwrap(), "--out", out.to_str().unwrap()],
        ]
        .concat(),
    );
    assert!(made.status.success(), "{}", said(&made));
    let postcodes = std::fs::read_to_string(official.join("postcodes_dorset_lsoa21.csv")).unwrap();
    let real: HashSet<&str> = postcodes
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    let practices = std::fs::read_to_string(official.join("gp_practices_dorset.csv")).unwrap();
    let codes: HashSet<&str> = practices
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    let (mut at_real, mut all) = (0, 0);
    for line in unpacked(&out.join("truth"))
        .lines()
        .filter(|line| line.contains(",999"))
    {
        all += 1;
        at_real += usize::from(line.split(',').any(|cell| real.contains(cell)));
    }
    assert!(
        all > 2_500 && at_real > all * 9 / 10,
        "{at_real} of {all} at real postcodes"
    );
    let feeds = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().to_uppercase());
    let real_feeds = feeds
        .filter(|name| codes.contains(name.trim_end_matches("-FHIR")))
        .count();
    assert!(real_feeds > 50, "{real_feeds} real practices");
    // And without the files, none of either.
    let invented = folder.path().join("invented");
    let made = chesil(&[&plan[..], &["--out", invented.to_str().unwrap()]].concat());
    assert!(made.status.success());
    let text = unpacked(&invented.join("truth"));
    assert!(
        !text.split([',', '\n']).any(|cell| real.contains(cell)),
        "an invented person at a real postcode"
    );
}

#[test]
fn nothing_is_half_loaded_and_what_is_wrong_is_named() {
    let Some(official) = official() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (files, out) = (folder.path().join("files"), folder.path().join("system"));
    copied(&official, &files);
    let load = || {
        chesil(&[
            "reference",
            "load",
            files.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ])
    };
    let spoil = |name: &str, from: &str, to: &str| {
        let path = files.join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{name} has no {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        text
    };
    for (name, from, to, wanted) in [
        (
            "lsoa21_dorset_imd2025.csv",
            "imd2025_decile",
            "decile",
            "line 1: no column imd2025_decile",
        ),
        (
            "postcodes_dorset_lsoa21.csv",
            "BA21 5BT",
            "BA215BT",
            "postcodes_dorset_lsoa21.csv, line 3: postcode",
        ),
        (
            "life_tables_england_ons.csv",
            "2018-2020,male,50,",
            "2018-2020,male,120,",
            "lack age 50",
        ),
        (
            "lsoa21_dorset_imd2025.csv",
            "-1.82825,50.72289",
            "-1.9,50.9",
            "outside its boundary",
        ),
        (
            "census2021_ethnicity_lsoa21.csv",
            "E01015272",
            "E01999999",
            "E01015272 (Boscombe East): no ethnic groups",
        ),
        (
            "census2021_household_type_lsoa21.csv",
            "E01015272",
            "E01999999",
            "E01015272 (Boscombe East): no households",
        ),
        (
            "census2021_household_type_lsoa21.csv",
            "E01015272,839,",
            "E01015272,many,",
            "census2021_household_type_lsoa21.csv, line 2: total_households",
        ),
    ] {
        let whole = spoil(name, from, to);
        let refused = load();
        assert!(
            !refused.status.success() && said(&refused).contains(wanted),
            "{name}: {}",
            said(&refused)
        );
        assert!(!out.exists(), "{name}: something was written");
        std::fs::write(files.join(name), whole).unwrap();
    }
    assert!(load().status.success());
    let before = std::fs::read_to_string(out.join("invented/practices.toml")).unwrap();
    // A folder that was loaded before stays as it was when the next files are wrong.
    spoil("gp_practices_dorset.csv", ",A,", ",Q,");
    assert!(!load().status.success());
    assert_eq!(
        std::fs::read_to_string(out.join("invented/practices.toml")).unwrap(),
        before
    );
    // And no other folder is ever replaced.
    std::fs::remove_file(out.join("reference.txt")).unwrap();
    assert!(said(&load()).contains("gp_practices_dorset.csv, line"));
    std::fs::copy(
        official.join("gp_practices_dorset.csv"),
        files.join("gp_practices_dorset.csv"),
    )
    .unwrap_or_default();
    let kept = load();
    assert!(
        !kept.status.success() && said(&kept).contains("not written by this command"),
        "{}",
        said(&kept)
    );
}

/// Households and people of the census, area by area, from the files themselves.
fn counted(official: &Path) -> (f64, f64) {
    let sum = |name: &str, first: usize, last: usize| -> f64 {
        let text = std::fs::read_to_string(official.join(name)).unwrap();
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        rows.records()
            .map(|row| {
                let row = row.unwrap();
                (first..=last).map(|at| row[at].parse::<f64>().unwrap()).sum::<f64>()
            })
            .sum()
    };
    (
        sum("census2021_household_type_lsoa21.csv", 1, 1),
        sum("census2021_age_groups_lsoa21.csv", 2, 7),
    )
}

#[test]
fn people_on_the_real_map_live_in_as_many_households_as_the_census_counted() {
    let Some(official) = official() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (system, out) = (folder.path().join("system"), folder.path().join("out"));
    let loaded = chesil(&[
        "reference",
        "load",
        official.to_str().unwrap(),
        "--out",
        system.to_str().unwrap(),
    ]);
    assert!(loaded.status.success(), "{}", said(&loaded));
    // Each area carries the census's own count.
    let table = std::fs::read_to_string(system.join("invented/neighbourhoods.toml")).unwrap();
    let table: toml::Table = toml::from_str(&table).unwrap();
    let areas = table["part"].as_array().unwrap();
    let shares: Vec<f64> = areas
        .iter()
        .map(|area| area["households"].as_float().unwrap())
        .collect();
    let first = areas.iter().position(|area| area["code"].as_str() == Some("E01015272"));
    let (homes, people) = counted(&official);
    let whole = 1000.0 * homes / people;
    let middle = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(
        shares.len() == 463 && (middle - whole).abs() < 10.0,
        "{} areas, {middle:.0} households to a thousand people, counted {whole:.0}",
        shares.len()
    );
    assert!(first.is_some_and(|at| shares[at] > 100.0));
    // And invented people live so.
    let made = chesil(&[
        "synthesise",
        "--people",
        "20000",
        "--as-of",
        "2026-11-01",
        "--system",
        system.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(made.status.success(), "{}", said(&made));
    let (mut living, mut households) = (0.0, HashSet::new());
    for line in unpacked(&out.join("truth")).lines() {
        let cells: Vec<&str> = line.split(',').collect();
        // person, household, nhs_number, given, family, born, sex, died, …
        if cells.len() > 8 && cells[2].starts_with("999") && cells[7].is_empty() {
            living += 1.0;
            households.insert(cells[1].to_owned());
        }
    }
    let came_out = 1000.0 * households.len() as f64 / living;
    eprintln!("{came_out:.0} households to a thousand people, counted {whole:.0}");
    assert!(
        (came_out / whole - 1.0).abs() < 0.03,
        "{came_out:.0}, counted {whole:.0}"
    );
}
