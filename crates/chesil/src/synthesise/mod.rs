//! `chesil synthesise`: an invented county, as the files its partners would send, with the truth beside.

mod files;
pub mod into;
pub mod live;
mod report;

use crate::error::Failure;
use crate::{Store, clock, demo, folder, serve};
use files::{Folder, Written};
use record::Date;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use synthetic::report::{Figures, Sheet};
use synthetic::{Block, Plan, TruePerson};

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
    /// The care system whose `invented/` folder says where people live; without it, the one built in (Dorset).
    #[arg(long)]
    system: Option<PathBuf>,
    /// Where to write what partners would send: a new or empty folder.
    #[arg(long, required_unless_present_any = ["report", "into", "live"])]
    out: Option<PathBuf>,
    /// Load them into this data folder, made as a demo folder if need be, through the same intake as any import.
    #[arg(long)]
    into: Option<PathBuf>,
    /// With --into: keep the record in PostgreSQL instead.
    #[arg(long, env = "CHESIL_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Write to this file how the county came out beside published figures.
    #[arg(long)]
    report: Option<PathBuf>,
    /// How many threads; one a core when not given. The bytes do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    #[command(flatten)]
    play: live::Play,
}

/// Writes each feed's files, packed with gzip, in a folder of the feed's name, and `truth/`; and the report.
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
    let figures = settle(arguments.system.as_deref())?;
    if let Some(data) = &arguments.into {
        load(arguments, data, plan, &figures)?;
    }
    if arguments.play.live {
        let played = live::run(&arguments.play, plan)?;
        return Ok(if played.refused == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(2)
        });
    }
    if arguments.out.is_none() && arguments.report.is_none() {
        return Ok(ExitCode::SUCCESS);
    }
    let threads = arguments.threads.unwrap_or_else(cores).clamp(1, 256);
    let begun = Instant::now();
    let folder = arguments.out.as_deref().map(Folder::new).transpose()?;
    let counting = arguments.report.is_some().then_some(&figures);
    let (written, sheet) = write(plan, folder.as_ref(), counting, threads)?;
    if let Some(folder) = &folder {
        folder.close(plan, &written)?;
    }
    if let (Some(path), Some(sheet)) = (&arguments.report, &sheet) {
        std::fs::write(path, report::page(sheet, plan, written.people))?;
        println!("{}; {}", report::summary(sheet), path.display());
    }
    println!(
        "{} invented people: {} files, {:.2} GB packed to {:.2} GB, {:.1} s on {threads} {}",
        written.people,
        written.files,
        written.bytes as f64 / 1e9,
        written.packed as f64 / 1e9,
        begun.elapsed().as_secs_f64(),
        if threads == 1 { "thread" } else { "threads" }
    );
    Ok(ExitCode::SUCCESS)
}

/// Loads the plan's people into a data folder that no other process has open.
fn load(arguments: &Arguments, data: &Path, plan: Plan, figures: &Figures) -> Result<(), Failure> {
    let store = Store {
        data: data.to_owned(),
        database: arguments.database.clone(),
        system: arguments.system.clone(),
        live: false,
    };
    let Some(_owned) = folder::own(data)? else {
        return Err(Failure::new(format!(
            "data folder {} is in use by another chesil process",
            data.display()
        )));
    };
    let care = folder::open(&store, 2)?;
    if !care.is_demo() {
        return Err(Failure::new("this folder is live; invented people never enter it"));
    }
    demo::fill(&care, data, plan)?;
    count(data, plan, figures)
}

/// Counts a plan's people beside published figures, and puts the result into their data folder for its page.
pub fn count(data: &Path, plan: Plan, figures: &Figures) -> Result<(), Failure> {
    let (written, sheet) = write(plan, None, Some(figures), cores())?;
    let Some(sheet) = sheet else { return Ok(()) };
    let text = serde_json::to_string(&report::told(&sheet, plan, written.people))
        .map_err(|error| Failure::new(error.to_string()))?;
    Ok(std::fs::write(serve::invented::path(data), text)?)
}

/// Uses the county of a system's folder, and gives the figures it is compared with.
pub fn settle(system: Option<&Path>) -> Result<Figures, Failure> {
    let Some(system) = system else {
        return Figures::read(synthetic::report::DORSET).map_err(Failure::new);
    };
    let text = |name: &str| {
        let path = system.join("invented").join(name);
        std::fs::read_to_string(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
    };
    if system.join("invented/deaths.toml").is_file() {
        synthetic::reference::settle_deaths(&text("deaths.toml")?).map_err(Failure::new)?;
    }
    let (places, practices) = (text("neighbourhoods.toml")?, text("practices.toml")?);
    synthetic::settle(&places, &practices, &text("rates.toml")?).map_err(Failure::new)?;
    Figures::read(&text("figures.toml")?).map_err(Failure::new)
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

/// Makes every block on as many threads; files and counts are the same however many there are.
fn write(
    plan: Plan,
    folder: Option<&Folder>,
    figures: Option<&Figures>,
    threads: usize,
) -> Result<(Written, Option<Sheet>), Failure> {
    let bar = indicatif::ProgressBar::new(u64::from(plan.people));
    if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:32} {human_pos} of {human_len} people, {eta} left")
    {
        bar.set_style(style);
    }
    let blocks = Mutex::new(synthetic::blocks_of(plan, BLOCK_HOUSEHOLDS));
    let stop = AtomicBool::new(false);
    let fresh = || {
        (
            Written::default(),
            figures.map(|figures| Sheet::new(figures, plan.as_of)),
        )
    };
    let outcomes: Vec<Result<(Written, Option<Sheet>), Failure>> = std::thread::scope(|scope| {
        let one = || {
            let (mut total, mut sheet) = fresh();
            while let Some(block) = next(&blocks).filter(|_| !stop.load(Ordering::Relaxed)) {
                let written = one_block(plan, block, folder, sheet.as_mut()).inspect_err(|_| {
                    stop.store(true, Ordering::Relaxed);
                })?;
                bar.inc(u64::from(written.people));
                total.add(written);
            }
            Ok((total, sheet))
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let fell = || Err(Failure::new("a thread fell over; see above"));
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| fell()))
            .collect()
    });
    bar.finish_and_clear();
    let (mut total, mut sheet) = fresh();
    for outcome in outcomes {
        let (written, counted) = outcome?;
        total.add(written);
        if let (Some(sheet), Some(counted)) = (&mut sheet, &counted) {
            sheet.merge(counted);
        }
    }
    Ok((total, sheet))
}

fn one_block(
    plan: Plan,
    block: Block,
    folder: Option<&Folder>,
    mut sheet: Option<&mut Sheet>,
) -> Result<Written, Failure> {
    let mut count = |person: &TruePerson| {
        if let Some(sheet) = &mut sheet {
            sheet.add(person);
        }
    };
    if let Some(folder) = folder {
        return folder.block(plan, block, FILE_BYTES, &mut count);
    }
    let mut written = Written::default();
    synthetic::people(plan, block, &mut |person| {
        written.people += 1;
        count(&person);
    });
    Ok(written)
}

fn next(blocks: &Mutex<impl Iterator<Item = Block>>) -> Option<Block> {
    blocks.lock().ok()?.next()
}
