//! The county people live in: parts of neighbourhoods and invented practices, read once from a care system's
//! `invented/` folder. Everything read is kept for as long as the program runs.

use crate::feeds;
use crate::household_mix::Mix;
use crate::lives::conditions::{self, CONDITIONS, Condition};
use crate::place::{Acute, CAST_PRACTICES, Council, Neighbourhood, Practice};
use crate::random::Rng;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Age bands of the table.
pub const BANDS: usize = 15;

/// The youngest age of each band.
pub const BAND_STARTS: [i32; BANDS] = [0, 5, 10, 16, 20, 25, 35, 45, 55, 65, 70, 75, 80, 85, 90];

/// The band of an age.
pub fn band(age: i32) -> usize {
    BAND_STARTS.iter().rposition(|start| age >= *start).unwrap_or(0)
}

/// A county.
#[derive(Debug)]
pub struct County {
    /// Parts of neighbourhoods.
    pub parts: Vec<Part>,
    /// Practices; the first eight are the cast's.
    pub practices: Vec<Practice>,
    /// Rates set in advance.
    pub rates: Rates,
    /// Households up to and with each part, for choosing one.
    cumulative: Vec<f64>,
}

/// Rates set in advance, from `invented/rates.toml`.
#[derive(Clone, Debug)]
pub struct Rates {
    heights: [f64; CONDITIONS],
    /// How often things happen.
    pub often: Often,
}

impl Rates {
    /// Share of people who have a condition at great age, before what raises it.
    pub fn height(&self, condition: Condition) -> f64 {
        self.heights[condition as usize]
    }
}

/// How often things happen.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Often {
    /// Emergency attendances, against the program's own rate.
    pub attendances: f64,
    /// Share of attendances longer than four hours.
    pub long_attendances: f64,
    /// Emergency admissions, against the program's own rate.
    pub emergencies: f64,
    /// Unpaid carers, against the program's own share.
    pub carers: f64,
    /// Share of the obese whose practice records it.
    pub obesity_recorded: f64,
    /// Hospital pathways begun, against the program's own rate.
    pub pathways: f64,
    /// Mean weeks that a pathway lasts.
    pub pathway_weeks: f64,
    /// Young people's referrals to mental health services, against the program's own rates.
    pub young_referrals: f64,
    /// Of those, the share seen within four weeks.
    pub young_seen_in_time: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RatesFile {
    height: BTreeMap<String, f64>,
    often: Often,
}

/// A part of a neighbourhood, with who lives there.
#[derive(Debug)]
pub struct Part {
    /// The place.
    pub place: Neighbourhood,
    /// What kinds of household there are.
    pub mix: Mix,
    /// Ethnic groups: Asian, Black, mixed, White, other; parts of 1.
    pub ethnicity: [f64; 5],
    /// Share whose main language is not English.
    pub other_language: f64,
    /// Share who speak English not well or not at all.
    pub little_english: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Neighbourhoods {
    bands: Vec<i32>,
    council: Vec<CouncilRow>,
    part: Vec<PartRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CouncilRow {
    name: String,
    women: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartRow {
    name: String,
    town: String,
    council: String,
    sector: String,
    fifth: u8,
    people: f64,
    /// Private households to a thousand people; without it, what kinds of household there are follows from ages alone.
    households: Option<f64>,
    ages: Vec<f64>,
    ethnicity: [f64; 5],
    other_language: f64,
    little_english: f64,
    network: String,
    acute: String,
    centre: [f64; 2],
    /// The area's own code, where parts were made from an operator's files.
    #[serde(default)]
    code: String,
    /// Real postcodes of an operator's files; without them, postcodes are made that nobody has.
    #[serde(default)]
    postcodes: Vec<String>,
    /// The practices people here use; without them, those of the network.
    #[serde(default)]
    practices: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Practices {
    practice: Vec<PracticeRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PracticeRow {
    code: String,
    feed: String,
    name: String,
    network: String,
    size: f64,
}

const NEIGHBOURHOODS_TOML: &str = include_str!("../../../systems/dorset/invented/neighbourhoods.toml");
const PRACTICES_TOML: &str = include_str!("../../../systems/dorset/invented/practices.toml");

const RATES_TOML: &str = include_str!("../../../systems/dorset/invented/rates.toml");

static COUNTY: OnceLock<County> = OnceLock::new();

/// The county in use: Dorset, unless another was settled before anything was made.
pub fn county() -> &'static County {
    COUNTY.get_or_init(|| read(NEIGHBOURHOODS_TOML, PRACTICES_TOML, RATES_TOML).unwrap_or_else(|_| bare()))
}

/// Uses another county, given as the texts of `neighbourhoods.toml`, `practices.toml` and `rates.toml` of a
/// system's `invented/` folder.
/// Only before anyone has been invented: one program run invents one county.
///
/// # Errors
/// What is wrong with the texts, or that a county is in use already.
pub fn settle(neighbourhoods: &str, practices: &str, rates: &str) -> Result<(), String> {
    let found = read(neighbourhoods, practices, rates)?;
    COUNTY.set(found).map_err(|_| "a county is in use already".to_owned())
}

/// The cast's own places alone, should the tables not read; a test holds that they do.
fn bare() -> County {
    County {
        parts: Vec::new(),
        practices: CAST_PRACTICES.to_vec(),
        rates: Rates {
            heights: [0.0; CONDITIONS],
            often: Often {
                attendances: 1.0,
                long_attendances: 0.25,
                emergencies: 1.0,
                carers: 1.0,
                obesity_recorded: 0.3,
                pathways: 1.0,
                pathway_weeks: 18.0,
                young_referrals: 1.0,
                young_seen_in_time: 0.5,
            },
        },
        cumulative: Vec::new(),
    }
}

/// A county from its tables.
pub fn read(neighbourhoods: &str, practices: &str, rates: &str) -> Result<County, String> {
    let in_file = |file: &str| {
        let file = file.to_owned();
        move |error: toml::de::Error| format!("invented/{file}: {error}")
    };
    let places: Neighbourhoods = toml::from_str(neighbourhoods).map_err(in_file("neighbourhoods.toml"))?;
    let named: Practices = toml::from_str(practices).map_err(in_file("practices.toml"))?;
    if places.bands != BAND_STARTS {
        return Err(format!("invented/neighbourhoods.toml: bands: wanted {BAND_STARTS:?}"));
    }
    if places.part.is_empty() || places.part.len() > 20_000 || named.practice.len() > 1_000 {
        return Err("invented/: 1 to 20,000 parts and at most 1,000 practices".to_owned());
    }
    let rates = rated(toml::from_str(rates).map_err(in_file("rates.toml"))?)?;
    let practices = listed(named)?;
    let mut parts = Vec::with_capacity(places.part.len());
    for row in &places.part {
        parts.push(part(row, &places.council, &practices)?);
    }
    let mut sum = 0.0;
    let cumulative = parts
        .iter()
        .map(|part| {
            sum += part.mix.households();
            sum
        })
        .collect();
    Ok(County {
        parts,
        practices,
        rates,
        cumulative,
    })
}

fn rated(file: RatesFile) -> Result<Rates, String> {
    let mut heights = [None; CONDITIONS];
    for (name, height) in &file.height {
        let condition = conditions::named(name).ok_or_else(|| format!("invented/rates.toml: no condition {name}"))?;
        heights[condition as usize] = Some(*height).filter(|height| (0.0..=1.0).contains(height));
    }
    let found: Vec<f64> = heights.iter().flatten().copied().collect();
    let heights = found.try_into().map_err(|_| {
        "invented/rates.toml: height: one share of 0 to 1 for each condition of lives/conditions.rs".to_owned()
    })?;
    Ok(Rates {
        heights,
        often: file.often,
    })
}

/// The cast's practices, then the others; each differs from the next in how it works, by its code.
fn listed(named: Practices) -> Result<Vec<Practice>, String> {
    let mut practices = CAST_PRACTICES.to_vec();
    for row in named.practice {
        if let Some(held) = practices.iter_mut().find(|held| held.code == row.code) {
            held.size = row.size;
            held.network = row.network.leak();
            continue;
        }
        if !(0.01..100.0).contains(&row.size) {
            return Err(format!("invented/practices.toml: {}: size: 0.01 to 100", row.code));
        }
        let mut rng = Rng::keyed(0, 0, 0, &row.code);
        let (code, feed): (&'static str, &'static str) = (row.code.leak(), row.feed.leak());
        practices.push(Practice {
            code,
            feed: feeds::lines(feed, code, "ndjson", ""),
            name: row.name.leak(),
            network: row.network.leak(),
            size: row.size,
            percent: rng.chance(0.2),
            coding: rng.normal(1.0, 0.09).clamp(0.75, 1.25),
            control: rng.normal(0.0, 0.3).clamp(-0.8, 0.8),
            reach: rng.normal(1.0, 0.12).clamp(0.7, 1.3),
        });
    }
    Ok(practices)
}

fn part(row: &PartRow, councils: &[CouncilRow], practices: &[Practice]) -> Result<Part, String> {
    let wrong = |what: &str| {
        let which = if row.code.is_empty() {
            String::new()
        } else {
            format!(" {}", row.code)
        };
        format!(
            "invented/neighbourhoods.toml: {}{which} (fifth {}): {what}",
            row.name, row.fifth
        )
    };
    let council = match row.council.as_str() {
        "bcp" => Council::Bcp,
        "dorset" => Council::Dorset,
        _ => return Err(wrong("council: bcp or dorset")),
    };
    let acute = match row.acute.as_str() {
        "east" => Acute::East,
        "west" => Acute::West,
        _ => return Err(wrong("acute: east or west")),
    };
    let women = councils.iter().find(|held| held.name == row.council);
    let women = women.ok_or_else(|| wrong("council: not in the table"))?;
    if row.ages.len() != BANDS || women.women.len() != BANDS {
        return Err(wrong("ages, women: one value for each band"));
    }
    if row.households.is_some_and(|share| !(20.0..1000.0).contains(&share)) {
        return Err(wrong("households: 20 to 1,000 to a thousand people"));
    }
    if !(1..=5).contains(&row.fifth) || !(1.0..1e7).contains(&row.people) {
        return Err(wrong("fifth: 1 to 5; people: 1 to 10 million"));
    }
    let named = |practice: &Practice| match row.practices.is_empty() {
        true => practice.network == row.network,
        false => row.practices.iter().any(|code| code == practice.code),
    };
    let users: Vec<usize> = (0..practices.len()).filter(|at| named(&practices[*at])).collect();
    if users.is_empty() {
        return Err(wrong("network, practices: no practice is in it or of that code"));
    }
    let target = std::array::from_fn(|bin| {
        let (band, share) = (bin / 2, women.women[bin / 2] / 1000.0);
        let share = if bin % 2 == 0 { share } else { 1.0 - share };
        row.people * row.ages[band] / 1000.0 * share
    });
    let key = format!("{}/{}", row.name, row.fifth);
    let mut rng = Rng::keyed(0, 0, 0, &key);
    let total: f64 = row.ethnicity.iter().sum();
    Ok(Part {
        place: Neighbourhood {
            name: row.name.clone().leak(),
            town: row.town.clone().leak(),
            sector: row.sector.clone().leak(),
            council,
            fifth: row.fifth,
            centre: row.centre,
            postcodes: row
                .postcodes
                .iter()
                .map(|code| &*code.clone().leak())
                .collect::<Vec<_>>()
                .leak(),
            practices: users.leak(),
            acute,
            uptake: rng.normal(1.0, 0.1).clamp(0.7, 1.3),
            unmet: rng.normal(1.0, 0.22).clamp(0.45, 1.8),
        },
        mix: Mix::fit(
            &target,
            row.fifth,
            row.households.map(|share| share / 1000.0 * row.people),
        ),
        ethnicity: row.ethnicity.map(|n| n / total.max(1.0)),
        other_language: row.other_language / 1000.0,
        little_english: row.little_english / 1000.0,
    })
}

impl County {
    /// A part by a number from 0 to 1, more often the more households it has; `None` in a county without parts.
    pub fn choose(&self, unit: f64) -> Option<&Part> {
        let at = unit * self.cumulative.last()?;
        let found = self.cumulative.partition_point(|sum| *sum <= at);
        self.parts.get(found.min(self.parts.len() - 1))
    }

    /// The practice people of a place use: those of its network, larger ones by more.
    pub fn practice(&self, place: &Neighbourhood, rng: &mut Rng) -> &Practice {
        let total: f64 = place.practices.iter().map(|at| self.practices[*at].size).sum();
        let mut left = rng.unit() * total;
        for at in place.practices {
            left -= self.practices[*at].size;
            if left < 0.0 {
                return &self.practices[*at];
            }
        }
        &self.practices[place.practices[0]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dorset_reads_and_people_add_up() {
        let found = read(NEIGHBOURHOODS_TOML, PRACTICES_TOML, RATES_TOML).unwrap();
        assert!(found.parts.len() > 200 && found.practices.len() >= 40);
        assert!(found.choose(0.5).is_some());
    }

    #[test]
    fn every_place_of_dorset_says_how_many_households_it_has() {
        let places: Neighbourhoods = toml::from_str(NEIGHBOURHOODS_TOML).unwrap();
        let whole = |council: &str| {
            let here = || places.part.iter().filter(|row| row.council == council);
            let homes: f64 = here().map(|row| row.people * row.households.unwrap()).sum();
            homes / here().map(|row| row.people).sum::<f64>()
        };
        // Census 2021: 434 and 446 private households to a thousand people.
        let (bcp, dorset) = (whole("bcp"), whole("dorset"));
        assert!(
            (bcp - 434.0).abs() < 4.0 && (dorset - 446.0).abs() < 4.0,
            "{bcp} {dorset}"
        );
    }

    /// What the fit comes to before chance: the report's bands leave room for chance, so that the fit must keep to less.
    #[test]
    fn each_council_comes_out_with_the_ages_and_households_of_its_table() {
        let places: Neighbourhoods = toml::from_str(NEIGHBOURHOODS_TOML).unwrap();
        let found = read(NEIGHBOURHOODS_TOML, PRACTICES_TOML, RATES_TOML).unwrap();
        for (council, name) in [(Council::Bcp, "bcp"), (Council::Dorset, "dorset")] {
            let (mut wanted, mut expected) = ([0.0; 2 * BANDS + 1], [0.0; 2 * BANDS + 1]);
            let (mut asian, mut people) = ([0.0; 2], [0.0; 2]);
            let women = &places.council.iter().find(|held| held.name == name).unwrap().women;
            for (row, part) in places.part.iter().zip(&found.parts) {
                if part.place.council != council {
                    continue;
                }
                let came = part.mix.expected(row.fifth);
                for (sum, n) in expected.iter_mut().zip(came) {
                    *sum += n;
                }
                for band in 0..BANDS {
                    let all = row.people * row.ages[band] / 1000.0;
                    wanted[2 * band] += all * women[band] / 1000.0;
                    wanted[2 * band + 1] += all * (1.0 - women[band] / 1000.0);
                }
                wanted[2 * BANDS] += row.people * row.households.unwrap() / 1000.0;
                let (table, came) = (row.people, came[..2 * BANDS].iter().sum::<f64>());
                for (at, n) in [(0, table), (1, came)] {
                    people[at] += n;
                    asian[at] += n * part.ethnicity[0];
                }
            }
            let scale = people[0] / people[1];
            let off: Vec<f64> = (0..=2 * BANDS)
                .map(|at| expected[at] * scale / wanted[at] - 1.0)
                .collect();
            let asian = (asian[1] / people[1]) / (asian[0] / people[0]) - 1.0;
            eprintln!("{name}: {:.3} people; off {off:.3?}; Asian {asian:.3}", 1.0 / scale);
            let worst = off.iter().fold(0.0f64, |worst, share| worst.max(share.abs()));
            assert!(
                worst < 0.03 && asian.abs() < 0.01,
                "{name}: {worst:.3}, Asian {asian:.3}"
            );
        }
    }

    #[test]
    fn a_table_that_is_wrong_is_named() {
        let wrong = NEIGHBOURHOODS_TOML.replacen("acute = \"east\"", "acute = \"north\"", 1);
        let words = read(&wrong, PRACTICES_TOML, RATES_TOML).unwrap_err();
        assert!(words.contains("acute: east or west"), "{words}");
        assert!(read("part = 3", PRACTICES_TOML, RATES_TOML).is_err());
        let wrong = RATES_TOML.replacen("asthma", "asthmaa", 1);
        assert!(
            read(NEIGHBOURHOODS_TOML, PRACTICES_TOML, &wrong)
                .unwrap_err()
                .contains("asthmaa")
        );
    }
}
