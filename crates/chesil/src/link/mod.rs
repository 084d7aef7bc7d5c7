//! `chesil link`: which rows of one or more files are the same person.

mod reading;
mod settings;
mod telling;
mod writing;

use crate::error::Failure;
use linkage::{Candidates, Model, Scorer, Table, block, cluster, train};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(clap::Args)]
pub struct Arguments {
    /// CSV or Parquet files, each with a heading and a column that names its rows.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where each row's person is written: unique_id, source, person.
    #[arg(long, default_value = "clusters.csv")]
    out: PathBuf,
    /// Where each pair is written that could be one person: ids, weight, probability, evidence.
    #[arg(long)]
    pairs: Option<PathBuf>,
    /// The model: read when the file is there, else learnt and written to it.
    #[arg(long)]
    model: Option<PathBuf>,
    /// What columns hold, and other settings (TOML).
    #[arg(long)]
    config: Option<PathBuf>,
    /// The probability from which a pair speaks for one person.
    #[arg(long)]
    threshold: Option<f64>,
    /// At most one row of each source in a person: rows of one source are never compared.
    #[arg(long)]
    one_to_one: bool,
    /// Say in words why two rows are, or are not, one person, and stop.
    #[arg(long, num_args = 2, value_names = ["ID", "ID"])]
    explain: Option<Vec<String>>,
    /// Where random draws begin: the same seed gives the same answer.
    #[arg(long)]
    seed: Option<u64>,
    /// The least probability of a pair that is written to --pairs.
    #[arg(long, default_value_t = 0.001)]
    least: f64,
}

/// The probability from which a pair speaks for one person, unless told otherwise.
const THRESHOLD: f64 = 0.7;

/// Exit 0 when every row was read and given a person.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let step = |what: &str| eprintln!("{:>7.1} s  {what}", started.elapsed().as_secs_f64());
    let settings = settings::read(arguments.config.as_deref())?;
    let threshold = arguments.threshold.or(settings.threshold).unwrap_or(THRESHOLD);
    if !(0.0..1.0).contains(&threshold) || threshold <= 0.0 || !(0.0..1.0).contains(&arguments.least) {
        return Err(Failure::new("a probability is more than 0 and less than 1"));
    }
    let one_to_one = arguments.one_to_one || settings.one_to_one;
    let read = reading::read(&arguments.files, &settings)?;
    let table = &read.table;
    step(&format!(
        "{} rows read from {} file(s)",
        table.len(),
        arguments.files.len()
    ));
    reading::warn_of_unreadable(table)?;

    let candidates = Candidates::new(table, &block::rules(table.schema()), one_to_one);
    telling::rules(&candidates);
    step(&format!("{} candidate pairs at most", candidates.cost()));
    let model = model(arguments, table, &candidates, arguments.seed.or(settings.seed))?;
    telling::model(&model);
    step("model ready");

    let scorer = Scorer::new(table, &model);
    if let Some(ids) = &arguments.explain {
        let found = |id: &str| {
            read.ids
                .find(id)
                .ok_or_else(|| Failure::new(format!("there is no row {id:?}")))
        };
        telling::explain(&scorer, (&ids[0], found(&ids[0])?), (&ids[1], found(&ids[1])?));
        return Ok(ExitCode::SUCCESS);
    }
    let least = weight(arguments.least.min(threshold));
    let pairs = linkage::pairs(&scorer, &candidates, least);
    step(&format!(
        "{} pairs weighed at {} or more",
        pairs.len(),
        arguments.least.min(threshold)
    ));
    let persons = cluster::persons(
        &scorer,
        &pairs,
        cluster::Settings {
            threshold: weight(threshold),
            one_to_one,
        },
    );
    let count = writing::clusters(&arguments.out, &read, &persons)?;
    step(&format!(
        "{} persons of {} rows: {}",
        count,
        table.len(),
        arguments.out.display()
    ));
    if let Some(path) = &arguments.pairs {
        writing::pairs(path, &read, &scorer, &pairs)?;
        step(&format!("{} pairs: {}", pairs.len(), path.display()));
    }
    if let Some(megabytes) = peak_memory() {
        eprintln!("peak memory {megabytes} MB");
    }
    Ok(ExitCode::SUCCESS)
}

/// The base-2 logarithm of the odds of a probability.
fn weight(probability: f64) -> f32 {
    (probability / (1.0 - probability)).log2() as f32
}

fn model(
    arguments: &Arguments,
    table: &Table,
    candidates: &Candidates<'_>,
    seed: Option<u64>,
) -> Result<Model, Failure> {
    if let Some(path) = arguments.model.as_deref().filter(|path| path.exists()) {
        let text = std::fs::read_to_string(path).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
        let model = Model::from_json(&text).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
        if model.schema != *table.schema() {
            return Err(Failure::new(format!(
                "{}: this model compares {}, and the files hold {}",
                path.display(),
                settings::columns(&model.schema),
                settings::columns(table.schema())
            )));
        }
        return Ok(model);
    }
    let mut how = train::Settings::default();
    how.seed = seed.unwrap_or(how.seed);
    let model = train::train(table, candidates, how);
    if let Some(path) = &arguments.model {
        let text = model.to_json().map_err(|e| Failure::new(e.to_string()))?;
        std::fs::write(path, text).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    }
    Ok(model)
}

/// The most memory this process has held, where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace()
        .next()?
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024)
}
