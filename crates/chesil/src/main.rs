//! The one program: commands, the server, jobs, wiring. No rules of care stand here.

mod account;
mod audit;
mod backup;
mod check;
mod clock;
mod demo;
mod error;
mod folder;
mod import;
mod link;
mod reference;
mod removals;
mod restored;
mod secret;
mod serve;
mod synthesise;
mod system;

use clap::{Parser, Subcommand};
use error::Failure;
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Printed by `--version` and in the footer of every page (SAFETY 17).
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nClinical safety officer: unassigned: not for clinical use until a registered Clinical Safety Officer signs"
);

#[derive(Parser)]
#[command(name = "chesil", version = VERSION, about = "Software that an integrated care system runs on")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take files that partners sent: FHIR R4 JSON, HL7 v2, CSV; plain, gzip, bzip2 or zip.
    Import(import::Arguments),
    /// Check a care system's folder; names file, line and reason of each problem.
    Check(check::Arguments),
    /// Find which rows of one or more files are the same person: CSV or Parquet.
    Link(link::Arguments),
    /// Serve pages, the FHIR and HL7 routes, MLLP listeners and a watched folder.
    Serve(serve::Arguments),
    /// Make, list, suspend and reset the accounts of people who sign in with a password and a code.
    Account(account::Arguments),
    /// Check that nobody has meddled with who looked at what.
    Audit(audit::Arguments),
    /// Write all that a store holds into one sealed file, while it is in use.
    Backup(backup::Arguments),
    /// Put a backup into a new folder or an empty database.
    Restore(backup::RestoreArguments),
    /// Show what a restore left to be looked at by a person, and keep that somebody did.
    Restored(restored::Arguments),
    /// Fill a demo folder with invented people, through every feed, and serve it.
    Demo(demo::Arguments),
    /// Write an invented county: each partner's files packed with gzip, and the truth beside.
    Synthesise(synthesise::Arguments),
    /// Make a care system's folder from official files of areas, postcodes, practices and people.
    Reference(reference::Arguments),
}

/// Where data is kept; the same for every command that opens it.
#[derive(clap::Args, Clone, Debug)]
struct Store {
    /// Data folder, made when it is not there.
    #[arg(long, default_value = "chesil-data")]
    data: PathBuf,
    /// Keep the record in PostgreSQL instead: postgres://user@host/database. The folder still holds the lock.
    #[arg(long, env = "CHESIL_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// The care system's folder; without it, the one built in (Dorset).
    #[arg(long)]
    system: Option<PathBuf>,
    /// Make a new data folder for real people. It can never be a demo folder, nor a demo folder live.
    #[arg(long)]
    live: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    let outcome = match Arguments::parse().command {
        Command::Import(arguments) => import::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Link(arguments) => link::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Account(arguments) => account::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Restored(arguments) => restored::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Synthesise(arguments) => synthesise::run(&arguments),
        Command::Reference(arguments) => reference::run(&arguments),
    };
    outcome.unwrap_or_else(|failure: Failure| {
        eprintln!("chesil: {failure}");
        ExitCode::from(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn safety_17_the_version_says_that_nobody_has_signed_for_clinical_use() {
        let said = Arguments::command().render_version();
        assert!(said.contains(env!("CARGO_PKG_VERSION")));
        assert!(
            said.contains("not for clinical use until a registered Clinical Safety Officer signs"),
            "{said}"
        );
    }
}
