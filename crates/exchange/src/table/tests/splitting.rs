//! Cutting a table: whatever the bytes, nothing panics, and no cell is lost.

use super::{dorset, read, split};
use crate::Piece;
use crate::table::{ROW_BYTES_MAX, Splitter, split_reader};
use proptest::prelude::*;
use record::system::{Feed, Layout, System};
use std::sync::LazyLock;

static DORSET: LazyLock<System> = LazyLock::new(dorset);

fn feed() -> &'static Feed {
    DORSET.feed("falls-buddy-visits").unwrap()
}

fn bodies(document: &[u8]) -> Vec<(String, String)> {
    let pieces = split(document, feed()).unwrap();
    let shown = |piece: Piece<'_>| (piece.place, String::from_utf8_lossy(&piece.body).into_owned());
    pieces.into_iter().map(shown).collect()
}

#[test]
fn rows_are_cut_with_their_lines() {
    for (document, expected) in [
        ("h\na\nb", vec![("line 2", "a"), ("line 3", "b")]),
        ("\u{feff}h\r\na\r\n\r\nb\r\n", vec![("line 2", "a"), ("line 4", "b")]),
        ("\u{feff}\"h\ni\"\na", vec![("line 3, row 2", "a")]),
        (
            "h,i\n\"a\nb\",c\nd,e",
            vec![("line 2", "\"a\nb\",c"), ("line 4, row 3", "d,e")],
        ),
        ("h\n\"a\"\"b\"\rc", vec![("line 2", "\"a\"\"b\""), ("line 3", "c")]),
        // A quote that is never closed costs its own line, not those after it.
        (
            "h\na\n\"b\nc\nd\n",
            vec![("line 2", "a"), ("line 3", "\"b"), ("line 4", "c"), ("line 5", "d")],
        ),
        ("", vec![]),
        ("h", vec![]),
    ] {
        let found = bodies(document.as_bytes());
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(place, body)| (place.as_str(), body.as_str()))
            .collect();
        assert_eq!(found, expected, "{document:?}");
    }
}

#[test]
fn a_stray_quote_in_a_long_file_costs_one_line() {
    let mut document = String::from("h,i\n\"broken,1\n");
    let rows = 200_000;
    for at in 0..rows {
        document.push_str(&format!("row {at},x\n"));
    }
    assert!(document.len() > 4 * ROW_BYTES_MAX);
    let found = bodies(document.as_bytes());
    assert_eq!(found.len(), rows + 1);
    assert_eq!(found[0], ("line 2".to_owned(), "\"broken,1".to_owned()));
    assert_eq!(
        found[rows],
        (format!("line {}", rows + 2), format!("row {},x", rows - 1))
    );
}

#[test]
fn a_large_table_is_cut_in_constant_memory() {
    /// Rows without end, up to a count of bytes, none of it ever held.
    struct Rows(usize);
    impl std::io::Read for Rows {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(self.0);
            buffer[..count].fill(b'a');
            for end in buffer[..count].iter_mut().skip(99).step_by(100) {
                *end = b'\n';
            }
            self.0 -= count;
            Ok(count)
        }
    }
    let mut reader = std::io::BufReader::with_capacity(64_000, Rows(64_000_000));
    let (mut count, mut longest) = (0, 0);
    split_reader(&mut reader, feed(), &mut |piece| {
        count += 1;
        longest = longest.max(piece.body.len());
    })
    .unwrap();
    assert_eq!((count, longest), (639_999, 99));
}

#[test]
fn a_heading_without_end_is_refused() {
    let document = "a".repeat(100_000);
    assert_eq!(split(document.as_bytes(), feed()).unwrap_err().code, "heading-too-long");
}

fn cells_of(document: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(document);
    let records = reader.byte_records().map(Result::unwrap);
    records
        .map(|record| record.iter().map(<[u8]>::to_vec).collect())
        .collect()
}

proptest! {
    /// Rows cut one by one hold the cells that the whole table holds, however the bytes arrive.
    #[test]
    fn no_cell_is_lost(
        rows in prop::collection::vec(prop::collection::vec("[a-c\",\r\n é]{0,6}", 1..4), 1..12),
        chunk in 1usize..20,
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record(["h"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let document = writer.into_inner().unwrap();
        let mut splitter = Splitter::new(feed()).unwrap();
        let mut found = Vec::new();
        for part in document.chunks(chunk) {
            splitter.push(part, &mut |piece| found.push(piece)).unwrap();
        }
        splitter.finish(&mut |piece| found.push(piece)).unwrap();
        let cut: Vec<_> = found.iter().flat_map(|piece| cells_of(&piece.body)).collect();
        prop_assert_eq!(&cut[..], &cells_of(&document)[1..]);
        prop_assert_eq!(found.len(), rows.len());
    }

    /// Whatever the bytes, every table reader answers: items, or a refusal with its reason.
    #[test]
    fn readers_never_panic(
        heading in "[a-zA-Z,\"\u{e9}\n_0-9]{0,40}",
        row in prop::collection::vec(any::<u8>(), 0..200),
        wide in "([0-9/:T \"é]{0,12},){28}[0-9]{0,4}",
    ) {
        for feed in DORSET.feeds.iter().filter(|feed| feed.table.is_some()) {
            let own = match &feed.table.as_ref().unwrap().layout {
                Layout::Columns(mapping) => mapping.columns.join(","),
                _ => "MPTREQ_20210802171059,SPINE_MPT_RESPONSE,1,00".to_owned(),
            };
            for heading in [&heading, &own] {
                for row in [row.as_slice(), wide.as_bytes()] {
                    if let Err(refused) = read(row, heading, feed) {
                        prop_assert!(!refused.rejection.reason.is_empty());
                    }
                }
            }
            if let Ok(pieces) = split(&row, feed) {
                for piece in pieces {
                    let _ = read(&piece.body, &piece.context, feed);
                }
            }
        }
    }
}
