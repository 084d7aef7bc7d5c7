//! Codes, and the words around them: what people read.

use super::json::Json;
use super::resource::Doc;
use record::{Concept, Entry, Kind};

/// The longest text kept in one field of an entry, in bytes; the rest stays in what was sent.
pub(crate) const MAX_TEXT: usize = 16 * 1024;

/// One meaning in one or more code systems.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Codes {
    /// The one to show.
    pub best: Concept,
    /// The others.
    pub also: Vec<Concept>,
    /// The sender's own words, where they differ from the display shown.
    pub written: String,
}

impl Codes {
    pub fn words(text: &str) -> Self {
        Self {
            best: Concept::words(&bounded(text)),
            ..Self::default()
        }
    }

    /// The best of several codings, with the words beside them.
    pub fn of(mut all: Vec<Concept>, text: &str) -> Self {
        let text = &*bounded(text);
        let best = all
            .iter()
            .enumerate()
            .min_by_key(|(_, concept)| (concept.code.is_empty(), concept.rank()))
            .map(|(index, _)| index);
        let Some(best) = best else {
            return Self::words(text);
        };
        let mut best = all.remove(best);
        if best.display.is_empty() {
            let other = all.iter().find(|other| !other.display.is_empty());
            let words = if text.is_empty() {
                other.map_or("", |other| &other.display)
            } else {
                text
            };
            best.display = words.to_owned();
        }
        let differs = !text.is_empty() && !text.eq_ignore_ascii_case(&best.display);
        Self {
            best,
            also: all,
            written: if differs { text.to_owned() } else { String::new() },
        }
    }

    pub fn is_empty(&self) -> bool {
        self.best.is_empty()
    }

    /// What people read: the sender's own words, else the display, else the code.
    pub fn label(&self) -> String {
        if self.written.is_empty() {
            self.best.label()
        } else {
            &self.written
        }
        .to_owned()
    }

    /// Every code, the best first.
    pub fn iter(&self) -> impl Iterator<Item = &Concept> {
        std::iter::once(&self.best).chain(&self.also)
    }

    /// An entry about this.
    pub fn entry(self, kind: Kind) -> Entry {
        let mut entry = Entry::new(kind, self.best);
        entry.also = self.also;
        let mut lines = Lines::default();
        lines.add("as written", &self.written);
        entry.detail = lines.0;
        entry
    }
}

/// The lines of an entry's detail.
#[derive(Default)]
pub(crate) struct Lines(pub String);

impl Lines {
    /// A line `label: text`, or the text alone when the label is empty; nothing when the text is empty. Line
    /// breaks within become spaces, because each line is one thing.
    pub fn add(&mut self, label: &str, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.0.ends_with(LONGER) {
            return;
        }
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        if !label.is_empty() {
            self.0.push_str(label);
            self.0.push_str(": ");
        }
        for (index, part) in text
            .split(['\n', '\r'])
            .filter(|part| !part.trim().is_empty())
            .enumerate()
        {
            if index > 0 {
                self.0.push(' ');
            }
            self.0.push_str(part.trim());
        }
        if self.0.len() > MAX_TEXT {
            self.0 = bounded(&self.0);
        }
    }

    /// A line for each Annotation (or text) of a list member.
    pub fn notes(&mut self, doc: &Doc<'_>, node: &Json<'_>, key: &str) {
        for note in doc.list(node, key) {
            match note {
                Json::Text(text) => self.add("note", text),
                note => self.add("note", doc.text(note, "text")),
            }
        }
    }

    /// Adds these lines to an entry's detail.
    pub fn onto(self, entry: &mut Entry) {
        if !entry.detail.is_empty() && !self.0.is_empty() {
            entry.detail.push('\n');
        }
        entry.detail.push_str(&self.0);
    }
}

/// What stands at the end of a text that was longer than [`MAX_TEXT`].
const LONGER: &str = " … (longer: see what was sent)";

/// The text, and where it is longer than [`MAX_TEXT`] its beginning, saying so.
pub(crate) fn bounded(text: &str) -> String {
    if text.len() <= MAX_TEXT {
        return text.to_owned();
    }
    [cut(text, MAX_TEXT - LONGER.len()), LONGER].concat()
}

/// The text, cut at a character to at most `most` bytes.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// XHTML as plain words: tags dropped, the common entities read, white space single, blocks apart.
pub(crate) fn plain(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        words.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('<') {
            let end = if rest.starts_with("<!--") {
                rest.find("-->").map(|end| end + 3)
            } else {
                rest.find('>').map(|end| end + 1)
            };
            let Some(end) = end else { break };
            words.push(' ');
            rest = &rest[end..];
            continue;
        }
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let character = end.and_then(|end| entity(&rest[1..end]));
        match (character, end) {
            (Some(character), Some(end)) => {
                words.push(character);
                rest = &rest[end + 1..];
            }
            _ => {
                words.push('&');
                rest = &rest[1..];
            }
        }
        if words.len() > 4 * MAX_TEXT {
            break;
        }
    }
    if !rest.starts_with('<') {
        words.push_str(rest);
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    bounded(&words)
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let code = name.strip_prefix('#')?;
            let code = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => code.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}
