//! CarePlan, Goal and CareTeam: what is meant to happen, to what end, and who does it.

use super::condition::person;
use super::json::Json;
use super::observation::{any_value, named};
use super::procedure::value_words;
use super::resource::Doc;
use super::words::{Codes, Lines};
use record::{Concept, Entry, Kind, Status, Value};

/// A CarePlan and its activities as parts.
pub(super) fn care_plan(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let title = doc.text(root, "title");
    let categories = doc.list(root, "category");
    let codes = categories
        .iter()
        .map(|one| doc.codes_of(one))
        .find(|codes| !codes.is_empty())
        .unwrap_or_default();
    let description = doc.text(root, "description");
    let mut entry = if !title.is_empty() {
        // A titled plan's category says what kind of plan it is, and may put it at the top of the record.
        let mut titled = Codes::words(title).entry(Kind::CarePlan);
        let coded = std::iter::once(codes.best).chain(codes.also);
        titled.also.extend(coded.filter(|concept| !concept.code.is_empty()));
        titled
    } else if !codes.is_empty() {
        codes.entry(Kind::CarePlan)
    } else {
        Codes::words("Care plan").entry(Kind::CarePlan)
    };
    (entry.happened, entry.ended) = doc.period(root, "period");
    entry.recorded = doc.when(root, "created");
    entry.by = doc
        .object(root, "author")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    if entry.by.is_empty() {
        entry.by = doc.names(root, "contributor", "");
    }
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    let mut lines = Lines::default();
    lines.add("", description);
    let intent = doc.text(root, "intent");
    lines.add("intent", if intent == "plan" { "" } else { intent });
    for (label, key) in [("for", "addresses"), ("goal", "goal"), ("team", "careTeam")] {
        for reference in doc.list(root, key).iter() {
            lines.add(label, &named(doc, reference).unwrap_or_default());
        }
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    let mut entries = vec![entry];
    for node in doc.list(root, "activity").iter() {
        if let Some(mut part) = activity(doc, node) {
            part.part = u16::try_from(entries.len()).unwrap_or(u16::MAX);
            entries.push(part);
        }
    }
    entries
}

fn activity(doc: &Doc<'_>, node: &Json<'_>) -> Option<Entry> {
    let mut lines = Lines::default();
    let Some(detail) = doc.object(node, "detail") else {
        let reference = doc.object(node, "reference")?;
        let mut entry = Entry::new(Kind::CarePlan, Concept::words(&named(doc, reference)?));
        lines.notes(doc, node, "progress");
        lines.onto(&mut entry);
        return Some(entry);
    };
    let codes = doc.codes(detail, "code");
    let description = doc.text(detail, "description");
    let codes = if codes.is_empty() {
        Codes::words(description)
    } else {
        codes
    };
    if codes.is_empty() {
        return None;
    }
    let mut entry = codes.entry(Kind::CarePlan);
    entry.status = doc.status(detail, "status");
    (entry.happened, entry.ended) = doc.choice_when(detail, "scheduled");
    entry.by = doc.names(detail, "performer", "");
    entry.place = doc
        .object(detail, "location")
        .map(|one| doc.name_of(one))
        .unwrap_or_default();
    entry.category = doc.text(detail, "kind").to_owned();
    if doc.boolean(detail, "doNotPerform") == Some(true) {
        lines.add("", "do not do this");
    }
    lines.add(
        "",
        if entry.what.display == description {
            ""
        } else {
            description
        },
    );
    lines.add("when", doc.text(detail, "scheduledString"));
    lines.add("reason", &doc.label(detail, "reasonCode"));
    lines.add("status reason", &doc.label(detail, "statusReason"));
    lines.add("outcome", &doc.label(node, "outcomeCodeableConcept"));
    lines.notes(doc, node, "progress");
    lines.onto(&mut entry);
    Some(entry)
}

/// A Goal and what it aims at.
pub(super) fn goal(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let Some(mut entry) = doc.about(Kind::Goal, root, "description", "") else {
        return Vec::new();
    };
    (entry.happened, _) = doc.choice_when(root, "start");
    entry.recorded = doc.when(root, "statusDate");
    entry.by = person(doc, &["expressedBy"]);
    let status = if root.get("lifecycleStatus").is_some() {
        "lifecycleStatus"
    } else {
        "status"
    };
    entry.status = doc.status(root, status);
    entry.category = doc.category(root, "category");
    let mut lines = Lines::default();
    lines.add("achievement", &doc.label(root, "achievementStatus"));
    lines.add("priority", &doc.label(root, "priority"));
    lines.add("starts", &doc.label(root, "startCodeableConcept"));
    let mut aims: Vec<String> = Vec::new();
    for target in doc.list(root, "target").iter() {
        let measure = doc.label(target, "measure");
        let value = any_value(doc, target, "detail")
            .map(|value| value_words(&value))
            .unwrap_or_default();
        let due = doc
            .when(target, "dueDate")
            .map(|when| format!("by {when}"))
            .unwrap_or_default();
        let words = [measure, value, due]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>();
        aims.push(words.join(" "));
    }
    aims.retain(|aim| !aim.is_empty());
    entry.value = (!aims.is_empty()).then(|| Value::Text(aims.join("; ")));
    for reference in doc.list(root, "addresses").iter() {
        lines.add("for", &named(doc, reference).unwrap_or_default());
    }
    lines.add("outcome", &doc.label(root, "outcomeCode"));
    lines.add("status reason", doc.text(root, "statusReason"));
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    vec![entry]
}

/// A CareTeam and its members as parts.
pub(super) fn care_team(doc: &Doc<'_>) -> Vec<Entry> {
    let root = doc.root;
    let name = doc.text(root, "name");
    let codes = doc
        .list(root, "category")
        .iter()
        .map(|one| doc.codes_of(one))
        .find(|codes| !codes.is_empty());
    let mut entry = if name.is_empty() {
        codes.unwrap_or_else(|| Codes::words("Care team"))
    } else {
        Codes::words(name)
    }
    .entry(Kind::CareTeam);
    (entry.happened, entry.ended) = doc.period(root, "period");
    entry.by = doc.names(root, "managingOrganization", "");
    entry.status = doc.status(root, "status");
    entry.category = doc.category(root, "category");
    entry.encounter = doc.encounter(root, "encounter");
    let mut lines = Lines::default();
    lines.add("reason", &doc.label(root, "reasonCode"));
    for telecom in doc.list(root, "telecom") {
        lines.add(doc.text(telecom, "system"), doc.text(telecom, "value"));
    }
    lines.notes(doc, root, "note");
    lines.onto(&mut entry);
    let (status, mut entries) = (entry.status, vec![entry]);
    for participant in doc.list(root, "participant").iter() {
        let roles = doc.list(participant, "role");
        let role = roles
            .first()
            .map(|role| doc.codes_of(role))
            .filter(|codes| !codes.is_empty());
        let member = doc
            .object(participant, "member")
            .map(|one| doc.name_of(one))
            .unwrap_or_default();
        if role.is_none() && member.is_empty() {
            continue;
        }
        let mut part = role.unwrap_or_else(|| Codes::words("Member")).entry(Kind::CareTeam);
        part.part = u16::try_from(entries.len()).unwrap_or(u16::MAX);
        part.value = (!member.is_empty()).then_some(Value::Text(member));
        (part.happened, part.ended) = doc.period(participant, "period");
        part.by = doc
            .object(participant, "onBehalfOf")
            .map(|one| doc.name_of(one))
            .unwrap_or_default();
        part.status = if status == Status::EnteredInError {
            status
        } else {
            Status::Unknown
        };
        entries.push(part);
    }
    entries
}
