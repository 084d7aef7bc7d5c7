//! Hospital stays: emergencies that follow from what people have, and planned ones.

use super::acute::{discharged, observed, place_taken, time_there};
use super::causes::{
    ADULTS, ASTHMA, Cause, DRINK, HARM, HEART, HIP, INFANTS, INFARCT, INFECTION, LUNGS, PNEUMONIA, SCHOOLCHILDREN,
    SEPSIS, STROKE, TEENAGERS, complaint, inflamed, urgent,
};
use super::conditions::Condition;
use super::practice::{kidneys, number};
use super::{Care, Diary, Moment, Tellers, planned};
use crate::calendar;
use crate::county::county;
use crate::people::Marks;
use crate::terms::{self, words};
use record::{Date, Sex};

/// Stays: emergencies that follow from conditions, and planned ones.
pub fn stays(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    let years = calendar::years_exact(diary.life.since, diary.life.until);
    let rate = match age {
        ..2 => 0.04,
        2..18 => 0.016,
        18..50 => 0.03,
        50..70 => 0.05,
        70..80 => 0.11,
        80..88 => 0.2,
        _ => 0.3,
    } * (0.7 + 0.12 * diary.life.conditions.len() as f64);
    last_stay(diary, age);
    let often = county().rates.often.emergencies;
    let count = diary.rng.count((often * rate * diary.person.contact * years).min(14.0));
    for _ in 0..count {
        let day = diary.day_between(diary.life.since, diary.life.until);
        let at = diary.any_time(day);
        let cause = cause(diary, at.date);
        one_stay(diary, at, &cause, false);
    }
    planned::lead_up(diary);
}

/// The stay in which someone dies, for those who die in hospital. It is told before all others, which keep clear of it.
fn last_stay(diary: &mut Diary<'_>, age: i32) {
    // Just under half die in hospital, fewer of those whose death was expected (ONS, place of death, 2021).
    let expected = diary.has(Condition::Palliative).is_some() || diary.marked(Marks::RESIDENT);
    let in_hospital = diary.rng.chance(if expected { 0.33 } else { 0.6 });
    if let Some(died) = diary.person.died
        && age > 17
        && in_hospital
    {
        let before = diary.rng.range(2, 14);
        let at = Moment::new(Date(died.0 - before), 14 * 60);
        if let Some(cause) = last_cancer(diary) {
            one_stay(diary, at, &cause, true);
            return;
        }
        if age < 40 {
            return;
        }
        // Nobody dies of a pain that has no cause.
        let cause = match emergency(diary, at.date) {
            cause if [terms::PNEUMONIA.words, "Heart failure", LUNGS.reason.words].contains(&cause.reason.words) => {
                cause
            }
            _ if before % 3 == 0 => SEPSIS,
            _ if before % 3 == 1 => INFARCT,
            _ => PNEUMONIA,
        };
        one_stay(diary, at, &cause, true);
    }
}

/// Those who die of a cancer in hospital are in for that.
fn last_cancer(diary: &Diary<'_>) -> Option<Cause> {
    let had = diary
        .life
        .conditions
        .iter()
        .find(|had| super::cancer::fatal(diary, had))?;
    Some(urgent(
        had.term,
        had.icd,
        "Oncology ward",
        ("800", "Clinical oncology"),
        "Symptoms of advanced cancer.",
    ))
}

/// An infection while blood counts are low after chemotherapy.
pub fn neutropenia(diary: &mut Diary<'_>, at: Moment) {
    let cause = urgent(
        words("Neutropenic sepsis"),
        "D70",
        "Oncology ward",
        ("800", "Clinical oncology"),
        "Fever nine days after chemotherapy. Antibiotics through a drip within the hour; cultures clear.",
    );
    if at.date.0 < diary.life.until.0 {
        one_stay(diary, at, &cause, false);
    }
}

/// A stay for a heart attack or a stroke, which is how many are first found.
pub fn first_event(diary: &mut Diary<'_>, at: Moment, stroke: bool) {
    one_stay(diary, at, if stroke { &STROKE } else { &INFARCT }, false);
}

/// A stay that begins at this moment, for whatever brings the person in at once.
pub fn begin(diary: &mut Diary<'_>, at: Moment) {
    let cause = emergency(diary, at.date);
    one_stay(diary, at, &cause, false);
}

/// A stay that ends in death.
pub fn last(diary: &mut Diary<'_>, at: Moment) {
    let cause = last_cancer(diary).unwrap_or(if diary.age(at.date) >= 65 { PNEUMONIA } else { INFARCT });
    one_stay(diary, at, &cause, true);
}

/// How often someone was in for this already.
fn before(diary: &Diary<'_>, words: &str) -> usize {
    let is = |h: &&super::Happening| matches!(h.care, Care::Stay { reason, .. } if reason.words == words);
    diary.life.happenings.iter().filter(is).count()
}

/// What brings someone in: now and then what was planned, else an emergency.
fn cause(diary: &mut Diary<'_>, on: Date) -> Cause {
    if diary.rng.chance(0.2)
        && let Some(cause) = planned::planned(diary, on)
    {
        return cause;
    }
    emergency(diary, on)
}

/// What brings someone in at once. The same person comes for the same thing again.
fn emergency(diary: &mut Diary<'_>, on: Date) -> Cause {
    let has = |diary: &Diary<'_>, c| diary.has(c).is_some_and(|since| since.0 <= on.0);
    let draw = diary.person.rng("cause").unit() * 0.5 + diary.rng.unit() * 0.5;
    let age = diary.age(on);
    match age {
        ..2 => return diary.rng.pick(&INFANTS),
        2..18 if has(diary, Condition::Asthma) && draw < 0.5 => return ASTHMA,
        2..12 => return diary.rng.pick(&SCHOOLCHILDREN),
        12..18 => return diary.rng.pick(&TEENAGERS),
        _ => {}
    }
    if has(diary, Condition::HeartFailure) && draw < 0.5 {
        return HEART;
    }
    if has(diary, Condition::Copd) && draw < 0.5 {
        return LUNGS;
    }
    if has(diary, Condition::Asthma) && draw < 0.3 {
        return ASTHMA;
    }
    if diary.person.drinks > 35.0 && draw < 0.4 {
        return DRINK;
    }
    if has(diary, Condition::Depression) && age < 60 && draw < 0.35 {
        return HARM;
    }
    if age >= 65 && draw < 0.45 {
        return PNEUMONIA;
    }
    if age >= 75 && draw < 0.62 {
        return INFECTION;
    }
    adult(diary, age)
}

/// Why grown-ups without an illness of their own come in, by age and sex. Nobody loses an appendix or a gallbladder
/// twice.
fn adult(diary: &mut Diary<'_>, age: i32) -> Cause {
    let woman = diary.person.sex == Sex::Female;
    let heavy = diary.person.bmi > 30.0;
    let often: [f64; ADULTS.len()] = [
        if age < 25 { 0.2 } else { 0.8 } * if woman { 1.5 } else { 0.7 } * if heavy { 1.6 } else { 1.0 },
        if woman { 0.5 } else { 1.0 } * if age < 70 { 1.0 } else { 0.4 },
        if heavy { 1.3 } else { 0.5 } * if age > 60 { 1.5 } else { 1.0 },
        if age > 35 { 1.1 } else { 0.5 },
        if woman && age < 65 { 1.1 } else { 0.12 },
        if age < 45 { 0.9 } else { 0.25 },
        if age < 50 { 0.15 } else { 0.5 },
        1.0,
        if age < 50 { 0.25 } else { 0.9 },
    ];
    let once = ["Gallstones", "Acute appendicitis", "Pulmonary embolism"];
    let mut left = diary.rng.unit() * often.iter().sum::<f64>();
    let found = ADULTS.iter().zip(often).find(|(_, often)| {
        left -= often;
        left < 0.0
    });
    let cause = found.map_or(ADULTS[7], |(cause, _)| *cause);
    if once.contains(&cause.reason.words) && before(diary, cause.reason.words) > 0 {
        return ADULTS[7];
    }
    cause
}

/// What a stay leads to once someone is home again, or what was done there.
fn afterwards(diary: &mut Diary<'_>, cause: &Cause, (from, until): (Moment, Moment), by: Tellers) {
    let later = |diary: &mut Diary<'_>, low, high| Date(until.date.0 + diary.rng.range(low, high));
    match cause.reason.words {
        "Acute appendicitis" => diary.done(from.later(420), by, "Laparoscopic appendicectomy"),
        "Acute myocardial infarction" => diary.done(from.later(55), by, "Coronary angioplasty with stent"),
        "Gallstones" if diary.age(until.date) < 84 => {
            let on = later(diary, 60, 330);
            let reason = (words("Removal of gallbladder"), "K80.2");
            let surgeons = ("General surgery", "100");
            if let Some((at, _)) = diary.planned_stay(on, by, reason, "Day surgery", surgeons, 0) {
                diary.done(at.later(120), by, "Laparoscopic cholecystectomy");
            }
        }
        "Pulmonary embolism" => {
            let over = Some(Date(until.date.0 + 182));
            let apixaban = ("Apixaban 5mg tablets", "One tablet twice a day");
            if !super::together::takes(diary, &["Apixaban", "Warfarin"], until.date) {
                diary.takes(until.date, apixaban, "Pulmonary embolism", over);
                super::together::thinned(diary, until.date);
            }
            let on = later(diary, 80, 110);
            diary.clinic(on, ("Respiratory medicine", "340"), by);
        }
        "Pneumonia" if diary.age(until.date) >= 50 => {
            let at = Moment::new(crate::calendar::working_day(later(diary, 40, 55)), 620);
            diary.report(at, by, "Chest X-ray", "The shadow has cleared.");
        }
        "Fracture of forearm" => {
            let on = later(diary, 6, 9);
            diary.clinic(on, ("Trauma and orthopaedics", "110"), by);
        }
        "Asthma" => {
            let on = later(diary, 1, 3);
            diary.practice_sees(on, "Review after an asthma attack");
        }
        "Overdose of paracetamol" => {
            let on = later(diary, 1, 3);
            let service = if diary.age(on) < 18 {
                super::waiting::YOUNG
            } else {
                "Mental health liaison"
            };
            // The team that does this works every day of the week.
            let at = Moment::new(on, 10 * 60);
            diary.community_sees_at(at, "Follow-up within 72 hours", "After self-harm", service);
            let on = later(diary, 6, 14);
            diary.practice_meets(
                on,
                "After self-harm: how things are, and which tablets are in the house",
            );
        }
        "Heart failure" => {
            let on = later(diary, 7, 16);
            diary.community_sees(
                on,
                "Heart failure nurse visit",
                "After a stay in hospital",
                "Heart failure nurses",
            );
        }
        "Alcohol withdrawal" => {
            let on = later(diary, 4, 20);
            diary.community_sees(
                on,
                "Alcohol service contact",
                "Referred from hospital",
                "Drug and alcohol service",
            );
        }
        "Stroke" => {
            for week in [1, 3, 6] {
                let on = Date(until.date.0 + 7 * week);
                diary.community_sees(
                    on,
                    "Stroke rehabilitation visit",
                    "Walking and speech",
                    "Early supported discharge",
                );
            }
        }
        _ => {}
    }
}

/// Nights: short where nothing was found, long after a stroke, longer for the old.
fn nights(diary: &mut Diary<'_>, cause: &Cause, on: Date) -> i32 {
    let age = diary.age(on);
    let words = cause.reason.words;
    match cause.emergency {
        true if words == "Stroke" => diary.rng.range(3, 8 + age / 5),
        true if words.ends_with("cause not found") || words == "Gallstones" || words == "Kidney stone" => {
            diary.rng.range(0, 3)
        }
        true => diary.rng.range(1, 4 + age / 8),
        false if words == HIP.reason.words => diary.rng.range(1, 4),
        false => 0,
    }
}

fn one_stay(diary: &mut Diary<'_>, at: Moment, cause: &Cause, dying: bool) {
    let taken = place_taken(diary);
    let by = if cause.emergency { taken } else { diary.own_acute() };
    // What was planned begins in the morning of a working day.
    let at = if cause.emergency {
        at
    } else {
        Moment::new(calendar::working_day(at.date), 7 * 60 + 30)
    };
    let nights = nights(diary, cause, at.date);
    let mut until = Moment::new(Date(at.date.0 + nights), 14 * 60).max(at.later(200));
    if dying {
        until = Moment::new(diary.life.until, 4 * 60);
    }
    // Whoever comes through the front door is there for some hours before.
    let before = if cause.emergency { at.later(-600) } else { at };
    if diary.on_a_ward(before, until.later(600)) {
        return;
    }
    let still_in = until.date.0 > diary.life.until.0;
    let stay = Care::Stay {
        reason: cause.reason,
        icd: cause.icd,
        ward: cause.ward,
        specialty: cause.specialty,
        until: (!still_in).then_some(until),
        emergency: cause.emergency,
        died: dying,
    };
    diary.note(at, by, stay);
    if cause.emergency {
        // Most come through the emergency department, which tells of it too.
        if diary.rng.chance(0.7) {
            let minutes = time_there(diary);
            let attendance = Care::Attendance {
                complaint: complaint(cause.reason.words),
                found: cause.reason,
                by_ambulance: diary.age(at.date) > 60 && diary.rng.chance(0.6),
                minutes,
            };
            diary.note(at.later(-minutes), by, attendance);
        }
        // Whoever is about to die is very ill, and whoever has an infection of lungs or blood more than most.
        let ill = match (dying, inflamed(cause.reason.words)) {
            (true, _) => 3.0,
            (false, much) if much >= 1.0 => 1.6,
            _ => 1.0,
        };
        observed(diary, at.later(30), by, ill);
        if diary.age(at.date) >= 16 {
            kidneys(diary, at.later(45), by);
        }
        let much = inflamed(cause.reason.words);
        let draw = diary.rng.liability(0.6);
        let crp = 1.0 + 2.5 * draw.min(3.0) + (45.0 + 75.0 * draw) * much;
        number(diary, at.later(45), by, &terms::CRP, crp.min(380.0));
        if nights > 1 {
            let next = Moment::new(Date(at.date.0 + 1), 8 * 60);
            observed(diary, next, by, if dying { 2.6 } else { 0.3 * (ill - 1.0) });
        }
    }
    if cause.reason.words == "Stroke" {
        let (title, findings) = (
            "CT of head",
            "Infarct in the territory of the middle cerebral artery. No bleed.",
        );
        diary.report(at.later(60), by, title, findings);
    }
    if !still_in && !dying {
        // What is said of it fits the age: nobody plans surgery for gallstones at ninety.
        let text = match cause.reason.words {
            "Gallstones" if diary.age(until.date) >= 84 => {
                "Abdominal pain from gallstones, settled. Surgery not advised; low-fat meals, back at once with fever or jaundice."
            }
            _ => planned::text(diary, cause).unwrap_or(cause.text),
        };
        discharged(diary, until, by, text);
        afterwards(diary, cause, (at, until), by);
    }
}
