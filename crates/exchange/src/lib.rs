//! Partner formats in, items out: FHIR R4, HL7 v2, CSV and the NHS's own files. Pure: bytes in, items out.
//!
//! Two steps, for every format alike. *Split* cuts a file, a bundle or a stream into [`Piece`]s, each the
//! bytes of one thing exactly as sent, with the little it needs from around it to be read alone. *Read*
//! says what one piece means. An arrival splits and reads; a retry and a rebuild read what was kept: so all
//! three call [`read`], and it depends on nothing but its arguments.

pub mod document;
pub mod fhir;
pub mod hl7;
pub mod nhs;
pub mod reference;
pub mod smart;
pub mod table;

use record::system::Feed;
use record::{Item, Rejection, Subject};
use std::borrow::Cow;

/// The language a piece is written in. Stores keep the number: never renumber, only add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Format {
    /// One FHIR R4 resource in JSON.
    Fhir = 1,
    /// One HL7 v2 message, segments separated by carriage returns or line feeds.
    Hl7 = 2,
    /// One row of a table, read through a feed's mapping.
    Table = 3,
}

impl Format {
    /// The format a store kept under this number.
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Fhir, Self::Hl7, Self::Table]
            .into_iter()
            .find(|format| *format as i64 == number)
    }
}

/// One thing exactly as sent, before anyone has said what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Where it stood: `entry[3]`, `line 12`, `message 2`. Shown to people when something is wrong.
    pub place: String,
    /// Its language.
    pub format: Format,
    /// The bytes as sent.
    pub body: Cow<'a, [u8]>,
    /// What it needs from around it to be read alone (see each format's `split`); often empty.
    pub context: String,
}

/// A piece that could not be read, with what little was understood, so that a person's record can say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why and where.
    pub rejection: Rejection,
    /// The item type, when that much was readable; else empty.
    pub item_type: String,
    /// Whom it was about, when that much was readable.
    pub subject: Subject,
}

/// The documents that a piece holds or points to: letters, reports, pictures. They come from outside: show them
/// only sandboxed.
pub fn files(format: Format, body: &[u8]) -> Vec<document::File> {
    match format {
        Format::Fhir => fhir::files(body),
        Format::Hl7 => hl7::files(body),
        Format::Table => Vec::new(),
    }
}

/// Says what one piece means: one or more items, or why not. The same arguments always give the same answer.
///
/// # Errors
/// [`Refused`] when nothing of it can be taken; unreadable parts of a readable piece are issues of its items.
pub fn read(format: Format, body: &[u8], context: &str, feed: &Feed) -> Result<Vec<Item>, Refused> {
    match format {
        Format::Fhir => fhir::read(body, context).map(|item| vec![item]),
        Format::Hl7 => hl7::read(body),
        Format::Table => table::read(body, context, feed),
    }
}
