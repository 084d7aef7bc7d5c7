//! The half of intake that files: what is new, what is newer, what is known.
//!
//! INVARIANT: of all versions of an item, whatever records they stand in, the one with the greatest
//! (version, tie) is current and only its lines stand. So the state after any arrivals is the same in any
//! order (HOUSE 5).

use super::Outcome;
use super::homes::{NewHomes, Using, Way};
use super::pack::pack_some;
use super::prepare::{Asked, Batch, Draft, Prepared, RecordKey};
use super::quarantine;
use super::removal;
use super::store::{self, BY_ARRIVAL, FeedDay, INCOMPLETE, UNMAPPED, Version, WITHDRAWN};
use crate::db::{Cell, Conn, DbError, insert_rows, insert_rows_under};
use crate::person::identity::SaysWho;
use crate::person::{decision, identity, matching};
use record::{Instant, Issue};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What became of one prepared piece.
#[derive(Clone, Debug)]
pub struct Filed {
    /// Accepted, updated, unchanged or quarantined.
    pub outcome: Outcome,
    /// Type of its first item; empty when that was unreadable.
    pub item_type: String,
    /// Where it stood in what was sent.
    pub place: String,
    /// Entries written.
    pub entries: u64,
    /// Whether all its items are of types that add no entries.
    pub unmapped: bool,
    /// Why it wrote no entry though it said something and its type is mapped; `None` otherwise.
    pub without_entries: Option<&'static str>,
}

/// Files prepared pieces, in the order given, within the transaction that `conn` is in. Calling it again with
/// the same pieces changes nothing.
///
/// # Errors
/// Only when the database fails; nothing is filed then.
pub fn accept(conn: &mut Conn, batch: &Batch, way: Way<'_>) -> Result<Vec<Filed>, DbError> {
    let pieces = &batch.pieces;
    let mut homes = Using::begin(conn, way)?;
    let mut filing = Filing::look_up(conn, batch, &homes)?;
    let mut filed = Vec::with_capacity(pieces.len());
    for (n, prepared) in pieces.iter().enumerate() {
        filed.push(match &prepared.meaning {
            Ok(drafts) => filing.file(n, prepared, drafts)?,
            Err(refused) => {
                let record = prepared.refused_record.as_ref();
                let record_no = record.and_then(|key| filing.records.get(key.id.as_bytes()).copied());
                quarantine::keep(conn, prepared, refused, record_no)?;
                Filed {
                    outcome: Outcome::Quarantined {
                        code: refused.rejection.code.to_owned(),
                        reason: format!("{}: {}", refused.rejection.place, refused.rejection.reason),
                    },
                    item_type: prepared.item_type.clone(),
                    place: prepared.place.clone(),
                    entries: 0,
                    unmapped: false,
                    without_entries: None,
                }
            }
        });
    }
    filing.write(conn, batch, &mut homes)?;
    count_days(conn, pieces, &filed)?;
    Ok(filed)
}

/// A batch being filed: what the store held of everything it touches, and the rows to be written.
struct Filing<'a> {
    records: HashMap<[u8; 16], i64>,
    next_record: i64,
    /// Each piece's contribution number, by place in the batch.
    contribution_nos: Vec<i64>,
    /// Whether each piece said anything that is kept.
    kept: Vec<bool>,
    items: HashMap<i64, Held<'a>>,
    /// Items that were lawfully removed: they are never filed again (SAFETY 7).
    removed: HashSet<i64>,
    new_records: Vec<Vec<Cell>>,
    new_items: Vec<Vec<Cell>>,
    new_homes: NewHomes,
    /// Items that stand in other records too, as (record, item).
    elsewhere: BTreeSet<(i64, i64)>,
    decisions: Vec<(i64, &'a Prepared, &'a Asked)>,
}

/// What is held of one item, the store's versions and this batch's.
#[derive(Default)]
struct Held<'a> {
    versions: Vec<Version>,
    /// The winner within this batch, if the batch changed the winner.
    won: Option<&'a Draft>,
    /// Where the store has lines of it now.
    stored_in: Option<i64>,
}

impl Held<'_> {
    fn winner(&self) -> Option<&Version> {
        self.versions.iter().max_by_key(|v| (v.version, v.tie, v.record_no))
    }
}

impl<'a> Filing<'a> {
    fn look_up(conn: &mut Conn, batch: &'a Batch, homes: &Using<'_>) -> Result<Self, DbError> {
        let pieces = &batch.pieces;
        let drafts = || {
            pieces
                .iter()
                .filter_map(|prepared| prepared.meaning.as_ref().ok())
                .flatten()
        };
        let mut wanted: BTreeMap<[u8; 16], RecordKey> = BTreeMap::new();
        let mut order = Vec::new();
        for key in pieces.iter().flat_map(Prepared::records) {
            let bytes = *key.id.as_bytes();
            if wanted.insert(bytes, key.clone()).is_none() {
                order.push(bytes);
            }
        }
        let keys: Vec<i64> = wanted.values().map(|key| key.id.key()).collect();
        let records = store::known_records(conn, &keys)?;
        let missing = order.iter().filter(|bytes| !records.contains_key(*bytes)).count() as i64;
        let item_keys: Vec<i64> = drafts()
            .map(|draft| draft.id.key())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut pairs: Vec<(i64, i64)> = homes
            .of(conn, &item_keys)?
            .into_iter()
            .map(|(item, record_no)| (record_no, item))
            .collect();
        pairs.sort_unstable();
        let mut items: HashMap<i64, Held<'a>> = HashMap::with_capacity(item_keys.len());
        for version in store::versions(conn, &pairs)? {
            items.entry(version.item).or_default().versions.push(version);
        }
        for held in items.values_mut() {
            held.stored_in = held.winner().map(|winner| winner.record_no);
        }
        let mut filing = Self {
            records,
            next_record: if missing > 0 {
                conn.take_numbers("record", missing)?
            } else {
                0
            },
            contribution_nos: contribution_numbers(conn, batch)?,
            kept: vec![false; pieces.len()],
            removed: removal::store::removed(conn, &item_keys)?,
            items,
            new_records: Vec::new(),
            new_items: Vec::new(),
            new_homes: NewHomes {
                first: Vec::new(),
                several: Vec::new(),
            },
            elsewhere: BTreeSet::new(),
            decisions: Vec::new(),
        };
        for prepared in pieces {
            for key in prepared.records() {
                filing.mint(key, prepared);
            }
        }
        Ok(filing)
    }

    /// Gives a record that is not known yet its number.
    fn mint(&mut self, key: &RecordKey, prepared: &Prepared) {
        let bytes = *key.id.as_bytes();
        if self.records.contains_key(&bytes) {
            return;
        }
        let record_no = self.next_record;
        self.next_record += 1;
        self.records.insert(bytes, record_no);
        self.new_records.push(vec![
            Cell::Int(record_no),
            Cell::Int(key.id.key()),
            Cell::Bytes(bytes.to_vec()),
            Cell::Text(prepared.source.feed.sender.as_str().to_owned()),
            Cell::Text(key.local.clone()),
            Cell::Int(prepared.received.0),
            Cell::Int(i64::from(key.directory)),
        ]);
    }

    fn file(&mut self, n: usize, prepared: &'a Prepared, drafts: &'a [Draft]) -> Result<Filed, DbError> {
        let contribution_no = self.contribution_nos[n];
        let (mut any_new, mut any_changed, mut any_won, mut entries) = (false, false, false, 0);
        for (facet, draft) in drafts.iter().enumerate() {
            let record_no = *self
                .records
                .get(draft.record.id.as_bytes())
                .ok_or_else(|| DbError::state("a record was not minted before filing"))?;
            if self.removed.contains(&draft.id.key()) {
                continue;
            }
            let held = self.items.entry(draft.id.key()).or_default();
            let Some(version) = newer(held, draft, prepared, record_no, contribution_no, facet) else {
                continue;
            };
            any_new |= held.versions.is_empty();
            any_changed = true;
            if !held.versions.iter().any(|v| v.record_no == record_no) {
                if held.versions.is_empty() {
                    self.new_homes.first.push((version.item, record_no));
                } else {
                    let all = held.versions.iter().map(|other| other.record_no).chain([record_no]);
                    for record in all {
                        self.elsewhere.insert((record, version.item));
                        self.new_homes.several.push((version.item, record));
                    }
                }
            }
            let wins = held
                .winner()
                .is_none_or(|w| (w.version, w.tie, w.record_no) < (version.version, version.tie, record_no));
            held.versions.push(version);
            if wins {
                held.won = Some(draft);
                any_won = true;
                entries += if draft.withdrawn { 0 } else { draft.entries.len() as u64 };
            }
            self.new_items.push(item_row(&version));
            self.decisions
                .extend(draft.decisions.iter().map(|asked| (record_no, prepared, asked)));
        }
        self.kept[n] = any_changed;
        let unmapped = drafts.iter().all(|draft| !draft.mapped);
        let silent = any_changed && entries == 0 && !unmapped;
        Ok(Filed {
            outcome: match (any_new, any_changed) {
                (true, _) => Outcome::Accepted,
                (false, true) => Outcome::Updated,
                (false, false) => Outcome::Unchanged,
            },
            item_type: prepared.item_type.clone(),
            place: prepared.place.clone(),
            entries,
            unmapped,
            without_entries: silent.then(|| why_without_entries(drafts, any_won)),
        })
    }

    /// The parcels to be kept. One of which only some pieces say anything new is packed again with the others
    /// left empty, so that places stay and nothing is stored twice.
    fn parcel_rows(&self, batch: &Batch) -> Result<Vec<Vec<Cell>>, DbError> {
        let mut rows = Vec::new();
        for parcel in &batch.parcels {
            let kept = parcel.pieces.iter().filter(|n| self.kept[**n]).count();
            if kept == 0 {
                continue;
            }
            let repacked;
            let packed = if kept == parcel.pieces.len() {
                &parcel.packed
            } else {
                let pieces: Vec<Option<&Prepared>> = parcel
                    .pieces
                    .iter()
                    .map(|n| self.kept[*n].then_some(&batch.pieces[*n]))
                    .collect();
                repacked = pack_some(&pieces)?;
                &repacked
            };
            let first = &batch.pieces[parcel.pieces[0]];
            let record_no = self
                .records
                .get(parcel.record.id.as_bytes())
                .copied()
                .unwrap_or_default();
            rows.push(vec![
                Cell::Int(self.contribution_nos[parcel.pieces[0]] / store::PARCEL_PLACES),
                Cell::Int(record_no),
                Cell::Int(first.source.feed_no),
                Cell::Int(first.format as i64),
                Cell::Int(first.received.0),
                Cell::Int(packed.dictionary_no),
                Cell::Int(packed.length),
                Cell::Bytes(packed.bytes.clone()),
            ]);
        }
        Ok(rows)
    }

    fn write(mut self, conn: &mut Conn, batch: &Batch, homes: &mut Using<'_>) -> Result<(), DbError> {
        let key = |row: &Vec<Cell>, n: usize| match row[n] {
            Cell::Int(value) => value,
            _ => 0,
        };
        insert_rows(conn, &store::RECORD, &self.new_records)?;
        insert_rows(conn, &store::PARCEL, &self.parcel_rows(batch)?)?;
        homes.keep(conn, self.new_homes)?;
        store::note_elsewhere(conn, &self.elsewhere)?;
        self.new_items
            .sort_unstable_by_key(|row| (key(row, 0), key(row, 1), key(row, 2)));
        insert_rows(conn, &store::ITEM, &self.new_items)?;
        let mut winners: Vec<(i64, i64, &Draft)> = Vec::new();
        let mut says_who: Vec<SaysWho<'_>> = Vec::new();
        for (item, held) in &self.items {
            if let (Some(draft), Some(winner)) = (held.won, held.winner()) {
                if let Some(old) = held.stored_in {
                    store::delete_entries(conn, old, *item)?;
                }
                winners.push((winner.record_no, *item, draft));
                if draft.own || draft.person.is_some() || held.stored_in.is_some() {
                    says_who.push(says_of(draft, winner, held.stored_in));
                }
            }
        }
        winners.sort_unstable_by_key(|(record_no, item, _)| (*record_no, *item));
        write_lines(conn, &winners)?;
        let minted: Vec<i64> = self
            .new_records
            .iter()
            .filter(|row| key(row, 6) == 0)
            .map(|row| key(row, 0))
            .collect();
        let mut touched = identity::file(conn, &says_who, &minted)?;
        touched.extend(minted);
        for (record_no, prepared, asked) in &self.decisions {
            let number = |key: &RecordKey| self.records.get(key.id.as_bytes()).copied();
            let asked = match asked {
                Asked::Merge { from, into } => match (number(from), number(into)) {
                    (Some(from), Some(into)) => decision::Kind::Merge { from, into },
                    _ => return Err(DbError::state("a merged record was not minted before filing")),
                },
                Asked::Superseded { old, new } => decision::Kind::Superseded { old: *old, new: *new },
            };
            touched.extend(decision::as_sent(
                conn,
                asked,
                &prepared.source.feed,
                prepared.received,
            )?);
            touched.insert(*record_no);
        }
        let now = batch.pieces.first().map_or(Instant(0), |prepared| prepared.received);
        matching::store::enqueue(conn, &touched, now)?;
        identity::settle(conn, &touched)
    }
}

fn says_of<'d>(draft: &'d Draft, winner: &Version, before: Option<i64>) -> SaysWho<'d> {
    SaysWho {
        record_no: winner.record_no,
        item: winner.item,
        own: draft.own,
        person: draft.person.as_deref().filter(|_| !draft.withdrawn),
        verified: draft.verified,
        version: winner.version,
        tie: winner.tie,
        before,
    }
}

/// Why a piece that said something wrote no entry: the stable word that counts group by.
fn why_without_entries(drafts: &[Draft], any_won: bool) -> &'static str {
    if !any_won {
        "older-version"
    } else if drafts.iter().all(|draft| draft.withdrawn || !draft.mapped) {
        "withdrawn"
    } else {
        // Intake refuses an item of a mapped type that says nothing at all: see `unfit`.
        "who-someone-is"
    }
}

/// The version row of a draft, or `None` when it says nothing that is not held already.
fn newer(
    held: &Held<'_>,
    draft: &Draft,
    prepared: &Prepared,
    record_no: i64,
    contribution_no: i64,
    facet: usize,
) -> Option<Version> {
    let tie = prepared.digest;
    let version = match draft.version {
        Some(version) => version.0,
        // Nothing but arrival orders it: the same bytes as those that stand now say nothing new, whenever
        // they come.
        None if held.winner().is_some_and(|w| w.tie == tie && w.record_no == record_no) => return None,
        None => prepared.received.0,
    };
    if held
        .versions
        .iter()
        .any(|v| v.record_no == record_no && v.version == version && v.tie == tie)
    {
        return None;
    }
    let state = i64::from(draft.withdrawn) * WITHDRAWN
        + i64::from(!draft.mapped) * UNMAPPED
        + i64::from(draft.version.is_none()) * BY_ARRIVAL
        + i64::from(!draft.issues.is_empty()) * INCOMPLETE;
    Some(Version {
        record_no,
        item: draft.id.key(),
        version,
        tie,
        contribution_no,
        facet: facet as i64,
        item_type: draft.item_type,
        state,
    })
}

fn item_row(v: &Version) -> Vec<Cell> {
    [
        v.record_no,
        v.item,
        v.version,
        v.tie,
        v.contribution_no,
        v.facet,
        v.item_type,
        v.state,
    ]
    .map(Cell::Int)
    .to_vec()
}

/// Numbers for every piece that is in a parcel; 0 for the others, which go to quarantine.
fn contribution_numbers(conn: &mut Conn, batch: &Batch) -> Result<Vec<i64>, DbError> {
    let mut numbers = vec![0; batch.pieces.len()];
    let first = conn.take_numbers("parcel", batch.parcels.len() as i64)?;
    for (parcel_no, parcel) in (first..).zip(&batch.parcels) {
        for (place, n) in parcel.pieces.iter().enumerate() {
            numbers[*n] = parcel_no * store::PARCEL_PLACES + place as i64;
        }
    }
    Ok(numbers)
}

/// Writes the lines, issues and shared texts of the items that now stand.
fn write_lines(conn: &mut Conn, winners: &[(i64, i64, &Draft)]) -> Result<(), DbError> {
    let mut entries = Vec::new();
    let mut issues = Vec::new();
    let mut terms: HashMap<i64, &str> = HashMap::new();
    for (record_no, item, draft) in winners {
        terms.extend(draft.terms.iter().map(|(number, text)| (*number, text.as_str())));
        if draft.withdrawn {
            continue;
        }
        entries.extend(draft.entries.iter().map(|row| (*record_no, row.as_slice())));
        issues.extend(
            draft
                .issues
                .iter()
                .enumerate()
                .map(|(n, issue)| issue_row(*record_no, *item, n, issue)),
        );
    }
    store::keep_terms(conn, &terms)?;
    insert_rows_under(conn, &store::ENTRY, &entries)?;
    insert_rows(conn, &store::ITEM_ISSUE, &issues)
}

fn issue_row(record_no: i64, item: i64, n: usize, issue: &Issue) -> Vec<Cell> {
    vec![
        Cell::Int(record_no),
        Cell::Int(item),
        Cell::Int(n as i64),
        Cell::Text(issue.place.clone()),
        Cell::Text(issue.reason.clone()),
    ]
}

/// Adds the batch to the sums that the feeds page shows.
fn count_days(conn: &mut Conn, batch: &[Prepared], filed: &[Filed]) -> Result<(), DbError> {
    let mut days: BTreeMap<(i64, i64), (FeedDay, Instant)> = BTreeMap::new();
    for (prepared, filed) in batch.iter().zip(filed) {
        let day = i64::from(prepared.received.uk_date().0);
        let (sums, last) = days.entry((prepared.source.feed_no, day)).or_default();
        sums.received += 1;
        sums.unmapped += i64::from(filed.unmapped);
        match &filed.outcome {
            Outcome::Accepted => sums.accepted += 1,
            Outcome::Updated => sums.updated += 1,
            Outcome::Unchanged => sums.unchanged += 1,
            Outcome::Quarantined { .. } => sums.quarantined += 1,
        }
        *last = (*last).max(prepared.received);
    }
    for ((feed_no, day), (sums, last)) in days {
        store::add_to_day(conn, feed_no, day, last.0, sums)?;
    }
    Ok(())
}
