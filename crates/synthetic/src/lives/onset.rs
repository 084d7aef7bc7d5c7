//! How long-term conditions are found, when that falls within what is told: the complaint, the test that shows it,
//! the clinic; and the yearly reviews that some of them have.

use super::conditions::{Condition, Had};
use super::practice::{haemoglobin, number};
use super::telling::Clinic;
use super::{Care, Diary, Moment, Outcome, Tellers, medicines, stays};
use crate::people::Smoking;
use crate::terms::{self, words};
use record::{Date, Sex};

const HEART: Clinic = ("Cardiology", "320");
const NERVES: Clinic = ("Neurology", "400");
const JOINTS: Clinic = ("Rheumatology", "410");

/// How everything that somebody found was found, and looked after.
pub fn onset(diary: &mut Diary<'_>) {
    for at in 0..diary.life.conditions.len() {
        let had = diary.life.conditions[at];
        if !had.diagnosed {
            continue;
        }
        if diary.told(had.since) {
            begins(diary, &had);
        }
        goes_on(diary, &had);
    }
}

fn by(date: Date, days: i32) -> Date {
    Date(date.0 + days)
}

fn begins(diary: &mut Diary<'_>, had: &Had) {
    match had.condition {
        Condition::Hypertension | Condition::Diabetes | Condition::Gout | Condition::Hypothyroid => blood(diary, had),
        Condition::Fibrillation | Condition::Coronary | Condition::HeartFailure => heart(diary, had),
        Condition::Stroke | Condition::Tia | Condition::Epilepsy | Condition::Parkinsons => nerves(diary, had),
        Condition::Osteoporosis | Condition::FragilityFracture | Condition::Rheumatoid => bones(diary, had),
        Condition::Copd | Condition::Asthma => airways(diary, had),
        Condition::Cataract | Condition::HearingLoss => senses(diary, had),
        Condition::Autism if diary.age(had.since) >= 3 => {
            let both = Tellers::PRACTICE.and(Tellers::COMMUNITY);
            let asked = diary.surgery(by(had.since, -420));
            diary.sent_on(
                asked,
                both,
                "Neurodevelopmental assessment",
                "Questions about autism",
                (false, had.since),
            );
            let service = "Neurodevelopmental service";
            diary.community_sees(
                by(had.since, -5),
                "Neurodevelopmental assessment",
                "Questions about autism",
                service,
            );
        }
        _ => {}
    }
}

/// What a cuff or a blood test finds.
fn blood(diary: &mut Diary<'_>, had: &Had) {
    let since = had.since;
    match had.condition {
        Condition::Hypertension => {
            let high = diary.rng.range(144, 172);
            for (days, systolic, home) in [(-24, high, false), (-8, high - 7, true)] {
                let at = diary.surgery(by(since, days));
                let pressure = Care::Pressure {
                    systolic: systolic.max(136),
                    diastolic: 40 + systolic / 3,
                    home,
                };
                diary.note(at, Tellers::PRACTICE, pressure);
            }
        }
        Condition::Diabetes => {
            let sugar = 48.0 + 22.0 * diary.rng.liability(0.7);
            for (days, off) in [(-16, 0.0), (-3, 1.0)] {
                let at = diary.surgery(by(since, days));
                number(diary, at, Tellers::PRACTICE, &terms::HBA1C, sugar + off);
            }
            if diary.rng.chance(0.5) {
                let at = diary.surgery(by(since, 2));
                let seen = by(since, diary.rng.range(20, 120));
                let what = "Diabetes education course";
                diary.sent_on(
                    at,
                    Tellers::PRACTICE,
                    what,
                    "Type 2 diabetes, newly found",
                    (false, seen),
                );
            }
        }
        Condition::Gout => {
            let at = diary.practice_sees(by(since, -2), "Hot, swollen big toe");
            let urate = diary.rng.normal(495.0, 45.0);
            number(diary, at.later(1440), Tellers::PRACTICE, &terms::URATE, urate);
            let colchicine = (
                "Colchicine 500microgram tablets",
                "One tablet twice a day for five days",
            );
            medicines::course(diary, at, colchicine, "Gout");
        }
        _ => {
            let at = diary.practice_sees(by(since, -6), "Tired all the time");
            let tsh = 9.0 + 16.0 * diary.rng.liability(0.6);
            number(diary, at.later(1440), Tellers::PRACTICE, &terms::TSH, tsh);
        }
    }
}

fn heart(diary: &mut Diary<'_>, had: &Had) {
    let (since, own) = (had.since, diary.own_acute());
    match had.condition {
        Condition::Fibrillation => {
            let at = diary.practice_meets(by(since, -1), "Palpitations");
            let rate = "Atrial fibrillation, rate 104 a minute. No sign of an old heart attack.";
            diary.report(at.later(40), Tellers::PRACTICE, "12-lead electrocardiogram", rate);
        }
        Condition::Coronary if diary.rng.chance(0.4) => {
            let at = diary.any_time(since);
            stays::first_event(diary, at, false);
            let seen = by(since, diary.rng.range(30, 60));
            diary.community_sees(
                seen,
                "Cardiac rehabilitation",
                "After a heart attack",
                "Cardiac rehabilitation",
            );
        }
        Condition::Coronary => {
            let at = diary.practice_sees(by(since, -24), "Chest tightness on walking");
            let seen = by(since, -10);
            let clinic = "Rapid access chest pain clinic";
            diary.sent_on(
                at,
                Tellers::PRACTICE,
                clinic,
                "Chest tightness on walking",
                (true, seen),
            );
            diary.clinic(seen, HEART, own);
            let scan = diary.surgery(by(since, -2));
            diary.report(
                scan,
                own,
                "CT angiography of heart",
                "Narrowing of half the width in one artery. Tablets advised.",
            );
        }
        _ => {
            let at = diary.practice_meets(by(since, -30), "Breathless on the stairs");
            let bnp = 700.0 + 1500.0 * diary.rng.liability(0.7);
            number(diary, at.later(1440), Tellers::PRACTICE, &terms::BNP, bnp);
            diary.sent_on(
                at.later(2 * 1440),
                Tellers::PRACTICE,
                "Cardiology",
                "Possible heart failure",
                (true, by(since, -4)),
            );
            let echo = diary.surgery(by(since, -4));
            diary.report(
                echo,
                own,
                "Echocardiogram",
                "Left ventricle dilated, ejection fraction 38%. Mild mitral leak.",
            );
            diary.clinic(by(since, -1), HEART, own);
            for week in [3, 7, 12] {
                let on = by(since, 7 * week);
                diary.community_sees(
                    on,
                    "Heart failure nurse visit",
                    "Tablets and fluid",
                    "Heart failure nurses",
                );
            }
        }
    }
}

fn nerves(diary: &mut Diary<'_>, had: &Had) {
    let (since, own) = (had.since, diary.own_acute());
    match had.condition {
        Condition::Stroke if diary.rng.chance(0.85) => {
            let at = diary.any_time(since);
            stays::first_event(diary, at, true);
            diary.practice_sees(by(since, 180), "Review six months after a stroke");
        }
        Condition::Tia => {
            let at = diary.practice_sees(since, "Weak arm for half an hour");
            diary.sent_on(
                at,
                Tellers::PRACTICE,
                "TIA clinic",
                "Weak arm for half an hour",
                (true, by(since, 1)),
            );
            diary.clinic(by(since, 1), ("Stroke medicine", "328"), own);
            let scan = diary.surgery(by(since, 1));
            diary.report(
                scan,
                own,
                "Ultrasound of carotid arteries",
                "No narrowing that needs surgery.",
            );
        }
        Condition::Epilepsy => {
            let at = diary.any_time(by(since, -35));
            let attendance = Care::Attendance {
                complaint: "Fit",
                found: words("First seizure"),
                by_ambulance: true,
                minutes: diary.rng.range(150, 330),
            };
            diary.note(at, own, attendance);
            diary.clinic(since, NERVES, own);
            let scan = diary.surgery(by(since, -9));
            diary.report(scan, own, "MRI of head", "Normal.");
        }
        Condition::Parkinsons => {
            let at = diary.practice_sees(by(since, -95), "Shaking hand");
            diary.sent_on(
                at,
                Tellers::PRACTICE,
                "Neurology",
                "Shaking hand at rest",
                (false, since),
            );
            if let Some(at) = diary.clinic(since, NERVES, own) {
                let text = "Slow, stiff and shaking on one side: Parkinson's disease. Co-careldopa to begin; specialist nurse to call.";
                diary.letter(at.later(2880), own, "Neurology clinic letter", text);
            }
        }
        _ => {}
    }
}

fn bones(diary: &mut Diary<'_>, had: &Had) {
    let (since, own) = (had.since, diary.own_acute());
    let scan = |diary: &mut Diary<'_>, days: i32| {
        let at = diary.surgery(by(since, days));
        diary.report(
            at,
            own,
            "Bone density scan",
            "T-score of the hip -2.7, of the spine -2.9: osteoporosis.",
        );
    };
    match had.condition {
        Condition::Osteoporosis => scan(diary, -15),
        Condition::FragilityFracture => {
            let at = diary.any_time(since);
            let (found, report) = if diary.person.rng("fracture").chance(0.6) {
                (
                    words("Fracture of distal radius"),
                    ("X-ray of wrist", "Fracture of the distal radius, tilted backwards."),
                )
            } else {
                (
                    words("Fracture of proximal humerus"),
                    (
                        "X-ray of shoulder",
                        "Fracture of the neck of the humerus, little displaced.",
                    ),
                )
            };
            let minutes = super::acute::time_there(diary);
            let attendance = Care::Attendance {
                complaint: "Injury of arm",
                found,
                by_ambulance: false,
                minutes,
            };
            diary.note(at, own, attendance);
            diary.report(at.later(80), own, report.0, report.1);
            diary.clinic(by(since, 8), ("Trauma and orthopaedics", "110"), own);
            let kidneys_fail = super::together::failing_kidneys(diary).is_some();
            if diary.has(Condition::Osteoporosis).is_none() && !kidneys_fail && diary.rng.chance(0.45) {
                scan(diary, 60);
                let weekly = "One tablet once a week, sitting upright with a full glass of water";
                diary.takes(
                    by(since, 75),
                    ("Alendronic acid 70mg tablets", weekly),
                    "Bone health",
                    None,
                );
            }
        }
        _ => {
            let at = diary.practice_sees(by(since, -60), "Swollen, stiff hands");
            diary.sent_on(
                at,
                Tellers::PRACTICE,
                "Rheumatology",
                "Swollen joints, possible arthritis",
                (true, by(since, -2)),
            );
            if let Some(at) = diary.clinic(since, JOINTS, own) {
                let text = "Rheumatoid arthritis, antibodies present. Methotrexate to begin once blood tests are back; nurse line given.";
                diary.letter(at.later(2880), own, "Rheumatology clinic letter", text);
            }
        }
    }
}

fn airways(diary: &mut Diary<'_>, had: &Had) {
    let age = diary.age(had.since);
    if had.condition == Condition::Copd {
        let at = diary.practice_sees(by(had.since, -20), "Cough and breathless each winter");
        let own = diary.own_acute();
        diary.report(at.later(3 * 1440), own, "Chest X-ray", "Lungs large. No mass.");
        let at = diary.surgery(by(had.since, -1));
        let blown = diary.rng.normal(66.0, 12.0).clamp(30.0, 92.0);
        number(diary, at, Tellers::PRACTICE, &terms::FEV1, blown);
        diary.done(at, Tellers::PRACTICE, "Spirometry");
        return;
    }
    if age >= 5 {
        let flow = peak_flow(diary, age);
        let at = diary.practice_meets(by(had.since, -8), "Cough at night, wheeze");
        number(diary, at, Tellers::PRACTICE, &terms::PEAK_FLOW, 0.78 * flow);
        let at = diary.surgery(by(had.since, 30));
        number(diary, at, Tellers::PRACTICE, &terms::PEAK_FLOW, 0.96 * flow);
    } else {
        diary.practice_sees(by(had.since, -8), "Cough at night, wheeze");
    }
}

fn senses(diary: &mut Diary<'_>, had: &Had) {
    let own = diary.own_acute();
    if had.condition == Condition::HearingLoss {
        if diary.rng.chance(0.6)
            && let Some(at) = diary.clinic(by(had.since, 45), ("Audiology", "840"), own)
        {
            diary.done(at.later(20), own, "Fitting of hearing aid");
        }
        return;
    }
    let both = Tellers::PRACTICE;
    let at = diary.surgery(had.since);
    let seen = by(had.since, diary.rng.range(60, 240));
    diary.sent_on(
        at,
        both,
        "Ophthalmology",
        "Cataract seen by the optician",
        (false, seen),
    );
    diary.clinic(seen, ("Ophthalmology", "130"), own);
}

/// A rough usual peak flow, litres a minute: by height in children, lower in women and the old.
fn peak_flow(diary: &mut Diary<'_>, age: i32) -> f64 {
    let usual = match age {
        ..16 => 60.0 + 27.0 * f64::from(age),
        _ if diary.person.sex == Sex::Female => 450.0 - 1.6 * f64::from(age - 16),
        _ => 590.0 - 2.0 * f64::from(age - 16),
    };
    (usual * diary.rng.normal(1.0, 0.07) / 10.0).round() * 10.0
}

/// Yearly reviews and blood tests that a condition asks for.
fn goes_on(diary: &mut Diary<'_>, had: &Had) {
    let from = had.since.0.max(diary.life.since.0);
    match had.condition {
        Condition::Copd | Condition::Asthma => reviews(diary, had, from),
        Condition::Hypothyroid => yearly(diary, from, 0.7, &terms::TSH, (2.1, 1.0)),
        Condition::Rheumatoid => methotrexate(diary, from.max(diary.life.until.0 - 500)),
        _ => {}
    }
}

fn yearly(diary: &mut Diary<'_>, from: i32, share: f64, test: &'static terms::Test, (mean, spread): (f64, f64)) {
    let mut day = from + diary.rng.range(200, 380);
    while day < diary.life.until.0 {
        if diary.rng.chance(share) {
            let at = diary.surgery(Date(day));
            let value = diary.rng.normal(mean, spread).max(0.1);
            number(diary, at, Tellers::PRACTICE, test, value);
        }
        day += diary.rng.range(340, 420);
    }
}

fn methotrexate(diary: &mut Diary<'_>, from: i32) {
    let is =
        |h: &super::Happening| matches!(h.care, Care::Medicine { product, .. } if product.starts_with("Methotrexate"));
    if !diary.life.happenings.iter().any(is) {
        return;
    }
    let mut day = from + 20;
    while day < diary.life.until.0 {
        let at = diary.surgery(Date(day));
        haemoglobin(diary, at, Tellers::PRACTICE, (129.0, 9.0));
        let neutrophils = diary.rng.normal(4.4, 1.1).clamp(1.4, 9.0);
        number(diary, at, Tellers::PRACTICE, &terms::NEUTROPHILS, neutrophils);
        day += diary.rng.range(84, 105);
    }
}

/// Yearly review of asthma or COPD; those short of breath with COPD are sent to rehabilitation once.
fn reviews(diary: &mut Diary<'_>, had: &Had, from: i32) {
    let copd = had.condition == Condition::Copd;
    let comes = 0.62 * diary.household.practice.reach * diary.household.neighbourhood.uptake;
    let grade = diary.person.rng("breathless").range(1, 4);
    let usual = diary.person.rng("fev1").normal(62.0, 13.0).clamp(28.0, 90.0);
    let mut sent = false;
    // Of asthma long quiet little is reviewed: the last years are told.
    let mut day = from.max(diary.life.until.0 - if copd { 3_650 } else { 1_300 }) + diary.rng.range(100, 380);
    while day < diary.life.until.0 {
        if diary.rng.chance(comes) {
            let reason = if copd { "COPD review" } else { "Asthma review" };
            let at = diary.practice_meets(Date(day), reason);
            if copd {
                number(diary, at, Tellers::PRACTICE, &terms::MRC, f64::from(grade));
                let blown = diary.rng.normal(usual, 3.0);
                number(diary, at, Tellers::PRACTICE, &terms::FEV1, blown);
                if !sent && grade >= 3 && diary.has(Condition::Dementia).is_none() && diary.rng.chance(0.35) {
                    sent = true;
                    rehabilitation(diary, at);
                }
            } else if diary.age(at.date) >= 6 && diary.rng.chance(0.5) {
                let age = diary.age(at.date);
                let flow = peak_flow(diary, age);
                number(diary, at, Tellers::PRACTICE, &terms::PEAK_FLOW, flow);
            }
            if diary.person.smoking == Smoking::Current && diary.rng.chance(0.3) {
                diary.done(at, Tellers::PRACTICE, "Advice on stopping smoking");
            }
        }
        day += diary.rng.range(340, 430);
    }
}

fn rehabilitation(diary: &mut Diary<'_>, at: Moment) {
    let service = "Pulmonary rehabilitation";
    let seen = Date(at.date.0 + diary.rng.range(40, 140));
    diary.sent_on(
        at,
        Tellers::PRACTICE.and(Tellers::COMMUNITY),
        service,
        "Breathless with COPD",
        (false, seen),
    );
    for week in 0..3 {
        let at = diary.surgery(Date(seen.0 + 14 * week));
        let appointment = Care::Appointment {
            service,
            specialty: "340",
            outcome: if diary.rng.chance(0.2) {
                Outcome::Missed
            } else {
                Outcome::Attended
            },
        };
        diary.note(at, Tellers::COMMUNITY, appointment);
    }
}
