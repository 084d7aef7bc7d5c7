//! A digest of each derived table, by which two states are compared: however they were reached, on whichever
//! database, in whatever order things arrived. Rows are named by record id, never by numbers that arrival gave.

use super::contributions::Unpacked;
use super::store::{self, DERIVED, Seen};
use crate::Care;
use crate::access::JobGrant;
use crate::db::{Conn, DbError};
use crate::intake::store::{BY_ARRIVAL, PARCEL_PLACES};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Records looked at in one go.
const PAGE: i64 = 256;

/// Digest of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDigest {
    /// How many rows it has.
    pub rows: u64,
    /// 64 hexadecimal digits that do not depend on the order of the rows.
    pub digest: String,
}

/// The digest of every derived table, by name. `person_id` is the person each record leads to; all others say
/// the same in any order of arrival.
///
/// # Errors
/// When the store fails, or a version's bytes cannot be read back as they came.
pub fn digests(care: &Care, grant: &JobGrant) -> Result<BTreeMap<&'static str, TableDigest>, DbError> {
    let mut sums: BTreeMap<&'static str, (u64, [u64; 4])> = BTreeMap::new();
    rows(care, grant, &mut |table, row| {
        let (count, sum) = sums.entry(table).or_default();
        *count += 1;
        let hash = blake3::hash(row.as_bytes());
        for (sum, eight) in sum.iter_mut().zip(hash.as_bytes().chunks_exact(8)) {
            let mut number = [0u8; 8];
            number.copy_from_slice(eight);
            *sum = sum.wrapping_add(u64::from_le_bytes(number));
        }
    })?;
    let shown = |sum: [u64; 4]| sum.iter().map(|part| format!("{part:016x}")).collect();
    Ok(sums
        .into_iter()
        .map(|(table, (rows, sum))| {
            let digest = shown(sum);
            (table, TableDigest { rows, digest })
        })
        .collect())
}

/// Every derived row as one text, for finding out where two states differ. The rows hold persons' data: this is
/// for jobs and tests, never for a page.
///
/// # Errors
/// As [`digests`].
pub fn rows(care: &Care, _grant: &JobGrant, each: &mut dyn FnMut(&'static str, String)) -> Result<(), DbError> {
    care.readers().read(|conn| {
        let mut unpacked = Unpacked::default();
        let mut after = 0;
        loop {
            let page = store::records(conn, after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.record_no;
            of_records(conn, &page, each)?;
            let names = page.iter().map(|record| (record.record_no, hex(&record.id))).collect();
            items(conn, &names, &mut unpacked, each)?;
            for (table, columns) in DERIVED {
                let numbers: Vec<i64> = names.keys().copied().collect();
                let found = store::derived(conn, table, columns, &numbers)?;
                let terms = texts(conn, &found)?;
                for (record_no, values) in found {
                    each(table, line(&names, record_no, &values, &terms));
                }
            }
        }
        decisions(conn, each)?;
        quarantine(conn, each)
    })
}

fn hex(id: &[u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Records, and whose they are: as the set of records that are one person, and as the person's id.
fn of_records(
    conn: &mut Conn,
    page: &[store::RecordRow],
    each: &mut dyn FnMut(&'static str, String),
) -> Result<(), DbError> {
    let persons: BTreeSet<i64> = page.iter().filter_map(|record| record.person_no).collect();
    let persons: Vec<i64> = persons.into_iter().collect();
    let founders: HashMap<i64, [u8; 16]> = store::record_ids(conn, &persons)?.into_iter().collect();
    let mut together: BTreeMap<i64, BTreeSet<[u8; 16]>> = BTreeMap::new();
    for (person_no, id) in store::records_of_persons(conn, &persons)? {
        together.entry(person_no).or_default().insert(id);
    }
    for record in page {
        let id = hex(&record.id);
        each(
            "record",
            format!("{id} {} {:?} {}", record.sender, record.local_id, record.directory),
        );
        let Some(person_no) = record.person_no else { continue };
        let with: Vec<String> = together.get(&person_no).into_iter().flatten().map(hex).collect();
        each("record_person", format!("{id} with {}", with.join(" ")));
        let founder = founders.get(&person_no).map(hex).unwrap_or_default();
        each("person_id", format!("{id} is {founder}"));
    }
    Ok(())
}

/// Versions of items, each with its bytes read back: they must be those whose digest it carries.
fn items(
    conn: &mut Conn,
    names: &BTreeMap<i64, String>,
    unpacked: &mut Unpacked,
    each: &mut dyn FnMut(&'static str, String),
) -> Result<(), DbError> {
    let numbers: Vec<i64> = names.keys().copied().collect();
    for row in store::items(conn, &numbers)? {
        let sent = unpacked.contribution(conn, row.contribution_no)?;
        if sent.is_none_or(|sent| crate::intake::tie_of(&sent.context, &sent.body) != row.tie) {
            return Err(DbError::state(format!(
                "parcel {}, place {}: the bytes are not those that item {} came as",
                row.contribution_no / PARCEL_PLACES,
                row.contribution_no % PARCEL_PLACES,
                row.item
            )));
        }
        // A version that nothing but arrival orders has no time that could be compared.
        let version = if row.state & BY_ARRIVAL == 0 {
            row.version.to_string()
        } else {
            "by arrival".to_owned()
        };
        let record = names.get(&row.record_no).map_or("", String::as_str);
        each(
            "item",
            format!(
                "{record} {} {version} {} {} {} {}",
                row.item, row.tie, row.facet, row.item_type, row.state
            ),
        );
    }
    Ok(())
}

fn texts(conn: &mut Conn, found: &[(i64, Vec<Seen>)]) -> Result<HashMap<i64, String>, DbError> {
    let numbers: BTreeSet<i64> = found
        .iter()
        .flat_map(|(_, values)| values)
        .filter_map(|value| match value {
            Seen::Term(number) => Some(*number),
            _ => None,
        })
        .collect();
    let numbers: Vec<i64> = numbers.into_iter().collect();
    Ok(store::terms(conn, &numbers)?.into_iter().collect())
}

fn line(names: &BTreeMap<i64, String>, record_no: i64, values: &[Seen], terms: &HashMap<i64, String>) -> String {
    let mut text = names.get(&record_no).cloned().unwrap_or_default();
    for value in values {
        let value = match value {
            Seen::Null => "-".to_owned(),
            Seen::Int(number) => number.to_string(),
            Seen::Real(number) => format!("{:016x}", number.to_bits()),
            Seen::Text(text) => format!("{text:?}"),
            Seen::Term(number) => format!("{:?}", terms.get(number)),
        };
        text.push(' ');
        text.push_str(&value);
    }
    text
}

fn decisions(conn: &mut Conn, each: &mut dyn FnMut(&'static str, String)) -> Result<(), DbError> {
    for ([kind, a, b, old, new], undone) in store::decisions(conn)? {
        let ids: HashMap<i64, [u8; 16]> = store::record_ids(conn, &[a, b])?.into_iter().collect();
        let id = |no: i64| ids.get(&no).map(hex).unwrap_or_default();
        each("decision", format!("{kind} {} {} {old} {new} {undone}", id(a), id(b)));
    }
    Ok(())
}

fn quarantine(conn: &mut Conn, each: &mut dyn FnMut(&'static str, String)) -> Result<(), DbError> {
    let mut after = 0;
    loop {
        let page = store::quarantined(conn, after, PAGE)?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (_, row) in page {
            let id = match row.record_no {
                Some(no) => store::record_ids(conn, &[no])?.first().map(|(_, id)| hex(id)),
                None => None,
            };
            each("quarantine", format!("{} {}", id.unwrap_or_default(), row.text));
        }
    }
}
