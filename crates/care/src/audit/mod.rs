//! Who looked at what, and what was refused. Rows are only added, each with the digest of the one before, by
//! one thread that commits whatever waits as a group; an answer is released when its row is durable.

pub(crate) mod store;

use crate::db::{Conn, DbError, Migration, Place, Pool, migrate};
use crossbeam_channel::{Receiver, Sender, bounded};
use record::{Instant, PersonId};
use std::sync::Arc;

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

const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    sql: include_str!("../../migrations/0001-audit.sql"),
}];
/// How many rows one commit takes at most.
const GROUP_MAX: usize = 256;

type Waiting = (Vec<AuditRow>, Sender<Result<(), Arc<DbError>>>);

/// The audit of one process.
pub struct Audit {
    rows: Sender<Waiting>,
    readers: Pool,
}

impl Audit {
    /// Opens the audit store and begins this process's chain, which no other process may use.
    pub fn open(place: &Place, chain: i64) -> Result<Self, DbError> {
        let mut conn = place.connect(false)?;
        conn.audit_settings()?;
        migrate(&mut conn, "audit_migration", MIGRATIONS)?;
        let (rows, waiting) = bounded::<Waiting>(1024);
        let again = place.clone();
        std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || keep(conn, &again, chain, &waiting))
            .map_err(|error| DbError::state(format!("cannot start the audit: {error}")))?;
        Ok(Self {
            rows,
            readers: Pool::open(place, 1)?,
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
        let (done, wait) = bounded(1);
        self.rows.send((rows, done)).map_err(|_| stopped())?;
        Ok(Keeping(wait))
    }

    /// Who has looked at a person, latest first, at most `limit`.
    pub fn of_person(&self, person: PersonId, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        self.readers.read(|conn| store::of_person(conn, person, limit))
    }

    /// The latest rows of all, for the privacy officer, at most `limit`.
    pub fn latest(&self, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        self.readers.read(|conn| store::latest(conn, limit))
    }

    /// Checks every chain: answers how many rows stand, or the first that was changed, removed or reordered.
    pub fn verify(&self) -> Result<Result<u64, String>, DbError> {
        self.readers.read(store::verify)
    }
}

/// Rows on their way to being durable.
#[must_use = "what the rows are about must not be shown before they are durable"]
pub(crate) struct Keeping(Receiver<Result<(), Arc<DbError>>>);

impl Keeping {
    /// Returns when the rows are durable.
    ///
    /// # Errors
    /// When they could not be kept. Whatever they are about must then not be shown.
    pub(crate) fn wait(self) -> Result<(), DbError> {
        self.0
            .recv()
            .map_err(|_| stopped())?
            .map_err(|error| DbError::state(format!("not audited: {error}")))
    }
}

fn stopped() -> DbError {
    DbError::state("the audit has stopped")
}

fn keep(mut conn: Conn, place: &Place, chain: i64, waiting: &Receiver<Waiting>) {
    let mut head = store::Head {
        chain,
        sequence: 0,
        digest: [0; 32],
    };
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        while group.len() < GROUP_MAX
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        let mut next = head.clone();
        let outcome = conn
            .begin(None)
            .and_then(|()| {
                group
                    .iter()
                    .flat_map(|(rows, _)| rows)
                    .try_for_each(|row| store::append(&mut conn, &mut next, row))
            })
            .and_then(|()| conn.commit());
        match &outcome {
            Ok(()) => head = next,
            Err(error) => {
                tracing::error!(%error, "audit rows were not kept");
                let _ = conn.roll_back();
                if let (Conn::Pg(_), Ok(fresh)) = (&conn, place.connect(false)) {
                    conn = fresh;
                }
            }
        }
        let outcome = outcome.map_err(Arc::new);
        for (_, done) in group {
            let _ = done.send(outcome.clone());
        }
    }
}
