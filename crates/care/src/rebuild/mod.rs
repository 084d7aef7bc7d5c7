//! A rebuild: from what is truth (what partners said, which records were minted, what was decided) to the whole
//! state again, in a new store, through the one function that filed it first. Every person keeps their id.
//!
//! The audit is no part of it: it is truth of its own and is kept, or moved, as a file.

mod contributions;
mod digest;
mod store;

pub use digest::{TableDigest, digests, rows};

use crate::access::JobGrant;
use crate::db::{Cell, Conn, DbError, Urgency};
use crate::intake::store::StoredParcel;
use crate::intake::{self, Prepared, Source, Tally};
use crate::person::{identity, matching};
use crate::{Care, Opening};
use contributions::Sent;
use exchange::{Format, Piece};
use record::system::Feed;
use record::{Instant, OrgCode};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Rows carried over in one go.
const PAGE: i64 = 500;
/// Parcels read in one go.
const PARCELS: i64 = 32;
/// Pieces filed in one go.
const BATCH_PIECES: usize = 1_000;

/// Rebuilds what `from` holds in a new, empty store, which takes over its id key and its stamp; answers the new
/// store and what became of each contribution. A contribution that today's readers refuse goes to quarantine.
///
/// # Errors
/// When either store fails, or the new one is not empty. The new one is then of no use.
pub fn rebuild(from: &Care, into: Opening, _grant: &JobGrant) -> Result<(Care, Tally), DbError> {
    let into = Care::open(from.same_key_and_stamp(into)?)?;
    if !into.readers().read(store::is_empty)? {
        return Err(DbError::state("a rebuild needs a new, empty store"));
    }
    carry_over(from, &into)?;
    name_by_number(&into)?;
    let tally = file_again(from, &into)?;
    settle_all(&into)?;
    // What was weighed is weighed again; what still waited waits again.
    if from.readers().read(matching::store::waiting_count)? == 0 {
        matching::drain(&into, 1, Instant(1), |_| true)?;
    }
    let (days, last) = from.readers().read(store::feed_days)?;
    into.writer()
        .write::<(), DbError>(Urgency::Bulk, move |conn| store::set_feed_days(conn, &days, &last))?;
    Ok((into, tally))
}

/// Copies truth that is not read again, with the numbers it has.
fn carry_over(from: &Care, into: &Care) -> Result<(), DbError> {
    for carried in store::BEFORE {
        let mut after = 0;
        loop {
            let page = from.readers().read(|conn| store::page(conn, carried, after, PAGE))?;
            let Some(Cell::Int(last)) = page.last().map(|row| row[0].clone()) else {
                break;
            };
            after = last;
            into.writer().write::<(), DbError>(Urgency::Bulk, move |conn| {
                crate::db::insert_rows(conn, &carried.table, &page)
            })?;
        }
    }
    let mut counters = Vec::new();
    for name in store::COUNTERS {
        counters.push((*name, from.readers().read(|conn| store::counter(conn, name))?));
    }
    into.writer().write::<(), DbError>(Urgency::Bulk, move |conn| {
        counters
            .iter()
            .try_for_each(|(name, next)| store::set_counter(conn, name, *next))
    })
}

/// Records that were minted for an NHS number alone say so before anything is filed, as when they were minted.
fn name_by_number(into: &Care) -> Result<(), DbError> {
    each_page_of_records(into, |conn, records| identity::file(conn, &[], records).map(drop))
}

/// Reads every contribution again, in the order in which they were filed, and files it.
fn file_again(from: &Care, into: &Care) -> Result<Tally, DbError> {
    let sources = sources(from, into)?;
    let mut preparer = into.preparer();
    let mut batch: Vec<Prepared> = Vec::new();
    let mut tally = Tally::default();
    let mut after = 0;
    loop {
        let numbers = from
            .readers()
            .read(|conn| store::parcel_numbers(conn, after, PARCELS))?;
        let Some(last) = numbers.last() else { break };
        after = *last;
        for (parcel, pieces) in from.readers().read(|conn| unpacked(from, conn, &numbers))? {
            let lost = || DbError::state(format!("parcel {} cannot be read by this program", parcel.parcel_no));
            let source = sources.get(&parcel.feed).ok_or_else(lost)?;
            let format = Format::from_number(parcel.format).ok_or_else(lost)?;
            for (place, sent) in pieces.into_iter().enumerate() {
                if sent.body.is_empty() {
                    continue;
                }
                let piece = Piece {
                    place: format!("parcel {}, place {place}", parcel.parcel_no),
                    format,
                    body: sent.body.into(),
                    context: sent.context,
                };
                batch.push(preparer.prepare(piece, source, Instant(parcel.received)));
            }
        }
        if batch.len() >= BATCH_PIECES {
            file(into, &mut preparer, &mut batch, &mut tally)?;
        }
    }
    file(into, &mut preparer, &mut batch, &mut tally)?;
    Ok(tally)
}

fn file(
    into: &Care,
    preparer: &mut intake::Preparer<'_>,
    batch: &mut Vec<Prepared>,
    tally: &mut Tally,
) -> Result<(), DbError> {
    if batch.is_empty() {
        return Ok(());
    }
    let closed = preparer.close(std::mem::take(batch))?;
    let homes = Arc::clone(into.homes());
    let filed = into.writer().write(Urgency::Bulk, move |conn| {
        intake::accept(conn, &closed, intake::Way::Bulk(&homes))
    })?;
    filed.iter().for_each(|filed| tally.add(filed));
    Ok(())
}

/// Parcels with their pieces, in order of number.
fn unpacked(from: &Care, conn: &mut Conn, numbers: &[i64]) -> Result<Vec<(StoredParcel, Vec<Sent>)>, DbError> {
    let mut parcels = intake::store::parcels(conn, numbers)?;
    parcels.sort_by_key(|parcel| parcel.parcel_no);
    parcels
        .into_iter()
        .map(|parcel| {
            let pieces = contributions::of_parcel(from, conn, &parcel)?;
            Ok((parcel, pieces))
        })
        .collect()
}

/// The feeds as the system has them now; one it does not have is made of its name and sender, as it was when an
/// import named no feed.
fn sources(from: &Care, into: &Care) -> Result<HashMap<String, Source>, DbError> {
    let mut sources = HashMap::new();
    for (feed_no, name, sender) in from.readers().read(store::feeds)? {
        let feed = match into.system().feed(&name) {
            Some(feed) => feed.clone(),
            None => {
                let sender = OrgCode::parse(&sender)
                    .ok_or_else(|| DbError::state(format!("feed {name} has no readable sender")))?;
                Feed::named(&name, sender)
            }
        };
        let feed = Arc::new(feed);
        sources.insert(name, Source { feed, feed_no });
    }
    Ok(sources)
}

/// Computes whose each record is once more: a record that says nothing of who it is about was minted before,
/// and filing touches only what is new.
fn settle_all(into: &Care) -> Result<(), DbError> {
    each_page_of_records(into, |conn, records| {
        identity::settle(conn, &records.iter().copied().collect::<BTreeSet<i64>>())
    })
}

/// Calls `each` with the numbers of some of the persons' records at a time, within a transaction.
fn each_page_of_records(into: &Care, each: fn(&mut Conn, &[i64]) -> Result<(), DbError>) -> Result<(), DbError> {
    let mut after = 0;
    loop {
        let page = into.readers().read(|conn| store::records(conn, after, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.record_no;
        let numbers: Vec<i64> = page
            .iter()
            .filter(|record| record.directory == 0)
            .map(|record| record.record_no)
            .collect();
        into.writer()
            .write::<(), DbError>(Urgency::Bulk, move |conn| each(conn, &numbers))?;
    }
}
