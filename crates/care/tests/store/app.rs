//! A care system's store under test, driven in the words of the domain.

use crate::postgres;
use care::access::{self, Act, Actor, DEMO_USERS, JobGrant, PersonGrant};
use care::db::{Conn, Param, Place};
use care::intake::{Filed, Outcome};
use care::person::{self, Found, PersonRecord, Query, decision};
use care::{Care, Opening, Stamp, rebuild};
use exchange::{Format, Piece, fhir, hl7, table};
use record::system::{Feed, FeedFormat, System};
use record::{Instant, NhsNumber, OrgCode, PersonId, RecordId};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

/// When tests begin: 1 November 2026, noon.
pub const NOW: Instant = Instant(1_793_534_400_000_000);

/// No two openings share an audit chain.
static CHAINS: AtomicI64 = AtomicI64::new(1);

/// One store, on one of the databases.
pub struct App {
    pub care: Care,
    pub place: Place,
    clock: Cell<i64>,
    // Held for as long as the store lives.
    pub folder: tempfile::TempDir,
}

/// Runs a test on SQLite, then on PostgreSQL.
pub fn on_both(test: impl Fn(&App)) {
    for app in both() {
        eprintln!("on {}", app.name());
        test(&app);
    }
}

/// A store on each database, that on PostgreSQL only when it is installed.
pub fn both() -> impl Iterator<Item = App> {
    let pg = || postgres::fresh_database().map(|url| App::at(Place::Pg(url)));
    std::iter::once_with(|| Some(App::lite()))
        .chain(std::iter::once_with(pg))
        .flatten()
}

/// Dorset, from its folder.
pub fn dorset() -> Arc<System> {
    static DORSET: OnceLock<Arc<System>> = OnceLock::new();
    let load = || {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset");
        let mut files = Vec::new();
        for folder in [root.clone(), root.join("feeds")] {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "toml") {
                    let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                    files.push((name, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        Arc::new(System::load(&files).unwrap())
    };
    Arc::clone(DORSET.get_or_init(load))
}

/// A FHIR feed of this sender whose NHS numbers count as verified, or not.
pub fn feed(sender: &str, verified: bool) -> Arc<Feed> {
    let sender = OrgCode::parse(sender).unwrap();
    let name = format!("{}-{}", sender.as_str().to_lowercase(), verified);
    Arc::new(Feed {
        nhs_number_verified: verified,
        ..Feed::named(&name, sender)
    })
}

/// Cuts what a feed sends.
pub fn cut(feed: &Feed, bytes: &[u8]) -> Vec<Piece<'static>> {
    let whole = |piece: Piece<'_>| Piece {
        body: piece.body.into_owned().into(),
        place: piece.place,
        format: piece.format,
        context: piece.context,
    };
    match feed.format {
        FeedFormat::Table => table::split(bytes, feed).unwrap(),
        _ if bytes.starts_with(b"MSH") => hl7::split(bytes).into_iter().map(whole).collect(),
        _ if bytes.starts_with(b"{\"resourceType\":\"Bundle\"") => {
            fhir::split(bytes).unwrap().into_iter().map(whole).collect()
        }
        _ => bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .enumerate()
            .map(|(n, line)| Piece {
                place: format!("line {}", n + 1),
                format: Format::Fhir,
                body: line.to_vec().into(),
                context: String::new(),
            })
            .collect(),
    }
}

pub fn opening(place: Place, folder: &std::path::Path, fresh_key: [u8; 32]) -> Opening {
    let audit_place = match &place {
        Place::Lite(_) => Place::Lite(folder.join("audit.db")),
        Place::Pg(url) => Place::Pg(url.clone()),
    };
    Opening {
        place,
        audit_place,
        system: dorset(),
        stamp: Some(Stamp::Demo),
        readers: 2,
        now: NOW,
        fresh_key,
        chain: CHAINS.fetch_add(1, Ordering::Relaxed),
    }
}

impl App {
    pub fn lite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Lite(folder.path().join("record.db"));
        Self::open(place, folder)
    }

    pub fn at(place: Place) -> Self {
        Self::open(place, tempfile::tempdir().unwrap())
    }

    /// The store that is at a place already, with its folder.
    pub fn over(place: Place, folder: tempfile::TempDir) -> Self {
        Self::open(place, folder)
    }

    fn open(place: Place, folder: tempfile::TempDir) -> Self {
        let care = Care::open(opening(place.clone(), folder.path(), [7; 32])).unwrap();
        Self {
            care,
            place,
            clock: Cell::new(NOW.0),
            folder,
        }
    }

    /// Another empty place on the same kind of database.
    pub fn another_place(&self, name: &str) -> Place {
        match &self.place {
            Place::Lite(_) => Place::Lite(self.folder.path().join(format!("{name}.db"))),
            Place::Pg(_) => Place::Pg(postgres::fresh_database().unwrap()),
        }
    }

    pub fn name(&self) -> &'static str {
        match self.place {
            Place::Lite(_) => "SQLite",
            Place::Pg(_) => "PostgreSQL",
        }
    }

    /// The next second.
    pub fn now(&self) -> Instant {
        self.clock.set(self.clock.get() + 1_000_000);
        Instant(self.clock.get())
    }

    /// A sender sends; each piece is taken as by someone who waits.
    pub fn send(&self, feed: &Arc<Feed>, bytes: impl AsRef<[u8]>) -> Vec<Filed> {
        let source = self.care.source(feed).unwrap();
        let pieces = cut(feed, bytes.as_ref());
        self.care.take(&pieces, &source, self.now()).unwrap()
    }

    /// Sends one thing; answers what became of it.
    pub fn one(&self, feed: &Arc<Feed>, bytes: impl AsRef<[u8]>) -> Outcome {
        let mut filed = self.send(feed, bytes);
        assert_eq!(filed.len(), 1);
        filed.remove(0).outcome
    }

    /// A sender sends a message of one of the system's own feeds.
    pub fn send_by(&self, name: &str, bytes: impl AsRef<[u8]>) -> Vec<Filed> {
        self.send(&Arc::new(dorset().feed(name).unwrap().clone()), bytes)
    }

    /// The id of a sender's record, which is the id of a person minted with it.
    pub fn record(&self, sender: &str, local: &str) -> RecordId {
        RecordId::of(self.care.id_key(), &OrgCode::parse(sender).unwrap(), local)
    }

    /// Whose a sender's record is now.
    pub fn person_of(&self, sender: &str, local: &str) -> PersonId {
        self.grant(sender, local).person()
    }

    pub fn grant(&self, sender: &str, local: &str) -> PersonGrant {
        self.grant_for("nurse", sender, local, Act::ReadRecord)
    }

    /// Leave for a user to do something with the person whose a sender's record is.
    pub fn grant_for(&self, user: &str, sender: &str, local: &str, act: Act) -> PersonGrant {
        let id = PersonId::minted_with(self.record(sender, local));
        access::person(&self.care, &actor(user), id, act, self.now()).unwrap()
    }

    /// Reads the person whose a sender's record is.
    pub fn read(&self, sender: &str, local: &str) -> PersonRecord {
        person::read(&self.care, &self.grant(sender, local)).unwrap()
    }

    /// Who may be the same as the person whose a sender's record is.
    pub fn perhaps(&self, sender: &str, local: &str) -> Vec<PersonId> {
        self.read(sender, local)
            .may_be_same
            .iter()
            .map(|perhaps| perhaps.person)
            .collect()
    }

    /// Whether two records are one person.
    pub fn same(&self, a: (&str, &str), b: (&str, &str)) -> bool {
        self.person_of(a.0, a.1) == self.person_of(b.0, b.1)
    }

    /// Looks for people with what was typed.
    pub fn find(&self, typed: &str) -> Vec<Found> {
        let grant = access::list(&self.care, &actor("nurse"), Act::Search, "test", self.now()).unwrap();
        let query = Query::of_text(typed).unwrap();
        person::find(&self.care, &grant, &query).unwrap().0
    }

    /// The number that the store gave a record.
    pub fn record_no(&self, sender: &str, local: &str) -> i64 {
        let id = self.record(sender, local);
        let sql = "SELECT record_no FROM record WHERE record_id = ?1";
        self.ask(sql, &[id.as_bytes().as_slice().into()]).unwrap()
    }

    /// A steward decides.
    pub fn decide(&self, kind: decision::Kind) -> i64 {
        let now = self.now();
        self.write(|conn| decision::decide(conn, kind, "steward", "a test", now))
    }

    /// A steward undoes a decision.
    pub fn undo(&self, number: i64) -> bool {
        let now = self.now();
        self.write(|conn| decision::undo(conn, number, "steward", "a test", now))
    }

    /// Runs a write on a connection of the test's own, as another process would.
    pub fn write<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T, care::db::DbError>) -> T {
        let mut conn = self.place.connect(false).unwrap();
        conn.begin(Some(7_002)).unwrap();
        let answer = work(&mut conn).unwrap();
        conn.commit().unwrap();
        answer
    }

    /// One number out of the store.
    pub fn ask(&self, sql: &str, params: &[Param<'_>]) -> Option<i64> {
        let mut conn = self.place.connect(true).unwrap();
        conn.first(sql, params, |row| row.opt_int(0)).unwrap().flatten()
    }

    pub fn count(&self, table: &str) -> i64 {
        self.ask(&format!("SELECT COUNT(*) FROM {table}"), &[]).unwrap()
    }

    /// Every derived row, by table, sorted.
    pub fn state(&self) -> State {
        state_of(&self.care)
    }
}

pub type State = BTreeMap<&'static str, Vec<String>>;

pub fn state_of(care: &Care) -> State {
    let mut state = State::new();
    let grant = JobGrant::for_job("test");
    rebuild::rows(care, &grant, &mut |table, row| {
        state.entry(table).or_default().push(row)
    })
    .unwrap();
    state.values_mut().for_each(|rows| rows.sort_unstable());
    state
}

/// Asserts that two states are the same, showing the first rows that are not. What arrival alone decides (which
/// record a person's id comes from) is left out when `ids` is false.
pub fn assert_same_state(left: &State, right: &State, ids: bool, why: &str) {
    let tables: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
    for table in tables {
        if !ids && *table == "person_id" {
            continue;
        }
        let empty = Vec::new();
        let (a, b) = (left.get(table).unwrap_or(&empty), right.get(table).unwrap_or(&empty));
        if a != b {
            let only = |a: &[String], b: &[String]| {
                let rows = a.iter().filter(|row| b.binary_search(row).is_err());
                rows.take(3).cloned().collect::<Vec<_>>().join("\n  ")
            };
            panic!(
                "{why}: {table} differs, {} rows against {}\nonly left:\n  {}\nonly right:\n  {}",
                a.len(),
                b.len(),
                only(a, b),
                only(b, a)
            );
        }
    }
}

pub fn actor(user: &str) -> Actor {
    DEMO_USERS.iter().find(|demo| demo.user == user).unwrap().actor()
}

/// An NHS number from the test range.
pub fn number(n: u64) -> NhsNumber {
    (0..)
        .find_map(|more| NhsNumber::with_prefix(999_000_000 + n * 20 + more))
        .unwrap()
}
