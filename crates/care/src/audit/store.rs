//! The audit table.

use super::{AuditFilter, AuditRow, Seal};
use crate::db::{Cell, Conn, DbError, Param, Row, Table, Turns, keep_rows};
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
const AUDIT: Table = Table {
    name: "audit",
    columns: &[
        "chain",
        "sequence",
        "at",
        "actor",
        "role",
        "organisation",
        "act",
        "purpose",
        "outcome",
        "person_id",
        "detail",
        "digest",
    ],
};

/// Adds rows to the chain, durably, and answers where it stands then.
pub(super) fn append(conn: &mut Conn, turns: &Turns, head: &Head, rows: Vec<AuditRow>) -> Result<Head, DbError> {
    let mut head = head.clone();
    let rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| next(&mut head, row)).collect();
    keep_rows(conn, turns, &AUDIT, &rows)?;
    Ok(head)
}

/// The next row of the chain as it is kept; moves the head on.
fn next(head: &mut Head, row: AuditRow) -> Vec<Cell> {
    head.sequence += 1;
    head.digest = digest_of(&head.digest, head.chain, head.sequence, &row);
    vec![
        Cell::Int(head.chain),
        Cell::Int(head.sequence),
        Cell::Int(row.at.0),
        Cell::Text(row.actor),
        Cell::Text(row.role),
        Cell::Text(row.organisation),
        Cell::Text(row.act),
        Cell::Text(row.purpose),
        Cell::Text(row.outcome),
        row.person.map_or(Cell::Null, |id| Cell::Bytes(id.as_bytes().to_vec())),
        Cell::Text(row.detail),
        Cell::Bytes(head.digest.to_vec()),
    ]
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

/// Keeps a seal; answers whether it was the first of its number.
pub(super) fn insert_seal(conn: &mut Conn, seal: &Seal) -> Result<bool, DbError> {
    let sql = "INSERT INTO audit_seal (seal_no, at, text, signature, public_key) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (seal_no) DO NOTHING";
    let kept = conn.execute(
        sql,
        &[
            seal.number.into(),
            seal.at.0.into(),
            (&seal.text).into(),
            seal.signature.as_slice().into(),
            seal.public_key.as_slice().into(),
        ],
    )?;
    Ok(kept == 1)
}

/// The seals after a number, at most `limit`.
pub(super) fn seals_after(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Seal>, DbError> {
    let sql = "SELECT seal_no, at, text, signature, public_key FROM audit_seal WHERE seal_no > ?1
               ORDER BY seal_no LIMIT ?2";
    conn.query(sql, &[after.into(), limit.into()], |row| {
        Ok(Seal {
            number: row.int(0)?,
            at: Instant(row.int(1)?),
            text: row.text(2)?,
            signature: row.bytes(3)?,
            public_key: row.bytes(4)?,
        })
    })
}

/// How far each chain has come: chain, sequence, digest. Chains are stepped through, so that what it costs grows
/// with their number and not with their rows.
pub(crate) fn heads(conn: &mut Conn) -> Result<Vec<(i64, i64, Vec<u8>)>, DbError> {
    let mut found = Vec::new();
    let mut after = i64::MIN;
    let next = "SELECT MIN(chain) FROM audit WHERE chain > ?1";
    while let Some(chain) = conn.first(next, &[after.into()], |row| row.opt_int(0))?.flatten() {
        let sql = "SELECT sequence, digest FROM audit WHERE chain = ?1 ORDER BY sequence DESC LIMIT 1";
        if let Some((sequence, digest)) = conn.first(sql, &[chain.into()], |row| Ok((row.int(0)?, row.bytes(1)?)))? {
            found.push((chain, sequence, digest));
        }
        after = chain;
    }
    Ok(found)
}

/// The digest of one row.
pub(super) fn digest_at(conn: &mut Conn, chain: i64, sequence: i64) -> Result<Option<Vec<u8>>, DbError> {
    let sql = "SELECT digest FROM audit WHERE chain = ?1 AND sequence = ?2";
    conn.first(sql, &[chain.into(), sequence.into()], |row| row.bytes(0))
}

/// The rows that fit, latest first.
pub(super) fn search(conn: &mut Conn, filter: &AuditFilter, limit: i64) -> Result<Vec<AuditRow>, DbError> {
    let mut wheres = vec!["at >= ?1".to_owned()];
    let mut params: Vec<Param<'_>> = vec![filter.since.map_or(i64::MIN, |since| since.0).into()];
    if !filter.actor.is_empty() {
        params.push((&filter.actor).into());
        wheres.push(format!("actor = ?{}", params.len()));
    }
    if let Some(person) = &filter.person {
        params.push(person.as_bytes().as_slice().into());
        wheres.push(format!("person_id = ?{}", params.len()));
    }
    match filter.granted {
        Some(true) => wheres.push("outcome IN ('granted', 'shown in a list')".to_owned()),
        Some(false) => wheres.push("outcome NOT IN ('granted', 'shown in a list')".to_owned()),
        None => {}
    }
    params.push(limit.into());
    let sql = format!(
        "SELECT {COLUMNS} FROM audit WHERE {} ORDER BY at DESC, sequence DESC LIMIT ?{}",
        wheres.join(" AND "),
        params.len()
    );
    conn.query(&sql, &params, row_of)
}
