//! When people die. Rates a year by age and sex: national life tables, England 2018–2020, ONS (Open Government
//! Licence v3.0), per 100,000, straight lines between the ages given. Poorer fifths die sooner: a multiplier
//! set so that life expectancy at birth comes near that of each fifth of England's areas (ONS, deciles of
//! deprivation 2018–2020: men 73.5 to 83.2 years, women 78.3 to 86.3; the steps between are our own reading).

use crate::random::exp;
use record::Sex;
use serde::Deserialize;
use std::sync::OnceLock;

/// Years before the as-of date whose deaths are told of. Whoever died earlier has left the partners' books.
pub const TOLD_YEARS: f64 = 3.0;

/// The ages at which rates are given.
pub const AGES: [i32; 22] = [
    0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100,
];
const WOMEN: [f64; 22] = [
    352.0, 21.0, 8.0, 6.0, 10.0, 18.0, 25.0, 37.0, 56.0, 85.0, 142.0, 216.0, 316.0, 506.0, 783.0, 1252.0, 2122.0,
    3948.0, 7534.0, 14445.0, 25756.0, 42251.0,
];
const MEN: [f64; 22] = [
    425.0, 23.0, 8.0, 7.0, 17.0, 52.0, 54.0, 73.0, 99.0, 149.0, 231.0, 343.0, 490.0, 773.0, 1229.0, 1895.0, 3197.0,
    5659.0, 10116.0, 17634.0, 31166.0, 49589.0,
];

/// Deaths under 60 in each fifth, 1 the most deprived, against the country's: women's and men's, each so that the
/// table with it gives that fifth's life expectancy.
const FIFTHS_WOMEN: [f64; 5] = [1.546, 1.074, 0.827, 0.700, 0.556];
const FIFTHS_MEN: [f64; 5] = [1.575, 1.090, 0.838, 0.704, 0.559];

/// Rates that an operator loaded, women's and men's.
static LOADED: OnceLock<Rates> = OnceLock::new();

/// Rates a year per 100,000 at each of [`AGES`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    women: [f64; 22],
    men: [f64; 22],
}

/// Reads `invented/deaths.toml`.
pub fn read(text: &str) -> Result<Rates, String> {
    let rates: Rates = toml::from_str(text).map_err(|error| format!("invented/deaths.toml: {error}"))?;
    let all = rates.women.iter().chain(&rates.men);
    if !all.clone().all(|rate| (0.0..=100_000.0).contains(rate)) {
        return Err("invented/deaths.toml: rates of 0 to 100,000".to_owned());
    }
    Ok(rates)
}

/// Uses other rates, before anyone has been invented.
pub fn settle(rates: Rates) -> Result<(), String> {
    LOADED
        .set(rates)
        .map_err(|_| "rates of death are in use already".to_owned())
}

/// The chance to die within a year at this age.
pub fn rate(age: f64, sex: Sex, fifth: u8) -> f64 {
    let table = match (LOADED.get(), sex) {
        (None, Sex::Male) => &MEN,
        (None, _) => &WOMEN,
        (Some(loaded), Sex::Male) => &loaded.men,
        (Some(loaded), _) => &loaded.women,
    };
    let age = age.clamp(0.0, 100.0);
    let at = AGES.iter().rposition(|start| f64::from(*start) <= age).unwrap_or(0);
    let base = match (AGES.get(at + 1), table.get(at + 1)) {
        (Some(next), Some(rate)) => {
            let from = f64::from(AGES[at]);
            table[at] + (rate - table[at]) * (age - from) / (f64::from(*next) - from)
        }
        _ => table[at],
    };
    // Hardship tells less among the oldest.
    let fades = (1.0 - 0.6 * (age - 60.0) / 30.0).clamp(0.4, 1.0);
    let fifths = if sex == Sex::Male { FIFTHS_MEN } else { FIFTHS_WOMEN };
    let hardship = 1.0 + (fifths[usize::from(fifth.clamp(1, 5)) - 1] - 1.0) * fades;
    base / 100_000.0 * hardship
}

/// The chance that someone who would be this age now died within the last so many years.
pub fn dies(age: i32, sex: Sex, fifth: u8, years: f64) -> f64 {
    let now = f64::from(age) + 0.5;
    let from = (now - years).max(0.0);
    let steps = 6;
    let width = (now - from) / f64::from(steps);
    let sum: f64 = (0..steps)
        .map(|step| rate(from + width * (f64::from(step) + 0.5), sex, fifth) * width)
        .sum();
    1.0 - exp(-sum)
}

/// How much sooner people of care homes die, and others at their age that much later, so that all together
/// keep to the table: residents about half as often again as the table says.
pub fn resident(age: i32, lives_in_home: bool) -> f64 {
    let share = match age {
        ..75 => 0.0,
        75..80 => 0.014,
        80..85 => 0.035,
        85..90 => 0.075,
        _ => 0.15,
    };
    if lives_in_home {
        1.5
    } else {
        (1.0 - 1.5 * share) / (1.0 - share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fifth_lives_as_long_as_is_published() {
        let expectation = |sex, fifth| {
            let (mut alive, mut years) = (1.0, 0.0);
            for age in 0..110 {
                let dies = 1.0 - exp(-rate(f64::from(age) + 0.5, sex, fifth));
                years += alive * (1.0 - dies / 2.0);
                alive *= 1.0 - dies;
            }
            years
        };
        let wanted = [
            (Sex::Male, [74.7, 78.05, 80.1, 81.3, 82.7]),
            (Sex::Female, [79.25, 82.05, 83.75, 84.7, 85.85]),
        ];
        let each = wanted
            .iter()
            .flat_map(|(sex, years)| (1u8..).zip(years).map(move |(fifth, years)| (*sex, fifth, *years)));
        for (sex, fifth, wanted) in each {
            let found = expectation(sex, fifth);
            assert!(
                (found - wanted).abs() < 0.1,
                "{sex:?} {fifth}: {found:.2}, wanted {wanted}"
            );
        }
    }
}
