//! Trace responses of the Personal Demographics Service, as they come back by MESH.
//!
//! The heading is `MPTREQ_<time of the request>,SPINE_MPT_RESPONSE,<count>,<code>`; a row has 29 cells. The
//! meaning of codes is that of the NHS's own open reader of these files (NHSDigital, `SpineResponseCodes`):
//! 00 matched, 90 matched and the number asked about is superseded, 91 the number is invalid, 92 sensitive,
//! 15, 16 and 96 too little to go on, 97 several matches, 98 none. A matched number of all noughts means none,
//! of all nines several. The published Dorset samples write a merge as 91 with another matched number.

use crate::Refused;
use crate::table::{cells, death_entry, refused};
use record::demographics::Death;
use record::item::Decision;
use record::{Address, Demographics, Instant, Issue, Item, Name, NhsNumber, NhsNumberStatus, Rejection, Sex};
use record::{Subject, When};

const CELLS: usize = 29;
/// Where cells stand, and what they are called in messages.
const REQUESTED: usize = 1;
const BIRTH: usize = 6;
const DEATH: usize = 7;
const SENSITIVITY: usize = 23;
const CODE: usize = 25;
const MATCHED: usize = 26;

/// Reads one answer.
///
/// A match becomes a Patient whose NHS number is verified. A superseded number also asks for the decision
/// [`Decision::Superseded`]. A deleted number becomes a withdrawn Patient. A sensitive record is marked
/// restricted, and its address, telephone, e-mail and practice are not read.
///
/// # Errors
/// `pds-no-match`, `pds-several-matches`, `pds-not-enough-data`, `pds-error`, `pds-matched-number`,
/// `not-a-trace-response`, `ragged-row`.
pub fn read(row: &[u8], heading: &str) -> Result<Vec<Item>, Refused> {
    let version = match heading_time(heading) {
        Ok(version) => version,
        Err(rejection) => return Err(refused(rejection, Subject::Missing)),
    };
    let (row, utf8) = cells(row, b',').map_err(|rejection| refused(rejection, Subject::Missing))?;
    if row.len() != CELLS {
        let reason = format!("the row has {} cells; a trace response has {CELLS}", row.len());
        return Err(refused(Rejection::new("ragged-row", "row", reason), Subject::Missing));
    }
    let requested = NhsNumber::parse(&row[REQUESTED]);
    let outcome = outcome(&row, requested).map_err(|rejection| Refused {
        rejection,
        item_type: "Patient".to_owned(),
        subject: requested.map_or(Subject::Missing, Subject::NhsNumber),
    })?;
    let mut item = match outcome {
        Outcome::Matched { number, superseded } => matched(&row, number, superseded),
        Outcome::Deleted(number) => deleted(number),
    };
    item.version = Some(version);
    if !utf8 {
        item.issues
            .push(issue("row", "the row is not UTF-8; it was read as Windows-1252"));
    }
    Ok(vec![item])
}

/// The time of the request, from the heading.
fn heading_time(heading: &str) -> Result<Instant, Rejection> {
    let refuse = |reason: String| Err(Rejection::new("not-a-trace-response", "heading", reason));
    let cells: Vec<&str> = heading
        .trim_start_matches('\u{feff}')
        .split(',')
        .map(str::trim)
        .collect();
    let [reference, workflow, _, code, ..] = cells.as_slice() else {
        return refuse("a heading MPTREQ_…,SPINE_MPT_RESPONSE,count,code was expected".to_owned());
    };
    if !workflow.starts_with("SPINE_MPT") {
        return refuse("the second cell of the heading should be SPINE_MPT_RESPONSE".to_owned());
    }
    if *code != "00" {
        return Err(Rejection::new(
            "pds-error",
            "heading",
            format!("the whole batch failed: {}", code_words(code)),
        ));
    }
    let time = reference.strip_prefix("MPTREQ_").filter(|time| time.len() == 14);
    match time.and_then(When::parse_hl7) {
        Some(when) => Ok(when.instant),
        None => refuse("the first cell of the heading should be MPTREQ_ and a time, YYYYMMDDHHMMSS".to_owned()),
    }
}

enum Outcome {
    Matched {
        number: NhsNumber,
        superseded: Option<NhsNumber>,
    },
    Deleted(NhsNumber),
}

fn outcome(row: &[String], requested: Option<NhsNumber>) -> Result<Outcome, Rejection> {
    let code = row[CODE].as_str();
    let refuse = |name, reason: String| Err(Rejection::new(name, "ERROR/SUCCESS_CODE", reason));
    match (code, row[MATCHED].as_str()) {
        ("91", "0000000000" | "") => match requested {
            Some(number) => Ok(Outcome::Deleted(number)),
            None => refuse(
                "pds-no-match",
                "the number asked about is invalid, and no other was found".to_owned(),
            ),
        },
        ("97", _) | ("00", "9999999999") => refuse(
            "pds-several-matches",
            "several people match; none was chosen. Trace again with more details".to_owned(),
        ),
        ("98", _) | ("00", "0000000000" | "") => refuse(
            "pds-no-match",
            "nobody matches. Check the details and trace again".to_owned(),
        ),
        ("15" | "16" | "96", _) => refuse(
            "pds-not-enough-data",
            format!("no trace was made: {}", code_words(code)),
        ),
        ("00" | "90" | "91" | "92", matched) => {
            let Some(number) = NhsNumber::parse(matched).filter(|_| matched != "9999999999") else {
                let reason = "the number that the service matched is not a valid NHS number";
                return Err(Rejection::new("pds-matched-number", "MATCHED_NHS_NO", reason));
            };
            let superseded = requested.filter(|old| matches!(code, "90" | "91") && *old != number);
            Ok(Outcome::Matched { number, superseded })
        }
        (other, _) => refuse(
            "pds-error",
            format!("the service answered with an error: {}", code_words(other)),
        ),
    }
}

fn code_words(code: &str) -> String {
    let words = match code {
        "01" => "the file could not be read",
        "02" | "03" | "07" => "the file's reference or workflow is wrong",
        "04" => "the heading's count of rows is wrong",
        "06" => "too many rows",
        "08" => "the row's reference is wrong",
        "09" => "the file's time is wrong",
        "10" => "a field that must be given is missing",
        "11" | "17" => "a field is too long, or there are too many",
        "12" | "13" => "a field is not of its form",
        "15" => "no trace performed",
        "16" | "96" => "too few details were given to trace on",
        "05" | "14" => "the service failed",
        _ => "a code this system does not know",
    };
    format!("{words} (code {code})")
}

fn patient(number: NhsNumber) -> Item {
    Item {
        item_type: "Patient".to_owned(),
        local_id: number.digits(),
        version: None,
        // The service's own id of a person is the NHS number.
        subject: Subject::Local(number.digits()),
        person: None,
        entries: Vec::new(),
        mapped: true,
        withdrawn: false,
        issues: Vec::new(),
        decisions: Vec::new(),
    }
}

fn deleted(number: NhsNumber) -> Item {
    let mut item = patient(number);
    item.withdrawn = true;
    let reason = "the national service says that this number has been deleted or is invalid";
    item.issues.push(issue("ERROR/SUCCESS_CODE", reason));
    item
}

fn matched(row: &[String], number: NhsNumber, superseded: Option<NhsNumber>) -> Item {
    let mut item = patient(number);
    item.decisions
        .extend(superseded.map(|old| Decision::Superseded { old, new: number }));
    let requested = NhsNumber::parse(&row[REQUESTED]);
    if superseded.is_none() && requested.is_some_and(|requested| requested != number) {
        let reason = "the service matched another number than the one asked about";
        item.issues.push(issue("MATCHED_NHS_NO", reason));
    }
    let restricted = restricted(row, &mut item.issues);
    let mut person = demographics(row, &mut item.issues);
    person.nhs_number = Some(number);
    person.nhs_number_status = NhsNumberStatus::Verified;
    if restricted {
        person.restricted = true;
        person.addresses.clear();
        person.phones.clear();
        person.emails.clear();
        person.practice.clear();
    }
    item.entries.extend(death_entry(person.death));
    item.person = Some(Box::new(person));
    item
}

/// Whether a record with this sensitivity flag and code is to be hidden; `None` when the flag is not one
/// this system knows, which hides it too.
pub(super) fn is_restricted(flag: &str, code: &str) -> Option<bool> {
    match flag.to_ascii_uppercase().as_str() {
        "" | "N" | "U" | "0" => Some(code == "92"),
        "S" | "R" | "V" | "Y" | "B" | "1" => Some(true),
        _ => None,
    }
}

fn restricted(row: &[String], issues: &mut Vec<Issue>) -> bool {
    is_restricted(&row[SENSITIVITY], &row[CODE]).unwrap_or_else(|| {
        let reason = "a sensitivity flag this system does not know; the record is treated as restricted";
        issues.push(issue("SENSITIVITY_FLAG", reason));
        true
    })
}

fn demographics(row: &[String], issues: &mut Vec<Issue>) -> Demographics {
    let filled = |cells: &[String]| -> Vec<String> { cells.iter().filter(|cell| !cell.is_empty()).cloned().collect() };
    let mut when = |at: usize, name: &str| {
        let text = row[at].as_str();
        // YYYY, YYYYMM, YYYYMMDD or YYYYMMDDHHMM.
        let when = When::parse_hl7(text);
        if when.is_none() && !text.is_empty() {
            issues.push(issue(name, "not a date written YYYYMMDD"));
        }
        when
    };
    let (birth, died) = (when(BIRTH, "DATE_OF_BIRTH"), when(DEATH, "DATE_OF_DEATH"));
    let death = match died {
        Some(died) => Death::DeadSince(died),
        None if row[DEATH].is_empty() => Death::Unsaid,
        None => Death::Dead,
    };
    let address = Address {
        r#use: "home".to_owned(),
        lines: filled(&row[8..13]),
        postcode: row[13].clone(),
    };
    let has_address = !address.lines.is_empty() || !address.postcode.is_empty();
    Demographics {
        names: vec![Name {
            r#use: "official".to_owned(),
            family: row[2].clone(),
            given: filled(&row[3..5]).join(" "),
            prefix: String::new(),
        }],
        birth,
        sex: Sex::parse(&row[5]),
        death,
        addresses: if has_address { vec![address] } else { Vec::new() },
        phones: filled(&row[20..22]),
        emails: filled(&row[22..23]),
        practice: row[14].clone(),
        ..Demographics::default()
    }
}

fn issue(place: &str, reason: &str) -> Issue {
    Issue {
        place: place.to_owned(),
        reason: reason.to_owned(),
    }
}
