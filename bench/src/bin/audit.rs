//! What keeping an audit row costs, with several processes over one audit, at a fixed rate whether or not the rows
//! are kept in time (an open loop): each latency is counted from the moment the row was due until it is durable.
//!
//! `audit --rate 1000 --seconds 10 --processes 2 [--database postgres://…]`; without a database, one SQLite file.
//! What the waiting threads take to sleep until each row is due is measured before, and left out of the processor time.
//! `audit --decisions` says instead what a decision of policy takes.

use bench::{Dice, machine, now, used};
use care::access::policy::built_in;
use care::access::{Act, Question, Relationship, Relationships, Role, Sensitivity};
use care::audit::{Audit, AuditRow, check};
use care::db::Place;
use clap::Parser;
use record::PersonId;
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[derive(Parser)]
struct Arguments {
    /// Rows a second, of all processes together.
    #[arg(long, default_value_t = 1000.0)]
    rate: f64,
    /// How long.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Processes.
    #[arg(long, default_value_t = 2)]
    processes: usize,
    /// Threads in each that wait for their rows.
    #[arg(long, default_value_t = 32)]
    readers: usize,
    /// PostgreSQL; without it SQLite in a folder that is made and removed.
    #[arg(long)]
    database: Option<String>,
    /// Where that folder is made.
    #[arg(long, default_value = "/var/tmp")]
    within: PathBuf,
    /// Measures decisions of policy instead.
    #[arg(long)]
    decisions: bool,
    /// This is the process of this number: it begins at a moment, in microseconds since 1970.
    #[arg(long, num_args = 2, hide = true)]
    child: Option<Vec<u64>>,
    /// The SQLite file that the first process made.
    #[arg(long, hide = true)]
    file: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    if let Some([number, begins]) = arguments.child.as_deref() {
        return one_process(&arguments, *number, *begins);
    }
    if arguments.decisions {
        return decisions();
    }
    let folder = arguments.within.join(format!("chesil-audit-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(&arguments, &folder.join("audit.db"));
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn place(arguments: &Arguments, file: &Path) -> Place {
    match &arguments.database {
        Some(url) => Place::Pg(url.clone()),
        None => Place::Lite(file.to_owned()),
    }
}

fn measure(arguments: &Arguments, file: &Path) -> Result<(), Box<dyn Error>> {
    let place = place(arguments, file);
    // The tables are there before anything is counted.
    drop(Audit::open(&place, 0)?);
    let before = check(&place, None, None)?.rows;
    let postgres = server_micros(arguments)?;
    let begins = u64::try_from(now().0)? + 4_000_000;
    let children: Vec<Child> = (0..arguments.processes)
        .map(|number| start(arguments, file, number, begins))
        .collect::<Result<_, _>>()?;
    let (mut took, mut cpu, mut peak) = (Vec::new(), 0.0, 0.0_f64);
    for mut child in children {
        let mut text = String::new();
        if let Some(out) = &mut child.stdout {
            out.read_to_string(&mut text)?;
        }
        if !child.wait()?.success() {
            return Err("a process failed".into());
        }
        let mut lines = text.lines();
        let mut head = lines.next().unwrap_or_default().split(' ').map(str::parse::<f64>);
        cpu += head.next().ok_or("no answer")??;
        peak = peak.max(head.next().ok_or("no answer")??);
        took.extend(lines.filter_map(|line| line.parse::<u64>().ok()));
    }
    took.sort_unstable();
    let checked = check(&place, None, None)?;
    if checked.rows - before != took.len() as u64 || !checked.faults.is_empty() {
        return Err(format!("{} rows were waited for, {checked:?}", took.len()).into());
    }
    let at = |share: f64| took[((took.len() as f64 * share) as usize).min(took.len() - 1)] as f64 / 1e3;
    let rows = took.len() as f64;
    println!(
        "{}: {} rows by {} processes at {:.0}/s into {}, each chain whole; ms p50 {:.2} p90 {:.2} p99 {:.2} max {:.2}; CPU µs a row {:.1} here{}; peak {peak:.0} MB; load {}",
        machine(),
        took.len(),
        arguments.processes,
        arguments.rate,
        if arguments.database.is_some() {
            "PostgreSQL"
        } else {
            "SQLite"
        },
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        cpu / rows,
        match (postgres, server_micros(arguments)?) {
            (Some(before), Some(after)) => format!(" and {:.1} in the server", (after - before) / rows),
            _ => String::new(),
        },
        std::fs::read_to_string("/proc/loadavg")?
            .split(' ')
            .next()
            .unwrap_or_default(),
    );
    Ok(())
}

fn start(arguments: &Arguments, file: &Path, number: usize, begins: u64) -> std::io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["--child", &number.to_string(), &begins.to_string(), "--file"])
        .arg(file)
        .args(["--rate", &arguments.rate.to_string()])
        .args(["--seconds", &arguments.seconds.to_string()])
        .args(["--processes", &arguments.processes.to_string()])
        .args(["--readers", &arguments.readers.to_string()]);
    if let Some(url) = &arguments.database {
        command.args(["--database", url]);
    }
    command.stdout(Stdio::piped()).spawn()
}

/// Keeps this process's share of the rows, and prints the CPU time it took and its peak memory, then how long
/// each row took; microseconds and megabytes.
fn one_process(arguments: &Arguments, number: u64, begins: u64) -> Result<(), Box<dyn Error>> {
    let file = arguments.file.clone().unwrap_or_default();
    // A chain that no other process, and no earlier run, uses.
    let audit = Audit::open(&place(arguments, &file), now().0 * 16 + i64::try_from(number)?)?;
    // The same for two seconds without keeping anything: what of the processor time is the measuring's own.
    let idle = Arguments {
        seconds: 2,
        ..Arguments::parse()
    };
    let asleep = used().0;
    let slept = all_readers(&idle, None, number, Instant::now()).len();
    let asleep = (used().0 - asleep) / slept as f64;
    // All processes begin at one moment, each a little after the one before.
    let left = begins.saturating_sub(u64::try_from(now().0)?);
    let began = Instant::now() + Duration::from_micros(left);
    let cpu = used().0;
    let took = all_readers(arguments, Some(&audit), number, began);
    println!("{} {}", (used().0 - cpu - asleep * took.len() as f64) * 1e6, used().1);
    took.iter().for_each(|micros| println!("{micros}"));
    Ok(())
}

fn all_readers(arguments: &Arguments, audit: Option<&Audit>, number: u64, began: Instant) -> Vec<u128> {
    let mut took = Vec::new();
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..arguments.readers)
            .map(|reader| scope.spawn(move || one_reader(arguments, audit, (number, reader), began)))
            .collect();
        for reader in readers {
            took.extend(reader.join().unwrap_or_default());
        }
    });
    took
}

fn one_reader(
    arguments: &Arguments,
    audit: Option<&Audit>,
    (process, reader): (u64, usize),
    began: Instant,
) -> Vec<u128> {
    let total = (arguments.rate * f64::from(arguments.seconds)) as usize;
    let first = reader * arguments.processes + process as usize;
    let mut dice = Dice(first as u64);
    let mut took = Vec::new();
    for row in (first..total).step_by(arguments.processes * arguments.readers) {
        let due = began + Duration::from_secs_f64(row as f64 / arguments.rate);
        let kept = audit_row(&mut dice);
        if let Some(left) = due.checked_duration_since(Instant::now()) {
            std::thread::sleep(left);
        }
        if audit.is_none_or(|audit| audit.record(vec![kept]).is_ok()) {
            took.push(due.elapsed().as_micros());
        }
    }
    took
}

fn audit_row(dice: &mut Dice) -> AuditRow {
    let mut person = [0; 16];
    person[..8].copy_from_slice(&dice.roll().to_le_bytes());
    AuditRow {
        at: now(),
        actor: format!("nurse {}", dice.below(400)),
        role: "clinician".into(),
        organisation: "Dorset out-of-hours service (demo)".into(),
        act: "read record".into(),
        purpose: "direct care".into(),
        outcome: "granted".into(),
        person: Some(PersonId::from_bytes(person)),
        detail: "my patient today".into(),
    }
}

/// CPU time, in microseconds, that the PostgreSQL server and its processes have used; `None` without one on this
/// machine.
fn server_micros(arguments: &Arguments) -> Result<Option<f64>, Box<dyn Error>> {
    let Some(url) = &arguments.database else {
        return Ok(None);
    };
    let mut conn = Place::Pg(url.clone()).connect(true)?;
    let backend = conn.first("SELECT pg_backend_pid()::bigint", &[], |row| row.int(0))?;
    // What has ended is counted with its parent.
    let stat = |process: &str| {
        let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        let fields: Vec<f64> = text
            .rsplit(')')
            .next()?
            .split_whitespace()
            .skip(1)
            .map(|field| field.parse().unwrap_or(0.0))
            .collect();
        Some((
            fields[0],
            (fields[10] + fields[11]) * 1e4,
            (fields[12] + fields[13]) * 1e4,
        ))
    };
    let Some((server, ..)) = backend.and_then(|backend| stat(&backend.to_string())) else {
        return Ok(None);
    };
    let mut micros = stat(&server.to_string()).map_or(0.0, |(_, own, ended)| own + ended);
    for process in std::fs::read_dir("/proc")?.flatten() {
        let name = process.file_name();
        match stat(&name.to_string_lossy()) {
            Some((parent, own, _)) if parent == server => micros += own,
            _ => {}
        }
    }
    Ok(Some(micros))
}

/// Prints what a decision takes, evaluated again each time and remembered, in the mix of questions of a nurse's, a
/// clerk's, a resident's and a social worker's page.
fn decisions() -> Result<(), Box<dyn Error>> {
    const ROUNDS: usize = 1_000;
    let readers = [
        (Role::Clinician, Relationship::Today),
        (Role::Receptionist, Relationship::RegisteredHere),
        (Role::Resident, Relationship::Own),
        (Role::SocialWorker, Relationship::Caseload),
    ];
    let questions: Vec<Question> = readers
        .iter()
        .flat_map(|(role, relationship)| {
            Sensitivity::ALL.map(|sensitivity| Question {
                relationships: Relationships::of(&[*relationship]),
                sensitivity,
                ..Question::plain(*role, Act::ReadRecord, role.purpose())
            })
        })
        .collect();
    let policies = built_in()?;
    let micros = |rounds: usize, decide: &dyn Fn(&Question) -> bool| {
        let before = used().0;
        for _ in 0..rounds {
            questions.iter().for_each(|question| {
                std::hint::black_box(decide(question));
            });
        }
        (used().0 - before) * 1e6 / (rounds * questions.len()) as f64
    };
    let afresh = micros(ROUNDS, &|question| policies.decide_afresh(question).is_permit());
    let remembered = micros(ROUNDS * 100, &|question| policies.decide(question).is_permit());
    println!(
        "{}: a decision takes {afresh:.1} CPU µs evaluated afresh and {remembered:.3} remembered, over {} questions; load {}",
        machine(),
        questions.len(),
        std::fs::read_to_string("/proc/loadavg")?
            .split(' ')
            .next()
            .unwrap_or_default(),
    );
    Ok(())
}
