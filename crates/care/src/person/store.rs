//! The tables of identity: what records say of who they are about, whose they are, and what was decided.

use super::decision::{Decision, Kind};
use super::identity::{Says, SaysWho};
use crate::db::{Cell, Conn, DbError, Row, Table, fetch_by_keys, insert_rows};
use record::{Date, Demographics, Instant, NhsNumber, OrgCode, PersonId, RecordId, Sex};
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
        "own",
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
pub(super) fn replace_identities(conn: &mut Conn, said: &BTreeMap<i64, Option<Says>>) -> Result<(), DbError> {
    let keys: Vec<i64> = said.keys().copied().collect();
    let sql = "SELECT record_no FROM identity WHERE record_no = ?1";
    for known in fetch_by_keys(conn, sql, &keys, |row| row.int(0))? {
        conn.execute("DELETE FROM identity WHERE record_no = ?1", &[known.into()])?;
    }
    let mut rows = Vec::new();
    for (record_no, said) in said {
        if let Some(says) = said {
            rows.push(identity_row(*record_no, says)?);
        }
    }
    insert_rows(conn, &IDENTITY, &rows)
}

/// Keeps what an item that is not the sender's own Patient says of who its record is about.
pub(super) fn say(conn: &mut Conn, says: &SaysWho<'_>, person: &Demographics) -> Result<(), DbError> {
    unsay(conn, says.record_no, says.item)?;
    let text = super::demographics::to_text(person)?;
    conn.execute(
        "INSERT INTO identity_said (record_no, item, version, tie, verified, demographics)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        &[
            says.record_no.into(),
            says.item.into(),
            says.version.into(),
            says.tie.into(),
            i64::from(says.verified).into(),
            (&text).into(),
        ],
    )?;
    Ok(())
}

/// Takes back what an item said of who a record is about; answers whether it had said anything.
pub(super) fn unsay(conn: &mut Conn, record_no: i64, item: i64) -> Result<bool, DbError> {
    let sql = "DELETE FROM identity_said WHERE record_no = ?1 AND item = ?2";
    Ok(conn.execute(sql, &[record_no.into(), item.into()])? > 0)
}

/// Those of these records whose identity is what the sender's own Patient says.
pub(super) fn with_own_identity(conn: &mut Conn, records: &[i64]) -> Result<BTreeSet<i64>, DbError> {
    let sql = "SELECT record_no FROM identity WHERE record_no = ?1 AND own = 1";
    Ok(fetch_by_keys(conn, sql, records, |row| row.int(0))?
        .into_iter()
        .collect())
}

/// Who a record is about when no Patient of the sender says: by the latest of its other things, else by the NHS
/// number it was minted for. Such a number says nothing of having been verified.
pub(super) fn otherwise_said(conn: &mut Conn, record_no: i64) -> Result<Option<Says>, DbError> {
    let sql = "SELECT demographics, verified FROM identity_said WHERE record_no = ?1
               ORDER BY version DESC, tie DESC LIMIT 1";
    if let Some((text, verified)) = conn.first(sql, &[record_no.into()], |row| Ok((row.text(0)?, row.int(1)?)))? {
        return Ok(Some(Says {
            person: super::demographics::of_text(&text)?,
            verified: verified == 1,
            own: false,
        }));
    }
    let sql = "SELECT local_id FROM record WHERE record_no = ?1";
    let local = conn
        .first(sql, &[record_no.into()], |row| row.text(0))?
        .unwrap_or_default();
    let number = local.strip_prefix("nhs:").and_then(NhsNumber::parse);
    Ok(number.map(|number| Says {
        person: Demographics {
            nhs_number: Some(number),
            ..Demographics::default()
        },
        verified: false,
        own: false,
    }))
}

fn identity_row(record_no: i64, says: &Says) -> Result<Vec<Cell>, DbError> {
    let person = &says.person;
    let name = person.names.first();
    let postcode = person
        .addresses
        .first()
        .map(|address| postcode_key(&address.postcode))
        .unwrap_or_default();
    Ok(vec![
        Cell::Int(record_no),
        Cell::opt_int(person.nhs_number.map(NhsNumber::as_i64)),
        Cell::Int(i64::from(says.verified && person.nhs_number.is_some())),
        Cell::opt_int(person.birth_date().map(|date| i64::from(date.0))),
        Cell::Int(person.sex as i64),
        Cell::Text(name.map(|name| name.family.clone()).unwrap_or_default()),
        Cell::Text(name.map(|name| name.given.clone()).unwrap_or_default()),
        Cell::text_or_null(&postcode),
        Cell::Int(i64::from(person.restricted)),
        Cell::Int(i64::from(person.multiple_birth == Some(true))),
        Cell::Text(super::demographics::to_text(person)?),
        Cell::Int(i64::from(says.own)),
    ])
}

/// What these records say of who they are about.
pub(crate) fn identities(conn: &mut Conn, records: &[i64]) -> Result<Vec<Identity>, DbError> {
    let sql = format!("SELECT {IDENTITY_COLUMNS} FROM identity WHERE record_no = ?1");
    fetch_by_keys(conn, &sql, records, identity)
}

/// What these records say of who they are about, each with the whole of it as it is kept.
pub(crate) fn identities_said(conn: &mut Conn, records: &[i64]) -> Result<Vec<(Identity, String)>, DbError> {
    let sql = format!("SELECT {IDENTITY_COLUMNS}, demographics FROM identity WHERE record_no = ?1");
    fetch_by_keys(conn, &sql, records, |row| Ok((identity(row)?, row.text(10)?)))
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

/// Those of these NHS numbers that a record of somebody whose whereabouts are restricted carries.
pub(super) fn restricted_numbers(conn: &mut Conn, numbers: &[i64]) -> Result<BTreeSet<i64>, DbError> {
    let sql = "SELECT nhs_number FROM identity WHERE nhs_number = ?1 AND restricted = 1";
    let found = fetch_by_keys(conn, sql, numbers, |row| row.int(0))?;
    Ok(found.into_iter().collect())
}

/// Identities of people whose whereabouts are restricted, born on any of these days.
pub(super) fn restricted_by_birth(conn: &mut Conn, births: &[i64]) -> Result<Vec<Identity>, DbError> {
    let sql = format!("SELECT {IDENTITY_COLUMNS} FROM identity WHERE birth = ?1 AND restricted = 1");
    fetch_by_keys(conn, &sql, births, identity)
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

pub(crate) const DECISION_COLUMNS: &str =
    "decision_no, kind, record_a, record_b, old_number, new_number, actor, why, decided, undone";

pub(crate) fn decision_of(row: &Row<'_>) -> Result<Option<Decision>, DbError> {
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
pub(crate) fn decision(conn: &mut Conn, number: i64) -> Result<Option<Decision>, DbError> {
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
pub(crate) fn decisions_on(conn: &mut Conn, records: &[i64]) -> Result<Vec<Kind>, DbError> {
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

/// Shared texts, as (number, text).
pub(super) fn terms(conn: &mut Conn, numbers: &[i64]) -> Result<Vec<(i64, String)>, DbError> {
    fetch_by_keys(
        conn,
        "SELECT term_no, text FROM term WHERE term_no = ?1",
        numbers,
        |row| Ok((row.int(0)?, row.text(1)?)),
    )
}

/// The person that an id leads to now, with their number: an id of someone who was joined to another leads
/// to that other. `None` when there is nobody.
pub(crate) fn person_by_id(conn: &mut Conn, id: PersonId) -> Result<Option<(PersonId, i64)>, DbError> {
    let founding = id.founding_record();
    let sql = "SELECT r.record_id, rp.person_no FROM record r JOIN record_person rp ON rp.record_no = r.record_no
               WHERE r.record_key = ?1";
    let found = conn.query(sql, &[founding.key().into()], |row| Ok((row.id16(0)?, row.int(1)?)))?;
    let Some(person_no) = found
        .into_iter()
        .find(|(bytes, _)| bytes == founding.as_bytes())
        .map(|(_, no)| no)
    else {
        return Ok(None);
    };
    Ok(person_id(conn, person_no)?.map(|id| (id, person_no)))
}

/// The number of a record; `None` when it is not here.
pub(crate) fn record_no(conn: &mut Conn, id: record::RecordId) -> Result<Option<i64>, DbError> {
    let sql = "SELECT record_no FROM record WHERE record_key = ?1 AND record_id = ?2";
    conn.first(sql, &[id.key().into(), id.as_bytes().as_slice().into()], |row| {
        row.int(0)
    })
}

/// The id of a person by number.
pub(crate) fn person_id(conn: &mut Conn, person_no: i64) -> Result<Option<PersonId>, DbError> {
    let bytes = conn.first(
        "SELECT record_id FROM record WHERE record_no = ?1",
        &[person_no.into()],
        |row| row.id16(0),
    )?;
    Ok(bytes.map(|bytes| PersonId::minted_with(RecordId::from_bytes(bytes))))
}

/// One record of a person: whose view it is and what it says of who they are.
#[derive(Clone, Debug)]
pub(crate) struct RecordOf {
    pub record_no: i64,
    pub sender: String,
    pub local_id: String,
    pub demographics: Option<String>,
    pub nhs_verified: bool,
}

/// The records of a person, in order of number.
pub(crate) fn records_of(conn: &mut Conn, person_no: i64) -> Result<Vec<RecordOf>, DbError> {
    conn.query(
        "SELECT r.record_no, r.sender, r.local_id, i.demographics, i.nhs_verified FROM record_person rp
         JOIN record r ON r.record_no = rp.record_no LEFT JOIN identity i ON i.record_no = rp.record_no
         WHERE rp.person_no = ?1 ORDER BY rp.record_no",
        &[person_no.into()],
        |row| {
            Ok(RecordOf {
                record_no: row.int(0)?,
                sender: row.text(1)?,
                local_id: row.text(2)?,
                demographics: row.opt_text(3)?,
                nhs_verified: row.opt_int(4)? == Some(1),
            })
        },
    )
}

/// A line as the store has it, its shared texts still numbers.
pub(crate) struct RawLine {
    pub record_no: i64,
    pub item: i64,
    pub part: i64,
    pub kind: i64,
    pub what: i64,
    pub also: Option<i64>,
    pub value: Option<String>,
    pub normal: Option<f64>,
    pub happened: Option<i64>,
    pub ended: Option<i64>,
    pub recorded: Option<i64>,
    pub received: i64,
    pub author: Option<i64>,
    pub place: Option<i64>,
    pub status: i64,
    pub certainty: i64,
    pub category: Option<i64>,
    pub encounter: Option<i64>,
    pub detail: Option<String>,
}

/// Every line of these records, given in rising order: in order of record, item and part.
pub(crate) fn lines_of(conn: &mut Conn, records: &[i64]) -> Result<Vec<RawLine>, DbError> {
    fetch_by_keys(
        conn,
        "SELECT item, part, kind, what, also, value, normal, happened, ended, recorded, received, author, place, status,
           certainty, category, encounter, detail, record_no FROM entry WHERE record_no = ?1
         ORDER BY record_no, item, part",
        records,
        |row| {
            Ok(RawLine {
                record_no: row.int(18)?,
                item: row.int(0)?,
                part: row.int(1)?,
                kind: row.int(2)?,
                what: row.int(3)?,
                also: row.opt_int(4)?,
                value: row.opt_text(5)?,
                normal: row.opt_real(6)?,
                happened: row.opt_int(7)?,
                ended: row.opt_int(8)?,
                recorded: row.opt_int(9)?,
                received: row.int(10)?,
                author: row.opt_int(11)?,
                place: row.opt_int(12)?,
                status: row.int(13)?,
                certainty: row.int(14)?,
                category: row.opt_int(15)?,
                encounter: row.opt_int(16)?,
                detail: row.opt_text(17)?,
            })
        },
    )
}

/// Where and why a part of an item could not be read.
pub(crate) type Issue = (String, String);
/// A record and an item of it.
pub(crate) type Place = (i64, i64);

/// Parts of items of these records that could not be read.
pub(crate) fn issues_of(conn: &mut Conn, records: &[i64]) -> Result<Vec<(Place, Issue)>, DbError> {
    let sql = "SELECT record_no, item, place, reason FROM item_issue WHERE record_no = ?1
               ORDER BY record_no, item, issue_no";
    fetch_by_keys(conn, sql, records, |row| {
        Ok(((row.int(0)?, row.int(1)?), (row.text(2)?, row.text(3)?)))
    })
}

/// When each feed of each sender last brought anything, as (feed name, sender, last received).
pub(crate) fn feeds_heard(conn: &mut Conn) -> Result<Vec<(String, String, i64)>, DbError> {
    conn.query(
        "SELECT name, sender, last_received FROM feed ORDER BY name",
        &[],
        |row| Ok((row.text(0)?, row.text(1)?, row.int(2)?)),
    )
}

/// Every sender by whose feeds anything came, each once, with the number of one of its feeds.
pub(crate) fn senders(conn: &mut Conn) -> Result<Vec<(i64, OrgCode)>, DbError> {
    let sql = "SELECT MIN(feed_no), sender FROM feed GROUP BY sender ORDER BY sender";
    let rows = conn.query(sql, &[], |row| Ok((row.int(0)?, row.text(1)?)))?;
    Ok(rows
        .into_iter()
        .filter_map(|(number, sender)| Some((number, OrgCode::parse(&sender)?)))
        .collect())
}

/// Whose these records are, with the id of each person, as (record, person, id).
pub(crate) fn person_ids_of(conn: &mut Conn, records: &[i64]) -> Result<Vec<(i64, i64, PersonId)>, DbError> {
    let mut found = Vec::new();
    for (record_no, person_no) in persons_of(conn, records)? {
        if let Some(id) = person_id(conn, person_no)? {
            found.push((record_no, person_no, id));
        }
    }
    Ok(found)
}

/// The persons whom a standing decision keeps from being suggested with any of these records: with one record of
/// theirs, all.
pub(crate) fn kept_from(conn: &mut Conn, records: &[i64]) -> Result<BTreeSet<i64>, DbError> {
    let mut kept = BTreeSet::new();
    for kind in decisions_on(conn, records)? {
        if let Kind::Barred(a, b) | Kind::KeepApart(a, b) = kind {
            kept.extend([a, b].into_iter().filter(|no| !records.contains(no)));
        }
    }
    let kept: Vec<i64> = kept.into_iter().collect();
    Ok(persons_of(conn, &kept)?.into_iter().map(|(_, person)| person).collect())
}

/// Of these persons, those whose new identity, which the law keeps apart from the old, is among them too.
pub(super) fn old_identities(conn: &mut Conn, persons: &[i64]) -> Result<BTreeSet<i64>, DbError> {
    let sql = "SELECT record_no, person_no FROM record_person WHERE person_no = ?1";
    let whose: BTreeMap<i64, i64> = fetch_by_keys(conn, sql, persons, |row| Ok((row.int(0)?, row.int(1)?)))?
        .into_iter()
        .collect();
    let records: Vec<i64> = whose.keys().copied().collect();
    let mut old = BTreeSet::new();
    for kind in decisions_on(conn, &records)? {
        if let Kind::Barred(before, after) = kind
            && let (Some(before), Some(_)) = (whose.get(&before), whose.get(&after))
        {
            old.insert(*before);
        }
    }
    Ok(old)
}

/// Whether a record is a sender's directory rather than a person's.
pub(super) fn is_directory(conn: &mut Conn, record_no: i64) -> Result<bool, DbError> {
    let sql = "SELECT directory FROM record WHERE record_no = ?1";
    Ok(conn.first(sql, &[record_no.into()], |row| row.int(0))? == Some(1))
}

/// Whose view a record is; empty when there is no such record.
pub(super) fn sender_of(conn: &mut Conn, record_no: i64) -> Result<String, DbError> {
    let sql = "SELECT sender FROM record WHERE record_no = ?1";
    Ok(conn
        .first(sql, &[record_no.into()], |row| row.text(0))?
        .unwrap_or_default())
}
