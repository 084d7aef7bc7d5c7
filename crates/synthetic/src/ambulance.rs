//! What the ambulance service sends: one row a patient of an incident.

use crate::calendar::{Moment, years};
use crate::feeds::{self, FeedFile, Feeds};
use crate::fhir::Copy;
use crate::household::Household;
use crate::known;
use crate::lives::{Care, Fall, Harm, Life, Tellers};
use crate::people::{Marks, Person};
use crate::random::Rng;
use crate::table::{Columns, Row, columns};
use crate::terms;

/// Columns, as the feed's file has them.
pub const COLUMNS: Columns = columns! {
    "IncidentNumber" "PatientNumber" "PatientReference" "NHSNumber" "Surname" "Forename" "DateOfBirth" "Sex"
    "DateOfDeath" "AddressLine1" "Town" "Postcode" "GPPracticeCode" "CallTime" "ArrivedTime" "ClearTime"
    "Category" "ChiefComplaint" "ComplaintText" "IncidentPostcode" "IncidentSetting" "SystolicBP" "DiastolicBP"
    "HeartRate" "RespiratoryRate" "OxygenSaturation" "Temperature" "BloodGlucose" "GlasgowComaScore" "NEWS2"
    "PainScore" "FallRelated" "Outcome" "Destination" "ReferredTo" "AdvancePlanSeen" "CrewSummary" "CallSign"
    "LastUpdated"
};

/// The feed.
pub static FEED: FeedFile = feeds::lines("ambulance-incidents", "RYF", "csv", COLUMNS.1);

/// A call, whatever it was about.
struct Call {
    at: Moment,
    complaint: &'static str,
    words: &'static str,
    fall: Option<Harm>,
    conveyed: bool,
    to: Tellers,
}

/// Whether the ambulance service has met the person.
pub fn knows(person: &Person, life: &Life) -> bool {
    !calls(person, life, &mut person.rng("ambulance")).is_empty()
}

/// Calls to falls, and other calls.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    // What is told day by day has its own numbers, and chance of its own.
    let mut rng = match life.first {
        0 => person.rng("ambulance"),
        first => person.rng(&format!("ambulance {first}")),
    };
    let calls = calls(person, life, &mut rng);
    if calls.is_empty() {
        return;
    }
    let copy = known::copy(&known::AMBULANCE, person, household, life);
    let form = |care: &Care| matches!(care, Care::Wish { term, .. } if *term == terms::RESPECT_FORM);
    let plan = life.happenings.iter().find(|h| form(&h.care));
    for (number, call) in (life.first + 1..).zip(&calls) {
        let seen = plan.is_some_and(|h| h.at <= call.at) && rng.chance(0.7);
        row(feeds, &copy, call, (number, seen), &mut rng);
    }
}

fn calls(person: &Person, life: &Life, rng: &mut Rng) -> Vec<Call> {
    let mut calls: Vec<Call> = life
        .falls
        .iter()
        .filter(|fall| fall.ambulance)
        .map(|fall| fell(fall, person.marks.has(Marks::RESIDENT), rng))
        .collect();
    calls.extend(life.happenings.iter().filter_map(|h| match &h.care {
        Care::Attendance {
            complaint,
            by_ambulance: true,
            ..
        } if *complaint != "Fall" => {
            let (code, words) = match *complaint {
                "Chest pain" => ("CHEST", "Central chest pain, easing"),
                "Shortness of breath" => ("BREATH", "Short of breath, speaking in sentences"),
                "Collapse" => ("COLLAPSE", "Collapsed, now awake"),
                "Abdominal pain" => ("ABDO", "Abdominal pain since morning"),
                _ => ("OTHER", *complaint),
            };
            Some(Call {
                at: h.at.later(-95),
                complaint: code,
                words,
                fall: None,
                conveyed: true,
                to: h.by,
            })
        }
        _ => None,
    }));
    calls.retain(|call| call.at.date.0 > person.born.0 && call.at.date.0 <= life.until.0);
    calls.sort_by_key(|call| call.at);
    calls
}

fn fell(fall: &Fall, resident: bool, rng: &mut Rng) -> Call {
    let words = match fall.harm {
        // Residents of care homes have no stairs, rugs or kitchen of their own.
        Harm::Hurt if resident => rng.pick(&["Fall in corridor, wrist pain", "Fall in bedroom, head wound"]),
        Harm::Hip if resident => "Fall in bedroom, hip pain, leg shortened and turned",
        Harm::None => rng.pick(&[
            "Fall from chair, cannot get up",
            "Fall in bathroom, no injury seen",
            "Slipped from bed",
        ]),
        Harm::Hurt => rng.pick(&["Fall on stairs, wrist pain", "Tripped on rug, head wound"]),
        Harm::Hip => "Fall in kitchen, hip pain, leg shortened and turned",
    };
    Call {
        at: fall.at,
        complaint: "FALL",
        words,
        fall: Some(fall.harm),
        conveyed: fall.harm != Harm::None,
        to: fall.taken,
    }
}

fn row(feeds: &mut Feeds, copy: &Copy<'_>, call: &Call, told: (u32, bool), rng: &mut Rng) {
    let (number, plan_seen) = told;
    let person = copy.person;
    let mut row = Row::new(COLUMNS);
    let wait = rng.range(18, 150);
    let scene = rng.range(25, 90);
    let (arrived, clear) = (call.at.later(wait), call.at.later(wait + scene));
    row.about(copy, copy.born.iso(), known::sex(person));
    row.set("IncidentNumber", format!("INC{}{number:02}", copy.id))
        .set("PatientNumber", "1");
    row.set("PatientReference", copy.id.clone());
    if let Some(died) = person.died.filter(|day| copy.knows_death && day.0 <= call.at.date.0) {
        row.set("DateOfDeath", died.iso());
    }
    row.set("CallTime", call.at.table())
        .set("ArrivedTime", arrived.table())
        .set("ClearTime", clear.table());
    let category = match (call.complaint, call.fall) {
        ("CHEST" | "BREATH" | "COLLAPSE", _) => "2",
        (_, Some(Harm::Hip)) => "2",
        _ => "3",
    };
    row.set("Category", category)
        .set("ChiefComplaint", call.complaint)
        .set("ComplaintText", call.words);
    row.set("IncidentPostcode", copy.postcode.clone());
    let setting = if copy.household.home.is_empty() {
        "Own home"
    } else {
        "Care home"
    };
    row.set(
        "IncidentSetting",
        if copy.lines.is_empty() { "Public place" } else { setting },
    );
    measured(&mut row, person, call, rng);
    row.set("FallRelated", if call.fall.is_some() { "Y" } else { "N" });
    let hospital = if call.to.has(Tellers::WEST) {
        "Dorset County Hospital"
    } else {
        "University Hospitals Dorset"
    };
    let outcome = if call.conveyed {
        "Conveyed"
    } else {
        rng.pick(&["See and treat", "See and treat", "Referred"])
    };
    row.set("Outcome", outcome)
        .set("Destination", if call.conveyed { hospital } else { "" });
    if outcome == "Referred" {
        row.set("ReferredTo", "Urgent community response");
    }
    row.set("AdvancePlanSeen", if plan_seen { "Yes" } else { "No" });
    let summary = summary(person, call);
    row.set("CrewSummary", summary)
        .set("CallSign", format!("SW{:03}", rng.range(100, 420)));
    row.set("LastUpdated", clear.later(15).table());
    row.send(feeds, &FEED);
    if rng.chance(0.006) {
        row.send(feeds, &FEED);
    }
}

/// What the crew measured.
fn measured(row: &mut Row, person: &Person, call: &Call, rng: &mut Rng) {
    let mut number = |column: &str, mean: f64, spread: f64, decimals: usize| {
        let value = rng.normal(mean, spread);
        row.set(column, format!("{value:.decimals$}"));
        value
    };
    let pain = call.fall.is_some_and(|harm| harm != Harm::None);
    let systolic = number("SystolicBP", 142.0, 16.0, 0);
    number("DiastolicBP", 34.0 + systolic * 0.31, 5.0, 0);
    number("HeartRate", if pain { 94.0 } else { 81.0 }, 9.0, 0);
    number("RespiratoryRate", 18.0, 1.6, 0);
    number("OxygenSaturation", 95.6, 0.7, 0);
    number("Temperature", 36.7, 0.3, 1);
    number("BloodGlucose", 7.1, 1.2, 1);
    row.set("GlasgowComaScore", if rng.chance(0.9) { "15" } else { "14" });
    if years(person.born, call.at.date) >= 16 {
        row.set("NEWS2", rng.range(0, 4).to_string());
    }
    row.set(
        "PainScore",
        (if pain { rng.range(4, 9) } else { rng.range(0, 3) }).to_string(),
    );
}

fn summary(person: &Person, call: &Call) -> &'static str {
    let lonely = person.marks.has(Marks::LONELY);
    match (call.conveyed, call.fall.is_some()) {
        (false, true) if lonely => {
            "Helped up, walked as usual with frame. Lives alone, no food in the house. Not conveyed; worried about coping."
        }
        (false, true) => "Helped up from the floor, walked as usual. Not conveyed. Advised to call back if worse.",
        (true, true) => "Pain relief given, immobilised and taken to hospital.",
        _ => "Observed on the way, stable. Handed over to the emergency department.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::date;

    #[test]
    fn residents_of_homes_do_not_fall_in_a_kitchen_on_a_rug_or_on_stairs() {
        for n in 0..60u32 {
            let harm = [Harm::None, Harm::Hurt, Harm::Hip][n as usize % 3];
            let fall = Fall {
                at: Moment::new(date(2026, 3, 1), 600),
                harm,
                ambulance: true,
                taken: Tellers::EAST,
            };
            let words = fell(&fall, true, &mut Rng::keyed(1, n, 0, "fall")).words;
            for not in ["kitchen", "stairs", "rug"] {
                assert!(!words.contains(not), "{words}");
            }
        }
    }
}
