//! The SQL of lawful removal.

use super::{Reach, Tombstone};
use crate::db::{Conn, DbError, fetch_by_keys};
use crate::intake::homes;
use std::collections::HashSet;

/// What stands in place of words that went with what they were about.
const REMOVED: &str = "(removed by law with the entry)";

/// Who sent the record that a parcel belongs to.
pub(super) fn sender_of_parcel(conn: &mut Conn, parcel_no: i64) -> Result<String, DbError> {
    let sql = "SELECT f.sender FROM parcel p JOIN feed f ON f.feed_no = p.feed_no WHERE p.parcel_no = ?1";
    Ok(conn
        .first(sql, &[parcel_no.into()], |row| row.text(0))?
        .unwrap_or_default())
}

/// Packed without a dictionary.
pub(super) fn replace_parcel(conn: &mut Conn, parcel_no: i64, length: i64, body: &[u8]) -> Result<(), DbError> {
    conn.execute(
        "UPDATE parcel SET dictionary_no = 0, length = ?2, body = ?3 WHERE parcel_no = ?1",
        &[parcel_no.into(), length.into(), body.into()],
    )?;
    Ok(())
}

pub(super) fn delete_item(conn: &mut Conn, item: i64) -> Result<(), DbError> {
    for (_, record_no) in homes::homes(conn, &[item])? {
        let key = [record_no.into(), item.into()];
        conn.execute("DELETE FROM item WHERE record_no = ?1 AND item = ?2", &key)?;
        conn.execute("DELETE FROM item_elsewhere WHERE record_no = ?1 AND item = ?2", &key)?;
    }
    homes::forget(conn, item)
}

/// Deletes a text that nothing says any more. It looks through entries without an index: removals are few.
pub(super) fn delete_unused_term(conn: &mut Conn, term: i64) -> Result<(), DbError> {
    let entries =
        "SELECT 1 FROM entry WHERE what = ?1 OR also = ?1 OR author = ?1 OR place = ?1 OR category = ?1 LIMIT 1";
    let items = "SELECT 1 FROM item WHERE item_type = ?1 LIMIT 1";
    for sql in [entries, items] {
        if conn.first(sql, &[term.into()], |_| Ok(()))?.is_some() {
            return Ok(());
        }
    }
    conn.execute("DELETE FROM term WHERE term_no = ?1", &[term.into()])?;
    Ok(())
}

/// Words that people wrote about an item may say what it was; so may copies of the record of whom it was about.
pub(super) fn blank_words_about(conn: &mut Conn, item: i64) -> Result<(), DbError> {
    let key = [item.into(), REMOVED.into()];
    // Who asked for the removal and why stays: their words say nothing of its content.
    let requests = "UPDATE rights_request SET words = ?2, answer = ?2 WHERE item = ?1 AND kind < 10";
    conn.execute(requests, &key)?;
    conn.execute(
        "UPDATE access_act SET words = ?2, undone_words = ?2 WHERE item = ?1 AND kind IN (4, 5)",
        &key,
    )?;
    // The page that a report is about: /people/, 32 letters, /entries/, and the item's key in 16.
    let name = format!("{:016x}", u64::from_be_bytes(item.to_be_bytes()));
    let reports = "UPDATE concern SET words = ?2, closed_why = CASE WHEN closed_why IS NULL THEN NULL ELSE ?2 END
                   WHERE SUBSTR(page, 50, 16) = ?1";
    conn.execute(reports, &[(&name).into(), REMOVED.into()])?;
    let copies = "UPDATE record_copy SET state = 3, body = NULL WHERE body IS NOT NULL AND person_id IN (
                    SELECT r.record_id FROM rights_request q JOIN record asked ON asked.record_id = q.person_id
                    JOIN record_person whose ON whose.record_no = asked.record_no
                    JOIN record_person theirs ON theirs.person_no = whose.person_no
                    JOIN record r ON r.record_no = theirs.record_no WHERE q.item = ?1)";
    conn.execute(copies, &[item.into()])?;
    Ok(())
}

pub(super) fn insert_tombstone(conn: &mut Conn, reach: &Reach, stone: &Tombstone) -> Result<(), DbError> {
    let number = conn.take_numbers("tombstone", 1)?;
    conn.execute(
        "INSERT INTO tombstone (tombstone_no, item, request_no, ground, asked_by, confirmed_by, removed, parts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            number.into(),
            reach.item.into(),
            stone.request_no.into(),
            stone.ground.into(),
            (&stone.asked_by).into(),
            (&stone.confirmed_by).into(),
            stone.removed.0.into(),
            reach.parts().into(),
        ],
    )?;
    Ok(())
}

/// Which of these items were lawfully removed.
pub(in crate::intake) fn removed(conn: &mut Conn, items: &[i64]) -> Result<HashSet<i64>, DbError> {
    // Most stores have none, and then nothing else is asked.
    if conn
        .first("SELECT 1 FROM tombstone LIMIT 1", &[], |_| Ok(()))?
        .is_none()
    {
        return Ok(HashSet::new());
    }
    let found = fetch_by_keys(conn, "SELECT item FROM tombstone WHERE item = ?1", items, |row| {
        row.int(0)
    })?;
    Ok(found.into_iter().collect())
}
