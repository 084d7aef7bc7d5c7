//! What all resources have in common: fields that may be missing or of the wrong type, dates, codes, names of
//! people and places, status.

use super::json::Json;
use super::reference::{Context, local_reference};
use super::words::{Codes, bounded, cut, plain};
use record::{Concept, Entry, Issue, Kind, Status, When};
use std::cell::RefCell;

/// The most issues kept of one resource.
const MAX_ISSUES: usize = 50;
/// The most lines (an item and its parts) one resource may add to a record.
pub(crate) const MAX_PARTS: usize = 1000;

/// One resource being read: its tree, its context, and what could not be read so far.
pub(crate) struct Doc<'a> {
    pub root: &'a Json<'a>,
    pub context: &'a str,
    issues: RefCell<Vec<Issue>>,
}

impl<'a> Doc<'a> {
    pub fn new(root: &'a Json<'a>, context: &'a str) -> Self {
        Self {
            root,
            context,
            issues: RefCell::new(Vec::new()),
        }
    }

    /// Notes that the value at `node`, a part of this resource's tree, could not be read.
    pub fn issue(&self, node: &Json<'_>, reason: impl Into<String>) {
        // Finding the place walks the whole tree, so it is not done for an issue that is not kept.
        if self.issues.borrow().len() >= MAX_ISSUES {
            return;
        }
        let mut place = String::new();
        find(self.root, node, &mut place);
        self.issue_at(place, reason);
    }

    pub fn issue_at(&self, place: impl Into<String>, reason: impl Into<String>) {
        let mut issues = self.issues.borrow_mut();
        if issues.len() < MAX_ISSUES {
            issues.push(Issue {
                place: place.into(),
                reason: reason.into(),
            });
        }
    }

    pub fn into_issues(self) -> Vec<Issue> {
        self.issues.into_inner()
    }

    /// A text member, trimmed; empty when absent, or (an issue) when it is not a text. A number stands as written.
    pub fn text<'n>(&self, node: &'n Json<'_>, key: &str) -> &'n str {
        match node.get(key) {
            Some(value) => value.as_str().map(str::trim).unwrap_or_else(|| {
                self.issue(value, "not a text");
                ""
            }),
            None => "",
        }
    }

    /// The items of a list member, at most [`MAX_PARTS`]; more are an issue. A single object or text where a list
    /// belongs is taken as its only item.
    pub fn list<'n, 'j>(&self, node: &'n Json<'j>, key: &str) -> &'n [Json<'j>] {
        match node.get(key) {
            Some(Json::List(items)) if items.len() <= MAX_PARTS => items,
            Some(list @ Json::List(items)) => {
                self.issue(list, "more than 1,000 items; the first 1,000 are read");
                &items[..MAX_PARTS]
            }
            Some(one @ (Json::Object(_) | Json::Text(_))) => std::slice::from_ref(one),
            Some(value) => {
                self.issue(value, "not a list");
                &[]
            }
            None => &[],
        }
    }

    /// An object member. Of a list where one object belongs the first is taken, and more are an issue.
    pub fn object<'n, 'j>(&self, node: &'n Json<'j>, key: &str) -> Option<&'n Json<'j>> {
        match node.get(key)? {
            object @ Json::Object(_) => Some(object),
            list @ Json::List(items) => {
                if items.len() > 1 {
                    self.issue(list, "several values where one belongs; the first is read");
                }
                items.first().filter(|item| matches!(item, Json::Object(_)))
            }
            value => {
                self.issue(value, "not an object");
                None
            }
        }
    }

    pub fn boolean(&self, node: &Json<'_>, key: &str) -> Option<bool> {
        match node.get(key)? {
            Json::Bool(value) => Some(*value),
            Json::Text(text) if text == "true" => Some(true),
            Json::Text(text) if text == "false" => Some(false),
            value => {
                self.issue(value, "neither true nor false");
                None
            }
        }
    }

    /// A date, dateTime or instant member.
    pub fn when(&self, node: &Json<'_>, key: &str) -> Option<When> {
        self.when_of(node.get(key)?)
    }

    pub fn when_of(&self, value: &Json<'_>) -> Option<When> {
        let text = value.as_str().unwrap_or_default();
        let when = When::parse_fhir(text);
        if when.is_none() {
            self.issue(value, format!("“{}” is not a date this system can read", cut(text, 40)));
        }
        when
    }

    /// Start and end of a Period member.
    pub fn period(&self, node: &Json<'_>, key: &str) -> (Option<When>, Option<When>) {
        match self.object(node, key) {
            Some(period) => (self.when(period, "start"), self.when(period, "end")),
            None => (None, None),
        }
    }

    /// When something happened: of `<stem>DateTime`, `<stem>Instant`, `<stem>Date`, `<stem>Period` (start and end)
    /// and `<stem>Timing` (its first event), the one that is there.
    pub fn choice_when(&self, node: &Json<'_>, stem: &str) -> (Option<When>, Option<When>) {
        for (name, value) in node.members() {
            match name.strip_prefix(stem) {
                Some("DateTime" | "Instant" | "Date") => return (self.when_of(value), None),
                Some("Period") => return self.period(node, name),
                Some("Timing") => {
                    let event = self.list(value, "event").first();
                    return (event.and_then(|event| self.when_of(event)), None);
                }
                _ => {}
            }
        }
        (None, None)
    }

    /// The codes of a CodeableConcept member (or of a bare Coding, or a text); of several the first.
    pub fn codes(&self, node: &Json<'_>, key: &str) -> Codes {
        match node.get(key) {
            Some(Json::List(items)) => items.first().map(|item| self.codes_of(item)).unwrap_or_default(),
            Some(value) => self.codes_of(value),
            None => Codes::default(),
        }
    }

    /// The codes of one CodeableConcept, Coding, CodeableReference or text: the best by [`Concept::rank`] first.
    pub fn codes_of(&self, node: &Json<'_>) -> Codes {
        if let Json::Text(text) = node {
            return Codes::words(text);
        }
        if let Some(concept) = node.get("concept") {
            return self.codes_of(concept);
        }
        let bare = node.get("coding").is_none() && ["code", "display"].iter().any(|key| node.get(key).is_some());
        let codings = if bare {
            std::slice::from_ref(node)
        } else {
            self.list(node, "coding")
        };
        let mut all: Vec<Concept> = Vec::with_capacity(codings.len());
        for coding in codings {
            let (system, code) = (self.text(coding, "system"), self.text(coding, "code"));
            let concept = Concept::coded(system, code, self.text(coding, "display"));
            if !concept.is_empty() && !all.contains(&concept) {
                all.push(concept);
            }
        }
        Codes::of(all, self.text(node, "text"))
    }

    /// What people read of a CodeableConcept member (each, when it is a list), joined by commas.
    pub fn label(&self, node: &Json<'_>, key: &str) -> String {
        let mut labels: Vec<String> = Vec::new();
        let items = match node.get(key) {
            Some(Json::List(items)) => items.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => return String::new(),
        };
        for item in items {
            let label = self.codes_of(item).label();
            if !label.is_empty() && !labels.contains(&label) {
                labels.push(label);
            }
        }
        bounded(&labels.join(", "))
    }

    /// The sender's own grouping: HL7's own codes as codes (`vital-signs`), others in words; joined by commas.
    pub fn category(&self, node: &Json<'_>, key: &str) -> String {
        let mut labels: Vec<String> = Vec::new();
        for item in self.list(node, key) {
            let codes = self.codes_of(item);
            let hl7 = ["http://terminology.hl7.org/", "http://hl7.org/fhir/"]
                .iter()
                .any(|start| codes.best.system.starts_with(start));
            let label = if hl7 && !codes.best.code.is_empty() {
                codes.best.code
            } else {
                codes.label()
            };
            if !label.is_empty() && !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels.join(", ")
    }

    /// The contained resource that a reference of the form `#id` names.
    pub fn contained(&self, reference: &Json<'_>) -> Option<&'a Json<'a>> {
        let id = reference.get("reference")?.as_str()?.strip_prefix('#')?;
        let contained = match self.root.get("contained")? {
            Json::List(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        contained.iter().take(MAX_PARTS).find(|resource| {
            resource
                .get("id")
                .and_then(Json::as_str)
                .map(|own| own.trim_start_matches('#'))
                == Some(id)
        })
    }

    /// What the sender called the thing a Reference names: its display, else the name or code of the contained
    /// resource, else its identifier, else `Type/id`.
    pub fn name_of(&self, reference: &Json<'_>) -> String {
        if let Json::Text(text) = reference {
            return text.trim().to_owned();
        }
        let display = self.text(reference, "display");
        if !display.is_empty() {
            return display.to_owned();
        }
        if let Some(resource) = self.contained(reference) {
            return self.title(resource);
        }
        if let Some(identifier) = self.object(reference, "identifier") {
            let value = self.text(identifier, "value");
            if !value.is_empty() {
                return value.to_owned();
            }
        }
        let reference = self.text(reference, "reference");
        match local_reference(reference, self.context) {
            Some((resource_type, id)) => format!("{resource_type}/{id}"),
            // A urn that its bundle did not resolve, or a `#x` that is not there, tells a reader nothing.
            None if reference.starts_with("urn:") || reference.starts_with('#') => String::new(),
            None => reference.to_owned(),
        }
    }

    /// The name or code of a whole resource.
    pub fn title(&self, resource: &Json<'_>) -> String {
        match resource.get("name") {
            Some(Json::Text(name)) => return name.trim().to_owned(),
            Some(_) => {
                let names = self.list(resource, "name");
                return names.first().map(|name| self.human_name(name)).unwrap_or_default();
            }
            None => {}
        }
        for key in ["code", "type", "vaccineCode"] {
            let label = self.label(resource, key);
            if !label.is_empty() {
                return label;
            }
        }
        for key in ["practitioner", "organization"] {
            if let Some(reference) = self.object(resource, key) {
                return self.name_of(reference);
            }
        }
        for key in ["title", "description", "deviceName"] {
            if let Some(Json::Text(text)) = resource.get(key) {
                return text.trim().to_owned();
            }
        }
        String::new()
    }

    /// A HumanName on one line: prefix, given names, family name; else its text.
    pub fn human_name(&self, name: &Json<'_>) -> String {
        let mut words: Vec<&str> = Vec::new();
        for key in ["prefix", "given"] {
            words.extend(self.list(name, key).iter().filter_map(Json::as_str));
        }
        words.push(self.text(name, "family"));
        words.retain(|word| !word.is_empty());
        if words.is_empty() {
            return self.text(name, "text").to_owned();
        }
        words.join(" ")
    }

    /// The names of a Reference member (each, when it is a list), joined by commas. In list items that hold the
    /// reference under another key (`actor`, `individual`, `author`…), that key is `within`.
    pub fn names(&self, node: &Json<'_>, key: &str, within: &str) -> String {
        let mut names: Vec<String> = Vec::new();
        for item in self.list(node, key) {
            let reference = if within.is_empty() {
                Some(item)
            } else {
                item.get(within)
            };
            let name = reference.map(|reference| self.name_of(reference)).unwrap_or_default();
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        bounded(&names.join(", "))
    }

    /// The sender's id of the encounter named by a Reference member.
    pub fn encounter(&self, node: &Json<'_>, key: &str) -> String {
        let reference = self.list(node, key).iter().find_map(|item| item.get("reference"));
        reference
            .and_then(Json::as_str)
            .and_then(|reference| local_reference(reference, self.context))
            .map_or_else(String::new, |(_, id)| id)
    }

    /// The status a code member says; a word this system does not know is an issue.
    pub fn status(&self, node: &Json<'_>, key: &str) -> Status {
        let Some(value) = node.get(key) else {
            return Status::Unknown;
        };
        let word = self.text(node, key);
        status_of(word).unwrap_or_else(|| {
            if !word.is_empty() {
                self.issue(value, format!("“{}” is not a status this system knows", cut(word, 40)));
            }
            Status::Unknown
        })
    }

    /// Whether the context says when the bundle was made.
    pub fn timestamp(&self) -> Option<When> {
        Context::new(self.context).line("@timestamp").and_then(When::parse_fhir)
    }

    /// An entry about the code of the resource: `key` (CodeableConcept), else the words of the resource's own
    /// narrative, else `otherwise`; `None` when all three are empty.
    pub fn about(&self, kind: Kind, node: &Json<'_>, key: &str, otherwise: &str) -> Option<Entry> {
        let mut codes = self.codes(node, key);
        if codes.best.is_empty() {
            codes = Codes::words(cut(&self.narrative(node), 300));
        }
        if codes.best.is_empty() {
            codes = Codes::words(otherwise);
        }
        (!codes.best.is_empty()).then(|| codes.entry(kind))
    }

    /// The resource's (or section's) narrative as plain words; empty when there is none.
    pub fn narrative(&self, node: &Json<'_>) -> String {
        let div = node.get("text").and_then(|text| text.get("div"));
        div.and_then(Json::as_str).map(plain).unwrap_or_default()
    }
}

/// Writes the path from `root` to the very node `wanted`, the way FHIR writes paths.
fn find(root: &Json<'_>, wanted: &Json<'_>, place: &mut String) -> bool {
    if std::ptr::eq(
        std::ptr::from_ref(root).cast::<u8>(),
        std::ptr::from_ref(wanted).cast::<u8>(),
    ) {
        return true;
    }
    let length = place.len();
    match root {
        Json::Object(members) => {
            for (name, value) in members {
                if length > 0 {
                    place.push('.');
                }
                place.push_str(name);
                if find(value, wanted, place) {
                    return true;
                }
                place.truncate(length);
            }
        }
        Json::List(items) => {
            for (index, value) in items.iter().enumerate() {
                place.push_str(&format!("[{index}]"));
                if find(value, wanted, place) {
                    return true;
                }
                place.truncate(length);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
    }
    false
}

/// FHIR's many status words as this system's few; `None` for a word it does not know.
pub(crate) fn status_of(word: &str) -> Option<Status> {
    Some(match word {
        "active" | "in-progress" | "arrived" | "triaged" | "onleave" | "checked-in" | "ready" | "accepted"
        | "received" | "recurrence" | "relapse" | "current" => Status::Active,
        "completed" | "finished" | "fulfilled" | "final" | "inactive" | "remission" | "ended" => Status::Completed,
        "planned" | "booked" | "proposed" | "pending" | "requested" | "intended" | "preparation" | "scheduled"
        | "not-started" | "waitlist" => Status::Planned,
        "stopped" | "revoked" | "superseded" | "failed" => Status::Stopped,
        "on-hold" | "onhold" | "suspended" => Status::OnHold,
        "cancelled" | "rejected" | "declined" => Status::Cancelled,
        "resolved" => Status::Resolved,
        "registered" | "partial" | "preliminary" | "draft" => Status::Preliminary,
        "amended" | "corrected" | "appended" => Status::Amended,
        "not-done" | "not-taken" => Status::NotDone,
        "noshow" => Status::DidNotAttend,
        "entered-in-error" => Status::EnteredInError,
        "unknown" => Status::Unknown,
        _ => return None,
    })
}
