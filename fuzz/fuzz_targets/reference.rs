//! Official files about places. The first byte says which.
#![no_main]

use exchange::reference;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, text)) = bytes.split_first() else { return };
    match which % 10 {
        0 => drop(reference::areas(text)),
        1 => drop(reference::census(text)),
        2 => drop(reference::ethnicity(text)),
        3 => drop(reference::language(text)),
        4 => drop(reference::single_years(text)),
        5 => drop(reference::became(text)),
        6 => drop(reference::sexes(text)),
        7 => {
            let mut count = 0;
            let read = reference::postcodes(text, &mut |found| {
                assert!(found.postcode.contains(' ') && found.area.len() == 9);
                count += 1;
            });
            assert!(read.is_err() || count > 0);
        }
        8 => drop(reference::practices(text).map(|found| assert!(found.len() <= 1_000))),
        _ => {
            drop(reference::deaths(text));
            if let Ok(found) = reference::boundaries(text) {
                assert!(found.iter().all(|one| one.off([50.7, -2.0]).is_finite()));
                assert!(!found.iter().any(|one| one.holds([60.999, 2.999]) && one.off([60.999, 2.999]) > 0.0));
            }
        }
    }
});
