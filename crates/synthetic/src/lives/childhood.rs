//! Children: the birth, the first years, ear infections.

use super::{Care, Diary, Moment, Tellers, first_years, medicines};
use crate::calendar;
use crate::terms;
use record::{Date, Sex};

/// What happens to children and stays on the record of young adults.
pub fn childhood(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    if age > 24 {
        return;
    }
    let (born, until) = (diary.person.born, diary.life.until);
    if age < 8 {
        let at = diary.any_time(born);
        birth(diary, at);
    }
    let told = first_years::first_years(diary.person, diary.household);
    let told = told
        .into_iter()
        .filter(|happening| happening.at.date.0 <= until.0 && first_years::stays_on_record(happening, until, born));
    diary.life.happenings.extend(told);
    later_vaccination(diary);
    at_fourteen(diary);
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
}

/// HPV at school: for girls since 2008, for boys since 2019.
fn later_vaccination(diary: &mut Diary<'_>) {
    let months = 150;
    let (year, _, _) = calendar::ymd(Date(diary.person.born.0 + months * 30));
    let begun = if diary.person.sex == Sex::Male { 2020 } else { 2009 };
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let declined = diary.rng.chance(0.02);
    let missed = diary.rng.chance(0.08 + 0.03 * (5.0 - fifth));
    let late = diary.rng.range(0, 40);
    if year >= begun && (declined || !missed) {
        let at = diary.surgery(Date(diary.person.born.0 + months * 30 + late));
        let term = terms::HPV;
        diary.note(at, Tellers::PRACTICE, Care::Vaccination { term, declined });
    }
}

/// The last boosters at school, at fourteen: tetanus, diphtheria and polio, and since 2015 meningitis ACWY.
fn at_fourteen(diary: &mut Diary<'_>) {
    let mut rng = diary.person.rng("at fourteen");
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let missed = rng.chance(0.1 + 0.035 * (5.0 - fifth));
    let on = calendar::working_day(Date(diary.person.born.0 + 14 * 366 + rng.range(0, 120)));
    let (year, _, _) = calendar::ymd(on);
    if missed {
        return;
    }
    for (term, from) in [(terms::TEENAGE, 2005), (terms::MEN_ACWY, 2016)] {
        if year >= from {
            let care = Care::Vaccination { term, declined: false };
            diary.note(Moment::new(on, 630), Tellers::PRACTICE, care);
        }
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
        value: first_years::birth_weight(diary.person),
        unit: "kg",
        decimals: 2,
    };
    diary.note(at, own, care);
}
