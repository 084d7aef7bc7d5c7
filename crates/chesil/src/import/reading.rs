//! Reading one file: unpacking, telling the language, cutting it into pieces as it streams.

use super::files::{self, Found, Language, Stream};
use super::run::Work;
use super::stage::{Ordered, Stage};
use crate::clock;
use care::intake::{Prepared, Preparer, Source};
use crossbeam_channel::{Receiver, Sender, bounded};
use exchange::{Format, Piece, fhir, hl7, table};
use record::system::{Feed, FeedFormat};
use record::{Instant as Received, Rejection};
use std::io::{BufRead, Read};
use std::path::Path;
use std::sync::Arc;

/// A JSON document that is not line by line is held whole; larger ones are refused, kept in part and named.
const DOCUMENT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// One line of NDJSON.
const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How much of a file that cannot be read at all is kept in quarantine.
pub(super) const KEPT_BYTES_MAX: usize = 64 * 1024;
/// Pieces handed over at once.
const HANDED_PIECES: usize = 500;

/// Where what is read goes: documents straight to the preparing threads, since a bundle holds its person
/// together; pieces that come line by line to the stage, to be put in order of record.
pub(super) struct Out<'a> {
    pub work: &'a Sender<Work>,
    pub stage: Stage,
    pub preparer: Preparer<'a>,
    pub source: &'a Source,
    /// When the delivery was begun. One time for all its lines: of two that say no time of their own, the digest
    /// decides, in any run alike.
    pub begun: Received,
    /// When the last thing was read.
    pub last: Received,
}

impl Out<'_> {
    /// A time later than any given before, so that of two files that say no time of their own the one read
    /// later is the newer, whichever thread comes to it first.
    fn stamp(&mut self) -> Received {
        self.last = Received((self.last.0 + 1).max(clock::now().0));
        self.last
    }

    fn send(&self, work: Work) -> Result<(), Stopped> {
        self.work.send(work).map_err(|_| Stopped)
    }

    fn broken(&self, error: &std::io::Error) -> Stopped {
        let words = format!("the data folder cannot hold what is being put in order: {error}");
        let _ = self.work.send(Work::Broken(words));
        Stopped
    }

    fn pieces(&mut self, name: &Arc<str>, pieces: &mut Vec<Piece<'static>>) -> Result<(), Stopped> {
        for mut piece in pieces.drain(..) {
            piece.place = format!("{name}: {}", piece.place);
            if let Err(error) = self.stage.push(&self.preparer, self.source, self.begun, piece) {
                return Err(self.broken(&error));
            }
        }
        Ok(())
    }

    /// Hands over everything staged, in order of record.
    pub fn finish(self) -> Result<(), Stopped> {
        let Self { work, stage, begun, .. } = self;
        let mut ready: Vec<Prepared> = Vec::with_capacity(HANDED_PIECES);
        let mut sent: Vec<Piece<'static>> = Vec::new();
        let mut stopped = false;
        let outcome = stage.finish(|ordered| {
            match ordered {
                Ordered::Ready(prepared) => ready.push(prepared),
                Ordered::Sent(piece) => sent.push(piece),
            }
            if ready.len() >= HANDED_PIECES {
                stopped = work.send(Work::Ready(std::mem::take(&mut ready))).is_err();
            } else if sent.len() >= HANDED_PIECES {
                stopped = work.send(Work::Pieces(std::mem::take(&mut sent), begun)).is_err();
            }
            !stopped
        });
        if let Err(error) = outcome {
            let words = format!("what was put in order cannot be read back: {error}");
            let _ = work.send(Work::Broken(words));
            return Err(Stopped);
        }
        let given = stopped || work.send(Work::Ready(ready)).is_err() || work.send(Work::Pieces(sent, begun)).is_err();
        if given { Err(Stopped) } else { Ok(()) }
    }
}

/// The other end has gone: the import is stopping.
pub(super) struct Stopped;

pub(super) fn read_file(file: &Found, feed: &Feed, out: &mut Out<'_>) -> Result<(), Stopped> {
    let path = file.path.as_path();
    let name: Arc<str> = file.name.as_str().into();
    if files::is_zip(path) {
        return read_zip(path, &name, feed, out);
    }
    let outcome = files::open(path).and_then(|stream| read_stream(stream, &name, feed, out));
    report(outcome, &name, out)
}

/// An error while reading becomes a quarantined item that names the file; the run goes on with the next.
pub(super) fn report(
    outcome: std::io::Result<Result<(), Stopped>>,
    name: &Arc<str>,
    out: &mut Out<'_>,
) -> Result<(), Stopped> {
    match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            let reason = format!("The file could not be read to its end: {error}. Ask the sender for it again.");
            refuse(
                out,
                name,
                Format::Fhir,
                Vec::new(),
                Rejection::new("unreadable-file", "file", reason),
            )
        }
    }
}

fn read_zip(path: &Path, name: &Arc<str>, feed: &Feed, out: &mut Out<'_>) -> Result<(), Stopped> {
    let broken = |error: String| {
        let reason = format!("The archive cannot be opened: {error}. Ask the sender for it again.");
        Rejection::new("unreadable-file", "archive", reason)
    };
    let count = match std::fs::File::open(path).map_err(|e| e.to_string()).and_then(|file| {
        zip::ZipArchive::new(std::io::BufReader::new(file))
            .map(|archive| archive.len())
            .map_err(|e| e.to_string())
    }) {
        Ok(count) => count,
        Err(error) => return refuse(out, name, Format::Fhir, Vec::new(), broken(error)),
    };
    for n in 0..count {
        // A member is unpacked on a thread of its own and piped, because its reader borrows the archive.
        let (end, pipe) = bounded::<Vec<u8>>(4);
        let path = path.to_owned();
        let member = std::thread::spawn(move || zip_member(&path, n, &end));
        let stream: Stream = Box::new(std::io::BufReader::with_capacity(
            256 * 1024,
            Piped {
                pipe,
                held: Vec::new(),
                at: 0,
            },
        ));
        let inside: Arc<str> = format!("{name}/{}", n + 1).into();
        let outcome = files::unpacked(stream).and_then(|stream| read_stream(stream, &inside, feed, out));
        report(outcome, &inside, out)?;
        if let Ok(Err(error)) = member.join() {
            refuse(out, &inside, Format::Fhir, Vec::new(), broken(error))?;
        }
    }
    Ok(())
}

fn zip_member(path: &Path, n: usize, end: &Sender<Vec<u8>>) -> Result<(), String> {
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    let mut archive = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(|e| e.to_string())?;
    let mut member = archive.by_index(n).map_err(|e| e.to_string())?;
    if !member.is_file() {
        return Ok(());
    }
    loop {
        let mut chunk = vec![0u8; 256 * 1024];
        let count = member.read(&mut chunk).map_err(|e| e.to_string())?;
        chunk.truncate(count);
        if count == 0 || end.send(chunk).is_err() {
            return Ok(());
        }
    }
}

/// Reads what another thread sends.
struct Piped {
    pipe: Receiver<Vec<u8>>,
    held: Vec<u8>,
    at: usize,
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.held.len() {
            match self.pipe.recv() {
                Ok(chunk) => (self.held, self.at) = (chunk, 0),
                Err(_) => return Ok(0),
            }
        }
        let count = buffer.len().min(self.held.len() - self.at);
        buffer[..count].copy_from_slice(&self.held[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

pub(super) fn read_stream(
    mut stream: Stream,
    name: &Arc<str>,
    feed: &Feed,
    out: &mut Out<'_>,
) -> std::io::Result<Result<(), Stopped>> {
    match files::language(&mut stream)? {
        Language::Empty => Ok(Ok(())),
        _ if feed.format == FeedFormat::Table && feed.table.is_some() => read_table(stream, name, feed, out),
        Language::Json => read_json(stream, name, out),
        Language::Hl7 => read_hl7(stream, name, out),
        Language::Other => {
            let mut kept = Vec::new();
            stream.take(KEPT_BYTES_MAX as u64).read_to_end(&mut kept)?;
            let reason = "This is neither FHIR in JSON nor HL7 v2. A table needs a feed that maps its columns: \
                          give --feed. XML is not read: ask the sender for JSON.";
            Ok(refuse(
                out,
                name,
                Format::Fhir,
                kept,
                Rejection::new("unknown-format", "file", reason),
            ))
        }
    }
}

fn refuse(
    out: &mut Out<'_>,
    name: &Arc<str>,
    format: Format,
    kept: Vec<u8>,
    rejection: Rejection,
) -> Result<(), Stopped> {
    let at = out.stamp();
    out.send(Work::Refused {
        at,
        name: Arc::clone(name),
        format,
        kept,
        rejection,
    })
    .map_err(|_| Stopped)
}

/// A document, or line after line of documents: told apart by whether the first line is whole by itself and
/// another follows.
fn read_json(mut stream: Stream, name: &Arc<str>, out: &mut Out<'_>) -> std::io::Result<Result<(), Stopped>> {
    let mut first = Vec::new();
    (&mut stream)
        .take(LINE_BYTES_MAX as u64)
        .read_until(b'\n', &mut first)?;
    let whole = first.ends_with(b"\n") && serde_json::from_slice::<serde::de::IgnoredAny>(&first).is_ok();
    if !whole {
        let room = DOCUMENT_BYTES_MAX.saturating_sub(first.len() as u64);
        (&mut stream).take(room).read_to_end(&mut first)?;
        if !stream.fill_buf()?.is_empty() {
            first.truncate(KEPT_BYTES_MAX);
            let reason = "The document is larger than 512 MB. Ask the sender for one resource a line (NDJSON), or for \
                          smaller bundles.";
            return Ok(refuse(
                out,
                name,
                Format::Fhir,
                first,
                Rejection::new("too-large", "document", reason),
            ));
        }
        let at = out.stamp();
        return Ok(out
            .send(Work::Document {
                at,
                name: Arc::clone(name),
                bytes: first,
            })
            .map_err(|_| Stopped));
    }
    let (mut line, mut number) = (first, 1u64);
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    let mut held = 0;
    loop {
        if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
            held += line.len();
            match ndjson_pieces(&line, number) {
                Ok(found) => pieces.extend(found),
                Err(rejection) => {
                    line.truncate(KEPT_BYTES_MAX);
                    if refuse(out, name, Format::Fhir, line.clone(), rejection).is_err() {
                        return Ok(Err(Stopped));
                    }
                }
            }
        }
        line.clear();
        number += 1;
        let more = (&mut stream).take(LINE_BYTES_MAX as u64).read_until(b'\n', &mut line)?;
        if more == 0 || pieces.len() >= 500 || held > 4 * 1024 * 1024 {
            held = 0;
            if out.pieces(name, &mut pieces).is_err() {
                return Ok(Err(Stopped));
            }
        }
        if more == 0 {
            return Ok(Ok(()));
        }
    }
}

fn ndjson_pieces(line: &[u8], number: u64) -> Result<Vec<Piece<'static>>, Rejection> {
    let pieces = fhir::split(line).map_err(|mut rejection| {
        rejection.place = format!("line {number}, {}", rejection.place);
        rejection
    })?;
    let single = pieces.len() == 1;
    Ok(pieces
        .into_iter()
        .map(|piece| Piece {
            place: if single {
                format!("line {number}")
            } else {
                format!("line {number}, {}", piece.place)
            },
            format: piece.format,
            body: piece.body.into_owned().into(),
            context: piece.context,
        })
        .collect())
}

fn read_hl7(mut stream: Stream, name: &Arc<str>, out: &mut Out<'_>) -> std::io::Result<Result<(), Stopped>> {
    let mut splitter = hl7::Splitter::default();
    loop {
        let chunk = stream.fill_buf()?;
        let (found, count) = match chunk.len() {
            0 => (std::mem::take(&mut splitter).finish(), 0),
            count => (splitter.feed(chunk), count),
        };
        stream.consume(count);
        let mut pieces = Vec::new();
        for cut in found {
            match cut {
                Ok(piece) => pieces.push(piece),
                Err(rejection) => {
                    if refuse(out, name, Format::Hl7, Vec::new(), rejection).is_err() {
                        return Ok(Err(Stopped));
                    }
                }
            }
        }
        if out.pieces(name, &mut pieces).is_err() {
            return Ok(Err(Stopped));
        }
        if count == 0 {
            return Ok(Ok(()));
        }
    }
}

fn read_table(
    mut stream: Stream,
    name: &Arc<str>,
    feed: &Feed,
    out: &mut Out<'_>,
) -> std::io::Result<Result<(), Stopped>> {
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    let mut splitter = match table::Splitter::new(feed) {
        Ok(splitter) => splitter,
        Err(rejection) => return Ok(refuse(out, name, Format::Table, Vec::new(), rejection)),
    };
    loop {
        let chunk = stream.fill_buf()?;
        let count = chunk.len();
        let outcome = if count == 0 {
            let fresh = match table::Splitter::new(feed) {
                Ok(fresh) => fresh,
                Err(rejection) => return Ok(refuse(out, name, Format::Table, Vec::new(), rejection)),
            };
            std::mem::replace(&mut splitter, fresh).finish(&mut |piece| pieces.push(piece))
        } else {
            splitter.push(chunk, &mut |piece| pieces.push(piece))
        };
        let kept = if outcome.is_err() {
            chunk[..count.min(KEPT_BYTES_MAX)].to_vec()
        } else {
            Vec::new()
        };
        stream.consume(count);
        if out.pieces(name, &mut pieces).is_err() {
            return Ok(Err(Stopped));
        }
        if let Err(rejection) = outcome {
            return Ok(refuse(out, name, Format::Table, kept, rejection));
        }
        if count == 0 {
            return Ok(Ok(()));
        }
    }
}
