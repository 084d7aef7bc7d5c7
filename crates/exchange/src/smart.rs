//! Scopes of systems, as SMART App Launch 2 writes them: `system/Observation.rs`. Read strictly: a scope that is not
//! wholly understood is no scope, and never a part of one.

use std::collections::BTreeMap;
use std::fmt;

/// Letters of a list of scopes at most.
const TEXT_MAX: usize = 8 * 1024;
/// Scopes in a list at most.
const SCOPES_MAX: usize = 200;
/// Letters of a resource type at most.
const KIND_MAX: usize = 64;
/// Every type.
const ALL: &str = "*";

/// One thing that may be done with resources of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Right {
    /// `c`: create one.
    Create = 1,
    /// `r`: read one, as it is, as it was, and its history.
    Read = 2,
    /// `u`: update one.
    Update = 4,
    /// `d`: delete one.
    Delete = 8,
    /// `s`: search.
    Search = 16,
}

impl Right {
    /// Every right, in the order in which a scope says them.
    pub const EACH: [Self; 5] = [Self::Create, Self::Read, Self::Update, Self::Delete, Self::Search];

    /// Its letter.
    pub const fn letter(self) -> char {
        match self {
            Self::Create => 'c',
            Self::Read => 'r',
            Self::Update => 'u',
            Self::Delete => 'd',
            Self::Search => 's',
        }
    }
}

/// What may be done: rights by resource type, `*` for every type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(BTreeMap<String, u8>);

/// Why a list of scopes is not taken. It repeats nothing of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// There is none.
    #[error("no scope is asked for")]
    Empty,
    /// More, or longer, than is read.
    #[error("too many scopes")]
    TooMany,
    /// One of them is not `system/Type.cruds`; its number in the list, from 1.
    #[error("scope {0} is not system/Type.cruds (SMART version 2, without a query)")]
    Unknown(usize),
}

impl Scopes {
    /// Reads a list of scopes with one space between two. Letters stand in the order `cruds`, each once.
    ///
    /// # Errors
    /// [`ScopeError`]: one that is unknown makes the whole list unknown.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        if text.len() > TEXT_MAX {
            return Err(ScopeError::TooMany);
        }
        let mut scopes = Self::default();
        for (at, one) in text.split(' ').enumerate() {
            if at == SCOPES_MAX {
                return Err(ScopeError::TooMany);
            }
            let (kind, rights) = scope(one).ok_or(ScopeError::Unknown(at + 1))?;
            scopes.add(kind, rights);
        }
        Ok(scopes)
    }

    /// What both allow.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = Self::default();
        for (ours, some) in &self.0 {
            for (theirs, more) in &other.0 {
                let kind = match (ours.as_str(), theirs.as_str()) {
                    (kind, ALL) | (ALL, kind) => kind,
                    (kind, same) if kind == same => kind,
                    _ => continue,
                };
                both.add(kind, some & more);
            }
        }
        both
    }

    /// Whether nothing is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something may be done with resources of this type.
    pub fn allow(&self, kind: &str, right: Right) -> bool {
        let has = |kind: &str| self.0.get(kind).is_some_and(|rights| rights & right as u8 != 0);
        has(ALL) || has(kind)
    }

    /// Whether it may be done with resources of every type.
    pub fn allow_all(&self, right: Right) -> bool {
        self.allow(ALL, right)
    }

    fn add(&mut self, kind: &str, rights: u8) {
        if rights != 0 {
            *self.0.entry(kind.to_owned()).or_default() |= rights;
        }
    }
}

/// The type and the rights of one scope.
fn scope(text: &str) -> Option<(&str, u8)> {
    let (kind, letters) = text.strip_prefix("system/")?.split_once('.')?;
    let named = kind.len() <= KIND_MAX
        && kind.starts_with(|c: char| c.is_ascii_uppercase())
        && kind.bytes().all(|b| b.is_ascii_alphabetic());
    if !(named || kind == ALL) {
        return None;
    }
    let mut rights = 0u8;
    let mut known = Right::EACH.into_iter();
    for letter in letters.chars() {
        // What was passed over is not looked at again: so letters stand in order, each once.
        let right = known.find(|right| right.letter() == letter)?;
        rights |= right as u8;
    }
    (rights != 0).then_some((kind, rights))
}

/// As a list of scopes, each type once, in order.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (kind, rights)) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}system/{kind}.")?;
            for right in Right::EACH.into_iter().filter(|right| rights & *right as u8 != 0) {
                write!(f, "{}", right.letter())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scopes_are_read_strictly() {
        for (text, read) in [
            ("system/Patient.r", Ok("system/Patient.r")),
            ("system/*.cruds", Ok("system/*.cruds")),
            (
                "system/Patient.s system/Observation.rs system/Patient.r",
                Ok("system/Observation.rs system/Patient.rs"),
            ),
            ("", Err(ScopeError::Empty)),
            (" ", Err(ScopeError::Unknown(1))),
            ("system/Patient.r ", Err(ScopeError::Unknown(2))),
            ("system/Patient.r  system/Flag.r", Err(ScopeError::Unknown(2))),
            ("system/Patient.r\tsystem/Flag.r", Err(ScopeError::Unknown(1))),
            ("system/Patient.read", Err(ScopeError::Unknown(1))),
            ("system/Patient.*", Err(ScopeError::Unknown(1))),
            ("system/Patient.sr", Err(ScopeError::Unknown(1))),
            ("system/Patient.rr", Err(ScopeError::Unknown(1))),
            ("system/Patient.", Err(ScopeError::Unknown(1))),
            ("system/patient.r", Err(ScopeError::Unknown(1))),
            ("system/**.r", Err(ScopeError::Unknown(1))),
            ("system/.r", Err(ScopeError::Unknown(1))),
            ("patient/Patient.r", Err(ScopeError::Unknown(1))),
            ("SYSTEM/Patient.r", Err(ScopeError::Unknown(1))),
            ("system/Patient.r?category=x", Err(ScopeError::Unknown(1))),
            (
                "system/Patient.r system/Patient.r?category=x",
                Err(ScopeError::Unknown(2)),
            ),
            ("openid system/Patient.r", Err(ScopeError::Unknown(1))),
        ] {
            let found = Scopes::parse(text).map(|scopes| scopes.to_string());
            assert_eq!(found, read.map(str::to_owned), "{text:?}");
        }
        assert_eq!(Scopes::parse(&"system/*.r ".repeat(201)), Err(ScopeError::TooMany));
        assert_eq!(Scopes::parse(&"x".repeat(9_000)), Err(ScopeError::TooMany));
    }

    #[test]
    fn what_is_granted_is_what_both_allow() {
        for (asked, registered, both) in [
            ("system/*.cruds", "system/*.rs", "system/*.rs"),
            ("system/*.rs", "system/Patient.r system/Flag.cu", "system/Patient.r"),
            ("system/Patient.rs", "system/*.r", "system/Patient.r"),
            ("system/Patient.c", "system/Patient.r", ""),
            ("system/Flag.r", "system/Patient.r", ""),
        ] {
            let read = |text: &str| Scopes::parse(text).unwrap_or_default();
            assert_eq!(
                read(asked).and(&read(registered)).to_string(),
                both,
                "{asked} and {registered}"
            );
        }
    }

    const KINDS: [&str; 3] = ["Patient", "Observation", "Flag"];

    fn some_scopes() -> impl Strategy<Value = String> {
        let one = ("(\\*|Patient|Observation|Flag)", 1u8..32).prop_map(|(kind, rights)| {
            let letters: String = Right::EACH
                .into_iter()
                .filter(|right| rights & *right as u8 != 0)
                .map(Right::letter)
                .collect();
            format!("system/{kind}.{letters}")
        });
        proptest::collection::vec(one, 1..6).prop_map(|all| all.join(" "))
    }

    proptest! {
        #[test]
        fn nothing_is_granted_that_either_does_not_allow_and_nothing_is_lost(a in some_scopes(), b in some_scopes()) {
            let (a, b) = (Scopes::parse(&a).unwrap_or_default(), Scopes::parse(&b).unwrap_or_default());
            let both = a.and(&b);
            for right in Right::EACH {
                for kind in KINDS {
                    prop_assert_eq!(both.allow(kind, right), a.allow(kind, right) && b.allow(kind, right));
                }
                prop_assert_eq!(both.allow_all(right), a.allow_all(right) && b.allow_all(right));
            }
            prop_assert_eq!(&both, &b.and(&a));
            if !both.is_empty() {
                prop_assert_eq!(Scopes::parse(&both.to_string()), Ok(both));
            }
        }

        #[test]
        fn whatever_is_sent_is_refused_or_says_what_it_was_read_as(text in "(system/|patient/| |\\*|[A-Za-z.?=]){0,40}") {
            if let Ok(scopes) = Scopes::parse(&text) {
                prop_assert!(!scopes.is_empty());
                prop_assert_eq!(Scopes::parse(&scopes.to_string()), Ok(scopes));
            }
        }
    }
}
