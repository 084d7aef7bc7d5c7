//! The CapabilityStatement, generated from the tables that the routes and the search work by.

use super::param::{INCLUDES, TRAITS, params_of};
use exchange::fhir::MAPPED;
use serde_json::{Value as Json, json};

/// Types that are about nobody: read by id only.
const DIRECTORY: [&str; 5] = [
    "HealthcareService",
    "Location",
    "Organization",
    "Practitioner",
    "PractitionerRole",
];

/// What this server can do, as FHIR says it. Open to anyone: it says nothing of anybody.
pub fn statement(base: &str, now: &str) -> Json {
    let resources: Vec<Json> = MAPPED.iter().map(|kind| resource(kind)).collect();
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now,
        "kind": "instance",
        "software": { "name": "Chesil", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "What partners of one care system have sent, by person", "url": base },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "documentation": "Other types are kept and can be read, and searched by patient, identifier, _id and _lastUpdated. \
    A Patient is found by POST to _search only, with an NHS number or two traits: names and numbers never stand in an address.",
            "security": {
                "service": [{ "coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                    "code": "SMART-on-FHIR",
                }] }],
                "description": "Systems send a bearer token: SMART Backend Services, as .well-known/smart-configuration says, with \
    scopes system/Type.cruds that are asked besides the policy, never instead of it; as-sent needs system/*.r. A system may have \
    a token of its own instead. People read by a signed-in session.",
            },
            "resource": resources,
            "interaction": [{ "code": "transaction" }, { "code": "batch" }],
        }],
    })
}

fn resource(kind: &str) -> Json {
    let mut interactions = vec!["read", "vread", "history-instance", "create", "update"];
    if !DIRECTORY.contains(&kind) {
        interactions.push("search-type");
    }
    let interactions: Vec<Json> = interactions.iter().map(|code| json!({ "code": code })).collect();
    let mut resource = json!({
        "type": kind,
        "interaction": interactions,
        "versioning": "versioned-update",
        "readHistory": true,
        "updateCreate": true,
        "conditionalCreate": true,
        "referencePolicy": ["literal", "local"],
        "searchParam": params(kind),
        "operation": operations(kind),
    });
    if !DIRECTORY.contains(&kind) && kind != "Patient" {
        let follow: Vec<String> = INCLUDES.iter().map(|(name, _)| format!("{kind}:{name}")).collect();
        resource["searchInclude"] = json!(follow);
        resource["searchRevInclude"] = json!(["Observation:encounter", "Condition:encounter", "Procedure:encounter"]);
    }
    resource
}

fn params(kind: &str) -> Vec<Json> {
    let one = |name: &str, kind: &str| json!({ "name": name, "type": kind });
    let mut all = vec![one("_id", "token")];
    if kind == "Patient" {
        all.extend(
            TRAITS
                .iter()
                .map(|(name, kind)| json!({ "name": name, "type": kind, "documentation": "By POST to _search only" })),
        );
        return all;
    }
    if DIRECTORY.contains(&kind) {
        return all;
    }
    all.push(one("_lastUpdated", "date"));
    all.extend([one("patient", "reference"), one("subject", "reference")]);
    all.extend(params_of(kind).map(|param| one(param.name, param.kind.word())));
    all
}

fn operations(kind: &str) -> Vec<Json> {
    let one = |name: &str| json!({ "name": name, "definition": format!("urn:chesil:operation:{name}") });
    let mut all = vec![one("as-sent")];
    if kind == "Patient" {
        all.push(json!({ "name": "everything",
            "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything" }));
    }
    all
}
