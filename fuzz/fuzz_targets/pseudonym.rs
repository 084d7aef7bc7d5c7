//! Pseudonyms as they are typed: what is read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use record::Pseudonym;

fuzz_target!(|text: &str| {
    if let Some(read) = Pseudonym::parse(text) {
        assert_eq!(Pseudonym::parse(&read.to_string()), Some(read));
        assert_eq!(Pseudonym::of_number(read.number()), read);
    }
});
