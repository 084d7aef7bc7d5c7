//! Reading one TOML file so that every problem is named with its line, not only the first.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong in a `systems/` folder: where, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the folder: `feeds/rbd-adt.toml`.
    pub file: String,
    /// The line, counted from 1; 1 also when the whole file is meant.
    pub line: usize,
    /// Why, and what would mend it, in plain words.
    pub reason: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// At most this many problems are kept: a person mends a file long before reading more.
const PROBLEMS_MAX: usize = 500;
/// A file longer than this is not a settings file.
const FILE_BYTES_MAX: usize = 1 << 20;

/// One file being read, and where its problems go.
pub(super) struct Source<'a> {
    pub file: &'a str,
    text: &'a str,
    problems: &'a RefCell<Vec<Problem>>,
}

impl<'a> Source<'a> {
    pub fn new(file: &'a str, text: &'a str, problems: &'a RefCell<Vec<Problem>>) -> Self {
        Self { file, text, problems }
    }

    /// The line on which this byte stands.
    pub fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    pub fn problem(&self, line: usize, reason: impl Into<String>) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < PROBLEMS_MAX {
            problems.push(Problem {
                file: self.file.to_owned(),
                line,
                reason: reason.into(),
            });
        }
    }

    /// Parses the file; syntax errors become problems and `None` is returned.
    pub fn parse(&self) -> Option<Spanned<DeTable<'a>>> {
        if self.text.len() > FILE_BYTES_MAX {
            self.problem(1, format!("the file is longer than {FILE_BYTES_MAX} bytes"));
            return None;
        }
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.problem(self.line(at), format!("not TOML: {}", error.message()));
        }
        errors.is_empty().then_some(table)
    }
}

/// One table of a file. Keys are asked for by name; [`Section::finish`] reports those nobody asked for.
pub(super) struct Section<'s, 't> {
    pub source: &'s Source<'s>,
    table: &'t DeTable<'t>,
    at: usize,
    name: String,
    asked: RefCell<BTreeSet<String>>,
}

impl<'s, 't> Section<'s, 't> {
    pub fn new(source: &'s Source<'s>, table: &'t DeTable<'t>, at: usize, name: &str) -> Self {
        Self {
            source,
            table,
            at,
            name: name.to_owned(),
            asked: RefCell::default(),
        }
    }

    /// The line the section begins on.
    pub fn line(&self) -> usize {
        self.source.line(self.at)
    }

    /// The line a key stands on, or the section's own when it is absent.
    pub fn line_of(&self, key: &str) -> usize {
        let found = self.table.iter().find(|(name, _)| name.get_ref() == key);
        found.map_or_else(|| self.line(), |(name, _)| self.source.line(name.span().start))
    }

    pub fn problem(&self, key: &str, reason: impl Into<String>) {
        self.source.problem(self.line_of(key), reason);
    }

    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key)
    }

    fn wrong_type(&self, key: &str, wanted: &str, found: &DeValue<'_>) {
        self.problem(key, format!("`{key}` should be {wanted}, and is {}", found.type_str()));
    }

    /// Words, trimmed; `None` when absent. Empty words are a problem: leave the key out instead.
    pub fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?.get_ref();
        let Some(text) = value.as_str() else {
            self.wrong_type(key, "words in quotes", value);
            return None;
        };
        if text.trim().is_empty() {
            self.problem(key, format!("`{key}` is empty; say it or leave it out"));
            return None;
        }
        Some(text.trim().to_owned())
    }

    pub fn needed(&self, key: &str) -> Option<String> {
        if !self.has(key) {
            self.problem(key, format!("{} has no `{key}`", self.name));
        }
        self.text(key)
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?.get_ref();
        let flag = value.as_bool();
        if flag.is_none() {
            self.wrong_type(key, "true or false", value);
        }
        flag
    }

    /// A whole number from 0 to 1,000,000,000.
    pub fn whole(&self, key: &str) -> Option<u32> {
        let value = self.value(key)?.get_ref();
        let number = value
            .as_integer()
            .and_then(|digits| digits.as_str().replace('_', "").parse::<u32>().ok())
            .filter(|number| *number <= 1_000_000_000);
        if number.is_none() {
            self.wrong_type(key, "a whole number up to 1,000,000,000", value);
        }
        number
    }

    /// A list of words, each with its line; one word alone counts as a list of one.
    pub fn texts(&self, key: &str) -> Vec<(String, usize)> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let line = |at: &Range<usize>| self.source.line(at.start);
        if let Some(text) = value.get_ref().as_str() {
            return vec![(text.trim().to_owned(), line(&value.span()))];
        }
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, "a list of words", value.get_ref());
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(array.len());
        for member in array.iter() {
            match member.get_ref().as_str() {
                Some(text) => texts.push((text.trim().to_owned(), line(&member.span()))),
                None => self.wrong_type(key, "a list of words", member.get_ref()),
            }
        }
        texts
    }

    pub fn section(&self, key: &str) -> Option<Section<'s, 't>> {
        let value = self.value(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, "a section of its own", value.get_ref());
            return None;
        };
        let at = self.key_start(key).unwrap_or(value.span().start);
        Some(Section::new(self.source, table, at, &format!("`{key}`")))
    }

    pub fn sections(&self, key: &str) -> Vec<Section<'s, 't>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, &format!("written as [[{key}]]"), value.get_ref());
            return Vec::new();
        };
        let name = format!("`{key}`");
        let mut sections = Vec::with_capacity(array.len());
        for member in array.iter() {
            match member.get_ref().as_table() {
                Some(table) => sections.push(Section::new(self.source, table, member.span().start, &name)),
                None => self.wrong_type(key, &format!("written as [[{key}]]"), member.get_ref()),
            }
        }
        sections
    }

    /// Every key with its value and line, for sections whose keys are the content (code lists).
    pub fn all(&self) -> Vec<(String, &'t Spanned<DeValue<'t>>, usize)> {
        let mut members = Vec::with_capacity(self.table.len());
        for (key, value) in self.table.iter() {
            self.asked.borrow_mut().insert(key.get_ref().to_string());
            members.push((key.get_ref().to_string(), value, self.source.line(key.span().start)));
        }
        members
    }

    /// Reports every key that nobody asked for, with the nearest known one.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            let name = key.get_ref().as_ref();
            if !asked.contains(name) {
                let hint = suggestion(name, asked.iter().map(String::as_str));
                let line = self.source.line(key.span().start);
                self.source
                    .problem(line, format!("{} has no key `{name}`{hint}", self.name));
            }
        }
    }

    fn key_start(&self, key: &str) -> Option<usize> {
        let found = self.table.iter().find(|(name, _)| name.get_ref() == key);
        found.map(|(name, _)| name.span().start)
    }
}

/// `; did you mean …?` when one of the known words is near, else nothing.
pub(super) fn suggestion<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> String {
    let limit = ((word.chars().count() + 1) / 3).clamp(1, 3);
    known
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map_or_else(String::new, |(_, near)| format!("; did you mean `{near}`?"))
}

/// Edits between two words, letter case ignored; words past 64 letters count as far.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.to_lowercase().chars().collect();
    let other: Vec<char> = other.to_lowercase().chars().collect();
    if one.len() > 64 || other.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let cost = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[other.len()]
}
