//! The people in a reader's care by recorded relationships: a list is filtered by the same facts and the same
//! policy as each record is.

mod store;

use super::acts::What;
use super::facts::{self, Facts, Reader};
use super::question::{Act, Question, Relationship};
use super::{Actor, open};
use crate::Care;
use crate::db::{Conn, DbError};
use record::{Instant, PersonId};
use std::collections::{HashMap, HashSet};

/// People listed at most.
pub const LISTED_MAX: usize = 1_000;

/// The relationships that stand in somebody's books. Who turns up today, and who is registered with a practice,
/// is no list that anybody reads from top to bottom.
const LISTED: [Relationship; 4] = [
    Relationship::Caseload,
    Relationship::Team,
    Relationship::Referred,
    Relationship::Ward,
];

/// Somebody in a list, and nothing of them: their names are had by [`crate::person::of_list`], which is audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub(crate) person: PersonId,
    pub(crate) number: i64,
}

impl Listed {
    /// Their id.
    pub const fn person(&self) -> PersonId {
        self.person
    }
}

/// The people in a reader's care whose record policy opens to them, in order of name; at most [`LISTED_MAX`]. What bears
/// on them is read for all at once, and policy is asked once for people about whom all facts are the same.
pub(crate) fn in_care_of(care: &Care, conn: &mut Conn, actor: &Actor, now: Instant) -> Result<Vec<Listed>, DbError> {
    let any = What::Relationship(Relationship::Caseload);
    let mut held = super::store::of_holder(conn, &actor.user, any)?;
    if let Some(organisation) = &actor.works_for {
        held.extend(super::store::of_holder(conn, organisation.as_str(), any)?);
    }
    let listed = |what: What| LISTED.iter().any(|one| what == What::Relationship(*one));
    let ids: Vec<PersonId> = held
        .iter()
        .filter(|act| act.holds(now) && listed(act.what))
        .map(|act| act.person)
        .collect();
    let known = store::persons(conn, &ids)?;
    // In the order in which they came into their care, each once.
    let mut seen = HashSet::new();
    let people: Vec<Listed> = ids
        .iter()
        .filter_map(|id| known.get(id))
        .filter(|(_, number)| seen.insert(*number))
        .map(|(person, number)| Listed {
            person: *person,
            number: *number,
        })
        .collect();
    opening_to(care, conn, actor, &people, now, |_| true)
}

/// Of these people, those whose record policy opens to a reader and of whom `also` holds, in order of name; at most
/// [`LISTED_MAX`] of the first. `also`: must follow from what policy is asked.
pub(crate) fn opening_to(
    care: &Care,
    conn: &mut Conn,
    actor: &Actor,
    people: &[Listed],
    now: Instant,
    also: impl Fn(&Facts) -> bool,
) -> Result<Vec<Listed>, DbError> {
    let mut found = Vec::new();
    let mut reader = Reader::of(actor);
    let mut answers: HashMap<Question, bool> = HashMap::new();
    for some in people.chunks(LISTED_MAX) {
        let numbers: Vec<i64> = some.iter().map(|one| one.number).collect();
        let acts = store::acts(conn, &numbers)?;
        for one in some {
            if found.len() == LISTED_MAX {
                break;
            }
            let about = acts.get(&one.number).map_or(&[][..], Vec::as_slice);
            let facts = facts::of_acts(care, conn, &mut reader, (one.number, about), now)?;
            let opens = *answers
                .entry(facts.question())
                .or_insert_with(|| open(&facts, Act::ReadRecord).is_permit() && also(&facts));
            if opens {
                found.push(*one);
            }
        }
    }
    let numbers: Vec<i64> = found.iter().map(|one| one.number).collect();
    let names = store::names(conn, &numbers)?;
    found.sort_by(|a, b| {
        let of = |one: &Listed| (names.get(&one.number), one.number);
        of(a).cmp(&of(b))
    });
    Ok(found)
}
