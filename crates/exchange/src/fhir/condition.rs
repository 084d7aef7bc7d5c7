//! Condition, AllergyIntolerance and Flag: what is wrong, and what to beware of.

use super::json::Json;
use super::observation::compound;
use super::resource::{Doc, status_of};
use super::words::{Lines, cut};
use record::{Certainty, Entry, Kind, Status, Value};

/// A Condition: problem, diagnosis or symptom.
pub(super) fn condition(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = doc.about(Kind::Problem, root, "code", "") else {
        return Vec::new();
    };
    let mut lines = Lines::default();
    onset(doc, &mut entry, &mut lines);
    (entry.ended, _) = doc.choice_when(root, "abatement");
    for (name, value) in root.members() {
        match name.strip_prefix("abatement") {
            Some("Age") => lines.add("ended at age", &super::observation::quantity_words(doc, value)),
            Some("Range") => lines.add("ended", &compound(doc, value).unwrap_or_default()),
            Some("String") => lines.add("ended", value.as_str().unwrap_or_default()),
            _ => {}
        }
    }
    entry.recorded = doc
        .when(root, "recordedDate")
        .or_else(|| doc.when(root, "assertedDate"));
    entry.by = person(doc, &["recorder", "asserter"]);
    standing(doc, &mut entry, &mut lines);
    if let (Status::Unknown, Some(Json::Bool(true))) = (entry.status, root.get("abatementBoolean")) {
        entry.status = Status::Resolved;
    }
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    if entry.encounter.is_empty() {
        entry.encounter = doc.encounter(root, "context");
    }
    lines.add("severity", &doc.label(root, "severity"));
    lines.add("body site", &doc.label(root, "bodySite"));
    for stage in doc.list(root, "stage") {
        lines.add("stage", &doc.label(stage, "summary"));
    }
    for evidence in doc.list(root, "evidence") {
        lines.add("evidence", &doc.label(evidence, "code"));
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// `onset[x]`: a date where it is one, else words.
fn onset(doc: &Doc<'_>, entry: &mut Entry, lines: &mut Lines) {
    let (start, end) = doc.choice_when(doc.root, "onset");
    entry.happened = start;
    // The end of an onset period is not the end of the condition.
    if let Some(end) = end {
        lines.add("began no later than", &end.to_string());
    }
    for (name, value) in doc.root.members() {
        match name.strip_prefix("onset") {
            Some("Age") => lines.add("began at age", &super::observation::quantity_words(doc, value)),
            Some("Range") => lines.add("began", &compound(doc, value).unwrap_or_default()),
            Some("String") => lines.add("began", value.as_str().unwrap_or_default()),
            _ => {}
        }
    }
}

/// The first of several references that names somebody.
pub(super) fn person(doc: &Doc<'_>, keys: &[&str]) -> String {
    keys.iter()
        .filter_map(|key| doc.object(doc.root, key))
        .map(|reference| doc.name_of(reference))
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

/// Clinical and verification status: where it stands, and how sure. STU3 senders give a bare code.
fn standing(doc: &Doc<'_>, entry: &mut Entry, lines: &mut Lines) {
    let clinical = doc.codes(doc.root, "clinicalStatus");
    let word = if clinical.best.code.is_empty() {
        &clinical.best.display
    } else {
        &clinical.best.code
    };
    match status_of(word) {
        Some(status) => entry.status = status,
        None if word.is_empty() => {}
        None => doc.issue_at(
            "clinicalStatus",
            format!("“{}” is not a status this system knows", cut(word, 40)),
        ),
    }
    // Four words that this system's few statuses do not tell apart.
    if matches!(word.as_str(), "recurrence" | "relapse" | "remission" | "inactive") {
        lines.add("clinical status", word);
    }
    let verification = doc.codes(doc.root, "verificationStatus");
    let word = if verification.best.code.is_empty() {
        &verification.best.display
    } else {
        &verification.best.code
    };
    match word.as_str() {
        "confirmed" => entry.certainty = Certainty::Confirmed,
        "unconfirmed" | "provisional" | "differential" | "presumed" | "suspected" => {
            entry.certainty = Certainty::Suspected;
            if word != "suspected" {
                lines.add("certainty", word);
            }
        }
        "refuted" => entry.certainty = Certainty::RuledOut,
        "entered-in-error" => entry.status = Status::EnteredInError,
        "" | "unknown" => {}
        other => {
            let reason = format!("“{}” is not a certainty this system knows", cut(other, 40));
            doc.issue_at("verificationStatus", reason);
        }
    }
}

/// An AllergyIntolerance, or the statement that none is known. What it reacted to stays the code; how, and how
/// badly, is the detail.
pub(super) fn allergy(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let reactions = doc.list(root, "reaction");
    let substance = reactions
        .first()
        .map(|reaction| doc.label(reaction, "substance"))
        .unwrap_or_default();
    let Some(mut entry) = doc.about(Kind::Allergy, root, "code", &substance) else {
        return Vec::new();
    };
    let mut lines = Lines::default();
    onset(doc, &mut entry, &mut lines);
    entry.recorded = doc
        .when(root, "recordedDate")
        .or_else(|| doc.when(root, "assertedDate"));
    entry.by = person(doc, &["recorder", "asserter"]);
    standing(doc, &mut entry, &mut lines);
    entry.category = {
        let words = doc.list(root, "category").iter().filter_map(Json::as_str);
        words.collect::<Vec<_>>().join(", ")
    };
    entry.encounter = doc.encounter(root, "encounter");
    lines.add("type", doc.text(root, "type"));
    lines.add("criticality", doc.text(root, "criticality"));
    let mut found: Vec<String> = Vec::new();
    for reaction in reactions {
        let mut words = doc.label(reaction, "manifestation");
        let severity = doc.text(reaction, "severity");
        if !words.is_empty() {
            found.push(words.clone());
        }
        for (label, text) in [
            ("", severity.to_owned()),
            ("to", doc.label(reaction, "substance")),
            ("by", doc.label(reaction, "exposureRoute")),
            (
                "on",
                doc.when(reaction, "onset")
                    .map(|when| when.to_string())
                    .unwrap_or_default(),
            ),
            ("", doc.text(reaction, "description").to_owned()),
        ] {
            if !text.is_empty() {
                words = [words.as_str(), label, text.as_str()]
                    .join(" ")
                    .trim()
                    .replace("  ", " ");
            }
        }
        lines.add("reaction", &words);
        lines.notes(doc, reaction, "note");
    }
    entry.value = (!found.is_empty()).then(|| Value::Text(found.join(", ")));
    if let Some(last) = doc.when(root, "lastOccurrence") {
        lines.add("last occurred", &last.to_string());
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// A Flag: an alert, a reasonable adjustment.
pub(super) fn flag(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = doc.about(Kind::Flag, root, "code", "") else {
        return Vec::new();
    };
    (entry.happened, entry.ended) = doc.period(root, "period");
    entry.by = doc
        .object(root, "author")
        .map(|author| doc.name_of(author))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    // NHS England's flags say more in extensions than in the flag itself; those are read for every type.
    vec![entry]
}
