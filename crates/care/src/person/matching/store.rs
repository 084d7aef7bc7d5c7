//! The tables of matching.

use super::count::Band;
use super::labels::Likeness;
use crate::db::{Cell, Conn, DbError, Param, Row, Table, fetch_by_keys, insert_or_leave, insert_rows};
use crate::person::decision::{Decision, Kind};
use crate::person::store::{DECISION_COLUMNS, decision_of};
use record::Instant;
use std::collections::{BTreeMap, BTreeSet};

const QUEUE: Table = Table {
    name: "match_queue",
    columns: &["record_no", "since"],
};
const KEY: Table = Table {
    name: "match_key",
    columns: &["key", "record_no"],
};
const RECORD: Table = Table {
    name: "match_record",
    columns: &["record_no", "state", "keys"],
};
const PAIR: Table = Table {
    name: "match_pair",
    columns: &["record_a", "record_b", "weight", "verdict", "model_no"],
};
const REVIEW: Table = Table {
    name: "match_review",
    columns: &["record_a", "record_b", "weight"],
};

/// A weighed pair as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weighed {
    pub a: i64,
    pub b: i64,
    /// Thousandths of a bit.
    pub weight: i64,
    /// Whether it joins by itself; else a steward has to look.
    pub joins: bool,
    pub model_no: i64,
}

/// Notes that these records are to be weighed again.
pub(crate) fn enqueue(conn: &mut Conn, records: &BTreeSet<i64>, now: Instant) -> Result<(), DbError> {
    let asked: Vec<i64> = records.iter().copied().collect();
    let waiting = those_that_wait(conn, &asked)?;
    let rows: Vec<Vec<Cell>> = records
        .difference(&waiting)
        .map(|record| vec![Cell::Int(*record), Cell::Int(now.0)])
        .collect();
    insert_rows(conn, &QUEUE, &rows)
}

/// Notes that every record that says who it is about is to be weighed again.
pub(super) fn enqueue_all(conn: &mut Conn, now: Instant) -> Result<(), DbError> {
    conn.execute("DELETE FROM match_queue", &[])?;
    let sql = "INSERT INTO match_queue (record_no, since) SELECT record_no, ?1 FROM identity";
    conn.execute(sql, &[now.0.into()])?;
    Ok(())
}

/// The records that wait longest, at most `limit`.
pub(super) fn waiting(conn: &mut Conn, limit: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT record_no FROM match_queue ORDER BY record_no LIMIT ?1";
    conn.query(sql, &[limit.into()], |row| row.int(0))
}

/// Whether at least so many wait.
pub(super) fn as_many_wait(conn: &mut Conn, many: i64) -> Result<bool, DbError> {
    let sql = "SELECT record_no FROM match_queue ORDER BY record_no LIMIT 1 OFFSET ?1";
    Ok(conn.first(sql, &[(many - 1).into()], |row| row.int(0))?.is_some())
}

/// Of those that wait, the first that were never put under keys, at most `limit`.
pub(super) fn waiting_unknown(conn: &mut Conn, limit: i64) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT q.record_no FROM match_queue q LEFT JOIN match_record m ON m.record_no = q.record_no
               WHERE m.record_no IS NULL ORDER BY q.record_no LIMIT ?1";
    conn.query(sql, &[limit.into()], |row| row.int(0))
}

/// How many records wait.
pub(crate) fn waiting_count(conn: &mut Conn) -> Result<i64, DbError> {
    let count = conn.first("SELECT COUNT(*) FROM match_queue", &[], |row| row.int(0))?;
    Ok(count.unwrap_or(0))
}

/// Takes records off the queue.
pub(super) fn done(conn: &mut Conn, records: &[i64]) -> Result<(), DbError> {
    let sql = "DELETE FROM match_queue WHERE record_no = ?1 RETURNING record_no";
    fetch_by_keys(conn, sql, records, |row| row.int(0)).map(|_| ())
}

/// Whether a process may weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lease {
    /// It held the lease already, and nobody else has weighed since.
    Held,
    /// It has taken the lease: others may have weighed before.
    Taken,
    /// Another process holds it.
    Others,
}

/// Takes the lease for this holder until then.
pub(super) fn lease(conn: &mut Conn, holder: i64, now: Instant, until: Instant) -> Result<Lease, DbError> {
    let held = "UPDATE match_lease SET until = ?2 WHERE name = 'weigh' AND holder = ?1";
    if conn.execute(held, &[holder.into(), until.0.into()])? > 0 {
        return Ok(Lease::Held);
    }
    let taken = "UPDATE match_lease SET holder = ?1, until = ?2 WHERE name = 'weigh' AND until < ?3";
    let cells = [holder.into(), until.0.into(), now.0.into()];
    Ok(if conn.execute(taken, &cells)? > 0 {
        Lease::Taken
    } else {
        Lease::Others
    })
}

/// Those of these records that wait.
pub(super) fn those_that_wait(conn: &mut Conn, records: &[i64]) -> Result<BTreeSet<i64>, DbError> {
    let sql = "SELECT record_no FROM match_queue WHERE record_no = ?1";
    Ok(fetch_by_keys(conn, sql, records, |row| row.int(0))?
        .into_iter()
        .collect())
}

/// What was weighed of these records when they were last weighed, and the keys they stand under.
pub(super) fn indexed(conn: &mut Conn, records: &[i64]) -> Result<BTreeMap<i64, (i64, Vec<i64>)>, DbError> {
    let sql = "SELECT record_no, state, keys FROM match_record WHERE record_no = ?1";
    let each = |row: &Row<'_>| Ok((row.int(0)?, (row.int(1)?, keys_of(&row.bytes(2)?))));
    Ok(fetch_by_keys(conn, sql, records, each)?.into_iter().collect())
}

/// Keys are 40 bits: five bytes each.
fn keys_of(bytes: &[u8]) -> Vec<i64> {
    let key = |chunk: &[u8]| chunk.iter().fold(0, |key, byte| key << 8 | i64::from(*byte));
    bytes.chunks_exact(5).map(key).collect()
}

/// The state of a record that was put under its keys, or some of them, and never weighed.
pub(super) const AHEAD: i64 = -1;

/// Puts a record under these keys in place of those it stood under; when that was [`AHEAD`], under some of them.
/// [`note`] is to follow in the same transaction.
pub(super) fn index(conn: &mut Conn, record: i64, (old, ahead): (&[i64], bool), new: &[i64]) -> Result<(), DbError> {
    for key in old.iter().filter(|key| !new.contains(key)) {
        let sql = "DELETE FROM match_key WHERE key = ?1 AND record_no = ?2";
        conn.execute(sql, &[(*key).into(), record.into()])?;
    }
    let added = new.iter().filter(|key| ahead || !old.contains(key));
    insert_or_leave(conn, &KEY, &added.map(|key| (*key, record)).collect::<Vec<_>>())
}

/// Notes what was weighed of records, as (record, state, keys), in place of what was noted before; nothing of one that
/// stands under no keys.
pub(super) fn note(conn: &mut Conn, weighed: &[(i64, i64, Vec<i64>)]) -> Result<(), DbError> {
    let records: Vec<i64> = weighed.iter().map(|(record, ..)| *record).collect();
    let sql = "DELETE FROM match_record WHERE record_no = ?1 RETURNING record_no";
    fetch_by_keys(conn, sql, &records, |row| row.int(0))?;
    let under_keys = weighed.iter().filter(|(.., keys)| !keys.is_empty());
    let rows = under_keys.map(|(record, state, keys)| with_keys(*record, *state, keys));
    insert_rows(conn, &RECORD, &rows.collect::<Vec<_>>())
}

fn with_keys(record: i64, state: i64, keys: &[i64]) -> Vec<Cell> {
    let bytes = keys.iter().flat_map(|key| key.to_be_bytes()[3..].to_vec()).collect();
    vec![Cell::Int(record), Cell::Int(state), Cell::Bytes(bytes)]
}

/// Notes the keys that records will stand under which were never weighed, before they are put there: so that whoever
/// weighs one, or finds that it is gone, knows of each. Answers those that were not weighed meanwhile.
pub(super) fn keep_ahead(conn: &mut Conn, keys: Vec<(i64, Vec<i64>)>) -> Result<Vec<(i64, Vec<i64>)>, DbError> {
    let asked: Vec<i64> = keys.iter().map(|(record, _)| *record).collect();
    let sql = "SELECT record_no FROM match_record WHERE record_no = ?1";
    let known: BTreeSet<i64> = fetch_by_keys(conn, sql, &asked, |row| row.int(0))?
        .into_iter()
        .collect();
    let new = |(record, keys): &(i64, Vec<i64>)| !known.contains(record) && !keys.is_empty();
    let new: Vec<(i64, Vec<i64>)> = keys.into_iter().filter(new).collect();
    let rows: Vec<Vec<Cell>> = new
        .iter()
        .map(|(record, keys)| with_keys(*record, AHEAD, keys))
        .collect();
    insert_rows(conn, &RECORD, &rows)?;
    Ok(new)
}

/// Puts records under keys, given as (key, record) in order.
pub(super) fn put_under(conn: &mut Conn, keys: &[(i64, i64)]) -> Result<(), DbError> {
    insert_or_leave(conn, &KEY, keys)
}

/// Has a record weighed anew when it next comes up, whether or not it changed. One that was never weighed stays
/// [`AHEAD`]: it may stand under only some of its keys.
pub(super) fn forget_state(conn: &mut Conn, record: i64) -> Result<(), DbError> {
    let sql = "UPDATE match_record SET state = 0 WHERE record_no = ?1 AND state <> ?2";
    conn.execute(sql, &[record.into(), AHEAD.into()])?;
    Ok(())
}

/// The records under any of these keys, in order. A key that more than `most` stand under tells nobody apart and is left
/// out.
pub(super) fn under(conn: &mut Conn, keys: &[i64], most: usize) -> Result<Vec<i64>, DbError> {
    let sql = "SELECT key, record_no FROM match_key WHERE key = ?1";
    let mut found = fetch_by_keys(conn, sql, keys, |row| Ok((row.int(0)?, row.int(1)?)))?;
    found.sort_unstable();
    let by_key = found
        .chunk_by(|(x, _), (y, _)| x == y)
        .filter(|records| records.len() <= most);
    let mut records: Vec<i64> = by_key.flatten().map(|(_, record)| *record).collect();
    records.sort_unstable();
    records.dedup();
    Ok(records)
}

/// Puts these pairs in place of all pairs of a record; answers the records of the pairs taken out that joined.
pub(super) fn replace_pairs(conn: &mut Conn, record: i64, pairs: &[Weighed]) -> Result<BTreeSet<i64>, DbError> {
    let before = pairs_of(conn, &[record])?;
    for pair in &before {
        for table in ["match_pair", "match_review"] {
            let sql = format!("DELETE FROM {table} WHERE record_a = ?1 AND record_b = ?2");
            conn.execute(&sql, &[pair.a.into(), pair.b.into()])?;
        }
    }
    let row = |pair: &Weighed| {
        vec![
            Cell::Int(pair.a),
            Cell::Int(pair.b),
            Cell::Int(pair.weight),
            Cell::Int(if pair.joins { 1 } else { 2 }),
            Cell::Int(pair.model_no),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = pairs.iter().map(row).collect();
    rows.sort_by_key(|row| match (&row[0], &row[1]) {
        (Cell::Int(a), Cell::Int(b)) => (*a, *b),
        _ => (0, 0),
    });
    insert_rows(conn, &PAIR, &rows)?;
    Ok(before
        .iter()
        .filter(|pair| pair.joins)
        .flat_map(|pair| [pair.a, pair.b])
        .collect())
}

const PAIR_COLUMNS: &str = "record_a, record_b, weight, verdict, model_no";

fn weighed(row: &Row<'_>) -> Result<Weighed, DbError> {
    Ok(Weighed {
        a: row.int(0)?,
        b: row.int(1)?,
        weight: row.int(2)?,
        joins: row.int(3)? == 1,
        model_no: row.int(4)?,
    })
}

/// All pairs of these records.
pub(crate) fn pairs_of(conn: &mut Conn, records: &[i64]) -> Result<Vec<Weighed>, DbError> {
    let mut found = BTreeMap::new();
    for column in ["record_a", "record_b"] {
        let sql = format!("SELECT {PAIR_COLUMNS} FROM match_pair WHERE {column} = ?1");
        for pair in fetch_by_keys(conn, &sql, records, weighed)? {
            found.insert((pair.a, pair.b), pair);
        }
    }
    Ok(found.into_values().collect())
}

/// What a steward has to look at of these records: (weight, both records).
pub(super) fn review_of(conn: &mut Conn, records: &[i64]) -> Result<BTreeSet<(i64, i64, i64)>, DbError> {
    let mut found = BTreeSet::new();
    for column in ["record_a", "record_b"] {
        let sql = format!("SELECT weight, record_a, record_b FROM match_review WHERE {column} = ?1");
        found.extend(fetch_by_keys(conn, &sql, records, |row| {
            Ok((row.int(0)?, row.int(1)?, row.int(2)?))
        })?);
    }
    Ok(found)
}

/// Takes these out of what a steward has to look at, and puts those in.
pub(super) fn change_review<'a>(
    conn: &mut Conn,
    out: impl Iterator<Item = &'a (i64, i64, i64)>,
    new: impl Iterator<Item = &'a (i64, i64, i64)>,
) -> Result<(), DbError> {
    for (_, a, b) in out {
        let sql = "DELETE FROM match_review WHERE record_a = ?1 AND record_b = ?2";
        conn.execute(sql, &[(*a).into(), (*b).into()])?;
    }
    let row = |(weight, a, b): &(i64, i64, i64)| vec![Cell::Int(*a), Cell::Int(*b), Cell::Int(*weight)];
    insert_rows(conn, &REVIEW, &new.map(row).collect::<Vec<_>>())
}

/// The next pair that a steward has to look at after this one (weight, records), those that weigh most first.
pub(super) fn next_to_review(
    conn: &mut Conn,
    after: (i64, i64, i64),
    until: (i64, i64, i64),
) -> Result<Option<(i64, i64, i64)>, DbError> {
    let sql = "SELECT weight, record_a, record_b FROM match_review
               WHERE (weight, record_a, record_b) < (?1, ?2, ?3) AND (weight, record_a, record_b) > (?4, ?5, ?6)
               ORDER BY weight DESC, record_a DESC, record_b DESC LIMIT 1";
    let cells = [after.0, after.1, after.2, until.0, until.1, until.2].map(Param::from);
    conn.first(sql, &cells, |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))
}

/// How many pairs may be one person and are not, up to `most`: those beyond this one (weight, records), and the others.
pub(super) fn review_counts(conn: &mut Conn, last: (i64, i64, i64), most: i64) -> Result<(i64, i64), DbError> {
    let mut count = |side: &str| {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM match_review
             WHERE (weight, record_a, record_b) {side} (?1, ?2, ?3) LIMIT ?4) counted"
        );
        let cells = [last.0, last.1, last.2, most].map(Param::from);
        Ok::<_, DbError>(conn.first(&sql, &cells, |row| row.int(0))?.unwrap_or(0))
    };
    Ok((count(">")?, count("<=")?))
}

/// Of the pairs beyond this one (weight, records), the one that comes after so many, the heaviest first.
pub(super) fn review_after(
    conn: &mut Conn,
    last: (i64, i64, i64),
    most: i64,
) -> Result<Option<(i64, i64, i64)>, DbError> {
    let sql = "SELECT weight, record_a, record_b FROM match_review WHERE (weight, record_a, record_b) > (?1, ?2, ?3)
               ORDER BY weight DESC, record_a DESC, record_b DESC LIMIT 1 OFFSET ?4";
    let cells = [last.0, last.1, last.2, most].map(Param::from);
    conn.first(sql, &cells, |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))
}

/// How many people records make. A person has the number of their lowest record.
pub(super) fn person_count(conn: &mut Conn) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM record_person WHERE record_no = person_no";
    Ok(conn.first(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

/// A model as it is listed: number, made, actor, why, state.
pub(super) type Listed = (i64, i64, String, String, i64);

/// Models, the latest first.
pub(super) fn models(conn: &mut Conn) -> Result<Vec<Listed>, DbError> {
    let sql = "SELECT model_no, made, actor, why, state FROM match_model ORDER BY model_no DESC";
    conn.query(sql, &[], |row| {
        Ok((row.int(0)?, row.int(1)?, row.text(2)?, row.text(3)?, row.int(4)?))
    })
}

/// The model in force, with its number; `None` for the one that the program holds.
pub(super) fn model_in_force(conn: &mut Conn) -> Result<Option<(i64, String)>, DbError> {
    let sql = "SELECT model_no, body FROM match_model WHERE state = 2 ORDER BY model_no DESC LIMIT 1";
    conn.first(sql, &[], |row| Ok((row.int(0)?, row.text(1)?)))
}

/// The number of the model in force.
pub(super) fn model_number(conn: &mut Conn) -> Result<i64, DbError> {
    let sql = "SELECT model_no FROM match_model WHERE state = 2 ORDER BY model_no DESC LIMIT 1";
    Ok(conn.first(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Keeps a proposed model; answers its number.
pub(super) fn keep_model(conn: &mut Conn, body: &str, actor: &str, why: &str, now: Instant) -> Result<i64, DbError> {
    let number = conn.take_numbers("match_model", 1)?;
    conn.execute(
        "INSERT INTO match_model (model_no, made, actor, why, state, body) VALUES (?1, ?2, ?3, ?4, 1, ?5)",
        &[number.into(), now.0.into(), actor.into(), why.into(), body.into()],
    )?;
    Ok(number)
}

/// Puts a model in force and retires the one before; answers whether there is such a model. Number 0 goes back to the
/// one that the program holds.
pub(super) fn put_in_force(conn: &mut Conn, number: i64) -> Result<bool, DbError> {
    conn.execute("UPDATE match_model SET state = 3 WHERE state = 2", &[])?;
    let sql = "UPDATE match_model SET state = 2 WHERE model_no = ?1";
    Ok(number == 0 || conn.execute(sql, &[number.into()])? == 1)
}

/// What a steward said of a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub a: i64,
    pub b: i64,
    /// 1 one person, 0 two, 2 cannot be told.
    pub is_one: i64,
    pub weight: i64,
    pub band: Band,
    pub likeness: Likeness,
    /// The decision that came of it; 0 for none.
    pub decision_no: i64,
    /// Whether this pair was asked about; else it was found by parting a person, which is no fair sample.
    pub asked: bool,
}

/// Keeps what a steward said of a pair. Nothing is taken out: the last word counts.
pub(super) fn label(conn: &mut Conn, label: Label, actor: &str, now: Instant) -> Result<(), DbError> {
    let number = conn.take_numbers("match_label", 1)?;
    conn.execute(
        "INSERT INTO match_label (label_no, record_a, record_b, is_one, weight, actor, said, band, likeness, decision_no,
           asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        &[
            number.into(),
            label.a.into(),
            label.b.into(),
            label.is_one.into(),
            label.weight.into(),
            actor.into(),
            now.0.into(),
            label.band.number().into(),
            label.likeness.number().into(),
            label.decision_no.into(),
            i64::from(label.asked).into(),
        ],
    )?;
    Ok(())
}

/// The last word on each pair that still stands: what came of a decision that was undone says nothing.
pub(super) fn labels(conn: &mut Conn) -> Result<Vec<Label>, DbError> {
    let sql = "SELECT l.record_a, l.record_b, l.is_one, l.weight, l.band, l.likeness, l.decision_no, l.asked FROM match_label l
               WHERE l.decision_no = 0
                 OR EXISTS (SELECT 1 FROM decision d WHERE d.decision_no = l.decision_no AND d.undone IS NULL)
               ORDER BY l.label_no";
    let said = conn.query(sql, &[], |row| {
        Ok(Label {
            a: row.int(0)?,
            b: row.int(1)?,
            is_one: row.int(2)?,
            weight: row.int(3)?,
            band: Band::from_number(row.int(4)?),
            likeness: Likeness::from_number(row.int(5)?),
            decision_no: row.int(6)?,
            asked: row.int(7)? == 1,
        })
    })?;
    let last: BTreeMap<(i64, i64), Label> = said.into_iter().map(|label| ((label.a, label.b), label)).collect();
    Ok(last.into_values().collect())
}

/// A page of pairs after this one; `joins` tells whether both records are of one person now.
pub(super) fn pair_page(conn: &mut Conn, after: (i64, i64), limit: i64) -> Result<Vec<Weighed>, DbError> {
    let sql =
        "SELECT p.record_a, p.record_b, p.weight, CAST(CASE WHEN x.person_no = y.person_no THEN 1 ELSE 2 END AS BIGINT),
                 p.model_no
               FROM match_pair p JOIN record_person x ON x.record_no = p.record_a
               JOIN record_person y ON y.record_no = p.record_b
               WHERE (p.record_a, p.record_b) > (?1, ?2) ORDER BY p.record_a, p.record_b LIMIT ?3";
    conn.query(sql, &[after.0.into(), after.1.into(), limit.into()], weighed)
}

/// One pair, `joins` as in [`pair_page`].
pub(super) fn pair(conn: &mut Conn, a: i64, b: i64) -> Result<Option<Weighed>, DbError> {
    let found = pair_page(conn, (a, b - 1), 1)?;
    Ok(found.into_iter().find(|pair| (pair.a, pair.b) == (a, b)))
}

/// A record as it is counted.
pub(super) struct CountedRecord {
    pub record_no: i64,
    pub sender: String,
    pub demographics: String,
    /// Whether its person has other records.
    pub linked: bool,
    /// Whether a steward has to look at a pair of it.
    pub waiting: bool,
}

/// A page of records that say who they are about, after this one.
pub(super) fn counted_page(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<CountedRecord>, DbError> {
    let sql = "SELECT i.record_no, r.sender, i.demographics,
                 CAST(CASE WHEN EXISTS (SELECT 1 FROM record_person o WHERE o.person_no = rp.person_no
                   AND o.record_no <> i.record_no) THEN 1 ELSE 0 END AS BIGINT),
                 CAST(CASE WHEN EXISTS (SELECT 1 FROM match_review m WHERE m.record_a = i.record_no)
                   OR EXISTS (SELECT 1 FROM match_review m WHERE m.record_b = i.record_no) THEN 1 ELSE 0 END AS BIGINT)
               FROM identity i JOIN record r ON r.record_no = i.record_no
               JOIN record_person rp ON rp.record_no = i.record_no
               WHERE i.record_no > ?1 AND r.directory = 0 ORDER BY i.record_no LIMIT ?2";
    conn.query(sql, &[after.into(), limit.into()], |row| {
        Ok(CountedRecord {
            record_no: row.int(0)?,
            sender: row.text(1)?,
            demographics: row.text(2)?,
            linked: row.int(3)? == 1,
            waiting: row.int(4)? == 1,
        })
    })
}

/// Keeps what was counted in place of what was counted before.
pub(super) fn keep_count(conn: &mut Conn, body: &str, now: Instant) -> Result<(), DbError> {
    conn.execute("DELETE FROM match_count", &[])?;
    let sql = "INSERT INTO match_count (name, made, body) VALUES ('pairs', ?1, ?2)";
    conn.execute(sql, &[now.0.into(), body.into()])?;
    Ok(())
}

/// What was counted last, and when.
pub(super) fn last_count(conn: &mut Conn) -> Result<Option<(Instant, String)>, DbError> {
    let sql = "SELECT made, body FROM match_count WHERE name = 'pairs'";
    conn.first(sql, &[], |row| Ok((Instant(row.int(0)?), row.text(1)?)))
}

/// What a page of records say of who they are about: (record, sender, demographics), after this record.
pub(super) fn page(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<(i64, String, String)>, DbError> {
    let sql = "SELECT i.record_no, r.sender, i.demographics FROM identity i JOIN record r ON r.record_no = i.record_no
               WHERE i.record_no > ?1 ORDER BY i.record_no LIMIT ?2";
    conn.query(sql, &[after.into(), limit.into()], |row| {
        Ok((row.int(0)?, row.text(1)?, row.text(2)?))
    })
}

/// How many NHS numbers records of more than one person carry.
pub(super) fn shared_numbers(conn: &mut Conn) -> Result<i64, DbError> {
    let sql = "SELECT COUNT(*) FROM (SELECT i.nhs_number FROM identity i JOIN record_person rp
                 ON rp.record_no = i.record_no WHERE i.nhs_number IS NOT NULL
                 GROUP BY i.nhs_number HAVING COUNT(DISTINCT rp.person_no) > 1) shared";
    Ok(conn.first(sql, &[], |row| row.int(0))?.unwrap_or(0))
}

/// The latest decisions that joined two records or keep them apart, at most `limit`.
pub(super) fn latest_decisions(conn: &mut Conn, limit: i64) -> Result<Vec<Decision>, DbError> {
    let sql = format!(
        "SELECT {DECISION_COLUMNS} FROM decision WHERE kind = 1 OR kind = 3 ORDER BY decision_no DESC LIMIT ?1"
    );
    Ok(conn
        .query(&sql, &[limit.into()], decision_of)?
        .into_iter()
        .flatten()
        .collect())
}

/// The standing merges of one of these records with one of those.
pub(super) fn merges_between(conn: &mut Conn, these: &[i64], those: &[i64]) -> Result<Vec<i64>, DbError> {
    let mut found = BTreeSet::new();
    for column in ["record_a", "record_b"] {
        let sql =
            format!("SELECT {DECISION_COLUMNS} FROM decision WHERE {column} = ?1 AND kind = 1 AND undone IS NULL");
        for decision in fetch_by_keys(conn, &sql, these, decision_of)?.into_iter().flatten() {
            if let Kind::Merge { from, into } = decision.kind
                && (those.contains(&from) || those.contains(&into))
            {
                found.insert(decision.number);
            }
        }
    }
    Ok(found.into_iter().collect())
}
