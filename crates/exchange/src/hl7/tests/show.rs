//! Items as short text, for comparing with examples.

use crate::hl7::read;
use record::demographics::Death;
use record::{Entry, Item, Status, Subject, Value};
use std::fmt::Write;

/// What a message gives, an item a paragraph.
pub fn shown(message: &str) -> String {
    let bytes = message.replace('\n', "\r");
    match read(bytes.as_bytes()) {
        Ok(items) => items.iter().map(show_item).collect::<Vec<_>>().join("\n"),
        Err(refused) => format!(
            "REFUSED {} [{}] {}",
            refused.rejection,
            refused.item_type,
            subject(&refused.subject)
        ),
    }
}

fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Local(id) => format!("local {id}"),
        Subject::NhsNumber(number) => format!("nhs {}", number.digits()),
        Subject::Directory => "nobody".to_owned(),
        Subject::Missing => "missing".to_owned(),
    }
}

/// One item: a line for itself, one for its person, one for each entry, issue and decision.
pub fn show_item(item: &Item) -> String {
    let mut text = format!("{} {} of {}", item.item_type, item.local_id, subject(&item.subject));
    if let Some(version) = item.version {
        let _ = write!(text, " @{}", version.rfc3339());
    }
    if !item.mapped {
        text += " unmapped";
    }
    if item.withdrawn {
        text += " withdrawn";
    }
    if let Some(person) = &item.person {
        text += &show_person(person);
    }
    for entry in &item.entries {
        text += &show_entry(entry);
    }
    for issue in &item.issues {
        let _ = write!(text, "\n  ! {}: {}", issue.place, issue.reason);
    }
    for decision in &item.decisions {
        let _ = write!(text, "\n  => {decision:?}");
    }
    text
}

fn show_person(person: &record::Demographics) -> String {
    let mut text = String::from("\n  person");
    if let Some(number) = person.nhs_number {
        let _ = write!(text, " nhs {} {:?}", number.digits(), person.nhs_number_status);
    }
    for (system, value) in &person.local_ids {
        let _ = write!(text, " id {system}|{value}");
    }
    for name in &person.names {
        let _ = write!(
            text,
            "; {} {} {} {}",
            name.r#use,
            name.prefix,
            name.given,
            name.family.to_uppercase()
        );
    }
    if let Some(birth) = person.birth {
        let _ = write!(text, "; born {}", birth.fhir());
    }
    let _ = write!(text, "; {}", person.sex.words());
    match person.death {
        Death::Unsaid => {}
        Death::Alive => text += "; alive",
        Death::Dead => text += "; dead",
        Death::DeadSince(when) => {
            let _ = write!(text, "; dead since {}", when.fhir());
        }
    }
    for address in &person.addresses {
        let _ = write!(
            text,
            "; at [{}] {} {}",
            address.r#use,
            address.lines.join(", "),
            address.postcode
        );
    }
    for contact in person.phones.iter().chain(&person.emails) {
        let _ = write!(text, "; tel {contact}");
    }
    let rest = [
        ("practice", format!("{} {}", person.practice, person.practice_name)),
        ("language", person.language.clone()),
        ("ethnicity", person.ethnicity.clone()),
        (
            "multiple birth",
            person.multiple_birth.map(|b| b.to_string()).unwrap_or_default(),
        ),
        (
            "restricted",
            if person.restricted {
                "yes".to_owned()
            } else {
                String::new()
            },
        ),
    ];
    for (label, value) in rest {
        if !value.trim().is_empty() {
            let _ = write!(text, "; {label} {}", value.trim());
        }
    }
    for (other, link) in &person.links {
        let _ = write!(text, "; {link:?} {other}");
    }
    text
}

fn show_entry(entry: &Entry) -> String {
    let mut text = format!("\n  {}. {}: {}", entry.part, entry.kind.words(), entry.what.display);
    if !entry.what.code.is_empty() {
        let _ = write!(text, " ({}|{})", entry.what.system, entry.what.code);
    }
    for other in &entry.also {
        let _ = write!(text, " also ({}|{} {})", other.system, other.code, other.display);
    }
    match &entry.value {
        Some(Value::Quantity(q)) => {
            let _ = write!(
                text,
                " = {}{} {} [{}] {}",
                q.comparator, q.written, q.unit, q.range, q.flag
            );
        }
        Some(Value::Concept(c)) => {
            let _ = write!(text, " = {} ({}|{})", c.display, c.system, c.code);
        }
        Some(Value::Text(words)) => {
            let _ = write!(text, " = {words:?}");
        }
        Some(Value::Bool(yes)) => {
            let _ = write!(text, " = {yes}");
        }
        Some(Value::When(when)) => {
            let _ = write!(text, " = {}", when.fhir());
        }
        None => {}
    }
    let times = [("on", entry.happened), ("to", entry.ended), ("written", entry.recorded)];
    for (label, when) in times {
        if let Some(when) = when {
            let _ = write!(text, "; {label} {}", when.fhir());
        }
    }
    if entry.status != Status::Unknown {
        let _ = write!(text, "; {}", entry.status.words());
    }
    let words = [
        ("", entry.certainty.words()),
        ("by", &entry.by),
        ("at", &entry.place),
        ("category", &entry.category),
        ("encounter", &entry.encounter),
    ];
    for (label, value) in words {
        if !value.is_empty() {
            let _ = write!(text, "; {label} {value}");
        }
    }
    for line in entry.detail.lines() {
        let _ = write!(text, "\n    {line}");
    }
    text
}
