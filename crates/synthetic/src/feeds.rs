//! The feeds, as `systems/dorset/feeds` names them, and the files that fill them.

use record::Date;

/// A bundle is read whole by whoever takes it in, so it stays small whatever size other files may have.
const BUNDLE_BYTES: usize = 4 << 20;

/// A feed: who sends it, what its files are called, what stands before and after the things in them.
#[derive(Clone, Debug)]
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

/// Some bytes of a file, in order: what has been written is handed on as it grows, so that a block of any size
/// is made in little memory.
#[derive(Debug)]
pub struct Chunk<'a> {
    /// The feed's name, as in `systems/dorset/feeds`.
    pub feed: &'static str,
    /// Its sender's ODS code.
    pub sender: &'static str,
    /// The file, a name different for every file of a plan.
    pub file_name: &'a str,
    /// What comes next in it.
    pub bytes: &'a [u8],
    /// Whether these are its last bytes.
    pub ends: bool,
}

/// Bytes gathered before they are handed on.
const CHUNK_BYTES: usize = 128 << 10;

#[derive(Debug)]
struct Open {
    feed: &'static FeedFile,
    name: String,
    bytes: Vec<u8>,
    /// Bytes of this file that have been handed on.
    handed: usize,
    part: u32,
}

/// Files being filled.
pub struct Feeds<'a> {
    block: u32,
    as_of: String,
    file_bytes: usize,
    /// Few enough to look through; a feed is known by where it stands.
    open: Vec<Open>,
    sink: &'a mut dyn FnMut(Chunk<'_>),
}

impl<'a> Feeds<'a> {
    /// Nothing yet, for this block of households; what is written goes to `sink`.
    pub fn new(block: u32, as_of: Date, file_bytes: usize, sink: &'a mut dyn FnMut(Chunk<'_>)) -> Self {
        Self {
            block,
            as_of: as_of.iso().replace('-', ""),
            file_bytes,
            open: Vec::new(),
            sink,
        }
    }

    /// Where the next thing of a feed is written. What is written is one whole thing.
    pub fn write(&mut self, feed: &'static FeedFile, thing: impl FnOnce(&mut Vec<u8>)) {
        let at = self.open.iter().position(|open| std::ptr::eq(open.feed, feed));
        let at = at.unwrap_or_else(|| {
            self.open.push(Open {
                feed,
                name: file_name(feed, self.block, 0),
                bytes: Vec::with_capacity(CHUNK_BYTES + (CHUNK_BYTES >> 2)),
                handed: 0,
                part: 0,
            });
            self.open.len() - 1
        });
        let open = &mut self.open[at];
        if open.bytes.is_empty() && open.handed == 0 {
            open.bytes
                .extend_from_slice(feed.before.replace("@AS-OF@", &self.as_of).as_bytes());
        }
        thing(&mut open.bytes);
        if open.bytes.len() >= CHUNK_BYTES {
            // A bundle's entries look back at the last byte to know whether a comma is due.
            let keep = open.bytes.split_off(open.bytes.len() - 1);
            open.handed += open.bytes.len();
            (self.sink)(open.chunk(false));
            open.bytes.clear();
            open.bytes.extend_from_slice(&keep);
        }
    }

    /// Closes files that have grown large enough. Called between people, so that a bundle holds whole people
    /// and no reference leads out of it.
    pub fn between_people(&mut self) {
        for open in &mut self.open {
            let limit = if open.feed.after.is_empty() {
                self.file_bytes
            } else {
                BUNDLE_BYTES.min(self.file_bytes)
            };
            if open.handed + open.bytes.len() >= limit {
                open.bytes.extend_from_slice(open.feed.after.as_bytes());
                (self.sink)(open.chunk(true));
                open.bytes.clear();
                open.handed = 0;
                open.part += 1;
                open.name = file_name(open.feed, self.block, open.part);
            }
        }
    }

    /// Closes what is open.
    pub fn finish(self) {
        for mut open in self.open {
            if open.handed + open.bytes.len() > 0 {
                open.bytes.extend_from_slice(open.feed.after.as_bytes());
                (self.sink)(open.chunk(true));
            }
        }
    }
}

impl Open {
    fn chunk(&self, ends: bool) -> Chunk<'_> {
        Chunk {
            feed: self.feed.name,
            sender: self.feed.sender,
            file_name: &self.name,
            bytes: &self.bytes,
            ends,
        }
    }
}

fn file_name(feed: &FeedFile, block: u32, part: u32) -> String {
    format!("{}-{block:05}-{part:02}.{}", feed.name, feed.extension)
}
