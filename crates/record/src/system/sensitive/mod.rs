//! Which entries are more than ordinarily sensitive, as data (SAFETY 9): by code, by the beginning of a code, by the
//! sender's own grouping, and by words, where the code is unknown but what it is called is clear. It errs on hiding:
//! what is sensitive is closed to those who act for a person and to roles with a smaller view, never to whoever treats
//! them.

mod reading;
mod words;

pub(super) use reading::read_sensitive;

use crate::concept::{Concept, ICD10, OPCS4};
use crate::entry::{Entry, Kind};
use crate::value::Value;
use std::collections::HashMap;
use words::{Phrase, key_of, words_of};

/// Why an entry is sensitive; of several the last in this order counts, which closes the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SensitiveKind {
    /// Mental health.
    MentalHealth,
    /// Alcohol and drugs.
    SubstanceUse,
    /// Prison, probation and the courts.
    Justice,
    /// Gender identity, and changing gender.
    GenderIdentity,
    /// Sexual health, contraception, termination of pregnancy, assisted conception.
    SexualHealth,
    /// Told by, or about, somebody else.
    ThirdParty,
    /// Would do serious harm if the person read it.
    SeriousHarm,
    /// About keeping someone safe from another.
    Safeguarding,
}

impl SensitiveKind {
    /// Every kind, in their order.
    pub const ALL: [SensitiveKind; 8] = [
        SensitiveKind::MentalHealth,
        SensitiveKind::SubstanceUse,
        SensitiveKind::Justice,
        SensitiveKind::GenderIdentity,
        SensitiveKind::SexualHealth,
        SensitiveKind::ThirdParty,
        SensitiveKind::SeriousHarm,
        SensitiveKind::Safeguarding,
    ];

    /// What it is called in `sensitivity.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            SensitiveKind::MentalHealth => "mental-health",
            SensitiveKind::SubstanceUse => "substance-use",
            SensitiveKind::Justice => "justice",
            SensitiveKind::GenderIdentity => "gender-identity",
            SensitiveKind::SexualHealth => "sexual-health",
            SensitiveKind::ThirdParty => "third-party",
            SensitiveKind::SeriousHarm => "serious-harm",
            SensitiveKind::Safeguarding => "safeguarding",
        }
    }
}

/// What of an entry is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What kind of line it is.
    pub kind: Kind,
    /// What it is about.
    pub what: &'a Concept,
    /// The same in other codes.
    pub also: &'a [Concept],
    /// What was found or answered.
    pub value: Option<&'a Value>,
    /// The sender's own grouping.
    pub grouping: &'a str,
    /// The ward, clinic or team.
    pub place: &'a str,
    /// Further words, one thing a line.
    pub detail: &'a str,
}

impl<'a> Told<'a> {
    /// Of an entry.
    pub fn of(entry: &'a Entry) -> Self {
        Self {
            kind: entry.kind,
            what: &entry.what,
            also: &entry.also,
            value: entry.value.as_ref(),
            grouping: &entry.category,
            place: &entry.place,
            detail: &entry.detail,
        }
    }

    /// Of something of this kind, and nothing else of it.
    pub fn about(kind: Kind, what: &'a Concept) -> Self {
        Self {
            kind,
            what,
            also: &[],
            value: None,
            grouping: "",
            place: "",
            detail: "",
        }
    }
}

/// Lines of an entry's detail that say in short what it was for, and are looked through. Notes and letters are not:
/// what they mention in passing says nothing of what they are about.
const SAYS_WHY: [&str; 20] = [
    "reason",
    "service",
    "diagnosis",
    "specialty",
    "indication",
    "type",
    "title",
    "for",
    "given for",
    "clinic",
    "team",
    "ward",
    "category of need",
    "status reason",
    "evidence",
    "complaint",
    "concern raised",
    "category",
    "description",
    "referred on to",
];
/// An answer in more words than this is a letter.
const ANSWER_BYTES_MAX: usize = 200;

/// One group of `sensitivity.toml`, as far as texts are looked through for its words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    kind: SensitiveKind,
    /// Where one of these stands, the words within it do not count.
    unless: Vec<Phrase>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    phrase: Phrase,
    group: usize,
    /// The name of a medicine, which says something only where it is given.
    medicine: bool,
}

/// The rules of a care system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sensitive {
    /// By code, then system: most codes asked for have no rule at all.
    codes: HashMap<String, Vec<(String, SensitiveKind)>>,
    /// System, beginning without its dots, kind.
    begins: Vec<(String, String, SensitiveKind)>,
    groupings: HashMap<String, SensitiveKind>,
    groups: Vec<Group>,
    /// By the first letters of the first word.
    rules: HashMap<String, Vec<Rule>>,
}

impl Sensitive {
    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.begins.is_empty() && self.groupings.is_empty() && self.rules.is_empty()
    }

    /// Why an entry is sensitive; `None` when it is ordinary.
    pub fn kind_of(&self, told: &Told<'_>) -> Option<SensitiveKind> {
        let by_code = std::iter::once(told.what)
            .chain(told.also)
            .filter_map(|concept| self.kind_of_code(concept))
            .max();
        let by_grouping = self.groupings.get(told.grouping).copied();
        let by_words = || {
            std::iter::once(told.what)
                .chain(told.also)
                .map(|concept| concept.display.as_str())
                .chain([told.grouping, told.place])
                .filter_map(|text| self.kind_of_words(told.kind, text))
                .max()
        };
        by_code
            .max(by_grouping)
            .max(by_words())
            .max(self.kind_of_answer(told.kind, told.value, told.detail))
    }

    /// Why what was answered, or the lines that say what an entry was for, are sensitive.
    pub fn kind_of_answer(&self, kind: Kind, value: Option<&Value>, detail: &str) -> Option<SensitiveKind> {
        let by_value = match value {
            Some(Value::Concept(answer)) => {
                let by_code = self.kind_of_code(answer);
                by_code.max(self.kind_of_words(kind, &answer.display))
            }
            Some(Value::Text(text)) if text.len() <= ANSWER_BYTES_MAX => self.kind_of_words(kind, text),
            Some(Value::Text(_) | Value::Quantity(_) | Value::Bool(_) | Value::When(_)) | None => None,
        };
        let by_detail = detail.lines().filter_map(|line| {
            let (label, text) = line.split_once(": ")?;
            let says_why = SAYS_WHY.iter().any(|known| label.eq_ignore_ascii_case(known));
            // A specialty may come as its code alone, which is a grouping.
            let of = || {
                self.kind_of_words(kind, text)
                    .max(self.groupings.get(text.trim()).copied())
            };
            says_why.then(of).flatten()
        });
        by_value.max(by_detail.max())
    }

    fn kind_of_code(&self, concept: &Concept) -> Option<SensitiveKind> {
        if concept.code.is_empty() {
            return None;
        }
        let exact = self.codes.get(&concept.code).and_then(|known| {
            let of_system = known.iter().filter(|(system, _)| *system == concept.system);
            of_system.map(|(_, kind)| *kind).max()
        });
        // The codes of classifications are written with their dot and without, and countries add endings.
        let Some(system) = classification(&concept.system) else {
            return exact;
        };
        let plain = undotted(&concept.code);
        let begun = self
            .begins
            .iter()
            .filter(|(of, begins, _)| of == system && plain.starts_with(begins.as_str()))
            .map(|(_, _, kind)| *kind)
            .max();
        exact.max(begun)
    }

    /// Why the words of a text are sensitive. An allergy is not, whatever it is to, nor a death: who is close to a
    /// person must know of them.
    fn kind_of_words(&self, kind: Kind, text: &str) -> Option<SensitiveKind> {
        if text.is_empty() || self.rules.is_empty() || matches!(kind, Kind::Allergy | Kind::Death) {
            return None;
        }
        let words = words_of(text);
        let mut found = None;
        for (at, word) in words.iter().enumerate() {
            for rule in self.rules.get(&key_of(word)).into_iter().flatten() {
                let Some(group) = self.groups.get(rule.group) else {
                    continue;
                };
                let counts = (!rule.medicine || kind == Kind::Medicine) && Some(group.kind) > found;
                if counts && rule.phrase.stands_at(&words, at) && !group.excuses(&words, at, rule.phrase.len()) {
                    found = Some(group.kind);
                }
            }
        }
        found
    }
}

impl Group {
    /// Whether these words stand within others that make them mean something else.
    fn excuses(&self, words: &[String], at: usize, count: usize) -> bool {
        self.unless.iter().any(|phrase| {
            let first = (at + count).saturating_sub(phrase.len());
            (first..=at).any(|from| phrase.stands_at(words, from))
        })
    }
}

/// The classification whose beginnings are known that a system is, or is a country's form of.
fn classification(system: &str) -> Option<&'static str> {
    [ICD10, OPCS4].into_iter().find(|known| system.starts_with(known))
}

fn undotted(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests;
