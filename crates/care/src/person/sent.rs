//! Items exactly as their senders sent them, with every version kept.

use super::store;
use crate::Care;
use crate::access::sensitivity::Sieve;
use crate::access::{ListGrant, PersonGrant};
use crate::db::{Conn, DbError};
use crate::intake::store::{self as intake_store, BY_ARRIVAL, INCOMPLETE, PARCEL_PLACES, UNMAPPED, Version, WITHDRAWN};
use crate::intake::{Unpacker, homes, pieces_of, term_number};
use exchange::Format;
use record::{Instant, ItemId, OrgCode, PersonId};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use zstd::dict::DecoderDictionary;

/// One version of one item, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemVersion {
    /// The record it stands in.
    pub record_no: i64,
    /// Who sent it.
    pub sender: OrgCode,
    /// The item's key: the first eight bytes of its id.
    pub item: i64,
    /// FHIR resource type, or the nearest one.
    pub item_type: String,
    /// The sender's version time, or when it was received if the sender said none.
    pub version: Instant,
    /// Whether the version is only the time of arrival.
    pub by_arrival: bool,
    /// Whether the sender withdrew the item with this version.
    pub withdrawn: bool,
    /// Whether its type adds no entries.
    pub unmapped: bool,
    /// Whether parts of it could not be read.
    pub incomplete: bool,
    /// Which of the items that the contribution told it is, counted from 0.
    pub facet: usize,
    contribution_no: i64,
    tie: i64,
}

impl ItemVersion {
    /// The version as one text: letters, digits and hyphens, the same wherever and whenever it is asked for.
    pub fn name(&self) -> String {
        name_of(self.version.0, self.tie)
    }

    /// As [`ItemVersion::name`], where something of what was sent is hidden: made without it. A digest of what was sent
    /// would confirm to whoever guessed an address that it is the right one (SAFETY 2).
    pub fn name_untold(&self) -> String {
        name_of(self.version.0, 0)
    }

    /// Where the item stands in the order in which a person's items are listed: record, arrival, item.
    pub const fn place(&self) -> (i64, i64, i64) {
        (self.record_no, self.contribution_no, self.item)
    }

    /// The number of the contribution that told it; items that came in one message share it.
    pub const fn contribution(&self) -> i64 {
        self.contribution_no
    }
}

/// A contribution exactly as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Name of the feed it came by.
    pub feed: String,
    /// When it was received.
    pub received: Instant,
    /// Its language.
    pub format: Format,
    /// What it needs from around it to be read.
    pub context: String,
    /// The bytes.
    pub body: Vec<u8>,
}

/// Whose an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A person's: reading it takes a grant to that person.
    Person(PersonId),
    /// Nobody's: an organisation, a practitioner, a place.
    Directory,
}

/// Whose the item with this id is; `None` when there is no such item. Tells nothing about it: what may be
/// shown is decided after asking for a grant.
///
/// # Errors
/// When the store fails.
pub fn whose(care: &Care, id: ItemId) -> Result<Option<Whose>, DbError> {
    care.readers().read(|conn| {
        let Some((record_no, _)) = current_home(conn, id.key())? else {
            return Ok(None);
        };
        if store::is_directory(conn, record_no)? {
            return Ok(Some(Whose::Directory));
        }
        let persons = store::person_ids_of(conn, &[record_no])?;
        Ok(persons.first().map(|(_, _, person)| Whose::Person(*person)))
    })
}

fn name_of(version: i64, tie: i64) -> String {
    format!("{version:x}-{tie:016x}")
}

/// The name of the version of an item that stands now (see [`ItemVersion::name`]), and whether its sender
/// withdrew it; `None` when there is no such item. Tells nothing of what it says.
///
/// # Errors
/// When the store fails.
pub fn current_name(care: &Care, id: ItemId) -> Result<Option<(String, bool)>, DbError> {
    let current = care.readers().read(|conn| current_home(conn, id.key()))?;
    Ok(current.map(|(_, v)| (name_of(v.version, v.tie), v.state & WITHDRAWN != 0)))
}

/// What `sender` itself calls the thing that has this id here; `None` when it is not that sender's, or there is
/// no such thing. For a sender that writes to what it wrote before: nobody learns anything by it.
///
/// # Errors
/// When the store fails.
pub fn local_id(care: &Care, sender: &OrgCode, id: ItemId) -> Result<Option<String>, DbError> {
    let found = care.readers().read(|conn| {
        let Some((record_no, version)) = current_home(conn, id.key())? else {
            return Ok(None);
        };
        let theirs = store::sender_of(conn, record_no)?;
        let versions = named(care, conn, vec![version], &theirs)?;
        Ok::<_, DbError>(versions.into_iter().next().filter(|version| version.sender == *sender))
    })?;
    let Some(version) = found else { return Ok(None) };
    let Some(sent) = sent(care, std::slice::from_ref(&version))?.into_iter().next() else {
        return Ok(None);
    };
    let feed = crate::feeds::feed_named(care, &sent.feed)?;
    let items = exchange::read(sent.format, &sent.body, &sent.context, &feed).unwrap_or_default();
    let local = items.into_iter().nth(version.facet).map(|item| item.local_id);
    Ok(local.filter(|local| ItemId::of(care.id_key(), sender, &version.item_type, local) == id))
}

/// The record where the current version of an item stands, with that version.
fn current_home(conn: &mut Conn, item: i64) -> Result<Option<(i64, Version)>, DbError> {
    let pairs: Vec<(i64, i64)> = homes(conn, &[item])?
        .into_iter()
        .map(|(item, record_no)| (record_no, item))
        .collect();
    let versions = intake_store::versions(conn, &pairs)?;
    Ok(versions
        .into_iter()
        .max_by_key(|v| (v.version, v.tie, v.record_no))
        .map(|v| (v.record_no, v)))
}

/// The current version of every item on a person's records, in order of record and arrival: what came together
/// stands together, and is unpacked once. Items that were withdrawn are left out, and so are those that now stand
/// on another person's record.
///
/// # Errors
/// When the store fails.
pub fn items(care: &Care, grant: &PersonGrant) -> Result<Vec<ItemVersion>, DbError> {
    care.readers().read(|conn| current_items(care, conn, grant, None))
}

/// As [`items`], but only those of one type.
///
/// # Errors
/// When the store fails.
pub fn items_of_type(care: &Care, grant: &PersonGrant, item_type: &str) -> Result<Vec<ItemVersion>, DbError> {
    let number = term_number(item_type);
    care.readers()
        .read(|conn| current_items(care, conn, grant, Some(number)))
}

fn current_items(
    care: &Care,
    conn: &mut Conn,
    grant: &PersonGrant,
    item_type: Option<i64>,
) -> Result<Vec<ItemVersion>, DbError> {
    let records = store::records_of(conn, grant.person_no())?;
    let numbers: Vec<i64> = records.iter().map(|record| record.record_no).collect();
    let mut versions = intake_store::versions_of_records(conn, &numbers, item_type)?;
    // Versions come in rising order: the last of an item stands. Whatever follows has the same key.
    versions.reverse();
    versions.dedup_by_key(|version| (version.record_no, version.item));
    let moved = intake_store::moved_from(conn, &numbers)?;
    versions.retain(|v| v.state & WITHDRAWN == 0 && !moved.contains(&(v.record_no, v.item)));
    versions.sort_by_key(|v| (v.record_no, v.contribution_no, v.item));
    let mut found = Vec::with_capacity(versions.len());
    for some in versions.chunk_by(|a, b| a.record_no == b.record_no) {
        let whose = records
            .iter()
            .find(|record| Some(record.record_no) == some.first().map(|v| v.record_no));
        let sender = whose.map_or("", |record| record.sender.as_str());
        let hidden = match some.first() {
            Some(first) => hidden(care, conn, grant, first.record_no, sender)?,
            None => HashSet::new(),
        };
        let seen = some.iter().filter(|v| !hidden.contains(&v.item)).cloned().collect();
        found.extend(named(care, conn, seen, sender)?);
    }
    Ok(found)
}

/// Every version of one item that stands on a person's records, latest first; empty when the item is not
/// theirs.
///
/// # Errors
/// When the store fails.
pub fn versions(care: &Care, grant: &PersonGrant, item: i64) -> Result<Vec<ItemVersion>, DbError> {
    care.readers().read(|conn| {
        let records = store::records_of(conn, grant.person_no())?;
        let mut found = Vec::new();
        for record in &records {
            let versions = intake_store::versions(conn, &[(record.record_no, item)])?;
            if versions.is_empty() {
                continue;
            }
            // Hidden in one record it is hidden in all: what a sender moved still says the same.
            if hidden(care, conn, grant, record.record_no, &record.sender)?.contains(&item) {
                return Ok(Vec::new());
            }
            found.extend(named(care, conn, versions, &record.sender)?);
        }
        found.sort_by_key(|v| std::cmp::Reverse((v.version, v.tie)));
        Ok(found)
    })
}

/// The items of a record that the grant does not cover.
fn hidden(
    care: &Care,
    conn: &mut Conn,
    grant: &PersonGrant,
    record_no: i64,
    sender: &str,
) -> Result<HashSet<i64>, DbError> {
    let sender =
        OrgCode::parse(sender).ok_or_else(|| DbError::state("a record in the store has no readable sender"))?;
    Sieve::new(care, grant, &sender).of_record(conn, record_no)
}

/// Every version of a directory item, latest first; empty when the item is a person's.
///
/// # Errors
/// When the store fails.
pub fn directory_versions(care: &Care, _grant: &ListGrant, item: i64) -> Result<Vec<ItemVersion>, DbError> {
    care.readers().read(|conn| {
        let mut found = Vec::new();
        for (_, record_no) in homes(conn, &[item])? {
            if !store::is_directory(conn, record_no)? {
                continue;
            }
            let sender = store::sender_of(conn, record_no)?;
            let versions = intake_store::versions(conn, &[(record_no, item)])?;
            found.extend(named(care, conn, versions, &sender)?);
        }
        found.sort_by_key(|v| std::cmp::Reverse((v.version, v.tie)));
        Ok(found)
    })
}

fn named(care: &Care, conn: &mut Conn, versions: Vec<Version>, sender: &str) -> Result<Vec<ItemVersion>, DbError> {
    let sender =
        OrgCode::parse(sender).ok_or_else(|| DbError::state("a record in the store has no readable sender"))?;
    let numbers: BTreeSet<i64> = versions.iter().map(|v| v.item_type).collect();
    let texts = care.terms.texts(conn, &numbers)?;
    Ok(versions
        .into_iter()
        .map(|v| ItemVersion {
            record_no: v.record_no,
            sender: sender.clone(),
            item: v.item,
            item_type: texts.get(&v.item_type).map_or_else(String::new, ToString::to_string),
            version: Instant(v.version),
            by_arrival: v.state & BY_ARRIVAL != 0,
            withdrawn: v.state & WITHDRAWN != 0,
            unmapped: v.state & UNMAPPED != 0,
            incomplete: v.state & INCOMPLETE != 0,
            facet: usize::try_from(v.facet).unwrap_or_default(),
            contribution_no: v.contribution_no,
            tie: v.tie,
        })
        .collect())
}

/// What was sent for each of these versions, in the same order. The versions themselves were had by a grant.
///
/// # Errors
/// When the store fails or its bytes are damaged.
pub fn sent(care: &Care, versions: &[ItemVersion]) -> Result<Vec<Sent>, DbError> {
    care.readers().read(|conn| {
        let numbers: BTreeSet<i64> = versions.iter().map(|v| v.contribution_no / PARCEL_PLACES).collect();
        let numbers: Vec<i64> = numbers.into_iter().collect();
        let mut parcels = HashMap::with_capacity(numbers.len());
        let mut unpacker = Unpacker::new()?;
        for parcel in intake_store::parcels(conn, &numbers)? {
            let dictionary = dictionary(care, conn, parcel.dictionary_no)?;
            let flat = unpacker.unpack(dictionary.as_deref(), &parcel.body, parcel.length)?;
            parcels.insert(parcel.parcel_no, (parcel, flat));
        }
        let mut pieces = HashMap::with_capacity(parcels.len());
        for (number, (_, flat)) in &parcels {
            pieces.insert(*number, pieces_of(flat)?);
        }
        versions
            .iter()
            .map(|version| {
                let lost = || DbError::state("a contribution that an item names is not in the store");
                let number = version.contribution_no / PARCEL_PLACES;
                let (parcel, _) = parcels.get(&number).ok_or_else(lost)?;
                let place = usize::try_from(version.contribution_no % PARCEL_PLACES).map_err(|_| lost())?;
                let piece = pieces.get(&number).and_then(|pieces| pieces.get(place));
                let (context, body) = piece.ok_or_else(lost)?;
                Ok(Sent {
                    feed: parcel.feed.clone(),
                    received: Instant(parcel.received),
                    format: Format::from_number(parcel.format).ok_or_else(lost)?,
                    context: (*context).to_owned(),
                    body: body.to_vec(),
                })
            })
            .collect()
    })
}

/// A dictionary that parcels were packed with, ready for use; `None` for number 0, which stands for none.
pub(crate) fn dictionary(
    care: &Care,
    conn: &mut Conn,
    number: i64,
) -> Result<Option<Arc<DecoderDictionary<'static>>>, DbError> {
    if number == 0 {
        return Ok(None);
    }
    let known = care
        .dictionaries
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&number)
        .cloned();
    if known.is_some() {
        return Ok(known);
    }
    let bytes = intake_store::dictionary(conn, number)?
        .ok_or_else(|| DbError::state(format!("dictionary {number} is not in the store")))?;
    let made = DecoderDictionary::try_copy(&bytes)
        .map_err(|error| DbError::state(format!("dictionary {number} cannot be used: {error}")))?;
    let made = Arc::new(made);
    care.dictionaries
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(number, Arc::clone(&made));
    Ok(Some(made))
}
