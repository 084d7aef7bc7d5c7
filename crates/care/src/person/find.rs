//! Finding a person: by NHS number, or by two traits (SAFETY 12).

use super::given_name::normal;
use super::store::{self, Identity};
use super::{demographics, whereabouts};
use crate::Care;
use crate::access::{self, Act, ListGrant, Listed};
use crate::db::{Conn, DbError};
use record::{Date, Demographics, NhsNumber, PersonId, RecordId};
use std::collections::{BTreeMap, BTreeSet};

/// How many people a search shows at most.
pub const FOUND_MAX: usize = 20;
/// How many records of one birth date or postcode are looked through.
const LOOKED_THROUGH_MAX: i64 = 5_000;
/// Letters of a name that must be given.
const LETTERS_MIN: usize = 3;

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// This NHS number.
    Number(NhsNumber),
    /// Traits, at least two of which must agree.
    Traits {
        /// Birth date.
        birth: Option<Date>,
        /// Beginnings of family or given names, in any order.
        names: Vec<String>,
        /// Postcode, whole.
        postcode: String,
    },
}

/// Why a search was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Too little was given.
    #[error(
        "Give an NHS number, or two of: birth date, three letters of a name, postcode. A birth date or a postcode must be one of them."
    )]
    TooLittle,
}

impl Query {
    /// Reads what was typed into one box or several: an NHS number, or traits in any order.
    ///
    /// # Errors
    /// When that is neither an NHS number nor two traits.
    pub fn of_text(text: &str) -> Result<Self, QueryError> {
        let mut words: Vec<&str> = text
            .split([' ', ',', ';', '\t'])
            .filter(|word| !word.is_empty())
            .collect();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if text
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '-')
            && let Some(number) = NhsNumber::parse(&digits)
        {
            return Ok(Self::Number(number));
        }
        let birth = words
            .iter()
            .position(|word| Date::parse(word).is_some())
            .and_then(|n| Date::parse(words.remove(n)));
        let postcode = (0..words.len()).find_map(|n| {
            let whole = words[n].to_owned();
            let joined = words.get(n + 1).map(|next| format!("{whole}{next}"));
            if is_postcode(&whole) {
                words.remove(n);
                Some(whole)
            } else if let Some(joined) = joined.filter(|joined| is_postcode(joined) && joined.len() <= 7) {
                words.drain(n..n + 2);
                Some(joined)
            } else {
                None
            }
        });
        Self::of_traits(
            birth,
            words.into_iter().map(str::to_owned).collect(),
            postcode.unwrap_or_default(),
        )
    }

    /// Traits given apart.
    ///
    /// # Errors
    /// When they are fewer than two, or neither birth date nor postcode is among them.
    pub fn of_traits(birth: Option<Date>, names: Vec<String>, postcode: String) -> Result<Self, QueryError> {
        let names: Vec<String> = names
            .iter()
            .map(|name| normal(name))
            .filter(|name| name.chars().count() >= LETTERS_MIN)
            .take(4)
            .collect();
        let postcode = store::postcode_key(&postcode);
        let given = usize::from(birth.is_some()) + usize::from(!names.is_empty()) + usize::from(!postcode.is_empty());
        if given < 2 || (birth.is_none() && postcode.is_empty()) {
            return Err(QueryError::TooLittle);
        }
        Ok(Self::Traits { birth, names, postcode })
    }

    /// What kinds of traits it has, for the audit.
    pub fn kinds(&self) -> String {
        match self {
            Query::Number(_) => "by NHS number".to_owned(),
            Query::Traits { birth, names, postcode } => {
                let kinds = [
                    (birth.is_some(), "birth date"),
                    (!names.is_empty(), "name"),
                    (!postcode.is_empty(), "postcode"),
                ];
                format!(
                    "by {}",
                    kinds
                        .iter()
                        .filter(|(has, _)| *has)
                        .map(|(_, kind)| *kind)
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            }
        }
    }
}

/// Two letters or one, a digit, perhaps more, then a digit and two letters.
fn is_postcode(text: &str) -> bool {
    let text = text.as_bytes();
    (5..=7).contains(&text.len())
        && text[0].is_ascii_alphabetic()
        && text[text.len() - 3].is_ascii_digit()
        && text[text.len() - 2..].iter().all(u8::is_ascii_alphabetic)
        && text[..text.len() - 3].iter().any(u8::is_ascii_digit)
        && text.iter().all(u8::is_ascii_alphanumeric)
}

/// One person found, with enough to tell them from another.
#[derive(Clone, Debug)]
pub struct Found {
    /// Their id.
    pub person: PersonId,
    /// Who they are, as the best of their senders says.
    pub says: Demographics,
    /// How many senders know them.
    pub senders: usize,
    /// Whether anyone reports them dead.
    pub dead: bool,
    /// Whether their whereabouts are hidden.
    pub restricted: bool,
}

/// Looks for people, by leave; answers at most [`FOUND_MAX`], and whether there were more. Each person shown
/// is audited.
///
/// # Errors
/// When the store or the audit fails.
pub fn find(care: &Care, grant: &ListGrant, query: &Query) -> Result<(Vec<Found>, bool), DbError> {
    let (found, more) = care.readers().read(|conn| find_with(conn, query))?;
    let ids: Vec<PersonId> = found.iter().map(|found| found.person).collect();
    access::shown(care, grant, Act::Search, &ids)?;
    Ok((found, more))
}

/// The people whom some sender calls by this identifier of its own, by leave; at most [`FOUND_MAX`]. Each
/// person shown is audited.
///
/// # Errors
/// When the store or the audit fails.
pub fn find_local(care: &Care, grant: &ListGrant, system: &str, value: &str) -> Result<Vec<Found>, DbError> {
    let found = care.readers().read(|conn| {
        let mut persons: BTreeMap<i64, PersonId> = BTreeMap::new();
        for (_, sender) in store::senders(conn)? {
            for local in [value.to_owned(), format!("{system}|{value}")] {
                let minted = PersonId::minted_with(RecordId::of(care.id_key(), &sender, &local));
                if let Some((id, person_no)) = store::person_by_id(conn, minted)? {
                    persons.insert(person_no, id);
                }
            }
        }
        let mut found = Vec::new();
        for (person_no, id) in persons.into_iter().take(FOUND_MAX) {
            found.extend(describe(conn, person_no, id)?);
        }
        Ok::<_, DbError>(found)
    })?;
    let ids: Vec<PersonId> = found.iter().map(|found| found.person).collect();
    access::shown(care, grant, Act::Search, &ids)?;
    Ok(found)
}

/// Who somebody is, as a search would show them, by leave to search: for a page that must say whose record it is
/// about to somebody who may not open it yet. They are audited as shown there, which is no search.
///
/// # Errors
/// When the store or the audit fails.
pub fn one(care: &Care, grant: &ListGrant, person: PersonId) -> Result<Option<Found>, DbError> {
    let found = care.readers().read(|conn| {
        let Some((person, number)) = store::person_by_id(conn, person)? else {
            return Ok(None);
        };
        describe(conn, number, person)
    })?;
    let ids: Vec<PersonId> = found.iter().map(|found| found.person).collect();
    access::shown_for(care, grant, Act::Search, &ids, access::BEFORE_AN_EMERGENCY)?;
    Ok(found)
}

/// The people in a reader's care by recorded relationships whose record policy opens to them, in order of name: nothing
/// of them yet, see [`of_list`].
///
/// # Errors
/// When the store fails.
pub fn in_my_care(care: &Care, grant: &ListGrant) -> Result<Vec<Listed>, DbError> {
    care.readers()
        .read(|conn| access::in_care_of(care, conn, grant.actor(), grant.now()))
}

/// What a list shows of these people, in their order; of each it is written down that they were shown.
///
/// # Errors
/// When the store or the audit fails.
pub fn of_list(care: &Care, grant: &ListGrant, listed: &[Listed]) -> Result<Vec<Found>, DbError> {
    let found = care.readers().read(|conn| {
        let mut found = Vec::new();
        for one in listed {
            found.extend(describe(conn, one.number, one.person)?);
        }
        Ok::<_, DbError>(found)
    })?;
    let ids: Vec<PersonId> = found.iter().map(|found| found.person).collect();
    access::shown(care, grant, Act::ReadRecord, &ids)?;
    Ok(found)
}

fn find_with(conn: &mut Conn, query: &Query) -> Result<(Vec<Found>, bool), DbError> {
    let records: Vec<i64> = match query {
        Query::Number(number) => store::records_with_numbers(conn, &[number.as_i64()])?
            .into_iter()
            .collect(),
        Query::Traits { birth, names, postcode } => {
            let candidates = store::identities_by(conn, *birth, postcode, LOOKED_THROUGH_MAX)?;
            let fits = |i: &&Identity| fits(i, names, postcode, birth.is_some());
            candidates
                .iter()
                .filter(fits)
                .map(|identity| identity.record_no)
                .collect()
        }
    };
    let by_postcode = matches!(query, Query::Traits { postcode, .. } if !postcode.is_empty());
    let mut persons: BTreeMap<i64, PersonId> = BTreeMap::new();
    for (_, person_no, id) in store::person_ids_of(conn, &records)? {
        persons.insert(person_no, id);
    }
    // One list would show the two side by side.
    let numbers: Vec<i64> = persons.keys().copied().collect();
    for old in store::old_identities(conn, &numbers)? {
        persons.remove(&old);
    }
    let mut found = Vec::new();
    let mut more = false;
    for (person_no, id) in persons {
        let Some(one) = describe(conn, person_no, id)? else {
            continue;
        };
        // Where a restricted person lives must not be found out by asking who lives there.
        if one.restricted && by_postcode {
            continue;
        }
        if found.len() == FOUND_MAX {
            more = true;
            break;
        }
        found.push(one);
    }
    found.sort_by_key(|found| {
        let name = found
            .says
            .names
            .first()
            .map(|name| (normal(&name.family), normal(&name.given)));
        let (family, given) = name.unzip();
        // Of two who are alike the one whom more senders know comes first: it is likelier the one looked for.
        (family, found.says.birth_date(), std::cmp::Reverse(found.senders), given)
    });
    Ok((found, more))
}

fn fits(identity: &Identity, names: &[String], postcode: &str, by_birth: bool) -> bool {
    let parts: BTreeSet<String> = [&identity.family, &identity.given]
        .into_iter()
        .flat_map(|name| name.split([' ', '-']).map(normal).chain(std::iter::once(normal(name))))
        .filter(|part| !part.is_empty())
        .collect();
    let named = names
        .iter()
        .all(|name| parts.iter().any(|part| part.starts_with(name.as_str())));
    // With a birth date the rows were found by it; a postcode given as well must agree.
    named && (!by_birth || postcode.is_empty() || identity.postcode == postcode)
}

fn describe(conn: &mut Conn, person_no: i64, person: PersonId) -> Result<Option<Found>, DbError> {
    let records = store::records_of(conn, person_no)?;
    let mut best: Option<(bool, Demographics)> = None;
    let numbers: Vec<i64> = records.iter().map(|record| record.record_no).collect();
    let mine = store::identities(conn, &numbers)?;
    let restricted = whereabouts::restricted(conn, &mine)?;
    let mut dead = false;
    let mut senders = BTreeSet::new();
    for record in &records {
        senders.insert(record.sender.clone());
        let Some(text) = &record.demographics else { continue };
        let says = demographics::of_text(text)?;
        dead |= says.death.is_dead();
        if best
            .as_ref()
            .is_none_or(|(verified, _)| !verified && record.nhs_verified)
        {
            best = Some((record.nhs_verified, says));
        }
    }
    Ok(best.map(|(_, mut says)| {
        if restricted {
            whereabouts::hide(&mut says);
        }
        Found {
            person,
            says,
            senders: senders.len(),
            dead,
            restricted,
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safety_12_search_needs_a_number_or_two_traits() {
        for (text, kinds) in [
            ("999 000 0026", "by NHS number"),
            ("04/05/1945 har", "by birth date, name"),
            ("Hardy 1945-05-04", "by birth date, name"),
            ("hardy DT1 1AA", "by name, postcode"),
            ("DT11AA 19450504", "by birth date, postcode"),
        ] {
            assert_eq!(
                Query::of_text(text).map(|query| query.kinds()),
                Ok(kinds.to_owned()),
                "{text}"
            );
        }
        for text in [
            "",
            "hardy",
            "04/05/1945",
            "04/05/1945 ha",
            "Thomas Hardy",
            "DT1 1AA",
            "9990000027",
        ] {
            assert_eq!(Query::of_text(text), Err(QueryError::TooLittle), "{text}");
        }
    }
}
