//! What the national demographics service answers to a trace: the MESH response layout (32 columns, no heading
//! but a line about the file), for people whose senders asked.

use crate::feeds::{FeedFile, Feeds};
use crate::household::Household;
use crate::lives::Life;
use crate::numbers;
use crate::people::{Marks, Person};
use record::{Date, Sex};

/// The feed.
pub static FEED: FeedFile = FeedFile {
    name: "pds-trace",
    sender: "X26",
    extension: "csv",
    before: "MPTREQ_@AS-OF@050000,SPINE_MPT_RESPONSE,1,00\r\n",
    after: "",
};

/// Whose senders always ask.
const ASKED: [Marks; 3] = [Marks::RESTRICTED, Marks::SUPERSEDED, Marks::MISTYPED];

/// One answer, for those who were traced: a sample, everyone restricted, everyone superseded.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    let mut rng = person.rng("trace");
    let wanted = ASKED.iter().any(|mark| person.marks.has(*mark));
    if !(wanted || rng.chance(0.06)) {
        return;
    }
    let before = numbers::before(person.seed, person.ordinal).filter(|_| person.marks.has(Marks::SUPERSEDED));
    let asked = before.unwrap_or(person.nhs).digits();
    let (code, matched, confidence) = match rng.unit() {
        _ if person.marks.has(Marks::SUPERSEDED) => ("90", person.nhs.digits(), "100"),
        _ if person.marks.has(Marks::MISTYPED) => ("97", "0000000000".to_owned(), "0"),
        x if x < 0.02 && !wanted => ("98", "0000000000".to_owned(), "0"),
        _ => ("00", person.nhs.digits(), "100"),
    };
    row(
        feeds,
        person,
        household,
        (asked, code, &matched, confidence),
        life.until_death(),
        rng.bits(),
    );
}

/// One answer on a day after the told history: a birth notified, or a death.
pub fn answer(feeds: &mut Feeds, person: &Person, household: &Household, died: Option<Date>) {
    let id = person
        .rng(if died.is_some() { "death traced" } else { "birth traced" })
        .bits();
    let own = person.nhs.digits();
    row(feeds, person, household, (own.clone(), "00", &own, "100"), died, id);
}

fn row(
    feeds: &mut Feeds,
    person: &Person,
    household: &Household,
    (asked, code, matched, confidence): (String, &str, &str, &str),
    died: Option<Date>,
    id: u64,
) {
    let restricted = person.marks.has(Marks::RESTRICTED);
    let hide = |text: &str| {
        if restricted {
            String::new()
        } else {
            text.replace(',', " ")
        }
    };
    let line = |at: usize| household.lines.get(at).map(|l| hide(l)).unwrap_or_default();
    let day = |day: record::Date| day.iso().replace('-', "");
    let reference = format!("{:08x}-{:04x}-4000-8000-{:012x}", id >> 32, id & 0xffff, person.ordinal);
    let cells = [
        reference,
        asked,
        person.family.to_uppercase(),
        person.given.to_uppercase(),
        person.middle.to_uppercase(),
        if person.sex == Sex::Female { "2" } else { "1" }.to_owned(),
        day(person.born),
        died.map(day).unwrap_or_default(),
        line(0),
        line(1),
        line(2),
        String::new(),
        String::new(),
        hide(&household.postcode),
        if restricted {
            String::new()
        } else {
            household.practice.code.to_owned()
        },
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        hide(&household.landline),
        hide(&person.mobile),
        hide(&person.email),
        if restricted { "R" } else { "N" }.to_owned(),
        String::new(),
        code.to_owned(),
        matched.to_owned(),
        "1".to_owned(),
        confidence.to_owned(),
    ];
    feeds.write(&FEED, |out| {
        out.extend_from_slice(cells.join(",").as_bytes());
        out.extend_from_slice(b"\r\n");
    });
}
