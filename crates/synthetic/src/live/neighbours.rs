//! Councils, charities, the fire service, coaches and schools on played days: each writes its own row of the day.

use super::births::push;
use super::{FIRST_NUMBER, NUMBERS_A_DAY, Played, Sent, Written, captured};
use crate::calendar::{self, Moment};
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

/// Tells what these senders write of a person on `day`.
pub fn tell(person: &Person, household: &Household, (as_of, day): (Date, Date), sent: &mut Vec<Sent>) {
    let mut history: Option<Life> = None;
    for who in Who::ALL {
        let mut rng = super::stream(person, day, who.purpose());
        if !who.may(person, household, day, &mut rng) {
            continue;
        }
        let history = history.get_or_insert_with(|| lives::life(person, household, as_of));
        if !who.knows(person, household, history) {
            continue;
        }
        let after = u32::try_from(day.0 - as_of.0).unwrap_or(0);
        let number = FIRST_NUMBER + after * NUMBERS_A_DAY + NUMBER + who as u32;
        let mut minute = 0;
        let told = captured(day, |feeds| {
            minute = who.write(Played {
                feeds,
                person,
                household,
                history,
                day,
                number,
                rng: &mut rng,
            });
        });
        push(told, Moment::new(day, minute), Written::Table, who.words(), sent);
    }
}

impl Who {
    const ALL: [Who; 6] = [
        Who::Council,
        Who::LinkWorker,
        Who::Buddy,
        Who::Fire,
        Who::Coach,
        Who::School,
    ];

    /// What the stream of its days is called.
    const fn purpose(self) -> &'static str {
        match self {
            Who::Council => "council",
            Who::LinkWorker => "link worker day",
            Who::Buddy => "buddy day",
            Who::Fire => "fire day",
            Who::Coach => "coach day",
            Who::School => "school day",
        }
    }

    /// What it writes, without saying about whom.
    const fn words(self) -> &'static str {
        match self {
            Who::Council => "social care, one row",
            Who::LinkWorker => "a link worker's contact",
            Who::Buddy => "a falls buddy's visit",
            Who::Fire => "a Safe and Well visit",
            Who::Coach => "a coaching session",
            Who::School => "a child measured at school",
        }
    }

    /// Whether it writes of someone that day, as far as can be told without their history.
    fn may(self, person: &Person, household: &Household, day: Date, rng: &mut Rng) -> bool {
        let weekday = calendar::weekday(day);
        let working = weekday < 5;
        let grown = person.age(day) >= 18;
        let marked = |mark| person.marks.has(mark);
        match self {
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

    fn knows(self, person: &Person, household: &Household, history: &Life) -> bool {
        match self {
            Who::Council => social_care::knows(person, history),
            Who::LinkWorker => charity::link_workers_know(person, history),
            Who::Buddy => charity::buddies_know(person, household, history),
            Who::Coach => public_health::coaches_know(person, history),
            Who::Fire | Who::School => true,
        }
    }

    /// Writes its row; gives the minute at which it is written.
    fn write(self, played: Played<'_, '_>) -> u16 {
        match self {
            Who::Council => social_care::on_day(played),
            Who::LinkWorker => charity::contact_on_day(played),
            Who::Buddy => charity::visit_on_day(played),
            Who::Fire => fire::on_day(played),
            Who::Coach => public_health::coached(played),
            Who::School => public_health::measured(played),
        }
    }
}
