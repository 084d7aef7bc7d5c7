//! What the two councils send: adult social care events and children's plans.

use crate::calendar::{self, slashed};
use crate::feeds::{self, FeedFile, Feeds};
use crate::fhir::Copy;
use crate::household::Household;
use crate::known;
use crate::live::Played;
use crate::lives::conditions::Condition;
use crate::lives::{Harm, Life};
use crate::people::{Marks, Person};
use crate::place::Council;
use crate::random::Rng;
use crate::table::{Columns, Row, columns};
use record::Date;

/// Columns of adult social care.
pub const ADULT_COLUMNS: Columns = columns! {
    "EventReference" "PersonID" "NHSNumber" "Title" "Forenames" "Surname" "KnownAs" "DateOfBirth" "Gender"
    "DateOfDeath" "AddressLine1" "AddressLine2" "Town" "Postcode" "Telephone" "Email" "GPPracticeCode"
    "PreferredLanguage" "InterpreterNeeded" "Ethnicity" "PrimarySupportReason" "EventType" "EventStartDate"
    "EventEndDate" "EventOutcome" "AssessmentType" "ServiceType" "HoursPerWeek" "DeliveryMechanism"
    "WeeklyCost" "Provider" "ReviewReason" "RequestRoute" "HasUnpaidCarer" "LivesAlone" "Summary" "Worker"
    "Team" "TeamTelephone" "RecordStatus" "LastUpdated"
};
/// Columns of children's social care.
pub const CHILD_COLUMNS: Columns = columns! {
    "CaseReference" "ChildID" "NHSNumber" "Forenames" "Surname" "DateOfBirth" "Gender" "DateOfDeath"
    "AddressLine1" "Town" "Postcode" "Ethnicity" "Language" "InterpreterNeeded" "PlanType" "PlanStartDate"
    "PlanEndDate" "PlanStatus" "CategoryOfNeed" "LegalStatus" "PlacementType" "PlacementStartDate"
    "NextReviewDate" "HealthAssessmentDate" "SocialWorker" "Team" "TeamTelephone" "DutyTelephone" "LastUpdated"
};

static BCP_ADULT: FeedFile = feeds::lines("bcp-adult-social-care", "E06000058", "csv", ADULT_COLUMNS.1);
static DORSET_ADULT: FeedFile = feeds::lines("dorset-adult-social-care", "E06000059", "csv", ADULT_COLUMNS.1);
static BCP_CHILD: FeedFile = feeds::lines("bcp-children-social-care", "E06000058", "csv", CHILD_COLUMNS.1);
static DORSET_CHILD: FeedFile = feeds::lines("dorset-children-social-care", "E06000059", "csv", CHILD_COLUMNS.1);

const WORKERS: [&str; 6] = ["P Aldous", "R Minty", "C Oakes", "S Verrall", "J Penhale", "D Kasim"];
const PROVIDERS: [&str; 4] = [
    "Hearthside Care (invented)",
    "Lantern Home Care (invented)",
    "Kestrel Care (invented)",
    "In-house team",
];

/// Everything the council tells of one person.
pub fn tell(feeds: &mut Feeds, person: &Person, household: &Household, life: &Life) {
    let bcp = household.neighbourhood.council == Council::Bcp;
    let sender = council(household);
    if person.marks.has(Marks::SOCIAL_CARE) && person.age(life.until) >= 18 {
        let copy = known::copy(sender, person, household, life);
        adult(feeds, if bcp { &BCP_ADULT } else { &DORSET_ADULT }, &copy, life);
    }
    if person.marks.has(Marks::CHILD_PLAN) && person.age(life.until) < 18 {
        let copy = known::copy(sender, person, household, life);
        child(feeds, if bcp { &BCP_CHILD } else { &DORSET_CHILD }, &copy, life);
    }
}

/// The council of a household.
pub fn council(household: &Household) -> &'static known::Sender {
    match household.neighbourhood.council {
        Council::Bcp => &known::BCP,
        Council::Dorset => &known::DORSET,
    }
}

/// Whether the council has met the person.
pub fn knows(person: &Person, life: &Life) -> bool {
    let adult = person.age(life.until) >= 18;
    person
        .marks
        .has(if adult { Marks::SOCIAL_CARE } else { Marks::CHILD_PLAN })
}

/// One event of a person's care, in the council's own words.
struct Event {
    kind: &'static str,
    from: Date,
    until: Option<Date>,
    outcome: &'static str,
    /// Column and words that only this kind has.
    own: Vec<(&'static str, String)>,
    summary: String,
}

/// Who at the council sees to a person, and what it knows of their home.
struct Desk {
    reason: &'static str,
    alone: bool,
    carer: bool,
    team: &'static str,
    worker: &'static str,
    phone: String,
}

impl Desk {
    fn of(copy: &Copy<'_>, life: &Life, rng: &mut Rng) -> Self {
        let person = copy.person;
        let others = copy.household.people.iter().filter(|p| p.slot != person.slot);
        let mut others = others.map(|p| p.marks.has(Marks::CARER));
        Self {
            reason: support(person, life),
            alone: copy.household.people.len() == 1,
            carer: others.any(|is| is) || rng.chance(0.3) && !person.marks.has(Marks::NO_ADDRESS),
            team: if copy.household.home.is_empty() {
                "Locality team"
            } else {
                "Care home review team"
            },
            worker: rng.pick(&WORKERS),
            phone: crate::people::drama_landline(rng),
        }
    }

    /// The row of an event, written on this day.
    fn row(&self, copy: &Copy<'_>, number: u32, event: &Event, written: Date) -> Row {
        let person = copy.person;
        let mut row = Row::new(ADULT_COLUMNS);
        row.about(copy, slashed(copy.born), known::sex(person));
        row.set("EventReference", format!("ASC-{}-{number}", copy.id))
            .set("PersonID", copy.id.clone());
        row.set("Title", person.title);
        if person.called() != person.given {
            row.set("KnownAs", person.called());
        }
        if let Some(died) = person.died.filter(|day| copy.knows_death && day.0 <= written.0) {
            row.set("DateOfDeath", slashed(died));
        }
        language(&mut row, person);
        row.set("PrimarySupportReason", self.reason)
            .set("EventType", event.kind);
        row.set("EventStartDate", slashed(event.from));
        row.set("EventEndDate", event.until.map(slashed).unwrap_or_default());
        row.set("EventOutcome", event.outcome)
            .set("Summary", event.summary.clone());
        for (column, words) in &event.own {
            row.set(column, words.clone());
        }
        row.set("HasUnpaidCarer", if self.carer { "Yes" } else { "No" });
        row.set("LivesAlone", if self.alone { "Yes" } else { "No" });
        row.set("Worker", self.worker)
            .set("Team", self.team)
            .set("TeamTelephone", self.phone.clone());
        row.set("RecordStatus", "Active");
        row
    }
}

fn adult(feeds: &mut Feeds, feed: &'static FeedFile, copy: &Copy<'_>, life: &Life) {
    let mut rng = copy.person.rng("adult social care");
    let desk = Desk::of(copy, life, &mut rng);
    for (number, event) in (1u32..).zip(events(copy, life, desk.reason, &mut rng)) {
        // A service is written again when it ends; a death shows only in what is written after it.
        let told = event.until.filter(|_| event.kind == "Service").unwrap_or(event.from);
        let written = told.0 + rng.range(0, 6);
        let mut row = desk.row(copy, number, &event, Date(written));
        let void = rng.chance(0.004);
        row.set(
            "LastUpdated",
            format!("{} 09:{:02}", slashed(Date(written)), rng.range(10, 59)),
        );
        row.send(feeds, feed);
        if void {
            row.set("RecordStatus", "Void")
                .set("LastUpdated", format!("{} 16:20", slashed(Date(written + 5))));
            row.send(feeds, feed);
        }
    }
}

/// What the council writes of one of its people on a day after the told history: a review or a request, or that they
/// died; of a child with an open plan, its review. Gives the minute at which it is written.
pub fn on_day(played: Played<'_, '_>) -> u16 {
    let bcp = played.household.neighbourhood.council == Council::Bcp;
    let copy = played.copy(council(played.household));
    let Played {
        feeds,
        person,
        history,
        day,
        number,
        rng,
        ..
    } = played;
    let clock = rng.range(9 * 60, 17 * 60);
    let minute = u16::try_from(clock).unwrap_or(600);
    let stamp = format!("{} {:02}:{:02}", slashed(day), clock / 60, clock % 60);
    if person.age(day) < 18 {
        let mut row = plan(&copy, history, Some(day));
        row.set("LastUpdated", stamp);
        row.send(feeds, if bcp { &BCP_CHILD } else { &DORSET_CHILD });
        return minute;
    }
    let desk = Desk::of(&copy, history, &mut person.rng("adult social care"));
    let event = happened(&copy, &desk, day, rng);
    let mut row = desk.row(&copy, number, &event, day);
    row.set("LastUpdated", stamp);
    row.send(feeds, if bcp { &BCP_ADULT } else { &DORSET_ADULT });
    minute
}

/// What happened on a day after the told history.
fn happened(copy: &Copy<'_>, desk: &Desk, day: Date, rng: &mut Rng) -> Event {
    // Nothing is fitted where somebody else sees to the house, or where there is none.
    let at_home = copy.household.home.is_empty() && !copy.person.marks.has(Marks::NO_ADDRESS);
    match copy.person.died {
        Some(died) => Event {
            kind: "Service",
            from: died,
            until: Some(died),
            outcome: "Service ended",
            own: vec![("ServiceType", "All services".to_owned())],
            summary: "Told of the death. Packages ended; family written to.".to_owned(),
        },
        None if rng.chance(0.65) => Event {
            kind: "Review",
            from: day,
            until: Some(day),
            outcome: rng.pick(&[
                "No change to package",
                "No change to package",
                "Package increased",
                "Package reduced",
            ]),
            own: vec![(
                "ReviewReason",
                rng.pick(&["Annual review", "Change in circumstances"]).to_owned(),
            )],
            summary: rng
                .pick(&[
                    "Plan still meets needs. Would like more company.",
                    if at_home {
                        "Finding the stairs harder; rail to be fitted."
                    } else {
                        "Out of breath sooner than in spring; practice told."
                    },
                    // Only somebody who is there can be tired of caring.
                    if desk.carer {
                        "Whoever cares at home is tired; sitting service talked about."
                    } else {
                        "Manages with the help there is; nothing to change."
                    },
                ])
                .to_owned(),
        },
        None => Event {
            kind: "Request",
            from: day,
            until: None,
            outcome: "Assessment to follow",
            own: vec![(
                "RequestRoute",
                rng.pick(&["Community: self or family", "GP or district nurse", "Ambulance service"])
                    .to_owned(),
            )],
            summary: match at_home {
                true => "Asks for more help in the mornings.",
                false => "Asks who will pay, and for somebody to go through the letters.",
            }
            .to_owned(),
        },
    }
}

/// Whether a child's plan was open when the told history ended.
pub fn plan_open(person: &Person) -> bool {
    let mut rng = person.rng("children's social care");
    rng.pick(&PLANS);
    rng.range(0, 1);
    rng.chance(0.6)
}

const PLANS: [&str; 7] = ["EH", "EH", "EH", "CIN", "CIN", "CPP", "CLA"];

fn language(row: &mut Row, person: &Person) {
    let signs = person.marks.has(Marks::SIGNS);
    row.set(
        "PreferredLanguage",
        if signs {
            "British Sign Language"
        } else {
            person.language.1
        },
    );
    row.set(
        "InterpreterNeeded",
        if person.interpreter || signs { "Yes" } else { "No" },
    );
}

fn support(person: &Person, life: &Life) -> &'static str {
    let has = |condition| life.conditions.iter().any(|had| had.condition == condition);
    if has(Condition::LearningDisability) {
        "Learning Disability Support"
    } else if has(Condition::Dementia) {
        "Support with Memory and Cognition"
    } else if has(Condition::Schizophrenia) || has(Condition::Depression) && person.age(life.until) < 65 {
        "Mental Health Support"
    } else if person.age(life.until) >= 85 || has(Condition::Frailty) {
        "Physical Support: Personal Care Support"
    } else {
        "Physical Support: Access and Mobility Only"
    }
}

fn events(copy: &Copy<'_>, life: &Life, reason: &str, rng: &mut Rng) -> Vec<Event> {
    let start = Date(life.until.0 - rng.range(60, 1100));
    let route = rng.pick(&[
        "Hospital discharge",
        "Community: self or family",
        "GP or district nurse",
        "Ambulance service",
    ]);
    let needs = rng.pick(&[
        "Needs help to wash and dress; tires by midday",
        "Unsteady on stairs, finds cooking hard",
        "Forgets medicines, has left the gas on once",
        "Wants to stay at home; needs help getting up and going to bed",
    ]);
    // Whoever lives in a home already asks for what it costs, and whoever sleeps rough for other things.
    let resident = !copy.household.home.is_empty();
    let rough = copy.person.marks.has(Marks::NO_ADDRESS);
    let (route, needs) = match (resident, rough) {
        (true, _) => (
            "Community: self or family",
            "Has paid for the home from savings, now nearly spent; family ask the council to help with fees",
        ),
        (_, true) => (
            route,
            "Sleeps rough; misses medicines and appointments, nowhere to wash or cook",
        ),
        _ => (route, needs),
    };
    let unmet = copy.household.neighbourhood.fifth <= 2 && rng.chance(0.3);
    let mut events = vec![
        Event {
            kind: "Request",
            from: start,
            until: Some(Date(start.0 + 4)),
            outcome: "Assessment to follow",
            own: vec![("RequestRoute", route.to_owned())],
            summary: needs.to_owned(),
        },
        Event {
            kind: "Assessment",
            from: Date(start.0 + rng.range(8, 60)),
            until: Some(Date(start.0 + 64)),
            outcome: if unmet { "Not eligible" } else { "Eligible" },
            own: vec![("AssessmentType", "Long Term Assessment".to_owned())],
            summary: format!("{needs}. {}", reason_words(reason, copy.household)),
        },
    ];
    if unmet {
        return events
            .into_iter()
            .filter(|event| event.from.0 <= life.until.0)
            .collect();
    }
    let begins = Date(start.0 + 70);
    events.push(package(copy, begins, rng));
    let mut review = begins.0 + rng.range(330, 420);
    let mut number = 0;
    while review < life.until.0 {
        let (outcome, summary) = reviewed(life, Date(review), number);
        events.push(Event {
            kind: "Review",
            from: Date(review),
            until: Some(Date(review)),
            outcome,
            own: vec![("ReviewReason", "Annual review".to_owned())],
            summary: summary.to_owned(),
        });
        number += 1;
        review += rng.range(340, 430);
    }
    events.retain(|event| event.from.0 <= life.until.0);
    events
}

/// What a yearly review says: not the same words each year, and not that nothing changed after a broken hip.
fn reviewed(life: &Life, on: Date, number: usize) -> (&'static str, &'static str) {
    let hip = life
        .falls
        .iter()
        .any(|fall| fall.harm == Harm::Hip && (on.0 - 365..=on.0).contains(&fall.at.date.0));
    if hip {
        return (
            "Package increased",
            "Broke a hip since the last review; needs help to stand and to walk. Visits made longer.",
        );
    }
    let words = [
        "Plan still meets needs. Would like more company.",
        "Plan still meets needs. Eats better with company at midday.",
        "Plan still meets needs. Asks for the same faces; rota gone over with the provider.",
    ];
    ("No change to package", words[number % words.len()])
}

/// The service that follows an assessment.
fn package(copy: &Copy<'_>, begins: Date, rng: &mut Rng) -> Event {
    let home = !copy.household.home.is_empty();
    let rough = copy.person.marks.has(Marks::NO_ADDRESS);
    let service = if home {
        rng.pick(&["Residential Care", "Nursing Care"])
    } else {
        rng.pick(&[
            "Home Care",
            "Home Care",
            "Home Care",
            "Reablement",
            "Telecare",
            "Equipment",
            "Direct Payment",
            "Day Support",
        ])
    };
    // Nobody brings home care, or fits an alarm, where there is no home.
    let service = match service {
        "Home Care" | "Reablement" | "Telecare" | "Equipment" if rough => "Day Support",
        other => other,
    };
    let over = matches!(service, "Reablement" | "Equipment");
    // A council that has not heard of a death still shows the package running.
    let ended = if over {
        Some(Date(begins.0 + 42))
    } else {
        copy.person.died.filter(|_| copy.knows_death)
    };
    let hours = rng.range(4, 28);
    let mut own = vec![
        ("ServiceType", service.to_owned()),
        (
            "DeliveryMechanism",
            if service == "Direct Payment" {
                "Direct payment only"
            } else {
                "Council managed"
            }
            .to_owned(),
        ),
        (
            "Provider",
            if home {
                copy.household.home.to_owned()
            } else {
                rng.pick(&PROVIDERS).to_owned()
            },
        ),
        ("WeeklyCost", format!("{}.00", hours * 24)),
    ];
    if service == "Home Care" {
        own.push(("HoursPerWeek", format!("{}", f64::from(hours) / 2.0)));
    }
    Event {
        kind: "Service",
        from: begins,
        until: ended,
        outcome: if ended.is_some() {
            "Service ended"
        } else {
            "In progress"
        },
        own,
        summary: String::new(),
    }
}

fn reason_words(reason: &str, household: &Household) -> &'static str {
    let others = household.people.len() > 1 && household.home.is_empty();
    match reason {
        "Learning Disability Support" if others => "Lives with family; wants a job and a front door of their own.",
        "Learning Disability Support" => "Wants a job and more say in the day.",
        "Support with Memory and Cognition" => "Family visit daily and are tired.",
        "Mental Health Support" => "Would like help with money and going out.",
        _ => "Neighbour shops once a week.",
    }
}

fn child(feeds: &mut Feeds, feed: &'static FeedFile, copy: &Copy<'_>, life: &Life) {
    plan(copy, life, None).send(feeds, feed);
}

/// A child's plan as it stood at the end of the told history, or as reviewed on a day after it.
fn plan(copy: &Copy<'_>, life: &Life, reviewed: Option<Date>) -> Row {
    let person = copy.person;
    let mut rng = person.rng("children's social care");
    let plan = rng.pick(&PLANS);
    let oldest = (life.until.0 - person.born.0 - 10).max(1);
    let start = Date(life.until.0 - rng.range(20, 500).min(oldest));
    let open = rng.chance(0.6);
    let mut row = Row::new(CHILD_COLUMNS);
    row.about(copy, slashed(copy.born), known::sex(person));
    row.set("CaseReference", format!("CSC-{}", copy.id))
        .set("ChildID", copy.id.clone());
    row.set("Language", person.language.1).set("InterpreterNeeded", "No");
    row.set("PlanType", plan).set("PlanStartDate", slashed(start));
    let ended = Date((start.0 + rng.range(60, 300)).min(life.until.0));
    row.set("PlanEndDate", if open { String::new() } else { slashed(ended) });
    row.set("PlanStatus", if open { "Open" } else { "Closed" });
    let need = match plan {
        "EH" => rng.pick(&["School attendance", "Family relationships", "Parental mental health"]),
        "CIN" => rng.pick(&["Child's disability or illness", "Family in acute stress"]),
        _ => rng.pick(&["Neglect", "Emotional abuse"]),
    };
    row.set("CategoryOfNeed", need);
    if plan == "CLA" {
        row.set("LegalStatus", "Section 20")
            .set("PlacementType", "Foster placement");
        row.set("PlacementStartDate", slashed(start))
            .set("HealthAssessmentDate", slashed(Date((start.0 + 18).min(life.until.0))));
    }
    if open {
        let from = reviewed.map_or(life.until, |day| Date(day.0 + 60));
        let next = calendar::working_day(Date(from.0 + rng.range(10, 80)));
        row.set("NextReviewDate", slashed(next));
    }
    row.set("SocialWorker", rng.pick(&WORKERS))
        .set("Team", "Children's locality team");
    row.set("TeamTelephone", crate::people::drama_landline(&mut rng));
    row.set("DutyTelephone", "01632 960999");
    row.set(
        "LastUpdated",
        format!("{} 10:05", slashed(if open { start } else { ended })),
    );
    row
}
