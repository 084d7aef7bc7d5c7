//! The tables of what people said and asked for.

use super::copies::{RecordCopy, State};
use super::preferences::{About, Preference, Source};
use super::removal::{Ground, Removal, State as RemovalState};
use super::requests::{Asks, Request, State as RequestState};
use crate::db::{Conn, DbError, Param, Row};
use record::{Instant, OrgCode, PersonId};

/// When something was undone, by whom, and why, from three columns.
fn undone(row: &Row<'_>, at: usize) -> Result<Option<(Instant, String, String)>, DbError> {
    Ok(match row.opt_int(at)? {
        Some(when) => Some((
            Instant(when),
            row.opt_text(at + 1)?.unwrap_or_default(),
            row.opt_text(at + 2)?.unwrap_or_default(),
        )),
        None => None,
    })
}

/// What was said about a person, whichever of their ids it was said of, the latest first.
pub(super) fn preferences(conn: &mut Conn, person_no: i64, limit: i64) -> Result<Vec<Preference>, DbError> {
    let sql = "SELECT p.preference_no, p.kind, p.value, p.words, p.source, p.actor, p.said, p.undone, p.undone_by,
                 p.undone_words
               FROM record_person rp JOIN record r ON r.record_no = rp.record_no
               JOIN preference p ON p.person_id = r.record_id
               WHERE rp.person_no = ?1 ORDER BY p.preference_no DESC LIMIT ?2";
    let found = conn.query(sql, &[person_no.into(), limit.into()], |row| {
        let (Some(about), Some(source)) = (About::of_stored(row.int(1)?), Source::of_stored(row.int(4)?)) else {
            return Ok(None);
        };
        Ok(Some(Preference {
            number: row.int(0)?,
            about,
            value: row.text(2)?,
            words: row.text(3)?,
            source,
            actor: row.text(5)?,
            said: Instant(row.int(6)?),
            undone: undone(row, 7)?,
        }))
    })?;
    Ok(found.into_iter().flatten().collect())
}

pub(super) fn insert_preference(conn: &mut Conn, person: PersonId, kept: &Preference) -> Result<i64, DbError> {
    let number = conn.take_numbers("preference", 1)?;
    conn.execute(
        "INSERT INTO preference (preference_no, person_id, kind, value, words, source, actor, said)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            number.into(),
            person.as_bytes().as_slice().into(),
            kept.about.stored().into(),
            (&kept.value).into(),
            (&kept.words).into(),
            kept.source.stored().into(),
            (&kept.actor).into(),
            kept.said.0.into(),
        ],
    )?;
    Ok(number)
}

pub(super) fn undo_preference(
    conn: &mut Conn,
    number: i64,
    by: &str,
    words: &str,
    now: Instant,
) -> Result<(), DbError> {
    let sql = "UPDATE preference SET undone = ?2, undone_by = ?3, undone_words = ?4
               WHERE preference_no = ?1 AND undone IS NULL";
    conn.execute(sql, &[number.into(), now.0.into(), by.into(), words.into()])?;
    Ok(())
}

const COPY_COLUMNS: &str =
    "c.copy_no, c.person_id, c.actor, c.words, c.asked, c.state, c.done, c.total, c.ends, c.opened";
/// Copies listed at most.
const COPIES_MAX: i64 = 50;

fn copy(row: &Row<'_>) -> Result<Option<RecordCopy>, DbError> {
    let Some(state) = State::of_stored(row.int(5)?) else {
        return Ok(None);
    };
    Ok(Some(RecordCopy {
        number: row.int(0)?,
        person: PersonId::from_bytes(row.id16(1)?),
        actor: row.text(2)?,
        words: row.text(3)?,
        asked: Instant(row.int(4)?),
        state,
        progress: (row.int(6)?, row.int(7)?),
        ends: row.opt_int(8)?.map(Instant),
        opened: row.opt_int(9)?.map(Instant),
    }))
}

pub(super) fn insert_copy(
    conn: &mut Conn,
    person: PersonId,
    by: &str,
    words: &str,
    now: Instant,
) -> Result<i64, DbError> {
    let number = conn.take_numbers("record_copy", 1)?;
    conn.execute(
        "INSERT INTO record_copy (copy_no, person_id, actor, words, asked, state, done, total)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0)",
        &[
            number.into(),
            person.as_bytes().as_slice().into(),
            by.into(),
            words.into(),
            now.0.into(),
        ],
    )?;
    Ok(number)
}

/// The copies of a person's record, whichever of their ids they were asked for by, the latest first.
pub(super) fn copies(conn: &mut Conn, person_no: i64) -> Result<Vec<RecordCopy>, DbError> {
    let sql = format!(
        "SELECT {COPY_COLUMNS} FROM record_person rp JOIN record r ON r.record_no = rp.record_no
         JOIN record_copy c ON c.person_id = r.record_id
         WHERE rp.person_no = ?1 ORDER BY c.copy_no DESC LIMIT ?2"
    );
    let found = conn.query(&sql, &[person_no.into(), COPIES_MAX.into()], copy)?;
    Ok(found.into_iter().flatten().collect())
}

/// Whether a copy waits to be made, or to be deleted.
pub(super) fn copies_to_do(conn: &mut Conn, now: Instant, stuck: Instant) -> Result<bool, DbError> {
    let sql = "SELECT copy_no FROM record_copy
               WHERE state = ?1 OR (state = ?2 AND made < ?3) OR (state = ?4 AND ends <= ?5) LIMIT 1";
    let states = [State::Waits, State::BeingMade, State::Made].map(State::stored);
    let parameters = [
        states[0].into(),
        states[1].into(),
        stuck.0.into(),
        states[2].into(),
        now.0.into(),
    ];
    Ok(conn.first(sql, &parameters, |row| row.int(0))?.is_some())
}

/// Marks the copy that has waited longest, or that was begun before `stuck` and not ended, as being made.
pub(super) fn claim_copy(conn: &mut Conn, now: Instant, stuck: Instant) -> Result<Option<RecordCopy>, DbError> {
    let sql = format!(
        "SELECT {COPY_COLUMNS} FROM record_copy c WHERE c.state = ?1 OR (c.state = ?2 AND c.made < ?3)
         ORDER BY c.copy_no LIMIT 1"
    );
    let (waits, begun) = (State::Waits.stored(), State::BeingMade.stored());
    let found = conn
        .first(&sql, &[waits.into(), begun.into(), stuck.0.into()], copy)?
        .flatten();
    if let Some(found) = &found {
        let sql = "UPDATE record_copy SET state = ?2, made = ?3, done = 0, total = 0 WHERE copy_no = ?1";
        conn.execute(sql, &[found.number.into(), begun.into(), now.0.into()])?;
    }
    Ok(found)
}

pub(super) fn delete_old_copies(conn: &mut Conn, now: Instant) -> Result<(), DbError> {
    let sql = "UPDATE record_copy SET state = ?1, body = NULL WHERE state = ?2 AND ends <= ?3";
    let (deleted, made) = (State::Deleted.stored(), State::Made.stored());
    conn.execute(sql, &[deleted.into(), made.into(), now.0.into()])?;
    Ok(())
}

pub(super) fn copy_progress(conn: &mut Conn, number: i64, done: i64, total: i64) -> Result<(), DbError> {
    let sql = "UPDATE record_copy SET done = ?2, total = ?3 WHERE copy_no = ?1";
    conn.execute(sql, &[number.into(), done.into(), total.into()])?;
    Ok(())
}

pub(super) fn keep_copy(
    conn: &mut Conn,
    number: i64,
    body: Option<&[u8]>,
    (made, ends): (Instant, Instant),
) -> Result<(), DbError> {
    let state = if body.is_some() { State::Made } else { State::Failed };
    conn.execute(
        "UPDATE record_copy SET state = ?2, made = ?3, ends = ?4, body = ?5 WHERE copy_no = ?1",
        &[
            number.into(),
            state.stored().into(),
            made.0.into(),
            ends.0.into(),
            body.map_or(Param::Null, Param::Bytes),
        ],
    )?;
    Ok(())
}

pub(super) fn copy_body(conn: &mut Conn, number: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "SELECT body FROM record_copy WHERE copy_no = ?1";
    Ok(conn.first(sql, &[number.into()], |row| row.opt_bytes(0))?.flatten())
}

pub(super) fn copy_opened(conn: &mut Conn, number: i64, now: Instant) -> Result<(), DbError> {
    let sql = "UPDATE record_copy SET opened = ?2 WHERE copy_no = ?1 AND opened IS NULL";
    conn.execute(sql, &[number.into(), now.0.into()])?;
    Ok(())
}

const REQUEST_COLUMNS: &str =
    "q.request_no, q.person_id, q.kind, q.item, q.organisation, q.words, q.actor, q.asked, q.state,
     q.answered, q.answered_by, q.answer";
/// Requests read at most.
const REQUESTS_MAX: i64 = 1_000;

fn request_of(row: &Row<'_>) -> Result<Option<Request>, DbError> {
    let (Some(asks), Some(item), Some(organisation), Some(state)) = (
        Asks::of_stored(row.int(2)?),
        row.opt_int(3)?,
        OrgCode::parse(&row.text(4)?),
        RequestState::of_stored(row.int(8)?),
    ) else {
        return Ok(None);
    };
    Ok(Some(Request {
        number: row.int(0)?,
        person: PersonId::from_bytes(row.id16(1)?),
        asks,
        item,
        organisation,
        words: row.text(5)?,
        actor: row.text(6)?,
        asked: Instant(row.int(7)?),
        state,
        answered: undone(row, 9)?,
    }))
}

pub(super) fn insert_request(conn: &mut Conn, request: &Request) -> Result<i64, DbError> {
    let number = conn.take_numbers("rights_request", 1)?;
    conn.execute(
        "INSERT INTO rights_request (request_no, person_id, kind, item, organisation, words, actor, asked, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            number.into(),
            request.person.as_bytes().as_slice().into(),
            request.asks.stored().into(),
            request.item.into(),
            request.organisation.as_str().into(),
            (&request.words).into(),
            (&request.actor).into(),
            request.asked.0.into(),
            request.state.stored().into(),
        ],
    )?;
    Ok(number)
}

/// What a person asked, whichever of their ids it was asked by, the latest first.
pub(super) fn requests_of_person(conn: &mut Conn, person_no: i64) -> Result<Vec<Request>, DbError> {
    let sql = format!(
        "SELECT {REQUEST_COLUMNS} FROM record_person rp JOIN record r ON r.record_no = rp.record_no
         JOIN rights_request q ON q.person_id = r.record_id
         WHERE rp.person_no = ?1 ORDER BY q.request_no DESC LIMIT ?2"
    );
    let found = conn.query(&sql, &[person_no.into(), REQUESTS_MAX.into()], request_of)?;
    Ok(found.into_iter().flatten().collect())
}

/// What was asked of an organisation, the latest first.
pub(super) fn requests_for(conn: &mut Conn, organisation: &str) -> Result<Vec<Request>, DbError> {
    let sql = format!(
        "SELECT {REQUEST_COLUMNS} FROM rights_request q WHERE q.organisation = ?1 ORDER BY q.request_no DESC LIMIT ?2"
    );
    let found = conn.query(&sql, &[organisation.into(), REQUESTS_MAX.into()], request_of)?;
    Ok(found.into_iter().flatten().collect())
}

pub(super) fn request(conn: &mut Conn, number: i64) -> Result<Option<Request>, DbError> {
    let sql = format!("SELECT {REQUEST_COLUMNS} FROM rights_request q WHERE q.request_no = ?1");
    Ok(conn.first(&sql, &[number.into()], request_of)?.flatten())
}

/// Closes a request that waits, or that was refused and is taken back.
pub(super) fn close_request(
    conn: &mut Conn,
    number: i64,
    state: RequestState,
    (by, words): (&str, &str),
    now: Instant,
) -> Result<bool, DbError> {
    let sql = "UPDATE rights_request SET state = ?2, answered = ?3, answered_by = ?4, answer = ?5
               WHERE request_no = ?1 AND state IN (?6, ?7)";
    let (waits, refused) = (RequestState::Waits.stored(), RequestState::Refused.stored());
    let parameters = [
        number.into(),
        state.stored().into(),
        now.0.into(),
        by.into(),
        words.into(),
        waits.into(),
        refused.into(),
    ];
    Ok(conn.execute(sql, &parameters)? == 1)
}

fn removal_of(row: &Row<'_>) -> Result<Option<Removal>, DbError> {
    let (Some(ground), Some(item), Some(organisation), Some(state)) = (
        Ground::of_stored(row.int(2)?),
        row.opt_int(3)?,
        OrgCode::parse(&row.text(4)?),
        RemovalState::of_stored(row.int(8)?),
    ) else {
        return Ok(None);
    };
    Ok(Some(Removal {
        number: row.int(0)?,
        person: PersonId::from_bytes(row.id16(1)?),
        item,
        ground,
        organisation,
        words: row.text(5)?,
        actor: row.text(6)?,
        asked: Instant(row.int(7)?),
        state,
        answered: undone(row, 9)?,
    }))
}

pub(super) fn insert_removal(conn: &mut Conn, asked: &Removal) -> Result<i64, DbError> {
    let number = conn.take_numbers("rights_request", 1)?;
    conn.execute(
        "INSERT INTO rights_request (request_no, person_id, kind, item, organisation, words, actor, asked, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
        &[
            number.into(),
            asked.person.as_bytes().as_slice().into(),
            asked.ground.stored().into(),
            asked.item.into(),
            asked.organisation.as_str().into(),
            (&asked.words).into(),
            (&asked.actor).into(),
            asked.asked.0.into(),
        ],
    )?;
    Ok(number)
}

/// Removals that were asked for, the latest first.
pub(super) fn removals(conn: &mut Conn) -> Result<Vec<Removal>, DbError> {
    let sql = format!(
        "SELECT {REQUEST_COLUMNS} FROM rights_request q WHERE q.kind >= 11 ORDER BY q.request_no DESC LIMIT ?1"
    );
    let found = conn.query(&sql, &[REQUESTS_MAX.into()], removal_of)?;
    Ok(found.into_iter().flatten().collect())
}

/// The removals from a person's record that wait, whichever of their ids they were asked for by.
pub(super) fn removals_waiting(conn: &mut Conn, person_no: i64) -> Result<Vec<Removal>, DbError> {
    let sql = format!(
        "SELECT {REQUEST_COLUMNS} FROM record_person rp JOIN record r ON r.record_no = rp.record_no
         JOIN rights_request q ON q.person_id = r.record_id
         WHERE rp.person_no = ?1 AND q.kind >= 11 AND q.state = 0 ORDER BY q.request_no LIMIT ?2"
    );
    let found = conn.query(&sql, &[person_no.into(), REQUESTS_MAX.into()], removal_of)?;
    Ok(found.into_iter().flatten().collect())
}

/// Closes a removal that waits.
pub(super) fn close_removal(
    conn: &mut Conn,
    number: i64,
    state: RemovalState,
    (by, words): (&str, &str),
    now: Instant,
) -> Result<bool, DbError> {
    let sql = "UPDATE rights_request SET state = ?2, answered = ?3, answered_by = ?4, answer = ?5
               WHERE request_no = ?1 AND state = 0";
    let parameters = [
        number.into(),
        state.stored().into(),
        now.0.into(),
        by.into(),
        words.into(),
    ];
    Ok(conn.execute(sql, &parameters)? == 1)
}
