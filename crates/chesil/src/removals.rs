//! The list of lawful removals, and of what was decided to protect somebody, beside the copy of the audit's seals: with
//! it a restore does again what was removed and decided after the backup was taken.

use crate::audit;
use crate::error::Failure;
use care::Care;
use care::backup::Journal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether something was removed or decided.
const EVERY: Duration = Duration::from_secs(5);

/// Lists what is removed and decided for as long as the process lives. What was removed while nobody listed it is listed now.
pub fn start(care: Arc<Care>, data: &Path, copy: &Path) -> Result<(), Failure> {
    let mut path = copy.as_os_str().to_owned();
    path.push(".removals");
    let path = PathBuf::from(path);
    audit::add(&path, "")?;
    let signer = audit::signer(data)?;
    let listed = std::fs::read_to_string(&path)?;
    if !listed.is_empty() && !listed.ends_with('\n') {
        // A line that was cut off would take the next with it.
        audit::add(&path, "\n")?;
    }
    let mut journal = Journal::after(&listed, &signer.public_key());
    std::thread::Builder::new().name("removals".to_owned()).spawn(move || {
        let mut waiting = String::new();
        loop {
            match journal.new_lines(&care, &signer) {
                Ok(lines) => waiting.push_str(&lines),
                Err(error) => tracing::error!(%error, "it was not seen whether something was removed or decided"),
            }
            if !waiting.is_empty() {
                match audit::add(&path, &waiting) {
                    Ok(()) => waiting.clear(),
                    Err(error) => tracing::error!(%error, "a removal or a decision was not listed; it is tried again"),
                }
            }
            std::thread::sleep(EVERY);
        }
    })?;
    Ok(())
}
