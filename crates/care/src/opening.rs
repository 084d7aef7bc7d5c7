//! Opening a care system's store, and what every room of it shares.

use crate::audit::Audit;
use crate::db::{Conn, DbError, Migration, Place, Pool, Urgency, Writer, migrate};
use crate::intake::{self, Batch, Filed, Homes, Packer, Preparer, Source, Way};
use crate::person::matching::AHEAD_FROM;
use exchange::Piece;
use record::system::{Feed, System};
use record::{IdKey, Instant};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        sql: include_str!("../migrations/0001-record.sql"),
    },
    Migration {
        number: 2,
        sql: include_str!("../migrations/0002-identity-sources.sql"),
    },
    Migration {
        number: 3,
        sql: include_str!("../migrations/0003-access.sql"),
    },
    Migration {
        number: 4,
        sql: include_str!("../migrations/0004-matching.sql"),
    },
    Migration {
        number: 5,
        sql: include_str!("../migrations/0005-rights.sql"),
    },
    Migration {
        number: 6,
        sql: include_str!("../migrations/0006-accounts.sql"),
    },
    Migration {
        number: 7,
        sql: include_str!("../migrations/0007-elsewhere.sql"),
    },
    Migration {
        number: 8,
        sql: include_str!("../migrations/0008-restricted.sql"),
    },
    Migration {
        number: 9,
        sql: include_str!("../migrations/0009-machines.sql"),
    },
    Migration {
        number: 10,
        sql: include_str!("../migrations/0010-restored.sql"),
    },
    Migration {
        number: 11,
        sql: include_str!("../migrations/0011-homes.sql"),
    },
    Migration {
        number: 12,
        sql: include_str!("../migrations/0012-account-events.sql"),
    },
    Migration {
        number: 13,
        sql: include_str!("../migrations/0013-homes-waiting.sql"),
    },
    Migration {
        number: 14,
        sql: include_str!("../migrations/0014-counts.sql"),
    },
    Migration {
        number: 15,
        sql: include_str!("../migrations/0015-projects.sql"),
    },
];
/// The advisory lock under which processes that share a PostgreSQL database file what arrives.
const INTAKE_LOCK: i64 = 7_002;

/// Whether a folder holds invented people or real ones. Stamped when it is made; it can never change
/// (SAFETY 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// Invented people: demo users may sign in, nothing is sent anywhere.
    Demo,
    /// Real people.
    Live,
}

impl Stamp {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Stamp::Demo => "demo",
            Stamp::Live => "live",
        }
    }
}

/// What opening needs from the rim.
pub struct Opening {
    /// Where the record is kept.
    pub place: Place,
    /// Where the audit is kept: its own file beside SQLite's, the same database on PostgreSQL.
    pub audit_place: Place,
    /// The care system.
    pub system: Arc<System>,
    /// What the folder must be stamped, or will be when it is new. `None` takes it as it is (a new one is
    /// then demo: a live one is made only on purpose).
    pub stamp: Option<Stamp>,
    /// Connections for reading.
    pub readers: usize,
    /// Now.
    pub now: Instant,
    /// Fresh randomness: the key that ids are minted with, if the store is new.
    pub fresh_key: [u8; 32],
    /// A number no other process uses: this process's audit chain.
    pub chain: i64,
}

/// A care system's store, open.
pub struct Care {
    readers: Pool,
    writer: Writer,
    audit: Audit,
    packer: Packer,
    homes: Arc<Homes>,
    key: IdKey,
    stamp: Stamp,
    system: Arc<System>,
    feeds: Mutex<HashMap<String, i64>>,
    pub(crate) terms: crate::person::Terms,
    pub(crate) dictionaries: Mutex<HashMap<i64, Arc<zstd::dict::DecoderDictionary<'static>>>>,
    /// The weights of the model in force, under its number, for explaining pairs.
    pub(crate) weights: Mutex<Option<(i64, Arc<linkage::Weights>)>>,
    weighs_ahead_from: AtomicUsize,
    /// The latest snapshot that counts are made of, unpacked.
    pub(crate) counts: crate::counts::Latest,
}

impl Care {
    /// Opens the store, bringing its schema up to date.
    ///
    /// # Errors
    /// When it cannot be opened, was written by a newer program, was not restored to its end, or is stamped otherwise.
    pub fn open(opening: Opening) -> Result<Self, DbError> {
        Self::open_whether(opening, false)
    }

    /// Opens a store that is being restored, which nothing else may open.
    pub(crate) fn open_unfinished(opening: Opening) -> Result<Self, DbError> {
        Self::open_whether(opening, true)
    }

    fn open_whether(opening: Opening, unfinished: bool) -> Result<Self, DbError> {
        crate::access::policy::built_in().map_err(|error| DbError::state(format!("the access policy: {error}")))?;
        let mut conn = opening.place.connect(false)?;
        migrate(&mut conn, "migration", MIGRATIONS)?;
        if !unfinished && crate::backup::unfinished(&mut conn)? {
            return Err(DbError::state(
                "a backup was not restored to its end here: what is there must not be used. Restore it again, into a \
                 new folder or database",
            ));
        }
        let (stamp, key) = stamped(&mut conn, opening.stamp, &opening.fresh_key)?;
        let packer = Packer::new(intake::store::dictionaries(&mut conn)?);
        drop(conn);
        Ok(Self {
            readers: Pool::open(&opening.place, opening.readers)?,
            writer: Writer::start(&opening.place, "writer", Some(INTAKE_LOCK))?,
            audit: Audit::open(&opening.audit_place, opening.chain)?,
            packer,
            homes: Arc::default(),
            key,
            stamp,
            system: opening.system,
            feeds: Mutex::default(),
            terms: crate::person::Terms::default(),
            dictionaries: Mutex::default(),
            weights: Mutex::default(),
            weighs_ahead_from: AtomicUsize::new(AHEAD_FROM),
            counts: crate::counts::Latest::default(),
        })
    }

    /// An opening that makes a new store with this one's id key and stamp, so that every id stays.
    pub(crate) fn same_key_and_stamp(&self, opening: Opening) -> Result<Opening, DbError> {
        let text = self.readers.read(|conn| store::setting(conn, "id_key"))?;
        Ok(Opening {
            stamp: Some(self.stamp),
            fresh_key: key_of(&text.unwrap_or_default())?,
            ..opening
        })
    }

    /// The care system as data.
    pub fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// Whether it holds invented people.
    pub fn is_demo(&self) -> bool {
        self.stamp == Stamp::Demo
    }

    /// The key that ids are minted with.
    pub const fn id_key(&self) -> &IdKey {
        &self.key
    }

    /// The audit.
    pub const fn audit(&self) -> &Audit {
        &self.audit
    }

    pub(crate) const fn readers(&self) -> &Pool {
        &self.readers
    }

    pub(crate) const fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Where items stand that came in bulk.
    pub const fn homes(&self) -> &Arc<Homes> {
        &self.homes
    }

    /// How many records wait to be weighed when they are first put under their keys together.
    pub(crate) fn weighs_ahead_from(&self) -> usize {
        self.weighs_ahead_from.load(Ordering::Relaxed)
    }

    /// Has records put under their keys together when so many wait, from the next model on that is made ready.
    pub fn weigh_ahead_from(&self, many: usize) {
        self.weighs_ahead_from.store(many, Ordering::Relaxed);
    }

    /// How many groups of writes were committed since the start, and how many bytes the store holds.
    pub fn size(&self) -> Result<(u64, i64), DbError> {
        Ok((self.writer.commits(), self.readers.read(Conn::size_bytes)?))
    }

    /// The feed as a source of pieces, numbered in this store.
    pub fn source(&self, feed: &Arc<Feed>) -> Result<Source, DbError> {
        let known = self
            .feeds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&feed.name)
            .copied();
        let feed_no = match known {
            Some(number) => number,
            None => {
                let (name, sender) = (feed.name.clone(), feed.sender.as_str().to_owned());
                let number = self.writer.write::<i64, DbError>(Urgency::Waiting, move |conn| {
                    intake::store::feed_number(conn, &name, &sender)
                })?;
                self.feeds
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(feed.name.clone(), number);
                number
            }
        };
        Ok(Source {
            feed: Arc::clone(feed),
            feed_no,
        })
    }

    /// One thread's preparer.
    pub fn preparer(&self) -> Preparer<'_> {
        Preparer::new(&self.packer, &self.writer, &self.key)
    }

    /// Takes pieces that someone waits for; returns when they are durable.
    ///
    /// # Errors
    /// When they could not be kept: nothing may be acknowledged then.
    pub fn take(&self, pieces: &[Piece<'_>], source: &Source, now: Instant) -> Result<Vec<Filed>, DbError> {
        let mut preparer = self.preparer();
        let prepared = pieces
            .iter()
            .map(|piece| preparer.prepare(piece.clone(), source, now))
            .collect();
        let batch = preparer.close(prepared)?;
        self.writer
            .write(Urgency::Waiting, move |conn| intake::accept(conn, &batch, Way::Waiting))
    }

    /// Takes prepared pieces of a bulk import; `done` is called when they are durable or have failed. It is given
    /// the batch too: to take it apart is work, and not the writer's.
    pub fn take_bulk(
        &self,
        batch: Batch,
        done: impl FnOnce(Result<(Vec<Filed>, Batch), DbError>) + Send + 'static,
    ) -> Result<(), DbError> {
        let (homes, after) = (Arc::clone(&self.homes), Arc::clone(&self.homes));
        let file = move |conn: &mut Conn| Ok((intake::accept(conn, &batch, Way::Bulk(&homes))?, batch));
        // The writer says so before it begins anything else.
        self.writer.submit(Urgency::Bulk, file, move |outcome| {
            if outcome.is_err() {
                after.distrust();
            }
            done(outcome);
        })
    }
}

/// Reads what the store was stamped with, stamping it if it is new.
fn stamped(conn: &mut Conn, wanted: Option<Stamp>, fresh_key: &[u8; 32]) -> Result<(Stamp, IdKey), DbError> {
    use crate::opening::store::{keep_setting, setting};
    let key_text: String = fresh_key.iter().map(|byte| format!("{byte:02x}")).collect();
    keep_setting(conn, "stamp", wanted.unwrap_or(Stamp::Demo).word())?;
    keep_setting(conn, "id_key", &key_text)?;
    let stamp = match setting(conn, "stamp")?.as_deref() {
        Some("demo") => Stamp::Demo,
        Some("live") => Stamp::Live,
        _ => return Err(DbError::state("this store is stamped neither demo nor live")),
    };
    if wanted.is_some_and(|wanted| wanted != stamp) {
        return Err(DbError::state(format!(
            "this store was made as a {} store and cannot become anything else",
            stamp.word()
        )));
    }
    let key = key_of(&setting(conn, "id_key")?.unwrap_or_default())?;
    Ok((stamp, IdKey::from_bytes(key)))
}

pub(crate) fn key_of(text: &str) -> Result<[u8; 32], DbError> {
    let mut key = [0u8; 32];
    for (byte, n) in key.iter_mut().zip((0..).step_by(2)) {
        let pair = text
            .get(n..n + 2)
            .ok_or_else(|| DbError::state("the store's id key is damaged"))?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| DbError::state("the store's id key is damaged"))?;
    }
    Ok(key)
}

mod store {
    //! The settings table.

    use crate::db::{Conn, DbError};

    pub(super) fn setting(conn: &mut Conn, name: &str) -> Result<Option<String>, DbError> {
        conn.first("SELECT value FROM setting WHERE name = ?1", &[name.into()], |row| {
            row.text(0)
        })
    }

    /// Keeps a setting that is not kept yet; one that is stays as it is.
    pub(super) fn keep_setting(conn: &mut Conn, name: &str, value: &str) -> Result<(), DbError> {
        conn.execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
            &[name.into(), value.into()],
        )?;
        Ok(())
    }
}
