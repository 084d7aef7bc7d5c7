//! Codes that are good once: for enrolling, and for whoever has lost their telephone. 25 letters hold 125 bits, so
//! that their digest, which alone is kept, cannot be turned back by trying.

use super::AccountKey;

/// Without I, L, O and U, as Crockford's base 32: none is taken for another, and no word is spelt.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 25;
const GROUP: usize = 5;
/// Recovery codes that someone has.
pub const RECOVERY_CODES: usize = 10;

/// A code of fresh randomness, in groups of five letters.
pub(super) fn code(random: &[u8; 32]) -> String {
    let mut text = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (at, byte) in random.iter().take(LENGTH).enumerate() {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        let letter = LETTERS.get(usize::from(byte & 31)).copied().unwrap_or(b'0');
        text.push(char::from(letter));
    }
    text
}

/// Recovery codes of fresh randomness.
pub(super) fn recovery_codes(random: &[u8; 32]) -> Vec<String> {
    let mut more = blake3::Hasher::new_derive_key("chesil 2026-11 recovery codes")
        .update(random)
        .finalize_xof();
    let next = |_| {
        let mut bytes = [0u8; 32];
        more.fill(&mut bytes);
        code(&bytes)
    };
    (0..RECOVERY_CODES).map(next).collect()
}

/// What is kept of a code, however it was typed; `None` when it can be none.
pub(super) fn digest(key: &AccountKey, user: &str, typed: &str) -> Option<[u8; 32]> {
    let plain: String = typed
        .chars()
        .take(200)
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| match c.to_ascii_lowercase() {
            'i' | 'l' => '1',
            'o' => '0',
            other => other,
        })
        .collect();
    (plain.len() == LENGTH).then(|| key.digest("code", &[user.as_bytes(), plain.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_is_one_persons() {
        let key = AccountKey::new([1; 32]);
        let code = code(&[0xfe; 32]);
        assert_eq!(code, "yyyyy-yyyyy-yyyyy-yyyyy-yyyyy");
        let kept = digest(&key, "nia", &code);
        assert!(kept.is_some());
        assert_eq!(digest(&key, "nia", &code.to_uppercase().replace('-', " ")), kept);
        assert_ne!(digest(&key, "tom", &code), kept);
        assert_ne!(digest(&AccountKey::new([2; 32]), "nia", &code), kept);
        assert_eq!(digest(&key, "nia", "123456"), None);
        assert_eq!(
            digest(&key, "nia", &"0".repeat(25)),
            digest(&key, "nia", &"O".repeat(25)),
            "letters that look alike are one"
        );
    }

    #[test]
    fn ten_codes_differ() {
        let codes = recovery_codes(&[3; 32]);
        let apart: std::collections::BTreeSet<&String> = codes.iter().collect();
        assert_eq!(apart.len(), RECOVERY_CODES);
    }
}
