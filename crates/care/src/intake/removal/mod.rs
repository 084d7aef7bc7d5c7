//! Lawful removal: the one exception to "nothing is edited" (SAFETY 7). What was sent for an item is destroyed in every
//! place where it was copied; a tombstone without content stays, and an item that has one is never filed again.

pub(super) mod store;

use super::pack::ThreadPacker;
use super::store::{self as intake_store, PARCEL_PLACES};
use super::{Source, Unpacker, homes, pieces_of};
use crate::Care;
use crate::db::{Conn, DbError};
use crate::person::sent::dictionary;
use exchange::{Format, Piece};
use record::system::Feed;
use record::{Instant, OrgCode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zstd::dict::DecoderDictionary;

/// Where an item is, everywhere.
#[derive(Debug)]
pub(crate) struct Reach {
    item: i64,
    /// The contributions it was sent in.
    contributions: BTreeSet<i64>,
    /// The texts that its entries, of every version, may share with others.
    terms: BTreeSet<i64>,
}

impl Reach {
    /// Of an item that is not in the store: what is left to do is to keep it from being filed.
    pub fn nowhere(item: i64) -> Self {
        Self {
            item,
            contributions: BTreeSet::new(),
            terms: BTreeSet::new(),
        }
    }

    /// How many times it was sent.
    pub fn parts(&self) -> i64 {
        i64::try_from(self.contributions.len()).unwrap_or(i64::MAX)
    }
}

/// Why an item cannot be removed by itself, in words for the page.
pub(crate) type NotAlone = &'static str;

const CARRIES_OTHERS: NotAlone = "This came in a message that carries other things too, which would be lost with it. Ask its \
     sender to withdraw it there, and to send the rest anew.";
const SAYS_WHO: NotAlone =
    "This says who somebody is. Whose record it is belongs to the data steward: use “Something is wrong”.";
const UNREADABLE: NotAlone =
    "What was sent cannot be read by this program any more, so it cannot be told what else would go.";

/// Finds everywhere that an item is, reading again what was sent; `None` when there is no such item.
pub(crate) fn reach(care: &Care, item: i64) -> Result<Option<Result<Reach, NotAlone>>, DbError> {
    let versions = care.readers().read(|conn| {
        let pairs: Vec<(i64, i64)> = homes(conn, &[item])?
            .into_iter()
            .map(|(item, record_no)| (record_no, item))
            .collect();
        intake_store::versions(conn, &pairs)
    })?;
    if versions.is_empty() {
        return Ok(None);
    }
    let contributions: BTreeSet<i64> = versions.iter().map(|version| version.contribution_no).collect();
    let mut terms = BTreeSet::new();
    let preparer = care.preparer();
    for number in &contributions {
        let sent = care.readers().read(|conn| piece(care, conn, *number))?;
        let Some((piece, source, received)) = sent else {
            return Ok(Some(Err(UNREADABLE)));
        };
        let Ok(drafts) = preparer.prepare(piece, &source, received).meaning else {
            return Ok(Some(Err(UNREADABLE)));
        };
        for draft in &drafts {
            if draft.own || draft.person.is_some() {
                return Ok(Some(Err(SAYS_WHO)));
            }
            if draft.id.key() != item || !draft.decisions.is_empty() {
                return Ok(Some(Err(CARRIES_OTHERS)));
            }
            terms.extend(draft.terms.iter().map(|(number, _)| *number));
        }
    }
    Ok(Some(Ok(Reach {
        item,
        contributions,
        terms,
    })))
}

/// One contribution as it came; `None` when this program cannot read it.
fn piece(care: &Care, conn: &mut Conn, number: i64) -> Result<Option<(Piece<'static>, Source, Instant)>, DbError> {
    let Some(parcel) = intake_store::parcels(conn, &[number / PARCEL_PLACES])?.pop() else {
        return Ok(None);
    };
    let with = dictionary(care, conn, parcel.dictionary_no)?;
    let flat = Unpacker::new()?.unpack(with.as_deref(), &parcel.body, parcel.length)?;
    let place = usize::try_from(number % PARCEL_PLACES).unwrap_or(usize::MAX);
    let pieces = pieces_of(&flat)?;
    let (Some((context, body)), Some(format)) = (pieces.get(place), Format::from_number(parcel.format)) else {
        return Ok(None);
    };
    let feed = match care.system().feed(&parcel.feed) {
        Some(feed) => feed.clone(),
        None => match OrgCode::parse(&store::sender_of_parcel(conn, parcel.parcel_no)?) {
            Some(sender) => Feed::named(&parcel.feed, sender),
            None => return Ok(None),
        },
    };
    let piece = Piece {
        place: format!("contribution {number}"),
        format,
        body: body.to_vec().into(),
        context: (*context).to_owned(),
    };
    let source = Source {
        feed: Arc::new(feed),
        feed_no: 0,
    };
    Ok(Some((piece, source, Instant(parcel.received))))
}

/// What stays of a removal.
pub(crate) struct Tombstone {
    /// The number of the request by which it was asked for.
    pub request_no: i64,
    /// On what ground: see `care::rights::removal`.
    pub ground: i64,
    /// Who asked.
    pub asked_by: String,
    /// Who confirmed.
    pub confirmed_by: String,
    /// When.
    pub removed: Instant,
}

/// Destroys what [`reach`] found, within the transaction that `conn` is in; answers whether it was still as found.
/// When something of it arrived since, nothing is done.
pub(crate) fn destroy(conn: &mut Conn, reach: &Reach, stone: &Tombstone) -> Result<bool, DbError> {
    let pairs: Vec<(i64, i64)> = homes(conn, &[reach.item])?
        .into_iter()
        .map(|(item, record_no)| (record_no, item))
        .collect();
    let now: BTreeSet<i64> = intake_store::versions(conn, &pairs)?
        .iter()
        .map(|version| version.contribution_no)
        .collect();
    if now != reach.contributions {
        return Ok(false);
    }
    conn.overwrite_deleted(true)?;
    let mut by_parcel: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for number in &reach.contributions {
        by_parcel
            .entry(number / PARCEL_PLACES)
            .or_default()
            .insert(number % PARCEL_PLACES);
    }
    for (parcel_no, places) in &by_parcel {
        empty_places(conn, *parcel_no, places)?;
    }
    for (record_no, item) in &pairs {
        super::store::delete_entries(conn, *record_no, *item)?;
    }
    store::delete_item(conn, reach.item)?;
    for term in &reach.terms {
        store::delete_unused_term(conn, *term)?;
    }
    store::blank_words_about(conn, reach.item)?;
    store::insert_tombstone(conn, reach, stone)?;
    conn.overwrite_deleted(false)?;
    Ok(true)
}

/// Packs a parcel again with some of its places empty, so that the numbers of the others stay.
fn empty_places(conn: &mut Conn, parcel_no: i64, places: &BTreeSet<i64>) -> Result<(), DbError> {
    let lost = || DbError::state("a parcel that an item names is not in the store");
    let parcel = intake_store::parcels(conn, &[parcel_no])?.pop().ok_or_else(lost)?;
    let with = match parcel.dictionary_no {
        0 => None,
        number => {
            let bytes = intake_store::dictionary(conn, number)?.ok_or_else(lost)?;
            let unusable = |error| DbError::state(format!("dictionary {number} cannot be used: {error}"));
            Some(DecoderDictionary::try_copy(&bytes).map_err(unusable)?)
        }
    };
    let flat = Unpacker::new()?.unpack(with.as_ref(), &parcel.body, parcel.length)?;
    let pieces: Vec<(&str, &[u8])> = pieces_of(&flat)?
        .into_iter()
        .zip(0_i64..)
        .map(|(piece, place)| match places.contains(&place) {
            true => ("", &[][..]),
            false => piece,
        })
        .collect();
    let packed = ThreadPacker::new().pack_plain(&pieces)?;
    store::replace_parcel(conn, parcel_no, packed.length, &packed.bytes)
}
