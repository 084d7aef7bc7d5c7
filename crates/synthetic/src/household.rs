//! Who lives with whom, and where.

use crate::county::{self, Part};
use crate::household_mix::Kind;
use crate::names::{self, Community};
use crate::people::{self, Marks, Person, Role, Sketch};
use crate::place::{self, CAST_PLACES, Neighbourhood, Practice};
use crate::random::{Rng, spread, spread_on};
use crate::{Plan, cast, mortality, numbers, risks};
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
pub enum Shape {
    /// One adult.
    Alone,
    /// A couple without children at home.
    Couple,
    /// A couple with children.
    Family,
    /// One parent with children.
    LoneParent,
    /// Parents, children, and a grandparent.
    ThreeGenerations,
    /// One parent or two with a grown child.
    GrownChild,
    /// Students and young workers who share.
    Sharers,
    /// A care home.
    CareHome,
    /// One person without an address.
    NoAddress,
}

/// Household number `index`; `first` is how many people were made before it.
pub fn household(plan: &Plan, index: u32, first: u32) -> Household {
    let mut rng = Rng::keyed(plan.seed, index, u16::MAX, "household");
    let ((neighbourhood, part), sketches, shape) = sketch(plan, index);
    let mut found = at_place(neighbourhood, index, shape, &mut rng);
    let community = part
        .filter(|_| shape != Shape::CareHome)
        .and_then(|part| names::community(part, spread(plan.seed, index)[2], &mut rng));
    let family = names::surname(community, &mut rng);
    for (slot, sketch) in (0u16..).zip(&sketches) {
        let own = family_name(shape, sketch, family, community, &mut rng);
        let place = (index, slot);
        let ordinal = first + u32::from(slot);
        let mut person = people::person(plan.seed, place, ordinal, plan.as_of, *sketch, own, community);
        risks::set(&mut person, neighbourhood.fifth, plan.as_of);
        // The table says how many speak little English; among those who speak something else, that many need help.
        if let (Some(part), false) = (part, person.language.0 == "en") {
            let share = part.little_english / part.other_language.max(0.001);
            person.interpreter &= rng.chance((share * 5.0).clamp(0.3, 1.0));
        }
        chance_marks(&mut person, &found, shape, plan.as_of, &mut rng);
        dying(&mut person, &found, shape == Shape::CareHome, plan.as_of, &mut rng);
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

/// Where a household is: a place of the cast, or a part of the county.
type Where = (&'static Neighbourhood, Option<&'static Part>);

fn sketch(plan: &Plan, index: u32) -> (Where, Vec<Sketch>, Shape) {
    if let Some((neighbourhood, sketches)) = cast::sketch(index) {
        let shape = if sketches.len() > 8 {
            Shape::CareHome
        } else {
            Shape::Family
        };
        return ((neighbourhood, None), sketches, shape);
    }
    let mut rng = Rng::keyed(plan.seed, index, u16::MAX, "sketch");
    let [place, kind, _] = spread(plan.seed, index);
    let Some(part) = county::county().choose(place) else {
        return (
            (&CAST_PLACES[0], None),
            vec![one(50, Sex::Female, Role::Adult)],
            Shape::Alone,
        );
    };
    let kind = part.mix.choose(kind);
    ((&part.place, Some(part)), sketches(kind, &mut rng), kind.shape)
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
    if rng.chance(0.488) { Sex::Female } else { Sex::Male }
}

/// The people of a household of this kind. Nothing but the kind decides, so that what kinds hold can be counted
/// beforehand.
pub fn sketches(kind: &Kind, rng: &mut Rng) -> Vec<Sketch> {
    let age = rng.range(kind.ages.0, kind.ages.1);
    match kind.shape {
        Shape::Alone if kind.ages.0 >= 90 => vec![one(past_ninety(rng), kind.sex, Role::Adult)],
        Shape::Alone => vec![one(age, kind.sex, Role::Adult)],
        Shape::Couple => couple(age, rng),
        Shape::Family => {
            let mut members = couple(mother(age, rng), rng);
            let count = 1 + rng.count(0.9).min(4);
            children(&mut members, age, count, rng);
            members
        }
        Shape::LoneParent => {
            let mut members = vec![one(mother(age, rng), kind.sex, Role::Adult)];
            let count = 1 + rng.count(0.6).min(3);
            children(&mut members, age, count, rng);
            members
        }
        Shape::ThreeGenerations => {
            let mut members = couple(age, rng);
            let eldest = (age - rng.range(22, 36)).clamp(0, 17);
            children(&mut members, eldest, 1 + rng.count(0.6).min(2), rng);
            let sex = if rng.chance(0.75) { Sex::Female } else { Sex::Male };
            members.push(one(age + rng.range(24, 36), sex, Role::Grandparent));
            members
        }
        Shape::GrownChild => grown_child(kind, age, rng),
        Shape::Sharers => (0..rng.range(2, 5))
            .map(|_| {
                let same = rng.chance(0.68);
                let sex = if same == (kind.sex == Sex::Female) {
                    Sex::Female
                } else {
                    Sex::Male
                };
                one(rng.range(kind.ages.0, kind.ages.1), sex, Role::Lodger)
            })
            .collect(),
        Shape::CareHome => (0..beds(rng))
            .map(|_| {
                let sex = if rng.chance(0.7) { Sex::Female } else { Sex::Male };
                one(age_in_home(rng), sex, Role::Lodger)
            })
            .collect(),
        Shape::NoAddress => {
            let sex = if rng.chance(0.84) { kind.sex } else { Sex::Female };
            vec![one(age, sex, Role::Lodger)]
        }
    }
}

/// How many of each age from 90 are made, of whom those who died within the last three years are told of too: people
/// living at each age (ONS, estimates of the very old, England 2020, rounded) over their chance to have lived so long.
const PAST_NINETY: [f64; 18] = [
    27.0, 24.6, 22.9, 20.0, 18.0, 16.3, 14.3, 11.8, 10.3, 8.0, 6.0, 4.6, 3.3, 2.3, 1.5, 0.9, 0.5, 0.3,
];

fn past_ninety(rng: &mut Rng) -> i32 {
    let mut left = rng.unit() * PAST_NINETY.iter().sum::<f64>();
    let found = PAST_NINETY.iter().position(|people| {
        left -= people;
        left < 0.0
    });
    90 + i32::try_from(found.unwrap_or(0)).unwrap_or(0)
}

/// A care home's residents: most homes are small, some large (about 8 to 75, 28 on average).
fn beds(rng: &mut Rng) -> i32 {
    let draw = rng.unit();
    8 + (20.0 * draw + 47.0 * draw * draw * draw * draw) as i32
}

/// Residents of each five years from 65, in a hundred: over half are 85 and over (ONS, older people living in care
/// homes, Census 2021: that, and the steps are our own reading).
const AGES_IN_HOMES: [f64; 9] = [5.0, 8.0, 13.0, 20.0, 25.0, 20.0, 7.5, 1.2, 0.3];

fn age_in_home(rng: &mut Rng) -> i32 {
    let mut left = rng.unit() * AGES_IN_HOMES.iter().sum::<f64>();
    let found = AGES_IN_HOMES.iter().position(|residents| {
        left -= residents;
        left < 0.0
    });
    65 + 5 * i32::try_from(found.unwrap_or(0)).unwrap_or(0) + rng.range(0, 4)
}

fn grown_child(kind: &Kind, age: i32, rng: &mut Rng) -> Vec<Sketch> {
    let mut members = if kind.sex == Sex::Female && rng.chance(0.65) {
        couple(age, rng)
    } else {
        vec![one(age, kind.sex, Role::Adult)]
    };
    for _ in 0..1 + rng.count(0.25).min(1) {
        members.push(one((age - rng.range(22, 36)).clamp(18, 60), any_sex(rng), Role::Child));
    }
    members
}

fn couple(age: i32, rng: &mut Rng) -> Vec<Sketch> {
    let other = (age + rng.range(-4, 7)).clamp(18, 99);
    let same_sex = rng.chance(0.02);
    let second = if same_sex { Sex::Female } else { Sex::Male };
    vec![one(age, Sex::Female, Role::Adult), one(other, second, Role::Adult)]
}

/// The age of a mother whose eldest child at home is this old: about 29 at the birth.
fn mother(eldest: i32, rng: &mut Rng) -> i32 {
    let at_birth = rng.normal(29.0, 5.4).clamp(17.0, 43.0);
    (eldest + at_birth as i32).max(18)
}

/// Children from the eldest down.
fn children(members: &mut Vec<Sketch>, eldest: i32, count: u32, rng: &mut Rng) {
    let mut age = eldest;
    for _ in 0..count {
        members.push(one(age, any_sex(rng), Role::Child));
        if rng.chance(0.016) {
            let sex = any_sex(rng);
            members.push(Sketch {
                twin: true,
                ..one(age, sex, Role::Child)
            });
        }
        age -= rng.range(1, 4);
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
        practice: county::county().practice(neighbourhood, rng),
        lines: vec![
            format!("{} {street}", rng.range(1, 140)),
            neighbourhood.name.to_owned(),
            neighbourhood.town.to_owned(),
        ],
        postcode: neighbourhood.postcode(rng),
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
        marks.perhaps(Marks::LONELY, if shape == Shape::Alone { 0.35 } else { 0.08 }, rng);
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
        let carers = county::county().rates.often.carers;
        marks.perhaps(Marks::CARER, carers * if age >= 45 { 0.1 } else { 0.03 }, rng);
        marks.perhaps(Marks::SIGNS, 0.001, rng);
    } else {
        marks.perhaps(Marks::CHILD_PLAN, 0.012 + 0.008 * poorer, rng);
    }
    marks.perhaps(Marks::ALLERGY_DISAGREES, 0.008, rng);
    marks.perhaps(Marks::MISTYPED, 0.004, rng);
    marks.perhaps(Marks::MERGED, 0.006, rng);
    marks.perhaps(Marks::RESTRICTED, 0.001, rng);
    marks.perhaps(Marks::SUPERSEDED, numbers::replaced(person.ordinal), rng);
    marks.perhaps(Marks::UNITS_MIXED, 0.05, rng);
    marks.perhaps(Marks::WRONG_TWIN, if person.twin { 0.05 } else { 0.0 }, rng);
    marks.perhaps(Marks::BABY, if age == 0 { 0.4 } else { 0.0 }, rng);
}

/// Whether they died within the years that are told of, and when.
fn dying(person: &mut Person, at: &Household, resident: bool, as_of: Date, rng: &mut Rng) {
    let age = person.age(as_of);
    let fifth = at.neighbourhood.fifth;
    let times = mortality::resident(age, resident);
    // Of two in each household, spread over kinds and places: a few hundred deaths of the young make a fifth's life
    // expectancy, and chance alone would move it by a year.
    let draw = match person.slot {
        slot @ 0..=1 => spread_on(person.seed, person.household, 3 + usize::from(slot)),
        _ => rng.unit(),
    };
    if draw >= mortality::dies(age, person.sex, fifth, times) {
        return;
    }
    let ago = mortality::years_ago(age, person.sex, fifth, times, draw);
    let day = ago * 365 + rng.range(1, 365);
    let longest = (as_of.0 - person.born.0 - 1).max(1);
    person.died = Some(Date(as_of.0 - day.min(longest)));
    person.marks.perhaps(Marks::DEATH_DISAGREES, 0.1, rng);
}
