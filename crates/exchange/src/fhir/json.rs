//! JSON as FHIR senders write it: a scanner that cuts without judging, and a reader into a borrowed tree.
//!
//! A tree of our own, because a field of the wrong JSON type must cost that field and not the resource, numbers
//! must stay as written (`7.0` is not `7`), and most text needs no copy. The reader accepts exactly what RFC 8259
//! accepts (a test holds it against `serde_json`), to a depth of [`MAX_DEPTH`].

use std::borrow::Cow;

/// How deep values may stand within each other.
pub(crate) const MAX_DEPTH: usize = 100;

/// A JSON value that borrows from the text it was read from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    /// `null`, and any value the reader was told not to keep.
    Null,
    Bool(bool),
    /// A number exactly as written.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Where and why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Byte offset.
    pub at: usize,
    pub reason: &'static str,
}

impl Broken {
    /// `line 3, column 7` within `text`, both counted from 1, columns in bytes.
    pub fn place(&self, text: &[u8]) -> String {
        let before = &text[..self.at.min(text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        format!("line {line}, column {column}")
    }
}

impl<'a> Json<'a> {
    /// The member of this name, `None` when absent, `null`, or when this is not an object. Of members with one
    /// name the first counts.
    pub fn get(&self, key: &str) -> Option<&Json<'a>> {
        match self {
            Json::Object(members) => members
                .iter()
                .find(|(name, value)| name == key && *value != Json::Null)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, or a number as written; `None` for anything else.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            Json::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The members, when this is an object.
    pub fn members(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        match self {
            Json::Object(members) => members,
            _ => &[],
        }
    }

    /// Reads a whole text; of its outermost object only members whose name passes `keep` are kept, the rest are
    /// checked and dropped.
    pub fn parse(text: &'a str, keep: impl Fn(&str) -> bool) -> Result<Self, Broken> {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            text,
            at: 0,
        };
        reader.blank();
        let value = if reader.peek() == Some(b'{') {
            reader.object(1, true, &keep)?
        } else {
            reader.value(1, true)?
        };
        reader.blank();
        if reader.at == text.len() {
            Ok(value)
        } else {
            Err(reader.broken("text after the end of the value"))
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn broken(&self, reason: &'static str) -> Broken {
        Broken { at: self.at, reason }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        self.at = skip_blank(self.bytes, self.at);
    }

    fn value(&mut self, depth: usize, keep: bool) -> Result<Json<'a>, Broken> {
        match self.peek() {
            Some(b'"') => Ok(match self.string(keep)? {
                Some(text) => Json::Text(text),
                None => Json::Null,
            }),
            Some(b'{') => self.object(depth, keep, &|_| true),
            Some(b'[') => self.list(depth, keep),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.broken("a value was expected")),
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, Broken> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.broken("a value was expected"))
        }
    }

    fn object(&mut self, depth: usize, keep: bool, wanted: &impl Fn(&str) -> bool) -> Result<Json<'a>, Broken> {
        if depth > MAX_DEPTH {
            return Err(self.broken("nested deeper than 100 levels"));
        }
        self.at += 1;
        self.blank();
        let mut members = Vec::new();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            let Some(name) = self.string(true)? else {
                return Err(self.broken("a member name was expected"));
            };
            self.blank();
            if self.peek() != Some(b':') {
                return Err(self.broken("a colon was expected"));
            }
            self.at += 1;
            self.blank();
            let keep = keep && wanted(&name);
            let value = self.value(depth + 1, keep)?;
            if keep {
                members.push((name, value));
            }
            self.blank();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.blank();
                }
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Json::Object(members));
                }
                _ => return Err(self.broken("a comma or closing brace was expected")),
            }
        }
    }

    fn list(&mut self, depth: usize, keep: bool) -> Result<Json<'a>, Broken> {
        if depth > MAX_DEPTH {
            return Err(self.broken("nested deeper than 100 levels"));
        }
        self.at += 1;
        self.blank();
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            let value = self.value(depth + 1, keep)?;
            if keep {
                items.push(value);
            }
            self.blank();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.blank();
                }
                Some(b']') => {
                    self.at += 1;
                    return Ok(Json::List(items));
                }
                _ => return Err(self.broken("a comma or closing bracket was expected")),
            }
        }
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.broken("a digit was expected"));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Json<'a>, Broken> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Json::Number(&self.text[start..self.at]))
    }

    /// A string at the opening quote; `None` when it is checked but not kept.
    fn string(&mut self, keep: bool) -> Result<Option<Cow<'a, str>>, Broken> {
        if self.peek() != Some(b'"') {
            return Err(self.broken("a quote was expected"));
        }
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(keep.then_some(Cow::Borrowed(text)));
                }
                Some(b'\\') => {
                    let mut text = self.text[start..self.at].to_owned();
                    self.escaped(&mut text)?;
                    return Ok(keep.then_some(Cow::Owned(text)));
                }
                Some(byte) if byte < 0x20 => return Err(self.broken("a control character within a text")),
                Some(_) => self.at += 1,
                None => return Err(self.broken("the text ends within a string")),
            }
        }
    }

    /// The rest of a string from its first backslash.
    fn escaped(&mut self, text: &mut String) -> Result<(), Broken> {
        loop {
            let start = self.at;
            while matches!(self.peek(), Some(byte) if byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) => return Err(self.broken("a control character within a text")),
                None => return Err(self.broken("the text ends within a string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Broken> {
        let found = match self.peek() {
            Some(plain @ (b'"' | b'\\' | b'/')) => plain as char,
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.broken("an unknown escape within a text")),
        };
        self.at += 1;
        Ok(found)
    }

    fn unicode(&mut self) -> Result<char, Broken> {
        let first = self.hex4()?;
        let code = if (0xd800..0xdc00).contains(&first) && self.peek() == Some(b'\\') {
            self.at += 1;
            if self.peek() != Some(b'u') {
                return Err(self.broken("half of a surrogate pair"));
            }
            let second = self.hex4()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.broken("half of a surrogate pair"));
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.broken("half of a surrogate pair"))
    }

    /// Four hexadecimal digits after the `u` this stands at.
    fn hex4(&mut self) -> Result<u32, Broken> {
        let mut code = 0;
        for step in 1..=4 {
            let digit = self.bytes.get(self.at + step).and_then(|b| (*b as char).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.broken("four hexadecimal digits were expected"))?;
        }
        self.at += 5;
        Ok(code)
    }
}

/// The first offset at or after `at` that is not white space.
pub(crate) fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

/// The offset after the string whose opening quote stands at `at`.
pub(crate) fn skip_string(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let mut next = at + 1;
    loop {
        match bytes.get(next) {
            Some(b'"') => return Ok(next + 1),
            Some(b'\\') => next += 2,
            Some(_) => next += 1,
            None => {
                return Err(Broken {
                    at,
                    reason: "the text ends within a string",
                });
            }
        }
    }
}

/// The offset after the value that starts at `at`, matching brackets and quotes and judging nothing else, so
/// that one broken resource does not cost its bundle.
pub(crate) fn skip_value(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    let mut next = at;
    let mut depth = 0usize;
    loop {
        match bytes.get(next) {
            Some(b'"') => next = skip_string(bytes, next)?,
            Some(b'{' | b'[') => {
                depth += 1;
                next += 1;
                continue;
            }
            Some(b'}' | b']') if depth > 0 => {
                depth -= 1;
                next += 1;
            }
            Some(b',' | b'}' | b']') if depth == 0 => return Ok(next),
            Some(_) => {
                next += 1;
                if depth > 0 {
                    continue;
                }
                while !matches!(
                    bytes.get(next),
                    None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')
                ) {
                    next += 1;
                }
            }
            None => {
                return Err(Broken {
                    at,
                    reason: "the text ends within a value",
                });
            }
        }
        if depth == 0 {
            return Ok(next);
        }
    }
}

/// Walks the members of the object whose brace stands at `at`: `member` is given each name (as written, without
/// quotes) and the offset of its value, and answers the offset after that value. Returns the offset after the
/// closing brace.
pub(crate) fn walk_object<'a>(
    text: &'a str,
    at: usize,
    mut member: impl FnMut(&'a str, usize) -> Result<usize, Broken>,
) -> Result<usize, Broken> {
    let bytes = text.as_bytes();
    let broken = |at, reason| Err(Broken { at, reason });
    let mut next = skip_blank(bytes, at + 1);
    if bytes.get(next) == Some(&b'}') {
        return Ok(next + 1);
    }
    loop {
        if bytes.get(next) != Some(&b'"') {
            return broken(next, "a member name was expected");
        }
        let end = skip_string(bytes, next)?;
        let name = &text[next + 1..end - 1];
        next = skip_blank(bytes, end);
        if bytes.get(next) != Some(&b':') {
            return broken(next, "a colon was expected");
        }
        next = skip_blank(bytes, next + 1);
        next = skip_blank(bytes, member(name, next)?);
        match bytes.get(next) {
            Some(b',') => next = skip_blank(bytes, next + 1),
            Some(b'}') => return Ok(next + 1),
            _ => return broken(next, "a comma or closing brace was expected"),
        }
    }
}

/// Walks the items of the list whose bracket stands at `at`, as [`walk_object`] does members.
pub(crate) fn walk_list(
    text: &str,
    at: usize,
    mut item: impl FnMut(usize) -> Result<usize, Broken>,
) -> Result<usize, Broken> {
    let bytes = text.as_bytes();
    let mut next = skip_blank(bytes, at + 1);
    if bytes.get(next) == Some(&b']') {
        return Ok(next + 1);
    }
    loop {
        next = skip_blank(bytes, item(next)?);
        match bytes.get(next) {
            Some(b',') => next = skip_blank(bytes, next + 1),
            Some(b']') => return Ok(next + 1),
            _ => {
                return Err(Broken {
                    at: next,
                    reason: "a comma or closing bracket was expected",
                });
            }
        }
    }
}
