//! This system's own extensions: what an entry says that R4 has no element for, written and read back.

use super::super::json::Json as Read;
use super::super::observation::any_value as read_value;
use super::super::resource::{Doc, MAX_PARTS};
use super::super::words::Lines;
use super::element::{Object, clean, date_time, plain_value, push};
use super::{Naming, OWN, PARTS_MAX};
use record::{Certainty, Entry, Kind, Status};
use serde_json::{Value as Json, json};

/// What reads a contained resource of a type into entries.
type Mapper<'m, 'a> = &'m dyn Fn(&Doc<'a>, &str) -> Vec<Entry>;

/// Writes whatever is left of an entry after its resource took what it has elements for.
pub(super) fn write(left: &Entry, native: Kind, naming: &Naming<'_>, object: &mut Object) {
    let mut say = |field: &str, key: &str, value: Json| {
        push(
            object,
            "extension",
            json!({ "url": format!("{OWN}{field}"), key: value }),
        );
    };
    for (field, when) in [
        ("happened", left.happened),
        ("ended", left.ended),
        ("recorded", left.recorded),
    ] {
        if let Some(when) = when {
            say(field, "valueDateTime", date_time(when));
        }
    }
    for (field, text) in [("by", &left.by), ("place", &left.place), ("category", &left.category)] {
        let text = clean(text);
        if !text.is_empty() {
            say(field, "valueString", json!(text));
        }
    }
    for line in left.detail.lines().map(clean).filter(|line| !line.is_empty()) {
        say("detail", "valueString", json!(line));
    }
    if left.status != Status::Unknown {
        say("status", "valueInteger", json!(left.status as i64));
    }
    if left.certainty != Certainty::Unsaid {
        say("certainty", "valueInteger", json!(left.certainty as i64));
    }
    if !left.encounter.is_empty() {
        let reference = (naming.encounter)(&left.encounter);
        say("encounter", "valueReference", json!({ "reference": reference }));
    }
    if left.kind != native {
        say("kind", "valueInteger", json!(left.kind as i64));
    }
    if let Some(value) = &left.value {
        let mut extension = Object::new();
        extension.insert("url".to_owned(), json!(format!("{OWN}value")));
        plain_value(&mut extension, value);
        if extension.len() > 1 {
            push(object, "extension", Json::Object(extension));
        }
    }
}

/// Reads these extensions of a resource back: fields into its first entry, parts as further entries.
pub(in super::super) fn add<'a>(doc: &Doc<'a>, entries: &mut Vec<Entry>, map: Mapper<'_, 'a>) {
    let root: &'a Read<'a> = doc.root;
    let mut lines = Lines::default();
    let told = entries.len();
    for extension in doc.list(root, "extension") {
        let Some(field) = doc.text(extension, "url").strip_prefix(OWN) else {
            continue;
        };
        if field == "part" {
            part(doc, extension, entries, map);
        } else if let Some(first) = entries.first_mut() {
            fill(doc, extension, field, first, &mut lines);
        }
    }
    if let Some(first) = entries.first_mut() {
        lines.onto(first);
    }
    // A report of death that stands as a part of its own says more than the date of death: the bare line that the
    // date gave would tell of it twice.
    if entries.iter().skip(told).any(|entry| entry.kind == Kind::Death) {
        let bare = |entry: &Entry| {
            let plain = entry.kind == Kind::Death && entry.certainty == Certainty::Unsaid;
            plain && entry.recorded.is_none() && entry.detail.is_empty()
        };
        if let Some(at) = entries.iter().take(told).position(bare) {
            entries.remove(at);
        }
    }
}

fn fill(doc: &Doc<'_>, extension: &Read<'_>, field: &str, entry: &mut Entry, lines: &mut Lines) {
    let when = || doc.when(extension, "valueDateTime");
    let text = || doc.text(extension, "valueString").to_owned();
    let number = || doc.text(extension, "valueInteger").parse::<i64>().ok();
    match field {
        "happened" => entry.happened = when(),
        "ended" => entry.ended = when(),
        "recorded" => entry.recorded = when(),
        "by" => entry.by = text(),
        "place" => entry.place = text(),
        "category" => entry.category = text(),
        "encounter" => entry.encounter = doc.encounter(extension, "valueReference"),
        "detail" => lines.add("", &text()),
        "status" => entry.status = number().and_then(Status::from_number).unwrap_or(entry.status),
        "certainty" => entry.certainty = number().and_then(Certainty::from_number).unwrap_or(entry.certainty),
        "kind" => entry.kind = number().and_then(Kind::from_number).unwrap_or(entry.kind),
        "value" => entry.value = read_value(doc, extension, "value"),
        _ => {}
    }
}

fn part<'a>(doc: &Doc<'a>, extension: &'a Read<'a>, entries: &mut Vec<Entry>, map: Mapper<'_, 'a>) {
    let Some(inner) = doc
        .object(extension, "valueReference")
        .and_then(|reference| doc.contained(reference))
    else {
        return;
    };
    let number = doc
        .text(inner, "id")
        .strip_prefix("part-")
        .and_then(|n| n.parse::<u16>().ok());
    // A contained resource contains nothing, so its own extensions name no further parts.
    let alone = Doc::new(inner, doc.context);
    let mut found = map(&alone, doc.text(inner, "resourceType"));
    add(&alone, &mut found, &|_, _| Vec::new());
    for mut entry in found {
        if entries.len() >= MAX_PARTS.min(PARTS_MAX) {
            return;
        }
        entry.part = number.unwrap_or_else(|| u16::try_from(entries.len()).unwrap_or(u16::MAX));
        entries.push(entry);
    }
}
