//! Extensions no one field is made for, as lines of words: what UK and HL7 senders say beside a resource.

use super::json::Json;
use super::observation::any_value;
use super::procedure::value_words;
use super::resource::{Doc, MAX_PARTS};
use super::words::{Codes, Lines, cut};
use record::{Entry, Kind};

/// Extensions whose URL contains one of these are read into fields, or are nothing a reader of a record needs.
const READ_ELSEWHERE: [&str; 13] = [
    "DeathNotificationStatus",
    "EthnicCategory",
    "NHSCommunication",
    "NHSNumberVerificationStatus",
    "VaccinationProcedure",
    "data-absent-reason",
    "genderIdentity",
    "nterpreterRequired",
    "mothersMaidenName",
    "synthetichealth",
    "us/core",
    "AddressKey",
    super::compose::OWN,
];

/// How deep extensions are read within each other.
const MAX_DEEP: usize = 5;

/// Adds what the resource's own extensions say to its first entry; to a Patient, as an entry of its own.
pub(super) fn add(doc: &Doc<'_>, item_type: &str, entries: &mut Vec<Entry>) {
    let mut lines = Lines::default();
    for key in ["modifierExtension", "extension"] {
        gather(doc, doc.root, key, &mut lines, 1);
    }
    for key in ["hospitalization", "_priority"] {
        if let Some(inner) = doc.root.get(key) {
            gather(doc, inner, "extension", &mut lines, 1);
        }
    }
    if lines.0.is_empty() {
        return;
    }
    if item_type == "Patient" && entries.len() < MAX_PARTS {
        let mut entry = Codes::words("Also said of this person").entry(Kind::Other);
        // Part 0 is the death report's; contacts follow it, and this stands last.
        entry.part = entries.last().map_or(1, |last| last.part + 1);
        lines.onto(&mut entry);
        entries.push(entry);
    } else if let Some(first) = entries.first_mut() {
        lines.onto(first);
    }
}

fn gather(doc: &Doc<'_>, node: &Json<'_>, key: &str, lines: &mut Lines, depth: usize) {
    for extension in doc.list(node, key).iter() {
        let url = doc.text(extension, "url");
        if READ_ELSEWHERE.iter().any(|part| url.contains(part)) {
            continue;
        }
        let mut label = label(url);
        if key == "modifierExtension" {
            // FHIR: what is modified by something unknown must not be taken at its word.
            doc.issue(
                extension,
                "this changes the meaning in a way this system does not know; read it as sent",
            );
            label = format!("CHANGES THE MEANING, {label}");
        }
        let value = any_value(doc, extension, "value")
            .map(|value| value_words(&value))
            .unwrap_or_default();
        lines.add(&label, &value);
        if depth < MAX_DEEP {
            gather(doc, extension, "extension", lines, depth + 1);
        }
    }
}

/// `https://…/Extension-UKCore-ContactPreference` → `contact preference`.
fn label(url: &str) -> String {
    let mut name = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    for lead in [
        "Extension-",
        "extension-",
        "UKCore-",
        "England-",
        "eRS-",
        "patient-",
        "flag-",
    ] {
        name = name.strip_prefix(lead).unwrap_or(name);
    }
    let mut words = String::new();
    let mut small = false;
    for character in cut(name, 80).chars() {
        if character == '-' || character == '_' {
            words.push(' ');
            small = false;
            continue;
        }
        if character.is_uppercase() && small {
            words.push(' ');
        }
        small = character.is_lowercase();
        words.extend(character.to_lowercase());
    }
    words.trim().to_owned()
}
