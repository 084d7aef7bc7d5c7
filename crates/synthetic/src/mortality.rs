//! When people die. Rates a year by age and sex: national life tables, England 2018–2020, ONS (Open Government
//! Licence v3.0), per 100,000, straight lines between the ages given. Poorer fifths die sooner: a multiplier
//! set so that life expectancy at birth comes near that of each fifth of England's areas (ONS, deciles of
//! deprivation 2018–2020: men 73.5 to 83.2 years, women 78.3 to 86.3; the steps between are our own reading).

use crate::random::exp;
use record::Sex;
use serde::Deserialize;
use std::sync::OnceLock;

/// Years before the as-of date whose deaths are told of. Whoever died earlier has left the partners' books.
pub const TOLD_YEARS: usize = 3;

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

/// The chance that someone who would be this age now died within the last [`TOLD_YEARS`], at so many times the
/// rates of the table.
pub fn dies(age: i32, sex: Sex, fifth: u8, times: f64) -> f64 {
    1.0 - exp(-times * years(age, sex, fifth).iter().sum::<f64>())
}

/// How many years ago such a person died, by the draw, below the chance to die, by which they did: 0 within the last
/// year. They lived through the years before that.
pub fn years_ago(age: i32, sex: Sex, fifth: u8, times: f64, draw: f64) -> i32 {
    let mut left = draw;
    let mut alive = 1.0;
    for (ago, rate) in [0, 1, 2].into_iter().zip(years(age, sex, fifth)).rev() {
        let died = alive * (1.0 - exp(-times * rate));
        if left < died {
            return ago;
        }
        left -= died;
        alive -= died;
    }
    0
}

/// The rates of each of the last years, the latest first, of someone who would be this age now, halfway to the next;
/// nothing before they were born.
fn years(age: i32, sex: Sex, fifth: u8) -> [f64; TOLD_YEARS] {
    const STEPS: i32 = 4;
    std::array::from_fn(|ago| {
        let from = f64::from(age) - 0.5 - ago as f64;
        let steps = (0..STEPS).map(|step| from + (f64::from(step) + 0.5) / f64::from(STEPS));
        let lived = steps.filter(|then| *then > 0.0);
        lived.map(|then| rate(then, sex, fifth)).sum::<f64>() / f64::from(STEPS)
    })
}

/// How many times the table's rate people die at: residents of care homes half as often again, and others at their
/// age that much less, so that all together keep to the table. A resident died at this age, or would be it now.
pub fn resident(age: i32, lives_in_home: bool) -> f64 {
    // As they come out with the ages in homes and the places there are for them.
    let share = match age {
        ..65 => 0.0,
        65..70 => 0.006,
        70..75 => 0.012,
        75..80 => 0.017,
        80..85 => 0.042,
        85..90 => 0.072,
        90..95 => 0.1,
        _ => 0.103,
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
    use crate::Plan;
    use record::Date;

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

    /// Of each band of age, those who died and those who would have by the table at each half year they lived
    /// through: women's and men's, with people in homes among them.
    #[test]
    fn as_many_die_at_each_age_as_the_table_says() {
        let plan = Plan {
            people: 400_000,
            seed: 5,
            as_of: Date::parse("2026-11-01").unwrap(),
        };
        let bands = [0, 45, 65, 75, 80, 85, 90, 95, 130];
        let mut told = [[[0.0; 3]; 8]; 2];
        for block in crate::blocks(plan) {
            crate::people(plan, block, &mut |person| {
                let facts = person.facts;
                let last = facts.died.map_or(plan.as_of.0, |died| died.0);
                let first = (plan.as_of.0 - 1095).max(facts.born.0);
                let sex = usize::from(facts.sex == Sex::Male);
                let band = |age: f64| {
                    bands
                        .iter()
                        .rposition(|from| f64::from(*from) <= age)
                        .unwrap_or(0)
                        .min(7)
                };
                let mut day = first;
                while day < last {
                    let to = (day + 30).min(last);
                    let age = f64::from(i32::midpoint(day, to) - facts.born.0) / 365.25;
                    let years = f64::from(to - day) / 365.25;
                    told[sex][band(age)][0] += years;
                    told[sex][band(age)][1] += years * rate(age, facts.sex, facts.fifth);
                    day = to;
                }
                if let Some(died) = facts.died.filter(|died| died.0 >= first) {
                    told[sex][band(f64::from(died.0 - facts.born.0) / 365.25)][2] += 1.0;
                }
            });
        }
        for (sex, bands_of) in told.iter().enumerate() {
            for (from, [years, wanted, died]) in bands.iter().zip(bands_of) {
                eprintln!("sex {sex} from {from}: {years:.0} years, {died} died, {wanted:.0} by the table");
                let room = 3.0 * wanted.sqrt() + 0.02 * wanted;
                assert!(
                    (died - wanted).abs() < room,
                    "{sex} from {from}: {died} died, {wanted:.0} by the table"
                );
            }
        }
    }
}
