//! Organisations from the ODS downloads: one row an organisation, columns by place, mostly without a heading.

use crate::Refused;
use crate::table::{cells, refused};
use record::{Concept, Date, Entry, Issue, Item, Kind, OrgCode, Rejection, Status, Subject, When};

/// The first cell of a heading, where a file has one.
pub const HEADING_CELLS: &[&str] = &["HospitalCode", "OrganisationCode", "Organisation Code"];
/// The longest code ever taken; real ones have at most nine letters and digits.
const CODE_CHARS_MAX: usize = 40;

/// Whose download it is; they differ in their columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Country {
    /// `etrust.csv` and its like.
    EnglandAndWales,
    /// `hospitals.csv`.
    Scotland,
    /// `niorg.csv`.
    NorthernIreland,
}

/// An organisation, as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of the body it belongs to; empty when none.
    pub part_of: String,
    /// Address lines.
    pub lines: Vec<String>,
    /// Postcode.
    pub postcode: String,
    /// When it opened.
    pub opened: Option<Date>,
    /// When it closed; `None` is open, or not said.
    pub closed: Option<Date>,
    /// What could not be read.
    pub issues: Vec<Issue>,
}

/// Reads one row as an organisation.
///
/// # Errors
/// `ragged-row` when it has too few cells, `no-id` without a code, and those of a row that cannot be cut.
pub fn organisation(row: &[u8], country: Country) -> Result<Organisation, Rejection> {
    let (row, utf8) = cells(row, b',')?;
    let (least, part_of, lines, postcode) = match country {
        Country::EnglandAndWales | Country::NorthernIreland => (12, 3, 4..9, 9),
        Country::Scotland => (15, 10, 2..9, 9),
    };
    if row.len() < least {
        let reason = format!(
            "the row has {} cells; a row of this download has at least {least}",
            row.len()
        );
        return Err(Rejection::new("ragged-row", "row", reason));
    }
    let code = row[0].clone();
    if code.is_empty() || code.chars().count() > CODE_CHARS_MAX {
        let reason = format!("the first cell should be the organisation's code, of 1 to {CODE_CHARS_MAX} letters");
        return Err(Rejection::new("no-id", "column 1", reason));
    }
    let mut issues = Vec::new();
    if OrgCode::parse(&code).is_none() {
        issues.push(issue(1, "not of the form of an ODS code"));
    }
    if row[1].is_empty() {
        issues.push(issue(2, "the organisation has no name"));
    }
    if !utf8 {
        issues.push(issue(2, "the row is not UTF-8; it was read as Windows-1252"));
    }
    // Scotland puts a mark (`z`) beside each line it leaves empty.
    let marks_empty = |line: &str| line == "z" && country == Country::Scotland;
    let is_line = |line: &&String| !line.is_empty() && !marks_empty(line);
    let (opened, closed) = match country {
        Country::Scotland => (None, None),
        _ => (date(&row, 10, &mut issues), date(&row, 11, &mut issues)),
    };
    Ok(Organisation {
        name: row[1].clone(),
        part_of: row[part_of].clone(),
        lines: row[lines].iter().filter(is_line).cloned().collect(),
        postcode: row[postcode].clone(),
        opened,
        closed,
        issues,
        code,
    })
}

/// Reads one row as an Organization item, about nobody.
///
/// # Errors
/// As [`organisation`].
pub fn read(row: &[u8], country: Country) -> Result<Vec<Item>, Refused> {
    let found = organisation(row, country).map_err(|rejection| Refused {
        item_type: "Organization".to_owned(),
        ..refused(rejection, Subject::Directory)
    })?;
    Ok(vec![Item {
        item_type: "Organization".to_owned(),
        local_id: found.code.clone(),
        version: None,
        subject: Subject::Directory,
        person: None,
        entries: vec![entry(&found, country)],
        mapped: true,
        withdrawn: false,
        issues: found.issues,
        decisions: Vec::new(),
    }])
}

/// The one line of a directory: its name, what it belongs to and where it is.
fn entry(found: &Organisation, country: Country) -> Entry {
    let name = if found.name.is_empty() {
        &found.code
    } else {
        &found.name
    };
    let mut entry = Entry::new(Kind::Other, Concept::words(name));
    "Organization".clone_into(&mut entry.category);
    entry.happened = found.opened.map(When::day);
    entry.ended = found.closed.map(When::day);
    entry.status = match (country, found.closed) {
        // The Scottish download does not say which are closed.
        (Country::Scotland, _) => Status::Unknown,
        (_, None) => Status::Active,
        (_, Some(_)) => Status::Completed,
    };
    let mut detail = vec![format!("ods-organization-code: {}", found.code)];
    if !found.part_of.is_empty() {
        detail.push(format!("part of: {}", found.part_of));
    }
    let address: Vec<&str> = found
        .lines
        .iter()
        .chain([&found.postcode])
        .map(String::as_str)
        .collect();
    let address: Vec<&str> = address.into_iter().filter(|line| !line.is_empty()).collect();
    if !address.is_empty() {
        detail.push(format!("address: {}", address.join(", ")));
    }
    entry.detail = detail.join("\n");
    entry
}

fn date(row: &[String], at: usize, issues: &mut Vec<Issue>) -> Option<Date> {
    let text = row[at].as_str();
    let date = Date::parse(text);
    if date.is_none() && !text.is_empty() {
        issues.push(issue(at + 1, "not a date written YYYYMMDD"));
    }
    date
}

fn issue(column: usize, reason: &str) -> Issue {
    Issue {
        place: format!("column {column}"),
        reason: reason.to_owned(),
    }
}
