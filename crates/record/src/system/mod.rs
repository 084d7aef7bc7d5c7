//! A care system as data: the typed form of a `systems/` folder, and its checker.
//!
//! The folder holds `system.toml`, `places.toml`, `organisations.toml`, `banner.toml`, `retention.toml`, if it likes
//! `sensitivity.toml`, and one file a feed in `feeds/`; `invented/`, if it is there, is for inventing people alone
//! and is not read here. [`System::load`] takes their texts (this crate reads no files) and gives either the whole system
//! or every problem found, each with file, line and reason.

mod banner;
mod check;
mod feed;
mod mapping;
mod mapping_reading;
mod places;
mod reading;
mod retention;
mod sensitive;
mod snomed;

pub use banner::{Banner, BannerCode, BannerKind};
pub use feed::{Feed, FeedFormat, VersionRule};
pub use mapping::{
    CodeList, Column, Condition, DateStyle, EntryRule, ItemRule, Layout, Mapping, PersonColumns, StatusRule, Table,
    ValueRule, WhatRule, Words, item_type_of, kind_name, status_name,
};
pub use places::{Organisation, OrganisationKind, Place, PlaceKind};
pub use reading::Problem;
pub use retention::{Kept, KeptKind};
pub use sensitive::{Sensitive, SensitiveKind, Told};
pub use snomed::is_snomed;

use crate::id::OrgCode;
use reading::{Section, Source, suggestion};
use std::cell::RefCell;

/// One care system.
#[derive(Clone, Debug, PartialEq)]
pub struct System {
    /// Short name, as in `systems/dorset`.
    pub name: String,
    /// What the header of every page says.
    pub title: String,
    /// The integrated care board.
    pub board: OrgCode,
    /// The time zone, an IANA name. Only `Europe/London` is supported.
    pub time_zone: String,
    /// What the footer says, in order: label and words.
    pub contacts: Vec<Contact>,
    /// Whom to call, in order, wherever a person might think someone is reading (SAFETY 13).
    pub urgent: Vec<Contact>,
    /// Places, widest first as written.
    pub places: Vec<Place>,
    /// Organisations.
    pub organisations: Vec<Organisation>,
    /// Feeds, by name.
    pub feeds: Vec<Feed>,
    /// Codes that count for a record's banner.
    pub banner: Banner,
    /// Which entries are more than ordinarily sensitive.
    pub sensitive: Sensitive,
    /// How long is kept what the program itself keeps.
    pub retention: Vec<Kept>,
}

/// A way to reach someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Whom or for what.
    pub label: String,
    /// The number, address or page.
    pub value: String,
}

impl System {
    /// Reads and checks a folder given as (name relative to the folder, text).
    ///
    /// # Errors
    /// Every problem found, in order of file and line.
    pub fn load(files: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let problems = RefCell::new(Vec::new());
        let system = load_files(files, &problems);
        let mut problems = problems.into_inner();
        problems.sort();
        problems.dedup();
        match system {
            Some(system) if problems.is_empty() => Ok(system),
            _ => Err(problems),
        }
    }

    /// The feed of this name.
    pub fn feed(&self, name: &str) -> Option<&Feed> {
        self.feeds.iter().find(|feed| feed.name == name)
    }

    /// The organisation with this code.
    pub fn organisation(&self, code: &OrgCode) -> Option<&Organisation> {
        self.organisations
            .iter()
            .find(|organisation| organisation.code == *code)
    }

    /// The place with this code.
    pub fn place(&self, code: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.code == code)
    }
}

/// What a folder may hold at most.
const FILES_MAX: usize = 1000;
/// Files every folder must hold.
const FILES: [&str; 5] = [
    "system.toml",
    "places.toml",
    "organisations.toml",
    "banner.toml",
    "retention.toml",
];
/// A file that a folder may hold: without it no entry is more than ordinarily sensitive.
const SENSITIVITY: &str = "sensitivity.toml";

/// What has been read, with lines, before it is checked across files.
#[derive(Default)]
struct Folder {
    places: Vec<(Place, usize)>,
    organisations: Vec<(Organisation, usize)>,
    feeds: Vec<FeedRead>,
    banner: Banner,
    sensitive: Sensitive,
    retention: Vec<Kept>,
    head: Option<Head>,
}

/// A feed with the lines that checks across files point at.
struct FeedRead {
    feed: Feed,
    file: String,
    name_line: usize,
    sender_line: usize,
    controller_line: usize,
}

struct Head {
    name: String,
    title: String,
    board: Option<OrgCode>,
    board_line: usize,
    time_zone: String,
    contacts: Vec<Contact>,
    urgent: Vec<Contact>,
}

fn load_files(files: &[(String, String)], problems: &RefCell<Vec<Problem>>) -> Option<System> {
    if files.len() > FILES_MAX {
        let source = Source::new(".", "", problems);
        source.problem(1, format!("the folder holds more than {FILES_MAX} files"));
        return None;
    }
    for name in FILES {
        if !files.iter().any(|(file, _)| file == name) {
            Source::new(name, "", problems).problem(1, "the folder has no such file");
        }
    }
    let mut folder = Folder::default();
    for (file, text) in files {
        // What invented people are made of is read and checked by what invents them.
        if file.starts_with("invented/") {
            continue;
        }
        let source = Source::new(file, text, problems);
        read_file(&source, &mut folder);
    }
    check::across(&folder, problems);
    let head = folder.head?;
    let mut feeds: Vec<Feed> = folder.feeds.into_iter().map(|read| read.feed).collect();
    feeds.sort_by(|a, b| a.name.cmp(&b.name));
    Some(System {
        name: head.name,
        title: head.title,
        board: head.board?,
        time_zone: head.time_zone,
        contacts: head.contacts,
        urgent: head.urgent,
        places: folder.places.into_iter().map(|(place, _)| place).collect(),
        organisations: folder.organisations.into_iter().map(|(org, _)| org).collect(),
        feeds,
        banner: folder.banner,
        sensitive: folder.sensitive,
        retention: folder.retention,
    })
}

fn read_file(source: &Source<'_>, folder: &mut Folder) {
    let is_feed = source
        .file
        .strip_prefix("feeds/")
        .is_some_and(|name| !name.contains('/'));
    if !source.file.ends_with(".toml") || !(is_feed || source.file == SENSITIVITY || FILES.contains(&source.file)) {
        let hint = suggestion(source.file, FILES.into_iter());
        source.problem(1, format!("this file is not part of a system's folder{hint}"));
        return;
    }
    let Some(parsed) = source.parse() else { return };
    let section = Section::new(source, parsed.get_ref(), 0, "the file");
    match source.file {
        "system.toml" => folder.head = Some(read_head(section)),
        "places.toml" => folder.places = places::read_places(section),
        "organisations.toml" => folder.organisations = places::read_organisations(section),
        "banner.toml" => folder.banner = banner::read_banner(section),
        "retention.toml" => folder.retention = retention::read_retention(section),
        SENSITIVITY => folder.sensitive = sensitive::read_sensitive(section),
        _ => {
            let lines = ["name", "sender", "controller"].map(|key| section.line_of(key));
            if let Some(feed) = feed::read_feed(section) {
                folder.feeds.push(FeedRead {
                    feed,
                    file: source.file.to_owned(),
                    name_line: lines[0],
                    sender_line: lines[1],
                    controller_line: lines[2],
                });
            }
        }
    }
}

fn read_head(section: Section<'_, '_>) -> Head {
    let contacts = |key: &str| {
        let mut contacts = Vec::new();
        for at in section.sections(key) {
            let label = at.needed("label").unwrap_or_default();
            let value = at.needed("value").unwrap_or_default();
            at.finish();
            contacts.push(Contact { label, value });
        }
        contacts
    };
    let head = Head {
        name: section.needed("name").unwrap_or_default(),
        title: section.needed("title").unwrap_or_default(),
        board_line: section.line_of("board"),
        board: feed::org_code(&section, "board"),
        time_zone: section.needed("time_zone").unwrap_or_default(),
        contacts: contacts("contact"),
        urgent: contacts("urgent"),
    };
    if !head.time_zone.is_empty() && head.time_zone != "Europe/London" {
        section.problem(
            "time_zone",
            "only \"Europe/London\" is supported: partners' times without an offset are read so",
        );
    }
    if head.urgent.is_empty() {
        section.problem(
            "urgent",
            "say in [[urgent]] whom to call: 999, 111 and the local numbers (SAFETY 13)",
        );
    }
    section.finish();
    head
}

#[cfg(test)]
mod tests;
