//! HOUSE 5: the state does not depend on the order of arrival.

use crate::app::{App, NOW, State, assert_same_state, both, cut, dorset};
use care::Care;
use exchange::{Format, Piece, fhir};
use record::system::Feed;
use record::{Date, Instant};
use serde_json::{Value, json};
use std::sync::Arc;
use synthetic::{Plan, deliveries};

/// One arrival: by which feed, what, and the time it bears when nothing in it says one.
#[derive(Clone)]
pub struct Arrival {
    pub feed: Arc<Feed>,
    pub piece: Piece<'static>,
    pub received: Instant,
}

/// A generator of numbers that are the same every time (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// Everything that is sent about some invented people.
pub fn told(people: u32) -> Vec<Arrival> {
    let plan = Plan {
        people,
        seed: 5,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    let mut all = Vec::new();
    for delivery in deliveries(plan) {
        let feed = Arc::new(dorset().feed(&delivery.feed).unwrap().clone());
        for piece in cut(&feed, &delivery.bytes) {
            let received = Instant(NOW.0 + (all.len() as i64 / 50) * 1_000_000);
            all.push(Arrival {
                feed: Arc::clone(&feed),
                piece,
                received,
            });
        }
    }
    all
}

/// Everything that is sent, and then what real feeds do to it: things sent twice, late and newer versions, subjects
/// corrected, deletions, things cut short.
pub fn arrivals(people: u32) -> Vec<Arrival> {
    let mut all = told(people);
    let told = all.len();
    for n in 0..told {
        let arrival = all[n].clone();
        if n % 13 == 0 {
            all.push(arrival.clone());
        }
        if n % 41 == 0 && arrival.piece.body.len() > 40 {
            let half = arrival.piece.body.len() / 2;
            all.push(changed(&arrival, arrival.piece.body[..half].to_vec()));
        }
        if arrival.piece.format == Format::Fhir && n % 7 == 0 {
            all.extend(versions(&arrival, &all, n));
        }
    }
    all
}

fn changed(arrival: &Arrival, body: Vec<u8>) -> Arrival {
    let piece = Piece {
        body: body.into(),
        ..arrival.piece.clone()
    };
    Arrival {
        piece,
        ..arrival.clone()
    }
}

/// Older and newer versions of a thing, one of them about someone else, and its deletion.
fn versions(arrival: &Arrival, all: &[Arrival], n: usize) -> Vec<Arrival> {
    let Ok(thing) = serde_json::from_slice::<Value>(&arrival.piece.body) else {
        return Vec::new();
    };
    let Some(id) = thing["id"].as_str() else {
        return Vec::new();
    };
    let kind = thing["resourceType"].as_str().unwrap_or_default().to_owned();
    let at = |thing: &Value, time: &str| {
        let mut thing = thing.clone();
        thing["meta"]["lastUpdated"] = json!(time);
        thing
    };
    let mut made = vec![at(&thing, "2001-01-01T00:00:00Z")];
    let mut newer = at(&thing, "2027-01-01T00:00:00Z");
    match kind.as_str() {
        "Observation" => newer["status"] = json!("amended"),
        "Patient" => newer["gender"] = json!("other"),
        "Condition" => newer["onsetDateTime"] = json!("2020"),
        _ => {}
    }
    if n.is_multiple_of(3)
        && thing["subject"]["reference"].is_string()
        && let Some(other) = another_subject(arrival, all, &thing)
    {
        newer["subject"] = other;
    }
    made.push(newer);
    let mut sent: Vec<Arrival> = made
        .iter()
        .map(|thing| changed(arrival, thing.to_string().into_bytes()))
        .collect();
    if n.is_multiple_of(5) {
        let day = 1 + n % 27;
        let bundle = json!({"resourceType": "Bundle", "type": "transaction",
            "timestamp": format!("202{}-02-{day:02}T00:00:00Z", 6 + n % 2 * 2),
            "entry": [{"request": {"method": "DELETE", "url": format!("{kind}/{id}")}}]});
        let text = bundle.to_string();
        for piece in fhir::split(text.as_bytes()).unwrap() {
            sent.push(Arrival {
                piece: Piece {
                    body: piece.body.into_owned().into(),
                    place: piece.place,
                    format: piece.format,
                    context: piece.context,
                },
                ..arrival.clone()
            });
        }
    }
    sent
}

fn another_subject(arrival: &Arrival, all: &[Arrival], thing: &Value) -> Option<Value> {
    all.iter()
        .filter(|other| other.feed.name == arrival.feed.name && other.piece.format == Format::Fhir)
        .filter_map(|other| serde_json::from_slice::<Value>(&other.piece.body).ok())
        .find(|other| other["subject"]["reference"].is_string() && other["subject"] != thing["subject"])
        .map(|other| other["subject"].clone())
}

pub fn shuffle<T>(list: &mut [T], seed: u64) {
    let mut dice = Dice(seed);
    for n in (1..list.len()).rev() {
        list.swap(n, dice.below(n + 1));
    }
}

/// Takes arrivals in the order given, in batches of any size, some as bulk.
pub fn take(app: &App, arrivals: &[Arrival], seed: u64) {
    take_into(&app.care, arrivals, seed);
}

/// Takes arrivals through one of the processes that have the store open.
pub fn take_into(care: &Care, arrivals: &[Arrival], seed: u64) {
    let mut dice = Dice(seed);
    let mut rest = arrivals;
    let (done, outcome) = std::sync::mpsc::channel();
    let mut waiting = 0;
    let mut preparer = care.preparer();
    while !rest.is_empty() {
        let size = [1, 3, 40, 300][dice.below(4)].min(rest.len());
        let (some, later) = rest.split_at(size);
        rest = later;
        let prepared = some
            .iter()
            .map(|arrival| {
                let source = care.source(&arrival.feed).unwrap();
                preparer.prepare(arrival.piece.clone(), &source, arrival.received)
            })
            .collect();
        let batch = preparer.close(prepared).unwrap();
        let done = done.clone();
        care.take_bulk(batch, move |filed| drop(done.send(filed.map(|(filed, _)| filed.len()))))
            .unwrap();
        waiting += 1;
    }
    for _ in 0..waiting {
        outcome.recv().unwrap().unwrap();
    }
}

#[test]
fn the_state_does_not_depend_on_the_order_of_arrival() {
    let told = arrivals(60);
    let mut first: Option<State> = None;
    let mut seed = 0;
    for round in 0..2 {
        for app in both() {
            seed += 1;
            let mut order = told.clone();
            if seed > 1 {
                shuffle(&mut order, seed);
            }
            // Where items stand is put in order anew every few batches, or never.
            app.care.homes().hold_at_most([1_000_000, 300, 20][seed as usize % 3]);
            take(&app, &order, seed);
            let state = app.state();
            let why = format!("round {round} on {}", app.name());
            assert_same_state(first.get_or_insert_with(|| state.clone()), &state, false, &why);
        }
    }
    let state = first.unwrap();
    let counts: Vec<String> = state
        .iter()
        .map(|(table, rows)| format!("{table} {}", rows.len()))
        .collect();
    eprintln!("{} arrivals: {}", told.len(), counts.join(", "));
    for (table, at_least) in [
        ("item", 3000),
        ("entry", 2000),
        ("decision", 1),
        ("quarantine", 20),
        ("record", 150),
    ] {
        assert!(
            state[table].len() >= at_least,
            "{table}: the people told too little: {}",
            state[table].len()
        );
    }
}
