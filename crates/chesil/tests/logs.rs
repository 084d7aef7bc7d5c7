//! No name, number, birth date, address or postcode of anyone stands in what a server prints, whatever is asked of
//! it, sent to it, or goes wrong in it, and however much it is told to say (SAFETY 12, STYLE 21). The real program
//! runs with everything logged; what everyone typed, sent and was told about is then looked for in its output.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says where it broke")]

#[path = "logs/browser.rs"]
mod browser;

use browser::{Browser, ask};
use record::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PEOPLE: u32 = 48;
const AS_OF: (i16, i8, i8) = (2026, 11, 1);
/// People of whom nothing is on file: they are only typed, sent, or stand in what cannot be read.
const STRANGER: (&str, &str, &str, &str) = ("Quenilda", "Thistlethwaite", "1931-07-09", "9990999990");

const GP_SYSTEM: &str = "the token of a system at a practice";

fn plan() -> synthetic::Plan {
    synthetic::Plan {
        people: PEOPLE,
        seed: 1,
        as_of: Date::new(AS_OF.0, AS_OF.1, AS_OF.2).unwrap(),
    }
}

/// What must not be printed: words, and texts that stand anywhere.
#[derive(Default)]
struct Personal {
    words: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Personal {
    /// Of everyone invented, from the truth about them and from what was sent of them.
    fn of_everyone() -> Self {
        let mut personal = Self::default();
        for person in synthetic::truth(plan()) {
            personal.name(&person.given);
            personal.name(&person.family);
            personal.number(&person.nhs_number.digits());
            personal.text(&person.postcode);
            personal.text(&person.postcode.replace(' ', ""));
            personal.date(person.born);
        }
        for delivery in synthetic::deliveries(plan()) {
            let text = String::from_utf8_lossy(&delivery.bytes).into_owned();
            for line in text.lines().filter(|line| line.starts_with('{')) {
                personal.gather(&serde_json::from_str(line).unwrap_or_default());
            }
        }
        personal.name(STRANGER.0);
        personal.name(STRANGER.1);
        personal.number(STRANGER.3);
        personal.date(Date::parse(STRANGER.2).unwrap());
        personal
    }

    /// Names and whereabouts of every Patient in what was sent.
    fn gather(&mut self, value: &Value) {
        match value {
            Value::Array(all) => all.iter().for_each(|one| self.gather(one)),
            Value::Object(members) => {
                if members.get("resourceType").is_some_and(|kind| kind == "Patient") {
                    self.patient(value);
                }
                members.values().for_each(|one| self.gather(one));
            }
            _ => {}
        }
    }

    fn patient(&mut self, patient: &Value) {
        let texts = |value: &Value| -> Vec<String> {
            let all = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            all.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        for name in patient["name"].as_array().into_iter().flatten() {
            for part in texts(&name["given"]).into_iter().chain(texts(&name["family"])) {
                self.name(&part);
            }
        }
        for address in patient["address"].as_array().into_iter().flatten() {
            texts(&address["line"]).iter().for_each(|line| self.text(line));
            texts(&address["postalCode"]).iter().for_each(|code| self.text(code));
        }
        for way in patient["telecom"].as_array().into_iter().flatten() {
            texts(&way["value"]).iter().for_each(|value| self.text(value));
        }
    }

    fn name(&mut self, name: &str) {
        let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| part.len() > 2);
        self.words.extend(parts.map(str::to_lowercase));
    }

    fn number(&mut self, digits: &str) {
        self.text(digits);
        self.text(&format!("{} {} {}", &digits[..3], &digits[3..6], &digits[6..]));
    }

    fn date(&mut self, born: Date) {
        let (year, month, day) = born.ymd();
        self.text(&born.iso());
        self.text(&born.words());
        self.text(&format!("{year}{month:02}{day:02}"));
        self.text(&format!("{day:02}/{month:02}/{year}"));
        self.text(&format!("{day} {month} {year}"));
    }

    fn text(&mut self, text: &str) {
        if text.trim().len() > 4 {
            self.texts.insert(text.trim().to_lowercase());
        }
    }

    /// What of it stands in a log, with the line it stands in.
    fn found_in(&self, log: &str) -> Vec<String> {
        let mut found = Vec::new();
        for line in log.lines() {
            let line = line.to_lowercase();
            let word = line
                .split(|c: char| !c.is_alphanumeric())
                .find(|word| self.words.contains(*word));
            let text = self.texts.iter().find(|text| line.contains(text.as_str()));
            if let Some(what) = word.or(text.map(String::as_str)) {
                found.push(format!("“{what}” in: {line}"));
            }
        }
        found
    }
}

/// A server that prints all it can into two files.
struct Server {
    child: Child,
    port: u16,
    mllp: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn chesil(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chesil"));
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"));
    command
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "1")
        .env_remove("CHESIL_DATABASE")
        .stderr(log.unwrap());
    command
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn serve(folder: &Path) -> Server {
    let (port, mllp) = (free_port(), free_port());
    let (token, machines) = (folder.join("token"), folder.join("machines.toml"));
    std::fs::write(&token, GP_SYSTEM).unwrap();
    let system = format!("[[machine]]\nname = \"gp\"\nrole = \"reader\"\nlaunches = true\ntoken-file = {token:?}\n");
    std::fs::write(&machines, system).unwrap();
    let mut child = chesil(folder)
        .arg("serve")
        .arg("--data")
        .arg(folder.join("data"))
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(["--mllp", &format!("127.0.0.1:{mllp}=rbd-adt")])
        .arg("--watch")
        .arg(folder.join("watched"))
        .arg("--machines")
        .arg(machines)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut printed = std::fs::File::create(folder.join("printed")).unwrap();
    let (up, is_up) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while said.read_line(&mut line).unwrap_or(0) > 0 {
            printed.write_all(line.as_bytes()).unwrap();
            if line.starts_with("Chesil ") {
                let _ = up.send(());
            }
            line.clear();
        }
    });
    is_up
        .recv_timeout(Duration::from_secs(60))
        .expect("the server comes up");
    Server { child, port, mllp }
}

/// Fills the folder by the program's own demo, which may print nothing of anyone either.
fn fill(folder: &Path) {
    let mut command = chesil(folder);
    command.args([
        "demo",
        "--fill-only",
        "--seed",
        "1",
        "--as-of",
        "2026-11-01",
        "--people",
    ]);
    command.arg(PEOPLE.to_string()).arg("--data").arg(folder.join("data"));
    let done = command
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert!(done.status.success());
    std::fs::write(folder.join("printed-by-demo"), done.stdout).unwrap();
}

/// A record, and where its pages lead.
fn read_all_of(nurse: &mut Browser, record: &str) {
    let page = nurse.open(record);
    assert!(
        page.status == 200 && page.text.contains("id=\"safety\""),
        "{}",
        page.text
    );
    for more in ["/summary", "/looked", "?years=all&page=2"] {
        assert_eq!(nurse.open(&format!("{record}{more}")).status, 200);
    }
    for entry in page.links(&format!("{record}/entries/")).iter().take(12) {
        let shown = nurse.open(entry);
        assert_eq!(shown.status, 200);
        for next in shown.links(&format!("{record}/")) {
            assert_eq!(nurse.open(&next).status, 200, "{next}");
        }
    }
}

/// What a nurse, a steward and those who may not do.
fn people_work(server: &Server) {
    let person = synthetic::truth(plan()).next().unwrap();
    let (mut nurse, status) = Browser::of(server.port, "nurse");
    assert_eq!(status, 303, "the nurse signs in");
    for (asked, found) in [
        (person.nhs_number.digits(), true),
        (format!("{} {}", person.born.iso(), &person.family[..3]), true),
        (format!("{} {}", person.postcode, person.family), true),
        (format!("{} {} {}", STRANGER.0, STRANGER.1, STRANGER.2), false),
        (person.family.clone(), false),
        ("31 2 1950 lov".to_owned(), false),
    ] {
        nurse.open("/people");
        let answer = nurse.send("/people", &[("asked", &asked)]);
        assert_eq!(answer.links("/people/").is_empty(), !found, "{asked}: {}", answer.text);
        for record in answer.links("/people/") {
            read_all_of(&mut nurse, &record);
        }
    }
    // What someone pastes into the address bar, and what they write in a form.
    nurse.open(&format!("/people/{}-{}", STRANGER.0, STRANGER.1));
    nurse.open(&format!("/people?asked={}%20{}", STRANGER.1, STRANGER.3));
    nurse.open("/wrong/new?about=/people");
    let said = format!("This is {} {}, not {}", STRANGER.0, STRANGER.1, person.given);
    nurse.send(
        "/wrong",
        &[
            ("kind", "person"),
            ("what", &said),
            ("said", &said),
            ("about", "/people"),
        ],
    );
    // Refused: nobody of this name, no token of ours, a role that may not.
    assert_eq!(
        Browser::of(server.port, &format!("{} {}", STRANGER.0, STRANGER.1)).1,
        403
    );
    let forged = format!("user={}&csrf={}", STRANGER.1, STRANGER.3);
    ask(
        server.port,
        "POST",
        "/sign-in",
        &[("content-type", "application/x-www-form-urlencoded")],
        forged.as_bytes(),
    );
    for other in ["social", "link", "engineer", "steward", "privacy"] {
        let (mut browser, _) = Browser::of(server.port, other);
        browser.open("/people");
        browser.send("/people", &[("asked", &person.nhs_number.digits())]);
        for item in browser
            .open("/feeds/quarantine")
            .links("/feeds/quarantine/")
            .into_iter()
            .take(6)
        {
            browser.open(&item);
            browser.send(&format!("{item}/retry"), &[]);
            let mended = format!("MSH|^~\\&|X\rPID|1||||{}^{}||{}", STRANGER.1, STRANGER.0, STRANGER.2);
            browser.send(&format!("{item}/mended"), &[("body", &mended)]);
            browser.send(&format!("{item}/discard"), &[("reason", &said)]);
        }
        browser.open("/wrong");
        browser.send("/wrong/1/owner", &[]);
        browser.send("/wrong/1/closure", &[("outcome", &said)]);
    }
}

/// What systems send and read by FHIR and HL7, well and badly.
fn systems_work(server: &Server) {
    let person = synthetic::truth(plan()).next().unwrap();
    let reader = ("authorization", "Bearer demo-reader");
    let json_type = ("content-type", "application/fhir+json");
    let form = ("content-type", "application/x-www-form-urlencoded");
    let get = |path: &str| ask(server.port, "GET", path, &[reader], b"").0;
    let search = format!("family={}&birthdate={}", person.family, person.born.iso());
    let found = ask(
        server.port,
        "POST",
        "/fhir/Patient/_search",
        &[reader, form],
        search.as_bytes(),
    )
    .0;
    assert!(
        found.status == 200 && found.text.contains(&person.family),
        "{}",
        found.text
    );
    let bundle: Value =
        serde_json::from_str(&found.text[found.text.find('{').unwrap()..=found.text.rfind('}').unwrap()])
            .expect("a bundle");
    let id = bundle["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    for path in ["", "/$everything", "/_history", "/$as-sent"] {
        get(&format!("/fhir/Patient/{id}{path}"));
    }
    get(&format!("/fhir/Observation?patient={id}"));
    assert_eq!(get(&format!("/fhir/Patient?family={}", STRANGER.1)).status, 400);
    get(&format!("/fhir/Patient/{}", STRANGER.1));
    get(&format!("/fhir/{}", STRANGER.1));
    let wrong = format!("Bearer {}-{}", STRANGER.0, STRANGER.1);
    assert_eq!(
        ask(server.port, "GET", "/fhir/Patient", &[("authorization", &wrong)], b"")
            .0
            .status,
        401
    );

    let sender = ("authorization", "Bearer demo-sender");
    let of = ("organisation-code", "R0D");
    let stranger = json!({"resourceType": "Patient", "birthDate": STRANGER.2,
        "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": STRANGER.3}],
        "name": [{"family": STRANGER.1, "given": [STRANGER.0]}]});
    let broken = stranger.to_string().replace("\"birthDate\":", "\"birthDate\"");
    let odd = stranger.to_string().replace(STRANGER.2, "1931-02-31");
    let mut bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": stranger, "request": {"method": "POST", "url": "Patient"}},
        {"resource": {"resourceType": "Observation", "status": "final", "code": {"text": STRANGER.1}},
         "request": {"method": "POST", "url": "Observation"}}]});
    let whole = bundle.to_string();
    bundle["type"] = json!(STRANGER.1);
    for (path, body) in [
        ("/fhir/Patient", stranger.to_string()),
        ("/fhir/Patient", broken.clone()),
        ("/fhir/Patient", odd),
        ("/fhir", whole),
        ("/fhir", bundle.to_string()),
        ("/fhir", broken),
    ] {
        ask(server.port, "POST", path, &[sender, of, json_type], body.as_bytes());
        ask(server.port, "POST", path, &[reader, json_type], body.as_bytes());
    }
    for message in messages() {
        let headers = [
            sender,
            ("organisation-code", "RBD"),
            ("source-domain", "adt"),
            ("content-type", "text/plain"),
        ];
        ask(server.port, "POST", "/$ingest", &headers, message.as_bytes());
        ask(server.port, "POST", "/$ingest", &[], message.as_bytes());
    }
}

/// Messages that are good, bad, and none at all.
fn messages() -> Vec<String> {
    let (given, family, born, number) = STRANGER;
    let born = born.replace('-', "");
    let head = "MSH|^~\\&|EPR|RBD|CHESIL|QVV|20261102085501||ADT^A01|L1|P|2.4";
    vec![
        format!(
            "{head}\rPID|1||L9^^^RBD^MR~{number}^^^NHS^NH||{family}^{given}||{born}|F\rPV1|1|I||||||||||||||||V9\r"
        ),
        format!("{head}\rPID|1||||{family}^{given}||19310231|F\r"),
        head.replace("A01", "A40") + &format!("\rPID|1||L9^^^RBD^MR||{family}^{given}||{born}|F\r"),
        format!("{family}|{given}|{number}"),
        format!("MSH|{family}^{given}"),
    ]
}

/// MLLP: frames, bytes outside of any, and a line that breaks off.
fn mllp(server: &Server) {
    for message in messages() {
        let mut stream = TcpStream::connect(("127.0.0.1", server.mllp)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let framed = format!("{} {}\x0b{message}\x1c\r", STRANGER.0, STRANGER.1);
        stream.write_all(framed.as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let count = stream.read(&mut answer).unwrap();
        assert!(String::from_utf8_lossy(&answer[..count]).contains("MSA|"));
        stream.write_all(format!("\x0b{message}").as_bytes()).unwrap();
    }
}

/// Files in the watched folder and an import handed to the server, under names that tell whose they are.
fn files(folder: &Path) {
    let name = format!("{}_{}_{}", STRANGER.1, STRANGER.0, STRANGER.3);
    let watched = folder.join("watched/gp01-fhir");
    std::fs::create_dir_all(&watched).unwrap();
    let imported = folder.join("sent").join(&name);
    std::fs::create_dir_all(&imported).unwrap();
    for (kind, bytes) in [
        (
            "json",
            format!(r#"{{"resourceType":"Patient","name":[{{"family":"{}"}}]"#, STRANGER.1).into_bytes(),
        ),
        ("gz", [&[0x1f, 0x8b][..], STRANGER.1.as_bytes()].concat()),
        ("zip", [b"PK\x03\x04", STRANGER.1.as_bytes()].concat()),
        ("hl7", messages().join("\r").into_bytes()),
    ] {
        std::fs::write(watched.join(format!("{name}.{kind}")), &bytes).unwrap();
        std::fs::write(imported.join(format!("{name}.{kind}")), &bytes).unwrap();
    }
    std::fs::create_dir_all(folder.join("watched").join(&name)).unwrap();
    let mut command = chesil(folder);
    command.args(["import", "--from", "DEMO-GP01", "--feed", "gp01-fhir", "--data"]);
    command.arg(folder.join("data")).arg(&imported);
    let done = command
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(done.status.code(), Some(3), "some of it is quarantined");
    std::fs::write(folder.join("printed-by-import"), done.stdout).unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while std::fs::read_dir(watched.join("taken")).map_or(0, Iterator::count) < 4 {
        assert!(Instant::now() < until, "the watched files are taken");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A GP system asks for links, rightly and wrongly, and somebody follows them; and for tokens with what shows nothing.
fn in_context(server: &Server) {
    let bearer = format!("Bearer {GP_SYSTEM}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let known = synthetic::truth(plan()).next().unwrap().nhs_number.digits();
    let mut links = Vec::new();
    for (user, number) in [
        ("nurse", known.as_str()),
        ("nurse", STRANGER.3),
        (STRANGER.1, STRANGER.1),
    ] {
        let asked = json!({"user": user, "role": "clinician", "organisation": "DEMO-UC01", "nhs-number": number});
        let answer = ask(server.port, "POST", "/launches", &headers, asked.to_string().as_bytes()).0;
        links.extend(answer.text.split("/opened/").nth(1).map(|rest| rest[..64].to_owned()));
    }
    assert!(!links.is_empty(), "a link was given");
    links.push(STRANGER.1.to_owned());
    let (mut nurse, _) = Browser::of(server.port, "nurse");
    for link in links {
        nurse.open(&format!("/opened/{link}"));
        nurse.open("/opened");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!(
        "grant_type={0}&client_assertion={0}&scope={0}&client_id={1}",
        STRANGER.0, STRANGER.3
    );
    for body in [body.clone(), body.replacen(STRANGER.0, "client_credentials", 1)] {
        assert_eq!(ask(server.port, "POST", "/token", &form, body.as_bytes()).0.status, 400);
    }
}

/// The store breaks under the server's feet: every answer fails from here on.
fn break_the_store(folder: &Path) {
    let mut conn = care::db::Place::Lite(folder.join("data/record.db"))
        .connect(false)
        .unwrap();
    for table in ["entry", "item", "identity", "quarantine"] {
        conn.batch(&format!("ALTER TABLE {table} RENAME TO {table}_gone"))
            .unwrap();
    }
}

#[test]
fn safety_12_no_name_number_date_or_address_stands_in_what_a_server_prints() {
    let personal = Personal::of_everyone();
    assert!(
        personal.words.len() > 50 && personal.texts.len() > 200,
        "there is something to look for"
    );
    let sample = format!("error: {} {} of {}", STRANGER.0, STRANGER.1, STRANGER.3);
    assert_eq!(personal.found_in(&sample).len(), 1, "it is found when it is there");

    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    let server = serve(folder.path());
    people_work(&server);
    systems_work(&server);
    in_context(&server);
    mllp(&server);
    files(folder.path());
    break_the_store(folder.path());
    let (mut nurse, _) = Browser::of(server.port, "nurse");
    nurse.open("/people");
    nurse.send("/people", &[("asked", &format!("{} {}", STRANGER.2, STRANGER.1))]);
    let message = messages().remove(0);
    let headers = [("authorization", "Bearer demo-sender"), ("organisation-code", "RBD")];
    let failed = ask(server.port, "POST", "/$ingest", &headers, message.as_bytes()).0;
    assert_eq!(failed.status, 503, "{}", failed.text);
    let late = folder
        .path()
        .join("watched/gp01-fhir")
        .join(format!("{}.json", STRANGER.1));
    std::fs::write(late, r#"{"resourceType":"Patient"}"#).unwrap();
    let printed = || std::fs::read_to_string(folder.path().join("log")).unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !printed().contains("a file could not be taken") && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(server);

    let mut all = String::new();
    for name in ["log", "printed", "printed-by-demo", "printed-by-import"] {
        all.push_str(&std::fs::read_to_string(folder.path().join(name)).unwrap());
    }
    for said in [
        "bytes outside a frame",
        "a file was taken",
        "named after no feed",
        "a file could not be taken",
        "was not kept",
        "a page could not be shown",
    ] {
        assert!(all.contains(said), "“{said}” was to be provoked:\n{all}");
    }
    let found = personal.found_in(&all);
    assert!(found.is_empty(), "{} lines:\n{}", found.len(), found.join("\n"));
    eprintln!(
        "{} lines, {} words and {} texts looked for",
        all.lines().count(),
        personal.words.len(),
        personal.texts.len()
    );
}
