//! Who lives with whom, and where.

use crate::names::{self, Community};
use crate::people::{self, Marks, Person, Role, Sketch};
use crate::place::{self, Council, Neighbourhood, PRACTICES, Practice};
use crate::random::Rng;
use crate::{Plan, cast};
use record::{Date, Sex};

/// People at one door.
#[derive(Clone, Debug)]
pub struct Household {
    /// Household number.
    pub index: u32,
    /// Where.
    pub neighbourhood: &'static Neighbourhood,
    /// The practice they use.
    pub practice: &'static Practice,
    /// House and street, or the home's name and street; empty when they have no address.
    pub lines: Vec<String>,
    /// Postcode; empty when they have no address.
    pub postcode: String,
    /// Landline; empty when none.
    pub landline: String,
    /// Name of the care home; empty for a private home.
    pub home: &'static str,
    /// The people.
    pub people: Vec<Person>,
}

/// What sort of household it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    OlderAlone,
    OlderCouple,
    AdultAlone,
    AdultCouple,
    Family,
    LoneParent,
    ThreeGenerations,
    GrownChild,
    Sharers,
    CareHome,
    NoAddress,
}

/// Household number `index`; `first` is how many people were made before it.
pub fn household(plan: &Plan, index: u32, first: u32) -> Household {
    let mut rng = Rng::keyed(plan.seed, index, u16::MAX, "household");
    let (neighbourhood, sketches, shape) = sketch(plan, index);
    let mut found = at_place(neighbourhood, index, shape, &mut rng);
    let community = if cast::is_cast(index) || shape == Shape::CareHome {
        None
    } else {
        names::community(neighbourhood.council == Council::Bcp, &mut rng)
    };
    let family = names::surname(community, &mut rng);
    for (slot, sketch) in (0u16..).zip(&sketches) {
        let own = family_name(shape, sketch, family, community, &mut rng);
        let place = (index, slot);
        let ordinal = first + u32::from(slot);
        let mut person = people::person(plan.seed, place, ordinal, plan.as_of, *sketch, own, community);
        chance_marks(&mut person, &found, shape, plan.as_of, &mut rng);
        found.people.push(person);
    }
    apart(&mut found.people, community, shape, &mut rng);
    relate(&mut found.people, family, &mut rng);
    cast::arrange(&mut found, plan);
    found
}

/// How many people household `index` has: what a run needs to know of every household before it makes any.
pub fn size(plan: &Plan, index: u32) -> u32 {
    u32::try_from(sketch(plan, index).1.len()).unwrap_or(1)
}

fn sketch(plan: &Plan, index: u32) -> (&'static Neighbourhood, Vec<Sketch>, Shape) {
    if let Some((neighbourhood, sketches)) = cast::sketch(index) {
        let shape = if sketches.len() > 8 {
            Shape::CareHome
        } else {
            Shape::Family
        };
        return (neighbourhood, sketches, shape);
    }
    let mut rng = Rng::keyed(plan.seed, index, u16::MAX, "sketch");
    let neighbourhood = place::neighbourhood(&mut rng);
    let shape = shape(neighbourhood, &mut rng);
    (neighbourhood, sketches(shape, neighbourhood, &mut rng), shape)
}

/// Shares of households are rounded from the 2021 census for the two councils (household composition and
/// population by age); older neighbourhoods have more of the older kinds.
fn shape(neighbourhood: &Neighbourhood, rng: &mut Rng) -> Shape {
    let tilt = 1.0 + f64::from(neighbourhood.older) * 0.055;
    let student = if neighbourhood.older <= -6 { 4.0 } else { 0.6 };
    let shares = [
        (Shape::OlderAlone, 17.0 * tilt),
        (Shape::OlderCouple, 17.0 * tilt),
        (Shape::AdultAlone, 14.0),
        (Shape::AdultCouple, 19.0),
        (Shape::Family, 16.0),
        (Shape::LoneParent, if neighbourhood.fifth <= 2 { 9.0 } else { 4.5 }),
        (Shape::ThreeGenerations, 1.8),
        (Shape::GrownChild, 5.0),
        (Shape::Sharers, 2.5 * student),
        (Shape::CareHome, 0.09),
        (Shape::NoAddress, if neighbourhood.fifth == 1 { 0.5 } else { 0.1 }),
    ];
    let total: f64 = shares.iter().map(|(_, share)| share).sum();
    let mut at = rng.unit() * total;
    for (shape, share) in shares {
        at -= share;
        if at < 0.0 {
            return shape;
        }
    }
    Shape::AdultCouple
}

fn one(age: i32, sex: Sex, role: Role) -> Sketch {
    Sketch {
        age,
        sex,
        role,
        twin: false,
    }
}

fn any_sex(rng: &mut Rng) -> Sex {
    if rng.chance(0.5) { Sex::Female } else { Sex::Male }
}

fn older_age(neighbourhood: &Neighbourhood, rng: &mut Rng) -> i32 {
    let draw = rng.unit();
    65 + (draw * draw * 26.0 + draw * 8.0) as i32 + i32::from(neighbourhood.older > 6 && rng.chance(0.3)) * 3
}

fn sketches(shape: Shape, neighbourhood: &Neighbourhood, rng: &mut Rng) -> Vec<Sketch> {
    match shape {
        Shape::OlderAlone => {
            let age = older_age(neighbourhood, rng) + rng.range(0, 6);
            let women = if age > 78 { 0.74 } else { 0.6 };
            let sex = if rng.chance(women) { Sex::Female } else { Sex::Male };
            vec![one(age, sex, Role::Adult)]
        }
        Shape::OlderCouple => {
            let age = older_age(neighbourhood, rng);
            couple(age, rng)
        }
        Shape::AdultAlone => vec![one(rng.range(22, 64), any_sex(rng), Role::Adult)],
        Shape::AdultCouple => {
            let age = rng.range(23, 66);
            couple(age, rng)
        }
        Shape::Family => {
            let age = rng.range(26, 52);
            let mut members = couple(age, rng);
            let count = 1 + rng.count(0.85).min(3);
            children(&mut members, age, count, rng);
            members
        }
        Shape::LoneParent => {
            let age = rng.range(20, 50);
            let sex = if rng.chance(0.86) { Sex::Female } else { Sex::Male };
            let mut members = vec![one(age, sex, Role::Adult)];
            let count = 1 + rng.count(0.6).min(2);
            children(&mut members, age, count, rng);
            members
        }
        Shape::ThreeGenerations => {
            let age = rng.range(32, 50);
            let mut members = couple(age, rng);
            children(&mut members, age, 1 + rng.count(0.6).min(2), rng);
            members.push(one(age + rng.range(24, 36), Sex::Female, Role::Grandparent));
            members
        }
        Shape::GrownChild => {
            let age = rng.range(46, 82);
            let mut members = if rng.chance(0.6) {
                couple(age, rng)
            } else {
                vec![one(age, any_sex(rng), Role::Adult)]
            };
            members.push(one((age - rng.range(24, 36)).max(18), any_sex(rng), Role::Child));
            members
        }
        Shape::Sharers => (0..rng.range(3, 5))
            .map(|_| one(rng.range(19, 30), any_sex(rng), Role::Lodger))
            .collect(),
        Shape::CareHome => (0..rng.range(16, 38))
            .map(|_| {
                let sex = if rng.chance(0.7) { Sex::Female } else { Sex::Male };
                one(rng.range(74, 92) + rng.range(0, 8), sex, Role::Lodger)
            })
            .collect(),
        Shape::NoAddress => vec![one(
            rng.range(21, 62),
            if rng.chance(0.85) { Sex::Male } else { Sex::Female },
            Role::Lodger,
        )],
    }
}

fn couple(age: i32, rng: &mut Rng) -> Vec<Sketch> {
    let other = (age + rng.range(-6, 4)).max(18);
    let same_sex = rng.chance(0.02);
    let second = if same_sex { Sex::Female } else { Sex::Male };
    vec![one(age, Sex::Female, Role::Adult), one(other, second, Role::Adult)]
}

fn children(members: &mut Vec<Sketch>, parent: i32, count: u32, rng: &mut Rng) {
    let mut age = (parent - rng.range(20, 38)).clamp(0, 17);
    for _ in 0..count {
        members.push(one(age, any_sex(rng), Role::Child));
        if rng.chance(0.016) {
            let sex = any_sex(rng);
            members.push(Sketch {
                twin: true,
                ..one(age, sex, Role::Child)
            });
        }
        age -= rng.range(2, 4);
        if age < 0 {
            return;
        }
    }
}

fn at_place(neighbourhood: &'static Neighbourhood, index: u32, shape: Shape, rng: &mut Rng) -> Household {
    let street = rng.pick(&place::STREETS);
    let mut found = Household {
        index,
        neighbourhood,
        practice: &PRACTICES[neighbourhood.practices[usize::from(rng.chance(0.2))]],
        lines: vec![
            format!("{} {street}", rng.range(1, 140)),
            neighbourhood.name.to_owned(),
            neighbourhood.town.to_owned(),
        ],
        postcode: place::postcode(neighbourhood.sector, rng),
        landline: if rng.chance(0.6) {
            people::drama_landline(rng)
        } else {
            String::new()
        },
        home: "",
        people: Vec::new(),
    };
    if shape == Shape::CareHome {
        found.home = rng.pick(&place::HOMES);
        found.lines = vec![found.home.to_owned(), street.to_owned(), neighbourhood.town.to_owned()];
        found.landline = people::drama_landline(rng);
    }
    if shape == Shape::NoAddress {
        found.lines.clear();
        found.postcode.clear();
        found.landline.clear();
    }
    found
}

fn family_name(
    shape: Shape,
    sketch: &Sketch,
    family: &'static str,
    community: Option<&'static Community>,
    rng: &mut Rng,
) -> &'static str {
    let own = match (shape, sketch.role) {
        (Shape::CareHome | Shape::Sharers, _) => true,
        (_, Role::Grandparent) => rng.chance(0.5),
        (_, Role::Adult) => sketch.age < 55 && rng.chance(0.22),
        _ => false,
    };
    if own { names::surname(community, rng) } else { family }
}

/// People of one family are given different names; a care home may well have two Margarets.
fn apart(people: &mut [Person], community: Option<&'static Community>, shape: Shape, rng: &mut Rng) {
    if shape == Shape::CareHome {
        return;
    }
    for at in 1..people.len() {
        for _ in 0..8 {
            if people[..at].iter().all(|other| other.given != people[at].given) {
                break;
            }
            let (year, _, _) = crate::calendar::ymd(people[at].born);
            people[at].given = names::given(community, people[at].sex, year, rng).to_owned();
            if !people[at].email.is_empty() {
                people[at].email = people::email(&people[at].given, people[at].family, people[at].ordinal);
            }
        }
    }
}

/// Twins share a birth date; a couple's names come together; a few sons bear their father's name.
fn relate(people: &mut [Person], family: &'static str, rng: &mut Rng) {
    for at in 1..people.len() {
        if people[at].twin {
            people[at].born = people[at - 1].born;
            people[at - 1].twin = true;
        }
    }
    let adults = people.iter().filter(|p| p.role == Role::Adult).count();
    for at in 0..people.len() {
        let married = people[at].sex == Sex::Female && people[at].title == "Mrs" && people[at].family == family;
        if married && adults >= 1 && rng.chance(0.5) {
            people[at].birth_family = names::surname(None, rng);
        }
        if people[at].role == Role::Child && people[at].sex == Sex::Male && rng.chance(0.012) {
            let father = people.iter().position(|p| p.role == Role::Adult && p.sex == Sex::Male);
            if let Some(father) = father {
                people[at].given = people[father].given.clone();
                people[at].family = people[father].family;
            }
        }
        // Children who share birth date and sex with a twin must differ in given name.
        if at > 0 && people[at].twin && people[at].given == people[at - 1].given {
            people[at].given = if people[at].sex == Sex::Female { "Orla" } else { "Ralph" }.to_owned();
        }
    }
}

/// What is true of people by chance. Rates are low and uneven on purpose: poorer places have more unmet need.
fn chance_marks(person: &mut Person, at: &Household, shape: Shape, as_of: Date, rng: &mut Rng) {
    let age = person.age(as_of);
    let marks = &mut person.marks;
    let poorer = f64::from(5 - at.neighbourhood.fifth);
    if shape == Shape::CareHome {
        marks.set(Marks::RESIDENT.and(Marks::SOCIAL_CARE).and(Marks::COMMUNITY));
        marks.perhaps(Marks::RESPECT, 0.7, rng);
        marks.perhaps(Marks::ATTORNEY, 0.45, rng);
        marks.perhaps(Marks::FALLER, 0.5, rng);
    }
    if shape == Shape::NoAddress {
        marks.set(Marks::NO_ADDRESS.and(Marks::CHARITY));
        marks.perhaps(Marks::NO_NUMBER, 0.4, rng);
    }
    if age >= 65 {
        let old = f64::from(age - 65) / 30.0;
        marks.perhaps(Marks::FALLER, 0.04 + 0.25 * old * old, rng);
        marks.perhaps(Marks::LONELY, if shape == Shape::OlderAlone { 0.35 } else { 0.08 }, rng);
        marks.perhaps(Marks::SOCIAL_CARE, 0.02 + (0.16 + 0.02 * poorer) * old * old, rng);
        marks.perhaps(Marks::RESPECT, 0.01 + 0.16 * old * old, rng);
        marks.perhaps(Marks::ATTORNEY, 0.02 + 0.12 * old, rng);
        marks.perhaps(Marks::ADVANCE_DECISION, 0.012, rng);
        marks.perhaps(Marks::CONTINGENCY, 0.05 * old, rng);
        marks.perhaps(Marks::FIRE, 0.07 + 0.08 * old, rng);
    }
    if age >= 18 {
        marks.perhaps(Marks::CHARITY, 0.015 + 0.006 * poorer, rng);
        marks.perhaps(Marks::COACHED, 0.03 + 0.004 * poorer, rng);
        marks.perhaps(Marks::CARER, if age >= 45 { 0.1 } else { 0.03 }, rng);
        marks.perhaps(Marks::SIGNS, 0.001, rng);
    } else {
        marks.perhaps(Marks::CHILD_PLAN, 0.012 + 0.008 * poorer, rng);
    }
    marks.perhaps(Marks::ALLERGY_DISAGREES, 0.008, rng);
    marks.perhaps(Marks::MISTYPED, 0.004, rng);
    marks.perhaps(Marks::MERGED, 0.006, rng);
    marks.perhaps(Marks::RESTRICTED, 0.001, rng);
    marks.perhaps(Marks::SUPERSEDED, 0.002, rng);
    marks.perhaps(Marks::UNITS_MIXED, 0.05, rng);
    marks.perhaps(Marks::WRONG_TWIN, if person.twin { 0.05 } else { 0.0 }, rng);
    marks.perhaps(Marks::BABY, if age == 0 { 0.4 } else { 0.0 }, rng);
    let early = (as_of.0 - person.born.0).min(700);
    let dying = match age {
        ..50 => 0.001,
        50..70 => 0.006,
        70..80 => 0.02,
        80..90 => 0.06,
        _ => 0.14,
    };
    if rng.chance(dying) {
        person.died = Some(Date(as_of.0 - rng.range(3, early.max(4))));
        person.marks.perhaps(Marks::DEATH_DISAGREES, 0.1, rng);
    }
}
