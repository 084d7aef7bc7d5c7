//! Every field that stands in an example changes what the record shows when it changes, or is named as one that
//! does not.

use super::documents::DOCUMENTS;
use super::example::CARE;
use super::people::PEOPLE;
use super::{shown, taken};
use crate::fhir::MAPPED;
use serde_json::Value;

/// One example of a type.
pub(super) struct Case {
    /// The resource as sent.
    pub json: &'static str,
    /// What the record says, as `shown` writes it.
    pub shown: &'static str,
    /// Pointers whose change the record does not show, and why that is right stands beside each.
    pub quiet: &'static [&'static str],
}

fn cases() -> impl Iterator<Item = &'static Case> {
    CARE.iter().chain(PEOPLE).chain(DOCUMENTS)
}

#[test]
fn every_example_reads_as_written_down() {
    let mut wrong = Vec::new();
    for case in cases() {
        let actual = shown(&taken(case.json));
        let expected: Vec<_> = case.shown.trim().lines().map(str::trim).collect();
        if actual.lines().map(str::trim).collect::<Vec<_>>() != expected {
            wrong.push(format!("expected\n{}\nactual\n{actual}\n", expected.join("\n")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mapped_type_has_an_example() {
    for name in MAPPED {
        let mark = format!("\"resourceType\":\"{name}\"");
        assert!(
            cases().any(|case| case.json.replace(": ", ":").contains(&mark)),
            "{name}"
        );
    }
}

#[test]
fn changing_any_field_changes_the_record() {
    let mut wrong = Vec::new();
    for case in cases() {
        let base: Value = serde_json::from_str(case.json).unwrap();
        let before = shown(&taken(case.json));
        let mut leaves = Vec::new();
        gather(&base, String::new(), &mut leaves);
        for pointer in leaves {
            let quiet = case.quiet.contains(&pointer.as_str());
            let mut changed = base.clone();
            let leaf = changed.pointer_mut(&pointer).unwrap();
            *leaf = other(leaf, &pointer);
            let text = changed.to_string();
            let after = crate::fhir::read(text.as_bytes(), "")
                .map(|item| shown(&item))
                .unwrap_or_default();
            if (after == before) != quiet {
                let verdict = if quiet {
                    "shows, though it is listed as quiet"
                } else {
                    "does not show"
                };
                wrong.push(format!("{} {pointer} {verdict}", base["resourceType"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn gather(node: &Value, pointer: String, leaves: &mut Vec<String>) {
    match node {
        Value::Object(members) => {
            for (name, value) in members {
                gather(
                    value,
                    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
                    leaves,
                );
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                gather(value, format!("{pointer}/{index}"), leaves);
            }
        }
        _ if pointer == "/resourceType" => {}
        _ => leaves.push(pointer),
    }
}

/// Another value of the same kind.
fn other(leaf: &Value, pointer: &str) -> Value {
    match leaf {
        Value::Bool(value) => Value::Bool(!value),
        Value::Number(number) => (number.as_f64().unwrap() + 1.0).into(),
        Value::String(text) if pointer.ends_with("tatus") && !text.contains(' ') => {
            let word = if text == "entered-in-error" {
                "completed"
            } else {
                "entered-in-error"
            };
            word.into()
        }
        Value::String(text) if record::When::parse_fhir(text).is_some() => {
            let year = if text.starts_with("19") { "18" } else { "19" };
            format!("{year}{}", &text[2..]).into()
        }
        Value::String(_) if pointer.ends_with("/url") || pointer.ends_with("/system") => "other".into(),
        Value::String(text) => format!("{text}Z").into(),
        other => other.clone(),
    }
}
