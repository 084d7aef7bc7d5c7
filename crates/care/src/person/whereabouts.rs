//! Whose whereabouts are shown nowhere (SAFETY 2).
//!
//! One sender marks the person, others still hold their address, and not every record of them is joined: a
//! record without a checked number could tell what the marked one hides. So whereabouts are hidden on every
//! record that carries the same NHS number as a marked one, or that may be the same person by name and birth
//! date. Hiding one too many costs a look at the sender's own system; showing one too many cannot be undone.

use super::given_name;
use super::identity::contradicts;
use super::store::{self, Identity};
use crate::db::{Conn, DbError};
use hashbrown::HashMap;
use record::{Demographics, NhsNumber};
use std::collections::BTreeSet;

/// How many records of one birth date are looked through.
const CANDIDATES_MAX: i64 = 5_000;

/// Whether the whereabouts of the person with these identities are restricted.
pub(crate) fn restricted(conn: &mut Conn, mine: &[Identity]) -> Result<bool, DbError> {
    if mine.iter().any(|identity| identity.restricted) {
        return Ok(true);
    }
    Ok(!restricted_among(conn, mine)?.is_empty())
}

/// Those of these records, whoever's they are, whose whereabouts are restricted.
pub(crate) fn restricted_among(conn: &mut Conn, identities: &[Identity]) -> Result<BTreeSet<i64>, DbError> {
    let number = |identity: &Identity| identity.nhs_number.map(NhsNumber::as_i64);
    let numbers: BTreeSet<i64> = identities.iter().filter_map(number).collect();
    let births: BTreeSet<i64> = identities
        .iter()
        .filter_map(|i| i.birth.map(|birth| birth.0.into()))
        .collect();
    let marked = store::restricted_numbers(conn, &numbers.into_iter().collect::<Vec<_>>())?;
    let others = store::restricted_by_birth(conn, &births.into_iter().collect::<Vec<_>>())?;
    let is_hidden = |identity: &&Identity| {
        identity.restricted
            || number(identity).is_some_and(|number| marked.contains(&number))
            || others.iter().any(|other| alike(identity, other))
    };
    Ok(identities.iter().filter(is_hidden).map(|i| i.record_no).collect())
}

/// Births and numbers of records that are marked, each asked for once. Of use within one transaction.
#[derive(Default)]
pub(crate) struct Marks {
    births: HashMap<i64, bool>,
    numbers: HashMap<i64, bool>,
}

impl Marks {
    /// Asks for the marks that may reach records with these births, in days, and these numbers.
    pub fn ask(
        &mut self,
        conn: &mut Conn,
        births: impl Iterator<Item = i64>,
        numbers: impl Iterator<Item = i64>,
    ) -> Result<(), DbError> {
        let births: BTreeSet<i64> = births.filter(|birth| !self.births.contains_key(birth)).collect();
        let births: Vec<i64> = births.into_iter().collect();
        self.births.extend(births.iter().map(|birth| (*birth, false)));
        for marked in store::restricted_by_birth(conn, &births)? {
            self.births.extend(marked.birth.map(|birth| (birth.0.into(), true)));
        }
        let numbers: BTreeSet<i64> = numbers.filter(|number| !self.numbers.contains_key(number)).collect();
        let numbers: Vec<i64> = numbers.into_iter().collect();
        self.numbers.extend(numbers.iter().map(|number| (*number, false)));
        let marked = store::restricted_numbers(conn, &numbers)?;
        self.numbers.extend(marked.into_iter().map(|number| (number, true)));
        Ok(())
    }

    /// Whether a mark may reach a record with this birth and this number: [`restricted_among`] says whether one does.
    /// Of what was not asked for, nobody knows, so one may.
    pub fn reach(&self, birth: Option<i64>, number: Option<i64>) -> bool {
        let marked = |known: &HashMap<i64, bool>, one: i64| known.get(&one).copied().unwrap_or(true);
        birth.is_some_and(|birth| marked(&self.births, birth))
            || number.is_some_and(|number| marked(&self.numbers, number))
    }
}

/// The records whose whereabouts are hidden because this marked one may be of the same person.
pub(crate) fn hidden_with(conn: &mut Conn, record_no: i64) -> Result<BTreeSet<i64>, DbError> {
    let marked = store::identities(conn, &[record_no])?;
    let numbers: Vec<i64> = marked
        .iter()
        .filter_map(|i| i.nhs_number)
        .map(NhsNumber::as_i64)
        .collect();
    let mut found = store::records_with_numbers(conn, &numbers)?;
    for identity in &marked {
        let Some(birth) = identity.birth else { continue };
        let others = store::identities_by(conn, Some(birth), "", CANDIDATES_MAX)?;
        found.extend(
            others
                .iter()
                .filter(|other| alike(identity, other))
                .map(|other| other.record_no),
        );
    }
    found.remove(&record_no);
    Ok(found)
}

/// As [`restricted`], for the person whose record this is.
pub(crate) fn restricted_record(conn: &mut Conn, record_no: i64) -> Result<bool, DbError> {
    let records: Vec<i64> = store::housemates(conn, &[record_no])?
        .into_iter()
        .map(|(record, _)| record)
        .collect();
    let mine = store::identities(conn, &records)?;
    restricted(conn, &mine)
}

/// Takes out whatever tells where a person is.
pub(crate) fn hide(says: &mut Demographics) {
    says.addresses.clear();
    says.phones.clear();
    says.emails.clear();
    says.practice.clear();
    says.practice_name.clear();
}

/// Same birth date, family name, and nothing against it in given name, sex and NHS number.
pub(super) fn alike(a: &Identity, b: &Identity) -> bool {
    a.birth == b.birth
        && !a.family.is_empty()
        && given_name::normal(&a.family) == given_name::normal(&b.family)
        && !contradicts(a, b)
        && (a.nhs_number.is_none() || b.nhs_number.is_none() || a.nhs_number == b.nhs_number)
}
