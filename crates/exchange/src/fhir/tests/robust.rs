//! Nothing a sender writes makes the reader fall over.

use crate::fhir::json::Json;
use crate::fhir::{read, split};
use proptest::prelude::*;

/// One of everything, nested, with references, choices, contained resources and escapes.
const BUNDLE: &str = r##"{"resourceType":"Bundle","type":"transaction","timestamp":"2024-05-01T10:00:00Z","entry":[
{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000026"}],"name":[{"family":"O\u0027Neill","given":["\u00c5sa"]}],"birthDate":"1950-02","link":[{"other":{"reference":"Patient/q"},"type":"replaced-by"}]}},
{"fullUrl":"urn:uuid:o","resource":{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}],"text":"BP"},"subject":{"reference":"urn:uuid:p"},"effectivePeriod":{"start":"2024-01-01"},"component":[{"code":{"text":"systolic"},"valueQuantity":{"value":1.20e2,"unit":"mm[Hg]"}}]}},
{"resource":{"resourceType":"MedicationRequest","id":"m","contained":[{"resourceType":"Medication","id":"x","code":{"text":"Aspirin"}}],"medicationReference":{"reference":"#x"},"subject":{"reference":"urn:uuid:p"},"dosageInstruction":[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d"}},"doseAndRate":[{"doseQuantity":{"value":75,"unit":"mg"}}]}]}},
{"resource":{"resourceType":"Bundle","type":"document","entry":[{"resource":{"resourceType":"Composition","id":"c","title":"T","section":[{"title":"S","text":{"div":"<div>a &amp; b</div>"}}]}}]}},
{"request":{"method":"DELETE","url":"Flag/9"}}]}"##;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, "");
        if let Ok(pieces) = split(&bytes) {
            for piece in pieces {
                let _ = read(&piece.body, &piece.context);
            }
        }
    }

    #[test]
    fn a_damaged_bundle_never_panics_and_its_pieces_stand_in_it(
        at in 0..BUNDLE.len(), length in 0usize..12, with in proptest::collection::vec(any::<u8>(), 0..6)
    ) {
        let mut bytes = BUNDLE.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, with);
        if let Ok(pieces) = split(&bytes) {
            for piece in pieces {
                let found = bytes.windows(piece.body.len().max(1)).any(|window| window == piece.body.as_ref());
                prop_assert!(found || piece.body.is_empty());
                let _ = read(&piece.body, &piece.context);
            }
        }
    }

    #[test]
    fn a_value_of_any_type_in_any_place_never_panics(path in 0usize..200, value in 0usize..9) {
        let values = ["null", "true", "7", "\"x\"", "[]", "{}", "[null,1,{}]", "{\"reference\":\"#x\"}", "[[[]]]"];
        let tree: serde_json::Value = serde_json::from_str(BUNDLE).unwrap();
        let mut count = path;
        let mut damaged = tree.clone();
        replace(&mut damaged, &mut count, &serde_json::from_str(values[value]).unwrap());
        let text = damaged.to_string();
        for piece in split(text.as_bytes()).unwrap_or_default() {
            let _ = read(&piece.body, &piece.context);
        }
    }

    #[test]
    fn the_json_reader_agrees_with_serde(text in "[\\[\\]{},:\"\\\\ue0-9.+\\-a-f trulsn\u{e9}]{0,24}") {
        let ours = Json::parse(&text, |_| true).is_ok();
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // Serde turns numbers into 64 bits; here they stay as written, of any size.
        prop_assume!(!matches!(&theirs, Err(error) if error.to_string().contains("out of range")));
        prop_assert_eq!(ours, theirs.is_ok(), "{}", text);
    }
}

/// Replaces the value reached after `count` steps of a walk.
fn replace(node: &mut serde_json::Value, count: &mut usize, with: &serde_json::Value) {
    if *count == 0 {
        *node = with.clone();
        *count = usize::MAX;
        return;
    }
    if *count == usize::MAX {
        return;
    }
    *count -= 1;
    match node {
        serde_json::Value::Object(members) => members.values_mut().for_each(|value| replace(value, count, with)),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|value| replace(value, count, with)),
        _ => {}
    }
}

#[test]
fn depth_and_size_have_limits_that_say_so() {
    let deep = format!(
        "{{\"resourceType\":\"Observation\",\"x\":{}{}}}",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let refused = read(deep.as_bytes(), "").unwrap_err();
    assert_eq!(refused.rejection.code, "not-json");
    assert!(refused.rejection.reason.contains("100 levels"));
    let mut nested = String::from(r#"{"resourceType":"Observation","id":"o","code":{"text":"x"}}"#);
    for _ in 0..6 {
        nested = format!(r#"{{"resourceType":"Bundle","entry":[{{"resource":{nested}}}]}}"#);
    }
    let pieces = split(nested.as_bytes()).unwrap();
    assert_eq!(pieces.len(), 1);
    assert_eq!(pieces[0].place, "entry[0].entry[0].entry[0].entry[0]");
    let kept = read(&pieces[0].body, &pieces[0].context).unwrap_err();
    assert_eq!(kept.rejection.code, "nested-too-deep");
}
