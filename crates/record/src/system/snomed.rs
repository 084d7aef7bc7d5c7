//! Codes written in a system's files: checked for slips of the pen before anyone relies on them.

use super::reading::Section;
use crate::concept::{Concept, ICD10, LOINC, OPCS4, SNOMED};

/// The full name of a code system: `snomed`, `loinc`, `icd-10`, `opcs-4`, or a name of its own.
pub(super) fn system_of(name: &str) -> &str {
    match name {
        "snomed" => SNOMED,
        "loinc" => LOINC,
        "icd-10" => ICD10,
        "opcs-4" => OPCS4,
        other => other,
    }
}

/// Reads `{ code = "…", system = "…", display = "…" }` or `{ words = "…" }`. The system is SNOMED CT unless
/// said otherwise.
pub(super) fn read_concept(section: Section<'_, '_>) -> Option<Concept> {
    let words = section.text("words");
    let code = section.text("code");
    let display = section.text("display");
    let system = section.text("system");
    let concept = match (words, code) {
        (Some(words), None) => Some(Concept::words(&words)),
        (None, Some(code)) => {
            let system = system_of(system.as_deref().unwrap_or("snomed")).to_owned();
            if system == SNOMED && !is_snomed(&code) {
                section.problem(
                    "code",
                    format!("`{code}` is not a SNOMED CT id: its check digit is wrong"),
                );
            }
            if display.is_none() {
                section.problem("code", format!("say what `{code}` means in `display`"));
            }
            Some(Concept::coded(&system, &code, &display.unwrap_or_default()))
        }
        _ => {
            section.source.problem(
                section.line(),
                "a meaning needs either `words`, or `code` with `display`",
            );
            None
        }
    };
    section.finish();
    concept
}

/// Whether the text is a SNOMED CT concept id: 6 to 18 digits, a concept partition (00 or 10) and a right
/// Verhoeff check digit. Source: SNOMED CT release file specifications, "SCTID check digit".
pub fn is_snomed(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
    if !(6..=18).contains(&digits.len()) || digits.iter().any(|digit| *digit > 9) || digits[0] == 0 {
        return false;
    }
    let partition = &text[text.len() - 3..text.len() - 1];
    matches!(partition, "00" | "10") && verhoeff(&digits) == 0
}

/// The running check over digits, last first; 0 when the last digit is the right check digit.
fn verhoeff(digits: &[u8]) -> u8 {
    const BASE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    digits.iter().rev().enumerate().fold(0, |check, (place, digit)| {
        let mut moved = *digit;
        for _ in 0..place % 8 {
            moved = BASE[usize::from(moved)];
        }
        dihedral(check, moved)
    })
}

/// Multiplication in the group of symmetries of a pentagon, numbered 0 to 9.
const fn dihedral(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_snomed_code_is_seen() {
        for right in [
            "1104051000000101",
            "86290005",
            "364075005",
            "871731000000106",
            "716186003",
        ] {
            assert!(is_snomed(right), "{right}");
        }
        for wrong in [
            "1104051000000102",
            "86290006",
            "364057005",
            "12345",
            "",
            "8629000x",
            "0",
        ] {
            assert!(!is_snomed(wrong), "{wrong}");
        }
    }
}
