//! What stands in a backup, beneath seal and compression: frames, each of a kind and a length. First what it is a
//! backup of, then secrets that are files, then each table with its rows, then the sums.

use super::BackupError;
use crate::db::catalogue::{Holds, Shape};
use crate::db::{Cell, DbError, Row};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Rows are gathered into a frame until it has so many bytes.
pub(super) const FRAME_BYTES: usize = 256 * 1024;
/// No frame is longer: one row with its largest column.
const FRAME_BYTES_MAX: usize = 1 << 30;

/// A frame.
#[derive(Debug)]
pub(super) enum Frame {
    Head(Head),
    /// A small file that is kept beside the store, by name.
    Secret(String, Vec<u8>),
    Table(TableHead),
    /// Rows of the table begun last, as bytes.
    Rows(Vec<u8>),
    Foot(Foot),
}

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the program that wrote it.
    pub program: String,
    /// Which engine the store was on.
    pub engine: String,
    /// The moment it shows, in microseconds.
    pub taken: i64,
    /// The migrations that the record had been through.
    pub schema: Vec<i64>,
    /// The migrations that the audit had been through.
    pub audit_schema: Vec<i64>,
}

/// A table about to follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableHead {
    pub name: String,
    pub columns: Vec<(String, char)>,
}

/// How many rows a table has, and a digest of them all in the order of their key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    /// How many.
    pub rows: u64,
    /// 64 hexadecimal digits.
    pub digest: String,
}

/// What the whole comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foot {
    /// Each table.
    pub tables: BTreeMap<String, TableSum>,
    /// How far each chain of the audit had come: chain, sequence, digest.
    pub heads: Vec<(i64, i64, String)>,
    /// Each feed with the moment that it last brought something, in microseconds.
    pub feeds: Vec<(String, i64)>,
}

const HEAD: u8 = 1;
const SECRET: u8 = 2;
const TABLE: u8 = 3;
const ROWS: u8 = 4;
const FOOT: u8 = 5;

impl TableHead {
    pub fn of(shape: &Shape) -> Self {
        let columns = shape.columns.iter().map(|(name, holds)| (name.clone(), letter(*holds)));
        Self {
            name: shape.name.clone(),
            columns: columns.collect(),
        }
    }
}

const fn letter(holds: Holds) -> char {
    match holds {
        Holds::Int => 'i',
        Holds::Real => 'r',
        Holds::Text => 't',
        Holds::Bytes => 'b',
    }
}

/// Writes a frame.
pub(super) fn write(out: &mut impl Write, frame: &Frame) -> Result<(), BackupError> {
    let json = |value: serde_json::Result<Vec<u8>>| value.map_err(|error| BackupError::Form(error.to_string()));
    let (kind, bytes) = match frame {
        Frame::Head(head) => (HEAD, json(serde_json::to_vec(head))?),
        Frame::Secret(name, bytes) => (SECRET, json(serde_json::to_vec(&(name, bytes)))?),
        Frame::Table(table) => (TABLE, json(serde_json::to_vec(table))?),
        Frame::Rows(rows) => return write_bytes(out, ROWS, rows),
        Frame::Foot(foot) => (FOOT, json(serde_json::to_vec(foot))?),
    };
    write_bytes(out, kind, &bytes)
}

/// Writes rows as a frame.
pub(super) fn write_rows(out: &mut impl Write, rows: &[u8]) -> Result<(), BackupError> {
    write_bytes(out, ROWS, rows)
}

fn write_bytes(out: &mut impl Write, kind: u8, bytes: &[u8]) -> Result<(), BackupError> {
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= FRAME_BYTES_MAX);
    let length = length.ok_or_else(|| BackupError::Form("a row is larger than 1 GiB".to_owned()))?;
    out.write_all(&[kind])?;
    out.write_all(&length.to_le_bytes())?;
    Ok(out.write_all(bytes)?)
}

/// Reads the next frame.
pub(super) fn read(input: &mut impl Read) -> Result<Frame, BackupError> {
    let mut start = [0u8; 5];
    input.read_exact(&mut start)?;
    let [kind, length @ ..] = start;
    let length = u32::from_le_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(BackupError::Form("a frame is longer than any may be".to_owned()));
    }
    let mut bytes = Vec::new();
    if input.by_ref().take(length as u64).read_to_end(&mut bytes)? != length {
        return Err(BackupError::Form("it ends within a frame".to_owned()));
    }
    let form = |error: serde_json::Error| BackupError::Form(error.to_string());
    Ok(match kind {
        HEAD => Frame::Head(serde_json::from_slice(&bytes).map_err(form)?),
        SECRET => {
            let (name, bytes) = serde_json::from_slice(&bytes).map_err(form)?;
            Frame::Secret(name, bytes)
        }
        TABLE => Frame::Table(serde_json::from_slice(&bytes).map_err(form)?),
        ROWS => Frame::Rows(bytes),
        FOOT => Frame::Foot(serde_json::from_slice(&bytes).map_err(form)?),
        _ => return Err(BackupError::Form(format!("a frame of an unknown kind, {kind}"))),
    })
}

const NULL: u8 = 0;
const INT: u8 = 1;
const REAL: u8 = 2;
const TEXT: u8 = 3;
const BYTES: u8 = 4;

/// Adds a row, column by column: the same bytes for the same row on either engine.
pub(super) fn put_row(out: &mut Vec<u8>, row: &Row<'_>, columns: &[(String, Holds)]) -> Result<(), DbError> {
    for (at, (_, holds)) in columns.iter().enumerate() {
        match holds {
            Holds::Int => match row.opt_int(at)? {
                Some(value) => {
                    out.push(INT);
                    put_number(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
                }
                None => out.push(NULL),
            },
            Holds::Real => match row.opt_real(at)? {
                Some(value) => {
                    out.push(REAL);
                    out.extend_from_slice(&value.to_bits().to_le_bytes());
                }
                None => out.push(NULL),
            },
            Holds::Text => put_long(out, TEXT, row.opt_text(at)?.as_ref().map(String::as_bytes)),
            Holds::Bytes => put_long(out, BYTES, row.opt_bytes(at)?.as_deref()),
        }
    }
    Ok(())
}

fn put_long(out: &mut Vec<u8>, kind: u8, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => {
            out.push(kind);
            put_number(out, bytes.len() as u64);
            out.extend_from_slice(bytes);
        }
        None => out.push(NULL),
    }
}

/// Seven bits a byte, the lowest first.
fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number > 127 {
        out.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The rows in a frame, each of `width` columns.
pub(super) fn rows(bytes: &[u8], width: usize) -> Result<Vec<Vec<Cell>>, BackupError> {
    let mut left = bytes;
    let mut found = Vec::new();
    while !left.is_empty() {
        let row = (0..width).map(|_| cell(&mut left)).collect::<Option<Vec<Cell>>>();
        found.push(row.ok_or_else(|| BackupError::Form("a row ends before its last column".to_owned()))?);
        if width == 0 {
            return Err(BackupError::Form("rows without columns".to_owned()));
        }
    }
    Ok(found)
}

fn cell(left: &mut &[u8]) -> Option<Cell> {
    let (kind, rest) = left.split_first()?;
    *left = rest;
    Some(match *kind {
        NULL => Cell::Null,
        INT => {
            let number = number(left)?;
            Cell::Int((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
        }
        REAL => {
            let (eight, rest) = left.split_first_chunk::<8>()?;
            *left = rest;
            Cell::Real(f64::from_bits(u64::from_le_bytes(*eight)))
        }
        TEXT => Cell::Text(String::from_utf8(long(left)?).ok()?),
        BYTES => Cell::Bytes(long(left)?),
        _ => return None,
    })
}

fn long(left: &mut &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(number(left)?).ok()?;
    let (bytes, rest) = left.split_at_checked(length)?;
    *left = rest;
    Some(bytes.to_vec())
}

fn number(left: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = left.split_first()?;
        *left = rest;
        number |= u64::from(byte & 127) << shift;
        if byte & 128 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_are_read_back() {
        for value in [0, 1, -1, 63, 64, -65, i64::MAX, i64::MIN, 1 << 40] {
            let mut out = vec![INT];
            put_number(&mut out, ((value << 1) ^ (value >> 63)).cast_unsigned());
            assert_eq!(rows(&out, 1).unwrap(), [[Cell::Int(value)]]);
        }
    }

    #[test]
    fn a_row_that_ends_too_early_is_refused() {
        for bytes in [&[INT][..], &[TEXT, 5, b'a'], &[REAL, 0], &[9], &[INT, 255, 255]] {
            assert!(rows(bytes, 1).is_err(), "{bytes:?}");
        }
    }
}
