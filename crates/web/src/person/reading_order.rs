//! What is read first of the values of one day, by the codes that senders give them.

use record::Concept;
use record::concept::{LOINC, SNOMED};

/// Blood pressure has two numbers in one item, and is read as one.
pub(super) const SYSTOLIC: [(&str, &str); 5] = [
    (SNOMED, "72313002"),
    (SNOMED, "271649006"),
    (SNOMED, "407554009"),
    (SNOMED, "314440001"),
    (LOINC, "8480-6"),
];
pub(super) const DIASTOLIC: [(&str, &str); 4] = [
    (SNOMED, "1091811000000102"),
    (SNOMED, "271650006"),
    (SNOMED, "407555005"),
    (LOINC, "8462-4"),
];

const WEIGHT: [(&str, &str); 4] = [
    (SNOMED, "27113001"),
    (SNOMED, "162763007"),
    (LOINC, "29463-7"),
    (LOINC, "3141-9"),
];
/// HbA1c, in either of its scales.
const LONG_TERM_SUGAR: [(&str, &str); 5] = [
    (SNOMED, "999791000000106"),
    (SNOMED, "1049301000000100"),
    (SNOMED, "43396009"),
    (LOINC, "59261-8"),
    (LOINC, "4548-4"),
];
/// Creatinine, and the filtration rate worked out from it.
const KIDNEYS: [(&str, &str); 10] = [
    (SNOMED, "1000731000000107"),
    (SNOMED, "1000991000000106"),
    (SNOMED, "1020291000000106"),
    (SNOMED, "1011481000000105"),
    (LOINC, "2160-0"),
    (LOINC, "38483-4"),
    (LOINC, "14682-9"),
    (LOINC, "33914-3"),
    (LOINC, "62238-1"),
    (LOINC, "69405-9"),
];
/// Whether somebody smokes: a finding that changes seldom, and stands in many a set of measurements.
const SMOKES: [(&str, &str); 6] = [
    (LOINC, "72166-2"),
    (SNOMED, "365981007"),
    (SNOMED, "229819007"),
    (SNOMED, "266919005"),
    (SNOMED, "8517006"),
    (SNOMED, "77176002"),
];

/// The order in which values of one day are read: blood pressure, weight, sugar, kidneys, all else, and last whether
/// somebody smokes.
pub(super) fn reading_order(what: &Concept) -> u8 {
    let first: [&[(&str, &str)]; 5] = [&SYSTOLIC, &DIASTOLIC, &WEIGHT, &LONG_TERM_SUGAR, &KIDNEYS];
    match first.iter().position(|codes| is_one_of(what, codes)) {
        Some(at) => u8::try_from(at).unwrap_or(u8::MAX),
        None if tells_of_smoking(what) => 7,
        None => 6,
    }
}

/// Whether it is about somebody smoking or not.
pub(super) fn tells_of_smoking(what: &Concept) -> bool {
    let words = what.display.to_lowercase();
    is_one_of(what, &SMOKES) || ["smoking status", "tobacco"].iter().any(|word| words.contains(word))
}

/// Whether a meaning is one of these.
pub(super) fn is_one_of(concept: &Concept, codes: &[(&str, &str)]) -> bool {
    codes
        .iter()
        .any(|(system, code)| concept.system == *system && concept.code == *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_weight_sugar_and_kidneys_are_read_before_whether_somebody_smokes() {
        let mut sent = [
            Concept::words("Tobacco smoking status"),
            Concept::coded(LOINC, "72166-2", "Tobacco use"),
            Concept::coded(SNOMED, "8517006", "Ex-smoker"),
            Concept::words("Ankle swelling"),
            Concept::coded(SNOMED, "1011481000000105", "eGFR using creatinine CKD-EPI equation"),
            Concept::coded(SNOMED, "999791000000106", "Haemoglobin A1c level"),
            Concept::coded(SNOMED, "27113001", "Body weight"),
            Concept::coded(SNOMED, "1091811000000102", "Diastolic arterial pressure"),
            Concept::coded(SNOMED, "72313002", "Systolic arterial pressure"),
        ];
        sent.sort_by_key(reading_order);
        let read: Vec<&str> = sent.iter().map(|one| one.display.as_str()).collect();
        assert_eq!(
            read,
            [
                "Systolic arterial pressure",
                "Diastolic arterial pressure",
                "Body weight",
                "Haemoglobin A1c level",
                "eGFR using creatinine CKD-EPI equation",
                "Ankle swelling",
                "Tobacco smoking status",
                "Tobacco use",
                "Ex-smoker",
            ]
        );
    }
}
