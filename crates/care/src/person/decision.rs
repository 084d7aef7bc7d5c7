//! Decisions about identity: truth that is only added to, and can be undone but never unsaid.

use super::{identity, matching, store};
use crate::db::{Conn, DbError};
use record::system::Feed;
use record::{Instant, NhsNumber};
use std::collections::BTreeSet;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Two records of one sender are one person: `from` was merged into `into`.
    Merge {
        /// The record that ended.
        from: i64,
        /// The record that lives on.
        into: i64,
    },
    /// An NHS number was replaced by another.
    Superseded {
        /// The number that ended.
        old: NhsNumber,
        /// The number that lives on.
        new: NhsNumber,
    },
    /// Two records are not one person, whatever they have in common.
    KeepApart(i64, i64),
    /// The law keeps two records apart (adoption, gender change, protected identity), the old identity first, the
    /// new second: never compared, suggested, shown, counted or exported together (SAFETY 2).
    Barred(i64, i64),
}

/// A decision as it is kept.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its number.
    pub number: i64,
    /// What was decided.
    pub kind: Kind,
    /// Who decided: a user, or the feed whose message asked for it.
    pub actor: String,
    /// Why.
    pub why: String,
    /// When.
    pub decided: Instant,
    /// When it was undone; `None` while it stands.
    pub undone: Option<Instant>,
}

/// Keeps what a sender's message asks for; answers the records it touches. A decision that is kept already,
/// standing or undone, is not made again: a person's undoing outlives a message sent twice.
pub(crate) fn as_sent(conn: &mut Conn, kind: Kind, feed: &Feed, now: Instant) -> Result<BTreeSet<i64>, DbError> {
    let why = match kind {
        Kind::Merge { .. } => "the sender merged these two records",
        Kind::Superseded { .. } => "the demographics service replaced this NHS number",
        Kind::KeepApart(..) | Kind::Barred(..) => "the sender asked for it",
    };
    if !store::decision_exists(conn, kind)? {
        store::insert_decision(conn, kind, &format!("feed {}", feed.name), why, now)?;
    }
    touched_by(conn, kind)
}

/// Makes a decision and puts its consequences in force at once.
pub fn decide(conn: &mut Conn, kind: Kind, actor: &str, why: &str, now: Instant) -> Result<i64, DbError> {
    let number = store::insert_decision(conn, kind, actor, why, now)?;
    let touched = touched_by(conn, kind)?;
    if matches!(kind, Kind::Barred(..)) {
        matching::weigh_again(conn, &touched, now)?;
    }
    identity::settle(conn, &touched)?;
    Ok(number)
}

/// Undoes a decision; answers whether it stood.
pub fn undo(conn: &mut Conn, number: i64, actor: &str, why: &str, now: Instant) -> Result<bool, DbError> {
    let Some(decision) = store::decision(conn, number)?.filter(|decision| decision.undone.is_none()) else {
        return Ok(false);
    };
    store::mark_undone(conn, number, actor, why, now)?;
    let touched = touched_by(conn, decision.kind)?;
    if matches!(decision.kind, Kind::Barred(..)) {
        matching::weigh_again(conn, &touched, now)?;
    }
    identity::settle(conn, &touched)?;
    Ok(true)
}

fn touched_by(conn: &mut Conn, kind: Kind) -> Result<BTreeSet<i64>, DbError> {
    match kind {
        Kind::Merge { from: a, into: b } | Kind::KeepApart(a, b) | Kind::Barred(a, b) => Ok(BTreeSet::from([a, b])),
        Kind::Superseded { old, new } => store::records_with_numbers(conn, &[old.as_i64(), new.as_i64()]),
    }
}
