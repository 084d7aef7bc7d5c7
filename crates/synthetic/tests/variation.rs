//! What is invented varies between practices and neighbourhoods as real data does: more than chance makes it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use record::Date;
use std::collections::BTreeMap;
use synthetic::{Plan, TruePerson, truth};

fn people() -> Vec<TruePerson> {
    let plan = Plan {
        people: 40_000,
        seed: 5,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    truth(plan).filter(|person| person.died.is_none()).collect()
}

/// Variance of the groups' shares over what chance alone gives (a chi square over its degrees of freedom):
/// about 1 when groups differ by chance alone.
fn dispersion<K: Ord>(
    people: &[TruePerson],
    group: impl Fn(&TruePerson) -> Option<K>,
    is: fn(&TruePerson) -> bool,
) -> f64 {
    let mut groups: BTreeMap<K, (f64, f64)> = BTreeMap::new();
    for person in people {
        if let Some(key) = group(person) {
            let held = groups.entry(key).or_default();
            held.0 += 1.0;
            held.1 += f64::from(u8::from(is(person)));
        }
    }
    groups.retain(|_, (people, _)| *people >= 60.0);
    let (all, with) = groups
        .values()
        .fold((0.0, 0.0), |sum, held| (sum.0 + held.0, sum.1 + held.1));
    let share: f64 = with / all;
    let chi: f64 = groups
        .values()
        .map(|(people, with)| (with - people * share).powi(2) / (people * share * (1.0 - share)))
        .sum();
    chi / (groups.len() as f64 - 1.0)
}

fn older(person: &TruePerson) -> bool {
    person.born.years_to(Date::new(2026, 11, 1).unwrap()) >= 65
}

#[test]
fn practices_and_neighbourhoods_differ_more_than_chance_makes_them() {
    let people = people();
    // Among people of one age and state, so that what is left is how places and practices work.
    let with_flu = |person: &TruePerson| older(person).then_some(person.practice);
    let flu = dispersion(&people, with_flu, |person| person.facts.flu);
    let place = |person: &TruePerson| older(person).then_some(person.neighbourhood);
    let flu_places = dispersion(&people, place, |person| person.facts.flu);
    let raised = |person: &TruePerson| person.conditions.iter().any(|had| had.code == "38341003");
    let unfound = |person: &TruePerson| raised(person).then_some(person.neighbourhood);
    let missed = dispersion(&people, unfound, |person| {
        person
            .conditions
            .iter()
            .any(|had| had.code == "38341003" && !had.diagnosed)
    });
    eprintln!("flu by practice {flu:.2}, by neighbourhood {flu_places:.2}; raised pressure unfound {missed:.2}");
    assert!(
        flu > 1.5 && flu_places > 1.3 && missed > 1.3,
        "{flu:.2} {flu_places:.2} {missed:.2}"
    );
}

#[test]
fn the_measure_of_variation_tells_a_uniform_county_from_this_one() {
    // The same people dealt to practices and neighbourhoods like cards: what a uniform generator would give.
    let people = people();
    let dealt = |person: &TruePerson| older(person).then_some(person.number.wrapping_mul(2_654_435_761) >> 26);
    let flu = dispersion(&people, dealt, |person| person.facts.flu);
    eprintln!("dealt out: {flu:.2}");
    assert!((0.6..1.35).contains(&flu), "{flu:.2}");
}

#[test]
fn a_few_people_come_often_and_most_seldom() {
    let people = people();
    let counts: Vec<f64> = people
        .iter()
        .map(|person| f64::from(person.facts.attendances))
        .collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / counts.len() as f64;
    eprintln!("attendances: mean {mean:.3}, variance {variance:.3}");
    assert!(variance > 1.3 * mean, "mean {mean:.3}, variance {variance:.3}");
}
