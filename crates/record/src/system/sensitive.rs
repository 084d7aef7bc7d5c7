//! Which entries are more than ordinarily sensitive, as data: by code, by the beginning of a code, or by the
//! sender's own grouping (SAFETY 9). Words are never guessed at.

use super::reading::{Section, suggestion};
use super::snomed::{read_concept, system_of};
use crate::concept::Concept;
use std::collections::HashMap;

/// Why an entry is sensitive; of several the last in this order counts, which closes the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SensitiveKind {
    /// Mental health.
    MentalHealth,
    /// Alcohol and drugs.
    SubstanceUse,
    /// Sexual health, contraception, termination of pregnancy, assisted conception.
    SexualHealth,
    /// Told by, or about, somebody else.
    ThirdParty,
    /// Would do serious harm if the person read it.
    SeriousHarm,
    /// About keeping someone safe from another.
    Safeguarding,
}

const KINDS: [(SensitiveKind, &str); 6] = [
    (SensitiveKind::MentalHealth, "mental-health"),
    (SensitiveKind::SubstanceUse, "substance-use"),
    (SensitiveKind::SexualHealth, "sexual-health"),
    (SensitiveKind::ThirdParty, "third-party"),
    (SensitiveKind::SeriousHarm, "serious-harm"),
    (SensitiveKind::Safeguarding, "safeguarding"),
];

/// The rules of a care system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sensitive {
    /// By code, then system: most codes asked for have no rule at all.
    codes: HashMap<String, Vec<(String, SensitiveKind)>>,
    begins: Vec<(String, String, SensitiveKind)>,
    groupings: HashMap<String, SensitiveKind>,
}

impl Sensitive {
    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.begins.is_empty() && self.groupings.is_empty()
    }

    /// Why an entry is sensitive, by its codes and its sender's grouping; `None` when it is ordinary.
    pub fn kind_of(&self, what: &Concept, also: &[Concept], grouping: &str) -> Option<SensitiveKind> {
        let by_code = std::iter::once(what)
            .chain(also)
            .filter_map(|concept| self.kind_of_code(concept))
            .max();
        by_code.max(self.groupings.get(grouping).copied())
    }

    fn kind_of_code(&self, concept: &Concept) -> Option<SensitiveKind> {
        if concept.code.is_empty() {
            return None;
        }
        let exact = self.codes.get(&concept.code).and_then(|known| {
            let of_system = known.iter().filter(|(system, _)| *system == concept.system);
            of_system.map(|(_, kind)| *kind).max()
        });
        let begun = self
            .begins
            .iter()
            .filter(|(system, begins, _)| *system == concept.system && concept.code.starts_with(begins.as_str()))
            .map(|(_, _, kind)| *kind)
            .max();
        exact.max(begun)
    }
}

/// Reads `sensitivity.toml`: a `[[kind]]` for each rule, with `code`, `begins` and `system`, or `grouping`.
pub(super) fn read_sensitive(section: Section<'_, '_>) -> Sensitive {
    let mut rules = Sensitive::default();
    for (kind, name) in KINDS {
        for at in section.sections(name) {
            at.needed("source");
            at.flag("to_be_checked");
            if let Some(grouping) = at.text("grouping") {
                at.finish();
                rules.groupings.insert(grouping, kind);
            } else if let Some(begins) = at.text("begins") {
                let system = at.needed("system").unwrap_or_default();
                at.needed("display");
                at.finish();
                rules.begins.push((system_of(&system).to_owned(), begins, kind));
            } else if let Some(concept) = read_concept(at) {
                rules
                    .codes
                    .entry(concept.code)
                    .or_default()
                    .push((concept.system, kind));
            }
        }
    }
    for (key, _, line) in section.all() {
        if !KINDS.iter().any(|(_, name)| *name == key) {
            let hint = suggestion(&key, KINDS.iter().map(|(_, name)| *name));
            section
                .source
                .problem(line, format!("nothing is sensitive as `{key}`{hint}"));
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::super::reading::Source;
    use super::*;
    use crate::concept::{ICD10, SNOMED};
    use std::cell::RefCell;

    fn rules(text: &str) -> (Sensitive, Vec<String>) {
        let problems = RefCell::new(Vec::new());
        let source = Source::new("sensitivity.toml", text, &problems);
        let parsed = source.parse().unwrap();
        let rules = read_sensitive(Section::new(&source, parsed.get_ref(), 0, "the file"));
        let problems = problems.borrow().iter().map(ToString::to_string).collect();
        (rules, problems)
    }

    #[test]
    fn the_rule_that_closes_the_most_counts() {
        let (rules, problems) = rules(
            "[[mental-health]]\nbegins = \"F\"\nsystem = \"icd-10\"\ndisplay = \"Mental disorders\"\nsource = \"x\"\n\
             [[sexual-health]]\ncode = \"F52\"\nsystem = \"icd-10\"\ndisplay = \"Sexual dysfunction\"\nsource = \"x\"\n\
             [[safeguarding]]\ngrouping = \"Children's social care\"\nsource = \"x\"\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        let kind = |system: &str, code: &str, grouping: &str| {
            rules.kind_of(&Concept::coded(system, code, "words"), &[], grouping)
        };
        assert_eq!(kind(ICD10, "F32", ""), Some(SensitiveKind::MentalHealth));
        assert_eq!(kind(ICD10, "F52", ""), Some(SensitiveKind::SexualHealth));
        assert_eq!(
            kind(ICD10, "F52", "Children's social care"),
            Some(SensitiveKind::Safeguarding)
        );
        assert_eq!(kind(ICD10, "I10", ""), None);
        assert_eq!(kind(SNOMED, "F32", ""), None, "the same letters in another system");
        let also = [Concept::coded(ICD10, "F32", "")];
        assert_eq!(
            rules.kind_of(&Concept::words("low"), &also, ""),
            Some(SensitiveKind::MentalHealth)
        );
        assert_eq!(
            rules.kind_of(&Concept::words("F32"), &[], ""),
            None,
            "words are not guessed at"
        );
    }

    #[test]
    fn a_slip_is_named_with_its_line() {
        let (_, problems) =
            rules("[[mental-helth]]\ngrouping = \"x\"\nsource = \"y\"\n[[third-party]]\ngrouping = \"x\"\n");
        assert!(
            problems.iter().any(|problem| problem.contains("mental-health")),
            "{problems:?}"
        );
        assert!(
            problems.iter().any(|problem| problem.contains("source")),
            "{problems:?}"
        );
    }
}
