//! The published pairs come out the same; every published table is read or refused with its reason.

use super::conversion::{Conversion, convert};
use super::opt_out;
use crate::{Format, table};
use record::demographics::Death;
use record::item::Decision;
use record::system::{Feed, FeedFormat, Layout, Table};
use record::{Item, NhsNumber, NhsNumberStatus, OrgCode};
use std::path::PathBuf;

/// The folder of published samples, or `None`, loudly, where it has not been laid beside the project.
fn samples() -> Option<PathBuf> {
    let root = std::env::var_os("CHESIL_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = root.join("samples/dorset-hde");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: no published samples at {}; set CHESIL_SHARED",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

fn feed(layout: Layout) -> Feed {
    Feed {
        format: FeedFormat::Table,
        table: Some(Table {
            separator: b',',
            layout,
        }),
        ..Feed::named("test", OrgCode::parse("X26").unwrap())
    }
}

#[test]
fn the_published_pairs_come_out_the_same() {
    let Some(folder) = samples() else { return };
    let pairs = [
        (Conversion::OptOutReply, "ndop-mesh__json__consent__Consent-01"),
        (Conversion::OptOutConsent, "ndop-fhir__fhir__consent__Consent-01"),
        (
            Conversion::OdsEnglandAndWales,
            "ods-csv-download__json__england-and-wales__england-and-wales",
        ),
        (Conversion::OdsScotland, "ods-csv-download__json__scotland__scotland"),
        (
            Conversion::OdsNorthernIreland,
            "ods-csv-download__json__northern-ireland__northern-ireland",
        ),
        (Conversion::OdsStatic, "ods-static__json__organisation__x26"),
        (Conversion::PdsTrace, "pds-mesh__json__patient__Patient-01"),
    ];
    for (conversion, name) in pairs {
        let read = |side: &str| -> serde_json::Value {
            let path = folder.join(format!("Templates.Tests__{side}__x26__{name}.json"));
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
        };
        let found = convert(conversion, &read("input")).unwrap();
        assert_eq!(found, read("output"), "{name}");
    }
    let all = std::fs::read_dir(&folder).unwrap().filter_map(Result::ok);
    let inputs = all.filter(|file| file.file_name().to_string_lossy().contains("Tests__input__"));
    assert_eq!(inputs.count(), pairs.len(), "a published pair that is not compared");
}

#[test]
fn what_cannot_be_converted_is_refused_with_its_place() {
    for (conversion, input, place) in [
        (
            Conversion::OptOutReply,
            r#"{"consents":[{"NhsNumber":"9990000026"}]}"#,
            "consents[0].IsOptedOut",
        ),
        (Conversion::OptOutReply, "[]", "consents"),
        (Conversion::OptOutConsent, "{}", "patient.reference"),
        (Conversion::PdsTrace, r#"{"patients":[{}]}"#, "patients[0].NhsNumber"),
        (
            Conversion::OdsScotland,
            r#"{"organisations":[7]}"#,
            "organisations[0].HospitalCode",
        ),
    ] {
        let input = serde_json::from_str(input).unwrap();
        assert_eq!(convert(conversion, &input).unwrap_err().place, place);
    }
}

#[test]
fn every_published_table_is_read_or_refused_with_its_reason() {
    let Some(folder) = samples() else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "csv"));
    files.sort();
    assert!(files.len() >= 14);
    println!("| file | rows | read | refused | why |\n|---|---|---|---|---|");
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let layout = match &name {
            name if name.contains("Mesh") => Layout::PdsTrace,
            name if name.ends_with("etrust.csv") => Layout::OdsEnglandAndWales,
            name if name.ends_with("niorg.csv") => Layout::OdsNorthernIreland,
            _ => Layout::OdsScotland,
        };
        let feed = feed(layout);
        let pieces = table::split(&std::fs::read(&path).unwrap(), &feed).unwrap();
        let mut reasons = Vec::new();
        for piece in &pieces {
            match crate::read(Format::Table, &piece.body, &piece.context, &feed) {
                Ok(items) => assert_eq!(items.len(), 1, "{name} {}", piece.place),
                Err(refused) => {
                    assert!(!refused.rejection.reason.is_empty());
                    reasons.push(format!("{}: {}", piece.place, refused.rejection));
                }
            }
        }
        let read = pieces.len() - reasons.len();
        println!(
            "| {name} | {} | {read} | {} | {} |",
            pieces.len(),
            reasons.len(),
            reasons.join("; ")
        );
        if name.contains("__Ods__") {
            assert_eq!(reasons, Vec::<String>::new(), "{name}");
            assert!(read > 2);
        }
    }
}

#[test]
fn a_restricted_patient_is_converted_without_where_they_live() {
    let input = serde_json::json!({ "patients": [{
        "NhsNumber": "9990000026", "FamilyName": "Marsh", "SensitivityFlag": "S", "Postcode": "DT4 0QE",
        "TelephoneNumber": "01632960101", "GpPracticeCode": "DEMO-GP01", "ErrorSuccessCode": "00",
    }] });
    let found = convert(Conversion::PdsTrace, &input).unwrap();
    let patient = &found["entry"][0]["resource"];
    assert_eq!(patient["meta"]["security"][0]["code"], "R");
    for hidden in ["address", "telecom", "generalPractitioner"] {
        assert!(patient.get(hidden).is_none(), "{hidden}");
    }
}

const HEADING: &str = "MPTREQ_20210802171059,SPINE_MPT_RESPONSE,1,00";

/// A trace response with this number asked about, sensitivity, code and matched number.
fn trace(asked: &str, flag: &str, code: &str, matched: &str) -> Result<Vec<Item>, crate::Refused> {
    let row = format!(
        "ref-1,{asked},Marsh,Ada,Mary,2,19450504,,1 Quay Lane,,,Weymouth,Dorset,DT4 0QE,DEMO-GP01,,,,,,01632960101,07700900101,ada@example.org,{flag},,{code},{matched},1,100"
    );
    table::read(row.as_bytes(), HEADING, &feed(Layout::PdsTrace))
}

#[test]
fn a_trace_response_says_who_the_person_is() {
    let (old, new) = ("9990000026", "9990000042");
    let items = trace(old, "N", "00", old).unwrap();
    let person = items[0].person.as_deref().unwrap();
    assert_eq!(person.nhs_number_status, NhsNumberStatus::Verified);
    assert_eq!(person.nhs_number, NhsNumber::parse(old));
    assert_eq!(
        (person.names[0].given.as_str(), person.practice.as_str()),
        ("Ada Mary", "DEMO-GP01")
    );
    assert_eq!(person.phones, ["01632960101", "07700900101"]);
    assert_eq!(person.death, Death::Unsaid);
    assert_eq!(items[0].version.unwrap().rfc3339(), "2021-08-02T16:10:59Z");

    for code in ["90", "91"] {
        let items = trace(old, "N", code, new).unwrap();
        let (old, new) = (NhsNumber::parse(old).unwrap(), NhsNumber::parse(new).unwrap());
        assert_eq!(items[0].decisions, [Decision::Superseded { old, new }]);
        assert_eq!(items[0].person.as_deref().unwrap().nhs_number, Some(new));
    }
    let deleted = trace(old, "N", "91", "0000000000").unwrap();
    assert!(deleted[0].withdrawn && deleted[0].person.is_none());

    for (flag, code) in [("S", "00"), ("R", "00"), ("V", "00"), ("N", "92"), ("?", "00")] {
        let items = trace(old, flag, code, old).unwrap();
        let person = items[0].person.as_deref().unwrap();
        assert!(person.restricted, "{flag} {code}");
        assert!(person.addresses.is_empty() && person.phones.is_empty() && person.emails.is_empty());
        assert!(person.practice.is_empty());
    }
}

#[test]
fn a_trace_without_a_match_is_refused_with_its_reason() {
    for (code, matched, refusal) in [
        ("98", "0000000000", "pds-no-match"),
        ("00", "0000000000", "pds-no-match"),
        ("97", "9999999999", "pds-several-matches"),
        ("00", "9999999999", "pds-several-matches"),
        ("96", "", "pds-not-enough-data"),
        ("91", "1234567890", "pds-matched-number"),
        ("14", "", "pds-error"),
    ] {
        let refused = trace("9990000026", "N", code, matched).unwrap_err();
        assert_eq!(refused.rejection.code, refusal);
        assert_eq!(
            refused.subject,
            record::Subject::NhsNumber(NhsNumber::parse("9990000026").unwrap())
        );
    }
    let feed = feed(Layout::PdsTrace);
    let failed = table::read(b"a,b", "MPTREQ_20210802171059,SPINE_MPT_RESPONSE,1,04", &feed).unwrap_err();
    assert_eq!(
        (failed.rejection.code, failed.rejection.place.as_str()),
        ("pds-error", "heading")
    );
}

#[test]
fn who_is_absent_from_an_opt_out_reply_has_opted_out() {
    let number = |text| NhsNumber::parse(text).unwrap();
    let asked = [number("9990000026"), number("9990000042")];
    let reply = opt_out::read(&asked, b"9990000026,\r\n9990000069,\nrubbish,\n\n").unwrap();
    assert_eq!(reply.opted_out(asked[0]), Some(false));
    assert_eq!(reply.opted_out(asked[1]), Some(true));
    assert_eq!(reply.opted_out(number("9990000069")), None);
    assert_eq!(reply.may_be_used().collect::<Vec<_>>(), [asked[0]]);
    let places: Vec<&str> = reply.issues.iter().map(|issue| issue.place.as_str()).collect();
    assert_eq!(places, ["line 2", "line 3"]);
    let refused = table::read(b"9990000026,", "", &feed(Layout::OptOut)).unwrap_err();
    assert_eq!(refused.rejection.code, "not-for-the-record");
}
