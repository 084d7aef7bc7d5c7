//! What the fire service sends: Safe and Well visits.

use crate::calendar::slashed;
use crate::feeds::{self, FeedFile, Feeds};
use crate::fhir::Copy;
use crate::household::Household;
use crate::known;
use crate::live::Played;
use crate::lives::Life;
use crate::lives::conditions::Condition;
use crate::people::{Marks, Person, Smoking};
use crate::random::Rng;
use crate::table::{Columns, Row, columns};
use record::Date;

/// Columns, as the feed's file has them.
pub const COLUMNS: Columns = columns! {
    "VisitReference" "OccupierReference" "NHSNumber" "Forename" "Surname" "DateOfBirth" "Gender" "AddressLine1"
    "AddressLine2" "Town" "Postcode" "Telephone" "VisitDate" "VisitOutcome" "FireRisk" "SmokeAlarmsFitted"
    "ClutterScale" "Smoker" "OxygenAtHome" "FallsInLastYear" "MobilityDifficulty" "HearingDifficulty"
    "SightDifficulty" "LivesAlone" "EscapePlan" "ReferredTo" "ReferralReason" "ConsentToShare" "Crew" "Notes"
    "LastUpdated"
};

/// The feed.
pub static FEED: FeedFile = feeds::lines("fire-safe-and-well", "E31000047", "csv", COLUMNS.1);

/// Whether the fire service has met the person.
pub fn knows(person: &Person, household: &Household) -> bool {
    person.marks.has(Marks::FIRE) && !household.lines.is_empty()
}

/// One visit to a person whom the fire service met at home.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    if !knows(person, household) {
        return;
    }
    let mut rng = person.rng("fire");
    let copy = known::copy(&known::FIRE, person, household, life);
    let visit = Date(life.until.0 - rng.range(20, 900));
    let mut row = visited(&copy, life, visit, &mut rng);
    row.set("VisitReference", format!("SW{}", copy.id));
    row.set("LastUpdated", format!("{} 17:00", slashed(visit)));
    row.send(feeds, &FEED);
}

/// A visit on a day after the told history. Gives the minute at which it is written.
pub fn on_day(played: Played<'_, '_>) -> u16 {
    let copy = played.copy(&known::FIRE);
    let Played {
        feeds,
        history,
        day,
        number,
        rng,
        ..
    } = played;
    let clock = rng.range(11 * 60, 18 * 60);
    let mut row = visited(&copy, history, day, rng);
    row.set("VisitReference", format!("SW{}-{number}", copy.id));
    row.set(
        "LastUpdated",
        format!("{} {:02}:{:02}", slashed(day), clock / 60, clock % 60),
    );
    row.send(feeds, &FEED);
    u16::try_from(clock).unwrap_or(900)
}

fn visited(copy: &Copy<'_>, life: &Life, visit: Date, rng: &mut Rng) -> Row {
    let (person, household) = (copy.person, copy.household);
    let mut row = Row::new(COLUMNS);
    row.about(copy, slashed(copy.born), known::sex(person));
    row.set("OccupierReference", copy.id.clone());
    row.set("VisitDate", slashed(visit));
    let outcome = rng.pick(&[
        "Completed",
        "Completed",
        "Completed",
        "Completed",
        "Completed",
        "Completed",
        "No answer",
        "Declined",
    ]);
    let outcome = if crate::cast::is_cast(person.household) {
        "Completed"
    } else {
        outcome
    };
    row.set("VisitOutcome", outcome);
    if outcome == "Completed" {
        found(&mut row, person, household, life, visit, rng);
    }
    row.set(
        "Crew",
        rng.pick(&["Blue watch", "Red watch", "Green watch", "Safe and Well adviser"]),
    );
    row
}

/// What the crew found at home.
fn found(row: &mut Row, person: &Person, household: &Household, life: &Life, visit: Date, rng: &mut Rng) {
    let has = |condition| {
        life.conditions
            .iter()
            .any(|had| had.condition == condition && had.since.0 < visit.0)
    };
    let falls = life
        .falls
        .iter()
        .filter(|fall| (visit.0 - 365..visit.0).contains(&fall.at.date.0))
        .count();
    let alone = household.people.len() == 1;
    let yes = |answer: bool| if answer { "Yes" } else { "No" };
    let smokes = person.smoking == Smoking::Current;
    let frail = has(Condition::Frailty) || falls > 1;
    let risk = match (smokes, frail, alone) {
        (true, true, _) | (true, _, true) => "High",
        (_, true, _) | (true, _, _) => "Medium",
        _ => "Low",
    };
    row.set("FireRisk", risk)
        .set("SmokeAlarmsFitted", rng.range(0, 3).to_string());
    row.set(
        "ClutterScale",
        rng.range(1, if person.marks.has(Marks::LONELY) { 5 } else { 3 })
            .to_string(),
    );
    let smoker = match person.smoking {
        Smoking::Current => "Yes",
        Smoking::Former => "Ex",
        Smoking::Never => "No",
    };
    row.set("Smoker", smoker)
        .set("OxygenAtHome", yes(has(Condition::Copd) && rng.chance(0.1)));
    row.set("FallsInLastYear", falls.to_string());
    row.set("MobilityDifficulty", yes(frail || has(Condition::Osteoarthritis)));
    row.set("HearingDifficulty", yes(has(Condition::HearingLoss)));
    row.set("SightDifficulty", yes(has(Condition::Cataract)))
        .set("LivesAlone", yes(alone));
    row.set(
        "EscapePlan",
        if rng.chance(0.7) {
            "Agreed with occupier"
        } else {
            "Needs help to leave the building"
        },
    );
    let consent = rng.chance(0.8) || crate::cast::is_cast(person.household);
    row.set("ConsentToShare", yes(consent));
    if consent && falls > 0 {
        row.set("ReferredTo", "Falls and balance service")
            .set("ReferralReason", "Fell in the last year");
    } else if consent && person.marks.has(Marks::LONELY) {
        row.set("ReferredTo", "Stepping Stones Link Workers")
            .set("ReferralReason", "Lonely, would like company");
    }
    let note = rng.pick(&[
        "New alarm in hall. Extension leads replaced.",
        "Chip pan taken away, air fryer suggested.",
        "Key safe fitted, code with the council's response service.",
        "Throw removed from electric heater.",
    ]);
    row.set("Notes", note);
}
