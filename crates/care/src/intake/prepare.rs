//! The half of intake that needs no database: read, pack, lay out rows.

use super::layout::{concept_text, value_text, when_number};
use super::pack::{PARCEL_BYTES, PARCEL_PIECES, Packed, Packer, ThreadPacker};
use crate::db::{Cell, DbError, Writer};
use exchange::{Format, Piece, Refused};
use record::item::Decision;
use record::system::Feed;
use record::{
    Demographics, Entry, IdKey, Instant, Issue, Item, ItemId, NhsNumber, NhsNumberStatus, RecordId, Subject, Value,
};
use std::sync::Arc;

/// Where pieces come from: a feed, as the store numbers it.
#[derive(Clone, Debug)]
pub struct Source {
    /// The feed.
    pub feed: Arc<Feed>,
    /// Its number in this store.
    pub feed_no: i64,
}

/// A piece ready to be accepted.
pub struct Prepared {
    pub(super) source: Source,
    pub(super) place: String,
    pub(super) format: Format,
    pub(super) context: String,
    /// The bytes as sent.
    pub(super) body: Vec<u8>,
    pub(super) digest: i64,
    pub(super) received: Instant,
    pub(super) item_type: String,
    pub(super) meaning: Result<Vec<Draft>, Refused>,
    /// The record of a piece that could not be read, when it says whom it is about.
    pub(super) refused_record: Option<RecordKey>,
}

impl Prepared {
    /// Why it cannot be taken, as (code, place and reason); `None` when it can.
    pub fn refusal(&self) -> Option<(&'static str, String)> {
        let refused = self.meaning.as_ref().err()?;
        Some((
            refused.rejection.code,
            format!("{}: {}", refused.rejection.place, refused.rejection.reason),
        ))
    }

    /// The record it is about, for putting pieces in order: the least when it is about nobody.
    pub fn record(&self) -> RecordId {
        let first = self.meaning.as_ref().ok().and_then(|drafts| drafts.first());
        first
            .map(|draft| &draft.record)
            .or(self.refused_record.as_ref())
            .map_or(RecordId::from_bytes([0; 16]), |record| record.id)
    }

    /// About how many bytes of memory it takes.
    pub fn bytes_held(&self) -> usize {
        let drafts = self.meaning.as_deref().unwrap_or_default();
        let rows: usize = drafts
            .iter()
            .map(|draft| draft.entries.len() * ENTRY_BYTES + DRAFT_BYTES)
            .sum();
        self.body.capacity() + self.context.len() + self.place.len() + rows + PREPARED_BYTES
    }

    /// The piece it was made of, without its reading.
    pub fn into_piece(self) -> Piece<'static> {
        Piece {
            place: self.place,
            format: self.format,
            body: self.body.into(),
            context: self.context,
        }
    }

    /// Every record it names, which filing needs to exist.
    pub(super) fn records(&self) -> impl Iterator<Item = &RecordKey> {
        let drafts = self.meaning.as_deref().unwrap_or_default();
        let asked = drafts
            .iter()
            .flat_map(|draft| &draft.decisions)
            .flat_map(|asked| match asked {
                Asked::Merge { from, into } => vec![from, into],
                Asked::Superseded { .. } => Vec::new(),
            });
        drafts
            .iter()
            .map(|draft| &draft.record)
            .chain(asked)
            .chain(&self.refused_record)
    }
}

/// Memory that one laid out line takes, its texts among it; what one item takes beside its lines; and one piece.
const ENTRY_BYTES: usize = 19 * size_of::<Cell>() + 250;
const DRAFT_BYTES: usize = 600;
const PREPARED_BYTES: usize = 300;

/// A decision that an item asks for, its records named.
pub(super) enum Asked {
    Merge { from: RecordKey, into: RecordKey },
    Superseded { old: NhsNumber, new: NhsNumber },
}

/// Prepared pieces, those of one record packed together.
pub struct Batch {
    pub(super) pieces: Vec<Prepared>,
    pub(super) parcels: Vec<Parcel>,
}

impl Batch {
    /// How many pieces it holds.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

/// Some pieces of a batch, by place, packed together.
pub(super) struct Parcel {
    pub record: RecordKey,
    pub pieces: Vec<usize>,
    pub packed: Packed,
}

/// An item laid out for filing; the record's number is filled in when it is known.
pub(super) struct Draft {
    pub id: ItemId,
    pub item_type: i64,
    pub record: RecordKey,
    pub version: Option<Instant>,
    pub withdrawn: bool,
    pub mapped: bool,
    pub person: Option<Box<Demographics>>,
    /// Whether it is the sender's own Patient of its record.
    pub own: bool,
    pub verified: bool,
    pub entries: Vec<Vec<Cell>>,
    pub issues: Vec<Issue>,
    pub terms: Vec<(i64, String)>,
    pub decisions: Vec<Asked>,
}

/// What finds or mints a record.
#[derive(Clone)]
pub(super) struct RecordKey {
    pub id: RecordId,
    pub local: String,
    pub directory: bool,
}

/// One thread's half of intake.
pub struct Preparer<'a> {
    packer: &'a Packer,
    writer: &'a Writer,
    key: &'a IdKey,
    thread: ThreadPacker,
}

impl<'a> Preparer<'a> {
    /// For one thread.
    pub fn new(packer: &'a Packer, writer: &'a Writer, key: &'a IdKey) -> Self {
        Self {
            packer,
            writer,
            key,
            thread: ThreadPacker::new(),
        }
    }

    /// Reads a piece and lays out what accepting it will write. A piece that cannot be read is prepared too:
    /// for quarantine.
    pub fn prepare(&self, piece: Piece<'_>, source: &Source, received: Instant) -> Prepared {
        let feed = &source.feed;
        let mut meaning = exchange::read(piece.format, &piece.body, &piece.context, feed);
        if let Ok(items) = &meaning {
            meaning = match unfit(items) {
                Some(refused) => Err(refused),
                None => meaning,
            };
        }
        let item_type = match &meaning {
            Ok(items) => items.first().map_or_else(String::new, |item| item.item_type.clone()),
            Err(refused) => refused.item_type.clone(),
        };
        let refused_record = match &meaning {
            Err(refused) if !matches!(refused.subject, Subject::Directory | Subject::Missing) => {
                Some(record_key(self.key, feed, &refused.subject))
            }
            _ => None,
        };
        Prepared {
            source: source.clone(),
            digest: tie_of(&piece.context, &piece.body),
            place: piece.place,
            format: piece.format,
            context: piece.context,
            body: piece.body.into_owned(),
            received,
            item_type,
            meaning: meaning.map(|items| items.into_iter().map(|item| self.draft(item, feed, received)).collect()),
            refused_record,
        }
    }

    /// The record that a piece is about; the sender's directory when it is about nobody or cannot be read. For
    /// putting pieces in order before they are prepared.
    pub fn record_of(&self, piece: &Piece<'_>, feed: &Feed) -> RecordId {
        let subject = match exchange::read(piece.format, &piece.body, &piece.context, feed) {
            Ok(items) => items.into_iter().next().map_or(Subject::Missing, |item| item.subject),
            Err(refused) => refused.subject,
        };
        record_key(self.key, feed, &subject).id
    }

    /// Closes a batch: packs its pieces, those of one record together.
    ///
    /// # Errors
    /// Only when the store cannot keep a new dictionary.
    pub fn close(&mut self, pieces: Vec<Prepared>) -> Result<Batch, DbError> {
        // A parcel has one record, feed, format and time of receipt: what a rebuild reads it by.
        let mut order: Vec<(ParcelKey, usize)> = pieces
            .iter()
            .enumerate()
            .filter_map(|(n, piece)| {
                let record = piece.meaning.as_ref().ok()?.first()?.record.id;
                Some(((record, piece.source.feed_no, piece.format as i64, piece.received), n))
            })
            .collect();
        order.sort_unstable();
        let mut parcels: Vec<Parcel> = Vec::new();
        for group in order.chunk_by(|a, b| a.0 == b.0) {
            for some in cut(group, &pieces) {
                let held: Vec<&Prepared> = some.iter().map(|n| &pieces[*n]).collect();
                let Some(record) = held[0].records().next().cloned() else {
                    continue;
                };
                let packed = self
                    .thread
                    .pack(self.packer, self.writer, &held[0].source.feed.name, &held)?;
                parcels.push(Parcel {
                    record,
                    pieces: some,
                    packed,
                });
            }
        }
        Ok(Batch { pieces, parcels })
    }

    /// Lays out, for quarantine, something that could not even be cut into pieces. `place` names it; `kept` are
    /// its first bytes.
    pub fn refuse(
        &self,
        place: &str,
        format: Format,
        kept: &[u8],
        rejection: record::Rejection,
        source: &Source,
        received: Instant,
    ) -> Prepared {
        // What could not be cut has no bytes of its own to tell it from another: its place and reason do.
        let unlike = format!("{place}\u{1f}{rejection}");
        Prepared {
            source: source.clone(),
            place: place.to_owned(),
            format,
            context: String::new(),
            body: kept.to_vec(),
            digest: if kept.is_empty() {
                digest(unlike.as_bytes())
            } else {
                digest(kept)
            },
            received,
            item_type: String::new(),
            meaning: Err(Refused {
                rejection,
                item_type: String::new(),
                subject: Subject::Missing,
            }),
            refused_record: None,
        }
    }

    fn draft(&self, item: Item, feed: &Feed, received: Instant) -> Draft {
        let record = record_key(self.key, feed, &item.subject);
        let id = ItemId::of(self.key, &feed.sender, &item.item_type, &item.local_id);
        let mut terms = Terms::default();
        let item_type = terms.intern(&item.item_type).unwrap_or(0);
        let entries = item
            .entries
            .iter()
            .map(|entry| self.entry_row(entry, id, feed, received, &mut terms))
            .collect();
        let verified = item
            .person
            .as_ref()
            .is_some_and(|person| match person.nhs_number_status {
                NhsNumberStatus::Verified => true,
                NhsNumberStatus::Unverified => false,
                NhsNumberStatus::Unsaid => feed.nhs_number_verified,
            });
        let own = item.item_type == "Patient"
            && match &item.subject {
                Subject::Local(local) => *local == item.local_id,
                Subject::NhsNumber(number) => item.local_id.ends_with(&number.digits()),
                Subject::Directory | Subject::Missing => false,
            };
        Draft {
            id,
            own,
            item_type,
            record,
            version: item.version,
            withdrawn: item.withdrawn,
            mapped: item.mapped,
            person: item.person,
            verified,
            entries,
            issues: item.issues,
            terms: terms.0,
            decisions: item
                .decisions
                .iter()
                .map(|decision| self.asked(decision, feed))
                .collect(),
        }
    }

    fn asked(&self, decision: &Decision, feed: &Feed) -> Asked {
        let record = |local: &String| record_key(self.key, feed, &Subject::Local(local.clone()));
        match decision {
            Decision::Merge { from, into } => Asked::Merge {
                from: record(from),
                into: record(into),
            },
            Decision::Superseded { old, new } => Asked::Superseded { old: *old, new: *new },
        }
    }

    /// One row of [`super::store::ENTRY`]; the record's number is left 0.
    fn entry_row(&self, entry: &Entry, id: ItemId, feed: &Feed, received: Instant, terms: &mut Terms) -> Vec<Cell> {
        let normal = match &entry.value {
            Some(Value::Quantity(quantity)) => record::value::normalise(&entry.what, quantity).map(|n| n.number),
            _ => None,
        };
        let encounter = (!entry.encounter.is_empty())
            .then(|| ItemId::of(self.key, &feed.sender, "Encounter", &entry.encounter).key());
        let also: Vec<String> = entry.also.iter().map(concept_text).collect();
        vec![
            Cell::Int(0),
            Cell::Int(id.key()),
            Cell::Int(i64::from(entry.part)),
            Cell::Int(entry.kind as i64),
            Cell::Int(terms.intern(&concept_text(&entry.what)).unwrap_or(0)),
            Cell::opt_int(terms.intern(&also.join("\u{1e}"))),
            entry
                .value
                .as_ref()
                .map_or(Cell::Null, |value| Cell::Text(value_text(value))),
            normal.map_or(Cell::Null, Cell::Real),
            Cell::opt_int(entry.happened.map(when_number)),
            Cell::opt_int(entry.ended.map(when_number)),
            Cell::opt_int(entry.recorded.map(when_number)),
            Cell::Int(received.0),
            Cell::opt_int(terms.intern(&entry.by)),
            Cell::opt_int(terms.intern(&entry.place)),
            Cell::Int(entry.status as i64),
            Cell::Int(entry.certainty as i64),
            Cell::opt_int(terms.intern(&entry.category)),
            Cell::opt_int(encounter),
            Cell::text_or_null(&entry.detail),
        ]
    }
}

/// What the pieces of one parcel have in common.
type ParcelKey = (RecordId, i64, i64, Instant);

/// Cuts the pieces of one record into parcels of bounded size.
fn cut(group: &[(ParcelKey, usize)], pieces: &[Prepared]) -> Vec<Vec<usize>> {
    let mut parcels = vec![Vec::new()];
    let mut size = 0;
    for (_, n) in group {
        let open = parcels.last_mut();
        let bytes = pieces[*n].body.len() + pieces[*n].context.len();
        match open {
            Some(open) if open.is_empty() || (size + bytes <= PARCEL_BYTES && open.len() < PARCEL_PIECES) => {
                open.push(*n)
            }
            _ => {
                parcels.push(vec![*n]);
                size = 0;
            }
        }
        size += bytes;
    }
    parcels
}

/// The record a subject names. A number alone names a record of its own: joining it to the sender's other
/// records is a decision about identity (SAFETY 1), not a matter of filing, and must not depend on which
/// arrived first.
pub(super) fn record_key(key: &IdKey, feed: &Feed, subject: &Subject) -> RecordKey {
    let (local, directory) = match subject {
        Subject::Local(local) => (local.clone(), false),
        Subject::NhsNumber(number) => (format!("nhs:{}", number.digits()), false),
        Subject::Directory | Subject::Missing => (String::new(), true),
    };
    RecordKey {
        id: RecordId::of(key, &feed.sender, &local),
        local,
        directory,
    }
}

/// Whether a place within an item is one that says whom it is about.
fn names_someone(place: &str) -> bool {
    ["subject", "patient", "for", "participant", "beneficiary", "PID"]
        .iter()
        .any(|start| place.starts_with(start))
}

/// Why the items of a readable piece cannot be filed: a mapped item must be about somebody and must say
/// something, or it would be counted as taken and never be seen.
fn unfit(items: &[Item]) -> Option<Refused> {
    let refuse = |item: &Item, code, reason: &str| {
        Some(Refused {
            rejection: record::Rejection::new(code, item.item_type.clone(), reason),
            item_type: item.item_type.clone(),
            subject: item.subject.clone(),
        })
    };
    items.iter().find_map(|item| {
        let silent = item.entries.is_empty() && item.person.is_none() && item.decisions.is_empty();
        if item.mapped && item.subject == Subject::Missing && !item.withdrawn {
            let mut reason =
                String::from("It does not say which person it is about. The sender should name the patient.");
            if let Some(issue) = item.issues.iter().find(|issue| names_someone(&issue.place)) {
                reason.push_str(&format!(" {}: {}.", issue.place, issue.reason));
            }
            refuse(item, "no-subject", &reason)
        } else if item.mapped && silent && !item.withdrawn {
            refuse(item, "no-entry", "Nothing in it can be shown on a record.")
        } else {
            None
        }
    })
}

/// A digest of a piece, for telling same from different and for breaking ties. What it needs from around it to
/// be read is part of it: the same bytes in another bundle may name another person.
pub(crate) fn tie_of(context: &str, body: &[u8]) -> i64 {
    // The time of a whole bundle says nothing of what stands in it: sent again tomorrow, it is the same.
    let around = context.lines().filter(|line| !line.starts_with("@timestamp "));
    let mut hasher = blake3::Hasher::new();
    hasher.update(body);
    for line in around {
        hasher.update(&[0xff]);
        hasher.update(line.as_bytes());
    }
    let mut first = [0u8; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    i64::from_le_bytes(first)
}

/// The number of a shared text: its own digest.
pub(crate) fn term_number(text: &str) -> i64 {
    digest(text.as_bytes())
}

/// A digest of bytes.
pub(super) fn digest(body: &[u8]) -> i64 {
    let mut first = [0u8; 8];
    first.copy_from_slice(&blake3::hash(body).as_bytes()[..8]);
    i64::from_le_bytes(first)
}

/// Texts that many rows share, each under a number that is its own digest.
#[derive(Default)]
struct Terms(Vec<(i64, String)>);

impl Terms {
    /// The number of a text; `None` for the empty text.
    fn intern(&mut self, text: &str) -> Option<i64> {
        if text.is_empty() {
            return None;
        }
        let number = term_number(text);
        if !self.0.iter().any(|(known, _)| *known == number) {
            self.0.push((number, text.to_owned()));
        }
        Some(number)
    }
}
