//! A watched folder: what is put in WATCH/FEED-NAME/ is taken, then moved aside. A file is taken only once
//! its size has stayed the same between two looks. Taking is safe to repeat, so a process that dies between
//! taking and moving loses nothing and doubles nothing.

use crate::error::Failure;
use crate::import;
use care::Care;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(2);

/// Begins watching, on a thread of its own.
pub fn start(care: Arc<Care>, data: &Path, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("watched folder {}: {error}", folder.display())))?;
    println!(
        "Watching {}: put files in a folder named after their feed",
        folder.display()
    );
    let (folder, data) = (folder.to_owned(), data.to_owned());
    std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
        let mut seen: HashMap<PathBuf, u64> = HashMap::new();
        let mut strange = 0;
        loop {
            match look(&care, &data, &folder, &mut seen) {
                // Their names are not said: what people call folders and files often names a person.
                Ok(count) if count != strange => {
                    tracing::warn!(count, "watched folders that are named after no feed of the system");
                    strange = count;
                }
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "the watched folder could not be looked through"),
            }
            std::thread::sleep(EVERY);
        }
    })?;
    Ok(())
}

/// Takes what has arrived; answers how many folders are named after no feed.
fn look(care: &Care, data: &Path, folder: &Path, seen: &mut HashMap<PathBuf, u64>) -> Result<u32, Failure> {
    let mut now = HashMap::new();
    let mut strange = 0;
    for feed_folder in std::fs::read_dir(folder)?
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        let name = feed_folder.file_name().to_string_lossy().into_owned();
        let Some(feed) = care.system().feed(&name) else {
            strange += 1;
            continue;
        };
        let feed = Arc::new(feed.clone());
        for file in std::fs::read_dir(feed_folder.path())?.flatten() {
            let (path, about) = (file.path(), file.metadata()?);
            if !about.is_file() || file.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if seen.get(&path) == Some(&about.len()) {
                take(care, data, &feed, &path);
            } else {
                now.insert(path, about.len());
            }
        }
    }
    *seen = now;
    Ok(strange)
}

fn take(care: &Care, data: &Path, feed: &Arc<record::system::Feed>, path: &Path) {
    match import::import(care, data, feed, &[path.to_owned()], &|_| ()) {
        Ok((tally, _)) => {
            tracing::info!(
                feed = feed.name,
                received = tally.received,
                quarantined = tally.quarantined,
                "a file was taken"
            );
            let aside = path.with_file_name("taken");
            let moved = path
                .file_name()
                .map(|name| std::fs::create_dir_all(&aside).and_then(|()| std::fs::rename(path, aside.join(name))));
            if let Some(Err(error)) = moved {
                tracing::error!(%error, "a taken file could not be moved aside; it will be looked at again");
            }
        }
        Err(failure) => {
            let failure = failure.to_string().replace(&*path.to_string_lossy(), "the file");
            tracing::error!(
                failure,
                feed = feed.name,
                "a file could not be taken; it stays where it is"
            );
        }
    }
}
