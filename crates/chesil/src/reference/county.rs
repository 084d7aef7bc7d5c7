//! The tables of `invented/` made from official files: one part for each area, with its own postcodes and the
//! practices nearest to it.

use super::reading::Read;
use exchange::reference::{Area, Practice};
use record::Sex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use synthetic::reference::{BAND_STARTS, DEATH_AGES};

/// Bands of age.
const BANDS: usize = BAND_STARTS.len();
/// Practices that people of an area use.
const NEAREST: usize = 4;
/// Degrees that a centre may lie outside the box of its area: generalised coasts cut corners.
const OFF_MAX: f64 = 0.02;
/// The councils that the generator knows, by their codes.
const COUNCILS: [(&str, &str); 2] = [("E06000058", "bcp"), ("E06000059", "dorset")];

/// What was made.
pub struct Made {
    /// Files by name within the system's folder.
    pub files: Vec<(String, String)>,
    /// What it holds, in a sentence.
    pub said: String,
}

#[derive(Serialize)]
struct Neighbourhoods {
    bands: [i32; BANDS],
    council: Vec<Council>,
    part: Vec<Part>,
}

#[derive(Serialize)]
struct Council {
    name: &'static str,
    women: Vec<f64>,
}

#[derive(Serialize)]
struct Part {
    name: String,
    code: String,
    town: String,
    council: &'static str,
    sector: String,
    fifth: u8,
    people: f64,
    households: f64,
    ages: Vec<f64>,
    ethnicity: [f64; 5],
    other_language: f64,
    little_english: f64,
    network: String,
    acute: String,
    centre: [f64; 2],
    postcodes: Vec<String>,
    practices: Vec<String>,
}

#[derive(Serialize)]
struct Practices<'a> {
    practice: Vec<PracticeRow<'a>>,
}

#[derive(Serialize)]
struct PracticeRow<'a> {
    code: &'a str,
    feed: String,
    name: &'a str,
    network: &'a str,
    size: f64,
}

#[derive(Serialize)]
struct Deaths {
    women: Vec<f64>,
    men: Vec<f64>,
}

/// What the system already says of places: which town a postcode district is, which hospital is near.
#[derive(Deserialize)]
struct Known {
    part: Vec<KnownPart>,
}

#[derive(Deserialize)]
struct KnownPart {
    town: String,
    sector: String,
    acute: String,
    centre: [f64; 2],
}

/// Makes the tables, or says in words which files do not fit together.
pub fn make(read: &Read, base: &[(String, String)]) -> Result<Made, String> {
    let text = |name: &str| {
        let found = base
            .iter()
            .find(|(held, _)| held == name)
            .map(|(_, text)| text.as_str());
        found.ok_or_else(|| format!("the care system has no {name}"))
    };
    let known: Known = toml::from_str(text("invented/neighbourhoods.toml")?)
        .map_err(|error| format!("invented/neighbourhoods.toml: {error}"))?;
    let open: Vec<&Practice> = read.practices.iter().filter(|practice| practice.open).collect();
    if open.is_empty() || known.part.is_empty() {
        return Err("no practice is open, or the care system has no parts of its own".to_owned());
    }
    let ages = Aged::of(read)?;
    let homes = Homes::of(read);
    let mut parts = Vec::with_capacity(read.areas.len());
    for area in &read.areas {
        parts.push(part(area, read, (&known, &open), &ages, &homes)?);
    }
    let median = median(&open);
    let practices = Practices {
        practice: open.iter().map(|practice| row(practice, median)).collect(),
    };
    let said = format!(
        "{} areas, {} postcodes, {} practices, {} boundaries; deaths of {}",
        parts.len(),
        parts.iter().map(|part| part.postcodes.len()).sum::<usize>(),
        open.len(),
        read.boundaries.len(),
        latest(read)?
    );
    let neighbourhoods = Neighbourhoods {
        bands: BAND_STARTS,
        council: ages.councils(),
        part: parts,
    };
    let places = written(&neighbourhoods)?;
    let surgeries = written(&practices)?;
    let deaths = written(&deaths(read)?)?;
    synthetic::reference::check(&places, &surgeries, text("invented/rates.toml")?, &deaths)?;
    let mut files = vec![
        ("invented/neighbourhoods.toml".to_owned(), places),
        ("invented/practices.toml".to_owned(), surgeries),
        ("invented/deaths.toml".to_owned(), deaths),
        (
            "organisations.toml".to_owned(),
            organisations(text("organisations.toml")?, text("places.toml")?, &open),
        ),
    ];
    let like = text("feeds/gp01-fhir.toml")?;
    for practice in &open {
        files.push((format!("feeds/{}.toml", feed_name(practice)), feed(like, practice)));
    }
    Ok(Made { files, said })
}

fn written(table: &impl Serialize) -> Result<String, String> {
    let text = toml::to_string(table).map_err(|error| error.to_string())?;
    Ok(format!(
        "# Made by `chesil reference load` from official files. Not to be published.\n\n{text}"
    ))
}

/// People of each area by band, its private households to a thousand people, and people of each council by band and sex.
struct Aged {
    areas: HashMap<String, [f64; BANDS]>,
    households: HashMap<String, f64>,
    sexes: BTreeMap<String, [[f64; BANDS]; 2]>,
}

fn band(age: usize) -> usize {
    let age = i32::try_from(age).unwrap_or(i32::MAX);
    BAND_STARTS.iter().rposition(|start| age >= *start).unwrap_or(0)
}

impl Aged {
    /// Areas of 2011 are shared out to those of 2021 by the people of the census, then brought to each council's
    /// own count of each band.
    fn of(read: &Read) -> Result<Self, String> {
        let census: HashMap<&str, f64> = read
            .census
            .iter()
            .map(|(code, n)| (code.as_str(), f64::from(*n)))
            .collect();
        let mut became: HashMap<&str, Vec<&str>> = HashMap::new();
        for (old, new) in read.became.iter().filter(|(_, new)| census.contains_key(new.as_str())) {
            became.entry(old).or_default().push(new);
        }
        let mut areas: HashMap<String, [f64; BANDS]> = HashMap::new();
        for (old, years) in &read.single_years {
            let to = became.get(old.as_str()).map_or(&[] as &[&str], Vec::as_slice);
            let people = |code: &&str| census.get(*code).copied().unwrap_or(0.0);
            let whole: f64 = to.iter().map(people).sum();
            for code in to {
                let share = people(code) / whole.max(1.0);
                let bands = areas.entry((*code).to_owned()).or_default();
                for (age, number) in years.iter().enumerate() {
                    bands[band(age)] += number * share;
                }
            }
        }
        let mut sexes: BTreeMap<String, [[f64; BANDS]; 2]> = BTreeMap::new();
        for row in &read.sexes {
            let age = usize::try_from(row.age).unwrap_or(90);
            sexes.entry(row.council.clone()).or_default()[usize::from(!row.women)][band(age)] += f64::from(row.people);
        }
        // Both counts are the census's own, so that people who came since do not change how they live together.
        let shares = read.households.iter().filter_map(|(code, homes)| {
            let people = census.get(code.as_str()).filter(|people| **people > 0.0)?;
            Some((code.clone(), 1000.0 * f64::from(*homes) / people))
        });
        let mut found = Self {
            areas,
            households: shares.collect(),
            sexes,
        };
        found.scale(read)?;
        Ok(found)
    }

    fn scale(&mut self, read: &Read) -> Result<(), String> {
        for (council, _) in COUNCILS {
            let here: Vec<&str> = read
                .areas
                .iter()
                .filter(|a| a.council == council)
                .map(|a| a.code.as_str())
                .collect();
            let Some(wanted) = self.sexes.get(council).copied() else {
                if here.is_empty() {
                    continue;
                }
                return Err(format!("no people by age and sex for council {council}"));
            };
            for at in 0..BANDS {
                let held: f64 = here
                    .iter()
                    .filter_map(|code| self.areas.get(*code))
                    .map(|bands| bands[at])
                    .sum();
                let factor = (wanted[0][at] + wanted[1][at]) / held.max(1.0);
                for code in &here {
                    if let Some(bands) = self.areas.get_mut(*code) {
                        bands[at] *= factor;
                    }
                }
            }
        }
        Ok(())
    }

    fn councils(&self) -> Vec<Council> {
        let share = |[women, men]: &[[f64; BANDS]; 2]| {
            let each = women.iter().zip(men);
            each.map(|(women, men)| 1000.0 * women / (women + men).max(1.0))
                .collect()
        };
        let with = COUNCILS
            .iter()
            .filter_map(|(code, name)| Some((name, self.sexes.get(*code)?)));
        with.map(|(name, sexes)| Council {
            name,
            women: share(sexes),
        })
        .collect()
    }
}

/// Postcodes of each area, those in use when there are any.
struct Homes(HashMap<String, (Vec<String>, Vec<String>)>);

impl Homes {
    fn of(read: &Read) -> Self {
        let mut found: HashMap<String, (Vec<String>, Vec<String>)> = HashMap::new();
        for postcode in &read.postcodes {
            let held = found.entry(postcode.area.clone()).or_default();
            let list = if postcode.in_use { &mut held.0 } else { &mut held.1 };
            list.push(postcode.postcode.clone());
        }
        Self(found)
    }

    fn at(&self, area: &str) -> Option<&[String]> {
        let (in_use, others) = self.0.get(area)?;
        Some(if in_use.is_empty() { others } else { in_use })
    }
}

fn far(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + ((a[1] - b[1]) * 0.63).powi(2)
}

fn part(
    area: &Area,
    read: &Read,
    (known, open): (&Known, &[&Practice]),
    aged: &Aged,
    homes: &Homes,
) -> Result<Part, String> {
    let lacks = |what: &str| format!("{} ({}): no {what}", area.code, area.neighbourhood);
    let council = COUNCILS.iter().find(|(code, _)| *code == area.council);
    let (_, council) = council.ok_or_else(|| lacks("council that this care system has"))?;
    let boundary = read.boundaries.iter().find(|held| held.area == area.code);
    let off = boundary.ok_or_else(|| lacks("boundary"))?.off(area.centre);
    if off > OFF_MAX {
        return Err(format!(
            "{}: its centre lies {off:.3} degrees outside its boundary",
            area.code
        ));
    }
    let bands = aged.areas.get(&area.code).ok_or_else(|| lacks("people by age"))?;
    let people: f64 = bands.iter().sum();
    let households = aged.households.get(&area.code).ok_or_else(|| lacks("households"))?;
    let groups = read.ethnicity.iter().find(|(code, _)| *code == area.code);
    let (_, groups) = groups.ok_or_else(|| lacks("ethnic groups"))?;
    let speak = read
        .language
        .iter()
        .find(|held| held.neighbourhood_code == area.neighbourhood_code);
    let speak = speak.ok_or_else(|| lacks("main languages"))?;
    let postcodes = homes.at(&area.code).ok_or_else(|| lacks("postcode"))?;
    let first = postcodes.first().ok_or_else(|| lacks("postcode"))?;
    let sector = first.get(..first.len() - 2).unwrap_or(first);
    let district = |sector: &str| sector.split(' ').next().unwrap_or_default().to_owned();
    let near = |a: &&KnownPart, b: &&KnownPart| far(a.centre, area.centre).total_cmp(&far(b.centre, area.centre));
    let nearest = known.part.iter().min_by(near).ok_or_else(|| lacks("place near it"))?;
    let of_district = known
        .part
        .iter()
        .filter(|held| district(&held.sector) == district(sector));
    let mut surgeries = open.to_vec();
    surgeries.sort_by(|a, b| far(a.at, area.centre).total_cmp(&far(b.at, area.centre)));
    surgeries.truncate(NEAREST);
    let speakers = f64::from(speak.english + speak.other).max(1.0);
    Ok(Part {
        name: area.neighbourhood.clone(),
        code: area.code.clone(),
        town: of_district.min_by(near).unwrap_or(nearest).town.clone(),
        council,
        sector: sector.to_owned(),
        fifth: area.fifth,
        people: people.max(1.0),
        households: *households,
        ages: bands.iter().map(|n| 1000.0 * n / people.max(1.0)).collect(),
        ethnicity: groups.map(f64::from),
        other_language: 1000.0 * f64::from(speak.other) / speakers,
        little_english: 1000.0 * f64::from(speak.little_english) / speakers,
        network: surgeries
            .first()
            .map(|practice| practice.network.clone())
            .unwrap_or_default(),
        acute: nearest.acute.clone(),
        centre: area.centre,
        postcodes: postcodes.to_vec(),
        practices: surgeries.iter().map(|practice| practice.code.clone()).collect(),
    })
}

fn median(open: &[&Practice]) -> f64 {
    let mut sizes: Vec<u32> = open.iter().filter_map(|practice| practice.patients).collect();
    sizes.sort_unstable();
    f64::from(sizes.get(sizes.len() / 2).copied().unwrap_or(8_000)).max(1.0)
}

fn row(practice: &Practice, median: f64) -> PracticeRow<'_> {
    let size = practice.patients.map_or(1.0, |patients| f64::from(patients) / median);
    PracticeRow {
        code: &practice.code,
        feed: feed_name(practice),
        name: &practice.name,
        network: &practice.network,
        size: size.clamp(0.05, 50.0),
    }
}

fn feed_name(practice: &Practice) -> String {
    format!("{}-fhir", practice.code.to_lowercase())
}

/// The years counted last.
fn latest(read: &Read) -> Result<&str, String> {
    let periods = read.deaths.iter().map(|death| death.period.as_str());
    periods.max().ok_or_else(|| "the life tables are empty".to_owned())
}

/// Rates per 100,000 at the ages that the generator uses, of the latest years.
fn deaths(read: &Read) -> Result<Deaths, String> {
    let period = latest(read)?;
    let of = |sex: Sex| -> Result<Vec<f64>, String> {
        let rate = |age: i32| {
            let is = |death: &&exchange::reference::Death| {
                death.period == period && death.sex == sex && i32::try_from(death.age) == Ok(age)
            };
            let found = read.deaths.iter().find(is).map(|death| death.rate * 100_000.0);
            found.ok_or_else(|| format!("the life tables of {period} lack age {age}"))
        };
        DEATH_AGES.iter().map(|age| rate(*age)).collect()
    };
    Ok(Deaths {
        women: of(Sex::Female)?,
        men: of(Sex::Male)?,
    })
}

/// A feed like that of an invented practice, of this one.
fn feed(like: &str, practice: &Practice) -> String {
    let mut out = String::from("# Made by `chesil reference load`.\n\n");
    for line in like.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split('=').next().unwrap_or_default().trim();
        let quoted = |value: &str| format!("{name} = {}", toml::Value::String(value.to_owned()));
        let line = match name {
            "name" => quoted(&feed_name(practice)),
            "title" => quoted(&format!("{}: practice record", practice.name)),
            "sender" | "controller" => quoted(&practice.code),
            _ => line.to_owned(),
        };
        let _ = writeln!(out, "{line}");
    }
    out
}

fn organisations(base: &str, places: &str, open: &[&Practice]) -> String {
    let mut out = base.to_owned();
    for practice in open {
        let quoted = |value: &str| toml::Value::String(value.to_owned()).to_string();
        let (code, name) = (quoted(&practice.code), quoted(&practice.name));
        let _ = write!(out, "\n[[organisation]]\ncode = {code}\nname = {name}\nkind = \"gp\"\n");
        let network = quoted(&practice.network);
        if places.contains(&format!("code = {network}")) {
            let _ = writeln!(out, "place = {network}");
        }
    }
    out
}
