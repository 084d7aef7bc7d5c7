//! The identity provider that people may sign in by, from its two files.

use crate::error::Failure;
use std::path::Path;
use std::sync::Arc;
use web::access::provider::Provider;
use web::access::provider::settings::Settings;
use web::access::provider::talk::{Secret, Talk};

/// Reads the settings and the secret; says what is wrong with either, and where.
pub fn load(settings: Option<&Path>, secret: Option<&Path>) -> Result<Option<Arc<Provider>>, Failure> {
    let (Some(settings), Some(secret)) = (settings, secret) else {
        return Ok(None);
    };
    let at = |path: &Path, words: String| Failure::new(format!("{}: {words}", path.display()));
    let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| at(path, error.to_string()));
    let parsed: Settings = toml::from_str(&read(settings)?).map_err(|error| at(settings, error.to_string()))?;
    let parsed = parsed.checked().map_err(|words| at(settings, words))?;
    let kept = Secret::read(&read(secret)?, parsed.authentication).map_err(|words| at(secret, words))?;
    Ok(Some(Arc::new(Provider::new(Talk::new(parsed, kept)))))
}
