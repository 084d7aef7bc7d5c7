//! The page of counts.

use crate::site::view::{Choice, Frame};
use askama::Template;

/// `/counts`.
#[derive(Template)]
#[template(path = "counts/counts.html")]
pub struct CountsPage {
    /// Around it.
    pub frame: Frame,
    /// Conditions to ask for.
    pub conditions: Vec<Choice>,
    /// What to count by.
    pub by: Vec<Choice>,
    /// What else to count by.
    pub and: Vec<Choice>,
    /// Whether something was asked for that is in no list: too few have it, or nobody.
    pub unknown: bool,
    /// What was found; `None` before the first counts are made.
    pub told: Option<Told>,
}

/// A table of counts.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it says.
    pub caption: String,
    /// When the people were counted.
    pub taken: String,
    /// Who was asked for.
    pub of: String,
    /// Whether that is fewer than everybody.
    pub asked: bool,
    /// The code asked for.
    pub code: String,
    /// What rows stand for.
    pub rows_by: String,
    /// Headings.
    pub columns: Vec<String>,
    /// Rows.
    pub lines: Vec<Line>,
    /// Everybody of each column.
    pub totals: Vec<String>,
    /// Everybody asked for.
    pub all: String,
    /// Everybody.
    pub everybody: String,
    /// The share of everybody.
    pub share: String,
    /// How many are left out in part.
    pub left_out: String,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Line {
    /// The group.
    pub name: String,
    /// Figures.
    pub cells: Vec<String>,
    /// All of them.
    pub all: String,
    /// Everybody of the group.
    pub of: String,
    /// The share of the group.
    pub share: String,
}
