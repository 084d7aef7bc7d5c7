//! Who is whom as records arrive, beside the same weighed all at once, from a file of records (columns `unique_id, source,
//! first_name, surname, dob, sex, postcode, address, nhs_number, phone`):
//! `live FILE.csv [--truth FILE] [--order SEED] [--verified] [--then 2000] [--data DIR] [--database postgres://…]`.
//!
//! Prints how long a record is weighed, bytes on disk, and in how many pairs of records both ways differ. With `--then`
//! so many of the records are kept back and weighed one at a time at the end.

use bench::{Dice, machine, now, used};
use care::db::Place;
use care::person::matching;
use care::{Care, Opening};
use clap::Parser;
use exchange::{Format, Piece};
use linkage::care::persons;
use linkage::{Candidates, Model, Rows, Scorer, Table, Weights, block, pairs};
use record::system::{Feed, System};
use record::{NhsNumber, OrgCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Parser)]
struct Arguments {
    /// The records.
    file: PathBuf,
    /// Which of them are one person: `unique_id, cluster, …`.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// The order in which they arrive; 0 as they stand in the file.
    #[arg(long, default_value_t = 0)]
    order: u64,
    /// NHS numbers count as checked by the sender, so that they join before anything is weighed.
    #[arg(long)]
    verified: bool,
    /// How many are weighed one at a time at the end.
    #[arg(long, default_value_t = 0)]
    then: usize,
    /// Print the records of persons that differ.
    #[arg(long)]
    show: bool,
    /// Folder for SQLite.
    #[arg(long, default_value = "bench-data")]
    data: PathBuf,
    /// PostgreSQL instead.
    #[arg(long)]
    database: Option<String>,
}

type Failure = Box<dyn std::error::Error>;

/// One record of the file.
struct Line {
    id: String,
    source: String,
    /// Given name, surname, birth date, sex, postcode, address, NHS number, telephone.
    cells: [String; 8],
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.data)?;
    let mut lines = read(&arguments.file)?;
    if arguments.order > 0 {
        Dice(arguments.order).shuffle(&mut lines);
    }
    let (place, audit_place) = match &arguments.database {
        Some(url) => (Place::Pg(url.clone()), Place::Pg(url.clone())),
        None => (
            Place::Lite(arguments.data.join("record.db")),
            Place::Lite(arguments.data.join("audit.db")),
        ),
    };
    let care = open(place.clone(), audit_place)?;
    println!(
        "{}; {}; {} records of {}, order {}, numbers {}",
        machine(),
        if arguments.database.is_some() {
            "PostgreSQL"
        } else {
            "SQLite"
        },
        lines.len(),
        arguments.file.display(),
        arguments.order,
        if arguments.verified { "verified" } else { "not verified" }
    );
    let (most, last) = lines.split_at(lines.len().saturating_sub(arguments.then));
    take(&care, most, arguments.verified)?;
    let before = care.size()?.1;
    let (begun, cpu) = (Instant::now(), used().0);
    let weighed = matching::drain(&care, 1, now(), |_| true)?;
    let (took, spent) = (begun.elapsed(), used().0 - cpu);
    println!(
        "weighed {weighed} records in {:.1} s: {:.3} ms each, {:.3} CPU ms; peak {:.0} MB; {:.0} bytes a record on disk",
        took.as_secs_f64(),
        took.as_secs_f64() * 1e3 / weighed.max(1) as f64,
        spent * 1e3 / weighed.max(1) as f64,
        used().1,
        (care.size()?.1 - before) as f64 / weighed.max(1) as f64
    );
    one_at_a_time(&care, last, arguments.verified)?;
    let live = live(&place, &lines)?;
    let batch = batch(&lines)?;
    compare("live and batch", &live, &batch);
    if arguments.show {
        show(&lines, &live, &batch);
    }
    if let Some(truth) = &arguments.truth {
        let truth = truth_of(truth, &lines)?;
        judge("live", &live, &truth);
        judge("batch", &batch, &truth);
        if arguments.show {
            println!("records of two people that became one:");
            show(&lines, &truth, &live);
        }
    }
    Ok(())
}

fn read(path: &PathBuf) -> Result<Vec<Line>, Failure> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let [id, source, given, family, born, sex, postcode, address, number, phone] = cells[..] else {
            return Err(format!("ten columns are needed: {line}").into());
        };
        let digits = NhsNumber::parse(number).map_or_else(String::new, NhsNumber::digits);
        let given = given.split_whitespace().next().unwrap_or_default();
        let born = record::Date::parse(born).map_or_else(String::new, record::Date::iso);
        let cells = [given, family, &born, sex, postcode, address, &digits, phone].map(str::to_owned);
        lines.push(Line {
            id: id.to_owned(),
            source: source.to_owned(),
            cells,
        });
    }
    Ok(lines)
}

fn open(place: Place, audit_place: Place) -> Result<Care, Failure> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../systems/dorset"));
    let mut files = Vec::new();
    for (prefix, folder) in [("", folder.clone()), ("feeds/", folder.join("feeds"))] {
        for entry in std::fs::read_dir(folder)?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") {
                files.push((format!("{prefix}{name}"), std::fs::read_to_string(entry.path())?));
            }
        }
    }
    let mut fresh_key = [0u8; 32];
    getrandom::fill(&mut fresh_key).map_err(|error| error.to_string())?;
    Ok(Care::open(Opening {
        place,
        audit_place,
        system: Arc::new(System::load(&files).map_err(|problems| format!("{problems:?}"))?),
        stamp: None,
        readers: 2,
        now: now(),
        fresh_key,
        chain: now().0,
    })?)
}

/// Takes records through intake, as FHIR Patients of their senders.
fn take(care: &Care, lines: &[Line], verified: bool) -> Result<(), Failure> {
    let mut by_source: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    // In the order of arrival within a batch, so that an order is not undone by sorting by sender.
    for batch in lines.chunks(500) {
        by_source.values_mut().for_each(Vec::clear);
        batch
            .iter()
            .for_each(|line| by_source.entry(&line.source).or_default().push(line));
        for (source, lines) in by_source.iter().filter(|(_, lines)| !lines.is_empty()) {
            let sender = OrgCode::parse(&source.to_uppercase()).ok_or("a sender's code")?;
            let feed = Arc::new(Feed {
                nhs_number_verified: verified,
                ..Feed::named(&format!("{source}-patients"), sender)
            });
            let pieces: Vec<Piece<'static>> = lines.iter().map(|line| patient(line)).collect();
            let filed = care.take(&pieces, &care.source(&feed)?, now())?;
            let bad = filed
                .iter()
                .find(|filed| filed.outcome != care::intake::Outcome::Accepted);
            if let Some(bad) = bad {
                return Err(format!("not accepted: {bad:?}").into());
            }
        }
    }
    Ok(())
}

fn patient(line: &Line) -> Piece<'static> {
    let [given, family, born, sex, postcode, address, number, phone] = &line.cells;
    let mut patient = json!({"resourceType": "Patient", "id": line.id});
    let mut put = |field: &str, is: bool, value: Value| {
        if is {
            patient[field] = value;
        }
    };
    let system = "https://fhir.nhs.uk/Id/nhs-number";
    put(
        "identifier",
        !number.is_empty(),
        json!([{"system": system, "value": number}]),
    );
    put(
        "name",
        !(given.is_empty() && family.is_empty()),
        json!([{"use": "official", "family": family, "given": [given]}]),
    );
    put(
        "gender",
        !sex.is_empty(),
        json!(if sex == "F" { "female" } else { "male" }),
    );
    put("birthDate", !born.is_empty(), json!(born));
    let home = json!([{"use": "home", "line": [address], "postalCode": postcode}]);
    put("address", !(postcode.is_empty() && address.is_empty()), home);
    put(
        "telecom",
        !phone.is_empty(),
        json!([{"system": "phone", "value": phone}]),
    );
    Piece {
        place: "bench".to_owned(),
        format: Format::Fhir,
        body: patient.to_string().into_bytes().into(),
        context: String::new(),
    }
}

fn one_at_a_time(care: &Care, lines: &[Line], verified: bool) -> Result<(), Failure> {
    if lines.is_empty() {
        return Ok(());
    }
    let matcher = Arc::new(matching::Matcher::load(care, 1)?);
    let mut times: Vec<Duration> = Vec::with_capacity(lines.len());
    for line in lines {
        take(care, std::slice::from_ref(line), verified)?;
        let begun = Instant::now();
        while matching::weigh_some(care, &matcher, now())? != matching::Worked::Nothing {}
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 1000).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{} more, one at a time, made durable with their persons: p50 {:.2} ms, p95 {:.2}, p99 {:.2}, worst {:.2}",
        times.len(),
        at(500),
        at(950),
        at(990),
        at(1000)
    );
    Ok(())
}

/// The person of each line, as the store has them.
fn live(place: &Place, lines: &[Line]) -> Result<Vec<i64>, Failure> {
    let mut conn = place.connect(true)?;
    let sql = "SELECT r.local_id, rp.person_no FROM record r JOIN record_person rp ON rp.record_no = r.record_no";
    let whose: HashMap<String, i64> = conn
        .query(sql, &[], |row| Ok((row.text(0)?, row.int(1)?)))?
        .into_iter()
        .collect();
    let find = |line: &Line| whose.get(&line.id).copied().ok_or("a record is nobody's");
    Ok(lines.iter().map(find).collect::<Result<_, _>>()?)
}

/// The same by the engine alone, all at once, with the model that the program holds.
fn batch(lines: &[Line]) -> Result<Vec<i64>, Failure> {
    let model = include_str!("../../../crates/care/src/person/matching/model-1.json");
    let model = Model::from_json(model)?;
    let mut rows = Rows::new(model.schema.columns.len());
    lines
        .iter()
        .for_each(|line| rows.push(line.cells.iter().map(String::as_str)));
    let mut table = Table::new(model.schema.clone());
    table.extend(&rows, []);
    let weights = Weights::new(&model);
    let scorer = Scorer::with(&table, &weights);
    let candidates = Candidates::new(&table, &block::rules(table.schema()), false);
    let found = pairs(&scorer, &candidates, 0.0);
    Ok(persons(&scorer, &found, matching::bars(0))
        .into_iter()
        .map(i64::from)
        .collect())
}

fn truth_of(path: &PathBuf, lines: &[Line]) -> Result<Vec<i64>, Failure> {
    let text = std::fs::read_to_string(path)?;
    let known: HashMap<&str, i64> = text
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some((cells.next()?, cells.next()?.parse().ok()?))
        })
        .collect();
    let find = |line: &Line| known.get(line.id.as_str()).copied().ok_or("a record without a truth");
    Ok(lines.iter().map(find).collect::<Result<_, _>>()?)
}

/// Pairs of records that are of one person by the one, by the other and by both.
fn pairs_of(one: &[i64], other: &[i64]) -> [u64; 3] {
    let two = |n: &u64| n * (n - 1) / 2;
    let (mut by_one, mut by_other, mut by_both) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (x, y) in one.iter().zip(other) {
        *by_one.entry(x).or_insert(0u64) += 1;
        *by_other.entry(y).or_insert(0u64) += 1;
        *by_both.entry((x, y)).or_insert(0u64) += 1;
    }
    [
        by_one.values().map(two).sum(),
        by_other.values().map(two).sum(),
        by_both.values().map(two).sum(),
    ]
}

fn compare(what: &str, one: &[i64], other: &[i64]) {
    let [x, y, both] = pairs_of(one, other);
    let differ = x + y - 2 * both;
    println!(
        "{what}: {x} and {y} pairs of records in one person, {both} in both; {differ} differ, {:.3}%",
        100.0 * differ as f64 / y.max(1) as f64
    );
}

/// Prints the records of every person by the one that are several by the other.
fn show(lines: &[Line], live: &[i64], batch: &[i64]) {
    let mut by_batch: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (at, person) in batch.iter().enumerate() {
        by_batch.entry(*person).or_default().push(at);
    }
    for together in by_batch.values() {
        if together.iter().any(|at| live[*at] != live[together[0]]) {
            println!("together:");
            for at in together {
                println!("  {} {} {}", live[*at], lines[*at].id, lines[*at].cells.join(" | "));
            }
        }
    }
}

fn judge(what: &str, found: &[i64], truth: &[i64]) {
    let [made, total, right] = pairs_of(found, truth);
    println!(
        "{what}: {} of {made} pairs wrong ({:.2} in 100,000), recall {:.4}",
        made - right,
        (made - right) as f64 * 1e5 / made.max(1) as f64,
        right as f64 / total.max(1) as f64
    );
}
