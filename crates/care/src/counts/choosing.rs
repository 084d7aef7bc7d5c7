//! Picking people out of the latest snapshot, for a project's list: those who plan say whom, and are told how many.

use super::disclosure::{Shown, Tally};
use super::who::Who;
use super::{By, Condition, latest, store};
use crate::Care;
use crate::access::ListGrant;
use crate::access::account::AccountKey;
use crate::db::DbError;
use record::Instant;

/// People that one list holds at most.
pub const LISTED_MAX: usize = 20_000;

/// What people can be picked out by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Groups of each kind.
    pub groups: Vec<(By, Vec<String>)>,
}

/// Who is wanted: people with a condition, of one group of each of these kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Its code, as [`Condition::code`].
    pub condition: String,
    /// Groups.
    pub groups: Vec<(By, String)>,
}

/// Those who were picked out.
pub(crate) struct Chosen {
    /// When the snapshot was taken.
    pub taken: Instant,
    /// What the condition is called.
    pub words: String,
    /// How many they are, as it may be told.
    pub shown: Shown,
    /// Their numbers, with their practices' codes.
    pub people: Vec<(i64, String)>,
}

/// Why nobody was picked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotChosen {
    /// There is no snapshot yet, or none of who is who.
    NotCounted,
    /// That condition, or one of these groups, is in no list.
    Unknown,
    /// More than [`LISTED_MAX`].
    TooMany,
}

/// What people can be picked out by; `None` before the first snapshot.
///
/// # Errors
/// When the store fails.
pub fn offered(care: &Care, _grant: &ListGrant) -> Result<Option<Offered>, DbError> {
    Ok(latest(care)?.map(|snapshot| Offered {
        conditions: snapshot.listed(),
        groups: By::ALL.map(|by| (by, snapshot.groups(by).to_vec())).into(),
    }))
}

/// Picks people out of the latest snapshot: those who may be found because of that condition.
///
/// # Errors
/// When the store fails, or who is who cannot be read with this key.
pub(crate) fn choose(care: &Care, key: &AccountKey, wanted: &Wanted) -> Result<Result<Chosen, NotChosen>, DbError> {
    let Some(snapshot) = latest(care)? else {
        return Ok(Err(NotChosen::NotCounted));
    };
    let condition = snapshot.condition(&wanted.condition);
    let Some(condition) = condition.filter(|one| snapshot.is_listed(*one)) else {
        return Ok(Err(NotChosen::Unknown));
    };
    let mut groups = Vec::new();
    for (by, name) in &wanted.groups {
        match snapshot.groups(*by).iter().position(|one| one == name) {
            Some(group) => groups.push((*by, group)),
            None => return Ok(Err(NotChosen::Unknown)),
        }
    }
    let mut tally = Tally::default();
    let mut places = Vec::new();
    for person in snapshot.people() {
        if person.listed_for(condition) && groups.iter().all(|(by, group)| person.group(*by) == *group) {
            tally.add(person.key);
            places.push(person.at());
        }
    }
    if places.len() > LISTED_MAX {
        return Ok(Err(NotChosen::TooMany));
    }
    let sealed = care
        .readers()
        .read(|conn| match store::numbered(conn, snapshot.taken())? {
            Some(number) => store::who(conn, number),
            None => Ok(None),
        })?;
    let Some(sealed) = sealed else {
        return Ok(Err(NotChosen::NotCounted));
    };
    let who = Who::opened(&sealed, key, (snapshot.taken(), snapshot.people().count()))?;
    let people = places.into_iter().filter_map(|at| who.at(at));
    Ok(Ok(Chosen {
        taken: snapshot.taken(),
        words: snapshot.named(condition).words,
        shown: tally.shown(),
        people: people.map(|(person, practice)| (person, practice.to_owned())).collect(),
    }))
}
