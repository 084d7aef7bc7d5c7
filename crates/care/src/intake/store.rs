//! The tables of intake: what was said, and what follows from it.

use crate::db::{Cell, Conn, DbError, Row, Table, fetch_by_keys, fetch_by_pairs, insert_rows};
use std::collections::{BTreeSet, HashMap};

pub(crate) const RECORD: Table = Table {
    name: "record",
    columns: &[
        "record_no",
        "record_key",
        "record_id",
        "sender",
        "local_id",
        "minted",
        "directory",
    ],
};
pub(crate) const PARCEL: Table = Table {
    name: "parcel",
    columns: &[
        "parcel_no",
        "record_no",
        "feed_no",
        "format",
        "received",
        "dictionary_no",
        "length",
        "body",
    ],
};
pub(crate) const ITEM: Table = Table {
    name: "item",
    columns: &[
        "record_no",
        "item",
        "version",
        "tie",
        "contribution_no",
        "facet",
        "item_type",
        "state",
    ],
};
pub(crate) const ITEM_ELSEWHERE: Table = Table {
    name: "item_elsewhere",
    columns: &["record_no", "item"],
};
pub(crate) const ENTRY: Table = Table {
    name: "entry",
    columns: &[
        "record_no",
        "item",
        "part",
        "kind",
        "what",
        "also",
        "value",
        "normal",
        "happened",
        "ended",
        "recorded",
        "received",
        "author",
        "place",
        "status",
        "certainty",
        "category",
        "encounter",
        "detail",
    ],
};
pub(crate) const ITEM_ISSUE: Table = Table {
    name: "item_issue",
    columns: &["record_no", "item", "issue_no", "place", "reason"],
};
pub(crate) const TERM: Table = Table {
    name: "term",
    columns: &["term_no", "text"],
};

/// A contribution's number is its parcel's times this, plus its place in the parcel.
pub(crate) const PARCEL_PLACES: i64 = 256;

/// The item was withdrawn by its sender.
pub(crate) const WITHDRAWN: i64 = 1;
/// The item's type is not mapped: kept and readable, no entries.
pub(crate) const UNMAPPED: i64 = 2;
/// The item carried no version of its own: it stands at the time it was received.
pub(crate) const BY_ARRIVAL: i64 = 4;
/// Parts of the item could not be read.
pub(crate) const INCOMPLETE: i64 = 8;

/// Keeps a new dictionary; answers its number.
pub(super) fn insert_dictionary(conn: &mut Conn, name: &str, bytes: &[u8]) -> Result<i64, DbError> {
    let number = conn.take_numbers("dictionary", 1)?;
    conn.execute(
        "INSERT INTO dictionary (dictionary_no, name, bytes) VALUES (?1, ?2, ?3)",
        &[number.into(), name.into(), bytes.into()],
    )?;
    Ok(number)
}

/// Every dictionary, oldest first.
pub(crate) fn dictionaries(conn: &mut Conn) -> Result<Vec<(i64, String, Vec<u8>)>, DbError> {
    conn.query(
        "SELECT dictionary_no, name, bytes FROM dictionary ORDER BY dictionary_no",
        &[],
        |row| Ok((row.int(0)?, row.text(1)?, row.bytes(2)?)),
    )
}

/// One dictionary.
pub(crate) fn dictionary(conn: &mut Conn, number: i64) -> Result<Option<Vec<u8>>, DbError> {
    conn.first(
        "SELECT bytes FROM dictionary WHERE dictionary_no = ?1",
        &[number.into()],
        |row| row.bytes(0),
    )
}

/// The number of a feed, given when first seen.
pub(crate) fn feed_number(conn: &mut Conn, name: &str, sender: &str) -> Result<i64, DbError> {
    if let Some(number) = conn.first("SELECT feed_no FROM feed WHERE name = ?1", &[name.into()], |row| {
        row.int(0)
    })? {
        return Ok(number);
    }
    let number = conn.take_numbers("feed", 1)?;
    conn.execute(
        "INSERT INTO feed (feed_no, name, sender, last_received) VALUES (?1, ?2, ?3, 0)",
        &[number.into(), name.into(), sender.into()],
    )?;
    Ok(number)
}

/// The numbers of records that exist already, by id.
pub(super) fn known_records(conn: &mut Conn, keys: &[i64]) -> Result<HashMap<[u8; 16], i64>, DbError> {
    let sql = "SELECT record_id, record_no FROM record WHERE record_key = ?1";
    Ok(fetch_by_keys(conn, sql, keys, |row| Ok((row.id16(0)?, row.int(1)?)))?
        .into_iter()
        .collect())
}

/// A version of an item that the store holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version {
    pub record_no: i64,
    pub item: i64,
    pub version: i64,
    pub tie: i64,
    pub contribution_no: i64,
    pub facet: i64,
    pub item_type: i64,
    pub state: i64,
}

/// Every version held of items in their records, given as (record, item).
pub(crate) fn versions(conn: &mut Conn, pairs: &[(i64, i64)]) -> Result<Vec<Version>, DbError> {
    fetch_by_pairs(conn, &ITEM, pairs, version_of)
}

fn version_of(row: &Row<'_>) -> Result<Version, DbError> {
    Ok(Version {
        record_no: row.int(0)?,
        item: row.int(1)?,
        version: row.int(2)?,
        tie: row.int(3)?,
        contribution_no: row.int(4)?,
        facet: row.int(5)?,
        item_type: row.int(6)?,
        state: row.int(7)?,
    })
}

/// Every version of every item in these records, in rising order of item and version within each; of one type,
/// given by its number, when that is all that is wanted.
pub(crate) fn versions_of_records(
    conn: &mut Conn,
    records: &[i64],
    item_type: Option<i64>,
) -> Result<Vec<Version>, DbError> {
    let only = item_type.map_or_else(String::new, |number| format!(" AND item_type = {number}"));
    let sql = format!(
        "SELECT {} FROM item WHERE record_no = ?1{only} ORDER BY record_no, item, version, tie",
        ITEM.columns.join(", ")
    );
    fetch_by_keys(conn, &sql, records, version_of)
}

/// Notes that these items, given as (record, item), stand in other records too.
pub(super) fn note_elsewhere(conn: &mut Conn, pairs: &BTreeSet<(i64, i64)>) -> Result<(), DbError> {
    let mut rows = Vec::new();
    for (record_no, item) in pairs {
        let sql = "SELECT item FROM item_elsewhere WHERE record_no = ?1 AND item = ?2";
        let known = conn.first(sql, &[(*record_no).into(), (*item).into()], |row| row.int(0))?;
        if known.is_none() {
            rows.push(vec![Cell::Int(*record_no), Cell::Int(*item)]);
        }
    }
    insert_rows(conn, &ITEM_ELSEWHERE, &rows)
}

/// Items of these records whose current version stands in another record, as (record, item): the sender corrected
/// whom they are about. Few items ever stand in two records, and only those are looked at.
pub(crate) fn moved_from(conn: &mut Conn, records: &[i64]) -> Result<BTreeSet<(i64, i64)>, DbError> {
    let sql = "SELECT here.record_no, here.item FROM item_elsewhere here WHERE here.record_no = ?1 AND EXISTS (
           SELECT 1 FROM item_home other
           JOIN item there ON there.record_no = other.record_no AND there.item = other.item
           WHERE other.item = here.item AND other.record_no <> here.record_no AND NOT EXISTS (
             SELECT 1 FROM item mine WHERE mine.record_no = here.record_no AND mine.item = here.item
             AND (mine.version > there.version OR (mine.version = there.version AND mine.tie > there.tie)
               OR (mine.version = there.version AND mine.tie = there.tie AND mine.record_no > there.record_no))))";
    let found = fetch_by_keys(conn, sql, records, |row| Ok((row.int(0)?, row.int(1)?)))?;
    Ok(found.into_iter().collect())
}

/// A parcel as it is kept.
pub(crate) struct StoredParcel {
    pub parcel_no: i64,
    pub feed: String,
    pub format: i64,
    pub received: i64,
    pub dictionary_no: i64,
    pub length: i64,
    pub body: Vec<u8>,
}

/// Parcels by number.
pub(crate) fn parcels(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<StoredParcel>, DbError> {
    let sql = "SELECT p.parcel_no, f.name, p.format, p.received, p.dictionary_no, p.length, p.body
               FROM parcel p JOIN feed f ON f.feed_no = p.feed_no WHERE p.parcel_no = ?1";
    fetch_by_keys(conn, sql, numbers, |row| {
        Ok(StoredParcel {
            parcel_no: row.int(0)?,
            feed: row.text(1)?,
            format: row.int(2)?,
            received: row.int(3)?,
            dictionary_no: row.int(4)?,
            length: row.int(5)?,
            body: row.bytes(6)?,
        })
    })
}

/// Takes the lines of an item off a record.
pub(super) fn delete_entries(conn: &mut Conn, record_no: i64, item: i64) -> Result<(), DbError> {
    let key = [record_no.into(), item.into()];
    conn.execute("DELETE FROM entry WHERE record_no = ?1 AND item = ?2", &key)?;
    conn.execute("DELETE FROM item_issue WHERE record_no = ?1 AND item = ?2", &key)?;
    Ok(())
}

/// Keeps texts that are not kept yet. A number that stands for another text already is refused: two digests
/// would have met, and a row would say what its sender never said.
pub(super) fn keep_terms(conn: &mut Conn, terms: &HashMap<i64, &str>) -> Result<(), DbError> {
    let numbers: Vec<i64> = terms.keys().copied().collect();
    let sql = "SELECT term_no, text FROM term WHERE term_no = ?1";
    let known: HashMap<i64, String> = fetch_by_keys(conn, sql, &numbers, |row| Ok((row.int(0)?, row.text(1)?)))?
        .into_iter()
        .collect();
    let mut rows: Vec<(i64, &str)> = Vec::new();
    for (number, text) in terms {
        match known.get(number) {
            None => rows.push((*number, text)),
            Some(held) if held == text || held == &text.replace('\0', "\u{2400}") => {}
            Some(_) => return Err(DbError::state(format!("two texts share the number {number}"))),
        }
    }
    rows.sort_unstable();
    let rows: Vec<Vec<Cell>> = rows
        .into_iter()
        .map(|(no, text)| vec![Cell::Int(no), Cell::Text(text.to_owned())])
        .collect();
    crate::db::insert_rows(conn, &TERM, &rows)
}

/// What a feed brought in one batch, added to its day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FeedDay {
    pub received: i64,
    pub accepted: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub quarantined: i64,
    pub unmapped: i64,
}

/// Adds a batch to a feed's day and moves its last-received time on.
pub(super) fn add_to_day(conn: &mut Conn, feed_no: i64, day: i64, at: i64, sums: FeedDay) -> Result<(), DbError> {
    conn.execute(
        "INSERT INTO feed_day (feed_no, day, received, accepted, updated, unchanged, quarantined, unmapped)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (feed_no, day) DO UPDATE SET received = feed_day.received + excluded.received,
           accepted = feed_day.accepted + excluded.accepted, updated = feed_day.updated + excluded.updated,
           unchanged = feed_day.unchanged + excluded.unchanged,
           quarantined = feed_day.quarantined + excluded.quarantined,
           unmapped = feed_day.unmapped + excluded.unmapped",
        &[
            feed_no.into(),
            day.into(),
            sums.received.into(),
            sums.accepted.into(),
            sums.updated.into(),
            sums.unchanged.into(),
            sums.quarantined.into(),
            sums.unmapped.into(),
        ],
    )?;
    conn.execute(
        "UPDATE feed SET last_received = ?2 WHERE feed_no = ?1 AND last_received < ?2",
        &[feed_no.into(), at.into()],
    )?;
    Ok(())
}
