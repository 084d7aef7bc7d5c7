//! Opening a record in an emergency: with a reason chosen and written, for a limited time, and with the privacy
//! officers told at once.

use super::acts::{self, AccessAct, What};
use super::{AccessError, Actor, ListGrant, facts, may_in_an_emergency, row, store};
use crate::Care;
use crate::db::DbError;
use crate::person::store as person_store;
use record::{Instant, PersonId};

/// How long a declared emergency opens a record, in microseconds: two hours.
pub const LASTS_MICROS: i64 = 2 * 3600 * 1_000_000;
/// Letters of the written reason at least: "asdf" explains nothing.
pub const WORDS_MIN: usize = 15;
/// Letters of the written reason at most.
pub const WORDS_MAX: usize = 1_000;
/// Emergencies listed at most.
const LISTED_MAX: i64 = 500;

/// What is said to a role that opens no record in an emergency.
pub const NOT_THIS_ROLE: &str =
    "Your role opens no record in an emergency. Ring the team that gives care, or 999 if life is in danger.";

/// The reasons to choose from.
pub const REASONS: [(&str, &str); 4] = [
    ("danger", "Life is in danger, or serious harm"),
    ("cannot-say", "They need care now and cannot say what I must know"),
    ("safeguarding", "Somebody must be kept safe now"),
    ("unreached", "They need care now and their own team cannot be reached"),
];

/// An emergency that somebody declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// Its number.
    pub number: i64,
    /// Whose record.
    pub person: PersonId,
    /// Who declared it: their name in this system.
    pub user: String,
    /// The reason chosen, and what was written.
    pub words: String,
    /// When.
    pub declared: Instant,
    /// Until when it opened the record.
    pub ends: Instant,
    /// Who has checked it, when, and with what finding; `None` while nobody has.
    pub checked: Option<(String, Instant, String)>,
}

/// Why an emergency was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EmergencyError {
    /// No reason was chosen, or the words are too short or too long.
    #[error("choose a reason, and write at least {WORDS_MIN} letters about it")]
    Reason,
    /// Policy opens nothing to this reader in an emergency, there is nobody, or the store failed.
    #[error(transparent)]
    Access(#[from] AccessError),
}

/// Declares an emergency; answers until when it opens the record. It is in the audit, and on the privacy
/// officers' list, before this returns.
///
/// # Errors
/// See [`EmergencyError`].
pub fn declare(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    reason: &str,
    words: &str,
    now: Instant,
) -> Result<Instant, EmergencyError> {
    let words = words.trim();
    let reason = REASONS.iter().find(|(key, _)| *key == reason);
    let letters = words.chars().count();
    let Some((_, reason)) = reason.filter(|_| (WORDS_MIN..=WORDS_MAX).contains(&letters)) else {
        return Err(EmergencyError::Reason);
    };
    let found = care.readers().read(|conn| {
        let Some((person, person_no)) = person_store::person_by_id(conn, person)? else {
            return Ok(None);
        };
        Ok::<_, DbError>(Some((person, facts::gather(care, conn, actor, person_no, now)?)))
    });
    let Some((person, facts)) = found.map_err(AccessError::from)? else {
        return Err(AccessError::Unknown.into());
    };
    let refusal = match facts.in_an_emergency() {
        _ if super::barred(care, actor, now).map_err(AccessError::from)? => Some(super::staff::SAYS),
        super::policy::Decision::Permit if !may_in_an_emergency(actor.role) => Some(NOT_THIS_ROLE),
        super::policy::Decision::Permit => None,
        super::policy::Decision::Refuse(refusal) => Some(refusal.says),
    };
    let outcome = refusal.unwrap_or("granted").to_owned();
    let audited = super::AuditRow {
        act: "declare emergency".to_owned(),
        ..row(actor, super::Act::ReadRecord, outcome, Some(person), String::new(), now)
    };
    care.audit().record(vec![audited]).map_err(AccessError::from)?;
    if let Some(says) = refusal {
        return Err(AccessError::Refused(says.to_owned()).into());
    }
    let ends = Instant(now.0 + LASTS_MICROS);
    let words = format!("{reason}. {words}");
    acts::keep(
        care,
        actor,
        person,
        What::Emergency,
        &actor.user,
        &words,
        (now, Some(ends)),
    )
    .map_err(AccessError::from)?;
    Ok(ends)
}

/// The latest emergencies, for the privacy officers; those that nobody has checked first.
///
/// # Errors
/// When the store fails.
pub fn latest(care: &Care, _grant: &ListGrant) -> Result<Vec<Emergency>, DbError> {
    let (declared, checked) = care.readers().read(|conn| {
        let declared = store::latest(conn, What::Emergency, LISTED_MAX)?;
        let checked = store::latest(conn, What::Checked { emergency: 0 }, LISTED_MAX * 2)?;
        Ok::<_, DbError>((declared, checked))
    })?;
    let check_of = |number: i64| {
        let check = checked
            .iter()
            .find(|act| act.what == What::Checked { emergency: number })?;
        Some((check.actor.clone(), check.decided, check.words.clone()))
    };
    let mut found: Vec<Emergency> = declared
        .into_iter()
        .map(|act: AccessAct| Emergency {
            number: act.number,
            person: act.person,
            user: act.holder,
            words: act.words,
            declared: act.decided,
            ends: act.ends.unwrap_or(act.decided),
            checked: check_of(act.number),
        })
        .collect();
    found.sort_by_key(|one| one.checked.is_some());
    Ok(found)
}

/// Keeps what a privacy officer found on checking an emergency; answers whether there is one of this number
/// that nobody had checked.
///
/// # Errors
/// When the store fails.
pub fn check(care: &Care, grant: &ListGrant, number: i64, finding: &str) -> Result<bool, DbError> {
    let open = latest(care, grant)?
        .into_iter()
        .find(|one| one.number == number && one.checked.is_none());
    let Some(emergency) = open else { return Ok(false) };
    let what = What::Checked { emergency: number };
    let when = (grant.now(), None);
    acts::keep(
        care,
        grant.actor(),
        emergency.person,
        what,
        &emergency.user,
        finding,
        when,
    )?;
    Ok(true)
}
