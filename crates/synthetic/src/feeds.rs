//! The feeds, as `systems/dorset/feeds` names them, and the files that fill them.

use crate::Delivery;
use record::Date;
use std::collections::BTreeMap;

/// Files are closed once they hold this many bytes, so that memory stays bounded whatever the size of a run.
const FILE_BYTES: usize = 4 << 20;

/// A feed: who sends it, what its files are called, what stands before and after the things in them.
#[derive(Debug)]
pub struct FeedFile {
    /// Name, as in `systems/dorset/feeds`.
    pub name: &'static str,
    /// ODS code of the sender.
    pub sender: &'static str,
    /// File extension.
    pub extension: &'static str,
    /// What stands first in each file; `@AS-OF@` becomes the as-of date.
    pub before: &'static str,
    /// What stands last.
    pub after: &'static str,
}

/// A feed of lines.
pub const fn lines(
    name: &'static str,
    sender: &'static str,
    extension: &'static str,
    before: &'static str,
) -> FeedFile {
    FeedFile {
        name,
        sender,
        extension,
        before,
        after: "",
    }
}

/// East's hospital record, in transaction bundles.
pub static EAST: FeedFile = FeedFile {
    name: "r0d-fhir",
    sender: "R0D",
    extension: "json",
    before: "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[",
    after: "]}\n",
};
/// Community and mental health.
pub static COMMUNITY: FeedFile = lines("rdy-fhir", "RDY", "ndjson", "");
/// West's admissions.
pub static WEST_ADT: FeedFile = lines("rbd-adt", "RBD", "hl7", "");
/// West's results and documents.
pub static WEST_ORU: FeedFile = lines("rbd-oru", "RBD", "hl7", "");
/// West's appointments.
pub static WEST_SIU: FeedFile = lines("rbd-siu", "RBD", "hl7", "");

#[derive(Debug, Default)]
struct Open {
    bytes: Vec<u8>,
    part: u32,
}

/// Files being filled.
#[derive(Debug)]
pub struct Feeds {
    block: u32,
    as_of: Date,
    open: BTreeMap<&'static str, (&'static FeedFile, Open)>,
    done: Vec<Delivery>,
}

impl Feeds {
    /// Nothing yet, for this block of households.
    pub fn new(block: u32, as_of: Date) -> Self {
        Self {
            block,
            as_of,
            open: BTreeMap::new(),
            done: Vec::new(),
        }
    }

    /// Where the next thing of a feed is written. What is written is one whole thing.
    pub fn write(&mut self, feed: &'static FeedFile, thing: impl FnOnce(&mut Vec<u8>)) {
        let (_, open) = self.open.entry(feed.name).or_insert_with(|| (feed, Open::default()));
        if open.bytes.is_empty() {
            let day = self.as_of.iso().replace('-', "");
            open.bytes
                .extend_from_slice(feed.before.replace("@AS-OF@", &day).as_bytes());
        }
        thing(&mut open.bytes);
    }

    /// Closes files that have grown large enough. Called between people, so that a bundle holds whole people
    /// and no reference leads out of it.
    pub fn between_people(&mut self) {
        for (feed, open) in self.open.values_mut() {
            if open.bytes.len() >= FILE_BYTES {
                let bytes = std::mem::take(&mut open.bytes);
                self.done.push(closed(feed, self.block, open.part, bytes));
                open.part += 1;
            }
        }
    }

    /// Everything written.
    pub fn finish(mut self) -> Vec<Delivery> {
        for (feed, open) in self.open.into_values() {
            if !open.bytes.is_empty() {
                self.done.push(closed(feed, self.block, open.part, open.bytes));
            }
        }
        self.done.sort_by(|a, b| a.file_name.cmp(&b.file_name));
        self.done
    }
}

fn closed(feed: &FeedFile, block: u32, part: u32, mut bytes: Vec<u8>) -> Delivery {
    bytes.extend_from_slice(feed.after.as_bytes());
    Delivery {
        feed: feed.name.to_owned(),
        sender: feed.sender.to_owned(),
        file_name: format!("{}-{block:05}-{part:02}.{}", feed.name, feed.extension),
        bytes,
    }
}
