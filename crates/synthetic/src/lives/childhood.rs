//! Children: vaccinations, growth, ear infections.

use super::{Care, Diary, Tellers, medicines};
use crate::calendar;
use crate::terms;
use record::Date;

/// The routine schedule: months of age, vaccine.
const SCHEDULE: [(i32, terms::Term); 9] = [
    (2, terms::SIX_IN_ONE),
    (2, terms::MEN_B),
    (3, terms::SIX_IN_ONE),
    (4, terms::SIX_IN_ONE),
    (4, terms::MEN_B),
    (12, terms::MMR),
    (40, terms::MMR),
    (40, terms::PRESCHOOL),
    (150, terms::HPV),
];

/// What happens to children and stays on the record of young adults.
pub fn childhood(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    if age > 24 {
        return;
    }
    let born = diary.person.born;
    // Families differ: a few decline all, poorer places miss more.
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let declines = diary.rng.chance(0.02);
    let missed = 0.03 + 0.015 * (5.0 - fifth);
    for (months, vaccine) in SCHEDULE {
        let skip = diary.rng.chance(missed);
        let late = diary.rng.range(0, 40);
        if skip && !declines {
            continue;
        }
        let at = diary.surgery(Date(born.0 + months * 30 + late));
        diary.note(
            at,
            Tellers::PRACTICE,
            Care::Vaccination {
                term: vaccine,
                declined: declines,
            },
        );
    }
    for year in 0..age.min(9) {
        if diary.rng.chance(0.16 * diary.person.contact) {
            let first = Date(born.0 + year * 365);
            let day = diary.day_between(first, Date(first.0 + 364));
            let at = diary.surgery(day);
            let care = Care::Problem {
                term: terms::OTITIS,
                icd: "H66.9",
                resolved: Some(Date(at.date.0 + 10)),
                suspected: false,
            };
            diary.note(at, Tellers::PRACTICE, care);
            if diary.rng.chance(0.5) {
                medicines::course(
                    diary,
                    at,
                    "Amoxicillin 250mg/5ml oral suspension",
                    "5ml three times a day for five days",
                    "Ear infection",
                );
            }
        }
    }
    let years = calendar::years_exact(born, diary.life.until);
    if years < 3.0 {
        growth(diary);
    }
}

fn growth(diary: &mut Diary<'_>) {
    let born = diary.person.born;
    let start = diary.rng.normal(3.4, 0.45).clamp(1.9, 5.0);
    for (weeks, share) in [(1, 1.02), (7, 1.45), (16, 1.95), (38, 2.6), (52, 2.9), (110, 3.7)] {
        let at = diary.surgery(Date(born.0 + weeks * 7));
        let value = start * share * diary.rng.normal(1.0, 0.02);
        let care = Care::Result {
            test: &terms::WEIGHT,
            value,
            unit: "kg",
            decimals: 2,
        };
        diary.note(at, Tellers::COMMUNITY, care);
        if weeks == 7 {
            let visit = Care::Contact {
                term: terms::words("Health visitor review, 6 to 8 weeks"),
                class: "HH",
                reason: "Healthy child programme".to_owned(),
                minutes: 45,
                service: "Health visiting",
            };
            diary.note(at, Tellers::COMMUNITY, visit);
        }
    }
}
