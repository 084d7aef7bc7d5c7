//! Care in general practice: diagnoses, reviews with measurements that hang together, vaccinations, allergies,
//! consultations and appointments.

use super::conditions::Condition;
use super::{Care, Diary, Moment, Tellers, over_years};
use crate::calendar;
use crate::county::county;
use crate::people::{Marks, Smoking};
use crate::terms::{self, Test, words};
use record::{Date, Sex};

/// Everything the practice knows from its own work.
pub fn practice(diary: &mut Diary<'_>) {
    problems(diary);
    let adult = diary.age(diary.life.until) >= 18;
    if adult {
        smoking(diary);
        reviews(diary);
        adult_vaccinations(diary);
    }
    carers(diary);
}

fn problems(diary: &mut Diary<'_>) {
    for at in 0..diary.life.conditions.len() {
        let had = diary.life.conditions[at];
        if !had.diagnosed {
            continue;
        }
        let coded = diary.rng.chance(0.97 * diary.household.practice.coding.min(1.02));
        let over = matches!(
            had.condition,
            Condition::Depression | Condition::Eczema | Condition::Anxiety | Condition::Cataract
        ) && diary.rng.chance(0.35);
        let length = diary.rng.range(150, 1500);
        let resolved = (over && had.since.0 + length < diary.life.until.0).then_some(Date(had.since.0 + length));
        // Nobody was told of autism before anyone looked for it: those who grew up earlier were told as adults.
        let since = if had.condition == Condition::Autism && had.since < calendar::date(1992, 1, 1) {
            let later = diary.person.rng("told late").range(0, 6_500);
            Date(calendar::date(2005, 1, 1).0 + later).min(diary.life.until)
        } else {
            had.since
        };
        let when = diary.surgery(since);
        let problem = |resolved, suspected| Care::Problem {
            term: had.term,
            icd: had.icd,
            resolved,
            suspected,
        };
        if coded {
            diary.note(when, Tellers::PRACTICE, problem(resolved, false));
        }
        // A hospital that treats it says so too, on another day and sometimes with another date.
        // Cancers are told by the hospital that found them: see `cancer`.
        let elsewhere = matches!(
            had.condition,
            Condition::Eczema
                | Condition::Migraine
                | Condition::HighRisk
                | Condition::Cancer
                | Condition::BowelCancer
                | Condition::LungCancer
        );
        if diary.rng.chance(0.22) && !elsewhere {
            let own = diary.own_acute();
            let slip = if diary.rng.chance(0.4) {
                0
            } else {
                diary.rng.range(1, 200)
            };
            let when = diary.surgery(Date(since.0 + slip));
            diary.note(
                when,
                own,
                problem(None, diary.life.until.0 - had.since.0 < 200 && slip > 150),
            );
        }
    }
    if diary.person.bmi >= 30.0
        && diary.age(diary.life.until) >= 18
        && diary.rng.chance(county().rates.often.obesity_recorded)
    {
        let day = diary.day_between(diary.life.since, diary.life.until);
        // By a weight as a grown-up, which is written down beside it.
        let grown = diary.person.born.0 + 18 * 366;
        let at = diary.surgery(Date(day.0.max(grown).min(diary.life.until.0)));
        let (bmi, tall) = (diary.person.bmi, height(diary));
        for (test, value) in [(&terms::WEIGHT, bmi * tall * tall / 10_000.0), (&terms::BMI, bmi)] {
            let care = Care::Result {
                test,
                value,
                unit: test.unit,
                decimals: test.decimals,
            };
            diary.note(at, Tellers::PRACTICE, care);
        }
        let care = Care::Problem {
            term: terms::OBESITY,
            icd: "E66.9",
            resolved: None,
            suspected: false,
        };
        diary.note(at, Tellers::PRACTICE, care);
    }
}

/// What they must not be given, or that nothing is known of.
pub fn allergies(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    let when = diary.day_between(diary.life.since, diary.life.until);
    let at = diary.surgery(when);
    let penicillin = diary.marked(Marks::ALLERGY_DISAGREES) || (age > 3 && diary.rng.chance(0.055));
    if penicillin {
        let reaction = diary
            .rng
            .pick(&["Urticarial rash", "Facial swelling", "Breathlessness and collapse", ""]);
        let allergy = Care::Allergy {
            term: terms::PENICILLIN_ALLERGY,
            reaction,
        };
        diary.note(at, Tellers::PRACTICE, allergy.clone());
        if !diary.marked(Marks::ALLERGY_DISAGREES) && diary.rng.chance(0.4) {
            let own = diary.own_acute();
            let at = diary.surgery(diary.life.until);
            diary.note(at, own, allergy);
        }
    } else if diary.rng.chance(0.07) {
        let (term, reaction) = diary.rng.pick(&terms::ALLERGIES);
        diary.note(at, Tellers::PRACTICE, Care::Allergy { term, reaction });
    } else if diary.rng.chance(0.3) {
        let none = Care::Allergy {
            term: terms::NO_KNOWN_ALLERGY,
            reaction: "",
        };
        diary.note(at, Tellers::PRACTICE, none);
    }
}

fn smoking(diary: &mut Diary<'_>) {
    let term = match diary.person.smoking {
        Smoking::Never => terms::NEVER_SMOKED,
        Smoking::Former => terms::EX_SMOKER,
        Smoking::Current => terms::SMOKER,
    };
    let times = diary.rng.count(0.9 * diary.household.practice.coding);
    for _ in 0..times.min(3) {
        let day = diary.day_between(diary.life.since, diary.life.until);
        let at = diary.surgery(day);
        // No child is an ex-smoker.
        if diary.age(at.date) >= 15 {
            diary.note(at, Tellers::PRACTICE, Care::Smoking(term));
        }
    }
}

/// Yearly reviews. Who comes depends on the condition, on hardship and on the person.
fn reviews(diary: &mut Diary<'_>) {
    let long_term = [
        Condition::Hypertension,
        Condition::Diabetes,
        Condition::Coronary,
        Condition::Kidney,
        Condition::Fibrillation,
        Condition::HeartFailure,
        Condition::Stroke,
    ];
    let first = long_term.iter().filter_map(|c| diary.has(*c)).map(|d| d.0).min();
    let age = diary.age(diary.life.until);
    let diabetic = diary.rng.normal(56.0, 9.0).clamp(44.0, 110.0);
    let mut day = diary.life.since.0 + diary.rng.range(0, 300);
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    while day < diary.life.until.0 {
        let known = first.is_some_and(|since| since <= day);
        let comes = (if known {
            0.78 + 0.03 * fifth
        } else if age >= 40 {
            0.26
        } else {
            0.15
        }) * diary.household.practice.reach
            * diary.household.neighbourhood.uptake;
        if diary.age(Date(day)) >= 18 && diary.rng.chance(comes) {
            let at = diary.surgery(Date(day));
            let usual = usual_pressure(diary, at.date);
            pressure(diary, at, usual);
            if known || diary.rng.chance(0.5) {
                weight(diary, at);
            }
            if known {
                bloods(diary, at, diabetic);
            }
        }
        day += diary.rng.range(290, 440);
    }
}

/// The systolic pressure about which someone's readings lie on a day, wherever they are measured, mmHg: by age, weight
/// and themselves, raised in those who have raised pressure, and lower once that has been treated for a year.
pub fn usual_pressure(diary: &Diary<'_>, on: Date) -> f64 {
    let age = f64::from(diary.age(diary.life.until));
    let middle = 106.0 + 0.33 * age + 0.6 * (diary.person.bmi - 25.0);
    let base = diary.person.rng("pressure").normal(middle, 8.0);
    let raised = if diary.truly_has(Condition::Hypertension) {
        20.0
    } else {
        0.0
    };
    let treated = diary.has(Condition::Hypertension).map_or(0.0, |since| {
        let years = f64::from(on.0 - since.0) / 400.0;
        years.clamp(0.0, 1.0) * 17.0 * (1.0 + diary.household.practice.control)
    });
    base + raised - treated
}

fn pressure(diary: &mut Diary<'_>, at: Moment, mean: f64) {
    let systolic = diary.rng.normal(mean, 7.0).clamp(84.0, 218.0);
    let diastolic = diary.rng.normal(34.0 + systolic * 0.33, 5.0).clamp(44.0, 122.0);
    let home = diary.rng.chance(0.12) && !diary.marked(Marks::NO_ADDRESS);
    // Hurried hands round to ten.
    let round = |value: f64, to_ten: bool| -> i32 {
        if to_ten {
            (value / 10.0).round() as i32 * 10
        } else {
            value.round() as i32
        }
    };
    let tens = diary.rng.chance(0.18);
    let care = Care::Pressure {
        systolic: round(systolic, tens),
        diastolic: round(diastolic, tens),
        home,
    };
    diary.note(at, Tellers::PRACTICE, care);
}

/// Height in centimetres: fixed for a person.
pub fn height(diary: &Diary<'_>) -> f64 {
    let mean = if diary.person.sex == Sex::Male { 175.5 } else { 162.0 };
    let shrink = (f64::from(diary.age(diary.life.until)) - 60.0).max(0.0) * 0.12;
    (diary.person.rng("height").normal(mean, 6.5) - shrink).round()
}

fn weight(diary: &mut Diary<'_>, at: Moment) {
    let height = height(diary);
    let bmi = over_years::bmi(diary, at.date) + diary.rng.normal(0.0, 0.5);
    let kilograms = bmi * height * height / 10_000.0;
    number(diary, at, Tellers::PRACTICE, &terms::WEIGHT, kilograms);
    if diary.rng.chance(0.25) {
        number(diary, at, Tellers::PRACTICE, &terms::HEIGHT, height);
    }
    number(diary, at, Tellers::PRACTICE, &terms::BMI, bmi);
}

fn bloods(diary: &mut Diary<'_>, at: Moment, diabetic: f64) {
    let has = |diary: &Diary<'_>, c| diary.has(c).is_some_and(|since| since.0 <= at.date.0);
    if has(diary, Condition::Diabetes) {
        let usual = over_years::sugar(diary, diabetic, at.date);
        let value = diary.rng.normal(usual, 4.0).clamp(36.0, 130.0);
        hba1c(diary, at, value);
        let acr = diary.rng.liability(0.9) * 2.2 + 0.4;
        number(diary, at, Tellers::PRACTICE, &terms::ACR, acr);
    } else if diary.rng.chance(0.35) {
        let value = diary.rng.normal(38.0, 2.5).clamp(29.0, 47.0);
        hba1c(diary, at, value);
    }
    let statin = has(diary, Condition::Coronary) || has(diary, Condition::Diabetes) || has(diary, Condition::Stroke);
    let cholesterol = fats(diary, statin);
    number(diary, at, Tellers::PRACTICE, &terms::CHOLESTEROL, cholesterol);
    if diary.rng.chance(0.7) {
        let good = diary.person.rng("good fats").normal(1.45, 0.27);
        let hdl = diary.rng.normal(good, 0.12).clamp(0.7, cholesterol * 0.6);
        number(diary, at, Tellers::PRACTICE, &terms::HDL, hdl);
    }
    kidneys(diary, at, Tellers::PRACTICE);
}

/// Cholesterol, mmol/L: what someone's blood holds stays near their own level from year to year.
pub fn fats(diary: &mut Diary<'_>, statin: bool) -> f64 {
    let usual = diary.person.rng("fats").normal(if statin { 4.1 } else { 5.3 }, 0.64);
    diary.rng.normal(usual, 0.28).clamp(2.4, 9.0)
}

/// HbA1c: in percent where a laboratory still writes it, or without a unit where a hand left it out.
fn hba1c(diary: &mut Diary<'_>, at: Moment, value: f64) {
    let odd = diary.marked(Marks::UNITS_MIXED);
    let percent = (odd && diary.rng.chance(0.5)) || (diary.household.practice.percent && diary.rng.chance(0.06));
    let missing = odd && diary.rng.chance(0.3);
    let care = Care::Result {
        test: &terms::HBA1C,
        value: if percent { 0.0915 * value + 2.15 } else { value },
        unit: match (percent, missing) {
            (_, true) => "",
            (true, _) => "%",
            _ => "mmol/mol",
        },
        decimals: usize::from(percent),
    };
    diary.note(at, Tellers::PRACTICE, care);
}

/// Creatinine, and the eGFR that follows from it, age and sex (CKD-EPI 2009, without the ethnicity factor).
pub fn kidneys(diary: &mut Diary<'_>, at: Moment, by: Tellers) {
    let age = f64::from(diary.age(at.date));
    let target = over_years::filtration(diary, at.date);
    let female = diary.person.sex == Sex::Female;
    // Find the creatinine whose eGFR is the target: the curve falls, so halving works.
    let (mut low, mut high) = (20.0, 600.0);
    let wanted = diary.rng.normal(target, 2.0);
    for _ in 0..12 {
        let middle = (low + high) / 2.0;
        if egfr(middle, age, female) > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    let creatinine = f64::round(low);
    number(diary, at, by, &terms::CREATININE, creatinine);
    number(diary, at, by, &terms::EGFR, egfr(creatinine, age, female).min(120.0));
    let sodium = diary.rng.normal(139.5, 2.4);
    if diary.rng.chance(0.4) {
        number(diary, at, by, &terms::SODIUM, sodium);
    }
    let potassium = diary.rng.normal(4.4, 0.35);
    number(diary, at, by, &terms::POTASSIUM, potassium);
}

/// CKD-EPI 2009 with creatinine in µmol/L. Powers are taken by repeated square roots, the same everywhere.
fn egfr(creatinine: f64, age: f64, female: bool) -> f64 {
    let (kappa, low_power, scale) = if female {
        (61.9, -0.329, 144.0)
    } else {
        (79.6, -0.411, 141.0)
    };
    let ratio = creatinine / kappa;
    let power = if ratio < 1.0 { low_power } else { -1.209 };
    scale * raise(ratio, power) * raise(0.993, age)
}

/// base^power for a positive base, from square roots and products alone.
fn raise(base: f64, power: f64) -> f64 {
    let (mut result, mut factor) = (1.0, if power < 0.0 { 1.0 / base } else { base });
    let whole = power.abs() as u32;
    for _ in 0..whole {
        result *= factor;
    }
    let mut rest = power.abs() - f64::from(whole);
    for _ in 0..14 {
        factor = factor.sqrt();
        rest *= 2.0;
        if rest >= 1.0 {
            result *= factor;
            rest -= 1.0;
        }
    }
    result
}

/// Notes a measurement in its usual unit; now and then the unit is left out.
pub fn number(diary: &mut Diary<'_>, at: Moment, by: Tellers, test: &'static Test, value: f64) {
    let missing = diary.rng.chance(0.002);
    let care = Care::Result {
        test,
        value,
        unit: if missing { "" } else { test.unit },
        decimals: test.decimals,
    };
    diary.note(at, by, care);
}

/// A haemoglobin, g/L, near this mean with this deviation.
pub fn haemoglobin(diary: &mut Diary<'_>, at: Moment, by: Tellers, (mean, deviation): (f64, f64)) {
    let value = diary.rng.normal(mean, deviation);
    number(diary, at, by, &terms::HAEMOGLOBIN, value);
}

/// Who is offered flu vaccination before 65 (the Green Book, chapter 19).
const AT_RISK: [Condition; 8] = [
    Condition::Diabetes,
    Condition::TypeOne,
    Condition::Copd,
    Condition::HeartFailure,
    Condition::Coronary,
    Condition::Kidney,
    Condition::Stroke,
    Condition::LearningDisability,
];

fn adult_vaccinations(diary: &mut Diary<'_>) {
    let (last, _, _) = crate::calendar::ymd(diary.life.until);
    let (first, _, _) = crate::calendar::ymd(diary.life.since);
    let likes = (0.55 + 0.07 * f64::from(diary.household.neighbourhood.fifth) * diary.rng.unit().sqrt())
        * diary.household.neighbourhood.uptake
        * (0.4 + 0.6 * diary.household.practice.reach);
    for year in first..=last {
        let autumn = crate::calendar::date(year, 10, 1 + diary.rng.range(0, 50));
        let old = diary.age(autumn) >= 65;
        let at_risk = AT_RISK.iter().any(|condition| diary.has(*condition).is_some());
        if !(old || (at_risk && diary.rng.chance(0.6))) {
            continue;
        }
        let given = diary.rng.chance(likes);
        let at = diary.surgery(autumn);
        if given || diary.rng.chance(0.12) {
            let vaccination = Care::Vaccination {
                term: terms::FLU,
                declined: !given,
            };
            diary.note(at, Tellers::PRACTICE, vaccination);
        }
        if given && year >= 2021 && diary.age(autumn) >= 75 {
            let booster = Care::Vaccination {
                term: terms::COVID_BOOSTER,
                declined: false,
            };
            diary.note(at, Tellers::PRACTICE, booster);
        }
    }
    for (age, term) in [(65, terms::PNEUMOCOCCAL), (70, terms::SHINGLES)] {
        let day = Date(diary.person.born.0 + age * 365 + diary.rng.range(30, 300));
        let from = if age == 65 { 2003 } else { 2013 };
        let begun = day.0 >= crate::calendar::date(from, 9, 1).0;
        if diary.rng.chance(likes * 0.8) && begun {
            let at = diary.surgery(day);
            diary.note(at, Tellers::PRACTICE, Care::Vaccination { term, declined: false });
        }
    }
}

fn carers(diary: &mut Diary<'_>) {
    if diary.marked(Marks::CARER) && diary.rng.chance(0.6) {
        let day = diary.day_between(diary.life.since, diary.life.until);
        let at = diary.surgery(day);
        let flag = Care::Flag {
            category: "Carer",
            term: terms::CARER,
            note: "Looks after a relative or friend unpaid".to_owned(),
        };
        diary.note(at, Tellers::PRACTICE, flag);
    }
    let interpreter = diary.person.interpreter;
    if interpreter || diary.marked(Marks::SIGNS) {
        let day = diary.day_between(diary.life.since, diary.life.until);
        let at = diary.surgery(day);
        let note = if interpreter {
            format!("Needs an interpreter: {}", diary.person.language.1)
        } else {
            "Deaf: needs a British Sign Language interpreter; text, do not telephone".to_owned()
        };
        let flag = Care::Flag {
            category: "Reasonable Adjustment",
            term: if interpreter {
                words("Interpreter needed")
            } else {
                terms::ADJUSTMENT
            },
            note,
        };
        diary.note(at, Tellers::PRACTICE, flag);
    }
}
