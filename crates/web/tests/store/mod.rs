//! A store of invented people: everything that the partners of Dorset would send of them, taken by intake.

#![allow(dead_code, reason = "tests and examples each use a part")]
#![allow(clippy::unwrap_used, reason = "a test says where it broke")]

use care::access::account::AccountKey;
use care::access::{Actor, Role};
use care::db::Place;
use care::{Care, Opening, Stamp};
use exchange::{Piece, fhir, hl7, table};
use record::system::{FeedFormat, System};
use record::{Date, Instant, OrgCode};
use std::path::Path;
use std::sync::Arc;
use web::serving::Machine;

/// The day up to which the invented lives are told.
pub const AS_OF: (i16, i8, i8) = (2026, 11, 1);

/// The moment the tests are at: the morning after, at 09:41.
pub fn now() -> Instant {
    Instant(record::When::parse_fhir("2026-11-02T09:41:00Z").unwrap().instant.0)
}

/// The plan of `people` invented people.
pub fn plan(people: u32) -> synthetic::Plan {
    synthetic::Plan {
        people,
        seed: 1,
        as_of: Date::new(AS_OF.0, AS_OF.1, AS_OF.2).unwrap(),
    }
}

/// Dorset as data.
pub fn dorset() -> Arc<System> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset");
    let mut files = Vec::new();
    for part in ["", "feeds"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap().map(Result::unwrap) {
            let name = Path::new(part).join(entry.file_name());
            if entry.path().is_file() {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                files.push((name.to_string_lossy().into_owned(), text));
            }
        }
    }
    Arc::new(System::load(&files).unwrap())
}

/// What signing in needs: a key that anyone could guess, and as many threads as in earnest.
pub fn sign_in() -> web::serving::SignIn {
    web::serving::SignIn::start(AccountKey::new([9; 32]), true).unwrap()
}

/// The token of a system of a role.
pub fn token(role: Role) -> String {
    format!("token of {}", role.words())
}

/// A system with this token: whoever turns up is the clinician's patient; the council knows whom it looks after.
pub fn machine(role: Role, sender: Option<&str>, token: &str) -> Machine {
    let actor = Actor {
        user: token.to_owned(),
        name: token.to_owned(),
        role,
        organisation: "a test".to_owned(),
        works_for: OrgCode::parse(match role {
            Role::Clinician => "DEMO-UC01",
            Role::SocialWorker => "E06000059",
            _ => "QVV",
        }),
    };
    Machine::with_token(token, actor, sender.and_then(OrgCode::parse))
}

/// A system of each role that there is.
pub fn machines() -> Vec<Machine> {
    Role::ALL
        .iter()
        .map(|role| machine(*role, None, &token(*role)))
        .collect()
}

/// An empty store in `folder`.
pub fn empty(folder: &Path) -> Arc<Care> {
    stamped(folder, Stamp::Demo)
}

/// An empty store in `folder`, for invented people or for real ones.
pub fn stamped(folder: &Path, stamp: Stamp) -> Arc<Care> {
    let opening = Opening {
        place: Place::Lite(folder.join("record.db")),
        audit_place: Place::Lite(folder.join("audit.db")),
        system: dorset(),
        stamp: Some(stamp),
        readers: 4,
        now: now(),
        fresh_key: [7; 32],
        chain: 1,
    };
    Arc::new(Care::open(opening).unwrap())
}

/// A store in `folder` that holds `people` invented people.
pub fn filled(folder: &Path, people: u32) -> Arc<Care> {
    let care = empty(folder);
    for delivery in synthetic::deliveries(plan(people)) {
        send(&care, &delivery.feed, &delivery.bytes, now());
    }
    care
}

/// Takes one delivery by its feed.
pub fn send(care: &Care, feed: &str, bytes: &[u8], at: Instant) {
    let feed = Arc::new(care.system().feed(feed).unwrap().clone());
    let source = care.source(&feed).unwrap();
    let pieces: Vec<Piece<'_>> = match feed.format {
        FeedFormat::Hl7 => hl7::split(bytes),
        FeedFormat::Table => table::split(bytes, &feed).unwrap(),
        FeedFormat::Fhir if bytes.starts_with(b"{\"resourceType\":\"Bundle\"") => fhir::split(bytes).unwrap(),
        FeedFormat::Fhir => bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .flat_map(|line| fhir::split(line).unwrap())
            .collect(),
    };
    for some in pieces.chunks(1000) {
        care.take(some, &source, at).unwrap();
    }
}

/// Sends what cannot be read: an allergy and a message about Margaret Loveless, and something about nobody.
pub fn troubled(care: &Care) {
    let margaret = synthetic::truth(plan(1)).next().unwrap();
    let known_to = |sender: &str| {
        let record = margaret.records.iter().find(|record| record.sender == sender).unwrap();
        record.local_id.clone()
    };
    let allergy = format!(
        r#"{{"resourceType":"AllergyIntolerance","id":"odd-1","clinicalStatus":"active","patient":{{"reference":"Patient/{}"}}}}"#,
        known_to("DEMO-GP01")
    );
    send(care, "gp01-fhir", allergy.as_bytes(), now());
    send(
        care,
        "gp01-fhir",
        br#"{"resourceType":"Observation","id":"odd-2","status":"final","code":{"text":"Potassium"},"valueQuantity":{"value":8.9}}"#,
        now(),
    );
    let nobody =
        "MSH|^~\\&|EPR|RBD|CHESIL|QVV|20261102085501||ADT^A01|00412|P|2.4\rPID|1||||Loveless^Margaret||19450231|F\r";
    send(care, "rbd-adt", nobody.as_bytes(), now());
}
