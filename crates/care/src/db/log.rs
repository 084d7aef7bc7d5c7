//! SQLite's write-ahead log, beside the writer: copied into its file, and made durable, by threads of their own.

use super::{Conn, DbError, Place};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Has the write-ahead log of one file copied by a thread of its own. The writer would else do it within a commit, and
/// whoever waits for that commit would wait for the whole of it. Nothing is lost by it: what is committed is durable
/// in the log.
///
/// The log begins anew when all of it was copied and a commit comes; while a writer goes on without a pause that does
/// not happen by itself, so a long log has its last few pages copied by the writer.
pub(crate) struct Checkpoints(Option<Copying>);

struct Copying {
    wake: Sender<()>,
    /// Pages in the log after the last commit.
    pages: Arc<AtomicUsize>,
    busy: Arc<AtomicBool>,
    /// The log is copied when it has grown by so many pages.
    every: usize,
    /// From so many pages on the writer helps it to begin anew.
    most: usize,
    /// How long it was when its copying was last asked for, and when the writer last helped.
    asked_at: usize,
    helped_at: usize,
}

impl Checkpoints {
    /// Starts the thread for the file that `conn` writes to, with the lengths of the log in pages; PostgreSQL has its
    /// own. Nothing else copies the log for this connection then.
    pub(crate) fn start(conn: &mut Conn, place: &Place, every: usize, most: usize) -> Result<Self, DbError> {
        let Conn::Lite(writing) = conn else {
            return Ok(Self(None));
        };
        let (pages, busy) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&pages);
        writing.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, now: std::ffi::c_int| {
            told.store(usize::try_from(now).unwrap_or_default(), Ordering::Relaxed);
            Ok(())
        }))?;
        let own = place.connect(false)?;
        let (wake, woken) = bounded(1);
        let at_work = Arc::clone(&busy);
        std::thread::Builder::new()
            .name("checkpoints".to_owned())
            .spawn(move || copy_when_woken(own, &woken, &at_work))
            .map_err(|error| DbError::state(format!("cannot start the checkpoints: {error}")))?;
        Ok(Self(Some(Copying {
            wake,
            pages,
            busy,
            every,
            most,
            asked_at: 0,
            helped_at: 0,
        })))
    }

    /// To be called after each commit.
    pub(crate) fn after_commit(&mut self, conn: &mut Conn) {
        if let Self(Some(copying)) = self {
            copying.after_commit(conn);
        }
    }
}

impl Copying {
    fn after_commit(&mut self, conn: &mut Conn) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.asked_at.max(self.helped_at) {
            (self.asked_at, self.helped_at) = (0, 0);
        }
        if pages >= self.most + self.helped_at && !self.busy.load(Ordering::Relaxed) {
            // When a reader holds an old state it does not begin anew: then it is not tried again at once.
            (self.helped_at, self.asked_at) = (pages, pages);
            copy(conn);
        } else if pages - self.asked_at >= self.every {
            self.asked_at = pages;
            // When one is waiting already, it will copy these too.
            let _ = self.wake.try_send(());
        }
    }
}

fn copy_when_woken(mut conn: Conn, woken: &Receiver<()>, busy: &AtomicBool) {
    while woken.recv().is_ok() {
        busy.store(true, Ordering::Relaxed);
        copy(&mut conn);
        busy.store(false, Ordering::Relaxed);
    }
}

/// Copies what can be copied without waiting for anyone: what it leaves, the next one copies.
fn copy(conn: &mut Conn) {
    if let Err(error) = conn.first("PRAGMA wal_checkpoint(PASSIVE)", &[], |row| row.int(0)) {
        tracing::warn!(%error, "the log was not copied");
    }
}

/// Makes groups of bulk work durable on a thread of its own and only then has those who wait for them told, while the
/// writer goes on with the next group: at each commit it would else wait for the disk, three tenths of an import.
pub(super) struct Flushing<F> {
    groups: Sender<F>,
}

/// Groups that are committed and not yet durable: one is being flushed while the next waits.
const UNFLUSHED: usize = 1;

impl<F: FnOnce(Result<(), DbError>) + Send + 'static> Flushing<F> {
    /// Starts the thread for the log beside an SQLite file.
    pub(super) fn start(file: &Path) -> Result<Self, DbError> {
        let mut log = Log::beside(file);
        Self::by(move || log.flush())
    }

    fn by(mut flush: impl FnMut() -> io::Result<()> + Send + 'static) -> Result<Self, DbError> {
        let (groups, committed) = bounded::<F>(UNFLUSHED);
        std::thread::Builder::new()
            .name("flush".to_owned())
            .spawn(move || {
                while let Ok(tell) = committed.recv() {
                    tell(flush().map_err(|error| DbError::state(format!("the disk did not keep it: {error}"))));
                }
            })
            .map_err(|error| DbError::state(format!("cannot start the flushing: {error}")))?;
        Ok(Self { groups })
    }

    /// Has a committed group made durable, and `tell` called with how that went. It is never dropped unheard.
    pub(super) fn make_durable(&self, tell: F) {
        if let Err(unsent) = self.groups.send(tell) {
            (unsent.0)(Err(DbError::state("the flushing has stopped")));
        }
    }
}

struct Log {
    path: PathBuf,
    open: Option<File>,
}

impl Log {
    fn beside(file: &Path) -> Self {
        let mut path = file.as_os_str().to_owned();
        path.push("-wal");
        Self {
            path: path.into(),
            open: None,
        }
    }

    /// The log stays one file for as long as the writer has it open, so it is opened once.
    fn flush(&mut self) -> io::Result<()> {
        if self.open.is_none() {
            self.open = Some(File::open(&self.path)?);
        }
        self.open.as_ref().map_or(Ok(()), File::sync_data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Tell = Box<dyn FnOnce(Result<(), DbError>) + Send>;

    #[test]
    fn nobody_is_told_before_the_disk_has_it_and_a_disk_that_fails_is_told() {
        let (go_on, may) = bounded::<io::Result<()>>(0);
        let flushing = Flushing::<Tell>::by(move || may.recv().unwrap_or(Ok(()))).unwrap();
        let (said, heard) = bounded(4);
        for _ in 0..2 {
            let said = said.clone();
            flushing.make_durable(Box::new(move |outcome| said.send(outcome.is_ok()).unwrap()));
        }
        assert!(heard.try_recv().is_err(), "told before it was durable");
        go_on.send(Ok(())).unwrap();
        assert!(heard.recv().unwrap());
        assert!(heard.try_recv().is_err(), "the second told with the first");
        go_on.send(Err(io::Error::other("no space"))).unwrap();
        assert!(!heard.recv().unwrap(), "a disk that failed was told as success");
    }

    #[test]
    fn a_log_is_copied_beside_and_begins_anew_however_long_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Lite(folder.path().join("a.db"));
        let mut conn = place.connect(false).unwrap();
        conn.batch("CREATE TABLE t (a BIGINT, b TEXT)").unwrap();
        let (every, most) = (20, 60);
        let mut checkpoints = Checkpoints::start(&mut conn, &place, every, most).unwrap();
        let longest = |checkpoints: &Checkpoints| checkpoints.0.as_ref().unwrap().pages.load(Ordering::Relaxed);
        let mut seen = 0;
        for n in 0..4_000i64 {
            conn.execute(
                "INSERT INTO t VALUES (?1, ?2)",
                &[n.into(), "x".repeat(900).as_str().into()],
            )
            .unwrap();
            checkpoints.after_commit(&mut conn);
            seen = seen.max(longest(&checkpoints));
        }
        assert!(seen >= every, "{seen}: nothing stood in the log");
        // Beside it a copy may be under way, which the writer does not wait for.
        assert!(seen < 2_000, "{seen} pages: the log did not begin anew");
    }
}
