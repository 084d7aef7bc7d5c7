//! Births on played days: who has a baby, what is told of mother and child, and the first years of every child.

use super::{
    Captured, DAYS_TOLD, FIRST_NUMBER, NUMBERS_A_DAY, Sent, Written, bundle, captured, hl7_moment, hl7_words, messages,
};
use crate::calendar::Moment;
use crate::household::Household;
use crate::lives::{self, Diary, Life, Tellers, childhood, first_years, maternity};
use crate::people::{self, Marks, Person, Role, Sketch};
use crate::random::Rng;
use crate::{cast, demographics_service, fhir_senders, known, numbers, west};
use record::{Date, Sex};

/// Of one day's numbers, the first that a child's first years use.
const GROWING: u32 = 70;

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

/// The day within the year after `as_of` on which this woman has a baby, if she has one.
pub fn day(mother: &Person, household: &Household, as_of: Date) -> Option<Date> {
    if mother.sex != Sex::Female || mother.role != Role::Adult || mother.died.is_some() {
        return None;
    }
    let settled = household.home.is_empty() && !household.lines.is_empty() && !cast::is_cast(household.index);
    let infant = household.people.iter().any(|child| child.born.0 > as_of.0 - 400);
    if !settled || infant {
        return None;
    }
    let mut rng = mother.rng("played birth");
    let day = Date(as_of.0 + 1 + rng.range(0, 364));
    rng.chance(fertility(mother.age(day)) / 1000.0).then_some(day)
}

/// The same, when she carries it as the told history ends.
pub fn due(mother: &Person, household: &Household, as_of: Date) -> Option<Date> {
    day(mother, household, as_of).filter(|day| day.0 - as_of.0 < 265)
}

/// The minute of a birth.
fn moment(mother: &Person, born: Date) -> Moment {
    let mut rng = super::stream(mother, born, "birth");
    Moment::new(born, u16::try_from(rng.range(10, 1439)).unwrap_or(600))
}

/// The baby, the `nth` of its day over the whole county; `None` once the numbers are used up.
pub fn baby(mother: &Person, as_of: Date, born: Date, nth: u32) -> Option<Person> {
    let after = u32::try_from(born.0 - as_of.0 - 1).ok()?;
    let ordinal = numbers::baby(after, nth)?;
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
fn life((as_of, born): (Date, Date), met: Tellers, since: Date) -> Life {
    let after = u32::try_from(born.0 - as_of.0).unwrap_or(0);
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

/// Tells what is sent on `day` of the mother of this baby, born on a played day.
pub fn tell(mother: &Person, household: &Household, baby: &Person, (as_of, day): (Date, Date), sent: &mut Vec<Sent>) {
    let born = baby.born;
    let at = moment(mother, born);
    let history = lives::life(mother, household, as_of);
    let mut diary = Diary {
        person: mother,
        household,
        life: life((as_of, born), known::holders(&history), history.since),
        rng: super::stream(mother, born, "delivery"),
    };
    maternity::delivery(&mut diary, at);
    let mut her = diary.life;
    her.happenings.sort_by_key(|happening| happening.at);
    her.happenings.retain(|happening| happening.at.date.0 >= born.0);
    send(mother, household, (&history, &her), day, sent);
    let its = birth(mother, household, baby, as_of);
    let nothing = life((as_of, born), Tellers::default(), born);
    send(baby, household, (&nothing, &its), day, sent);
    let notified = at.later(130);
    if notified.date == day {
        let told = captured(day, |feeds| demographics_service::answer(feeds, baby, household, None));
        push(
            told,
            notified,
            Written::Table,
            "a birth notified, with an NHS number",
            sent,
        );
    }
}

/// The birth as it stands on the baby's own record: all of its history that was not told day by day after it.
pub fn birth(mother: &Person, household: &Household, baby: &Person, as_of: Date) -> Life {
    let mut diary = Diary {
        person: baby,
        household,
        life: life((as_of, baby.born), Tellers::default(), baby.born),
        rng: super::stream(mother, baby.born, "newborn"),
    };
    childhood::birth(&mut diary, moment(mother, baby.born));
    let mut its = diary.life;
    its.happenings.sort_by_key(|happening| happening.at);
    its
}

/// Tells what is sent on `day` of a child's first years, whether born on a played day or before.
pub fn grow(
    child: &Person,
    household: &Household,
    history: &dyn Fn() -> Life,
    (as_of, day): (Date, Date),
    sent: &mut Vec<Sent>,
) {
    if !first_years::lasts(child, day) {
        return;
    }
    let mut steps = first_years::first_years(child, household);
    steps.retain(|step| step.at.date == day);
    if steps.is_empty() {
        return;
    }
    let history = history();
    let mut life = life((as_of, day), known::holders(&history), history.since);
    life.first += GROWING;
    life.happenings = steps;
    send(child, household, (&history, &life), day, sent);
}

/// What hospitals, practice and community trust send of this life on this day.
fn send(person: &Person, household: &Household, (history, life): (&Life, &Life), day: Date, sent: &mut Vec<Sent>) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lives::Happening;
    use crate::{Plan, blocks, households};
    use std::collections::BTreeSet;

    const AS_OF: Date = Date(20_758);

    fn everyone(people: u32, each: &mut dyn FnMut(&Person, &Household)) {
        let plan = Plan {
            people,
            seed: 3,
            as_of: AS_OF,
        };
        for household in blocks(plan).flat_map(|block| households(plan, block)) {
            household.people.iter().for_each(|person| each(person, &household));
        }
    }

    /// What is sent of a person that is no Patient: its type, id and version.
    fn resources(sent: &[Sent]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for one in sent.iter().filter(|one| one.written == Written::Bundle) {
            let bundle: serde_json::Value = serde_json::from_slice(&one.bytes).unwrap();
            for entry in bundle["entry"].as_array().unwrap() {
                let resource = &entry["resource"];
                if resource["resourceType"] != "Patient" {
                    let key = [
                        &resource["resourceType"],
                        &resource["id"],
                        &resource["meta"]["lastUpdated"],
                    ];
                    let key: Vec<String> = key.iter().map(|part| part.as_str().unwrap().to_owned()).collect();
                    found.push((key.join("/"), resource.to_string()));
                }
            }
        }
        found
    }

    #[test]
    fn a_baby_of_a_played_day_is_seen_vaccinated_and_ill_as_others_are() {
        let (mut babies, mut full, mut reviewed, mut ill) = (0, 0, 0, 0);
        everyone(9_000, &mut |mother, household| {
            let Some(born) = day(mother, household, AS_OF) else {
                return;
            };
            let its = baby(mother, AS_OF, born, 0).unwrap();
            let (mut seen, mut doses, mut reviews, mut illnesses) = (BTreeSet::new(), 0, 0, 0);
            for after in 0..1_500 {
                let mut sent = Vec::new();
                super::super::born_since((mother, &its), household, (AS_OF, Date(born.0 + after)), &mut sent);
                for (key, text) in resources(&sent) {
                    assert!(!text.contains("nan") && seen.insert(key.clone()), "{key} is sent twice");
                    doses += i32::from(text.contains("6-in-1 vaccine") && text.contains("\"completed\""));
                    reviews += i32::from(text.contains("Health visitor") && text.contains("\"Encounter\""));
                    let own = text.contains("consultation");
                    illnesses += i32::from(own && after > DAYS_TOLD);
                }
            }
            babies += 1;
            full += i32::from(doses == 4);
            reviewed += reviews;
            ill += illnesses;
        });
        eprintln!("{babies} babies, {full} with all four doses, {reviewed} reviews, {ill} consultations");
        assert!(babies >= 25 && full * 10 >= babies * 7, "{full} of {babies}");
        assert!(reviewed >= babies * 3 && ill >= babies * 3, "{reviewed} {ill}");
    }

    #[test]
    fn a_child_of_the_told_history_goes_on_from_where_it_ended() {
        let (mut children, mut steps) = (0, 0);
        let due = |step: &&Happening| step.at.date.0 > AS_OF.0 && step.at.date.0 <= AS_OF.0 + 90;
        everyone(3_000, &mut |child, household| {
            if child.died.is_some() || !first_years::lasts(child, Date(AS_OF.0 + 1)) {
                return;
            }
            let wanted = first_years::first_years(child, household).iter().filter(due).count();
            let mut sent = Vec::new();
            for after in 1..=90 {
                let told = || lives::life(child, household, AS_OF);
                grow(child, household, &told, (AS_OF, Date(AS_OF.0 + after)), &mut sent);
            }
            assert_eq!(resources(&sent).len(), wanted, "person {}", child.ordinal);
            children += 1;
            steps += wanted;
        });
        assert!(children > 60 && steps > 60, "{children} {steps}");
    }
}
