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
use crate::intake::{self, Prepared, Source, Tally};
use crate::person::identity;
use crate::{Care, Opening};
use contributions::Sent;
use exchange::{Format, Piece};
use record::system::Feed;
use record::{Instant, OrgCode};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Rows carried over in one go.
const PAGE: i64 = 500;
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
    let tally = file_again(from, &into)?;
    settle_all(&into)?;
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

/// Reads every contribution again, in the order in which they were filed, and files it.
fn file_again(from: &Care, into: &Care) -> Result<Tally, DbError> {
    let sources = sources(from, into)?;
    let mut dictionaries = HashMap::new();
    let mut preparer = into.preparer();
    let mut batch: Vec<Prepared> = Vec::new();
    let mut tally = Tally::default();
    let mut after = 0;
    loop {
        let parcels = from.readers().read(|conn| unpacked(conn, &mut dictionaries, after))?;
        let Some((last, ..)) = parcels.last() else { break };
        after = *last;
        for (parcel_no, feed_no, format, received, pieces) in parcels {
            let source = sources
                .get(&feed_no)
                .ok_or_else(|| DbError::state(format!("parcel {parcel_no} came by a feed that is not kept")))?;
            for (place, sent) in pieces.into_iter().enumerate() {
                if sent.body.is_empty() {
                    continue;
                }
                let piece = Piece {
                    place: format!("parcel {parcel_no}, place {place}"),
                    format,
                    body: sent.body.into(),
                    context: sent.context,
                };
                batch.push(preparer.prepare(&piece, source, received));
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
    let filed = into
        .writer()
        .write(Urgency::Bulk, move |conn| intake::accept(conn, &closed))?;
    filed.iter().for_each(|filed| tally.add(filed));
    Ok(())
}

type ReadParcel = (i64, i64, Format, Instant, Vec<Sent>);

fn unpacked(conn: &mut Conn, dictionaries: &mut HashMap<i64, Vec<u8>>, after: i64) -> Result<Vec<ReadParcel>, DbError> {
    let mut read = Vec::new();
    for parcel in store::parcels(conn, after, 32)? {
        let format = Format::from_number(parcel.format)
            .ok_or_else(|| DbError::state(format!("parcel {} has an unknown format", parcel.parcel_no)))?;
        let pieces = contributions::of_parcel(conn, dictionaries, &parcel)?;
        read.push((
            parcel.parcel_no,
            parcel.feed_no,
            format,
            Instant(parcel.received),
            pieces,
        ));
    }
    Ok(read)
}

/// The feeds as the system has them now; one it does not have is made of its name and sender, as it was when an
/// import named no feed.
fn sources(from: &Care, into: &Care) -> Result<HashMap<i64, Source>, DbError> {
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
        sources.insert(feed_no, Source { feed, feed_no });
    }
    Ok(sources)
}

/// Computes whose each record is once more: a record that says nothing of who it is about was minted before,
/// and filing touches only what is new.
fn settle_all(into: &Care) -> Result<(), DbError> {
    let mut after = 0;
    loop {
        let page = into.readers().read(|conn| store::records(conn, after, PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.record_no;
        let touched: BTreeSet<i64> = page
            .iter()
            .filter(|record| record.directory == 0)
            .map(|record| record.record_no)
            .collect();
        into.writer()
            .write::<(), DbError>(Urgency::Bulk, move |conn| identity::settle(conn, &touched))?;
    }
}
