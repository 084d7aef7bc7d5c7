//! Which person of the record an account's owner is. An administrator says it of anyone at the command line. Privacy
//! officers say it of staff, in pages, and of nobody else: of a member of staff it only closes (their own record, those of
//! their family, of colleagues), while of one of the public it opens a whole record, which asks for somebody who has
//! seen who they are. What is typed is a number and a birth date that must both fit; nothing of the person is shown.

use super::happened::{self, By, What as Event};
use super::manage::{AccountError, audit_row, known, refused};
use super::{Account, store};
use crate::Care;
use crate::access::acts::{AccessAct, What};
use crate::access::{ListGrant, Role, noted, store as access_store};
use crate::audit::AuditRow;
use crate::db::{Conn, DbError, Urgency};
use crate::person::store as person_store;
use record::{Date, Instant, NhsNumber, PersonId};
use std::collections::{BTreeMap, BTreeSet};

/// Says that an account's owner is this person of the record, or no longer says so. A resident then sees their own
/// record; staff do not open their own or their family's by way of their work, and looks at whoever lives with them are
/// shown to privacy officers. Whoever says it has seen that it is so.
///
/// # Errors
/// See [`AccountError`]: also for nobody's id, and for an account that is tied to somebody else.
pub fn tie(care: &Care, user: &str, person: PersonId, tied: bool, by: &str, now: Instant) -> Result<(), AccountError> {
    let account = known(care, user)?;
    let found = care.readers().read(|conn| {
        let tied_to = access_store::of_holder(conn, &account.user, What::IsUser)?;
        let person = person_store::person_by_id(conn, person)?;
        let mut same = Vec::new();
        for act in &tied_to {
            let is = person_store::person_by_id(conn, act.person)?;
            same.push((act.number, is.zip(person).is_some_and(|(a, b)| a.1 == b.1)));
        }
        Ok::<_, DbError>((person, same))
    })?;
    let (Some((person, _)), ties) = found else {
        return refused("nobody has this id: it stands in the address of their record, after /people/");
    };
    let standing = ties.iter().find(|(_, same)| *same).map(|(number, _)| *number);
    match (tied, standing) {
        (true, Some(_)) => return refused("the account is tied to this person already"),
        (true, None) if !ties.is_empty() => {
            return refused("the account is tied to somebody else: take that back first, with --undo");
        }
        (false, None) => return refused("the account is not tied to this person"),
        (true, None) | (false, Some(_)) => {}
    }
    let act = if tied { TIES } else { UNTIES };
    let row = AuditRow {
        person: Some(person),
        ..audit_row(&account, act, by, now)
    };
    care.audit().record(vec![row])?;
    let numbers: Vec<i64> = standing.into_iter().collect();
    let by = by.to_owned();
    care.writer().write(Urgency::Waiting, move |conn| match tied {
        false => untied(conn, &account.user, &numbers, (by.as_str(), ""), now),
        true => tied_to(conn, account, person, by, now),
    })?;
    Ok(())
}

/// What the audit calls it.
const TIES: &str = "tie account";
const UNTIES: &str = "untie account";

fn tied_to(conn: &mut Conn, account: Account, person: PersonId, by: String, now: Instant) -> Result<(), DbError> {
    happened::keep(conn, &account.user, Event::Tied, &By::Office(&by), now)?;
    let kept = AccessAct {
        number: 0,
        person,
        what: What::IsUser,
        holder: account.user,
        // The rule about colleagues goes by it.
        words: account.organisation,
        actor: by,
        decided: now,
        ends: None,
    };
    access_store::insert(conn, &kept).map(drop)
}

fn untied(conn: &mut Conn, user: &str, numbers: &[i64], (by, why): (&str, &str), now: Instant) -> Result<(), DbError> {
    for number in numbers {
        access_store::undo(conn, *number, by, why, now)?;
    }
    happened::keep(conn, user, Event::Untied, &By::Office(by), now)
}

/// An account of a member of staff, with who tied it to a person and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfStaff {
    /// The account.
    pub account: Account,
    /// Who tied it, and when; `None` while it is tied to nobody.
    pub tied: Option<(String, Instant)>,
}

/// The accounts that may be used now, by whether they are tied to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Those of staff: tied to nobody first, each by name.
    pub staff: Vec<OfStaff>,
    /// How many residents' accounts are tied to nobody: they open no record.
    pub residents: usize,
}

/// Whether an account is one of the public's.
const fn is_public(account: &Account) -> bool {
    matches!(account.role, Role::Resident | Role::Carer)
}

/// Which accounts are tied to a person, and which are not. `grant`: leave to read the whole audit, which privacy
/// officers alone have.
///
/// # Errors
/// When the store fails.
pub fn ties(care: &Care, _grant: &ListGrant) -> Result<Ties, DbError> {
    let (accounts, acts) = care.readers().read(|conn| {
        let acts = access_store::standing(conn, What::IsUser, 0)?;
        Ok::<_, DbError>((store::all(conn)?, acts))
    })?;
    let mut tied: BTreeMap<String, (String, Instant)> = BTreeMap::new();
    for act in acts {
        tied.insert(act.holder, (act.actor, act.decided));
    }
    let mut found = Ties::default();
    for account in accounts {
        if account.suspended.is_some() || account.enrolled.is_none() {
            continue;
        }
        let tied = tied.get(&account.user).cloned();
        if !is_public(&account) {
            found.staff.push(OfStaff { account, tied });
        } else if tied.is_none() && account.role == Role::Resident {
            found.residents += 1;
        }
    }
    found.staff.sort_by_key(|one| one.tied.is_some());
    Ok(found)
}

/// Why an account was not tied, or not untied.
#[derive(Debug, thiserror::Error)]
pub enum TieError {
    /// What was said is not enough, or does not fit: the field, and what would mend it.
    #[error("{1}")]
    Said(&'static str, &'static str),
    /// The store failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// An account of staff that whoever asks may tie or untie.
fn of_staff(care: &Care, grant: &ListGrant, user: &str) -> Result<Account, TieError> {
    let said = |words| Err(TieError::Said("user", words));
    let account = match known(care, user) {
        Ok(account) => account,
        Err(AccountError::Refused(_)) => return said("Nobody has an account of this name. The names stand above"),
        Err(AccountError::Db(error)) => return Err(error.into()),
    };
    if is_public(&account) {
        return said(
            "This is the account of one of the public. An administrator ties it, who has seen who they are: see below",
        );
    }
    if account.user == grant.actor().user {
        return said("Another privacy officer ties your own account");
    }
    Ok(account)
}

/// Says that a member of staff is the one person whose record carries this NHS number and this birth date. Answers
/// nothing of them. `grant`: see [`ties`]. In the audit before it is done.
///
/// # Errors
/// See [`TieError`]: also for an account of the public, for one's own, and for one that is tied already.
pub fn tie_staff(
    care: &Care,
    grant: &ListGrant,
    user: &str,
    (number, born): (NhsNumber, Date),
) -> Result<(), TieError> {
    let account = of_staff(care, grant, user)?;
    let (before, fits) = care.readers().read(|conn| {
        let before = access_store::of_holder(conn, &account.user, What::IsUser)?;
        Ok::<_, DbError>((before, who_fits(conn, number, born)?))
    })?;
    if !before.is_empty() {
        return Err(TIED_ALREADY);
    }
    let Some(person) = fits else {
        let row = AuditRow {
            outcome: "no one record fits".to_owned(),
            ..audit_row(&account, TIES, &grant.actor().user, grant.now())
        };
        let row = AuditRow {
            role: grant.actor().role.words().to_owned(),
            organisation: grant.actor().organisation.clone(),
            ..row
        };
        care.audit().record(vec![row])?;
        let words = "No one record has both this number and this birth date. Check them with whose account it is";
        return Err(TieError::Said("number", words));
    };
    noted(care, grant, (TIES, account.user.clone()), person)?;
    let (by, now) = (grant.actor().user.clone(), grant.now());
    let done = care.writer().write::<bool, DbError>(Urgency::Waiting, move |conn| {
        // Somebody else may have tied it meanwhile.
        let free = access_store::of_holder(conn, &account.user, What::IsUser)?.is_empty();
        if free {
            tied_to(conn, account, person, by, now)?;
        }
        Ok(free)
    })?;
    match done {
        true => Ok(()),
        false => Err(TIED_ALREADY),
    }
}

const TIED_ALREADY: TieError = TieError::Said("user", "It is tied already: take that back first");

/// Takes back which person a member of staff is: their own record, and those of their family, open to them like any
/// other again.
///
/// # Errors
/// See [`TieError`]: also for one's own account, and for one that is tied to nobody.
pub fn untie_staff(care: &Care, grant: &ListGrant, user: &str, why: &str) -> Result<(), TieError> {
    let account = of_staff(care, grant, user)?;
    let why: String = why.trim().chars().take(WHY_MAX).collect();
    if why.is_empty() {
        return Err(TieError::Said("why", "Write why it is taken back"));
    }
    let standing = care
        .readers()
        .read(|conn| access_store::of_holder(conn, &account.user, What::IsUser))?;
    if standing.is_empty() {
        return Err(TieError::Said("user", "This account is tied to nobody"));
    }
    for act in &standing {
        noted(care, grant, (UNTIES, account.user.clone()), act.person)?;
    }
    let numbers: Vec<i64> = standing.iter().map(|act| act.number).collect();
    let (by, now) = (grant.actor().user.clone(), grant.now());
    care.writer().write(Urgency::Waiting, move |conn| {
        untied(conn, &account.user, &numbers, (by.as_str(), why.as_str()), now)
    })?;
    Ok(())
}

/// Letters of a reason at most.
const WHY_MAX: usize = 500;

/// The one person of whom a sender told both this NHS number and this birth date; `None` when there is none, or more. A
/// record whose number is verified goes before those whose is not: the same person's may wait to be joined.
fn who_fits(conn: &mut Conn, number: NhsNumber, born: Date) -> Result<Option<PersonId>, DbError> {
    let carry: Vec<i64> = person_store::records_with_numbers(conn, &[number.as_i64()])?
        .into_iter()
        .collect();
    let mut both = person_store::identities(conn, &carry)?;
    both.retain(|identity| identity.birth == Some(born));
    if both.iter().any(|identity| identity.nhs_verified) {
        both.retain(|identity| identity.nhs_verified);
    }
    let records: Vec<i64> = both.iter().map(|identity| identity.record_no).collect();
    let persons: BTreeSet<PersonId> = person_store::person_ids_of(conn, &records)?
        .into_iter()
        .map(|(_, _, person)| person)
        .collect();
    Ok(match persons.len() {
        1 => persons.into_iter().next(),
        _ => None,
    })
}
