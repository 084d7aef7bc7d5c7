//! A Patient resource, from what one sender says of who the person is.

use super::element::{Object, clean, codeable, date_time, push, set};
use super::{Naming, contain};
use record::demographics::{Death, Link};
use record::{Certainty, Concept, Demographics, Entry, Item, Kind, NhsNumberStatus, Precision, Sex, Status};
use serde_json::{Value as Json, json};

/// NHS number.
pub const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// ODS code of an organisation.
pub const ODS: &str = "https://fhir.nhs.uk/Id/ods-organization-code";
const UK_CORE: &str = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-";

/// A Patient and its lines: a reported death, its contacts, anything else as contained parts.
pub(super) fn patient(entries: &[Entry], naming: &Naming<'_>, item: Option<&Item>) -> Object {
    let mut object = Object::new();
    if let Some(person) = item.and_then(|item| item.person.as_deref()) {
        object = who(person, naming.patient);
    }
    let mut left = Vec::new();
    for entry in entries {
        let said = item.is_some_and(|item| item.person.is_some());
        if entry.kind == Kind::Death && said && is_plain_death(entry, item) {
            notification(entry, &mut object);
        } else {
            left.push(entry.clone());
        }
    }
    contain(&left, naming, &mut object);
    object
}

/// What a Patient resource says of who someone is. Senders' other records go by `patient`.
pub fn who(person: &Demographics, patient: &dyn Fn(&str) -> String) -> Object {
    let mut o = Object::new();
    if person.restricted {
        let label = json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R" });
        o.insert("meta".to_owned(), json!({ "security": [label] }));
    }
    identifiers(person, &mut o);
    for name in &person.names {
        let mut one = Object::new();
        let known = ["usual", "official", "temp", "nickname", "anonymous", "old", "maiden"];
        set(
            &mut one,
            "use",
            known.contains(&name.r#use.as_str()).then_some(name.r#use.as_str()),
        );
        set(&mut one, "family", said(&name.family));
        let given: Vec<&str> = name.given.split_whitespace().collect();
        set(&mut one, "given", (!given.is_empty()).then(|| json!(given)));
        set(&mut one, "prefix", said(&name.prefix).map(|prefix| json!([prefix])));
        if !one.is_empty() {
            push(&mut o, "name", Json::Object(one));
        }
    }
    for phone in person.phones.iter().filter_map(|phone| said(phone)) {
        push(&mut o, "telecom", json!({ "system": "phone", "value": phone }));
    }
    for email in person.emails.iter().filter_map(|email| said(email)) {
        push(&mut o, "telecom", json!({ "system": "email", "value": email }));
    }
    let sex = match person.sex {
        Sex::Unknown => None,
        Sex::Female => Some("female"),
        Sex::Male => Some("male"),
        Sex::Other => Some("other"),
    };
    set(&mut o, "gender", sex);
    // A birth date is a date; a moment of birth is cut to its day.
    let birth = person.birth.map(|when| match when.precision {
        Precision::Moment => when.date().iso(),
        Precision::Year | Precision::Month | Precision::Day => when.fhir(),
    });
    set(&mut o, "birthDate", birth);
    match person.death {
        Death::Unsaid => {}
        Death::Alive => set(&mut o, "deceasedBoolean", Some(false)),
        Death::Dead => set(&mut o, "deceasedBoolean", Some(true)),
        Death::DeadSince(when) => set(&mut o, "deceasedDateTime", Some(date_time(when))),
    }
    addresses(person, &mut o);
    set(&mut o, "multipleBirthBoolean", person.multiple_birth);
    practice(person, &mut o);
    spoken(person, &mut o);
    if let Some(words) = said(&person.ethnicity) {
        let url = format!("{UK_CORE}EthnicCategory");
        push(
            &mut o,
            "extension",
            json!({ "url": url, "valueCodeableConcept": { "text": words } }),
        );
    }
    for (other, link) in &person.links {
        let kind = match link {
            Link::ReplacedBy => "replaced-by",
            Link::Replaces => "replaces",
            Link::SeeAlso => "seealso",
        };
        push(
            &mut o,
            "link",
            json!({ "other": { "reference": patient(other) }, "type": kind }),
        );
    }
    o
}

fn said(text: &str) -> Option<String> {
    Some(clean(text)).filter(|text| !text.is_empty())
}

fn identifiers(person: &Demographics, o: &mut Object) {
    if let Some(number) = person.nhs_number {
        let mut identifier = json!({ "system": NHS_NUMBER, "value": number.digits() });
        let status = match person.nhs_number_status {
            NhsNumberStatus::Unsaid => None,
            NhsNumberStatus::Verified => Some(("01", "Number present and verified")),
            NhsNumberStatus::Unverified => Some(("02", "Number present but not traced")),
        };
        if let Some((code, display)) = status {
            let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus";
            identifier["extension"] = json!([{
                "url": format!("{UK_CORE}NHSNumberVerificationStatus"),
                "valueCodeableConcept": { "coding": [{ "system": system, "code": code, "display": display }] } }]);
        }
        push(o, "identifier", identifier);
    }
    for (system, value) in &person.local_ids {
        let mut identifier = Object::new();
        let system: String = system.chars().filter(|c| !c.is_whitespace()).collect();
        set(&mut identifier, "system", (!system.is_empty()).then_some(system));
        set(&mut identifier, "value", said(value));
        if identifier.contains_key("value") {
            push(o, "identifier", Json::Object(identifier));
        }
    }
}

fn addresses(person: &Demographics, o: &mut Object) {
    for address in &person.addresses {
        let mut one = Object::new();
        let known = ["home", "work", "temp", "old", "billing"];
        set(
            &mut one,
            "use",
            known
                .contains(&address.r#use.as_str())
                .then_some(address.r#use.as_str()),
        );
        let lines: Vec<String> = address.lines.iter().filter_map(|line| said(line)).collect();
        set(&mut one, "line", (!lines.is_empty()).then(|| json!(lines)));
        set(&mut one, "postalCode", said(&address.postcode));
        if !one.is_empty() {
            push(o, "address", Json::Object(one));
        }
    }
}

fn practice(person: &Demographics, o: &mut Object) {
    let mut reference = Object::new();
    set(&mut reference, "type", Some("Organization"));
    if let Some(code) = said(&person.practice) {
        reference.insert("identifier".to_owned(), json!({ "system": ODS, "value": code }));
    }
    set(&mut reference, "display", said(&person.practice_name));
    if reference.len() > 1 {
        push(o, "generalPractitioner", Json::Object(reference));
    }
}

fn spoken(person: &Demographics, o: &mut Object) {
    if let Some(language) = said(&person.language) {
        push(
            o,
            "communication",
            json!({ "language": { "text": language }, "preferred": true }),
        );
    }
    if let Some(required) = person.interpreter {
        let url = format!("{UK_CORE}InterpreterRequired");
        push(o, "extension", json!({ "url": url, "valueBoolean": required }));
    }
}

/// Whether reading the Patient gives this very report of death, from its date and notification alone.
fn is_plain_death(entry: &Entry, item: Option<&Item>) -> bool {
    let death = item.and_then(|item| item.person.as_ref()).map(|person| person.death);
    let since = match death {
        Some(Death::Dead) => None,
        Some(Death::DeadSince(when)) => Some(when),
        Some(Death::Unsaid | Death::Alive) | None => return false,
    };
    let mut plain = Entry::new(Kind::Death, Concept::words("Reported dead"));
    plain.part = entry.part;
    plain.happened = since;
    plain.status = Status::Completed;
    plain.certainty = entry.certainty;
    plain.recorded = entry.recorded;
    plain.detail.clone_from(&entry.detail);
    let notified = match entry.certainty {
        Certainty::Unsaid => entry.detail.is_empty() && entry.recorded.is_none(),
        Certainty::Confirmed | Certainty::Suspected => entry.detail.starts_with("notification: "),
        Certainty::RuledOut => false,
    };
    entry.part == 0 && plain == *entry && notified && !entry.detail.contains('\n')
}

/// UK Core's death notification status.
fn notification(entry: &Entry, o: &mut Object) {
    let code = match entry.certainty {
        Certainty::Confirmed => "2",
        Certainty::Suspected => "1",
        Certainty::Unsaid | Certainty::RuledOut => return,
    };
    let words = entry.detail.strip_prefix("notification: ").unwrap_or_default();
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus";
    let concept = Concept {
        system: system.to_owned(),
        code: code.to_owned(),
        display: words.to_owned(),
    };
    let status = json!({ "url": "deathNotificationStatus", "valueCodeableConcept": codeable(&concept, &[]) });
    let mut inner = vec![status];
    if let Some(since) = entry.recorded {
        inner.push(json!({ "url": "systemEffectiveDate", "valueDateTime": date_time(since) }));
    }
    let url = format!("{UK_CORE}DeathNotificationStatus");
    push(o, "extension", json!({ "url": url, "extension": inner }));
}
