//! The Patient composed of what every sender says of one person, with a link to each sender's own.

use super::desk::{Desk, Reading};
use super::outcome::Wrong;
use super::resource::{answered, push, stamp};
use care::person::sent::ItemVersion;
use care::person::{Found, SenderView};
use exchange::fhir::compose::who;
use record::demographics::Death;
use record::{Demographics, PersonId};
use serde_json::{Map, Value as Json, json};

/// Composes a person's Patient; `items` are the current items of their records.
///
/// # Errors
/// When the store fails.
pub fn composed(desk: &Desk, reading: &Reading, items: &[ItemVersion]) -> Result<String, Wrong> {
    let views = &reading.views;
    let mut patient = said(&best(views));
    let patients: Vec<ItemVersion> = items
        .iter()
        .filter(|item| item.item_type == "Patient")
        .cloned()
        .collect();
    let mut strangers = Vec::new();
    for version in patients {
        let known = views.iter().find_map(|view| {
            let id = desk.id_of(&view.sender, "Patient", &view.local_id);
            (view.record_no == version.record_no && id.key() == version.item).then_some(id)
        });
        match known {
            Some(id) => link(&mut patient, &id.to_string()),
            None => strangers.push(version),
        }
    }
    for other in answered(desk, Some(reading), &strangers)? {
        link(&mut patient, &other.id.to_string());
    }
    Ok(finish(desk, reading.grant.person(), patient, reading.restricted, &[]))
}

fn link(patient: &mut Map<String, Json>, id: &str) {
    let other = json!({ "other": { "reference": format!("Patient/{id}") }, "type": "seealso" });
    push(patient, "link", other);
}

/// The Patient of someone found: enough to tell them from another, marked as not the whole.
pub fn found(desk: &Desk, found: &Found) -> String {
    let mut says = found.says.clone();
    if found.dead && !says.death.is_dead() {
        says.death = Death::Dead;
    }
    let part = json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED" });
    finish(desk, found.person, said(&says), found.restricted, &[part])
}

fn said(person: &Demographics) -> Map<String, Json> {
    let mut person = person.clone();
    // Links between a sender's own records are that sender's; the confidentiality label is set below.
    person.links.clear();
    person.restricted = false;
    who(&person, &|_| String::new())
}

fn finish(desk: &Desk, id: PersonId, patient: Map<String, Json>, restricted: bool, tags: &[Json]) -> String {
    let mut meta = Map::new();
    if restricted {
        let label = json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R" });
        push(&mut meta, "security", label);
    }
    for tag in stamp(desk).into_iter().chain(tags.iter().cloned()) {
        push(&mut meta, "tag", tag);
    }
    let mut whole = Map::new();
    whole.insert("resourceType".to_owned(), json!("Patient"));
    whole.insert("id".to_owned(), json!(id.to_string()));
    if !meta.is_empty() {
        whole.insert("meta".to_owned(), Json::Object(meta));
    }
    whole.extend(patient);
    Json::Object(whole).to_string()
}

/// What to show first of each thing, with every sender's names and numbers. Any sender's report of death
/// stands (SAFETY 3).
fn best(views: &[SenderView]) -> Demographics {
    let mut all = Demographics::default();
    for says in views.iter().filter_map(|view| view.says.as_ref()) {
        if all.nhs_number.is_none() && says.nhs_number.is_some() {
            all.nhs_number = says.nhs_number;
            all.nhs_number_status = says.nhs_number_status;
        }
        add(&mut all.local_ids, &says.local_ids);
        add(&mut all.names, &says.names);
        all.birth = all.birth.or(says.birth);
        if all.sex == record::Sex::Unknown {
            all.sex = says.sex;
        }
        all.death = worse(all.death, says.death);
        if all.addresses.is_empty() {
            all.addresses.clone_from(&says.addresses);
        }
        add(&mut all.phones, &says.phones);
        add(&mut all.emails, &says.emails);
        if all.practice.is_empty() && all.practice_name.is_empty() {
            all.practice.clone_from(&says.practice);
            all.practice_name.clone_from(&says.practice_name);
        }
        for (text, said) in [
            (&mut all.language, &says.language),
            (&mut all.ethnicity, &says.ethnicity),
        ] {
            if text.is_empty() {
                text.clone_from(said);
            }
        }
        all.interpreter = all.interpreter.or(says.interpreter);
        all.multiple_birth = all.multiple_birth.or(says.multiple_birth);
    }
    all
}

fn add<T: Clone + PartialEq>(all: &mut Vec<T>, said: &[T]) {
    for one in said {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

/// Death over life, a date over none; of two dates the one that stands first.
fn worse(known: Death, said: Death) -> Death {
    match (known, said) {
        (Death::DeadSince(_), _) | (Death::Dead, Death::Dead | Death::Alive | Death::Unsaid) => known,
        (Death::Alive, Death::Alive | Death::Unsaid) => known,
        (Death::Unsaid, _) | (Death::Alive | Death::Dead, _) => said,
    }
}
