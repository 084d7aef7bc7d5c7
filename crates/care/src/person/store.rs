//! The tables of identity: what records say of who they are about, whose they are, and what was decided.

use super::decision::{Decision, Kind};
use crate::db::{Cell, Conn, DbError, Row, Table, fetch_by_keys, insert_rows};
use record::{Date, Demographics, Instant, NhsNumber, Sex};
use std::collections::{BTreeMap, BTreeSet};

/// What one record says of who it is about, as far as matching needs it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Identity {
    pub record_no: i64,
    pub nhs_number: Option<NhsNumber>,
    pub nhs_verified: bool,
    pub birth: Option<Date>,
    pub sex: Sex,
    pub family: String,
    pub given: String,
    pub postcode: String,
    pub restricted: bool,
    pub multiple_birth: bool,
}

const IDENTITY: Table = Table {
    name: "identity",
    columns: &[
        "record_no",
        "nhs_number",
        "nhs_verified",
        "birth",
        "sex",
        "family",
        "given",
        "postcode",
        "restricted",
        "multiple_birth",
        "demographics",
    ],
};
const IDENTITY_COLUMNS: &str =
    "record_no, nhs_number, nhs_verified, birth, sex, family, given, postcode, restricted, multiple_birth";

fn identity(row: &Row<'_>) -> Result<Identity, DbError> {
    Ok(Identity {
        record_no: row.int(0)?,
        nhs_number: row.opt_int(1)?.and_then(NhsNumber::from_i64),
        nhs_verified: row.int(2)? == 1,
        birth: row.opt_int(3)?.and_then(|days| i32::try_from(days).ok()).map(Date),
        sex: Sex::from_number(row.int(4)?),
        family: row.text(5)?,
        given: row.text(6)?,
        postcode: row.opt_text(7)?.unwrap_or_default(),
        restricted: row.int(8)? == 1,
        multiple_birth: row.int(9)? == 1,
    })
}

/// A postcode as it is compared: upper case, without spaces.
pub(crate) fn postcode_key(postcode: &str) -> String {
    postcode
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

/// Puts what records say now in place of what they said before; `None` takes it away.
pub(super) fn replace_identities(
    conn: &mut Conn,
    said: &BTreeMap<i64, Option<(&Demographics, bool)>>,
) -> Result<(), DbError> {
    let keys: Vec<i64> = said.keys().copied().collect();
    let sql = "SELECT record_no FROM identity WHERE record_no = ?1";
    for known in fetch_by_keys(conn, sql, &keys, |row| row.int(0))? {
        conn.execute("DELETE FROM identity WHERE record_no = ?1", &[known.into()])?;
    }
    let mut rows = Vec::new();
    for (record_no, said) in said {
        if let Some((person, verified)) = said {
            rows.push(identity_row(*record_no, person, *verified)?);
        }
    }
    insert_rows(conn, &IDENTITY, &rows)
}

fn identity_row(record_no: i64, person: &Demographics, verified: bool) -> Result<Vec<Cell>, DbError> {
    let name = person.names.first();
    let postcode = person
        .addresses
        .first()
        .map(|address| postcode_key(&address.postcode))
        .unwrap_or_default();
    Ok(vec![
        Cell::Int(record_no),
        Cell::opt_int(person.nhs_number.map(NhsNumber::as_i64)),
        Cell::Int(i64::from(verified && person.nhs_number.is_some())),
        Cell::opt_int(person.birth_date().map(|date| i64::from(date.0))),
        Cell::Int(person.sex as i64),
        Cell::Text(name.map(|name| name.family.clone()).unwrap_or_default()),
        Cell::Text(name.map(|name| name.given.clone()).unwrap_or_default()),
        Cell::text_or_null(&postcode),
        Cell::Int(i64::from(person.restricted)),
        Cell::Int(i64::from(person.multiple_birth == Some(true))),
        Cell::Text(super::demographics::to_text(person)?),
    ])
}

/// What these records say of who they are about.
pub(crate) fn identities(conn: &mut Conn, records: &[i64]) -> Result<Vec<Identity>, DbError> {
    let sql = format!("SELECT {IDENTITY_COLUMNS} FROM identity WHERE record_no = ?1");
    fetch_by_keys(conn, &sql, records, identity)
}

/// The records that carry any of these NHS numbers, verified or not.
pub(crate) fn records_with_numbers(conn: &mut Conn, numbers: &[i64]) -> Result<BTreeSet<i64>, DbError> {
    let sql = "SELECT record_no FROM identity WHERE nhs_number = ?1";
    Ok(fetch_by_keys(conn, sql, numbers, |row| row.int(0))?
        .into_iter()
        .collect())
}

/// Identities with this birth date, or this postcode, at most `limit`.
pub(crate) fn identities_by(
    conn: &mut Conn,
    birth: Option<Date>,
    postcode: &str,
    limit: i64,
) -> Result<Vec<Identity>, DbError> {
    match birth {
        Some(birth) => conn.query(
            &format!("SELECT {IDENTITY_COLUMNS} FROM identity WHERE birth = ?1 ORDER BY record_no LIMIT ?2"),
            &[i64::from(birth.0).into(), limit.into()],
            identity,
        ),
        None => conn.query(
            &format!("SELECT {IDENTITY_COLUMNS} FROM identity WHERE postcode = ?1 ORDER BY record_no LIMIT ?2"),
            &[postcode.into(), limit.into()],
            identity,
        ),
    }
}

/// Whose these records are, with every other record of the same persons, as (record, person).
pub(crate) fn housemates(conn: &mut Conn, records: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    let persons = persons_of(conn, records)?;
    let numbers: Vec<i64> = persons
        .iter()
        .map(|(_, person)| *person)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    fetch_by_keys(
        conn,
        "SELECT record_no, person_no FROM record_person WHERE person_no = ?1",
        &numbers,
        |row| Ok((row.int(0)?, row.int(1)?)),
    )
}

/// Whose these records are, as (record, person).
pub(crate) fn persons_of(conn: &mut Conn, records: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    fetch_by_keys(
        conn,
        "SELECT record_no, person_no FROM record_person WHERE record_no = ?1",
        records,
        |row| Ok((row.int(0)?, row.int(1)?)),
    )
}

/// Writes whose records are, given as (record, person, whether the record had one before).
pub(super) fn set_persons(conn: &mut Conn, changes: &[(i64, i64, bool)]) -> Result<(), DbError> {
    const RECORD_PERSON: Table = Table {
        name: "record_person",
        columns: &["record_no", "person_no"],
    };
    let mut fresh = Vec::new();
    for (record_no, person_no, known) in changes {
        if *known {
            conn.execute(
                "UPDATE record_person SET person_no = ?2 WHERE record_no = ?1",
                &[(*record_no).into(), (*person_no).into()],
            )?;
        } else {
            fresh.push(vec![Cell::Int(*record_no), Cell::Int(*person_no)]);
        }
    }
    insert_rows(conn, &RECORD_PERSON, &fresh)
}

const DECISION_COLUMNS: &str =
    "decision_no, kind, record_a, record_b, old_number, new_number, actor, why, decided, undone";

fn decision_of(row: &Row<'_>) -> Result<Option<Decision>, DbError> {
    let (a, b) = (row.int(2)?, row.int(3)?);
    let kind = match row.int(1)? {
        1 => Kind::Merge { from: a, into: b },
        2 => match (NhsNumber::from_i64(row.int(4)?), NhsNumber::from_i64(row.int(5)?)) {
            (Some(old), Some(new)) => Kind::Superseded { old, new },
            _ => return Ok(None),
        },
        3 => Kind::KeepApart(a, b),
        4 => Kind::Barred(a, b),
        _ => return Ok(None),
    };
    Ok(Some(Decision {
        number: row.int(0)?,
        kind,
        actor: row.text(6)?,
        why: row.text(7)?,
        decided: Instant(row.int(8)?),
        undone: row.opt_int(9)?.map(Instant),
    }))
}

fn columns_of(kind: Kind) -> [i64; 5] {
    match kind {
        Kind::Merge { from, into } => [1, from, into, 0, 0],
        Kind::Superseded { old, new } => [2, 0, 0, old.as_i64(), new.as_i64()],
        Kind::KeepApart(a, b) => [3, a, b, 0, 0],
        Kind::Barred(a, b) => [4, a, b, 0, 0],
    }
}

/// Whether this was ever decided, standing or undone.
pub(super) fn decision_exists(conn: &mut Conn, kind: Kind) -> Result<bool, DbError> {
    let values = columns_of(kind).map(crate::db::Param::Int);
    let sql = "SELECT decision_no FROM decision WHERE kind = ?1 AND record_a = ?2 AND record_b = ?3
               AND old_number = ?4 AND new_number = ?5";
    Ok(conn.first(sql, &values, |row| row.int(0))?.is_some())
}

/// Keeps a decision; answers its number.
pub(super) fn insert_decision(
    conn: &mut Conn,
    kind: Kind,
    actor: &str,
    why: &str,
    now: Instant,
) -> Result<i64, DbError> {
    let number = conn.take_numbers("decision", 1)?;
    let [code, a, b, old, new] = columns_of(kind).map(crate::db::Param::Int);
    conn.execute(
        "INSERT INTO decision (decision_no, kind, record_a, record_b, old_number, new_number, actor, why, decided)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            number.into(),
            code,
            a,
            b,
            old,
            new,
            actor.into(),
            why.into(),
            now.0.into(),
        ],
    )?;
    Ok(number)
}

/// One decision.
pub(super) fn decision(conn: &mut Conn, number: i64) -> Result<Option<Decision>, DbError> {
    let sql = format!("SELECT {DECISION_COLUMNS} FROM decision WHERE decision_no = ?1");
    Ok(conn.first(&sql, &[number.into()], decision_of)?.flatten())
}

/// Marks a decision undone.
pub(super) fn mark_undone(conn: &mut Conn, number: i64, by: &str, why: &str, now: Instant) -> Result<(), DbError> {
    conn.execute(
        "UPDATE decision SET undone = ?2, undone_by = ?3, undone_why = ?4 WHERE decision_no = ?1",
        &[number.into(), now.0.into(), by.into(), why.into()],
    )?;
    Ok(())
}

/// Standing decisions on any of these records.
pub(super) fn decisions_on(conn: &mut Conn, records: &[i64]) -> Result<Vec<Kind>, DbError> {
    standing(conn, &["record_a", "record_b"], records)
}

/// Standing replacements from or to any of these NHS numbers.
pub(super) fn replacements(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<Kind>, DbError> {
    standing(conn, &["old_number", "new_number"], numbers)
}

fn standing(conn: &mut Conn, columns: &[&str], keys: &[i64]) -> Result<Vec<Kind>, DbError> {
    let mut found: BTreeMap<i64, Kind> = BTreeMap::new();
    for column in columns {
        let sql = format!("SELECT {DECISION_COLUMNS} FROM decision WHERE {column} = ?1 AND undone IS NULL");
        for decision in fetch_by_keys(conn, &sql, keys, decision_of)?.into_iter().flatten() {
            found.insert(decision.number, decision.kind);
        }
    }
    Ok(found.into_values().collect())
}
