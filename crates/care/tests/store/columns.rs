//! One column list per table: a row is the same row whether it is written alone, with others, or by COPY, and on
//! either database.

use crate::app::{App, assert_same_state, both, feed, on_both};
use crate::says::{With, condition, observation, patient};
use care::db::{Cell, Conn, Table, insert_rows};
use serde_json::{Value, json};

const PROOF: Table = Table {
    name: "proof",
    columns: &["n", "whole", "real", "words", "raw"],
};

const TEXTS: &[&str] = &[
    "",
    "plain",
    "0123",
    "a\tb",
    "a\nb",
    "a\rb",
    "a\\b",
    "\\N",
    "\\.",
    "\\x41",
    "it's \"quoted\"",
    "?1 $1",
    "naïve £ µmol/L ²",
    "👩🏽\u{200d}⚕️",
    "\u{1f}\u{1e}",
    "9223372036854775808",
    "a\0b",
];

fn rows() -> Vec<Vec<Cell>> {
    let wholes = [0, 1, -1, i64::MAX, i64::MIN, 9_999_999_999];
    let reals = [
        0.0,
        0.1,
        -1.5,
        1e300,
        5e-324,
        f64::MAX,
        47.540_983_606_557_376,
        1.0 / 3.0,
    ];
    let raws: [&[u8]; 5] = [b"", b"\0", b"\\x41", &[0, 255, 10, 92, 9], b"0123"];
    TEXTS
        .iter()
        .enumerate()
        .map(|(n, text)| {
            vec![
                Cell::Int(n as i64),
                if n == 3 {
                    Cell::Null
                } else {
                    Cell::Int(wholes[n % wholes.len()])
                },
                if n == 4 {
                    Cell::Null
                } else {
                    Cell::Real(reals[n % reals.len()])
                },
                if n == 5 {
                    Cell::Null
                } else {
                    Cell::Text((*text).to_owned())
                },
                if n == 6 {
                    Cell::Null
                } else {
                    Cell::Bytes(raws[n % raws.len()].to_vec())
                },
            ]
        })
        .collect()
}

fn stored(conn: &mut Conn) -> Vec<Vec<Cell>> {
    let sql = "SELECT n, whole, real, words, raw FROM proof ORDER BY n";
    conn.query(sql, &[], |row| {
        Ok(vec![
            Cell::Int(row.int(0)?),
            Cell::opt_int(row.opt_int(1)?),
            row.opt_real(2)?.map_or(Cell::Null, Cell::Real),
            row.opt_text(3)?.map_or(Cell::Null, Cell::Text),
            row.opt_bytes(4)?.map_or(Cell::Null, Cell::Bytes),
        ])
    })
    .unwrap()
}

#[test]
fn a_row_is_the_same_however_it_is_written() {
    on_both(|app| {
        let mut conn = app.place.connect(false).unwrap();
        let bytes = if matches!(conn, Conn::Lite(_)) { "BLOB" } else { "BYTEA" };
        conn.batch(&format!(
            "CREATE TABLE proof (n BIGINT, whole BIGINT, real DOUBLE PRECISION, words TEXT, raw {bytes})"
        ))
        .unwrap();
        let mut expected = rows();
        // NUL cannot stand in text on PostgreSQL: everywhere it becomes the symbol for it.
        expected[16][3] = Cell::Text("a\u{2400}b".into());
        let mut write = |how: &str, groups: usize| {
            conn.execute("DELETE FROM proof", &[]).unwrap();
            for some in rows().chunks(groups) {
                insert_rows(&mut conn, &PROOF, some).unwrap();
            }
            assert_eq!(stored(&mut conn), expected, "{how}");
        };
        write("one at a time", 1);
        write("a few at a time", 5);
        write("all at once", 1000);
    });
}

/// Things whose every text is awkward.
fn awkward() -> Vec<Value> {
    let mut things = Vec::new();
    for (n, text) in TEXTS.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        let (id, local) = (format!("x{n}"), format!("p{n}"));
        things.push(
            patient(&local, "", "Hardy", "Ada", "1945-05-04", "female")
                .with("/name", json!([{"family": text, "given": [text]}]))
                .with("/address", json!([{"line": [text], "postalCode": text}]))
                .with("/telecom", json!([{"system": "phone", "value": text}])),
        );
        things.push(
            condition(&id, &local, "38341003", "2019-03-04")
                .with("/code/coding/0/display", json!(text))
                .with("/note", json!([{"text": text}])),
        );
        things.push(observation(&id, &local, "0.10", text).with("/note", json!([{"text": text}])));
        things.push(
            observation(&format!("t{n}"), &local, "1", "")
                .with("/valueQuantity", json!(null))
                .with("/valueString", json!(text)),
        );
    }
    things
}

#[test]
fn awkward_text_is_the_same_one_by_one_in_bulk_and_on_either_database() {
    let fill = |app: &App, at_a_time: usize| {
        let east = feed("R0D", true);
        let things: Vec<String> = awkward().iter().map(With::line).collect();
        for some in things.chunks(at_a_time) {
            let filed = app.send(&east, some.join("\n"));
            assert_eq!(filed.len(), some.len());
        }
        let state = app.state();
        assert!(state["entry"].len() >= 40, "{}", state["entry"].len());
        state
    };
    let mut first = None;
    for at_a_time in [1, 1000] {
        for app in both() {
            let state = fill(&app, at_a_time);
            let why = format!("{} at a time on {}", at_a_time, app.name());
            assert_same_state(first.get_or_insert_with(|| state.clone()), &state, true, &why);
        }
    }
}
