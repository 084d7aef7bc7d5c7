//! How an invented county came out beside what is published: figures with their sources, read from a file that
//! others can edit, each with the result and the difference. Figures set rates in advance; people who have been
//! made are never changed to meet them.

use crate::TruePerson;
use crate::county::{BAND_STARTS, BANDS};
use crate::facts::{Conditions, Facts};
use crate::lives::conditions;
use record::{Date, Sex};
use serde::Deserialize;

/// Figures in one file.
const FIGURES_MAX: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    population: f64,
    figure: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    what: String,
    #[serde(default)]
    of: Vec<String>,
    ages: Option<[i32; 2]>,
    sex: Option<String>,
    place: Option<String>,
    fifth: Option<u8>,
    at_least: Option<u32>,
    value: f64,
    unit: String,
    source: String,
    tuned: bool,
}

/// What a figure counts, as a share of the people it is about unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// People, as many as if the county had its published population.
    People,
    /// Of an ethnic group.
    Group(u8),
    /// With any of these conditions recorded by the practice.
    Recorded(Conditions),
    /// Who truly have any of these conditions.
    Truly(Conditions),
    /// With at least so many long-term conditions recorded.
    LongTerm(u32),
    /// With more than 4 of 36 deficits.
    Frail,
    /// Who smoke.
    Smoke,
    /// With a body mass index above 25, or 30.
    Heavier(i32),
    /// Deaths per 1,000 a year, over three years.
    Deaths,
    /// Years of life expected at birth, over three years.
    LifeExpectancy,
    /// Emergency attendances per 1,000 in the year.
    Attendances,
    /// Of attendances, those within four hours.
    WithinFourHours,
    /// Emergency admissions per 1,000 in the year.
    Emergencies,
    /// Open hospital pathways per 1,000.
    Waiting,
    /// Of open pathways, those within 18 weeks.
    WithinEighteenWeeks,
    /// Of young people referred to mental health services in the year, those seen within four weeks.
    SeenInFourWeeks,
    /// Of children measured in year 6 in the year, those overweight.
    YearSixOverweight,
    /// People with a reason to be offered a falls assessment, scaled to the published population.
    FallsReason,
    /// Broken hips per 100,000 in the year.
    Hips,
    /// Vaccinated against flu this season.
    Flu,
    /// Unpaid carers.
    Carers,
    /// Private households with one adult, of all.
    OneAdult,
    /// Of hospital appointments in the year, those missed.
    Missed,
}

impl What {
    /// What a figure is about, as a heading.
    fn group(self) -> &'static str {
        match self {
            What::People | What::OneAdult | What::Carers => "People and homes",
            What::Group(_) => "Ethnic groups",
            What::Recorded(_) => "Conditions that practices record",
            What::Truly(_) | What::LongTerm(_) | What::Frail => "Conditions, found or not",
            What::Smoke | What::Heavier(_) | What::YearSixOverweight => "Smoking and weight",
            What::Deaths | What::LifeExpectancy => "Deaths and life expectancy",
            What::Attendances | What::WithinFourHours | What::Emergencies | What::FallsReason | What::Hips => {
                "Emergencies and falls"
            }
            What::Waiting | What::WithinEighteenWeeks | What::SeenInFourWeeks | What::Missed => {
                "Waiting and appointments"
            }
            What::Flu => "Prevention",
        }
    }
}

/// A published figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it is called.
    pub name: String,
    /// What was published, in `unit`.
    pub value: f64,
    /// Unit in words.
    pub unit: String,
    /// Who published it, and when.
    pub source: String,
    /// Whether rates were set with it in view. The others were looked at only afterwards.
    pub tuned: bool,
    /// What it is about, as a heading.
    pub group: &'static str,
    what: What,
    ages: [i32; 2],
    sex: Option<Sex>,
    bcp: Option<bool>,
    fifth: Option<u8>,
}

/// Published figures.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The figures, as written.
    pub all: Vec<Figure>,
    population: f64,
}

/// Dorset's figures, as built in.
pub const DORSET: &str = include_str!("../../../systems/dorset/invented/figures.toml");

impl Figures {
    /// Reads `invented/figures.toml`.
    ///
    /// # Errors
    /// What is wrong, and with which figure.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| format!("invented/figures.toml: {error}"))?;
        if file.figure.len() > FIGURES_MAX || !(1.0..1e9).contains(&file.population) {
            return Err(format!(
                "invented/figures.toml: at most {FIGURES_MAX} figures, of 1 to a billion people"
            ));
        }
        let all: Result<Vec<Figure>, String> = file.figure.into_iter().map(figure).collect();
        Ok(Self {
            all: all?,
            population: file.population,
        })
    }
}

fn figure(row: Row) -> Result<Figure, String> {
    let wrong = |what: &str| format!("invented/figures.toml: {}: {what}", row.name);
    let sex = match row.sex.as_deref() {
        None => None,
        Some("female") => Some(Sex::Female),
        Some("male") => Some(Sex::Male),
        Some(_) => return Err(wrong("sex: female or male")),
    };
    let bcp = match row.place.as_deref() {
        None => None,
        Some("bcp") => Some(true),
        Some("dorset") => Some(false),
        Some(_) => return Err(wrong("place: bcp or dorset, or leave it out")),
    };
    let mut named = Conditions::default();
    for name in &row.of {
        named.add(conditions::named(name).ok_or_else(|| wrong(&format!("of: no condition {name}")))?);
    }
    if row.fifth.is_some_and(|fifth| !(1..=5).contains(&fifth)) {
        return Err(wrong("fifth: 1 to 5"));
    }
    let what = match row.what.as_str() {
        "people" => What::People,
        "asian" => What::Group(0),
        "black" => What::Group(1),
        "mixed" => What::Group(2),
        "white" => What::Group(3),
        "other group" => What::Group(4),
        "recorded" if named.count() > 0 => What::Recorded(named),
        "truly" if named.count() > 0 => What::Truly(named),
        "long-term conditions" => What::LongTerm(row.at_least.ok_or_else(|| wrong("at_least: missing"))?),
        "frail" => What::Frail,
        "smoke" => What::Smoke,
        "overweight" => What::Heavier(25),
        "obese" => What::Heavier(30),
        "deaths" => What::Deaths,
        "life expectancy" => What::LifeExpectancy,
        "attendances" => What::Attendances,
        "within four hours" => What::WithinFourHours,
        "emergency admissions" => What::Emergencies,
        "waiting" => What::Waiting,
        "within 18 weeks" => What::WithinEighteenWeeks,
        "seen in four weeks" => What::SeenInFourWeeks,
        "year 6 overweight" => What::YearSixOverweight,
        "reason for a falls assessment" => What::FallsReason,
        "broken hips" => What::Hips,
        "flu vaccination" => What::Flu,
        "carers" => What::Carers,
        "households with one adult" => What::OneAdult,
        "missed appointments" => What::Missed,
        _ => {
            return Err(wrong(&format!(
                "what: {} is not known, or its list `of` is missing",
                row.what
            )));
        }
    };
    Ok(Figure {
        group: what.group(),
        what,
        ages: row.ages.unwrap_or([0, 200]),
        sex,
        bcp,
        fifth: row.fifth,
        name: row.name,
        value: row.value,
        unit: row.unit,
        source: row.source,
        tuned: row.tuned,
    })
}

/// How one figure came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The result in the figure's unit; `None` when nobody was counted.
    pub result: Option<f64>,
    /// Difference from what was published, as a share of it; for years, in years.
    pub difference: Option<f64>,
    /// Half the width of the 95% interval of the result, for chance alone.
    pub interval: f64,
    /// Whether the difference is within what is asked: 5%, 10% for shares of 1% and below, half a year.
    pub within: bool,
}

/// Ages of death and lives lived, for life expectancy.
#[derive(Clone, Debug)]
struct Lives {
    days: [u64; BANDS + 1],
    deaths: [u64; BANDS + 1],
}

/// Counts so far; two sheets of one set of figures can be added.
#[derive(Clone, Debug)]
pub struct Sheet {
    figures: Figures,
    as_of: Date,
    /// For each figure, how many it counts and of how many.
    counts: Vec<(u64, u64)>,
    lives: Vec<Lives>,
    living: u64,
}

/// Days over which deaths are counted.
const POOLED_DAYS: i32 = 3 * 365;

impl Sheet {
    /// Nothing counted yet.
    pub fn new(figures: &Figures, as_of: Date) -> Self {
        let none = Lives {
            days: [0; BANDS + 1],
            deaths: [0; BANDS + 1],
        };
        Self {
            counts: vec![(0, 0); figures.all.len()],
            lives: vec![none; figures.all.len()],
            figures: figures.clone(),
            as_of,
            living: 0,
        }
    }

    /// Counts a person.
    pub fn add(&mut self, person: &TruePerson) {
        let facts = &person.facts;
        let (age, as_of) = (facts.age(self.as_of), self.as_of);
        self.living += u64::from(facts.died.is_none());
        for (at, figure) in self.figures.all.iter().enumerate() {
            let about = figure.sex.is_none_or(|sex| sex == facts.sex)
                && figure.bcp.is_none_or(|bcp| bcp == facts.bcp)
                && figure.fifth.is_none_or(|fifth| fifth == facts.fifth);
            if !about {
                continue;
            }
            if matches!(figure.what, What::Deaths | What::LifeExpectancy) {
                lived(&mut self.lives[at], facts, as_of, figure.ages);
                continue;
            }
            if !(figure.ages[0]..=figure.ages[1]).contains(&age) {
                continue;
            }
            let (counted, of) = counted(figure.what, facts);
            self.counts[at].0 += u64::from(counted);
            self.counts[at].1 += u64::from(of);
        }
    }

    /// Adds another sheet of the same figures.
    pub fn merge(&mut self, other: &Sheet) {
        self.living += other.living;
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
        for (mine, theirs) in self.lives.iter_mut().zip(&other.lives) {
            for at in 0..=BANDS {
                mine.days[at] += theirs.days[at];
                mine.deaths[at] += theirs.deaths[at];
            }
        }
    }

    /// Each figure with its outcome.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Figure, Outcome)> {
        let figures = self.figures.all.iter().zip(&self.counts).zip(&self.lives);
        figures.map(|((figure, counts), lives)| (figure, self.outcome(figure, *counts, lives)))
    }

    fn outcome(&self, figure: &Figure, (counted, of): (u64, u64), lives: &Lives) -> Outcome {
        let (n, d) = (counted as f64, of as f64);
        let share = if of == 0 { 0.0 } else { n / d };
        let (result, interval) = match figure.what {
            What::People | What::FallsReason => {
                let scale = self.figures.population / self.living.max(1) as f64;
                (Some(n * scale), 1.96 * n.sqrt() * scale)
            }
            What::Deaths => {
                let (days, deaths): (u64, u64) = (lives.days.iter().sum(), lives.deaths.iter().sum());
                let per = 1000.0 * 365.25 / days.max(1) as f64;
                (
                    (days > 0).then_some(deaths as f64 * per),
                    1.96 * (deaths as f64).sqrt() * per,
                )
            }
            What::LifeExpectancy => expectation(lives),
            What::Attendances | What::Emergencies | What::Waiting => {
                ((of > 0).then_some(1000.0 * share), 1960.0 * n.sqrt() / d.max(1.0))
            }
            What::Hips => ((of > 0).then_some(1e5 * share), 1.96e5 * n.sqrt() / d.max(1.0)),
            _ => (
                (of > 0).then_some(100.0 * share),
                196.0 * (share * (1.0 - share) / d.max(1.0)).sqrt(),
            ),
        };
        let years = figure.what == What::LifeExpectancy;
        let difference = result.map(|found| {
            if years {
                found - figure.value
            } else {
                (found - figure.value) / figure.value
            }
        });
        let bound = match figure.unit.as_str() {
            _ if years => 0.5,
            "%" if figure.value <= 1.0 => 0.1,
            _ => 0.05,
        };
        Outcome {
            result,
            difference,
            interval,
            within: difference.is_some_and(|difference| difference.abs() <= bound),
        }
    }
}

/// How many of what a figure counts one person is, and of how many.
fn counted(what: What, facts: &Facts) -> (u32, u32) {
    let alive = u32::from(facts.died.is_none());
    let if_true = |is: bool| (alive * u32::from(is), alive);
    match what {
        What::People => (alive, alive),
        What::Group(group) => if_true(facts.group == group),
        What::Recorded(any) => if_true(facts.recorded.any(any)),
        What::Truly(any) => if_true(facts.truly.any(any)),
        What::LongTerm(least) => if_true(facts.long_term() >= least),
        What::Frail => if_true(facts.deficits > 4),
        What::Smoke => if_true(facts.smokes),
        What::Heavier(than) => if_true(facts.bmi >= f64::from(than)),
        What::Attendances => (facts.attendances, alive),
        What::WithinFourHours => (facts.attendances - facts.attendances_long, facts.attendances),
        What::Emergencies => (facts.emergencies, alive),
        What::Waiting => (alive * waits(facts, i32::MAX), alive),
        What::WithinEighteenWeeks => (alive * waits(facts, 18 * 7), alive * waits(facts, i32::MAX)),
        What::SeenInFourWeeks => match facts.young_referral {
            Some(seen) => (u32::from(seen), 1),
            None => (0, 0),
        },
        What::YearSixOverweight => match facts.year6 {
            Some(is) => (u32::from(is), 1),
            None => (0, 0),
        },
        What::FallsReason => if_true(facts.falls_reason),
        What::Hips => (u32::from(facts.hip), alive),
        What::Flu => if_true(facts.flu),
        What::Carers => if_true(facts.carer),
        What::OneAdult => match facts.adults {
            Some(adults) => (u32::from(adults == 1), 1),
            None => (0, 0),
        },
        What::Missed => (facts.appointments.1, facts.appointments.0),
        What::Deaths | What::LifeExpectancy => (0, 0),
    }
}

fn waits(facts: &Facts, days: i32) -> u32 {
    let within = facts.waits.iter().flatten().filter(|wait| i32::from(**wait) <= days);
    u32::try_from(within.count()).unwrap_or(0)
}

/// Days lived in each age band over the pooled years, and the death if it fell in them.
fn lived(lives: &mut Lives, facts: &Facts, as_of: Date, ages: [i32; 2]) {
    let first = (as_of.0 - POOLED_DAYS).max(facts.born.0);
    let last = facts.died.map_or(as_of.0, |died| died.0);
    for band in 0..=BANDS {
        let (from, to) = bounds(band);
        if from < ages[0] || from > ages[1] {
            continue;
        }
        let day = |years: i32| facts.born.0 + (f64::from(years) * 365.25) as i32;
        let here = last.min(day(to)) - first.max(day(from));
        lives.days[band] += u64::try_from(here).unwrap_or(0);
        let died_here = facts
            .died
            .is_some_and(|died| died.0 >= day(from) && died.0 < day(to) && died.0 >= first);
        lives.deaths[band] += u64::from(died_here);
    }
}

/// Ages from and to of a band of the life table: infants apart, as the method asks.
fn bounds(band: usize) -> (i32, i32) {
    match band {
        0 => (0, 1),
        1 => (1, BAND_STARTS[1]),
        _ => (BAND_STARTS[band - 1], BAND_STARTS.get(band).copied().unwrap_or(130)),
    }
}

/// Life expectancy at birth with half its 95% interval (Chiang II with an open last band).
fn expectation(lives: &Lives) -> (Option<f64>, f64) {
    if lives.days.contains(&0) {
        return (None, 0.0);
    }
    let rate = |band: usize| lives.deaths[band] as f64 / (lives.days[band] as f64 / 365.25);
    let (mut alive, mut years, mut variance) = (1.0, 0.0, 0.0);
    let mut steps = Vec::with_capacity(BANDS + 1);
    for band in 0..=BANDS {
        let (from, to) = bounds(band);
        let (width, part) = (f64::from(to - from), if band == 0 { 0.1 } else { 0.5 });
        let dies = if band == BANDS {
            1.0
        } else {
            (width * rate(band) / (1.0 + width * (1.0 - part) * rate(band))).min(1.0)
        };
        let here = if band == BANDS {
            alive / rate(band).max(1e-9)
        } else {
            width * alive * (1.0 - dies * (1.0 - part))
        };
        steps.push((alive, dies, here, width * (1.0 - part)));
        years += here;
        alive *= 1.0 - dies;
    }
    for band in 0..BANDS {
        let (alive, dies, _, rest) = steps[band];
        let beyond: f64 = steps[band + 1..].iter().map(|step| step.2).sum::<f64>() / steps[band + 1].0.max(1e-9);
        let spread = dies * dies * (1.0 - dies) / (lives.deaths[band].max(1)) as f64;
        variance += alive * alive * (rest + beyond) * (rest + beyond) * spread;
    }
    (Some(years), 1.96 * variance.sqrt())
}

/// The conditions that a figure may name.
pub fn condition_names() -> impl Iterator<Item = &'static str> {
    conditions::names()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_read_and_five_were_left_alone() {
        let figures = Figures::read(DORSET).unwrap();
        assert!(figures.all.len() > 60);
        assert!(figures.all.iter().filter(|figure| !figure.tuned).count() >= 5);
        assert!(figures.all.iter().all(|figure| figure.source.len() > 5));
        let wrong = DORSET.replacen("what = \"people\"", "what = \"peolpe\"", 1);
        assert!(Figures::read(&wrong).unwrap_err().contains("peolpe"));
    }

    #[test]
    fn life_expectancy_agrees_with_a_table_worked_by_hand() {
        // One death a year in every hundred, at every age: 1 / 0.01 = 100 years, less what bands round off.
        let lives = Lives {
            days: [3_652_500; BANDS + 1],
            deaths: [100; BANDS + 1],
        };
        let (years, interval) = expectation(&lives);
        assert!((years.unwrap() - 100.0).abs() < 0.5, "{years:?}");
        assert!(interval > 1.0 && interval < 20.0, "{interval}");
    }
}
