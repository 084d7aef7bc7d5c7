//! Official files about places: areas and their deprivation, people by age, ethnic group and language, postcodes,
//! practices, life tables, boundaries. An operator downloads them; none is part of this repository.
//!
//! Each reader takes one file, a row at a time, and gives plain rows. A wrong column or value ends it with the file,
//! the line and the reason: a map of which half is right would be believed whole.

mod areas;
mod boundaries;
mod cells;
mod practices;

pub use areas::areas;
pub use areas::{
    Age, Ages, Area, Became, Groups, Speakers, became, census, ethnicity, households, language, sexes, single_years,
};
pub use boundaries::{Boundary, boundaries};
pub use practices::{Death, Postcode, Practice, deaths, postcodes, practices};

use std::fmt;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The file.
    pub file: &'static str,
    /// The line, the heading being 1; 0 when it is about the file as a whole.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason),
            line => write!(f, "{}, line {line}: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for Wrong {}

/// The files, by the names under which they are looked for.
pub mod names {
    /// Areas (LSOA 2021) with neighbourhood, council, centre and Indices of Deprivation 2025.
    pub const AREAS: &str = "lsoa21_dorset_imd2025.csv";
    /// Their boundaries.
    pub const BOUNDARIES: &str = "geo/lsoa21_dorset_bsc.geojson";
    /// Postcodes with their area.
    pub const POSTCODES: &str = "postcodes_dorset_lsoa21.csv";
    /// Practices.
    pub const PRACTICES: &str = "gp_practices_dorset.csv";
    /// National life tables.
    pub const DEATHS: &str = "life_tables_england_ons.csv";
    /// Census 2021: people of each area.
    pub const CENSUS: &str = "census2021_age_groups_lsoa21.csv";
    /// Census 2021: private households of each area, by the kind of building.
    pub const HOUSEHOLDS: &str = "census2021_household_type_lsoa21.csv";
    /// Census 2021: ethnic groups of each area.
    pub const ETHNICITY: &str = "census2021_ethnicity_lsoa21.csv";
    /// Census 2021: main language of each neighbourhood (MSOA).
    pub const LANGUAGE: &str = "census2021_proficiency21_msoa21.csv";
    /// People by single year of age in areas of 2011.
    pub const SINGLE_YEARS: &str = "population_mid2020_lsoa11_single_year_age_persons.csv";
    /// Which area of 2011 became which of 2021.
    pub const BECAME: &str = "lookup_lsoa11_lsoa21.csv";
    /// People by age and sex in councils.
    pub const SEXES: &str = "population_mid2023_la_single_year_age_sex.csv";
}

#[cfg(test)]
mod tests;
