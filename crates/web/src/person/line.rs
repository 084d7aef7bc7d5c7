//! One entry in words: its value, date, marks, and the address that leads to it.

use super::view::Line;
use crate::site::clock::short;
use crate::site::senders::Senders;
use care::person::{Fact, Line as Told};
use record::{Certainty, Entry, Kind, Status, Value};

/// Letters of a value in a list; the whole of it is on the entry's own page.
const VALUE_LETTERS_MAX: usize = 120;
/// Letters of a note in a list.
const NOTE_LETTERS_MAX: usize = 160;
/// Letters of what a statement at the top of the record says beyond its name.
const GIST_LETTERS_MAX: usize = 220;

/// Which line of the store an entry's page shows: a stable name without meaning, safe to paste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryName {
    /// The item's key.
    pub item: i64,
    /// Which line of the item.
    pub part: u16,
    /// The record it stands in.
    pub record_no: i64,
}

impl EntryName {
    /// The name of a line.
    pub fn of(line: &Told) -> Self {
        Self {
            item: line.item,
            part: line.entry.part,
            record_no: line.record_no,
        }
    }

    /// Reads a name as [`EntryName::written`] writes it; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !plain || !(21..=36).contains(&text.len()) {
            return None;
        }
        let item = u64::from_str_radix(text.get(..16)?, 16).ok()?;
        Some(Self {
            item: i64::from_be_bytes(item.to_be_bytes()),
            part: u16::from_str_radix(text.get(16..20)?, 16).ok()?,
            record_no: i64::from_str_radix(text.get(20..)?, 16).ok()?,
        })
    }

    /// As it stands in an address: hexadecimal digits only.
    pub fn written(self) -> String {
        let item = u64::from_be_bytes(self.item.to_be_bytes());
        format!("{item:016x}{:04x}{:x}", self.part, self.record_no)
    }
}

/// The address of an entry's page.
pub fn entry_path(person: &str, line: &Told) -> String {
    format!("{person}/entries/{}", EntryName::of(line).written())
}

/// Units as people write them; one that is not listed stands as sent.
const UNITS: [(&str, &str); 15] = [
    ("mm[Hg]", "mmHg"),
    ("Cel", "°C"),
    ("[degF]", "°F"),
    ("umol/L", "µmol/L"),
    ("mL/min/{1.73_m2}", "mL/min/1.73 m²"),
    ("kg/m2", "kg/m²"),
    ("{score}", ""),
    ("{count}", ""),
    ("{number}", ""),
    ("[ppm]", "ppm"),
    ("/d", "a day"),
    ("/wk", "a week"),
    ("min/wk", "min a week"),
    ("10*9/L", "×10⁹/L"),
    ("10*12/L", "×10¹²/L"),
];

/// A unit as people write it. One that is a word in braces, which UCUM has for what is only counted, is that word.
pub fn unit_words(unit: &str) -> &str {
    let word = || {
        let inner = unit.strip_prefix('{')?.strip_suffix('}')?;
        (!inner.contains(['{', '}'])).then_some(inner)
    };
    match UNITS.iter().find(|(sent, _)| *sent == unit) {
        Some((_, words)) => words,
        None => word().unwrap_or(unit),
    }
}

/// A value in words: the number as written, with its unit as people write it.
pub fn value_words(value: &Value) -> String {
    match value {
        Value::Quantity(q) => {
            let unit = unit_words(&q.unit);
            let space = if unit.is_empty() || unit == "%" { "" } else { " " };
            format!("{}{}{space}{unit}", q.comparator, q.written)
        }
        Value::Concept(concept) => concept.label().to_owned(),
        Value::Text(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::When(when) => when.to_string(),
    }
}

/// At most `most` letters of a text, on one line, cut between words: half a word can say something else. A word longer
/// than this is cut where it must be.
pub fn cut(text: &str, most: usize) -> String {
    const WORD_MAX: usize = 24;
    let mut text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, next)) = text.char_indices().nth(most) {
        let whole = next == ' ';
        text.truncate(at);
        if let Some(space) = text.rfind(' ').filter(|space| !whole && at - space <= WORD_MAX) {
            text.truncate(space);
        }
        text.truncate(text.trim_end_matches([' ', ',', ';']).len());
        text.push('…');
    }
    text
}

/// When, short; when it was written down if that is all that was said.
pub fn date(entry: &Entry) -> String {
    match (entry.happened, entry.recorded) {
        (Some(when), _) => short(when),
        (None, Some(when)) => format!("recorded {}", short(when)),
        (None, None) => "date not said".to_owned(),
    }
}

/// Status in words, when it is not what everyone expects of such an entry.
pub fn status(entry: &Entry) -> String {
    let expected = match entry.kind {
        Kind::Medicine
        | Kind::Problem
        | Kind::Allergy
        | Kind::Referral
        | Kind::Task
        | Kind::CarePlan
        | Kind::Episode => entry.status == Status::Active,
        Kind::Appointment => false,
        _ => matches!(entry.status, Status::Completed | Status::Active),
    };
    if expected {
        String::new()
    } else {
        entry.status.words().to_owned()
    }
}

/// Words that stand as tags beside an entry.
pub fn marks(fact: &Fact) -> Vec<String> {
    let entry = fact.entry();
    let mut marks = Vec::new();
    if fact.lines.iter().any(|line| !line.issues.is_empty()) {
        marks.push("incomplete".to_owned());
    }
    match entry.certainty {
        Certainty::Suspected | Certainty::RuledOut => marks.push(entry.certainty.words().to_owned()),
        Certainty::Unsaid | Certainty::Confirmed => {}
    }
    marks.extend(value_marks(fact.line()));
    marks
}

/// What must be known of a measured value before it is relied on (SAFETY 5).
pub fn value_marks(line: &Told) -> Vec<String> {
    let Some(Value::Quantity(quantity)) = &line.entry.value else {
        return Vec::new();
    };
    let mut marks = Vec::new();
    match line.normal {
        Some(normal) if normal.check => marks.push("check: outside the plausible range".to_owned()),
        Some(_) => {}
        None if quantity.unit.is_empty() => marks.push("no unit sent".to_owned()),
        None => {}
    }
    if !quantity.flag.is_empty() {
        marks.push(match quantity.flag.as_str() {
            "H" | "HU" => "high".to_owned(),
            "L" | "LU" => "low".to_owned(),
            "HH" => "▲ very high".to_owned(),
            "LL" => "▲ very low".to_owned(),
            "N" => return marks,
            "A" | "AA" => "abnormal".to_owned(),
            other => format!("marked {}", cut(other, 20)),
        });
    }
    marks
}

/// Beginnings of lines of detail that say where something was filed rather than what it was.
const FILING: [&str; 14] = [
    "service:",
    "came from:",
    "category:",
    "specialty:",
    "course:",
    "type:",
    "priority:",
    "arrived:",
    "where:",
    "requested by:",
    "to:",
    "file:",
    "setting:",
    "original:",
];

/// What a reader wants of the details, on one line: why, what came of it.
pub fn note(entry: &Entry) -> String {
    cut(&wanted(entry).join("; "), NOTE_LETTERS_MAX)
}

/// The lines of detail that say something the entry's own words do not, without what each only labels.
fn wanted(entry: &Entry) -> Vec<&str> {
    let label = entry.what.label();
    let mut wanted = Vec::new();
    for line in entry.detail.lines() {
        // What kind of file a text came in says nothing to whoever reads it.
        let line = line.trim().trim_end_matches("(text/plain)").trim_end();
        if line.is_empty() {
            continue;
        }
        let lower = line.to_lowercase();
        if FILING.iter().any(|filing| lower.starts_with(filing)) {
            continue;
        }
        let (before, said) = line.split_once(": ").unwrap_or(("", line));
        let repeats = said.eq_ignore_ascii_case(label) || line.eq_ignore_ascii_case(label);
        let bare = ["source", "note", "rule", "as written"].contains(&before.to_lowercase().as_str())
            || before.eq_ignore_ascii_case(label);
        if !repeats {
            wanted.push(if bare { said } else { line });
        }
    }
    wanted
}

/// What a statement at the top of the record says beyond its name, without where the original is, short.
pub fn gist(entry: &Entry) -> String {
    let said = wanted(entry).join("; ");
    let said = match find_original(&said) {
        Some(at) => said.get(..at).unwrap_or(&said),
        None => &said,
    };
    cut(said.trim_end_matches([' ', ';', '.']), GIST_LETTERS_MAX)
}

/// Where in a text it begins to say where the original is.
fn find_original(text: &str) -> Option<usize> {
    // Lower case of ASCII letters keeps every byte in its place.
    text.to_ascii_lowercase().find("signed original:")
}

/// Where the signed original is, when that was said.
pub fn original(entry: &Entry) -> String {
    let said = entry.detail.lines().find_map(|line| {
        let at = find_original(line).map(|at| at + "signed original:".len());
        let at = at.or_else(|| {
            let begins = line.to_ascii_lowercase().starts_with("original:");
            begins.then_some("original:".len())
        })?;
        line.get(at..).map(|rest| {
            rest.trim()
                .trim_end_matches("(text/plain)")
                .trim_end_matches(['.', ' '])
                .to_owned()
        })
    });
    said.unwrap_or_default()
}

/// A fact as a line of a list.
pub fn line(fact: &Fact, senders: &Senders<'_>, person: &str, restricted: bool) -> Line {
    let entry = fact.entry();
    let mut names: Vec<String> = fact.senders().into_iter().map(|sender| senders.name(sender)).collect();
    names.dedup();
    Line {
        path: entry_path(person, fact.line()),
        kind: entry.kind.words().to_owned(),
        what: cut(entry.what.label(), VALUE_LETTERS_MAX),
        value: entry
            .value
            .as_ref()
            .map(|value| cut(&value_words(value), VALUE_LETTERS_MAX))
            .unwrap_or_default(),
        note: if restricted { String::new() } else { note(entry) },
        date: date(entry),
        senders: names,
        status: status(entry),
        marks: marks(fact),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::{Concept, Quantity};

    #[test]
    fn an_entrys_name_comes_back_and_nothing_else_does() {
        for name in [
            EntryName {
                item: -1,
                part: 0,
                record_no: 1,
            },
            EntryName {
                item: i64::MAX,
                part: 999,
                record_no: 9_000_000_000,
            },
            EntryName {
                item: 0,
                part: u16::MAX,
                record_no: 0,
            },
        ] {
            assert_eq!(EntryName::read(&name.written()), Some(name));
        }
        for other in [
            "",
            "1",
            "zz",
            "../../etc/passwd",
            &"f".repeat(40),
            "0000000000000001000G1",
            &"é".repeat(12),
        ] {
            assert_eq!(EntryName::read(other), None, "{other}");
        }
    }

    #[test]
    fn values_are_said_with_the_number_as_written() {
        let check = |number: &str, unit: &str, words: &str| {
            assert_eq!(
                value_words(&Value::Quantity(Quantity::parse(number, unit).unwrap())),
                words
            );
        };
        check("7.0", "mmol/L", "7.0 mmol/L");
        check("148", "mm[Hg]", "148 mmHg");
        check("<5", "mg/L", "<5 mg/L");
        check("97", "%", "97%");
        check("4", "{score}", "4");
        check("48", "wobbles", "48 wobbles");
        check("0", "{count}", "0");
        check("3", "{falls}", "3 falls");
        check("26", "[ppm]", "26 ppm");
        check("18", "/d", "18 a day");
        check("47", "mL/min/{1.73_m2}", "47 mL/min/1.73 m²");
    }

    #[test]
    fn a_text_is_cut_between_words() {
        assert_eq!(cut("walked as usual, no food given", 18), "walked as usual…");
        assert_eq!(cut("walked as usual no", 15), "walked as usual…");
        assert_eq!(cut("walked  as\nusual", 40), "walked as usual");
        let long = "x".repeat(60);
        assert_eq!(cut(&long, 40).chars().count(), 41, "a word that never ends");
    }

    #[test]
    fn a_note_says_why_and_leaves_filing_out() {
        let mut entry = Entry::new(Kind::Encounter, Concept::words("Fall"));
        entry.detail =
            "Category: 3\nComplaint: Fall in bathroom\nWhere: Own home\nOutcome: Not conveyed\nOriginal: blue folder"
                .into();
        assert_eq!(note(&entry), "Complaint: Fall in bathroom; Outcome: Not conveyed");
        assert_eq!(original(&entry), "blue folder");
    }

    #[test]
    fn the_gist_leaves_out_what_is_said_already() {
        let mut entry = Entry::new(Kind::Consent, Concept::words("Not for cardiopulmonary resuscitation"));
        entry.detail = "rule: Not for cardiopulmonary resuscitation\nsource: Attempts not recommended; discussed. Signed original: yellow folder.".into();
        assert_eq!(gist(&entry), "Attempts not recommended; discussed");
        assert_eq!(original(&entry), "yellow folder");
    }

    #[test]
    fn only_an_unexpected_status_is_said() {
        let mut entry = Entry::new(Kind::Medicine, Concept::words("x"));
        entry.status = Status::Active;
        assert_eq!(status(&entry), "");
        entry.status = Status::Completed;
        assert_eq!(status(&entry), "completed");
        entry.kind = Kind::Result;
        assert_eq!(status(&entry), "");
        entry.status = Status::Preliminary;
        assert_eq!(status(&entry), "not yet final");
    }
}
