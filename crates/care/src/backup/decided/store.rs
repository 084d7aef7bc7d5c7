//! The SQL of decisions that are listed outside the store, and done again.

use super::{Decided, Holds, Kept, Pair, Undone, numbers_hash};
use crate::db::{Cell, Conn, DbError, Row, Table, insert_rows};
use record::{Instant, RecordId};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in the place of why, where that is lost.
const WHY: &str =
    "Decided before the store was lost, and done again when it was restored. Why is not known here any more.";

fn columns(of: &Kept) -> String {
    let names: Vec<&str> = of.columns.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

fn row(of: &Kept, row: &Row<'_>, from: usize) -> Result<Vec<Cell>, DbError> {
    let cells = of.columns.iter().zip(from..).map(|((_, holds), at)| {
        Ok(match holds {
            Holds::Int => Cell::opt_int(row.opt_int(at)?),
            Holds::Text => row.opt_text(at)?.map_or(Cell::Null, Cell::Text),
            Holds::Bytes => row.opt_bytes(at)?.map_or(Cell::Null, Cell::Bytes),
        })
    });
    cells.collect()
}

fn undone(row: &Row<'_>, at: usize) -> Result<Option<Undone>, DbError> {
    Ok(match row.opt_int(at)? {
        Some(when) => Some((when, row.opt_text(at + 1)?.unwrap_or_default())),
        None => None,
    })
}

/// The rows that may protect somebody with a number above the first of `from`, and those undone since the second.
pub(super) fn rows(
    conn: &mut Conn,
    of: &'static Kept,
    (number, since): (i64, i64),
) -> Result<Vec<(i64, Decided)>, DbError> {
    let (columns, width) = (columns(of), of.columns.len());
    let mut found = Vec::new();
    for (which, value) in [
        (format!("{} > ?1 AND {}", of.number, of.may_protect), number),
        (format!("undone IS NOT NULL AND undone >= ?1 AND {}", of.undone), since),
    ] {
        let sql = format!(
            "SELECT {key}, {columns}, undone, undone_by FROM {} WHERE {which} ORDER BY {key}",
            of.table,
            key = of.number,
        );
        found.extend(conn.query(&sql, &[value.into()], |read| {
            let one = Decided::Row {
                of,
                row: row(of, read, 1)?,
                undone: undone(read, width + 1)?,
            };
            Ok((read.int(0)?, one))
        })?);
    }
    Ok(found)
}

/// Bars and records kept apart with a number above the first of `from`, and every decision undone since the second.
pub(super) fn pairs(conn: &mut Conn, key: &[u8; 32], (number, since): (i64, i64)) -> Result<Vec<(i64, Pair)>, DbError> {
    let mut found = Vec::new();
    for (which, value) in [
        ("d.decision_no > ?1 AND d.kind IN (3, 4)", number),
        ("d.undone IS NOT NULL AND d.undone >= ?1", since),
    ] {
        let sql = format!(
            "SELECT d.decision_no, d.kind, a.record_id, b.record_id, d.old_number, d.new_number, d.actor, d.decided,
               d.undone, d.undone_by
             FROM decision d LEFT JOIN record a ON a.record_no = d.record_a
             LEFT JOIN record b ON b.record_no = d.record_b WHERE {which} ORDER BY d.decision_no"
        );
        found.extend(conn.query(&sql, &[value.into()], |row| {
            let kind = row.int(1)?;
            let (a, b) = match kind {
                2 => (numbers_hash(key, row.int(4)?, row.int(5)?), Vec::new()),
                _ => (
                    row.opt_bytes(2)?.unwrap_or_default(),
                    row.opt_bytes(3)?.unwrap_or_default(),
                ),
            };
            let pair = Pair {
                kind,
                a,
                b,
                actor: row.text(6)?,
                decided: row.int(7)?,
                undone: undone(row, 8)?,
            };
            Ok((row.int(0)?, pair))
        })?);
    }
    Ok(found)
}

/// Accounts that are shut, with when and by whom.
pub(super) fn shut(conn: &mut Conn) -> Result<BTreeMap<String, Undone>, DbError> {
    let sql = "SELECT user_name, suspended, suspended_by FROM account WHERE suspended IS NOT NULL";
    let found = conn.query(sql, &[], |row| {
        let by = (row.int(1)?, row.opt_text(2)?.unwrap_or_default());
        Ok((row.text(0)?, by))
    })?;
    Ok(found.into_iter().collect())
}

/// Shuts an account that is open; answers whether there is one.
pub(super) fn shut_again(conn: &mut Conn, user: &str, (at, by): &Undone) -> Result<bool, DbError> {
    let sql = "UPDATE account SET suspended = ?2, suspended_by = ?3 WHERE user_name = ?1 AND suspended IS NULL";
    Ok(conn.execute(sql, &[user.into(), (*at).into(), by.into()])? > 0)
}

/// Records whose person's whereabouts are restricted.
pub(super) fn restricted(conn: &mut Conn) -> Result<BTreeSet<Vec<u8>>, DbError> {
    let sql = "SELECT r.record_id FROM identity i JOIN record r ON r.record_no = i.record_no WHERE i.restricted = 1";
    Ok(conn.query(sql, &[], |row| row.bytes(0))?.into_iter().collect())
}

/// The row that says what this one says: its number, and whether it stands.
pub(super) fn known(conn: &mut Conn, of: &Kept, wanted: &[Cell]) -> Result<Option<(i64, bool)>, DbError> {
    let Some(about) = wanted.first() else { return Ok(None) };
    let sql = format!(
        "SELECT {}, undone, {} FROM {} WHERE {} = ?1",
        of.number,
        columns(of),
        of.table,
        of.columns.first().map_or("", |(name, _)| name)
    );
    let found = conn.query(&sql, &[about.param()], |read| {
        Ok((read.int(0)?, read.opt_int(1)?.is_none(), row(of, read, 2)?))
    })?;
    let same = found.into_iter().find(|(_, _, row)| row == wanted);
    Ok(same.map(|(number, stands, _)| (number, stands)))
}

/// Keeps a row anew, under a new number.
pub(super) fn keep_again(conn: &mut Conn, of: &'static Kept, row: &[Cell]) -> Result<(), DbError> {
    let number = conn.take_numbers(of.counter, 1)?;
    let names: Vec<&str> = [of.number, "words"]
        .into_iter()
        .chain(of.columns.iter().map(|(name, _)| *name))
        .collect();
    let table = Table {
        name: of.table,
        columns: &names,
    };
    let mut cells = vec![Cell::Int(number), Cell::Text(WHY.to_owned())];
    cells.extend(row.iter().cloned());
    insert_rows(conn, &table, &[cells])
}

/// Undoes a row anew.
pub(super) fn undo_again(conn: &mut Conn, of: &Kept, number: i64, (at, by): &Undone) -> Result<(), DbError> {
    let sql = format!(
        "UPDATE {} SET undone = ?2, undone_by = ?3, undone_words = ?4 WHERE {} = ?1 AND undone IS NULL",
        of.table, of.number
    );
    conn.execute(&sql, &[number.into(), (*at).into(), by.into(), WHY.into()])?;
    Ok(())
}

/// The decision that says what this one says: its number, and whether it stands. `None` when there is none, or a record
/// of it is not here.
pub(super) fn known_pair(conn: &mut Conn, key: &[u8; 32], pair: &Pair) -> Result<Option<(i64, bool)>, DbError> {
    // What a message asks for is kept once, whenever it comes: after a restore it comes again, at another time.
    let at = match pair.is_of_a_feed() {
        true => 0,
        false => pair.decided,
    };
    if pair.kind == 2 {
        let sql = "SELECT decision_no, undone, old_number, new_number FROM decision
                   WHERE kind = 2 AND (decided = ?1 OR ?1 = 0)";
        let found = conn.query(sql, &[at.into()], |row| {
            let hash = numbers_hash(key, row.int(2)?, row.int(3)?);
            Ok((row.int(0)?, row.opt_int(1)?.is_none(), hash))
        })?;
        let same = found.into_iter().find(|(_, _, hash)| *hash == pair.a);
        return Ok(same.map(|(number, stands, _)| (number, stands)));
    }
    let (Some(a), Some(b)) = (record_no(conn, &pair.a)?, record_no(conn, &pair.b)?) else {
        return Ok(None);
    };
    let sql = "SELECT decision_no, undone FROM decision
               WHERE kind = ?1 AND record_a = ?2 AND record_b = ?3 AND (decided = ?4 OR ?4 = 0)";
    let values = [pair.kind.into(), a.into(), b.into(), at.into()];
    conn.first(sql, &values, |row| Ok((row.int(0)?, row.opt_int(1)?.is_none())))
}

/// The number of a record; `None` when it is not here.
pub(super) fn record_no(conn: &mut Conn, id: &[u8]) -> Result<Option<i64>, DbError> {
    match <[u8; 16]>::try_from(id) {
        Ok(id) => crate::person::store::record_no(conn, RecordId::from_bytes(id)),
        Err(_) => Ok(None),
    }
}

/// Something that a restore left to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its number.
    pub number: i64,
    /// What it is, in words.
    pub words: String,
    /// The decision as it was listed, when it may yet be done; else empty.
    pub(crate) again: String,
}

/// What was left and nobody has looked at.
pub(in crate::backup) fn left(conn: &mut Conn) -> Result<Vec<Left>, DbError> {
    let sql = "SELECT left_no, words, again FROM restore_left WHERE looked IS NULL ORDER BY left_no";
    conn.query(sql, &[], |row| {
        Ok(Left {
            number: row.int(0)?,
            words: row.text(1)?,
            again: row.text(2)?,
        })
    })
}

/// Keeps something to be looked at.
pub(in crate::backup) fn leave(conn: &mut Conn, words: &str, again: &str, now: Instant) -> Result<(), DbError> {
    let number = conn.take_numbers("restore_left", 1)?;
    conn.execute(
        "INSERT INTO restore_left (left_no, words, again, found) VALUES (?1, ?2, ?3, ?4)",
        &[number.into(), words.into(), again.into(), now.0.into()],
    )?;
    Ok(())
}

/// Keeps who looked at it; answers whether it waited.
pub(in crate::backup) fn looked(
    conn: &mut Conn,
    number: i64,
    (by, words): (&str, &str),
    now: Instant,
) -> Result<bool, DbError> {
    let sql = "UPDATE restore_left SET looked = ?2, looked_by = ?3, looked_words = ?4
               WHERE left_no = ?1 AND looked IS NULL";
    Ok(conn.execute(sql, &[number.into(), now.0.into(), by.into(), words.into()])? > 0)
}
