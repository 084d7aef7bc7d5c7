//! Counts of people for planning: the one gate by which figures about people leave (SAFETY 10 and 11).
//!
//! Whoever plans never reads the record. Once a day each living person is put into a snapshot under a number that leads
//! to nobody, with the groups they belong to and the conditions that policy lets be counted. Questions are put to the
//! latest snapshot; what comes out has passed [`disclosure`], and each question has its row in the audit.

mod choosing;
pub mod disclosure;
mod groups;
mod snapshot;
mod store;
mod taking;
mod who;

pub(crate) use choosing::{Chosen, NotChosen, choose};
pub use choosing::{LISTED_MAX, Offered, Wanted, offered};
pub use disclosure::Shown;
pub use groups::By;
pub use taking::{anybody, take, taken_at};

use crate::Care;
use crate::access::{AccessError, Act, Actor, list};
use crate::db::DbError;
use disclosure::Tally;
use record::Instant;
use snapshot::Snapshot;
use std::sync::{Arc, Mutex, PoisonError};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// People with this condition alone, by the code that [`Answer::conditions`] gives it; `None` for everybody.
    pub condition: Option<String>,
    /// One row for each of these groups.
    pub rows: By,
    /// One column for each of these, if any.
    pub columns: Option<By>,
}

/// A condition that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Its code with the code's system before it, as [`Ask::condition`] names it.
    pub code: String,
    /// What senders call it.
    pub words: String,
}

/// One row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The group.
    pub name: String,
    /// One figure for each column.
    pub cells: Vec<Shown>,
    /// Everybody of the group.
    pub all: Shown,
    /// Those of the group who are counted at all, with or without the condition.
    pub of: Shown,
}

/// What may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When the snapshot was taken.
    pub taken: Instant,
    /// Every condition that can be asked for.
    pub conditions: Vec<Condition>,
    /// The condition asked for, if any.
    pub asked: Option<Condition>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Everybody of each column.
    pub totals: Vec<Shown>,
    /// Everybody asked for.
    pub all: Shown,
    /// Everybody who is counted, with or without the condition.
    pub of: Shown,
    /// People whose practice's entries are left out, since they have a type 1 opt-out (SAFETY 10).
    pub left_out: Shown,
}

/// The latest snapshot, unpacked once.
#[derive(Default)]
pub(crate) struct Latest(Mutex<Option<(i64, Arc<Snapshot>)>>);

/// Counts people. Each question is a row of the audit, whatever comes of it.
///
/// # Errors
/// [`AccessError`] with words for the page for those who may not count; when the store fails. `None` while no snapshot
/// has been taken.
pub fn count(care: &Care, actor: &Actor, ask: &Ask, now: Instant) -> Result<Option<Answer>, AccessError> {
    list(care, actor, Act::Count, &ask.words(), now)?;
    let Some(snapshot) = latest(care)? else { return Ok(None) };
    Ok(Some(answer(&snapshot, ask)))
}

impl Ask {
    /// For the audit: codes and kinds of groups.
    fn words(&self) -> String {
        let of = self.condition.as_deref().unwrap_or("everybody");
        let columns = self
            .columns
            .map(|by| format!(" and {}", by.words()))
            .unwrap_or_default();
        format!(
            "{} by {}{columns}",
            of.chars().take(100).collect::<String>(),
            self.rows.words()
        )
    }
}

fn latest(care: &Care) -> Result<Option<Arc<Snapshot>>, DbError> {
    let Some(number) = care.readers().read(store::newest)? else {
        return Ok(None);
    };
    let mut held = care.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, snapshot)) = held.as_ref()
        && *of == number
    {
        return Ok(Some(Arc::clone(snapshot)));
    }
    let Some(body) = care.readers().read(|conn| store::body(conn, number))? else {
        return Ok(None);
    };
    let snapshot = Arc::new(Snapshot::unpacked(&body)?);
    *held = Some((number, Arc::clone(&snapshot)));
    Ok(Some(snapshot))
}

fn answer(snapshot: &Snapshot, ask: &Ask) -> Answer {
    let condition = ask.condition.as_ref().and_then(|code| snapshot.condition(code));
    let rows = snapshot.groups(ask.rows);
    let columns: &[String] = ask.columns.map_or(&[], |by| snapshot.groups(by));
    let mut cells = vec![vec![Tally::default(); columns.len()]; rows.len()];
    let mut by_row = vec![(Tally::default(), Tally::default()); rows.len()];
    let mut totals = vec![Tally::default(); columns.len()];
    let (mut all, mut of, mut left_out) = (Tally::default(), Tally::default(), Tally::default());
    for person in snapshot.people() {
        of.add(person.key);
        let at = person.group(ask.rows);
        by_row[at].1.add(person.key);
        if person.left_out {
            left_out.add(person.key);
        }
        if condition.is_some_and(|condition| !person.has(condition)) {
            continue;
        }
        all.add(person.key);
        by_row[at].0.add(person.key);
        if let Some(by) = ask.columns {
            let column = person.group(by);
            cells[at][column].add(person.key);
            totals[column].add(person.key);
        }
    }
    let shown = |tallies: &[Tally]| tallies.iter().map(Tally::shown).collect();
    Answer {
        taken: snapshot.taken(),
        conditions: snapshot.conditions(),
        asked: condition.map(|condition| snapshot.named(condition)),
        columns: columns.to_vec(),
        rows: rows
            .iter()
            .zip(cells.iter().zip(&by_row))
            .map(|(name, (cells, (all, of)))| Row {
                name: name.clone(),
                cells: shown(cells),
                all: all.shown(),
                of: of.shown(),
            })
            .collect(),
        totals: shown(&totals),
        all: all.shown(),
        of: of.shown(),
        left_out: left_out.shown(),
    }
}
