//! The conversions of the published Dorset exchange: its JSON in, its FHIR bundle out, so that whoever runs
//! it can move without changing a sender or a reader. The published input–output pairs are the test.
//!
//! Where the exchange writes nothing (it drops empty strings, lists and objects) neither does this. Where it
//! leaves something out that its input has (address lines in England, dates in Northern Ireland) so does
//! this: what must not change comes first.

use super::guid;
use record::Rejection;
use serde_json::{Map, Value, json};

/// At most this many members of one input.
const MEMBERS_MAX: usize = 100_000;
const NHS_NUMBER: &str = "https://fhir.nhs.uk/Id/nhs-number";
const ODS_CODE: &str = "https://fhir.nhs.uk/Id/ods-organization-code";

/// One published conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// `x26/ndop-mesh/json/consent`: opt-out answers into Consents. For moving from the exchange only: what
    /// Chesil itself is told is a reply (see [`super::opt_out`]) and never a record.
    OptOutReply,
    /// `x26/ndop-fhir/fhir/consent`: an STU3 opt-out Consent into R4.
    OptOutConsent,
    /// `x26/ods-csv-download/json/england-and-wales`.
    OdsEnglandAndWales,
    /// `x26/ods-csv-download/json/scotland`.
    OdsScotland,
    /// `x26/ods-csv-download/json/northern-ireland`.
    OdsNorthernIreland,
    /// `x26/ods-static/json/organisation`.
    OdsStatic,
    /// `x26/pds-mesh/json/patient`: trace responses into Patients.
    PdsTrace,
}

impl Conversion {
    /// The conversion of an organisation's domain, as the exchange names it: (`ndop-mesh`, `consent`).
    pub fn named(domain: &str, data: &str) -> Option<Self> {
        match (domain, data) {
            ("ndop-mesh", "consent") => Some(Self::OptOutReply),
            ("ndop-fhir", "consent") => Some(Self::OptOutConsent),
            ("ods-csv-download", "england-and-wales") => Some(Self::OdsEnglandAndWales),
            ("ods-csv-download", "scotland") => Some(Self::OdsScotland),
            ("ods-csv-download", "northern-ireland") => Some(Self::OdsNorthernIreland),
            ("ods-static", "organisation") => Some(Self::OdsStatic),
            ("pds-mesh", "patient") => Some(Self::PdsTrace),
            _ => None,
        }
    }
}

/// Converts one input.
///
/// # Errors
/// `not-convertible`, with the path of what is missing or of another form.
pub fn convert(conversion: Conversion, input: &Value) -> Result<Value, Rejection> {
    let (kind, entries) = match conversion {
        Conversion::OptOutReply => ("transaction", each(input, "consents", reply_consent)?),
        Conversion::OptOutConsent => ("transaction", vec![stu3_consent(input)?]),
        Conversion::OdsEnglandAndWales => ("batch", each(input, "organisations", organisation_england)?),
        Conversion::OdsScotland => ("batch", each(input, "organisations", organisation_scotland)?),
        Conversion::OdsNorthernIreland => ("batch", each(input, "organisations", organisation_ireland)?),
        Conversion::OdsStatic => ("transaction", vec![organisation_named(input)?]),
        Conversion::PdsTrace => ("transaction", each(input, "patients", patient)?),
    };
    Ok(json!({ "resourceType": "Bundle", "type": kind, "entry": entries }))
}

fn refuse<T>(place: &str, reason: impl Into<String>) -> Result<T, Rejection> {
    Err(Rejection::new("not-convertible", place, reason))
}

fn each(input: &Value, name: &str, convert: fn(&Value) -> Result<Value, Rejection>) -> Result<Vec<Value>, Rejection> {
    let Some(members) = input.get(name).and_then(Value::as_array) else {
        return refuse(name, format!("a list `{name}` was expected"));
    };
    if members.len() > MEMBERS_MAX {
        return refuse(name, format!("more than {MEMBERS_MAX} members"));
    }
    let mut entries = Vec::with_capacity(members.len());
    for (at, member) in members.iter().enumerate() {
        entries.push(convert(member).map_err(|mut rejection| {
            rejection.place = format!("{name}[{at}].{}", rejection.place);
            rejection
        })?);
    }
    Ok(entries)
}

/// The text of a member; empty when absent or not text.
fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input.get(name).and_then(Value::as_str).unwrap_or("").trim()
}

fn needed<'a>(input: &'a Value, name: &str) -> Result<&'a str, Rejection> {
    match text(input, name) {
        "" => refuse(name, format!("`{name}` is missing or empty")),
        found => Ok(found),
    }
}

/// A bundle entry that puts a resource, without its empty parts.
fn put(mut resource: Value) -> Value {
    prune(&mut resource);
    let url = format!("{}/{}", text(&resource, "resourceType"), text(&resource, "id"));
    json!({ "resource": resource, "request": { "method": "PUT", "url": url } })
}

/// Removes empty strings, lists, objects and nulls. Depth is bounded by what this file builds and by the
/// JSON reader's own limit.
fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(prune);
            members.retain(|_, member| !is_nothing(member));
        }
        Value::Array(members) => {
            members.iter_mut().for_each(prune);
            members.retain(|member| !is_nothing(member));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(members) => members.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What every opt-out Consent says alike.
fn consent(id: &str, status: &str, patient: &str) -> Map<String, Value> {
    let members = json!({
        "resourceType": "Consent",
        "id": id,
        "meta": { "profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Consent"] },
        "status": status,
        "scope": { "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/consentscope",
            "code": "patient-privacy",
            "display": "Privacy Consent",
        }] },
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            "code": "INFA",
            "display": "information access",
        }] }],
        "patient": { "reference": format!("Patient/{patient}") },
    });
    match members {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn source() -> Value {
    // The exchange writes NHS England's own code in small letters.
    json!(format!("Organization/{}", guid::organisation("x26")))
}

fn reply_consent(input: &Value) -> Result<Value, Rejection> {
    let number = needed(input, "NhsNumber")?;
    let Some(opted_out) = input.get("IsOptedOut").and_then(Value::as_bool) else {
        return refuse("IsOptedOut", "true or false was expected: it is never assumed");
    };
    let status = if opted_out { "active" } else { "inactive" };
    let mut consent = Value::Object(consent(&guid::opt_out_consent(number), status, number));
    consent["meta"]["source"] = source();
    consent["policy"] = json!([{
        "authority": "https://www.gov.uk/",
        "uri": "https://www.gov.uk/government/uploads/system/uploads/attachment_data/file/535024/data-security-review.PDF",
    }]);
    consent["provision"] = json!({ "purpose": [{
        "system": "http://snomed.info/sct",
        "code": "370856009",
        "display": "Limiting access to confidential patient information",
    }] });
    Ok(put(consent))
}

fn last_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or("")
}

fn stu3_consent(input: &Value) -> Result<Value, Rejection> {
    let about = input.get("patient").map_or("", |patient| text(patient, "reference"));
    if last_of(about).is_empty() {
        return refuse("patient.reference", "the consent does not say whose it is");
    }
    let references = |name: &str| -> Vec<&str> {
        let members = input.get(name).and_then(Value::as_array).map(Vec::as_slice);
        let members = members.unwrap_or_default().iter().take(MEMBERS_MAX);
        members.map(|member| last_of(text(member, "reference"))).collect()
    };
    let mut consent = Value::Object(consent(needed(input, "id")?, needed(input, "status")?, last_of(about)));
    consent["dateTime"] = json!(with_milliseconds(text(input, "dateTime"))?);
    consent["identifier"] = json!([input.get("identifier")]);
    let performers = references("consentingParty");
    consent["performer"] = performers
        .iter()
        .map(|id| json!({ "reference": format!("Patient/{id}") }))
        .collect();
    let organisations = references("organization");
    consent["organization"] = organisations
        .iter()
        .map(|code| json!({ "identifier": { "system": ODS_CODE, "value": code } }))
        .collect();
    consent["policy"] = json!(input.get("policy"));
    if let rule @ 1.. = text(input, "policyRule").len() {
        let rule = &text(input, "policyRule")[..rule];
        consent["policyRule"] = json!({ "coding": [{ "system": "urn:ietf:rfc:3986", "code": rule }] });
    }
    let parts = [
        "period",
        "actor",
        "action",
        "securityLabel",
        "purpose",
        "dataPeriod",
        "data",
    ];
    let provision = parts
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), input.get(*name)?.clone())));
    consent["provision"] = Value::Object(provision.collect());
    Ok(put(consent))
}

/// `2017-02-01T11:15:33+00:00` as `2017-02-01T11:15:33.000+00:00`; empty stays empty.
fn with_milliseconds(time: &str) -> Result<String, Rejection> {
    if time.is_empty() {
        return Ok(String::new());
    }
    if record::When::parse_fhir(time).is_none() {
        return refuse("dateTime", "not a date or time");
    }
    let Some((seconds, rest)) = time.split_at_checked(19) else {
        return Ok(time.to_owned());
    };
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest),
    };
    let offset = if offset == "Z" { "+00:00" } else { offset };
    let milliseconds = fraction.get(..3).unwrap_or(fraction);
    Ok(format!("{seconds}.{milliseconds:0<3}{offset}"))
}

/// What every organisation of a download says alike.
fn organisation(code: &str, name: &str) -> Value {
    json!({
        "resourceType": "Organization",
        "id": guid::organisation(code),
        "meta": {
            "source": source(),
            "profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization"],
        },
        "identifier": [{ "use": "official", "system": ODS_CODE, "value": code }],
        "type": [{
            "coding": [{
                "system": "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization",
                "code": "prov",
                "display": "Healthcare Provider",
            }],
            "text": "Healthcare Provider",
        }],
        "name": name,
        "alias": [name],
    })
}

fn part_of(code: &str) -> Value {
    if code.is_empty() {
        return Value::Null;
    }
    let id = guid::organisation(code);
    json!({ "reference": format!("Organization/{id}"), "display": id })
}

/// `20220401` as `2022-04-01`; anything else as it is.
fn dashed(date: &str) -> String {
    record::Date::parse(date).map_or_else(|| date.to_owned(), record::Date::iso)
}

fn organisation_england(input: &Value) -> Result<Value, Rejection> {
    let mut found = organisation(needed(input, "OrganisationCode")?, text(input, "Name"));
    let extension = |name: &str, date: &str| match date {
        "" => Value::Null,
        date => json!({
            "url": format!("http://example.org/fhir/extensions#{name}"),
            "valueDateTime": dashed(date),
        }),
    };
    let closed = text(input, "CloseDate");
    found["extension"] = json!([
        extension("openDate", text(input, "OpenDate")),
        extension("closeDate", closed)
    ]);
    found["active"] = json!(closed.is_empty());
    found["contact"] = json!([{ "address": { "postalCode": text(input, "PostCode"), "country": "UK" } }]);
    found["partOf"] = part_of(text(input, "HighLevelHealthGeography"));
    Ok(put(found))
}

fn organisation_scotland(input: &Value) -> Result<Value, Rejection> {
    let mut found = organisation(needed(input, "HospitalCode")?, text(input, "HospitalName"));
    let lines = ["AddressLine1", "AddressLine2", "AddressLine2qf"].map(|name| text(input, name));
    found["contact"] = json!([{ "address": {
        "line": lines,
        "city": text(input, "AddressLine4"),
        "district": text(input, "AddressLine3"),
        "postalCode": text(input, "PostCode"),
        "country": "UK",
    } }]);
    found["partOf"] = part_of(text(input, "HealthBoard"));
    Ok(put(found))
}

fn organisation_ireland(input: &Value) -> Result<Value, Rejection> {
    let mut found = organisation(needed(input, "OrganisationCode")?, text(input, "Name"));
    found["contact"] = json!([{ "address": { "postalCode": text(input, "PostCode"), "country": "UK" } }]);
    Ok(put(found))
}

fn organisation_named(input: &Value) -> Result<Value, Rejection> {
    let code = needed(input, "id")?;
    Ok(put(json!({
        "resourceType": "Organization",
        "id": guid::organisation(code),
        "meta": { "profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Organization"] },
        "name": code,
    })))
}

fn patient(input: &Value) -> Result<Value, Rejection> {
    let number = needed(input, "NhsNumber")?;
    let telecom = |system: &str, value: &str, used: &str| match value {
        "" => Value::Null,
        value => json!({ "system": system, "value": value, "use": used }),
    };
    let gender = match text(input, "Gender") {
        "1" => "male",
        "2" => "female",
        _ => "unknown",
    };
    let lines = [1, 2, 3, 4, 5].map(|at| text(input, &format!("AddressLine{at}")).to_owned());
    let practice = match text(input, "GpPracticeCode") {
        "" => Value::Null,
        code => json!({ "type": "Organization", "identifier": { "system": ODS_CODE, "value": code } }),
    };
    let mut found = json!({
        "resourceType": "Patient",
        "id": number,
        "meta": {
            "versionId": "2",
            "source": source(),
            "profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"],
            "security": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
                "code": "U",
                "display": "unrestricted",
            }],
        },
        "identifier": [{ "system": NHS_NUMBER, "value": number }],
        "name": [{
            "family": text(input, "FamilyName"),
            "given": [text(input, "GivenName"), text(input, "OtherGivenName")],
        }],
        "telecom": [
            telecom("phone", text(input, "TelephoneNumber"), "home"),
            telecom("phone", text(input, "MobileNumber"), "mobile"),
            telecom("email", text(input, "EmailAddress"), ""),
        ],
        "gender": gender,
        "birthDate": partial_date(text(input, "DateOfBirth")),
        "deceasedDateTime": partial_date(text(input, "DateOfDeath")),
        "address": [{ "line": lines, "postalCode": text(input, "Postcode") }],
        "generalPractitioner": [practice],
    });
    // The exchange writes every record as unrestricted, whatever its flag. A restricted one must hide where
    // the person lives and how to reach them (SAFETY 2), so here this differs from it.
    if super::pds::is_restricted(text(input, "SensitivityFlag"), text(input, "ErrorSuccessCode")) != Some(false) {
        found["meta"]["security"][0]["code"] = json!("R");
        found["meta"]["security"][0]["display"] = json!("restricted");
        for hidden in ["address", "telecom", "generalPractitioner"] {
            found[hidden] = Value::Null;
        }
    }
    Ok(put(found))
}

/// YYYYMMDDHHMM, YYYYMMDD and YYYYMM with dashes; anything else as it is. A time of day is left out: FHIR
/// takes none without its seconds and offset.
fn partial_date(text: &str) -> String {
    match (text.len(), text.bytes().all(|byte| byte.is_ascii_digit())) {
        (8 | 12, true) => format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]),
        (6, true) => format!("{}-{}", &text[..4], &text[4..]),
        _ => text.to_owned(),
    }
}
