//! One line of an item, by its rule.

use super::person::yes_no;
use super::row::{Row, issue};
use record::entry::{Entry, Status};
use record::system::{CodeList, Column, EntryRule, StatusRule, ValueRule, WhatRule, Words};
use record::{Concept, Issue, Quantity, Value};

/// The line a rule makes of a row. `None` when it does not apply, or when the cell it would be about, or
/// whose value it would give, is empty: nothing was said, so nothing is recorded.
pub(super) fn entry(row: &Row<'_>, rule: &EntryRule, part: u16, issues: &mut Vec<Issue>) -> Option<Entry> {
    if !row.applies(rule.when.as_ref()) {
        return None;
    }
    if rule
        .value
        .as_ref()
        .is_some_and(|value| row.cell(value.column()).is_empty())
    {
        return None;
    }
    let mut entry = Entry::new(rule.kind, what(row, &rule.what, issues)?);
    entry.part = part;
    entry.value = rule.value.as_ref().map(|value| value_of(row, value, issues));
    entry.happened = row.when(rule.happened, issues);
    entry.ended = row.when(rule.ended, issues);
    entry.recorded = row.when(rule.recorded, issues);
    entry.by = words(row, rule.by.as_ref());
    entry.place = words(row, rule.place.as_ref());
    entry.category = words(row, rule.category.as_ref());
    entry.certainty = rule.certainty;
    entry.status = status(row, &rule.status, issues);
    entry.detail = detail(row, &rule.detail);
    Some(entry)
}

fn words(row: &Row<'_>, words: Option<&Words>) -> String {
    match words {
        None => String::new(),
        Some(Words::Always(words)) => words.clone(),
        Some(Words::Column(column)) => row.cell(*column).to_owned(),
    }
}

fn what(row: &Row<'_>, rule: &WhatRule, issues: &mut Vec<Issue>) -> Option<Concept> {
    let concept = match rule {
        WhatRule::Always(concept) => concept.clone(),
        WhatRule::Words(column) => Concept::words(row.cell(*column)),
        WhatRule::Listed(column, list) => listed(row, *column, list, issues),
        WhatRule::Coded { code, system, display } => {
            let display = display.map_or("", |column| row.cell(column));
            match row.cell(*code) {
                "" => Concept::words(display),
                code => Concept::coded(system, code, display),
            }
        }
    };
    (!concept.is_empty()).then_some(concept)
}

/// A code's meaning by the feed's list. A code the list does not hold is shown as sent, never guessed.
fn listed(row: &Row<'_>, column: Column, list: &CodeList, issues: &mut Vec<Issue>) -> Concept {
    let code = row.cell(column);
    match list.get(&code.to_lowercase()) {
        Some(concept) => concept.clone(),
        None => {
            if !code.is_empty() {
                let reason = "this code is not in the feed's list; it is shown as sent";
                issues.push(issue(row.mapping.name(column), reason));
            }
            Concept::words(code)
        }
    }
}

fn value_of(row: &Row<'_>, rule: &ValueRule, issues: &mut Vec<Issue>) -> Value {
    let cell = row.cell(rule.column());
    let (value, wanted) = match rule {
        ValueRule::Words(_) => return Value::Text(cell.to_owned()),
        ValueRule::Listed(column, list) => return Value::Concept(listed(row, *column, list, issues)),
        ValueRule::Number(_, unit) => {
            let unit = words(row, Some(unit));
            (Quantity::parse(cell, &unit).map(Value::Quantity), "a number")
        }
        ValueRule::YesNo(_) => (yes_no(cell).map(Value::Bool), "yes or no"),
        ValueRule::Date(_) => (super::date::parse(row.mapping.dates, cell).map(Value::When), "a date"),
    };
    value.unwrap_or_else(|| {
        let reason = format!("not {wanted}; it is shown as sent");
        issues.push(issue(row.mapping.name(rule.column()), &reason));
        Value::Text(cell.to_owned())
    })
}

fn status(row: &Row<'_>, rule: &StatusRule, issues: &mut Vec<Issue>) -> Status {
    match rule {
        StatusRule::Always(status) => *status,
        StatusRule::By(column, by) => {
            let cell = row.cell(*column);
            let status = by.get(&cell.to_lowercase()).copied();
            if status.is_none() && !cell.is_empty() {
                let reason = "the mapping does not say what this means for the status; the status is left unknown";
                issues.push(issue(row.mapping.name(*column), reason));
            }
            status.unwrap_or_default()
        }
    }
}

fn detail(row: &Row<'_>, lines: &[(String, Column)]) -> String {
    let mut detail = Vec::with_capacity(lines.len());
    for (label, column) in lines {
        let cell = row.cell(*column);
        if cell.is_empty() {
            continue;
        }
        // One thing a line: line ends within a cell become spaces.
        let cell = cell.split(['\r', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let cell = cell.collect::<Vec<_>>().join(" ");
        detail.push(if label.is_empty() {
            cell
        } else {
            format!("{label}: {cell}")
        });
    }
    detail.join("\n")
}
