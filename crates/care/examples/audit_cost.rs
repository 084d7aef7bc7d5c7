//! What an audited read costs: `cargo run --release -p care --example audit_cost`. It leaves nothing behind.
//! Prints wall time and the process's CPU time a row, one reader after another and eight at once, and a
//! decision of policy afresh and remembered.

use care::access::policy::built_in;
use care::access::{Act, Purpose, Question, Relationship, Relationships, Role};
use care::audit::{Audit, AuditRow};
use care::db::Place;
use record::{Instant, PersonId};
use std::error::Error;

const ROWS: u32 = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("chesil-audit-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let places = std::iter::once(Place::Lite(folder.join("audit.db")))
        .chain(std::env::var("CHESIL_DATABASE").ok().map(Place::Pg));
    for place in places {
        let audit = Audit::open(&place, i64::from(std::process::id()))?;
        for readers in [1_u32, 8] {
            let (begun, cpu) = (std::time::Instant::now(), cpu_micros()?);
            let mut slowest = Vec::new();
            std::thread::scope(|scope| {
                let readers: Vec<_> = (0..readers)
                    .map(|_| scope.spawn(|| each(&audit, ROWS / readers)))
                    .collect();
                for reader in readers {
                    slowest.extend(reader.join().unwrap_or_default());
                }
            });
            slowest.sort_unstable();
            let p99 = slowest.get(slowest.len() * 99 / 100).copied().unwrap_or_default();
            println!(
                "{} readers: {} rows, {:.0} rows a second, CPU {:.1} µs a row, p99 {p99} µs",
                readers,
                slowest.len(),
                slowest.len() as f64 / begun.elapsed().as_secs_f64(),
                (cpu_micros()? - cpu) as f64 / slowest.len() as f64,
            );
        }
    }
    decisions()?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Keeps rows one after another; answers how many microseconds each took.
fn each(audit: &Audit, rows: u32) -> Vec<u128> {
    let row = AuditRow {
        at: Instant(1_793_534_400_000_000),
        actor: "nurse".into(),
        role: "clinician".into(),
        organisation: "Dorset out-of-hours service (demo)".into(),
        act: "read record".into(),
        purpose: "direct care".into(),
        outcome: "granted".into(),
        person: Some(PersonId::from_bytes([7; 16])),
        detail: "my patient today".into(),
    };
    (0..rows)
        .filter_map(|_| {
            let begun = std::time::Instant::now();
            audit.record(vec![row.clone()]).ok()?;
            Some(begun.elapsed().as_micros())
        })
        .collect()
}

fn decisions() -> Result<(), Box<dyn Error>> {
    let policies = built_in()?;
    let question = Question {
        relationships: Relationships::of(&[Relationship::Today]),
        ..Question::plain(Role::Clinician, Act::ReadRecord, Purpose::DirectCare)
    };
    let cpu = cpu_micros()?;
    (0..ROWS).for_each(|_| {
        std::hint::black_box(policies.decide_afresh(&question));
    });
    let afresh = cpu_micros()? - cpu;
    let cpu = cpu_micros()?;
    (0..ROWS * 100).for_each(|_| {
        std::hint::black_box(policies.decide(&question));
    });
    println!(
        "a decision: {:.1} µs afresh, {:.3} µs remembered (CPU)",
        afresh as f64 / f64::from(ROWS),
        (cpu_micros()? - cpu) as f64 / f64::from(ROWS * 100)
    );
    Ok(())
}

/// CPU time of this process so far, in microseconds, in steps of ten thousand.
fn cpu_micros() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok((ticks(11) + ticks(12)) * 10_000)
}
