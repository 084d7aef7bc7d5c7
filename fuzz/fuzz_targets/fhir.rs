//! FHIR: any bytes are cut and read, the same way twice, and a piece stands in its document.
#![no_main]

use exchange::fhir;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    let _ = fhir::files(document);
    let Ok(pieces) = fhir::split(document) else { return };
    for piece in pieces {
        let once = fhir::read(&piece.body, &piece.context);
        assert_eq!(once, fhir::read(&piece.body, &piece.context));
        if let Err(refused) = once {
            assert!(!refused.rejection.place.is_empty() && !refused.rejection.reason.is_empty());
        }
    }
});
