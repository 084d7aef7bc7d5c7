//! Organization, Practitioner, PractitionerRole, Location and HealthcareService: who and what a system is made of.

use super::patient::{address_words, postal};
use super::resource::Doc;
use super::words::{Codes, Lines};
use record::{Entry, Kind, Status};

/// One line for one directory item: its name, what it is, and how to reach it.
pub(super) fn directory(doc: &Doc<'_>, item_type: &str) -> Vec<Entry> {
    let root = doc.root;
    let mut name = match root.get("name") {
        Some(_) => doc.title(root),
        None => String::new(),
    };
    let mut lines = Lines::default();
    if item_type == "PractitionerRole" {
        name = [("practitioner", ""), ("organization", "")]
            .iter()
            .map(|(key, within)| doc.names(root, key, within))
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        lines.add("role", &doc.label(root, "code"));
    }
    let identifiers = doc.list(root, "identifier");
    let value = identifiers
        .iter()
        .map(|one| doc.text(one, "value"))
        .find(|value| !value.is_empty());
    for fallback in [
        doc.label(root, "type"),
        doc.label(root, "code"),
        value.unwrap_or_default().to_owned(),
    ] {
        if name.is_empty() {
            name = fallback;
        }
    }
    let qualifications = doc.list(root, "qualification");
    if let (true, Some(first)) = (name.is_empty(), qualifications.first()) {
        name = doc.label(first, "code");
    }
    for key in ["description", "comment"] {
        if name.is_empty() {
            name = doc.text(root, key).to_owned();
        }
    }
    if name.is_empty() {
        name = doc.narrative(root);
    }
    if name.is_empty() {
        return Vec::new();
    }
    let mut entry = Codes::words(&name).entry(Kind::Other);
    let active = match doc.text(root, "status") {
        "" => doc.boolean(root, "active"),
        status => Some(status == "active"),
    };
    entry.status = match active {
        Some(true) => Status::Active,
        Some(false) => Status::Completed,
        None => Status::Unknown,
    };
    item_type.clone_into(&mut entry.category);
    (entry.happened, entry.ended) = doc.period(root, "period");
    details(doc, &mut lines);
    lines.onto(&mut entry);
    vec![entry]
}

fn details(doc: &Doc<'_>, lines: &mut Lines) {
    let root = doc.root;
    for (label, key) in [
        ("type", "type"),
        ("category", "category"),
        ("specialty", "specialty"),
        ("form", "physicalType"),
    ] {
        lines.add(label, &doc.label(root, key));
    }
    for (label, key) in [
        ("part of", "partOf"),
        ("provided by", "providedBy"),
        ("run by", "managingOrganization"),
        ("at", "location"),
        ("service", "healthcareService"),
    ] {
        lines.add(label, &doc.names(root, key, ""));
    }
    for qualification in doc.list(root, "qualification").iter() {
        lines.add("qualification", &doc.label(qualification, "code"));
    }
    for identifier in doc.list(root, "identifier").iter() {
        let (system, value) = (doc.text(identifier, "system"), doc.text(identifier, "value"));
        let label = system.rsplit(['/', ':']).next().unwrap_or_default();
        lines.add(if label.is_empty() { "identifier" } else { label }, value);
    }
    for telecom in doc.list(root, "telecom").iter() {
        lines.add(doc.text(telecom, "system"), doc.text(telecom, "value"));
    }
    for address in doc.list(root, "address").iter() {
        if let Some(address) = postal(doc, address) {
            lines.add("address", &address_words(address));
        }
    }
    lines.add("", doc.text(root, "comment"));
    lines.add("", doc.text(root, "description"));
}
