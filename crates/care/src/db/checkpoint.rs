//! Copying SQLite's write-ahead log into its file, beside the writer.

use super::{Conn, DbError, Place};
use crossbeam_channel::{Receiver, Sender, bounded};

/// After so many rows the log is copied.
const ROWS: usize = 200;

/// Has the write-ahead log of one file copied by a thread of its own. The writer would else do it within a commit, and
/// whoever waits for that commit would wait for the whole of it. Nothing is lost by it: what is committed is durable
/// in the log.
pub(crate) struct Checkpoints {
    wake: Option<Sender<()>>,
    rows: usize,
}

impl Checkpoints {
    /// Starts the thread; PostgreSQL has its own.
    pub(crate) fn start(place: &Place) -> Result<Self, DbError> {
        let Place::Lite(_) = place else {
            return Ok(Self { wake: None, rows: 0 });
        };
        let conn = place.connect(false)?;
        let (wake, woken) = bounded(1);
        std::thread::Builder::new()
            .name("checkpoints".to_owned())
            .spawn(move || run(conn, &woken))
            .map_err(|error| DbError::state(format!("cannot start the checkpoints: {error}")))?;
        Ok(Self {
            wake: Some(wake),
            rows: 0,
        })
    }

    /// Tells that so many rows were committed.
    pub(crate) fn after(&mut self, rows: usize) {
        self.rows += rows;
        if self.rows >= ROWS
            && let Some(wake) = &self.wake
        {
            self.rows = 0;
            // When one is waiting already, it will copy these too.
            let _ = wake.try_send(());
        }
    }
}

fn run(mut conn: Conn, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        // It never waits for anyone: what it leaves, the next one copies.
        if let Err(error) = conn.first("PRAGMA wal_checkpoint(PASSIVE)", &[], |row| row.int(0)) {
            tracing::warn!(%error, "the audit's log was not copied");
        }
    }
}
