//! One observation: OBX and the notes after it.

use super::attachment::media_type;
use super::datatype::{self, Detail, concepts, first_clinician, issue, label, slug, when};
use super::history::spoken_key;
use super::message::{Repetition, Segment};
use super::result::{Order, flag_and_range, laboratory, result_status, with_issues, withdraw_if_error};
use super::telling::{Telling, notes, put_detail};
use record::{Issue, Item, Kind, Quantity, Value};
use std::collections::HashMap;

/// The observations among these segments, in order. Lines of one text, sent as one OBX each with the same
/// code and sub-id, are one observation.
pub fn observations(telling: &Telling<'_>, segments: &[Segment<'_>], order: &Order) -> Vec<Item> {
    let mut items = Vec::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut at = 0;
    while let Some(obx) = segments.get(at) {
        if obx.name() != "OBX" || (order.is_report && is_narrative(obx)) {
            at += 1;
            continue;
        }
        let lines = same_text(&segments[at..]);
        let key = key(obx, order);
        let count = seen.entry(key.clone()).or_insert(0);
        *count += 1;
        let nth = if *count > 1 { format!("#{count}") } else { String::new() };
        let local_id = format!("{}/{key}{nth}", order.key);
        items.push(observation(telling, order, local_id, &segments[at..], lines));
        at += lines;
    }
    items
}

/// The report's own words: text lines that name no test of their own.
pub fn narrative(segments: &[Segment<'_>]) -> String {
    let lines: Vec<String> = segments
        .iter()
        .filter(|segment| segment.name() == "OBX" && is_narrative(segment))
        .map(|obx| obx.field(5).words())
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

fn is_narrative(obx: &Segment<'_>) -> bool {
    is_text(&obx.field(2).text()) && obx.field(3).text().is_empty() && obx.field(3).component(4).text().is_empty()
}

fn is_text(kind: &str) -> bool {
    matches!(kind, "TX" | "FT" | "ST")
}

fn key(obx: &Segment<'_>, order: &Order) -> String {
    let (what, _) = concepts(obx.field(3).repetition(0));
    let taken = if order.is_report {
        String::new()
    } else {
        obx.field(14).text()
    };
    let parts = [spoken_key(&what), obx.field(4).words(), taken].map(|part| slug(&part));
    datatype::joined(&parts, "/")
}

/// How many OBX from the first on are lines of one text.
fn same_text(segments: &[Segment<'_>]) -> usize {
    let Some(first) = segments.first() else {
        return 0;
    };
    if !matches!(first.field(2).text().as_str(), "TX" | "FT") {
        return 1;
    }
    let same = |obx: &&Segment<'_>| {
        obx.name() == "OBX"
            && [2, 3, 4, 11]
                .iter()
                .all(|n| obx.field(*n).raw() == first.field(*n).raw())
    };
    segments.iter().take_while(same).count().max(1)
}

fn observation(telling: &Telling<'_>, order: &Order, local_id: String, segments: &[Segment<'_>], lines: usize) -> Item {
    let obx = segments[0];
    let (what, also) = concepts(obx.field(3).repetition(0));
    let mut issues = Vec::new();
    let mut detail = Detail::default();
    let attached = matches!(obx.field(2).text().as_str(), "ED" | "RP");
    let kind = if attached { Kind::Document } else { Kind::Result };
    let mut entry = telling.entry(kind, what);
    entry.also = also;
    entry.happened = when(&obx, 14, &mut issues).or(order.happened);
    entry.recorded = when(&obx, 19, &mut issues).or(entry.recorded);
    entry.status = result_status(&obx.field(11).text(), order.status);
    entry.category.clone_from(&order.category);
    entry.by = first_clinician(obx.field(16));
    entry.place = laboratory(&obx);
    entry.encounter = telling.visit();
    let mut values = if attached {
        detail.add("Attached", &attachment(obx.field(5).repetition(0)));
        Vec::new()
    } else {
        values(&segments[..lines], &mut issues)
    };
    if !values.is_empty() {
        entry.value = Some(values.remove(0));
    }
    let flags: Vec<String> = obx
        .field(8)
        .repetitions()
        .map(|flag| concepts(flag).0.label().to_owned())
        .collect();
    let (range, flags) = (obx.field(7).words(), datatype::joined(&flags, ", "));
    flag_and_range(&mut entry, &mut detail, &range, &flags);
    detail.add("Method", &label(obx.field(17)));
    notes(&segments[lines..], &mut detail);
    let mut parts = vec![entry];
    for (nth, value) in values.into_iter().enumerate() {
        let mut part = parts[0].clone();
        part.part = u16::try_from(nth + 1).unwrap_or(u16::MAX);
        part.value = Some(value);
        flag_and_range(&mut part, &mut Detail::default(), &range, &flags);
        parts.push(part);
    }
    let item_type = if attached { "DocumentReference" } else { "Observation" };
    let mut item = with_issues(telling.item(item_type, local_id, parts), issues);
    put_detail(&mut item, 0, detail, &obx, 5);
    withdraw_if_error(&mut item);
    item
}

/// What ED and RP say of the thing attached; its bytes stay in the message.
fn attachment(sent: Repetition<'_>) -> String {
    let kind = media_type(sent);
    let data = sent.component(5).raw();
    match (sent.component(4).text().as_str(), data.len()) {
        // RP: a pointer, whose first component is where the thing is.
        ("", 0) => datatype::joined(&[sent.component(1).text(), kind], " "),
        (_, 0) => datatype::joined(&[kind, "(empty)".to_owned()], " "),
        (encoding, length) => format!("{kind}, {length} characters of {encoding}"),
    }
}

/// OBX-5 by its type (OBX-2). What cannot be read as its type is kept as words, with an issue.
fn values(lines: &[Segment<'_>], issues: &mut Vec<Issue>) -> Vec<Value> {
    let obx = lines[0];
    let field = obx.field(5);
    let kind = obx.field(2).text();
    let unit = unit(&obx);
    if is_text(&kind) || kind.is_empty() {
        let words: Vec<String> = lines.iter().map(|line| line.field(5).words()).collect();
        let words = datatype::shown(words.join("\n").trim_end().to_owned(), &obx, 5, issues);
        return text(&words, &unit).into_iter().collect();
    }
    let mut read = |sent: Repetition<'_>| -> Option<Value> {
        match kind.as_str() {
            "NM" => number(&sent.component(1).text(), &unit, &obx, issues),
            "SN" => structured_number(sent, &unit),
            "CE" | "CWE" | "CNE" | "CF" | "IS" | "ID" => coded(sent),
            "DT" | "TS" | "DTM" => {
                let written = sent.component(1).text();
                let when = datatype::when_in(&obx, 5, written.clone(), issues);
                Some(when.map_or(Value::Text(written), Value::When))
            }
            "TM" => Some(Value::Text(clock(&sent.component(1).text()))),
            "XCN" => Some(Value::Text(datatype::clinician(sent))),
            _ => text(&components(sent), &unit),
        }
    };
    field.repetitions().filter_map(&mut read).collect()
}

/// OBX-6: the code people know the unit by.
fn unit(obx: &Segment<'_>) -> String {
    let field = obx.field(6);
    let code = field.component(1).words();
    if code.is_empty() {
        field.component(2).words()
    } else {
        code
    }
}

/// Words, unless a unit was sent and they are a number: then both were said, and nothing is guessed.
fn text(words: &str, unit: &str) -> Option<Value> {
    if words.trim().is_empty() {
        return None;
    }
    let quantity = Some(unit)
        .filter(|unit| !unit.is_empty())
        .and_then(|unit| Quantity::parse(words, unit));
    Some(quantity.map_or_else(
        || Value::Text(datatype::joined(&[words.to_owned(), unit.to_owned()], " ")),
        Value::Quantity,
    ))
}

fn number(written: &str, unit: &str, obx: &Segment<'_>, issues: &mut Vec<Issue>) -> Option<Value> {
    if written.is_empty() {
        return None;
    }
    Some(Quantity::parse(written, unit).map_or_else(
        || {
            issues.push(issue(obx, 5, "Sent as a number, and is not one; shown as words."));
            Value::Text(datatype::joined(&[written.to_owned(), unit.to_owned()], " "))
        },
        Value::Quantity,
    ))
}

/// SN: `>^100`, `^1^:^128`, `^10^-^20`.
fn structured_number(sent: Repetition<'_>, unit: &str) -> Option<Value> {
    let part = |n: usize| sent.component(n).text();
    let (sign, first, between, second) = (part(1), part(2), part(3), part(4));
    let words = format!("{sign}{first}{between}{second}");
    if between.is_empty() && second.is_empty() && sign != "<>" {
        return text(&words, unit).map(|value| match (value, Quantity::parse(&words, unit)) {
            (_, Some(quantity)) => Value::Quantity(quantity),
            (value, None) => value,
        });
    }
    text(&words, unit)
}

fn coded(sent: Repetition<'_>) -> Option<Value> {
    let (answer, _) = concepts(sent);
    (!answer.is_empty()).then_some(Value::Concept(answer))
}

/// `140500` as `14:05:00`.
fn clock(time: &str) -> String {
    let digits = time.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        4 | 6 => {
            let pairs: Vec<&str> = (0..digits / 2).filter_map(|n| time.get(n * 2..n * 2 + 2)).collect();
            pairs.join(":")
        }
        _ => time.to_owned(),
    }
}

/// The components of a type this system does not read further, as words.
fn components(sent: Repetition<'_>) -> String {
    let parts: Vec<String> = (1..=20).map(|n| sent.component(n).words()).collect();
    datatype::joined(&parts, " ")
}
