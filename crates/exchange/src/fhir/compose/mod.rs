//! FHIR R4 JSON for what came in another language, from what was understood of it.
//!
//! [`compose`] writes one item as the resource its type names; [`super::read`] of what it writes gives the
//! same entries again. What R4 has an element for stands there; what it has none for stands in an extension
//! under [`OWN`] that names the field (`urn:chesil:entry:place`); a further entry that the resource has no
//! part for is a contained resource of its own, named by `urn:chesil:entry:part`.

mod activity;
mod clinical;
mod demographics;
mod element;
mod kinds;
mod own;
mod told;

pub use demographics::{NHS_NUMBER, ODS, who};
pub(super) use own::add as read_own;

use element::{Object, finish};
use record::{Entry, Item, Kind};
use serde_json::{Value as Json, json};

/// Where the URLs of this system's own extensions begin.
pub const OWN: &str = "urn:chesil:entry:";
/// HL7's extension for an element that R4 demands and nobody said.
const ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
/// Most further entries written for one item.
const PARTS_MAX: usize = 1000;

/// What an item's resource is called, and what it refers to.
pub struct Naming<'a> {
    /// The resource's id.
    pub id: &'a str,
    /// The reference to the person it is about; `None` when it is about nobody.
    pub subject: Option<&'a str>,
    /// The reference to the sender's encounter of this id.
    pub encounter: &'a dyn Fn(&str) -> String,
    /// The reference to another record of the same sender, for a Patient's links.
    pub patient: &'a dyn Fn(&str) -> String,
}

/// Writes an item as FHIR R4 JSON. `None` when its type is not one that is mapped: what was sent then stands
/// for itself.
pub fn compose(item: &Item, naming: &Naming<'_>) -> Option<String> {
    if !super::MAPPED.contains(&item.item_type.as_str()) {
        return None;
    }
    let mut object = resource(&item.item_type, &item.entries, naming, Some(item))?;
    let mut whole = Object::new();
    whole.insert("resourceType".to_owned(), json!(item.item_type));
    whole.insert("id".to_owned(), json!(naming.id));
    whole.append(&mut object);
    Some(finish(whole))
}

/// The members of one resource but for its type and id.
fn resource(item_type: &str, entries: &[Entry], naming: &Naming<'_>, item: Option<&Item>) -> Option<Object> {
    if item_type == "Patient" {
        return Some(demographics::patient(entries, naming, item));
    }
    let (first, rest) = entries.split_first()?;
    let mut left = first.clone();
    let (mut object, leftover) = kinds::write(item_type, &mut left, rest, naming);
    own::write(&left, kinds::native(item_type), naming, &mut object);
    contain(&leftover, naming, &mut object);
    Some(object)
}

/// Further entries that the resource has no part for, each contained as the resource of its kind.
fn contain(entries: &[Entry], naming: &Naming<'_>, object: &mut Object) {
    for entry in entries.iter().take(PARTS_MAX) {
        let item_type = type_of(entry.kind);
        let id = format!("part-{}", entry.part);
        let mut alone = entry.clone();
        alone.part = 0;
        let Some(mut inner) = resource(item_type, &[alone], naming, None) else {
            continue;
        };
        let mut whole = Object::new();
        whole.insert("resourceType".to_owned(), json!(item_type));
        whole.insert("id".to_owned(), json!(id));
        whole.append(&mut inner);
        element::push(object, "contained", Json::Object(whole));
        let named = json!({ "url": format!("{OWN}part"), "valueReference": { "reference": format!("#{id}") } });
        element::push(object, "extension", named);
    }
}

/// The resource type that says a thing of this kind.
fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Problem => "Condition",
        Kind::Medicine => "MedicationStatement",
        Kind::Allergy => "AllergyIntolerance",
        Kind::Result => "Observation",
        Kind::Report => "DiagnosticReport",
        Kind::Encounter => "Encounter",
        Kind::Episode => "EpisodeOfCare",
        Kind::Appointment => "Appointment",
        Kind::Procedure => "Procedure",
        Kind::Vaccination => "Immunization",
        Kind::Referral => "ServiceRequest",
        Kind::CarePlan => "CarePlan",
        Kind::Goal => "Goal",
        Kind::CareTeam => "CareTeam",
        Kind::Flag => "Flag",
        Kind::Document => "DocumentReference",
        Kind::Questionnaire => "QuestionnaireResponse",
        Kind::Consent => "Consent",
        Kind::Communication => "Communication",
        Kind::Task => "Task",
        Kind::RelatedPerson => "RelatedPerson",
        Kind::Death | Kind::Other => "Observation",
    }
}
