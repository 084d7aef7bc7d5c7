//! Patient and RelatedPerson: who people are, and who is close to them.

use super::Said;
use super::json::Json;
use super::reference::local_reference;
use super::resource::Doc;
use super::words::{Codes, Lines};
use record::demographics::{Death, Link};
use record::item::Decision;
use record::{
    Address, Certainty, Concept, Demographics, Entry, Kind, Name, NhsNumber, NhsNumberStatus, Sex, Status, When,
};

/// A Patient: demographics, a line for a reported death, and a line for each contact.
pub(super) fn patient(doc: &Doc<'_>, local_id: &str) -> Said {
    let person = demographics(doc, doc.root);
    let mut entries: Vec<Entry> = death(doc, &person).into_iter().collect();
    for (index, contact) in doc.list(doc.root, "contact").iter().enumerate() {
        let mut entry = contact_person(doc, contact);
        entry.part = u16::try_from(index + 1).unwrap_or(u16::MAX);
        entries.push(entry);
    }
    let decisions = person.links.iter().filter_map(|(other, link)| {
        let (from, into) = match link {
            Link::ReplacedBy => (local_id, other.as_str()),
            Link::Replaces => (other.as_str(), local_id),
            Link::SeeAlso => return None,
        };
        let (from, into) = (from.to_owned(), into.to_owned());
        Some(Decision::Merge { from, into })
    });
    let decisions = decisions.collect();
    let says_nothing = person == Demographics::default();
    Said {
        entries,
        person: (!says_nothing).then(|| Box::new(person)),
        decisions,
    }
}

/// What a Patient, whole or contained, says of who the person is.
pub(super) fn demographics(doc: &Doc<'_>, node: &Json<'_>) -> Demographics {
    let mut person = Demographics {
        birth: doc.when(node, "birthDate").or_else(|| birth_time(doc, node)),
        sex: Sex::parse(doc.text(node, "gender")),
        death: match (node.get("deceasedBoolean"), node.get("deceasedDateTime")) {
            (_, Some(date)) => doc.when_of(date).map_or(Death::Dead, Death::DeadSince),
            (Some(_), None) => match doc.boolean(node, "deceasedBoolean") {
                Some(true) => Death::Dead,
                Some(false) => Death::Alive,
                None => Death::Unsaid,
            },
            (None, None) => Death::Unsaid,
        },
        multiple_birth: match node.get("multipleBirthInteger") {
            Some(_) => Some(true),
            None => doc.boolean(node, "multipleBirthBoolean"),
        },
        ..Demographics::default()
    };
    identifiers(doc, node, &mut person);
    names(doc, node, &mut person);
    addresses(doc, node, &mut person);
    telecoms(doc, node, &mut person);
    practice(doc, node, &mut person);
    language(doc, node, &mut person);
    person.ethnicity = ethnicity(doc, node);
    let security = doc
        .object(node, "meta")
        .map_or(&[][..], |meta| doc.list(meta, "security"));
    person.restricted = security
        .iter()
        .any(|label| matches!(doc.text(label, "code"), "R" | "V"));
    links(doc, node, &mut person);
    // A notification of death stands even where the sender left the date out.
    if person.death == Death::Unsaid {
        person.death = match notification(doc, node).0.best.code.as_str() {
            "1" | "2" => Death::Dead,
            // The notification was taken back: the sender says that the person has not died.
            "U" => Death::Alive,
            _ => Death::Unsaid,
        };
    }
    person
}

/// The day of `patient-birthTime`, for a sender that gives only that.
fn birth_time(doc: &Doc<'_>, node: &Json<'_>) -> Option<When> {
    let time = extension(doc, node.get("_birthDate")?, "patient-birthTime")?;
    doc.when(time, "valueDateTime").map(|when| When::day(when.date()))
}

/// Whether an identifier system is one of the spellings of the NHS number's.
pub(super) fn is_nhs_number_system(system: &str) -> bool {
    let system = system.to_ascii_lowercase();
    system.contains("nhs-number") || system.ends_with("2.16.840.1.113883.2.1.4.1")
}

/// The NHS number an Identifier holds; an invalid one is an issue.
pub(super) fn nhs_number(doc: &Doc<'_>, identifier: &Json<'_>) -> Option<NhsNumber> {
    if !is_nhs_number_system(doc.text(identifier, "system")) {
        return None;
    }
    let number = NhsNumber::parse(doc.text(identifier, "value"));
    if let (None, Some(value)) = (number, identifier.get("value")) {
        doc.issue(value, "not a valid NHS number: its check digit or length is wrong");
    }
    number
}

fn identifiers(doc: &Doc<'_>, node: &Json<'_>, person: &mut Demographics) {
    for identifier in doc.list(node, "identifier").iter() {
        let (system, value) = (doc.text(identifier, "system"), doc.text(identifier, "value"));
        if value.is_empty() {
            continue;
        }
        match nhs_number(doc, identifier) {
            Some(number) if person.nhs_number.is_none() && doc.text(identifier, "use") != "old" => {
                person.nhs_number = Some(number);
                person.nhs_number_status = verification(doc, identifier);
            }
            // An invalid number is no identifier: many people share the same mistyped one. The issue names it.
            None if is_nhs_number_system(system) => {}
            _ => person.local_ids.push((system.to_owned(), value.to_owned())),
        }
    }
}

/// UK Core (and Care Connect) NHS number verification status: 01 is "present and verified".
fn verification(doc: &Doc<'_>, identifier: &Json<'_>) -> NhsNumberStatus {
    let Some(status) = extension(doc, identifier, "NHSNumberVerificationStatus") else {
        return NhsNumberStatus::Unsaid;
    };
    let codes = doc.codes(status, "valueCodeableConcept");
    let codes = if codes.is_empty() {
        doc.codes(status, "valueCoding")
    } else {
        codes
    };
    match codes.best.code.as_str() {
        "" => NhsNumberStatus::Unsaid,
        "01" | "number-present-and-verified" => NhsNumberStatus::Verified,
        _ => NhsNumberStatus::Unverified,
    }
}

/// The first extension whose URL contains `part`: senders move the folder and keep the name.
fn extension<'n, 'j>(doc: &Doc<'_>, node: &'n Json<'j>, part: &str) -> Option<&'n Json<'j>> {
    doc.list(node, "extension")
        .iter()
        .find(|one| doc.text(one, "url").contains(part))
}

fn names(doc: &Doc<'_>, node: &Json<'_>, person: &mut Demographics) {
    let mut ranked: Vec<(u8, Name)> = Vec::new();
    for name in doc.list(node, "name").iter() {
        let given = doc.list(name, "given").iter().filter_map(Json::as_str);
        let given = given.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
        let prefix = doc.list(name, "prefix").iter().filter_map(Json::as_str);
        let mut read = Name {
            r#use: doc.text(name, "use").to_owned(),
            family: doc.text(name, "family").to_owned(),
            given,
            prefix: prefix.collect::<Vec<_>>().join(" "),
        };
        if read.family.is_empty() && read.given.is_empty() {
            // Only a whole name in one text: kept whole, because which word is the family name is not said.
            let text = if name.as_str().is_some() {
                name.as_str().unwrap_or_default()
            } else {
                doc.text(name, "text")
            };
            read.family = text.trim().to_owned();
        }
        if read.family.is_empty() && read.given.is_empty() {
            continue;
        }
        let ended = name.get("period").is_some_and(|period| period.get("end").is_some());
        let rank = match read.r#use.as_str() {
            "usual" => 0,
            "official" => 1,
            "" => 2,
            "temp" | "anonymous" => 3,
            "nickname" => 4,
            _ => 6,
        };
        ranked.push((rank + 10 * u8::from(ended), read));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    person.names = ranked.into_iter().map(|(_, name)| name).collect();
}

fn addresses(doc: &Doc<'_>, node: &Json<'_>, person: &mut Demographics) {
    let mut ranked: Vec<(u8, Address)> = Vec::new();
    for address in doc.list(node, "address").iter() {
        let Some(read) = postal(doc, address) else {
            continue;
        };
        let ended = address.get("period").is_some_and(|period| period.get("end").is_some());
        let rank = match read.r#use.as_str() {
            "home" => 0,
            "" => 1,
            "temp" => 2,
            "work" => 3,
            "billing" => 4,
            _ => 6,
        };
        ranked.push((rank + 10 * u8::from(ended), read));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    person.addresses = ranked.into_iter().map(|(_, address)| address).collect();
}

/// One Address; `None` when it says nothing.
pub(super) fn postal(doc: &Doc<'_>, address: &Json<'_>) -> Option<Address> {
    let mut lines: Vec<String> = Vec::new();
    let sent = doc.list(address, "line").iter().filter_map(Json::as_str);
    let rest = ["city", "district", "state"].map(|key| doc.text(address, key));
    for line in sent.chain(rest) {
        let line = line.trim();
        if !line.is_empty() && !lines.iter().any(|known| known.eq_ignore_ascii_case(line)) {
            lines.push(line.to_owned());
        }
    }
    if lines.is_empty() {
        let text = doc.text(address, "text");
        lines.extend(
            text.split(['\n', ','])
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
        );
    }
    let postcode = doc.text(address, "postalCode").to_owned();
    (!lines.is_empty() || !postcode.is_empty()).then(|| Address {
        r#use: doc.text(address, "use").to_owned(),
        lines,
        postcode,
    })
}

/// An Address on one line.
pub(super) fn address_words(address: Address) -> String {
    let parts = address.lines.into_iter().chain([address.postcode]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn telecoms(doc: &Doc<'_>, node: &Json<'_>, person: &mut Demographics) {
    for telecom in doc.list(node, "telecom").iter() {
        let value = doc.text(telecom, "value");
        // An old number is someone else's by now: it stays in what was sent and is not offered for contact.
        if value.is_empty() || doc.text(telecom, "use") == "old" {
            continue;
        }
        match doc.text(telecom, "system") {
            "email" => person.emails.push(value.to_owned()),
            "phone" | "sms" | "mobile" | "" => person.phones.push(value.trim_start_matches("tel:").to_owned()),
            "other" => person.phones.extend(other_contact(doc, telecom, value)),
            _ => {}
        }
    }
}

/// A way to reach someone that FHIR has no word for and UK Core has: a textphone, for one.
fn other_contact(doc: &Doc<'_>, telecom: &Json<'_>, value: &str) -> Option<String> {
    let system = telecom.get("_system").unwrap_or(telecom);
    let label = doc.label(extension(doc, system, "OtherContactSystem")?, "valueCodeableConcept");
    Some(if label.is_empty() {
        value.to_owned()
    } else {
        format!("{value} ({label})")
    })
}

fn practice(doc: &Doc<'_>, node: &Json<'_>, person: &mut Demographics) {
    for reference in doc.list(node, "generalPractitioner") {
        let contained = doc.contained(reference);
        let identifiers = match contained {
            Some(organisation) => doc.list(organisation, "identifier"),
            None => doc.list(reference, "identifier"),
        };
        let ods = identifiers.iter().find(|identifier| {
            let system = doc.text(identifier, "system").to_ascii_lowercase();
            system.contains("ods-organization-code") || system.contains("ods-site-code")
        });
        if let (Some(ods), true) = (ods, person.practice.is_empty()) {
            person.practice = doc.text(ods, "value").to_ascii_uppercase();
        }
        let is_practice = ods.is_some()
            || doc.text(reference, "type") == "Organization"
            || doc.text(reference, "reference").contains("Organization/");
        if person.practice_name.is_empty() && (is_practice || contained.is_some()) {
            let display = doc.text(reference, "display");
            person.practice_name = match contained {
                Some(organisation) if display.is_empty() => doc.title(organisation),
                _ => display.to_owned(),
            };
        }
    }
}

fn language(doc: &Doc<'_>, node: &Json<'_>, person: &mut Demographics) {
    let spoken = doc.list(node, "communication");
    let preferred = spoken
        .iter()
        .find(|one| one.get("preferred") == Some(&Json::Bool(true)));
    if let Some(main) = preferred.or(spoken.first()) {
        person.language = doc.label(main, "language");
    }
    // UK Core first wrote language as an extension of the patient.
    let older = extension(doc, node, "NHSCommunication");
    if let (true, Some(older)) = (person.language.is_empty(), older) {
        let language = extension(doc, older, "language");
        person.language = language
            .map(|one| doc.label(one, "valueCodeableConcept"))
            .unwrap_or_default();
    }
    let holders = spoken.iter().chain(older).chain([node]);
    person.interpreter = holders
        .filter_map(|holder| extension(doc, holder, "nterpreterRequired"))
        .find_map(|required| doc.boolean(required, "valueBoolean"));
}

/// UK Core's ethnic category, or the race and ethnicity of US Core as words.
fn ethnicity(doc: &Doc<'_>, node: &Json<'_>) -> String {
    if let Some(category) = extension(doc, node, "EthnicCategory") {
        return doc.label(category, "valueCodeableConcept");
    }
    let words = ["us-core-race", "us-core-ethnicity"].iter().filter_map(|url| {
        let text = extension(doc, extension(doc, node, url)?, "text")?;
        Some(doc.text(text, "valueString")).filter(|words| !words.is_empty())
    });
    words.collect::<Vec<_>>().join(", ")
}

fn links(doc: &Doc<'_>, node: &Json<'_>, person: &mut Demographics) {
    for link in doc.list(node, "link").iter() {
        let kind = match doc.text(link, "type") {
            "replaced-by" => Link::ReplacedBy,
            "replaces" => Link::Replaces,
            "seealso" | "refer" => Link::SeeAlso,
            _ => {
                doc.issue(link, "a link to another record without a type this system knows");
                continue;
            }
        };
        let other = doc.object(link, "other");
        let named = other.and_then(|other| local_reference(doc.text(other, "reference"), doc.context));
        match named {
            Some((resource_type, id)) if resource_type == "Patient" => person.links.push((id, kind)),
            Some(_) => {}
            None => doc.issue(
                link,
                "the other record is not named as Patient/id, so nobody can say which it is",
            ),
        }
    }
}

/// A reported death. UK Core's notification status says whether it is formal.
fn death(doc: &Doc<'_>, person: &Demographics) -> Option<Entry> {
    let happened = match person.death {
        Death::Unsaid | Death::Alive => return None,
        Death::Dead => None,
        Death::DeadSince(when) => Some(when),
    };
    let mut entry = Entry::new(Kind::Death, Concept::words("Reported dead"));
    entry.happened = happened;
    entry.status = Status::Completed;
    let (codes, recorded) = notification(doc, doc.root);
    entry.recorded = recorded;
    // 2 is formal: a death certificate was seen. 1 is informal. U is withdrawn.
    entry.certainty = match codes.best.code.as_str() {
        "2" => Certainty::Confirmed,
        "1" => Certainty::Suspected,
        _ => Certainty::Unsaid,
    };
    let mut lines = Lines::default();
    lines.add("notification", &codes.label());
    lines.onto(&mut entry);
    Some(entry)
}

/// UK Core's death notification status, and since when it holds.
fn notification(doc: &Doc<'_>, node: &Json<'_>) -> (Codes, Option<When>) {
    let Some(notice) = extension(doc, node, "DeathNotificationStatus") else {
        return (Codes::default(), None);
    };
    let status = extension(doc, notice, "deathNotificationStatus").unwrap_or(notice);
    let since = extension(doc, notice, "systemEffectiveDate").and_then(|date| doc.when(date, "valueDateTime"));
    (doc.codes(status, "valueCodeableConcept"), since)
}

/// A relative, carer or contact as a resource of its own.
pub(super) fn related_person(doc: &Doc<'_>) -> Vec<Entry> {
    let mut entry = contact_person(doc, doc.root);
    entry.status = match doc.boolean(doc.root, "active") {
        Some(true) => Status::Active,
        Some(false) => Status::Completed,
        None => Status::Unknown,
    };
    if entry.what.display == UNNAMED && entry.value.is_none() && entry.detail.is_empty() {
        return Vec::new();
    }
    vec![entry]
}

const UNNAMED: &str = "Contact person";

/// `RelatedPerson` and `Patient.contact` say the same things in the same words, but for the name.
fn contact_person(doc: &Doc<'_>, node: &Json<'_>) -> Entry {
    let relationships = doc.list(node, "relationship");
    let mut all = relationships
        .iter()
        .map(|one| doc.codes_of(one))
        .filter(|codes| !codes.is_empty());
    let first = all.next().unwrap_or_else(|| Codes::words(UNNAMED));
    let mut entry = first.entry(Kind::RelatedPerson);
    for codes in all {
        entry.also.extend(codes.iter().cloned());
    }
    let names = doc.list(node, "name");
    let name = names.first().map(|name| doc.human_name(name)).unwrap_or_default();
    let organisation = doc
        .object(node, "organization")
        .map(|reference| doc.name_of(reference))
        .unwrap_or_default();
    let name = if name.is_empty() { organisation } else { name };
    entry.value = (!name.is_empty()).then_some(record::Value::Text(name));
    (entry.happened, entry.ended) = doc.period(node, "period");
    let mut lines = Lines::default();
    for telecom in doc.list(node, "telecom") {
        let system = doc.text(telecom, "system");
        let label = if system.is_empty() { "phone" } else { system };
        lines.add(label, doc.text(telecom, "value"));
    }
    for address in doc.list(node, "address") {
        if let Some(address) = postal(doc, address) {
            lines.add("address", &address_words(address));
        }
    }
    lines.add("gender", doc.text(node, "gender"));
    lines.add("born", doc.text(node, "birthDate"));
    lines.onto(&mut entry);
    entry
}
