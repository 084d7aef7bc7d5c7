//! Pairs of stores that differ only in what some may not see.

use crate::asking::{About, Reader, Served};
use crate::store;
use care::access::acts::{self, What};
use care::access::{self, Act, DEMO_USERS, EntryFacts, Sensitivity, Show};
use care::db::Place;
use care::person::decision;
use care::person::sent::{self, Whose};
use care::{Care, Opening, Stamp};
use record::{ItemId, OrgCode, PersonId, RecordId};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use synthetic::TruePerson;

/// Stands in everything that is hidden, and may stand in no answer.
pub const WORDS: &str = "Zwischenzeit";
const PEOPLE: u32 = 4;
const SENDER: &str = "DEMO-GP01";
const FEED: &str = "gp01-fhir";

/// How something is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Sealed and locked by the person.
    Locked,
    /// By rule: it is about safeguarding.
    Safeguarding,
    /// A professional hid it from the person and those who act for them.
    HiddenAtHome,
    /// The person objects to sharing with everybody.
    Objection,
    /// They are restricted: where they live and how to reach them.
    Whereabouts,
    /// Another identity, that the law keeps apart.
    Barred,
    /// Whoever acts for them may not see it without their yes.
    KeptFromProxies,
}

/// One case of many, made of its seed.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub how: How,
    /// The kind of what is hidden, which code it has, how many there are, and whether the other store has others instead.
    kind: usize,
    code: usize,
    count: u64,
    others_instead: bool,
    seed: u64,
}

impl Case {
    pub fn of_seed(seed: u64) -> Self {
        const HOWS: [How; 7] = [
            How::Locked,
            How::Safeguarding,
            How::HiddenAtHome,
            How::Objection,
            How::Whereabouts,
            How::Barred,
            How::KeptFromProxies,
        ];
        let draw = blake3::hash(&seed.to_le_bytes());
        let [kind, code, count, others, ..] = *draw.as_bytes();
        Self {
            how: HOWS[(seed % HOWS.len() as u64) as usize],
            kind: usize::from(kind) % KINDS.len(),
            code: usize::from(code) % CODES.len(),
            count: u64::from(count) % 3 + 1,
            others_instead: others % 2 == 0,
            seed,
        }
    }
}

const KINDS: [&str; 4] = ["Condition", "AllergyIntolerance", "Observation", "Procedure"];
/// Some stand in her record already, told by others: a hidden one must not be folded into them, nor counted.
const CODES: [(&str, &str); 4] = [
    ("44054006", "Type 2 diabetes"),
    ("38341003", "Hypertension"),
    ("91936005", "Allergy to penicillin"),
    ("716186003", "No known allergy"),
];

/// A store of a few invented people, to be copied.
pub struct Base {
    folder: tempfile::TempDir,
}

/// Two stores, and what of them is asked.
pub struct Pair {
    pub case: Case,
    pub left: Served,
    pub right: Served,
    pub about: About,
    person: PersonId,
    _folders: [tempfile::TempDir; 2],
}

fn margaret() -> TruePerson {
    synthetic::truth(store::plan(PEOPLE)).next().unwrap()
}

fn local() -> String {
    let person = margaret();
    let record = person.records.iter().find(|record| record.sender == SENDER).unwrap();
    record.local_id.clone()
}

fn item(care: &Care, kind: &str, id: &str) -> ItemId {
    ItemId::of(care.id_key(), &OrgCode::parse(SENDER).unwrap(), kind, id)
}

/// What this process has open in a folder.
fn open_in(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.canonicalize().unwrap();
    let open = std::fs::read_dir("/proc/self/fd").expect("Linux says what is open");
    open.filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
        .filter(|file| file.starts_with(&folder))
        .collect()
}

impl Base {
    pub fn filled() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let care = store::filled(folder.path(), PEOPLE);
        access::bind_demo_users(&care, margaret().nhs_number, store::now()).unwrap();
        // All of it is in the files before they are copied.
        care.audit().record(Vec::new()).unwrap();
        drop(care);
        // Threads that are ending still close what they have open. A log may be left when two close at one moment, each
        // taking the other for still there; it is copied with the rest.
        for _ in 0..1_000 {
            if open_in(folder.path()).is_empty() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(open_in(folder.path()), Vec::<PathBuf>::new(), "files are still open");
        Self { folder }
    }

    fn copy(&self, folder: &Path) -> Arc<Care> {
        for entry in std::fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap) {
            std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        let opening = Opening {
            place: Place::Lite(folder.join("record.db")),
            audit_place: Place::Lite(folder.join("audit.db")),
            system: store::dorset(),
            stamp: Some(Stamp::Demo),
            readers: 2,
            now: store::now(),
            fresh_key: [7; 32],
            chain: 2,
        };
        Arc::new(Care::open(opening).unwrap())
    }

    pub fn pair(&self, case: Case) -> Pair {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [left, right] = [self.copy(folders[0].path()), self.copy(folders[1].path())];
        let person = person_of(&left);
        let [left_place, right_place] = [0, 1].map(|n: usize| Place::Lite(folders[n].path().join("record.db")));
        let mut hidden = fill((&left, &left_place), person, case, true);
        hidden.extend(fill((&right, &right_place), person, case, false));
        hidden.sort();
        hidden.dedup();
        let mut about = About::of(&left, &margaret());
        about.hidden = hidden;
        CODES[case.code].0.clone_into(&mut about.code);
        if case.how == How::Barred {
            // The other identity may be found by its own traits, as anybody may.
            about.traits.clear();
        }
        Pair {
            case,
            left: Served::over(left),
            right: Served::over(right),
            about,
            person,
            _folders: folders,
        }
    }
}

fn person_of(care: &Care) -> PersonId {
    let patient = ItemId::parse(&item(care, "Patient", &local()).to_string()).unwrap();
    match sent::whose(care, patient).unwrap() {
        Some(Whose::Person(person)) => person,
        other => panic!("{other:?}"),
    }
}

impl About {
    /// Asks about somebody, whose practice is the sender of what is hidden.
    pub fn of(care: &Care, truth: &TruePerson) -> Self {
        let (year, month, day) = truth.born.ymd();
        Self {
            person: person_of(care).to_string(),
            record: item(care, "Patient", &local()).to_string(),
            number: truth.nhs_number.digits(),
            traits: vec![
                format!("{day} {month} {year} {}", truth.family.get(..3).unwrap().to_lowercase()),
                "DT1 9ZZ loveless".to_owned(),
            ],
            hidden: Vec::new(),
            code: CODES[0].0.to_owned(),
        }
    }
}

/// Puts what is hidden into a store, or, in the other one, nothing or something else; answers the kinds and ids.
fn fill((care, place): (&Care, &Place), person: PersonId, case: Case, is_left: bool) -> Vec<(String, String)> {
    let steward = DEMO_USERS.iter().find(|user| user.user == "steward").unwrap().actor();
    let keep = |what: What| {
        acts::keep(care, &steward, person, what, "", "she asked", (store::now(), None))
            .map(drop)
            .unwrap()
    };
    if case.how == How::Objection {
        keep(What::Objection);
    }
    match case.how {
        How::Whereabouts => {
            send(care, &restricted(case, is_left));
            return Vec::new();
        }
        How::Barred => {
            if is_left {
                barred(care, place, case);
            }
            return Vec::new();
        }
        _ => {}
    }
    let count = match (is_left, case.others_instead) {
        (true, _) => case.count,
        (false, true) => 1,
        (false, false) => 0,
    };
    let mut hidden = Vec::new();
    for n in 0..count {
        let kind = match case.how {
            How::Safeguarding => "Condition",
            _ => KINDS[(case.kind + n as usize) % KINDS.len()],
        };
        let id = format!("unseen-{}-{n}{}", case.seed, if is_left { "" } else { "-other" });
        let key = item(care, kind, &id);
        // Decided before it comes, so that no answer between the two could tell.
        match case.how {
            How::Locked => keep(What::Sensitivity {
                item: key.key(),
                sensitivity: Sensitivity::Locked,
            }),
            How::HiddenAtHome => keep(What::Show {
                item: key.key(),
                show: Show::Neither,
            }),
            How::KeptFromProxies => keep(What::Show {
                item: key.key(),
                show: Show::Person,
            }),
            How::Safeguarding | How::Objection | How::Whereabouts | How::Barred => {}
        }
        send(care, &resource(case, kind, &id, n));
        hidden.push((kind.to_owned(), key.to_string()));
    }
    hidden
}

fn send(care: &Care, body: &str) {
    store::send(care, FEED, body.as_bytes(), store::now());
}

fn resource(case: Case, kind: &str, id: &str, n: u64) -> String {
    let (code, display) = match case.how {
        How::Safeguarding => ("T74.1", "Physical abuse"),
        _ => CODES[(case.code + n as usize) % CODES.len()],
    };
    let system = match case.how {
        How::Safeguarding => "http://hl7.org/fhir/sid/icd-10",
        _ => "http://snomed.info/sct",
    };
    let date = format!("20{:02}-0{}-11", 10 + case.seed % 16, 1 + n);
    let subject = format!(r#"{{"reference":"Patient/{}"}}"#, local());
    let more = match kind {
        "Condition" => format!(
            r#""clinicalStatus":{{"coding":[{{"code":"active"}}]}},"subject":{subject},"onsetDateTime":"{date}""#
        ),
        "AllergyIntolerance" => {
            format!(
                r#""clinicalStatus":{{"coding":[{{"code":"active"}}]}},"patient":{subject},"recordedDate":"{date}""#
            )
        }
        "Observation" => format!(
            r#""status":"final","subject":{subject},"effectiveDateTime":"{date}","valueQuantity":{{"value":{n}.5,"unit":"mmol/L"}}"#
        ),
        _ => format!(r#""status":"completed","subject":{subject},"performedDateTime":"{date}""#),
    };
    format!(
        r#"{{"resourceType":"{kind}","id":"{id}","meta":{{"lastUpdated":"2026-10-01T09:00:00Z"}},"code":{{"coding":[{{"system":"{system}","code":"{code}","display":"{display} {WORDS}"}}],"text":"{display} {WORDS}"}},"note":[{{"text":"{WORDS}"}}],{more}}}"#
    )
}

/// Margaret as her practice tells of her, marked restricted; the two stores differ in where she lives.
fn restricted(case: Case, is_left: bool) -> String {
    let truth = margaret();
    let (line, postcode, phone) = match is_left {
        true => (format!("{} {WORDS} Lane", case.seed + 1), "DT1 9ZZ", "01632 960123"),
        false => ("The Old Rectory".to_owned(), "BH9 9ZZ", "07700 900456"),
    };
    format!(
        r#"{{"resourceType":"Patient","id":"{}","meta":{{"lastUpdated":"2026-10-30T09:00:00Z","security":[{{"code":"R"}}]}},"identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{}"}}],"name":[{{"family":"{}","given":["{}"]}}],"birthDate":"{}","gender":"female","address":[{{"line":["{line}"],"postalCode":"{postcode}"}}],"telecom":[{{"system":"phone","value":"{phone}"}}]}}"#,
        local(),
        truth.nhs_number.digits(),
        truth.family,
        truth.given,
        truth.born.iso()
    )
}

/// Another record so like Margaret's that it would be said to be perhaps the same, and the law keeps it apart.
fn barred(care: &Care, place: &Place, case: Case) {
    let truth = margaret();
    let id = format!("barred-{}", case.seed);
    let key = care.id_key();
    let sender = OrgCode::parse(SENDER).unwrap();
    let (old, new) = (RecordId::of(key, &sender, &local()), RecordId::of(key, &sender, &id));
    let body = format!(
        r#"{{"resourceType":"Patient","id":"{id}","name":[{{"family":"{}","given":["{}"]}}],"birthDate":"{}","gender":"female","contact":[{{"name":{{"text":"{WORDS}"}}}}]}}"#,
        truth.family,
        truth.given,
        truth.born.iso()
    );
    send(care, &body);
    let mut conn = place.connect(false).unwrap();
    let mut number = |id: RecordId| {
        let sql = "SELECT record_no FROM record WHERE record_id = ?1";
        conn.first(sql, &[id.as_bytes().as_slice().into()], |row| row.int(0))
            .unwrap()
            .unwrap()
    };
    let kind = decision::Kind::Barred(number(old), number(new));
    conn.begin(None).unwrap();
    decision::decide(&mut conn, kind, "steward", "adopted", store::now()).unwrap();
    conn.commit().unwrap();
}

impl Pair {
    /// Whether what is hidden is hidden from a reader: policy is asked about it in either store.
    pub fn is_hidden_from(&self, reader: &Reader) -> bool {
        let own = reader
            .actor
            .works_for
            .as_ref()
            .is_some_and(|code| code.as_str() == SENDER);
        let (sensitivity, show) = match self.case.how {
            How::Whereabouts => return true,
            How::Barred => {
                // Stewards and engineers look at identities as such.
                return !["steward", "engineer"].contains(&reader.name.as_str());
            }
            How::Locked => (Sensitivity::Locked, Show::PersonAndProxies),
            How::Safeguarding => (Sensitivity::Safeguarding, Show::Neither),
            How::HiddenAtHome => (Sensitivity::Ordinary, Show::Neither),
            How::KeptFromProxies => (Sensitivity::Ordinary, Show::Person),
            How::Objection => (Sensitivity::Ordinary, Show::PersonAndProxies),
        };
        let entry = EntryFacts {
            sensitivity,
            show,
            own,
            gp: true,
        };
        // Both are asked, since being asked leaves a row that some pages show.
        let hidden = |care: &Care| match access::person(care, &reader.actor, self.person, Act::ReadRecord, store::now())
        {
            Ok(grant) => !grant.covers(entry),
            Err(_) => true,
        };
        let [left, right] = [hidden(&self.left.care), hidden(&self.right.care)];
        assert_eq!(left, right, "{}", reader.name);
        left
    }

    /// Whether the record as such opens to a reader.
    pub fn opens_to(&self, reader: &Reader) -> bool {
        let opens =
            |care: &Care| access::person(care, &reader.actor, self.person, Act::ReadRecord, store::now()).is_ok();
        let [left, right] = [opens(&self.left.care), opens(&self.right.care)];
        left && right
    }
}
