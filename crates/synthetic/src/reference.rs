//! What an operator's official files are made into: the same tables as those of `invented/`, with real postcodes and
//! practices, and rates of death.

use crate::{county, mortality};

/// The youngest age of each band of the tables.
pub const BAND_STARTS: [i32; county::BANDS] = county::BAND_STARTS;

/// The ages at which rates of death are given.
pub const DEATH_AGES: [i32; 22] = mortality::AGES;

/// Whether these tables read: `neighbourhoods.toml`, `practices.toml`, `rates.toml` and `deaths.toml`.
///
/// # Errors
/// What is wrong with them.
pub fn check(neighbourhoods: &str, practices: &str, rates: &str, deaths: &str) -> Result<(), String> {
    county::read(neighbourhoods, practices, rates)?;
    mortality::read(deaths).map(|_| ())
}

/// Uses these rates of death, given as the text of `deaths.toml`, before [`crate::settle`].
///
/// # Errors
/// What is wrong with the text, or that rates are in use already.
pub fn settle_deaths(text: &str) -> Result<(), String> {
    mortality::settle(mortality::read(text)?)
}
