//! Who a person is: PID, PD1, NK1, ARV and merges, as a Patient item and RelatedPerson items.

use super::datatype::{self, Detail, Telecom, issue, label, slug, when};
use super::message::{Field, Segment};
use super::subject::{Identity, is_marked, prior_identity};
use super::telling::Telling;
use record::demographics::{Death, Link};
use record::item::Decision;
use record::time::Instant;
use record::{Address, Concept, Demographics, Item, Kind, Rejection, Sex, Status, Value, When};

/// The Patient item of this part, as ADT messages tell it.
pub fn patient(telling: &Telling<'_>) -> Option<Item> {
    let pid = telling.first("PID")?;
    let mut item = telling.item("Patient", telling.identity.key.clone(), Vec::new());
    item.issues = telling.identity.issues.clone();
    let mut person = Demographics {
        nhs_number: telling.identity.nhs_number,
        nhs_number_status: telling.identity.status,
        local_ids: local_ids(&telling.identity),
        ..Demographics::default()
    };
    who(&pid, &mut person, &mut item);
    contact(&pid, &mut person, &mut item);
    death(telling, &pid, &mut person, &mut item);
    if let Some(pd1) = telling.first("PD1") {
        practice(&pd1, &mut person);
    }
    person.restricted |= telling.each("ARV").any(|arv| {
        let about = arv.field(3).text();
        matches!(about.as_str(), "ALL" | "DEM") && arv.field(2).text() != "D"
    });
    item.person = Some(Box::new(person));
    item.issues.extend(telling.message.oddities().iter().cloned());
    Some(item)
}

/// How far back the version of what is said by the way is set: a thousand years, in microseconds.
const BY_THE_WAY: i64 = 1_000 * 31_557_600 * 1_000_000;

/// The Patient and RelatedPerson items of a message that is about something else. Such a message names the
/// person by the way and often in part: a result with a bare name and no NHS number must not replace the
/// address, the practice and the number that ADT told. So their versions come before all that ADT ever told,
/// in their own order, and they stand only until ADT speaks. A report of death stands in any case, as an item
/// of its own (SAFETY 3).
pub fn by_the_way(telling: &Telling<'_>) -> Vec<Item> {
    let mut items: Vec<Item> = patient(telling).into_iter().chain(relatives(telling)).collect();
    let mut deaths = Vec::new();
    for item in &mut items {
        item.version = item.version.map(|version| Instant(version.0 - BY_THE_WAY));
        deaths.extend(item.entries.extract_if(.., |entry| entry.kind == Kind::Death));
    }
    if !deaths.is_empty() {
        items.push(telling.item("Patient", format!("{}/death", telling.identity.key), deaths));
    }
    items
}

/// As (system, value); the type stands for the system when no authority was sent.
fn local_ids(identity: &Identity) -> Vec<(String, String)> {
    let system = |id: &super::subject::Identifier| {
        let authority = Some(id.authority.clone()).filter(|authority| !authority.is_empty());
        authority.unwrap_or_else(|| id.kind.clone())
    };
    identity.local.iter().map(|id| (system(id), id.value.clone())).collect()
}

fn who(pid: &Segment<'_>, person: &mut Demographics, item: &mut Item) {
    person.names = pid.field(5).repetitions().filter_map(datatype::name).collect();
    for alias in pid.field(9).repetitions().filter_map(datatype::name) {
        let r#use = if alias.r#use.is_empty() {
            "nickname".to_owned()
        } else {
            alias.r#use.clone()
        };
        person.names.push(record::Name { r#use, ..alias });
    }
    if person.names.is_empty() && !pid.field(5).is_empty() {
        item.issues.push(issue(pid, 5, "Not a name this system can read."));
    }
    person.birth = birth(pid, item);
    let sex = pid.field(8).text();
    person.sex = Sex::parse(&sex);
    let unknown = ["", "U", "UNK", "N", "0", "X", "UNKNOWN", "NOT KNOWN"];
    if person.sex == Sex::Unknown && !unknown.contains(&sex.to_ascii_uppercase().as_str()) {
        item.issues.push(issue(pid, 8, "Not a code for sex this system knows."));
    }
    person.language = label(pid.field(15));
    person.ethnicity = [label(pid.field(22)), label(pid.field(10))]
        .into_iter()
        .find(|words| !words.is_empty())
        .unwrap_or_default();
    person.multiple_birth = yes_or_no(pid.field(24));
}

/// The birth date. The time of birth is left out: with an offset of another zone it would move the day.
fn birth(pid: &Segment<'_>, item: &mut Item) -> Option<When> {
    let sent = pid.field(7).text();
    if is_marked(pid.field(32), "UD") {
        item.issues.push(issue(
            pid,
            32,
            "The sender marks the birth date as unknown or a default.",
        ));
        return None;
    }
    let day = sent.get(..8).filter(|day| day.bytes().all(|b| b.is_ascii_digit()));
    let day = day.map_or(sent.clone(), str::to_owned);
    let birth = datatype::when_in(pid, 7, day, &mut item.issues)?;
    if is_marked(pid.field(32), "ED") {
        item.issues
            .push(issue(pid, 32, "The sender marks the birth date as estimated."));
    }
    Some(birth)
}

fn contact(pid: &Segment<'_>, person: &mut Demographics, item: &mut Item) {
    person.addresses = pid.field(11).repetitions().filter_map(datatype::address).collect();
    person.addresses.sort_by_key(address_order);
    if is_marked(pid.field(32), "UA") {
        item.issues
            .push(issue(pid, 32, "The sender marks the address as unknown or a default."));
        person.addresses.clear();
    }
    for field in [13, 14, 40] {
        for sent in pid.field(field).repetitions() {
            match datatype::telecom(sent) {
                Some(Telecom::Phone(phone)) if !person.phones.contains(&phone) => person.phones.push(phone),
                Some(Telecom::Email(email)) if !person.emails.contains(&email) => person.emails.push(email),
                Some(_) | None => {}
            }
        }
    }
}

fn address_order(address: &Address) -> u8 {
    match address.r#use.as_str() {
        "home" => 0,
        "" => 1,
        "old" => 4,
        _ => 2,
    }
}

/// PID-29 and PID-30. A date without the indicator is a report of death, and so is a date beside "N": the
/// contradiction is shown, not settled (SAFETY 3).
fn death(telling: &Telling<'_>, pid: &Segment<'_>, person: &mut Demographics, item: &mut Item) {
    let since = when(pid, 29, &mut item.issues);
    let said = yes_or_no(pid.field(30));
    person.death = match (said, since) {
        (_, Some(since)) => Death::DeadSince(since),
        (Some(true), None) => Death::Dead,
        (Some(false), None) => Death::Alive,
        (None, None) => Death::Unsaid,
    };
    if said == Some(false) && since.is_some() {
        item.issues.push(issue(
            pid,
            30,
            "The message gives a date of death and says that the person is alive.",
        ));
    }
    if matches!(person.death, Death::Dead | Death::DeadSince(_)) {
        let mut entry = telling.entry(Kind::Death, Concept::words("Reported dead"));
        entry.happened = since;
        entry.status = Status::Completed;
        item.entries.push(entry);
    }
}

/// PD1-3 is the practice; PD1-12 asks that the person's details be protected.
fn practice(pd1: &Segment<'_>, person: &mut Demographics) {
    (person.practice_name, person.practice) = datatype::organisation(pd1.field(3).repetition(0));
    person.restricted = yes_or_no(pd1.field(12)) == Some(true);
}

/// HL7 table 0136.
pub fn yes_or_no(field: Field<'_>) -> Option<bool> {
    match field.text().to_ascii_uppercase().as_str() {
        "Y" | "YES" | "1" | "TRUE" => Some(true),
        "N" | "NO" | "0" | "FALSE" => Some(false),
        _ => None,
    }
}

/// One RelatedPerson item for each NK1. Senders resend the whole list with each message, so the id is made
/// of the person and the contact's name, which stay the same when a number or an address changes.
pub fn relatives(telling: &Telling<'_>) -> Vec<Item> {
    telling.each("NK1").filter_map(|nk1| relative(telling, &nk1)).collect()
}

fn relative(telling: &Telling<'_>, nk1: &Segment<'_>) -> Option<Item> {
    let name = nk1.field(2).repetitions().find_map(datatype::name);
    let organisation = datatype::organisation(nk1.field(13).repetition(0)).0;
    let spoken = name.as_ref().map_or(organisation, datatype::spoken);
    let relation = relationship(nk1.field(3));
    if spoken.is_empty() && relation.is_empty() {
        return None;
    }
    let named = name.map_or_else(
        || slug(&spoken),
        |name| slug(&format!("{} {}", name.family, name.given)),
    );
    let key = if named.is_empty() {
        slug(relation.label())
    } else {
        named
    };
    let mut entry = telling.entry(Kind::RelatedPerson, relation);
    if !spoken.is_empty() {
        entry.value = Some(Value::Text(spoken));
    }
    let mut item = telling.item(
        "RelatedPerson",
        format!("{}/nk1/{key}", telling.identity.key),
        Vec::new(),
    );
    entry.happened = when(nk1, 8, &mut item.issues);
    entry.ended = when(nk1, 9, &mut item.issues);
    entry.category = label(nk1.field(7));
    let mut detail = Detail::default();
    for field in [5, 6, 40, 41] {
        for sent in nk1.field(field).repetitions() {
            match datatype::telecom(sent) {
                Some(Telecom::Phone(phone)) => detail.add("Telephone", &phone),
                Some(Telecom::Email(email)) => detail.add("E-mail", &email),
                None => {}
            }
        }
    }
    for address in nk1.field(4).repetitions().filter_map(datatype::address) {
        detail.add("Address", &datatype::address_line(&address));
    }
    detail.add("Language", &label(nk1.field(20)));
    entry.detail = detail.text();
    item.entries.push(entry);
    Some(item)
}

/// NK1-3, with words for the bare codes of the NHS person relationship type that UK senders use.
fn relationship(field: Field<'_>) -> Concept {
    let mut relation = datatype::concept(field);
    if relation.display.is_empty() {
        relation.display = match relation.code.trim_start_matches('0') {
            "1" => "Spouse",
            "2" => "Partner",
            "3" => "Parent",
            "4" => "Next of kin",
            "5" => "Guardian",
            "6" => "Foster parent",
            "7" => "Step parent",
            "8" => "Polygamous partner",
            "9" => "Child",
            "10" => "Dependant",
            "11" => "Non-dependant",
            "12" => "Mother",
            "13" => "Father",
            "14" => "Sister",
            "15" => "Brother",
            "16" => "Relative",
            "17" => "Proxy: contact",
            "18" => "Proxy: communication",
            "19" => "Proxy: contact and communication",
            "20" => "Carer",
            "21" => "Self",
            _ => "",
        }
        .to_owned();
    }
    relation
}

/// Adds to the Patient item what an A40 (or A18, A34, A30, A47) says of the record that ended: a merge
/// decision and a link. An A47 that only changes the NHS number of the same record needs neither: the
/// Patient item itself carries the new number.
///
/// # Errors
/// `no-merge` when a merge does not say which record ended.
pub fn merge(telling: &Telling<'_>, item: &mut Item) -> Result<(), Rejection> {
    let priors: Vec<Segment<'_>> = telling.each("MRG").collect();
    let changes_list = matches!(telling.event.as_str(), "A46" | "A47");
    if priors.is_empty() && !changes_list {
        return Err(Rejection::new(
            "no-merge",
            "MRG",
            "The message merges records and has no MRG segment.",
        ));
    }
    for mrg in priors {
        let prior = match prior_identity(&mrg, &telling.identity) {
            Err(_) if changes_list => continue,
            prior => prior?,
        };
        let into = telling.identity.key.clone();
        if prior.key == into {
            if !changes_list {
                item.issues
                    .push(issue(&mrg, 1, "The record is said to be merged into itself."));
            }
            continue;
        }
        // A change of list may name a number of another kind, which says nothing about two records.
        let comparable = prior.local.is_empty() == telling.identity.local.is_empty();
        if changes_list && !comparable {
            continue;
        }
        item.decisions.push(Decision::Merge {
            from: prior.key.clone(),
            into,
        });
        if let Some(person) = &mut item.person {
            person.links.push((prior.key, Link::Replaces));
        }
    }
    Ok(())
}
