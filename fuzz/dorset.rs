//! Dorset's folder, as the targets use it.

use record::system::System;
use std::path::Path;

/// Its files, as (name, text), in order of name.
pub fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../systems/dorset");
    let mut files = Vec::new();
    for part in ["", "feeds"] {
        for entry in std::fs::read_dir(folder.join(part)).into_iter().flatten().flatten() {
            let name = Path::new(part).join(entry.file_name()).to_string_lossy().into_owned();
            if let (true, Ok(text)) = (name.ends_with(".toml"), std::fs::read_to_string(entry.path())) {
                files.push((name, text));
            }
        }
    }
    files.sort();
    files
}

/// Dorset as data.
#[allow(dead_code, reason = "one target needs only the files")]
pub fn system() -> System {
    System::load(&files()).unwrap_or_else(|problems| panic!("Dorset's folder does not load: {}", problems.len()))
}
