//! Seals: every minute the heads of all chains are signed in one row, which is copied to a second place.
//!
//! A chain alone shows that a row was changed, removed or moved. Whoever may write to the table could still cut
//! off its end, or write a whole chain again. A seal says how far each chain had come and with what digest; its
//! key and its copy are kept where the table is not.

use super::store;
use super::{Audit, Fault};
use crate::db::{Conn, DbError, Place};
use ed25519_compact::{KeyPair, PublicKey, Seed, Signature};
use record::Instant;
use std::collections::BTreeMap;
use std::sync::PoisonError;

/// Seals read in one go.
const PAGE: i64 = 5_000;

/// What seals are signed with (Ed25519, RFC 8032).
pub struct Signer(KeyPair);

impl Signer {
    /// The signer made of 32 secret bytes, kept outside the store.
    pub fn of_secret(secret: [u8; 32]) -> Self {
        Self(KeyPair::from_seed(Seed::new(secret)))
    }

    /// The key that checks its signatures.
    pub fn public_key(&self) -> [u8; 32] {
        *self.0.pk
    }

    /// The signature of a text, in hexadecimal.
    pub(crate) fn sign(&self, text: &str) -> String {
        hex(self.0.sk.sign(text.as_bytes(), None).as_slice())
    }
}

/// Whether a text was signed by the signer of this public key.
pub(crate) fn is_signed(key: &[u8; 32], text: &str, signature: &str) -> bool {
    let signature = bytes(signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
    signature.is_some_and(|signature| PublicKey::new(*key).verify(text.as_bytes(), &signature).is_ok())
}

/// One seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Its number, from 1 without gaps.
    pub number: i64,
    /// When.
    pub at: Instant,
    /// What was signed: the number, the time, the digest of the seal before, and the head of every chain that
    /// had moved since.
    pub text: String,
    /// The signature of the text.
    pub signature: Vec<u8>,
    /// The key that checks it.
    pub public_key: Vec<u8>,
}

impl Seal {
    /// The seal as one line, for the copy: number, key, signature and text, in hexadecimal where not a number.
    pub fn line(&self) -> String {
        let (key, signature) = (hex(&self.public_key), hex(&self.signature));
        format!("{} {key} {signature} {}", self.number, hex(self.text.as_bytes()))
    }

    /// The seal of a line of the copy; `None` when it is not one.
    pub fn of_line(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let number = parts.next()?.parse().ok()?;
        let public_key = bytes(parts.next()?)?;
        let signature = bytes(parts.next()?)?;
        let text = String::from_utf8(bytes(parts.next()?)?).ok()?;
        let at = text.lines().next()?.split(' ').nth(3)?.parse().ok()?;
        Some(Self {
            number,
            at: Instant(at),
            text,
            signature,
            public_key,
        })
    }

    fn digest(&self) -> blake3::Hash {
        blake3::hash(self.text.as_bytes())
    }

    /// The heads it names: chain, sequence, digest.
    fn heads(&self) -> impl Iterator<Item = (i64, i64, &str)> {
        self.text.lines().skip(2).filter_map(|line| {
            let mut parts = line.split(' ');
            Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?))
        })
    }

    fn is_signed(&self) -> bool {
        let (Ok(key), Ok(signature)) = (
            PublicKey::from_slice(&self.public_key),
            Signature::from_slice(&self.signature),
        ) else {
            return false;
        };
        key.verify(self.text.as_bytes(), &signature).is_ok()
    }
}

/// How far the seals have come, remembered so that each is read once.
#[derive(Default)]
pub(super) struct Sealed {
    number: i64,
    last: Option<blake3::Hash>,
    heads: BTreeMap<i64, i64>,
}

impl Audit {
    /// Seals how far every chain has come; `None` when none has moved since the last seal. Another process that
    /// seals at the same moment has done so for this one.
    ///
    /// # Errors
    /// When the store fails.
    pub fn seal(&self, signer: &Signer, now: Instant) -> Result<Option<Seal>, DbError> {
        let mut sealed = self.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = self.readers.read(|conn| {
            each_seal(conn, sealed.number, |seal| {
                sealed.number = seal.number;
                sealed.last = Some(seal.digest());
                sealed
                    .heads
                    .extend(seal.heads().map(|(chain, sequence, _)| (chain, sequence)));
            })?;
            let mut moved = store::heads(conn)?;
            moved.retain(|(chain, sequence, _)| sealed.heads.get(chain) != Some(sequence));
            Ok::<_, DbError>(moved)
        })?;
        if moved.is_empty() {
            return Ok(None);
        }
        let number = sealed.number + 1;
        let before = sealed
            .last
            .map_or_else(|| "0".repeat(64), |digest| digest.to_hex().to_string());
        let mut text = format!("seal {number} at {}\nbefore {before}", now.0);
        for (chain, sequence, digest) in &moved {
            text.push_str(&format!("\n{chain} {sequence} {}", hex(digest)));
        }
        let signature = signer.0.sk.sign(text.as_bytes(), None).to_vec();
        let seal = Seal {
            number,
            at: now,
            text,
            signature,
            public_key: signer.public_key().to_vec(),
        };
        Ok(self.keep_seal(seal.clone())?.then_some(seal))
    }
}

/// What a check of the audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows looked at before the first fault among them.
    pub rows: u64,
    /// Seals.
    pub seals: usize,
    /// Rows since the last seal: their end could be cut off and nobody would see.
    pub unsealed: u64,
    /// Everything that is wrong.
    pub faults: Vec<Fault>,
}

/// Checks an audit that may be in use: every chain row by row, then the seals against the chains, against each
/// other, against the key that must have signed them, and against the copy, given as its text.
///
/// # Errors
/// When the store fails.
pub fn check(place: &Place, key: Option<[u8; 32]>, copy: Option<&str>) -> Result<Checked, DbError> {
    check_on(&mut place.connect(true)?, key, copy)
}

/// As [`check`], on a connection that may be in a transaction.
pub(crate) fn check_on(conn: &mut Conn, key: Option<[u8; 32]>, copy: Option<&str>) -> Result<Checked, DbError> {
    let mut checked = Checked::default();
    match store::verify(conn)? {
        Ok(rows) => checked.rows = rows,
        Err(fault) => checked.faults.push(Fault(fault)),
    }
    let mut seals = Vec::new();
    each_seal(conn, 0, |seal| seals.push(seal))?;
    checked.seals = seals.len();
    let mut sealed: BTreeMap<i64, i64> = BTreeMap::new();
    for seal in &seals {
        sealed.extend(seal.heads().map(|(chain, sequence, _)| (chain, sequence)));
    }
    for (chain, sequence, _) in store::heads(conn)? {
        let beyond = sequence - sealed.get(&chain).copied().unwrap_or(0);
        checked.unsealed += u64::try_from(beyond).unwrap_or(0);
    }
    against_chains(conn, &seals, key, &mut checked.faults)?;
    if let Some(copy) = copy {
        against_copy(&seals, copy, &mut checked.faults);
    }
    Ok(checked)
}

fn against_chains(
    conn: &mut Conn,
    seals: &[Seal],
    key: Option<[u8; 32]>,
    faults: &mut Vec<Fault>,
) -> Result<(), DbError> {
    let mut before = "0".repeat(64);
    for (place, seal) in (1_i64..).zip(seals) {
        let says = |what: &str| Fault(format!("seal {} of {}: {what}", seal.number, seal.at.rfc3339()));
        if seal.number != place {
            faults.push(Fault(format!("seal {place} is missing")));
            break;
        }
        if !seal.is_signed() {
            faults.push(says("its signature is not that of what it says"));
        }
        if key.is_some_and(|key| key.as_slice() != seal.public_key) {
            faults.push(says("it was signed with another key"));
        }
        if seal.text.lines().nth(1) != Some(&format!("before {before}")) {
            faults.push(says("it does not follow the seal before it"));
        }
        before = seal.digest().to_hex().to_string();
        for (chain, sequence, digest) in seal.heads() {
            let held = store::digest_at(conn, chain, sequence)?;
            match held {
                None => faults.push(says(&format!(
                    "chain {chain} had come to row {sequence}, which is gone: its end was cut off"
                ))),
                Some(held) if hex(&held) != digest => faults.push(says(&format!(
                    "row {sequence} of chain {chain} is not the one that was sealed: the chain was forked and \
                         written again"
                ))),
                Some(_) => {}
            }
        }
    }
    Ok(())
}

fn each_seal(conn: &mut Conn, after: i64, mut each: impl FnMut(Seal)) -> Result<(), DbError> {
    let mut after = after;
    loop {
        let page = store::seals_after(conn, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        page.into_iter().for_each(&mut each);
    }
}

fn against_copy(seals: &[Seal], copy: &str, faults: &mut Vec<Fault>) {
    let mut copied = BTreeMap::new();
    for (at, line) in (1..).zip(copy.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match Seal::of_line(line) {
            Some(seal) => {
                copied.insert(seal.number, seal);
            }
            None => faults.push(Fault(format!("line {at} of the copy is not a seal"))),
        }
    }
    for seal in copied.values() {
        match seals.iter().find(|one| one.number == seal.number) {
            None => faults.push(Fault(format!(
                "seal {} is in the copy and not in the store",
                seal.number
            ))),
            Some(held) if held != seal => {
                faults.push(Fault(format!(
                    "seal {} is another in the copy than in the store",
                    seal.number
                )));
            }
            Some(_) => {}
        }
    }
    // A copy may have begun later than the audit; from its first seal on it has them all.
    let first = copied.keys().next().copied().unwrap_or(0);
    let after = seals.iter().filter(|seal| seal.number >= first);
    for seal in after.filter(|seal| !copied.contains_key(&seal.number)) {
        faults.push(Fault(format!(
            "seal {} is in the store and not in the copy",
            seal.number
        )));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
