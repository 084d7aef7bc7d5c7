//! HL7 v2 data types as the words of `record`: names, addresses, numbers, places, codes, times.

use super::message::{Field, Repetition, Segment};
use record::{Address, Concept, Issue, Name, When};

/// CE, CWE, CNE, IS, ID: the best of its two codings, and the other one if it differs. Both empty when
/// nothing was sent.
pub fn concepts(coded: Repetition<'_>) -> (Concept, Vec<Concept>) {
    let coding = |first: usize| {
        let part = |n: usize| coded.component(first + n).words();
        Concept::coded(&part(2), &part(0), &part(1))
    };
    let original = coded.component(9).words();
    let mut all: Vec<Concept> = [coding(1), coding(4)].into_iter().filter(|c| !c.is_empty()).collect();
    all.dedup();
    if all.is_empty() {
        return (Concept::words(&original), Vec::new());
    }
    all.sort_by_key(Concept::rank);
    let mut best = all.remove(0);
    if best.display.is_empty() {
        best.display = match all.iter().find(|other| !other.display.is_empty()) {
            Some(other) if original.is_empty() => other.display.clone(),
            _ => original,
        };
    }
    (best, all)
}

/// The best coding of a field's first repetition.
pub fn concept(field: Field<'_>) -> Concept {
    concepts(field.repetition(0)).0
}

/// The words of a coded field, or its code.
pub fn label(field: Field<'_>) -> String {
    concept(field).label().to_owned()
}

/// A field that should be words and from some senders is coded: its words, without the codes.
pub fn loose_words(field: Field<'_>) -> String {
    if field.component(2).raw().is_empty() {
        field.words()
    } else {
        label(field)
    }
}

/// XPN: one name. `use` is FHIR's word for its type (component 7).
pub fn name(sent: Repetition<'_>) -> Option<Name> {
    let given = [sent.component(2).words(), sent.component(3).words()];
    let name = Name {
        r#use: match sent.component(7).text().to_ascii_uppercase().as_str() {
            "L" | "C" => "official",
            "D" => "usual",
            "M" => "maiden",
            "N" | "A" | "P" => "nickname",
            "S" | "TEMP" => "temp",
            "BAD" | "O" => "old",
            _ => "",
        }
        .to_owned(),
        // The first subcomponent is the surname with any prefix ("van Beethoven").
        family: sent.component(1).text(),
        given: joined(&given, " "),
        prefix: sent.component(5).words(),
    };
    (!name.family.is_empty() || !name.given.is_empty()).then_some(name)
}

/// Title, given names, family name: as people say it.
pub fn spoken(name: &Name) -> String {
    joined(&[name.prefix.clone(), name.given.clone(), name.family.clone()], " ")
}

/// XCN: a clinician's name, or their code when no name was sent. A bare code, or words alone in the first
/// component, come out as they are.
pub fn clinician(sent: Repetition<'_>) -> String {
    let part = |n: usize| sent.component(n).words();
    let family = sent.component(2).text();
    let name = joined(&[part(6), part(3), part(4), family], " ");
    if name.is_empty() { part(1) } else { name }
}

/// The first clinician of a field.
pub fn first_clinician(field: Field<'_>) -> String {
    field
        .repetitions()
        .map(clinician)
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

/// Every clinician in a field, by name.
pub fn clinicians(field: Field<'_>) -> String {
    let mut names: Vec<String> = field.repetitions().map(clinician).collect();
    names.dedup();
    joined(&names, ", ")
}

/// XAD: one address. Country is dropped when it is this one.
pub fn address(sent: Repetition<'_>) -> Option<Address> {
    let part = |n: usize| sent.component(n).words();
    let country = Some(part(6)).filter(|c| !matches!(c.as_str(), "GBR" | "GB" | "UK" | "England"));
    let lines: Vec<String> = [part(1), part(2), part(3), part(4), country.unwrap_or_default()]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect();
    let postcode = part(5);
    if lines.is_empty() && postcode.is_empty() {
        return None;
    }
    Some(Address {
        r#use: match sent.component(7).text().to_ascii_uppercase().as_str() {
            "H" | "HOME" | "P" | "L" => "home",
            "C" | "TMP" | "TEMP" => "temp",
            "B" | "O" | "WORK" => "work",
            "BA" | "OLD" => "old",
            "M" => "postal",
            _ => "",
        }
        .to_owned(),
        lines,
        postcode,
    })
}

/// An address in one line.
pub fn address_line(address: &Address) -> String {
    let mut parts = address.lines.clone();
    parts.push(address.postcode.clone());
    joined(&parts, ", ")
}

/// XTN: a number or an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telecom {
    /// A telephone number as written.
    Phone(String),
    /// An e-mail address.
    Email(String),
}

/// XTN: what a telecom repetition says, if anything: component 1 or 12 as written, else 5 to 8 put together.
pub fn telecom(sent: Repetition<'_>) -> Option<Telecom> {
    let part = |n: usize| sent.component(n).text();
    let email = [part(4), part(1)].into_iter().find(|text| text.contains('@'));
    if let Some(email) = email {
        return Some(Telecom::Email(email));
    }
    let country = Some(part(5))
        .filter(|c| !c.is_empty())
        .map(|c| format!("+{}", c.trim_start_matches('+')));
    let assembled = joined(&[country.unwrap_or_default(), part(6), part(7)], " ");
    let extension = Some(part(8)).filter(|x| !x.is_empty()).map(|x| format!(" ext. {x}"));
    let number = [part(1), part(12), assembled]
        .into_iter()
        .find(|text| text.bytes().any(|b| b.is_ascii_digit()))?;
    Some(Telecom::Phone(number + &extension.unwrap_or_default()))
}

/// PL: a place as people name it: point of care, room, bed, facility, then building, floor and description.
pub fn place(sent: Repetition<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for n in [1, 2, 3, 7, 8, 4, 9] {
        let part = if n == 4 {
            sent.component(n).text()
        } else {
            named(sent, n)
        };
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(", ")
}

/// A part of a place; `22&CT Scan Room&L` is a coded one, of which people want the words.
fn named(sent: Repetition<'_>, n: usize) -> String {
    let component = sent.component(n);
    let second = component.subcomponent(2);
    let is_words = second.contains(' ') || second.chars().all(char::is_alphabetic);
    if second.is_empty() || !is_words {
        component.text()
    } else {
        second
    }
}

/// XON: an organisation's name and id. Senders put the id in component 3 (to version 2.6) or 10.
pub fn organisation(sent: Repetition<'_>) -> (String, String) {
    let id = [sent.component(10).text(), sent.component(3).text()]
        .into_iter()
        .find(|id| !id.is_empty());
    (sent.component(1).words(), id.unwrap_or_default())
}

/// TS, DTM, DT: when a field says, or `None`. An unreadable one is added to `issues`.
pub fn when(segment: &Segment<'_>, field: usize, issues: &mut Vec<Issue>) -> Option<When> {
    when_in(segment, field, segment.field(field).text(), issues)
}

/// As [`when`], of a text taken from some part of that field.
pub fn when_in(segment: &Segment<'_>, field: usize, text: String, issues: &mut Vec<Issue>) -> Option<When> {
    if text.is_empty() || text.bytes().all(|b| b == b'0') {
        return None;
    }
    let when = moment(&text);
    if when.is_none() {
        issues.push(issue(segment, field, "Not a date or time this system can read."));
    }
    when
}

/// An HL7 time. Two slips are read as what they plainly are: ISO 8601 text, and midnight written after a
/// date whose month or day is nought (`20190300` means March 2019).
pub fn moment(text: &str) -> Option<When> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    When::parse_hl7(text)
        .or_else(|| text.contains('-').then(|| When::parse_fhir(text)).flatten())
        .or_else(|| {
            (digits == 8 && text.ends_with("0000"))
                .then(|| When::parse_hl7(text.get(..4)?))
                .flatten()
        })
        .or_else(|| {
            (digits == 8 && text.ends_with("00"))
                .then(|| When::parse_hl7(text.get(..6)?))
                .flatten()
        })
}

/// An issue at a field.
pub fn issue(segment: &Segment<'_>, field: usize, reason: &str) -> Issue {
    Issue {
        place: segment.place(field),
        reason: reason.to_owned(),
    }
}

/// The parts that say something, joined.
pub fn joined(parts: &[String], between: &str) -> String {
    let said: Vec<&str> = parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    said.join(between)
}

/// The first of several candidates that says something; empty when none does.
pub fn first_said(candidates: impl IntoIterator<Item = String>) -> String {
    candidates
        .into_iter()
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default()
}

/// Lower-case letters and digits of a text, others as single hyphens: for ids made from what was said.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().take(200) {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Longest id, in bytes, and longest words that every item of a message repeats.
pub const ID_BYTES_MAX: usize = 200;

/// The text, cut to so many bytes between two characters.
pub fn bounded(mut text: String, bytes_max: usize) -> String {
    if text.len() > bytes_max {
        let end = (0..=bytes_max).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
    }
    text
}

/// Words shown as a value: cut when longer than a detail may be, with an issue that says so.
pub fn shown(text: String, segment: &Segment<'_>, field: usize, issues: &mut Vec<Issue>) -> String {
    if text.len() <= DETAIL_BYTES_MAX {
        return text;
    }
    issues.push(issue(segment, field, TOO_LONG_TO_SHOW));
    bounded(text, DETAIL_BYTES_MAX) + "…"
}

/// What people are told when only the beginning of a text is shown.
pub const TOO_LONG_TO_SHOW: &str = "The text is longer than is shown; the whole is in the message.";

/// Further words a reader needs, one thing a line.
#[derive(Clone, Debug, Default)]
pub struct Detail(String);

/// Longest detail kept beside an entry, in bytes; the whole stays in the message as sent.
pub const DETAIL_BYTES_MAX: usize = 20_000;

impl Detail {
    /// Adds `label: text`, or the text alone when the label is empty; nothing when the text is.
    pub fn add(&mut self, label: &str, text: &str) {
        let text = text.trim();
        if text.is_empty() || self.0.len() > DETAIL_BYTES_MAX {
            return;
        }
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        if !label.is_empty() {
            self.0.push_str(label);
            self.0.push_str(": ");
        }
        self.0.push_str(text);
    }

    /// The text, and whether it had to be cut.
    pub fn finish(self) -> (String, bool) {
        let cut = self.0.len() > DETAIL_BYTES_MAX;
        let text = bounded(self.0, DETAIL_BYTES_MAX);
        (if cut { text + "…" } else { text }, cut)
    }

    /// The text, cut when too long.
    pub fn text(self) -> String {
        self.finish().0
    }
}
