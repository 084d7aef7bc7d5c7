//! Documents within a resource: attachments, binaries, and a composition's own words.

use super::json::Json;
use crate::document::{COUNT_MAX, Content, File};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How deep attachments are looked for.
const DEPTH_MAX: usize = 40;

/// The documents a resource holds or points to, in the order they stand: every Attachment (DocumentReference,
/// DiagnosticReport, Media, Communication, Consent, a contained Binary…), a Binary itself, and the narrative of a
/// Composition as one web page. None when the text is not JSON; at most [`COUNT_MAX`].
pub fn files(resource: &[u8]) -> Vec<File> {
    let resource = resource.strip_prefix(b"\xef\xbb\xbf").unwrap_or(resource);
    let Ok(text) = std::str::from_utf8(resource) else {
        return Vec::new();
    };
    let Ok(root) = Json::parse(text, |_| true) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if root.get("resourceType").and_then(Json::as_str) == Some("Composition") {
        found.extend(composition(&root));
    }
    gather(&root, String::new(), 0, &mut found);
    found
}

fn gather(node: &Json<'_>, place: String, depth: usize, found: &mut Vec<File>) {
    if depth > DEPTH_MAX || found.len() >= COUNT_MAX {
        return;
    }
    match node {
        Json::Object(members) => {
            if let Some(file) = file(node, &place) {
                found.push(file);
                return;
            }
            for (name, value) in members {
                // A photograph of the person is not a document about their care.
                if name != "photo" {
                    let dot = if place.is_empty() { "" } else { "." };
                    gather(value, format!("{place}{dot}{name}"), depth + 1, found);
                }
            }
        }
        Json::List(values) => {
            for (index, value) in values.iter().enumerate() {
                gather(value, format!("{place}[{index}]"), depth + 1, found);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
    }
}

/// The file, when an object has the form of an Attachment or of a Binary.
fn file(node: &Json<'_>, place: &str) -> Option<File> {
    let text = |key: &str| match node.get(key) {
        Some(Json::Text(text)) => Some(text.trim()),
        _ => None,
    };
    let is_binary = text("resourceType") == Some("Binary");
    let (data, url) = (text("data"), text("url"));
    if text("contentType").is_none() && !is_binary {
        return None;
    }
    let content = match (data, url) {
        (Some(data), _) => decoded(data),
        // The document itself stands in `contained`, and is found there.
        (None, Some(url)) if url.starts_with('#') => return None,
        (None, Some(url)) if !url.is_empty() => Content::At(url.chars().take(2_000).collect()),
        _ => return None,
    };
    Some(File {
        place: if place.is_empty() {
            "data".to_owned()
        } else {
            place.to_owned()
        },
        title: text("title").unwrap_or_default().chars().take(200).collect(),
        media_type: text("contentType").unwrap_or_default().chars().take(100).collect(),
        content,
    })
}

fn decoded(data: &str) -> Content {
    let solid: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    match STANDARD.decode(solid) {
        Ok(bytes) if !bytes.is_empty() => Content::Bytes(bytes),
        Ok(_) => Content::Unreadable("it is empty".to_owned()),
        Err(error) => Content::Unreadable(format!("it is not base64, as FHIR asks: {error}")),
    }
}

/// The narrative of a composition and of its sections, as its author laid it out.
fn composition(root: &Json<'_>) -> Option<File> {
    let title = root.get("title").and_then(Json::as_str).unwrap_or("Document");
    let mut page = format!("<!DOCTYPE html><meta charset=\"utf-8\"><h1>{}</h1>", escaped(title));
    let before = page.len();
    sections(root, 2, &mut page);
    if page.len() == before
        && let Some(div) = narrative(root)
    {
        page.push_str(div);
    }
    (page.len() > before).then(|| File {
        place: "section".to_owned(),
        title: title.to_owned(),
        media_type: "text/html".to_owned(),
        content: Content::Bytes(page.into_bytes()),
    })
}

fn sections(node: &Json<'_>, level: usize, page: &mut String) {
    let Some(Json::List(sections_here)) = node.get("section") else {
        return;
    };
    for section in sections_here {
        if level > 20 || page.len() > crate::document::BYTES_MAX {
            return;
        }
        if let Some(title) = section.get("title").and_then(Json::as_str) {
            let heading = level.min(6);
            page.push_str(&format!("<h{heading}>{}</h{heading}>", escaped(title)));
        }
        page.push_str(narrative(section).unwrap_or_default());
        sections(section, level + 1, page);
    }
}

fn narrative<'n>(node: &'n Json<'_>) -> Option<&'n str> {
    node.get("text")?.get("div")?.as_str()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
