//! Deaths on played days: who dies and where, and who is told when.

use super::births::push;
use super::{FIRST_NUMBER, NUMBERS_A_DAY, Played, Sent, Written, captured};
use crate::calendar::{self, Moment};
use crate::household::Household;
use crate::lives::{self, Care, Happening, Life, Tellers};
use crate::people::{Marks, Person};
use crate::random::exp;
use crate::{cast, demographics_service, fhir_senders, known, mortality, social_care, west};
use record::Date;

/// Days before a death on which nothing but its own stay, a consultation or a nurse's visit begins.
pub const QUIET_DAYS: i32 = 21;
/// Days after a death by which everybody has been told.
const TOLD_BY: i32 = 6;
/// Of one day's numbers, the first that what follows a death uses.
const NUMBER: u32 = 90;

/// A death on a played day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// The day.
    pub day: Date,
    /// When the hospital stay began that it ended; `None` when they did not die in hospital.
    pub stay: Option<Date>,
}

/// The death of a person after `as_of`, when it comes by the day given: by the year's rates of age, sex and place.
pub fn death(person: &Person, household: &Household, as_of: Date, by: Date) -> Option<Death> {
    if cast::is_cast(household.index) {
        return None;
    }
    let mut rng = person.rng("played death");
    let resident = person.marks.has(Marks::RESIDENT);
    for year in 0..=(by.0 - as_of.0 - 1).max(0) / 365 {
        let from = as_of.0 + 365 * year;
        let age = person.age(as_of) + year;
        let rate = mortality::rate(f64::from(age) + 0.5, person.sex, household.neighbourhood.fifth);
        let dies = rng.chance(1.0 - exp(-rate * mortality::resident(age, resident)));
        let (day, before, hospital) = (
            rng.range(1, 365),
            rng.range(1, 12),
            rng.chance(if resident { 0.25 } else { 0.45 }),
        );
        if dies {
            let day = Date(from + day);
            let stay = Date(day.0 - before);
            let stay = (hospital && stay.0 > as_of.0 && age >= 18).then_some(stay);
            return (day.0 <= by.0).then_some(Death { day, stay });
        }
    }
    None
}

/// Tells what is sent on `day` because of a death: the practice takes them off its list, the national service answers
/// with the date, hospitals, the community trust and the council hear of it.
pub fn tell(person: &Person, household: &Household, death: Death, (as_of, day): (Date, Date), sent: &mut Vec<Sent>) {
    let since = day.0 - death.day.0;
    if !(0..=TOLD_BY).contains(&since) {
        return;
    }
    let history = lives::life(person, household, as_of);
    let mut dead = person.clone();
    dead.died = Some(death.day);
    let mut rng = super::stream(person, death.day, "after death");
    let number = FIRST_NUMBER + u32::try_from(death.day.0 - as_of.0).unwrap_or(0) * NUMBERS_A_DAY + NUMBER;
    let mut minute = |from: i32| Moment::new(day, u16::try_from(rng.range(from, from + 240)).unwrap_or(600));
    let (early, morning) = (minute(5 * 60), minute(9 * 60));
    if day == calendar::working_day(Date(death.day.0 + 1)) {
        let off = [(number, taken_off(&history, death.day))];
        let told = captured(day, |feeds| {
            fhir_senders::at_once(feeds, &dead, household, &history, Tellers::PRACTICE, (morning, &off));
        });
        push(
            told,
            morning,
            Written::Bundle,
            "a death: taken off the practice's list",
            sent,
        );
    }
    if since == 1 {
        let told = captured(day, |feeds| {
            demographics_service::answer(feeds, &dead, household, Some(death.day))
        });
        push(told, early, Written::Table, "a death on the national service", sent);
    }
    if since == 2 && social_care::knows(person, &history) {
        let mut rng = super::stream(person, death.day, "council hears");
        let mut at = morning;
        let told = captured(day, |feeds| {
            at.minute = social_care::on_day(Played {
                feeds,
                person: &dead,
                household,
                history: &history,
                day,
                number,
                rng: &mut rng,
            });
        });
        push(told, at, Written::Table, "social care ended by a death", sent);
    }
    let holders = known::holders(&history);
    if since == 3 && holders.has(Tellers::EAST) && !here(death, household, Tellers::EAST) {
        let told = captured(day, |feeds| {
            fhir_senders::at_once(feeds, &dead, household, &history, Tellers::EAST, (morning, &[]));
        });
        push(told, morning, Written::Bundle, "a death: Patient", sent);
    }
    if since == 3 && holders.has(Tellers::WEST) && !here(death, household, Tellers::WEST) {
        let told = captured(day, |feeds| {
            west::death(feeds, &dead, household, &history, (morning, number))
        });
        push(told, morning, Written::Message, "ADT^A31 a death", sent);
    }
    if since == 4 && holders.has(Tellers::COMMUNITY) {
        let told = captured(day, |feeds| {
            fhir_senders::at_once(feeds, &dead, household, &history, Tellers::COMMUNITY, (morning, &[]));
        });
        push(told, morning, Written::Bundle, "a death: Patient", sent);
    }
}

/// Whether they died in this hospital, as nearly all do in their own: it has said so itself.
fn here(death: Death, household: &Household, hospital: Tellers) -> bool {
    death.stay.is_some() && Tellers::acute(household.neighbourhood.acute) == hospital
}

/// The end of being registered.
fn taken_off(history: &Life, died: Date) -> Happening {
    Happening {
        at: Moment::new(history.since, 9 * 60),
        by: Tellers::PRACTICE,
        care: Care::Episode {
            service: "Registered with the practice",
            until: Some(died),
        },
        in_error: false,
    }
}
