//! Documents: any bytes are told apart and give bounded text.
#![no_main]

use exchange::document::{Kind, LETTERS_MAX, cda, plain_text, rtf};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for word in ["text/plain", "text/html", "", "application/pdf"] {
        let _ = plain_text(Kind::of(word, bytes), bytes);
    }
    assert!(rtf::text(bytes).len() <= LETTERS_MAX + 100);
    let text = String::from_utf8_lossy(bytes);
    assert!(cda::text(&text).len() <= LETTERS_MAX + 100);
    let _ = cda::text(&format!("<ClinicalDocument><section><text>{text}"));
});
