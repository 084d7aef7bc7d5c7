//! The import itself: files are read in order, prepared by one thread a core, and filed by the one writer.

use super::Took;
use super::files::{self, Language, Stream};
use crate::clock;
use crate::error::Failure;
use care::Care;
use care::db::DbError;
use care::intake::{Filed, Prepared, Preparer, Source, Tally};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use exchange::{Format, Piece, fhir, hl7, table};
use record::Rejection;
use record::system::{Feed, FeedFormat};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// How far an import has got.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Bytes to be read in all.
    pub bytes_total: u64,
    /// Bytes of files that have been read through.
    pub bytes_read: u64,
    /// Pieces taken, durable.
    pub taken: u64,
    /// Pieces put in quarantine, durable.
    pub quarantined: u64,
}

/// A JSON document that is not line by line is held whole; larger ones are refused, kept in part and named.
const DOCUMENT_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// One line of NDJSON.
const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Pieces that are filed in one go: about 40 ms of the writer's time.
const BATCH_PIECES: usize = 1_500;
/// How much of a file that cannot be read at all is kept in quarantine.
const KEPT_BYTES_MAX: usize = 64 * 1024;

/// What the reading thread hands to the preparing ones.
enum Work {
    /// A whole JSON document.
    Document { name: Arc<str>, bytes: Vec<u8> },
    /// Pieces cut already.
    Pieces {
        name: Arc<str>,
        pieces: Vec<Piece<'static>>,
    },
    /// Something that could not be cut.
    Refused {
        name: Arc<str>,
        format: Format,
        kept: Vec<u8>,
        rejection: Rejection,
    },
}

/// Something to be read.
pub enum Delivery {
    /// A file, with its size.
    File(PathBuf, u64),
    /// Bytes that are in memory already, with a name to call them by.
    Bytes(String, Vec<u8>),
}

impl Delivery {
    fn size(&self) -> u64 {
        match self {
            Delivery::File(_, size) => *size,
            Delivery::Bytes(_, bytes) => bytes.len() as u64,
        }
    }

    fn read(self, feed: &Feed, work: &Sender<Work>) -> Result<(), Stopped> {
        match self {
            Delivery::File(path, _) => read_file(&path, feed, work),
            Delivery::Bytes(name, bytes) => {
                let name: Arc<str> = name.into();
                let stream = std::io::BufReader::new(std::io::Cursor::new(bytes));
                report(
                    files::unpacked(stream).and_then(|stream| read_stream(stream, &name, feed, work)),
                    &name,
                    work,
                )
            }
        }
    }
}

/// Takes files and folders; answers when everything taken is durable.
pub fn import(care: &Care, feed: &Arc<Feed>, paths: &[PathBuf], show: &dyn Fn(&Progress)) -> Result<Took, Failure> {
    let deliveries = files::find(paths)?
        .into_iter()
        .map(|(path, size)| Delivery::File(path, size))
        .collect();
    take(care, feed, deliveries, show)
}

/// Takes deliveries of one feed; answers when everything taken is durable.
pub fn take(
    care: &Care,
    feed: &Arc<Feed>,
    deliveries: Vec<Delivery>,
    show: &dyn Fn(&Progress),
) -> Result<Took, Failure> {
    let begun = Instant::now();
    let source = care.source(feed)?;
    let bytes_total = deliveries.iter().map(Delivery::size).sum();
    let (bytes_read, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let (work, queue) = bounded::<Work>(8);
    let (filed, outcomes) = unbounded::<Result<Vec<Filed>, DbError>>();
    let mut tally = Tally::default();
    let mut failure = None;
    std::thread::scope(|scope| {
        let (bytes_read, stop) = (&bytes_read, &stop);
        let reader = scope.spawn(move || {
            for delivery in deliveries {
                let size = delivery.size();
                if stop.load(Ordering::Relaxed) || delivery.read(feed, &work).is_err() {
                    break;
                }
                bytes_read.fetch_add(size, Ordering::Relaxed);
            }
        });
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        for _ in 0..threads {
            let (queue, filed, source) = (queue.clone(), filed.clone(), source.clone());
            scope.spawn(move || {
                if let Err(error) = prepare(care, &source, &queue, &filed) {
                    let _ = filed.send(Err(error));
                    stop.store(true, Ordering::Relaxed);
                }
            });
        }
        drop((queue, filed));
        for outcome in outcomes {
            match outcome {
                Ok(filed) => filed.iter().for_each(|filed| tally.add(filed)),
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    failure = failure.take().or(Some(error));
                }
            }
            show(&Progress {
                bytes_total,
                bytes_read: bytes_read.load(Ordering::Relaxed),
                taken: tally.received - tally.quarantined,
                quarantined: tally.quarantined,
            });
        }
        let _ = reader.join();
    });
    match failure {
        Some(error) => Err(Failure::new(format!(
            "{error}. {} pieces were filed and stand; run the same command again to go on.",
            tally.received
        ))),
        None => Ok((tally, begun.elapsed())),
    }
}

/// The other end has gone: the import is stopping.
struct Stopped;

fn read_file(path: &Path, feed: &Feed, work: &Sender<Work>) -> Result<(), Stopped> {
    let name: Arc<str> = path
        .file_name()
        .map_or_else(|| "file".into(), |name| name.to_string_lossy())
        .into();
    if files::is_zip(path) {
        return read_zip(path, &name, feed, work);
    }
    let outcome = files::open(path).and_then(|stream| read_stream(stream, &name, feed, work));
    report(outcome, &name, work)
}

/// An error while reading becomes a quarantined item that names the file; the run goes on with the next.
fn report(outcome: std::io::Result<Result<(), Stopped>>, name: &Arc<str>, work: &Sender<Work>) -> Result<(), Stopped> {
    match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            let reason = format!("The file could not be read to its end: {error}. Ask the sender for it again.");
            refuse(
                work,
                name,
                Format::Fhir,
                Vec::new(),
                Rejection::new("unreadable-file", "file", reason),
            )
        }
    }
}

fn read_zip(path: &Path, name: &Arc<str>, feed: &Feed, work: &Sender<Work>) -> Result<(), Stopped> {
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
        Err(error) => return refuse(work, name, Format::Fhir, Vec::new(), broken(error)),
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
        let outcome = files::unpacked(stream).and_then(|stream| read_stream(stream, &inside, feed, work));
        report(outcome, &inside, work)?;
        if let Ok(Err(error)) = member.join() {
            refuse(work, &inside, Format::Fhir, Vec::new(), broken(error))?;
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

fn read_stream(
    mut stream: Stream,
    name: &Arc<str>,
    feed: &Feed,
    work: &Sender<Work>,
) -> std::io::Result<Result<(), Stopped>> {
    match files::language(&mut stream)? {
        Language::Empty => Ok(Ok(())),
        _ if feed.format == FeedFormat::Table && feed.table.is_some() => read_table(stream, name, feed, work),
        Language::Json => read_json(stream, name, work),
        Language::Hl7 => read_hl7(stream, name, work),
        Language::Other => {
            let mut kept = Vec::new();
            stream.take(KEPT_BYTES_MAX as u64).read_to_end(&mut kept)?;
            let reason = "This is neither FHIR in JSON nor HL7 v2. A table needs a feed that maps its columns: \
                          give --feed. XML is not read: ask the sender for JSON.";
            Ok(refuse(
                work,
                name,
                Format::Fhir,
                kept,
                Rejection::new("unknown-format", "file", reason),
            ))
        }
    }
}

fn refuse(
    work: &Sender<Work>,
    name: &Arc<str>,
    format: Format,
    kept: Vec<u8>,
    rejection: Rejection,
) -> Result<(), Stopped> {
    work.send(Work::Refused {
        name: Arc::clone(name),
        format,
        kept,
        rejection,
    })
    .map_err(|_| Stopped)
}

/// A document, or line after line of documents: told apart by whether the first line is whole by itself and
/// another follows.
fn read_json(mut stream: Stream, name: &Arc<str>, work: &Sender<Work>) -> std::io::Result<Result<(), Stopped>> {
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
                work,
                name,
                Format::Fhir,
                first,
                Rejection::new("too-large", "document", reason),
            ));
        }
        return Ok(work
            .send(Work::Document {
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
                    if refuse(work, name, Format::Fhir, line.clone(), rejection).is_err() {
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
            let ready = Work::Pieces {
                name: Arc::clone(name),
                pieces: std::mem::take(&mut pieces),
            };
            if work.send(ready).is_err() {
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

fn read_hl7(mut stream: Stream, name: &Arc<str>, work: &Sender<Work>) -> std::io::Result<Result<(), Stopped>> {
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
                    if refuse(work, name, Format::Hl7, Vec::new(), rejection).is_err() {
                        return Ok(Err(Stopped));
                    }
                }
            }
        }
        if !pieces.is_empty()
            && work
                .send(Work::Pieces {
                    name: Arc::clone(name),
                    pieces,
                })
                .is_err()
        {
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
    work: &Sender<Work>,
) -> std::io::Result<Result<(), Stopped>> {
    let mut pieces: Vec<Piece<'static>> = Vec::new();
    let mut splitter = match table::Splitter::new(feed) {
        Ok(splitter) => splitter,
        Err(rejection) => return Ok(refuse(work, name, Format::Table, Vec::new(), rejection)),
    };
    loop {
        let chunk = stream.fill_buf()?;
        let count = chunk.len();
        let outcome = if count == 0 {
            let fresh = match table::Splitter::new(feed) {
                Ok(fresh) => fresh,
                Err(rejection) => return Ok(refuse(work, name, Format::Table, Vec::new(), rejection)),
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
        if !pieces.is_empty() {
            let ready = Work::Pieces {
                name: Arc::clone(name),
                pieces: std::mem::take(&mut pieces),
            };
            if work.send(ready).is_err() {
                return Ok(Err(Stopped));
            }
        }
        if let Err(rejection) = outcome {
            return Ok(refuse(work, name, Format::Table, kept, rejection));
        }
        if count == 0 {
            return Ok(Ok(()));
        }
    }
}

/// One preparing thread: cuts, reads, packs, and hands batches to the writer.
fn prepare(
    care: &Care,
    source: &Source,
    queue: &Receiver<Work>,
    filed: &Sender<Result<Vec<Filed>, DbError>>,
) -> Result<(), DbError> {
    let mut preparer = care.preparer();
    let mut batch: Vec<Prepared> = Vec::with_capacity(BATCH_PIECES);
    for work in queue {
        let now = clock::now();
        match work {
            Work::Document { name, bytes } => match fhir::split(&bytes) {
                Ok(pieces) => {
                    for mut piece in pieces {
                        piece.place = format!("{name}: {}", piece.place);
                        batch.push(preparer.prepare(&piece, source, now));
                        hand_over(care, &mut preparer, &mut batch, BATCH_PIECES, filed)?;
                    }
                }
                Err(rejection) => {
                    let kept = &bytes[..bytes.len().min(KEPT_BYTES_MAX)];
                    batch.push(preparer.refuse(&name, Format::Fhir, kept, rejection, source, now));
                }
            },
            Work::Pieces { name, pieces } => {
                for mut piece in pieces {
                    piece.place = format!("{name}: {}", piece.place);
                    batch.push(preparer.prepare(&piece, source, now));
                    hand_over(care, &mut preparer, &mut batch, BATCH_PIECES, filed)?;
                }
            }
            Work::Refused {
                name,
                format,
                kept,
                rejection,
            } => {
                batch.push(preparer.refuse(&name, format, &kept, rejection, source, now));
            }
        }
        hand_over(care, &mut preparer, &mut batch, BATCH_PIECES, filed)?;
    }
    hand_over(care, &mut preparer, &mut batch, 1, filed)
}

fn hand_over(
    care: &Care,
    preparer: &mut Preparer<'_>,
    batch: &mut Vec<Prepared>,
    at_least: usize,
    filed: &Sender<Result<Vec<Filed>, DbError>>,
) -> Result<(), DbError> {
    if batch.len() < at_least {
        return Ok(());
    }
    let filed = filed.clone();
    let batch = preparer.close(std::mem::replace(batch, Vec::with_capacity(BATCH_PIECES)))?;
    care.take_bulk(batch, move |outcome| {
        let _ = filed.send(outcome);
    })
}
