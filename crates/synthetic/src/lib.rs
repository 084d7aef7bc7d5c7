//! Invents a care system: people in households, lives that hang together, and what each partner would send of
//! them, slips and all. Pure: a seed, a date and a size in; deliveries and the truth out.
//!
//! Household `h` of a small run is household `h` of a large one, and the bytes do not depend on how many
//! threads make them: each block of households is made alone by [`block`].

#![deny(clippy::unwrap_used, clippy::expect_used)]

mod ambulance;
mod calendar;
mod cast;
mod charity;
mod clinical;
mod county;
mod demographics_service;
mod documents;
pub mod facts;
mod feeds;
mod fhir;
mod fhir_senders;
mod fire;
pub mod history;
mod hl7;
mod household;
mod household_mix;
mod known;
pub mod live;
mod lives;
mod mortality;
mod names;
mod numbers;
mod people;
mod place;
mod public_health;
mod random;
pub mod reference;
pub mod report;
pub mod report_page;
mod risks;
mod social_care;
mod table;
mod terms;
mod truth;
mod west;

pub use cast::CAST as CAST_HOUSEHOLDS;
pub use county::settle;
pub use numbers::PEOPLE_MAX;
pub use truth::{TrueCondition, TruePerson, TrueRecord, TruthRows, truth};

pub use feeds::Chunk;

use feeds::Feeds;
use household::Household;
use record::Date;
use std::collections::BTreeMap;

/// Households in one block of a small run: a block is made alone, in bounded memory.
const BLOCK_HOUSEHOLDS: u32 = 400;

/// A file of a small run is closed once it holds this many bytes.
const FILE_BYTES: usize = 4 << 20;

/// Everyone who tells: each writes what its kind of sender knows of one person.
const TELLERS: [fn(&mut Feeds, &people::Person, &Household, &lives::Life); 8] = [
    fhir_senders::tell,
    west::tell,
    ambulance::tell,
    social_care::tell,
    fire::tell,
    charity::tell,
    public_health::tell,
    demographics_service::tell,
];

/// What to invent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// At least this many people, rounded up to whole households; at most [`PEOPLE_MAX`] are made.
    pub people: u32,
    /// Another seed, other people.
    pub seed: u64,
    /// The day up to which lives are told.
    pub as_of: Date,
}

/// One file that a partner would send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The feed's name, as in `systems/dorset/feeds`.
    pub feed: String,
    /// Its sender's ODS code.
    pub sender: String,
    /// A file name, different for every delivery of a plan.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A run of households that is made alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its number, from 0.
    pub number: u32,
    /// Its first household.
    pub first_household: u32,
    /// How many households.
    pub households: u32,
    /// How many people all households before it have.
    pub first_person: u32,
}

/// The blocks of a plan, in order. Each can be made on its own by [`block`], on any thread.
pub fn blocks(plan: Plan) -> impl Iterator<Item = Block> {
    blocks_of(plan, BLOCK_HOUSEHOLDS)
}

/// The blocks of a plan, each of this many households but the last; for large runs, whose files are many.
pub fn blocks_of(plan: Plan, block_households: u32) -> impl Iterator<Item = Block> {
    let (mut household, mut person, mut number) = (0u32, 0u32, 0u32);
    let wanted = plan.people.min(PEOPLE_MAX);
    std::iter::from_fn(move || {
        if person >= wanted {
            return None;
        }
        let mut found = Block {
            number,
            first_household: household,
            households: 0,
            first_person: person,
        };
        while person < wanted && found.households < block_households.max(1) {
            person += household::size(&plan, household);
            household += 1;
            found.households += 1;
        }
        number += 1;
        Some(found)
    })
}

/// Everything that partners send of one block's people, in files of bounded size, sorted by name.
pub fn block(plan: Plan, block: Block) -> Vec<Delivery> {
    let mut done: BTreeMap<String, Delivery> = BTreeMap::new();
    let mut keep = |chunk: Chunk<'_>| {
        let delivery = done.entry(chunk.file_name.to_owned()).or_insert_with(|| Delivery {
            feed: chunk.feed.to_owned(),
            sender: chunk.sender.to_owned(),
            file_name: chunk.file_name.to_owned(),
            bytes: Vec::new(),
        });
        delivery.bytes.extend_from_slice(chunk.bytes);
    };
    make(plan, block, FILE_BYTES, &mut keep, None);
    done.into_values().collect()
}

/// Makes one block: what partners send goes to `told` in chunks, each file's in order, a file being closed
/// between people once it holds `file_bytes`; each person as they truly are goes to `truly`, if it is wanted.
pub fn make(
    plan: Plan,
    block: Block,
    file_bytes: usize,
    told: &mut dyn FnMut(Chunk<'_>),
    mut truly: Option<&mut dyn FnMut(TruePerson)>,
) {
    let mut feeds = Feeds::new(block.number, plan.as_of, file_bytes, told);
    fhir_senders::directory(&mut feeds, plan.as_of);
    for household in households(plan, block) {
        for person in &household.people {
            let life = lives::life(person, &household, plan.as_of);
            for tell in TELLERS {
                tell(&mut feeds, person, &household, &life);
            }
            feeds.between_people();
            if let Some(truly) = &mut truly {
                truly(truth::one(person, &household, &life, plan.as_of));
            }
        }
    }
    feeds.finish();
}

/// Each person of one block as they truly are, without what partners send of them.
pub fn people(plan: Plan, block: Block, truly: &mut dyn FnMut(TruePerson)) {
    for household in households(plan, block) {
        for person in &household.people {
            let life = lives::life(person, &household, plan.as_of);
            truly(truth::one(person, &household, &life, plan.as_of));
        }
    }
}

/// Everything that partners send, a block at a time: never the whole county in memory.
pub fn deliveries(plan: Plan) -> impl Iterator<Item = Delivery> {
    blocks(plan).flat_map(move |found| block(plan, found))
}

fn households(plan: Plan, block: Block) -> impl Iterator<Item = Household> {
    let mut first = block.first_person;
    (block.first_household..block.first_household + block.households).map(move |index| {
        let household = household::household(&plan, index, first);
        first += u32::try_from(household.people.len()).unwrap_or(0);
        household
    })
}
