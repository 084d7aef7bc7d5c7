//! Doing again what was decided after a backup was taken.

use super::{Decided, Pair, store};
use crate::Care;
use crate::db::{DbError, Urgency};
use crate::person::decision::{self, Kind};
use crate::person::held;
use record::{Instant, RecordId};
use std::collections::HashMap;

/// Why a bar, or that records were kept apart, was decided: the words were not listed.
const WHY: &str = "done again when the store was restored: it was decided before it was lost";

/// What came of doing again what was decided since a backup was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DoneAgain {
    /// Objections, seals, hidden entries, suspensions, accounts shut, ways not to reach somebody: decided again.
    pub protected: u64,
    /// Proxies, yeses, consents and joins: ended or undone again.
    pub ended: u64,
    /// Bars and records kept apart: decided again.
    pub apart: u64,
    /// Records held restricted until their sender says so again.
    pub restricted: u64,
    /// What had been taken back since and was not taken back again: it protects somebody, and a person decides.
    pub kept: u64,
}

impl std::fmt::Display for DoneAgain {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}", self.protected + self.ended + self.apart + self.restricted)
    }
}

/// What came of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backup) enum Outcome {
    /// It was so already, or needs nothing.
    Nothing,
    /// Done.
    Protected,
    /// Done.
    Ended,
    /// Done.
    Apart,
    /// Done.
    Restricted,
    /// It would open what is closed.
    Kept,
    /// It cannot be done yet, with why.
    Left(String),
}

/// Does all of a list again, in its order; what could not be done is kept to be looked at. Answers what was done, and
/// the words of what is left.
pub(in crate::backup) fn do_all(
    care: &Care,
    listed: Vec<Decided>,
    now: Instant,
) -> Result<(DoneAgain, Vec<String>), DbError> {
    let mut last: Vec<Decided> = Vec::new();
    let mut at: HashMap<String, usize> = HashMap::new();
    for one in listed {
        let place = *at.entry(one.subject()).or_insert(last.len());
        match last.get_mut(place) {
            // What was undone stays undone, in whatever order its lines were written.
            Some(Decided::Row { undone: Some(_), .. } | Decided::Pair(Pair { undone: Some(_), .. })) => {}
            Some(before) => *before = one,
            None => last.push(one),
        }
    }
    let (mut done, mut left) = (DoneAgain::default(), Vec::new());
    for one in last {
        match do_again(care, &one, now)? {
            Outcome::Nothing => {}
            Outcome::Protected => done.protected += 1,
            Outcome::Ended => done.ended += 1,
            Outcome::Apart => done.apart += 1,
            Outcome::Restricted => done.restricted += 1,
            Outcome::Kept => done.kept += 1,
            Outcome::Left(words) => {
                let (kept, text) = (words.clone(), one.text());
                care.writer()
                    .write::<(), DbError>(Urgency::Waiting, move |conn| store::leave(conn, &kept, &text, now))?;
                left.push(words);
            }
        }
    }
    Ok((done, left))
}

/// Does one again, unless the store has it.
pub(in crate::backup) fn do_again(care: &Care, one: &Decided, now: Instant) -> Result<Outcome, DbError> {
    let key = care.id_key().derived("chesil 2026-11 numbers in the list of decisions");
    let (one, protects) = (one.clone(), one.protects());
    care.writer().write(Urgency::Waiting, move |conn| {
        Ok(match one {
            Decided::Begun => Outcome::Nothing,
            Decided::Row { of, row, undone } => {
                let known = store::known(conn, of, &row)?;
                match (known, undone) {
                    (None, None) if protects => {
                        store::keep_again(conn, of, &row)?;
                        Outcome::Protected
                    }
                    (Some((_, true)), Some(_)) if protects => Outcome::Kept,
                    (Some((number, true)), Some(undone)) => {
                        store::undo_again(conn, of, number, &undone)?;
                        Outcome::Ended
                    }
                    _ => Outcome::Nothing,
                }
            }
            Decided::Pair(pair) => match (store::known_pair(conn, &key, &pair)?, &pair.undone) {
                (None, None) => keep_apart(conn, &pair)?,
                (Some((_, true)), Some(_)) if protects => Outcome::Kept,
                (Some((number, true)), Some((at, by))) => {
                    decision::undo(conn, number, by, WHY, Instant(*at))?;
                    Outcome::Ended
                }
                // Its sender's message would join them again.
                (None, Some(_)) if !protects && pair.is_of_a_feed() => Outcome::Left(joined_again(&pair)),
                _ => Outcome::Nothing,
            },
            Decided::Account { user, shut: Some(by) } => match store::shut_again(conn, &user, &by)? {
                true => Outcome::Protected,
                false => Outcome::Nothing,
            },
            Decided::Account { user, shut: None } => match store::shut(conn)?.contains_key(&user) {
                true => Outcome::Kept,
                false => Outcome::Nothing,
            },
            Decided::Restricted { record, is: true } => match <[u8; 16]>::try_from(record.as_slice()) {
                Ok(id) if held::hold(conn, RecordId::from_bytes(id), now)? => Outcome::Restricted,
                _ => Outcome::Nothing,
            },
            Decided::Restricted { .. } => Outcome::Nothing,
        })
    })
}

fn keep_apart(conn: &mut crate::db::Conn, pair: &Pair) -> Result<Outcome, DbError> {
    let (Some(a), Some(b)) = (store::record_no(conn, &pair.a)?, store::record_no(conn, &pair.b)?) else {
        return Ok(Outcome::Left(not_here(pair)));
    };
    let kind = match pair.kind {
        3 => Kind::KeepApart(a, b),
        4 => Kind::Barred(a, b),
        _ => return Ok(Outcome::Nothing),
    };
    decision::decide(conn, kind, &pair.actor, WHY, Instant(pair.decided))?;
    Ok(Outcome::Apart)
}

fn records(pair: &Pair) -> String {
    format!("{} and {}", super::hex(&pair.a), super::hex(&pair.b))
}

fn not_here(pair: &Pair) -> String {
    let must = match pair.kind {
        4 => "must never be shown, compared or counted together (a barred pair)",
        _ => "are two people",
    };
    format!(
        "Records {} {must}, and at least one of them is not here: it came after the backup. Have what its sender sent \
         taken with `chesil import` before anybody is served, then run `chesil restored`, which does this by itself \
         once both are here",
        records(pair)
    )
}

fn joined_again(pair: &Pair) -> String {
    let what = match pair.kind {
        1 => format!("Records {}", records(pair)),
        _ => "Two NHS numbers".to_owned(),
    };
    format!(
        "{what} were joined by a message of {} after the backup, and that was undone. When the message is sent again they \
         are joined again: have it taken with `chesil import`, then run `chesil restored`, which undoes it by itself",
        pair.actor
    )
}
