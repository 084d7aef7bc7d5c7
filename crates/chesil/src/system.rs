//! Loading a care system's folder from disk, or the one built in.

use crate::error::Failure;
use record::system::{Problem, System};
use rust_embed::Embed;
use std::path::Path;
use std::sync::Arc;

#[derive(Embed)]
#[folder = "../../systems/dorset"]
struct Dorset;

const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The files of a system's folder, as (name relative to it, text).
pub fn files(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    gather(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn gather(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let in_words = |error: std::io::Error| Failure::new(format!("{}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(in_words)? {
        let entry = entry.map_err(in_words)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() && prefix.is_empty() {
            gather(&path, &format!("{name}/"), found)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            if entry.metadata().map_err(in_words)?.len() > FILE_BYTES_MAX {
                return Err(Failure::new(format!("{}: larger than 4 MB", path.display())));
            }
            let text =
                std::fs::read_to_string(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            found.push((name, text));
        }
    }
    Ok(())
}

/// The files of the system in a folder, or of the one built in.
pub fn texts(folder: Option<&Path>) -> Result<Vec<(String, String)>, Failure> {
    let built_in = || {
        Dorset::iter().filter_map(|name| {
            let text = String::from_utf8(Dorset::get(&name)?.data.into_owned()).ok()?;
            Some((name.to_string(), text))
        })
    };
    folder.map_or_else(|| Ok(built_in().collect()), files)
}

/// The system in a folder, or the one built in.
pub fn load(folder: Option<&Path>) -> Result<Arc<System>, Failure> {
    System::load(&texts(folder)?)
        .map(Arc::new)
        .map_err(|problems| Failure::new(words(&problems)))
}

/// Problems, one a line.
pub fn words(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
