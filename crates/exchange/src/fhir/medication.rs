//! MedicationRequest, MedicationStatement and MedicationDispense: medicines ordered, taken and handed out.

use super::condition::person;
use super::encounter::reasons;
use super::json::Json;
use super::observation::{compound, quantity_words};
use super::reference::{Context, local_reference};
use super::resource::Doc;
use super::words::{Codes, Lines};
use record::{Entry, Kind, Value};

/// The medicine: its code, that of a contained Medication, or the words of the reference.
fn medicine(doc: &Doc<'_>) -> Option<Entry> {
    let root = doc.root;
    let codes = doc.codes(root, "medicationCodeableConcept");
    let codes = if codes.is_empty() {
        doc.codes(root, "medication")
    } else {
        codes
    };
    if !codes.is_empty() {
        return Some(codes.entry(Kind::Medicine));
    }
    let reference = doc.object(root, "medicationReference").or_else(|| {
        let medication = root.get("medication")?;
        medication
            .get("reference")
            .filter(|inner| matches!(inner, Json::Object(_)))
            .or(Some(medication))
    });
    match reference {
        Some(reference) => Some(referred(doc, reference).entry(Kind::Medicine)),
        None => doc.about(Kind::Medicine, root, "code", ""),
    }
}

/// The medicine a reference names: contained, in the same bundle, or in the sender's words.
fn referred(doc: &Doc<'_>, reference: &Json<'_>) -> Codes {
    let contained = doc.contained(reference).map(|medication| doc.codes(medication, "code"));
    if let Some(codes) = contained.filter(|codes| !codes.is_empty()) {
        return codes;
    }
    let display = doc.text(reference, "display");
    let named = local_reference(doc.text(reference, "reference"), doc.context);
    let line = named.and_then(|(found, id)| Context::new(doc.context).line(&format!("@code {found}/{id}")));
    if let Some(Ok(code)) = line.map(|line| Json::parse(line, |_| true)) {
        let mut codes = doc.codes_of(&code);
        if !codes.is_empty() {
            if !display.is_empty() && display != codes.best.display {
                display.clone_into(&mut codes.written);
            }
            return codes;
        }
    }
    if display.is_empty() {
        doc.issue(
            reference,
            "the medicine is named by an address only, and was not sent with it",
        );
        return Codes::words(format!("Medicine not named {}", doc.name_of(reference)).trim());
    }
    Codes::words(display)
}

/// A MedicationRequest: prescribed or ordered.
pub(super) fn request(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = medicine(doc) else {
        return Vec::new();
    };
    let mut lines = Lines::default();
    dosage(doc, "dosageInstruction", &mut entry, &mut lines);
    entry.happened = doc.when(root, "authoredOn");
    entry.recorded = entry.happened;
    entry.by = person(doc, &["requester", "recorder", "performer"]);
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    if doc.boolean(root, "doNotPerform") == Some(true) {
        lines.add("", "do not give");
    }
    let intent = doc.text(root, "intent");
    lines.add("intent", if intent == "order" { "" } else { intent });
    lines.add("course", &doc.label(root, "courseOfTherapyType"));
    lines.add("priority", doc.text(root, "priority"));
    lines.add("status reason", &doc.label(root, "statusReason"));
    lines.add("reason", &reasons(doc));
    if let Some(supply) = doc.object(root, "dispenseRequest") {
        let (start, end) = doc.period(supply, "validityPeriod");
        entry.happened = entry.happened.or(start);
        entry.ended = end;
        lines.add("supply", &amount(doc, supply, "quantity"));
        lines.add("supply for", &amount(doc, supply, "expectedSupplyDuration"));
        lines.add("repeats", doc.text(supply, "numberOfRepeatsAllowed"));
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// A MedicationStatement: said to be taken, or not.
pub(super) fn statement(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = medicine(doc) else {
        return Vec::new();
    };
    let mut lines = Lines::default();
    dosage(doc, "dosage", &mut entry, &mut lines);
    (entry.happened, entry.ended) = doc.choice_when(root, "effective");
    entry.recorded = doc.when(root, "dateAsserted");
    entry.by = person(doc, &["informationSource"]);
    entry.status = doc.status(root, "status");
    entry.category = category_of_one(doc);
    entry.encounter = doc.encounter(root, "context");
    lines.add("taken", doc.text(root, "taken"));
    lines.add("status reason", &doc.label(root, "statusReason"));
    lines.add("reason", &reasons(doc));
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// A MedicationDispense: handed out.
pub(super) fn dispense(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = medicine(doc) else {
        return Vec::new();
    };
    let mut lines = Lines::default();
    dosage(doc, "dosageInstruction", &mut entry, &mut lines);
    let handed_over = doc.when(root, "whenHandedOver");
    let prepared = doc.when(root, "whenPrepared");
    entry.happened = handed_over.or(prepared);
    entry.by = doc.names(root, "performer", "actor");
    entry.place = doc
        .object(root, "location")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    entry.category = category_of_one(doc);
    entry.encounter = doc.encounter(root, "context");
    lines.add(
        "",
        if handed_over.is_none() && prepared.is_some() {
            "prepared, not yet handed over"
        } else {
            ""
        },
    );
    lines.add("type", &doc.label(root, "type"));
    lines.add("quantity", &amount(doc, root, "quantity"));
    lines.add("days' supply", &amount(doc, root, "daysSupply"));
    lines.add("status reason", &doc.label(root, "statusReasonCodeableConcept"));
    if let Some(substitution) = doc.object(root, "substitution") {
        let swapped = doc.boolean(substitution, "wasSubstituted") == Some(true);
        lines.add("substituted", if swapped { "yes" } else { "" });
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// `category` is one concept here, a list in requests; both read alike.
fn category_of_one(doc: &Doc<'_>) -> String {
    doc.category(doc.root, "category")
}

fn amount(doc: &Doc<'_>, node: &Json<'_>, key: &str) -> String {
    doc.object(node, key)
        .map(|amount| quantity_words(doc, amount))
        .unwrap_or_default()
}

/// The dose as one text, several instructions joined by "; " in their order; further instructions to the
/// lines.
fn dosage(doc: &Doc<'_>, key: &str, entry: &mut Entry, lines: &mut Lines) {
    let mut doses: Vec<String> = Vec::new();
    for dosage in doc.list(doc.root, key).iter() {
        let words = dose_words(doc, dosage);
        if !words.is_empty() && !doses.contains(&words) {
            doses.push(words);
        }
        lines.add("advice", &doc.label(dosage, "additionalInstruction"));
        let text = doc.text(dosage, "patientInstruction");
        lines.add("for the patient", text);
        lines.add(
            "most",
            &doc.object(dosage, "maxDosePerPeriod")
                .and_then(|most| compound(doc, most))
                .unwrap_or_default(),
        );
    }
    entry.value = (!doses.is_empty()).then(|| Value::Text(doses.join("; ")));
}

/// One Dosage: the sender's own text, and the structured dose where the text does not already hold it.
fn dose_words(doc: &Doc<'_>, dosage: &Json<'_>) -> String {
    if let Some(text) = dosage.as_str() {
        return text.trim().to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    for dose in doc.list(dosage, "doseAndRate").iter().chain([dosage]) {
        for (key, value) in dose.members() {
            match key.as_ref() {
                "doseQuantity" | "rateQuantity" => parts.push(quantity_words(doc, value)),
                "doseRange" | "rateRange" | "rateRatio" => parts.push(compound(doc, value).unwrap_or_default()),
                _ => {}
            }
        }
    }
    if let Some(timing) = doc.object(dosage, "timing") {
        parts.push(timing_words(doc, timing));
    }
    for (lead, key) in [("", "route"), ("", "method"), ("at", "site")] {
        let label = doc.label(dosage, key);
        parts.push(format!("{lead} {label}").trim().to_owned());
        if label.is_empty() {
            parts.pop();
        }
    }
    match dosage.get("asNeededBoolean") {
        Some(Json::Bool(true)) => parts.push(String::from("when needed")),
        _ => {
            let need = doc.label(dosage, "asNeededCodeableConcept");
            if !need.is_empty() {
                parts.push(format!("when needed for {need}"));
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    let built = parts.join(", ");
    let text = doc.text(dosage, "text");
    match (text.is_empty(), built.is_empty()) {
        (true, _) => built,
        (false, true) => text.to_owned(),
        (false, false) if text.eq_ignore_ascii_case(&built) => text.to_owned(),
        // Both are told: words and structure have been known to differ, and the reader must see it.
        (false, false) => format!("{text} ({built})"),
    }
}

/// A Timing: `3 times a day`, `every 8 hours`, its code, its events.
pub(super) fn timing_words(doc: &Doc<'_>, timing: &Json<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let label = doc.label(timing, "code");
    if !label.is_empty() {
        parts.push(label);
    }
    if let Some(repeat) = doc.object(timing, "repeat") {
        parts.push(frequency(doc, repeat));
        for key in ["when", "dayOfWeek", "timeOfDay"] {
            let words = doc
                .list(repeat, key)
                .iter()
                .filter_map(Json::as_str)
                .collect::<Vec<_>>()
                .join(" ");
            parts.push(words);
        }
        if let Some(bounds) = doc
            .object(repeat, "boundsPeriod")
            .or_else(|| doc.object(repeat, "boundsRange"))
        {
            parts.push(compound(doc, bounds).unwrap_or_default());
        }
        if let Some(bounds) = doc.object(repeat, "boundsDuration") {
            parts.push(format!("for {}", quantity_words(doc, bounds)));
        }
        let count = doc.text(repeat, "count");
        if !count.is_empty() {
            parts.push(format!("{count} times in all"));
        }
    }
    for event in doc.list(timing, "event").iter() {
        parts.push(doc.when_of(event).map(|when| when.to_string()).unwrap_or_default());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

fn frequency(doc: &Doc<'_>, repeat: &Json<'_>) -> String {
    let (times, most) = (doc.text(repeat, "frequency"), doc.text(repeat, "frequencyMax"));
    let (period, period_most) = (doc.text(repeat, "period"), doc.text(repeat, "periodMax"));
    let unit = match doc.text(repeat, "periodUnit") {
        "s" => "second",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "wk" => "week",
        "mo" => "month",
        "a" => "year",
        other => other,
    };
    if times.is_empty() && period.is_empty() {
        return String::new();
    }
    let times = match (times, most) {
        ("" | "1", "") => String::from("once"),
        ("2", "") => String::from("twice"),
        (times, "") => format!("{times} times"),
        (times, most) => format!("{times} to {most} times"),
    };
    match (period.trim_end_matches(".0"), period_most) {
        ("", _) => times,
        ("1", "") => format!("{times} a {unit}"),
        (period, "") => format!("{times} every {period} {unit}s"),
        (period, most) => format!("{times} every {period} to {most} {unit}s"),
    }
}
