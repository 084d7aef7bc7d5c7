//! What the people of issue and safety pages do, each in a real browser with scripts off, over the real program and a
//! demo folder of their own: from a record that does not open to the Sunday on which the system is restored. The steps
//! are in `tests/pages/shows.mjs`; here stands what was there before they came.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

#[path = "../../care/tests/store/app.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod app;
#[path = "../../care/tests/store/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests of the store")]
mod postgres;

use app::{actor, dorset, opening};
use care::Care;
use care::db::Place;
use care::rights::proxies::{self, Basis, Wanted};
use record::{Date, Instant, NhsNumber, OrgCode, PersonId, RecordId};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

const PEOPLE: u32 = 60;
const DAY: i64 = 24 * 3_600 * 1_000_000;
const TOKEN: &str = "the token of a system at a practice";

#[allow(
    clippy::disallowed_methods,
    reason = "children are as old as they are on the day that the server reads"
)]
fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Instant(i64::try_from(since.as_micros()).unwrap())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Whether the browser can be driven; says so loudly when it cannot.
fn can_be_driven() -> bool {
    let ready = ["playwright-core", "axe-core"]
        .iter()
        .all(|name| root().join("node_modules").join(name).exists());
    if !ready {
        assert_ne!(
            std::env::var("CHESIL_TESTS_MAY_SKIP").as_deref(),
            Ok("no"),
            "run `make assets` first"
        );
        eprintln!("SKIPPED: run `make assets`, which installs what drives the browser");
    }
    ready
}

/// A demo folder with a system at a practice.
struct Folder {
    folder: tempfile::TempDir,
    data: PathBuf,
}

impl Folder {
    fn filled() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let filled = Command::new(env!("CARGO_BIN_EXE_chesil"))
            .args(["demo", "--fill-only", "--people", &PEOPLE.to_string(), "--data"])
            .arg(&data)
            .env_remove("CHESIL_DATABASE")
            .output()
            .unwrap();
        assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
        std::fs::write(folder.path().join("token"), TOKEN).unwrap();
        let machines = format!(
            "[[machine]]\nname = \"gp-system\"\ntoken-file = \"{}\"\nrole = \"reader\"\norganisation = \"DEMO-GP01\"\nlaunches = true\n",
            folder.path().join("token").display()
        );
        std::fs::write(folder.path().join("machines.toml"), machines).unwrap();
        std::fs::write(folder.path().join("key"), "0a".repeat(32)).unwrap();
        Self { folder, data }
    }

    fn open(&self) -> Care {
        let place = Place::Lite(self.data.join("record.db"));
        let opening = opening(place, &self.data, [7; 32]);
        Care::open(care::Opening {
            now: now(),
            chain: i64::from(std::process::id()) << 20,
            ..opening
        })
        .unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

/// A child at the demo practice, of so many years and days.
struct Child {
    local: &'static str,
    given: &'static str,
    years: i16,
    days: i32,
    /// How many days ago a parent's acting was recorded; none when it never was.
    acting_since: Option<i64>,
}

const CHILDREN: [Child; 3] = [
    Child {
        local: "shows-rosa",
        given: "Rosa",
        years: 11,
        days: 200,
        acting_since: None,
    },
    Child {
        local: "shows-wren",
        given: "Wren",
        years: 11,
        days: 20,
        acting_since: Some(90),
    },
    Child {
        local: "shows-jory",
        given: "Jory",
        years: 16,
        days: 20,
        acting_since: Some(90),
    },
];

impl Child {
    fn born(&self) -> Date {
        let today = now().uk_date();
        let (year, month, day) = Date(today.0 - self.days).ymd();
        // The last of February is everybody's 28th.
        Date::new(year - self.years, month, day.min(28)).unwrap()
    }

    fn number(n: u64) -> NhsNumber {
        (999_123_400 + n * 20..).find_map(NhsNumber::with_prefix).unwrap()
    }

    /// What the practice sends of them, one thing a line.
    fn sent(&self, number: NhsNumber) -> String {
        let patient = json!({
            "resourceType": "Patient", "id": self.local, "gender": "female",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": number.digits()}],
            "name": [{"family": "Tarrant", "given": [self.given]}], "birthDate": self.born().iso(),
            "generalPractitioner": [{"identifier": {
                "system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "DEMO-GP01"}}],
        });
        let clinical = |system: &str| json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": "active"}]});
        let snomed = |code: &str, words: &str| json!({"coding": [{"system": "http://snomed.info/sct", "code": code, "display": words}]});
        let allergy = json!({
            "resourceType": "AllergyIntolerance", "id": format!("{}-a", self.local),
            "clinicalStatus": clinical("allergyintolerance-clinical"), "code": snomed("91935009", "Allergy to peanut"),
            "patient": {"reference": format!("Patient/{}", self.local)},
        });
        let contraception = json!({
            "resourceType": "Condition", "id": format!("{}-c", self.local),
            "clinicalStatus": clinical("condition-clinical"), "code": snomed("169553002", "Insertion of subcutaneous contraceptive"),
            "subject": {"reference": format!("Patient/{}", self.local)}, "onsetDateTime": "2026-05-05",
        });
        format!("{patient}\n{allergy}\n{contraception}\n")
    }
}

/// Children, one line each; a parent who acts for some of them since they were younger. Answers what a story needs.
fn given_children(folder: &Folder) -> Value {
    let care = folder.open();
    let feed = std::sync::Arc::new(dorset().feed("gp01-fhir").unwrap().clone());
    let source = care.source(&feed).unwrap();
    let gp = actor("gp");
    let mut told = serde_json::Map::new();
    for (child, n) in CHILDREN.iter().zip(1..) {
        let number = Child::number(n);
        let sent = child.sent(number);
        care.take(&app::cut(&feed, sent.as_bytes()), &source, now()).unwrap();
        let record = RecordId::of(care.id_key(), &OrgCode::parse("DEMO-GP01").unwrap(), child.local);
        let person = PersonId::minted_with(record);
        if let Some(days) = child.acting_since {
            let parent = Wanted {
                holder: "carer",
                basis: Basis::Parent,
                words: "birth certificate, and her passport",
                competence: "cannot decide this alone yet",
            };
            proxies::authorise(&care, &gp, person, &parent, Instant(now().0 - days * DAY)).unwrap();
        }
        told.insert(
            child.given.to_lowercase(),
            json!({"number": number.digits(), "path": format!("/people/{person}")}),
        );
    }
    Value::Object(told)
}

fn walk(script: &str, arguments: &[&str]) {
    let walked = Command::new("node")
        .arg(root().join("tests/pages").join(script))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        walked.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&walked.stdout),
        String::from_utf8_lossy(&walked.stderr)
    );
}

#[test]
fn each_show_in_a_browser_by_the_person_concerned_with_scripts_off() {
    if !can_be_driven() {
        return;
    }
    let folder = Folder::filled();
    let children = given_children(&folder);
    let plan = synthetic::Plan {
        people: PEOPLE,
        seed: 1,
        as_of: now().uk_date(),
    };
    let cast: Vec<Value> = synthetic::truth(plan)
        .map(|one| {
            let (year, month, day) = one.born.ymd();
            json!({
                "given": one.given, "family": one.family, "number": one.nhs_number.digits(),
                "asked": format!("{day} {month} {year} {}", one.family.get(..3).unwrap_or("")),
                "postcode": one.postcode, "died": one.died.is_some(), "practice": one.practice,
                "senders": one.records.iter().map(|record| record.sender.clone()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let told = json!({
        "chesil": env!("CARGO_BIN_EXE_chesil"), "data": folder.data, "folder": folder.folder.path(),
        "machines": folder.path("machines.toml"), "token": TOKEN, "key": folder.path("key"),
        "people": cast, "children": children,
        "pictures": std::env::var("CHESIL_PICTURES").unwrap_or_else(|_| folder.path("pictures")),
    });
    std::fs::write(folder.path("plan.json"), told.to_string()).unwrap();
    walk("shows.mjs", &[&folder.path("plan.json")]);
}
