//! Staging: pieces that come line by line are put in order of record before they are filed.
//!
//! A bulk export sends all conditions, then all results: filed as they come, each would touch a page of its own
//! and be packed alone. In order of record they are neighbours. What does not fit in memory is written to runs
//! in the data folder, compressed, and merged; a run lives no longer than the import.

use care::intake::{Prepared, Preparer, Source};
use exchange::{Format, Piece};
use record::{Instant, RecordId};
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes held in memory before a run is written.
const HELD_BYTES_MAX: usize = 48 * 1024 * 1024;
/// A piece in a run is never longer than what the readers let through.
const PART_BYTES_MAX: u64 = 1 << 30;

/// A piece in its turn.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and to box each would cost millions of allocations"
)]
pub enum Ordered {
    /// Read and laid out.
    Ready(Prepared),
    /// As it was sent.
    Sent(Piece<'static>),
}

/// Pieces being put in order.
pub struct Stage {
    folder: PathBuf,
    /// Pieces that were read once and for all: a delivery that fits in memory needs no second reading.
    ready: Vec<(RecordId, Prepared)>,
    held: Vec<(RecordId, Piece<'static>)>,
    held_bytes: usize,
    runs: Vec<PathBuf>,
}

impl Stage {
    /// A stage that writes its runs, if it needs any, to a folder of its own inside `data`.
    pub fn new(data: &Path, number: u64) -> Self {
        let folder = data.join(format!("staging-{}-{number}", std::process::id()));
        Self {
            folder,
            ready: Vec::new(),
            held: Vec::new(),
            held_bytes: 0,
            runs: Vec::new(),
        }
    }

    /// Takes a piece, received then.
    pub fn push(
        &mut self,
        preparer: &Preparer<'_>,
        source: &Source,
        at: Instant,
        piece: Piece<'static>,
    ) -> io::Result<()> {
        if self.runs.is_empty() {
            let prepared = preparer.prepare(piece, source, at);
            self.held_bytes += prepared.bytes_held();
            self.ready.push((prepared.record(), prepared));
        } else {
            self.held_bytes += piece.body.len() + piece.context.len() + piece.place.len() + 96;
            self.held.push((preparer.record_of(&piece, &source.feed), piece));
        }
        if self.held_bytes >= HELD_BYTES_MAX {
            self.write_run()?;
        }
        Ok(())
    }

    fn write_run(&mut self) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join(format!("run-{}", self.runs.len()));
        let mut out = zstd::Encoder::new(BufWriter::new(File::create(&path)?), 1)?;
        self.ready.sort_by_key(|(record, _)| *record);
        for (record, prepared) in std::mem::take(&mut self.ready) {
            write_piece(&mut out, record, &prepared.into_piece())?;
        }
        self.held.sort_by_key(|(record, _)| *record);
        for (record, piece) in self.held.drain(..) {
            write_piece(&mut out, record, &piece)?;
        }
        out.finish()?.flush()?;
        self.held_bytes = 0;
        self.runs.push(path);
        Ok(())
    }

    /// Gives every piece in order of record, those of one record as they came; stops when `give` says so.
    pub fn finish(mut self, mut give: impl FnMut(Ordered) -> bool) -> io::Result<()> {
        if self.runs.is_empty() {
            self.ready.sort_by_key(|(record, _)| *record);
            for (_, prepared) in std::mem::take(&mut self.ready) {
                if !give(Ordered::Ready(prepared)) {
                    break;
                }
            }
            return Ok(());
        }
        self.write_run()?;
        let mut readers = Vec::new();
        let mut next = BinaryHeap::new();
        for (n, path) in self.runs.iter().enumerate() {
            let mut reader = zstd::Decoder::new(BufReader::new(File::open(path)?))?;
            if let Some((record, piece)) = read_piece(&mut reader)? {
                next.push(Next { record, run: n, piece });
            }
            readers.push(reader);
        }
        while let Some(Next { run, piece, .. }) = next.pop() {
            if !give(Ordered::Sent(piece)) {
                break;
            }
            if let Some((record, piece)) = read_piece(&mut readers[run])? {
                next.push(Next { record, run, piece });
            }
        }
        Ok(())
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Takes away what an import that was killed left behind.
pub fn sweep(data: &Path) {
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("staging-") {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// The next piece of a run. The heap gives the least record first, and of equal ones the earliest run, so that
/// pieces of one record stay in the order they came.
struct Next {
    record: RecordId,
    run: usize,
    piece: Piece<'static>,
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.record, other.run).cmp(&(self.record, self.run))
    }
}
impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Next {}

fn write_piece(out: &mut impl Write, record: RecordId, piece: &Piece<'_>) -> io::Result<()> {
    out.write_all(record.as_bytes())?;
    out.write_all(&[piece.format as u8])?;
    for part in [piece.place.as_bytes(), piece.context.as_bytes(), &piece.body] {
        out.write_all(&(part.len() as u64).to_le_bytes())?;
        out.write_all(part)?;
    }
    Ok(())
}

fn read_piece(from: &mut impl Read) -> io::Result<Option<(RecordId, Piece<'static>)>> {
    let mut record = [0u8; 16];
    match from.read_exact(&mut record) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let damaged = || io::Error::other("a staged run is damaged");
    let mut format = [0u8];
    from.read_exact(&mut format)?;
    let format = Format::from_number(i64::from(format[0])).ok_or_else(damaged)?;
    let place = read_text(from)?;
    let context = read_text(from)?;
    let body = read_part(from)?;
    let piece = Piece {
        place,
        format,
        body: body.into(),
        context,
    };
    Ok(Some((RecordId::from_bytes(record), piece)))
}

fn read_part(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0u8; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > PART_BYTES_MAX {
        return Err(io::Error::other("a staged run is damaged"));
    }
    let mut part = Vec::new();
    from.take(length).read_to_end(&mut part)?;
    Ok(part)
}

fn read_text(from: &mut impl Read) -> io::Result<String> {
    String::from_utf8(read_part(from)?).map_err(|_| io::Error::other("a staged run is damaged"))
}
