//! Postcodes, practices and life tables.

use super::cells::Table;
use super::{Wrong, names};
use record::{OrgCode, Sex};
use std::io::Read;

/// A postcode.
#[derive(Clone, Debug, PartialEq)]
pub struct Postcode {
    /// As written, with one space.
    pub postcode: String,
    /// Code of its area.
    pub area: String,
    /// Whether it was among the open ones that are in use.
    pub in_use: bool,
}

/// Postcodes, each handed on as it is read: a country has near two million.
///
/// # Errors
/// The first row that is wrong, or what `take` says.
pub fn postcodes(input: impl Read, take: &mut dyn FnMut(Postcode)) -> Result<(), Wrong> {
    const COLUMNS: [&str; 3] = ["postcode", "lsoa21_code", "in_codepoint_open_2014"];
    let mut table = Table::open(names::POSTCODES, input, &COLUMNS)?;
    while let Some(row) = table.next()? {
        let postcode = shaped(row.cell(0))
            .ok_or_else(|| row.wrong("postcode: letters and digits as in DT1 1AA, with one space"))?;
        let in_use = match row.cell(2) {
            "1" => true,
            "0" => false,
            _ => return Err(row.wrong("in_codepoint_open_2014: 0 or 1")),
        };
        take(Postcode {
            postcode,
            area: row.code(1, COLUMNS[1], "E01")?,
            in_use,
        });
    }
    Ok(())
}

/// Two to four letters and digits that begin with a letter, a space, a digit and two letters.
fn shaped(text: &str) -> Option<String> {
    let (outward, inward) = text.split_once(' ')?;
    let capitals = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let begins = outward.bytes().next().is_some_and(|b| b.is_ascii_uppercase());
    let ends = inward.len() == 3
        && inward.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && inward.bytes().skip(1).all(|b| b.is_ascii_uppercase());
    let good = (2..=4).contains(&outward.len()) && begins && capitals(outward) && ends;
    good.then(|| text.to_owned())
}

/// A practice.
#[derive(Clone, Debug, PartialEq)]
pub struct Practice {
    /// ODS code.
    pub code: String,
    /// Name.
    pub name: String,
    /// ODS code of its primary care network.
    pub network: String,
    /// Whether it is open.
    pub open: bool,
    /// Registered patients; `None` when not stated.
    pub patients: Option<u32>,
    /// Latitude and longitude.
    pub at: [f64; 2],
}

/// Practices.
///
/// # Errors
/// The first row that is wrong.
pub fn practices(input: impl Read) -> Result<Vec<Practice>, Wrong> {
    const COLUMNS: [&str; 7] = [
        "practice_code",
        "practice_name",
        "pcn_ods_code",
        "status_code",
        "list_size_jan2021",
        "lat",
        "lon",
    ];
    let mut table = Table::open(names::PRACTICES, input, &COLUMNS)?;
    let mut found: Vec<Practice> = Vec::new();
    while let Some(row) = table.next()? {
        let code = |at: usize| {
            let wrong = || row.wrong(format!("{}: an ODS code", COLUMNS[at]));
            OrgCode::parse(row.cell(at))
                .map(|code| code.as_str().to_owned())
                .ok_or_else(wrong)
        };
        let practice = Practice {
            code: code(0)?,
            name: row.text(1, COLUMNS[1])?,
            network: code(2)?,
            open: match row.cell(3) {
                "A" => true,
                "C" | "D" | "P" => false,
                _ => return Err(row.wrong("status_code: A, C, D or P")),
            },
            patients: match row.cell(4) {
                "" => None,
                _ => Some(row.whole(4, COLUMNS[4], 0, 500_000)?),
            },
            at: [
                row.number(5, COLUMNS[5], 49.0, 61.0)?,
                row.number(6, COLUMNS[6], -9.0, 3.0)?,
            ],
        };
        if found.iter().any(|held| held.code == practice.code) {
            return Err(row.wrong(format!("practice_code: {} stands there twice", practice.code)));
        }
        if found.len() >= 1_000 {
            return Err(row.wrong("more than 1,000 practices"));
        }
        found.push(practice);
    }
    Ok(found)
}

/// The share of people of an age and sex who die within a year.
#[derive(Clone, Debug, PartialEq)]
pub struct Death {
    /// The years that were counted, such as `2018-2020`.
    pub period: String,
    /// Sex.
    pub sex: Sex,
    /// Age.
    pub age: u32,
    /// Deaths a year for each person alive (mx).
    pub rate: f64,
}

/// Life tables.
///
/// # Errors
/// The first row that is wrong.
pub fn deaths(input: impl Read) -> Result<Vec<Death>, Wrong> {
    const COLUMNS: [&str; 4] = ["period", "sex", "age", "mx"];
    let mut table = Table::open(names::DEATHS, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        found.push(Death {
            period: row.text(0, COLUMNS[0])?,
            sex: match row.cell(1) {
                "female" => Sex::Female,
                "male" => Sex::Male,
                _ => return Err(row.wrong("sex: female or male")),
            },
            age: row.whole(2, COLUMNS[2], 0, 130)?,
            rate: row.number(3, COLUMNS[3], 0.0, 1.0)?,
        });
    }
    Ok(found)
}
