//! A version of an item as the FHIR resource that is answered.

use super::desk::{Desk, Reading};
use super::outcome::Wrong;
use crate::site::senders::Senders;
use care::person::sent::{self, ItemVersion, Sent};
use exchange::Format;
use exchange::fhir::compose::{Naming, ODS, compose};
use exchange::fhir::local_reference;
use exchange::fhir::rewrite::{Change, member_of, members_of, rewrite};
use record::{Instant, Item, ItemId, Kind, OrgCode, PersonId, Subject};
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;

/// Where this system says when the sender last changed a thing; `meta.lastUpdated` is when it arrived here.
const SENT_UPDATED: &str = "urn:chesil:sent-last-updated";
/// Members that tell, or can tell, where a restricted person is (SAFETY 2): addresses, who saw them and where,
/// which practice is theirs, and words that anyone may have written anything into.
const WHEREABOUTS: &[&str] = &[
    "address",
    "telecom",
    "generalPractitioner",
    "contact",
    "text{",
    "display~",
    "valueAddress",
    "valueContactPoint",
    "location",
    "locationReference",
    "performer",
    "recorder",
    "asserter",
    "requester",
    "custodian",
    "managingOrganization",
    "serviceProvider",
    "organization",
    "careManager",
    "informationSource",
    "recipient",
    "note",
    "comment",
    "presentedForm",
    "data",
];

/// A resource, ready to be sent.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Its type.
    pub kind: String,
    /// Its id.
    pub id: ItemId,
    /// Its version's name.
    pub version: String,
    /// When the version arrived here.
    pub received: Instant,
    /// The record and key it stands under: the order of a record.
    pub key: (i64, i64),
    /// The resource, JSON.
    pub text: String,
}

/// The type under which an item is read: its own, or `Basic` for what has no FHIR type (an unmapped message).
pub fn fhir_type(item_type: &str) -> &str {
    let is_name = item_type.bytes().all(|b| b.is_ascii_alphabetic()) && item_type.starts_with(char::is_uppercase);
    if is_name { item_type } else { "Basic" }
}

/// Writes these versions as resources, in the same order; those whose deletion is all that was sent are left
/// out. `reading` is the leave to the person they are about, `None` for a directory's.
///
/// # Errors
/// When the store fails or holds what cannot be read any more.
pub fn answered(desk: &Desk, reading: Option<&Reading>, versions: &[ItemVersion]) -> Result<Vec<Answered>, Wrong> {
    let sents = sent::sent(desk.care(), versions)?;
    let mut messages: HashMap<i64, Vec<Item>> = HashMap::new();
    let mut found = Vec::with_capacity(versions.len());
    for (version, sent) in versions.iter().zip(&sents) {
        let one = One {
            desk,
            reading,
            version,
            sent,
        };
        let text = match sent.format {
            Format::Fhir => one.fhir()?,
            Format::Hl7 | Format::Table => {
                let items = match messages.entry(version.contribution()) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(open) => open.insert(one.items()?),
                };
                let item = items.get(version.facet);
                item.map(|item| one.composed(item)).transpose()?
            }
        };
        let Some((id, text)) = text else { continue };
        found.push(Answered {
            kind: fhir_type(&version.item_type).to_owned(),
            id,
            version: name_of(reading, version),
            received: sent.received,
            key: (version.record_no, version.item),
            text,
        });
    }
    Ok(found)
}

/// The name of a version as this reader is told it.
pub fn name_of(reading: Option<&Reading>, version: &ItemVersion) -> String {
    match reading.is_some_and(|reading| reading.restricted) {
        true => version.name_untold(),
        false => version.name(),
    }
}

/// One version being written.
struct One<'a> {
    desk: &'a Desk,
    reading: Option<&'a Reading>,
    version: &'a ItemVersion,
    sent: &'a Sent,
}

impl One<'_> {
    fn items(&self) -> Result<Vec<Item>, Wrong> {
        let feed = self.desk.feed(&self.sent.feed)?;
        exchange::read(self.sent.format, &self.sent.body, &self.sent.context, &feed)
            .map_err(|refused| Wrong::failed(&refused.rejection))
    }

    /// What came as FHIR: as sent, but for names and what must be hidden.
    fn fhir(&self) -> Result<Option<(ItemId, String)>, Wrong> {
        if self.sent.context.lines().any(|line| line.starts_with("@delete ")) {
            return Ok(None);
        }
        let body = std::str::from_utf8(&self.sent.body).map_err(|error| Wrong::failed(&error))?;
        // What was written to under this system's id of it goes by the sender's own all the same.
        let renamed = self.sent.context.lines().any(|line| line.starts_with("@id "));
        let local = match plain_id(body).filter(|_| !renamed) {
            Some(id) => id.to_owned(),
            None => self
                .items()?
                .into_iter()
                .next()
                .map(|item| item.local_id)
                .unwrap_or_default(),
        };
        let id = self.desk.id_of(&self.version.sender, &self.version.item_type, &local);
        let text = self.write(&id, body, &|reference| self.renamed(reference))?;
        Ok(Some((id, text)))
    }

    /// What came in another language: composed from what was understood of it.
    fn composed(&self, item: &Item) -> Result<(ItemId, String), Wrong> {
        let desk = self.desk;
        let scrubbed;
        let item = if self.is_restricted() {
            scrubbed = without_whereabouts(item);
            &scrubbed
        } else {
            item
        };
        let sender = &self.version.sender;
        let id = desk.id_of(sender, &item.item_type, &item.local_id);
        let subject = match &item.subject {
            Subject::Local(local) => Some(format!("Patient/{}", desk.id_of(sender, "Patient", local))),
            Subject::NhsNumber(_) => self.person().map(|person| format!("Patient/{person}")),
            Subject::Directory | Subject::Missing => None,
        };
        let naming = Naming {
            id: &id.to_string(),
            subject: subject.as_deref(),
            encounter: &|local| format!("Encounter/{}", desk.id_of(sender, "Encounter", local)),
            patient: &|local| format!("Patient/{}", desk.id_of(sender, "Patient", local)),
        };
        let body = compose(item, &naming).unwrap_or_else(|| basic(item, subject.as_deref()));
        let text = self.write(&id, &body, &|_| None)?;
        Ok((id, text))
    }

    fn write(&self, id: &ItemId, body: &str, reference: &dyn Fn(&str) -> Option<String>) -> Result<String, Wrong> {
        let mut hide: Vec<&str> = Vec::new();
        if self.is_restricted() {
            hide.extend(WHEREABOUTS);
            // R4 demands these two of the types that keep them.
            for (member, needed_by) in [("author", "Composition"), ("participant", "Appointment")] {
                if self.version.item_type != needed_by {
                    hide.push(member);
                }
            }
        }
        // Which of a sender's records are the same person is told by the composed Patient alone: a sender's
        // own link may lead over a bar that it does not know of (SAFETY 2).
        if self.version.item_type == "Patient" {
            hide.push("link");
        }
        let change = Change {
            id: &id.to_string(),
            meta: &|sent| self.meta(sent),
            reference,
            hide: &hide,
        };
        rewrite(body, &change).map_err(|rejection| Wrong::failed(&rejection))
    }

    fn is_restricted(&self) -> bool {
        self.reading.is_some_and(|reading| reading.restricted)
    }

    fn person(&self) -> Option<PersonId> {
        self.reading.map(|reading| reading.grant.person())
    }

    /// A reference as the answer has it: to this system's id of the sender's thing. A reference that names a
    /// person by their NHS number becomes one to the person: numbers stand in no address (SAFETY 12).
    fn renamed(&self, reference: &str) -> Option<String> {
        let named = local_reference(reference, &self.sent.context);
        let by_number = match &named {
            Some((kind, _)) => kind == "Patient" && reference.contains("personal-demographics"),
            None => reference.starts_with("Patient?"),
        };
        if by_number {
            return Some(match self.person() {
                Some(person) => format!("Patient/{person}"),
                None => String::from("Patient/unknown"),
            });
        }
        let (kind, local) = named?;
        let id = self.desk.id_of(&self.version.sender, &kind, &local);
        Some(format!("{kind}/{id}"))
    }

    /// The sender's meta, with this system's version, when it arrived, and who sent it.
    fn meta(&self, sent: Option<&str>) -> String {
        let said = sent.map_or_else(|| Some(Vec::new()), members_of);
        said.and_then(|said| self.plain_meta(&said))
            .unwrap_or_else(|| self.merged_meta(sent))
    }

    /// The meta when nothing that the sender says in it but its tags has to be put together with what is said here:
    /// its members as sent, and then ours. This is nearly every resource, and written straight it takes a tenth of
    /// the time. `None` for any other.
    fn plain_meta(&self, said: &[(&str, &str)]) -> Option<String> {
        let restricted = self.is_restricted();
        let mut tags = said.iter().filter(|(name, _)| *name == "tag");
        let tags = match (tags.next(), tags.next()) {
            (None, _) => None,
            (Some(_), None) if self.version.incomplete => return None,
            (Some((_, sent)), None) => Some(self.desk.tags(&self.version.sender, restricted, sent)?),
            (Some(_), Some(_)) => return None,
        };
        let ours = self.desk.provenance(&self.version.sender, restricted);
        let mut meta = String::with_capacity(512);
        meta.push('{');
        let mut updated = None;
        for (name, value) in said {
            match *name {
                "extension" => return None,
                "versionId" | "tag" => {}
                "source" if ours.source.is_some() => {}
                "lastUpdated" => updated = Some(*value),
                _ => {
                    let _ = write!(meta, "\"{name}\":{value},");
                }
            }
        }
        if let Some(updated) = updated {
            let _ = write!(
                meta,
                "\"extension\":[{{\"url\":\"{SENT_UPDATED}\",\"valueInstant\":{updated}}}],"
            );
        }
        let _ = write!(
            meta,
            "\"versionId\":\"{}\",\"lastUpdated\":\"{}\"",
            name_of(self.reading, self.version),
            self.sent.received.rfc3339()
        );
        if let Some(source) = &ours.source {
            let _ = write!(meta, ",\"source\":{source}");
        }
        match tags {
            Some(tags) => {
                let _ = write!(meta, ",\"tag\":{tags}");
            }
            None => {
                let _ = write!(meta, ",\"tag\":[{}", ours.tags);
                if self.version.incomplete {
                    let _ = write!(meta, ",{}", incomplete());
                }
                meta.push(']');
            }
        }
        meta.push('}');
        Some(meta)
    }

    fn merged_meta(&self, sent: Option<&str>) -> String {
        let mut meta: Map<String, Json> = sent
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        meta.remove("versionId");
        if let Some(updated) = meta.remove("lastUpdated") {
            push(
                &mut meta,
                "extension",
                json!({ "url": SENT_UPDATED, "valueInstant": updated }),
            );
        }
        meta.insert("versionId".to_owned(), json!(name_of(self.reading, self.version)));
        meta.insert("lastUpdated".to_owned(), json!(self.sent.received.rfc3339()));
        for tag in tags_of(self.desk.care(), &self.version.sender, self.is_restricted()) {
            push(&mut meta, "tag", tag);
        }
        if let Some(source) = source_of(self.desk.care(), &self.version.sender, self.is_restricted()) {
            meta.insert("source".to_owned(), json!(source));
        }
        if self.version.incomplete {
            push(&mut meta, "tag", incomplete());
        }
        Json::Object(meta).to_string()
    }
}

fn incomplete() -> Json {
    json!({ "system": "urn:chesil:tag", "code": "incomplete", "display": "Parts could not be read; see it as sent" })
}

/// What is said of where resources of one sender come from, as JSON.
pub struct Provenance {
    /// `meta.source`, quoted.
    source: Option<String>,
    /// The members of `meta.tag`, with commas between.
    tags: String,
}

impl Provenance {
    /// That of a sender; a practice that must not be named (SAFETY 2) is not named by its code either.
    pub fn of(care: &care::Care, sender: &OrgCode, restricted: bool) -> Self {
        let tags: Vec<String> = tags_of(care, sender, restricted).iter().map(Json::to_string).collect();
        Self {
            source: source_of(care, sender, restricted).map(|source| json!(source).to_string()),
            tags: tags.join(","),
        }
    }
}

/// A resource's tags as sent, with those that are said here: each once. `None` when they are not a list.
pub fn merged_tags(care: &care::Care, sender: &OrgCode, restricted: bool, sent: &str) -> Option<String> {
    let Ok(sent @ Json::Array(_)) = serde_json::from_str(sent) else {
        return None;
    };
    let mut meta = Map::new();
    meta.insert("tag".to_owned(), sent);
    for tag in tags_of(care, sender, restricted) {
        push(&mut meta, "tag", tag);
    }
    meta.get("tag").map(Json::to_string)
}

fn source_of(care: &care::Care, sender: &OrgCode, restricted: bool) -> Option<String> {
    let hidden = Senders::about(care.system(), restricted).is_hidden(sender);
    (!hidden).then(|| format!("urn:chesil:sender:{}", sender.as_str()))
}

fn tags_of(care: &care::Care, sender: &OrgCode, restricted: bool) -> Vec<Json> {
    let senders = Senders::about(care.system(), restricted);
    let name = senders.name(sender);
    let whose = if senders.is_hidden(sender) {
        json!({ "system": ODS, "display": name })
    } else {
        json!({ "system": ODS, "code": sender.as_str(), "display": name })
    };
    std::iter::once(whose).chain(stamp_of(care)).collect()
}

/// The item with nothing in it that could tell where its person is.
fn without_whereabouts(item: &Item) -> Item {
    let mut item = item.clone();
    for entry in &mut item.entries {
        for text in [&mut entry.by, &mut entry.place, &mut entry.detail] {
            text.clear();
        }
    }
    item.entries.retain(|entry| entry.kind != Kind::RelatedPerson);
    if let Some(person) = &mut item.person {
        person.addresses.clear();
        person.phones.clear();
        person.emails.clear();
        person.practice.clear();
        person.practice_name.clear();
    }
    item
}

/// The tag that says that all of this is invented (SAFETY 18).
pub fn stamp(desk: &Desk) -> Option<Json> {
    stamp_of(desk.care())
}

/// As [`stamp`], of a store.
pub fn stamp_of(care: &care::Care) -> Option<Json> {
    care.is_demo().then(|| {
        json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST",
            "display": "Invented people" })
    })
}

/// Adds to a list member what is not in it yet.
pub fn push(object: &mut Map<String, Json>, key: &str, value: Json) {
    match object.entry(key.to_owned()).or_insert_with(|| json!([])) {
        Json::Array(items) if items.contains(&value) => {}
        Json::Array(items) => items.push(value),
        other => *other = json!([value]),
    }
}

/// The resource's own id, when it stands there plainly; else its reader must be asked.
fn plain_id(body: &str) -> Option<&str> {
    let id = member_of(body, "id")?.strip_prefix('"')?.strip_suffix('"')?;
    let plain = !id.is_empty()
        && id.len() <= 64
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    plain.then_some(id)
}

/// What stands for an item that has no FHIR type: what it is called, and whom it is about.
fn basic(item: &Item, subject: Option<&str>) -> String {
    let mut basic = json!({ "resourceType": "Basic", "code": { "text": item.item_type } });
    if let Some(subject) = subject {
        basic["subject"] = json!({ "reference": subject });
    }
    basic.to_string()
}
