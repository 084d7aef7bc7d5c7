//! FHIR R4 JSON.
//!
//! [`split`] cuts, [`read`] says what one resource means. Both are lenient: a field that cannot be read costs
//! that field (an issue names it), and a resource that cannot be read costs that resource.

pub mod bundle;
pub mod compose;
pub mod reference;
pub mod rewrite;

mod attachment;
mod condition;
mod directory;
mod document;
mod encounter;
mod extension;
pub(crate) mod json;
mod medication;
mod observation;
mod patient;
mod plan;
mod procedure;
mod resource;
mod subject;
mod words;

#[cfg(test)]
mod tests;

pub use attachment::files;
pub use bundle::split;
pub use reference::local_reference;

use crate::Refused;
use json::Json;
use record::item::Decision;
use record::{Demographics, Entry, IdKey, Item, ItemId, OrgCode, Rejection, Status, Subject, When};
use reference::{Context, is_type_name};
use resource::Doc;

/// The largest single resource read, in bytes.
pub const MAX_RESOURCE: usize = 32 << 20;
/// The longest id taken, in bytes. FHIR allows 64; senders exceed it.
const MAX_ID: usize = 256;

/// The resource types that this reader maps into entries. All others are kept and readable, and add none.
pub const MAPPED: [&str; 30] = [
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Communication",
    "Composition",
    "Condition",
    "Consent",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "Flag",
    "Goal",
    "HealthcareService",
    "Immunization",
    "Location",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Task",
];

/// What a mapped resource says, before it becomes an item.
#[derive(Default)]
pub(crate) struct Said {
    pub entries: Vec<Entry>,
    pub person: Option<Box<Demographics>>,
    pub decisions: Vec<Decision>,
}

impl From<Vec<Entry>> for Said {
    fn from(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            ..Self::default()
        }
    }
}

/// Reads one resource. `context` is what [`split`] gave with it; empty when the resource stood alone.
///
/// Two lines of the context stand above what the resource says of itself, for one that was written to under an
/// address of this system's: `@id Type/id`, what the sender calls it, and `@version <time>`, when it was written.
///
/// The item's id is the resource's own, else the one its bundle entry named, else that of its first identifier
/// (`system|value`), else one made from its content (`content-…`: the same text again is the same item).
///
/// # Errors
/// `too-large`, `not-utf8`, `not-json`, `no-type`, `nested-too-deep`, `no-resource`, `delete-by-search`, and `no-content` for a
/// mapped type that says nothing a record can show.
pub fn read(body: &[u8], context: &str) -> Result<Item, Refused> {
    let around = Context::new(context);
    if let Some((item_type, id)) = around.name("@delete") {
        return Ok(deleted(item_type, id, around));
    }
    let refused = |code, place: String, reason: &str| Refused {
        rejection: Rejection::new(code, place, reason),
        item_type: String::new(),
        subject: Subject::Missing,
    };
    if let Some(line) = around.line("@refused") {
        let (code, reason) = line.split_once(' ').unwrap_or((line, ""));
        let code = if code == "delete-by-search" {
            "delete-by-search"
        } else {
            "no-resource"
        };
        return Err(refused(code, String::from("entry"), reason));
    }
    if body.len() > MAX_RESOURCE {
        return Err(refused(
            "too-large",
            String::from("resource"),
            "the resource is larger than 32 MB",
        ));
    }
    let text = std::str::from_utf8(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
        .map_err(|error| refused("not-utf8", format!("byte {}", error.valid_up_to()), "not UTF-8 text"))?;
    let outline = bundle::resource_type(text)
        .map_err(|broken| refused("not-json", broken.place(text.as_bytes()), broken.reason))?;
    let mapped = MAPPED.contains(&outline.as_str());
    let root =
        Json::parse(text, |key| mapped || subject::KEPT_OF_UNMAPPED.contains(&key)).map_err(|broken| Refused {
            item_type: outline.clone(),
            subject: subject::of_broken(text, &outline, context),
            ..refused("not-json", broken.place(text.as_bytes()), broken.reason)
        })?;
    if !is_type_name(&outline) {
        let reason = "resourceType is missing, so nobody can say what this is";
        return Err(refused("no-type", String::from("resourceType"), reason));
    }
    if outline == "Bundle" {
        let reason = "bundles within bundles deeper than this system cuts (4); send the inner one by itself";
        return Err(refused("nested-too-deep", String::from("resourceType"), reason));
    }
    let doc = Doc::new(&root, context);
    item(doc, outline, mapped, text)
}

fn item(doc: Doc<'_>, item_type: String, mapped: bool, text: &str) -> Result<Item, Refused> {
    let local_id = local_id(&doc, text);
    let given = Context::new(doc.context).line("@version").and_then(When::parse_fhir);
    let version = given.or_else(|| {
        doc.object(doc.root, "meta")
            .and_then(|meta| doc.when(meta, "lastUpdated"))
    });
    let version = version.or_else(|| doc.timestamp()).map(|when| when.instant);
    let about = subject::of(&doc, &item_type, &local_id);
    let mut said = if mapped {
        map(&doc, &item_type, &local_id)
    } else {
        Said::default()
    };
    if mapped {
        extension::add(&doc, &item_type, &mut said.entries);
        compose::read_own(&doc, &mut said.entries, &|part, part_type| {
            map(part, part_type, "").entries
        });
    }
    if mapped && said.entries.is_empty() && said.person.is_none() {
        let issues = doc.into_issues();
        let mut reason = String::from("nothing in it says what it is about, so a record could not show it");
        if let Some(first) = issues.first() {
            reason.push_str(&format!(" (also, {}: {})", first.place, first.reason));
        }
        return Err(Refused {
            rejection: Rejection::new("no-content", item_type.clone(), reason),
            item_type,
            subject: about.subject,
        });
    }
    let withdrawn = said
        .entries
        .first()
        .is_some_and(|entry| entry.status == Status::EnteredInError);
    if withdrawn {
        // A part may say of itself that it is planned or done; the whole was an error.
        said.entries
            .iter_mut()
            .for_each(|entry| entry.status = Status::EnteredInError);
    }
    Ok(Item {
        item_type,
        local_id,
        version,
        subject: about.subject,
        person: said.person.or(about.person),
        entries: said.entries,
        mapped,
        withdrawn,
        issues: doc.into_issues(),
        decisions: said.decisions,
    })
}

fn deleted(item_type: &str, id: &str, around: Context<'_>) -> Item {
    let subject = if item_type == "Patient" {
        Subject::Local(id.to_owned())
    } else {
        Subject::Missing
    };
    Item {
        item_type: item_type.to_owned(),
        local_id: id.to_owned(),
        version: around
            .line("@timestamp")
            .and_then(When::parse_fhir)
            .map(|when| when.instant),
        subject,
        person: None,
        entries: Vec::new(),
        mapped: MAPPED.contains(&item_type),
        withdrawn: true,
        issues: Vec::new(),
        decisions: Vec::new(),
    }
}

fn local_id(doc: &Doc<'_>, text: &str) -> String {
    if let Some((_, id)) = Context::new(doc.context).name("@id") {
        return id.to_owned();
    }
    let own = doc.text(doc.root, "id");
    if !own.is_empty() && own.len() <= MAX_ID {
        return own.to_owned();
    }
    if let Some((_, id)) = Context::new(doc.context).name("@url") {
        return id.to_owned();
    }
    for identifier in doc.list(doc.root, "identifier") {
        let (system, value) = (doc.text(identifier, "system"), doc.text(identifier, "value"));
        if !value.is_empty() && system.len() + value.len() < MAX_ID {
            return format!("{system}|{value}");
        }
    }
    // Any one code serves: the hash is of the text, and intake adds the sender.
    let hash = OrgCode::parse("CONTENT").map(|code| ItemId::of(&IdKey::from_bytes([0; 32]), &code, "content", text));
    hash.map_or_else(String::new, |hash| format!("content-{hash}"))
}

fn map(doc: &Doc<'_>, item_type: &str, local_id: &str) -> Said {
    match item_type {
        "Patient" => patient::patient(doc, local_id),
        "RelatedPerson" => patient::related_person(doc).into(),
        "Encounter" => encounter::encounter(doc).into(),
        "EpisodeOfCare" => encounter::episode(doc).into(),
        "Appointment" => encounter::appointment(doc).into(),
        "Condition" => condition::condition(doc).into(),
        "AllergyIntolerance" => condition::allergy(doc).into(),
        "Flag" => condition::flag(doc).into(),
        "Observation" => observation::observation(doc).into(),
        "DiagnosticReport" => observation::report(doc).into(),
        "Procedure" => procedure::procedure(doc).into(),
        "Immunization" => procedure::immunization(doc).into(),
        "ServiceRequest" => procedure::service_request(doc).into(),
        "Task" => procedure::task(doc).into(),
        "MedicationRequest" => medication::request(doc).into(),
        "MedicationStatement" => medication::statement(doc).into(),
        "MedicationDispense" => medication::dispense(doc).into(),
        "CarePlan" => plan::care_plan(doc).into(),
        "Goal" => plan::goal(doc).into(),
        "CareTeam" => plan::care_team(doc).into(),
        "DocumentReference" => document::reference(doc).into(),
        "Composition" => document::composition(doc).into(),
        "QuestionnaireResponse" => document::questionnaire_response(doc).into(),
        "Consent" => document::consent(doc).into(),
        "Communication" => document::communication(doc).into(),
        _ => directory::directory(doc, item_type).into(),
    }
}
