//! What was weighed of records lately, held in memory while many are weighed: each record of a county is one of some fifty
//! that others are compared with, and to read it from the store and clean it each time took four fifths of the weighing.
//!
//! What is held is used only of a record that has not changed since: one that changed waits to be weighed, and is
//! read anew then; one that another's mark hides (SAFETY 2) is found by that mark. Both are asked of the store in each
//! go. What is hidden is not held.

use super::rows::{self, Cells};
use crate::person::store::Identity;
use hashbrown::HashMap;
use linkage::{Growing, Rows, Weights};
use record::NhsNumber;
use std::sync::Arc;

/// Rows held at most: some 400 MB. When there are more, all are forgotten.
const MOST: usize = 2_000_000;
/// And bytes that records say at most: long addresses are no way to fill the memory.
const MOST_TEXT: usize = 400_000_000;

pub(super) struct Seen {
    records: HashMap<i64, One>,
    weights: Arc<Weights>,
    rows: Growing,
    text: usize,
}

/// Where one record's cells stand.
#[derive(Clone, Copy)]
pub(super) struct One {
    pub row: u32,
    /// A digest of the cells.
    state: i64,
    /// What a mark of restricted whereabouts would reach it by.
    pub birth: Option<i32>,
    pub nhs_number: Option<i64>,
}

impl Seen {
    /// Nothing held; cells are of the columns of these weights.
    pub fn new(weights: Arc<Weights>) -> Self {
        Self {
            records: HashMap::new(),
            rows: Growing::new(Arc::clone(&weights)),
            weights,
            text: 0,
        }
    }

    /// Forgets all.
    pub fn forget(&mut self) {
        *self = Self::new(Arc::clone(&self.weights));
    }

    /// Forgets all if that is too much. Rows that were given before mean nothing then.
    pub fn make_room(&mut self) {
        if self.rows.table().len() >= MOST || self.text >= MOST_TEXT {
            self.forget();
        }
    }

    /// The rows, to be weighed.
    pub const fn rows(&self) -> &Growing {
        &self.rows
    }

    /// What is held of a record.
    pub fn held(&self, record: i64) -> Option<One> {
        self.records.get(&record).copied()
    }

    /// Forgets a record.
    pub fn forget_one(&mut self, record: i64) {
        self.records.remove(&record);
    }

    /// The row of what was read of a record just now, which is held from now on unless it is hidden.
    pub fn row_of(&mut self, identity: &Identity, cells: &Cells, hidden: bool) -> u32 {
        let state = rows::state(cells, 0);
        let same = self.held(identity.record_no).filter(|one| one.state == state);
        let row = same.map_or_else(|| self.add(cells), |one| one.row);
        if hidden {
            self.forget_one(identity.record_no);
            return row;
        }
        let one = One {
            row,
            state,
            birth: identity.birth.map(|birth| birth.0),
            nhs_number: identity.nhs_number.map(NhsNumber::as_i64),
        };
        self.records.insert(identity.record_no, one);
        row
    }

    fn add(&mut self, cells: &Cells) -> u32 {
        let mut row = Rows::new(cells.len());
        row.push(rows::borrowed(cells));
        self.text += cells.iter().map(String::len).sum::<usize>();
        self.rows.add(&row)
    }
}
