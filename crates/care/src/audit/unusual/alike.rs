//! Looks at somebody who has the looker's own surname, or lives where the looker lives.
//!
//! What is known of the looker is the name of their account and, when the account is tied to a person of the record,
//! what senders say of that person: every surname they have had and every home. An account that is tied to nobody has a
//! name and no address. Homes that are restricted are left out on both sides: a flag would tell where they are.

use super::{OPENS, Unusual, flag};
use crate::Care;
use crate::access::account::name_of;
use crate::access::persons_of_user;
use crate::audit::AuditRow;
use crate::db::{Conn, DbError};
use crate::person::given_name::normal;
use crate::person::{demographics, store as person_store, whereabouts};
use record::{Address, Instant, PersonId};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Surnames and homes, as they are compared.
#[derive(Clone, Debug, Default)]
struct Known {
    surnames: BTreeSet<String>,
    homes: BTreeSet<Home>,
}

/// A home: its postcode, and what tells it from its neighbours.
type Home = (String, BTreeSet<String>);

/// Somebody who opened the record of a person with their own surname, or at their own address.
pub(super) fn near_ones(care: &Care, rows: &[AuditRow], found: &mut Vec<Unusual>) -> Result<(), DbError> {
    let mut pairs: BTreeMap<(&str, PersonId), Instant> = BTreeMap::new();
    for row in rows
        .iter()
        .filter(|row| row.outcome == "granted" && OPENS.contains(&row.act.as_str()))
    {
        let Some(person) = row
            .person
            .filter(|_| row.purpose != "own use" && row.role != "care system")
        else {
            continue;
        };
        let at = pairs.entry((&row.actor, person)).or_insert(row.at);
        *at = (*at).max(row.at);
    }
    let mut persons: HashMap<PersonId, Known> = HashMap::new();
    let mut lookers: HashMap<&str, Known> = HashMap::new();
    for ((actor, person), at) in pairs {
        let own = match lookers.entry(actor) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(of_looker(care, actor)?),
        };
        let theirs = match persons.entry(person) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(care.readers().read(|conn| of_person(conn, person))?),
        };
        let same_name = !own.surnames.is_disjoint(&theirs.surnames);
        let same_home = !own.homes.is_disjoint(&theirs.homes);
        let whose = match (same_name, same_home) {
            (true, true) => "the same surname at the same address",
            (true, false) => "the same surname",
            (false, true) => "the same address",
            (false, false) => continue,
        };
        let words = format!("Opened the record of somebody with {whose}");
        found.push(flag(actor, at, words, Some(person)));
    }
    Ok(())
}

fn of_looker(care: &Care, actor: &str) -> Result<Known, DbError> {
    let name = name_of(care, actor)?;
    let mut known = Known::default();
    // Of somebody whose account is not known there is only the name that they signed in by.
    if name != actor {
        known.surnames = surnames(&name);
    }
    care.readers().read(|conn| {
        for person in persons_of_user(conn, actor)? {
            let own = of_person(conn, person)?;
            known.surnames.extend(own.surnames);
            known.homes.extend(own.homes);
        }
        Ok::<_, DbError>(known)
    })
}

fn of_person(conn: &mut Conn, person: PersonId) -> Result<Known, DbError> {
    let mut known = Known::default();
    let Some((_, number)) = person_store::person_by_id(conn, person)? else {
        return Ok(known);
    };
    let records = person_store::records_of(conn, number)?;
    let numbers: Vec<i64> = records.iter().map(|record| record.record_no).collect();
    let identities = person_store::identities(conn, &numbers)?;
    let hidden = whereabouts::restricted(conn, &identities)?;
    for text in records.iter().filter_map(|record| record.demographics.as_deref()) {
        let says = demographics::of_text(text)?;
        known
            .surnames
            .extend(says.names.iter().map(|name| normal(&name.family)));
        if !hidden {
            known.homes.extend(says.addresses.iter().filter_map(home));
        }
    }
    known.surnames.remove("");
    Ok(known)
}

/// Titles and letters that stand after a name and are no part of it, as people write them.
const NO_SURNAMES: [&str; 12] = [
    "RN", "RGN", "RMN", "RM", "MBE", "OBE", "CBE", "JR", "SNR", "PHD", "MD", "FRCP",
];

/// The surnames that a name as people read it may hold: “Nia van der Berg” may be a Berg, a Der Berg or a Van der
/// Berg; “MARLOW, Nia” is a Marlow. A single word may be either name.
fn surnames(name: &str) -> BTreeSet<String> {
    let plain = name.split(['(', '[', '/']).next().unwrap_or_default();
    if let Some((family, _)) = plain.split_once(',') {
        return BTreeSet::from([normal(family)]);
    }
    let mut words: Vec<String> = plain
        .split_whitespace()
        .map(normal)
        .filter(|word| !word.is_empty())
        .collect();
    while words.len() > 2 && words.last().is_some_and(|last| NO_SURNAMES.contains(&last.as_str())) {
        words.pop();
    }
    let first = usize::from(words.len() > 1);
    (first..words.len())
        .map(|at| words.iter().skip(at).map(String::as_str).collect())
        .collect()
}

/// A home as it is compared: the postcode with every word of the lines that holds a figure, so that “Flat 2, 10 High
/// Street” and “2/10 HIGH ST” are one; with the first line when none does. `None` where that says too little.
fn home(address: &Address) -> Option<Home> {
    let postcode = person_store::postcode_key(&address.postcode);
    if postcode.is_empty() || address.r#use == "old" {
        return None;
    }
    let words = address
        .lines
        .iter()
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().any(|c| c.is_ascii_digit()))
        .map(str::to_uppercase);
    let mut tells: BTreeSet<String> = words.collect();
    if tells.is_empty() {
        tells.extend(
            address
                .lines
                .first()
                .map(|line| normal(line))
                .filter(|line| !line.is_empty()),
        );
    }
    (!tells.is_empty()).then_some((postcode, tells))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surname_is_found_however_the_name_is_written() {
        for (name, holds) in [
            ("Nia Marlow", "MARLOW"),
            ("Dr Nia Rhys Marlow RN", "MARLOW"),
            ("MARLOW, Nia (R0D)", "MARLOW"),
            ("Nia Marlow (locum)", "MARLOW"),
            ("Nia van der Berg", "VANDERBERG"),
            ("Nia Marlow-Hardy", "MARLOWHARDY"),
            ("Nia O’Brien", "OBRIEN"),
        ] {
            assert!(surnames(name).contains(holds), "{name}");
            assert!(!surnames(name).contains("NIA"), "{name}: the given name is none");
        }
        assert!(surnames("").is_empty());
    }

    #[test]
    fn a_home_is_the_same_however_it_is_written_and_not_its_neighbours() {
        let at = |lines: &[&str], postcode: &str| Address {
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
            postcode: postcode.to_owned(),
            ..Address::default()
        };
        let one = home(&at(&["Flat 2", "10 High Street", "Dorchester"], "DT1 1AA"));
        assert!(one.is_some());
        assert_eq!(one, home(&at(&["2/10 HIGH ST"], "dt11aa")));
        assert_ne!(one, home(&at(&["Flat 3", "10 High Street"], "DT1 1AA")));
        assert_ne!(one, home(&at(&["Flat 2", "10 High Street"], "DT1 1AB")));
        let named = home(&at(&["The Old Mill", "Corfe"], "DT1 1AA"));
        assert_eq!(named, home(&at(&["the old mill"], "DT1 1AA")));
        assert_ne!(named, home(&at(&["The New Mill"], "DT1 1AA")));
        assert_eq!(home(&at(&[], "DT1 1AA")), None, "a street is no home");
        assert_eq!(home(&at(&["10 High Street"], "")), None);
        let left = Address {
            r#use: "old".to_owned(),
            ..at(&["10 High Street"], "DT1 1AA")
        };
        assert_eq!(home(&left), None, "who has moved away");
    }
}
