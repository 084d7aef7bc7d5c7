//! What the voluntary sector sends: link workers (social prescribing) and falls buddies.

use crate::calendar::slashed;
use crate::feeds::{self, FeedFile, Feeds};
use crate::fhir::Copy;
use crate::household::Household;
use crate::known;
use crate::live::Played;
use crate::lives::Life;
use crate::people::{Marks, Person};
use crate::random::Rng;
use crate::table::{Columns, Row, columns};
use record::Date;

/// Columns of link workers.
pub const LINK_COLUMNS: Columns = columns! {
    "ContactID" "ClientID" "NHSNumber" "FirstName" "LastName" "DateOfBirth" "Gender" "Postcode" "Phone"
    "Email" "GPPractice" "ReferralDate" "ReferredBy" "ReferralReason" "ReferralStatus" "ContactDate"
    "ContactType" "LinkWorker" "WhatMattersToMe" "AgreedAction" "ReferredOnTo" "LifeSatisfaction" "Worthwhile"
    "HappyYesterday" "AnxiousYesterday" "ConsentToShare" "LastUpdated"
};
/// Columns of falls buddies.
pub const BUDDY_COLUMNS: Columns = columns! {
    "VisitID" "ClientID" "NHSNumber" "FirstName" "LastName" "DateOfBirth" "Gender" "Postcode" "Phone"
    "VisitDate" "Attended" "BuddyFirstName" "ExercisesDone" "MinutesOfExercise" "FallsSinceLastVisit"
    "ConfidenceOutOfTen" "ConcernRaised" "ConcernPassedTo" "NextVisitDate" "LastUpdated"
};

/// Link workers' feed.
pub static LINK: FeedFile = feeds::lines("link-worker-contacts", "DEMO-VS01", "csv", LINK_COLUMNS.1);
/// Falls buddies' feed.
pub static BUDDY: FeedFile = feeds::lines("falls-buddy-visits", "DEMO-VS02", "csv", BUDDY_COLUMNS.1);

/// Whether link workers have met the person.
pub fn link_workers_know(person: &Person, life: &Life) -> bool {
    let lonely = person.marks.has(Marks::LONELY) && person.rng("lonely").chance(0.3);
    (person.marks.has(Marks::CHARITY) || lonely) && person.age(life.until) >= 18
}

/// Whether a falls buddy has met the person.
pub fn buddies_know(person: &Person, household: &Household, life: &Life) -> bool {
    let fell_often = life.falls.len() > 1 && person.marks.has(Marks::FALLER) && household.home.is_empty();
    fell_often && (person.household == 0 || person.rng("buddy").chance(0.2))
}

/// Everything the two charities tell of one person.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    if link_workers_know(person, life) {
        let copy = known::copy(&known::LINK_WORKERS, person, household, life);
        link_worker(feeds, &copy, life);
    }
    if buddies_know(person, household, life) {
        let copy = known::copy(&known::BUDDIES, person, household, life);
        buddy(feeds, &copy, life);
    }
}

const MATTERS: [&str; 8] = [
    "Getting back to the bowls club",
    "Someone to talk to since my husband died",
    "Sorting out the heating bill",
    "Seeing my grandchildren on the tablet",
    "A reason to get up in the morning",
    "Growing things again",
    "Being able to walk to the shop on my own",
    "Not being a burden to my daughter",
];
const ACTIONS: [&str; 6] = [
    "Go together to the Tuesday lunch club",
    "Form for attendance allowance filled in together",
    "Ring on Friday to hear how the walk went",
    "Introduce to the community garden",
    "Digital help session booked at the library",
    "Warm home visit arranged",
];

/// Who a link worker is to a person, and why they meet.
struct Company {
    by: &'static str,
    reason: &'static str,
    worker: &'static str,
    /// Whether they agree that others are told.
    shares: bool,
}

impl Company {
    fn of(person: &Person, rng: &mut Rng) -> Self {
        let by = rng.pick(&["GP", "GP", "Self", "Fire service", "Social worker", "Practice nurse"]);
        let reason = if person.marks.has(Marks::LONELY) {
            "Loneliness"
        } else if person.marks.has(Marks::NO_ADDRESS) {
            "Housing"
        } else {
            rng.pick(&[
                "Low mood",
                "Money worries",
                "Long-term condition",
                "Carer needing a break",
                "Housing",
            ])
        };
        Self {
            by,
            reason,
            worker: rng.pick(&["Tess", "Marcus", "Anwen", "Jo"]),
            // Asked once, and not again at each visit.
            shares: person.rng("consent to share").chance(0.85),
        }
    }

    /// The row of one contact.
    fn row(&self, copy: &Copy<'_>, (number, referred, day): (u32, Date, Date), rng: &mut Rng) -> Row {
        let person = copy.person;
        let mut row = Row::new(LINK_COLUMNS);
        row.about(copy, slashed(copy.born), known::sex(person));
        row.set("ContactID", format!("C{}-{number}", copy.id))
            .set("ClientID", copy.id.clone());
        row.set("ReferralDate", slashed(referred))
            .set("ReferredBy", self.by)
            .set("ReferralReason", self.reason);
        row.set("ReferralStatus", "Open").set("ContactDate", slashed(day));
        // Nobody is visited who has no home.
        let housed = !copy.lines.is_empty();
        let met = match rng.pick(&["Phone", "Phone", "Visit", "Meeting", "Message"]) {
            "Visit" if !housed => "Meeting",
            other => other,
        };
        row.set("ContactType", met).set("LinkWorker", self.worker);
        // Whoever lives with their husband has not lost him; nor has whoever never married.
        let widow = person.sex == record::Sex::Female
            && copy.household.people.len() == 1
            && person.age(day) >= 55
            && person.title == "Mrs";
        let matters = rng.pick(&MATTERS);
        let fits = (widow || !matters.contains("husband"))
            && (person.age(day) >= 45 || !matters.contains("grandchildren") && !matters.contains("daughter"))
            && (housed || !matters.contains("heating") && !matters.contains("tablet"));
        row.set("WhatMattersToMe", if fits { matters } else { "Someone to talk to" });
        row.set(
            "AgreedAction",
            if housed {
                rng.pick(&ACTIONS)
            } else {
                "Housing form filled in together"
            },
        );
        row.set(
            "ReferredOnTo",
            rng.pick(&["", "", "", "Community garden", "Debt advice", "Befriending"]),
        );
        row.set("ConsentToShare", if self.shares { "Yes" } else { "No" });
        row
    }
}

/// The four questions of the Office for National Statistics about wellbeing, which are asked at the first meeting and at
/// the last.
fn wellbeing(row: &mut Row, satisfied: i32, rng: &mut Rng) {
    let mut answer = |column: &str, middle: i32, low: i32, high: i32| {
        let said = (middle + rng.range(low, high)).clamp(0, 10);
        row.set(column, said.to_string());
    };
    answer("LifeSatisfaction", satisfied, 0, 0);
    answer("Worthwhile", satisfied, -1, 2);
    answer("HappyYesterday", satisfied, -2, 3);
    answer("AnxiousYesterday", 9 - satisfied, -2, 2);
}

fn link_worker(feeds: &mut Feeds, copy: &Copy<'_>, life: &Life) {
    let mut rng = copy.person.rng("link worker");
    let company = Company::of(copy.person, &mut rng);
    let referred = Date(life.until.0 - rng.range(30, 700));
    let contacts = rng.range(1, 5);
    let closed = rng.chance(0.5);
    let mut satisfied = rng.range(2, 6);
    let mut day = (referred.0 + rng.range(6, 30)).min(life.until.0);
    for number in 1..=contacts {
        if day > life.until.0 {
            return;
        }
        let told = (u32::try_from(number).unwrap_or(0), referred, Date(day));
        let mut row = company.row(copy, told, &mut rng);
        let ends = number == contacts && closed;
        if ends {
            row.set("ReferralStatus", "Closed");
        }
        if number == 1 || ends {
            wellbeing(&mut row, satisfied, &mut rng);
        }
        row.set("LastUpdated", format!("{} 16:30", slashed(Date(day))));
        row.send(feeds, &LINK);
        satisfied = (satisfied + rng.range(0, 2)).min(9);
        day += rng.range(7, 35);
    }
}

/// What a link worker writes of a contact on a day after the told history. Gives the minute at which it is written.
pub fn contact_on_day(played: Played<'_, '_>) -> u16 {
    let copy = played.copy(&known::LINK_WORKERS);
    let Played {
        feeds,
        person,
        day,
        number,
        rng,
        ..
    } = played;
    let (clock, stamp) = afternoon(day, rng);
    let company = Company::of(person, &mut person.rng("link worker"));
    let referred = Date(day.0 - rng.range(20, 90));
    let satisfied = rng.range(3, 8);
    let mut row = company.row(&copy, (number, referred, day), rng);
    wellbeing(&mut row, satisfied, rng);
    row.set("LastUpdated", stamp);
    row.send(feeds, &LINK);
    clock
}

/// What a falls buddy writes of a visit on a day after the told history. Gives the minute at which it is written.
pub fn visit_on_day(played: Played<'_, '_>) -> u16 {
    let copy = played.copy(&known::BUDDIES);
    let Played {
        feeds,
        day,
        number,
        rng,
        ..
    } = played;
    let (clock, stamp) = afternoon(day, rng);
    let (minutes, confidence, came) = (rng.range(12, 26), rng.range(3, 9), rng.chance(0.9));
    let name = rng.pick(&["Priya", "Colin", "Wendy", "Femi"]);
    let mut row = visit(&copy, (number, day), name, came);
    if came {
        exercised(&mut row, minutes, confidence, 0);
    }
    row.set("NextVisitDate", slashed(Date(day.0 + 7)))
        .set("LastUpdated", stamp);
    row.send(feeds, &BUDDY);
    clock
}

/// When charities write up their day: the minute, and as their tables have it.
fn afternoon(day: Date, rng: &mut Rng) -> (u16, String) {
    let clock = rng.range(14 * 60, 19 * 60);
    let stamp = format!("{} {:02}:{:02}", slashed(day), clock / 60, clock % 60);
    (u16::try_from(clock).unwrap_or(900), stamp)
}

/// A falls buddy's visit.
fn visit(copy: &Copy<'_>, (number, day): (u32, Date), buddy: &'static str, came: bool) -> Row {
    let mut row = Row::new(BUDDY_COLUMNS);
    row.about(copy, slashed(copy.born), known::sex(copy.person));
    row.set("VisitID", format!("B{}-{number}", copy.id))
        .set("ClientID", copy.id.clone());
    row.set("VisitDate", slashed(day))
        .set("Attended", if came { "Yes" } else { "No" });
    row.set("BuddyFirstName", buddy);
    row
}

fn exercised(row: &mut Row, minutes: i32, confidence: i32, fell: usize) {
    row.set("ExercisesDone", "Sit to stand, heel raises, sideways walking")
        .set("MinutesOfExercise", minutes.to_string());
    row.set("FallsSinceLastVisit", fell.to_string())
        .set("ConfidenceOutOfTen", confidence.to_string());
}

fn buddy(feeds: &mut Feeds, copy: &Copy<'_>, life: &Life) {
    let person = copy.person;
    let mut rng = person.rng("falls buddy");
    let visits = rng.range(3, 9);
    let mut day = life.until.0 - 7 * visits - rng.range(0, 60);
    let buddy = rng.pick(&["Priya", "Colin", "Wendy", "Femi"]);
    let mut confidence = rng.range(2, 5);
    let mut minutes = rng.range(8, 14);
    for number in 1..=visits {
        let came = rng.chance(0.9);
        let mut row = visit(copy, (u32::try_from(number).unwrap_or(0), Date(day)), buddy, came);
        if came {
            let week = day - 7..day;
            let fell = life.falls.iter().filter(|fall| week.contains(&fall.at.date.0)).count();
            exercised(&mut row, minutes, confidence, fell);
            if rng.chance(0.08) {
                row.set("ConcernRaised", "Seemed breathless on the stairs, more than last week");
                row.set("ConcernPassedTo", "Practice nurse, by telephone");
            }
        }
        if number < visits {
            row.set("NextVisitDate", slashed(Date(day + 7)));
        }
        row.set("LastUpdated", format!("{} 18:10", slashed(Date(day))));
        row.send(feeds, &BUDDY);
        day += 7;
        confidence = (confidence + rng.range(0, 1)).min(10);
        minutes += rng.range(0, 3);
    }
}
