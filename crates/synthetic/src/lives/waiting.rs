//! Waiting: hospital pathways from referral to treatment with their clocks, and young people's referrals to
//! mental health services. Waits are long-tailed, and longer for some than for others.

use super::conditions::Condition;
use super::reasons::{CHILDREN, Reason, SPECIALTIES, Specialty};
use super::{Care, Diary, Outcome, Tellers};
use crate::county::county;
use crate::people::Marks;
use crate::terms::words;
use record::{Date, Sex};

/// Years of pathways that are told of.
const YEARS: i32 = 3;

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

/// The specialty that a draw of 0 to 1 falls on, of those that someone of this age and sex may be sent to.
fn specialty(draw: f64, age: i32, sex: Sex) -> &'static Specialty {
    let all: &'static [Specialty] = if age < 16 { &CHILDREN } else { &SPECIALTIES };
    let fits = |one: &Specialty| one.reasons.iter().any(|reason| reason.fits(age, sex));
    let mut left = draw;
    let found = all.iter().filter(|one| fits(one)).find(|one| {
        left -= if age >= 45 { one.shares.1 } else { one.shares.0 };
        left < 0.0
    });
    found
        .or_else(|| all.iter().find(|one| fits(one)))
        .unwrap_or(&SPECIALTIES[0])
}

/// One pathway: referred, seen, treated, or still waiting for either.
fn one(diary: &mut Diary<'_>, from: Date, mean_weeks: f64) {
    let at = diary.surgery(from);
    let (age, sex) = (diary.age(at.date), diary.person.sex);
    let draw = diary.rng.unit();
    let Specialty {
        name: service,
        code,
        slower,
        reasons,
        ..
    } = specialty(draw, age, sex);
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
    let fitting: Vec<&Reason> = reasons.iter().filter(|reason| reason.fits(age, sex)).collect();
    if fitting.is_empty() {
        return;
    }
    let reason = diary.rng.pick(&fitting);
    // Nobody is sent twice for the same thing while these years are told, nor for gallstones whose gallbladder is out.
    let again = |h: &super::Happening| match h.care {
        Care::Referral { to, reason: why, .. } => to == *service && why == reason.why,
        Care::Stay { reason: stay, .. } => reason.why == "Gallstones" && stay.words.to_lowercase().contains("gall"),
        _ => false,
    };
    if diary.life.happenings.iter().any(again) {
        return;
    }
    diary.asked_for(at, reason.why);
    let referral = Care::Referral {
        to: service,
        reason: reason.why,
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
    visit(diary, (at.date, Date(seen)), (service, code), reason.letter);
    if !open && diary.rng.chance(0.3) {
        let at = diary.surgery(Date(treated));
        diary.note(at, own, Care::Procedure(words(reason.done)));
        diary.letter(
            at.later(8 * 1440),
            own,
            &format!("{service} clinic letter"),
            reason.after,
        );
    }
}

/// The first appointment: kept, missed and made again, called off, or still to come.
fn visit(diary: &mut Diary<'_>, (sent, on): (Date, Date), clinic: (&'static str, &'static str), text: &str) {
    let own = diary.own_acute();
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
        // Nobody misses an appointment with a clinic that they have not been sent to.
        let missed = diary.surgery(Date((on.0 - before).max(sent.0 + 1)));
        if missed < at {
            diary.note(missed, own, booked(Outcome::Missed));
        }
    }
    diary.note(at, own, booked(Outcome::Attended));
    if diary.rng.chance(0.85) {
        diary.letter(at.later(2880), own, &format!("{service} clinic letter"), text);
    }
}

/// Why a child or young person is sent to mental health services, by age: nobody of seven harms themselves here.
fn worries(age: i32) -> [&'static str; 4] {
    match age {
        ..12 => [
            "Worries that stop sleep",
            "Anxious, missing school",
            "Anger at home and at school",
            "Will not be apart from a parent",
        ],
        _ => [
            "Low mood and staying in",
            "Anxious, missing school",
            "Harming themselves",
            "Not eating",
        ],
    }
}

/// What the service writes when it has done what it can.
fn parting(reason: &str) -> &'static str {
    match reason {
        "Harming themselves" => {
            "Safety plan made with the family and tablets locked away. No self-harm for a month. Back to the practice; to be \
             seen within a day if it begins again."
        }
        "Not eating" => {
            "Weight steady and regular meals with the family. Please weigh every month; come back to us if it falls."
        }
        "Low mood and staying in" => {
            "Goes out twice a week and sees friends again. Plan for bad days agreed with the family."
        }
        "Anxious, missing school" => {
            "In school four days of five with a quiet room to go to. School and family have the plan."
        }
        _ => "Sleeps and copes better; parents shown what helps. Discharged to the practice and the school nurse.",
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
    // Grown-ups are sent to the services of grown-ups.
    let grown = diary.age(at.date) >= 18;
    let wait = if diary.rng.chance(county().rates.often.young_seen_in_time) {
        diary.rng.range(6, 27)
    } else {
        29 + (110.0 * diary.rng.exponential()) as i32
    };
    let seen = diary.surgery(Date(at.date.0 + wait));
    let waits = seen.date.0 > diary.life.until.0;
    let reason = diary.rng.pick(&worries(diary.age(at.date)));
    if grown {
        return;
    }
    diary.asked_for(at, reason);
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
    let last = diary.surgery(Date(seen.date.0 + 21 * visits));
    diary.letter(
        last,
        Tellers::COMMUNITY,
        &format!("{YOUNG}: end of care"),
        parting(reason),
    );
}
