//! The official files of a folder, each opened by its name and read whole.

use crate::error::Failure;
use exchange::reference::{
    self, Age, Ages, Area, Became, Boundary, Death, Groups, Postcode, Practice, Speakers, Wrong, names,
};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Everything that was read.
pub struct Read {
    /// Areas.
    pub areas: Vec<Area>,
    /// Their boundaries.
    pub boundaries: Vec<Boundary>,
    /// Postcodes.
    pub postcodes: Vec<Postcode>,
    /// Practices.
    pub practices: Vec<Practice>,
    /// Deaths by age and sex.
    pub deaths: Vec<Death>,
    /// People of each area.
    pub census: Vec<(String, u32)>,
    /// Private households of each area.
    pub households: Vec<(String, u32)>,
    /// Ethnic groups.
    pub ethnicity: Vec<Groups>,
    /// Languages.
    pub language: Vec<Speakers>,
    /// Ages.
    pub single_years: Vec<Ages>,
    /// Areas of 2011 and 2021.
    pub became: Vec<Became>,
    /// Ages and sexes of councils.
    pub sexes: Vec<Age>,
}

/// Reads every file; the first that is missing or wrong ends it.
pub fn read(folder: &Path) -> Result<Read, Failure> {
    let mut postcodes = Vec::new();
    one(folder, names::POSTCODES, |file| {
        reference::postcodes(file, &mut |postcode| postcodes.push(postcode))
    })?;
    Ok(Read {
        areas: one(folder, names::AREAS, reference::areas)?,
        boundaries: one(folder, names::BOUNDARIES, reference::boundaries)?,
        postcodes,
        practices: one(folder, names::PRACTICES, reference::practices)?,
        deaths: one(folder, names::DEATHS, reference::deaths)?,
        census: one(folder, names::CENSUS, reference::census)?,
        households: one(folder, names::HOUSEHOLDS, reference::households)?,
        ethnicity: one(folder, names::ETHNICITY, reference::ethnicity)?,
        language: one(folder, names::LANGUAGE, reference::language)?,
        single_years: one(folder, names::SINGLE_YEARS, reference::single_years)?,
        became: one(folder, names::BECAME, reference::became)?,
        sexes: one(folder, names::SEXES, reference::sexes)?,
    })
}

fn one<T>(folder: &Path, name: &str, read: impl FnOnce(BufReader<File>) -> Result<T, Wrong>) -> Result<T, Failure> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    read(BufReader::new(file)).map_err(|wrong| Failure::new(format!("{wrong}\nNothing was loaded.")))
}
