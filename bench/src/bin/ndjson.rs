//! Writes FHIR resources of invented people, one a line, to standard output until so many bytes are written:
//! `ndjson BYTES`. As a bulk export does, all patients come first, then all conditions, then all results.
//! Nothing is held but the line being written.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

/// Lines a person has: one Patient, two Conditions, seven Observations.
const LINES_A_PERSON: u64 = 10;
/// Bytes a line has, about.
const LINE_BYTES: u64 = 590;

fn main() -> ExitCode {
    let Some(bytes) = std::env::args().nth(1).and_then(|text| text.parse::<u64>().ok()) else {
        eprintln!("ndjson BYTES");
        return ExitCode::FAILURE;
    };
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    match write_all(&mut out, bytes).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ndjson: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(out: &mut impl Write, bytes: u64) -> std::io::Result<()> {
    let people = (bytes / LINE_BYTES / LINES_A_PERSON).max(1);
    for person in 0..people {
        writeln!(out, "{}", patient(person))?;
    }
    for n in 0..people * 2 {
        writeln!(out, "{}", condition(n, n % people))?;
    }
    for n in 0..people * 7 {
        writeln!(out, "{}", observation(n, n % people))?;
    }
    Ok(())
}

fn meta(kind: &str, n: u64) -> String {
    format!(
        r#""meta":{{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-{kind}"],"lastUpdated":"2025-{:02}-{:02}T09:00:00Z"}}"#,
        n % 12 + 1,
        n % 28 + 1
    )
}

/// A birth date and names enough that few are alike; no NHS number, so that nobody is joined to anybody.
fn patient(n: u64) -> String {
    format!(
        r#"{{"resourceType":"Patient","id":"person-{n}",{},"identifier":[{{"system":"https://example.org/mrn","value":"M{n:09}"}}],"name":[{{"use":"official","family":"Invented{}","given":["Given{}"]}}],"telecom":[{{"system":"phone","value":"01632 960{:03}","use":"home"}}],"gender":"{}","birthDate":"{}-{:02}-{:02}","address":[{{"use":"home","line":["{} Example Street"],"city":"Poole","postalCode":"BH15 {}AA"}}],"generalPractitioner":[{{"identifier":{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"DEMO-GP01"}}}}]}}"#,
        meta("Patient", n),
        n % 9_973,
        n % 7_919,
        n % 1_000,
        if n.is_multiple_of(2) { "female" } else { "male" },
        1930 + n % 90,
        n % 12 + 1,
        n % 28 + 1,
        n % 200 + 1,
        n % 9 + 1,
    )
}

const PROBLEMS: [(&str, &str); 5] = [
    ("38341003", "Hypertensive disorder"),
    ("44054006", "Diabetes mellitus type 2"),
    ("195967001", "Asthma"),
    ("13645005", "Chronic obstructive lung disease"),
    ("49436004", "Atrial fibrillation"),
];

fn condition(n: u64, person: u64) -> String {
    let (code, words) = PROBLEMS[(n % 5) as usize];
    format!(
        r#"{{"resourceType":"Condition","id":"condition-{n}",{},"clinicalStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}},"category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"problem-list-item","display":"Problem List Item"}}]}}],"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}","display":"{words}"}}],"text":"{words}"}},"subject":{{"reference":"Patient/person-{person}"}},"onsetDateTime":"{}-{:02}-{:02}","recordedDate":"2024-{:02}-11"}}"#,
        meta("Condition", n),
        2000 + n % 24,
        n % 12 + 1,
        n % 28 + 1,
        n % 12 + 1,
    )
}

const RESULTS: [(&str, &str, &str, u64); 4] = [
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 100),
    ("8867-4", "Heart rate", "/min", 60),
    ("29463-7", "Body weight", "kg", 55),
    ("2708-6", "Oxygen saturation", "%", 90),
];

fn observation(n: u64, person: u64) -> String {
    let (code, words, unit, least) = RESULTS[(n % 4) as usize];
    format!(
        r#"{{"resourceType":"Observation","id":"observation-{n}",{},"status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"{words}"}}],"text":"{words}"}},"subject":{{"reference":"Patient/person-{person}"}},"effectiveDateTime":"{}-{:02}-{:02}T{:02}:15:00Z","valueQuantity":{{"value":{}.{},"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}}}}"#,
        meta("Observation", n),
        2010 + n % 15,
        n % 12 + 1,
        n % 28 + 1,
        n % 24,
        least + n % 10,
        n % 10,
    )
}
