//! MLLP: any bytes, in chunks of any size, give the same frames; a frame written is read back.
#![no_main]

use exchange::hl7::mllp::{Decoder, Found, encode};
use libfuzzer_sys::fuzz_target;

/// The frames, and how much stood outside them: what stands outside may be told in parts.
fn told(found: Vec<Found>) -> (Vec<Option<Vec<u8>>>, usize) {
    let mut outside = 0;
    let mut frames = Vec::new();
    for one in found {
        match one {
            Found::Frame(message) => frames.push(Some(message)),
            Found::TooLarge => frames.push(None),
            Found::Garbage(count) => outside += count,
        }
    }
    (frames, outside)
}

fuzz_target!(|bytes: &[u8]| {
    let Some((size, bytes)) = bytes.split_first() else {
        return;
    };
    let mut whole = Decoder::new(4096);
    let at_once = told(whole.feed(bytes));
    let mut parts = Decoder::new(4096);
    let mut found = Vec::new();
    for chunk in bytes.chunks(usize::from(*size) + 1) {
        found.extend(parts.feed(chunk));
    }
    assert_eq!(at_once, told(found));
    assert_eq!(whole.is_inside(), parts.is_inside());
    let _ = Decoder::new(4096).feed(&encode(bytes));
});
