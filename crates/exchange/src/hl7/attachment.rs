//! Documents carried inside a message: OBX of type ED, and texts.

use super::datatype::{joined, label};
use super::escape::unescape;
use super::message::{Message, Repetition};
use crate::document::{COUNT_MAX, Content, File};
use base64::Engine;
use record::Rejection;

/// One document taken out of a message. It comes from outside: show it only sandboxed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Where it stood: `OBX[2]-5`.
    pub place: String,
    /// What the sender calls it.
    pub title: String,
    /// `application/pdf`, `text/html`…, as the sender says; `application/octet-stream` when it does not.
    pub media_type: String,
    /// The document.
    pub bytes: Vec<u8>,
}

/// The documents attached to a message (OBX-2 `ED`), decoded. What is attached but cannot be decoded comes as
/// a rejection `unreadable` with its place.
///
/// # Errors
/// As [`Message::parse`].
pub fn attachments(message: &[u8]) -> Result<Vec<Result<Attachment, Rejection>>, Rejection> {
    let message = Message::parse(message)?;
    let attached = message
        .segments()
        .filter(|segment| segment.name() == "OBX" && segment.field(2).text() == "ED")
        .filter(|obx| !obx.field(5).component(5).raw().trim().is_empty())
        .map(|obx| {
            let sent = obx.field(5).repetition(0);
            let bytes = decoded(sent, &message)
                .ok_or_else(|| Rejection::new("unreadable", obx.place(5), "Not in the encoding the message names."))?;
            Ok(Attachment {
                place: obx.place(5),
                title: label(obx.field(3)),
                media_type: media_type(sent),
                bytes,
            })
        });
    Ok(attached.collect())
}

/// The documents attached to a message, for showing. A message about several people shows none: whose each is
/// would be a guess.
pub fn files(message: &[u8]) -> Vec<File> {
    let Ok(found) = attachments(message) else {
        return Vec::new();
    };
    let people = Message::parse(message).map_or(0, |message| message.segments().filter(|s| s.name() == "PID").count());
    found
        .into_iter()
        .take(COUNT_MAX)
        .map(|attached| match attached {
            Ok(attached) if people < 2 => File {
                place: attached.place,
                title: attached.title,
                media_type: attached.media_type,
                content: Content::Bytes(attached.bytes),
            },
            Ok(attached) => File {
                place: attached.place,
                title: String::new(),
                media_type: attached.media_type,
                content: Content::Unreadable(
                    "the message is about several people, and does not say whose it is".to_owned(),
                ),
            },
            Err(rejection) => File {
                place: rejection.place,
                title: String::new(),
                media_type: String::new(),
                content: Content::Unreadable(rejection.reason),
            },
        })
        .collect()
}

fn decoded(sent: Repetition<'_>, message: &Message<'_>) -> Option<Vec<u8>> {
    let data = unescape(sent.component(5).raw(), message.delimiters());
    let solid = || -> Vec<u8> { data.bytes().filter(|b| !b.is_ascii_whitespace()).collect() };
    match sent.component(4).text().to_ascii_lowercase().as_str() {
        "base64" => base64::engine::general_purpose::STANDARD.decode(solid()).ok(),
        "hex" => solid()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect(),
        "a" | "" => Some(data.as_bytes().to_vec()),
        _ => None,
    }
}

/// ED-2 and ED-3 (tables 0191 and 0291) as a media type.
pub(super) fn media_type(sent: Repetition<'_>) -> String {
    let kind = sent.component(2).text().to_ascii_lowercase();
    let subtype = sent.component(3).text().to_ascii_lowercase();
    let kind = match (kind.as_str(), subtype.as_str()) {
        (_, "pdf" | "rtf" | "octet-stream" | "msword" | "dicom") | ("ap", _) => "application",
        (_, "html" | "plain" | "xml" | "x-hl7-cda-level-one") | ("text" | "tx" | "ft", _) => "text",
        (_, "jpeg" | "png" | "tiff" | "gif") | ("im" | "image", _) => "image",
        ("", _) => "application",
        (kind, _) => kind,
    };
    let subtype = if subtype.is_empty() { "octet-stream" } else { &subtype };
    joined(&[kind.to_owned(), subtype.to_owned()], "/")
}
