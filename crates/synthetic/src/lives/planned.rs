//! Operations that are planned long before: a hip replaced, a cataract removed. Each was asked for by the practice, agreed
//! on at a clinic, and waited for; there are two of each, some time apart.

use super::causes::{CATARACT, Cause, HIP};
use super::conditions::Condition;
use super::reasons::SPECIALTIES;
use super::{Care, Diary, Tellers, waiting};
use crate::county::county;
use record::Date;

/// What is planned, and how it comes about.
struct Operation {
    cause: Cause,
    of: Condition,
    /// From this age on few are offered it; nor are those with dementia.
    too_old: i32,
    /// Days between one side and the other, at least.
    apart: i32,
    why: &'static str,
    /// What the clinic writes when it is agreed on.
    letter: &'static str,
    /// How each side is written of, for the first and the second.
    done: [&'static str; 2],
}

static OPERATIONS: [Operation; 2] = [
    Operation {
        cause: HIP,
        of: Condition::Osteoarthritis,
        too_old: 86,
        apart: 180,
        why: "Hip pain that wakes, walks 200 yards",
        letter: "Severe arthritis of the hip on X-ray, tablets and exercises tried. Risks talked over; listed for a replacement.",
        done: [
            "Right hip replaced without complication. Walks with two sticks; physiotherapist to call.",
            "Left hip replaced without complication. Walks with two sticks; physiotherapist to call.",
        ],
    },
    Operation {
        cause: CATARACT,
        of: Condition::Cataract,
        too_old: 130,
        apart: 28,
        why: "Cataract: dazzled at night, cannot read small print",
        letter: "Cataract, reads half of the chart with glasses. Risks talked over; listed as a day case under drops.",
        done: [
            "Cataract removed from the right eye as a day case.",
            "Cataract removed from the left eye as a day case.",
        ],
    },
];

/// Nobody is operated on sooner after the diagnosis than this, in days.
const SOONEST: i32 = 120;

fn operation(cause: &Cause) -> Option<&'static Operation> {
    let is = |one: &&Operation| one.cause.reason.words == cause.reason.words && !cause.emergency;
    OPERATIONS.iter().find(is)
}

/// Days on which this was done already.
fn days(diary: &Diary<'_>, cause: &Cause) -> Vec<Date> {
    let is = |h: &super::Happening| matches!(h.care, Care::Stay { reason, .. } if reason.words == cause.reason.words);
    let all = diary.life.happenings.iter();
    all.filter(|h| is(h)).map(|h| h.at.date).collect()
}

/// What may have been planned for that day.
pub fn planned(diary: &Diary<'_>, on: Date) -> Option<Cause> {
    let known = |c, days| diary.has(c).is_some_and(|since: Date| since.0 + days <= on.0);
    let one = OPERATIONS.iter().find(|one| {
        let before = days(diary, &one.cause);
        let fit = diary.age(on) < one.too_old && (one.too_old > 100 || !known(Condition::Dementia, 0));
        let apart = before.iter().all(|day| (day.0 - on.0).abs() >= one.apart);
        fit && known(one.of, SOONEST) && before.len() < 2 && apart
    })?;
    Some(one.cause)
}

/// Whether somebody has had this done by that day.
pub fn had(diary: &Diary<'_>, of: Condition, on: Date) -> bool {
    let is = |one: &&Operation| one.of == of;
    let one = OPERATIONS.iter().find(is);
    one.is_some_and(|one| days(diary, &one.cause).iter().any(|day| day.0 <= on.0))
}

/// What is written of it when someone goes home; the stay itself stands already.
pub fn text(diary: &Diary<'_>, cause: &Cause) -> Option<&'static str> {
    let which = days(diary, cause).len().clamp(1, 2) - 1;
    operation(cause).and_then(|one| one.done.get(which).copied())
}

/// What led to each operation: the letter, the clinic, and the clock that it stops. To be told after every stay, so that
/// nobody is asked to a clinic from a ward; drawn apart, so that what else happens to them does not hang on it.
pub fn lead_up(diary: &mut Diary<'_>) {
    for one in &OPERATIONS {
        for (which, day) in days(diary, &one.cause).into_iter().enumerate() {
            let apart = diary.person.rng(&format!("planned {} {which}", one.cause.reason.words));
            let kept = std::mem::replace(&mut diary.rng, apart);
            agreed(diary, one, day);
            diary.rng = kept;
        }
    }
}

fn agreed(diary: &mut Diary<'_>, one: &Operation, on: Date) {
    let of = one.cause.specialty.0;
    let (Some(since), Some(clinic)) = (diary.has(one.of), SPECIALTIES.iter().find(|s| s.code == of)) else {
        return;
    };
    let mean = 7.0 * county().rates.often.pathway_weeks * clinic.slower;
    let longest = (on.0 - since.0 - 14).min(78 * 7);
    let waited = ((mean * diary.rng.exponential()) as i32).clamp(49, longest.max(49));
    let sent = diary.surgery(Date(on.0 - waited));
    let seen = waiting::free(diary, Date(sent.date.0 + waited / 2), 0);
    if seen.date >= on {
        return;
    }
    diary.asked_for(sent, one.why);
    diary.sent_on(sent, Tellers::PRACTICE, clinic.name, one.why, (false, seen.date));
    let own = diary.own_acute();
    let clock = Care::Episode {
        service: clinic.name,
        until: Some(on),
    };
    diary.note(sent.later(1440), own, clock);
    waiting::visit(diary, (sent.date, seen), (clinic.name, clinic.code), one.letter);
}
