//! Reading a person: every record that is theirs, folded into facts, with who said nothing.

use super::banner::{self, Banner};
use super::disagreement::{self, Disagreement};
use super::store::{self, Identity, RawLine};
use super::timeline::{self, Fact, Line};
use super::{demographics, matching, whereabouts};
use crate::Care;
use crate::access::sensitivity;
use crate::access::{Act, Part, PersonGrant};
use crate::db::{Conn, DbError};
use crate::intake::quarantine::store as quarantine_store;
use crate::intake::{QuarantineItem, Quarantined, concept_of, value_of, when_of};
use crate::rights::preferences::{self, Preference};
use crate::rights::requests::{self, State};
use record::value::normalise;
use record::{Certainty, Demographics, Entry, Instant, Kind, OrgCode, PersonId, Status, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// One sender's view of who the person is.
#[derive(Clone, Debug)]
pub struct SenderView {
    /// The sender.
    pub sender: OrgCode,
    /// The sender's own id of the person.
    pub local_id: String,
    /// The record's number.
    pub record_no: i64,
    /// What the sender says; `None` when it only sent things about them.
    pub says: Option<Demographics>,
    /// Whether the sender's NHS number counts as verified.
    pub nhs_verified: bool,
}

/// What a sender has told of this person, and when anything last came from it at all.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The sender.
    pub sender: OrgCode,
    /// How many lines it has on this person.
    pub lines: usize,
    /// When the last of them was received; `None` when there are none.
    pub last_about_person: Option<Instant>,
    /// When the sender's feeds last brought anything at all; `None` when never.
    pub last_anything: Option<Instant>,
    /// The sender's feeds that are later than they should be, by title, with when each last brought anything.
    pub late: Vec<(String, Option<Instant>)>,
}

/// Someone who may be the same person, and was not joined: never shown as one with them (SAFETY 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perhaps {
    /// Their id.
    pub person: PersonId,
    /// Who holds records of them that are alike.
    pub senders: Vec<OrgCode>,
    /// Whether they share an NHS number; else name and birth date.
    pub same_number: bool,
}

/// A feed that has brought nothing about this person: never to be read as "says none".
#[derive(Clone, Debug)]
pub struct Silence {
    /// The sender.
    pub sender: OrgCode,
    /// When the sender's feeds last brought anything at all; `None` when never.
    pub last_anything: Option<Instant>,
}

/// A person, read.
#[derive(Debug)]
pub struct PersonRecord {
    /// Their id.
    pub person: PersonId,
    /// Each sender's view of who they are; the one to show first.
    pub views: Vec<SenderView>,
    /// Facts, latest first.
    pub facts: Vec<Fact>,
    /// What stands first.
    pub banner: Banner,
    /// Where senders contradict each other.
    pub disagreements: Vec<Disagreement>,
    /// Who has told what.
    pub heard: Vec<Heard>,
    /// Senders who have told nothing about this person.
    pub silent: Vec<Silence>,
    /// Items about this person that could not be read.
    pub quarantined: Vec<Quarantined>,
    /// People who may be the same.
    pub may_be_same: Vec<Perhaps>,
    /// Whether address, phone and practice must be hidden everywhere (SAFETY 2).
    pub restricted: bool,
    /// Whether something is sealed that this reader could else see, and is left out.
    pub sealed: bool,
    /// Why the reader sees only what their own organisation wrote, in words for the page; `None` when they see what
    /// others wrote too.
    pub own_only: Option<&'static str>,
    /// Whether the reader could open what is kept back by declaring an emergency.
    pub may_declare: bool,
    /// Until when a declared emergency opens this record to the reader; `None` when none does.
    pub emergency: Option<Instant>,
    /// Items of which the person said that something is wrong: waiting for an answer, or not agreed.
    pub questioned: HashMap<i64, State>,
    /// What the person said about being reached and met, as far as it stands.
    pub own_word: Vec<Preference>,
    /// As known at.
    pub known_at: Instant,
}

/// Reads a person, by leave.
///
/// # Errors
/// When the store fails.
pub fn read(care: &Care, grant: &PersonGrant) -> Result<PersonRecord, DbError> {
    care.readers().read(|conn| read_with(care, conn, grant))
}

/// An item in quarantine that is tied to this person, whole, so that what could not be read can be seen at
/// the bedside (SAFETY 4). `None` when there is none of this number that is theirs, when the grant does not
/// cover items as sent, or when the person's whereabouts are restricted and its bytes could tell them.
///
/// # Errors
/// When the store fails.
pub fn held(care: &Care, grant: &PersonGrant, number: i64) -> Result<Option<QuarantineItem>, DbError> {
    let (item, records) = care.readers().read(|conn| {
        let item = quarantine_store::one(conn, number)?;
        Ok::<_, DbError>((item, store::records_of(conn, grant.person_no())?))
    })?;
    Ok(item.filter(|item| {
        let theirs = records
            .iter()
            .any(|record| Some(record.record_no) == item.line.record_no);
        theirs && grant.covers_as_sent() && !item.restricted
    }))
}

fn read_with(care: &Care, conn: &mut Conn, grant: &PersonGrant) -> Result<PersonRecord, DbError> {
    let records = store::records_of(conn, grant.person_no())?;
    let record_numbers: Vec<i64> = records.iter().map(|record| record.record_no).collect();
    let mut lines = lines_of(care, conn, &records)?;
    let sealed = sensitivity::sift(care, grant, &mut lines);
    let mine = store::identities(conn, &record_numbers)?;
    let (views, restricted) = views_of(conn, &records, &mine)?;
    let (heard, silent) = who_spoke(care, conn, &lines, grant.now())?;
    let own_only = grant.own_only();
    let facts = timeline::fold(lines);
    let codes = &care.system().banner;
    Ok(PersonRecord {
        person: grant.person(),
        banner: banner::gather(&facts, codes, grant.now()),
        disagreements: disagreement::find(&facts, codes),
        heard,
        silent,
        quarantined: match grant.is_own_use() {
            true => Vec::new(),
            false => quarantine_store::of_records(conn, &record_numbers)?,
        },
        may_be_same: match grant.is_own_use() {
            true => Vec::new(),
            false => may_be_same(conn, &mine, &record_numbers, grant.person_no())?,
        },
        restricted,
        sealed,
        own_only,
        may_declare: (sealed || own_only.is_some()) && grant.may_declare(),
        emergency: grant.facts().emergency,
        questioned: requests::questioned(conn, grant.person_no())?,
        own_word: match grant.covers_part(Act::ReadRecord, Part::Contact) {
            true => preferences::standing(conn, grant.person_no())?,
            false => Vec::new(),
        },
        known_at: grant.now(),
        views,
        facts,
    })
}

/// Each sender's view of who a person is, the one to show first, and whether where they are must be hidden
/// everywhere (SAFETY 2); it is hidden in the views already.
///
/// # Errors
/// When the store fails.
pub fn views(care: &Care, grant: &PersonGrant) -> Result<(Vec<SenderView>, bool), DbError> {
    care.readers().read(|conn| {
        let records = store::records_of(conn, grant.person_no())?;
        let numbers: Vec<i64> = records.iter().map(|record| record.record_no).collect();
        let mine = store::identities(conn, &numbers)?;
        views_of(conn, &records, &mine)
    })
}

fn views_of(
    conn: &mut Conn,
    records: &[store::RecordOf],
    mine: &[Identity],
) -> Result<(Vec<SenderView>, bool), DbError> {
    let mut views = Vec::with_capacity(records.len());
    for record in records {
        views.push(SenderView {
            sender: sender_of(&record.sender)?,
            local_id: record.local_id.clone(),
            record_no: record.record_no,
            says: record.demographics.as_deref().map(demographics::of_text).transpose()?,
            nhs_verified: record.nhs_verified,
        });
    }
    let restricted = whereabouts::restricted(conn, mine)?;
    if restricted {
        views
            .iter_mut()
            .filter_map(|view| view.says.as_mut())
            .for_each(whereabouts::hide);
    }
    views.sort_by_key(|view| (view.says.is_none(), !view.nhs_verified, view.record_no));
    Ok((views, restricted))
}

fn sender_of(text: &str) -> Result<OrgCode, DbError> {
    OrgCode::parse(text).ok_or_else(|| DbError::state("a record in the store has no readable sender"))
}

/// Every line of these records.
fn lines_of(care: &Care, conn: &mut Conn, records: &[store::RecordOf]) -> Result<Vec<Line>, DbError> {
    let senders: HashMap<i64, OrgCode> = records
        .iter()
        .map(|record| Ok((record.record_no, sender_of(&record.sender)?)))
        .collect::<Result<_, DbError>>()?;
    let record_numbers: Vec<i64> = records.iter().map(|record| record.record_no).collect();
    let raw = store::lines_of(conn, &record_numbers)?;
    let mut numbers = BTreeSet::new();
    for line in &raw {
        numbers.insert(line.what);
        numbers.extend(
            [line.also, line.author, line.place, line.category]
                .into_iter()
                .flatten(),
        );
    }
    let texts = care.terms.texts(conn, &numbers)?;
    let mut issues: HashMap<store::Place, Vec<store::Issue>> = HashMap::new();
    for (item, issue) in store::issues_of(conn, &record_numbers)? {
        issues.entry(item).or_default().push(issue);
    }
    raw.into_iter()
        .map(|line| {
            let lost = || DbError::state("a line came of a record that was not asked for");
            let sender = senders.get(&line.record_no).ok_or_else(lost)?;
            let issues = issues.get(&(line.record_no, line.item)).cloned().unwrap_or_default();
            Ok(line_of(line, &texts, issues, sender))
        })
        .collect()
}

fn line_of(raw: RawLine, texts: &HashMap<i64, Arc<str>>, issues: Vec<store::Issue>, sender: &OrgCode) -> Line {
    let text = |number: Option<i64>| number.and_then(|n| texts.get(&n)).map_or("", |text| text.as_ref());
    let what = concept_of(text(Some(raw.what)));
    let mut entry = Entry::new(Kind::from_number(raw.kind).unwrap_or(Kind::Other), what);
    entry.part = u16::try_from(raw.part).unwrap_or(u16::MAX);
    entry.also = text(raw.also)
        .split('\u{1e}')
        .filter(|text| !text.is_empty())
        .map(concept_of)
        .collect();
    entry.value = raw.value.as_deref().and_then(value_of);
    entry.happened = raw.happened.map(when_of);
    entry.ended = raw.ended.map(when_of);
    entry.recorded = raw.recorded.map(when_of);
    entry.by = text(raw.author).to_owned();
    entry.place = text(raw.place).to_owned();
    entry.status = Status::from_number(raw.status).unwrap_or_default();
    entry.certainty = Certainty::from_number(raw.certainty).unwrap_or_default();
    entry.category = text(raw.category).to_owned();
    entry.detail = raw.detail.unwrap_or_default();
    let normal = match (&entry.value, raw.normal) {
        (Some(Value::Quantity(quantity)), Some(_)) => normalise(&entry.what, quantity),
        _ => None,
    };
    Line {
        entry,
        sender: sender.clone(),
        received: Instant(raw.received),
        normal,
        issues,
        record_no: raw.record_no,
        item: raw.item,
        encounter: raw.encounter,
    }
}

/// Who has told what of this person, and who has told nothing.
fn who_spoke(
    care: &Care,
    conn: &mut Conn,
    lines: &[Line],
    now: Instant,
) -> Result<(Vec<Heard>, Vec<Silence>), DbError> {
    let mut heard: BTreeMap<OrgCode, Heard> = BTreeMap::new();
    for line in lines {
        let entry = heard.entry(line.sender.clone()).or_insert_with(|| Heard {
            sender: line.sender.clone(),
            lines: 0,
            last_about_person: None,
            last_anything: None,
            late: Vec::new(),
        });
        entry.lines += 1;
        entry.last_about_person = entry.last_about_person.max(Some(line.received));
    }
    let mut silent: BTreeMap<OrgCode, Silence> = BTreeMap::new();
    for feed in &care.system().feeds {
        if !heard.contains_key(&feed.sender) {
            silent.insert(
                feed.sender.clone(),
                Silence {
                    sender: feed.sender.clone(),
                    last_anything: None,
                },
            );
        }
    }
    let mut last_by_feed: HashMap<String, Instant> = HashMap::new();
    for (feed, sender, last) in store::feeds_heard(conn)? {
        let (Some(sender), Some(last)) = (OrgCode::parse(&sender), (last > 0).then_some(Instant(last))) else {
            continue;
        };
        if let Some(silence) = silent.get_mut(&sender) {
            silence.last_anything = silence.last_anything.max(Some(last));
        }
        if let Some(heard) = heard.get_mut(&sender) {
            heard.last_anything = heard.last_anything.max(Some(last));
        }
        last_by_feed.insert(feed, last);
    }
    for feed in &care.system().feeds {
        let last = last_by_feed.get(&feed.name).copied();
        if let Some(heard) = heard.get_mut(&feed.sender)
            && feed.is_late(last, now)
        {
            heard.late.push((feed.title.clone(), last));
        }
    }
    Ok((heard.into_values().collect(), silent.into_values().collect()))
}

/// People who share an NHS number with this one, or name and birth date, and were not joined: named, never
/// shown as one (SAFETY 1). Records that the law or a steward keeps apart are left out altogether.
fn may_be_same(conn: &mut Conn, mine: &[Identity], records: &[i64], person_no: i64) -> Result<Vec<Perhaps>, DbError> {
    const CANDIDATES_MAX: i64 = 400;
    const PERHAPS_MAX: usize = 20;
    let kept_apart = store::kept_from(conn, records)?;
    let numbers: Vec<i64> = mine
        .iter()
        .filter_map(|i| i.nhs_number)
        .map(record::NhsNumber::as_i64)
        .collect();
    let by_number = store::records_with_numbers(conn, &numbers)?;
    let mut candidates = by_number.clone();
    for birth in mine
        .iter()
        .filter_map(|identity| identity.birth)
        .collect::<BTreeSet<_>>()
    {
        let others = store::identities_by(conn, Some(birth), "", CANDIDATES_MAX)?;
        candidates.extend(
            others
                .iter()
                .filter(|other| mine.iter().any(|i| whereabouts::alike(i, other)))
                .map(|o| o.record_no),
        );
    }
    // And those that were weighed as likely, however little they share.
    candidates.extend(
        matching::store::pairs_of(conn, records)?
            .iter()
            .flat_map(|pair| [pair.a, pair.b]),
    );
    let others: Vec<i64> = candidates.into_iter().filter(|no| !records.contains(no)).collect();
    let mut found: BTreeMap<i64, Perhaps> = BTreeMap::new();
    for (record_no, other_no, id) in store::person_ids_of(conn, &others)? {
        let left_out = other_no == person_no || kept_apart.contains(&other_no);
        if left_out || (found.len() == PERHAPS_MAX && !found.contains_key(&other_no)) {
            continue;
        }
        let sender = sender_of(&store::sender_of(conn, record_no)?)?;
        let perhaps = found.entry(other_no).or_insert_with(|| Perhaps {
            person: id,
            senders: Vec::new(),
            same_number: false,
        });
        perhaps.same_number |= by_number.contains(&record_no);
        if !perhaps.senders.contains(&sender) {
            perhaps.senders.push(sender);
        }
    }
    Ok(found.into_values().collect())
}
