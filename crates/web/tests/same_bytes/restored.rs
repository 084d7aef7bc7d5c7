//! What was backed up answers after a restore as it did before, on either engine.

use crate::asking::{self, About, Served, readers};
use crate::{postgres, store};
use care::backup::{self, BackupKey, Restoring, Stored, Taking};
use care::db::Place;
use care::{Care, Opening, access};
use std::path::Path;
use std::sync::Arc;

const KEY: BackupKey = BackupKey::new([6; 32]);

fn opening(place: Place, folder: &Path, chain: i64) -> Opening {
    Opening {
        audit_place: match &place {
            Place::Lite(_) => Place::Lite(folder.join("audit.db")),
            Place::Pg(_) => place.clone(),
        },
        place,
        system: store::dorset(),
        stamp: None,
        readers: 2,
        now: store::now(),
        fresh_key: [1; 32],
        chain,
    }
}

/// The store is asked from outside the runtime: its connections to PostgreSQL bring their own.
#[test]
fn pages_and_fhir_answer_after_a_restore_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let care = store::filled(folder.path(), 4);
    store::troubled(&care);
    let margaret = synthetic::truth(store::plan(4)).next().unwrap();
    access::bind_demo_users(&care, margaret.nhs_number, store::now()).unwrap();
    let mut file = Vec::new();
    let from = Stored {
        place: Place::Lite(folder.path().join("record.db")),
        audit_place: Place::Lite(folder.path().join("audit.db")),
    };
    let taking = Taking {
        from: &from,
        secrets: &[],
        key: &KEY,
        salt: [2; 32],
        now: store::now(),
        program: "a test",
        chain: 77,
        actor: "system:test",
    };
    backup::take(&taking, &mut file, &mut |_| {}).unwrap();
    let before = Served::over(Arc::clone(&care));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let new = tempfile::tempdir().unwrap();
    let mut places = vec![Place::Lite(new.path().join("record.db"))];
    places.extend(postgres::fresh_database().map(Place::Pg));
    for (place, chain) in places.into_iter().zip([101, 201]) {
        let restoring = Restoring {
            into: opening(place.clone(), new.path(), chain),
            key: &KEY,
            removals: None,
            actor: "system:test",
            signer: "audit.key",
            keep: &mut |_, _| Ok(()),
        };
        backup::restore(restoring, file.as_slice(), &mut |_| {}).unwrap();
        let after = Served::over(Arc::new(Care::open(opening(place, new.path(), chain + 1)).unwrap()));
        let about = About::of(&care, &margaret);
        let mut compared = 0;
        for reader in readers() {
            let questions = runtime.block_on(asking::questions(&before, &after, &reader, &about));
            let left = runtime.block_on(asking::ask_all(&before, &reader, &questions));
            let right = runtime.block_on(asking::ask_all(&after, &reader, &questions));
            for ((asked, left), (_, right)) in left.iter().zip(&right) {
                // Who looked goes on, and is not the same in two stores that are looked at.
                if !asked.tells_who_looked() {
                    assert_eq!(left.differs_from(right), None, "{}: {asked:?}", reader.name);
                    compared += usize::from(left.status == 200);
                }
            }
        }
        assert!(compared > 200, "{compared} answers were compared");
    }
}
