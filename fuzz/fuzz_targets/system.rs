//! A care system's folder: any text as one of its files, beside the rest of Dorset's, is loaded or its problems
//! are named.
#![no_main]

#[path = "../dorset.rs"]
mod dorset;

use libfuzzer_sys::fuzz_target;
use record::system::System;
use std::sync::LazyLock;

static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(dorset::files);

fuzz_target!(|bytes: &[u8]| {
    let Some((which, text)) = bytes.split_first() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let mut files = FILES.clone();
    let at = usize::from(*which) % files.len();
    files[at].1 = text.to_owned();
    if let Err(problems) = System::load(&files) {
        assert!(problems.iter().all(|problem| !problem.to_string().is_empty()));
    }
});
