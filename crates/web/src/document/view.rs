//! What the page of an entry's documents shows.

use crate::person::view::Banner;
use crate::site::view::Frame;
use askama::Template;

/// The documents of one entry.
#[derive(Template)]
#[template(path = "document/documents.html")]
pub struct DocumentsPage {
    /// Around it.
    pub frame: Frame,
    /// Whose record.
    pub banner: Banner,
    /// Where the entry itself is shown.
    pub entry: String,
    /// Who sent it, in words.
    pub sender: String,
    /// When it was received, in words.
    pub received: String,
    /// The documents, in the order they stand in what was sent.
    pub documents: Vec<Document>,
    /// Why none is shown; empty when some are.
    pub none: String,
}

/// One document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What the sender calls it, or "Document 2".
    pub title: String,
    /// What it is, in words.
    pub kind: String,
    /// How large, in words; empty when it is not here.
    pub size: String,
    /// Where it opens by itself; empty when it cannot be opened, only kept.
    pub open: String,
    /// Whether it is shown within the page too. A PDF is not: no browser draws one inside a sandbox.
    pub within: bool,
    /// Whether it is a few lines of text, for which a small frame is enough.
    pub short: bool,
    /// Where it can be had as a file; empty when it is not here.
    pub keep: String,
    /// What a reader must know: made from a CDA, cannot be decoded, kept elsewhere.
    pub note: String,
}
