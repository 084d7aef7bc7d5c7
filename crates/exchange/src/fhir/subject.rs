//! Whom a resource is about.

use super::json::{Json, skip_blank, skip_value, walk_object};
use super::patient;
use super::reference::local_reference;
use super::resource::Doc;
use super::words::cut;
use record::{Demographics, NhsNumber, Subject};
use std::borrow::Cow;

/// The outermost fields read of a type that is not mapped: enough to name it, date it and say whom it is about.
pub(super) const KEPT_OF_UNMAPPED: &[&str] = &[
    "beneficiary",
    "contained",
    "for",
    "id",
    "identifier",
    "individual",
    "meta",
    "patient",
    "subject",
];

/// The types that R4 says must be about someone, and that this reader does not map.
const ABOUT_SOMEONE: &[&str] = &[
    "AdverseEvent",
    "BodyStructure",
    "ChargeItem",
    "Claim",
    "ClaimResponse",
    "ClinicalImpression",
    "Coverage",
    "DeviceRequest",
    "DeviceUseStatement",
    "ExplanationOfBenefit",
    "FamilyMemberHistory",
    "ImagingStudy",
    "ImmunizationEvaluation",
    "ImmunizationRecommendation",
    "MedicationAdministration",
    "NutritionOrder",
    "ReferralRequest",
    "ResearchSubject",
    "RiskAssessment",
    "VisionPrescription",
];

/// The mapped types that are about nobody.
pub(super) const DIRECTORY: &[&str] = &[
    "HealthcareService",
    "Location",
    "Organization",
    "Practitioner",
    "PractitionerRole",
];

/// Whom, and what a contained Patient says of them.
pub(super) struct About {
    pub subject: Subject,
    pub person: Option<Box<Demographics>>,
}

impl From<Subject> for About {
    fn from(subject: Subject) -> Self {
        Self { subject, person: None }
    }
}

/// Whom the resource is about. A reference to a Group, a Device or a Location is about nobody.
pub(super) fn of(doc: &Doc<'_>, item_type: &str, local_id: &str) -> About {
    if item_type == "Patient" {
        return Subject::Local(local_id.to_owned()).into();
    }
    if DIRECTORY.contains(&item_type) {
        return Subject::Directory.into();
    }
    let mut somebody_else = false;
    for reference in references(doc, item_type) {
        match whom(doc, reference) {
            Whom::Person(about) => return about,
            Whom::NotAPerson => somebody_else = true,
            Whom::Unsaid => {}
        }
    }
    let named = ["subject", "patient", "beneficiary"]
        .iter()
        .any(|key| doc.root.get(key).is_some());
    let mapped = super::MAPPED.contains(&item_type);
    if somebody_else || !(mapped || named || ABOUT_SOMEONE.contains(&item_type)) {
        Subject::Directory.into()
    } else {
        say_why(doc);
        Subject::Missing.into()
    }
}

/// Names the identifier that was given in place of a reference, and cannot be followed.
fn say_why(doc: &Doc<'_>) {
    for key in ["subject", "patient", "beneficiary", "for"] {
        let Some(reference) = doc.object(doc.root, key) else {
            continue;
        };
        if let (None, Some(identifier)) = (reference.get("reference"), doc.object(reference, "identifier"))
            && !patient::is_nhs_number_system(doc.text(identifier, "system"))
        {
            let reason = "an identifier other than the NHS number; send a reference to the patient, or the NHS number";
            doc.issue(identifier, reason);
        }
    }
}

/// Whom a text that is not JSON seems to be about, from what can be read of its outermost fields, so that the
/// person's record can say that something could not be read.
pub(super) fn of_broken(text: &str, item_type: &str, context: &str) -> Subject {
    let bytes = text.as_bytes();
    let mut found: Vec<(&str, &str)> = Vec::new();
    // Where the walk ends early, what stood before it counts.
    let _ = walk_object(text, skip_blank(bytes, 0), |name, at| {
        let end = skip_value(bytes, at)?;
        if matches!(name, "id" | "subject" | "patient" | "beneficiary" | "for") {
            found.push((name, &text[at..end]));
        }
        Ok(end)
    });
    let members = found.into_iter().filter_map(|(name, value)| {
        let value = Json::parse(value, |_| true).ok()?;
        Some((Cow::Borrowed(name), value))
    });
    let root = Json::Object(members.collect());
    let doc = Doc::new(&root, context);
    match (item_type, doc.text(&root, "id")) {
        ("Patient", "") => Subject::Missing,
        (_, id) => of(&doc, item_type, id).subject,
    }
}

/// The references that may say whom, the likeliest first.
fn references<'n, 'a>(doc: &'n Doc<'a>, item_type: &str) -> Vec<&'n Json<'a>> {
    let root: &Json<'a> = doc.root;
    let mut found: Vec<&Json<'a>> = Vec::with_capacity(2);
    for key in ["subject", "patient", "beneficiary", "for", "individual"] {
        if matches!(root.get(key), Some(Json::Object(_) | Json::List(_))) {
            found.extend(doc.list(root, key));
        }
    }
    let mut patients = |reference: Option<&'n Json<'a>>| {
        if let Some(reference) = reference.filter(|reference| matches!(whom(doc, reference), Whom::Person(_))) {
            found.push(reference);
        }
    };
    match item_type {
        "Appointment" => {
            for participant in doc.list(root, "participant") {
                patients(participant.get("actor"));
            }
        }
        "Communication" => {
            doc.list(root, "recipient").iter().for_each(|one| patients(Some(one)));
            patients(root.get("sender"));
        }
        "QuestionnaireResponse" => {
            patients(root.get("source"));
            patients(root.get("author"));
        }
        "DocumentReference" => patients(root.get("context").and_then(|context| context.get("sourcePatientInfo"))),
        "Task" => patients(root.get("owner")),
        _ => {}
    }
    found
}

enum Whom {
    Person(About),
    NotAPerson,
    Unsaid,
}

fn whom(doc: &Doc<'_>, reference: &Json<'_>) -> Whom {
    let by_number = || {
        doc.object(reference, "identifier")
            .and_then(|identifier| patient::nhs_number(doc, identifier))
            .map_or(Whom::Unsaid, |number| Whom::Person(Subject::NhsNumber(number).into()))
    };
    let Some(text) = reference.get("reference").and_then(Json::as_str).map(str::trim) else {
        return by_number();
    };
    if let Some(contained) = doc.contained(reference) {
        return match contained.get("resourceType").and_then(Json::as_str) {
            Some("Patient") => contained_patient(doc, contained),
            _ => Whom::NotAPerson,
        };
    }
    match local_reference(text, doc.context) {
        Some((resource_type, id)) if resource_type == "Patient" => {
            // The national service's own address of a person is their NHS number, whoever sends it.
            let national = text
                .contains("personal-demographics")
                .then(|| NhsNumber::parse(&id))
                .flatten();
            let subject = national.map_or(Subject::Local(id), Subject::NhsNumber);
            Whom::Person(subject.into())
        }
        Some(_) => Whom::NotAPerson,
        None => match (searched_number(text), by_number()) {
            (_, found @ Whom::Person(_)) => found,
            (Some(number), _) => Whom::Person(Subject::NhsNumber(number).into()),
            _ => {
                let reason = format!("“{}” names nothing that was sent with it", cut(text, 80));
                doc.issue(reference, reason);
                Whom::Unsaid
            }
        },
    }
}

/// The number in `Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000026`.
fn searched_number(reference: &str) -> Option<NhsNumber> {
    let query = reference.strip_prefix("Patient?identifier=")?;
    let (system, value) = query.split_once('|').or_else(|| query.split_once("%7C"))?;
    patient::is_nhs_number_system(system)
        .then(|| NhsNumber::parse(value))
        .flatten()
}

fn contained_patient(doc: &Doc<'_>, contained: &Json<'_>) -> Whom {
    let person = patient::demographics(doc, contained);
    let subject = match (person.nhs_number, person.local_ids.first()) {
        (Some(number), _) => Subject::NhsNumber(number),
        (None, Some((system, value))) => Subject::Local(format!("{system}|{value}")),
        (None, None) => Subject::Missing,
    };
    let person = Some(Box::new(person));
    Whom::Person(About { subject, person })
}
