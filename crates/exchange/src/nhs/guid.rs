//! Identifiers as the published Dorset exchange makes them, so that whoever moves from it keeps theirs.

use sha2::{Digest, Sha256};

/// The first sixteen bytes of the text's SHA-256, written as .NET writes a `Guid`: the first three groups
/// have their bytes in reverse.
pub fn guid(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let mut written = String::with_capacity(36);
    for (at, byte) in ORDER.iter().map(|place| digest[*place]).enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            written.push('-');
        }
        written.push_str(&format!("{byte:02x}"));
    }
    written
}

/// The id of the Organization with this ODS code. The code counts letter by letter: `x26` and `X26` differ.
pub fn organisation(ods_code: &str) -> String {
    guid(&format!("Organization_X26_ODS_{ods_code}"))
}

/// The id of the Consent that holds this person's national data opt-out.
pub fn opt_out_consent(nhs_number: &str) -> String {
    guid(&format!("Consent_X26_NDOP_{nhs_number}"))
}
