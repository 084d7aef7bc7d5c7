//! The elements that resources share: codes, references, dates, quantities, status.

use super::ABSENT;
use record::{Concept, Precision, Quantity, Status, Value, When};
use serde_json::{Map, Value as Json, json};

/// A JSON object being written.
pub(super) type Object = Map<String, Json>;

/// What marks, in a text, that the rest of it is a number to be written without quotes.
const NUMBER: &str = "\u{1}number:";

/// Writes the object as text, numbers exactly as the sender wrote them.
pub(super) fn finish(object: Object) -> String {
    let text = Json::Object(object).to_string();
    let mark = "\"\\u0001number:";
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find(mark) {
        out.push_str(&rest[..at]);
        rest = &rest[at + mark.len()..];
        let end = rest.find('"').unwrap_or(rest.len());
        out.push_str(&rest[..end]);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// A number as written, if JSON can say it so; else its value.
fn number(quantity: &Quantity) -> Json {
    let written = &quantity.written;
    let plain = serde_json::from_str::<serde_json::Number>(written).is_ok();
    if plain {
        json!(format!("{NUMBER}{written}"))
    } else {
        json!(quantity.number)
    }
}

/// Takes a text out, leaving it empty; `None` when it was.
pub(super) fn take(text: &mut String) -> Option<String> {
    let taken = std::mem::take(text);
    let taken = clean(&taken);
    (!taken.is_empty()).then_some(taken)
}

/// FHIR strings hold no control characters but line breaks and tabs, and are not blank.
pub(super) fn clean(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    kept.trim().to_owned()
}

/// Sets a member unless there is nothing to say.
pub(super) fn set(object: &mut Object, key: &str, value: Option<impl Into<Json>>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value.into());
    }
}

/// Adds to a list member.
pub(super) fn push(object: &mut Object, key: &str, value: Json) {
    match object.entry(key.to_owned()).or_insert_with(|| json!([])) {
        Json::Array(items) => items.push(value),
        other => *other = json!([value]),
    }
}

/// A Coding; `None` when the concept has no code and no words.
pub(super) fn coding(concept: &Concept) -> Option<Json> {
    let mut coding = Object::new();
    let system: String = concept.system.chars().filter(|c| !c.is_whitespace()).collect();
    let code = concept.code.split_whitespace().collect::<Vec<_>>().join(" ");
    set(&mut coding, "system", (!system.is_empty()).then_some(system));
    set(&mut coding, "code", (!code.is_empty()).then_some(code));
    set(
        &mut coding,
        "display",
        Some(clean(&concept.display)).filter(|words| !words.is_empty()),
    );
    (!concept.is_empty()).then_some(Json::Object(coding))
}

/// A CodeableConcept of one meaning and its other codes: words alone as `text`.
pub(super) fn codeable(what: &Concept, also: &[Concept]) -> Option<Json> {
    if what.code.is_empty() && what.system.is_empty() && also.is_empty() {
        let words = clean(&what.display);
        return (!words.is_empty()).then(|| json!({ "text": words }));
    }
    let codings: Vec<Json> = std::iter::once(what).chain(also).filter_map(coding).collect();
    (!codings.is_empty()).then(|| json!({ "coding": codings }))
}

/// A Reference in words only.
pub(super) fn named(words: String) -> Json {
    json!({ "display": words })
}

/// A dateTime, as precise as it was said.
pub(super) fn date_time(when: When) -> Json {
    json!(when.fhir())
}

/// An instant: only a moment can be one.
pub(super) fn instant(when: &mut Option<When>) -> Option<Json> {
    when.take_if(|when| when.precision == Precision::Moment).map(date_time)
}

/// A Period; `None` when neither end is known.
pub(super) fn period(start: Option<When>, end: Option<When>) -> Option<Json> {
    let mut period = Object::new();
    set(&mut period, "start", start.map(date_time));
    set(&mut period, "end", end.map(date_time));
    (!period.is_empty()).then_some(Json::Object(period))
}

/// Writes `<stem>DateTime`, or `<stem>Period` when there is an end.
pub(super) fn choice_when(object: &mut Object, stem: &str, start: &mut Option<When>, end: &mut Option<When>) {
    match (start.take(), end.take()) {
        (start, Some(end)) => set(object, &format!("{stem}Period"), period(start, Some(end))),
        (start, None) => set(object, &format!("{stem}DateTime"), start.map(date_time)),
    }
}

/// A Quantity. UCUM is said only for a unit whose spelling here is UCUM's own.
pub(super) fn quantity(quantity: &Quantity) -> Json {
    let mut object = Object::new();
    object.insert("value".to_owned(), number(quantity));
    let comparator = quantity.comparator.as_str();
    set(
        &mut object,
        "comparator",
        (!comparator.is_empty()).then_some(comparator),
    );
    let unit = clean(&quantity.unit);
    if !unit.is_empty() {
        object.insert("unit".to_owned(), json!(unit));
        if UCUM.contains(&unit.as_str()) {
            object.insert("system".to_owned(), json!("http://unitsofmeasure.org"));
            object.insert("code".to_owned(), json!(unit));
        }
    }
    Json::Object(object)
}

const UCUM: [&str; 24] = [
    "mm[Hg]",
    "mmol/mol",
    "mmol/L",
    "umol/L",
    "/min",
    "%",
    "Cel",
    "kg",
    "cm",
    "m",
    "kg/m2",
    "g/L",
    "10*9/L",
    "g",
    "mL/min/{1.73_m2}",
    "{score}",
    "mg/L",
    "mU/L",
    "pmol/L",
    "U/L",
    "fL",
    "pg",
    "mL",
    "mg",
];

/// Writes `value[x]`, with the range and mark of a number beside it.
pub(super) fn any_value(object: &mut Object, value: &Value) {
    match value {
        Value::Quantity(number) => {
            object.insert("valueQuantity".to_owned(), quantity(number));
            let range = clean(&number.range);
            if !range.is_empty() {
                object.insert("referenceRange".to_owned(), json!([{ "text": range }]));
            }
            let flag = clean(&number.flag);
            if !flag.is_empty() {
                object.insert("interpretation".to_owned(), json!([interpretation(&flag)]));
            }
        }
        other => plain_value(object, other),
    }
}

/// HL7's own marks are codes of its system; anything else is words.
fn interpretation(flag: &str) -> Json {
    const KNOWN: [&str; 12] = ["H", "L", "HH", "LL", "N", "A", "AA", "HU", "LU", "POS", "NEG", "IND"];
    if KNOWN.contains(&flag) {
        json!({ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": flag }] })
    } else {
        json!({ "text": flag })
    }
}

/// Writes `value[x]` of anything, as extensions have it too.
pub(super) fn plain_value(object: &mut Object, value: &Value) {
    match value {
        Value::Quantity(number) => set(object, "valueQuantity", Some(quantity(number))),
        Value::Concept(concept) => set(object, "valueCodeableConcept", codeable(concept, &[])),
        Value::Text(text) => set(object, "valueString", Some(clean(text)).filter(|text| !text.is_empty())),
        Value::Bool(yes) => set(object, "valueBoolean", Some(*yes)),
        Value::When(when) => set(object, "valueDateTime", Some(date_time(*when))),
    }
}

/// A text value taken out of an entry, leaving any other kind where it is.
pub(super) fn take_text(value: &mut Option<Value>) -> Option<String> {
    match value.take() {
        Some(Value::Text(text)) => Some(clean(&text)).filter(|text| !text.is_empty()),
        other => {
            *value = other;
            None
        }
    }
}

/// A category: HL7's own code where the word is one of it, else words.
pub(super) fn category(category: &mut String, system: &str, codes: &[&str]) -> Option<Json> {
    let words = take(category)?;
    Some(if codes.contains(&words.as_str()) {
        json!({ "coding": [{ "system": system, "code": words }] })
    } else {
        json!({ "text": words })
    })
}

/// Writes a status that R4 demands: the first allowed word that says it, else that nobody said.
pub(super) fn status(object: &mut Object, key: &str, status: &mut Status, allowed: &[&str]) {
    let word = words_for(*status).iter().find(|word| allowed.contains(word));
    match word {
        Some(word) => {
            *status = Status::Unknown;
            object.insert(key.to_owned(), json!(word));
        }
        None => {
            object.insert(format!("_{key}"), absent());
        }
    }
}

/// An element with nothing but the word that nobody said it.
pub(super) fn absent() -> Json {
    json!({ "extension": [{ "url": ABSENT, "valueCode": "unknown" }] })
}

/// Every FHIR word that this system reads as the status, the likeliest first.
fn words_for(status: Status) -> &'static [&'static str] {
    match status {
        Status::Unknown => &["unknown"],
        Status::Active => &[
            "active",
            "in-progress",
            "arrived",
            "current",
            "accepted",
            "received",
            "ready",
        ],
        Status::Completed => &["completed", "finished", "final", "fulfilled", "inactive"],
        Status::Planned => &[
            "planned",
            "booked",
            "proposed",
            "requested",
            "pending",
            "preparation",
            "intended",
        ],
        Status::Stopped => &["stopped", "revoked", "failed"],
        Status::OnHold => &["on-hold", "onhold", "suspended"],
        Status::Cancelled => &["cancelled", "rejected", "declined"],
        Status::Resolved => &["resolved"],
        Status::Preliminary => &["preliminary", "draft", "registered"],
        Status::Amended => &["amended", "corrected"],
        Status::NotDone => &["not-done", "not-taken"],
        Status::DidNotAttend => &["noshow"],
        Status::EnteredInError => &["entered-in-error"],
    }
}
