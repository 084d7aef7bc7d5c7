//! Hashing passwords: Argon2id, on a few threads of its own of a smaller share, with a queue that has an end, so that
//! however many sign in, or try to, whoever reads a record is served by other threads and by most of the machine.
//!
//! Parameters are those that OWASP's Password Storage Cheat Sheet (2024) sets as the least for Argon2id: 19 MiB of
//! memory, two passes, one lane. They are kept with each password, so that they can be raised. The key that is kept
//! outside the database goes in as Argon2's secret (RFC 9106, section 3.1): whoever steals the database alone
//! cannot try passwords on it.

use super::AccountKey;
use crate::db::DbError;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19_456;
/// Passes over it.
const PASSES: u32 = 2;
const LANES: u32 = 1;
const HASH_BYTES: usize = 32;
/// Most memory that a kept password may ask for, in KiB: a changed database must not exhaust the machine.
const MEMORY_KIB_MAX: u32 = 262_144;
const PASSES_MAX: u32 = 16;
/// Hashes that may wait; at 25 ms each the last waits for seven seconds on one thread.
const WAITING_MAX: usize = 300;
/// Threads at most: 19 MiB and one core each.
const THREADS_MAX: usize = 8;
/// How much nicer than the rest of the program they are: where both want a core, they have a quarter of it.
const NICER: i32 = 5;

/// A password, as typed. Its debug text hides it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// As typed, whatever is in it.
    pub fn new(typed: &str) -> Self {
        Self(typed.to_owned())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// A password as it is kept: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, salt and hash in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    memory_kib: u32,
    passes: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Kept {
    pub(super) fn text(&self) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let (memory, passes) = (self.memory_kib, self.passes);
        let (salt, hash) = (hex(&self.salt), hex(&self.hash));
        format!("$argon2id$v=19$m={memory},t={passes},p={LANES}${salt}${hash}")
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("$argon2id$v=19$m=")?;
        let (memory, rest) = rest.split_once(",t=")?;
        let (passes, rest) = rest.split_once(",p=1$")?;
        let (salt, hash) = rest.split_once('$')?;
        let kept = Self {
            memory_kib: memory.parse().ok().filter(|kib| *kib <= MEMORY_KIB_MAX)?,
            passes: passes.parse().ok().filter(|passes| *passes <= PASSES_MAX)?,
            salt: super::bytes_of_hex(salt)?,
            hash: super::bytes_of_hex(hash)?,
        };
        (kept.hash.len() == HASH_BYTES && kept.salt.len() >= 16).then_some(kept)
    }
}

/// What is asked of the hashing threads.
enum Wanted {
    /// Whether a password is the one kept; of nobody's the answer is no, after the same work.
    Same(Option<Kept>, Box<dyn FnOnce(bool) + Send>),
    /// A new password, with 16 random bytes.
    New([u8; 16], Box<dyn FnOnce(Option<Kept>) + Send>),
}

/// The hashing threads; cheap to clone. They end with the last clone.
#[derive(Clone)]
pub struct Hasher {
    work: Sender<(Password, Wanted)>,
    done: Arc<AtomicU64>,
}

/// There are more waiting than can be answered soon.
#[derive(Debug, thiserror::Error)]
#[error("too many are signing in at once")]
pub struct Busy;

impl Hasher {
    /// Starts threads: half as many as there are cores, at least one.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn start(key: &AccountKey) -> Result<Self, DbError> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (work, waiting) = bounded::<(Password, Wanted)>(WAITING_MAX);
        let done = Arc::new(AtomicU64::new(0));
        for _ in 0..(cores / 2).clamp(1, THREADS_MAX) {
            let (key, waiting, done) = (key.clone(), waiting.clone(), Arc::clone(&done));
            std::thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || hash_what_comes(&key, &waiting, &done))
                .map_err(|error| DbError::state(format!("cannot start hashing: {error}")))?;
        }
        Ok(Self { work, done })
    }

    /// Whether `password` is the one kept, told to `done` on a hashing thread; no for nobody's, after the same work.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn compare(
        &self,
        password: Password,
        kept: Option<Kept>,
        done: impl FnOnce(bool) + Send + 'static,
    ) -> Result<(), Busy> {
        self.ask(password, Wanted::Same(kept, Box::new(done)))
    }

    /// A new password made ready to be kept, told to `done` on a hashing thread; `None` when that failed.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn make(
        &self,
        password: Password,
        salt: [u8; 16],
        done: impl FnOnce(Option<Kept>) + Send + 'static,
    ) -> Result<(), Busy> {
        self.ask(password, Wanted::New(salt, Box::new(done)))
    }

    /// Hashes made since the start.
    pub fn made(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    fn ask(&self, password: Password, wanted: Wanted) -> Result<(), Busy> {
        self.work.try_send((password, wanted)).map_err(|error| match error {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => Busy,
        })
    }
}

fn hash_what_comes(key: &AccountKey, waiting: &Receiver<(Password, Wanted)>, done: &AtomicU64) {
    // On Linux it counts for the thread that asks.
    if let Err(error) = rustix::process::nice(NICER) {
        tracing::warn!(%error, "hashing passwords has the share of everything else");
    }
    let mut memory = Vec::new();
    // What nobody's password is compared with: it costs what anybody's costs.
    let nobodys = Kept {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        salt: vec![0; 16],
        hash: vec![0; HASH_BYTES],
    };
    for (password, wanted) in waiting {
        match wanted {
            Wanted::Same(kept, tell) => {
                let against = kept.as_ref().unwrap_or(&nobodys);
                let hash = hash(key, &password, against, &mut memory);
                done.fetch_add(1, Ordering::Relaxed);
                // Digests of digests: comparing them takes the same time wherever they differ.
                let same = hash.is_some_and(|hash| blake3::hash(&hash) == blake3::hash(&against.hash));
                tell(same && kept.is_some());
            }
            Wanted::New(salt, tell) => {
                let mut kept = Kept {
                    salt: salt.to_vec(),
                    ..nobodys.clone()
                };
                let hash = hash(key, &password, &kept, &mut memory);
                done.fetch_add(1, Ordering::Relaxed);
                tell(hash.map(|hash| {
                    kept.hash = hash.to_vec();
                    kept
                }));
            }
        }
    }
}

fn hash(key: &AccountKey, password: &Password, how: &Kept, memory: &mut Vec<Block>) -> Option<[u8; HASH_BYTES]> {
    let params = Params::new(how.memory_kib, how.passes, LANES, Some(HASH_BYTES)).ok()?;
    memory.resize(params.block_count(), Block::default());
    let secret = key.derived("password");
    let argon = Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).ok()?;
    let mut hash = [0; HASH_BYTES];
    let outcome = argon.hash_password_into_with_memory(password.text().as_bytes(), &how.salt, &mut hash, memory);
    outcome
        .map_err(|error| tracing::error!(%error, "a password was not hashed"))
        .ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(hasher: &Hasher, password: &str) -> Kept {
        let (told, answer) = bounded(1);
        hasher
            .make(Password::new(password), [4; 16], move |kept| told.send(kept).unwrap())
            .unwrap();
        answer.recv().unwrap().unwrap()
    }

    fn same(hasher: &Hasher, password: &str, kept: Option<Kept>) -> bool {
        let (told, answer) = bounded(1);
        hasher
            .compare(Password::new(password), kept, move |same| told.send(same).unwrap())
            .unwrap();
        answer.recv().unwrap()
    }

    #[test]
    fn a_password_is_known_again_under_its_key_alone() {
        let hasher = Hasher::start(&AccountKey::new([1; 32])).unwrap();
        let kept = made(&hasher, "four words in a row");
        let text = kept.text();
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$0404"), "{text}");
        assert_eq!(Kept::parse(&text), Some(kept.clone()));
        assert!(same(&hasher, "four words in a row", Some(kept.clone())));
        assert!(!same(&hasher, "Four words in a row", Some(kept.clone())));
        assert!(!same(&hasher, "", None));
        let elsewhere = Hasher::start(&AccountKey::new([2; 32])).unwrap();
        assert!(!same(&elsewhere, "four words in a row", Some(kept)));
        assert!(!format!("{:?}", Password::new("secret")).contains("secret"));
    }

    /// How nice the thread is that this runs on: the nineteenth field of its `stat` (proc(5)).
    fn niceness() -> i32 {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        let after_name = stat.rsplit(')').next().unwrap();
        after_name.split_whitespace().nth(16).unwrap().parse().unwrap()
    }

    #[test]
    fn whoever_reads_has_the_larger_share_of_the_processors() {
        let here = niceness();
        let hasher = Hasher::start(&AccountKey::new([1; 32])).unwrap();
        let (told, answer) = bounded(1);
        hasher
            .compare(Password::new("any"), None, move |_| told.send(niceness()).unwrap())
            .unwrap();
        assert_eq!(answer.recv().unwrap(), (here + NICER).min(19));
        assert_eq!(niceness(), here, "nobody else is any nicer");
    }

    #[test]
    fn what_is_kept_is_read_or_refused_and_never_exhausts_the_machine() {
        let good = format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", "00".repeat(16), "00".repeat(32));
        assert!(Kept::parse(&good).is_some());
        for wrong in [
            good.replace("19456", "99999999"),
            good.replace("t=2", "t=99"),
            good.replace("argon2id", "argon2i"),
            good.replace("$00", "$0"),
            String::new(),
        ] {
            assert_eq!(Kept::parse(&wrong), None, "{wrong}");
        }
    }

    /// The published vector of RFC 9106, section 5.3, so that what is called Argon2id here is Argon2id.
    #[test]
    fn argon2id_is_that_of_rfc_9106() {
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let argon = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut tag = [0; 32];
        argon.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
        let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }
}
