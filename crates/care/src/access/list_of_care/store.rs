//! Whom acts are about and what bears on them, for many people at once.

use super::super::acts::AccessAct;
use super::super::store::{ACTS_MAX, COLUMNS, act_of};
use crate::db::{Conn, DbError, fetch_by_keys};
use record::{PersonId, RecordId};
use std::collections::HashMap;

/// The persons that these ids lead to now, with their numbers (as `person::store::person_by_id`).
pub(super) fn persons(conn: &mut Conn, ids: &[PersonId]) -> Result<HashMap<PersonId, (PersonId, i64)>, DbError> {
    let keys: Vec<i64> = ids.iter().map(|id| id.founding_record().key()).collect();
    let sql = "SELECT r.record_id, rp.person_no, f.record_id FROM record r
               JOIN record_person rp ON rp.record_no = r.record_no JOIN record f ON f.record_no = rp.person_no
               WHERE r.record_key = ?1";
    let id = |bytes: [u8; 16]| PersonId::minted_with(RecordId::from_bytes(bytes));
    let found = fetch_by_keys(conn, sql, &keys, |row| {
        Ok((id(row.id16(0)?), (id(row.id16(2)?), row.int(1)?)))
    })?;
    Ok(found.into_iter().collect())
}

/// The acts that stand about each of these persons, in the order they were done.
pub(super) fn acts(conn: &mut Conn, persons: &[i64]) -> Result<HashMap<i64, Vec<AccessAct>>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS}, rp.person_no FROM record_person rp JOIN record r ON r.record_no = rp.record_no
         JOIN access_act a ON a.person_id = r.record_id WHERE rp.person_no = ?1 AND a.undone IS NULL"
    );
    let mut found: HashMap<i64, Vec<AccessAct>> = HashMap::new();
    let rows = fetch_by_keys(conn, &sql, persons, |row| Ok((row.int(10)?, act_of(row)?)))?;
    for (person, act) in rows {
        found.entry(person).or_default().extend(act);
    }
    for acts in found.values_mut() {
        if acts.len() > ACTS_MAX as usize {
            // A seal left out would open what it closed.
            return Err(DbError::state(format!(
                "more than {ACTS_MAX} acts stand about one person"
            )));
        }
        acts.sort_by_key(|act| act.number);
    }
    Ok(found)
}

/// What each of these persons is called, as a list of names is put in order: family name, given name. Of several
/// records the first with a checked number counts, else the first.
pub(super) fn names(conn: &mut Conn, persons: &[i64]) -> Result<HashMap<i64, (String, String)>, DbError> {
    let sql = "SELECT rp.person_no, i.nhs_verified, i.family, i.given FROM record_person rp
               JOIN identity i ON i.record_no = rp.record_no WHERE rp.person_no = ?1 ORDER BY rp.person_no, rp.record_no";
    let mut found: HashMap<i64, (bool, (String, String))> = HashMap::new();
    let rows = fetch_by_keys(conn, sql, persons, |row| {
        Ok((
            row.int(0)?,
            row.int(1)? == 1,
            (row.text(2)?.to_uppercase(), row.text(3)?),
        ))
    })?;
    for (person, verified, name) in rows {
        let known = found.entry(person).or_insert_with(|| (verified, name.clone()));
        if verified && !known.0 {
            *known = (verified, name);
        }
    }
    Ok(found.into_iter().map(|(person, (_, name))| (person, name)).collect())
}
