//! Tables (CSV) read through a feed's mapping.

mod cells;
mod date;
mod entry;
mod person;
mod row;
mod split;
#[cfg(test)]
mod tests;

pub(crate) use cells::cells;
pub(crate) use person::death_entry;
pub use split::{ROW_BYTES_MAX, Splitter, split, split_reader};

use crate::{Refused, nhs};
use record::system::{Feed, ItemRule, Layout, Mapping, Table};
use record::{Instant, Item, Rejection, Subject};
use row::{Row, issue};

/// The sender's id of a row or a person is at most this long.
const ID_BYTES_MAX: usize = 200;

/// Reads one row; `context` is the heading as it stood in the file. A row becomes a Patient item, when it
/// says who the person is, and one item for each of the mapping's that applies.
///
/// # Errors
/// [`Refused`] when the row cannot be cut into cells under its heading, has no id, or is about nobody.
pub fn read(row: &[u8], context: &str, feed: &Feed) -> Result<Vec<Item>, Refused> {
    let Some(Table { separator, layout }) = &feed.table else {
        let reason = format!(
            "feed {} has no [table] section that says how its rows are read",
            feed.name
        );
        return Err(refused(Rejection::new("no-mapping", "row", reason), Subject::Missing));
    };
    match layout {
        Layout::Columns(mapping) => read_mapped(row, context, *separator, mapping, feed),
        Layout::PdsTrace => nhs::pds::read(row, context),
        Layout::OptOut => {
            let reason = "an opt-out reply is never read onto a record; it answers for one disclosure";
            Err(refused(
                Rejection::new("not-for-the-record", "row", reason),
                Subject::Missing,
            ))
        }
        Layout::OdsEnglandAndWales => nhs::ods::read(row, nhs::ods::Country::EnglandAndWales),
        Layout::OdsScotland => nhs::ods::read(row, nhs::ods::Country::Scotland),
        Layout::OdsNorthernIreland => nhs::ods::read(row, nhs::ods::Country::NorthernIreland),
    }
}

pub(crate) fn refused(rejection: Rejection, subject: Subject) -> Refused {
    Refused {
        rejection,
        item_type: String::new(),
        subject,
    }
}

fn read_mapped(
    bytes: &[u8],
    heading: &str,
    separator: u8,
    mapping: &Mapping,
    feed: &Feed,
) -> Result<Vec<Item>, Refused> {
    let row = Row::new(bytes, heading, separator, mapping).map_err(|r| refused(r, Subject::Missing))?;
    let Some(subject) = person::subject(&row) else {
        let reason = "the row does not say whom it is about: neither the sender's id nor a valid NHS number";
        let place = mapping.person.map_or("row", |column| mapping.name(column));
        return Err(refused(Rejection::new("no-subject", place, reason), Subject::Missing));
    };
    let id = row_id(&row).map_err(|rejection| refused(rejection, subject.clone()))?;
    let mut items = Vec::with_capacity(mapping.items.len() + 1);
    if let Some(columns) = &mapping.person_is {
        items.push(person::patient(&row, columns, &subject, feed));
    }
    let withdrawn = mapping.withdrawn.is_some() && row.applies(mapping.withdrawn.as_ref());
    let before = items.len();
    for rule in &mapping.items {
        items.extend(item(&row, rule, &id, &subject, withdrawn));
    }
    if items.len() == before {
        let reason = "no rule of the feed's mapping makes anything of this row";
        match items.first_mut() {
            Some(patient) => patient.issues.push(issue("row", reason)),
            None => return Err(refused(Rejection::new("nothing-read", "row", reason), subject)),
        }
    }
    let mut issues = Vec::new();
    let version = version(&row, &mut issues);
    for item in &mut items {
        item.version = version;
        item.issues.extend(issues.iter().chain(&row.issues).cloned());
    }
    Ok(items)
}

/// The sender's id of the row: its id cells, joined so that different cells never give the same id.
fn row_id(row: &Row<'_>) -> Result<String, Rejection> {
    let mut id = String::new();
    for (at, column) in row.mapping.row_id.iter().enumerate() {
        let cell = row.cell(*column);
        if cell.is_empty() {
            let reason = "the cell is empty, and without it the row has no id";
            return Err(Rejection::new("no-id", row.mapping.name(*column), reason));
        }
        if at > 0 {
            id.push('|');
        }
        for letter in cell.chars() {
            if matches!(letter, '\\' | '|' | '#') {
                id.push('\\');
            }
            id.push(letter);
        }
    }
    if id.len() > ID_BYTES_MAX {
        let reason = format!("the row's id is longer than {ID_BYTES_MAX} bytes");
        return Err(Rejection::new("id-too-long", "row", reason));
    }
    Ok(id)
}

fn version(row: &Row<'_>, issues: &mut Vec<record::Issue>) -> Option<Instant> {
    row.when(row.mapping.updated, issues).map(|when| when.instant)
}

fn item(row: &Row<'_>, rule: &ItemRule, id: &str, subject: &Subject, withdrawn: bool) -> Option<Item> {
    if !row.applies(rule.when.as_ref()) {
        return None;
    }
    let mut issues = Vec::new();
    let mut entries = Vec::with_capacity(rule.entries.len());
    for (part, entry_rule) in (0u16..).zip(&rule.entries) {
        entries.extend(entry::entry(row, entry_rule, part, &mut issues));
    }
    if entries.is_empty() {
        return None;
    }
    // A cell read by several lines of an item is wrong once.
    let mut seen: Vec<record::Issue> = Vec::new();
    for found in issues {
        if !seen.contains(&found) {
            seen.push(found);
        }
    }
    let local_id = if rule.suffix.is_empty() {
        id.to_owned()
    } else {
        format!("{id}#{}", rule.suffix)
    };
    Some(Item {
        item_type: rule.item_type.clone(),
        local_id,
        version: None,
        subject: subject.clone(),
        person: None,
        entries,
        mapped: true,
        withdrawn,
        issues: seen,
        decisions: Vec::new(),
    })
}
