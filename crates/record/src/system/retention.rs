//! How long is kept what the program itself keeps: the retention schedule as data (SAFETY 7). How long what a feed
//! brings is kept stands with the feed.

use super::reading::{Section, suggestion};

/// Something that the program keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeptKind {
    /// Who looked at what, and what was refused.
    Audit,
    /// What was decided about who may see a record.
    SharingChoices,
    /// How people want to be reached and met.
    Preferences,
    /// What people asked to have put right or sealed, with its answers.
    Requests,
    /// Copies made for the people they are about.
    Copies,
    /// What could not be read.
    Quarantine,
    /// Reports that something is wrong.
    Reports,
    /// Who decided which records are one person.
    IdentityDecisions,
    /// Who is signed in.
    Sessions,
}

/// Each kind, the name of its section, and what people read.
const KINDS: [(KeptKind, &str, &str); 9] = [
    (
        KeptKind::Audit,
        "audit",
        "Who has looked at records, and what was refused",
    ),
    (
        KeptKind::SharingChoices,
        "sharing-choices",
        "What was decided about who may see a record",
    ),
    (
        KeptKind::Preferences,
        "preferences",
        "How people want to be reached and met",
    ),
    (
        KeptKind::Requests,
        "requests",
        "What people asked to have put right or sealed, and the answers",
    ),
    (KeptKind::Copies, "copies", "Copies made for the people they are about"),
    (KeptKind::Quarantine, "quarantine", "What came and could not be read"),
    (KeptKind::Reports, "reports", "Reports that something is wrong"),
    (
        KeptKind::IdentityDecisions,
        "identity-decisions",
        "Decisions about which records are one person",
    ),
    (KeptKind::Sessions, "sessions", "Who is signed in"),
];

impl KeptKind {
    /// What people read.
    pub fn words(self) -> &'static str {
        KINDS
            .iter()
            .find(|(kind, ..)| *kind == self)
            .map_or("", |(.., words)| words)
    }
}

/// How long something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What.
    pub kind: KeptKind,
    /// For how long, from when.
    pub keep: String,
    /// What happens then.
    pub then: String,
    /// The schedule or law that says so.
    pub source: String,
    /// Whether a records manager has still to check it.
    pub to_be_checked: bool,
}

/// Reads `retention.toml`: a section for each kind, with `keep`, `then` and `source`. A kind that is missing is a
/// problem: what nobody decided about is kept for ever.
pub(super) fn read_retention(section: Section<'_, '_>) -> Vec<Kept> {
    let mut found = Vec::new();
    for (kind, name, _) in KINDS {
        let Some(at) = section.section(name) else {
            if !section.has(name) {
                section
                    .source
                    .problem(1, format!("it does not say how long `{name}` is kept"));
            }
            continue;
        };
        let kept = Kept {
            kind,
            keep: at.needed("keep").unwrap_or_default(),
            then: at.needed("then").unwrap_or_default(),
            source: at.needed("source").unwrap_or_default(),
            to_be_checked: at.flag("to_be_checked").unwrap_or(false),
        };
        at.finish();
        found.push(kept);
    }
    for (key, _, line) in section.all() {
        if !KINDS.iter().any(|(_, name, _)| *name == key) {
            let hint = suggestion(&key, KINDS.iter().map(|(_, name, _)| *name));
            section
                .source
                .problem(line, format!("nothing is kept as `{key}`{hint}"));
        }
    }
    found
}
