//! Being asked before being ill: screening, health checks, checks of those with diabetes, how much people drink.
//! Who is not reached is uneven: poorer places, and practices that ask less.

use super::conditions::Condition;
use super::practice::{fats, number, usual_pressure};
use super::{Care, Diary, Tellers, over_years};
use crate::calendar;
use crate::terms::{self, words};
use record::{Date, Sex};

/// A programme: what it is called, ages from and to, years between, women or men only, share who come.
struct Programme(&'static str, i32, i32, i32, Option<Sex>, f64);

/// The national programmes as they stand in 2026; uptake rounded from NHS England's published coverage.
const PROGRAMMES: [Programme; 3] = [
    Programme("Breast screening mammogram", 50, 70, 3, Some(Sex::Female), 0.68),
    Programme("Bowel screening kit returned", 50, 74, 2, None, 0.69),
    Programme("Abdominal aortic aneurysm scan", 65, 65, 1, Some(Sex::Male), 0.79),
];

/// Everything before illness.
pub fn prevention(diary: &mut Diary<'_>) {
    if diary.age(diary.life.until) < 18 {
        return;
    }
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    // The same people come to everything, and the same do not.
    let willing = diary.person.rng("willing").unit();
    let reached = (0.82 + 0.06 * fifth) * diary.household.neighbourhood.uptake;
    for programme in &PROGRAMMES {
        screen(diary, programme, willing, reached);
    }
    cervical(diary, willing, reached);
    diabetes(diary, reached);
    health_check(diary, reached);
    drink(diary);
}

fn screen(diary: &mut Diary<'_>, programme: &Programme, willing: f64, reached: f64) {
    let Programme(what, first, last, every, sex, share) = *programme;
    if sex.is_some_and(|sex| sex != diary.person.sex) {
        return;
    }
    let mut day = diary.life.until.0 - diary.person.rng(what).range(0, every * 365 - 1);
    let earliest = diary.life.since.0;
    while day > earliest {
        let age = diary.age(Date(day));
        let comes = comes(willing, share * reached);
        // Nobody asks the dying, or looks for what has been found.
        let dying = diary.has(Condition::Palliative).is_some_and(|since| since.0 <= day);
        let found = match what {
            "Breast screening mammogram" => diary.has(Condition::Cancer),
            "Bowel screening kit returned" => diary.has(Condition::BowelCancer),
            _ => None,
        };
        let asked = !dying && found.is_none_or(|since| since.0 > day);
        if asked && (first..=last).contains(&age) && diary.rng.chance(comes) {
            let at = diary.surgery(Date(day));
            diary.note(at, Tellers::PRACTICE, Care::Procedure(words(what)));
        }
        day -= every * 365;
    }
}

/// The chance that someone comes who is as willing as this, where this share do.
fn comes(willing: f64, share: f64) -> f64 {
    0.75 * f64::from(u8::from(willing < share)) + 0.25 * share
}

/// Share of women asked who come for a cervical sample, before hardship.
const CERVICAL: f64 = 0.69;

/// Cervical screening, 25 to 64: every five years from 50 on; under 50 every three, and from 1 July 2025 on every five
/// after a sample without the virus (NHS England, NHS cervical screening programme).
fn cervical(diary: &mut Diary<'_>, willing: f64, reached: f64) {
    if diary.person.sex != Sex::Female {
        return;
    }
    let changed = calendar::date(2025, 7, 1);
    let mut own = diary.person.rng("Cervical screening sample");
    let mut day = Date(diary.person.born.0 + 8_950 + own.range(0, 300));
    while day <= diary.life.until {
        let age = diary.age(day);
        if age > 64 {
            return;
        }
        let dying = diary.has(Condition::Palliative).is_some_and(|since| since <= day);
        let comes = own.chance(comes(willing, CERVICAL * reached));
        if comes && !dying && day > diary.life.since {
            let at = diary.surgery(day);
            let what = Care::Procedure(words("Cervical screening sample"));
            diary.note(at, Tellers::PRACTICE, what);
        }
        let years = if age >= 50 || day >= changed { 5 } else { 3 };
        day.0 += years * 365 + 1 + own.range(0, 40);
    }
}

/// Eyes and feet of people with diabetes, yearly.
fn diabetes(diary: &mut Diary<'_>, reached: f64) {
    let Some(since) = diary.has(Condition::Diabetes).or(diary.has(Condition::TypeOne)) else {
        return;
    };
    let mut day = since.0.max(diary.life.since.0) + diary.rng.range(30, 300);
    while day < diary.life.until.0 {
        for (what, share) in [("Diabetic eye screening", 0.8), ("Diabetic foot check", 0.78)] {
            if diary.rng.chance(share * reached) {
                let later = diary.rng.range(0, 60);
                let at = diary.surgery(Date(day + later));
                // Nobody looks into the eyes of the dying for what may come in years.
                if diary.has(Condition::Palliative).is_some_and(|since| since <= at.date) {
                    continue;
                }
                diary.note(at, Tellers::PRACTICE, Care::Procedure(words(what)));
            }
        }
        day += diary.rng.range(340, 420);
    }
}

/// The NHS Health Check: 40 to 74, every five years, for those without heart disease, diabetes and the like.
fn health_check(diary: &mut Diary<'_>, reached: f64) {
    let known = [
        Condition::Hypertension,
        Condition::Diabetes,
        Condition::Coronary,
        Condition::Stroke,
        Condition::Kidney,
        Condition::Palliative,
        Condition::Dementia,
    ];
    if known.iter().any(|condition| diary.has(*condition).is_some()) {
        return;
    }
    let day = diary.life.until.0 - diary.rng.range(0, 5 * 365);
    let reach = 0.42 * reached * diary.household.practice.reach;
    if !(40..75).contains(&diary.age(Date(day))) || !diary.rng.chance(reach) {
        return;
    }
    let at = diary.surgery(Date(day));
    diary.note(at, Tellers::PRACTICE, Care::Procedure(words("NHS Health Check")));
    let mut own = diary.person.rng("health check");
    let systolic = own.normal(usual_pressure(diary, at.date), 7.0);
    let pressure = Care::Pressure {
        systolic: systolic.round() as i32,
        diastolic: (34.0 + systolic * 0.33).round() as i32,
        home: false,
    };
    diary.note(at, Tellers::PRACTICE, pressure);
    let cholesterol = fats(diary, false);
    number(diary, at, Tellers::PRACTICE, &terms::CHOLESTEROL, cholesterol);
    let bmi = over_years::bmi(diary, at.date);
    number(diary, at, Tellers::PRACTICE, &terms::BMI, bmi);
}

/// How much people drink, as three questions ask it (AUDIT-C, 0 to 12).
fn drink(diary: &mut Diary<'_>) {
    if !diary.rng.chance(0.35 * diary.household.practice.coding) {
        return;
    }
    let score = match diary.person.drinks {
        x if x <= 0.0 => 0,
        x if x < 7.0 => diary.rng.range(1, 4),
        x if x < 14.0 => diary.rng.range(3, 6),
        x if x < 35.0 => diary.rng.range(5, 9),
        _ => diary.rng.range(8, 12),
    };
    let day = diary.day_between(diary.life.since, diary.life.until);
    let at = diary.surgery(day);
    // Children are not asked.
    if diary.age(at.date) < 16 {
        return;
    }
    number(diary, at, Tellers::PRACTICE, &terms::AUDIT_C, f64::from(score));
}
