//! Objection to sharing, sealed entries, and to whom on the person's side an entry is shown.

use super::{RightsError, said};
use crate::Care;
use crate::access::acts::{self, PastAct, What};
use crate::access::choices::{Choice, choice};
use crate::access::sensitivity::{self, Stands};
use crate::access::{self, Act, Actor, PersonGrant, Relationship, Role, Sensitivity, Show};
use crate::db::DbError;
use crate::person::sent;
use record::{Instant, OrgCode, PersonId};
use std::collections::HashSet;

/// With whom somebody objects to sharing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum With {
    /// With everybody: each service is left with what it wrote itself.
    Everybody,
    /// With one organisation.
    Organisation(OrgCode),
}

/// What is done about one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryChoice {
    /// For the organisation that wrote it, and for an emergency.
    Seal,
    /// For the organisation that wrote it alone.
    Lock,
    /// For the person, and not for those who act for them.
    KeepFromProxies,
    /// Neither for the person nor for those who act for them.
    HideAtHome,
    /// For the person and those who act for them, although it is hidden by rule or by decision.
    ShowAtHome,
}

impl EntryChoice {
    /// Each, with what forms send.
    pub const ALL: [(EntryChoice, &'static str); 5] = [
        (EntryChoice::KeepFromProxies, "keep-from-proxies"),
        (EntryChoice::Seal, "seal"),
        (EntryChoice::Lock, "lock"),
        (EntryChoice::HideAtHome, "hide"),
        (EntryChoice::ShowAtHome, "show"),
    ];

    const fn what(self, item: i64) -> What {
        match self {
            EntryChoice::Seal => What::Sensitivity {
                item,
                sensitivity: Sensitivity::Sealed,
            },
            EntryChoice::Lock => What::Sensitivity {
                item,
                sensitivity: Sensitivity::Locked,
            },
            EntryChoice::KeepFromProxies => What::Show {
                item,
                show: Show::Person,
            },
            EntryChoice::HideAtHome => What::Show {
                item,
                show: Show::Neither,
            },
            EntryChoice::ShowAtHome => What::Show {
                item,
                show: Show::PersonAndProxies,
            },
        }
    }

    /// The leave that it needs.
    pub const fn needs(self, own: bool) -> Choice {
        match self {
            EntryChoice::Seal | EntryChoice::Lock => Choice::Seal { own },
            EntryChoice::KeepFromProxies => Choice::KeepFromProxies,
            EntryChoice::HideAtHome => Choice::HideAtHome,
            EntryChoice::ShowAtHome => Choice::ShowAtHome { own },
        }
    }
}

/// How one entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryStands {
    /// Who sent it.
    pub sender: OrgCode,
    /// Whether that is the reader's own organisation.
    pub own: bool,
    /// How sensitive, and to whom on the person's side it is shown.
    pub stands: Stands,
}

/// Records that the person objects to sharing; answers the act's number. `words`: of the person, why, if they like
/// to say; of somebody who writes it down for them, how they told it.
///
/// # Errors
/// See [`RightsError`]; also when they object already.
pub fn object(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    with: &With,
    words: &str,
    now: Instant,
) -> Result<i64, RightsError> {
    let grant = choice(care, actor, person, Choice::Objection, now)?;
    let holder = match with {
        With::Everybody => String::new(),
        With::Organisation(code) if care.system().organisation(code).is_some() => code.as_str().to_owned(),
        With::Organisation(_) => {
            return Err(RightsError::Said(
                "organisation",
                "Choose one of the organisations".to_owned(),
            ));
        }
    };
    let words = match actor.role {
        Role::Resident if words.trim().is_empty() => String::new(),
        Role::Resident => said(words, "words", "")?,
        _ => said(
            words,
            "words",
            "Write how the person told you, and that they know what it means",
        )?,
    };
    let standing = history(care, &grant)?;
    let known = standing
        .iter()
        .any(|one| one.undone.is_none() && one.act.what == What::Objection && one.act.holder == holder);
    if known {
        return Err(RightsError::Said(
            "choices",
            "This objection is recorded already".to_owned(),
        ));
    }
    let when = (now, None);
    Ok(acts::keep(
        care,
        actor,
        grant.person(),
        What::Objection,
        &holder,
        &words,
        when,
    )?)
}

/// Records that the person has a type 1 opt-out: what their practice holds is in no count outside it (SAFETY 10). It is
/// neither an objection to the shared record nor the national opt-out. Answers the act's number. `words`: how they told it.
///
/// # Errors
/// See [`RightsError`]; also when it is recorded already.
pub fn opt_out(care: &Care, actor: &Actor, person: PersonId, words: &str, now: Instant) -> Result<i64, RightsError> {
    let grant = choice(care, actor, person, Choice::TypeOne, now)?;
    let words = said(words, "words", "Write how the person told you")?;
    let known = history(care, &grant)?
        .iter()
        .any(|one| one.undone.is_none() && one.act.what == What::TypeOne);
    if known {
        return Err(RightsError::Said("words", "It is recorded already".to_owned()));
    }
    let when = (now, None);
    Ok(acts::keep(
        care,
        actor,
        grant.person(),
        What::TypeOne,
        "",
        &words,
        when,
    )?)
}

/// How an entry stands, for somebody who may see it; `None` when they may not, or there is none.
///
/// # Errors
/// When the store fails.
pub fn entry(care: &Care, grant: &PersonGrant, item: i64) -> Result<Option<EntryStands>, DbError> {
    let versions = sent::versions(care, grant, item)?;
    let Some(latest) = versions.first() else {
        return Ok(None);
    };
    let stands = care
        .readers()
        .read(|conn| sensitivity::of_item(care, conn, grant, latest.record_no, item))?;
    Ok(Some(EntryStands {
        own: grant.actor().works_for.as_ref() == Some(&latest.sender),
        sender: latest.sender.clone(),
        stands,
    }))
}

/// Decides about one entry; answers the act's number.
///
/// # Errors
/// See [`RightsError`]; [`RightsError::Nothing`] for an entry that the reader may not see.
pub fn decide(
    care: &Care,
    actor: &Actor,
    (person, item): (PersonId, i64),
    wanted: EntryChoice,
    words: &str,
    now: Instant,
) -> Result<i64, RightsError> {
    let reading = access::person(care, actor, person, Act::ReadRecord, now)?;
    let found = entry(care, &reading, item)?.ok_or(RightsError::Nothing)?;
    // An entry that is hidden at home is shown to nobody there by keeping it from some of them.
    let needs = match (wanted, found.stands.show) {
        (EntryChoice::KeepFromProxies, Show::Neither) => Choice::ShowAtHome { own: found.own },
        _ => wanted.needs(found.own),
    };
    let grant = choice(care, actor, person, needs, now)?;
    let words = match (actor.role, wanted) {
        (Role::Resident, EntryChoice::KeepFromProxies) if words.trim().is_empty() => String::new(),
        _ => said(words, "words", "Write why, and who asked for it")?,
    };
    let what = wanted.what(item);
    let same = match what {
        What::Sensitivity { sensitivity, .. } => sensitivity == found.stands.sensitivity,
        What::Show { show, .. } => show == found.stands.show,
        _ => false,
    };
    if same {
        return Err(RightsError::Said("choices", "It stands like that already".to_owned()));
    }
    Ok(acts::keep(care, actor, grant.person(), what, "", &words, (now, None))?)
}

/// What was decided, the latest first, as far as the reader may know of it: nothing about an entry that they may not
/// see, and to the person no word of what is hidden from them or of access being suspended (SAFETY 9).
///
/// # Errors
/// When the store fails.
pub fn history(care: &Care, grant: &PersonGrant) -> Result<Vec<PastAct>, DbError> {
    let every = acts::every(care, grant)?;
    let about_items = every.iter().any(|past| item_of(past.act.what).is_some());
    let seen: HashSet<i64> = match about_items {
        true => sent::items(care, grant)?.iter().map(|one| one.item).collect(),
        false => HashSet::new(),
    };
    let own = grant.is_own_use();
    Ok(every
        .into_iter()
        .filter(|past| match past.act.what {
            What::Objection
            | What::TypeOne
            | What::SaidYes
            | What::ProxyReviewed
            | What::Relationship(Relationship::Proxy) => true,
            What::Suspended => !own,
            What::Sensitivity { item, .. } => seen.contains(&item),
            What::Show { item, show } => seen.contains(&item) && (!own || show == Show::Person),
            What::Relationship(_) | What::Emergency | What::IsUser | What::Checked { .. } => false,
        })
        .collect())
}

/// The item that an act is about.
pub const fn item_of(what: What) -> Option<i64> {
    match what {
        What::Sensitivity { item, .. } | What::Show { item, .. } => Some(item),
        _ => None,
    }
}

/// Suspends online access at once: of everybody on the person's side, or of `holder` who acts for them. The person
/// is not told (SAFETY 9).
///
/// # Errors
/// See [`RightsError`].
pub fn suspend(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    holder: &str,
    words: &str,
    now: Instant,
) -> Result<i64, RightsError> {
    let grant = choice(care, actor, person, Choice::Online, now)?;
    let words = said(words, "words", "Write why, for whoever lifts it")?;
    let standing = history(care, &grant)?;
    let stands = |what: What| {
        standing
            .iter()
            .any(|one| one.undone.is_none() && one.act.what == what && one.act.holder == holder)
    };
    if !holder.is_empty() && !stands(What::Relationship(Relationship::Proxy)) {
        return Err(RightsError::Said(
            "choices",
            "Nobody of this name acts for the person".to_owned(),
        ));
    }
    if stands(What::Suspended) {
        return Err(RightsError::Said("words", "It is suspended already".to_owned()));
    }
    Ok(acts::keep(
        care,
        actor,
        grant.person(),
        What::Suspended,
        holder,
        &words,
        (now, None),
    )?)
}

/// One act that the reader may know of; `None` when there is none.
///
/// # Errors
/// When the store fails.
pub fn one(care: &Care, grant: &PersonGrant, number: i64) -> Result<Option<PastAct>, DbError> {
    Ok(history(care, grant)?.into_iter().find(|one| one.act.number == number))
}

/// The leave that undoing an act needs. `own`: the reader's organisation wrote the entry that it is about.
pub const fn undoing(what: What, own: bool) -> Choice {
    match what {
        What::Objection => Choice::Objection,
        What::TypeOne => Choice::TypeOne,
        What::Sensitivity { .. } => Choice::Seal { own },
        What::Show {
            show: Show::Neither, ..
        } => Choice::ShowAtHome { own },
        What::Show { show: Show::Person, .. } => Choice::KeepFromProxies,
        What::Show {
            show: Show::PersonAndProxies,
            ..
        } => Choice::HideAtHome,
        What::Relationship(_) => Choice::EndProxy,
        What::ProxyReviewed => Choice::Proxy,
        What::SaidYes => Choice::SayYes,
        What::Suspended => Choice::Online,
        What::Emergency | What::IsUser | What::Checked { .. } => Choice::Objection,
    }
}

/// Undoes an act, with the reason. When somebody no longer acts for the person, their yes to sensitive entries and
/// what was found on looking at it again go with it.
///
/// # Errors
/// See [`RightsError`]; [`RightsError::Nothing`] when no act of this number stands that the reader may know of.
pub fn undo(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    number: i64,
    words: &str,
    now: Instant,
) -> Result<PastAct, RightsError> {
    let seeing = choice(care, actor, person, Choice::See, now)?;
    let past = one(care, &seeing, number)?
        .filter(|past| past.undone.is_none())
        .ok_or(RightsError::Nothing)?;
    let own = match item_of(past.act.what) {
        Some(item) => entry(care, &seeing, item)?.is_some_and(|entry| entry.own),
        None => false,
    };
    let grant = choice(care, actor, person, undoing(past.act.what, own), now)?;
    let words = match actor.role {
        Role::Resident if words.trim().is_empty() => String::new(),
        _ => said(words, "words", "Write why")?,
    };
    let mut numbers = vec![number];
    if past.act.what == What::Relationship(Relationship::Proxy) {
        let theirs = history(care, &grant)?;
        let goes_with = |one: &&PastAct| {
            one.undone.is_none()
                && one.act.holder == past.act.holder
                && matches!(one.act.what, What::SaidYes | What::ProxyReviewed)
        };
        numbers.extend(theirs.iter().filter(goes_with).map(|one| one.act.number));
    }
    for number in numbers {
        acts::undo_because(care, actor, number, &words, now)?;
    }
    Ok(past)
}
