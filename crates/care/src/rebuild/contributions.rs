//! What was sent, read back as it came.

use crate::Care;
use crate::db::{Conn, DbError};
use crate::intake::store::{PARCEL_PLACES, StoredParcel, parcels};
use crate::intake::{Unpacker, pieces_of};
use crate::person::sent::dictionary;
use std::collections::HashMap;

/// Parcels kept unpacked at most.
const PARCELS_KEPT: usize = 64;

/// One piece as it was sent.
pub(super) struct Sent {
    pub context: String,
    pub body: Vec<u8>,
}

/// The pieces of a parcel, by place; those left out, because they said nothing new, are empty.
pub(super) fn of_parcel(care: &Care, conn: &mut Conn, parcel: &StoredParcel) -> Result<Vec<Sent>, DbError> {
    let with = dictionary(care, conn, parcel.dictionary_no)?;
    let flat = Unpacker::new()?.unpack(with.as_deref(), &parcel.body, parcel.length)?;
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
    parcels: HashMap<i64, Vec<Sent>>,
}

impl Unpacked {
    /// One contribution by number; `None` when there is none.
    pub(super) fn contribution(&mut self, care: &Care, conn: &mut Conn, number: i64) -> Result<Option<&Sent>, DbError> {
        let (parcel_no, place) = (number / PARCEL_PLACES, number % PARCEL_PLACES);
        if !self.parcels.contains_key(&parcel_no) {
            if self.parcels.len() >= PARCELS_KEPT {
                self.parcels.clear();
            }
            let Some(parcel) = parcels(conn, &[parcel_no])?.pop() else {
                return Ok(None);
            };
            let pieces = of_parcel(care, conn, &parcel)?;
            self.parcels.insert(parcel_no, pieces);
        }
        let pieces = self.parcels.get(&parcel_no);
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        Ok(pieces.and_then(|pieces| pieces.get(place)))
    }
}
