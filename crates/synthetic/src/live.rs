//! A day after the as-of date, told as it goes by: who comes to a practice, falls, is taken to hospital and goes
//! home again, and each message, bundle or row that this makes, with the minute at which it is sent.
//!
//! What begins on a day depends on the seed, the person and that day alone, so that days can be played one by one,
//! again, or from the middle. Ids never meet those of the told history (`Life::first`).

use crate::calendar::{self, Moment};
use crate::county::county;
use crate::feeds::{Chunk, Feeds};
use crate::fhir::Copy;
use crate::household::Household;
use crate::lives::{self, Care, Diary, Life, acute, community, consultations, stays};
use crate::people::{Marks, Person};
use crate::random::Rng;
use crate::{Block, Plan, ambulance, fhir_senders, households, known, west};
use deaths::Death;
use record::Date;
use std::collections::BTreeMap;

pub(crate) mod births;
mod deaths;
mod neighbours;

/// What begins on one day has been told whole by this many days later.
const DAYS_TOLD: i32 = 21;

/// Days after a consultation by which its tests are back.
const FOLLOWED: i32 = 6;

/// Numbers of what begins on the first day after the as-of date; no told history has so many happenings.
const FIRST_NUMBER: u32 = 10_000;
/// Numbers kept for what begins for one person on one day.
const NUMBERS_A_DAY: u32 = 100;
/// Days after the as-of date that can be played: numbers stay short.
pub const DAYS_MAX: i32 = 3_650;

/// How something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// One HL7 v2 message.
    Message,
    /// A FHIR transaction.
    Bundle,
    /// A table of one row with its heading.
    Table,
}

/// One thing that a partner sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Minutes since midnight.
    pub minute: u16,
    /// The feed's name.
    pub feed: &'static str,
    /// Its sender's ODS code.
    pub sender: &'static str,
    /// How it is written.
    pub written: Written,
    /// A file name, different for everything sent on a day.
    pub file_name: String,
    /// What it is, without saying about whom.
    pub words: String,
    /// As sent.
    pub bytes: Vec<u8>,
}

/// What a sender of rows needs to write one of a person on a played day.
pub(crate) struct Played<'a, 'f> {
    /// Where it is written.
    pub feeds: &'a mut Feeds<'f>,
    /// Whom it is about.
    pub person: &'a Person,
    /// Where they live.
    pub household: &'a Household,
    /// Their told history.
    pub history: &'a Life,
    /// The day.
    pub day: Date,
    /// A number that nothing else of theirs has, for the row's reference.
    pub number: u32,
    /// Chance.
    pub rng: &'a mut Rng,
}

impl<'a> Played<'a, '_> {
    /// This sender's copy of who the person is.
    pub fn copy(&self, sender: &'static known::Sender) -> Copy<'a> {
        known::copy(sender, self.person, self.household, self.history)
    }
}

/// Everything sent on a day after the plan's as-of date, in the order in which it is sent; nothing for a day that
/// is not among the [`DAYS_MAX`] after it.
pub fn day(plan: Plan, day: Date) -> Vec<Sent> {
    let mut sent = Vec::new();
    if day.0 <= plan.as_of.0 || day.0 > plan.as_of.0 + DAYS_MAX {
        return sent;
    }
    // Babies are numbered in the order of households, so that one of a small run has its number in a large one.
    let mut born = BTreeMap::new();
    for block in crate::blocks(plan) {
        told(plan, block, day, &mut born, &mut sent);
    }
    // Households come in order, so that what is sent in one minute stays in one order.
    sent.sort_by_key(|one| one.minute);
    for (number, one) in sent.iter_mut().enumerate() {
        let extension = match one.written {
            Written::Message => "hl7",
            Written::Bundle => "json",
            Written::Table => "csv",
        };
        let date = day.iso().replace('-', "");
        one.file_name = format!("{}-{date}-{number:06}.{extension}", one.feed);
    }
    sent
}

fn told(plan: Plan, block: Block, day: Date, born: &mut BTreeMap<Date, u32>, sent: &mut Vec<Sent>) {
    for household in households(plan, block) {
        for person in household.people.iter().filter(|person| person.died.is_none()) {
            one(plan, person, &household, (day, born), sent);
        }
    }
}

/// What is sent of one person on a day.
fn one(
    plan: Plan,
    person: &Person,
    household: &Household,
    (day, born): (Date, &mut BTreeMap<Date, u32>),
    sent: &mut Vec<Sent>,
) {
    let as_of = plan.as_of;
    let death = deaths::death(person, household, as_of, Date(day.0 + deaths::QUIET_DAYS));
    let lives = |on: Date| death.is_none_or(|death| death.day > on);
    let birth = births::day(person, household, as_of).filter(|birth| *birth <= day && lives(*birth));
    let told = || lives::life(person, household, as_of);
    for begun in (begun_from(as_of, day)..=day.0).map(Date) {
        if birth == Some(begun) {
            continue;
        }
        if let Some(begins) = draw(person, household, (as_of, begun), death) {
            episode((person, &told), household, (as_of, begun, day), (begins, death), sent);
        }
    }
    if let Some(birth) = birth {
        let nth = born.entry(birth).or_default();
        if let Some(baby) = births::baby(person, as_of, birth, *nth) {
            born_since((person, &baby), household, (as_of, day), sent);
        }
        *nth += 1;
    }
    if lives(day) {
        births::grow(person, household, &told, (as_of, day), sent);
    }
    match death {
        Some(death) if death.day <= day => deaths::tell(person, household, death, (as_of, day), sent),
        _ => neighbours::tell(person, household, (as_of, day), sent),
    }
}

/// The first day on which something began that may still be told of.
fn begun_from(as_of: Date, day: Date) -> i32 {
    (day.0 - DAYS_TOLD).max(as_of.0 + 1)
}

/// What is sent on a day of a baby born on a played day: the birth, then its first years, and what befalls it as it
/// does others.
fn born_since(
    (mother, baby): (&Person, &Person),
    household: &Household,
    (as_of, day): (Date, Date),
    sent: &mut Vec<Sent>,
) {
    if day.0 <= baby.born.0 + DAYS_TOLD {
        births::tell(mother, household, baby, (as_of, day), sent);
    }
    let told = || births::birth(mother, household, baby, as_of);
    births::grow(baby, household, &told, (as_of, day), sent);
    for begun in (begun_from(as_of, day).max(baby.born.0 + DAYS_TOLD + 1)..=day.0).map(Date) {
        if let Some(begins) = draw(baby, household, (as_of, begun), None) {
            episode((baby, &told), household, (as_of, begun, day), (begins, None), sent);
        }
    }
}

/// What may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begins {
    Attendance,
    Stay,
    Fall,
    Consultation,
    Nurse,
    LastStay,
}

/// The stream of one person and day.
fn stream(person: &Person, begun: Date, purpose: &str) -> Rng {
    let seed = person.seed ^ (u64::try_from(begun.0).unwrap_or(0) << 24);
    Rng::keyed(seed, person.household, person.slot, purpose)
}

/// What begins for a person on a day, if anything: at about the rates at which it happens in told histories. In the
/// weeks before a death nothing begins that would outlast it.
fn draw(person: &Person, household: &Household, (as_of, begun): (Date, Date), death: Option<Death>) -> Option<Begins> {
    let Some(death) = death else {
        return by_chance(person, household, as_of, begun);
    };
    let until = death.stay.unwrap_or(death.day);
    if death.stay == Some(begun) {
        return Some(Begins::LastStay);
    }
    if begun >= until {
        return None;
    }
    let begins = by_chance(person, household, as_of, begun)?;
    let short = matches!(begins, Begins::Consultation | Begins::Nurse);
    (short || death.day.0 - begun.0 > deaths::QUIET_DAYS).then_some(begins)
}

fn by_chance(person: &Person, household: &Household, as_of: Date, begun: Date) -> Option<Begins> {
    let often = &county().rates.often;
    let age = person.age(as_of);
    let working = calendar::weekday(begun) < 5;
    let hardship = 1.35 - 0.09 * f64::from(household.neighbourhood.fifth);
    let a_year = |begins: Begins| match begins {
        Begins::Attendance => often.attendances * hardship * if (5..65).contains(&age) { 0.2 } else { 0.35 },
        Begins::Stay => {
            often.emergencies
                * match age {
                    ..2 => 0.05,
                    2..18 => 0.016,
                    18..50 => 0.033,
                    50..70 => 0.07,
                    70..80 => 0.16,
                    _ => 0.32,
                }
        }
        Begins::Fall if age < 65 => 0.0,
        Begins::Fall => {
            if person.marks.has(Marks::FALLER) {
                0.6
            } else {
                0.05
            }
        }
        // Practices and nurses work five days of the week.
        Begins::Consultation if working => 1.4 * if (5..65).contains(&age) { 1.3 } else { 2.9 },
        Begins::Nurse if working && person.marks.has(Marks::COMMUNITY) => 1.4 * 6.0,
        Begins::Consultation | Begins::Nurse | Begins::LastStay => 0.0,
    };
    let mut left = stream(person, begun, "day").unit() * 365.25 / person.contact.max(0.05);
    [
        Begins::Stay,
        Begins::Attendance,
        Begins::Fall,
        Begins::Nurse,
        Begins::Consultation,
    ]
    .into_iter()
    .find(|begins| {
        left -= a_year(*begins);
        left < 0.0
    })
}

/// A minute at which people come to an emergency department: most between nine and nine, few at night.
fn any_hour(rng: &mut Rng) -> u16 {
    const HOURS: [i32; 32] = [
        0, 2, 5, 7, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20,
        21, 22, 23,
    ];
    u16::try_from(rng.pick(&HOURS) * 60 + rng.range(0, 59)).unwrap_or(0)
}

/// Tells what is sent on `day` of what began on `begun`.
fn episode(
    (person, history): (&Person, &dyn Fn() -> Life),
    household: &Household,
    (as_of, begun, day): (Date, Date, Date),
    (begins, death): (Begins, Option<Death>),
    sent: &mut Vec<Sent>,
) {
    if day.0 > begun.0 + FOLLOWED && matches!(begins, Begins::Consultation | Begins::Nurse) {
        return;
    }
    let history = history();
    // Who dies on the ward is dead to what is told from then on, and to nothing before.
    let mut dying = person.clone();
    dying.died = death.filter(|_| begins == Begins::LastStay).map(|death| death.day);
    let person = &dying;
    let life = live(person, household, &history, (as_of, begun), (begins, death));
    let from_west = |message: &[u8]| hl7_moment(message).filter(|at| at.date == day);
    for chunk in captured(as_of, |feeds| west::tell(feeds, person, household, &life)) {
        for message in messages(&chunk.bytes) {
            if let Some(at) = from_west(message) {
                let words = hl7_words(message);
                sent.push(chunk.sent(at, Written::Message, words, message.to_vec()));
            }
        }
    }
    for (at, resources, write) in fhir_senders::lots(person, household, &history, &life) {
        if at.date == day {
            for mut chunk in captured(as_of, |feeds| write(feeds)) {
                let bytes = bundle(std::mem::take(&mut chunk.bytes));
                sent.push(chunk.sent(at, Written::Bundle, resources.clone(), bytes));
            }
        }
    }
    for mut chunk in captured(as_of, |feeds| ambulance::tell(feeds, person, household, &life)) {
        if let Some(at) = row_moment(&chunk.bytes).filter(|at| at.date == day) {
            let bytes = std::mem::take(&mut chunk.bytes);
            sent.push(chunk.sent(at, Written::Table, "an incident, one row".to_owned(), bytes));
        }
    }
}

/// A life that holds only what begins on the day, with what must be known for it to hang together.
fn live(
    person: &Person,
    household: &Household,
    history: &Life,
    (as_of, begun): (Date, Date),
    (begins, death): (Begins, Option<Death>),
) -> Life {
    let after = u32::try_from(begun.0 - as_of.0).unwrap_or(0);
    // Who is allergic stands in the past; those lines are taken out again below.
    let allergies: Vec<_> = history
        .happenings
        .iter()
        .filter(|h| matches!(h.care, Care::Allergy { .. }))
        .cloned()
        .collect();
    let known = allergies.len();
    let mut diary = Diary {
        person,
        household,
        life: Life {
            conditions: history.conditions.clone(),
            happenings: allergies,
            falls: Vec::new(),
            since: history.since,
            until: Date(death.map_or(i32::MAX, |death| death.day.0).min(begun.0 + DAYS_TOLD)),
            living: person.died.is_none(),
            first: FIRST_NUMBER + after * NUMBERS_A_DAY,
            met: known::holders(history),
        },
        rng: stream(person, begun, "live"),
    };
    let at = Moment::new(begun, any_hour(&mut diary.rng));
    match begins {
        Begins::Attendance => {
            let by = acute::place_taken(&mut diary);
            acute::attend(&mut diary, at, by);
        }
        Begins::Stay => stays::begin(&mut diary, at),
        Begins::Fall => {
            let fall = acute::fall(&mut diary, at, person.age(begun), false);
            diary.life.falls.push(fall);
            acute::after_fall(&mut diary, fall);
        }
        Begins::Consultation => {
            let at = diary.surgery(begun);
            consultations::consultation(&mut diary, at);
        }
        Begins::Nurse => community::nurse(&mut diary, begun),
        Begins::LastStay => stays::last(&mut diary, at),
    }
    let mut life = diary.life;
    life.happenings.drain(..known);
    lives::without_a_home(person, &mut life.happenings);
    life.happenings.sort_by_key(|happening| happening.at);
    // Nothing begins before the day it begins on: someone who has stood in a corridor since yesterday evening came
    // with yesterday's messages.
    life.happenings.retain(|happening| happening.at.date.0 >= begun.0);
    life
}

/// What was written to one feed.
pub struct Captured {
    feed: &'static str,
    sender: &'static str,
    bytes: Vec<u8>,
}

impl Captured {
    fn sent(&self, at: Moment, written: Written, words: String, bytes: Vec<u8>) -> Sent {
        Sent {
            minute: at.minute,
            feed: self.feed,
            sender: self.sender,
            written,
            file_name: String::new(),
            words,
            bytes,
        }
    }
}

fn captured(as_of: Date, write: impl FnOnce(&mut Feeds<'_>)) -> Vec<Captured> {
    let mut found: Vec<Captured> = Vec::new();
    let mut keep = |chunk: Chunk<'_>| match found.iter_mut().find(|held| held.feed == chunk.feed) {
        Some(held) => held.bytes.extend_from_slice(chunk.bytes),
        None => found.push(Captured {
            feed: chunk.feed,
            sender: chunk.sender,
            bytes: chunk.bytes.to_vec(),
        }),
    };
    let mut feeds = Feeds::new(0, as_of, usize::MAX, &mut keep);
    write(&mut feeds);
    feeds.finish();
    found
}

/// Entries of a feed that sends lines elsewhere become a transaction; a bundle is one already.
fn bundle(entries: Vec<u8>) -> Vec<u8> {
    const BEFORE: &[u8] = b"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[";
    if entries.starts_with(BEFORE) {
        return entries;
    }
    [BEFORE, entries.as_slice(), b"]}\n"].concat()
}

/// The messages of a file, each with its segments.
fn messages(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut starts: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at..].starts_with(b"MSH|") && (*at == 0 || bytes[at - 1] == b'\r'))
        .collect();
    starts.push(bytes.len());
    (1..starts.len()).map(move |at| &bytes[starts[at - 1]..starts[at]])
}

fn field(message: &[u8], number: usize) -> &str {
    let first = message.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let field = first.split(|byte| *byte == b'|').nth(number - 1).unwrap_or_default();
    std::str::from_utf8(field).unwrap_or_default()
}

/// MSH-7.
fn hl7_moment(message: &[u8]) -> Option<Moment> {
    let stamp = field(message, 7);
    let number = |from: usize, to: usize| stamp.get(from..to)?.parse::<i32>().ok();
    moment([
        number(0, 4)?,
        number(4, 6)?,
        number(6, 8)?,
        number(8, 10)?,
        number(10, 12)?,
    ])
}

/// The last cell of the last row: when it was last touched.
fn row_moment(bytes: &[u8]) -> Option<Moment> {
    let text = std::str::from_utf8(bytes).ok()?.trim_end();
    let cell = text.rsplit([',', '\n']).next()?;
    let mut parts = cell.split(['-', 'T', ':']).map(str::parse::<i32>);
    let mut next = || parts.next()?.ok();
    moment([next()?, next()?, next()?, next()?, next()?])
}

fn moment([year, month, day, hour, minute]: [i32; 5]) -> Option<Moment> {
    let minute = u16::try_from(hour * 60 + minute).ok()?;
    Some(Moment::new(calendar::date(year, month, day), minute))
}

/// What an HL7 message says happened, in words.
fn hl7_words(message: &[u8]) -> String {
    let kind = field(message, 9);
    let words = match kind.get(..7).unwrap_or_default() {
        "ADT^A01" => "admitted",
        "ADT^A03" => "left hospital",
        "ADT^A04" => "came to the emergency department",
        "ADT^A08" => "details of a stay",
        "ADT^A11" => "admission cancelled",
        "ADT^A28" => "a new person",
        "ADT^A31" => "details of a person",
        "ORU^R01" => "results",
        "MDM^T02" => "a document",
        _ => "a message",
    };
    format!("{} {words}", kind.get(..7).unwrap_or(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lives::Outcome;

    fn everyone(people: u32, each: &mut dyn FnMut(&Person, &Household)) {
        let plan = Plan {
            people,
            seed: 5,
            as_of: AS_OF,
        };
        for household in crate::blocks(plan).flat_map(|block| households(plan, block)) {
            for person in household.people.iter().filter(|person| person.died.is_none()) {
                each(person, &household);
            }
        }
    }

    const AS_OF: Date = Date(20_758);

    /// Two guards stand behind one another: what is drawn, and where a life that is told ends. Each is tried alone.
    #[test]
    fn nothing_is_drawn_from_a_death_on_nor_before_it_what_would_outlast_it() {
        let died = Date(AS_OF.0 + 60);
        let (mut before, mut short) = (0, 0);
        everyone(2_500, &mut |person, household| {
            for stay in [None, Some(Date(died.0 - 7))] {
                let death = Death { day: died, stay };
                for begun in (AS_OF.0 + 1..AS_OF.0 + 90).map(Date) {
                    let begins = draw(person, household, (AS_OF, begun), Some(death));
                    let left = died.0 - begun.0;
                    match begins {
                        None => assert!(stay != Some(begun), "the stay that it ends never begins"),
                        Some(Begins::LastStay) => assert_eq!(stay, Some(begun)),
                        Some(Begins::Consultation | Begins::Nurse) => short += i32::from(left < deaths::QUIET_DAYS),
                        Some(begins) => {
                            before += 1;
                            assert!(left > deaths::QUIET_DAYS, "{begins:?} {left} days before a death");
                        }
                    }
                    let last = stay.unwrap_or(Date(died.0 - 1));
                    assert!(
                        begins.is_none() || begun <= last,
                        "{begins:?} begins {} days after a death",
                        -left
                    );
                }
            }
        });
        assert!(before > 100 && short > 100, "{before} {short}");
    }

    #[test]
    fn a_life_that_a_death_ends_holds_nothing_after_it() {
        let died = Date(AS_OF.0 + 40);
        let death = Some(Death { day: died, stay: None });
        let mut told = 0;
        everyone(400, &mut |person, household| {
            let history = lives::life(person, household, AS_OF);
            for begins in [Begins::Attendance, Begins::Stay, Begins::Consultation, Begins::Nurse] {
                let begun = Date(died.0 - 1);
                let life = live(person, household, &history, (AS_OF, begun), (begins, death));
                for happening in &life.happenings {
                    // What was booked before stays booked until somebody calls it off.
                    let booked = matches!(
                        happening.care,
                        Care::Appointment {
                            outcome: Outcome::Booked,
                            ..
                        }
                    );
                    let after = happening.at.date > died;
                    assert!(booked || !after, "{begins:?}: {:?} after a death", happening.care);
                    told += 1;
                }
            }
        });
        assert!(told > 500, "{told}");
    }

    #[test]
    fn nobody_without_a_home_is_visited_there_on_a_played_day() {
        let (mut told, begun) = (0, Date(AS_OF.0 + 8));
        everyone(400, &mut |person, household| {
            let mut person = person.clone();
            person.marks.set(Marks::NO_ADDRESS);
            let history = lives::life(&person, household, AS_OF);
            for begins in [
                Begins::Attendance,
                Begins::Stay,
                Begins::Fall,
                Begins::Consultation,
                Begins::Nurse,
            ] {
                for happening in live(&person, household, &history, (AS_OF, begun), (begins, None)).happenings {
                    let at_home = matches!(
                        happening.care,
                        Care::Contact { class: "HH", .. } | Care::Pressure { home: true, .. }
                    );
                    assert!(!at_home, "{begins:?}: {:?}", happening.care);
                    told += 1;
                }
            }
        });
        assert!(told > 2_000, "{told}");
    }
}
