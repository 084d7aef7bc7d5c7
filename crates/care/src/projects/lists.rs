//! Lists of a project: made by those who plan, opened by those who care.

use super::pseudonym::ProjectKey;
use super::{Project, Stage, may_open, numbered, planning, store};
use crate::Care;
use crate::access::account::AccountKey;
use crate::access::{self, AccessError, Act, Actor, Facts, ListGrant, Listed, in_care_of, list, opening_to};
use crate::counts::{Chosen, LISTED_MAX, NotChosen, Shown, Wanted, choose};
use crate::db::{Conn, DbError, Urgency};
use crate::person::store as person_store;
use crate::rights::RightsError;
use record::{Instant, PersonId, Pseudonym};
use std::collections::{BTreeMap, HashMap};

/// People of one practice read from a list at most.
const OPENED_MAX: i64 = 2_000;
/// Lists shown at most.
const LISTS_MAX: i64 = 200;
const NOT_OPEN: &str =
    "Lists are opened by those who care for the people on them. Your role plans or checks, and sees nobody.";

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its number.
    pub number: i64,
    /// Its project's number.
    pub project: i64,
    /// Who is on it, in words.
    pub name: String,
    /// When it was made.
    pub made: Instant,
    /// By whom.
    pub made_by: String,
    /// When the people were counted that it was made from: the date of the evidence (SAFETY 15).
    pub taken: Instant,
    /// How many are on it, as it may be told.
    pub people: Shown,
}

/// Somebody of a list who is in the reader's care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnList {
    /// What stands for them in the project.
    pub pseudonym: String,
    /// Who they are; their name is had by [`crate::person::of_list`], which is audited.
    pub listed: Listed,
}

/// A list as somebody who cares for people may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its project.
    pub project: Project,
    /// The list.
    pub list: List,
    /// Those on it who are in the reader's care, in order of name.
    pub people: Vec<OnList>,
}

/// Makes a list of the latest snapshot; answers its number.
///
/// # Errors
/// [`RightsError::Said`] when nobody can be picked out like this; [`RightsError::Nothing`] when no such project runs; for
/// those who are none of its analysts.
pub fn make(
    care: &Care,
    actor: &Actor,
    key: &AccountKey,
    (project, wanted): (i64, &Wanted),
    now: Instant,
) -> Result<i64, RightsError> {
    let kinds: Vec<&str> = wanted.groups.iter().map(|(by, _)| by.words()).collect();
    let code: String = wanted.condition.chars().take(100).collect();
    let detail = format!("list for project {project}: {code} {}", kinds.join(", "));
    let grant = planning(care, actor, detail.trim_end(), now)?;
    numbered(care, &grant, project)?
        .filter(|one| one.stage(now) == Stage::Running)
        .ok_or(RightsError::Nothing)?;
    let chosen = choose(care, key, wanted)?.map_err(|why| {
        let words = match why {
            NotChosen::NotCounted => "People are being counted. Try again in a few minutes".to_owned(),
            NotChosen::Unknown => "Choose from the list: fewer than 8 people have anything else, or nobody".to_owned(),
            NotChosen::TooMany => format!("More than {LISTED_MAX} people: choose an age or a place too"),
        };
        RightsError::Said("of", words)
    })?;
    let salt = care
        .readers()
        .read(|conn| store::salt(conn, project))?
        .ok_or(RightsError::Nothing)?;
    let members = members(care, &ProjectKey::of(key, &salt), &chosen)?;
    let list = List {
        number: 0,
        project,
        name: name_of(&chosen, wanted),
        made: now,
        made_by: actor.user.clone(),
        taken: chosen.taken,
        people: chosen.shown,
    };
    let kept = care
        .writer()
        .write::<Option<i64>, DbError>(Urgency::Waiting, move |conn| store::keep_list(conn, &list, &members));
    kept?.ok_or(RightsError::Nothing)
}

/// What is kept of somebody on a list.
pub(super) struct Member {
    pub pseudonym: Pseudonym,
    pub sealed: Vec<u8>,
    pub practice: String,
}

fn members(care: &Care, key: &ProjectKey<'_>, chosen: &Chosen) -> Result<Vec<Member>, DbError> {
    let numbers: Vec<i64> = chosen.people.iter().map(|(number, _)| *number).collect();
    let ids = care.readers().read(|conn| store::ids(conn, &numbers))?;
    let known = chosen
        .people
        .iter()
        .filter_map(|(number, practice)| Some((*ids.get(number)?, practice)));
    let member = |(person, practice): (PersonId, &String)| {
        Ok(Member {
            pseudonym: key.pseudonym(person),
            sealed: key.seal(person)?,
            practice: practice.clone(),
        })
    };
    known.map(member).collect()
}

fn name_of(chosen: &Chosen, wanted: &Wanted) -> String {
    let groups = wanted.groups.iter().map(|(_, name)| name.as_str());
    let parts: Vec<&str> = std::iter::once(chosen.words.as_str()).chain(groups).collect();
    parts.join(", ")
}

/// The lists of a project, the latest first.
///
/// # Errors
/// When the store fails.
pub fn lists_of(care: &Care, _grant: &ListGrant, project: i64) -> Result<Vec<List>, DbError> {
    care.readers().read(|conn| store::lists_of(conn, project, LISTS_MAX))
}

/// Every list that can be opened, with its project, the latest first: for those who care for people.
///
/// # Errors
/// [`AccessError`] with words for the page for those who do not; when the store fails.
pub fn running(care: &Care, actor: &Actor, now: Instant) -> Result<Vec<(Project, List)>, AccessError> {
    caring(care, actor, "lists of projects", now)?;
    let found = care.readers().read(|conn| store::running(conn, now, LISTS_MAX))?;
    Ok(found)
}

fn caring(care: &Care, actor: &Actor, detail: &str, now: Instant) -> Result<ListGrant, AccessError> {
    let grant = list(care, actor, Act::ReadRecord, detail, now)?;
    match may_open(actor.role) {
        true => Ok(grant),
        false => Err(AccessError::Refused(NOT_OPEN.to_owned())),
    }
}

/// Opens a list: those on it who are in the reader's care and alive, with leave to show them. `None` when no such list is
/// open.
///
/// # Errors
/// [`AccessError`] with words for the page for those who do not care for people; when the store fails.
pub fn open(
    care: &Care,
    actor: &Actor,
    key: &AccountKey,
    number: i64,
    now: Instant,
) -> Result<Option<(ListGrant, Opened)>, AccessError> {
    let grant = caring(care, actor, &format!("list {number} of a project"), now)?;
    let opened = care.readers().read(|conn| {
        let Some((project, list, salt)) = store::list(conn, number, now)? else {
            return Ok(None);
        };
        let people = of_reader(care, conn, actor, (number, &ProjectKey::of(key, &salt)), now)?;
        Ok::<_, DbError>(Some(Opened { project, list, people }))
    })?;
    Ok(opened.map(|opened| (grant, opened)))
}

/// Those on a list who are in the reader's care: registered with their practice, on their caseload, with their team, on
/// their ward.
fn of_reader(
    care: &Care,
    conn: &mut Conn,
    actor: &Actor,
    (list, key): (i64, &ProjectKey<'_>),
    now: Instant,
) -> Result<Vec<OnList>, DbError> {
    let mut found: BTreeMap<i64, OnList> = BTreeMap::new();
    let cared_for = in_care_of(care, conn, actor, now)?;
    // By each of their records: a list made before two of them were joined has either.
    let numbers: Vec<i64> = cared_for.iter().map(|one| one.number).collect();
    let ids = store::ids_of(conn, &numbers)?;
    let mine: HashMap<i64, Listed> = cared_for.iter().map(|one| (one.number, *one)).collect();
    let named = ids
        .into_iter()
        .filter_map(|(number, id)| Some((key.pseudonym(id), *mine.get(&number)?)));
    let of_mine: HashMap<Pseudonym, Listed> = named.collect();
    let asked: Vec<Pseudonym> = of_mine.keys().copied().collect();
    for pseudonym in store::those_on(conn, list, &asked)? {
        if let Some(listed) = of_mine.get(&pseudonym) {
            found.insert(listed.number, on_list(pseudonym, *listed));
        }
    }
    if let Some(practice) = &actor.works_for {
        for (pseudonym, sealed) in store::of_practice(conn, list, practice.as_str(), OPENED_MAX)? {
            let person = key
                .open(pseudonym, &sealed)
                .ok_or_else(|| DbError::state("a list was sealed with another key, or changed".to_owned()))?;
            if let Some((person, number)) = person_store::person_by_id(conn, person)? {
                found
                    .entry(number)
                    .or_insert(on_list(pseudonym, Listed { person, number }));
            }
        }
    }
    let people: Vec<Listed> = found.values().map(|one| one.listed).collect();
    let mut allowed = opening_to(care, conn, actor, &people, now, finds)?;
    let dead = dead_among(conn, &allowed)?;
    allowed.retain(|one| !dead.contains(&one.number));
    Ok(allowed
        .into_iter()
        .filter_map(|one| found.remove(&one.number))
        .collect())
}

fn on_list(pseudonym: Pseudonym, listed: Listed) -> OnList {
    OnList {
        pseudonym: pseudonym.to_string(),
        listed,
    }
}

/// Whether somebody may be found by their being on a list: by those who care for them, an emergency apart, unless they
/// object to sharing.
fn finds(facts: &Facts) -> bool {
    facts.is_in_care() && !facts.objects()
}

/// Those of these people whom anybody reports to have died (SAFETY 3: no list runs for them).
fn dead_among(conn: &mut Conn, people: &[Listed]) -> Result<Vec<i64>, DbError> {
    let mut dead = Vec::new();
    for one in people {
        for record in person_store::records_of(conn, one.number)? {
            let Some(text) = &record.demographics else { continue };
            let says = crate::person::demographics::of_text(text)?;
            if says.death.is_dead() {
                dead.push(one.number);
                break;
            }
        }
    }
    Ok(dead)
}

/// The person behind a pseudonym of a running project, if they are in the care of whoever asks; `None` for all others,
/// as for a pseudonym that stands for nobody. The audit has whom it was asked of.
///
/// # Errors
/// [`AccessError`] with words for the page for those who do not care for people; when the store fails.
pub fn behind(
    care: &Care,
    actor: &Actor,
    key: &AccountKey,
    typed: &str,
    now: Instant,
) -> Result<Option<PersonId>, AccessError> {
    let grant = caring(care, actor, "the person behind a pseudonym", now)?;
    let Some(pseudonym) = Pseudonym::parse(typed) else {
        return Ok(None);
    };
    let rows = care.readers().read(|conn| store::behind(conn, pseudonym, now))?;
    for row in rows {
        let Some(person) = ProjectKey::of(key, &row.salt).open(pseudonym, &row.sealed) else {
            continue;
        };
        if let Some(found) = access::behind(care, &grant, person, finds)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Whether what was typed can be a pseudonym at all.
pub fn is_pseudonym(typed: &str) -> bool {
    Pseudonym::parse(typed).is_some()
}
