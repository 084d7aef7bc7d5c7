//! An entry's documents, and one of them by itself. Both go by leave to read the person, and are written down.

use super::open;
use super::view::{Document, DocumentsPage};
use crate::access::visit::{Asked, Visit, answer};
use crate::person::line::EntryName;
use crate::person::present::Present;
use crate::serving::Site;
use crate::site::answer::{Answered, PageError, page};
use crate::site::clock::moment;
use crate::site::senders::Senders;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use care::access::{Act, PersonGrant, may};
use care::person::PersonRecord;
use care::person::sent::{self, ItemVersion, Sent};
use exchange::document::{Content, File, Kind, plain_text};
use exchange::fhir::local_reference;
use record::{ItemId, PersonId};
use std::sync::Arc;

/// The routes of this area.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/people/{id}/documents/{name}", get(documents))
        .route("/people/{id}/documents/{name}/{number}", get(document))
        .route("/people/{id}/documents/{name}/{number}/file", get(file))
}

/// Where the documents of an entry are shown; empty when what was sent holds none. `person` is the record's own
/// address.
pub fn path(person: &str, name: EntryName, sent: &Sent) -> String {
    if exchange::files(sent.format, &sent.body).is_empty() {
        String::new()
    } else {
        format!("{person}/documents/{}", name.written())
    }
}

const MAY_TELL_WHERE: &str =
    "This person's whereabouts are restricted. A document could tell them, so it is shown to nobody here.";

/// The documents of an entry, with leave to read them.
struct Opened {
    grant: PersonGrant,
    record: PersonRecord,
    name: EntryName,
    version: ItemVersion,
    sent: Sent,
    files: Vec<File>,
}

async fn documents(Path((id, name)): Path<(String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| documents_page(visit, &opened(visit, &id, &name)?)).await
}

async fn document(Path((id, name, number)): Path<(String, String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let (number, kind, bytes) = one(visit, &id, &name, &number)?;
        Ok(open::shown(kind, bytes, number))
    })
    .await
}

async fn file(Path((id, name, number)): Path<(String, String, String)>, asked: Asked) -> Response {
    answer(asked, move |visit| {
        let (number, kind, bytes) = one(visit, &id, &name, &number)?;
        Ok(open::kept(kind, bytes, number))
    })
    .await
}

/// One document, by its number counted from 1.
fn one(visit: &Visit, id: &str, name: &str, number: &str) -> Result<(usize, Kind, Vec<u8>), PageError> {
    let opened = opened(visit, id, name)?;
    let number: usize = number.parse().map_err(|_| PageError::Nothing)?;
    let at = number.checked_sub(1).ok_or(PageError::Nothing)?;
    let file = opened.files.get(at).ok_or(PageError::Nothing)?;
    match found(visit, &opened, file)? {
        Content::Bytes(bytes) => Ok((number, Kind::of(&file.media_type, &bytes), bytes)),
        Content::At(_) | Content::Unreadable(_) => Err(PageError::Nothing),
    }
}

/// Leave is asked for what is shown: whoever may see what was sent is written down as having seen it.
fn opened(visit: &Visit, id: &str, name: &str) -> Result<Opened, PageError> {
    let person = PersonId::parse(id).ok_or(PageError::Nothing)?;
    let act = if may(visit.actor.role, Act::ReadAsSent).is_ok() {
        Act::ReadAsSent
    } else {
        Act::ReadRecord
    };
    let grant = care::access::person(visit.care(), &visit.actor, person, act, visit.now)?;
    let name = EntryName::read(name).ok_or(PageError::Nothing)?;
    let versions = sent::versions(visit.care(), &grant, name.item)?;
    let version = versions.into_iter().find(|version| version.record_no == name.record_no);
    let version = version.ok_or(PageError::Nothing)?;
    let record = care::person::read(visit.care(), &grant)?;
    if record.restricted {
        return Err(PageError::Refused(MAY_TELL_WHERE.to_owned()));
    }
    let sent = sent::sent(visit.care(), std::slice::from_ref(&version))?;
    let sent = sent.into_iter().next().ok_or(PageError::Nothing)?;
    let files = if version.withdrawn {
        Vec::new()
    } else {
        exchange::files(sent.format, &sent.body)
    };
    Ok(Opened {
        grant,
        record,
        name,
        version,
        sent,
        files,
    })
}

/// The document itself. One that the sender sent by itself, as a Binary that this entry names, is looked up among
/// what the same sender sent; an address elsewhere is never followed.
fn found(visit: &Visit, opened: &Opened, file: &File) -> Result<Content, PageError> {
    let Content::At(address) = &file.content else {
        return Ok(file.content.clone());
    };
    let elsewhere = || Content::Unreadable(format!("it is kept elsewhere: {address}"));
    let Some((kind, local)) = local_reference(address, &opened.sent.context) else {
        return Ok(elsewhere());
    };
    if kind != "Binary" {
        return Ok(elsewhere());
    }
    let care = visit.care();
    let key = ItemId::of(care.id_key(), &opened.version.sender, &kind, &local).key();
    let mut versions = sent::versions(care, &opened.grant, key)?;
    if versions.is_empty() {
        let act = if opened.grant.covers_as_sent() {
            Act::ReadAsSent
        } else {
            Act::ReadRecord
        };
        let leave = care::access::list(care, &visit.actor, act, "a document sent by itself", visit.now)?;
        versions = sent::directory_versions(care, &leave, key)?;
    }
    let newest = versions.first().filter(|version| !version.withdrawn);
    let bodies = sent::sent(care, newest.map(std::slice::from_ref).unwrap_or_default())?;
    let held = bodies
        .first()
        .and_then(|sent| exchange::files(sent.format, &sent.body).into_iter().next());
    Ok(match held.map(|file| file.content) {
        Some(Content::At(_)) | None => elsewhere(),
        Some(content) => content,
    })
}

fn documents_page(visit: &Visit, opened: &Opened) -> Answered {
    let system = visit.care().system();
    let present = Present::of(system, &opened.record);
    let here = format!("{}/documents/{}", present.path(), opened.name.written());
    let mut documents = Vec::with_capacity(opened.files.len());
    for (at, file) in opened.files.iter().enumerate() {
        documents.push(row(file, found(visit, opened, file)?, at + 1, &here));
    }
    page(&DocumentsPage {
        frame: visit.frame("Documents"),
        banner: present.banner(),
        entry: format!("{}/entries/{}", present.path(), opened.name.written()),
        sender: Senders::about(system, opened.record.restricted).name(&opened.version.sender),
        received: moment(opened.sent.received),
        none: match (documents.is_empty(), opened.version.withdrawn) {
            (false, _) => "",
            (true, true) => "The sender withdrew this, so its documents are not shown.",
            (true, false) => "What was sent holds no document.",
        }
        .to_owned(),
        documents,
    })
}

fn row(file: &File, content: Content, number: usize, here: &str) -> Document {
    let title = if file.title.is_empty() {
        format!("Document {number}")
    } else {
        file.title.clone()
    };
    let bytes = match content {
        Content::Bytes(bytes) => bytes,
        Content::At(why) | Content::Unreadable(why) => {
            return Document {
                title,
                kind: file.media_type.clone(),
                note: format!("It cannot be opened here: {why}."),
                ..Document::default()
            };
        }
    };
    let kind = Kind::of(&file.media_type, &bytes);
    let opens = open::opens(kind, bytes.len());
    Document {
        title,
        kind: match kind {
            Kind::Other if !file.media_type.is_empty() => format!("{} ({})", kind.words(), file.media_type),
            kind => kind.words().to_owned(),
        },
        size: size(bytes.len()),
        open: if opens {
            format!("{here}/{number}")
        } else {
            String::new()
        },
        within: opens && kind != Kind::Pdf,
        short: opens && plain_text(kind, &bytes).is_some_and(|text| is_short(&text)),
        keep: format!("{here}/{number}/file"),
        note: match kind {
            Kind::Cda | Kind::Rtf => "Shown as the text taken out of it. The file holds its layout and pictures.",
            Kind::Other => {
                "It is not opened here, because it could do harm. Keep the file only if you trust its sender."
            }
            Kind::Html => "Pictures and addresses outside the document are not fetched.",
            Kind::Pdf | Kind::Plain | Kind::Image(_) => "",
        }
        .to_owned(),
    }
}

/// Few enough letters and lines for a quarter of a page, on a phone too.
fn is_short(text: &str) -> bool {
    text.len() <= 400 && text.lines().count() <= 8
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
