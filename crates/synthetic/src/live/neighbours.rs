//! Councils, charities, the fire service, coaches and schools on played days: each writes its own row of the day.

use super::births::push;
use super::{FIRST_NUMBER, NUMBERS_A_DAY, Sent, Written, captured};
use crate::calendar::{self, Moment};
use crate::feeds::Feeds;
use crate::household::Household;
use crate::lives::{self, Life};
use crate::people::{Marks, Person};
use crate::random::Rng;
use crate::{charity, fire, public_health, social_care};
use record::Date;

/// Of one day's numbers, the first that these senders use.
const NUMBER: u32 = 80;
/// Working days of a year.
const WORKING: f64 = 260.0;

/// Who may write of a person on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Council,
    LinkWorker,
    Buddy,
    Fire,
    Coach,
    School,
}

const ALL: [Who; 6] = [
    Who::Council,
    Who::LinkWorker,
    Who::Buddy,
    Who::Fire,
    Who::Coach,
    Who::School,
];

/// Tells what these senders write of a person on `day`.
pub fn tell(person: &Person, household: &Household, (as_of, day): (Date, Date), sent: &mut Vec<Sent>) {
    let mut history: Option<Life> = None;
    for (at, who) in (0u32..).zip(ALL) {
        let mut rng = super::stream(person, day, PURPOSE[at as usize]);
        if !may(who, person, household, day, &mut rng) {
            continue;
        }
        let history = history.get_or_insert_with(|| lives::life(person, household, as_of));
        if !knows(who, person, household, history) {
            continue;
        }
        let after = u32::try_from(day.0 - as_of.0).unwrap_or(0);
        let number = FIRST_NUMBER + after * NUMBERS_A_DAY + NUMBER + at;
        let mut minute = 0;
        let told = captured(day, |feeds| {
            minute = write(who, feeds, (person, household, history), (day, number), &mut rng)
        });
        push(told, Moment::new(day, minute), Written::Table, WORDS[at as usize], sent);
    }
}

const PURPOSE: [&str; 6] = [
    "council",
    "link worker day",
    "buddy day",
    "fire day",
    "coach day",
    "school day",
];
const WORDS: [&str; 6] = [
    "social care, one row",
    "a link worker's contact",
    "a falls buddy's visit",
    "a Safe and Well visit",
    "a coaching session",
    "a child measured at school",
];

/// Whether a sender writes of someone that day, as far as can be told without their history.
fn may(who: Who, person: &Person, household: &Household, day: Date, rng: &mut Rng) -> bool {
    let weekday = calendar::weekday(day);
    let working = weekday < 5;
    let grown = person.age(day) >= 18;
    let marked = |mark| person.marks.has(mark);
    match who {
        Who::Council if grown => working && marked(Marks::SOCIAL_CARE) && rng.chance(2.4 / WORKING),
        Who::Council => {
            working && marked(Marks::CHILD_PLAN) && rng.chance(3.0 / WORKING) && social_care::plan_open(person)
        }
        Who::LinkWorker => {
            working && grown && (marked(Marks::CHARITY) || marked(Marks::LONELY)) && rng.chance(7.0 / WORKING)
        }
        Who::Buddy => marked(Marks::FALLER) && i32::try_from(household.index % 5) == Ok(weekday),
        Who::Fire => working && fire::knows(person, household) && rng.chance(0.5 / WORKING),
        Who::Coach => working && marked(Marks::COACHED) && grown && rng.chance(6.0 / WORKING),
        Who::School => working && public_health::measured_on(person, day),
    }
}

fn knows(who: Who, person: &Person, household: &Household, history: &Life) -> bool {
    match who {
        Who::Council => social_care::knows(person, history),
        Who::LinkWorker => charity::link_workers_know(person, history),
        Who::Buddy => charity::buddies_know(person, household, history),
        Who::Coach => public_health::coaches_know(person, history),
        Who::Fire | Who::School => true,
    }
}

fn write(
    who: Who,
    feeds: &mut Feeds<'_>,
    (person, household, history): (&Person, &Household, &Life),
    told: (Date, u32),
    rng: &mut Rng,
) -> u16 {
    match who {
        Who::Council => social_care::on_day(feeds, person, household, history, told, rng),
        Who::LinkWorker => charity::on_day(feeds, person, household, history, told, (false, rng)),
        Who::Buddy => charity::on_day(feeds, person, household, history, told, (true, rng)),
        Who::Fire => fire::on_day(feeds, person, household, history, told, rng),
        Who::Coach => public_health::coached(feeds, person, household, history, told, rng),
        Who::School => public_health::measured(feeds, person, household, history, told.0),
    }
}
