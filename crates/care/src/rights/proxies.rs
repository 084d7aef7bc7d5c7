//! Those who act for a person: a parent for a child, whom a grown person agreed to, an attorney or a deputy.
//!
//! A parent's acting is looked at again when the child is 11, with a decision whether the child can decide for
//! themselves, and ends when they are 16 (SAFETY 9; the Mental Capacity Act 2005 applies from 16, and a lasting power
//! of attorney is made from 18).

use super::{RightsError, said};
use crate::Care;
use crate::access::acts::{self, What};
use crate::access::choices::{Choice, choice};
use crate::access::{self, Actor, PersonGrant, ProxyStands, Relationship, Role};
use crate::db::DbError;
use record::{Date, Instant, PersonId, When};

/// By what somebody acts for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Parental responsibility for a child.
    Parent,
    /// The person agreed to it.
    Consent,
    /// A lasting power of attorney for health and welfare.
    Attorney,
    /// The Court of Protection appointed them.
    Deputy,
}

impl Basis {
    /// Each.
    pub const ALL: [Basis; 4] = [Basis::Parent, Basis::Consent, Basis::Attorney, Basis::Deputy];

    /// What forms send.
    pub const fn value(self) -> &'static str {
        match self {
            Basis::Parent => "parent",
            Basis::Consent => "consent",
            Basis::Attorney => "attorney",
            Basis::Deputy => "deputy",
        }
    }

    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Basis::Parent => "Parental responsibility",
            Basis::Consent => "The person agreed",
            Basis::Attorney => "Lasting power of attorney for health and welfare",
            Basis::Deputy => "Deputy appointed by the Court of Protection",
        }
    }

    /// The youngest the person may be.
    const fn age_min(self) -> i32 {
        match self {
            Basis::Parent => 0,
            Basis::Consent | Basis::Deputy => 16,
            Basis::Attorney => 18,
        }
    }
}

/// At this age a parent's acting is looked at again.
pub const REVIEWED_AT: i16 = 11;
/// At this age a parent's acting ends.
pub const ENDS_AT: i16 = 16;

/// Somebody who acts, or acted, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// The act's number.
    pub number: i64,
    /// Who: their name in this system.
    pub holder: String,
    /// By what, and what was seen.
    pub words: String,
    /// Who let them, and when.
    pub by: (String, Instant),
    /// How it stands now.
    pub stands: ProxyStands,
    /// The number of the person's yes to sensitive entries, while it stands.
    pub said_yes: Option<i64>,
    /// Whether their access is suspended.
    pub suspended: bool,
}

/// Those who act for the person now, or would if they were looked at again.
///
/// # Errors
/// When the store fails.
pub fn of_person(care: &Care, grant: &PersonGrant) -> Result<Vec<Proxy>, DbError> {
    let births = access::births(care, grant)?;
    let every = acts::every(care, grant)?;
    let standing: Vec<_> = every
        .into_iter()
        .filter(|past| past.undone.is_none())
        .map(|past| past.act)
        .collect();
    let of_holder = |what: What, holder: &str| {
        standing
            .iter()
            .find(|act| act.what == what && act.holder == holder && act.holds(grant.now()))
            .map(|act| act.number)
    };
    Ok(standing
        .iter()
        .filter(|act| act.what == What::Relationship(Relationship::Proxy))
        .map(|act| Proxy {
            number: act.number,
            holder: act.holder.clone(),
            words: act.words.clone(),
            by: (act.actor.clone(), act.decided),
            stands: access::proxy_stands(&births, act, &standing, grant.now()),
            said_yes: of_holder(What::SaidYes, &act.holder),
            suspended: of_holder(What::Suspended, &act.holder).is_some(),
        })
        .collect())
}

/// Somebody who is to act for a person, as a form says it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Their name in this system.
    pub holder: &'a str,
    /// By what.
    pub basis: Basis,
    /// What was seen: a birth certificate, a signed form, the stamped power of attorney.
    pub words: &'a str,
    /// Of a child of 11 or more: what was found on whether they can decide for themselves.
    pub competence: &'a str,
}

/// Lets somebody act for the person; answers the act's number.
///
/// # Errors
/// See [`RightsError`]: also when they do so already, are no member of the public, or the person is too young or too
/// old for it.
pub fn authorise(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    wanted: &Wanted<'_>,
    now: Instant,
) -> Result<i64, RightsError> {
    let grant = choice(care, actor, person, Choice::Proxy, now)?;
    let births = access::births(care, &grant)?;
    let today = now.uk_date();
    let Some(youngest) = births.iter().map(|birth| birth.years_to(today)).min() else {
        let words =
            "No sender has told a birth date, so nobody can act for this person by themselves. Tell the data steward.";
        return Err(RightsError::Said("basis-parent", words.to_owned()));
    };
    let known = access::user_named(care, wanted.holder)?;
    if known.is_none_or(|holder| !matches!(holder.role, Role::Carer | Role::Resident)) {
        let words = "Nobody of the public signs in by this name. Ask them for the name they sign in with";
        return Err(RightsError::Said("holder", words.to_owned()));
    }
    fits(wanted.basis, &births, youngest, today)?;
    let seen = said(wanted.words, "words", "Write what you saw that shows it")?;
    let reviewed = match wanted.basis == Basis::Parent && youngest >= i32::from(REVIEWED_AT) {
        true => Some(said(
            wanted.competence,
            "competence",
            "Write what was found: can the child decide this for themselves?",
        )?),
        false => None,
    };
    let every = acts::every(care, &grant)?;
    let is = |what: What| {
        every.iter().any(|past| {
            past.undone.is_none() && past.act.holds(now) && past.act.what == what && past.act.holder == wanted.holder
        })
    };
    if is(What::IsUser) {
        return Err(RightsError::Said("holder", "This is the person themselves".to_owned()));
    }
    let what = What::Relationship(Relationship::Proxy);
    if is(what) {
        let words = "They act for this person already, or did until it had to be looked at again. Open it below";
        return Err(RightsError::Said("holder", words.to_owned()));
    }
    let ends = match wanted.basis {
        Basis::Parent => births
            .iter()
            .filter_map(|birth| access::birthday(*birth, ENDS_AT))
            .min(),
        Basis::Consent | Basis::Attorney | Basis::Deputy => None,
    };
    let when = (now, ends.map(|day| When::day(day).instant));
    let words = format!("{}: {seen}", wanted.basis.words());
    let number = acts::keep(care, actor, grant.person(), what, wanted.holder, &words, when)?;
    if let Some(reviewed) = reviewed {
        keep_review(care, actor, &grant, wanted.holder, &reviewed)?;
    }
    Ok(number)
}

/// Whether the person's age fits what somebody would act by: of birth dates that differ, every one.
fn fits(basis: Basis, births: &[Date], youngest: i32, today: Date) -> Result<(), RightsError> {
    let oldest = births
        .iter()
        .map(|birth| birth.years_to(today))
        .max()
        .unwrap_or(youngest);
    if basis == Basis::Parent && oldest >= i32::from(ENDS_AT) {
        let words =
            "From 16 nobody acts by parental responsibility. The young person agrees themselves, or a court decides";
        return Err(RightsError::Said("basis-parent", words.to_owned()));
    }
    if youngest < basis.age_min() {
        let words = format!("{} is for people of {} or more", basis.words(), basis.age_min());
        return Err(RightsError::Said("basis-parent", words));
    }
    Ok(())
}

/// Keeps what was found on looking again at somebody's acting for a child of 11 to 15.
///
/// # Errors
/// See [`RightsError`]; [`RightsError::Nothing`] when nobody acts by this number now or until it is looked at.
pub fn review(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    number: i64,
    found: &str,
    now: Instant,
) -> Result<i64, RightsError> {
    let grant = choice(care, actor, person, Choice::Proxy, now)?;
    let proxy = of_person(care, &grant)?
        .into_iter()
        .find(|one| one.number == number && one.stands != ProxyStands::Ended)
        .ok_or(RightsError::Nothing)?;
    let found = said(
        found,
        "words",
        "Write what was found: can the child decide this for themselves?",
    )?;
    Ok(keep_review(care, actor, &grant, &proxy.holder, &found)?)
}

fn keep_review(care: &Care, actor: &Actor, grant: &PersonGrant, holder: &str, found: &str) -> Result<i64, DbError> {
    let when = (grant.now(), None);
    acts::keep(care, actor, grant.person(), What::ProxyReviewed, holder, found, when)
}

/// Keeps that the person said yes to somebody who acts for them seeing contraception, sexual and mental health.
///
/// # Errors
/// See [`RightsError`].
pub fn say_yes(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    number: i64,
    words: &str,
    now: Instant,
) -> Result<i64, RightsError> {
    let grant = choice(care, actor, person, Choice::SayYes, now)?;
    let proxy = of_person(care, &grant)?
        .into_iter()
        .find(|one| one.number == number && one.said_yes.is_none())
        .ok_or(RightsError::Nothing)?;
    let words = match actor.role {
        Role::Resident if words.trim().is_empty() => String::new(),
        _ => said(words, "words", "Write how the person told you")?,
    };
    let when = (now, None);
    Ok(acts::keep(
        care,
        actor,
        grant.person(),
        What::SaidYes,
        &proxy.holder,
        &words,
        when,
    )?)
}
