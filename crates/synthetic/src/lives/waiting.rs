//! Waiting: hospital pathways from referral to treatment with their clocks. Waits are long-tailed, and longer for some
//! than for others. A clock stops on a day on which something is: an operation, or the visit at which it was settled
//! that nothing need be done.

use super::conditions::Condition;
use super::reasons::{CHILDREN, Reason, SPECIALTIES, Specialty};
use super::{Care, Diary, Moment, Outcome, Tellers, cancer, operations};
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
    super::young::young(diary);
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
    let until = diary.life.until.0;
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
    // Nor for a knee when a cancer has spread.
    let dying = |had: &super::conditions::Had| cancer::fatal(diary, had) && had.since.0 <= at.date.0;
    if diary.life.happenings.iter().any(again) || diary.life.conditions.iter().any(dying) {
        return;
    }
    let ends = match diary.rng.unit() {
        x if x < 0.3 => Ends::Done,
        x if x < 0.7 => Ends::FirstVisit,
        _ => Ends::NextVisit,
    };
    // Whoever is told at the first visit that nothing need be done has waited for that visit alone.
    let first = match ends {
        Ends::FirstVisit => days,
        Ends::Done | Ends::NextVisit => (f64::from(days) * 0.62) as i32,
    };
    let seen = free(diary, Date(at.date.0 + first.max(2)), 0);
    let stops = match ends {
        Ends::FirstVisit => seen,
        Ends::Done | Ends::NextVisit => {
            let nights = operations::theatre(reason).map_or(0, |theatre| theatre.nights.1);
            free(diary, Date((at.date.0 + days).max(seen.date.0 + 2)), nights)
        }
    };
    let open = stops.date.0 > until;
    diary.asked_for(at, reason.why);
    diary.sent_on(at, Tellers::PRACTICE, service, reason.why, (urgent, seen.date));
    if open && !diary.life.living {
        return;
    }
    let clock = Care::Episode {
        service,
        until: (!open).then_some(stops.date),
    };
    diary.note(at.later(1440), own, clock);
    visit(diary, (at.date, seen), (service, code), reason.letter);
    match ends {
        Ends::Done if !open => done(diary, stops, (service, code), reason),
        Ends::NextVisit if !open => {
            met(diary, stops, (service, code));
            if diary.rng.chance(0.7) {
                let text = diary.rng.pick(&SETTLED);
                diary.letter(stops.later(2880), own, &format!("{service} clinic letter"), text);
            }
        }
        Ends::Done | Ends::NextVisit | Ends::FirstVisit => {}
    }
}

/// How a pathway ends: with something done, with the first visit, or with the next.
#[derive(Clone, Copy)]
enum Ends {
    Done,
    FirstVisit,
    NextVisit,
}

/// What a clinic writes when it sees somebody again and does no more.
const SETTLED: [&str; 3] = [
    "Seen again as planned: no worse, and content to leave it there. Back to the practice.",
    "Better than at the first visit. No more appointments; the practice may ask again.",
    "Tests talked over, nothing that needs us to act. Discharged with written advice.",
];

/// A time in clinic hours, on this day or later, from which on, for so many days, the person lies on no ward.
pub fn free(diary: &mut Diary<'_>, on: Date, days: i32) -> Moment {
    let mut at = diary.surgery(on);
    for _ in 0..8 {
        if !diary.on_a_ward(at.later(-720), at.later(720 + 1440 * days)) {
            return at;
        }
        at = diary.surgery(Date(at.date.0 + 9));
    }
    // Too ill for months: still to come.
    Moment::new(Date(diary.life.until.0 + 30), at.minute)
}

/// A visit that was kept.
fn met(diary: &mut Diary<'_>, at: Moment, (service, specialty): (&'static str, &'static str)) {
    let own = diary.own_acute();
    let kept = Care::Appointment {
        service,
        specialty,
        outcome: Outcome::Attended,
    };
    diary.note(at, own, kept);
}

/// What is done, in hospital or in the clinic, and what is written of it.
fn done(diary: &mut Diary<'_>, at: Moment, clinic: (&'static str, &'static str), reason: &Reason) {
    let own = diary.own_acute();
    let over = match operations::theatre(reason) {
        Some(theatre) => {
            let nights = diary.rng.range(theatre.nights.0, theatre.nights.1);
            let why = (words(reason.done), theatre.icd);
            let Some((from, over)) = diary.planned_stay(at.date, own, why, theatre.ward, clinic, nights) else {
                return;
            };
            diary.note(from.later(110), own, Care::Procedure(words(reason.done)));
            over
        }
        None => {
            met(diary, at, clinic);
            diary.note(at.later(15), own, Care::Procedure(words(reason.done)));
            at
        }
    };
    let title = format!("{} clinic letter", clinic.0);
    diary.letter(over.later(8 * 1440), own, &title, reason.after);
}

/// The first appointment: kept, missed and made again, called off, or still to come.
pub fn visit(diary: &mut Diary<'_>, (sent, at): (Date, Moment), clinic: (&'static str, &'static str), text: &str) {
    let own = diary.own_acute();
    let (service, specialty) = clinic;
    let fifth = f64::from(diary.household.neighbourhood.fifth);
    let help = f64::from(u8::from(diary.person.interpreter || diary.marked(Marks::NO_ADDRESS)));
    let misses = 0.04 + 0.013 * (5.0 - fifth) + 0.08 * help;
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
        let missed = diary.surgery(Date((at.date.0 - before).max(sent.0 + 1)));
        if missed < at {
            diary.note(missed, own, booked(Outcome::Missed));
        }
    }
    diary.note(at, own, booked(Outcome::Attended));
    if diary.rng.chance(0.85) {
        diary.letter(at.later(2880), own, &format!("{service} clinic letter"), text);
    }
}
