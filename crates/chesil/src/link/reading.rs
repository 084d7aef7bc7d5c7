//! Rows of CSV and Parquet files into one table.

use super::settings::{self, Settings};
use crate::error::Failure;
use linkage::schema::{Role, Schema, Use, guess};
use linkage::{Rows, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

mod parquet_rows;

/// What was read.
pub struct Read {
    /// The rows.
    pub table: Table,
    /// Their names.
    pub ids: Ids,
    /// The names of the sources, by number.
    pub sources: Vec<String>,
}

/// The names of rows, in order.
#[derive(Default)]
pub struct Ids {
    text: String,
    ends: Vec<usize>,
}

impl Ids {
    fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends.push(self.text.len());
    }

    /// The name of a row.
    pub fn get(&self, row: usize) -> &str {
        let from = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[from..self.ends[row]]
    }

    /// The first row of this name.
    pub fn find(&self, id: &str) -> Option<u32> {
        (0..self.ends.len())
            .find(|row| self.get(*row) == id)
            .map(|row| row as u32)
    }
}

/// How many rows are cleaned at a time.
const CHUNK: usize = 100_000;
/// How many rows are looked at to guess what columns hold.
const SAMPLE: usize = 2_000;
/// The most cells in a row and the longest cell.
const MOST_CELLS: usize = 500;
const LONGEST_CELL: usize = 10_000;

/// Where the cells of a file go.
struct Layout {
    id: usize,
    source: Option<usize>,
    /// For each column compared, the cells of the file that make it, and how.
    cells: Vec<(Vec<usize>, Piece)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Whole,
    /// All words but the last.
    Given,
    /// The last word.
    Surname,
}

/// Reads all files. What each column holds is guessed from the first, printed, and must fit the others.
pub fn read(files: &[PathBuf], settings: &Settings) -> Result<Read, Failure> {
    let mut state: Option<(Read, Vec<String>)> = None;
    for file in files {
        let name = file
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let mut filler: Option<Filler> = None;
        let mut held: Vec<Vec<String>> = Vec::new();
        let mut headings: Vec<String> = Vec::new();
        let mut begin = |headings: &[String], held: &mut Vec<Vec<String>>| -> Result<Filler, Failure> {
            let (layout, schema) = lay_out(file, headings, held, settings)?;
            match &state {
                None => {
                    let read = Read {
                        table: Table::new(schema),
                        ids: Ids::default(),
                        sources: Vec::new(),
                    };
                    state = Some((read, headings.to_vec()));
                }
                Some((read, first)) if *read.table.schema() != schema => {
                    return Err(Failure::new(format!(
                        "{}: its columns hold {}, and those of the first file {}; give both the same headings ({})",
                        file.display(),
                        settings::columns(&schema),
                        settings::columns(read.table.schema()),
                        first.join(", ")
                    )));
                }
                Some(_) => {}
            }
            let (read, _) = state.take().ok_or_else(|| Failure::new("nothing was read"))?;
            let mut filler = Filler::new(read, layout, name.clone(), file.clone());
            for row in held.drain(..) {
                filler.row(&row.iter().map(String::as_str).collect::<Vec<_>>())?;
            }
            Ok(filler)
        };
        rows_of(file, &mut |row| match (row, &mut filler) {
            (Line::Headings(cells), _) => {
                headings = cells;
                Ok(())
            }
            (Line::Row(cells), Some(filler)) => filler.row(cells),
            (Line::Row(cells), none) => {
                held.push(cells.iter().map(|cell| (*cell).to_string()).collect());
                if held.len() == SAMPLE {
                    *none = Some(begin(&headings, &mut held)?);
                }
                Ok(())
            }
        })?;
        let filler = match filler {
            Some(filler) => filler,
            None => begin(&headings, &mut held)?,
        };
        state = Some((filler.end(), headings));
    }
    let (read, _) = state.ok_or_else(|| Failure::new("there is no file to read"))?;
    if read.table.is_empty() {
        return Err(Failure::new("the files hold no rows"));
    }
    no_doubled_ids(&read)?;
    Ok(read)
}

/// A line of a file.
pub enum Line<'a> {
    /// The first.
    Headings(Vec<String>),
    /// Any other.
    Row(&'a [&'a str]),
}

type EachLine<'a> = dyn FnMut(Line<'_>) -> Result<(), Failure> + 'a;

fn rows_of(file: &Path, each: &mut EachLine<'_>) -> Result<(), Failure> {
    let is_parquet = file.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
    if is_parquet {
        return parquet_rows::read(file, each);
    }
    let fail = |e: &dyn std::fmt::Display| Failure::new(format!("{}: {e}", file.display()));
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(file)
        .map_err(|e| fail(&e))?;
    let headings = reader.byte_headers().map_err(|e| fail(&e))?;
    let headings: Vec<String> = headings
        .iter()
        .map(|h| {
            String::from_utf8_lossy(h)
                .trim_start_matches('\u{feff}')
                .trim()
                .to_string()
        })
        .collect();
    if headings.len() > MOST_CELLS {
        return Err(Failure::new(format!(
            "{}: line 1 has {} columns; the most is {MOST_CELLS}",
            file.display(),
            headings.len()
        )));
    }
    let width = headings.len();
    each(Line::Headings(headings))?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|e| fail(&e))? {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != width {
            return Err(Failure::new(format!(
                "{}: line {line} has {} cells and the heading has {width}",
                file.display(),
                record.len()
            )));
        }
        if let Some(at) = record.iter().position(|cell| cell.len() > LONGEST_CELL) {
            return Err(Failure::new(format!(
                "{}: line {line}, cell {}: longer than {LONGEST_CELL} bytes",
                file.display(),
                at + 1
            )));
        }
        let lossy: Vec<std::borrow::Cow<'_, str>>;
        let plain: Option<Vec<&str>> = record.iter().map(|cell| std::str::from_utf8(cell).ok()).collect();
        match plain {
            Some(cells) => each(Line::Row(&cells))?,
            None => {
                lossy = record.iter().map(String::from_utf8_lossy).collect();
                each(Line::Row(&lossy.iter().map(AsRef::as_ref).collect::<Vec<_>>()))?;
            }
        }
    }
    Ok(())
}

fn lay_out(
    file: &Path,
    headings: &[String],
    sample: &[Vec<String>],
    settings: &Settings,
) -> Result<(Layout, Schema), Failure> {
    let mut uses = guess(headings, sample);
    for (heading, word) in &settings.columns {
        let at = headings.iter().position(|h| h == heading).ok_or_else(|| {
            Failure::new(format!(
                "{}: there is no column {heading:?}; it has {}",
                file.display(),
                headings.join(", ")
            ))
        })?;
        if let Some(used) = settings::of(word) {
            uses[at] = used;
        }
    }
    eprintln!("{}", file.display());
    for (heading, used) in headings.iter().zip(&uses) {
        eprintln!("           {heading}: {}", settings::word(*used));
    }
    let place = |wanted: Use| uses.iter().position(|used| *used == wanted);
    let id = place(Use::Id).ok_or_else(|| {
        Failure::new(format!(
            "{}: no column names the rows; give it a heading such as unique_id, or say which it is in --config \
             (columns: {})",
            file.display(),
            headings.join(", ")
        ))
    })?;
    let mut columns: Vec<(String, Role)> = Vec::new();
    let mut cells: Vec<(Vec<usize>, Piece)> = Vec::new();
    for (at, used) in uses.iter().enumerate() {
        match used {
            // House number and street are one address.
            Use::Compared(Role::Address) if columns.iter().any(|(_, role)| *role == Role::Address) => {
                let first = columns.iter().position(|(_, role)| *role == Role::Address).unwrap_or(0);
                cells[first].0.push(at);
            }
            Use::Compared(role) => {
                columns.push((headings[at].clone(), *role));
                cells.push((vec![at], Piece::Whole));
            }
            Use::WholeName => {
                for (role, piece) in [(Role::Given, Piece::Given), (Role::Surname, Piece::Surname)] {
                    columns.push((format!("{} ({})", headings[at], role.word()), role));
                    cells.push((vec![at], piece));
                }
            }
            _ => {}
        }
    }
    columns.truncate(Schema::MOST);
    cells.truncate(Schema::MOST);
    if columns.is_empty() {
        return Err(Failure::new(format!(
            "{}: no column holds anything that can be compared",
            file.display()
        )));
    }
    let schema = Schema::new(columns.iter().map(|(name, role)| (name.as_str(), *role)));
    Ok((
        Layout {
            id,
            source: place(Use::Source),
            cells,
        },
        schema,
    ))
}

struct Filler {
    read: Read,
    layout: Layout,
    name: String,
    file: PathBuf,
    rows: Rows,
    row_sources: Vec<u16>,
    known: BTreeMap<String, u16>,
    line: usize,
}

impl Filler {
    fn new(read: Read, layout: Layout, name: String, file: PathBuf) -> Filler {
        let known = (0u16..)
            .zip(&read.sources)
            .map(|(n, source)| (source.clone(), n))
            .collect();
        let rows = Rows::new(layout.cells.len());
        Filler {
            read,
            layout,
            name,
            file,
            rows,
            row_sources: Vec::new(),
            known,
            line: 1,
        }
    }

    fn row(&mut self, cells: &[&str]) -> Result<(), Failure> {
        self.line += 1;
        let cell = |at: usize| cells.get(at).copied().unwrap_or("");
        let id = cell(self.layout.id).trim();
        if id.is_empty() {
            return Err(Failure::new(format!(
                "{}: row {} has no id",
                self.file.display(),
                self.line
            )));
        }
        if self.read.table.len() + self.rows.len() >= Table::MOST {
            return Err(Failure::new(format!("more than {} rows", Table::MOST)));
        }
        self.read.ids.push(id);
        let source = self
            .layout
            .source
            .map(cell)
            .filter(|s| !s.is_empty())
            .unwrap_or(&self.name);
        let number = match self.known.get(source) {
            Some(number) => *number,
            None => {
                let number = u16::try_from(self.known.len())
                    .map_err(|_| Failure::new(format!("{}: more than 65,536 sources", self.file.display())))?;
                self.known.insert(source.to_string(), number);
                self.read.sources.push(source.to_string());
                number
            }
        };
        self.row_sources.push(number);
        for (at, piece) in &self.layout.cells {
            match piece {
                Piece::Whole => at.iter().for_each(|at| self.rows.add(cell(*at))),
                Piece::Given | Piece::Surname => {
                    let whole = cell(at[0]).trim();
                    let (given, surname) = whole.rsplit_once(' ').unwrap_or(("", whole));
                    self.rows.add(if *piece == Piece::Given { given } else { surname });
                }
            }
            self.rows.end_cell();
        }
        if self.rows.len() >= CHUNK {
            self.clean();
        }
        Ok(())
    }

    fn clean(&mut self) {
        self.read.table.extend(&self.rows, self.row_sources.drain(..));
        self.rows.clear();
    }

    fn end(mut self) -> Read {
        self.clean();
        self.read
    }
}

fn no_doubled_ids(read: &Read) -> Result<(), Failure> {
    let mut order: Vec<u32> = (0..read.table.len() as u32).collect();
    let key = |row: &u32| (read.table.source(*row), read.ids.get(*row as usize));
    order.sort_unstable_by(|x, y| key(x).cmp(&key(y)));
    let doubled: Vec<&str> = order
        .windows(2)
        .filter(|w| key(&w[0]) == key(&w[1]))
        .map(|w| read.ids.get(w[0] as usize))
        .take(4)
        .collect();
    if doubled.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "more than one row of one source has the same id: {}",
        doubled.join(", ")
    )))
}

/// Says how many values could not be read; a column that is mostly unreadable was taken for what it is not.
pub fn warn_of_unreadable(table: &Table) -> Result<(), Failure> {
    for (at, column) in table.schema().columns.iter().enumerate() {
        let (count, examples) = &table.column(at).unreadable;
        if *count == 0 {
            continue;
        }
        let known = table
            .column(at)
            .ids
            .iter()
            .filter(|id| **id != linkage::table::MISSING)
            .count();
        let words = format!(
            "{}: {count} value(s) cannot be read as a {} and are compared as they are or left out: {}",
            column.name,
            if column.role == Role::Birth {
                "date"
            } else {
                column.role.word()
            },
            examples.join(", ")
        );
        if *count > known / 2 {
            return Err(Failure::new(format!("{words}. Say in --config what the column holds.")));
        }
        eprintln!("           {words}");
    }
    Ok(())
}
