//! Children: vaccinations, growth, ear infections.

use super::{Care, Diary, Moment, Tellers, medicines};
use crate::calendar;
use crate::terms;
use record::{Date, Sex};

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
    if age < 8 {
        let at = diary.any_time(diary.person.born);
        birth(diary, at);
    }
    // Families differ: a few decline all, poorer places miss more.
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let declines = diary.rng.chance(0.02);
    let missed = 0.03 + 0.015 * (5.0 - fifth);
    for (months, vaccine) in SCHEDULE {
        let skip = diary.rng.chance(missed);
        let late = diary.rng.range(0, 40);
        if skip && !declines || !offered(diary, vaccine, months) {
            continue;
        }
        let (born_year, _, _) = calendar::ymd(born);
        let vaccine = if vaccine == terms::SIX_IN_ONE && born_year < 2017 {
            terms::FIVE_IN_ONE
        } else {
            vaccine
        };
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
                let liquid = (
                    "Amoxicillin 250mg/5ml oral suspension",
                    "5ml three times a day for five days",
                );
                medicines::course(diary, at, liquid, "Ear infection");
            }
        }
    }
    let years = calendar::years_exact(born, diary.life.until);
    if years < 3.0 {
        growth(diary);
    }
}

/// Born in hospital, as nearly all are; the hospital's record of the child begins there.
pub fn birth(diary: &mut Diary<'_>, at: Moment) {
    let nights = diary.rng.range(1, 3);
    let own = diary.own_acute();
    let stay = Care::Stay {
        reason: terms::words("Liveborn infant, born in hospital"),
        icd: "Z38.0",
        ward: "Maternity unit",
        specialty: ("424", "Well babies"),
        until: Some(super::Moment::new(Date(at.date.0 + nights), 14 * 60)),
        emergency: false,
        died: false,
    };
    diary.note(at, own, stay);
    let care = Care::Result {
        test: &terms::WEIGHT,
        value: diary.person.rng("birth weight").normal(3.4, 0.45).clamp(1.9, 5.0),
        unit: "kg",
        decimals: 2,
    };
    diary.note(at, own, care);
}

/// Whether the national programme had begun when the child was of age: meningitis B in 2015, HPV for girls in
/// 2008 and for boys in 2019.
fn offered(diary: &Diary<'_>, vaccine: terms::Term, months: i32) -> bool {
    let (year, _, _) = calendar::ymd(Date(diary.person.born.0 + months * 30));
    let boy = diary.person.sex == Sex::Male;
    match vaccine {
        terms::MEN_B => year >= 2016,
        terms::HPV if boy => year >= 2020,
        terms::HPV => year >= 2009,
        _ => true,
    }
}

fn growth(diary: &mut Diary<'_>) {
    let born = diary.person.born;
    let start = diary.person.rng("birth weight").normal(3.4, 0.45).clamp(1.9, 5.0);
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
                reason: "Healthy child programme",
                minutes: 45,
                service: "Health visiting",
            };
            diary.note(at, Tellers::COMMUNITY, visit);
        }
    }
}
