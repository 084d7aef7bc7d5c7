//! The import itself: files are read in order, prepared by one thread a core, and filed by the one writer.

use super::Took;
use super::files::{self, Found};
use super::reading::{KEPT_BYTES_MAX, Out, Stopped, read_file, read_stream, report};
use super::stage::Stage;
use crate::clock;
use crate::error::Failure;
use care::Care;
use care::db::DbError;
use care::intake::{Batch, Filed, Prepared, Preparer, Source, Tally};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use exchange::{Format, Piece, fhir};
use record::system::Feed;
use record::{Instant as Received, Rejection};
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

/// What became of a batch, and the batch, whose memory is given back where nobody waits for it.
type Taken = Result<(Vec<Filed>, Batch), DbError>;

/// Pieces that are filed in one go: about 40 ms of the writer's time.
const BATCH_PIECES: usize = 1_500;

/// What the reading thread hands to the preparing ones.
pub(super) enum Work {
    /// A whole JSON document, and when it was read.
    Document {
        name: Arc<str>,
        bytes: Vec<u8>,
        at: Received,
    },
    /// Pieces read already.
    Ready(Vec<Prepared>),
    /// Pieces cut already, and when the delivery was read.
    Pieces(Vec<Piece<'static>>, Received),
    /// The import cannot go on.
    Broken(String),
    /// Something that could not be cut.
    Refused {
        name: Arc<str>,
        format: Format,
        kept: Vec<u8>,
        rejection: Rejection,
        at: Received,
    },
}

/// Tells stages of one process apart.
static STAGES: AtomicU64 = AtomicU64::new(0);

/// Something to be read.
pub enum Delivery {
    /// A file.
    File(Found),
    /// Bytes that are in memory already, with a name to call them by.
    Bytes(String, Vec<u8>),
}

impl Delivery {
    fn size(&self) -> u64 {
        match self {
            Delivery::File(file) => file.size,
            Delivery::Bytes(_, bytes) => bytes.len() as u64,
        }
    }

    fn read(self, feed: &Feed, out: &mut Out<'_>) -> Result<(), Stopped> {
        match self {
            Delivery::File(file) => read_file(&file, feed, out),
            Delivery::Bytes(name, bytes) => {
                let name: Arc<str> = name.into();
                let stream = std::io::BufReader::new(std::io::Cursor::new(bytes));
                report(
                    files::unpacked(stream).and_then(|stream| read_stream(stream, &name, feed, out)),
                    &name,
                    out,
                )
            }
        }
    }
}

/// Takes files and folders; answers when everything taken is durable. `data` is the data folder, where what
/// must be put in order waits.
pub fn import(
    care: &Care,
    data: &Path,
    feed: &Arc<Feed>,
    paths: &[PathBuf],
    show: &dyn Fn(&Progress),
) -> Result<Took, Failure> {
    let deliveries = files::find(paths)?.into_iter().map(Delivery::File).collect();
    take(care, data, feed, deliveries, show)
}

/// Takes deliveries of one feed; answers when everything taken is durable.
pub fn take(
    care: &Care,
    data: &Path,
    feed: &Arc<Feed>,
    deliveries: Vec<Delivery>,
    show: &dyn Fn(&Progress),
) -> Result<Took, Failure> {
    let begun = Instant::now();
    let source = care.source(feed)?;
    let bytes_total = deliveries.iter().map(Delivery::size).sum();
    let (bytes_read, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let (work, queue) = bounded::<Work>(8);
    let (filed, outcomes) = unbounded::<Taken>();
    let mut tally = Tally::default();
    let mut failure = None;
    std::thread::scope(|scope| {
        let (bytes_read, stop) = (&bytes_read, &stop);
        let reading = source.clone();
        let reader = scope.spawn(move || {
            let stage = Stage::new(data, STAGES.fetch_add(1, Ordering::Relaxed));
            let mut out = Out {
                work: &work,
                stage,
                preparer: care.preparer(),
                source: &reading,
                begun: clock::now(),
                last: clock::now(),
            };
            for delivery in deliveries {
                let size = delivery.size();
                if stop.load(Ordering::Relaxed) || delivery.read(feed, &mut out).is_err() {
                    break;
                }
                bytes_read.fetch_add(size, Ordering::Relaxed);
            }
            let _ = out.finish();
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
                Ok((filed, _)) => filed.iter().for_each(|filed| tally.add(filed)),
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

/// One preparing thread: cuts, reads, packs, and hands batches to the writer.
fn prepare(care: &Care, source: &Source, queue: &Receiver<Work>, filed: &Sender<Taken>) -> Result<(), DbError> {
    let mut preparer = care.preparer();
    let mut batch: Vec<Prepared> = Vec::with_capacity(BATCH_PIECES);
    for work in queue {
        match work {
            Work::Document { name, bytes, at } => match fhir::split(&bytes) {
                Ok(pieces) => {
                    for mut piece in pieces {
                        piece.place = format!("{name}: {}", piece.place);
                        batch.push(preparer.prepare(piece, source, at));
                        hand_over(care, &mut preparer, &mut batch, BATCH_PIECES, filed)?;
                    }
                }
                Err(rejection) => {
                    let kept = &bytes[..bytes.len().min(KEPT_BYTES_MAX)];
                    batch.push(preparer.refuse(&name, Format::Fhir, kept, rejection, source, at));
                }
            },
            Work::Broken(words) => return Err(DbError::state(words)),
            Work::Ready(pieces) => {
                for prepared in pieces {
                    batch.push(prepared);
                    hand_over(care, &mut preparer, &mut batch, BATCH_PIECES, filed)?;
                }
            }
            Work::Pieces(pieces, at) => {
                for piece in pieces {
                    batch.push(preparer.prepare(piece, source, at));
                    hand_over(care, &mut preparer, &mut batch, BATCH_PIECES, filed)?;
                }
            }
            Work::Refused {
                name,
                format,
                kept,
                rejection,
                at,
            } => {
                batch.push(preparer.refuse(&name, format, &kept, rejection, source, at));
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
    filed: &Sender<Taken>,
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
