//! Records that are held restricted after a restore: the backup did not know that the person's whereabouts had since
//! become restricted, and until the sender has said so again nothing may show them (SAFETY 2).

mod store;

use super::identity::Says;
use super::matching;
use crate::db::{Conn, DbError};
use record::{Instant, RecordId};
use std::collections::{BTreeMap, BTreeSet};

/// Holds a record restricted, whether it is here already or comes later; answers whether that was news. `since`: when
/// it was done.
pub(crate) fn hold(conn: &mut Conn, record: RecordId, since: Instant) -> Result<bool, DbError> {
    let here = super::store::record_no(conn, record)?;
    if store::is_held(conn, record)? {
        return Ok(false);
    }
    if let Some(no) = here {
        let known = super::store::identities(conn, &[no])?.iter().any(|one| one.restricted);
        if known {
            return Ok(false);
        }
        mark(conn, no)?;
        // What it was weighed by may have told where the person lives.
        matching::weigh_again(conn, &BTreeSet::from([no]), since)?;
    }
    store::insert(conn, record, since)?;
    Ok(true)
}

fn mark(conn: &mut Conn, record_no: i64) -> Result<(), DbError> {
    for (_, text) in super::store::identities_said(conn, &[record_no])? {
        let mut person = super::demographics::of_text(&text)?;
        person.restricted = true;
        store::mark(conn, record_no, &super::demographics::to_text(&person)?)?;
    }
    Ok(())
}

/// Has what senders now say of these records be restricted where it is held so.
pub(super) fn keep(conn: &mut Conn, said: &mut BTreeMap<i64, Option<Says>>) -> Result<(), DbError> {
    if !store::any(conn)? {
        return Ok(());
    }
    let records: Vec<i64> = said.keys().copied().collect();
    for record_no in store::held_among(conn, &records)? {
        if let Some(Some(says)) = said.get_mut(&record_no) {
            store::note_said(conn, record_no, says.person.restricted)?;
            says.person.restricted = true;
        }
    }
    Ok(())
}

/// Ends each hold whose record's sender has said it again: from then on the sender's word alone counts. Answers how
/// many were ended and how many stay.
pub(crate) fn release(conn: &mut Conn) -> Result<(u64, i64), DbError> {
    let ended = store::end_said(conn)?;
    Ok((ended, store::count(conn)?))
}

/// How many records are held.
pub(crate) fn count(conn: &mut Conn) -> Result<i64, DbError> {
    store::count(conn)
}
