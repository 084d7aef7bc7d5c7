//! What was weighed of records lately, held in memory while many are weighed: each record of a county is one of some fifty
//! that others are compared with, and to read it from the store each time took four fifths of the weighing.
//!
//! What is held is used only of a record that has not changed since: one that changed waits to be weighed, and is
//! forgotten when it is; one that another's mark hides (SAFETY 2) is found by that mark. Both are asked of the store each
//! time. What is hidden is not held.

use super::rows::Cells;
use super::store;
use crate::db::{Conn, DbError};
use crate::person::store::Identity;
use crate::person::whereabouts;
use record::NhsNumber;
use std::collections::{BTreeSet, HashMap};

/// Records held at most: some 300 MB. When there are more, all are forgotten.
const MOST: usize = 1_500_000;

#[derive(Default)]
pub(super) struct Seen {
    records: HashMap<i64, One>,
}

/// One record's cells, behind one another.
pub(super) struct One {
    text: Box<str>,
    ends: [u16; 8],
    /// What a mark of restricted whereabouts would reach it by.
    birth: Option<i64>,
    nhs_number: Option<i64>,
}

impl One {
    fn of(identity: &Identity, cells: &Cells) -> Option<Self> {
        let mut ends = [0; 8];
        let mut text = String::new();
        for (end, cell) in ends.iter_mut().zip(cells) {
            text.push_str(cell);
            *end = u16::try_from(text.len()).ok()?;
        }
        Some(Self {
            text: text.into(),
            ends,
            birth: identity.birth.map(|birth| birth.0.into()),
            nhs_number: identity.nhs_number.map(NhsNumber::as_i64),
        })
    }

    /// Its cells, in the order of the model's columns.
    pub fn cells(&self) -> [&str; 8] {
        let mut from = 0;
        self.ends.map(|end| {
            let cell = self.text.get(from..usize::from(end)).unwrap_or_default();
            from = usize::from(end);
            cell
        })
    }
}

impl Seen {
    /// Forgets all.
    pub fn forget(&mut self) {
        self.records = HashMap::new();
    }

    /// Forgets one: it may have changed.
    pub fn forget_one(&mut self, record: i64) {
        self.records.remove(&record);
    }

    /// Holds what was read of a record just now.
    pub fn hold(&mut self, identity: &Identity, cells: &Cells) {
        if self.records.len() >= MOST {
            self.forget();
        }
        match One::of(identity, cells) {
            Some(one) => self.records.insert(identity.record_no, one),
            None => self.records.remove(&identity.record_no),
        };
    }

    /// Those of these records that are held and are still as they were.
    pub fn still(&self, conn: &mut Conn, records: &BTreeSet<i64>) -> Result<Vec<(i64, &One)>, DbError> {
        let held = records
            .iter()
            .filter_map(|record| Some((*record, self.records.get(record)?)));
        let held: Vec<(i64, &One)> = held.collect();
        let asked: Vec<i64> = held.iter().map(|(record, _)| *record).collect();
        let changed = store::those_that_wait(conn, &asked)?;
        let births = held.iter().filter_map(|(_, one)| one.birth).collect();
        let numbers = held.iter().filter_map(|(_, one)| one.nhs_number).collect();
        let marks = whereabouts::marks(conn, births, numbers)?;
        let may_be_hidden = |one: &One| marks.reach(one.birth, one.nhs_number);
        Ok(held
            .into_iter()
            .filter(|(record, one)| !changed.contains(record) && !may_be_hidden(one))
            .collect())
    }
}
