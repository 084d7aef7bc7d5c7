//! Rows of tables: cells put in by column name, quoted only where they must be.

use crate::feeds::{FeedFile, Feeds};
use crate::fhir::Copy;

/// Column names and, made from the same names, the heading line.
macro_rules! columns {
    ($first:literal $($rest:literal)*) => {
        (&[$first $(, $rest)*], concat!($first $(, ",", $rest)*, "\r\n"))
    };
}
pub(crate) use columns;

/// A table's columns and heading.
pub type Columns = (&'static [&'static str], &'static str);

/// One row being filled.
#[derive(Debug)]
pub struct Row {
    columns: &'static [&'static str],
    cells: Vec<String>,
}

impl Row {
    /// An empty row.
    pub fn new(columns: Columns) -> Self {
        Self {
            columns: columns.0,
            cells: vec![String::new(); columns.0.len()],
        }
    }

    /// Puts a value into a column. A column the table does not have is left out; a test compares every table's
    /// columns with the feed's own file.
    pub fn set(&mut self, column: &str, value: impl Into<String>) -> &mut Self {
        let at = self.columns.iter().position(|name| *name == column);
        debug_assert!(at.is_some(), "no column {column}");
        if let Some(cell) = at.and_then(|at| self.cells.get_mut(at)) {
            *cell = value.into();
        }
        self
    }

    /// Puts a value into the first of these columns that the table has, if any.
    pub fn set_any(&mut self, columns: &[&str], value: &str) -> &mut Self {
        if let Some(column) = columns.iter().find(|column| self.columns.contains(column)) {
            self.set(column, value);
        }
        self
    }

    /// Who the row is about, under the names that tables commonly use; the birth date as written.
    pub fn about(&mut self, copy: &Copy<'_>, born: String, sex: &str) -> &mut Self {
        let line = |at: usize| copy.lines.get(at).map_or("", String::as_str);
        let phone = if copy.household.landline.is_empty() {
            &copy.person.mobile
        } else {
            &copy.household.landline
        };
        self.set_any(&["NHSNumber"], &copy.nhs)
            .set_any(&["Forenames", "Forename", "FirstName"], &copy.given)
            .set_any(&["Surname", "LastName"], &copy.family)
            .set_any(&["DateOfBirth"], &born)
            .set_any(&["Sex", "Gender"], sex)
            .set_any(&["AddressLine1"], line(0))
            .set_any(&["AddressLine2"], line(1))
            .set_any(&["Town"], line(2))
            .set_any(&["Postcode"], &copy.postcode)
            .set_any(&["Telephone", "Phone"], phone)
            .set_any(&["Email"], &copy.person.email)
            .set_any(&["GPPracticeCode", "PracticeCode"], copy.household.practice.code)
            .set_any(&["GPPractice"], copy.household.practice.name)
            .set_any(&["Ethnicity"], copy.person.ethnicity.1)
    }

    /// Writes the row.
    pub fn send(&self, feeds: &mut Feeds, feed: &'static FeedFile) {
        feeds.write(feed, |out| {
            for (at, cell) in self.cells.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                if cell.contains([',', '"', '\n', '\r']) {
                    out.push(b'"');
                    out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
                    out.push(b'"');
                } else {
                    out.extend_from_slice(cell.as_bytes());
                }
            }
            out.extend_from_slice(b"\r\n");
        });
    }
}
