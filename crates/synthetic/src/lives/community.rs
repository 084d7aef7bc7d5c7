//! Community nursing, therapy and mental health: what the community trust knows.

use super::acute::observations;
use super::conditions::Condition;
use super::practice::number;
use super::{Care, Diary, Tellers};
use crate::people::Marks;
use crate::terms::{self, words};
use record::Date;

/// Everything from the community and mental health trust.
pub fn community(diary: &mut Diary<'_>) {
    nursing(diary);
    falls_service(diary);
    learning_disability(diary);
    no_address(diary);
}

fn visit(
    diary: &mut Diary<'_>,
    on: Date,
    what: &'static str,
    reason: &'static str,
    service: &'static str,
    minutes: i32,
) {
    let at = diary.surgery(on);
    let contact = Care::Contact {
        term: words(what),
        class: "HH",
        reason,
        minutes,
        service,
    };
    diary.note(at, Tellers::COMMUNITY, contact);
}

/// Why community nurses come.
pub const NURSING: [&str; 5] = [
    "Leg ulcer dressing",
    "Insulin support",
    "Catheter care",
    "Skin tear dressing",
    "Pressure area care",
];

/// Why they come to those who are not old.
const NURSING_YOUNGER: [&str; 5] = [
    "Wound dressing after surgery",
    "Insulin support",
    "Wound dressing after surgery",
    "Injection that is due",
    "Catheter care",
];

/// One visit of a community nurse.
pub fn nurse(diary: &mut Diary<'_>, on: Date) {
    let age = diary.age(on);
    let reason = diary
        .person
        .rng("nursing")
        .pick(if age < 65 { &NURSING_YOUNGER } else { &NURSING });
    visit(diary, on, "Community nurse visit", reason, "Community nursing", 30);
}

fn nursing(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    let marked = diary.marked(Marks::COMMUNITY);
    if !(marked || (age >= 75 && diary.rng.chance(0.14))) {
        return;
    }
    let start = diary.day_between(Date(diary.life.until.0 - 500), diary.life.until);
    let length = diary.rng.range(30, 300);
    let end = Date(start.0 + length);
    let at = diary.surgery(start);
    let episode = Care::Episode {
        service: "Community nursing",
        until: (end.0 < diary.life.until.0).then_some(end),
    };
    diary.note(at, Tellers::COMMUNITY, episode);
    let reason = diary.rng.pick(if age < 65 { &NURSING_YOUNGER } else { &NURSING });
    let mut day = start.0;
    let last = end.0.min(diary.life.until.0);
    let mut visits = 0;
    while day <= last && visits < 14 {
        visit(
            diary,
            Date(day),
            "Community nurse visit",
            reason,
            "Community nursing",
            30,
        );
        if visits == 0 {
            let at = diary.surgery(Date(day));
            observations(diary, at, Tellers::COMMUNITY, false);
        }
        day += diary.rng.range(4, 21);
        visits += 1;
    }
    if diary.truly_has(Condition::Frailty) || marked && age >= 65 {
        let severe = diary
            .life
            .conditions
            .iter()
            .any(|had| had.term == terms::SEVERE_FRAILTY);
        let resident = diary.marked(Marks::RESIDENT);
        let score = diary.rng.range(5, 7).max(if severe {
            7
        } else if resident {
            6
        } else {
            5
        });
        let at = diary.surgery(start);
        number(diary, at, Tellers::COMMUNITY, &terms::FRAILTY_SCALE, f64::from(score));
    }
}

/// Seconds more than usual to stand up, walk three metres and come back: for age, frailty and a hip just broken.
fn slower(diary: &Diary<'_>, on: Date) -> i32 {
    let hip = diary
        .life
        .falls
        .iter()
        .any(|fall| fall.harm == super::Harm::Hip && fall.at.date <= on && fall.at.date.0 > on.0 - 180);
    let frail = diary.truly_has(Condition::Frailty);
    let older = (diary.age(on) - 80).clamp(0, 10) / 2;
    older + if frail { 8 } else { 0 } + if hip { 14 } else { 0 }
}

fn falls_service(diary: &mut Diary<'_>) {
    let Some(last) = diary.life.falls.last().copied() else {
        return;
    };
    let seen = diary.rng.chance(if diary.life.falls.len() > 1 { 0.45 } else { 0.12 });
    if !seen {
        return;
    }
    let wait = diary.rng.range(14, 80);
    let on = Date(last.at.date.0 + wait);
    let at = diary.surgery(on);
    let referral = Care::Referral {
        to: "Falls and balance service",
        reason: "Fall at home",
        urgent: false,
        open: on.0 > diary.life.until.0,
    };
    let asked = diary.surgery(Date(last.at.date.0 + 3));
    diary.note(asked, Tellers::PRACTICE.and(Tellers::COMMUNITY), referral);
    visit(
        diary,
        on,
        "Multidisciplinary falls assessment",
        "Fall at home",
        "Falls and balance service",
        75,
    );
    let fear = diary.rng.pick(&["A little", "Quite a lot", "Very much"]);
    let steps = diary.rng.range(12, 28) + slower(diary, on);
    let year: Vec<&super::Fall> = diary
        .life
        .falls
        .iter()
        .filter(|fall| fall.at.date.0 > on.0 - 365 && fall.at.date <= on)
        .collect();
    let (times, home) = (year.len(), diary.household.home.is_empty());
    let answers = Care::Answers {
        title: "Falls assessment",
        answers: vec![
            ("Falls in the last twelve months", times.to_string()),
            ("Worried about falling", fear.to_owned()),
            ("Timed up and go, seconds", steps.to_string()),
            ("Standing and lying blood pressure measured", "Yes".to_owned()),
            (
                "Trip hazards at home",
                (diary.rng.pick(if home {
                    &["Loose rug in hall", "Poor light on stairs", "None seen"]
                } else {
                    &["Bed too high", "Call bell out of reach", "None seen"]
                }))
                .to_owned(),
            ),
        ],
    };
    diary.note(at, Tellers::COMMUNITY, answers);
    let plan = Care::Plan {
        term: words("Strength and balance plan"),
        text: if home && diary.has(Condition::Palliative).is_none() {
            "Twelve weeks of strength and balance exercise, walking aid checked, medicines to be reviewed by the practice pharmacist."
        } else {
            "Low bed, sensor mat and call bell in reach, walking aid checked, staff or family shown how to help someone up, medicines to be reviewed by the practice pharmacist."
        }
        .to_owned(),
    };
    diary.note(at, Tellers::COMMUNITY, plan);
}

fn learning_disability(diary: &mut Diary<'_>) {
    if diary.has(Condition::LearningDisability).is_none() && diary.has(Condition::Autism).is_none() {
        return;
    }
    let day = diary.day_between(diary.life.since, diary.life.until);
    let at = diary.surgery(day);
    let note = diary.rng.pick(&[
        "Longer appointments; easy-read letters; speak to the person first, not the carer",
        "First appointment of the day; quiet place to wait",
        "Send a photograph of the building and the person they will meet before the visit",
    ]);
    let flag = Care::Flag {
        category: "Reasonable Adjustment",
        term: terms::ADJUSTMENT,
        note: note.to_owned(),
    };
    diary.note(at, Tellers::COMMUNITY.and(Tellers::PRACTICE), flag);
    if diary.has(Condition::LearningDisability).is_some() {
        super::mind::health_checks(diary);
        if diary.rng.chance(0.35) {
            let on = diary.day_between(Date(diary.life.until.0 - 700), diary.life.until);
            let reason = diary.rng.pick(&[
                "Communication passport",
                "Getting ready for an operation",
                "Behaviour that worries others",
            ]);
            diary.community_sees(
                on,
                "Learning disability nurse visit",
                reason,
                "Learning disability team",
            );
        }
    }
}

/// The team that goes out to people without an address.
fn no_address(diary: &mut Diary<'_>) {
    if !diary.marked(Marks::NO_ADDRESS) {
        return;
    }
    let from = diary.life.since.0.max(diary.life.until.0 - 1000);
    let visits = diary.rng.range(3, 10);
    for _ in 0..visits {
        let on = diary.day_between(Date(from), diary.life.until);
        let reason = diary.rng.pick(&[
            "Wound on foot",
            "Chest infection",
            "Low mood, sleeping in a doorway",
            "Help to register with a practice",
            "Alcohol, wants to cut down",
            "Blood tests for hepatitis B and C, HIV",
            "Scabies treated",
        ]);
        let at = diary.surgery(on);
        let contact = Care::Contact {
            term: words("Homeless health outreach"),
            class: "AMB",
            reason,
            minutes: 25,
            service: "Homeless health team",
        };
        diary.note(at, Tellers::COMMUNITY, contact);
    }
}
