//! The NHS's own files: trace responses, organisations, opt-out replies, and the conversions' input.
#![no_main]

use exchange::nhs::ods::Country;
use exchange::nhs::{ods, opt_out, pds};
use libfuzzer_sys::fuzz_target;
use record::NhsNumber;

const HEADING: &str = "MPTREQ_20210802171059,SPINE_MPT_RESPONSE,1,00";

fuzz_target!(|bytes: &[u8]| {
    let (heading, row) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(at) => (std::str::from_utf8(&bytes[..at]).unwrap_or(HEADING), &bytes[at + 1..]),
        None => (HEADING, bytes),
    };
    let _ = pds::read(row, heading);
    let _ = pds::read(row, HEADING);
    for country in [Country::EnglandAndWales, Country::Scotland, Country::NorthernIreland] {
        if let Ok(items) = ods::read(row, country) {
            assert!(items.iter().all(|item| !item.entries.is_empty()));
        }
    }
    let asked: Vec<NhsNumber> = NhsNumber::parse("9990000026").into_iter().collect();
    let _ = opt_out::read(&asked, bytes);
});
