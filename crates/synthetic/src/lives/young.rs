//! Young people sent to mental health services. Many are sent, few are seen soon, some wait very long, and for more than
//! a third nothing comes of it.
//!
//! Children's Commissioner for England, children's mental health services 2022-23: 949,200 children, 8% of those under
//! eighteen, had a referral that was open in the year. Of them 32% came into treatment, 28% waited still (for 142 days on
//! average, an eighth of them for over two years), 39% were closed before that; most were in their teens, the younger
//! waited longer, and anxiety was why most were sent. NHS Dorset's Joint Forward Plan: 1 in 20 seen within four weeks.

use super::conditions::Condition;
use super::waiting::YOUNG;
use super::{Care, Diary, Moment, Outcome, Tellers};
use crate::county::county;
use crate::people::Role;
use crate::random::spread_on;
use crate::terms;
use record::Date;

/// Days of referrals that are told of: some have waited longer than two years.
const DAYS: f64 = 3.0 * 365.0;

/// Referrals a year at each age, before `young_referrals` of the rates: shares of contacts by age, rounded.
fn rate(age: f64) -> f64 {
    match age {
        ..4.5 => 0.0,
        ..11.0 => 0.034,
        ..14.0 => 0.08,
        ..18.5 => 0.108,
        _ => 0.0,
    }
}

/// Why a child or young person is sent, by age: nobody of seven harms themselves here. Worry comes first.
fn worries(age: i32) -> [&'static str; 5] {
    match age {
        ..12 => [
            "Worries that stop sleep",
            "Anxious, missing school",
            "Anger at home and at school",
            "Will not be apart from a parent",
            RESTLESS,
        ],
        _ => [
            LOW,
            "Anxious, missing school",
            "Panic attacks",
            "Worries that stop sleep",
            RESTLESS,
        ],
    }
}

const LOW: &str = "Low mood and staying in";
const RESTLESS: &str = "Restless, cannot settle in class";
/// What is not left to wait, in those of twelve and over.
const URGENT: [&str; 3] = ["Harming themselves", "Harming themselves", "Not eating"];

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
        LOW => "Goes out twice a week and sees friends again. Plan for bad days agreed with the family.",
        "Anxious, missing school" => {
            "In school four days of five with a quiet room to go to. School and family have the plan."
        }
        "Anger at home and at school" => {
            "Knows what comes before an outburst and where to go. Parents' course finished; school has the same plan."
        }
        "Panic attacks" => "Three weeks without an attack. Knows what they are and what to do; takes the bus again.",
        RESTLESS => {
            "Watched in class, asked about at home and by questionnaire: not ADHD. Late nights; sleep and a quiet desk gone \
             over with parents and school."
        }
        _ => "Sleeps and copes better; parents shown what helps. Discharged to the practice and the school nurse.",
    }
}

/// What it writes when it closes a referral without having seen anybody.
const CLOSED: [&str; 3] = [
    "Read by the team and talked over by telephone. Does not need this service now: school's mental health support team has \
     been asked, and an online service named. Please ask again if things get worse.",
    "Two letters and a call without an answer. Closed; can be opened again within three months without a new letter.",
    "Family say that things are better and that they would rather not come. Numbers for day and night sent.",
];

/// One young person's referral, if there was one.
pub fn young(diary: &mut Diary<'_>) {
    let person = diary.person;
    let until = diary.life.until;
    let halfway = f64::from(until.0 - person.born.0) / 365.25 - DAYS / 730.5;
    if !(3.0..20.5).contains(&halfway) {
        return;
    }
    let fifth = usize::from(diary.household.neighbourhood.fifth.clamp(1, 5)) - 1;
    let often = county().rates.often;
    // Somebody who is low or anxious is asked for more often than others.
    let troubled = |condition| diary.truly_has(condition);
    let ill = if troubled(Condition::Depression) || troubled(Condition::Anxiety) {
        2.0
    } else {
        1.0
    };
    let yearly = often.young_referrals * rate(halfway) * [1.5, 1.2, 1.0, 0.85, 0.75][fifth] * ill;
    let sent = (yearly * DAYS / 365.0).min(0.6);
    let draw = chance(diary);
    if draw >= sent || sent <= 0.0 {
        return;
    }
    // Whether in time, and on which day, are parts of the same draw: so they are spread evenly too.
    let (within, in_time) = (draw / sent, often.young_seen_in_time);
    let (soon, part) = if within < in_time {
        (true, within / in_time)
    } else {
        (false, (within - in_time) / (1.0 - in_time))
    };
    let at = diary.surgery(Date(until.0 - (part * DAYS) as i32));
    // Grown-ups are sent to the services of grown-ups.
    let age = diary.age(at.date);
    if (5..18).contains(&age) && at.date <= until {
        referred(diary, at, soon);
    }
}

/// Chance of their own: of two children in each household spread evenly over kinds and places.
fn chance(diary: &mut Diary<'_>) -> f64 {
    let person = diary.person;
    let children = diary.household.people.iter().filter(|other| other.role == Role::Child);
    let before = children.filter(|other| other.slot < person.slot).count();
    match before {
        0 | 1 if person.role == Role::Child => spread_on(person.seed, person.household, 5 + before),
        _ => diary.rng.unit(),
    }
}

fn referred(diary: &mut Diary<'_>, at: Moment, soon: bool) {
    let age = diary.age(at.date);
    let urgent = soon && age >= 12;
    let has = |condition| diary.has(condition).is_some_and(|since| since <= at.date);
    let reason = match (urgent, has(Condition::Depression), has(Condition::Anxiety)) {
        (true, ..) => diary.rng.pick(&URGENT),
        (_, true, _) => LOW,
        (_, _, true) => "Anxious, missing school",
        _ => diary.rng.pick(&worries(age)),
    };
    // Schools and families ask as often as practices do.
    let asked = if urgent || diary.rng.chance(0.5) {
        diary.asked_for(at, reason);
        Tellers::PRACTICE.and(Tellers::COMMUNITY)
    } else {
        Tellers::COMMUNITY
    };
    // The younger wait longer.
    let slow = if age < 11 { 1.5 } else { 1.0 };
    let wait = match (urgent, soon) {
        (true, _) => diary.rng.range(1, 13),
        (_, true) => diary.rng.range(6, 22),
        _ => 34 + (slow * 130.0 * diary.rng.exponential()) as i32,
    };
    let closed = !soon && diary.rng.chance(0.45);
    let ends = if closed {
        Date(at.date.0 + 12 + (70.0 * diary.rng.exponential()) as i32)
    } else {
        Date(at.date.0 + wait)
    };
    let ends = diary.surgery(ends);
    let open = ends.date.0 > diary.life.until.0;
    let referral = Care::Referral {
        to: YOUNG,
        reason,
        urgent,
        open,
    };
    diary.note(at, asked, referral);
    match (open, closed) {
        (true, _) => {}
        (_, true) => {
            let letter = Care::Letter {
                term: terms::OUTPATIENT_LETTER,
                title: format!("{YOUNG}: referral closed"),
                text: diary.rng.pick(&CLOSED).to_owned(),
            };
            diary.note(ends, Tellers::COMMUNITY, letter);
        }
        _ => seen(diary, ends, reason),
    }
}

/// Visits, and what the service writes after the last of them.
fn seen(diary: &mut Diary<'_>, first: Moment, reason: &'static str) {
    let visits = diary.rng.range(2, 6);
    for number in 0..visits {
        let at = match number {
            0 => first,
            _ => diary.surgery(Date(first.date.0 + 21 * number)),
        };
        let missed = number > 0 && diary.rng.chance(0.14);
        let appointment = Care::Appointment {
            service: YOUNG,
            specialty: "711",
            outcome: if missed { Outcome::Missed } else { Outcome::Attended },
        };
        diary.note(at, Tellers::COMMUNITY, appointment);
    }
    let last = diary.surgery(Date(first.date.0 + 21 * visits));
    diary.letter(
        last,
        Tellers::COMMUNITY,
        &format!("{YOUNG}: end of care"),
        parting(reason),
    );
}
