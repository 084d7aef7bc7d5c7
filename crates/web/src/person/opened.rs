//! One entry, opened: everything its sender said, the versions it came in, and the bytes.

use super::line::{self, EntryName, value_words};
use super::present::Present;
use super::view::{Fact as Said, Line, Statement, Unread, Version};
use crate::site::clock::moment;
use care::person::sent::{ItemVersion, Sent};
use care::person::{Fact, Line as Told};
use record::concept::{CVX, ICD10, LOINC, OPCS4, RXNORM, SNOMED};
use record::{Certainty, Concept, Status, Value, When};

/// What stands for a thing that nobody said, so that it never looks like an answer.
const UNSAID: &str = "not said by the sender";
/// What stands for a code where none was sent.
const NO_CODE: &str = "no code sent";
/// What of a restricted person's entry could tell where they live.
const HIDDEN: &str = "hidden: whereabouts restricted";

impl Present<'_> {
    /// The fact that holds the line of this name, with that line; `None` when it is no longer on the record.
    pub fn find(&self, name: EntryName) -> Option<(&Fact, &Told)> {
        self.record.facts.iter().find_map(|fact| {
            let line = fact.lines.iter().find(|line| EntryName::of(line) == name)?;
            Some((fact, line))
        })
    }

    /// The entry as the record shows it.
    pub fn opened(&self, fact: &Fact) -> Line {
        let mut shown = line::line(fact, &self.senders, self.path(), self.record.restricted);
        shown.marks.extend(self.questioned(fact).map(str::to_owned));
        shown.note = String::new();
        shown
    }

    /// What the sender said, fact by fact; what was left unsaid in one line at the end, so that it does not bury the rest.
    pub fn said_of(&self, line: &Told) -> Vec<Said> {
        let (unsaid, mut said): (Vec<Said>, Vec<Said>) = self
            .every_fact_of(line)
            .into_iter()
            .partition(|said| said.words == UNSAID || said.words == NO_CODE);
        if !unsaid.is_empty() {
            let labels: Vec<String> = unsaid.iter().map(|said| said.label.to_lowercase()).collect();
            said.push(fact("Not said by the sender", labels.join(", ")));
        }
        said
    }

    fn every_fact_of(&self, line: &Told) -> Vec<Said> {
        let entry = &line.entry;
        let hide = self.record.restricted;
        let words = |text: &str| {
            if text.is_empty() {
                UNSAID.to_owned()
            } else {
                text.to_owned()
            }
        };
        let when = |when: Option<When>| when.map_or_else(|| UNSAID.to_owned(), |when| when.to_string());
        let mut said = vec![
            fact("Sender", self.senders.name(&line.sender)),
            fact(
                "Written by",
                if hide {
                    HIDDEN.to_owned()
                } else {
                    self.named(&entry.by, line)
                },
            ),
            fact(
                "Where",
                if hide {
                    HIDDEN.to_owned()
                } else {
                    self.named(&entry.place, line)
                },
            ),
            fact("Code", coded(&entry.what)),
            fact("Sender's words", words(&entry.what.display)),
        ];
        if !entry.also.is_empty() {
            let also: Vec<String> = entry.also.iter().map(coded).collect();
            said.push(fact("Also coded as", also.join("\n")));
        }
        said.extend(value_facts(line));
        // What is only planned has not happened, and must not read as if it had.
        let planned = entry.status == Status::Planned;
        said.push(fact(
            if planned { "Planned for" } else { "Happened" },
            when(entry.happened),
        ));
        if entry.ended.is_some() {
            said.push(fact(if planned { "Until" } else { "Ended" }, when(entry.ended)));
        }
        said.extend([
            fact("Recorded", when(entry.recorded)),
            fact("Received", moment(line.received)),
            fact(
                "Status",
                if entry.status == Status::Unknown {
                    UNSAID.to_owned()
                } else {
                    entry.status.words().to_owned()
                },
            ),
            fact(
                "Certainty",
                if entry.certainty == Certainty::Unsaid {
                    UNSAID.to_owned()
                } else {
                    entry.certainty.words().to_owned()
                },
            ),
        ]);
        if !entry.category.is_empty() {
            said.push(fact("Sender's grouping", entry.category.clone()));
        }
        if !entry.detail.is_empty() {
            said.push(fact(
                "More",
                if hide { HIDDEN.to_owned() } else { entry.detail.clone() },
            ));
        }
        said
    }

    /// A name as the sender gave it. An id within the sender's own system, or an organisation's code, is not a
    /// name: then the organisation stands for it.
    fn named(&self, text: &str, line: &Told) -> String {
        if text.is_empty() {
            return UNSAID.to_owned();
        }
        if let Some(code) = record::OrgCode::parse(text).filter(|code| self.system.organisation(code).is_some()) {
            return self.senders.name(&code);
        }
        let is_reference = text.split(", ").all(|one| {
            one.split_once('/').is_some_and(|(kind, id)| {
                kind.starts_with(|c: char| c.is_ascii_uppercase()) && !id.contains(' ') && !kind.contains(' ')
            })
        });
        if is_reference {
            format!("not named; someone or somewhere at {}", self.senders.name(&line.sender))
        } else {
            text.to_owned()
        }
    }

    /// What each sender says of who the person is, how to reach them and where they live; not the last two of a
    /// person whose whereabouts are restricted.
    pub fn who_in_words(&self) -> Vec<Said> {
        let mut said = Vec::new();
        for view in &self.record.views {
            let Some(says) = &view.says else { continue };
            let mut words: Vec<String> = Vec::new();
            let names = says.names.iter().map(|name| format!("{} {}", name.given, name.family));
            words.extend(names.map(|name| format!("Name: {}", name.trim())));
            words.extend(says.birth.map(|birth| format!("Born: {birth}")));
            words.push(format!("Sex: {}", says.sex.words()));
            words.extend(says.nhs_number.map(|number| format!("NHS number: {number}")));
            for (label, text) in [("Ethnic category", &says.ethnicity), ("Main language", &says.language)] {
                if !text.is_empty() {
                    words.push(format!("{label}: {text}"));
                }
            }
            if !self.record.restricted {
                words.extend(
                    says.addresses
                        .iter()
                        .map(|one| format!("Address: {}", super::present::address(one))),
                );
                words.extend(says.phones.iter().map(|one| format!("Telephone: {one}")));
                words.extend(says.emails.iter().map(|one| format!("E-mail: {one}")));
            }
            said.push(fact(&self.senders.name(&view.sender), words.join("\n")));
        }
        said
    }

    /// Others who say the same.
    pub fn same(&self, fact: &Fact, line: &Told) -> Vec<Statement> {
        let others = fact
            .lines
            .iter()
            .filter(|other| EntryName::of(other) != EntryName::of(line));
        others
            .map(|other| Statement {
                words: other.entry.what.label().to_owned(),
                sender: self.senders.name(&other.sender),
                date: line::date(&other.entry),
                original: String::new(),
                path: line::entry_path(self.path(), other),
            })
            .collect()
    }
}

/// What may be told of an entry about somebody else: who sent it and when, and neither their name nor how to reach
/// them.
pub fn said_of_other(present: &Present<'_>, line: &Told) -> Vec<Said> {
    present
        .said_of(line)
        .into_iter()
        .filter(|said| matches!(said.label.as_str(), "Sender" | "Code" | "Recorded" | "Received"))
        .collect()
}

fn fact(label: &str, words: String) -> Said {
    Said {
        label: label.to_owned(),
        words,
    }
}

fn coded(concept: &Concept) -> String {
    if concept.code.is_empty() {
        return NO_CODE.to_owned();
    }
    let system = match concept.system.as_str() {
        SNOMED => "SNOMED CT",
        LOINC => "LOINC",
        ICD10 => "ICD-10",
        OPCS4 => "OPCS-4",
        RXNORM => "RxNorm",
        CVX => "CVX",
        "" => "no code system sent",
        other => other,
    };
    format!("{}\n{}, {system}", concept.label(), concept.code)
}

fn value_facts(line: &Told) -> Vec<Said> {
    let mut said = Vec::new();
    match &line.entry.value {
        None => {}
        Some(Value::Quantity(q)) => {
            let unit = if q.unit.is_empty() { "without a unit" } else { &q.unit };
            said.push(fact("Value as sent", format!("{}{} {unit}", q.comparator, q.written)));
            if !q.range.is_empty() {
                said.push(fact("Sender's range", q.range.clone()));
            }
            if !q.flag.is_empty() {
                said.push(fact("Sender's mark", q.flag.clone()));
            }
            said.push(fact(
                "Drawn as",
                match line.normal {
                    Some(normal) if normal.check => format!(
                        "{} {}: outside the plausible range. Check it; it is left out of drawings and measures",
                        rounded(normal.number),
                        line::unit_words(normal.unit)
                    ),
                    Some(normal) => format!("{} {}", rounded(normal.number), line::unit_words(normal.unit)),
                    None => "not drawn: no unit, a unit that is not known here, or not a measurement that is drawn"
                        .to_owned(),
                },
            ));
        }
        // Said in words alone, it was said all the same.
        Some(Value::Concept(concept)) if concept.code.is_empty() => {
            said.push(fact("Value as sent", concept.label().to_owned()));
        }
        Some(Value::Concept(concept)) => said.push(fact("Value as sent", coded(concept))),
        Some(value) => said.push(fact("Value as sent", value_words(value))),
    }
    said
}

fn rounded(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Parts of an item that could not be read.
pub fn unread(line: &Told) -> Vec<Unread> {
    line.issues
        .iter()
        .map(|(place, reason)| Unread {
            place: place.clone(),
            reason: reason.clone(),
        })
        .collect()
}

/// The versions of an item, newest first, as they came; `path` leads to the entry, and each opens when `opens`.
pub fn versions(found: &[ItemVersion], sent: &[Sent], path: &str, opens: bool) -> Vec<Version> {
    let count = found.len();
    let numbered = (1..=count).rev().zip(found);
    numbered
        .enumerate()
        .map(|(at, (number, version))| Version {
            number: u32::try_from(number).unwrap_or(u32::MAX),
            said: if version.by_arrival {
                "not said".to_owned()
            } else {
                moment(version.version)
            },
            received: sent
                .get(at)
                .map_or_else(|| "earlier".to_owned(), |sent| moment(sent.received)),
            change: match (version.withdrawn, number) {
                (true, _) => "Withdrawn by the sender",
                (false, 1) => "First told",
                (false, _) => "Told anew",
            }
            .to_owned(),
            shown: at == 0 && !version.withdrawn,
            path: if opens {
                format!("{path}/versions/{number}")
            } else {
                String::new()
            },
        })
        .collect()
}

/// The line that stands for an entry which left the record: withdrawn, entered in error, or replaced.
pub fn gone(latest: &ItemVersion, sender: String) -> Line {
    Line {
        what: "No longer on the record".to_owned(),
        kind: latest.item_type.clone(),
        date: moment(latest.version),
        senders: vec![sender],
        status: if latest.withdrawn {
            "withdrawn by the sender"
        } else {
            "entered in error, or replaced"
        }
        .to_owned(),
        ..Line::default()
    }
}
