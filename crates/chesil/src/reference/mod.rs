//! `chesil reference load DIR`: official files that an operator downloaded become a care system's folder of their
//! own, in which invented people live on the real map, at real postcodes, with real practices (SAFETY 18: unless
//! these are loaded, all of them are invented). Nothing is written before everything has been read.

mod county;
mod reading;

use crate::error::Failure;
use crate::system;
use record::system::System;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Read the official files in a folder and write a care system's folder made from them.
    Load(Load),
}

#[derive(clap::Args)]
struct Load {
    /// The folder with the official files; docs/invented-county.md lists their names and columns.
    folder: PathBuf,
    /// The care system they are put into; without it, the one built in (Dorset). It is not changed.
    #[arg(long)]
    system: Option<PathBuf>,
    /// Where the new care system's folder is written; one that this command wrote before is replaced.
    #[arg(long)]
    out: PathBuf,
}

/// What stands in a folder that this command wrote.
const MARK: &str = "reference.txt";

/// Reads, checks, writes.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let What::Load(load) = &arguments.what;
    let base = system::texts(load.system.as_deref())?;
    let read = reading::read(&load.folder)?;
    let made = county::make(&read, &base).map_err(Failure::new)?;
    let said = made.said.clone();
    write(load, &base, made)?;
    println!("{said}");
    println!(
        "Written to {}. Use it with: chesil demo --system {0}",
        load.out.display()
    );
    Ok(ExitCode::SUCCESS)
}

fn write(load: &Load, base: &[(String, String)], made: county::Made) -> Result<(), Failure> {
    let out = &load.out;
    let in_words = |error: std::io::Error| Failure::new(format!("{}: {error}", out.display()));
    if out.exists() && !out.join(MARK).is_file() {
        return Err(Failure::new(format!(
            "--out {}: stands there already, and was not written by this command; give another",
            out.display()
        )));
    }
    let mut files: Vec<(String, String)> = base.to_vec();
    for (name, text) in made.files {
        match files.iter_mut().find(|(held, _)| *held == name) {
            Some(held) => held.1 = text,
            None => files.push((name, text)),
        }
    }
    System::load(&files).map_err(|problems| Failure::new(system::words(&problems)))?;
    let beside = beside(out);
    if beside.exists() {
        std::fs::remove_dir_all(&beside).map_err(in_words)?;
    }
    for (name, text) in &files {
        let path = beside.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(in_words)?;
        }
        std::fs::write(path, text).map_err(in_words)?;
    }
    let boundaries = load.folder.join(exchange::reference::names::BOUNDARIES);
    std::fs::copy(&boundaries, beside.join("invented/areas.geojson"))
        .map_err(|error| Failure::new(format!("{}: {error}", boundaries.display())))?;
    std::fs::write(beside.join(MARK), format!("{}\n", made.said)).map_err(in_words)?;
    if out.exists() {
        std::fs::remove_dir_all(out).map_err(in_words)?;
    }
    std::fs::rename(&beside, out).map_err(in_words)
}

/// Where the folder is put together before it takes its place.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".loading");
    out.with_file_name(name)
}
