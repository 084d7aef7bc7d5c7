//! What organisations are called on pages.

use record::OrgCode;
use record::system::{OrganisationKind, System};

/// What stands for the practice of someone whose whereabouts are restricted (SAFETY 2).
const A_PRACTICE: &str = "A GP practice (which is hidden)";

/// Names of organisations, for one page.
#[derive(Clone, Copy)]
pub struct Senders<'a> {
    system: &'a System,
    hide_practices: bool,
}

impl<'a> Senders<'a> {
    /// Everyone by name.
    pub const fn of(system: &'a System) -> Self {
        Self {
            system,
            hide_practices: false,
        }
    }

    /// Everyone by name, except that no practice is named when the person's whereabouts are `restricted`: where
    /// someone is registered tells where they live.
    pub const fn about(system: &'a System, restricted: bool) -> Self {
        Self {
            system,
            hide_practices: restricted,
        }
    }

    /// What people call the organisation; its code when the care system does not know it.
    pub fn name(&self, code: &OrgCode) -> String {
        match self.system.organisation(code) {
            Some(found) if self.hide_practices && found.kind == OrganisationKind::Practice => A_PRACTICE.to_owned(),
            Some(found) => found.name.clone(),
            None => code.to_string(),
        }
    }

    /// The number that people ring it by; empty when none is held, or when the practice must not be named.
    pub fn telephone(&self, code: &OrgCode) -> &'a str {
        let found = self.system.organisation(code).filter(|_| !self.is_hidden(code));
        found.map_or("", |found| found.telephone.as_str())
    }

    /// Whether it is a general practice.
    pub fn is_practice(&self, code: &OrgCode) -> bool {
        self.system
            .organisation(code)
            .is_some_and(|found| found.kind == OrganisationKind::Practice)
    }

    /// Whether its name must not be shown.
    pub fn is_hidden(&self, code: &OrgCode) -> bool {
        self.hide_practices && self.is_practice(code)
    }
}
