//! What changes in a body over the years that are told. Each is what it is at the end; before that it was otherwise.

use super::Diary;
use super::conditions::Condition;
use record::Date;

/// Years from one day to another, none if that is past.
fn years(from: i32, to: i32) -> f64 {
    f64::from((to - from).max(0)) / 365.25
}

/// When the first of these began, known or not.
fn began(diary: &Diary<'_>, any: &[Condition]) -> Option<i32> {
    let of = diary.life.conditions.iter().filter(|had| any.contains(&had.condition));
    of.map(|had| had.since.0).min()
}

/// Body mass index on a day: grown-ups gain about one in ten years until they are 55 (means by age in the Health Survey
/// for England 2022, rounded); whoever grows frail or loses their memory loses one in three or four years, at most four.
pub fn bmi(diary: &Diary<'_>, on: Date) -> f64 {
    let until = diary.life.until.0;
    let of_age = |years: i32| diary.person.born.0 + years * 1_461 / 4;
    let gained = 0.1 * years(on.0.max(of_age(18)), until.min(of_age(55)));
    let lost = began(diary, &[Condition::Frailty, Condition::Dementia])
        .map_or(0.0, |since| 0.3 * years(on.0.max(since), until).min(13.0));
    diary.person.bmi - gained + lost
}

/// The eGFR about which somebody's measurements lie on a day, mL/min/1.73 m²: falling with age, and by two a year once their
/// kidneys are failing (five and more is fast: KDIGO 2012). Nobody finds it out before a year of it.
pub fn filtration(diary: &Diary<'_>, on: Date) -> f64 {
    let age = f64::from(diary.age(on));
    let mut own = diary.person.rng("kidney");
    match began(diary, &[Condition::Kidney]).map(|since| since - 400) {
        Some(since) if since <= on.0 => {
            let last = own.normal(48.0, 7.0);
            (last + 2.0 * years(on.0, diary.life.until.0)).clamp(17.0, 59.0)
        }
        _ => own.normal(118.0 - 0.62 * age, 8.0).clamp(61.0, 120.0),
    }
}

/// HbA1c on a day of somebody with diabetes in whom it is this at the end, mmol/mol. On one treatment it rises by two a year
/// (UKPDS 33, 1998); the next tablet takes most of that back.
pub fn sugar(diary: &Diary<'_>, last: f64, on: Date) -> f64 {
    (last - 0.7 * years(on.0, diary.life.until.0)).max(44.0_f64.min(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lives::believable::each;
    use crate::lives::{Care, Life};
    use crate::terms::{self, Test};

    /// What a test gave, over time.
    fn course(life: &Life, of: &Test) -> Vec<(Date, f64)> {
        let all = life.happenings.iter().filter_map(|h| match h.care {
            Care::Result { test, value, unit, .. } if test.term.words == of.term.words && unit == test.unit => {
                Some((h.at.date, value))
            }
            _ => None,
        });
        all.collect()
    }

    /// Change a year from the first to the last, summed over people, where three years lie between.
    #[derive(Default)]
    struct Slope {
        change: f64,
        years: f64,
        people: u32,
    }

    impl Slope {
        fn add(&mut self, course: &[(Date, f64)]) {
            if let [(from, first), .., (to, last)] = course
                && to.0 - from.0 > 3 * 365
            {
                self.change += last - first;
                self.years += f64::from(to.0 - from.0) / 365.25;
                self.people += 1;
            }
        }

        fn lies(&self, what: &str, (low, high): (f64, f64)) {
            let a_year = self.change / self.years;
            assert!(self.people > 25, "{what}: {} people", self.people);
            assert!(
                (low..high).contains(&a_year),
                "{what}: {a_year:.2} a year of {} people",
                self.people
            );
        }
    }

    #[test]
    fn failing_kidneys_fail_further_sugars_creep_up_and_the_frail_grow_thin() {
        let [mut kidneys, mut sugars, mut frail, mut young] = <[Slope; 4]>::default();
        each(|person, _, life| {
            let since = |c| {
                life.conditions
                    .iter()
                    .find(|had| had.condition == c)
                    .map(|had| had.since)
            };
            let after = |c: Condition, course: Vec<(Date, f64)>| match since(c) {
                Some(since) => course.into_iter().filter(|(on, _)| on.0 >= since.0).collect(),
                None => Vec::new(),
            };
            kidneys.add(&after(Condition::Kidney, course(life, &terms::EGFR)));
            sugars.add(&after(Condition::Diabetes, course(life, &terms::HBA1C)));
            frail.add(&after(Condition::Frailty, course(life, &terms::BMI)));
            if since(Condition::Frailty).is_none() && (25..50).contains(&person.age(life.until)) {
                young.add(&course(life, &terms::BMI));
            }
        });
        kidneys.lies("eGFR with failing kidneys", (-3.0, -0.7));
        sugars.lies("HbA1c with diabetes", (0.2, 1.3));
        frail.lies("BMI of the frail", (-0.5, -0.12));
        young.lies("BMI before fifty", (0.03, 0.2));
    }
}
