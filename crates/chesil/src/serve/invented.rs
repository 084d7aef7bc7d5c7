//! How the invented people of a demo folder came out, as it was counted when the folder was filled.

use crate::error::Failure;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web::site::invented::Report;

/// Largest file that is read.
const BYTES_MAX: u64 = 4 << 20;

/// Where it stands in a data folder.
pub fn path(data: &Path) -> PathBuf {
    data.join("invented.json")
}

/// What was counted; `None` in a live folder, or where nothing was.
pub fn load(data: &Path, demo: bool) -> Result<Option<Arc<Report>>, Failure> {
    let path = path(data);
    if !demo || !path.is_file() {
        return Ok(None);
    }
    let in_words = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()));
    if std::fs::metadata(&path)?.len() > BYTES_MAX {
        return Err(in_words(&"larger than 4 MB"));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| in_words(&error))?;
    let report = serde_json::from_str(&text).map_err(|error| in_words(&error))?;
    Ok(Some(Arc::new(report)))
}
