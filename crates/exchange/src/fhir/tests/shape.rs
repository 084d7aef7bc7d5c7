//! Bundles: how they are cut, and what each piece knows of the rest.

use super::taken;
use crate::fhir::bundle::{Document, parse};
use crate::fhir::{read, split};
use record::Subject;

/// One line a piece: place, the start of its body, its context.
fn cut(document: &str) -> Vec<String> {
    let pieces = split(document.as_bytes()).unwrap_or_else(|rejection| panic!("{rejection}"));
    pieces
        .iter()
        .map(|piece| {
            let body = std::str::from_utf8(&piece.body).unwrap();
            let context = piece.context.trim_end().replace('\n', " ; ");
            format!("{} {} [{context}]", piece.place, &body[..body.len().min(40)])
        })
        .collect()
}

#[test]
fn a_single_resource_is_one_piece_with_or_without_a_byte_order_mark() {
    for document in [
        "{\"resourceType\":\"Patient\"}",
        "\u{feff} {\"resourceType\":\"Patient\"}\n",
    ] {
        assert_eq!(cut(document), ["resource {\"resourceType\":\"Patient\"} []"]);
    }
}

#[test]
fn each_piece_carries_the_references_it_makes_and_no_others() {
    let document = r#"{"entry":[
        {"fullUrl":"urn:uuid:a","resource":{"id":"p1","resourceType":"Patient"}},
        {"fullUrl":"urn:uuid:b","resource":{"resourceType":"Flag","subject":{"reference":"urn:uuid:a"},"author":{"reference":"urn:uuid:zz"}}},
        {"resource":{"resourceType":"Flag","id":"f","subject":{"reference":"urn:uuid:b"}},"request":{"method":"PUT","url":"Flag/f"}},
        {"resource":{"resourceType":"Flag"},"request":{"method":"PUT","url":"Flag/77"}},
        {"request":{"method":"DELETE","url":"Flag/9"}},
        {"request":{"method":"DELETE","url":"Flag?code=1"}},
        {"fullUrl":"https://example.org/fhir/Flag/5","resource":{"resourceType":"Flag"}},
        {"resource":7}, 8,
        {"resource":{"resourceType":"Flag","id":tru}}
      ],"type":"batch","timestamp":"2024-01-02T03:04:05Z","resourceType":"Bundle"}"#;
    assert_eq!(
        cut(document),
        [
            r#"entry[0] {"id":"p1","resourceType":"Patient"} [@timestamp 2024-01-02T03:04:05Z]"#,
            r#"entry[1] {"resourceType":"Flag","subject":{"refer [@timestamp 2024-01-02T03:04:05Z ; @url Flag/b ; urn:uuid:a Patient/p1]"#,
            r#"entry[2] {"resourceType":"Flag","id":"f","subject [@timestamp 2024-01-02T03:04:05Z ; urn:uuid:b Flag/b]"#,
            r#"entry[3] {"resourceType":"Flag"} [@timestamp 2024-01-02T03:04:05Z ; @url Flag/77]"#,
            r#"entry[4] {"method":"DELETE","url":"Flag/9"} [@timestamp 2024-01-02T03:04:05Z ; @delete Flag/9]"#,
            r#"entry[5] {"request":{"method":"DELETE","url":"Fla [@timestamp 2024-01-02T03:04:05Z ; @refused delete-by-search what to delete is not named as Type/id]"#,
            r#"entry[6] {"resourceType":"Flag"} [@timestamp 2024-01-02T03:04:05Z ; @url Flag/5]"#,
            r#"entry[7] {"resource":7} [@timestamp 2024-01-02T03:04:05Z ; @refused no-resource the entry holds no resource]"#,
            r#"entry[8] 8 [@timestamp 2024-01-02T03:04:05Z ; @refused no-resource the entry holds no resource]"#,
            r#"entry[9] {"resourceType":"Flag","id":tru} [@timestamp 2024-01-02T03:04:05Z]"#,
        ]
    );
    let pieces = split(document.as_bytes()).unwrap();
    let answers: Vec<_> = pieces
        .iter()
        .map(|piece| match read(&piece.body, &piece.context) {
            Ok(item) => format!("{}/{} withdrawn {}", item.item_type, item.local_id, item.withdrawn),
            Err(refused) => refused.rejection.code.to_owned(),
        })
        .collect();
    assert_eq!(answers[4], "Flag/9 withdrawn true");
    assert_eq!(answers[5], "delete-by-search");
    assert_eq!(answers[7], "no-resource");
    assert_eq!(answers[9], "not-json");
}

#[test]
fn a_nested_bundle_is_cut_too_and_sees_the_names_outside_it() {
    let document = r#"{"resourceType":"Bundle","timestamp":"2024-01-01","entry":[
        {"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient","id":"p1"}},
        {"resource":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Flag","id":"f","subject":{"reference":"urn:uuid:a"}}}]}}]}"#;
    assert_eq!(
        cut(document)[1],
        r#"entry[1].entry[0] {"resourceType":"Flag","id":"f","subject [@timestamp 2024-01-01 ; urn:uuid:a Patient/p1]"#
    );
}

#[test]
fn a_document_that_cannot_be_cut_says_where() {
    for (document, code, place) in [
        ("", "not-json", "line 1, column 1"),
        ("[]", "not-json", "line 1, column 1"),
        ("{\"a\":1}\n{\"a\":2}", "not-json", "line 2, column 1"),
        (
            "{\"resourceType\":\"Bundle\",\n\"entry\":[{\"resource\":{\"a\":[",
            "not-json",
            "line 2, column 27",
        ),
    ] {
        let rejection = split(document.as_bytes()).unwrap_err();
        assert_eq!((rejection.code, rejection.place.as_str()), (code, place), "{document}");
    }
    assert_eq!(split(b"{\"a\":\"\xff\"}").unwrap_err().code, "not-utf8");
}

#[test]
fn the_server_reads_requests_from_the_same_outline() {
    let document = r#"{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient","id":"1"},
        "request":{"method":"put","url":"/Patient/1","ifMatch":"W/\"3\"","ifNoneExist":"?identifier=x|1"}}]}"#;
    let Document::Bundle(bundle) = parse(document.as_bytes()).unwrap() else {
        panic!("not a bundle");
    };
    assert_eq!(bundle.kind, "transaction");
    let request = bundle.entries[0].request().unwrap();
    assert_eq!(
        [request.method, request.url, request.if_match, request.if_none_exist],
        ["PUT", "Patient/1", "W/\"3\"", "identifier=x|1"]
    );
}

#[test]
fn an_item_is_named_by_the_best_it_has() {
    let read_id = |json: &str, context: &str| read(json.as_bytes(), context).unwrap().local_id;
    let with = |extra: &str| format!(r#"{{"resourceType":"Flag","code":{{"text":"x"}}{extra}}}"#);
    assert_eq!(
        read_id(&with(r#","id":"a","identifier":[{"value":"b"}]"#), "@url Flag/c\n"),
        "a"
    );
    assert_eq!(
        read_id(&with(r#","identifier":[{"system":"s","value":"b"}]"#), "@url Flag/c\n"),
        "c"
    );
    assert_eq!(
        read_id(&with(r#","identifier":[{"system":"s","value":"b"}]"#), ""),
        "s|b"
    );
    let first = read_id(&with(""), "");
    assert!(first.starts_with("content-") && first == read_id(&with(""), "") && first != read_id(&with(" "), ""));
}

#[test]
fn whom_it_is_about_is_read_however_it_is_said() {
    let number = record::NhsNumber::parse("9990000026").unwrap();
    let local = |id: &str| Subject::Local(id.to_owned());
    let cases = [
        (r#""subject":{"reference":"Patient/1"}"#, local("1")),
        (
            r#""subject":{"reference":"https://example.org/fhir/Patient/1"}"#,
            local("1"),
        ),
        (r#""subject":{"reference":"urn:uuid:a"}"#, local("p")),
        (r#""subject":{"reference":"urn:uuid:b"}"#, Subject::Missing),
        (
            r#""subject":{"identifier":{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"999 000 0026"}}"#,
            Subject::NhsNumber(number),
        ),
        (
            r#""subject":{"identifier":{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000027"}}"#,
            Subject::Missing,
        ),
        (
            r#""subject":{"reference":"Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|9990000026"}"#,
            Subject::NhsNumber(number),
        ),
        (
            r#""subject":{"reference":"https://api.example.org/personal-demographics/FHIR/R4/Patient/9990000026"}"#,
            Subject::NhsNumber(number),
        ),
        (
            r##""subject":{"reference":"#x"},"contained":[{"resourceType":"Patient","id":"x","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}]}]"##,
            Subject::NhsNumber(number),
        ),
        (r#""subject":{"reference":"Group/1"}"#, Subject::Directory),
        (r#""subject":{"display":"Jane"}"#, Subject::Missing),
        (r#""subject":7"#, Subject::Missing),
        ("\"x\":1", Subject::Missing),
    ];
    for (said, expected) in cases {
        let json = format!(r#"{{"resourceType":"Flag","id":"f","code":{{"text":"x"}},{said}}}"#);
        let item = read(json.as_bytes(), "urn:uuid:a Patient/p\n").unwrap();
        assert_eq!(item.subject, expected, "{said}");
    }
    assert_eq!(
        taken(r#"{"resourceType":"Medication","id":"m"}"#).subject,
        Subject::Directory
    );
    assert_eq!(
        taken(r#"{"resourceType":"Claim","id":"m","patient":{"reference":"Patient/4"}}"#).subject,
        local("4")
    );
    assert!(!taken(r#"{"resourceType":"ReferralRequest","id":"m"}"#).mapped);
    let refused = read(
        br#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/4"}}"#,
        "",
    )
    .unwrap_err();
    assert_eq!((refused.rejection.code, refused.subject), ("no-content", local("4")));
    assert_eq!(read(br#"{"id":"c"}"#, "").unwrap_err().rejection.code, "no-type");
}

#[test]
fn a_medicine_in_the_same_bundle_is_named_where_it_is_ordered() {
    let document = r#"{"resourceType":"Bundle","type":"transaction","entry":[
        {"fullUrl":"urn:uuid:m","resource":{"resourceType":"Medication","id":"m1","code":{"coding":[
            {"system":"http://snomed.info/sct","code":"319773006","display":"Aspirin 75mg tablets"}]}}},
        {"resource":{"resourceType":"MedicationRequest","id":"r","status":"active","subject":{"reference":"Patient/1"},
            "medicationReference":{"reference":"urn:uuid:m","display":"Aspirin"}}}]}"#;
    let pieces = split(document.as_bytes()).unwrap();
    let item = read(&pieces[1].body, &pieces[1].context).unwrap();
    assert_eq!(
        item.entries[0].what,
        record::Concept::coded(record::concept::SNOMED, "319773006", "Aspirin 75mg tablets")
    );
    assert_eq!(item.entries[0].detail, "as written: Aspirin");
}
