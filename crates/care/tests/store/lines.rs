//! What readers read is what the record shows: each line, whole, once.

use crate::app::{App, actor, on_both};
use crate::order::{Arrival, told};
use care::access::{self, Act};
use care::person;
use record::{Entry, ItemId, PersonId, RecordId, Subject};
use std::collections::BTreeMap;

/// A line, by item and part.
type Lines = BTreeMap<(i64, u16), Entry>;

/// Every line of every item about a person that is told of once.
fn expected(app: &App, arrivals: &[Arrival]) -> Lines {
    let mut by_item: BTreeMap<i64, Vec<(Vec<Entry>, bool)>> = BTreeMap::new();
    for arrival in arrivals {
        let piece = &arrival.piece;
        let Ok(items) = exchange::read(piece.format, &piece.body, &piece.context, &arrival.feed) else {
            continue;
        };
        for item in items {
            let id = ItemId::of(app.care.id_key(), &arrival.feed.sender, &item.item_type, &item.local_id);
            let shown = !matches!(item.subject, Subject::Directory | Subject::Missing) && !item.withdrawn;
            by_item.entry(id.key()).or_default().push((item.entries, shown));
        }
    }
    let once = by_item.into_iter().filter(|(_, told)| told.len() == 1 && told[0].1);
    once.flat_map(|(item, mut told)| {
        told.remove(0)
            .0
            .into_iter()
            .map(move |entry| ((item, entry.part), entry))
    })
    .map(|(place, mut entry)| {
        // The store keeps which item the encounter is, not what its sender calls it.
        entry.encounter.clear();
        (place, entry)
    })
    .collect()
}

/// Every line that reading every person shows.
fn shown(app: &App) -> Lines {
    let mut conn = app.place.connect(true).unwrap();
    let sql = "SELECT record_id FROM record WHERE directory = 0";
    let ids = conn.query(sql, &[], |row| row.id16(0)).unwrap();
    let mut lines = Lines::new();
    let mut read = std::collections::BTreeSet::new();
    for id in ids {
        let id = PersonId::minted_with(RecordId::from_bytes(id));
        let grant = access::person(&app.care, &actor("nurse"), id, Act::ReadRecord, app.now()).unwrap();
        if !read.insert(grant.person()) {
            continue;
        }
        for line in person::read(&app.care, &grant)
            .unwrap()
            .facts
            .into_iter()
            .flat_map(|fact| fact.lines)
        {
            let twice = lines.insert((line.item, line.entry.part), line.entry);
            assert!(twice.is_none(), "a line stands twice");
        }
    }
    lines
}

#[test]
fn every_line_that_is_read_is_on_somebodys_record_whole_and_once() {
    on_both(|app| {
        let arrivals = told(40);
        crate::order::take(app, &arrivals, 3);
        let (expected, shown) = (expected(app, &arrivals), shown(app));
        assert!(expected.len() > 1000, "{}", expected.len());
        assert!(expected.keys().any(|(_, part)| *part > 1), "some have components");
        for (place, entry) in &expected {
            assert_eq!(shown.get(place), Some(entry));
        }
    });
}
