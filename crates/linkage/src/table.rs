//! Records as the engine holds them: columns of small numbers, each distinct value kept once.

use hashbrown::HashTable;
use rayon::prelude::*;

use crate::given_names::{self, Families};
use crate::schema::{Role, Schema};
use crate::similar;

/// Rows as read, before they are cleaned: one long text with the end of each cell.
#[derive(Debug, Default)]
pub struct Rows {
    text: String,
    ends: Vec<usize>,
    width: usize,
}

impl Rows {
    /// No rows yet, each to be of `width` cells.
    pub fn new(width: usize) -> Rows {
        Rows {
            width: width.max(1),
            ..Rows::default()
        }
    }

    /// Adds a row. Cells beyond the width are left out; missing ones are empty.
    pub fn push<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let wanted = self.ends.len() + self.width;
        for cell in cells.into_iter().take(self.width) {
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
        self.ends.resize(wanted, self.text.len());
    }

    /// Begins a row of joined cells: call [`Rows::add`] for each piece and [`Rows::end_cell`] after each cell.
    pub fn add(&mut self, piece: &str) {
        let from = self.ends.last().copied().unwrap_or(0);
        if self.text.len() > from && !piece.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(piece);
    }

    /// Ends the cell that [`Rows::add`] was filling.
    pub fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }

    /// How many whole rows.
    pub fn len(&self) -> usize {
        self.ends.len() / self.width.max(1)
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes out all rows, keeping the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// One cell.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let at = row * self.width + column;
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[from..self.ends[at]]
    }
}

/// The distinct values of one column.
#[derive(Debug, Default)]
pub struct Values {
    text: String,
    ends: Vec<u32>,
    counts: Vec<u32>,
    index: HashTable<u32>,
    hashes: Vec<u64>,
    /// What stands in a row for each value: see [`Table::cell`].
    packs: Vec<u64>,
    /// For names: how they sound.
    sounds: Vec<u32>,
    /// For given names: the families each stands in.
    families: Vec<Families>,
}

/// Stands for a value that is not known.
pub const MISSING: u32 = 0;

impl Values {
    /// The folded text of a value; empty for [`MISSING`].
    pub fn text(&self, id: u32) -> &str {
        let Some(at) = (id as usize).checked_sub(1) else {
            return "";
        };
        let from = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.text[from..self.ends[at] as usize]
    }

    /// How many rows hold it.
    pub fn count(&self, id: u32) -> u32 {
        (id as usize).checked_sub(1).map_or(0, |at| self.counts[at])
    }

    /// How many distinct values there are. Their ids are 1 to this.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when no row says anything.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How a name sounds; 0 for other columns.
    pub fn sound(&self, id: u32) -> u32 {
        (id as usize)
            .checked_sub(1)
            .and_then(|at| self.sounds.get(at))
            .copied()
            .unwrap_or(0)
    }

    /// The families of a given name.
    pub fn families(&self, id: u32) -> Families {
        (id as usize)
            .checked_sub(1)
            .and_then(|at| self.families.get(at))
            .copied()
            .unwrap_or_default()
    }

    /// A number made from the folded text alone: the same on every machine and in every run. 0 for [`MISSING`].
    pub fn hash(&self, id: u32) -> u64 {
        (id as usize).checked_sub(1).map_or(0, |at| self.hashes[at])
    }

    fn intern(&mut self, role: Role, text: &str) -> u32 {
        if text.is_empty() {
            return MISSING;
        }
        let hash = hash(text.as_bytes());
        if let Some(id) = self.index.find(hash, |id| self.text(*id) == text) {
            let id = *id;
            self.counts[id as usize - 1] += 1;
            return id;
        }
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        self.counts.push(1);
        if matches!(role, Role::Given | Role::Surname) {
            self.sounds.push(similar::soundex(text.as_bytes()));
        }
        if role == Role::Given {
            self.families.push(given_names::families(text));
        }
        let id = self.ends.len() as u32;
        self.hashes.push(hash);
        self.packs.push(match role {
            Role::Birth => text.parse().unwrap_or(1),
            Role::Number | Role::Phone | Role::Postcode => pack(text).unwrap_or(LONG | hash >> 1),
            _ => u64::from(id),
        });
        let hashes = &self.hashes;
        self.index.insert_unique(hash, id, |id| hashes[*id as usize - 1]);
        id
    }
}

/// Set in a packed value that is longer than a number can hold; the rest is then a hash.
pub const LONG: u64 = 1 << 63;

/// A text of at most ten letters and digits in one number, six bits each, the last character lowest.
pub fn pack(text: &str) -> Option<u64> {
    if text.len() > 10 {
        return None;
    }
    text.bytes().try_fold(0, |packed, byte| {
        let code = match byte {
            b'0'..=b'9' => byte - b'0' + 1,
            b'A'..=b'Z' => byte - b'A' + 11,
            _ => return None,
        };
        Some(packed << 6 | u64::from(code))
    })
}

/// A 64-bit hash that never changes: blocking keys made with it are kept in databases. Eight bytes at a time, each
/// folded in by a multiplication of 128 bits (the scheme of wyhash and foldhash). Not for secrets.
pub fn hash(bytes: &[u8]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        state = mix(state, u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
    }
    let mut last = [0u8; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(mix(state, u64::from_le_bytes(last)), 0xd6e8_feb8_6659_fd93).max(1)
}

/// Folds one number into another.
pub fn mix(state: u64, with: u64) -> u64 {
    let product = u128::from(state ^ 0xa076_1d64_78bd_642f) * u128::from(with ^ 0xe703_7ed1_a0b4_28db);
    (product as u64) ^ (product >> 64) as u64
}

/// One column of a table.
#[derive(Debug)]
pub struct Cells {
    /// What it holds.
    pub role: Role,
    /// For each row, the id of its value; [`MISSING`] where it says nothing.
    pub ids: Vec<u32>,
    /// The values.
    pub values: Values,
    /// How many cells could not be read, and the first few of them as sent.
    pub unreadable: (usize, Vec<String>),
}

/// Records to be compared.
#[derive(Debug)]
pub struct Table {
    schema: Schema,
    columns: Vec<Cells>,
    sources: Vec<u16>,
    /// All that is compared, row after row: a pair is compared by looking at two places in memory.
    cells: Vec<u64>,
}

/// Fewer rows than this are read sooner by one thread than shared out to several.
const FEW: usize = 4_000;

impl Table {
    /// The most records in one table.
    pub const MOST: usize = (u32::MAX / 2) as usize;

    /// An empty table.
    pub fn new(schema: Schema) -> Table {
        let cells = |role| Cells {
            role,
            ids: Vec::new(),
            values: Values::default(),
            unreadable: (0, Vec::new()),
        };
        let columns = schema.columns.iter().map(|column| cells(column.role)).collect();
        Table {
            schema,
            columns,
            sources: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// Cleans and adds rows, all from one source (a number that the caller gives).
    pub fn extend(&mut self, rows: &Rows, sources: impl IntoIterator<Item = u16>) {
        let few = rows.len() < FEW;
        if few {
            let columns = self.columns.iter_mut().enumerate();
            columns.for_each(|(at, column)| column.extend(rows, at));
        } else {
            let columns = self.columns.par_iter_mut().enumerate();
            columns.for_each(|(at, column)| column.extend(rows, at));
        }
        self.sources.extend(sources.into_iter().take(rows.len()));
        let (from, to) = (
            self.cells.len() / self.columns.len().max(1),
            self.columns.first().map_or(0, |c| c.ids.len()),
        );
        self.sources.resize(to, 0);
        let columns = &self.columns;
        let cell = |at: usize| {
            let column = &columns[at % columns.len()];
            let id = column.ids[at / columns.len()];
            (id as usize).checked_sub(1).map_or(0, |at| column.values.packs[at])
        };
        let new = from * columns.len()..to * columns.len();
        if few {
            self.cells.extend(new.map(cell));
        } else {
            self.cells.par_extend(new.into_par_iter().map(cell));
        }
    }

    /// What stands for one cell when it is compared; 0 where it says nothing, and equal just where values are equal.
    /// A birth date is its eight digits as a number; a number, telephone or postcode is [`pack`]ed; any other value is
    /// its id.
    #[inline]
    pub fn cell(&self, row: u32, column: usize) -> u64 {
        self.cells[row as usize * self.columns.len() + column]
    }

    /// How many records.
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// What the columns hold.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// A column, by its place in the schema.
    pub fn column(&self, at: usize) -> &Cells {
        &self.columns[at]
    }

    /// Who sent a record.
    pub fn source(&self, row: u32) -> u16 {
        self.sources[row as usize]
    }

    /// A number made from all that a record says: the same wherever it stands.
    pub fn digest(&self, row: u32) -> u64 {
        self.columns.iter().fold(0, |digest, column| {
            mix(digest, column.values.hash(column.ids[row as usize]))
        })
    }

    /// The folded text of one cell; empty where it says nothing.
    pub fn text(&self, row: u32, column: usize) -> &str {
        let column = &self.columns[column];
        column.values.text(column.ids[row as usize])
    }
}

impl Cells {
    fn extend(&mut self, rows: &Rows, at: usize) {
        let mut clean = String::new();
        self.ids.reserve(rows.len());
        for row in 0..rows.len() {
            let raw = rows.cell(row, at);
            if self.role.clean(raw, &mut clean).is_err() {
                self.unreadable.0 += 1;
                if self.unreadable.1.len() < 3 {
                    self.unreadable.1.push(raw.chars().take(40).collect());
                }
            }
            let id = self.values.intern(self.role, &clean);
            self.ids.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_kept_once_and_counted() {
        let mut table = Table::new(Schema::new([("first", Role::Given), ("born", Role::Birth)]));
        let mut rows = Rows::new(2);
        rows.push(["Ann", "1970-01-02"]);
        rows.push(["ANN ", "soon"]);
        rows.push(["Unknown"]);
        table.extend(&rows, [0, 0, 1]);
        let names = table.column(0);
        assert_eq!(names.ids, [1, 1, MISSING]);
        assert_eq!(
            (names.values.text(1), names.values.count(1), names.values.len()),
            ("ANN", 2, 1)
        );
        assert_eq!(table.column(1).unreadable, (1, vec!["soon".to_string()]));
        assert_eq!((table.len(), table.source(2)), (3, 1));
    }
}
