//! Atrial fibrillation without an anticoagulant: a review each year that counts the risk of a stroke, and says why none
//! is taken (NICE NG196: offered from a CHA2DS2-VASc score of 2, considered in men from 1; being a woman alone is no
//! reason). Some are reached by nobody: need unmet is part of the picture.

use super::conditions::Condition;
use super::practice::number;
use super::{Care, Diary, Tellers, together};
use crate::terms::{self, words};
use record::{Date, Sex};

/// Points of CHA2DS2-VASc by what is known on this day: heart failure, raised pressure, age, diabetes, stroke, arteries,
/// sex.
fn score(diary: &Diary<'_>, on: Date) -> i32 {
    use Condition as C;
    let has = |all: &[C]| {
        let known = all.iter().any(|one| diary.has(*one).is_some_and(|since| since <= on));
        i32::from(known)
    };
    let age = match diary.age(on) {
        75.. => 2,
        65.. => 1,
        _ => 0,
    };
    let woman = i32::from(diary.person.sex == Sex::Female);
    let heart = has(&[C::HeartFailure]) + has(&[C::Coronary, C::PeripheralArterial]);
    let others = has(&[C::Hypertension]) + has(&[C::Diabetes, C::TypeOne]);
    age + woman + heart + others + 2 * has(&[C::Stroke, C::Tia])
}

/// Why none is taken, in words that fit what the practice knows. The same person has the same reason from year to year.
fn reason(diary: &Diary<'_>, on: Date, score: i32) -> &'static str {
    let has = |condition| diary.has(condition).is_some_and(|since| since <= on);
    let draw = diary.person.rng("why no anticoagulant").unit();
    let low = score == 0 || (score == 1 && diary.person.sex == Sex::Female);
    if low {
        return "No anticoagulant needed at this score. To be counted again each year, and at sixty-five.";
    }
    if has(Condition::Palliative) {
        return "Comfort comes first now; family agree. No anticoagulant.";
    }
    if diary.person.drinks > 35.0 {
        return "Drinks more than 35 units a week, so risk of bleeding is high. Help with drink offered first; to be asked \
                again when less.";
    }
    if has(Condition::Kidney) && draw < 0.5 {
        return "Risk of bleeding is high by ORBIT (age, kidneys, haemoglobin). Talked over with cardiology: none for now, \
                looked at again in a year.";
    }
    if has(Condition::Dementia) || has(Condition::Frailty) && draw < 0.5 {
        return "Frail, and does not manage more tablets. Talked over with whoever looks after them: no anticoagulant, looked \
                at again in a year.";
    }
    match draw {
        x if x < 0.6 => {
            "Apixaban offered and explained with the decision aid. Declined: fears bleeding. To be asked again in a year."
        }
        x if x < 0.8 => "Apixaban offered. Wants to think it over; leaflet given, no answer yet.",
        _ => "Stroke and bleeding talked over. Prefers no more tablets; knows the signs of a stroke.",
    }
}

/// The yearly review of those whose blood is not thinned.
pub fn decisions(diary: &mut Diary<'_>) {
    let Some(since) = diary.has(Condition::Fibrillation) else {
        return;
    };
    let mut own = diary.person.rng("anticoagulation");
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    if own.chance(1.0 - (0.76 + 0.03 * fifth) * diary.household.practice.reach.min(1.05)) {
        return;
    }
    let mut day = since.0.max(diary.life.since.0) + own.range(20, 200);
    while day < diary.life.until.0 {
        let at = diary.surgery(Date(day));
        day += own.range(330, 420);
        let thinned = together::takes(diary, &together::ANTICOAGULANTS, at.date);
        let away = diary.on_a_ward(at.later(-720), at.later(720));
        if thinned || away || at.date > diary.life.until || !own.chance(0.85) {
            continue;
        }
        diary.practice_met(at, "Atrial fibrillation review", false);
        let pulse = own.normal(78.0, 9.0).round();
        number(diary, at, Tellers::PRACTICE, &terms::PULSE, pulse);
        let score = score(diary, at.date);
        let plan = Care::Plan {
            term: words("Anticoagulation decision"),
            text: format!("CHA2DS2-VASc {score}. {}", reason(diary, at.date, score)),
        };
        diary.note(at, Tellers::PRACTICE, plan);
    }
}
