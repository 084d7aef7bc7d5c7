//! Writing: one resource, or a Bundle. Everything goes through intake, and is answered when it is durable.

use super::desk::{Desk, Need};
use super::outcome::{Issue, Wrong};
use super::read::conflict;
use super::resource::push;
use crate::ingest::feed_of;
use axum::http::{HeaderMap, StatusCode};
use care::access::Act;
use care::intake::{Filed, Outcome, Source};
use care::person::sent;
use exchange::fhir::bundle::{Document, Entry, Request, parse};
use exchange::fhir::rewrite::{Change, rewrite};
use exchange::fhir::{local_reference, split};
use exchange::smart::Right;
use exchange::{Format, Piece};
use record::system::FeedFormat;
use record::{ItemId, OrgCode, Rejection};
use serde_json::{Map, Value as Json, json};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most entries of one Bundle.
pub const ENTRIES_MAX: usize = 10_000;
/// Most references to this system's own ids that are looked up for one resource.
const OWN_REFERENCES_MAX: usize = 200;

/// Writes that ask for something to stand, or not to, go one after another, so that two cannot both find it so.
static CONDITIONS: Mutex<()> = Mutex::new(());

/// Where what is written comes from.
pub struct Sender {
    code: OrgCode,
    source: Source,
}

/// What became of one resource.
#[derive(Clone, Debug)]
pub struct Written {
    /// 200 or 201.
    pub status: StatusCode,
    /// Its type, id and version.
    pub kind: String,
    /// Its id here.
    pub id: ItemId,
    /// Its current version.
    pub version: String,
    /// As sent, with its id and version here.
    pub text: String,
}

/// Who sends, and by which feed: the token's organisation, else the `organisation-code` header; the feed that
/// `X-Feed` names, else the sender's FHIR feed.
///
/// # Errors
/// 400, 403.
pub fn sender(desk: &Desk, headers: &HeaderMap) -> Result<Sender, Wrong> {
    if desk.caller.by_session {
        return Err(Wrong::refused("Only systems send data in: use a bearer token."));
    }
    desk.list(Act::Send, "FHIR")?;
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let code = desk
        .caller
        .sender
        .clone()
        .or_else(|| said("organisation-code").and_then(OrgCode::parse))
        .ok_or_else(|| Wrong::request("organisation-code: say whose data this is."))?;
    let feed = feed_of(desk.care(), said("x-feed"), &code, FeedFormat::Fhir, Some("fhir")).ok_or_else(|| {
        Wrong::request("No FHIR feed of this organisation is declared here, or not one of that name.")
    })?;
    let source = desk.care().source(&feed)?;
    Ok(Sender { code, source })
}

/// Creates or updates one resource: `kind` and `id` as the address has them.
///
/// # Errors
/// 400, 412 when a condition does not hold, 422 when it cannot be read (it is kept in quarantine).
pub fn one(
    desk: &Desk,
    sender: &Sender,
    kind: &str,
    id: Option<&str>,
    body: &str,
    conditions: &Request,
) -> Result<Written, Wrong> {
    let resource = match parse(body.as_bytes()) {
        Ok(Document::Resource(resource)) => resource,
        Ok(Document::Bundle(_)) => return Err(Wrong::request("Bundles are sent to the base address, not to a type.")),
        Err(rejection) => return Err(keep_unread(desk, sender, body, &rejection)?),
    };
    if resource.resource_type != kind {
        return Err(Wrong::request(
            "The resource is not of the type that the address names.",
        ));
    }
    if let Some(id) = id
        && !resource.id.is_empty()
        && resource.id != id
    {
        return Err(Wrong::request("The resource's id is not the one in the address."));
    }
    let mut piece = Piece {
        place: String::from("resource"),
        format: Format::Fhir,
        body: resource.body.as_bytes().into(),
        context: String::new(),
    };
    let method = if id.is_some() { "PUT" } else { "POST" };
    goes_so_far(desk, (method, kind), &resource.id, conditions, &piece)?;
    let name = placed(desk, sender, kind, id.unwrap_or_default(), &resource.id, &mut piece)?;
    resolve(desk, sender, &mut piece)?;
    let held = lock(conditions);
    if let Some(known) = condition(desk, sender, kind, &name, conditions, &mut piece)? {
        return Ok(known);
    }
    let filed = desk
        .care()
        .take(std::slice::from_ref(&piece), &sender.source, desk.now)?;
    drop(held);
    let filed = filed
        .into_iter()
        .next()
        .ok_or_else(|| Wrong::failed(&"nothing was filed"))?;
    written(desk, sender, &piece, &filed)
}

/// Sees that the token goes as far as this write. What is created under a name of its own may change what stands
/// under that name, and so needs leave to update as well; a condition on what exists is a search.
fn goes_so_far(
    desk: &Desk,
    (method, kind): (&str, &str),
    own: &str,
    conditions: &Request,
    piece: &Piece<'_>,
) -> Result<(), Wrong> {
    if desk.caller.scopes.is_none() {
        return Ok(());
    }
    let needs = |right| desk.needs(&Need::Of(kind.to_owned(), right));
    match method {
        "POST" => {
            needs(Right::Create)?;
            if !own.is_empty() || piece.context.contains("@url ") || has_identifier(piece) {
                needs(Right::Update)?;
            }
        }
        "PUT" => needs(Right::Update)?,
        "DELETE" => needs(Right::Delete)?,
        // Of another kind of bundle each resource may be new, or change what stands.
        _ => {
            needs(Right::Create)?;
            needs(Right::Update)?;
        }
    }
    match conditions.if_none_exist.is_empty() {
        true => Ok(()),
        false => needs(Right::Search),
    }
}

/// Whether a resource has an identifier that it may go by.
fn has_identifier(piece: &Piece<'_>) -> bool {
    let text = std::str::from_utf8(&piece.body).unwrap_or_default();
    exchange::fhir::rewrite::member_of(text, "identifier").is_some_and(|list| list.contains("\"value\""))
}

fn lock(conditions: &Request) -> Option<MutexGuard<'static, ()>> {
    let needed = !(conditions.if_match.is_empty() && conditions.if_none_exist.is_empty());
    needed.then(|| CONDITIONS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Gives a piece the name it goes by. An address that is this system's id of a thing of the sender's names that
/// thing, and what is written so is of now, whatever date it copied from an answer. What nothing names gets an
/// id of its own. Answers the sender's id, empty when the resource's identifier will be it.
fn placed(
    desk: &Desk,
    sender: &Sender,
    kind: &str,
    address: &str,
    own: &str,
    piece: &mut Piece<'_>,
) -> Result<String, Wrong> {
    let said = if address.is_empty() { own } else { address };
    if let Some(id) = ItemId::parse(said)
        && let Some(local) = sent::local_id(desk.care(), &sender.code, id)?
    {
        let _ = write!(piece.context, "@id {kind}/{local}\n@version {}\n", desk.now.rfc3339());
        return Ok(local);
    }
    if !own.is_empty() {
        return Ok(own.to_owned());
    }
    if !address.is_empty() {
        let _ = writeln!(piece.context, "@url {kind}/{address}");
        return Ok(address.to_owned());
    }
    if piece.context.contains("@url ") {
        return Ok(String::new());
    }
    if has_identifier(piece) {
        return Ok(String::new());
    }
    let id = fresh_id(desk)?;
    let _ = writeln!(piece.context, "@url {kind}/{id}");
    Ok(id)
}

/// A version 4 UUID.
fn fresh_id(desk: &Desk) -> Result<String, Wrong> {
    let bytes = (desk.site.random)().ok_or_else(|| Wrong::failed(&"no randomness"))?;
    let hex: String = bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let variant = char::from_digit(8 + u32::from(bytes[8] & 3), 16).unwrap_or('8');
    Ok(format!(
        "{}-{}-4{}-{variant}{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    ))
}

/// Notes beside a piece what its references to this system's own ids mean to its sender.
fn resolve(desk: &Desk, sender: &Sender, piece: &mut Piece<'_>) -> Result<(), Wrong> {
    let Ok(body) = std::str::from_utf8(&piece.body) else {
        return Ok(());
    };
    let mut looked_up = 0;
    let mut lines = String::new();
    for quoted in body.split("\"reference\"").skip(1) {
        let text = quoted.trim_start().trim_start_matches(':').trim_start();
        let Some(reference) = text.strip_prefix('"').and_then(|text| text.split('"').next()) else {
            continue;
        };
        let Some((kind, local)) = local_reference(reference, "") else {
            continue;
        };
        let Some(id) = ItemId::parse(&local) else { continue };
        if lines.contains(&format!("{reference} ")) {
            continue;
        }
        looked_up += 1;
        if looked_up > OWN_REFERENCES_MAX {
            break;
        }
        if let Some(local) = sent::local_id(desk.care(), &sender.code, id)? {
            let _ = writeln!(lines, "{reference} {kind}/{local}");
        } else if sent::whose(desk.care(), id)?.is_some() {
            return Err(Wrong::request(
                "A reference names a thing of another sender. Name your own, or the person by their NHS number as an identifier.",
            ));
        }
    }
    piece.context.push_str(&lines);
    Ok(())
}

/// Checks what must stand for the write to be made; answers what stands already when it need not be made.
fn condition(
    desk: &Desk,
    sender: &Sender,
    kind: &str,
    local: &str,
    asked: &Request,
    piece: &mut Piece<'_>,
) -> Result<Option<Written>, Wrong> {
    if !asked.if_match.is_empty() {
        let id = desk.id_of(&sender.code, kind, local);
        let wanted = asked.if_match.trim().trim_start_matches("W/").trim_matches('"');
        let stands = sent::current_name(desk.care(), id)?;
        if stands.is_none_or(|(name, _)| name != wanted) {
            return Err(conflict("Another version stands now. Read it again and decide."));
        }
    }
    if asked.if_none_exist.is_empty() {
        return Ok(None);
    }
    let identifier = only_identifier(&asked.if_none_exist)?;
    let id = desk.id_of(&sender.code, kind, &identifier);
    if let Some((version, false)) = sent::current_name(desk.care(), id)? {
        let body = String::from_utf8_lossy(&piece.body).into_owned();
        let text = as_written(&id, &version, desk, &body);
        return Ok(Some(Written {
            status: StatusCode::OK,
            kind: kind.to_owned(),
            id,
            version,
            text,
        }));
    }
    // What is created on the condition that no such identifier exists goes by that identifier.
    piece.context = piece
        .context
        .lines()
        .filter(|line| !line.starts_with("@url "))
        .map(|line| format!("{line}\n"))
        .collect();
    let _ = writeln!(piece.context, "@id {kind}/{identifier}");
    Ok(None)
}

/// The identifier of `identifier=system|value`, which is all that a condition may ask.
fn only_identifier(query: &str) -> Result<String, Wrong> {
    let wrong = || Wrong::unsupported("If-None-Exist takes identifier=system|value and nothing else.");
    let value = query
        .trim_start_matches('?')
        .strip_prefix("identifier=")
        .ok_or_else(wrong)?;
    if value.contains('&') || value.is_empty() || value.len() > 256 {
        return Err(wrong());
    }
    let uri: axum::http::Uri = format!("/?identifier={value}").parse().map_err(|_| wrong())?;
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|_| wrong())?;
    let found = pairs
        .0
        .into_iter()
        .next()
        .map(|(_, value)| value)
        .filter(|value| !value.contains(['\n', '\r']));
    found.ok_or_else(wrong)
}

fn written(desk: &Desk, sender: &Sender, piece: &Piece<'_>, filed: &Filed) -> Result<Written, Wrong> {
    if let Outcome::Quarantined { reason, .. } = &filed.outcome {
        return Err(refused_issue(&piece.place, reason));
    }
    let items = exchange::read(piece.format, &piece.body, &piece.context, &sender.source.feed)
        .map_err(|refused| Wrong::failed(&refused.rejection))?;
    let item = items
        .into_iter()
        .next()
        .ok_or_else(|| Wrong::failed(&"nothing was read"))?;
    let id = desk.id_of(&sender.code, &item.item_type, &item.local_id);
    let (version, _) =
        sent::current_name(desk.care(), id)?.ok_or_else(|| Wrong::failed(&"what was filed is not there"))?;
    let body = String::from_utf8_lossy(&piece.body).into_owned();
    Ok(Written {
        status: if filed.outcome == Outcome::Accepted {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        },
        kind: item.item_type,
        text: as_written(&id, &version, desk, &body),
        id,
        version,
    })
}

/// The sender's own resource with its id and version here.
fn as_written(id: &ItemId, version: &str, desk: &Desk, body: &str) -> String {
    let meta = |sent: Option<&str>| {
        let mut meta: Map<String, Json> = sent
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        meta.insert("versionId".to_owned(), json!(version));
        meta.insert("lastUpdated".to_owned(), json!(desk.now.rfc3339()));
        if let Some(stamp) = super::resource::stamp(desk) {
            push(&mut meta, "tag", stamp);
        }
        Json::Object(meta).to_string()
    };
    let change = Change {
        id: &id.to_string(),
        meta: &meta,
        reference: &|_| None,
        hide: &[],
    };
    rewrite(body, &change).unwrap_or_default()
}

const KEPT: &str = "It is kept in quarantine until someone mends it.";

fn refused_issue(place: &str, reason: &str) -> Wrong {
    let mut wrong = Wrong::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "processing",
        format!("{reason} {KEPT}"),
    );
    wrong.issues[0].place = expression(place);
    wrong
}

fn expression(place: &str) -> String {
    if place.starts_with("entry[") {
        format!("Bundle.{place}")
    } else {
        place.to_owned()
    }
}

/// Keeps what is not even a document in quarantine, and says so.
fn keep_unread(desk: &Desk, sender: &Sender, body: &str, rejection: &Rejection) -> Result<Wrong, Wrong> {
    let piece = Piece {
        place: String::from("resource"),
        format: Format::Fhir,
        body: body.as_bytes().into(),
        context: String::new(),
    };
    desk.care().take(&[piece], &sender.source, desk.now)?;
    Ok(refused_issue(&rejection.place, &rejection.reason))
}

/// Takes a document sent to the base address: one resource, or a Bundle of any type. Answers the response.
///
/// # Errors
/// As [`one`]; for a transaction 422 with an issue for each entry that cannot be read, and nothing taken.
pub fn document(desk: &Desk, sender: &Sender, body: &str) -> Result<Result<Written, String>, Wrong> {
    let bundle = match parse(body.as_bytes()) {
        Ok(Document::Bundle(bundle)) => bundle,
        Ok(Document::Resource(resource)) => {
            let kind = resource.resource_type.clone().into_owned();
            return one(desk, sender, &kind, None, body, &Request::default()).map(Ok);
        }
        Err(rejection) => return Err(keep_unread(desk, sender, body, &rejection)?),
    };
    if bundle.entries.len() > ENTRIES_MAX {
        return Err(Wrong::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-long",
            format!("A Bundle has at most {ENTRIES_MAX} entries here: send it in parts."),
        ));
    }
    let transaction = bundle.kind == "transaction";
    let mut pieces = split(body.as_bytes()).map_err(|rejection| refused_issue(&rejection.place, &rejection.reason))?;
    let _held = CONDITIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let mut settled: Vec<Option<Result<Written, Wrong>>> = Vec::with_capacity(pieces.len());
    for piece in &mut pieces {
        let entry = entry_of(&piece.place).and_then(|n| bundle.entries.get(n));
        let settle = match entry {
            Some(entry) => prepared(desk, sender, entry, piece),
            None => within(desk),
        };
        match settle {
            Ok(known) => settled.push(known.map(Ok)),
            Err(mut wrong) if transaction => {
                wrong
                    .issues
                    .iter_mut()
                    .for_each(|issue| issue.place = expression(&piece.place));
                return Err(wrong);
            }
            Err(wrong) => settled.push(Some(Err(wrong))),
        }
    }
    if transaction {
        all_readable(desk, sender, &pieces)?;
    }
    let open: Vec<usize> = (0..pieces.len()).filter(|n| settled[*n].is_none()).collect();
    let taken: Vec<Piece<'_>> = open.iter().map(|n| pieces[*n].clone()).collect();
    let filed = desk.care().take(&taken, &sender.source, desk.now)?;
    for ((n, piece), filed) in open.iter().zip(&taken).zip(&filed) {
        settled[*n] = Some(written(desk, sender, piece, filed));
    }
    Ok(Err(response(desk, transaction, settled)))
}

/// The number in `entry[3]`; of a bundle within a bundle none, whose entries ask nothing of this server.
fn entry_of(place: &str) -> Option<usize> {
    place.strip_prefix("entry[")?.strip_suffix(']')?.parse().ok()
}

/// What stands in a bundle within a bundle asks nothing of this server, and may be anything.
fn within(desk: &Desk) -> Result<Option<Written>, Wrong> {
    desk.needs(&Need::OfAll(Right::Create))?;
    desk.needs(&Need::OfAll(Right::Update))?;
    Ok(None)
}

/// Readies one entry's piece as its request asks.
fn prepared(desk: &Desk, sender: &Sender, entry: &Entry<'_>, piece: &mut Piece<'_>) -> Result<Option<Written>, Wrong> {
    let resource = entry.resource.as_ref();
    let kind = resource.map(|resource| resource.resource_type.clone().into_owned());
    let own = resource.map(|resource| resource.id.as_ref()).unwrap_or_default();
    let request = entry.request();
    let asked = request.clone().unwrap_or_default();
    // What is deleted is what the address names, whatever stands beside it.
    let named = local_reference(&asked.url, "").map(|(kind, _)| kind.to_string());
    let of = if asked.method == "DELETE" { &named } else { &kind };
    goes_so_far(
        desk,
        (&asked.method, of.as_deref().unwrap_or_default()),
        own,
        &asked,
        piece,
    )?;
    let Some(request) = request else {
        resolve(desk, sender, piece)?;
        return Ok(None);
    };
    match (request.method.as_str(), kind) {
        ("POST" | "PUT", Some(kind)) => {
            let mut steps = request.url.split(['/', '?']);
            if steps.next() != Some(kind.as_str()) {
                return Err(Wrong::request("request.url is not of the resource's type."));
            }
            if request.url.contains('?') {
                return Err(Wrong::unsupported(
                    "Updates by a search are not made: name the resource by its id.",
                ));
            }
            let address = if request.method == "PUT" {
                steps.next().unwrap_or_default()
            } else {
                ""
            };
            if !own.is_empty() && !address.is_empty() && own != address {
                return Err(Wrong::request("The resource's id is not the one in request.url."));
            }
            let local = placed(desk, sender, &kind, address, own, piece)?;
            resolve(desk, sender, piece)?;
            condition(desk, sender, &kind, &local, &request, piece)
        }
        ("DELETE", _) => {
            let named = local_reference(&request.url, "").and_then(|(kind, id)| Some((kind, ItemId::parse(&id)?)));
            if let Some((kind, id)) = named
                && let Some(local) = sent::local_id(desk.care(), &sender.code, id)?
            {
                piece.context = format!("@delete {kind}/{local}\n@timestamp {}\n", desk.now.rfc3339());
            }
            Ok(None)
        }
        ("POST" | "PUT", None) => Ok(None),
        _ => Err(Wrong::unsupported(
            "Entries create, update or delete: GET, HEAD and PATCH are not made here.",
        )),
    }
}

/// Finds out that every piece of a transaction can be filed. If not, those that cannot be are kept in
/// quarantine (SAFETY 4), nothing else is taken, and each is named.
fn all_readable(desk: &Desk, sender: &Sender, pieces: &[Piece<'_>]) -> Result<(), Wrong> {
    let preparer = desk.care().preparer();
    let mut refused = Vec::new();
    let mut issues = Vec::new();
    for piece in pieces {
        if let Some((_, reason)) = preparer.prepare(piece.clone(), &sender.source, desk.now).refusal() {
            issues.push(Issue {
                code: "processing",
                words: format!("{reason} Nothing of this transaction was taken. {KEPT}"),
                place: expression(&piece.place),
            });
            refused.push(piece.clone());
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    desk.care().take(&refused, &sender.source, desk.now)?;
    Err(Wrong {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        issues,
    })
}

fn response(desk: &Desk, transaction: bool, settled: Vec<Option<Result<Written, Wrong>>>) -> String {
    let entries: Vec<Json> = settled
        .into_iter()
        .map(|one| match one {
            Some(Ok(written)) => json!({
                "fullUrl": format!("{}/{}/{}", desk.base, written.kind, written.id),
                "response": {
                    "status": written.status.as_str(),
                    "location": written.location(desk),
                    "etag": super::read::etag(&written.version),
                    "lastModified": desk.now.rfc3339(),
                } }),
            Some(Err(wrong)) => json!({
                "response": { "status": wrong.status.as_str(), "outcome": wrong.resource() } }),
            None => json!({ "response": { "status": "500" } }),
        })
        .collect();
    let kind = if transaction {
        "transaction-response"
    } else {
        "batch-response"
    };
    let mut bundle = json!({ "resourceType": "Bundle", "type": kind });
    if !entries.is_empty() {
        bundle["entry"] = Json::Array(entries);
    }
    bundle.to_string()
}

impl Written {
    /// Where it stands.
    pub fn location(&self, desk: &Desk) -> String {
        format!("{}/{}/{}/_history/{}", desk.base, self.kind, self.id, self.version)
    }
}
