//! Plain words for what is on a record: what a condition is called at home, and what a test measures. They never say
//! what a value means for anybody: that is the practice's to say.

use super::super::reading_order::{DIASTOLIC, SYSTOLIC, is_one_of};
use record::concept::{LOINC, SNOMED};
use record::{Concept, Value};

/// What stands for something that was written as a code without words.
const CODE_ALONE: &str = "Something written without words";

/// Conditions whose written name not everybody knows, with what people call them.
const CONDITIONS: &[(&str, &str)] = &[
    ("38341003", "High blood pressure"),
    ("59621000", "High blood pressure"),
    ("44054006", "Type 2 diabetes"),
    ("46635009", "Type 1 diabetes"),
    ("13645005", "COPD, a long-term lung condition"),
    ("49436004", "Uneven heartbeat"),
    ("282825002", "Uneven heartbeat that comes and goes"),
    ("53741008", "Narrowed blood vessels of the heart"),
    (
        "84114007",
        "Heart failure: the heart does not pump as well as it should",
    ),
    ("399957001", "Narrowed blood vessels, most often of the legs"),
    ("266257000", "Mini-stroke"),
    ("433144002", "Kidneys that work less well than they should"),
    ("700378005", "Kidneys that work less well than they should"),
    ("431857002", "Kidneys that work less well than they should"),
    ("40930008", "Underactive thyroid"),
    ("396275006", "Worn joints"),
    ("64859006", "Thin bones"),
    ("69896004", "Swollen, sore joints"),
    ("35489007", "Depression"),
    ("197480006", "Anxiety"),
    ("408856003", "Autism"),
    ("193570009", "Clouding in the eye"),
    ("233604007", "Lung infection"),
    ("68566005", "Urine infection"),
    ("65363002", "Middle ear infection"),
    ("279039007", "Pain in the lower back"),
    ("5913000", "Broken hip"),
    ("162864005", "Body mass index (BMI) of 30 or more"),
    ("363406005", "Bowel cancer"),
    ("254637007", "Lung cancer"),
];

/// Codes that one test goes by.
type Codes = &'static [(&'static str, &'static str)];

/// Tests, with what people call each and what it measures.
const TESTS: &[(Codes, &str, &str)] = &[
    (
        &[
            (SNOMED, "27113001"),
            (SNOMED, "162763007"),
            (LOINC, "29463-7"),
            (LOINC, "3141-9"),
        ],
        "Weight",
        "",
    ),
    (&[(SNOMED, "50373000"), (LOINC, "8302-2")], "Height", ""),
    (
        &[(SNOMED, "60621009"), (LOINC, "39156-5")],
        "Body mass index (BMI)",
        "Weight set against height.",
    ),
    (
        &[
            (SNOMED, "999791000000106"),
            (SNOMED, "1049301000000100"),
            (SNOMED, "43396009"),
            (LOINC, "59261-8"),
            (LOINC, "4548-4"),
        ],
        "Blood sugar over time (HbA1c)",
        "How much sugar was in the blood over the last two to three months.",
    ),
    (
        &[
            (SNOMED, "1003671000000109"),
            (LOINC, "2339-0"),
            (LOINC, "2345-7"),
            (LOINC, "15074-8"),
        ],
        "Blood sugar",
        "How much sugar was in the blood at that moment.",
    ),
    (
        &[
            (SNOMED, "1005671000000105"),
            (SNOMED, "412808005"),
            (LOINC, "14647-2"),
            (LOINC, "2093-3"),
        ],
        "Cholesterol",
        "How much of one kind of fat is in the blood.",
    ),
    (
        &[(SNOMED, "1005681000000107"), (LOINC, "2085-9"), (LOINC, "14646-4")],
        "HDL cholesterol",
        "A part of the cholesterol in the blood.",
    ),
    (
        &[
            (SNOMED, "1000731000000107"),
            (SNOMED, "1000991000000106"),
            (LOINC, "2160-0"),
            (LOINC, "38483-4"),
            (LOINC, "14682-9"),
        ],
        "Kidney test (creatinine)",
        "Something that the kidneys clear from the blood.",
    ),
    (
        &[
            (SNOMED, "1020291000000106"),
            (SNOMED, "1011481000000105"),
            (LOINC, "33914-3"),
            (LOINC, "62238-1"),
            (LOINC, "69405-9"),
        ],
        "Kidney test (eGFR)",
        "How well the kidneys clean the blood.",
    ),
    (
        &[(SNOMED, "1023491000000104")],
        "Kidney test (protein in urine)",
        "Whether protein gets through the kidneys.",
    ),
    (&[(SNOMED, "1000661000000107")], "Sodium", "A salt in the blood."),
    (&[(SNOMED, "1000651000000109")], "Potassium", "A salt in the blood."),
    (
        &[(SNOMED, "1022431000000105")],
        "Haemoglobin",
        "The part of the blood that carries oxygen.",
    ),
    (
        &[(SNOMED, "1001371000000100")],
        "CRP",
        "Something that rises in the blood when a part of the body is inflamed.",
    ),
    (
        &[(SNOMED, "78564009"), (SNOMED, "364075005"), (LOINC, "8867-4")],
        "Pulse",
        "How often the heart beats in a minute.",
    ),
    (
        &[(SNOMED, "86290005"), (LOINC, "9279-1")],
        "Breathing",
        "How many breaths in a minute.",
    ),
    (
        &[
            (SNOMED, "431314004"),
            (SNOMED, "103228002"),
            (LOINC, "2708-6"),
            (LOINC, "59408-5"),
        ],
        "Oxygen level",
        "How much oxygen the blood carries.",
    ),
    (
        &[(SNOMED, "276885007"), (SNOMED, "386725007"), (LOINC, "8310-5")],
        "Temperature",
        "",
    ),
    (
        &[(LOINC, "72166-2"), (SNOMED, "365981007"), (SNOMED, "229819007")],
        "Smoking",
        "",
    ),
];

/// What blood pressure measures, which two numbers of one test tell.
pub(super) const PRESSURE: &str =
    "How hard the blood pushes as it goes round: first when the heart beats, then when it rests.";

/// The words of a meaning, without what a terminology adds for itself in brackets; never a code.
pub(super) fn words(concept: &Concept) -> String {
    const KINDS: [&str; 9] = [
        "disorder",
        "finding",
        "situation",
        "procedure",
        "observable entity",
        "regime/therapy",
        "qualifier value",
        "substance",
        "event",
    ];
    let said = concept.display.trim();
    if said.is_empty() || said == concept.code {
        return CODE_ALONE.to_owned();
    }
    let bare = said.strip_suffix(')').and_then(|open| open.rsplit_once(" ("));
    match bare {
        Some((bare, kind)) if KINDS.contains(&kind) => bare.to_owned(),
        _ => said.to_owned(),
    }
}

/// A condition in plain words; with the words it was written in, where those are others.
pub(super) fn condition(concept: &Concept) -> (String, String) {
    let written = words(concept);
    let known = CONDITIONS
        .iter()
        .find(|(code, _)| concept.system == SNOMED && concept.code == *code);
    beside(known.map(|(_, plain)| *plain), written)
}

/// Plain words, with those that were written where they are others; without plain words, those that were written.
fn beside(plain: Option<&str>, written: String) -> (String, String) {
    match plain {
        Some(plain) if written == CODE_ALONE => (plain.to_owned(), String::new()),
        Some(plain) if !plain.eq_ignore_ascii_case(&written) => (plain.to_owned(), written),
        _ => (written, String::new()),
    }
}

/// A test in plain words, with what it was written as where that is something else, and what it measures.
pub(super) fn test(concept: &Concept) -> (String, String, &'static str) {
    let written = words(concept);
    if is_one_of(concept, &SYSTOLIC) || is_one_of(concept, &DIASTOLIC) {
        return (written, String::new(), PRESSURE);
    }
    let known = TESTS.iter().find(|(codes, ..)| is_one_of(concept, codes));
    let measures = known.map_or("", |(_, _, measures)| *measures);
    let (plain, written) = beside(known.map(|(_, plain, _)| *plain), written);
    (plain, written, measures)
}

/// What a note says of an allergy beyond the `value` that stands beside its name, without what grades it for staff.
pub(super) fn reaction(note: &str, value: &str) -> String {
    let says_more = |part: &&str| {
        let graded = part.starts_with("criticality:");
        let known = !value.is_empty() && part.to_lowercase().contains(&value.to_lowercase());
        !graded && !known
    };
    note.split("; ").filter(says_more).collect::<Vec<_>>().join("; ")
}

/// Whether a value is an answer that was written as a code without words, which is shown to nobody at home.
pub(super) fn is_code_alone(value: &Value) -> bool {
    matches!(value, Value::Concept(concept) if concept.display.trim().is_empty())
}

/// A mark or a status, as staff read it, in a sentence that frightens nobody and hides nothing.
pub(super) fn mind(mark: &str, own: bool) -> String {
    let words = match mark {
        "incomplete" => "Part of this could not be read.",
        "suspected" => "This is thought possible. It is not certain.",
        "ruled out" => "This was looked for and not found.",
        "check: outside the plausible range" => "This number looks odd. It may be a mistake.",
        "no unit sent" => "Nobody wrote what this number is counted in.",
        "high" => "Whoever measured it marked it as high.",
        "low" => "Whoever measured it marked it as low.",
        "▲ very high" => "Whoever measured it marked it as very high. Ask what came of it.",
        "▲ very low" => "Whoever measured it marked it as very low. Ask what came of it.",
        "abnormal" => "Whoever measured it marked it as outside the usual range.",
        "questioned by the person" if own => "You asked about this. It waits for an answer.",
        "questioned by the person" => "Somebody asked about this. It waits for an answer.",
        "the person disagrees" if own => "You said that this is not so.",
        "the person disagrees" => "The person said that this is not so.",
        "on hold" => "Paused for now.",
        "planned" => "Not begun yet.",
        "not yet final" => "This is not final yet.",
        "corrected" => "This was corrected later.",
        "stopped" => "This was stopped.",
        "completed" => "This is over.",
        other => return format!("{other}."),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stand_first_and_a_code_never() {
        let check = |concept: Concept, plain: &str, written: &str| {
            assert_eq!(condition(&concept), (plain.to_owned(), written.to_owned()));
        };
        check(
            Concept::coded(SNOMED, "38341003", "Hypertensive disorder (disorder)"),
            "High blood pressure",
            "Hypertensive disorder",
        );
        check(Concept::coded(SNOMED, "195967001", "Asthma"), "Asthma", "");
        check(Concept::coded(SNOMED, "38341003", ""), "High blood pressure", "");
        check(Concept::coded(SNOMED, "123456789", ""), CODE_ALONE, "");
        check(Concept::coded(SNOMED, "123456789", "123456789"), CODE_ALONE, "");
        check(Concept::words("Fall (at home)"), "Fall (at home)", "");
        // A code of another system that happens to read the same says nothing.
        check(Concept::coded("local", "38341003", "Seen"), "Seen", "");
    }

    #[test]
    fn a_test_says_what_it_measures_and_never_what_a_value_means() {
        let (plain, written, measures) = test(&Concept::coded(LOINC, "59261-8", "HbA1c IFCC"));
        assert_eq!(
            (plain.as_str(), written.as_str()),
            ("Blood sugar over time (HbA1c)", "HbA1c IFCC")
        );
        assert!(measures.starts_with("How much sugar"));
        assert_eq!(
            test(&Concept::words("Peak flow")),
            ("Peak flow".to_owned(), String::new(), "")
        );
        for (_, plain, measures) in TESTS {
            for judging in ["normal", "healthy", "good", "bad", "danger", "should be"] {
                assert!(!measures.contains(judging), "{plain}: {measures}");
            }
        }
    }

    #[test]
    fn a_reaction_is_said_once_and_ungraded() {
        let note = "criticality: low; reaction: Urticarial rash mild; Told by her daughter";
        assert_eq!(reaction(note, "Urticarial rash"), "Told by her daughter");
        assert_eq!(reaction("reaction: Wheeze", ""), "reaction: Wheeze");
    }

    #[test]
    fn every_mark_that_staff_read_is_said_in_words() {
        assert_eq!(mind("high", true), "Whoever measured it marked it as high.");
        assert!(mind("▲ very high", true).contains("Ask what came of it"));
        assert_ne!(mind("the person disagrees", true), mind("the person disagrees", false));
    }
}
