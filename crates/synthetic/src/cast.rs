//! Households set by hand, at the same numbers in every run, for tours and tests. See the README.

use crate::calendar::Moment;
use crate::household::Household;
use crate::lives::conditions::Condition;
use crate::lives::{Fall, Harm, Tellers};
use crate::people::{Marks, Person, Role, Sketch};
use crate::place::{CAST_PLACES, Neighbourhood};
use crate::{Plan, calendar, county};
use record::{Date, Sex};

/// How many households are set by hand.
pub const CAST: u32 = 13;

/// Whether a household is set by hand.
pub const fn is_cast(index: u32) -> bool {
    index < CAST
}

/// Where it is and who is in it; `None` for households of chance.
pub fn sketch(index: u32) -> Option<(&'static Neighbourhood, Vec<Sketch>)> {
    use Role::{Adult, Child, Grandparent, Lodger};
    use Sex::{Female, Male};
    let make = |age, sex, role| Sketch {
        age,
        sex,
        role,
        twin: false,
    };
    let people: Vec<Sketch> = match index {
        0 => vec![make(81, Female, Adult)],
        1 => vec![
            make(38, Female, Adult),
            make(40, Male, Adult),
            make(9, Female, Child),
            Sketch {
                twin: true,
                ..make(9, Female, Child)
            },
        ],
        2 => vec![make(61, Female, Adult), make(63, Male, Adult), make(34, Male, Child)],
        3 => vec![make(29, Female, Adult), make(31, Male, Adult), make(0, Female, Child)],
        4 => (0..12)
            .map(|n| make(78 + (n * 7) % 19, if n % 4 == 3 { Male } else { Female }, Lodger))
            .collect(),
        5 => vec![make(44, Male, Lodger)],
        6 => vec![make(36, Female, Adult), make(39, Male, Adult), make(6, Male, Child)],
        7 => vec![make(72, Female, Adult), make(76, Male, Adult)],
        8 => vec![
            make(52, Female, Adult),
            make(24, Male, Child),
            Sketch {
                twin: true,
                ..make(24, Male, Child)
            },
        ],
        9 => vec![make(79, Female, Adult), make(47, Male, Child)],
        10 => vec![make(58, Male, Adult)],
        11 => vec![make(33, Female, Adult), make(4, Female, Child)],
        12 => vec![make(67, Male, Adult), make(90, Female, Grandparent)],
        _ => return None,
    };
    Some((&CAST_PLACES[usize::try_from(index).ok()?], people))
}

/// Sets names, marks and conditions by hand.
pub fn arrange(household: &mut Household, plan: &Plan) {
    if !is_cast(household.index) {
        return;
    }
    let practice = household.neighbourhood.practices[0];
    household.practice = &county::county().practices[practice];
    for person in &mut household.people {
        person.marks = Marks::NONE;
        person.died = None;
        person.interpreter = false;
        person.contact = 1.2;
    }
    match household.index {
        0 => widow(household),
        1 => twins(household),
        2 => same_name(household),
        3 => baby(household),
        4 => home(household),
        5 => no_address(household),
        6 => interpreter(household),
        7 => recently_died(household, plan.as_of),
        8 => wrong_twin(household),
        9 => mother_and_son(household),
        10 => merged(household),
        11 => restricted(household),
        _ => diabetes(household),
    }
}

fn named(person: &mut Person, given: &str, family: &'static str) {
    given.clone_into(&mut person.given);
    person.family = family;
    person.birth_family = "";
    if !person.email.is_empty() {
        person.email = crate::people::email(given, family, person.ordinal);
    }
}

fn titled(person: &mut Person, title: &'static str) {
    person.title = title;
}

/// Household 0: a widow of 81 whom nine senders know.
fn widow(household: &mut Household) {
    household.lines[0] = "14 Orchard Close".to_owned();
    household.landline = "01632 960014".to_owned();
    let person = &mut household.people[0];
    named(person, "Margaret", "Loveless");
    titled(person, "Mrs");
    person.middle = "Joan";
    person.birth_family = "Hansford";
    person.by_chance = false;
    person.given_conditions = &[
        Condition::Hypertension,
        Condition::Fibrillation,
        Condition::Osteoporosis,
        Condition::Osteoarthritis,
        Condition::Kidney,
        Condition::Frailty,
        Condition::HearingLoss,
    ];
    person.bmi = 22.4;
    person.contact = 1.6;
    person.marks = Marks::ALLERGY_DISAGREES
        .and(Marks::RESPECT)
        .and(Marks::ATTORNEY)
        .and(Marks::CONTINGENCY)
        .and(Marks::FALLER)
        .and(Marks::LONELY)
        .and(Marks::SOCIAL_CARE)
        .and(Marks::CHARITY)
        .and(Marks::FIRE)
        .and(Marks::BOTH_HOSPITALS)
        .and(Marks::COMMUNITY)
        .and(Marks::COACHED);
}

/// Falls set by hand; `None` for falls of chance.
pub fn falls(person: &Person, until: Date) -> Option<Vec<Fall>> {
    if person.household != 0 {
        return None;
    }
    let fall = |days: i32, minute: u16, harm: Harm, taken: Tellers| Fall {
        at: Moment::new(Date(until.0 - days), minute),
        harm,
        ambulance: true,
        taken,
    };
    Some(vec![
        fall(960, 7 * 60 + 20, Harm::None, Tellers::WEST),
        fall(610, 13 * 60 + 5, Harm::Hip, Tellers::WEST),
        fall(205, 19 * 60 + 40, Harm::Hurt, Tellers::EAST),
        fall(11, 6 * 60 + 35, Harm::None, Tellers::WEST),
    ])
}

/// Household 1: twin girls with the same surname, birth date, sex and address.
fn twins(household: &mut Household) {
    let family = "Stickland";
    for (person, given) in household.people.iter_mut().zip(["Sarah", "James", "Isla", "Isabelle"]) {
        named(person, given, family);
    }
}

/// Household 2: father and son of one name at one address.
fn same_name(household: &mut Household) {
    for (person, given) in household.people.iter_mut().zip(["Susan", "Robert", "Robert"]) {
        named(person, given, "Guppy");
        person.middle = if given == "Robert" { "John" } else { "Ann" };
    }
    household.people[1].given_conditions = &[Condition::Diabetes, Condition::Hypertension, Condition::Coronary];
    household.people[2].given_conditions = &[Condition::Asthma];
}

/// Household 3: a girl whom the hospital registered as "Baby" before she was named.
fn baby(household: &mut Household) {
    for (person, given) in household.people.iter_mut().zip(["Hannah", "Daniel", "Maeve"]) {
        named(person, given, "Samways");
    }
    household.people[2].marks = Marks::BABY;
}

/// Household 4: a care home of twelve.
fn home(household: &mut Household) {
    household.home = "Larkspur House";
    household.lines = vec![
        "Larkspur House".to_owned(),
        "Limekiln Lane".to_owned(),
        "Dorchester".to_owned(),
    ];
    household.landline = "01632 960404".to_owned();
    for person in &mut household.people {
        person.marks = Marks::RESIDENT.and(Marks::SOCIAL_CARE).and(Marks::COMMUNITY);
        if person.slot % 3 != 2 {
            person.marks.set(Marks::RESPECT);
        }
        if person.slot % 2 == 0 {
            person.marks.set(Marks::ATTORNEY);
        }
        if person.slot % 3 == 0 {
            person.marks.set(Marks::FALLER);
        }
    }
    household.people[5].given_conditions = &[Condition::Dementia, Condition::Frailty];
    household.people[5].marks.set(Marks::ADVANCE_DECISION);
}

/// Household 5: a man without an address.
fn no_address(household: &mut Household) {
    household.lines.clear();
    household.postcode.clear();
    household.landline.clear();
    let person = &mut household.people[0];
    named(person, "Darren", "Trim");
    person.email.clear();
    person.given_conditions = &[Condition::Depression, Condition::Asthma];
    person.contact = 2.0;
    person.marks = Marks::NO_ADDRESS
        .and(Marks::NO_NUMBER)
        .and(Marks::CHARITY)
        .and(Marks::SOCIAL_CARE);
}

/// Household 6: she needs an interpreter; he is deaf and signs.
fn interpreter(household: &mut Household) {
    for (person, given) in household.people.iter_mut().zip(["Agnieszka", "Marek", "Jakub"]) {
        named(person, given, "Nowak");
        person.ethnicity = ("C", "Any other White background");
        person.language = ("pl", "Polish");
    }
    household.people[0].interpreter = true;
    household.people[0].given_conditions = &[Condition::Hypothyroid];
    household.people[1].marks = Marks::SIGNS.and(Marks::CARER);
    household.people[2].given_conditions = &[Condition::Autism];
}

/// Household 7: he died five weeks ago; one sender does not know.
fn recently_died(household: &mut Household, as_of: Date) {
    for (person, given) in household.people.iter_mut().zip(["Jean", "Derek"]) {
        named(person, given, "Pitman");
    }
    titled(&mut household.people[0], "Mrs");
    household.people[0].marks = Marks::LONELY.and(Marks::CHARITY);
    let he = &mut household.people[1];
    he.given_conditions = &[
        Condition::HeartFailure,
        Condition::Coronary,
        Condition::Copd,
        Condition::Kidney,
    ];
    he.died = Some(Date(as_of.0 - 35));
    he.marks = Marks::DEATH_DISAGREES
        .and(Marks::RESPECT)
        .and(Marks::SOCIAL_CARE)
        .and(Marks::COMMUNITY)
        .and(Marks::BOTH_HOSPITALS);
}

/// Household 8: the hospital gave one twin brother's NHS number to the other.
fn wrong_twin(household: &mut Household) {
    for (person, given) in household.people.iter_mut().zip(["Karen", "Jack", "Jake"]) {
        named(person, given, "Ridout");
    }
    household.people[1].given_conditions = &[Condition::Asthma];
    household.people[2].given_conditions = &[Condition::Epilepsy];
    household.people[2].marks = Marks::WRONG_TWIN.and(Marks::BOTH_HOSPITALS);
}

/// Household 9: a man with a learning disability and the mother who cares for him.
fn mother_and_son(household: &mut Household) {
    for (person, given) in household.people.iter_mut().zip(["Sheila", "Simon"]) {
        named(person, given, "Meech");
    }
    titled(&mut household.people[0], "Mrs");
    household.people[0].marks = Marks::CARER.and(Marks::FIRE).and(Marks::FALLER);
    household.people[0].given_conditions = &[Condition::Osteoarthritis, Condition::Hypertension];
    household.people[1].given_conditions = &[Condition::LearningDisability, Condition::Epilepsy];
    household.people[1].marks = Marks::CONTINGENCY.and(Marks::SOCIAL_CARE).and(Marks::COMMUNITY);
}

/// Household 10: two hospital records merged, and a mistyped NHS number.
fn merged(household: &mut Household) {
    let person = &mut household.people[0];
    named(person, "Stephen", "Galpin");
    person.given_conditions = &[Condition::Gout, Condition::Hypertension];
    person.marks = Marks::MERGED.and(Marks::MISTYPED).and(Marks::SUPERSEDED);
}

/// Household 11: mother and daughter restricted with the national demographics service.
fn restricted(household: &mut Household) {
    for (person, given) in household.people.iter_mut().zip(["Emma", "Freya"]) {
        named(person, given, "Bartlett");
        person.marks = Marks::RESTRICTED;
    }
    household.people[1].marks.set(Marks::CHILD_PLAN);
}

/// Household 12: diabetes written in two units and in none, and his mother of 90.
fn diabetes(household: &mut Household) {
    for (person, given) in household.people.iter_mut().zip(["Alan", "Winifred"]) {
        named(person, given, "Northover");
    }
    titled(&mut household.people[1], "Mrs");
    let he = &mut household.people[0];
    he.given_conditions = &[Condition::Diabetes, Condition::Hypertension];
    he.bmi = 33.2;
    he.contact = 1.5;
    he.marks = Marks::UNITS_MIXED.and(Marks::CARER).and(Marks::COACHED);
    household.people[1].given_conditions = &[Condition::Frailty, Condition::HearingLoss];
    household.people[1].marks = Marks::SOCIAL_CARE.and(Marks::ADVANCE_DECISION).and(Marks::FIRE);
    let (year, month, _) = calendar::ymd(household.people[1].born);
    household.people[1].born = calendar::date(year, month, 1);
}
