//! The audit table.

use super::AuditRow;
use crate::db::{Conn, DbError, Param, Row};
use record::{Instant, PersonId};

/// Where a chain stands.
#[derive(Clone)]
pub(super) struct Head {
    pub chain: i64,
    pub sequence: i64,
    pub digest: [u8; 32],
}

const COLUMNS: &str =
    "chain, sequence, at, actor, role, organisation, act, purpose, outcome, person_id, detail, digest";

/// Adds one row to the chain and moves its head on.
pub(super) fn append(conn: &mut Conn, head: &mut Head, row: &AuditRow) -> Result<(), DbError> {
    let sequence = head.sequence + 1;
    let digest = digest_of(&head.digest, head.chain, sequence, row);
    let person = row
        .person
        .as_ref()
        .map_or(Param::Null, |id| Param::Bytes(id.as_bytes()));
    conn.execute(
        "INSERT INTO audit (chain, sequence, at, actor, role, organisation, act, purpose, outcome, person_id, detail,
           digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        &[
            head.chain.into(),
            sequence.into(),
            row.at.0.into(),
            (&row.actor).into(),
            (&row.role).into(),
            (&row.organisation).into(),
            (&row.act).into(),
            (&row.purpose).into(),
            (&row.outcome).into(),
            person,
            (&row.detail).into(),
            digest.as_slice().into(),
        ],
    )?;
    head.sequence = sequence;
    head.digest = digest;
    Ok(())
}

fn digest_of(before: &[u8; 32], chain: i64, sequence: i64, row: &AuditRow) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before);
    for number in [chain, sequence, row.at.0] {
        hasher.update(&number.to_le_bytes());
    }
    let texts = [
        &row.actor,
        &row.role,
        &row.organisation,
        &row.act,
        &row.purpose,
        &row.outcome,
        &row.detail,
    ];
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(row.person.as_ref().map_or(&[], |id| id.as_bytes().as_slice()));
    *hasher.finalize().as_bytes()
}

fn row_of(row: &Row<'_>) -> Result<AuditRow, DbError> {
    let person = match row.opt_bytes(9)? {
        Some(bytes) => <[u8; 16]>::try_from(bytes).ok().map(PersonId::from_bytes),
        None => None,
    };
    Ok(AuditRow {
        at: Instant(row.int(2)?),
        actor: row.text(3)?,
        role: row.text(4)?,
        organisation: row.text(5)?,
        act: row.text(6)?,
        purpose: row.text(7)?,
        outcome: row.text(8)?,
        person,
        detail: row.text(10)?,
    })
}

pub(super) fn of_person(conn: &mut Conn, person: PersonId, limit: i64) -> Result<Vec<AuditRow>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE person_id = ?1 ORDER BY at DESC, sequence DESC LIMIT ?2");
    conn.query(&sql, &[person.as_bytes().as_slice().into(), limit.into()], row_of)
}

pub(super) fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<AuditRow>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM audit ORDER BY at DESC, sequence DESC LIMIT ?1");
    conn.query(&sql, &[limit.into()], row_of)
}

/// Walks every chain from its beginning.
pub(super) fn verify(conn: &mut Conn) -> Result<Result<u64, String>, DbError> {
    const PAGE: i64 = 5000;
    let (mut at, mut count) = ((i64::MIN, 0), 0);
    let (mut chain, mut sequence, mut digest) = (i64::MIN, 0, [0u8; 32]);
    loop {
        let sql = format!(
            "SELECT {COLUMNS} FROM audit WHERE chain > ?1 OR (chain = ?1 AND sequence > ?2)
             ORDER BY chain, sequence LIMIT ?3"
        );
        let page = conn.query(&sql, &[at.0.into(), at.1.into(), PAGE.into()], |row| {
            Ok((row.int(0)?, row.int(1)?, row.bytes(11)?, row_of(row)?))
        })?;
        for (row_chain, row_sequence, row_digest, row) in &page {
            if *row_chain != chain {
                (chain, sequence, digest) = (*row_chain, 0, [0u8; 32]);
            }
            if *row_sequence != sequence + 1 {
                return Ok(Err(format!("chain {chain}: row {} is missing", sequence + 1)));
            }
            sequence = *row_sequence;
            digest = digest_of(&digest, chain, sequence, row);
            if digest.as_slice() != row_digest.as_slice() {
                return Ok(Err(format!("chain {chain}: row {sequence} was changed")));
            }
            count += 1;
        }
        match page.last() {
            Some((chain, sequence, ..)) if page.len() as i64 == PAGE => at = (*chain, *sequence),
            _ => return Ok(Ok(count)),
        }
    }
}
