//! How someone wants to be reached and met: contact preferences, reasonable adjustments, main language, interpreter.
//! Kept once, by the person's own word, before what senders say; NHS Accessible Information Standard (DCB1605).

use super::{RightsError, said};
use crate::Care;
use crate::access::choices::contact;
use crate::access::{Act, Actor, PersonGrant, Role};
use crate::db::{Conn, DbError, Urgency};
use record::{Instant, PersonId};

/// What a preference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A way in which the person must not be reached: an address or a telephone that is not safe.
    NotBy,
    /// An interpreter, for which language.
    Interpreter,
    /// Their main language.
    Language,
    /// What is done differently so that care works for them.
    Adjustment,
    /// The format in which they read.
    Format,
    /// How they like to be reached.
    ContactBy,
}

impl About {
    /// Each, in the order in which they are shown. The stored number is the place here, from 1; never renumbered.
    pub const ALL: [About; 6] = [
        About::NotBy,
        About::Interpreter,
        About::Language,
        About::Adjustment,
        About::Format,
        About::ContactBy,
    ];

    /// What forms send.
    pub const fn value(self) -> &'static str {
        match self {
            About::NotBy => "not-by",
            About::Interpreter => "interpreter",
            About::Language => "language",
            About::Adjustment => "adjustment",
            About::Format => "format",
            About::ContactBy => "contact-by",
        }
    }

    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            About::NotBy => "Do not contact by",
            About::Interpreter => "Interpreter needed",
            About::Language => "Main language",
            About::Adjustment => "Reasonable adjustment",
            About::Format => "Reads best as",
            About::ContactBy => "Contact by",
        }
    }

    /// Whether a new one takes the place of the one before.
    const fn is_one(self) -> bool {
        matches!(self, About::Language | About::Interpreter | About::ContactBy)
    }

    /// What it may be; empty when it is anything that is written.
    pub const fn choices(self) -> &'static [&'static str] {
        match self {
            About::NotBy | About::ContactBy => &["letter", "telephone", "text message", "e-mail", "home visit"],
            About::Format => &[
                "large print",
                "easy read",
                "braille",
                "audio",
                "British Sign Language video",
            ],
            About::Interpreter | About::Language | About::Adjustment => &[],
        }
    }
}

/// By whose word it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The person wrote it down themselves.
    Themselves,
    /// The person told somebody who wrote it down.
    Told,
    /// Somebody who cares for the person told it.
    Carer,
}

impl Source {
    const ALL: [Source; 3] = [Source::Themselves, Source::Told, Source::Carer];

    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Source::Themselves => "their own word",
            Source::Told => "told by the person",
            Source::Carer => "told by somebody who cares for them",
        }
    }
}

/// Something that the person said about being reached and met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    /// Its number.
    pub number: i64,
    /// What about.
    pub about: About,
    /// What they want, or need.
    pub value: String,
    /// More about it.
    pub words: String,
    /// By whose word.
    pub source: Source,
    /// Who wrote it down.
    pub actor: String,
    /// When.
    pub said: Instant,
    /// When it was taken back, by whom, and why; `None` while it stands.
    pub undone: Option<(Instant, String, String)>,
}

/// Letters of what somebody wants at most.
pub const VALUE_MAX: usize = 120;
/// Preferences read at most about one person.
const READ_MAX: i64 = 500;

/// Everything that was said, taken back or not: by what it is about, the latest first.
///
/// # Errors
/// When the store fails.
pub fn of_person(care: &Care, grant: &PersonGrant) -> Result<Vec<Preference>, DbError> {
    care.readers().read(|conn| standing_first(conn, grant.person_no()))
}

/// What stands, in the order in which it is shown.
pub(crate) fn standing(conn: &mut Conn, person_no: i64) -> Result<Vec<Preference>, DbError> {
    let mut found = standing_first(conn, person_no)?;
    found.retain(|one| one.undone.is_none());
    Ok(found)
}

fn standing_first(conn: &mut Conn, person_no: i64) -> Result<Vec<Preference>, DbError> {
    let mut found = super::store::preferences(conn, person_no, READ_MAX)?;
    found.sort_by_key(|one| (one.undone.is_some(), one.about));
    Ok(found)
}

/// What is to be kept, as a form says it.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// What about.
    pub about: About,
    /// What they want, or need.
    pub value: &'a str,
    /// More about it.
    pub words: &'a str,
    /// Whether somebody who cares for the person told it, when staff write it down.
    pub by_carer: bool,
}

/// Keeps what someone said; answers its number. Where there can be one only, it takes the place of the one before.
///
/// # Errors
/// See [`RightsError`].
pub fn keep(care: &Care, actor: &Actor, person: PersonId, wanted: &Said<'_>, now: Instant) -> Result<i64, RightsError> {
    let grant = contact(care, actor, person, Act::Write, now)?;
    let value = said(wanted.value, "value", "Say what they want or need")?;
    let value: String = value.chars().filter(|c| !c.is_control()).collect();
    let letters = value.chars().count();
    if letters > VALUE_MAX {
        let words = format!("Use {VALUE_MAX} letters at most: there are {letters}. The rest fits below");
        return Err(RightsError::Said("value", words));
    }
    let choices = wanted.about.choices();
    if !choices.is_empty() && !choices.contains(&value.as_str()) {
        let words = format!("For “{}” choose one of: {}", wanted.about.words(), choices.join(", "));
        return Err(RightsError::Said("value", words));
    }
    let standing: Vec<Preference> = of_person(care, &grant)?
        .into_iter()
        .filter(|one| one.undone.is_none() && one.about == wanted.about)
        .collect();
    if standing.iter().any(|one| one.value.eq_ignore_ascii_case(&value)) {
        return Err(RightsError::Said("value", "This is kept already".to_owned()));
    }
    let words = match wanted.words.trim() {
        "" => String::new(),
        words => said(words, "words", "")?,
    };
    let kept = Preference {
        number: 0,
        about: wanted.about,
        value,
        words,
        source: match (actor.role, wanted.by_carer) {
            (Role::Resident, _) => Source::Themselves,
            (_, false) => Source::Told,
            (_, true) => Source::Carer,
        },
        actor: actor.user.clone(),
        said: now,
        undone: None,
    };
    let replaced: Vec<i64> = match wanted.about.is_one() {
        true => standing.iter().map(|one| one.number).collect(),
        false => Vec::new(),
    };
    let whom = grant.person();
    let number = care.writer().write::<i64, DbError>(Urgency::Waiting, move |conn| {
        for number in &replaced {
            super::store::undo_preference(conn, *number, &kept.actor, "said anew", now)?;
        }
        super::store::insert_preference(conn, whom, &kept)
    })?;
    Ok(number)
}

/// Takes something back, with the reason.
///
/// # Errors
/// See [`RightsError`]; [`RightsError::Nothing`] when nothing of this number stands about this person.
pub fn undo(
    care: &Care,
    actor: &Actor,
    person: PersonId,
    number: i64,
    words: &str,
    now: Instant,
) -> Result<(), RightsError> {
    let grant = contact(care, actor, person, Act::Write, now)?;
    let stands = of_person(care, &grant)?
        .iter()
        .any(|one| one.number == number && one.undone.is_none());
    if !stands {
        return Err(RightsError::Nothing);
    }
    let words = match actor.role {
        Role::Resident if words.trim().is_empty() => String::new(),
        _ => said(words, "words", "Write why")?,
    };
    let by = actor.user.clone();
    care.writer().write::<(), DbError>(Urgency::Waiting, move |conn| {
        super::store::undo_preference(conn, number, &by, &words, now)
    })?;
    Ok(())
}

impl About {
    pub(super) fn stored(self) -> i64 {
        1 + self as i64
    }

    pub(super) fn of_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number - 1).ok()?).copied()
    }
}

impl Source {
    pub(super) fn stored(self) -> i64 {
        1 + self as i64
    }

    pub(super) fn of_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number - 1).ok()?).copied()
    }
}
