//! The description of systems' routes (docs/openapi.json) is true: each that is there is described, and none else.

#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

use serde_json::Value;
use std::collections::BTreeSet;

/// Routes of systems that are not FHIR's, with what may be done there.
const OTHERS: [(&str, &str); 6] = [
    ("POST", "/$ingest"),
    ("POST", "/token"),
    ("POST", "/launches"),
    ("GET", "/.well-known/smart-configuration"),
    ("GET", "/fhir/.well-known/smart-configuration"),
    ("GET", "/healthy"),
];

#[test]
fn every_route_of_systems_is_described_and_nothing_else_is() {
    let said: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in said["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            described.insert((method.to_uppercase(), path.clone()));
            let named: Vec<&str> = path
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next())
                .collect();
            let parameters = about["parameters"].as_array().cloned().unwrap_or_default();
            for name in named {
                let is = format!("#/components/parameters/{name}");
                assert!(
                    parameters.iter().any(|one| one["$ref"] == is.as_str()),
                    "{path} does not say {name}"
                );
            }
        }
    }
    let there: BTreeSet<(String, String)> = web::fhir::ROUTES
        .iter()
        .chain(&OTHERS)
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(described, there);
    assert_eq!(said["info"]["version"], env!("CARGO_PKG_VERSION"));
}
