//! Scopes of systems: what is read is written and read again as the same, and two lists grant what both allow.
#![no_main]

use exchange::smart::{Right, Scopes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (first, second) = text.split_once('\n').unwrap_or((text, "system/*.rs"));
    let Ok(first) = Scopes::parse(first) else { return };
    assert!(!first.is_empty());
    assert_eq!(Scopes::parse(&first.to_string()), Ok(first.clone()));
    let Ok(second) = Scopes::parse(second) else { return };
    let both = first.and(&second);
    for right in Right::EACH {
        for kind in ["Patient", "Observation", "X"] {
            assert_eq!(both.allow(kind, right), first.allow(kind, right) && second.allow(kind, right));
        }
    }
});
