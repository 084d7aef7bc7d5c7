//! The cells of one row.

use super::split::{ROW_BYTES_MAX, quote_left_open};
use record::Rejection;
use std::borrow::Cow;

/// A row has at most this many cells.
const CELLS_MAX: usize = 1024;

/// The text of some bytes, and whether they were UTF-8. Anything else is read as Windows-1252, the encoding
/// of spreadsheets on Windows, of which Latin-1 is a part; every byte has a meaning there, so nothing is lost.
pub(crate) fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), true),
        Err(_) => (
            Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
            false,
        ),
    }
}

/// The 0x80 to 0x9F of Windows-1252; the five bytes it leaves undefined stand for themselves, as in WHATWG.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The cells of one row, trimmed, and whether the row was UTF-8.
///
/// # Errors
/// `row-too-long`, `quote-not-closed`, `several-rows`, `too-many-cells`; the place is `row`.
pub(crate) fn cells(row: &[u8], separator: u8) -> Result<(Vec<String>, bool), Rejection> {
    let refuse = |code, reason: String| Err(Rejection::new(code, "row", reason));
    if row.len() > ROW_BYTES_MAX {
        return refuse("row-too-long", format!("the row is longer than {ROW_BYTES_MAX} bytes"));
    }
    if quote_left_open(row, separator) {
        return refuse(
            "quote-not-closed",
            "a quoted cell is not closed before the row ends".to_owned(),
        );
    }
    // Most rows have nothing quoted and hold one row alone: they are cut at the separators, for making a reader costs
    // more than all of it. (A mark of the byte order is a matter for the reader.)
    let plain = !row.iter().any(|byte| matches!(byte, b'"' | b'\r' | b'\n'));
    if plain && !row.is_empty() && !row.starts_with(b"\xef\xbb\xbf") {
        return texts_of(row.split(|byte| *byte == separator));
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .buffer_capacity(row.len().max(16))
        .from_reader(row);
    let mut record = csv::ByteRecord::new();
    let mut next = || {
        reader
            .read_byte_record(&mut record)
            .map(|found| found.then(|| record.clone()))
    };
    let first = match next() {
        Ok(Some(first)) => first,
        Ok(None) => return refuse("empty-row", "the row is empty".to_owned()),
        Err(error) => return refuse("not-a-row", format!("the row cannot be cut into cells: {error}")),
    };
    if !matches!(next(), Ok(None)) {
        return refuse(
            "several-rows",
            "one row was expected here, and several stand here".to_owned(),
        );
    }
    texts_of(first.iter())
}

fn texts_of<'a>(cells: impl Iterator<Item = &'a [u8]> + Clone) -> Result<(Vec<String>, bool), Rejection> {
    if cells.clone().count() > CELLS_MAX {
        return Err(Rejection::new(
            "too-many-cells",
            "row",
            format!("the row has more than {CELLS_MAX} cells"),
        ));
    }
    let mut utf8 = true;
    let texts = cells.map(|cell| {
        let (text, was_utf8) = decode(cell);
        utf8 &= was_utf8;
        text.trim().to_owned()
    });
    let texts: Vec<String> = texts.collect();
    Ok((texts, utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row that is cut at its separators is cut as the reader of whole files would cut it.
    #[test]
    fn a_plain_row_is_cut_as_a_reader_cuts_it() {
        let rows: [&[u8]; 12] = [
            b"a,b,c",
            b",",
            b" a , b ",
            b"a",
            b"a,,",
            b"\xef\xbb\xbfa,b",
            b"a,\xef\xbb\xbfb",
            b"caf\xe9,x",
            b"a\0,b",
            b"a;b,c",
            b"'a,b'",
            b"\t,\x0b,a b",
        ];
        for row in rows {
            for separator in [b',', b';', b'\t'] {
                let mut reader = csv::ReaderBuilder::new()
                    .has_headers(false)
                    .flexible(true)
                    .delimiter(separator)
                    .from_reader(row);
                let mut record = csv::ByteRecord::new();
                assert!(reader.read_byte_record(&mut record).unwrap());
                let expected: Vec<String> = record.iter().map(|cell| decode(cell).0.trim().to_owned()).collect();
                assert_eq!(cells(row, separator).unwrap().0, expected, "{row:?}");
            }
        }
        assert!(cells(b"", b',').is_err());
        assert!(cells(&[b','; CELLS_MAX], b',').is_err());
    }
}
