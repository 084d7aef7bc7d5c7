//! One row of a table under its heading, through a mapping.

use super::cells::cells;
use record::system::{Column, Condition, Mapping};
use record::{Issue, Rejection, When};

/// A row whose cells stand under the mapping's columns.
pub(super) struct Row<'a> {
    pub mapping: &'a Mapping,
    cells: Vec<String>,
    /// For each of the mapping's columns, the cell that stands under it.
    place: Vec<Option<usize>>,
    /// What is wrong with the row as a whole; every item of it carries this.
    pub issues: Vec<Issue>,
}

impl<'a> Row<'a> {
    /// Cuts the row and lays it under its heading.
    ///
    /// # Errors
    /// `no-heading`, `ragged-row`, `column-twice`, `missing-column` and those of [`cells`].
    pub fn new(row: &[u8], heading: &str, separator: u8, mapping: &'a Mapping) -> Result<Self, Rejection> {
        let (cells_found, utf8) = cells(row, separator)?;
        if heading.trim().is_empty() {
            return Err(Rejection::new(
                "no-heading",
                "row",
                "the row came without its table's heading",
            ));
        }
        let heading = heading.trim_start_matches('\u{feff}').as_bytes();
        let (names, _) = cells(heading, separator).map_err(|mut rejection| {
            rejection.place = "heading".to_owned();
            rejection
        })?;
        if names.len() != cells_found.len() {
            let reason = format!(
                "the row has {} cells and the heading {}: a separator or a quote is missing or one too many",
                cells_found.len(),
                names.len()
            );
            return Err(Rejection::new("ragged-row", "row", reason));
        }
        let mut issues = Vec::new();
        let place = places(mapping, &names, &mut issues)?;
        for (at, name) in names.iter().enumerate() {
            if !place.contains(&Some(at)) && !cells_found[at].is_empty() {
                issues.push(issue(
                    name,
                    "the feed's mapping does not know this column; it was not read",
                ));
            }
        }
        if !utf8 {
            issues.push(issue("row", "the row is not UTF-8; it was read as Windows-1252"));
        }
        Ok(Self {
            mapping,
            cells: cells_found,
            place,
            issues,
        })
    }

    /// What stands under a column; empty when nothing does.
    pub fn cell(&self, column: Column) -> &str {
        let at = self.place.get(column.0).copied().flatten();
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// Whether a rule applies.
    pub fn applies(&self, condition: Option<&Condition>) -> bool {
        let Some(condition) = condition else { return true };
        let cell = self.cell(condition.column()).to_lowercase();
        match condition {
            Condition::Is(_, words) => words.contains(&cell),
            Condition::IsNot(_, words) => !cell.is_empty() && !words.contains(&cell),
            Condition::Filled(_) => !cell.is_empty(),
        }
    }

    /// The date under a column; an unreadable one is an issue.
    pub fn when(&self, column: Option<Column>, issues: &mut Vec<Issue>) -> Option<When> {
        let column = column?;
        let text = self.cell(column);
        let when = super::date::parse(self.mapping.dates, text);
        if when.is_none() && !text.is_empty() {
            let reason = format!("not a date written {}", self.mapping.dates.words());
            issues.push(issue(self.mapping.name(column), &reason));
        }
        when
    }
}

/// Where each of the mapping's columns stands under this heading.
fn places(mapping: &Mapping, names: &[String], issues: &mut Vec<Issue>) -> Result<Vec<Option<usize>>, Rejection> {
    let mut places = Vec::with_capacity(mapping.columns.len());
    for (at, column) in mapping.columns.iter().enumerate() {
        let mut found = names
            .iter()
            .enumerate()
            .filter(|(_, name)| name.eq_ignore_ascii_case(column));
        let first = found.next().map(|(at, _)| at);
        if found.next().is_some() {
            let reason = format!("the heading has the column {column} twice: which one is meant?");
            return Err(Rejection::new("column-twice", "heading", reason));
        }
        if first.is_none() {
            let column_at = Column(at);
            let essential = mapping.row_id.contains(&column_at)
                || mapping.person == Some(column_at)
                || mapping.updated == Some(column_at)
                || mapping
                    .withdrawn
                    .as_ref()
                    .is_some_and(|rule| rule.column() == column_at);
            if essential {
                let reason = format!("the heading has no column {column}, without which no row can be read");
                return Err(Rejection::new("missing-column", "heading", reason));
            }
            if !mapping.ignored.contains(&column_at) {
                issues.push(issue(column, "the file has no such column"));
            }
        }
        places.push(first);
    }
    Ok(places)
}

pub(super) fn issue(place: &str, reason: &str) -> Issue {
    Issue {
        place: place.to_owned(),
        reason: reason.to_owned(),
    }
}
