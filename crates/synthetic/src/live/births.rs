//! Births on played days: who has a baby, and what is told of mother and child in the weeks after.

use super::{
    Captured, DAYS_TOLD, FIRST_NUMBER, NUMBERS_A_DAY, Sent, Written, bundle, captured, hl7_moment, hl7_words, messages,
};
use crate::calendar::Moment;
use crate::household::Household;
use crate::lives::{self, Care, Diary, Life, Tellers, childhood, maternity};
use crate::people::{self, Marks, Person, Role, Sketch};
use crate::random::Rng;
use crate::terms::words;
use crate::{cast, demographics_service, fhir_senders, known, west};
use record::{Date, Sex};

/// Numbers of babies follow those of everyone who can be invented, so many for each played day; once they are used up
/// nobody is born any more.
const FIRST_BABY: u32 = people::PEOPLE_MAX;
const BABIES_A_DAY: u32 = 40;
const DAYS_WITH_BIRTHS: u32 = 250;

/// Births a year to a thousand women by age (ONS, births in England and Wales 2022, rounded).
fn fertility(age: i32) -> f64 {
    match age {
        16..20 => 8.0,
        20..25 => 38.0,
        25..30 => 75.0,
        30..35 => 92.0,
        35..40 => 52.0,
        40..45 => 12.0,
        _ => 0.0,
    }
}

/// Whether this woman has a baby on this day after `as_of`. The day within each year after it is her own, so that two
/// births are at least a year apart.
pub fn on(mother: &Person, household: &Household, as_of: Date, day: Date) -> bool {
    let after = day.0 - as_of.0 - 1;
    if after < 0 || mother.sex != Sex::Female || mother.role != Role::Adult || mother.died.is_some() {
        return false;
    }
    let mut rng = mother.rng("played birth");
    if after % 365 != rng.range(0, 364) {
        return false;
    }
    let settled = household.home.is_empty() && !household.lines.is_empty() && !cast::is_cast(household.index);
    let infant = household.people.iter().any(|child| child.born.0 > as_of.0 - 400);
    let year = after / 365;
    let chance = fertility(mother.age(day)) / 1000.0;
    // Each year is drawn in turn: the stream gives as many numbers as there are years.
    let drawn = (0..=year).fold(false, |_, _| rng.chance(chance));
    settled && !(infant && year == 0) && drawn
}

/// The day within the next nine months on which she will have a baby, when she carries one as the told history ends.
pub fn due(mother: &Person, household: &Household, as_of: Date) -> Option<Date> {
    if mother.sex != Sex::Female || mother.role != Role::Adult {
        return None;
    }
    let day = Date(as_of.0 + 1 + mother.rng("played birth").range(0, 364));
    (day.0 - as_of.0 < 265 && on(mother, household, as_of, day)).then_some(day)
}

/// The minute of a birth.
fn moment(mother: &Person, born: Date) -> Moment {
    let mut rng = super::stream(mother, born, "birth");
    Moment::new(born, u16::try_from(rng.range(10, 1439)).unwrap_or(600))
}

/// The baby, the `nth` of its day over the whole county; `None` once the numbers are used up.
pub fn baby(mother: &Person, as_of: Date, born: Date, nth: u32) -> Option<Person> {
    let after = u32::try_from(born.0 - as_of.0 - 1).ok()?;
    if nth >= BABIES_A_DAY || after >= DAYS_WITH_BIRTHS {
        return None;
    }
    let ordinal = FIRST_BABY + after * BABIES_A_DAY + nth;
    let slot = 1_000 + u16::try_from(after).ok()?;
    let mut rng = Rng::keyed(mother.seed, mother.household, slot, "baby");
    let sketch = Sketch {
        age: 0,
        sex: if rng.chance(0.488) { Sex::Female } else { Sex::Male },
        role: Role::Child,
        twin: false,
    };
    let place = (mother.household, slot);
    let mut baby = people::person(mother.seed, place, ordinal, born, sketch, mother.family, None);
    baby.born = born;
    baby.ethnicity = mother.ethnicity;
    baby.language = mother.language;
    baby.marks.perhaps(Marks::BABY, 0.4, &mut rng);
    Some(baby)
}

/// A life that has just begun, or one of which only this birth is told.
fn life(person: &Person, (as_of, born): (Date, Date), met: Tellers, since: Date) -> Life {
    let after = u32::try_from(born.0 - as_of.0).unwrap_or(0);
    let _ = person;
    Life {
        conditions: Vec::new(),
        happenings: Vec::new(),
        falls: Vec::new(),
        since,
        until: Date(born.0 + DAYS_TOLD),
        living: true,
        first: FIRST_NUMBER + after * NUMBERS_A_DAY,
        met,
    }
}

/// Tells what is sent on `day` of a birth on `born`.
pub fn tell(
    mother: &Person,
    household: &Household,
    (as_of, born, day): (Date, Date, Date),
    nth: u32,
    sent: &mut Vec<Sent>,
) {
    let Some(baby) = baby(mother, as_of, born, nth) else {
        return;
    };
    let at = moment(mother, born);
    let history = lives::life(mother, household, as_of);
    let mut diary = Diary {
        person: mother,
        household,
        life: life(mother, (as_of, born), known::holders(&history), history.since),
        rng: super::stream(mother, born, "delivery"),
    };
    maternity::delivery(&mut diary, at);
    let mut her = diary.life;
    her.happenings.sort_by_key(|happening| happening.at);
    her.happenings.retain(|happening| happening.at.date.0 >= born.0);
    send(mother, household, &history, &her, day, sent);

    let mut diary = Diary {
        person: &baby,
        household,
        life: life(&baby, (as_of, born), Tellers::default(), born),
        rng: super::stream(mother, born, "newborn"),
    };
    childhood::birth(&mut diary, at);
    let visit = diary.rng.range(10, 14);
    diary.community_sees(
        Date(born.0 + visit),
        "Health visitor new birth visit",
        "Healthy child programme",
        "Health visiting",
    );
    let days = diary.rng.range(4, 12);
    let registered = diary.surgery(Date(born.0 + days));
    let contact = Care::Contact {
        term: words("Registration of a newborn"),
        class: "VR",
        reason: "New to the practice's list",
        minutes: 5,
        service: "General practice",
    };
    diary.note(registered, Tellers::PRACTICE, contact);
    let mut its = diary.life;
    its.happenings.sort_by_key(|happening| happening.at);
    let nothing = life(&baby, (as_of, born), Tellers::default(), born);
    send(&baby, household, &nothing, &its, day, sent);
    let notified = at.later(130);
    if notified.date == day {
        let told = captured(day, |feeds| demographics_service::answer(feeds, &baby, household, None));
        push(
            told,
            notified,
            Written::Table,
            "a birth notified, with an NHS number",
            sent,
        );
    }
}

/// What hospitals, practice and community trust send of this life on this day.
fn send(person: &Person, household: &Household, history: &Life, life: &Life, day: Date, sent: &mut Vec<Sent>) {
    for chunk in captured(day, |feeds| west::tell(feeds, person, household, life)) {
        for message in messages(&chunk.bytes) {
            if let Some(at) = hl7_moment(message).filter(|at| at.date == day) {
                sent.push(chunk.sent(at, Written::Message, hl7_words(message), message.to_vec()));
            }
        }
    }
    for (at, resources, write) in fhir_senders::lots(person, household, history, life) {
        if at.date == day {
            for mut chunk in captured(day, |feeds| write(feeds)) {
                let bytes = bundle(std::mem::take(&mut chunk.bytes));
                sent.push(chunk.sent(at, Written::Bundle, resources.clone(), bytes));
            }
        }
    }
}

/// Puts what was captured among what is sent.
pub fn push(told: Vec<Captured>, at: Moment, written: Written, words: &str, sent: &mut Vec<Sent>) {
    for mut chunk in told {
        let bytes = std::mem::take(&mut chunk.bytes);
        let bytes = if written == Written::Bundle {
            bundle(bytes)
        } else {
            bytes
        };
        sent.push(chunk.sent(at, written, words.to_owned(), bytes));
    }
}
