//! Rows of an official table, by column name.

use super::Wrong;
use std::io::Read;

/// Most bytes of one file; the largest known, every postcode of the country, has a third of them.
const BYTES_MAX: u64 = 512 << 20;
/// Most rows of one file.
const ROWS_MAX: u64 = 5_000_000;
/// Most columns.
const COLUMNS_MAX: usize = 1_000;
/// Most letters of a cell that is used.
const CELL_LETTERS_MAX: usize = 200;

/// A table being read.
pub struct Table<R> {
    file: &'static str,
    reader: csv::Reader<std::io::Take<R>>,
    columns: Vec<usize>,
    record: csv::StringRecord,
    line: u64,
    rows: u64,
}

impl<R: Read> Table<R> {
    /// Reads the heading and finds these columns in it.
    pub fn open(file: &'static str, input: R, wanted: &[&str]) -> Result<Self, Wrong> {
        let mut reader = csv::ReaderBuilder::new().from_reader(input.take(BYTES_MAX));
        let wrong = |line, reason: String| Wrong { file, line, reason };
        let heading = reader.headers().map_err(|error| wrong(1, unreadable(&error)))?;
        if heading.len() > COLUMNS_MAX {
            return Err(wrong(1, format!("more than {COLUMNS_MAX} columns")));
        }
        let mut columns = Vec::with_capacity(wanted.len());
        for name in wanted {
            // A mark of the byte order stands before the first name of files that spreadsheets wrote.
            let is = |held: &str| held.trim().trim_start_matches('\u{feff}') == *name;
            let mut found = heading.iter().enumerate().filter(|(_, held)| is(held));
            match (found.next(), found.next()) {
                (Some((at, _)), None) => columns.push(at),
                (Some(_), Some(_)) => return Err(wrong(1, format!("the column {name} stands there twice"))),
                (None, _) => {
                    let held: Vec<&str> = heading.iter().take(12).collect();
                    return Err(wrong(
                        1,
                        format!("no column {name}; there are: {}", clipped(&held.join(", "))),
                    ));
                }
            }
        }
        Ok(Self {
            file,
            reader,
            columns,
            record: csv::StringRecord::new(),
            line: 1,
            rows: 0,
        })
    }

    /// The next row, if there is one.
    pub fn next(&mut self) -> Result<Option<Row<'_>>, Wrong> {
        let more = self.reader.read_record(&mut self.record);
        let at = self.record.position().map_or(self.line + 1, csv::Position::line);
        let more = more.map_err(|error| {
            let line = error.position().map_or(at, csv::Position::line);
            self.wrong(line, unreadable(&error))
        })?;
        if !more {
            return if self.rows == 0 {
                Err(self.wrong(0, "no rows under the heading".to_owned()))
            } else {
                Ok(None)
            };
        }
        self.line = at;
        self.rows += 1;
        if self.rows > ROWS_MAX {
            return Err(self.wrong(at, format!("more than {ROWS_MAX} rows")));
        }
        Ok(Some(Row {
            file: self.file,
            line: at,
            columns: &self.columns,
            record: &self.record,
        }))
    }

    fn wrong(&self, line: u64, reason: String) -> Wrong {
        Wrong {
            file: self.file,
            line,
            reason,
        }
    }
}

fn unreadable(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "not UTF-8 text".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells where the heading has {expected_len}")
        }
        _ => "cannot be cut into rows".to_owned(),
    }
}

/// Enough of what stands there to find it.
fn clipped(text: &str) -> String {
    let mut out: String = text.chars().take(120).filter(|letter| !letter.is_control()).collect();
    if text.chars().count() > 120 {
        out.push('…');
    }
    out
}

/// One row; columns by their place among those that were asked for.
pub struct Row<'a> {
    file: &'static str,
    line: u64,
    columns: &'a [usize],
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// What is wrong with this row.
    pub fn wrong(&self, reason: impl Into<String>) -> Wrong {
        Wrong {
            file: self.file,
            line: self.line,
            reason: reason.into(),
        }
    }

    /// A cell, trimmed; empty when there is none.
    pub fn cell(&self, at: usize) -> &str {
        let cell = self.columns.get(at).and_then(|column| self.record.get(*column));
        cell.unwrap_or_default().trim()
    }

    /// A cell with something in it, not too long, on one line.
    pub fn text(&self, at: usize, name: &str) -> Result<String, Wrong> {
        let cell = self.cell(at);
        if cell.is_empty() || cell.chars().count() > CELL_LETTERS_MAX || cell.chars().any(char::is_control) {
            return Err(self.wrong(format!(
                "{name}: 1 to {CELL_LETTERS_MAX} letters on one line, not “{}”",
                clipped(cell)
            )));
        }
        Ok(cell.to_owned())
    }

    /// A code of the register: these letters, then digits, nine in all (`E01020392`).
    pub fn code(&self, at: usize, name: &str, begins: &str) -> Result<String, Wrong> {
        let cell = self.cell(at);
        let digits = cell.strip_prefix(begins).unwrap_or_default();
        if cell.len() == 9 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(cell.to_owned());
        }
        Err(self.wrong(format!(
            "{name}: a code such as {begins}…, nine long, not “{}”",
            clipped(cell)
        )))
    }

    /// A number between two, both possible.
    pub fn number(&self, at: usize, name: &str, least: f64, most: f64) -> Result<f64, Wrong> {
        let cell = self.cell(at);
        let found = cell
            .parse::<f64>()
            .ok()
            .filter(|number| (least..=most).contains(number));
        found.ok_or_else(|| {
            self.wrong(format!(
                "{name}: a number from {least} to {most}, not “{}”",
                clipped(cell)
            ))
        })
    }

    /// A whole number between two, both possible.
    pub fn whole(&self, at: usize, name: &str, least: u32, most: u32) -> Result<u32, Wrong> {
        let cell = self.cell(at);
        let found = cell
            .parse::<u32>()
            .ok()
            .filter(|number| (least..=most).contains(number));
        found.ok_or_else(|| {
            self.wrong(format!(
                "{name}: a whole number from {least} to {most}, not “{}”",
                clipped(cell)
            ))
        })
    }
}
