//! The tables of where items stand.

use crate::db::{Cell, Conn, DbError, Table, fetch_by_keys, insert_or_leave, insert_rows};
use std::collections::BTreeSet;

const RECENT: Table = Table {
    name: "item_home_recent",
    columns: &["run", "item", "record_no"],
};
const HOME: Table = Table {
    name: "item_home",
    columns: &["item", "record_no"],
};

/// The records that hold versions of these items, as (item, record), each once.
pub(crate) fn homes(conn: &mut Conn, items: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    let mut found = settled(conn, items)?;
    // The runs are few: each is asked by its number, the next one found by the index.
    let recent = "WITH RECURSIVE runs(run) AS (
           SELECT MIN(run) FROM item_home_recent
           UNION ALL SELECT (SELECT MIN(h.run) FROM item_home_recent h WHERE h.run > runs.run) FROM runs
           WHERE runs.run IS NOT NULL)
         SELECT h.item, h.record_no FROM runs JOIN item_home_recent h ON h.run = runs.run WHERE h.item = ?1";
    found.extend(fetch_by_keys(conn, recent, items, |row| {
        Ok((row.int(0)?, row.int(1)?))
    })?);
    Ok(found.into_iter().collect())
}

/// The same, of those that are among the others.
pub(super) fn settled(conn: &mut Conn, items: &[i64]) -> Result<BTreeSet<(i64, i64)>, DbError> {
    let sql = "SELECT item, record_no FROM item_home WHERE item = ?1";
    let found = fetch_by_keys(conn, sql, items, |row| Ok((row.int(0)?, row.int(1)?)))?;
    Ok(found.into_iter().collect())
}

/// Whether nothing is among the others yet.
pub(super) fn none_settled(conn: &mut Conn) -> Result<bool, DbError> {
    Ok(conn
        .first("SELECT item FROM item_home LIMIT 1", &[], |row| row.int(0))?
        .is_none())
}

/// How often something was filed while somebody waited.
pub(super) fn waited(conn: &mut Conn) -> Result<i64, DbError> {
    let next = conn.first("SELECT next FROM counter WHERE name = 'home_waiting'", &[], |row| {
        row.int(0)
    })?;
    next.ok_or_else(|| DbError::state("no counter named home_waiting"))
}

/// Puts homes among the others, given as (item, record) in order.
pub(super) fn settle(conn: &mut Conn, homes: &[(i64, i64)]) -> Result<(), DbError> {
    insert_or_leave(conn, &HOME, homes)
}

/// Adds homes to a run, given as (item, record) in order.
pub(super) fn keep_recent(conn: &mut Conn, run: i64, homes: &[(i64, i64)]) -> Result<(), DbError> {
    let row = |(item, record): &(i64, i64)| vec![Cell::Int(run), Cell::Int(*item), Cell::Int(*record)];
    insert_rows(conn, &RECENT, &homes.iter().map(row).collect::<Vec<_>>())
}

/// All that stands in runs, as (run, item, record).
pub(super) fn all_recent(conn: &mut Conn) -> Result<Vec<(i64, i64, i64)>, DbError> {
    let sql = "SELECT run, item, record_no FROM item_home_recent";
    conn.query(sql, &[], |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))
}

/// The oldest run.
pub(super) fn first_run(conn: &mut Conn) -> Result<Option<i64>, DbError> {
    let sql = "SELECT MIN(run) FROM item_home_recent";
    Ok(conn.first(sql, &[], |row| row.opt_int(0))?.flatten())
}

/// Takes a run away: what stood in it is among the others.
pub(super) fn drop_run(conn: &mut Conn, run: i64) -> Result<(), DbError> {
    conn.execute("DELETE FROM item_home_recent WHERE run = ?1", &[run.into()])?;
    Ok(())
}

/// Takes an item's homes away, wherever they are: it was removed.
pub(crate) fn forget(conn: &mut Conn, item: i64) -> Result<(), DbError> {
    for table in ["item_home", "item_home_recent"] {
        conn.execute(&format!("DELETE FROM {table} WHERE item = ?1"), &[item.into()])?;
    }
    Ok(())
}
