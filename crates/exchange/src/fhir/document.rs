//! DocumentReference, Composition, QuestionnaireResponse, Consent and Communication: what was written, answered,
//! agreed and told.

use super::condition::person;
use super::json::Json;
use super::observation::{any_value, attachment, named};
use super::procedure::value_words;
use super::resource::{Doc, MAX_PARTS};
use super::words::{Codes, Lines, bounded, cut, plain};
use record::{Entry, Kind, Status, Value};

/// A DocumentReference: that a document exists, and where.
pub(super) fn reference(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let description = doc.text(root, "description");
    let contents = doc.list(root, "content");
    let title = contents.iter().filter_map(|content| content.get("attachment"));
    let title = title
        .map(|file| doc.text(file, "title"))
        .find(|title| !title.is_empty())
        .unwrap_or_default();
    let words = [description, title, "Document"]
        .into_iter()
        .find(|words| !words.is_empty())
        .unwrap_or_default();
    let codes = doc.codes(root, "type");
    let mut entry = if codes.is_empty() { Codes::words(words) } else { codes }.entry(Kind::Document);
    let context = doc.object(root, "context");
    if let Some(context) = context {
        (entry.happened, entry.ended) = doc.period(context, "period");
        entry.encounter = doc.encounter(context, "encounter");
    }
    entry.recorded = doc
        .when(root, "date")
        .or_else(|| doc.when(root, "indexed"))
        .or_else(|| doc.when(root, "created"));
    entry.happened = entry.happened.or(entry.recorded);
    entry.by = doc.names(root, "author", "");
    entry.place = doc
        .object(root, "custodian")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = match doc.text(root, "docStatus") {
        "" => doc.status(root, "status"),
        _ => doc.status(root, "docStatus"),
    };
    if doc.text(root, "status") == "entered-in-error" {
        entry.status = Status::EnteredInError;
    }
    let replaced = doc.text(root, "status") == "superseded";
    entry.category = if root.get("category").is_some() {
        doc.category(root, "category")
    } else {
        doc.label(root, "class")
    };
    let mut lines = Lines::default();
    lines.add("", if replaced { "replaced by a newer document" } else { "" });
    lines.add(
        "",
        if entry.what.display == description {
            ""
        } else {
            description
        },
    );
    for content in contents.iter() {
        let file = doc.object(content, "attachment");
        // One that only says that it is absent is no file.
        let is_said = |file: &&Json<'_>| file.members().iter().any(|(name, _)| name != "extension");
        if let Some(file) = file.filter(is_said) {
            lines.add("file", &attachment(doc, file));
        }
    }
    if let Some(context) = context {
        lines.add("service", &doc.label(context, "practiceSetting"));
        lines.add("setting", &doc.label(context, "facilityType"));
        lines.add("about", &doc.label(context, "event"));
    }
    lines.onto(&mut entry);
    vec![entry]
}

/// A Composition and its sections as parts; a section's narrative becomes plain words.
pub(super) fn composition(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let codes = doc.codes(root, "type");
    let title = doc.text(root, "title");
    let words = if title.is_empty() { "Document" } else { title };
    let mut entry = if codes.is_empty() { Codes::words(words) } else { codes }.entry(Kind::Document);
    entry.recorded = doc.when(root, "date");
    entry.happened = entry.recorded;
    entry.by = doc.names(root, "author", "");
    entry.place = doc
        .object(root, "custodian")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    let mut lines = Lines::default();
    lines.add("title", if entry.what.display == title { "" } else { title });
    for event in doc.list(root, "event").iter() {
        lines.add("about", &doc.label(event, "code"));
    }
    lines.onto(&mut entry);
    let shared = entry.clone();
    let mut entries = vec![entry];
    sections(doc, root, &shared, 1, &mut entries);
    entries
}

fn sections(doc: &Doc<'_>, node: &Json<'_>, shared: &Entry, depth: usize, entries: &mut Vec<Entry>) {
    for section in doc.list(node, "section") {
        if entries.len() >= MAX_PARTS || depth > 20 {
            doc.issue(section, "more or deeper sections than this system reads");
            return;
        }
        let codes = doc.codes(section, "code");
        let title = doc.text(section, "title");
        let words = if title.is_empty() { "Section" } else { title };
        let about = if codes.is_empty() { Codes::words(words) } else { codes };
        let mut entry = about.entry(Kind::Document);
        entry.part = u16::try_from(entries.len()).unwrap_or(u16::MAX);
        entry.happened = shared.happened;
        entry.recorded = shared.recorded;
        entry.status = shared.status;
        entry.encounter.clone_from(&shared.encounter);
        entry.by = doc.names(section, "author", "");
        if entry.by.is_empty() {
            entry.by.clone_from(&shared.by);
        }
        let narrative = doc.narrative(section);
        entry.value = (!narrative.is_empty()).then_some(Value::Text(narrative));
        let mut lines = Lines::default();
        lines.add("title", if entry.what.display == title { "" } else { title });
        for item in doc.list(section, "entry").iter() {
            lines.add("holds", &named(doc, item).unwrap_or_default());
        }
        lines.add("empty because", &doc.label(section, "emptyReason"));
        lines.onto(&mut entry);
        entries.push(entry);
        sections(doc, section, shared, depth + 1, entries);
    }
}

/// A QuestionnaireResponse and its answers as parts.
pub(super) fn questionnaire_response(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let questionnaire = match root.get("questionnaire") {
        Some(Json::Text(url)) => url.trim().to_owned(),
        Some(reference) => doc.name_of(reference),
        None => String::new(),
    };
    let title = root
        .get("_questionnaire")
        .and_then(|one| doc.list(one, "extension").first());
    let title = title.map(|one| doc.text(one, "valueString")).unwrap_or_default();
    let words = [title, questionnaire.as_str(), "Answered questionnaire"];
    let words = words.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
    let mut entry = Codes::words(words).entry(Kind::Questionnaire);
    entry.happened = doc.when(root, "authored");
    entry.recorded = entry.happened;
    entry.by = person(doc, &["author", "source"]);
    entry.status = doc.status(root, "status");
    entry.encounter = doc.encounter(root, "encounter");
    let mut lines = Lines::default();
    lines.add("questionnaire", if title.is_empty() { "" } else { &questionnaire });
    lines.onto(&mut entry);
    let shared = entry.clone();
    let mut entries = vec![entry];
    answers(doc, root, &shared, 1, &mut entries);
    entries
}

fn answers(doc: &Doc<'_>, node: &Json<'_>, shared: &Entry, depth: usize, entries: &mut Vec<Entry>) {
    for item in doc.list(node, "item") {
        if entries.len() >= MAX_PARTS || depth > 20 {
            doc.issue(item, "more or deeper answers than this system reads");
            return;
        }
        let link = doc.text(item, "linkId");
        let text = doc.text(item, "text");
        let given = doc.list(item, "answer");
        let values: Vec<Value> = given
            .iter()
            .filter_map(|answer| any_value(doc, answer, "value"))
            .collect();
        if !values.is_empty() {
            let words = if text.is_empty() { link } else { text };
            let mut entry = Codes::words(if words.is_empty() { "Answer" } else { words }).entry(Kind::Questionnaire);
            entry.part = u16::try_from(entries.len()).unwrap_or(u16::MAX);
            entry.what.code = cut(link, 200).to_owned();
            entry.happened = shared.happened;
            entry.recorded = shared.recorded;
            entry.by.clone_from(&shared.by);
            entry.status = shared.status;
            entry.encounter.clone_from(&shared.encounter);
            entry.value = match values.as_slice() {
                [one] => Some(one.clone()),
                many => Some(Value::Text(many.iter().map(value_words).collect::<Vec<_>>().join(", "))),
            };
            entries.push(entry);
        }
        answers(doc, item, shared, depth + 1, entries);
        for answer in given {
            answers(doc, answer, shared, depth + 1, entries);
        }
    }
}

/// A Consent: agreed, refused, wished.
pub(super) fn consent(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let categories = doc.list(root, "category");
    let mut all = categories
        .iter()
        .map(|one| doc.codes_of(one))
        .filter(|codes| !codes.is_empty());
    let codes = all.next().unwrap_or_else(|| doc.codes(root, "scope"));
    let codes = if codes.is_empty() {
        Codes::words("Consent")
    } else {
        codes
    };
    let mut entry = codes.entry(Kind::Consent);
    for codes in all {
        entry.also.extend(codes.iter().cloned());
    }
    entry.recorded = doc.when(root, "dateTime");
    entry.happened = entry.recorded;
    entry.by = doc.names(root, "performer", "");
    if entry.by.is_empty() {
        entry.by = doc.names(root, "consentingParty", "");
    }
    entry.place = doc.names(root, "organization", "");
    entry.status = doc.status(root, "status");
    entry.category = doc.label(root, "scope");
    let mut lines = Lines::default();
    if let Some(provision) = doc.object(root, "provision") {
        provisions(doc, provision, &mut entry, &mut lines, 1);
    }
    lines.add("rule", &doc.label(root, "policyRule"));
    for policy in doc.list(root, "policy").iter() {
        lines.add("policy", doc.text(policy, "uri"));
    }
    for check in doc.list(root, "verification").iter() {
        let with = doc
            .object(check, "verifiedWith")
            .map(|one| doc.name_of(one))
            .unwrap_or_default();
        lines.add("verified with", &with);
    }
    lines.add(
        "source",
        &doc.object(root, "sourceAttachment")
            .map(|one| attachment(doc, one))
            .unwrap_or_default(),
    );
    lines.onto(&mut entry);
    vec![entry]
}

/// What is permitted or denied, to whom, for what and how long; nested provisions are exceptions.
fn provisions(doc: &Doc<'_>, node: &Json<'_>, entry: &mut Entry, lines: &mut Lines, depth: usize) {
    let kind = doc.text(node, "type");
    let mut parts: Vec<String> = Vec::new();
    for key in ["action", "purpose", "class", "code", "securityLabel"] {
        parts.push(doc.label(node, key));
    }
    parts.push(doc.names(node, "actor", "reference"));
    let (start, end) = doc.period(node, "period");
    if depth == 1 {
        entry.happened = start.or(entry.happened);
        entry.ended = end;
        entry.value = (!kind.is_empty()).then(|| Value::Text(kind.to_owned()));
    } else {
        parts.push(start.map(|when| format!("from {when}")).unwrap_or_default());
        parts.push(end.map(|when| format!("until {when}")).unwrap_or_default());
    }
    parts.retain(|part| !part.is_empty());
    let label = match (depth, kind) {
        (_, "") => "provision",
        (_, kind) => kind,
    };
    lines.add(label, &parts.join(", "));
    if depth < 10 {
        for inner in doc.list(node, "provision").iter() {
            provisions(doc, inner, entry, lines, depth + 1);
        }
    }
}

/// A Communication: something told.
pub(super) fn communication(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let mut said: Vec<String> = Vec::new();
    for payload in doc.list(root, "payload").iter() {
        let words = match any_value(doc, payload, "content") {
            Some(value) => value_words(&value),
            None => continue,
        };
        said.push(if words.starts_with('<') { plain(&words) } else { words });
    }
    said.retain(|words| !words.is_empty());
    let mut topic = doc.codes(root, "topic");
    for key in ["reasonCode", "category"] {
        if topic.is_empty() {
            topic = doc.codes(root, key);
        }
    }
    let topic = if topic.is_empty() {
        Codes::words("Message")
    } else {
        topic
    };
    let mut entry = topic.entry(Kind::Communication);
    entry.value = (!said.is_empty()).then(|| Value::Text(bounded(&said.join("\n"))));
    entry.happened = doc.when(root, "sent").or_else(|| doc.when(root, "received"));
    entry.by = doc
        .object(root, "sender")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    let mut lines = Lines::default();
    lines.add("to", &doc.names(root, "recipient", ""));
    lines.add("by way of", &doc.label(root, "medium"));
    lines.add("priority", doc.text(root, "priority"));
    lines.add("reason", &doc.label(root, "reasonCode"));
    lines.add("status reason", &doc.label(root, "statusReason"));
    for about in doc.list(root, "about").iter() {
        lines.add("about", &named(doc, about).unwrap_or_default());
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}
