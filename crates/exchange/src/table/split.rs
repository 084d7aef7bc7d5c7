//! Cuts a table into rows, in constant memory, whatever its size.
//!
//! Bytes are pushed as they come. A quoted cell may hold line ends; a row ends at `\n`, `\r\n` or `\r`
//! outside quotes. A quote that is never closed would swallow the rest of the file: when a row grows past
//! [`ROW_BYTES_MAX`], what was gathered is cut line by line instead, so that only the broken line is lost to
//! quarantine and the lines after it are read.

use crate::nhs::ods;
use crate::{Format, Piece};
use record::Rejection;
use record::system::{Feed, Layout};
use std::borrow::Cow;
use std::io::BufRead;

/// A longer row is not a row.
pub const ROW_BYTES_MAX: usize = 256 * 1024;
/// A longer heading is not a heading; it is also kept beside every row.
const HEADING_BYTES_MAX: usize = 32 * 1024;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Where quotes stand while bytes go by. The rules are those of RFC 4180, read as the `csv` crate reads them:
/// a quote opens only at the start of a cell, `""` within quotes is one quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    CellStart,
    Bare,
    Quoted,
    /// A quote within quotes: the end of them, or half of `""`.
    Closing,
}

impl Quotes {
    /// After this byte; `None` when it ends the row.
    fn step(self, byte: u8, separator: u8) -> Option<Self> {
        match self {
            Self::Quoted => Some(if byte == b'"' { Self::Closing } else { Self::Quoted }),
            Self::Closing if byte == b'"' => Some(Self::Quoted),
            _ if byte == b'\n' || byte == b'\r' => None,
            _ if byte == separator => Some(Self::CellStart),
            Self::CellStart if byte == b'"' => Some(Self::Quoted),
            _ => Some(Self::Bare),
        }
    }
}

/// Whether a row ends inside quotes.
pub(super) fn quote_left_open(row: &[u8], separator: u8) -> bool {
    let mut quotes = Quotes::CellStart;
    for byte in row {
        quotes = quotes.step(*byte, separator).unwrap_or(Quotes::CellStart);
    }
    quotes == Quotes::Quoted
}

/// Whether a file has a line of its own before its rows.
#[derive(Clone, Copy, Debug)]
enum Heading {
    /// The first line, whatever it says.
    FirstLine,
    /// None.
    Never,
    /// The first line when its first cell says one of these.
    When(&'static [&'static str]),
}

/// Cuts one table. Push bytes as they come, then finish.
#[derive(Debug)]
pub struct Splitter {
    separator: u8,
    heading: Heading,
    context: Option<String>,
    quotes: Quotes,
    row: Vec<u8>,
    /// The line being read, from 1, and the line its row began on.
    line: usize,
    row_line: usize,
    /// The row being read, from 1, as a spreadsheet counts it: the heading and empty rows count, and a line end within
    /// a quoted cell does not.
    row_number: usize,
    after_return: bool,
    started: bool,
}

impl Splitter {
    /// A splitter for this feed's tables.
    ///
    /// # Errors
    /// When the feed has no `[table]` section.
    pub fn new(feed: &Feed) -> Result<Self, Rejection> {
        let Some(table) = &feed.table else {
            let reason = format!(
                "feed {} has no [table] section that says how its rows are read",
                feed.name
            );
            return Err(Rejection::new("no-mapping", "file", reason));
        };
        let heading = match &table.layout {
            Layout::Columns(_) | Layout::PdsTrace => Heading::FirstLine,
            Layout::OptOut => Heading::Never,
            Layout::OdsEnglandAndWales | Layout::OdsScotland | Layout::OdsNorthernIreland => {
                Heading::When(ods::HEADING_CELLS)
            }
        };
        Ok(Self {
            separator: table.separator,
            heading,
            context: None,
            quotes: Quotes::CellStart,
            row: Vec::new(),
            line: 1,
            row_line: 1,
            row_number: 1,
            after_return: false,
            started: false,
        })
    }

    /// Takes the next bytes, handing on every row they complete.
    ///
    /// # Errors
    /// When the heading is longer than any heading: the file is not a table of this feed.
    pub fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(Piece<'static>)) -> Result<(), Rejection> {
        for byte in chunk {
            self.take(*byte, sink)?;
        }
        Ok(())
    }

    fn take(&mut self, byte: u8, sink: &mut dyn FnMut(Piece<'static>)) -> Result<(), Rejection> {
        if std::mem::take(&mut self.after_return) && byte == b'\n' {
            return Ok(());
        }
        match self.quotes.step(byte, self.separator) {
            Some(quotes) => {
                self.quotes = quotes;
                if byte == b'\n' {
                    self.line += 1;
                }
                self.row.push(byte);
                self.strip_bom();
                if self.row.len() >= ROW_BYTES_MAX {
                    return self.cut_by_lines(sink);
                }
            }
            None => {
                self.line += 1;
                self.after_return = byte == b'\r';
                let row = std::mem::take(&mut self.row);
                self.emit(row, sink)?;
                self.quotes = Quotes::CellStart;
                self.row_line = self.line;
                self.row_number += 1;
            }
        }
        Ok(())
    }

    /// A byte order mark is not part of the first cell; a quote after it opens that cell.
    fn strip_bom(&mut self) {
        if !self.started && self.row.len() == BOM.len() {
            self.started = true;
            if self.row == BOM {
                self.row.clear();
                self.quotes = Quotes::CellStart;
            }
        }
    }

    /// Ends the table, handing on a last row without a line end.
    ///
    /// # Errors
    /// As [`Splitter::push`].
    pub fn finish(mut self, sink: &mut dyn FnMut(Piece<'static>)) -> Result<(), Rejection> {
        if self.quotes == Quotes::Quoted {
            self.cut_by_lines(sink)?;
        }
        let row = std::mem::take(&mut self.row);
        self.emit(row, sink)
    }

    /// Gives up on a quote that did not close: what was gathered is cut at every line end. The last part,
    /// whose end has not come yet, stays and is read afresh.
    fn cut_by_lines(&mut self, sink: &mut dyn FnMut(Piece<'static>)) -> Result<(), Rejection> {
        let gathered = std::mem::take(&mut self.row);
        let mut lines: Vec<&[u8]> = gathered.split(|byte| *byte == b'\n').collect();
        let ended = lines.len() > 1;
        let rest = if ended { lines.pop().unwrap_or_default() } else { &[] };
        for line in lines {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.emit(line.to_vec(), sink)?;
            self.row_line += usize::from(ended);
            self.row_number += usize::from(ended);
        }
        self.row = rest.to_vec();
        self.quotes = Quotes::CellStart;
        for byte in rest {
            self.quotes = self.quotes.step(*byte, self.separator).unwrap_or(Quotes::CellStart);
        }
        Ok(())
    }

    fn emit(&mut self, row: Vec<u8>, sink: &mut dyn FnMut(Piece<'static>)) -> Result<(), Rejection> {
        self.started = true;
        if row.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        if self.context.is_none() {
            let is_heading = match self.heading {
                Heading::FirstLine => true,
                Heading::Never => false,
                Heading::When(words) => {
                    let first = row.split(|byte| *byte == self.separator).next().unwrap_or_default();
                    let first = String::from_utf8_lossy(first);
                    let first = first.trim_matches(|c: char| c == '"' || c.is_whitespace());
                    words.iter().any(|word| word.eq_ignore_ascii_case(first))
                }
            };
            if is_heading && row.len() > HEADING_BYTES_MAX {
                let reason = format!("the heading is longer than {HEADING_BYTES_MAX} bytes: is this a table?");
                return Err(Rejection::new("heading-too-long", "line 1", reason));
            }
            self.context = Some(if is_heading {
                super::cells::decode(&row).0.into_owned()
            } else {
                String::new()
            });
            if is_heading {
                return Ok(());
            }
        }
        sink(Piece {
            place: match self.row_number == self.row_line {
                true => format!("line {}", self.row_line),
                false => format!("line {}, row {}", self.row_line, self.row_number),
            },
            format: Format::Table,
            body: Cow::Owned(row),
            context: self.context.clone().unwrap_or_default(),
        });
        Ok(())
    }
}

/// Cuts a whole table held in memory.
///
/// # Errors
/// As [`Splitter::new`] and [`Splitter::push`].
pub fn split(document: &[u8], feed: &Feed) -> Result<Vec<Piece<'static>>, Rejection> {
    let mut pieces = Vec::new();
    let mut splitter = Splitter::new(feed)?;
    splitter.push(document, &mut |piece| pieces.push(piece))?;
    splitter.finish(&mut |piece| pieces.push(piece))?;
    Ok(pieces)
}

/// Cuts a table as it is read, never holding more than one row.
///
/// # Errors
/// When reading fails, or as [`Splitter::push`].
pub fn split_reader(
    reader: &mut dyn BufRead,
    feed: &Feed,
    sink: &mut dyn FnMut(Piece<'static>),
) -> Result<(), Rejection> {
    let mut splitter = Splitter::new(feed)?;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let place = format!("line {}", splitter.line);
                return Err(Rejection::new(
                    "unreadable",
                    place,
                    format!("the file could not be read on: {error}"),
                ));
            }
        };
        if chunk.is_empty() {
            return splitter.finish(sink);
        }
        splitter.push(chunk, sink)?;
        let used = chunk.len();
        reader.consume(used);
    }
}
