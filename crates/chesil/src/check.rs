//! `chesil check FOLDER`: what is wrong with a care system's folder.

use crate::error::Failure;
use crate::system;
use record::system::System;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// The folder, such as systems/dorset.
    folder: PathBuf,
}

/// Exit 0 when nothing is wrong, 3 when something is.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let files = system::files(&arguments.folder)?;
    match System::load(&files) {
        Ok(system) => {
            println!(
                "{}: {} organisations, {} places, {} feeds: nothing wrong",
                system.title,
                system.organisations.len(),
                system.places.len(),
                system.feeds.len()
            );
            Ok(ExitCode::SUCCESS)
        }
        Err(problems) => {
            for problem in &problems {
                println!("{}/{problem}", arguments.folder.display());
            }
            println!(
                "{} problem{}",
                problems.len(),
                if problems.len() == 1 { "" } else { "s" }
            );
            Ok(ExitCode::from(3))
        }
    }
}
