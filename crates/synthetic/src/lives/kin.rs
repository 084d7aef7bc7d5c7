//! Who is whose. Whoever is called somebody's husband, wife, parent or child at home stands in the household and lives;
//! children who live elsewhere are the same ones wherever they are named.

use crate::household::Household;
use crate::people::{Person, Role};
use record::{Date, Sex};

/// Somebody's relative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kin {
    /// Given name.
    pub given: String,
    /// Surname.
    pub family: &'static str,
    /// What they are to the person.
    pub relation: &'static str,
    /// Lives at the same door.
    pub at_home: bool,
}

/// Whether someone lives beyond this day.
fn lives(other: &Person, on: Date) -> bool {
    other.died.is_none_or(|died| died > on)
}

/// The partner who lives with someone on this day: two adults of one household are a couple.
pub fn partner<'a>(person: &Person, household: &'a Household, on: Date) -> Option<&'a Person> {
    let others = household.people.iter().filter(|other| other.slot != person.slot);
    let mut adults = others.filter(|other| other.role == Role::Adult && lives(other, on));
    adults.next().filter(|_| person.role == Role::Adult)
}

/// Grown relatives at home who live on this day, the nearest first.
fn at_home(person: &Person, household: &Household, on: Date) -> Vec<Kin> {
    let she = |other: &Person| other.sex == Sex::Female;
    let kin = |other: &Person, relation| Kin {
        given: other.given.clone(),
        family: other.family,
        relation,
        at_home: true,
    };
    let partner = partner(person, household, on);
    let mut found: Vec<Kin> = partner
        .map(|other| kin(other, if she(other) { "wife" } else { "husband" }))
        .into_iter()
        .collect();
    let others = household.people.iter().filter(|other| other.slot != person.slot);
    for other in others.filter(|other| other.age(on) >= 18 && lives(other, on)) {
        // The first adult is the grandparent's child; the second married in.
        let first = household.people.first().is_some_and(|first| first.slot == other.slot);
        let relation = match (person.role, other.role) {
            (Role::Adult, Role::Child) | (Role::Grandparent, Role::Adult) if first || other.role == Role::Child => {
                if she(other) {
                    "daughter"
                } else {
                    "son"
                }
            }
            (Role::Grandparent, Role::Adult) => {
                if she(other) {
                    "daughter-in-law"
                } else {
                    "son-in-law"
                }
            }
            (Role::Child, Role::Adult) => {
                if she(other) {
                    "mother"
                } else {
                    "father"
                }
            }
            _ => continue,
        };
        found.push(kin(other, relation));
    }
    found
}

/// The child who lives elsewhere, of those who have one: the same whoever asks.
fn elsewhere(person: &Person) -> Kin {
    let mut rng = person.rng("child elsewhere");
    let (given, relation) = rng.pick(&[
        ("Helen", "daughter"),
        ("Julie", "daughter"),
        ("Karen", "daughter"),
        ("Sally", "daughter"),
        ("Paul", "son"),
        ("Andrew", "son"),
        ("Diane", "niece"),
    ]);
    Kin {
        given: given.to_owned(),
        family: person.family,
        relation,
        at_home: false,
    }
}

/// Whom to ring: somebody at home, else a child elsewhere of those who are old enough to have one grown up.
pub fn nearest(person: &Person, household: &Household, on: Date) -> Option<Kin> {
    let here = at_home(person, household, on).into_iter().next();
    here.or_else(|| (person.age(on) >= 65).then(|| elsewhere(person)))
}

/// Who decides for someone who cannot: as often as not whom they live with, else a child elsewhere.
pub fn attorney(person: &Person, household: &Household, on: Date) -> Kin {
    let here = at_home(person, household, on).into_iter().next();
    here.filter(|_| person.rng("attorney").chance(0.6))
        .unwrap_or_else(|| elsewhere(person))
}

#[cfg(test)]
mod tests {
    use crate::household::Household;
    use crate::lives::{self, Care};
    use crate::people::{Person, Role};
    use crate::terms;
    use crate::{Plan, blocks_of, households};
    use record::{Date, Sex};

    /// Who is named to somebody as what, by their whole name.
    fn named(person: &Person, household: &Household, as_of: Date) -> (Date, Vec<(String, String)>) {
        let life = lives::life(person, household, as_of);
        let mut found = Vec::new();
        for happening in &life.happenings {
            match &happening.care {
                Care::Relative {
                    given,
                    family,
                    relation,
                    ..
                } => found.push((format!("{given} {family}"), (*relation).to_owned())),
                Care::Wish { term, text, .. } if *term == terms::ATTORNEY => {
                    let said = text.split(": ").nth(1).unwrap().split(". ").next().unwrap();
                    let (name, relation) = said.split_once(", ").unwrap();
                    found.push((name.to_owned(), relation.to_owned()));
                }
                _ => {}
            }
        }
        (life.until, found)
    }

    #[test]
    fn whoever_is_named_as_somebodys_own_is_there_and_lives() {
        let plan = Plan {
            people: 12_000,
            seed: 4,
            as_of: Date::new(2026, 11, 1).unwrap(),
        };
        let (mut couples, mut parents, mut children, mut elsewhere, mut widowed) = (0, 0, 0, 0, 0);
        for household in blocks_of(plan, 4_000).flat_map(|block| households(plan, block)) {
            for person in &household.people {
                let (until, named) = named(person, &household, plan.as_of);
                for (name, relation) in named {
                    let who = format!("person {}: {name}, {relation}", person.ordinal);
                    let is = |other: &&Person| {
                        other.slot != person.slot
                            && format!("{} {}", other.given, other.family) == name
                            && other.died.is_none_or(|died| died > until)
                    };
                    let at_home: Vec<&Person> = household.people.iter().filter(is).collect();
                    let some = |wanted: &dyn Fn(&Person) -> bool| at_home.iter().any(|other| wanted(other));
                    match relation.as_str() {
                        "husband" | "wife" => {
                            couples += 1;
                            let sex = if relation == "wife" { Sex::Female } else { Sex::Male };
                            let is = |other: &Person| other.role == Role::Adult && other.sex == sex;
                            assert!(
                                person.role == Role::Adult && some(&is),
                                "{who}: is not there, or is dead"
                            );
                        }
                        "mother" | "father" => {
                            parents += 1;
                            let sex = if relation == "mother" { Sex::Female } else { Sex::Male };
                            let is = |other: &Person| other.role == Role::Adult && other.sex == sex;
                            assert!(
                                person.role == Role::Child && some(&is),
                                "{who}: is not there, or is dead"
                            );
                        }
                        "daughter-in-law" | "son-in-law" => assert!(some(&|other| other.role == Role::Adult), "{who}"),
                        "daughter" | "son" if !at_home.is_empty() => {
                            children += 1;
                            assert!(some(&|other| other.age(until) >= 18), "{who}: is a child");
                        }
                        "daughter" | "son" | "niece" => {
                            elsewhere += 1;
                            assert!(person.age(until) >= 60, "{who}: too young for a grown child elsewhere");
                        }
                        _ => panic!("{who}"),
                    }
                }
                let partner = household
                    .people
                    .iter()
                    .find(|other| other.slot != person.slot && other.role == Role::Adult && person.role == Role::Adult);
                widowed += i32::from(partner.and_then(|other| other.died).is_some_and(|died| died <= until));
            }
        }
        eprintln!(
            "{couples} couples, {parents} parents, {children} children, {elsewhere} elsewhere, {widowed} widowed"
        );
        assert!(couples > 800 && parents > 800 && children > 20 && elsewhere > 200 && widowed > 30);
    }
}
