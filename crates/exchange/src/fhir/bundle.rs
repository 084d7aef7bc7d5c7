//! Bundles: many resources in one document, cut without judging what is inside them.

use super::json::{Broken, Json, skip_blank, skip_string, skip_value, walk_list, walk_object};
use super::reference::local_reference;
use crate::{Format, Piece};
use record::Rejection;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;

/// The largest document taken at once, in bytes.
pub const MAX_DOCUMENT: usize = 1 << 30;
/// The most entries in one bundle, nested ones counted.
pub const MAX_ENTRIES: usize = 1_000_000;
/// How many bundles may stand within each other.
pub const MAX_NESTED: usize = 4;

/// What a document holds at its outermost level.
#[derive(Clone, Debug, PartialEq)]
pub enum Document<'a> {
    /// One resource.
    Resource(Resource<'a>),
    /// A Bundle.
    Bundle(Bundle<'a>),
}

/// One resource as it stands in a document, unread but for its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource<'a> {
    /// Exactly as sent.
    pub body: &'a str,
    /// `resourceType`; empty when it is missing or not a text.
    pub resource_type: Cow<'a, str>,
    /// `id`; empty when it is missing or not a text.
    pub id: Cow<'a, str>,
    /// `code` exactly as sent, when it has one and stands in a bundle.
    pub code: Option<&'a str>,
}

/// A Bundle of any type.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle<'a> {
    /// `transaction`, `batch`, `message`, `document`, `collection`, `searchset`, `history`…; empty when not said.
    pub kind: Cow<'a, str>,
    /// `Bundle.timestamp`, else `Bundle.meta.lastUpdated`, as written; empty when neither is said.
    pub timestamp: String,
    /// Its entries, in the order they stand.
    pub entries: Vec<Entry<'a>>,
}

/// One entry of a bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The whole entry exactly as sent.
    pub raw: &'a str,
    /// `fullUrl`; empty when not given.
    pub full_url: Cow<'a, str>,
    /// The resource, when there is one and it is an object.
    pub resource: Option<Resource<'a>>,
    /// `request` exactly as sent; see [`Entry::request`].
    pub request: Option<&'a str>,
    /// `response.lastModified` as written (history bundles); empty when not given.
    pub last_modified: String,
}

/// What a bundle entry asks a server to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`, in capitals; empty when not given.
    pub method: String,
    /// Relative to the server's base, without a leading slash.
    pub url: String,
    /// `ifMatch`, as written (`W/"3"`).
    pub if_match: String,
    /// `ifNoneMatch`, as written.
    pub if_none_match: String,
    /// `ifModifiedSince`, as written.
    pub if_modified_since: String,
    /// `ifNoneExist`, a query string without the question mark.
    pub if_none_exist: String,
}

impl<'a> Entry<'a> {
    /// The entry's request, `None` when it has none or it is not readable JSON.
    pub fn request(&self) -> Option<Request> {
        let request = Json::parse(self.request?, |_| true).ok()?;
        let text = |key| request.get(key).and_then(Json::as_str).unwrap_or_default();
        Some(Request {
            method: text("method").to_ascii_uppercase(),
            url: text("url").trim_start_matches('/').to_owned(),
            if_match: text("ifMatch").to_owned(),
            if_none_match: text("ifNoneMatch").to_owned(),
            if_modified_since: text("ifModifiedSince").to_owned(),
            if_none_exist: text("ifNoneExist").trim_start_matches('?').to_owned(),
        })
    }

    /// The resource's type and the id it goes by: its own, else the one its `PUT` url or `fullUrl` names, else
    /// the uuid of its `fullUrl`. `None` when nothing names it.
    pub fn name(&self) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
        let resource = self.resource.as_ref()?;
        if !resource.id.is_empty() {
            return Some((resource.resource_type.clone(), resource.id.clone()));
        }
        let of_url = |url: &str| {
            let (found, id) = local_reference(url, "")?;
            (found == resource.resource_type).then_some(id)
        };
        let put = || {
            let request = self.request().filter(|request| request.method == "PUT")?;
            of_url(&request.url)
        };
        let full = || of_url(&self.full_url).or_else(|| urn_id(&self.full_url).map(str::to_owned));
        let id = put().or_else(full)?;
        Some((resource.resource_type.clone(), Cow::Owned(id)))
    }
}

/// The uuid or oid of a `urn:uuid:` or `urn:oid:` URL.
fn urn_id(url: &str) -> Option<&str> {
    let id = url.strip_prefix("urn:uuid:").or_else(|| url.strip_prefix("urn:oid:"))?;
    (!id.is_empty() && id.len() <= 64 && !id.contains(char::is_whitespace)).then_some(id)
}

/// Reads the outline of a document: one resource, or a Bundle and its entries.
///
/// # Errors
/// `too-large`, `not-utf8`, `not-json` (brackets or quotes that do not match, anything but an object),
/// `too-many-entries`.
pub fn parse(document: &[u8]) -> Result<Document<'_>, Rejection> {
    if document.len() > MAX_DOCUMENT {
        let reason = format!("the document is {} bytes; the most is {MAX_DOCUMENT}", document.len());
        return Err(Rejection::new("too-large", "document", reason));
    }
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    let text = std::str::from_utf8(document).map_err(|error| {
        let place = format!("byte {}", error.valid_up_to());
        Rejection::new("not-utf8", place, "the document is not UTF-8 text; send it as UTF-8")
    })?;
    outline(text).map_err(|broken| {
        let code = if broken.reason == TOO_MANY {
            "too-many-entries"
        } else {
            "not-json"
        };
        Rejection::new(code, broken.place(text.as_bytes()), broken.reason)
    })
}

const TOO_MANY: &str = "the bundle has more than 1,000,000 entries; send it in parts";

fn outline(text: &str) -> Result<Document<'_>, Broken> {
    let bytes = text.as_bytes();
    let start = skip_blank(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        let reason = "a FHIR document is one JSON object, and this is not";
        return Err(Broken { at: start, reason });
    }
    let (mut resource_type, mut id, mut kind) = (Cow::default(), Cow::default(), Cow::default());
    let (mut timestamp, mut meta) = (Cow::default(), None);
    let mut entries = Vec::new();
    let end = walk_object(text, start, |name, at| match name {
        "resourceType" => capture(text, at, &mut resource_type),
        "id" => capture(text, at, &mut id),
        "type" => capture(text, at, &mut kind),
        "timestamp" => capture(text, at, &mut timestamp),
        "entry" if bytes.get(at) == Some(&b'[') => walk_list(text, at, |at| {
            let (entry, end) = scan_entry(text, at)?;
            entries.push(entry);
            if entries.len() > MAX_ENTRIES {
                return Err(Broken { at, reason: TOO_MANY });
            }
            Ok(end)
        }),
        _ => {
            let end = skip_value(bytes, at)?;
            if name == "meta" {
                meta = Some(&text[at..end]);
            }
            Ok(end)
        }
    })?;
    let rest = skip_blank(bytes, end);
    if rest != bytes.len() {
        let reason = "text after the end of the document; several resources in one file go one a line (NDJSON)";
        return Err(Broken { at: rest, reason });
    }
    if resource_type != "Bundle" {
        let body = &text[start..end];
        return Ok(Document::Resource(Resource {
            body,
            resource_type,
            id,
            code: None,
        }));
    }
    let mut timestamp = timestamp.into_owned();
    if timestamp.is_empty() {
        timestamp = meta.map(|meta| member(meta, "lastUpdated")).unwrap_or_default();
    }
    Ok(Document::Bundle(Bundle {
        kind,
        timestamp,
        entries,
    }))
}

/// One text member of a small object; empty when it is not there.
fn member(object: &str, key: &str) -> String {
    let object = Json::parse(object, |name| name == key).unwrap_or(Json::Null);
    object.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// Takes the text value at `at` into `into` (anything but a text is left out) and answers the offset after it.
fn capture<'a>(text: &'a str, at: usize, into: &mut Cow<'a, str>) -> Result<usize, Broken> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return skip_value(bytes, at);
    }
    let end = skip_string(bytes, at)?;
    let inner = &text[at + 1..end - 1];
    *into = if inner.contains('\\') {
        match Json::parse(&text[at..end], |_| true) {
            Ok(Json::Text(text)) => text,
            _ => Cow::default(),
        }
    } else {
        Cow::Borrowed(inner)
    };
    Ok(end)
}

fn scan_entry(text: &str, at: usize) -> Result<(Entry<'_>, usize), Broken> {
    let bytes = text.as_bytes();
    let mut entry = Entry {
        raw: "",
        full_url: Cow::default(),
        resource: None,
        request: None,
        last_modified: String::new(),
    };
    let end = if bytes.get(at) == Some(&b'{') {
        walk_object(text, at, |name, at| match name {
            "fullUrl" => capture(text, at, &mut entry.full_url),
            "resource" if bytes.get(at) == Some(&b'{') => {
                let (mut resource_type, mut id) = (Cow::default(), Cow::default());
                let mut code = None;
                let end = walk_object(text, at, |name, at| match name {
                    "resourceType" => capture(text, at, &mut resource_type),
                    "id" => capture(text, at, &mut id),
                    _ => {
                        let end = skip_value(bytes, at)?;
                        if name == "code" {
                            code = Some(&text[at..end]);
                        }
                        Ok(end)
                    }
                })?;
                let body = &text[at..end];
                entry.resource = Some(Resource {
                    body,
                    resource_type,
                    id,
                    code,
                });
                Ok(end)
            }
            _ => {
                let end = skip_value(bytes, at)?;
                match name {
                    "request" => entry.request = Some(&text[at..end]),
                    "response" => entry.last_modified = member(&text[at..end], "lastModified"),
                    _ => {}
                }
                Ok(end)
            }
        })?
    } else {
        skip_value(bytes, at)?
    };
    entry.raw = &text[at..end];
    Ok((entry, end))
}

/// What the entries of a bundle are called by others in it, and what its Medications are.
#[derive(Default)]
struct Around<'a> {
    /// `fullUrl` → (type, id).
    names: HashMap<&'a str, (Cow<'a, str>, Cow<'a, str>)>,
    /// Id of a Medication → its `code` as sent.
    medicines: HashMap<Cow<'a, str>, &'a str>,
}

impl<'a> Around<'a> {
    fn of(bundle: &Bundle<'a>) -> Self {
        let mut around = Self::default();
        for entry in &bundle.entries {
            let Some((resource_type, id)) = entry.name() else {
                continue;
            };
            let code = entry.resource.as_ref().and_then(|resource| resource.code);
            if let (Some(code), "Medication") = (code, resource_type.as_ref()) {
                around.medicines.insert(id.clone(), code);
            }
            // A full URL with an escape in it is owned by the entry; such a one names nothing.
            if let Cow::Borrowed(url) = entry.full_url
                && !url.is_empty()
            {
                around.names.insert(url, (resource_type, id));
            }
        }
        around
    }
}

/// Cuts one JSON document (a resource, or a Bundle of any type, or Bundles within Bundles) into pieces, in the
/// order they stand; the body of each is exactly the bytes of its resource.
///
/// The context of a piece holds, a line each, as far as they apply:
/// - `@timestamp <time>`: `response.lastModified` of its entry, else when the bundle was made.
/// - `@url Type/id`: how its entry names a resource that has no id of its own.
/// - `@delete Type/id`: the entry deletes that resource; the body is the `request` object.
/// - `@refused <code> <reason>`: the entry holds no readable resource; the body is the whole entry, and `read`
///   refuses it, so that it is kept and named while the rest of the bundle stands.
/// - `<urn:uuid:…> Type/id`: a reference the piece makes to another entry of its bundle.
/// - `@code Medication/id <JSON>`: the code of the bundle's Medication that the piece refers to.
///
/// # Errors
/// As [`parse`].
pub fn split(document: &[u8]) -> Result<Vec<Piece<'_>>, Rejection> {
    let mut pieces = Vec::new();
    match parse(document)? {
        Document::Resource(resource) => pieces.push(piece(String::from("resource"), resource.body, String::new())),
        Document::Bundle(bundle) => split_bundle(&bundle, "", "", 1, &[], &mut pieces)?,
    }
    Ok(pieces)
}

fn piece(place: String, body: &str, context: String) -> Piece<'_> {
    Piece {
        place,
        format: Format::Fhir,
        body: Cow::Borrowed(body.as_bytes()),
        context,
    }
}

fn split_bundle<'a>(
    bundle: &Bundle<'a>,
    place: &str,
    outer_timestamp: &str,
    depth: usize,
    outer: &[&Around<'a>],
    pieces: &mut Vec<Piece<'a>>,
) -> Result<(), Rejection> {
    let around = Around::of(bundle);
    let mut scopes = vec![&around];
    scopes.extend_from_slice(outer);
    let timestamp = if bundle.timestamp.is_empty() {
        outer_timestamp
    } else {
        &bundle.timestamp
    };
    for (index, entry) in bundle.entries.iter().enumerate() {
        let place = format!("{place}entry[{index}]");
        let timestamp = if entry.last_modified.is_empty() {
            timestamp
        } else {
            &entry.last_modified
        };
        let nested = entry
            .resource
            .as_ref()
            .filter(|resource| resource.resource_type == "Bundle");
        match nested.map(|resource| outline(resource.body)) {
            Some(Ok(Document::Bundle(inner))) if depth < MAX_NESTED => {
                let place = format!("{place}.");
                split_bundle(&inner, &place, timestamp, depth + 1, &scopes, pieces)?;
            }
            _ => pieces.push(entry_piece(entry, place, timestamp, &scopes)),
        }
        if pieces.len() > MAX_ENTRIES {
            return Err(Rejection::new("too-many-entries", "document", TOO_MANY));
        }
    }
    Ok(())
}

fn entry_piece<'a>(entry: &Entry<'a>, place: String, timestamp: &str, scopes: &[&Around<'a>]) -> Piece<'a> {
    let mut context = String::new();
    // A line break cannot stand in a line of the context; nothing that has one is a time or a name.
    if !timestamp.is_empty() && !timestamp.contains(['\n', '\r']) {
        let _ = writeln!(context, "@timestamp {timestamp}");
    }
    let request = || entry.request().unwrap_or_default();
    let Some(resource) = &entry.resource else {
        let request = request();
        if request.method == "DELETE" {
            return delete_piece(entry, &request, place, context);
        }
        let reason = match request.method.as_str() {
            "GET" | "HEAD" => "the entry asks to read and sends nothing; leave it out of what is sent to be kept",
            _ => "the entry holds no resource",
        };
        let _ = writeln!(context, "@refused no-resource {reason}");
        return piece(place, entry.raw, context);
    };
    if resource.id.is_empty()
        && let Some((resource_type, id)) = entry.name()
        && !id.contains(['\n', '\r'])
    {
        let _ = writeln!(context, "@url {resource_type}/{id}");
    }
    resolve_urns(resource.body, scopes, &mut context);
    name_medicine(resource, scopes, &mut context);
    piece(place, resource.body, context)
}

fn delete_piece<'a>(entry: &Entry<'a>, request: &Request, place: String, mut context: String) -> Piece<'a> {
    match local_reference(&request.url, "") {
        Some((resource_type, id)) => {
            let _ = writeln!(context, "@delete {resource_type}/{id}");
            piece(place, entry.request.unwrap_or(entry.raw), context)
        }
        None => {
            let reason = "what to delete is not named as Type/id";
            let _ = writeln!(context, "@refused delete-by-search {reason}");
            piece(place, entry.raw, context)
        }
    }
}

/// Adds a line for each urn reference in the text that one of the bundles resolves, each once.
fn resolve_urns(body: &str, scopes: &[&Around<'_>], context: &mut String) {
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find("\"urn:") {
        rest = &rest[at + 1..];
        let end = rest.find('"').unwrap_or(rest.len());
        let urn = &rest[..end];
        rest = &rest[end..];
        if seen.contains(&urn) {
            continue;
        }
        seen.push(urn);
        if let Some((resource_type, id)) = scopes.iter().find_map(|around| around.names.get(urn)) {
            let _ = writeln!(context, "{urn} {resource_type}/{id}");
        }
        if seen.len() > MAX_URNS {
            return;
        }
    }
}

/// Adds what a Medication of the bundle is to the context of an order, statement or dispense of it: the medicine's
/// name must stand in the line of the record itself.
fn name_medicine(resource: &Resource<'_>, scopes: &[&Around<'_>], context: &mut String) {
    let of_medicine = resource.resource_type.starts_with("Medication") && resource.resource_type != "Medication";
    if !of_medicine || scopes.iter().all(|around| around.medicines.is_empty()) {
        return;
    }
    let Ok(root) = Json::parse(resource.body, |key| matches!(key, "medicationReference" | "medication")) else {
        return;
    };
    let reference = root
        .get("medicationReference")
        .or_else(|| root.get("medication")?.get("reference"));
    let reference = reference.and_then(|one| one.get("reference")).and_then(Json::as_str);
    let Some((_, id)) = reference.and_then(|reference| local_reference(reference, context)) else {
        return;
    };
    let code = scopes.iter().find_map(|around| around.medicines.get(id.as_str()));
    if let Some(code) = code.filter(|code| code.len() <= MAX_CODE) {
        // Within JSON a line break stands only between values, where a space does as well.
        let _ = writeln!(context, "@code Medication/{id} {}", code.replace(['\n', '\r'], " "));
    }
}

/// The longest `code` of a Medication repeated beside what refers to it, in bytes.
const MAX_CODE: usize = 8 * 1024;

/// The most different references resolved for one resource (a Provenance may point at all of a bundle).
const MAX_URNS: usize = 200;

/// The `resourceType` of one resource, read no further than needed; empty when it has none.
pub(super) fn resource_type(text: &str) -> Result<String, Broken> {
    let bytes = text.as_bytes();
    let start = skip_blank(bytes, 0);
    if bytes.get(start) != Some(&b'{') {
        let reason = "a FHIR resource is one JSON object, and this is not";
        return Err(Broken { at: start, reason });
    }
    let mut found = Cow::default();
    let stopped = walk_object(text, start, |name, at| {
        if name != "resourceType" {
            return skip_value(bytes, at);
        }
        capture(text, at, &mut found)?;
        Err(Broken { at, reason: FOUND })
    });
    match stopped {
        Err(broken) if broken.reason != FOUND => Err(broken),
        _ => Ok(found.into_owned()),
    }
}

/// Not an error: it ends the walk.
const FOUND: &str = "found";
