//! What a row says of who the person is.

use super::row::{Row, issue};
use record::demographics::Death;
use record::entry::{Entry, Kind, Status};
use record::system::{Column, Feed, PersonColumns};
use record::{Address, Concept, Demographics, Issue, Item, Name, NhsNumber, Sex, Subject};

/// The person a row is about, or `None` when it does not say. An invalid NHS number is not a person.
pub(super) fn subject(row: &Row<'_>) -> Option<Subject> {
    let local = row.mapping.person.map_or("", |column| row.cell(column));
    if !local.is_empty() {
        return Some(Subject::Local(local.to_owned()));
    }
    let column = row.mapping.person_is.as_ref().and_then(|is| is.nhs_number)?;
    NhsNumber::parse(row.cell(column)).map(Subject::NhsNumber)
}

/// The Patient item of a row: who the person is, as this row says.
pub(super) fn patient(row: &Row<'_>, columns: &PersonColumns, subject: &Subject, feed: &Feed) -> Item {
    let mut issues = Vec::new();
    let person = demographics(row, columns, subject, feed, &mut issues);
    let mut entries = Vec::new();
    entries.extend(death_entry(person.death));
    let local_id = match subject {
        Subject::Local(id) => id.clone(),
        Subject::NhsNumber(number) => number.digits(),
        Subject::Directory | Subject::Missing => String::new(),
    };
    Item {
        item_type: "Patient".to_owned(),
        local_id,
        version: None,
        subject: subject.clone(),
        person: Some(Box::new(person)),
        entries,
        mapped: true,
        withdrawn: false,
        issues,
        decisions: Vec::new(),
    }
}

/// The line that says a sender reported the death.
pub(crate) fn death_entry(death: Death) -> Option<Entry> {
    let happened = match death {
        Death::Unsaid | Death::Alive => return None,
        Death::Dead => None,
        Death::DeadSince(when) => Some(when),
    };
    let mut entry = Entry::new(Kind::Death, Concept::words("Reported dead"));
    entry.happened = happened;
    entry.status = Status::Completed;
    Some(entry)
}

fn demographics(
    row: &Row<'_>,
    columns: &PersonColumns,
    subject: &Subject,
    feed: &Feed,
    issues: &mut Vec<Issue>,
) -> Demographics {
    let text = |column: Option<Column>| column.map_or("", |column| row.cell(column)).to_owned();
    let filled = |columns: &[Column]| -> Vec<String> {
        let cells = columns.iter().map(|column| row.cell(*column));
        cells.filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    };
    let local_ids = match subject {
        Subject::Local(id) => vec![(feed.sender.as_str().to_owned(), id.clone())],
        _ => Vec::new(),
    };
    let address = Address {
        r#use: String::new(),
        lines: filled(&columns.address),
        postcode: text(columns.postcode),
    };
    let has_address = !address.lines.is_empty() || !address.postcode.is_empty();
    // A date of death that cannot be read is still a report of death (SAFETY 3); "N/A" or "none" is not.
    let reported = text(columns.died).bytes().any(|byte| byte.is_ascii_digit());
    let death = match row.when(columns.died, issues) {
        Some(when) => Death::DeadSince(when),
        None if reported => Death::Dead,
        None => Death::Unsaid,
    };
    Demographics {
        nhs_number: nhs_number(row, columns.nhs_number, issues),
        local_ids,
        names: names(row, columns, &text),
        birth: row.when(columns.birth, issues),
        sex: sex(row, columns.sex, issues),
        death,
        addresses: if has_address { vec![address] } else { Vec::new() },
        phones: filled(&columns.phone),
        emails: filled(columns.email.as_slice()),
        practice: text(columns.practice),
        practice_name: text(columns.practice_name),
        language: text(columns.language),
        interpreter: yes_no_cell(row, columns.interpreter, issues),
        ethnicity: text(columns.ethnicity),
        ..Demographics::default()
    }
}

fn names(row: &Row<'_>, columns: &PersonColumns, text: &dyn Fn(Option<Column>) -> String) -> Vec<Name> {
    let given: Vec<&str> = columns
        .given
        .iter()
        .flat_map(|column| row.cell(*column).split_whitespace())
        .collect();
    let name = Name {
        r#use: String::new(),
        family: text(columns.family),
        given: given.join(" "),
        prefix: text(columns.prefix),
    };
    let known_as = text(columns.known_as);
    let mut names = Vec::new();
    if !name.family.is_empty() || !name.given.is_empty() {
        names.push(name.clone());
    }
    if !known_as.is_empty() {
        names.push(Name {
            r#use: "nickname".to_owned(),
            given: known_as,
            ..name
        });
    }
    names
}

fn nhs_number(row: &Row<'_>, column: Option<Column>, issues: &mut Vec<Issue>) -> Option<NhsNumber> {
    let column = column?;
    let text = row.cell(column);
    let number = NhsNumber::parse(text);
    if number.is_none() && !text.is_empty() {
        let reason = "not an NHS number: ten digits with a right check digit are needed";
        issues.push(issue(row.mapping.name(column), reason));
    }
    number
}

fn sex(row: &Row<'_>, column: Option<Column>, issues: &mut Vec<Issue>) -> Sex {
    let Some(column) = column else { return Sex::Unknown };
    let text = row.cell(column);
    let sex = Sex::parse(text);
    let says_unknown = ["", "0", "u", "x", "unknown", "not known", "not stated", "not recorded"];
    if sex == Sex::Unknown && !says_unknown.contains(&text.to_lowercase().as_str()) {
        issues.push(issue(
            row.mapping.name(column),
            "not a word for a sex that this system knows",
        ));
    }
    sex
}

fn yes_no_cell(row: &Row<'_>, column: Option<Column>, issues: &mut Vec<Issue>) -> Option<bool> {
    let column = column?;
    let text = row.cell(column);
    let said = yes_no(text);
    if said.is_none() && !text.is_empty() {
        issues.push(issue(row.mapping.name(column), "neither yes nor no"));
    }
    said
}

/// Y, Yes, True, 1 and their contraries.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "true" | "1" => Some(true),
        "n" | "no" | "false" | "0" => Some(false),
        _ => None,
    }
}
