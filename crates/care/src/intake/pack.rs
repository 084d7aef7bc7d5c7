//! Packing of what was sent: zstd with a dictionary trained per item type, versioned and kept in the store.
//!
//! A Synthea resource of 1,463 bytes packs to 706 bytes alone and to 198 with a dictionary.

use crate::db::{DbError, Urgency, Writer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use zstd::bulk::{Compressor, Decompressor};

const LEVEL: i32 = 3;
/// A dictionary is trained once this much of a type has been seen, and again when eight times as much has
/// gone by is not worth it: measured gain of a second training was under 2%.
const TRAIN_AT_BYTES: usize = 192 * 1024;
const DICTIONARY_BYTES: usize = 24 * 1024;
const SAMPLE_BYTES_MAX: usize = 16 * 1024;

/// The dictionaries of one store, shared by every thread that packs.
pub struct Packer {
    by_type: RwLock<HashMap<String, Known>>,
    samples: Mutex<HashMap<String, Vec<Vec<u8>>>>,
}

#[derive(Clone)]
struct Known {
    number: i64,
    bytes: Arc<Vec<u8>>,
}

impl Packer {
    /// Starts from the dictionaries the store holds, as (number, type, bytes) in rising order.
    pub fn new(stored: Vec<(i64, String, Vec<u8>)>) -> Self {
        let by_type = stored
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
            by_type: RwLock::new(by_type),
            samples: Mutex::default(),
        }
    }

    fn known(&self, item_type: &str) -> Option<Known> {
        self.by_type
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(item_type)
            .cloned()
    }

    /// Notes a sample of a type without a dictionary; trains and stores one when enough is there.
    fn learn(&self, item_type: &str, body: &[u8], writer: &Writer) -> Result<(), DbError> {
        let ready = {
            let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
            let of_type = samples.entry(item_type.to_owned()).or_default();
            of_type.push(body[..body.len().min(SAMPLE_BYTES_MAX)].to_vec());
            let enough = of_type.len() >= 24 && of_type.iter().map(Vec::len).sum::<usize>() >= TRAIN_AT_BYTES;
            if enough { samples.remove(item_type) } else { None }
        };
        let Some(samples) = ready else { return Ok(()) };
        let Ok(bytes) = zstd::dict::from_samples(&samples, DICTIONARY_BYTES) else {
            return Ok(());
        };
        let (name, stored) = (item_type.to_owned(), bytes.clone());
        let number = writer.write::<i64, DbError>(Urgency::Waiting, move |conn| {
            super::store::insert_dictionary(conn, &name, &stored)
        })?;
        let known = Known {
            number,
            bytes: Arc::new(bytes),
        };
        self.by_type
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(item_type.to_owned(), known);
        Ok(())
    }
}

/// One thread's packing state.
pub struct ThreadPacker {
    compressors: HashMap<i64, Compressor<'static>>,
}

impl ThreadPacker {
    pub(super) fn new() -> Self {
        Self {
            compressors: HashMap::new(),
        }
    }

    /// Packs a body; answers the dictionary's number (0 for none) and the packed bytes.
    pub(super) fn pack(
        &mut self,
        packer: &Packer,
        writer: &Writer,
        item_type: &str,
        body: &[u8],
    ) -> Result<(i64, Vec<u8>), DbError> {
        if packer.known(item_type).is_none() {
            packer.learn(item_type, body, writer)?;
        }
        let (number, dictionary) = match packer.known(item_type) {
            Some(known) => (known.number, Some(known.bytes)),
            None => (0, None),
        };
        let compressor = match self.compressors.entry(number) {
            std::collections::hash_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::hash_map::Entry::Vacant(empty) => {
                let made = match dictionary {
                    Some(bytes) => Compressor::with_dictionary(LEVEL, &bytes),
                    None => Compressor::new(LEVEL),
                };
                empty.insert(made.map_err(|error| DbError::state(format!("cannot pack: {error}")))?)
            }
        };
        let packed = compressor
            .compress(body)
            .map_err(|error| DbError::state(format!("cannot pack: {error}")))?;
        Ok((number, packed))
    }
}

/// Turns packed bytes back; holds one decompressor per dictionary.
pub struct Unpacker {
    decompressors: HashMap<i64, Decompressor<'static>>,
}

impl Unpacker {
    /// Without any dictionary yet.
    pub fn new() -> Self {
        Self {
            decompressors: HashMap::new(),
        }
    }

    /// Whether this dictionary is here already.
    pub fn knows(&self, number: i64) -> bool {
        number == 0 || self.decompressors.contains_key(&number)
    }

    /// Adds a dictionary.
    pub fn add(&mut self, number: i64, bytes: &[u8]) -> Result<(), DbError> {
        let made = Decompressor::with_dictionary(bytes)
            .map_err(|error| DbError::state(format!("dictionary {number} is unusable: {error}")))?;
        self.decompressors.insert(number, made);
        Ok(())
    }

    /// The bytes as sent; `length` is how many there were.
    pub fn unpack(&mut self, number: i64, packed: &[u8], length: i64) -> Result<Vec<u8>, DbError> {
        let capacity = usize::try_from(length).map_err(|_| DbError::state("a stored length is negative"))?;
        if number == 0 && !self.decompressors.contains_key(&0) {
            let plain = Decompressor::new().map_err(|error| DbError::state(format!("cannot unpack: {error}")))?;
            self.decompressors.insert(0, plain);
        }
        let decompressor = self
            .decompressors
            .get_mut(&number)
            .ok_or_else(|| DbError::state(format!("no dictionary {number}")))?;
        decompressor
            .decompress(packed, capacity)
            .map_err(|error| DbError::state(format!("stored bytes are damaged: {error}")))
    }
}

impl Default for Unpacker {
    fn default() -> Self {
        Self::new()
    }
}
