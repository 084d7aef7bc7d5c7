//! One HL7 v2 message as segments, fields, repetitions, components and subcomponents.
//!
//! The message's text is kept whole and its parts are spans of it; nothing is unescaped before it is asked
//! for. Delimiters are those the message names itself.

use super::escape::unescape;
use record::{Issue, Rejection};
use std::borrow::Cow;
use std::collections::HashMap;

/// Longest message read, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most segments in one message.
pub const SEGMENTS_MAX: usize = 10_000;
/// Most fields in one segment.
pub const FIELDS_MAX: usize = 1_000;
/// Most repetitions of one field, components of one repetition, or subcomponents of one component that are
/// looked at.
pub const PARTS_MAX: usize = 500;

/// The five characters that divide a message; all are ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Between fields (MSH-1), usually `|`.
    pub field: char,
    /// Between components, usually `^`.
    pub component: char,
    /// Between repetitions, usually `~`.
    pub repetition: char,
    /// Around escapes, usually `\`.
    pub escape: char,
    /// Between subcomponents, usually `&`.
    pub subcomponent: char,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self {
            field: '|',
            component: '^',
            repetition: '~',
            escape: '\\',
            subcomponent: '&',
        }
    }
}

/// A message whose MSH could be read and that says of what type it is.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    text: Cow<'a, str>,
    delimiters: Delimiters,
    /// Field separators of all segments, as byte positions in `text`.
    marks: Vec<u32>,
    spans: Vec<Span>,
    latin1: bool,
    oddities: Vec<Issue>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    first_mark: u32,
    end_mark: u32,
    ordinal: u32,
}

impl<'a> Message<'a> {
    /// Reads one message. Segments may end with `\r`, `\n` or both; a byte order mark, blank lines and MLLP
    /// frame bytes around it are passed over. Bytes that are not UTF-8 are read as ISO 8859-1, which loses
    /// nothing, and [`Message::oddities`] says so; a line that is not a segment is read as the continuation
    /// of the one before it, and is said too.
    ///
    /// # Errors
    /// `too-large` past a limit of this module, `no-msh` when it does not begin with a readable MSH,
    /// `no-message-type` when MSH-9 is empty or missing, `several-messages` when a second MSH stands in it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Rejection> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            let reason = format!("The message is longer than {MESSAGE_BYTES_MAX} bytes.");
            return Err(Rejection::new("too-large", "message", reason));
        }
        let bytes = trim_frame(bytes);
        let (text, latin1) = match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => (Cow::Owned(bytes.iter().map(|byte| *byte as char).collect()), true),
        };
        let mut message = Self {
            delimiters: delimiters(&text)?,
            text,
            marks: Vec::new(),
            spans: Vec::new(),
            latin1,
            oddities: Vec::new(),
        };
        if latin1 {
            message.odd(
                "message",
                "Not all bytes are UTF-8, so the message was read as ISO 8859-1.",
            );
        }
        message.find_segments()?;
        if message.kind().is_empty() {
            let reason = "The message does not say of what type it is.";
            return Err(Rejection::new("no-message-type", "MSH-9", reason));
        }
        Ok(message)
    }

    /// The delimiters the message uses.
    pub fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// Whether its bytes were not UTF-8 and were read as ISO 8859-1.
    pub fn is_latin1(&self) -> bool {
        self.latin1
    }

    /// What was odd about its form, though it could be read.
    pub fn oddities(&self) -> &[Issue] {
        &self.oddities
    }

    /// Every segment, in order.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.spans.iter().map(|span| self.view(span))
    }

    /// The first segment of this name.
    pub fn segment(&self, name: &str) -> Option<Segment<'_>> {
        self.segments().find(|segment| segment.name() == name)
    }

    /// The message header. A parsed message always has one.
    pub fn header(&self) -> Segment<'_> {
        self.view(&self.spans[0])
    }

    /// Message type: `ADT`.
    pub fn kind(&self) -> String {
        self.header().field(9).component(1).text()
    }

    /// Trigger event: `A01`. Taken from EVN-1 when MSH-9 does not say.
    pub fn event(&self) -> String {
        let event = self.header().field(9).component(2).text();
        if !event.is_empty() {
            return event;
        }
        self.segment("EVN").map(|evn| evn.field(1).text()).unwrap_or_default()
    }

    /// Message control id (MSH-10); empty when none was sent.
    pub fn control_id(&self) -> String {
        self.header().field(10).text()
    }

    fn view(&self, span: &Span) -> Segment<'_> {
        Segment {
            text: &self.text,
            marks: &self.marks[span.first_mark as usize..span.end_mark as usize],
            start: span.start as usize,
            end: span.end as usize,
            ordinal: span.ordinal,
            delimiters: self.delimiters,
        }
    }

    fn odd(&mut self, place: impl Into<String>, reason: &str) {
        if self.oddities.len() < 20 {
            self.oddities.push(Issue {
                place: place.into(),
                reason: reason.to_owned(),
            });
        }
    }

    fn find_segments(&mut self) -> Result<(), Rejection> {
        let mut start = 0;
        let mut seen = HashMap::new();
        for (line_number, line) in self.text.clone().split(['\r', '\n']).enumerate() {
            let end = start + line.len();
            if is_segment(line, self.delimiters.field) {
                if line.starts_with("MSH") && !self.spans.is_empty() {
                    let reason = "A second MSH stands within one message.";
                    return Err(Rejection::new("several-messages", "MSH[2]", reason));
                }
                let ordinal = seen.entry(line[..3].to_owned()).or_insert(0);
                *ordinal += 1;
                self.add_segment(line, start, *ordinal)?;
            } else if !line.trim().is_empty()
                && let Some(last) = self.spans.last_mut()
            {
                last.end = end as u32;
                self.add_marks(line, start)?;
                let place = format!("line {}", line_number + 1);
                self.odd(place, "Not a segment; read as the continuation of the one before it.");
            }
            start = end + 1;
        }
        Ok(())
    }

    fn add_segment(&mut self, line: &str, start: usize, ordinal: u32) -> Result<(), Rejection> {
        if self.spans.len() == SEGMENTS_MAX {
            let reason = format!("The message has more than {SEGMENTS_MAX} segments.");
            return Err(Rejection::new("too-large", "message", reason));
        }
        let first_mark = self.marks.len() as u32;
        self.spans.push(Span {
            start: start as u32,
            end: (start + line.len()) as u32,
            first_mark,
            end_mark: first_mark,
            ordinal,
        });
        self.add_marks(line, start)
    }

    fn add_marks(&mut self, line: &str, start: usize) -> Result<(), Rejection> {
        let Some(span) = self.spans.last_mut() else {
            return Ok(());
        };
        let field = self.delimiters.field as u8;
        for (at, byte) in line.bytes().enumerate() {
            if byte == field {
                self.marks.push((start + at) as u32);
            }
        }
        span.end_mark = self.marks.len() as u32;
        if (span.end_mark - span.first_mark) as usize > FIELDS_MAX {
            let reason = format!("A segment has more than {FIELDS_MAX} fields.");
            return Err(Rejection::new("too-large", line.get(..3).unwrap_or("message"), reason));
        }
        Ok(())
    }
}

/// The bytes without a byte order mark, white space and MLLP frame bytes around them.
pub(super) fn trim_frame(mut bytes: &[u8]) -> &[u8] {
    loop {
        bytes = match bytes {
            [0xEF, 0xBB, 0xBF, rest @ ..] | [0x0B | b' ' | b'\t' | b'\r' | b'\n', rest @ ..] => rest,
            [rest @ .., 0x1C | b'\r' | b'\n' | 0] => rest,
            _ => return bytes,
        }
    }
}

/// Reads MSH-1 and MSH-2. Encoding characters that are missing or nonsense take their usual values.
fn delimiters(text: &str) -> Result<Delimiters, Rejection> {
    let refuse = |reason| Err(Rejection::new("no-msh", "MSH", reason));
    let Some(rest) = text.strip_prefix("MSH") else {
        return refuse("The message does not begin with an MSH segment.");
    };
    let mut chars = rest.chars();
    let usable = |c: &char| c.is_ascii_punctuation() || *c == '\t';
    let Some(field) = chars.next().filter(usable) else {
        return refuse("MSH does not name a field separator.");
    };
    let mut found = Delimiters {
        field,
        ..Delimiters::default()
    };
    let encoding: Vec<char> = chars
        .take_while(|c| *c != field && *c != '\r' && *c != '\n')
        .take(5)
        .filter(usable)
        .collect();
    let slots = [
        &mut found.component,
        &mut found.repetition,
        &mut found.escape,
        &mut found.subcomponent,
    ];
    for (slot, given) in slots.into_iter().zip(&encoding) {
        *slot = *given;
    }
    let all = [
        found.field,
        found.component,
        found.repetition,
        found.escape,
        found.subcomponent,
    ];
    let distinct = all.iter().enumerate().all(|(at, c)| !all[..at].contains(c));
    if distinct {
        Ok(found)
    } else {
        refuse("MSH-1 and MSH-2 name the same character twice.")
    }
}

/// Whether a line begins as a segment does: a capital letter and two more capitals or digits, then the field
/// separator or the end of the line.
fn is_segment(line: &str, field: char) -> bool {
    let bytes = line.as_bytes();
    bytes.len() >= 3
        && bytes[0].is_ascii_uppercase()
        && bytes[1..3].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && bytes.get(3).is_none_or(|b| *b == field as u8)
}

/// One segment of a message.
#[derive(Clone, Copy)]
pub struct Segment<'m> {
    text: &'m str,
    marks: &'m [u32],
    start: usize,
    end: usize,
    ordinal: u32,
    delimiters: Delimiters,
}

impl<'m> Segment<'m> {
    /// Its three letters.
    pub fn name(&self) -> &'m str {
        &self.text[self.start..self.start + 3]
    }

    /// The segment as sent, without its line end.
    pub fn raw(&self) -> &'m str {
        &self.text[self.start..self.end]
    }

    /// Which of the segments of this name it is in its message, from 1.
    pub fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// How people name one of its fields: `PID-7`, or `OBX[2]-5` in the second OBX.
    pub fn place(&self, field: usize) -> String {
        match self.ordinal {
            1 => format!("{}-{field}", self.name()),
            nth => format!("{}[{nth}]-{field}", self.name()),
        }
    }

    /// Field `n`, counted from 1 as the standard does; empty when it was not sent. MSH-1 is the separator.
    pub fn field(&self, n: usize) -> Field<'m> {
        let header = self.name() == "MSH";
        if header && n == 1 {
            let raw = self
                .marks
                .first()
                .map_or("", |at| &self.text[*at as usize..*at as usize + 1]);
            return self.part(raw);
        }
        let Some(index) = n.checked_sub(if header { 2 } else { 1 }) else {
            return self.part("");
        };
        let Some(start) = self.marks.get(index) else {
            return self.part("");
        };
        let end = self.marks.get(index + 1).map_or(self.end, |at| *at as usize);
        self.part(&self.text[*start as usize + 1..end])
    }

    fn part(&self, raw: &'m str) -> Field<'m> {
        Field {
            raw,
            delimiters: self.delimiters,
        }
    }
}

/// One field, with all its repetitions.
#[derive(Clone, Copy)]
pub struct Field<'m> {
    raw: &'m str,
    delimiters: Delimiters,
}

/// One repetition of a field.
#[derive(Clone, Copy)]
pub struct Repetition<'m> {
    raw: &'m str,
    delimiters: Delimiters,
}

/// One component of a repetition.
#[derive(Clone, Copy)]
pub struct Component<'m> {
    raw: &'m str,
    delimiters: Delimiters,
}

impl<'m> Field<'m> {
    /// As sent, escapes and all.
    pub fn raw(&self) -> &'m str {
        self.raw
    }

    /// Whether nothing was sent, or only the HL7 null `""`.
    pub fn is_empty(&self) -> bool {
        is_nothing(self.raw)
    }

    /// Its repetitions that say something.
    pub fn repetitions(&self) -> impl Iterator<Item = Repetition<'m>> + use<'m> {
        let delimiters = self.delimiters;
        self.raw
            .split(delimiters.repetition)
            .take(PARTS_MAX)
            .filter(|raw| !is_nothing(raw))
            .map(move |raw| Repetition { raw, delimiters })
    }

    /// Repetition `n`, counted from 0; empty when it was not sent.
    pub fn repetition(&self, n: usize) -> Repetition<'m> {
        Repetition {
            raw: self.raw.split(self.delimiters.repetition).nth(n).unwrap_or(""),
            delimiters: self.delimiters,
        }
    }

    /// Component `n`, counted from 1, of the first repetition.
    pub fn component(&self, n: usize) -> Component<'m> {
        self.repetition(0).component(n)
    }

    /// The text of the first component of the first repetition.
    pub fn text(&self) -> String {
        self.component(1).text()
    }

    /// The whole field as words: for text types, in which senders leave `^` and `&` unescaped. Repetitions
    /// stand on lines of their own.
    pub fn words(&self) -> String {
        if self.raw == "\"\"" {
            return String::new();
        }
        let lines: Vec<Cow<'_, str>> = self
            .raw
            .split(self.delimiters.repetition)
            .map(|line| unescape(line, self.delimiters))
            .collect();
        lines.join("\n").trim_end().to_owned()
    }
}

impl<'m> Repetition<'m> {
    /// As sent.
    pub fn raw(&self) -> &'m str {
        self.raw
    }

    /// Component `n`, counted from 1; empty when it was not sent.
    pub fn component(&self, n: usize) -> Component<'m> {
        let nth = n.checked_sub(1).filter(|n| *n < PARTS_MAX);
        Component {
            raw: nth
                .and_then(|n| self.raw.split(self.delimiters.component).nth(n))
                .unwrap_or(""),
            delimiters: self.delimiters,
        }
    }
}

impl<'m> Component<'m> {
    /// As sent.
    pub fn raw(&self) -> &'m str {
        self.raw
    }

    /// Subcomponent `n`, counted from 1, unescaped and trimmed; empty when it was not sent or is the HL7 null.
    pub fn subcomponent(&self, n: usize) -> String {
        let raw = n
            .checked_sub(1)
            .and_then(|n| self.raw.split(self.delimiters.subcomponent).nth(n))
            .filter(|raw| !is_nothing(raw))
            .unwrap_or("");
        unescape(raw, self.delimiters).trim().to_owned()
    }

    /// The first subcomponent: what most readers want.
    pub fn text(&self) -> String {
        self.subcomponent(1)
    }

    /// All subcomponents, joined by spaces.
    pub fn words(&self) -> String {
        let parts: Vec<String> = self
            .raw
            .split(self.delimiters.subcomponent)
            .take(PARTS_MAX)
            .filter(|raw| !is_nothing(raw))
            .map(|raw| unescape(raw, self.delimiters).trim().to_owned())
            .filter(|part| !part.is_empty())
            .collect();
        parts.join(" ")
    }
}

/// Whether a part says nothing: empty, blank, or the HL7 null.
fn is_nothing(raw: &str) -> bool {
    let raw = raw.trim();
    raw.is_empty() || raw == "\"\""
}
