//! HL7 v2: any bytes are cut and read; cut whole or as a stream, they give the same messages.
#![no_main]

use exchange::hl7;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    let whole = hl7::split(document);
    let mut splitter = hl7::Splitter::new(1 << 20);
    let mut streamed = Vec::new();
    for chunk in document.chunks(7) {
        streamed.extend(splitter.feed(chunk));
    }
    streamed.extend(splitter.finish());
    let streamed: Vec<_> = streamed.into_iter().filter_map(Result::ok).collect();
    let bodies = |pieces: &[exchange::Piece<'_>]| pieces.iter().map(|piece| piece.body.to_vec()).collect::<Vec<_>>();
    assert_eq!(bodies(&whole), bodies(&streamed));
    for piece in whole {
        let once = hl7::read(&piece.body);
        assert_eq!(once, hl7::read(&piece.body));
        if let Err(refused) = once {
            assert!(!refused.rejection.place.is_empty() && !refused.rejection.reason.is_empty());
        }
        let _ = hl7::files(&piece.body);
    }
});
