//! `chesil audit verify`, and the seal of every minute while the server runs.

use crate::error::Failure;
use crate::{Store, clock, secret};
use care::Care;
use care::audit::{Signer, check};
use care::db::Place;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Check every row and every seal; names what was changed, removed, moved, forked or cut off.
    Verify {
        /// The copy of the seals that the server writes to its second place.
        #[arg(long)]
        copy: Option<PathBuf>,
        #[command(flatten)]
        store: Store,
    },
}

/// How often the chains are sealed.
const EVERY: Duration = Duration::from_secs(60);

/// Runs the command. It may run beside the server.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let What::Verify { copy, store } = &arguments.what;
    let place = match &store.database {
        Some(url) => Place::Pg(url.clone()),
        None => Place::Lite(store.data.join("audit.db")),
    };
    let copied = copy
        .as_ref()
        .map(|path| std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display()))))
        .transpose()?;
    let key = match std::fs::read_to_string(key_path(&store.data)) {
        Ok(text) => Some(Signer::of_secret(secret::of_text(&key_path(&store.data), &text)?).public_key()),
        Err(_) => None,
    };
    let checked = check(&place, key, copied.as_deref())?;
    println!(
        "{} rows, {} seals, {} rows not sealed yet",
        checked.rows, checked.seals, checked.unsealed
    );
    if key.is_none() {
        println!(
            "The key in {} was not there: who signed was not checked.",
            key_path(&store.data).display()
        );
    }
    if copied.is_none() {
        println!("Without --copy: whoever holds the store and the key could have written both again.");
    }
    for fault in &checked.faults {
        println!("FAULT: {}", fault.0);
    }
    Ok(if checked.faults.is_empty() {
        println!("Nothing was changed, removed, moved, forked or cut off.");
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

/// Seals how far the audit has come every minute for as long as the process lives, and copies each seal to the
/// second place, a file that is only added to, on another machine if the operator is wise. Processes that share a
/// database must be given the same `audit.key`, or `chesil audit verify` says that another key signed.
pub fn start_sealing(care: Arc<Care>, data: &Path, copy: Option<&Path>) -> Result<(), Failure> {
    let signer = signer(data)?;
    let copy = copy.map(Path::to_owned);
    if let Some(path) = &copy {
        // Said at once, not in the first minute of the night.
        add(path, "")?;
    }
    std::thread::Builder::new().name("seal".to_owned()).spawn(move || {
        let mut waiting = String::new();
        loop {
            match care.audit().seal(&signer, clock::now()) {
                Ok(Some(seal)) => waiting.push_str(&(seal.line() + "\n")),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "the audit was not sealed"),
            }
            match &copy {
                Some(path) if !waiting.is_empty() => match add(path, &waiting) {
                    Ok(()) => waiting.clear(),
                    Err(error) => tracing::error!(%error, "a seal was not copied; it is tried again"),
                },
                Some(_) => {}
                None => waiting.clear(),
            }
            std::thread::sleep(EVERY);
        }
    })?;
    Ok(())
}

/// Adds to a file that is only added to, durably.
pub fn add(path: &Path, text: &str) -> Result<(), Failure> {
    let in_words = |error: std::io::Error| Failure::new(format!("audit copy {}: {error}", path.display()));
    let mut file = File::options().create(true).append(true).open(path).map_err(in_words)?;
    file.write_all(text.as_bytes()).map_err(in_words)?;
    file.sync_all().map_err(in_words)
}

fn key_path(data: &Path) -> PathBuf {
    data.join("audit.key")
}

/// The signer of this folder; its secret is made when it is not there, readable by its owner alone.
pub fn signer(data: &Path) -> Result<Signer, Failure> {
    Ok(Signer::of_secret(secret::kept(&key_path(data))?))
}
