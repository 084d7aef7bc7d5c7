//! A coded meaning: code system, code, and the words the sender used for it.

/// A code with its system and display. Any part may be empty; a concept of words alone has no system and
/// no code. The words are kept as the sender wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Concept {
    /// Canonical system, for example [`SNOMED`]; empty when unknown or not coded.
    pub system: String,
    /// The code within that system; empty when not coded.
    pub code: String,
    /// The sender's words.
    pub display: String,
}

/// SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// LOINC.
pub const LOINC: &str = "http://loinc.org";
/// ICD-10 (5th edition in the NHS).
pub const ICD10: &str = "http://hl7.org/fhir/sid/icd-10";
/// OPCS-4 procedures.
pub const OPCS4: &str = "https://fhir.hl7.org.uk/CodeSystem/OPCS-4";
/// RxNorm, seen in files of American origin.
pub const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
/// CVX vaccine codes, seen in files of American origin.
pub const CVX: &str = "http://hl7.org/fhir/sid/cvx";

impl Concept {
    /// A coded concept. The system is put into its canonical form (see [`canonical_system`]).
    pub fn coded(system: &str, code: &str, display: &str) -> Self {
        Self {
            system: canonical_system(system).to_owned(),
            code: code.trim().to_owned(),
            display: display.trim().to_owned(),
        }
    }

    /// A concept of words alone.
    pub fn words(display: &str) -> Self {
        Self {
            display: display.trim().to_owned(),
            ..Self::default()
        }
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.display.is_empty()
    }

    /// What a person reads: the words, or the code when there are none.
    pub fn label(&self) -> &str {
        if self.display.is_empty() {
            &self.code
        } else {
            &self.display
        }
    }

    /// Preference among several codings of one meaning: lower is better.
    pub fn rank(&self) -> u8 {
        match self.system.as_str() {
            SNOMED => 0,
            LOINC => 1,
            ICD10 | OPCS4 => 2,
            "" => 9,
            _ => 5,
        }
    }
}

/// The canonical form of systems that senders misspell. The published NHS examples themselves write
/// `https://snomed.info/sct`; Dorset senders write OIDs and HL7 v2 names. Anything unknown is left as it is.
pub fn canonical_system(system: &str) -> &str {
    let trimmed = system.trim();
    match trimmed {
        "https://snomed.info/sct"
        | "urn:oid:2.16.840.1.113883.6.96"
        | "2.16.840.1.113883.6.96"
        | "SCT"
        | "SNM"
        | "SNOMED"
        | "SNOMED-CT"
        | "SNOMEDCT"
        | "https://dmd.nhs.uk"
        | "https://dmd.nhs.uk/VTM"
        | "https://dmd.nhs.uk/VMP" => SNOMED,
        "LN" | "LOINC" | "https://loinc.org" | "urn:oid:2.16.840.1.113883.6.1" => LOINC,
        "I10" | "ICD10" | "ICD-10" | "http://hl7.org/fhir/sid/icd-10-uk" => ICD10,
        "OPCS4" | "OPCS-4" => OPCS4,
        _ => trimmed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_that_senders_misspell_become_one() {
        for system in ["https://snomed.info/sct", "SNOMED-CT", " http://snomed.info/sct "] {
            assert_eq!(Concept::coded(system, "38341003", "Hypertension").system, SNOMED);
        }
        assert_eq!(Concept::words("chesty").label(), "chesty");
    }
}
