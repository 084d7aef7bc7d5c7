//! The truth, for evaluation only: who is who, and who truly has what.

use crate::facts::Facts;
use crate::household::Household;
use crate::lives::{self, Life, Tellers};
use crate::people::{Marks, Person};
use crate::{Plan, blocks, households, known};
use crate::{ambulance, charity, fire, public_health, social_care};
use record::{Date, NhsNumber, Sex};
use std::io::Write as _;

/// One person as they truly are.
#[derive(Clone, Debug)]
pub struct TruePerson {
    /// Number of the person, from 0: the same in small runs and large ones.
    pub number: u32,
    /// Household.
    pub household: u32,
    /// Their own NHS number.
    pub nhs_number: NhsNumber,
    /// Given name.
    pub given: String,
    /// Surname.
    pub family: String,
    /// Birth date.
    pub born: Date,
    /// Sex.
    pub sex: Sex,
    /// Day of death.
    pub died: Option<Date>,
    /// Postcode; empty when they have no address.
    pub postcode: String,
    /// Deprivation fifth of the neighbourhood, 1 most deprived.
    pub fifth: u8,
    /// Name of the neighbourhood.
    pub neighbourhood: &'static str,
    /// Rough centre of the neighbourhood: latitude, longitude.
    pub centre: [f64; 2],
    /// Ethnic category: code and words.
    pub ethnicity: (&'static str, &'static str),
    /// Registered practice.
    pub practice: &'static str,
    /// One of twins.
    pub twin: bool,
    /// What they truly have.
    pub conditions: Vec<TrueCondition>,
    /// What counts about them in the report on how the county came out.
    pub facts: Facts,
    /// The records that senders keep of them.
    pub records: Vec<TrueRecord>,
}

/// A condition someone truly has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrueCondition {
    /// SNOMED CT code; empty for words alone.
    pub code: &'static str,
    /// Words.
    pub words: &'static str,
    /// Since when.
    pub since: Date,
    /// Whether anyone has diagnosed it.
    pub diagnosed: bool,
}

/// A record that a sender keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueRecord {
    /// ODS code of the sender.
    pub sender: String,
    /// The sender's id of the person.
    pub local_id: String,
    /// What is wrong with who it says it is: `wrong-twin`, `mistyped-number`, `merged-away`; empty when nothing.
    pub slip: &'static str,
}

/// The truth of a plan, a person at a time.
pub fn truth(plan: Plan) -> impl Iterator<Item = TruePerson> {
    blocks(plan).flat_map(move |block| {
        households(plan, block).flat_map(move |household| {
            let people: Vec<TruePerson> = household
                .people
                .iter()
                .map(|person| {
                    one(
                        person,
                        &household,
                        &lives::life(person, &household, plan.as_of),
                        plan.as_of,
                    )
                })
                .collect();
            people
        })
    })
}

/// A person as they truly are.
pub fn one(person: &Person, household: &Household, life: &Life, as_of: Date) -> TruePerson {
    let records = records(person, household, life);
    TruePerson {
        number: person.ordinal,
        household: person.household,
        nhs_number: person.nhs,
        given: person.given.clone(),
        family: person.family.to_owned(),
        born: person.born,
        sex: person.sex,
        died: person.died,
        postcode: household.postcode.clone(),
        fifth: household.neighbourhood.fifth,
        neighbourhood: household.neighbourhood.name,
        centre: household.neighbourhood.centre,
        ethnicity: person.ethnicity,
        practice: household.practice.code,
        twin: person.twin,
        conditions: life
            .conditions
            .iter()
            .map(|had| TrueCondition {
                code: had.term.code,
                words: had.term.words,
                since: had.since,
                diagnosed: had.diagnosed,
            })
            .collect(),
        facts: Facts::of(person, household, life, as_of),
        records,
    }
}

/// The records that senders keep of a person. School measurements go under the community trust's own id.
fn records(person: &Person, household: &Household, life: &Life) -> Vec<TrueRecord> {
    let holders = known::holders(life);
    let slip = match person.marks {
        m if m.has(Marks::WRONG_TWIN) => "wrong-twin",
        m if m.has(Marks::MISTYPED) => "mistyped-number",
        _ => "",
    };
    let measured = public_health::schools_know(person, life);
    let council = social_care::council(household);
    let mut records: Vec<TrueRecord> = [
        (true, &known::PRACTICE, ""),
        (holders.has(Tellers::EAST), &known::EAST, slip),
        (holders.has(Tellers::WEST), &known::WEST, slip),
        (holders.has(Tellers::COMMUNITY) || measured, &known::COMMUNITY, ""),
        (ambulance::knows(person, life), &known::AMBULANCE, ""),
        (social_care::knows(person, life), council, ""),
        (fire::knows(person, household), &known::FIRE, ""),
        (charity::link_workers_know(person, life), &known::LINK_WORKERS, ""),
        (charity::buddies_know(person, household, life), &known::BUDDIES, ""),
        (public_health::coaches_know(person, life), &known::COACHES, ""),
    ]
    .into_iter()
    .filter(|(knows, _, _)| *knows)
    .map(|(_, sender, slip)| TrueRecord {
        sender: if sender.code == "GP" {
            household.practice.code
        } else {
            sender.code
        }
        .to_owned(),
        local_id: sender.id(person, household),
        slip,
    })
    .collect();
    if person.marks.has(Marks::MERGED) && holders.has(Tellers::WEST) {
        records.push(TrueRecord {
            sender: known::WEST.code.to_owned(),
            local_id: crate::west::merged_away(person),
            slip: "merged-away",
        });
    }
    records
}

/// The truth as tables, for evaluation: a row for each person, each sender's record, each condition.
#[derive(Debug)]
pub struct TruthRows {
    people: Vec<u8>,
    records: Vec<u8>,
    conditions: Vec<u8>,
}

impl Default for TruthRows {
    fn default() -> Self {
        Self {
            people: b"person,household,nhs_number,given,family,born,sex,died,ethnicity,postcode,neighbourhood,fifth,\
                latitude,longitude,practice,twin\r\n"
                .to_vec(),
            records: b"person,sender,local_id,slip\r\n".to_vec(),
            conditions: b"person,code,words,since,diagnosed\r\n".to_vec(),
        }
    }
}

impl TruthRows {
    /// Adds a person. Of what is written only a neighbourhood's name may hold a comma.
    pub fn add(&mut self, person: &TruePerson) {
        let number = person.number;
        let died = person.died.map(|day| day.iso()).unwrap_or_default();
        let yes = |is: bool| if is { "yes" } else { "no" };
        let _ = write!(
            self.people,
            "{number},{},{},{},{},{},{},{died},{},{},\"{}\",{},{:.2},{:.2},{},{}\r\n",
            person.household,
            person.nhs_number.digits(),
            person.given,
            person.family,
            person.born.iso(),
            person.sex.words(),
            person.ethnicity.0,
            person.postcode,
            person.neighbourhood,
            person.fifth,
            person.centre[0],
            person.centre[1],
            person.practice,
            yes(person.twin),
        );
        for record in &person.records {
            let (sender, id, slip) = (&record.sender, &record.local_id, record.slip);
            let _ = write!(self.records, "{number},{sender},{id},{slip}\r\n");
        }
        for had in &person.conditions {
            let (code, words, since) = (had.code, had.words, had.since.iso());
            let _ = write!(
                self.conditions,
                "{number},{code},{words},{since},{}\r\n",
                yes(had.diagnosed)
            );
        }
    }

    /// Each table's name and bytes.
    pub fn files(&self) -> [(&'static str, &[u8]); 3] {
        [
            ("people", &self.people),
            ("records", &self.records),
            ("conditions", &self.conditions),
        ]
    }
}
