//! `chesil link` as someone at a terminal meets it: what it says of files that are not as they should be, and that what
//! it writes is the same whatever form the file has.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

const HEADINGS: [&str; 8] = [
    "unique_id",
    "source",
    "first_name",
    "surname",
    "dob",
    "sex",
    "postcode",
    "nhs_number",
];

/// Two hundred people with two records each, and one with three.
fn rows() -> Vec<[String; 8]> {
    let given = ["Ann", "Robert", "Temidayo", "Grace", "Peter", "Rose", "Margaret"];
    let surnames = [
        "Eastmore",
        "Lee",
        "Bromcombe",
        "Okafor",
        "Patel",
        "Frost",
        "Marsh",
        "Hill",
        "Quarrell",
    ];
    let mut rows = Vec::new();
    for n in 0..200usize {
        for (copy, source) in ["gp", "acute", "social"]
            .into_iter()
            .enumerate()
            .take(2 + usize::from(n == 7))
        {
            rows.push([
                format!("{source}{n}"),
                source.to_string(),
                given[n % 7].to_string(),
                surnames[n * 5 % 9].to_string(),
                format!("19{:02}-{:02}-{:02}", 30 + n % 65, n % 12 + 1, n * 7 % 28 + 1),
                if n % 2 == 0 { "F" } else { "M" }.to_string(),
                format!("DT{} {}AB", n % 9 + 1, n % 8 + 1),
                // One sender holds no numbers.
                if copy == 1 {
                    String::new()
                } else {
                    format!("999{:07}", n * 7919)
                },
            ]);
        }
    }
    rows
}

fn csv(rows: &[[String; 8]]) -> String {
    let lines = rows.iter().map(|row| row.join(",") + "\n");
    HEADINGS.join(",") + "\n" + &lines.collect::<String>()
}

fn parquet(path: &Path, rows: &[[String; 8]]) {
    let columns: String = HEADINGS
        .iter()
        .map(|name| format!("OPTIONAL BYTE_ARRAY {name} (UTF8); "))
        .collect();
    let schema = parquet::schema::parser::parse_message_type(&format!("message rows {{ {columns} }}")).unwrap();
    let file = std::fs::File::create(path).unwrap();
    let mut writer =
        SerializedFileWriter::new(file, Arc::new(schema), Arc::new(WriterProperties::builder().build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for at in 0..HEADINGS.len() {
        let mut column = group.next_column().unwrap().unwrap();
        let known = |row: &&[String; 8]| !row[at].is_empty();
        let values: Vec<ByteArray> = rows.iter().filter(known).map(|row| row[at].as_str().into()).collect();
        let levels: Vec<i16> = rows.iter().map(|row| i16::from(known(&row))).collect();
        column
            .typed::<ByteArrayType>()
            .write_batch(&values, Some(&levels), None)
            .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

fn link(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chesil"))
        .arg("link")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn linked(folder: &Path, arguments: &[&str]) -> String {
    let output = link(folder, arguments);
    assert!(output.status.success(), "{}", said(&output));
    std::fs::read_to_string(folder.join("clusters.csv")).unwrap()
}

/// Person by row, of a clusters file.
fn persons(clusters: &str) -> BTreeMap<String, String> {
    let mut lines = clusters.lines();
    assert_eq!(lines.next(), Some("unique_id,source,person"));
    let cells = lines.map(|line| line.split(',').collect::<Vec<_>>());
    cells
        .map(|cells| (cells[0].to_string(), cells[2].to_string()))
        .collect()
}

/// Writes `text` as rows.csv and checks that it is refused, with each of `words`.
fn refused(text: &[u8], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), text).unwrap();
    let output = link(folder.path(), &["rows.csv"]);
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(!folder.path().join("clusters.csv").exists(), "nothing is written");
}

#[test]
fn every_row_is_given_a_person() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), csv(&rows())).unwrap();
    let clusters = linked(folder.path(), &["rows.csv", "--pairs", "pairs.csv"]);
    let persons = persons(&clusters);
    assert_eq!(persons.len(), 401);
    let together = (0..200).filter(|n| persons[&format!("gp{n}")] == persons[&format!("acute{n}")]);
    assert!(together.count() > 195);
    let pairs = std::fs::read_to_string(folder.path().join("pairs.csv")).unwrap();
    assert!(
        pairs.starts_with("id_left,id_right,match_weight,match_probability,first_name,surname,dob,sex,"),
        "{pairs}"
    );
    assert!(pairs.lines().count() > 200);
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let rows = rows();
    let good = csv(&rows);
    let mut no_id = rows.clone();
    no_id[4][0].clear();
    refused(csv(&no_id).as_bytes(), &["rows.csv: row 6 has no id"]);
    let mut doubled = rows.clone();
    doubled[2][0] = doubled[0][0].clone();
    refused(csv(&doubled).as_bytes(), &["the same id", "gp0"]);
    let ragged = good.replacen("gp1,gp,", "gp1,gp,too,many,", 1);
    refused(ragged.as_bytes(), &["line 4", "10 cells", "8"]);
    let mut no_dates = rows.clone();
    no_dates
        .iter_mut()
        .enumerate()
        .for_each(|(n, row)| row[4] = format!("soon {n}"));
    refused(csv(&no_dates).as_bytes(), &["dob", "cannot be read as a date", "soon"]);
    refused(b"", &["rows.csv"]);
    refused(b"unique_id,first_name\n", &["no rows"]);
    refused(b"first_name,surname\nAnn,Lee\n", &["no column names the rows"]);
    let folder = tempfile::tempdir().unwrap();
    let said = said(&link(folder.path(), &["absent.csv"]));
    assert!(said.contains("absent.csv"), "{said}");
}

#[test]
fn a_few_unreadable_dates_are_named_and_a_few_odd_bytes_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = rows();
    rows[9][4] = "31/31/1970".into();
    let mut bytes = csv(&rows).into_bytes();
    let at = bytes.windows(8).position(|w| w == b"Eastmore").unwrap();
    bytes[at + 1] = 0xe9;
    std::fs::write(folder.path().join("rows.csv"), &bytes).unwrap();
    let output = link(folder.path(), &["rows.csv"]);
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("1 value(s) cannot be read as a date") && said.contains("31/31/1970"),
        "{said}"
    );
    let clusters = std::fs::read_to_string(folder.path().join("clusters.csv")).unwrap();
    assert_eq!(persons(&clusters).len(), rows.len());
}

#[test]
fn parquet_says_the_same_as_csv() {
    let folder = tempfile::tempdir().unwrap();
    let rows = rows();
    std::fs::write(folder.path().join("rows.csv"), csv(&rows)).unwrap();
    parquet(&folder.path().join("rows.parquet"), &rows);
    let from_csv = linked(folder.path(), &["rows.csv", "--pairs", "a.csv"]);
    let from_parquet = linked(folder.path(), &["rows.parquet", "--pairs", "b.csv"]);
    assert_eq!(from_csv, from_parquet);
    let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("a.csv"), read("b.csv"));
    std::fs::write(folder.path().join("broken.parquet"), b"PAR1 and nothing more").unwrap();
    let output = link(folder.path(), &["broken.parquet"]);
    assert!(
        !output.status.success() && said(&output).contains("broken.parquet"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_pair_is_explained_in_words() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), csv(&rows())).unwrap();
    let output = link(folder.path(), &["rows.csv", "--explain", "gp7", "social7"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success());
    assert!(
        told.contains("same nhs_number") && told.contains("same birth date") && told.contains("For one person"),
        "{told}"
    );
    assert!(!folder.path().join("clusters.csv").exists(), "nothing is written");
    let output = link(folder.path(), &["rows.csv", "--explain", "gp7", "nobody"]);
    assert!(!output.status.success() && said(&output).contains("nobody"));
}

#[test]
fn one_to_one_puts_at_most_one_row_of_each_source_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = rows();
    // A second record of one person from one sender.
    let mut again = rows[0].clone();
    again[0] = "gp-again".into();
    rows.push(again);
    std::fs::write(folder.path().join("rows.csv"), csv(&rows)).unwrap();
    let loose = persons(&linked(folder.path(), &["rows.csv"]));
    assert_eq!(loose["gp0"], loose["gp-again"]);
    let strict = persons(&linked(folder.path(), &["rows.csv", "--one-to-one"]));
    assert_ne!(strict["gp0"], strict["gp-again"]);
}

#[test]
fn a_model_is_saved_read_again_and_held_to_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.csv"), csv(&rows())).unwrap();
    let first = linked(
        folder.path(),
        &["rows.csv", "--model", "model.json", "--pairs", "a.csv"],
    );
    let again = linked(
        folder.path(),
        &["rows.csv", "--model", "model.json", "--pairs", "b.csv"],
    );
    assert_eq!(first, again);
    let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("a.csv"), read("b.csv"));
    std::fs::write(
        folder.path().join("few.csv"),
        "unique_id,first_name,surname\n1,Ann,Lee\n2,Bob,Hill\n",
    )
    .unwrap();
    let output = link(folder.path(), &["few.csv", "--model", "model.json"]);
    assert!(
        !output.status.success() && said(&output).contains("this model compares"),
        "{}",
        said(&output)
    );
    std::fs::write(folder.path().join("model.json"), "{}").unwrap();
    let output = link(folder.path(), &["rows.csv", "--model", "model.json"]);
    assert!(
        !output.status.success() && said(&output).contains("not a linkage model"),
        "{}",
        said(&output)
    );
}
