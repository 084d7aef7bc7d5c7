//! What senders get wrong: a field that cannot be read costs that field, and says so.

use super::{shown, taken};

#[track_caller]
fn check(json: &str, expected: &str) {
    let actual = shown(&taken(json));
    let expected: Vec<_> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(actual.lines().collect::<Vec<_>>(), expected, "\n{actual}");
}

#[test]
fn a_field_of_the_wrong_type_is_an_issue_and_the_rest_stands() {
    check(
        r#"{"resourceType":"Observation","id":"o","status":["final"],"category":7,"code":{"coding":{"system":"http://loinc.org","code":123}},
            "subject":{"reference":"Patient/1"},"effectiveDateTime":"yesterday","issued":{},"performer":{"display":"Dr Shaw"},
            "valueQuantity":{"value":"about 7","unit":"mmol/L"},"component":[{"code":{"text":"x"},"valueQuantity":"high"},{"valueBoolean":true},9]}"#,
        "Observation/o · about 1
         0 Result loinc.org|123| · = “about 7 mmol/L” · by Dr Shaw
         1 Result ||x · by Dr Shaw
         ! effectiveDateTime: “yesterday” is not a date this system can read
         ! issued: “” is not a date this system can read
         ! status: not a text
         ! category: not a list
         ! valueQuantity.value: not a number; shown as sent
         ! component[0].valueQuantity: a value this system cannot read
         ! component[1]: a component without a code: nothing says what it is
         ! component[2]: a component without a code: nothing says what it is",
    );
}

#[test]
fn an_unknown_word_is_an_issue_and_never_a_guess() {
    check(
        r#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"},"code":{"text":"Asthma"},"clinicalStatus":{"coding":[{"code":"wobbly"}]},
            "verificationStatus":{"coding":[{"code":"maybe"}]}}"#,
        "Condition/c · about 1
         0 Problem ||Asthma
         ! clinicalStatus: “wobbly” is not a status this system knows
         ! verificationStatus: “maybe” is not a certainty this system knows",
    );
}

#[test]
fn an_invalid_nhs_number_is_named_and_identifies_nobody() {
    check(
        r#"{"resourceType":"Patient","id":"p","name":{"text":"Ann New"},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000027"}]}"#,
        "Patient/p · about p
         name :   Ann New · Unknown
         ! identifier[0].value: not a valid NHS number: its check digit or length is wrong",
    );
}

#[test]
fn what_was_entered_in_error_is_withdrawn_with_all_its_parts() {
    check(
        r#"{"resourceType":"CarePlan","id":"c","status":"entered-in-error","subject":{"reference":"Patient/1"},"title":"Plan",
            "activity":[{"detail":{"status":"scheduled","code":{"text":"Check"}}}]}"#,
        "CarePlan/c · about 1 · withdrawn
         0 CarePlan ||Plan · EnteredInError
         1 CarePlan ||Check · EnteredInError",
    );
    check(
        r#"{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/1"},"code":{"text":"Nuts"},
            "verificationStatus":{"coding":[{"code":"entered-in-error"}]}}"#,
        "AllergyIntolerance/a · about 1 · withdrawn
         0 Allergy ||Nuts · EnteredInError",
    );
}

#[test]
fn older_shapes_of_the_standard_are_read() {
    check(
        r#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"},"context":{"reference":"Encounter/2"},"code":{"text":"Asthma"},
            "clinicalStatus":"active","verificationStatus":"confirmed","assertedDate":"2017-01-01"}"#,
        "Condition/c · about 1
         0 Problem ||Asthma · recorded 2017-01-01 · encounter 2 · Active · Confirmed",
    );
    check(
        r#"{"resourceType":"MedicationRequest","id":"m","subject":{"reference":"Patient/1"},"status":"active","medication":{"concept":{"text":"Aspirin"}}}"#,
        "MedicationRequest/m · about 1
         0 Medicine ||Aspirin · Active",
    );
}

#[test]
fn a_modifier_this_system_does_not_know_is_shouted() {
    check(
        r#"{"resourceType":"Procedure","id":"p","subject":{"reference":"Patient/1"},"code":{"text":"Biopsy"},
            "modifierExtension":[{"url":"https://example.org/notReally","valueBoolean":true}]}"#,
        "Procedure/p · about 1
         0 Procedure ||Biopsy · > CHANGES THE MEANING, not really: yes
         ! modifierExtension[0]: this changes the meaning in a way this system does not know; read it as sent",
    );
}

#[test]
fn words_stand_where_there_is_no_code() {
    check(
        r#"{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/1"},"text":{"div":"<div>Hip <b>pain</b> &lt; 1 year&#46;</div>"}}"#,
        "Condition/c · about 1
         0 Problem ||Hip pain < 1 year.",
    );
    check(
        r#"{"resourceType":"MedicationRequest","id":"m","subject":{"reference":"Patient/1"},"medicationReference":{"reference":"Medication/9"}}"#,
        "MedicationRequest/m · about 1
         0 Medicine ||Medicine not named Medication/9
         ! medicationReference: the medicine is named by an address only, and was not sent with it",
    );
}

#[test]
fn two_opposite_statements_of_one_number_are_both_told() {
    check(
        r#"{"resourceType":"MedicationStatement","id":"m","subject":{"reference":"Patient/1"},"medicationCodeableConcept":{"text":"Digoxin"},
            "dosage":[{"text":"62.5 micrograms daily","doseAndRate":[{"doseQuantity":{"value":625,"unit":"ug"}}]},{"text":"then stop"}]}"#,
        "MedicationStatement/m · about 1
         0 Medicine ||Digoxin · = “62.5 micrograms daily (625 ug); then stop”",
    );
}

#[test]
fn a_broken_item_is_tied_to_its_person_where_that_much_can_be_read() {
    let broken =
        r#"{"resourceType":"AllergyIntolerance","id":"a","patient":{"reference":"Patient/1"},"code":{"text":"Nuts"#;
    let refused = crate::fhir::read(broken.as_bytes(), "").unwrap_err();
    assert_eq!(refused.item_type, "AllergyIntolerance");
    assert_eq!(refused.subject, record::Subject::Local(String::from("1")));
    assert_eq!(refused.rejection.place, format!("line 1, column {}", broken.len() + 1));
}

#[test]
fn what_is_too_long_or_too_many_says_so() {
    let long = "word ".repeat(10_000);
    let many = vec![r#"{"contentString":"x"}"#; 1001].join(",");
    let item = taken(&format!(
        r#"{{"resourceType":"Communication","id":"c","subject":{{"reference":"Patient/1"}},"topic":{{"text":"T"}},"note":[{{"text":"{long}"}}],
            "payload":[{{"contentString":"{long}"}},{many}]}}"#
    ));
    assert!(
        item.entries[0].detail.ends_with("(longer: see what was sent)") && item.entries[0].detail.len() <= 16 * 1024
    );
    let record::Value::Text(text) = item.entries[0].value.as_ref().unwrap() else {
        panic!("not a text");
    };
    assert!(text.ends_with("(longer: see what was sent)") && text.len() <= 16 * 1024);
    assert_eq!(item.issues[0].place, "payload");
    assert!(item.issues[0].reason.contains("1,000"));
}
