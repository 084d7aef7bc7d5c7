//! A folder has one owner. An import into a folder that a server owns is handed to that server over a local
//! socket, and its progress comes back, a line of JSON each.

use super::lines::Bar;
use super::run::{self, Progress};
use super::{Arguments, Took, feed_of};
use crate::error::Failure;
use crate::folder;
use care::Care;
use care::intake::Tally;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const LINE_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Asked {
    paths: Vec<PathBuf>,
    from: String,
    feed: Option<String>,
}

#[derive(Serialize, Deserialize)]
enum Told {
    Progress {
        total: u64,
        read: u64,
        taken: u64,
        quarantined: u64,
    },
    Done {
        seconds: f64,
        counts: [u64; 6],
        by_type: BTreeMap<String, u64>,
        kept_unmapped: BTreeMap<String, u64>,
        without_entries: BTreeMap<String, u64>,
        by_reason: BTreeMap<String, u64>,
    },
    Failed(String),
}

/// Asks the folder's owner to import; waits until it has.
pub fn import(arguments: &Arguments, bar: &Bar) -> Result<Took, Failure> {
    let path = folder::socket(&arguments.store.data);
    let stream = UnixStream::connect(&path).map_err(|error| {
        Failure::new(format!(
            "data folder {} is in use by another chesil process that takes no work ({error}); wait for it or stop it",
            arguments.store.data.display()
        ))
    })?;
    let paths = arguments
        .paths
        .iter()
        .map(std::fs::canonicalize)
        .collect::<Result<_, _>>()?;
    let asked = Asked {
        paths,
        from: arguments.from.clone(),
        feed: arguments.feed.clone(),
    };
    write_line(&stream, &asked)?;
    for line in BufReader::new(&stream).lines() {
        let told =
            serde_json::from_str(&line?).map_err(|error| Failure::new(format!("the owner's answer: {error}")))?;
        match told {
            Told::Progress {
                total,
                read,
                taken,
                quarantined,
            } => {
                bar.show(&Progress {
                    bytes_total: total,
                    bytes_read: read,
                    taken,
                    quarantined,
                });
            }
            Told::Done {
                seconds,
                counts,
                by_type,
                kept_unmapped,
                without_entries,
                by_reason,
            } => {
                let [received, accepted, updated, unchanged, quarantined, entries] = counts;
                let tally = Tally {
                    received,
                    accepted,
                    updated,
                    unchanged,
                    quarantined,
                    entries,
                    kept_unmapped,
                    without_entries,
                    by_type,
                    quarantined_by_reason: by_reason,
                };
                return Ok((tally, Duration::from_secs_f64(seconds.max(0.0))));
            }
            Told::Failed(words) => return Err(Failure::new(words)),
        }
    }
    Err(Failure::new(
        "the folder's owner stopped before it had finished; run the same command again to go on",
    ))
}

/// Takes the imports of other commands for as long as the process lives. Only the user who owns the folder
/// can reach the socket.
pub fn serve_imports(care: Arc<Care>, data: &Path) -> Result<(), Failure> {
    let (path, data) = (folder::socket(data), data.to_owned());
    // Left behind by an owner that was killed; the lock says that it is gone.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path)
        .map_err(|error| Failure::new(format!("cannot listen at {}: {error}", path.display())))?;
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    std::thread::Builder::new().name("imports".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            let care = Arc::clone(&care);
            // One import at a time and one thread each: more would only take turns at the one writer.
            if let Err(failure) = answer(&care, &data, &stream) {
                let _ = write_line(&stream, &Told::Failed(failure.to_string()));
            }
        }
    })?;
    Ok(())
}

fn answer(care: &Care, data: &Path, stream: &UnixStream) -> Result<(), Failure> {
    let mut line = String::new();
    BufReader::new(stream.take(LINE_BYTES_MAX)).read_line(&mut line)?;
    let asked: Asked = serde_json::from_str(&line).map_err(|error| Failure::new(format!("unreadable: {error}")))?;
    let feed = feed_of(care, &asked.from, asked.feed.as_deref())?;
    let (tally, took) = run::import(care, data, &feed, &asked.paths, &|progress| {
        let told = Told::Progress {
            total: progress.bytes_total,
            read: progress.bytes_read,
            taken: progress.taken,
            quarantined: progress.quarantined,
        };
        let _ = write_line(stream, &told);
    })?;
    let counts = [
        tally.received,
        tally.accepted,
        tally.updated,
        tally.unchanged,
        tally.quarantined,
        tally.entries,
    ];
    write_line(
        stream,
        &Told::Done {
            seconds: took.as_secs_f64(),
            counts,
            by_type: tally.by_type,
            kept_unmapped: tally.kept_unmapped,
            without_entries: tally.without_entries,
            by_reason: tally.quarantined_by_reason,
        },
    )
}

fn write_line(mut stream: &UnixStream, value: &impl Serialize) -> Result<(), Failure> {
    let mut line = serde_json::to_string(value).map_err(|error| Failure::new(error.to_string()))?;
    line.push('\n');
    Ok(stream.write_all(line.as_bytes())?)
}
