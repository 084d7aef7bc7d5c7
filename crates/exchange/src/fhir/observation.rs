//! Observation and DiagnosticReport: what was measured, found and concluded.

use super::json::Json;
use super::medication::timing_words;
use super::patient::{address_words, postal};
use super::resource::{Doc, MAX_PARTS};
use super::words::{Codes, Lines, bounded, cut};
use record::{Entry, Kind, Quantity, Value};

/// An Observation and its components. The components share the time, the status and the author of the whole.
pub(super) fn observation(doc: &Doc<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    observed(doc, doc.root, &mut entries);
    entries
}

/// Adds the lines of one Observation, standing alone or contained in a report.
fn observed(doc: &Doc<'_>, node: &Json<'_>, entries: &mut Vec<Entry>) {
    let Some(mut whole) = doc.about(Kind::Result, node, "code", "") else {
        return;
    };
    whole.part = u16::try_from(entries.len()).unwrap_or(u16::MAX);
    (whole.happened, whole.ended) = doc.choice_when(node, "effective");
    whole.recorded = doc.when(node, "issued");
    whole.by = doc.names(node, "performer", "");
    whole.status = doc.status(node, "status");
    whole.category = doc.category(node, "category");
    whole.encounter = doc.encounter(node, "encounter");
    let mut lines = Lines::default();
    value(doc, node, &mut whole, &mut lines);
    lines.add("body site", &doc.label(node, "bodySite"));
    lines.add("method", &doc.label(node, "method"));
    for (label, key) in [("device", "device"), ("specimen", "specimen")] {
        let name = doc.object(node, key).and_then(|reference| named(doc, reference));
        lines.add(label, &name.unwrap_or_default());
    }
    // An observation of the unborn child or a donor stands in this person's record and is not of this person.
    lines.add("about", &doc.names(node, "focus", ""));
    lines.notes(doc, node, "note");
    lines.notes(doc, node, "comment");
    lines.onto(&mut whole);
    let shared = Entry {
        also: Vec::new(),
        value: None,
        detail: String::new(),
        ..whole.clone()
    };
    entries.push(whole);
    let components = doc.list(node, "component");
    for component in components {
        if entries.len() >= MAX_PARTS {
            doc.issue(node, "more parts than this system reads (1,000)");
            return;
        }
        let Codes { best, also, written } = doc.codes(component, "code");
        if best.is_empty() {
            doc.issue(component, "a component without a code: nothing says what it is");
            continue;
        }
        let part = u16::try_from(entries.len()).unwrap_or(u16::MAX);
        let mut entry = Entry {
            part,
            what: best,
            also,
            ..shared.clone()
        };
        let mut lines = Lines::default();
        lines.add("as written", &written);
        value(doc, component, &mut entry, &mut lines);
        lines.onto(&mut entry);
        entries.push(entry);
    }
}

/// A reference's name, when the sender gave words for it and not only an address.
pub(super) fn named(doc: &Doc<'_>, reference: &Json<'_>) -> Option<String> {
    let spoken = reference.get("display").is_some() || doc.contained(reference).is_some();
    spoken.then(|| doc.name_of(reference)).filter(|name| !name.is_empty())
}

/// Reads `value[x]`, its reference range and interpretation, or why there is none.
fn value(doc: &Doc<'_>, node: &Json<'_>, entry: &mut Entry, lines: &mut Lines) {
    let flags = interpretation(doc, node);
    let range = reference_range(doc, node);
    entry.value = any_value(doc, node, "value");
    match &mut entry.value {
        Some(Value::Quantity(quantity)) => {
            quantity.flag = flags.0;
            quantity.range = range;
        }
        Some(Value::Concept(_) | Value::Text(_) | Value::Bool(_) | Value::When(_)) | None => {
            lines.add("interpretation", &flags.1);
            lines.add("reference range", &range);
        }
    }
    if entry.value.is_none() {
        lines.add("no value", &doc.label(node, "dataAbsentReason"));
    }
}

/// A choice of value: the one member whose name begins with `stem`.
pub(super) fn any_value(doc: &Doc<'_>, node: &Json<'_>, stem: &str) -> Option<Value> {
    let named = node
        .members()
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(stem)?, value)));
    for (form, value) in named {
        if *value == Json::Null {
            continue;
        }
        let read = match form {
            "Quantity" | "SimpleQuantity" | "Age" | "Duration" | "Count" | "Distance" => quantity(doc, value),
            "Integer" | "Decimal" | "PositiveInt" | "UnsignedInt" | "Integer64" => number(doc, value, ""),
            "CodeableConcept" | "Coding" | "Code" => {
                let codes = doc.codes_of(value);
                // Words that differ from the display are what the sender wrote; both are told.
                let words = codes.written;
                let mut best = codes.best;
                if !words.is_empty() {
                    best.display = format!("{} ({words})", best.display);
                }
                (!best.is_empty()).then_some(Value::Concept(best))
            }
            "String" | "Markdown" | "Time" | "Uri" | "Url" | "Canonical" | "Id" => {
                let text = value.as_str().map(|text| bounded(text.trim()));
                text.filter(|text| !text.is_empty())
                    .map(|text| Value::Text(text.to_owned()))
            }
            "Boolean" => doc.boolean(node, &format!("{stem}Boolean")).map(Value::Bool),
            "DateTime" | "Date" | "Instant" => {
                let when = doc.when_of(value);
                // The words as sent are still worth reading when they are not a date.
                when.map(Value::When)
                    .or_else(|| value.as_str().map(|text| Value::Text(cut(text, 80).to_owned())))
            }
            "Period" | "Range" | "Ratio" => compound(doc, value).map(Value::Text),
            "Annotation" => said(doc.text(value, "text")),
            "ContactPoint" | "Identifier" => said(doc.text(value, "value")),
            "HumanName" => said(&doc.human_name(value)),
            "Address" => postal(doc, value).map(|address| Value::Text(address_words(address))),
            "Timing" => said(&timing_words(doc, value)),
            "Money" => said(format!("{} {}", doc.text(value, "value"), doc.text(value, "currency")).trim()),
            "Reference" => Some(doc.name_of(value))
                .filter(|name| !name.is_empty())
                .map(Value::Text),
            "Attachment" => Some(Value::Text(attachment(doc, value))),
            "SampledData" => Some(Value::Text(String::from("a recorded trace (see what was sent)"))),
            _ => None,
        };
        if read.is_none() {
            doc.issue(value, "a value this system cannot read");
        }
        return read;
    }
    None
}

/// A Quantity. Its unit is the UCUM code where there is one, else the words as sent. A number that is not one is
/// kept as words.
pub(super) fn quantity(doc: &Doc<'_>, node: &Json<'_>) -> Option<Value> {
    let (unit, code) = (doc.text(node, "unit"), doc.text(node, "code"));
    let ucum = doc.text(node, "system") == "http://unitsofmeasure.org";
    let unit = if (ucum && !code.is_empty()) || unit.is_empty() {
        code
    } else {
        unit
    };
    let value = number(doc, node.get("value")?, unit)?;
    Some(match value {
        Value::Quantity(mut quantity) => {
            let comparator = doc.text(node, "comparator");
            if !comparator.is_empty() {
                quantity.comparator = comparator.to_owned();
            }
            Value::Quantity(quantity)
        }
        words => words,
    })
}

fn said(words: &str) -> Option<Value> {
    (!words.is_empty()).then(|| Value::Text(bounded(words)))
}

fn number(doc: &Doc<'_>, node: &Json<'_>, unit: &str) -> Option<Value> {
    let written = node.as_str().filter(|written| !written.trim().is_empty())?;
    Some(match Quantity::parse(written, unit) {
        Some(quantity) => Value::Quantity(quantity),
        None => {
            doc.issue(node, "not a number; shown as sent");
            Value::Text(format!("{} {unit}", cut(written, 200)).trim().to_owned())
        }
    })
}

/// A Period, Range or Ratio as words.
pub(super) fn compound(doc: &Doc<'_>, node: &Json<'_>) -> Option<String> {
    let side = |key| {
        doc.object(node, key)
            .map(|side| quantity_words(doc, side))
            .filter(|words| !words.is_empty())
    };
    let day = |key| doc.when(node, key).map(|when| when.to_string());
    let words = match (side("numerator"), side("denominator")) {
        (Some(top), Some(bottom)) => format!("{top} : {bottom}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => match (
            side("low").or_else(|| day("start")),
            side("high").or_else(|| day("end")),
        ) {
            (Some(low), Some(high)) => format!("{low} to {high}"),
            (Some(low), None) => format!("from {low}"),
            (None, Some(high)) => format!("up to {high}"),
            (None, None) => return None,
        },
    };
    Some(words)
}

/// A Quantity on one line, as sent: `<5 mmol/L`.
pub(super) fn quantity_words(doc: &Doc<'_>, node: &Json<'_>) -> String {
    let unit = doc.text(node, "unit");
    let unit = if unit.is_empty() { doc.text(node, "code") } else { unit };
    let (comparator, value) = (doc.text(node, "comparator"), doc.text(node, "value"));
    format!("{comparator}{value} {unit}").trim().to_owned()
}

/// The sender's marks, as codes (for a number) and as words (for anything else).
fn interpretation(doc: &Doc<'_>, node: &Json<'_>) -> (String, String) {
    let mut marks: Vec<String> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for item in doc.list(node, "interpretation") {
        let codes = doc.codes_of(item);
        let label = codes.label();
        let code = if codes.best.code.is_empty() {
            label.clone()
        } else {
            codes.best.code
        };
        // HL7's codes are letters a clinician knows (H, LL); a long SNOMED number is not.
        marks.push(if code.len() > 4 { label.clone() } else { code });
        words.push(label);
    }
    marks.retain(|mark| !mark.is_empty());
    words.retain(|word| !word.is_empty());
    (marks.join(", "), words.join(", "))
}

fn reference_range(doc: &Doc<'_>, node: &Json<'_>) -> String {
    let mut ranges: Vec<String> = Vec::new();
    for range in doc.list(node, "referenceRange").iter() {
        let mut words = doc.text(range, "text").to_owned();
        if words.is_empty() {
            words = compound(doc, range).unwrap_or_default();
        }
        let meant = ["type", "appliesTo"].map(|key| doc.label(range, key));
        let meant: Vec<_> = meant.into_iter().filter(|label| !label.is_empty()).collect();
        let age = doc.object(range, "age").and_then(|age| compound(doc, age));
        let meant = meant
            .into_iter()
            .chain(age.map(|age| format!("age {age}")))
            .collect::<Vec<_>>()
            .join(", ");
        match (words.is_empty(), meant.is_empty()) {
            (true, _) => {}
            (false, true) => ranges.push(words),
            (false, false) => ranges.push(format!("{words} ({meant})")),
        }
    }
    ranges.join("; ")
}

/// An Attachment as people know it: title, kind, address.
pub(super) fn attachment(doc: &Doc<'_>, node: &Json<'_>) -> String {
    let (title, kind, url) = (
        doc.text(node, "title"),
        doc.text(node, "contentType"),
        doc.text(node, "url"),
    );
    let mut words: Vec<String> = [title, url]
        .iter()
        .filter(|word| !word.is_empty())
        .map(|word| (*word).to_owned())
        .collect();
    if !kind.is_empty() {
        words.push(format!("({kind})"));
    }
    if words.is_empty() {
        words.push(String::from("attached"));
    }
    words.join(" ")
}

/// A DiagnosticReport. Results that came contained in it, and so stand nowhere else, are its parts.
pub(super) fn report(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = doc.about(Kind::Report, root, "code", "") else {
        return Vec::new();
    };
    (entry.happened, entry.ended) = doc.choice_when(root, "effective");
    entry.recorded = doc.when(root, "issued");
    entry.by = doc.names(root, "performer", "");
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    let conclusion = doc.text(root, "conclusion");
    entry.value = (!conclusion.is_empty()).then(|| Value::Text(bounded(conclusion)));
    let mut lines = Lines::default();
    lines.add("conclusion", &doc.label(root, "conclusionCode"));
    lines.add("conclusion", &doc.label(root, "codedDiagnosis"));
    lines.add("read by", &doc.names(root, "resultsInterpreter", ""));
    for (label, key) in [
        ("result", "result"),
        ("specimen", "specimen"),
        ("imaging", "imagingStudy"),
    ] {
        for reference in doc.list(root, key).iter() {
            lines.add(label, &named(doc, reference).unwrap_or_default());
        }
    }
    for form in doc.list(root, "presentedForm") {
        lines.add("attached", &attachment(doc, form));
    }
    lines.onto(&mut entry);
    let mut entries = vec![entry];
    for reference in doc.list(root, "result") {
        match doc.contained(reference) {
            Some(result) if entries.len() < MAX_PARTS => observed(doc, result, &mut entries),
            _ => {}
        }
    }
    entries
}
