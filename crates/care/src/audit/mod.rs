//! Who looked at what, and what was refused. Rows are only added, each with the digest of the one before, by
//! one thread that commits whatever waits as a group, and gathers while many come; an answer is released when its row
//! is durable.

mod inbox;
mod pace;
mod reply;
mod seal;
pub(crate) mod store;
mod unusual;

pub(crate) use reply::Keeping;
pub use seal::{Checked, Seal, Signer, check};
pub(crate) use seal::{check_on, is_signed};
pub use unusual::{LOOKED_BACK_MICROS, Unusual, unusual};

use crate::access::ListGrant;
use crate::db::{Checkpoints, Conn, DbError, Migration, Place, Pool, Turns, migrate};
use crossbeam_channel::{Sender, bounded};
use inbox::Inbox;
use pace::Pace;
use record::{Instant, PersonId};
use reply::{Teller, reply};
use std::sync::{Arc, Mutex};

/// One access or refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Instant,
    /// Who: the user's name in this system.
    pub actor: String,
    /// In what role.
    pub role: String,
    /// For which organisation.
    pub organisation: String,
    /// What was done: `read record`, `search`, `read as sent`…
    pub act: String,
    /// For what purpose: `direct care`, `audit`…
    pub purpose: String,
    /// `granted`, or why it was refused.
    pub outcome: String,
    /// Whose record, when it was one person's.
    pub person: Option<PersonId>,
    /// What kind of thing was asked for, never names, numbers or content.
    pub detail: String,
}

impl AuditRow {
    /// Something that whoever owns the machine did at its command line, about no one person.
    pub(crate) fn by_administrator(actor: &str, act: &str, now: Instant, detail: &str) -> Self {
        Self {
            at: now,
            actor: actor.to_owned(),
            role: "administrator".to_owned(),
            organisation: String::new(),
            act: act.to_owned(),
            purpose: "administration".to_owned(),
            outcome: "granted".to_owned(),
            person: None,
            detail: detail.to_owned(),
        }
    }
}

/// What of the audit is asked for; what is empty does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Whose looks: the name in this system.
    pub actor: String,
    /// At whose record.
    pub person: Option<PersonId>,
    /// Since when.
    pub since: Option<Instant>,
    /// Only granted, or only refused.
    pub granted: Option<bool>,
}

/// Something wrong with the audit, in words: which row or seal, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        sql: include_str!("../../migrations/0001-audit.sql"),
    },
    Migration {
        number: 2,
        sql: include_str!("../../migrations/0002-audit-seals.sql"),
    },
];
/// Once a commit has so many rows, no more are added to it.
const GROUP_MAX: usize = 64;
/// The log is copied each time it has grown by so many pages: often, so that a copy is soon over.
const COPIED_EVERY: usize = 2_000;
/// From so many pages on the writer sees to it that the log begins anew.
const LOG_MAX: usize = 8_000;

/// Rows to be kept, when they came, and who waits for them.
type Rows = (Vec<AuditRow>, std::time::Instant, Teller);

/// What the one writer is asked to do.
enum Work {
    Rows(Rows),
    Seal(Seal, Sender<Result<bool, DbError>>),
}

/// The audit of one process.
pub struct Audit {
    work: Arc<Inbox<Work>>,
    readers: Pool,
    sealed: Mutex<seal::Sealed>,
}

impl Audit {
    /// Opens the audit store and begins this process's chain, which no other process may use.
    pub fn open(place: &Place, chain: i64) -> Result<Self, DbError> {
        let mut conn = place.connect(false)?;
        conn.audit_settings()?;
        migrate(&mut conn, "audit_migration", MIGRATIONS)?;
        let work = Arc::new(Inbox::new());
        let waiting = Waiting(Arc::clone(&work));
        let again = place.clone();
        let turns = Turns::of(place)?;
        let checkpoints = Checkpoints::start(&mut conn, place, COPIED_EVERY, LOG_MAX)?;
        std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || keep(conn, &again, (turns, checkpoints), chain, &waiting))
            .map_err(|error| DbError::state(format!("cannot start the audit: {error}")))?;
        Ok(Self {
            work,
            readers: Pool::open(place, 1)?,
            sealed: Mutex::default(),
        })
    }

    /// Keeps rows; returns when they are durable.
    ///
    /// # Errors
    /// When they could not be kept. Whatever they are about must then not be shown.
    pub fn record(&self, rows: Vec<AuditRow>) -> Result<(), DbError> {
        self.begin(rows)?.wait()
    }

    /// Hands rows over to be kept; whatever they are about may be put together meanwhile, and must not be shown
    /// before [`Keeping::wait`] has returned.
    ///
    /// # Errors
    /// When the audit has stopped.
    pub(crate) fn begin(&self, rows: Vec<AuditRow>) -> Result<Keeping, DbError> {
        let (teller, keeping) = reply();
        let came = std::time::Instant::now();
        match self.work.put(Work::Rows((rows, came, teller))) {
            true => Ok(keeping),
            false => Err(stopped()),
        }
    }

    /// Keeps a seal; answers whether it was the first of its number.
    fn keep_seal(&self, seal: Seal) -> Result<bool, DbError> {
        let (done, wait) = bounded(1);
        if !self.work.put(Work::Seal(seal, done)) {
            return Err(stopped());
        }
        wait.recv().map_err(|_| stopped())?
    }

    /// Who has looked at a person, latest first, at most `limit`.
    pub fn of_person(&self, person: PersonId, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        self.readers.read(|conn| store::of_person(conn, person, limit))
    }

    /// The latest rows of all, for the privacy officer, at most `limit`.
    pub fn latest(&self, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        self.readers.read(|conn| store::latest(conn, limit))
    }

    /// The rows that fit, latest first, at most `limit`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn search(&self, _grant: &ListGrant, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        self.readers.read(|conn| store::search(conn, filter, limit))
    }

    /// The rows since a moment, latest first, at most `limit`.
    pub(crate) fn since(&self, since: Instant, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        let filter = AuditFilter {
            since: Some(since),
            ..AuditFilter::default()
        };
        self.readers.read(|conn| store::search(conn, &filter, limit))
    }

    /// Checks every chain: answers how many rows stand, or the first that was changed, removed or reordered.
    pub fn verify(&self) -> Result<Result<u64, String>, DbError> {
        self.readers.read(store::verify)
    }
}

/// What waits is kept before the writer ends.
impl Drop for Audit {
    fn drop(&mut self) {
        self.work.end();
    }
}

/// The writer's end. INVARIANT: whatever becomes of the writer, nobody waits for it for ever.
struct Waiting(Arc<Inbox<Work>>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.leave();
    }
}

fn stopped() -> DbError {
    DbError::state("the audit has stopped")
}

fn keep(
    mut conn: Conn,
    place: &Place,
    (turns, mut checkpoints): (Turns, Checkpoints),
    chain: i64,
    Waiting(waiting): &Waiting,
) {
    let mut head = store::Head {
        chain,
        sequence: 0,
        digest: [0; 32],
    };
    let mut pace = Pace::start();
    let mut next_work = waiting.take();
    while let Some(work) = next_work.take() {
        let (mut rows, mut answers) = match work {
            Work::Rows((rows, came, teller)) => {
                pace.gather(came);
                (rows, vec![teller])
            }
            Work::Seal(seal, done) => {
                let _ = done.send(store::insert_seal(&mut conn, &seal));
                next_work = waiting.take();
                continue;
            }
        };
        while rows.len() < GROUP_MAX {
            match waiting.take_now() {
                Some(Work::Rows((more, _, teller))) => {
                    rows.extend(more);
                    answers.push(teller);
                }
                Some(seal @ Work::Seal(..)) => {
                    next_work = Some(seal);
                    break;
                }
                None => break,
            }
        }
        let count = rows.len();
        let begun = std::time::Instant::now();
        let outcome = store::append(&mut conn, &turns, &head, rows);
        pace.committed(count, begun);
        if let Err(error) = &outcome {
            tracing::error!(%error, "audit rows were not kept");
            if let (Conn::Pg(_), Ok(fresh)) = (&conn, place.connect(false)) {
                conn = fresh;
            }
        }
        let kept = outcome.map(|now| head = now).map_err(Arc::new);
        for teller in answers {
            teller.tell(kept.clone());
        }
        checkpoints.after_commit(&mut conn);
        if next_work.is_none() {
            next_work = waiting.take();
        }
    }
}
