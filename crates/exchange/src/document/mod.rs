//! Documents that senders attach: what each is, and the plain text of those that no browser shows.
//!
//! Everything here comes from outside and is never run: a document is told by its first bytes before its
//! sender's word, and text is taken out of it by readers that know only text.

pub mod cda;
pub mod rtf;

/// The most letters taken out of one document.
pub const LETTERS_MAX: usize = 1_000_000;
/// The largest document that is opened, in bytes; a larger one can only be kept as a file.
pub const BYTES_MAX: usize = 32 << 20;
/// The most documents taken out of one item.
pub const COUNT_MAX: usize = 20;

/// A document as its item holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it stood: `content[0].attachment`, `OBX[2]-5`.
    pub place: String,
    /// What the sender calls it; empty when it does not.
    pub title: String,
    /// The sender's word for its kind, such as `application/pdf`; empty when not said.
    pub media_type: String,
    /// The document, or where it is.
    pub content: Content,
}

/// What an item holds of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The document itself.
    Bytes(Vec<u8>),
    /// An address or reference, exactly as sent; nothing here follows an address.
    At(String),
    /// It is there, and cannot be decoded: why.
    Unreadable(String),
}

/// What a document is, and so how it may be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PDF.
    Pdf,
    /// Text without layout.
    Plain,
    /// A web page.
    Html,
    /// An image that every browser shows, by its media type.
    Image(&'static str),
    /// HL7 CDA, in XML.
    Cda,
    /// Rich Text Format.
    Rtf,
    /// Anything else: kept as a file, never opened.
    Other,
}

impl Kind {
    /// Tells what a document is. Its first bytes count before the sender's word: a PDF sent as "text" is a PDF.
    pub fn of(media_type: &str, bytes: &[u8]) -> Self {
        by_first_bytes(bytes).unwrap_or_else(|| by_word(media_type, bytes))
    }

    /// What people call it.
    pub const fn words(self) -> &'static str {
        match self {
            Kind::Pdf => "PDF",
            Kind::Plain => "plain text",
            Kind::Html => "web page (HTML)",
            Kind::Image(_) => "picture",
            Kind::Cda => "structured clinical document (CDA)",
            Kind::Rtf => "rich text (RTF)",
            Kind::Other => "a kind that is not opened here",
        }
    }
}

fn by_first_bytes(bytes: &[u8]) -> Option<Kind> {
    for (first, kind) in [
        (&b"%PDF-"[..], Kind::Pdf),
        (b"{\\rtf", Kind::Rtf),
        (b"\x89PNG\r\n\x1a\n", Kind::Image("image/png")),
        (b"\xff\xd8\xff", Kind::Image("image/jpeg")),
        (b"GIF87a", Kind::Image("image/gif")),
        (b"GIF89a", Kind::Image("image/gif")),
    ] {
        if bytes.starts_with(first) {
            return Some(kind);
        }
    }
    let head = &bytes[..bytes.len().min(4096)];
    let is_xml = head.trim_ascii_start().starts_with(b"<") || head.starts_with(b"\xef\xbb\xbf<");
    let holds = |words: &[u8]| head.windows(words.len()).any(|window| window == words);
    (is_xml && holds(b"ClinicalDocument") && holds(b"urn:hl7-org:v3")).then_some(Kind::Cda)
}

fn by_word(media_type: &str, bytes: &[u8]) -> Kind {
    let word = media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    // What calls itself text and holds none is no text.
    let is_text = !bytes.contains(&0);
    match word.as_str() {
        "text/html" | "application/xhtml+xml" | "html" if is_text => Kind::Html,
        "text/plain" | "text" | "txt" | "application/txt" if is_text => Kind::Plain,
        _ => Kind::Other,
    }
}

/// The text of a CDA or RTF document, or of plain text whatever its letters were written in; `None` for kinds
/// that hold no text this system takes out.
pub fn plain_text(kind: Kind, bytes: &[u8]) -> Option<String> {
    let bytes = &bytes[..bytes.len().min(BYTES_MAX)];
    match kind {
        Kind::Cda => Some(cda::text(&letters(bytes))),
        Kind::Rtf => Some(rtf::text(bytes)),
        Kind::Plain => Some(letters(bytes)),
        Kind::Pdf | Kind::Html | Kind::Image(_) | Kind::Other => None,
    }
}

/// Bytes as letters: UTF-8 when they are, else Windows-1252, which older systems write.
fn letters(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| windows_1252(*byte)).collect(),
    }
}

/// One byte of Windows-1252 as a letter.
pub(crate) fn windows_1252(byte: u8) -> char {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => FROM_80[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

/// Text being taken out of a document: no run of blank lines, and never longer than [`LETTERS_MAX`] bytes.
#[derive(Default)]
pub(crate) struct Page {
    text: String,
    full: bool,
}

impl Page {
    /// Adds one letter.
    pub fn push(&mut self, letter: char) {
        if self.text.len() + letter.len_utf8() > LETTERS_MAX {
            self.full = true;
        } else {
            self.text.push(letter);
        }
    }

    /// Adds words, runs of blanks as one blank.
    pub fn words(&mut self, words: &str) {
        for letter in words.chars() {
            if !letter.is_whitespace() {
                self.push(letter);
            } else if !self.text.ends_with([' ', '\n', '\t']) && !self.text.is_empty() {
                self.push(' ');
            }
        }
    }

    /// Ends the line, unless it is empty.
    pub fn line(&mut self) {
        let kept = self.text.trim_end_matches([' ', '\t']).len();
        self.text.truncate(kept);
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.push('\n');
        }
    }

    /// Ends the line as written: two ends leave one line empty, more leave no more.
    pub fn line_end(&mut self) {
        let kept = self.text.trim_end_matches([' ', '\t']).len();
        self.text.truncate(kept);
        if self.text.ends_with('\n') {
            self.gap();
        } else {
            self.line();
        }
    }

    /// Ends the line and leaves one empty.
    pub fn gap(&mut self) {
        self.line();
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.push('\n');
        }
    }

    /// Whether nothing more is taken.
    pub const fn is_full(&self) -> bool {
        self.full
    }

    /// The text, which says so when more was left out.
    pub fn finish(mut self) -> String {
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        if self.full {
            self.text
                .push_str("\n\n(There is more: keep the file to read the rest.)");
        }
        self.text
    }
}

#[cfg(test)]
mod tests;
