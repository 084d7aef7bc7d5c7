//! The table of acts about access, and what relationships are read from.

use super::acts::{AccessAct, PastAct, What};
use crate::db::{Conn, DbError, Row};
use record::{Instant, PersonId};

pub(super) const COLUMNS: &str =
    "a.act_no, a.person_id, a.kind, a.holder, a.item, a.value, a.words, a.actor, a.decided, a.ends";
/// Acts read at most about one person.
pub(super) const ACTS_MAX: i64 = 5_000;
/// Acts of one kind read at most: as many as there are accounts.
const STANDING_MAX: i64 = 100_000;
/// Entries looked through at most for one relationship.
const ENTRIES_MAX: i64 = 2_000;

pub(super) fn act_of(row: &Row<'_>) -> Result<Option<AccessAct>, DbError> {
    let Some(what) = What::of_stored(row.int(2)?, row.opt_int(4)?, row.int(5)?) else {
        return Ok(None);
    };
    Ok(Some(AccessAct {
        number: row.int(0)?,
        person: PersonId::from_bytes(row.id16(1)?),
        what,
        holder: row.text(3)?,
        words: row.text(6)?,
        actor: row.text(7)?,
        decided: Instant(row.int(8)?),
        ends: row.opt_int(9)?.map(Instant),
    }))
}

pub(super) fn insert(conn: &mut Conn, act: &AccessAct) -> Result<i64, DbError> {
    let number = conn.take_numbers("access_act", 1)?;
    let (kind, item, value) = act.what.stored();
    conn.execute(
        "INSERT INTO access_act (act_no, person_id, kind, holder, item, value, words, actor, decided, ends)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            number.into(),
            act.person.as_bytes().as_slice().into(),
            kind.into(),
            (&act.holder).into(),
            item.into(),
            value.into(),
            (&act.words).into(),
            (&act.actor).into(),
            act.decided.0.into(),
            act.ends.map(|ends| ends.0).into(),
        ],
    )?;
    Ok(number)
}

pub(super) fn undo(conn: &mut Conn, number: i64, by: &str, words: &str, now: Instant) -> Result<bool, DbError> {
    let sql = "UPDATE access_act SET undone = ?2, undone_by = ?3, undone_words = ?4
               WHERE act_no = ?1 AND undone IS NULL";
    Ok(conn.execute(sql, &[number.into(), now.0.into(), by.into(), words.into()])? > 0)
}

/// Every act about a person, whichever of their ids it was said of, undone or not, the latest first.
pub(super) fn every_of_person(conn: &mut Conn, person_no: i64) -> Result<Vec<PastAct>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, a.undone, a.undone_by, a.undone_words
         FROM record_person rp JOIN record r ON r.record_no = rp.record_no
         JOIN access_act a ON a.person_id = r.record_id
         WHERE rp.person_no = ?1 ORDER BY a.act_no DESC LIMIT ?2"
    );
    let found = conn.query(&sql, &[person_no.into(), ACTS_MAX.into()], |row| {
        let undone = match row.opt_int(10)? {
            Some(at) => Some((
                Instant(at),
                row.opt_text(11)?.unwrap_or_default(),
                row.opt_text(12)?.unwrap_or_default(),
            )),
            None => None,
        };
        Ok(act_of(row)?.map(|act| PastAct { act, undone }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// The acts that stand about a person, whichever of their ids they were said of, in the order they were done.
pub(super) fn of_person(conn: &mut Conn, person_no: i64) -> Result<Vec<AccessAct>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM record_person rp JOIN record r ON r.record_no = rp.record_no
         JOIN access_act a ON a.person_id = r.record_id
         WHERE rp.person_no = ?1 AND a.undone IS NULL LIMIT ?2"
    );
    let found = conn.query(&sql, &[person_no.into(), (ACTS_MAX + 1).into()], act_of)?;
    if found.len() > ACTS_MAX as usize {
        // A seal left out would open what it closed.
        return Err(DbError::state(format!(
            "more than {ACTS_MAX} acts stand about one person"
        )));
    }
    // Put in order here: asked to, SQLite would open a table for it each time, mostly for no act at all.
    let mut found: Vec<AccessAct> = found.into_iter().flatten().collect();
    found.sort_by_key(|act| act.number);
    Ok(found)
}

/// The acts of one kind that stand for a holder.
pub(super) fn of_holder(conn: &mut Conn, holder: &str, what: What) -> Result<Vec<AccessAct>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM access_act a WHERE a.holder = ?1 AND a.kind = ?2 AND a.undone IS NULL
         ORDER BY a.act_no LIMIT ?3"
    );
    let found = conn.query(&sql, &[holder.into(), what.stored().0.into(), ACTS_MAX.into()], act_of)?;
    Ok(found.into_iter().flatten().collect())
}

/// The acts of one kind that stand, after a number (0 for the first), in the order they were done; at most as many as
/// there are accounts.
pub(super) fn standing(conn: &mut Conn, what: What, after: i64) -> Result<Vec<AccessAct>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM access_act a WHERE a.kind = ?1 AND a.undone IS NULL AND a.act_no > ?2
         ORDER BY a.act_no LIMIT ?3"
    );
    let found = conn.query(
        &sql,
        &[what.stored().0.into(), after.into(), STANDING_MAX.into()],
        act_of,
    )?;
    Ok(found.into_iter().flatten().collect())
}

/// The latest acts of one kind, undone or not.
pub(super) fn latest(conn: &mut Conn, what: What, limit: i64) -> Result<Vec<AccessAct>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM access_act a WHERE a.kind = ?1 ORDER BY a.act_no DESC LIMIT ?2");
    let found = conn.query(&sql, &[what.stored().0.into(), limit.into()], act_of)?;
    Ok(found.into_iter().flatten().collect())
}

/// What one entry says of what it is about; what others share by the numbers of the texts.
pub(crate) struct Coded {
    pub item: i64,
    pub kind: i64,
    pub what: i64,
    pub also: Option<i64>,
    pub category: Option<i64>,
    pub place: Option<i64>,
    pub value: Option<String>,
    pub detail: Option<String>,
}

/// What each entry of a record says of what it is about.
pub(super) fn coded(conn: &mut Conn, record_no: i64) -> Result<Vec<Coded>, DbError> {
    let sql = "SELECT item, kind, what, also, category, place, value, detail FROM entry WHERE record_no = ?1";
    conn.query(sql, &[record_no.into()], |row| {
        Ok(Coded {
            item: row.int(0)?,
            kind: row.int(1)?,
            what: row.int(2)?,
            also: row.opt_int(3)?,
            category: row.opt_int(4)?,
            place: row.opt_int(5)?,
            value: row.opt_text(6)?,
            detail: row.opt_text(7)?,
        })
    })
}

/// A contact, period of care, appointment or referral that a sender told of, as far as a relationship needs it.
pub(super) struct Contact {
    pub kind: i64,
    pub status: i64,
    pub happened: Option<i64>,
    pub ended: Option<i64>,
}

/// The contacts of these kinds that one sender told of a person.
pub(super) fn contacts(
    conn: &mut Conn,
    person_no: i64,
    sender: &str,
    kinds: [i64; 4],
) -> Result<Vec<Contact>, DbError> {
    let [a, b, c, d] = kinds.map(crate::db::Param::Int);
    conn.query(
        "SELECT e.kind, e.status, e.happened, e.ended FROM record_person rp
         JOIN record r ON r.record_no = rp.record_no JOIN entry e ON e.record_no = rp.record_no
         WHERE rp.person_no = ?1 AND r.sender = ?2 AND e.kind IN (?3, ?4, ?5, ?6) LIMIT ?7",
        &[person_no.into(), sender.into(), a, b, c, d, ENTRIES_MAX.into()],
        |row| {
            Ok(Contact {
                kind: row.int(0)?,
                status: row.int(1)?,
                happened: row.opt_int(2)?,
                ended: row.opt_int(3)?,
            })
        },
    )
}
