//! A feed: who sends what, in what form, and what may be relied on.

use super::mapping::{Table, read_table};
use super::reading::{Section, suggestion};
use crate::id::OrgCode;
use crate::time::Instant;

/// One feed of one sender: who sends, in what form, and what may be relied on.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// Short name, unique in the system: `rbd-adt`. The name of its file.
    pub name: String,
    /// What people call it: `Dorset County Hospital: admissions and discharges`.
    pub title: String,
    /// The organisation that sends it.
    pub sender: OrgCode,
    /// The language its files or messages are written in.
    pub format: FeedFormat,
    /// What it carries, in plain words.
    pub carries: String,
    /// Whether the sender checks NHS numbers with the national service before sending, so that a number
    /// whose message does not say is taken as verified.
    pub nhs_number_verified: bool,
    /// What says which of two versions is newer (HOUSE 5).
    pub version: VersionRule,
    /// Whether a delivery is the whole state, so that absence means gone.
    pub full: bool,
    /// Minutes within which something should arrive; `None` when it comes when it comes.
    pub expected_every_minutes: Option<u32>,
    /// Why it is lawful to hold it (SAFETY 7).
    pub lawful_basis: String,
    /// The organisation that decides what it is used for (SAFETY 7); the sender when made by [`Feed::named`].
    pub controller: OrgCode,
    /// How long it is kept.
    pub retention: String,
    /// How its rows are read; only for [`FeedFormat::Table`].
    pub table: Option<Table>,
}

impl Feed {
    /// A feed that says nothing but its name and sender: FHIR, changes only, received order, NHS numbers
    /// unverified. For tests and for tools that read a file without a system.
    pub fn named(name: &str, sender: OrgCode) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            controller: sender.clone(),
            sender,
            format: FeedFormat::Fhir,
            carries: String::new(),
            nhs_number_verified: false,
            version: VersionRule::SenderTime,
            full: false,
            expected_every_minutes: None,
            lawful_basis: String::new(),
            retention: String::new(),
            table: None,
        }
    }

    /// Whether something should have arrived by now, when the last thing came at `last`.
    pub fn is_late(&self, last: Option<Instant>, now: Instant) -> bool {
        match (self.expected_every_minutes, last) {
            (Some(minutes), Some(last)) => now.0 - last.0 > i64::from(minutes) * 60_000_000,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// The language of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFormat {
    /// FHIR R4 JSON.
    Fhir,
    /// HL7 v2 messages.
    Hl7,
    /// Tables (CSV), read through the feed's [`Table`].
    Table,
}

/// What says which of two versions of a thing is newer. Ties go by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionRule {
    /// The sender's own version or event time, else the extract date, else when it was received.
    SenderTime,
    /// The date the file says it was drawn, else when it was received.
    ExtractDate,
    /// When it was received.
    Received,
}

/// Reads `feeds/NAME.toml`. Problems go to the section's source; `None` when no feed can be made of it.
pub(super) fn read_feed(section: Section<'_, '_>) -> Option<Feed> {
    let name = section.needed("name");
    let sender = org_code(&section, "sender");
    let format = match section.needed("format").as_deref() {
        Some("fhir") => Some(FeedFormat::Fhir),
        Some("hl7") => Some(FeedFormat::Hl7),
        Some("table") => Some(FeedFormat::Table),
        Some(other) => {
            let hint = suggestion(other, ["fhir", "hl7", "table"].into_iter());
            section.problem("format", format!("`{other}` is not a format: fhir, hl7 or table{hint}"));
            None
        }
        None => None,
    };
    let version = match section.needed("version").as_deref() {
        Some("sender-time") | None => VersionRule::SenderTime,
        Some("extract-date") => VersionRule::ExtractDate,
        Some("received") => VersionRule::Received,
        Some(other) => {
            let known = ["sender-time", "extract-date", "received"];
            let hint = suggestion(other, known.into_iter());
            section.problem("version", format!("`{other}` is not one of {}{hint}", known.join(", ")));
            VersionRule::SenderTime
        }
    };
    for key in ["nhs_number_verified", "full"] {
        if !section.has(key) {
            section.problem(
                key,
                format!("say `{key} = true` or `{key} = false`: it is never assumed"),
            );
        }
    }
    let table = section.section("table").and_then(read_table);
    if format == Some(FeedFormat::Table) && !section.has("table") {
        section.problem(
            "format",
            "a table feed needs a [table] section that says how its rows are read",
        );
    }
    if format.is_some_and(|format| format != FeedFormat::Table) && section.has("table") {
        section.problem("table", "only a feed with format = \"table\" has a [table] section");
    }
    let feed = (|| {
        Some(Feed {
            title: section.needed("title").unwrap_or_default(),
            carries: section.needed("carries").unwrap_or_default(),
            nhs_number_verified: section.flag("nhs_number_verified").unwrap_or(false),
            full: section.flag("full").unwrap_or(false),
            expected_every_minutes: expected_every(&section),
            lawful_basis: lawful(&section, "lawful_basis").unwrap_or_default(),
            controller: lawful(&section, "controller").and_then(|_| org_code(&section, "controller"))?,
            retention: section.needed("retention").unwrap_or_default(),
            name: name?,
            sender: sender?,
            format: format?,
            version,
            table,
        })
    })();
    // Asked for even when the feed was given up on, so that they are not also reported as unknown.
    for key in [
        "title",
        "carries",
        "expected_every",
        "lawful_basis",
        "controller",
        "retention",
    ] {
        section.has(key);
    }
    section.finish();
    feed
}

/// SAFETY 7: a feed cannot be switched on without a lawful basis and a controller.
fn lawful(section: &Section<'_, '_>, key: &str) -> Option<String> {
    if !section.has(key) {
        section.problem(key, format!("a feed cannot be switched on without `{key}`"));
    }
    section.text(key)
}

/// Reads an organisation code; a wrong form is a problem.
pub(super) fn org_code(section: &Section<'_, '_>, key: &str) -> Option<OrgCode> {
    let text = if key == "controller" {
        section.text(key)
    } else {
        section.needed(key)
    }?;
    let code = OrgCode::parse(&text);
    if code.is_none() {
        section.problem(
            key,
            format!("`{text}` is not an organisation code: 1 to 12 letters, digits or hyphens"),
        );
    }
    code
}

/// Reads `15 minutes`, `1 hour`, `7 days` and the like into minutes.
fn expected_every(section: &Section<'_, '_>) -> Option<u32> {
    let text = section.text("expected_every")?;
    let minutes = text.split_once(' ').and_then(|(count, unit)| {
        let count: u32 = count.parse().ok().filter(|count| (1..=1000).contains(count))?;
        let each = match unit.trim_end_matches('s') {
            "minute" => 1,
            "hour" => 60,
            "day" => 24 * 60,
            "week" => 7 * 24 * 60,
            "month" => 31 * 24 * 60,
            "year" => 366 * 24 * 60,
            _ => return None,
        };
        Some(count * each)
    });
    if minutes.is_none() {
        section.problem(
            "expected_every",
            format!("`{text}` is not a span: write for example \"15 minutes\", \"1 day\", \"3 months\""),
        );
    }
    minutes
}
