//! What the benchmarks share: what machine and commit this is, and what the process has used.

pub mod http;

use record::system::System;
use std::path::PathBuf;
use std::process::Command;

/// Now, in microseconds.
#[allow(clippy::disallowed_methods, reason = "a benchmark is at the rim")]
pub fn now() -> record::Instant {
    record::Instant(jiff::Timestamp::now().as_microsecond())
}

/// Processor, kernel, commit and date, in one line.
pub fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = commit
        .map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
        .unwrap_or_default();
    format!("{model}, {cores} cores, commit {commit}, {}", &now().rfc3339()[..10])
}

/// CPU seconds this process has used, and its peak memory in megabytes.
pub fn used() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    let ticks = fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    (ticks / 100.0, peak.unwrap_or(0.0) / 1024.0)
}

/// A small fast generator, so that inventing data is not what is measured.
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..below`.
    pub fn below(&mut self, below: u64) -> u64 {
        self.roll() % below.max(1)
    }

    /// Puts a list in random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for n in (1..list.len()).rev() {
            list.swap(n, self.below(n as u64 + 1) as usize);
        }
    }
}

/// The value below which this share of a sorted list lies; not a number of an empty one.
pub fn at(list: &[f64], share: f64) -> f64 {
    list.get(((list.len() as f64 * share) as usize).min(list.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// The care system of Dorset, from its folder.
///
/// # Errors
/// In words, when it cannot be read.
pub fn dorset() -> Result<System, String> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../systems/dorset"));
    let mut files = Vec::new();
    for (prefix, folder) in [("", folder.clone()), ("feeds/", folder.join("feeds"))] {
        for entry in std::fs::read_dir(folder).map_err(|e| e.to_string())?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") {
                files.push((
                    format!("{prefix}{name}"),
                    std::fs::read_to_string(entry.path()).map_err(|e| e.to_string())?,
                ));
            }
        }
    }
    System::load(&files).map_err(|problems| format!("{problems:?}"))
}
