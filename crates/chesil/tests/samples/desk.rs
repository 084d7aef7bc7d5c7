//! What the desk for quarantine shows after an import.

use care::access::{Act, DEMO_USERS};
use care::db::Place;
use care::intake::QuarantineFilter;
use care::{Care, Opening, access, feeds};
use record::Instant;
use std::path::Path;
use std::sync::Arc;

const NOW: Instant = Instant(1_800_000_000_000_000);

fn open(data: &Path) -> Care {
    Care::open(Opening {
        place: Place::Lite(data.join("record.db")),
        audit_place: Place::Lite(data.join("audit.db")),
        system: Arc::new(crate::folders::system()),
        stamp: None,
        readers: 1,
        now: NOW,
        fresh_key: [7; 32],
        chain: 7,
    })
    .unwrap()
}

/// Makes the folder, with a key that is the same each time: what is filed in order of record is then filed in the
/// same order each time, and the counts are the same.
pub fn make(data: &Path) {
    std::fs::create_dir_all(data).unwrap();
    drop(open(data));
}

/// Opens the folder that the binary has filled, and reads what it put in quarantine as its desk does.
pub fn every_item_has_place_and_reason(data: &Path, name: &str) {
    let care = open(data);
    let desk = DEMO_USERS
        .iter()
        .map(|user| user.actor())
        .find(|actor| access::may(actor.role, Act::ReadQuarantine).is_ok())
        .unwrap();
    let grant = access::list(&care, &desk, Act::ReadQuarantine, "test", NOW).unwrap();
    let filter = QuarantineFilter {
        limit: 10_000,
        ..QuarantineFilter::default()
    };
    let (items, count) = feeds::quarantined(&care, &grant, &filter).unwrap();
    assert_eq!(items.len() as i64, count, "{name}");
    for item in &items {
        let file_and_place = item
            .place
            .split_once(": ")
            .or(item.code.starts_with("un").then_some(("", "")));
        assert!(file_and_place.is_some(), "{name}: {}", item.place);
        assert!(
            item.reason.len() > 20 && item.reason.contains(": "),
            "{name}: {} {}",
            item.place,
            item.reason
        );
        assert!(!item.owner.is_empty(), "{name}: {}", item.place);
        if std::env::var("CHESIL_SAMPLES_LOUD").is_ok() {
            println!("{name} | {} | {} | {}", item.code, item.place, item.reason);
        }
    }
}
