//! The data folder: who owns it, and opening what is in it.

use crate::error::Failure;
use crate::{Store, backup, clock, import, system};
use care::db::Place;
use care::{Care, Opening, Stamp};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A folder this process owns; given up when dropped, or when the process ends in any way.
pub struct Owned {
    _lock: File,
}

/// Where the owner of a folder listens for work that other commands hand it.
pub fn socket(folder: &Path) -> PathBuf {
    folder.join("owner.sock")
}

/// Takes the folder, making it if need be; `None` when another process owns it.
pub fn own(folder: &Path) -> Result<Option<Owned>, Failure> {
    let in_words = |error: std::io::Error| Failure::new(format!("data folder {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(in_words)?;
    let path = folder.join("lock");
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(in_words)?;
    match lock.try_lock() {
        Ok(()) => {
            import::sweep(folder);
            Ok(Some(Owned { _lock: lock }))
        }
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(in_words(error)),
    }
}

/// Opens the store.
pub fn open(store: &Store, readers: usize) -> Result<Care, Failure> {
    backup::refuse_unfinished(&store.data)?;
    let (place, audit_place) = match &store.database {
        Some(url) => (Place::Pg(url.clone()), Place::Pg(url.clone())),
        None => (
            Place::Lite(store.data.join("record.db")),
            Place::Lite(store.data.join("audit.db")),
        ),
    };
    Ok(Care::open(Opening {
        place,
        audit_place,
        system: system::load(store.system.as_deref())?,
        stamp: store.live.then_some(Stamp::Live),
        readers,
        now: clock::now(),
        fresh_key: clock::random()?,
        chain: clock::chain(),
    })?)
}
