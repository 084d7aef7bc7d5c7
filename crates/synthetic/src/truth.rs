//! The truth, for evaluation only: who is who, and who truly has what.

use crate::household::Household;
use crate::lives::{self, Tellers};
use crate::people::{Marks, Person};
use crate::{Plan, blocks, households, known};
use record::{Date, NhsNumber, Sex};

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
    /// Registered practice.
    pub practice: &'static str,
    /// One of twins.
    pub twin: bool,
    /// What they truly have.
    pub conditions: Vec<TrueCondition>,
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
                .map(|person| one(person, &household, plan.as_of))
                .collect();
            people
        })
    })
}

fn one(person: &Person, household: &Household, as_of: Date) -> TruePerson {
    let life = lives::life(person, household, as_of);
    let holders = known::holders(&life);
    let mut records = Vec::new();
    let acute_slip = match person.marks {
        m if m.has(Marks::WRONG_TWIN) => "wrong-twin",
        m if m.has(Marks::MISTYPED) => "mistyped-number",
        _ => "",
    };
    for (teller, sender, slip) in [
        (Tellers::PRACTICE, &known::PRACTICE, ""),
        (Tellers::EAST, &known::EAST, acute_slip),
        (Tellers::WEST, &known::WEST, acute_slip),
        (Tellers::COMMUNITY, &known::COMMUNITY, ""),
    ] {
        if holders.has(teller) {
            let code = if teller == Tellers::PRACTICE {
                household.practice.code
            } else {
                sender.code
            };
            records.push(TrueRecord {
                sender: code.to_owned(),
                local_id: sender.id(person, household),
                slip,
            });
        }
    }
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
        records,
    }
}
