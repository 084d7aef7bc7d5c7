//! Waiting: hospital pathways from referral to treatment with their clocks, and young people's referrals to
//! mental health services. Waits are long-tailed, and longer for some than for others.

use super::conditions::Condition;
use super::{Care, Diary, Outcome, Tellers};
use crate::county::county;
use crate::people::Marks;
use crate::terms::{self, words};
use record::{Date, Sex};

/// Years of pathways that are told of.
const YEARS: i32 = 3;

/// A specialty: name, NHS code, share under 45, share from 45, wait against the mean, and why people are sent
/// with what may be done about it.
struct Specialty(
    &'static str,
    &'static str,
    f64,
    f64,
    f64,
    [(&'static str, &'static str); 3],
);

/// Shares follow the pathways of Dorset County Hospital by specialty (RTT, November 2024), rounded.
const SPECIALTIES: [Specialty; 11] = [
    Specialty(
        "Trauma and orthopaedics",
        "110",
        0.12,
        0.18,
        1.35,
        [
            ("Knee pain on stairs", "Arthroscopy of knee"),
            ("Hip pain at night", "Injection of hip joint"),
            ("Carpal tunnel", "Carpal tunnel release"),
        ],
    ),
    Specialty(
        "Ophthalmology",
        "130",
        0.06,
        0.17,
        1.1,
        [
            ("Failing sight", "Optical coherence tomography"),
            ("Raised eye pressure", "Visual field test"),
            ("Floaters", "Examination of retina"),
        ],
    ),
    Specialty(
        "Ear, nose and throat",
        "120",
        0.13,
        0.09,
        1.2,
        [
            ("Blocked nose", "Nasendoscopy"),
            ("Hearing loss on one side", "Audiometry"),
            ("Hoarse voice", "Laryngoscopy"),
        ],
    ),
    Specialty(
        "Dermatology",
        "330",
        0.13,
        0.12,
        0.8,
        [
            ("Changing mole", "Excision of skin lesion"),
            ("Eczema not settling", "Patch testing of skin"),
            ("Scaly patch", "Biopsy of skin"),
        ],
    ),
    Specialty(
        "Gynaecology",
        "502",
        0.16,
        0.07,
        1.15,
        [
            ("Heavy periods", "Hysteroscopy"),
            ("Pelvic pain", "Laparoscopy"),
            ("Prolapse", "Fitting of vaginal pessary"),
        ],
    ),
    Specialty(
        "Urology",
        "101",
        0.05,
        0.09,
        1.0,
        [
            ("Poor stream", "Urine flow test"),
            ("Blood in urine", "Flexible cystoscopy"),
            ("Kidney stones", "Ureteroscopy"),
        ],
    ),
    Specialty(
        "Gastroenterology",
        "301",
        0.08,
        0.08,
        0.95,
        [
            ("Change of bowel habit", "Colonoscopy"),
            ("Reflux", "Gastroscopy"),
            ("Abnormal liver tests", "Elastography of liver"),
        ],
    ),
    Specialty(
        "General surgery",
        "100",
        0.1,
        0.09,
        1.2,
        [
            ("Hernia", "Repair of inguinal hernia"),
            ("Gallstones", "Removal of gallbladder"),
            ("Lump in groin", "Ultrasound of groin"),
        ],
    ),
    Specialty(
        "Cardiology",
        "320",
        0.05,
        0.09,
        0.85,
        [
            ("Palpitations", "Ambulatory heart tracing"),
            ("Murmur", "Echocardiography"),
            ("Chest pain on walking", "CT angiography of heart"),
        ],
    ),
    Specialty(
        "Neurology",
        "400",
        0.07,
        0.04,
        1.1,
        [
            ("Headaches", "MRI of head"),
            ("Tremor", "Examination of movement"),
            ("Numbness", "Nerve conduction study"),
        ],
    ),
    Specialty(
        "Rheumatology",
        "410",
        0.05,
        0.05,
        0.9,
        [
            ("Swollen joints", "Injection of joint"),
            ("Stiffness in the morning", "Ultrasound of hands"),
            ("Painful hands", "X-ray of hands"),
        ],
    ),
];

/// The service that young people are referred to.
pub const YOUNG: &str = "Children and young people's mental health";

/// Everything about waiting.
pub fn waiting(diary: &mut Diary<'_>) {
    pathways(diary);
    young(diary);
}

fn pathways(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    let rate = match age {
        ..16 => 0.13,
        16..45 => 0.22,
        45..65 => 0.38,
        65..80 => 0.58,
        _ => 0.5,
    };
    let often = county().rates.often;
    let from = Date((diary.life.until.0 - YEARS * 365).max(diary.person.born.0));
    let years = f64::from(diary.life.until.0 - from.0) / 365.25;
    // Few of the very frail are sent to wait for surgeons.
    let frail = diary.has(Condition::Palliative).is_some() || diary.has(Condition::Dementia).is_some();
    let liability = (0.4 + 0.6 * diary.person.contact) * if frail { 0.35 } else { 1.0 };
    let count = diary.rng.count((often.pathways * rate * liability * years).min(8.0));
    for _ in 0..count {
        let day = diary.day_between(from, diary.life.until);
        one(diary, day, often.pathway_weeks);
    }
}

/// One pathway: referred, seen, treated, or still waiting for either.
fn one(diary: &mut Diary<'_>, from: Date, mean_weeks: f64) {
    let at = diary.surgery(from);
    let older = diary.age(at.date) >= 45;
    let mut left = diary.rng.unit();
    let specialty = SPECIALTIES.iter().find(|specialty| {
        let men = diary.person.sex == Sex::Male && specialty.0 == "Gynaecology";
        left -= if men {
            0.0
        } else if older {
            specialty.3
        } else {
            specialty.2
        };
        left < 0.0
    });
    let Specialty(service, code, _, _, slower, reasons) = specialty.unwrap_or(&SPECIALTIES[0]);
    let urgent = diary.rng.chance(0.14);
    // Those who have least wait longer: poorer places by a sixth, people who need an interpreter by a tenth.
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let unfair = (1.0 + 0.04 * (3.0 - fifth)) * if diary.person.interpreter { 1.1 } else { 1.0 };
    let mean = if urgent { 4.0 } else { mean_weeks * slower * unfair };
    let days = (7.0 * mean * diary.rng.exponential()).clamp(1.0, 78.0 * 7.0) as i32;
    let (treated, seen) = (at.date.0 + days, at.date.0 + (f64::from(days) * 0.62) as i32);
    let until = diary.life.until.0;
    let open = treated > until;
    let own = diary.own_acute();
    let (reason, done) = match diary.rng.pick(reasons) {
        ("Heavy periods", _) if diary.age(at.date) >= 54 => ("Bleeding after the menopause", "Hysteroscopy"),
        usual => usual,
    };
    // Nobody is sent twice for the same thing while these years are told.
    let again = |h: &super::Happening| matches!(h.care, Care::Referral { to, reason: why, .. } if to == *service && why == reason);
    if diary.life.happenings.iter().any(again) {
        return;
    }
    let referral = Care::Referral {
        to: service,
        reason,
        urgent,
        open: seen > until,
    };
    diary.note(at, Tellers::PRACTICE, referral);
    if open && !diary.life.living {
        return;
    }
    let clock = Care::Episode {
        service,
        until: (!open).then_some(Date(treated)),
    };
    diary.note(at.later(1440), own, clock);
    visit(diary, Date(seen), (service, code), own);
    if !open && diary.rng.chance(0.3) {
        let at = diary.surgery(Date(treated));
        diary.note(at, own, Care::Procedure(words(done)));
    }
}

/// The first appointment: kept, missed and made again, called off, or still to come.
fn visit(diary: &mut Diary<'_>, on: Date, clinic: (&'static str, &'static str), own: Tellers) {
    let (service, specialty) = clinic;
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let help = f64::from(u8::from(diary.person.interpreter || diary.marked(Marks::NO_ADDRESS)));
    let misses = 0.04 + 0.013 * (5.0 - fifth) + 0.08 * help;
    let at = diary.surgery(on);
    let ahead = at.date.0 > diary.life.until.0;
    let booked = |outcome| Care::Appointment {
        service,
        specialty,
        outcome,
    };
    if ahead {
        // Only the next few weeks are booked; others simply wait.
        if at.date.0 - diary.life.until.0 < 70 && diary.life.living {
            diary.note_ahead(at, own, booked(Outcome::Booked));
        }
        return;
    }
    if diary.rng.chance(misses) {
        let before = diary.rng.range(20, 45);
        let missed = diary.surgery(Date(on.0 - before));
        diary.note(missed, own, booked(Outcome::Missed));
    }
    diary.note(at, own, booked(Outcome::Attended));
    if diary.rng.chance(0.4) {
        let letter = Care::Letter {
            term: terms::OUTPATIENT_LETTER,
            title: format!("{service} clinic letter"),
            text: format!(
                "Seen in the {} clinic. Examined and advised; the plan is written overleaf and agreed.",
                service.to_lowercase()
            ),
        };
        diary.note(at.later(2880), own, letter);
    }
}

/// Young people sent to mental health services: few are seen within four weeks.
fn young(diary: &mut Diary<'_>) {
    let age = diary.age(diary.life.until);
    let rate = match age {
        5..11 => 0.012,
        11..14 => 0.03,
        14..20 => 0.042,
        _ => return,
    } * [1.5, 1.2, 1.0, 0.85, 0.75][usize::from(diary.household.neighbourhood.fifth.clamp(1, 5)) - 1];
    if !diary.rng.chance((rate * 2.0f64).min(0.5)) {
        return;
    }
    let day = diary.day_between(Date(diary.life.until.0 - 730), diary.life.until);
    let at = diary.surgery(day);
    let wait = if diary.rng.chance(county().rates.often.young_seen_in_time) {
        diary.rng.range(6, 27)
    } else {
        29 + (110.0 * diary.rng.exponential()) as i32
    };
    let seen = diary.surgery(Date(at.date.0 + wait));
    let waits = seen.date.0 > diary.life.until.0;
    let reason = diary.rng.pick(&[
        "Low mood and staying in",
        "Anxious, missing school",
        "Harming themselves",
        "Not eating",
    ]);
    let referral = Care::Referral {
        to: YOUNG,
        reason,
        urgent: reason == "Harming themselves",
        open: waits,
    };
    diary.note(at, Tellers::PRACTICE.and(Tellers::COMMUNITY), referral);
    if waits {
        return;
    }
    let visits = diary.rng.range(1, 6);
    for number in 0..visits {
        let on = Date(seen.date.0 + 21 * number);
        let at = if number == 0 { seen } else { diary.surgery(on) };
        let missed = number > 0 && diary.rng.chance(0.14);
        let appointment = Care::Appointment {
            service: YOUNG,
            specialty: "711",
            outcome: if missed { Outcome::Missed } else { Outcome::Attended },
        };
        diary.note(at, Tellers::COMMUNITY, appointment);
    }
}
