//! Packing of what was sent. Pieces of one record that came in one delivery are packed together with zstd: a
//! Synthea resource of 1,463 bytes takes 420 bytes packed alone, about 120 packed so, and reading one costs
//! unpacking at most 64 KB. What comes in small parcels (single messages) is packed with a dictionary trained
//! on the feed's first ones, kept in the store under a number that never changes its meaning.

use super::prepare::Prepared;
use crate::db::{DbError, Urgency, Writer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use zstd::bulk::Compressor;
use zstd::dict::DecoderDictionary;
use zstd::zstd_safe::DCtx;

const LEVEL: i32 = 3;
/// A dictionary is trained once this much of small parcels has been seen.
const TRAIN_AT_BYTES: usize = 256 * 1024;
const DICTIONARY_BYTES: usize = 32 * 1024;
/// A parcel larger than this gains nothing from a dictionary.
const SMALL_BYTES: usize = 16 * 1024;
/// A parcel is closed at this size, so that reading one piece stays cheap.
pub(super) const PARCEL_BYTES: usize = 64 * 1024;
/// Pieces in a parcel at most: a contribution's number leaves eight bits for its place.
pub(super) const PARCEL_PIECES: usize = 250;

/// The dictionaries of one store, shared by every thread that packs.
pub struct Packer {
    by_name: RwLock<HashMap<String, Known>>,
    samples: Mutex<HashMap<String, Vec<Vec<u8>>>>,
}

#[derive(Clone)]
struct Known {
    number: i64,
    bytes: Arc<Vec<u8>>,
}

impl Packer {
    /// Starts from the dictionaries the store holds, as (number, name, bytes) in rising order.
    pub fn new(stored: Vec<(i64, String, Vec<u8>)>) -> Self {
        let by_name = stored
            .into_iter()
            .map(|(number, name, bytes)| {
                (
                    name,
                    Known {
                        number,
                        bytes: Arc::new(bytes),
                    },
                )
            })
            .collect();
        Self {
            by_name: RwLock::new(by_name),
            samples: Mutex::default(),
        }
    }

    fn known(&self, name: &str) -> Option<Known> {
        self.by_name
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    /// Notes a sample of a feed without a dictionary; trains and stores one when enough is there.
    fn learn(&self, name: &str, bytes: &[u8], writer: &Writer) -> Result<(), DbError> {
        let ready = {
            let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
            let of_name = samples.entry(name.to_owned()).or_default();
            of_name.push(bytes.to_vec());
            let enough = of_name.len() >= 24 && of_name.iter().map(Vec::len).sum::<usize>() >= TRAIN_AT_BYTES;
            if enough { samples.remove(name) } else { None }
        };
        let Some(samples) = ready else { return Ok(()) };
        let Ok(bytes) = zstd::dict::from_samples(&samples, DICTIONARY_BYTES) else {
            return Ok(());
        };
        let (owned, stored) = (name.to_owned(), bytes.clone());
        let number = writer.write::<i64, DbError>(Urgency::Waiting, move |conn| {
            super::store::insert_dictionary(conn, &owned, &stored)
        })?;
        let known = Known {
            number,
            bytes: Arc::new(bytes),
        };
        self.by_name
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), known);
        Ok(())
    }
}

/// A packed parcel.
#[derive(Clone)]
pub(super) struct Packed {
    pub dictionary_no: i64,
    pub length: i64,
    pub bytes: Vec<u8>,
}

/// One thread's packing state.
pub(super) struct ThreadPacker {
    compressors: HashMap<i64, Compressor<'static>>,
}

impl ThreadPacker {
    pub(super) fn new() -> Self {
        Self {
            compressors: HashMap::new(),
        }
    }

    /// Packs pieces of one feed together.
    pub(super) fn pack(
        &mut self,
        packer: &Packer,
        writer: &Writer,
        name: &str,
        pieces: &[&Prepared],
    ) -> Result<Packed, DbError> {
        let flat = flatten(
            pieces
                .iter()
                .map(|piece| (piece.context.as_str(), piece.body.as_slice())),
        );
        let mut known = None;
        if flat.len() <= SMALL_BYTES {
            known = packer.known(name);
            if known.is_none() {
                packer.learn(name, &flat, writer)?;
            }
        }
        self.pack_flat(&flat, known.as_ref())
    }

    /// Packs pieces, as (context, body), without a dictionary.
    pub(super) fn pack_plain(&mut self, pieces: &[(&str, &[u8])]) -> Result<Packed, DbError> {
        self.pack_flat(&flatten(pieces.iter().copied()), None)
    }

    fn pack_flat(&mut self, flat: &[u8], known: Option<&Known>) -> Result<Packed, DbError> {
        let number = known.map_or(0, |known| known.number);
        let broken = |error: std::io::Error| DbError::state(format!("cannot pack: {error}"));
        let compressor = match self.compressors.entry(number) {
            std::collections::hash_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::hash_map::Entry::Vacant(empty) => {
                let made = match known {
                    Some(known) => Compressor::with_dictionary(LEVEL, &known.bytes),
                    None => Compressor::new(LEVEL),
                };
                empty.insert(made.map_err(broken)?)
            }
        };
        let bytes = compressor.compress(flat).map_err(broken)?;
        Ok(Packed {
            dictionary_no: number,
            length: flat.len() as i64,
            bytes,
        })
    }
}

/// Packs a parcel plainly, `None` standing for a piece left out: for the rare parcel of which only some
/// pieces are new.
pub(super) fn pack_some(pieces: &[Option<&Prepared>]) -> Result<Packed, DbError> {
    let parts = pieces
        .iter()
        .map(|piece| piece.map_or(("", &[][..]), |piece| (&piece.context, &piece.body)));
    ThreadPacker::new().pack_flat(&flatten(parts), None)
}

/// The layout of a parcel: the count, then for each piece the lengths of context and body, then contexts and
/// bodies in turn. Numbers are four bytes, little end first.
fn flatten<'a>(pieces: impl ExactSizeIterator<Item = (&'a str, &'a [u8])> + Clone) -> Vec<u8> {
    let total: usize = pieces
        .clone()
        .map(|(context, body)| context.len() + body.len() + 8)
        .sum();
    let mut flat = Vec::with_capacity(total + 4);
    flat.extend_from_slice(&(pieces.len() as u32).to_le_bytes());
    for (context, body) in pieces.clone() {
        flat.extend_from_slice(&(context.len() as u32).to_le_bytes());
        flat.extend_from_slice(&(body.len() as u32).to_le_bytes());
    }
    for (context, body) in pieces {
        flat.extend_from_slice(context.as_bytes());
        flat.extend_from_slice(body);
    }
    flat
}

/// Every piece of an unpacked parcel, as (context, body).
pub(crate) fn pieces_of(flat: &[u8]) -> Result<Vec<(&str, &[u8])>, DbError> {
    let damaged = || DbError::state("a stored parcel is damaged");
    let number = |at: usize| -> Option<usize> {
        let four = flat.get(at..at + 4)?;
        Some(u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize)
    };
    let count = number(0).ok_or_else(damaged)?;
    let mut at = 4 + count * 8;
    let mut pieces = Vec::with_capacity(count.min(PARCEL_PIECES));
    for n in 0..count {
        let context = number(4 + n * 8).ok_or_else(damaged)?;
        let body = number(8 + n * 8).ok_or_else(damaged)?;
        let text = flat.get(at..at + context).ok_or_else(damaged)?;
        let bytes = flat.get(at + context..at + context + body).ok_or_else(damaged)?;
        pieces.push((std::str::from_utf8(text).map_err(|_| damaged())?, bytes));
        at += context + body;
    }
    Ok(pieces)
}

/// Turns packed parcels back, one after another: what it needs for that is made once.
pub(crate) struct Unpacker(DCtx<'static>);

impl Unpacker {
    pub(crate) fn new() -> Result<Self, DbError> {
        let made = DCtx::try_create().map(Self);
        made.ok_or_else(|| DbError::state("no memory to unpack with"))
    }

    /// Turns a packed parcel back; `dictionary` is the one it names.
    pub(crate) fn unpack(
        &mut self,
        dictionary: Option<&DecoderDictionary<'static>>,
        packed: &[u8],
        length: i64,
    ) -> Result<Vec<u8>, DbError> {
        let capacity = usize::try_from(length).map_err(|_| DbError::state("a stored length is negative"))?;
        let mut flat = Vec::with_capacity(capacity);
        let done = match dictionary {
            Some(dictionary) => self.0.decompress_using_ddict(&mut flat, packed, dictionary.as_ddict()),
            None => self.0.decompress(&mut flat, packed),
        };
        done.map_err(|code| {
            let why = zstd::zstd_safe::get_error_name(code);
            DbError::state(format!("stored bytes are damaged: {why}"))
        })?;
        Ok(flat)
    }
}
