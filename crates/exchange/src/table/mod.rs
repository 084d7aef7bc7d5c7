//! Tables (CSV) read through a feed's mapping.

use crate::Refused;
use record::system::Feed;
use record::{Item, Rejection, Subject};

/// Reads one row; `context` is the header row as it stood in the file.
pub fn read(_row: &[u8], _context: &str, _feed: &Feed) -> Result<Vec<Item>, Refused> {
    Err(Refused {
        rejection: Rejection::new("no-mapping", "row", "not written yet"),
        item_type: String::new(),
        subject: Subject::Missing,
    })
}
