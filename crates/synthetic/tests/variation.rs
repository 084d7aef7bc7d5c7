//! What is invented varies between practices and neighbourhoods as real data does: more than chance makes it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use record::Date;
use std::collections::BTreeMap;
use synthetic::{Plan, TruePerson, deliveries, truth};

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
    // Dealt six times: one deal of 64 hands is off by a fifth either way by chance alone.
    let hands = [
        2_654_435_761u32,
        2_246_822_519,
        3_266_489_917,
        668_265_263,
        374_761_393,
        2_057_509_193,
    ];
    let deals = hands.map(|hand| {
        let dealt = |person: &TruePerson| older(person).then_some(person.number.wrapping_mul(hand) >> 26);
        dispersion(&people, dealt, |person| person.facts.flu)
    });
    let flu = deals.iter().sum::<f64>() / deals.len() as f64;
    eprintln!("dealt out: {flu:.2} of {deals:.2?}");
    assert!((0.75..1.25).contains(&flu), "{flu:.2}");
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

#[test]
fn what_practices_record_differs_between_them_more_than_chance_makes_it() {
    let people = people();
    let by = |person: &TruePerson| older(person).then_some(person.practice);
    let obese = dispersion(&people, by, |person| person.facts.bmi >= 30.0);
    let raised = |person: &TruePerson| {
        let has = |had: &synthetic::TrueCondition| had.code == "38341003" && had.diagnosed;
        person.conditions.iter().any(has)
    };
    let prevalence = dispersion(&people, by, raised);
    let dealt = |person: &TruePerson| older(person).then_some(person.number.wrapping_mul(2_654_435_761) >> 26);
    let flat = dispersion(&people, dealt, raised);
    eprintln!("known hypertension by practice {prevalence:.2}, dealt out {flat:.2}; obesity by practice {obese:.2}");
    assert!(prevalence > 1.3 && flat < 1.3, "{prevalence:.2}, flat {flat:.2}");
}

/// What practices send of some people: each person's days of contact, and every systolic pressure.
fn told() -> (Vec<Vec<i32>>, Vec<u32>) {
    let plan = Plan {
        people: 3_000,
        seed: 5,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    let (mut days, mut pressures) = (BTreeMap::<String, Vec<i32>>::new(), Vec::new());
    for delivery in deliveries(plan).filter(|delivery| delivery.feed.starts_with("gp")) {
        for line in delivery
            .bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let resource: serde_json::Value = serde_json::from_slice(line).unwrap();
            if let Some(start) = resource["period"]["start"].as_str() {
                let day = Date::parse(&start[..10]).unwrap();
                let subject = resource["subject"]["reference"].as_str().unwrap();
                days.entry(subject.to_owned()).or_default().push(day.0);
            }
            if let Some(systolic) = resource["component"][0]["valueQuantity"]["value"].as_u64() {
                pressures.push(u32::try_from(systolic).unwrap());
            }
        }
    }
    let mut days: Vec<Vec<i32>> = days.into_values().collect();
    days.iter_mut().for_each(|days| days.sort_unstable());
    (days, pressures)
}

/// Standard deviation of the gaps between contacts over their mean: 1 where everybody comes at one rate by chance,
/// less where they come by the calendar, more where some come often and others seldom.
fn gaps(days: &[Vec<i32>]) -> f64 {
    let gaps: Vec<f64> = days
        .iter()
        .flat_map(|days| days.windows(2).map(|two| f64::from(two[1] - two[0])))
        .collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    variance.sqrt() / mean
}

/// Chi square of last digits over its degrees of freedom: about 1 where every digit is as likely.
fn digits(values: &[u32]) -> f64 {
    let mut counts = [0.0f64; 10];
    for value in values {
        counts[(value % 10) as usize] += 1.0;
    }
    let each = values.len() as f64 / 10.0;
    counts.iter().map(|count| (count - each).powi(2) / each).sum::<f64>() / 9.0
}

/// Numbers that a flat generator would draw.
fn flat_draws(count: usize, below: u64) -> Vec<u64> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 20) % below
        })
        .collect()
}

#[test]
fn gaps_between_visits_and_last_digits_are_not_those_of_a_flat_generator() {
    let (days, pressures) = told();
    let (gap, digit) = (gaps(&days), digits(&pressures));
    // As many visits, dealt evenly to as many people and days; as many pressures, each value as likely.
    let visits: usize = days.iter().map(Vec::len).sum();
    let mut flat_days = vec![Vec::new(); days.len()];
    for (visit, day) in flat_draws(visits, 3_650).into_iter().enumerate() {
        flat_days[visit % days.len()].push(i32::try_from(day).unwrap());
    }
    flat_days.iter_mut().for_each(|days| days.sort_unstable());
    let flat_values: Vec<u32> = flat_draws(pressures.len(), 100)
        .into_iter()
        .map(|draw| 90 + draw as u32)
        .collect();
    let (flat_gap, flat_digit) = (gaps(&flat_days), digits(&flat_values));
    let within = pressures.iter().filter(|value| (110..=150).contains(*value)).count() as f64 / pressures.len() as f64;
    eprintln!("gaps {gap:.2}, flat {flat_gap:.2}; digits {digit:.1}, flat {flat_digit:.1}; 110 to 150: {within:.2}");
    assert!(gap > 1.12 && flat_gap < 1.12, "{gap:.2}, flat {flat_gap:.2}");
    assert!(digit > 5.0 && flat_digit < 2.5, "{digit:.1}, flat {flat_digit:.1}");
    assert!(within > 0.6, "pressures are spread flat: {within:.2} from 110 to 150");
}
