//! The one writer: a thread that holds the only write connection and commits whatever waits as a group.

use super::log::Flushing;
use super::{Checkpoints, Conn, DbError, Place};
use crossbeam_channel::{Receiver, Sender, bounded, select};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Whether someone is waiting for this write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A person or a sender waits: goes before any bulk work.
    Waiting,
    /// Part of a bulk import: gives way between pieces of work.
    Bulk,
}

/// What a piece of work leaves to be called when its group is durable or has failed.
type Finish = Box<dyn FnOnce(Result<(), Arc<DbError>>) + Send>;
/// Work is given no connection when no transaction could be begun: outside one it would stand though its sender
/// was told that it failed. Beside what is to be called, it answers whether it failed and left something behind that must be rolled back.
type Run = Box<dyn FnOnce(Option<&mut Conn>) -> (bool, Finish) + Send>;

struct Work {
    /// Bulk work stands or falls with its group: a savepoint keeps a copy of every page that is changed under it, a
    /// twentieth of the time an import took.
    in_bulk: bool,
    run: Run,
}

/// A handle to the writing thread; cheap to clone.
#[derive(Clone)]
pub struct Writer {
    waiting: Sender<Work>,
    bulk: Sender<Work>,
    commits: Arc<AtomicU64>,
}

/// A group is committed when nothing urgent waits or after this long, so that no one waits much longer.
const GROUP: Duration = Duration::from_millis(40);

/// Bulk work goes on as one group for so long while nobody waits: pages that one batch after another changes are then
/// written once, and the disk is waited for less often. When somebody comes, the group ends with the piece in hand.
const BULK_GROUP: Duration = Duration::from_millis(150);

/// The log is copied into its file each time it has grown by so many pages (64 MB): a page that many batches change
/// is then written back once.
const COPIED_EVERY: usize = 16_000;
/// From so many pages on (384 MB) the writer sees to it that the log begins anew.
const LOG_MAX: usize = 96_000;

impl Writer {
    /// Opens the write connection and starts its thread. `exclusive` names this writer's purpose among
    /// processes that share a PostgreSQL database.
    pub fn start(place: &Place, name: &str, exclusive: Option<i64>) -> Result<Self, DbError> {
        let mut conn = place.connect(false)?;
        let beside = Beside {
            checkpoints: Checkpoints::start(&mut conn, place, COPIED_EVERY, LOG_MAX)?,
            flushing: match place {
                Place::Lite(file) => Some(Flushing::start(file)?),
                Place::Pg(_) => None,
            },
            at_commit: true,
            in_bulk_since: None,
        };
        let (waiting, waiting_end) = bounded(1024);
        let (bulk, bulk_end) = bounded(4);
        let commits = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&commits);
        let place = place.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(conn, beside, (&place, exclusive), (&waiting_end, &bulk_end), &counted))
            .map_err(|error| DbError::state(format!("cannot start the writer: {error}")))?;
        Ok(Self { waiting, bulk, commits })
    }

    /// Runs `work` within a transaction and waits until it is durable. Urgent work that fails is undone alone, the
    /// rest of its group stands.
    pub fn write<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        urgency: Urgency,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (answer, answered) = bounded(1);
        self.submit(urgency, work, move |outcome| {
            let _ = answer.send(outcome);
        })?;
        answered
            .recv()
            .map_err(|_| E::from(DbError::state("the writer has stopped")))?
    }

    /// Like [`Writer::write`], but calls `done` when the work is durable (or has failed) instead of waiting.
    pub fn submit<T: Send + 'static, E: From<DbError> + Send + 'static>(
        &self,
        urgency: Urgency,
        work: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), DbError> {
        let in_bulk = urgency == Urgency::Bulk;
        let run: Run = Box::new(move |conn| {
            let outcome = match conn {
                Some(conn) if in_bulk => work(conn),
                Some(conn) => guarded(conn, work),
                None => Err(E::from(DbError::state("no transaction could be begun"))),
            };
            let failed = in_bulk && outcome.is_err();
            let finish: Finish = Box::new(move |committed| {
                done(match committed {
                    Ok(()) => outcome,
                    Err(error) => Err(E::from(DbError::state(format!("not committed: {error}")))),
                });
            });
            (failed, finish)
        });
        let queue = match urgency {
            Urgency::Waiting => &self.waiting,
            Urgency::Bulk => &self.bulk,
        };
        queue
            .send(Work { in_bulk, run })
            .map_err(|_| DbError::state("the writer has stopped"))
    }

    /// How many groups have been committed since the start.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

/// Runs work inside a savepoint, so that its failure leaves nothing behind.
fn guarded<T, E: From<DbError>>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    conn.batch("SAVEPOINT work")?;
    match work(conn) {
        Ok(value) => {
            conn.batch("RELEASE SAVEPOINT work")?;
            Ok(value)
        }
        Err(error) => {
            conn.batch("ROLLBACK TO SAVEPOINT work; RELEASE SAVEPOINT work")?;
            Err(error)
        }
    }
}

/// What is done beside the writer about SQLite's log, and for whom.
struct Beside {
    checkpoints: Checkpoints,
    flushing: Option<Flushing<Tell>>,
    /// Whether the connection makes its commits durable itself.
    at_commit: bool,
    /// When bulk work last began, if it is not long ago: much is then held in memory for it.
    in_bulk_since: Option<Instant>,
}

/// So long after the last bulk work its memory is given back.
const BULK_IS_OVER: Duration = Duration::from_secs(60);

type Tell = Box<dyn FnOnce(Result<(), DbError>) + Send>;

impl Beside {
    /// Begins a group. Whoever waits for one is told once it is durable: bulk work by the thread that flushes, so that
    /// the writer can go on; anything else by the writer, right after the commit.
    fn begin(&mut self, conn: &mut Conn, exclusive: Option<i64>, in_bulk: bool) -> Result<(), DbError> {
        let at_commit = !in_bulk || self.flushing.is_none();
        if at_commit != self.at_commit {
            conn.durable_at_commit(at_commit)?;
            self.at_commit = at_commit;
        }
        if in_bulk {
            if self.in_bulk_since.is_none() {
                conn.hold_much(true)?;
            }
            self.in_bulk_since = Some(Instant::now());
        } else {
            self.rest(conn)?;
        }
        conn.begin(exclusive)
    }

    /// How long to wait for work before [`Beside::rest`] is called.
    fn patience(&self) -> Duration {
        match self.in_bulk_since {
            Some(_) => BULK_IS_OVER,
            None => Duration::from_secs(86_400),
        }
    }

    /// Gives back what was held for bulk work, when none has come for a while.
    fn rest(&mut self, conn: &mut Conn) -> Result<(), DbError> {
        if self.in_bulk_since.is_some_and(|since| since.elapsed() >= BULK_IS_OVER) {
            self.in_bulk_since = None;
            conn.hold_much(false)?;
        }
        Ok(())
    }

    /// Tells those who wait for a group how it ended.
    fn tell(&self, finishers: Vec<Finish>, outcome: Result<(), Arc<DbError>>) {
        let tell = move |outcome: Result<(), Arc<DbError>>| {
            for finish in finishers {
                finish(outcome.clone());
            }
        };
        match &self.flushing {
            Some(flushing) if !self.at_commit && outcome.is_ok() => {
                flushing.make_durable(Box::new(move |flushed| tell(flushed.map_err(Arc::new))));
            }
            _ => tell(outcome),
        }
    }
}

fn run(
    mut conn: Conn,
    mut beside: Beside,
    (place, exclusive): (&Place, Option<i64>),
    (waiting, bulk): (&Receiver<Work>, &Receiver<Work>),
    commits: &AtomicU64,
) {
    loop {
        let first = match waiting.try_recv() {
            Ok(work) => work,
            Err(_) => select! {
                recv(waiting) -> work => match work { Ok(work) => work, Err(_) => return },
                recv(bulk) -> work => match work { Ok(work) => work, Err(_) => return },
                default(beside.patience()) => {
                    if let Err(error) = beside.rest(&mut conn) {
                        tracing::warn!(%error, "memory was not given back");
                    }
                    continue;
                }
            },
        };
        let begun = Instant::now();
        let mut outcome = beside.begin(&mut conn, exclusive, first.in_bulk).map_err(Arc::new);
        let mut finishers = Vec::new();
        let mut next = Some(first);
        let mut undone = None;
        while let Some(Work { in_bulk, run }) = next.take() {
            let (failed, finish) = run(outcome.is_ok().then_some(&mut conn));
            if failed {
                undone = Some(finish);
                break;
            }
            finishers.push(finish);
            if in_bulk && waiting.is_empty() && begun.elapsed() < BULK_GROUP {
                next = bulk.try_recv().ok();
            } else if !in_bulk && begun.elapsed() < GROUP {
                next = waiting.try_recv().ok();
            }
        }
        if outcome.is_ok() {
            outcome = match &undone {
                None => conn.commit(),
                Some(_) if finishers.is_empty() => conn.roll_back(),
                Some(_) => conn
                    .roll_back()
                    .and(Err(DbError::state("what was filed together with it failed"))),
            }
            .map_err(Arc::new);
        }
        if let Some(finish) = undone {
            // It says itself what failed.
            finish(Ok(()));
        }
        if let Err(error) = &outcome {
            tracing::error!(%error, "a group of writes was not committed");
            let _ = conn.roll_back();
            if let (Conn::Pg(_), Ok(fresh)) = (&conn, place.connect(false)) {
                conn = fresh;
            }
        }
        commits.fetch_add(1, Ordering::Relaxed);
        beside.tell(finishers, outcome);
        beside.checkpoints.after_commit(&mut conn);
    }
}
