//! Reads `sensitivity.toml`: a `[[group]]` for each reason, with what it is known by.

use super::super::reading::{Section, suggestion};
use super::super::snomed::is_snomed;
use super::words::Phrase;
use super::{Group, Rule, Sensitive, SensitiveKind, undotted};
use crate::concept::{ICD10, OPCS4, SNOMED};

/// Codes that stand for all that begin with them: a shorter one would take in half a chapter by a slip.
const BEGINNING_LETTERS_MIN: usize = 2;

/// Reads every group. Each says its name, kind, why and source, and is known by `groupings`, `words`, `medicines`, or
/// codes with what they mean under `snomed`, `icd-10` and `opcs-4`.
pub(in super::super) fn read_sensitive(section: Section<'_, '_>) -> Sensitive {
    let mut rules = Sensitive::default();
    for at in section.sections("group") {
        read_group(at, &mut rules);
    }
    section.finish();
    rules
}

fn read_group(at: Section<'_, '_>, rules: &mut Sensitive) {
    for needed in ["name", "why", "source"] {
        at.needed(needed);
    }
    at.flag("to_be_checked");
    let Some(kind) = kind_of(&at) else { return };
    let group = rules.groups.len();
    let known_by = ["groupings", "words", "medicines", "snomed", "icd-10", "opcs-4"];
    if !known_by.iter().any(|key| at.has(key)) {
        at.problem("name", format!("say what it is known by: {}", known_by.join(", ")));
    }
    for (grouping, _) in at.texts("groupings") {
        rules.groupings.insert(grouping, kind);
    }
    for (key, medicine) in [("words", false), ("medicines", true)] {
        for phrase in phrases(&at, key) {
            let rule = Rule {
                phrase,
                group,
                medicine,
            };
            rules.rules.entry(rule.phrase.key()).or_default().push(rule);
        }
    }
    let unless = phrases(&at, "unless");
    rules.groups.push(Group { kind, unless });
    for (code, line) in codes(&at, "snomed") {
        if !is_snomed(&code) {
            at.source.problem(
                line,
                format!("`{code}` is not a SNOMED CT id: its check digit is wrong"),
            );
        }
        let known = rules.codes.entry(code.clone()).or_default();
        if known.iter().any(|(system, of)| system == SNOMED && *of == kind) {
            at.source.problem(line, format!("code {code} stands twice"));
        }
        known.push((SNOMED.to_owned(), kind));
    }
    for (key, system) in [("icd-10", ICD10), ("opcs-4", OPCS4)] {
        for (code, line) in codes(&at, key) {
            let begins = undotted(&code);
            if begins.len() < BEGINNING_LETTERS_MIN {
                at.source.problem(
                    line,
                    format!("`{code}` begins too many codes: write at least two signs"),
                );
            }
            rules.begins.push((system.to_owned(), begins, kind));
        }
    }
    at.finish();
}

fn kind_of(at: &Section<'_, '_>) -> Option<SensitiveKind> {
    let said = at.needed("kind")?;
    let found = SensitiveKind::ALL.into_iter().find(|kind| kind.name() == said);
    if found.is_none() {
        let hint = suggestion(&said, SensitiveKind::ALL.into_iter().map(SensitiveKind::name));
        at.problem("kind", format!("nothing is sensitive as `{said}`{hint}"));
    }
    found
}

fn phrases(at: &Section<'_, '_>, key: &str) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for (text, line) in at.texts(key) {
        match Phrase::parse(&text) {
            Ok(phrase) => phrases.push(phrase),
            Err(why) => at.source.problem(line, why),
        }
    }
    phrases
}

/// The codes of a table `code = "what it means"`, each with its line.
fn codes(at: &Section<'_, '_>, key: &str) -> Vec<(String, usize)> {
    let Some(table) = at.section(key) else {
        return Vec::new();
    };
    let mut codes = Vec::new();
    for (code, value, line) in table.all() {
        if value.get_ref().as_str().is_none_or(|meaning| meaning.trim().is_empty()) {
            at.source.problem(line, format!("say what `{code}` means"));
        }
        codes.push((code, line));
    }
    codes
}
