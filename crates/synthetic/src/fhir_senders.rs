//! What practices, the east's hospitals and the community trust send as FHIR.

use crate::calendar::Moment;
use crate::clinical::{self, Context, Telling};
use crate::county;
use crate::feeds::{self, FeedFile, Feeds};
use crate::fhir::{self, Copy, Json};
use crate::household::Household;
use crate::known::{self, Sender};
use crate::lives::{Care, Happening, Life, Tellers};
use crate::people::{Marks, Person};
use crate::random::Rng;
use record::Date;
use std::fmt::Write as _;

const CLINICIANS: [&str; 14] = [
    "Dr H Fielding",
    "Dr A Osei",
    "Dr M Lanning",
    "Dr S Raman",
    "Dr P Wetherby",
    "Nurse J Cole",
    "Nurse T Amos",
    "Dr K Bellamy",
    "Dr L Strand",
    "Mr D Quayle",
    "Nurse R Hobbs",
    "Dr N Farrow",
    "Ms E Tindall",
    "Dr O Brightwell",
];

/// How one sender writes: to which feed, in bundles or lines.
struct Writer<'a, 'f> {
    feeds: &'a mut Feeds<'f>,
    feed: &'static FeedFile,
    bundle: bool,
    place: &'a str,
}

impl Writer<'_, '_> {
    fn put(&mut self, r#type: &str, id: &str, write: impl FnOnce(&mut Json)) {
        let bundle = self.bundle;
        self.feeds.write(self.feed, |out| {
            let mut j = Json {
                out: std::mem::take(out),
            };
            if bundle {
                j.object(|j| {
                    j.pair("fullUrl", &urn(r#type, id)).key("resource");
                    write(j);
                    j.key("request").object(|j| {
                        j.pair("method", "PUT").key("url").joined([r#type, "/", id]);
                    });
                });
            } else {
                write(&mut j);
                j.out.push(b'\n');
            }
            *out = j.out;
        });
    }
}

/// A `urn:uuid` made from a resource's own id, so that references within a bundle need no table.
fn urn(r#type: &str, id: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut rng = Rng::named([r#type, id]);
    let (a, b) = (rng.bits(), rng.bits());
    let mut out = String::with_capacity(45);
    out.push_str("urn:uuid:");
    for at in 0..32 {
        match at {
            8 | 20 => out.push('-'),
            12 => out.push_str("-4"),
            16 => out.push_str("-8"),
            _ => {}
        }
        if at != 12 && at != 16 {
            let from = if at < 16 { a } else { b };
            let digit = (from >> (4 * (at % 16))) & 15;
            out.push(char::from(DIGITS[usize::try_from(digit).unwrap_or(0)]));
        }
    }
    out
}

/// Everything that FHIR senders tell of one person.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    let holders = known::holders(life);
    let senders: [(Tellers, &'static Sender, &'static FeedFile, bool); 3] = [
        (Tellers::PRACTICE, &known::PRACTICE, &household.practice.feed, false),
        (Tellers::EAST, &known::EAST, &feeds::EAST, true),
        (Tellers::COMMUNITY, &known::COMMUNITY, &feeds::COMMUNITY, false),
    ];
    for (teller, sender, feed, bundle) in senders {
        if holders.has(teller) {
            let place = if teller == Tellers::PRACTICE {
                household.practice.name
            } else {
                sender.name
            };
            let copy = known::copy(sender, person, household, life);
            let mut writer = Writer {
                feeds,
                feed,
                bundle,
                place,
            };
            who(&mut writer, &copy, teller);
            what(&mut writer, &copy, life, teller);
        }
    }
}

/// What one sender sends of one person at one moment: when, what it is in words, and who writes it.
pub type Lot<'a> = (Moment, String, Box<dyn Fn(&mut Feeds<'_>) + 'a>);

/// What FHIR senders tell of an episode as it goes by, each lot a transaction with the person and what has been
/// written up by then. A stay is told when it begins and again when it ends.
pub fn lots<'a>(person: &'a Person, household: &'a Household, history: &'a Life, life: &'a Life) -> Vec<Lot<'a>> {
    let senders: [(Tellers, &'static Sender, &'static FeedFile); 3] = [
        (Tellers::PRACTICE, &known::PRACTICE, &household.practice.feed),
        (Tellers::EAST, &known::EAST, &feeds::EAST),
        (Tellers::COMMUNITY, &known::COMMUNITY, &feeds::COMMUNITY),
    ];
    let mut lots: Vec<Lot<'a>> = Vec::new();
    for (teller, sender, feed) in senders {
        let mine = life
            .happenings
            .iter()
            .zip(life.first..)
            .filter(|(h, _)| h.by.has(teller));
        let mut told: Vec<(Moment, u32, Happening)> = mine.flat_map(|(h, number)| as_it_goes(h, number)).collect();
        told.sort_by_key(|(at, number, _)| (*at, *number));
        for together in told.chunk_by(|one, other| one.0 == other.0) {
            let (at, together) = (together[0].0, together.to_vec());
            let words = in_words(&together);
            let place = if teller == Tellers::PRACTICE {
                household.practice.name
            } else {
                sender.name
            };
            let write = move |feeds: &mut Feeds<'_>| {
                let mut copy = known::copy(sender, person, household, history);
                copy.knows_death = person.died.is_some_and(|day| at.date >= day);
                // To the hospital a newborn is "Baby" on the day of its birth.
                if teller == Tellers::EAST && person.marks.has(Marks::BABY) && at.date == person.born {
                    copy.given = "Baby".to_owned();
                }
                let mut writer = Writer {
                    feeds,
                    feed,
                    bundle: true,
                    place,
                };
                lot(&mut writer, &copy, at, &together);
            };
            lots.push((at, words, Box::new(write)));
        }
    }
    lots
}

/// One sender's transaction at one moment: the person as they are now, and these things with their numbers. The death
/// of someone who died is known.
pub fn at_once(
    feeds: &mut Feeds<'_>,
    person: &Person,
    household: &Household,
    history: &Life,
    teller: Tellers,
    (at, things): (Moment, &[(u32, Happening)]),
) {
    let (sender, feed, place): (&'static Sender, &'static FeedFile, &str) = if teller == Tellers::PRACTICE {
        (&known::PRACTICE, &household.practice.feed, household.practice.name)
    } else if teller == Tellers::EAST {
        (&known::EAST, &feeds::EAST, known::EAST.name)
    } else {
        (&known::COMMUNITY, &feeds::COMMUNITY, known::COMMUNITY.name)
    };
    let mut copy = known::copy(sender, person, household, history);
    copy.knows_death = true;
    copy.updated = at;
    let mut writer = Writer {
        feeds,
        feed,
        bundle: true,
        place,
    };
    let things: Vec<(Moment, u32, Happening)> = things.iter().map(|(number, h)| (at, *number, h.clone())).collect();
    lot(&mut writer, &copy, at, &things);
}

/// When a happening is told, and what of it is known by then.
fn as_it_goes(happening: &Happening, number: u32) -> Vec<(Moment, u32, Happening)> {
    // Letters and results are sent in the next quarter of an hour.
    let soon = |at: Moment| at.later(15 - i32::from(at.minute % 15));
    match &happening.care {
        Care::Stay { until: Some(over), .. } => {
            let mut begun = happening.clone();
            if let Care::Stay { until, died, .. } = &mut begun.care {
                (*until, *died) = (None, false);
            }
            let ended = (soon(*over), number, happening.clone());
            vec![(soon(happening.at), number, begun), ended]
        }
        Care::Attendance { minutes, .. } | Care::Contact { minutes, .. } => {
            vec![(soon(happening.at.later(*minutes)), number, happening.clone())]
        }
        _ => vec![(soon(happening.at), number, happening.clone())],
    }
}

fn in_words(together: &[(Moment, u32, Happening)]) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for (_, _, happening) in together {
        let kind = clinical::resource_type(&happening.care);
        match kinds.iter_mut().find(|(held, _)| *held == kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((kind, 1)),
        }
    }
    let each = kinds.into_iter().map(|(kind, count)| match count {
        1 => kind.to_owned(),
        _ => format!("{count} {kind}"),
    });
    each.collect::<Vec<_>>().join(", ")
}

/// One transaction: the person, and these.
fn lot(writer: &mut Writer<'_, '_>, copy: &Copy<'_>, at: Moment, together: &[(Moment, u32, Happening)]) {
    writer.put("Patient", &copy.id, |j| fhir::patient(j, copy));
    let subject = urn("Patient", &copy.id);
    let author = copy.person.rng(writer.feed.name).pick(&CLINICIANS);
    let place = writer.place;
    for (_, number, happening) in together {
        let id = format!("{}-{number}", copy.id);
        let context = Context {
            id: &id,
            subject: &subject,
            author,
            place,
            updated: at,
            telling: Telling::Now,
        };
        let r#type = clinical::resource_type(&happening.care);
        writer.put(r#type, &id, |j| clinical::resource(j, happening, &context));
    }
}

/// Practices say who they are, once in each block.
pub fn directory(feeds: &mut Feeds, as_of: Date) {
    for practice in &county::county().practices {
        let feed = &practice.feed;
        let mut writer = Writer {
            feeds,
            feed,
            bundle: false,
            place: practice.name,
        };
        let updated = Moment::new(Date(as_of.0 - 900), 360);
        writer.put("Organization", practice.code, |j| {
            fhir::organisation(j, practice.code, practice.name, updated)
        });
    }
}

fn who(writer: &mut Writer<'_, '_>, copy: &Copy<'_>, teller: Tellers) {
    let person = copy.person;
    // A newborn is "Baby" to the hospital until named; then the name comes as a later version.
    if teller == Tellers::EAST && person.marks.has(Marks::BABY) {
        let mut first = copy.clone();
        first.given = "Baby".to_owned();
        first.updated = Moment::new(person.born, 20 * 60);
        writer.put("Patient", &copy.id, |j| fhir::patient(j, &first));
    }
    writer.put("Patient", &copy.id, |j| fhir::patient(j, copy));
    // Now and then an older version arrives after the newer one.
    if person.rng("old patient").chance(0.004) {
        let mut older = copy.clone();
        older.updated = Moment::new(Date(copy.updated.date.0 - 200), 360);
        older.postcode = crate::place::postcode(copy.household.neighbourhood.sector, &mut person.rng("old postcode"));
        if !older.lines.is_empty() {
            writer.put("Patient", &copy.id, |j| fhir::patient(j, &older));
        }
    }
}

fn what(writer: &mut Writer<'_, '_>, copy: &Copy<'_>, life: &Life, teller: Tellers) {
    let subject = if writer.bundle {
        urn("Patient", &copy.id)
    } else {
        format!("Patient/{}", copy.id)
    };
    let place = writer.place;
    let mut rng = copy.person.rng(writer.feed.name);
    let first_clinician = rng.range(0, 13);
    let mine = life.happenings.iter().enumerate().filter(|(_, h)| h.by.has(teller));
    let mut id = String::with_capacity(copy.id.len() + 8);
    for (number, happening) in mine {
        id.clear();
        let _ = write!(id, "{}-{number}", copy.id);
        let step = first_clinician + rng.range(0, 2);
        let author = CLINICIANS[usize::try_from(step).unwrap_or(0) % CLINICIANS.len()];
        let late = rng.range(5, 200);
        let ahead = happening.at.date.0 > life.until.0;
        let updated = if ahead {
            Moment::new(life.until, 300)
        } else {
            happening.at.later(late)
        };
        let context = |telling, updated| Context {
            id: &id,
            subject: &subject,
            author,
            place,
            updated,
            telling,
        };
        let tellings = tellings(happening, &mut rng, updated, life.until);
        for (telling, updated) in tellings.into_iter().flatten() {
            let context = context(telling, updated);
            let r#type = clinical::resource_type(&happening.care);
            writer.put(r#type, &id, |j| clinical::resource(j, happening, &context));
        }
    }
}

/// The versions sent, in the order they arrive: mostly one; sometimes the same twice, an older one late, or a
/// withdrawal after it.
fn tellings(happening: &Happening, rng: &mut Rng, updated: Moment, until: Date) -> [Option<(Telling, Moment)>; 2] {
    let now = Some((Telling::Now, updated));
    let versions = matches!(
        happening.care,
        Care::Problem { .. } | Care::Medicine { .. } | Care::Result { .. }
    );
    match rng.unit() {
        _ if happening.in_error => {
            let later = Moment::new(Date((updated.date.0 + 9).min(until.0.max(updated.date.0 + 1))), 700);
            [now, Some((Telling::Withdrawn, later))]
        }
        x if x < 0.006 => [now, now],
        x if x < 0.011 && versions => [now, Some((Telling::Older, updated.later(-4 * 1440)))],
        _ => [now, None],
    }
}
