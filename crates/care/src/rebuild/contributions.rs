//! What was sent, read back as it came.

use super::store::{self, StoredParcel};
use crate::db::{Conn, DbError};
use crate::intake::store::{PARCEL_PLACES, dictionary};
use crate::intake::{pieces_of, unpack};
use std::collections::HashMap;

/// Parcels kept unpacked at most.
const PARCELS_KEPT: usize = 64;

/// One piece as it was sent.
pub(super) struct Sent {
    pub context: String,
    pub body: Vec<u8>,
}

/// The pieces of a parcel, by place; those left out, because they said nothing new, are empty.
pub(super) fn of_parcel(
    conn: &mut Conn,
    dictionaries: &mut HashMap<i64, Vec<u8>>,
    parcel: &StoredParcel,
) -> Result<Vec<Sent>, DbError> {
    if parcel.dictionary_no != 0 && !dictionaries.contains_key(&parcel.dictionary_no) {
        let bytes = dictionary(conn, parcel.dictionary_no)?
            .ok_or_else(|| DbError::state("a parcel was packed with a dictionary that is not kept"))?;
        dictionaries.insert(parcel.dictionary_no, bytes);
    }
    let with = dictionaries.get(&parcel.dictionary_no).map(Vec::as_slice);
    let flat = unpack(with, &parcel.body, parcel.length)?;
    Ok(pieces_of(&flat)?
        .into_iter()
        .map(|(context, body)| Sent {
            context: context.to_owned(),
            body: body.to_vec(),
        })
        .collect())
}

/// Parcels unpacked lately.
#[derive(Default)]
pub(super) struct Unpacked {
    dictionaries: HashMap<i64, Vec<u8>>,
    parcels: HashMap<i64, Vec<Sent>>,
}

impl Unpacked {
    /// One contribution by number; `None` when there is none.
    pub(super) fn contribution(&mut self, conn: &mut Conn, number: i64) -> Result<Option<&Sent>, DbError> {
        let (parcel_no, place) = (number / PARCEL_PLACES, number % PARCEL_PLACES);
        if !self.parcels.contains_key(&parcel_no) {
            if self.parcels.len() >= PARCELS_KEPT {
                self.parcels.clear();
            }
            let found = store::parcels(conn, parcel_no - 1, 1)?;
            let Some(parcel) = found.iter().find(|parcel| parcel.parcel_no == parcel_no) else {
                return Ok(None);
            };
            let pieces = of_parcel(conn, &mut self.dictionaries, parcel)?;
            self.parcels.insert(parcel_no, pieces);
        }
        let pieces = self.parcels.get(&parcel_no);
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        Ok(pieces.and_then(|pieces| pieces.get(place)))
    }
}
