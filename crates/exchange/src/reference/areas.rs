//! Areas and who lives in them.

use super::cells::Table;
use super::{Wrong, names};
use std::io::Read;

/// Most people of one row.
const PEOPLE_MAX: u32 = 20_000_000;

/// An area (LSOA 2021).
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its code.
    pub code: String,
    /// Code of its neighbourhood (MSOA 2021).
    pub neighbourhood_code: String,
    /// Name of its neighbourhood.
    pub neighbourhood: String,
    /// Code of its council.
    pub council: String,
    /// Latitude and longitude of its centre.
    pub centre: [f64; 2],
    /// Deprivation fifth, 1 the most deprived.
    pub fifth: u8,
}

/// Areas.
///
/// # Errors
/// The first row that is wrong.
pub fn areas(input: impl Read) -> Result<Vec<Area>, Wrong> {
    const COLUMNS: [&str; 7] = [
        "lsoa21_code",
        "msoa21_code",
        "msoa21_hocl_name",
        "ltla_code",
        "centroid_lat",
        "centroid_lon",
        "imd2025_decile",
    ];
    let mut table = Table::open(names::AREAS, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        let tenth = row.whole(6, COLUMNS[6], 1, 10)?;
        found.push(Area {
            code: row.code(0, COLUMNS[0], "E01")?,
            neighbourhood_code: row.code(1, COLUMNS[1], "E02")?,
            neighbourhood: row.text(2, COLUMNS[2])?,
            council: row.code(3, COLUMNS[3], "E0")?,
            centre: [
                row.number(4, COLUMNS[4], 49.0, 61.0)?,
                row.number(5, COLUMNS[5], -9.0, 3.0)?,
            ],
            fifth: u8::try_from(tenth.div_ceil(2)).unwrap_or(1),
        });
    }
    Ok(found)
}

/// People of an area (LSOA 2021), of all ages.
///
/// # Errors
/// The first row that is wrong.
pub fn census(input: impl Read) -> Result<Vec<(String, u32)>, Wrong> {
    const COLUMNS: [&str; 7] = [
        "lsoa21_code",
        "Aged 15 years and under",
        "Aged 16 to 24 years",
        "Aged 25 to 34 years",
        "Aged 35 to 49 years",
        "Aged 50 to 64 years",
        "Aged 65 years and over",
    ];
    let mut table = Table::open(names::CENSUS, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        let mut people = 0;
        for (at, name) in COLUMNS.iter().enumerate().skip(1) {
            people += row.whole(at, name, 0, PEOPLE_MAX)?;
        }
        found.push((row.code(0, COLUMNS[0], "E01")?, people));
    }
    Ok(found)
}

/// Private households of an area (LSOA 2021).
///
/// # Errors
/// The first row that is wrong.
pub fn households(input: impl Read) -> Result<Vec<(String, u32)>, Wrong> {
    const COLUMNS: [&str; 2] = ["lsoa21_code", "total_households"];
    let mut table = Table::open(names::HOUSEHOLDS, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        let homes = row.whole(1, COLUMNS[1], 0, PEOPLE_MAX)?;
        found.push((row.code(0, COLUMNS[0], "E01")?, homes));
    }
    Ok(found)
}

/// People of an area by ethnic group: Asian, Black, mixed, White, other.
pub type Groups = (String, [u32; 5]);

/// Ethnic groups.
///
/// # Errors
/// The first row that is wrong.
pub fn ethnicity(input: impl Read) -> Result<Vec<Groups>, Wrong> {
    const COLUMNS: [&str; 6] = [
        "lsoa21_code",
        "Asian, Asian British or Asian Welsh",
        "Black, Black British, Black Welsh, Caribbean or African",
        "Mixed or Multiple ethnic groups",
        "White",
        "Other ethnic group",
    ];
    let mut table = Table::open(names::ETHNICITY, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        let mut groups = [0; 5];
        for (at, group) in groups.iter_mut().enumerate() {
            *group = row.whole(at + 1, COLUMNS[at + 1], 0, PEOPLE_MAX)?;
        }
        found.push((row.code(0, COLUMNS[0], "E01")?, groups));
    }
    Ok(found)
}

/// What people of a neighbourhood speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speakers {
    /// The neighbourhood's code (MSOA 2021).
    pub neighbourhood_code: String,
    /// Whose main language is English.
    pub english: u32,
    /// Whose main language is another.
    pub other: u32,
    /// Of these, who speak English not well or not at all.
    pub little_english: u32,
}

/// Main languages.
///
/// # Errors
/// The first row that is wrong.
pub fn language(input: impl Read) -> Result<Vec<Speakers>, Wrong> {
    const OTHER: &str = "Main language is not English (English or Welsh in Wales)";
    const COLUMNS: [&str; 5] = [
        "msoa21_code",
        "Main language is English (English or Welsh in Wales)",
        OTHER,
        "Main language is not English (English or Welsh in Wales): Cannot speak English well",
        "Main language is not English (English or Welsh in Wales): Cannot speak English",
    ];
    let mut table = Table::open(names::LANGUAGE, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        let count = |at: usize| row.whole(at, COLUMNS[at], 0, PEOPLE_MAX);
        let (other, little_english) = (count(2)?, count(3)? + count(4)?);
        if little_english > other {
            return Err(row.wrong("more people speak little English than speak another language"));
        }
        found.push(Speakers {
            neighbourhood_code: row.code(0, COLUMNS[0], "E02")?,
            english: count(1)?,
            other,
            little_english,
        });
    }
    Ok(found)
}

/// People of an area of 2011 by single year of age, 90 standing for 90 and over.
pub type Ages = (String, Vec<f64>);

/// People by single year of age.
///
/// # Errors
/// The first row that is wrong.
pub fn single_years(input: impl Read) -> Result<Vec<Ages>, Wrong> {
    let years: Vec<String> = (0..90).map(|year| year.to_string()).collect();
    let mut columns = vec!["lsoa11_code"];
    columns.extend(years.iter().map(String::as_str));
    columns.push("90+");
    let mut table = Table::open(names::SINGLE_YEARS, input, &columns)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        let ages: Result<Vec<f64>, Wrong> = columns
            .iter()
            .enumerate()
            .skip(1)
            .map(|(at, name)| row.number(at, name, 0.0, f64::from(PEOPLE_MAX)))
            .collect();
        found.push((row.code(0, "lsoa11_code", "E01")?, ages?));
    }
    Ok(found)
}

/// An area of 2011, and one of 2021 that it became (or became a part of).
pub type Became = (String, String);

/// Which area became which.
///
/// # Errors
/// The first row that is wrong.
pub fn became(input: impl Read) -> Result<Vec<Became>, Wrong> {
    const COLUMNS: [&str; 2] = ["lsoa11_code", "lsoa21_code"];
    let mut table = Table::open(names::BECAME, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        found.push((row.code(0, COLUMNS[0], "E01")?, row.code(1, COLUMNS[1], "E01")?));
    }
    Ok(found)
}

/// People of a council of one age and sex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Age {
    /// The council's code.
    pub council: String,
    /// Whether they are women and girls.
    pub women: bool,
    /// Age; 90 stands for 90 and over.
    pub age: u32,
    /// How many.
    pub people: u32,
}

/// People by age and sex. Rows of persons of both sexes, which add up the others, are passed over.
///
/// # Errors
/// The first row that is wrong.
pub fn sexes(input: impl Read) -> Result<Vec<Age>, Wrong> {
    const COLUMNS: [&str; 4] = ["area_code", "sex", "age", "population"];
    let mut table = Table::open(names::SEXES, input, &COLUMNS)?;
    let mut found = Vec::new();
    while let Some(row) = table.next()? {
        let women = match row.cell(1) {
            "female" => true,
            "male" => false,
            "persons" => continue,
            _ => return Err(row.wrong("sex: female, male or persons")),
        };
        let age = row
            .cell(2)
            .trim_end_matches('+')
            .parse::<u32>()
            .ok()
            .filter(|age| *age <= 130);
        found.push(Age {
            council: row.code(0, COLUMNS[0], "E")?,
            women,
            age: age.ok_or_else(|| row.wrong("age: a whole number, or 90+"))?.min(90),
            people: row.whole(3, COLUMNS[3], 0, 100_000_000)?,
        });
    }
    Ok(found)
}
