//! What each resource type says, held against what the record shows.

mod change;
mod documents;
mod example;
mod lenient;
mod people;
mod robust;
mod samples;
mod shape;

use super::read;
use record::demographics::Death;
use record::{Demographics, Entry, Item, Subject, Value};

/// Reads a resource written in the relaxed JSON of these tests.
fn taken(json: &str) -> Item {
    read(json.as_bytes(), "").unwrap_or_else(|refused| panic!("{}: {json}", refused.rejection))
}

/// An item as a few lines of text: one for the item when it says more than its entries, one an entry, `·` between
/// fields, only what was said.
fn shown(item: &Item) -> String {
    let mut lines = Vec::new();
    let mut head = vec![format!("{}/{}", item.item_type, item.local_id)];
    head.push(match &item.subject {
        Subject::Local(id) => format!("about {id}"),
        Subject::NhsNumber(number) => format!("about number {}", number.digits()),
        Subject::Directory => String::from("about nobody"),
        Subject::Missing => String::from("about whom?"),
    });
    head.extend(item.version.map(|version| format!("version {}", version.rfc3339())));
    if item.withdrawn {
        head.push(String::from("withdrawn"));
    }
    lines.push(head.join(" · "));
    lines.extend(item.person.as_deref().map(person));
    lines.extend(item.decisions.iter().map(|decision| format!("{decision:?}")));
    lines.extend(item.entries.iter().map(line));
    lines.extend(
        item.issues
            .iter()
            .map(|issue| format!("! {}: {}", issue.place, issue.reason)),
    );
    lines.join("\n")
}

fn line(entry: &Entry) -> String {
    let code = |concept: &record::Concept| {
        let system = concept.system.rsplit('/').next().unwrap_or_default();
        format!("{system}|{}|{}", concept.code, concept.display)
    };
    let mut parts = vec![format!("{} {:?} {}", entry.part, entry.kind, code(&entry.what))];
    parts.extend(entry.also.iter().map(|also| format!("also {}", code(also))));
    parts.extend(entry.value.as_ref().map(|value| match value {
        Value::Quantity(q) => {
            let mut words = format!("= {}{} {}", q.comparator, q.written, q.unit);
            for (sign, text) in [("range", &q.range), ("flag", &q.flag)] {
                if !text.is_empty() {
                    words.push_str(&format!(" [{sign} {text}]"));
                }
            }
            words
        }
        Value::Concept(concept) => format!("= {}", code(concept)),
        Value::Text(text) => format!("= “{text}”"),
        Value::Bool(value) => format!("= {value}"),
        Value::When(when) => format!("= {}", when.fhir()),
    }));
    for (name, when) in [
        ("on", entry.happened),
        ("to", entry.ended),
        ("recorded", entry.recorded),
    ] {
        parts.extend(when.map(|when| format!("{name} {}", when.fhir())));
    }
    for (name, text) in [
        ("by", &entry.by),
        ("at", &entry.place),
        ("in", &entry.category),
        ("encounter", &entry.encounter),
    ] {
        if !text.is_empty() {
            parts.push(format!("{name} {text}"));
        }
    }
    if entry.status != record::Status::Unknown {
        parts.push(format!("{:?}", entry.status));
    }
    if entry.certainty != record::Certainty::Unsaid {
        parts.push(format!("{:?}", entry.certainty));
    }
    parts.extend(entry.detail.lines().map(|detail| format!("> {detail}")));
    parts.join(" · ")
}

fn person(person: &Demographics) -> String {
    let mut parts = Vec::new();
    if let Some(number) = person.nhs_number {
        parts.push(format!("{} {:?}", number.digits(), person.nhs_number_status));
    }
    parts.extend(
        person
            .local_ids
            .iter()
            .map(|(system, value)| format!("id {system}|{value}")),
    );
    for name in &person.names {
        parts.push(format!(
            "name {}: {} {} {}",
            name.r#use, name.prefix, name.given, name.family
        ));
    }
    parts.extend(person.birth.map(|birth| format!("born {}", birth.fhir())));
    parts.push(format!("{:?}", person.sex));
    match person.death {
        Death::Unsaid => {}
        Death::Alive => parts.push(String::from("alive")),
        Death::Dead => parts.push(String::from("dead")),
        Death::DeadSince(when) => parts.push(format!("dead since {}", when.fhir())),
    }
    for address in &person.addresses {
        parts.push(format!(
            "address {}: {}; {}",
            address.r#use,
            address.lines.join(", "),
            address.postcode
        ));
    }
    parts.extend(person.phones.iter().map(|phone| format!("phone {phone}")));
    parts.extend(person.emails.iter().map(|email| format!("e-mail {email}")));
    for (name, text) in [
        ("practice", &person.practice),
        ("practice name", &person.practice_name),
        ("language", &person.language),
        ("ethnicity", &person.ethnicity),
    ] {
        if !text.is_empty() {
            parts.push(format!("{name} {text}"));
        }
    }
    parts.extend(person.interpreter.map(|needed| format!("interpreter {needed}")));
    parts.extend(
        person
            .multiple_birth
            .map(|multiple| format!("multiple birth {multiple}")),
    );
    if person.restricted {
        parts.push(String::from("RESTRICTED"));
    }
    parts.extend(person.links.iter().map(|(other, link)| format!("{link:?} {other}")));
    parts.join(" · ")
}
