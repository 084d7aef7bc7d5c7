//! HL7 v2 messages.

use crate::Refused;
use record::{Item, Rejection, Subject};

/// Reads one message.
pub fn read(_message: &[u8]) -> Result<Vec<Item>, Refused> {
    Err(Refused {
        rejection: Rejection::new("not-hl7", "MSH", "not written yet"),
        item_type: String::new(),
        subject: Subject::Missing,
    })
}
