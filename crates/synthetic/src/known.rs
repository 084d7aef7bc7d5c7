//! How each sender knows a person: its own id, and its own slips in name, birth date, address and NHS number.

use crate::calendar::{self, Moment};
use crate::fhir::Copy;
use crate::household::Household;
use crate::lives::{Life, Tellers};
use crate::names;
use crate::numbers;
use crate::people::{Marks, Person};
use crate::random::Rng;
use record::{Date, Sex};

/// A sender, and how careful it is with who people are.
#[derive(Debug)]
pub struct Sender {
    /// ODS code, or the like.
    pub code: &'static str,
    /// Name people read.
    pub name: &'static str,
    /// Identifier system of its local numbers.
    pub system: &'static str,
    /// Chance that it holds no NHS number.
    pub without: f64,
    /// Chance that the number it holds was not verified.
    pub unverified: f64,
    /// Chance of a typing slip in a name.
    pub slips: f64,
    /// Chance that it writes the short form of a given name.
    pub short: f64,
    /// Chance that it holds an old address.
    pub moved: f64,
}

macro_rules! senders {
    ($($(#[$doc:meta])* $name:ident $code:literal $words:literal $without:literal $unverified:literal $slips:literal $short:literal $moved:literal;)*) => {
        $($(#[$doc])* pub static $name: Sender = Sender {
            code: $code, name: $words, system: concat!("https://example.org/id/", $code), without: $without,
            unverified: $unverified, slips: $slips, short: $short, moved: $moved,
        };)*
    };
}

senders! {
    /// Any practice: its own code and name stand in the household.
    PRACTICE "GP" "General practice" 0.001 0.0 0.002 0.0 0.0;
    /// The east's hospitals.
    EAST "R0D" "University Hospitals Dorset, General Hospital" 0.02 0.03 0.01 0.01 0.05;
    /// The west's hospital.
    WEST "RBD" "Dorset County Hospital" 0.03 0.06 0.015 0.01 0.06;
    /// Community and mental health.
    COMMUNITY "RDY" "Dorset HealthCare" 0.01 0.02 0.008 0.03 0.03;
    /// Ambulance.
    AMBULANCE "RYF" "South Western Ambulance Service" 0.12 0.1 0.04 0.06 0.04;
    /// Bournemouth, Christchurch and Poole Council.
    BCP "E06000058" "BCP Council" 0.1 0.2 0.02 0.1 0.05;
    /// Dorset Council.
    DORSET "E06000059" "Dorset Council" 0.12 0.2 0.02 0.1 0.05;
    /// Fire and rescue.
    FIRE "E31000047" "Dorset & Wiltshire Fire and Rescue Service" 0.75 0.9 0.04 0.15 0.0;
    /// Link workers.
    LINK_WORKERS "DEMO-VS01" "Stepping Stones Link Workers" 0.45 0.9 0.05 0.35 0.03;
    /// Falls buddies.
    BUDDIES "DEMO-VS02" "Steady Together Falls Buddies" 0.6 0.9 0.05 0.4 0.03;
    /// Health coaching.
    COACHES "DEMO-PH01" "Healthier Steps Coaching" 0.3 0.8 0.03 0.2 0.03;
}

impl Sender {
    /// This sender's id of a person.
    pub fn id(&self, person: &Person, household: &Household) -> String {
        let code = if self.code == "GP" {
            household.practice.code
        } else {
            self.code
        };
        person.stem(code)
    }
}

/// The sender's copy of who the person is.
pub fn copy<'a>(sender: &'static Sender, person: &'a Person, household: &'a Household, life: &Life) -> Copy<'a> {
    let mut rng = person.rng(sender.code);
    let (nhs, verified) = number(sender, person, household, &mut rng);
    let mut given = person.given.clone();
    let mut family = person.family.to_owned();
    if rng.chance(sender.short)
        && let Some(short) = names::short(&given)
    {
        short.clone_into(&mut given);
    }
    match rng.unit() {
        x if x < sender.slips => given = names::mistyped(&given, &mut rng),
        x if x < 2.0 * sender.slips => family = names::mistyped(&family, &mut rng),
        _ => {}
    }
    if !person.birth_family.is_empty() && rng.chance(sender.moved) {
        person.birth_family.clone_into(&mut family);
    }
    let (mut lines, mut postcode) = (household.lines.clone(), household.postcode.clone());
    if !lines.is_empty() && household.home.is_empty() && rng.chance(sender.moved) {
        let street = rng.pick(&crate::place::STREETS);
        lines[0] = format!("{} {street}", rng.range(1, 140));
        postcode = crate::place::postcode(household.neighbourhood.sector, &mut rng);
    }
    let updated = Date(life.until.0 - rng.range(0, 400).min((life.until.0 - person.born.0).max(0)));
    Copy {
        person,
        household,
        id: sender.id(person, household),
        system: sender.system,
        nhs,
        verified,
        given,
        family,
        born: birth(sender, person, &mut rng),
        lines,
        postcode,
        knows_death: person.died.is_none() || knows_death(sender, person, &mut rng),
        updated: Moment::new(updated, 6 * 60),
    }
}

fn number(sender: &Sender, person: &Person, household: &Household, rng: &mut Rng) -> (String, bool) {
    let practice = sender.code == "GP";
    let without = if person.marks.has(Marks::NO_NUMBER) {
        0.85
    } else {
        sender.without
    };
    let unverified = rng.chance(sender.unverified);
    if rng.chance(without) && !practice {
        return (String::new(), false);
    }
    let acute = sender.code == "RBD" || sender.code == "R0D";
    if acute && person.marks.has(Marks::WRONG_TWIN) {
        let twin = household
            .people
            .iter()
            .find(|p| p.slot != person.slot && p.born == person.born);
        if let Some(twin) = twin {
            return (twin.nhs.digits(), false);
        }
    }
    let digits = person.nhs.digits();
    if acute && person.marks.has(Marks::MISTYPED) {
        return (numbers::mistyped(person.nhs), false);
    }
    (digits, !unverified)
}

/// Day and month the wrong way round, or the day off by one: seldom, and never at the practice.
fn birth(sender: &Sender, person: &Person, rng: &mut Rng) -> Date {
    let (year, month, day) = calendar::ymd(person.born);
    match rng.unit() {
        _ if sender.code == "GP" => person.born,
        x if x < sender.slips / 3.0 && day <= 12 => calendar::date(year, day, month),
        x if x < sender.slips / 2.0 && day > 1 => calendar::date(year, month, day - 1),
        _ => person.born,
    }
}

fn knows_death(sender: &Sender, person: &Person, rng: &mut Rng) -> bool {
    let chance = match sender.code {
        "GP" => 1.0,
        // The one who does not know is a trust that last met them alive.
        "R0D" | "RBD" if person.marks.has(Marks::DEATH_DISAGREES) => 0.0,
        "R0D" | "RBD" | "RDY" => 0.95,
        "E06000058" | "E06000059" if person.marks.has(Marks::DEATH_DISAGREES) => 0.0,
        "E06000058" | "E06000059" => 0.85,
        _ => 0.3,
    };
    rng.chance(chance)
}

/// Which of the clinical senders hold a record of the person.
pub fn holders(life: &Life) -> Tellers {
    life.happenings.iter().fold(Tellers::PRACTICE, |all, h| all.and(h.by))
}

/// `Female` or `Male`.
pub fn sex(person: &Person) -> &'static str {
    if person.sex == Sex::Female { "Female" } else { "Male" }
}
