//! `chesil synthesise`: an invented county, as the files its partners would send, with the truth beside.

mod files;

use crate::clock;
use crate::error::Failure;
use files::{Folder, Written};
use record::Date;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use synthetic::{Block, Plan};

/// Households that one thread makes at a time: large enough that files are few, small enough that threads end
/// together.
const BLOCK_HOUSEHOLDS: u32 = 4_000;

/// A file is closed once it holds this many bytes before packing.
const FILE_BYTES: usize = 32 << 20;

#[derive(clap::Args)]
pub struct Arguments {
    /// How many people to invent, rounded up to a whole household.
    #[arg(long, env = "PEOPLE", default_value_t = 20_000)]
    people: u32,
    /// The same seed invents the same people.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day their stories end; today when not given.
    #[arg(long)]
    as_of: Option<String>,
    /// Where to write: a new or empty folder.
    #[arg(long)]
    out: PathBuf,
    /// How many threads; one a core when not given. The bytes do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
}

/// Writes each feed's files, packed with gzip, in a folder of the feed's name, and `truth/`.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.people > synthetic::PEOPLE_MAX {
        return Err(Failure::new(format!(
            "--people {}: at most {} people can be invented, one to each NHS number kept for tests",
            arguments.people,
            synthetic::PEOPLE_MAX
        )));
    }
    let plan = Plan {
        people: arguments.people,
        seed: arguments.seed,
        as_of: as_of(arguments.as_of.as_deref())?,
    };
    let threads = arguments.threads.unwrap_or_else(cores).clamp(1, 256);
    let begun = Instant::now();
    let written = write(plan, &arguments.out, threads)?;
    println!(
        "{} invented people: {} files, {:.1} GB packed to {:.2} GB, {:.1} s on {threads} {}",
        written.people,
        written.files,
        written.bytes as f64 / 1e9,
        written.packed as f64 / 1e9,
        begun.elapsed().as_secs_f64(),
        if threads == 1 { "thread" } else { "threads" }
    );
    Ok(ExitCode::SUCCESS)
}

/// The day that was asked for, else today.
pub fn as_of(text: Option<&str>) -> Result<Date, Failure> {
    match text {
        Some(text) => Date::parse(text).ok_or_else(|| Failure::new(format!("--as-of {text}: write YYYY-MM-DD"))),
        None => Ok(clock::now().uk_date()),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Makes every block on as many threads; the files are the same however many there are.
fn write(plan: Plan, out: &Path, threads: usize) -> Result<Written, Failure> {
    let folder = Folder::new(out)?;
    let bar = indicatif::ProgressBar::new(u64::from(plan.people));
    if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:32} {human_pos} of {human_len} people, {eta} left")
    {
        bar.set_style(style);
    }
    let blocks = Mutex::new(synthetic::blocks_of(plan, BLOCK_HOUSEHOLDS));
    let (total, stop) = (Mutex::new(Written::default()), AtomicBool::new(false));
    let outcomes: Vec<Result<(), Failure>> = std::thread::scope(|scope| {
        let one = || -> Result<(), Failure> {
            while let Some(block) = next(&blocks).filter(|_| !stop.load(Ordering::Relaxed)) {
                let written = folder.block(plan, block, FILE_BYTES).inspect_err(|_| {
                    stop.store(true, Ordering::Relaxed);
                })?;
                bar.inc(u64::from(written.people));
                if let Ok(mut total) = total.lock() {
                    total.add(written);
                }
            }
            Ok(())
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let fell = || Err(Failure::new("a thread fell over; see above"));
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| fell()))
            .collect()
    });
    bar.finish_and_clear();
    outcomes.into_iter().collect::<Result<Vec<()>, Failure>>()?;
    let total = total.into_inner().unwrap_or_default();
    folder.close(plan, &total)?;
    Ok(total)
}

fn next(blocks: &Mutex<impl Iterator<Item = Block>>) -> Option<Block> {
    blocks.lock().ok()?.next()
}
