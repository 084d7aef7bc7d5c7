//! The layout of the store under load: entries arrive feed by feed, people in random order. With `--scattered`
//! every other feed sends one kind of thing after another, so that each person's lines come far apart. Prints the
//! rate at each million.
//!
//! `layout --entries 10000000 [--scattered] [--database postgres://…] [--data DIR]`

use bench::{Dice, dorset, machine, now, used};
use care::db::Place;
use care::{Care, Opening};
use clap::Parser;
use crossbeam_channel::{bounded, unbounded};
use exchange::{Format, Piece};
use record::OrgCode;
use record::system::Feed;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

#[derive(Parser)]
struct Arguments {
    /// Entries in all.
    #[arg(long, default_value_t = 10_000_000)]
    entries: u64,
    /// Things that each feed tells of each person.
    #[arg(long, default_value_t = 20)]
    each: u64,
    /// Every other feed sends a kind at a time.
    #[arg(long)]
    scattered: bool,
    /// Folder for SQLite.
    #[arg(long, default_value = "bench-data")]
    data: PathBuf,
    /// PostgreSQL instead.
    #[arg(long)]
    database: Option<String>,
}

const FEEDS: u64 = 7;
const BATCH: usize = 1_500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    std::fs::create_dir_all(&arguments.data)?;
    let (place, audit_place) = match &arguments.database {
        Some(url) => (Place::Pg(url.clone()), Place::Pg(url.clone())),
        None => (
            Place::Lite(arguments.data.join("record.db")),
            Place::Lite(arguments.data.join("audit.db")),
        ),
    };
    let mut fresh_key = [0u8; 32];
    getrandom::fill(&mut fresh_key).map_err(|error| error.to_string())?;
    let care = Care::open(Opening {
        place,
        audit_place,
        system: Arc::new(dorset()?),
        stamp: None,
        readers: 2,
        now: now(),
        fresh_key,
        chain: now().0,
    })?;
    let people = arguments.entries / (FEEDS * (arguments.each + 1));
    println!(
        "{}; {}",
        machine(),
        if arguments.database.is_some() {
            "PostgreSQL"
        } else {
            "SQLite"
        }
    );
    println!(
        "{people} people, {FEEDS} feeds, {} things each and a Patient; empty store, cold",
        arguments.each
    );
    println!(
        "| entries | rate since the last, /s | CPU s | peak MB | on disk, bytes an entry |\n|---|---|---|---|---|"
    );
    run(&care, people, arguments.each, arguments.scattered)
}

fn run(care: &Care, people: u64, each: u64, scattered: bool) -> Result<(), Box<dyn std::error::Error>> {
    let (filed, outcomes) = unbounded();
    let (work, queue) = bounded::<(Arc<Feed>, Vec<Piece<'static>>)>(8);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for feed_no in 0..FEEDS {
                if deliver(feed_no, people, each, scattered && feed_no % 2 == 1, &work).is_err() {
                    return;
                }
            }
        });
        for _ in 0..2 {
            let (queue, filed) = (queue.clone(), filed.clone());
            scope.spawn(move || {
                let mut preparer = care.preparer();
                for (feed, pieces) in queue {
                    let Ok(source) = care.source(&feed) else { return };
                    let prepared = pieces
                        .into_iter()
                        .map(|piece| preparer.prepare(piece, &source, now()))
                        .collect();
                    let Ok(batch) = preparer.close(prepared) else { return };
                    let filed = filed.clone();
                    let handed = care.take_bulk(batch, move |outcome| {
                        let _ = filed.send(outcome);
                    });
                    if handed.is_err() {
                        return;
                    }
                }
            });
        }
        drop((queue, filed));
        let (mut entries, mut next, mut last) = (0u64, 1_000_000u64, (0u64, Instant::now()));
        for outcome in outcomes {
            let (filed, _) = outcome?;
            entries += filed.iter().map(|filed| filed.entries).sum::<u64>();
            if let Some(bad) = filed
                .iter()
                .find(|filed| filed.outcome != care::intake::Outcome::Accepted)
            {
                return Err(format!("not accepted: {bad:?}").into());
            }
            if entries >= next {
                let (cpu, peak) = used();
                let rate = (entries - last.0) as f64 / last.1.elapsed().as_secs_f64();
                let (_, bytes) = care.size()?;
                println!(
                    "| {entries} | {rate:.0} | {cpu:.0} | {peak:.0} | {:.0} |",
                    bytes as f64 / entries as f64
                );
                last = (entries, Instant::now());
                next += 1_000_000;
            }
        }
        Ok(())
    })
}

/// One feed: people in an order of its own, a person at a time or, scattered, a kind at a time.
fn deliver(
    feed_no: u64,
    people: u64,
    each: u64,
    scattered: bool,
    work: &crossbeam_channel::Sender<(Arc<Feed>, Vec<Piece<'static>>)>,
) -> Result<(), ()> {
    let mut dice = Dice(feed_no + 1);
    let mut order: Vec<u64> = (0..people).collect();
    dice.shuffle(&mut order);
    let sender = OrgCode::parse(&format!("BENCH{feed_no}")).ok_or(())?;
    let feed = Arc::new(Feed {
        nhs_number_verified: true,
        ..Feed::named(&format!("bench-{feed_no}"), sender)
    });
    let mut batch = Vec::with_capacity(BATCH);
    let mut push = |piece| {
        batch.push(piece);
        if batch.len() == BATCH {
            work.send((Arc::clone(&feed), std::mem::take(&mut batch)))
                .map_err(|_| ())?;
        }
        Ok(())
    };
    if !scattered {
        for person in &order {
            push(patient(*person))?;
            for n in 0..each {
                push(thing(&mut dice, *person, n))?;
            }
        }
    } else {
        order.iter().try_for_each(|person| push(patient(*person)))?;
        for n in 0..each {
            dice.shuffle(&mut order);
            order.iter().try_for_each(|person| push(thing(&mut dice, *person, n)))?;
        }
    }
    work.send((Arc::clone(&feed), batch)).map_err(|_| ())
}

fn piece(body: String) -> Piece<'static> {
    Piece {
        place: "bench".to_owned(),
        format: Format::Fhir,
        body: body.into_bytes().into(),
        context: String::new(),
    }
}

fn patient(person: u64) -> Piece<'static> {
    let number =
        record::NhsNumber::with_prefix(999_000_000 + person % 1_000_000).map_or_else(String::new, |n| n.digits());
    let (year, month, day) = (1930 + person % 90, 1 + person % 12, 1 + person % 28);
    piece(format!(
        r#"{{"resourceType":"Patient","id":"p{person}","identifier":[{{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{number}"}}],"name":[{{"use":"official","family":"Bench{}","given":["Person{}"]}}],"gender":"{}","birthDate":"{year:04}-{month:02}-{day:02}","address":[{{"line":["{} High Street"],"postalCode":"DT{} {}AA"}}]}}"#,
        person % 5000,
        person % 300,
        if person.is_multiple_of(2) { "female" } else { "male" },
        person % 200,
        1 + person % 11,
        person % 9,
    ))
}

fn thing(dice: &mut Dice, person: u64, n: u64) -> Piece<'static> {
    let (a, b) = (dice.roll(), dice.roll());
    let (year, month, day) = (2016 + a % 10, 1 + a % 12, 1 + a % 28);
    let code = 1000 + n * 7 + a % 5;
    piece(format!(
        r#"{{"resourceType":"Observation","id":"{a:016x}-{b:016x}","status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"vital-signs"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}-4","display":"Measured thing {code}"}}],"text":"Measured thing {code}"}},"subject":{{"reference":"Patient/p{person}"}},"encounter":{{"reference":"Encounter/{person}-{}"}},"effectiveDateTime":"{year}-{month:02}-{day:02}T10:{:02}:00+00:00","issued":"{year}-{month:02}-{day:02}T10:{:02}:00.123+00:00","performer":[{{"display":"Dr Bench {}"}}],"valueQuantity":{{"value":{}.{},"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"}}}}"#,
        a % 9,
        a % 60,
        a % 60,
        a % 40,
        a % 30,
        b % 10
    ))
}
