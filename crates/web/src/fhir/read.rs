//! Reading one resource: as it is now, as it was, its history, and exactly as it was sent.

use super::bundle::Bundle;
use super::desk::{Desk, Leave, Reading};
use super::outcome::Wrong;
use super::patient::composed;
use super::resource::{Answered, answered, fhir_type, name_of};
use axum::http::StatusCode;
use care::access::Act;
use care::person::sent::{self, ItemVersion};
use exchange::Format;
use record::{ItemId, PersonId};
use serde_json::json;

/// Most versions in one history.
const VERSIONS_MAX: usize = 200;

/// One resource read: the text, and what its headers say.
pub struct One {
    /// The resource.
    pub text: String,
    /// Its version, for `ETag`.
    pub version: String,
    /// When it arrived, for `Last-Modified`; `None` for what is composed.
    pub received: Option<record::Instant>,
}

impl From<Answered> for One {
    fn from(answered: Answered) -> Self {
        Self {
            text: answered.text,
            version: answered.version,
            received: Some(answered.received),
        }
    }
}

/// Reads a resource as it is now.
///
/// # Errors
/// 403, 404, and 410 when its sender withdrew it.
pub fn now(desk: &Desk, kind: &str, id: &str) -> Result<One, Wrong> {
    if kind == "Patient" {
        return patient(desk, id);
    }
    let (leave, versions, id) = versions_of(desk, kind, id, Act::ReadRecord)?;
    current(desk, leave.reading(), versions, id)
}

/// Reads a Patient: a sender's own, or the one composed of all.
///
/// # Errors
/// As [`now`].
pub fn patient(desk: &Desk, text: &str) -> Result<One, Wrong> {
    let Some(id) = ItemId::parse(text) else {
        desk.list(Act::ReadRecord, "an id that nothing has")?;
        return Err(Wrong::unknown());
    };
    if sent::whose(desk.care(), id)?.is_some() {
        let (leave, versions, id) = versions_of(desk, "Patient", text, Act::ReadRecord)?;
        return current(desk, leave.reading(), versions, id);
    }
    let person = PersonId::parse(text).ok_or_else(Wrong::unknown)?;
    let reading = desk.person(person, Act::ReadRecord)?;
    let items = desk.items(&reading)?;
    let text = composed(desk, &reading, &items)?;
    Ok(One {
        version: blake3::hash(text.as_bytes()).to_hex()[..16].to_owned(),
        text,
        received: None,
    })
}

fn current(desk: &Desk, reading: Option<&Reading>, versions: Vec<ItemVersion>, id: ItemId) -> Result<One, Wrong> {
    let latest = versions.into_iter().next().ok_or_else(Wrong::unknown)?;
    let withdrawn = latest.withdrawn;
    let found = answered(desk, reading, &[latest])?;
    match found.into_iter().next() {
        Some(found) if found.id != id => Err(Wrong::unknown()),
        _ if withdrawn => Err(Wrong::withdrawn()),
        Some(found) => Ok(found.into()),
        None => Err(Wrong::unknown()),
    }
}

/// Leave to an item, and its versions, the latest first. An id of another type is unknown.
fn versions_of(desk: &Desk, kind: &str, text: &str, act: Act) -> Result<(Leave, Vec<ItemVersion>, ItemId), Wrong> {
    let Some(id) = ItemId::parse(text) else {
        desk.list(act, "an id that nothing has")?;
        return Err(Wrong::unknown());
    };
    let leave = desk.leave(id, act)?;
    let mut versions = match &leave {
        Leave::Person(reading) => sent::versions(desk.care(), &reading.grant, id.key())?,
        Leave::Directory(grant) => sent::directory_versions(desk.care(), grant, id.key())?,
    };
    if kind == "RelatedPerson" && leave.reading().is_some_and(|reading| reading.restricted) {
        return Err(Wrong::refused(
            "Where this person lives is hidden, and so is who is close to them.",
        ));
    }
    versions.retain(|version| fhir_type(&version.item_type) == kind);
    if versions.is_empty() {
        return Err(Wrong::unknown());
    }
    Ok((leave, versions, id))
}

/// Reads one version.
///
/// # Errors
/// As [`now`].
pub fn version(desk: &Desk, kind: &str, id: &str, wanted: &str) -> Result<One, Wrong> {
    let (leave, versions, id) = versions_of(desk, kind, id, Act::ReadRecord)?;
    let found = versions
        .into_iter()
        .find(|version| name_of(leave.reading(), version) == wanted);
    let found = found.ok_or_else(Wrong::unknown)?;
    let withdrawn = found.withdrawn;
    let read = answered(desk, leave.reading(), &[found])?.into_iter().next();
    match read {
        Some(read) if read.id == id => Ok(read.into()),
        None if withdrawn => Err(Wrong::withdrawn()),
        _ => Err(Wrong::unknown()),
    }
}

/// Every version, the latest first, as a history Bundle.
///
/// # Errors
/// As [`now`]; a composed Patient has no history of its own.
pub fn history(desk: &Desk, kind: &str, text: &str) -> Result<String, Wrong> {
    let (leave, mut versions, id) = versions_of(desk, kind, text, Act::ReadRecord)?;
    let total = versions.len();
    versions.truncate(VERSIONS_MAX);
    let mut bundle = Bundle::begin(desk, "history", Some(total));
    for version in versions {
        let withdrawn = version.withdrawn;
        let (name, at) = (name_of(leave.reading(), &version), version.version);
        let method = if withdrawn { "DELETE" } else { "PUT" };
        let status = if withdrawn { "204" } else { "200" };
        let read = answered(desk, leave.reading(), &[version])?.into_iter().next();
        if read.as_ref().is_some_and(|read| read.id != id) {
            return Err(Wrong::unknown());
        }
        let modified = read.as_ref().map_or(at, |read| read.received);
        let beside = format!(
            ",\"request\":{},\"response\":{}",
            json!({ "method": method, "url": format!("{kind}/{id}") }),
            json!({ "status": status, "etag": format!("W/\"{name}\""), "lastModified": modified.rfc3339() })
        );
        match read.filter(|_| !withdrawn) {
            Some(read) => bundle.add(&desk.url(&read), &read.text, &beside),
            None => bundle.add_bare(&format!(
                ",\"fullUrl\":{}{beside}",
                json!(format!("{}/{kind}/{id}", desk.base))
            )),
        }
    }
    Ok(bundle.end(&[("self", format!("{}/{kind}/{id}/_history", desk.base))]))
}

/// Exactly the bytes as sent, with their media type.
///
/// # Errors
/// As [`now`]; 403 for whoever may not see what was sent, and for everything sent of a restricted person,
/// whose address may stand anywhere in it (SAFETY 2).
pub fn as_sent(desk: &Desk, kind: &str, text: &str) -> Result<(Vec<u8>, &'static str), Wrong> {
    let (leave, versions, id) = versions_of(desk, kind, text, Act::ReadAsSent)?;
    if let Some(reading) = leave.reading() {
        if !reading.grant.covers_as_sent() {
            return Err(Wrong::refused("Your role does not see items as they were sent."));
        }
        if reading.restricted {
            let words = "Where this person lives is hidden, so nothing of theirs is shown as it was sent.";
            return Err(Wrong::refused(words));
        }
    }
    let latest = versions.into_iter().next().ok_or_else(Wrong::unknown)?;
    // The id names the item only if what was sent gives the same id again.
    let read = answered(desk, leave.reading(), std::slice::from_ref(&latest))?
        .into_iter()
        .next();
    if read.is_some_and(|read| read.id != id) {
        return Err(Wrong::unknown());
    }
    let sent = sent::sent(desk.care(), &[latest])?
        .into_iter()
        .next()
        .ok_or_else(Wrong::unknown)?;
    let media = match sent.format {
        Format::Fhir => "application/fhir+json",
        Format::Hl7 => "x-application/hl7-v2+er7",
        Format::Table => "text/csv; charset=utf-8",
    };
    Ok((sent.body, media))
}

/// The `ETag` of a version.
pub fn etag(version: &str) -> String {
    format!("W/\"{version}\"")
}

/// A status for something that stands where another version was wanted.
pub fn conflict(words: &str) -> Wrong {
    Wrong::new(StatusCode::PRECONDITION_FAILED, "conflict", words)
}
