//! A server killed with no warning in the midst of HL7 traffic over MLLP and of an import into the folder that it
//! owns. The senders keep a ledger of what was acknowledged and never send that again: at the end the store must
//! hold all of it, once, as one does whose server was never killed.

use super::{KILLS_A_STORE, Ledger, PEOPLE, Sent, Store, app, next, rounds};
use app::{State, assert_same_state, state_of};
use record::Date;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// How long anything may take before the test gives up on it.
const PATIENCE: Duration = Duration::from_secs(120);

/// One sender of messages: it sends them in order, each only once the one before was answered, and notes each answer.
struct Line {
    feed: String,
    port: u16,
    messages: Vec<Vec<u8>>,
    /// The ledger: the code that each message was answered with. What stands here is never sent again.
    answered: Mutex<Vec<String>>,
    /// Messages that were sent and not answered, because the server went away.
    unanswered: AtomicUsize,
}

impl Line {
    /// Sends until all is answered or told to stop. A server that is gone is tried again, as senders do.
    fn run(&self, stop: &AtomicBool) {
        while !stop.load(SeqCst) && self.count() < self.messages.len() {
            let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) else {
                std::thread::sleep(Duration::from_millis(2));
                continue;
            };
            let _ = stream.set_nodelay(true);
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut stream = BufReader::new(stream);
            while !stop.load(SeqCst) && self.count() < self.messages.len() {
                match self.send(&mut stream) {
                    Ok(true) => {}
                    Ok(false) => std::thread::sleep(Duration::from_millis(5)),
                    Err(_) => {
                        self.unanswered.fetch_add(1, SeqCst);
                        break;
                    }
                }
            }
        }
    }

    /// Sends the next message; whether it was answered for good. "Send it again later" is no such answer.
    fn send(&self, stream: &mut BufReader<TcpStream>) -> std::io::Result<bool> {
        let message = &self.messages[self.count()];
        let framed = [b"\x0b", &message[..], b"\x1c\r"].concat();
        stream.get_mut().write_all(&framed)?;
        let mut answer = Vec::new();
        if stream.read_until(0x1c, &mut answer)? == 0 || answer.pop() != Some(0x1c) {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        stream.read_exact(&mut [0; 1])?;
        let answer = String::from_utf8(answer).unwrap();
        let said = answer.split(['\r', '\n']).find(|segment| segment.starts_with("MSA|"));
        let mut said = said.expect("an answer has an MSA").split('|').skip(1);
        let (code, control) = (said.next().unwrap(), said.next().unwrap());
        assert_eq!(control, control_of(message), "{}: {answer}", self.feed);
        if answer.contains("Send it again later") {
            return Ok(false);
        }
        self.answered.lock().unwrap().push(code.to_owned());
        Ok(true)
    }

    fn count(&self) -> usize {
        self.answered.lock().unwrap().len()
    }
}

fn control_of(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    text.split('\r').next().unwrap().split('|').nth(9).unwrap().to_owned()
}

/// The messages that some invented people's hospital sends, a line a feed, and what is imported meanwhile.
fn traffic(ledger: Ledger) -> (Vec<Line>, Sent) {
    let plan = synthetic::Plan {
        people: PEOPLE,
        seed: 9,
        as_of: Date::new(2026, 11, 1).unwrap(),
    };
    let mut feeds: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for delivery in synthetic::deliveries(plan) {
        if !delivery.file_name.ends_with(".hl7") {
            continue;
        }
        let text = String::from_utf8(delivery.bytes).unwrap().replace('\n', "\r");
        let messages = feeds.entry(delivery.feed).or_default();
        for segment in text.split('\r').filter(|segment| !segment.is_empty()) {
            if segment.starts_with("MSH|") {
                messages.push(Vec::new());
            }
            let message = messages.last_mut().expect("a file begins with a message");
            message.extend_from_slice(segment.as_bytes());
            message.push(b'\r');
        }
    }
    let lines = feeds.into_iter().map(|(feed, messages)| Line {
        feed,
        port: TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port(),
        messages,
        answered: Mutex::default(),
        unanswered: AtomicUsize::new(0),
    });
    let all_fhir = ledger.feeds.into_iter().find(|sent| sent.feed.is_none()).unwrap();
    (lines.collect(), all_fhir)
}

/// A running server.
struct Server {
    child: Child,
    // What it prints is read no further than this; the end is kept, so that printing more does it no harm.
    _said: BufReader<std::process::ChildStdout>,
}

impl Store {
    /// Begins a server; it may still be starting up.
    fn begin_server(&self, lines: &[Line]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chesil"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(self.folder.path());
        for line in lines {
            command.args(["--mllp", &format!("127.0.0.1:{}={}", line.port, line.feed)]);
        }
        let told = std::fs::File::options()
            .append(true)
            .create(true)
            .open(self.folder.path().join("server.log"))
            .unwrap();
        command
            .stdout(Stdio::piped())
            .stderr(told)
            .env_remove("CHESIL_DATABASE");
        command.spawn().unwrap()
    }

    /// A server that is up. An import that outlived the last one may own the folder for a while.
    fn server(&self, lines: &[Line]) -> Server {
        let until = Instant::now() + PATIENCE;
        loop {
            let mut child = self.begin_server(lines);
            let mut said = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while said.read_line(&mut line).unwrap() > 0 {
                if line.starts_with("Chesil ") {
                    return Server { child, _said: said };
                }
                line.clear();
            }
            let status = child.wait().unwrap();
            let log = std::fs::read_to_string(self.folder.path().join("server.log")).unwrap();
            let last = log.lines().last().unwrap_or_default();
            assert!(last.contains("is in use by another"), "{status}: {last}");
            assert!(Instant::now() < until, "the folder stayed in use: {last}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// What many kills came to.
#[derive(Debug, Default)]
struct Toll {
    kills: usize,
    /// Of the servers killed: those with traffic still to come, and those in the midst of an import.
    with_traffic: usize,
    with_import: usize,
    /// Those killed before they had said that they were up.
    starting: usize,
    unanswered: usize,
    messages: usize,
}

/// Whether the import is through, seeing to it that one runs when it is not.
fn import_again(store: &Store, sent: &Sent, running: &mut Option<Child>) -> bool {
    let ended = running.as_mut().and_then(|child| child.try_wait().unwrap());
    match ended {
        Some(status) if matches!(status.code(), Some(0 | 3)) => return true,
        None if running.is_some() => return false,
        _ => {}
    }
    *running = Some(store.import(sent));
    false
}

/// One store's life: its server is killed `kills` times, then left to finish what its senders have. The first of the kills
/// comes at any moment of the import, by the time that one takes; that of a life without kills is noted in `sent`.
fn live(store: &Store, lines: &[Line], sent: &mut Sent, kills: usize, seed: &mut u64) -> Toll {
    let stop = AtomicBool::new(false);
    let whole: usize = lines.iter().map(|line| line.messages.len()).sum();
    let answered = || lines.iter().map(Line::count).sum::<usize>();
    let mut toll = Toll::default();
    let (mut running, mut imported) = (None, false);
    std::thread::scope(|scope| {
        for line in lines {
            scope.spawn(|| line.run(&stop));
        }
        for kill in 0..kills {
            if kill > 0 && next(seed).is_multiple_of(8) {
                let mut child = store.begin_server(lines);
                std::thread::sleep(Duration::from_micros(next(seed) % 300_000));
                child.kill().unwrap();
                child.wait().unwrap();
                toll.starting += 1;
                toll.kills += 1;
            }
            let mut server = store.server(lines);
            // At any moment of the traffic that is left: after so many answers, and a little more.
            let more = usize::try_from(next(seed)).unwrap_or(0) % (whole * 2 / (kills + 1)).max(1);
            let (enough, until) = (answered() + more, Instant::now() + Duration::from_secs(3));
            let took = u64::try_from(sent.took.as_micros()).unwrap();
            if kill == 0 {
                imported = import_again(store, sent, &mut running);
                std::thread::sleep(Duration::from_micros(took / 10 + next(seed) % (took / 2).max(1)));
            }
            while kill > 0 && answered() < enough.min(whole) && Instant::now() < until {
                imported = imported || import_again(store, sent, &mut running);
                std::thread::sleep(Duration::from_micros(300));
            }
            std::thread::sleep(Duration::from_micros(next(seed) % 3_000));
            server.child.kill().unwrap();
            server.child.wait().unwrap();
            imported = imported
                || running.as_mut().is_some_and(|child| {
                    child
                        .try_wait()
                        .unwrap()
                        .is_some_and(|status| matches!(status.code(), Some(0 | 3)))
                });
            toll.kills += 1;
            toll.with_traffic += usize::from(answered() < whole);
            toll.with_import += usize::from(!imported);
        }
        let mut server = store.server(lines);
        let (begun, until) = (Instant::now(), Instant::now() + PATIENCE);
        while answered() < whole || !imported {
            if !imported && import_again(store, sent, &mut running) {
                imported = true;
                if kills == 0 {
                    sent.took = begun.elapsed();
                }
            }
            if Instant::now() > until {
                stop.store(true, SeqCst);
                server.child.kill().unwrap();
                panic!("{} of {whole} answered, imported: {imported}", answered());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    });
    toll.unanswered = lines.iter().map(|line| line.unanswered.load(SeqCst)).sum();
    toll.messages = whole;
    toll
}

/// What a store holds once all that waited was weighed, and how many contributions it took.
fn held(store: &Store) -> (State, i64) {
    // Long after the lease of whoever was killed has ended.
    const LATER: record::Instant = record::Instant(4_000_000_000_000_000);
    let care = store.open();
    care::person::matching::drain(&care, 7, LATER, |_| true).unwrap();
    (state_of(&care), store.count("DISTINCT contribution_no"))
}

fn codes(lines: &[Line]) -> Vec<Vec<String>> {
    lines.iter().map(|line| line.answered.lock().unwrap().clone()).collect()
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_when_a_server_is_killed_in_the_midst_of_traffic() {
    let seed_given = std::env::var("CHESIL_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut seed: u64 = seed_given.unwrap_or(0x5eed_0002);
    let files = tempfile::tempdir().unwrap();
    let fresh = || traffic(Ledger::write(files.path()));
    let (lines, mut sent) = fresh();
    let store = Store::new(None);
    live(&store, &lines, &mut sent, 0, &mut seed);
    let took = sent.took;
    let (expected, contributions) = held(&store);
    let answers = codes(&lines);
    let taken = answers.iter().flatten().filter(|code| *code == "AA").count();
    assert!(taken > 500, "{taken} messages taken");

    let mut whole = Toll::default();
    // How quick the machine is decides how much is cut short: it goes on until that is enough to prove something.
    let proven = |toll: &Toll| toll.with_traffic * 2 > toll.kills && toll.with_import > 0 && toll.unanswered > 0;
    while whole.kills < rounds() || (!proven(&whole) && whole.kills < 5 * rounds()) {
        eprintln!("after {} kills, seed {seed}", whole.kills);
        let (lines, mut sent) = fresh();
        sent.took = took;
        let store = Store::new(None);
        let kills = KILLS_A_STORE.min(rounds().saturating_sub(whole.kills).max(2));
        let toll = live(&store, &lines, &mut sent, kills, &mut seed);
        let (state, kept) = held(&store);
        assert_same_state(&expected, &state, false, &format!("after {toll:?}"));
        assert_eq!(kept, contributions, "nothing is kept twice");
        assert_eq!(codes(&lines), answers, "and each message is answered as it was");
        whole.kills += toll.kills;
        whole.with_traffic += toll.with_traffic;
        whole.with_import += toll.with_import;
        whole.starting += toll.starting;
        whole.unanswered += toll.unanswered;
        whole.messages += toll.messages;
    }
    eprintln!(
        "{whole:?}; {} items, {} entries, {} in quarantine in each store",
        expected["item"].len(),
        expected["entry"].len(),
        expected.get("quarantine").map_or(0, Vec::len)
    );
    assert!(proven(&whole), "too little was cut short to prove anything: {whole:?}");
}
