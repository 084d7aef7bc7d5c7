//! The codes that put something at the top of a record (SAFETY 6).

use super::reading::{Section, suggestion};
use super::snomed::read_concept;
use crate::concept::Concept;

/// What stands first at three in the morning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BannerKind {
    /// A recommended summary plan for emergency care and treatment.
    Respect,
    /// A decision not to attempt cardiopulmonary resuscitation.
    NotForResuscitation,
    /// An explicit decision for cardiopulmonary resuscitation, to stand beside a contrary one.
    ForResuscitation,
    /// An advance decision to refuse treatment.
    AdvanceDecision,
    /// A lasting power of attorney for health and welfare.
    PowerOfAttorney,
    /// A contingency, escalation, crisis or advance care plan.
    ContingencyPlan,
    /// A reasonable adjustment.
    ReasonableAdjustment,
    /// A statement that no allergy is known.
    NoKnownAllergies,
    /// The record is restricted (address and contacts hidden).
    Restricted,
}

/// Each kind, the name of its section, and what people read.
const KINDS: [(BannerKind, &str, &str); 9] = [
    (BannerKind::Respect, "respect", "ReSPECT plan"),
    (
        BannerKind::NotForResuscitation,
        "not-for-resuscitation",
        "Do not attempt resuscitation",
    ),
    (BannerKind::ForResuscitation, "for-resuscitation", "For resuscitation"),
    (
        BannerKind::AdvanceDecision,
        "advance-decision",
        "Advance decision to refuse treatment",
    ),
    (
        BannerKind::PowerOfAttorney,
        "power-of-attorney",
        "Lasting power of attorney for health and welfare",
    ),
    (BannerKind::ContingencyPlan, "contingency-plan", "Contingency plan"),
    (
        BannerKind::ReasonableAdjustment,
        "reasonable-adjustment",
        "Reasonable adjustment",
    ),
    (BannerKind::NoKnownAllergies, "no-known-allergies", "No known allergies"),
    (BannerKind::Restricted, "restricted", "Restricted record"),
];

impl BannerKind {
    /// What people read.
    pub fn words(self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, _, _)| *kind == self)
            .map_or("", |(_, _, words)| words)
    }
}

/// One code that counts, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BannerCode {
    /// What it puts on the banner.
    pub kind: BannerKind,
    /// The code.
    pub concept: Concept,
    /// Where the code was found.
    pub source: String,
    /// Whether a clinician has still to check it.
    pub to_be_checked: bool,
}

/// The codes that count for the banner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Banner {
    /// Every code.
    pub codes: Vec<BannerCode>,
}

impl Banner {
    /// What this code puts on the banner, by system and code alone; words are never guessed at.
    pub fn kind_of(&self, concept: &Concept) -> Option<BannerKind> {
        self.codes
            .iter()
            .find(|known| {
                !concept.code.is_empty() && known.concept.code == concept.code && known.concept.system == concept.system
            })
            .map(|known| known.kind)
    }
}

/// Reads `banner.toml`: a `[[kind-name]]` for each code.
pub(super) fn read_banner(section: Section<'_, '_>) -> Banner {
    let mut codes: Vec<BannerCode> = Vec::new();
    for (kind, name, _) in KINDS {
        for at in section.sections(name) {
            let line = at.line();
            let source = at.needed("source").unwrap_or_default();
            let to_be_checked = at.flag("to_be_checked").unwrap_or(false);
            let source_of = at.source;
            let Some(concept) = read_concept(at) else { continue };
            let twice = codes
                .iter()
                .any(|known| known.concept.code == concept.code && known.concept.system == concept.system);
            if twice {
                source_of.problem(line, format!("code {} stands twice in the banner", concept.code));
            }
            codes.push(BannerCode {
                kind,
                concept,
                source,
                to_be_checked,
            });
        }
    }
    for (key, _, line) in section.all() {
        if !KINDS.iter().any(|(_, name, _)| *name == key) {
            let hint = suggestion(&key, KINDS.iter().map(|(_, name, _)| *name));
            section
                .source
                .problem(line, format!("the banner has no kind `{key}`{hint}"));
        }
    }
    Banner { codes }
}
