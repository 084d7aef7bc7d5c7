//! What a `link.toml` says: what columns hold, and how persons are made.

use crate::error::Failure;
use linkage::schema::{Role, Schema, Use};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A settings file. Every part may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The probability from which a pair speaks for one person.
    pub threshold: Option<f64>,
    /// At most one row of each source in a person.
    #[serde(default)]
    pub one_to_one: bool,
    /// Where random draws begin.
    pub seed: Option<u64>,
    /// What columns hold, by heading: id, source, whole_name, ignored, or what is compared.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
}

/// Reads a settings file, if there is one.
pub fn read(path: Option<&Path>) -> Result<Settings, Failure> {
    let Some(path) = path else {
        return Ok(Settings::default());
    };
    let text = std::fs::read_to_string(path).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    let settings: Settings = toml::from_str(&text).map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    for (heading, word) in &settings.columns {
        if of(word).is_none() {
            return Err(Failure::new(format!(
                "{}: column {heading:?} cannot hold {word:?}; it can hold id, source, whole_name, ignored, given, surname, \
                 birth, sex, postcode, address, number, phone, email or text",
                path.display()
            )));
        }
    }
    Ok(settings)
}

/// What a word of a settings file stands for.
pub fn of(word: &str) -> Option<Use> {
    match word {
        "id" => Some(Use::Id),
        "source" => Some(Use::Source),
        "whole_name" => Some(Use::WholeName),
        "ignored" => Some(Use::Ignored),
        _ => Role::ALL
            .into_iter()
            .find(|role| role.word() == word)
            .map(Use::Compared),
    }
}

/// The word of a settings file for what a column is for.
pub fn word(used: Use) -> &'static str {
    match used {
        Use::Id => "id",
        Use::Source => "source",
        Use::WholeName => "whole_name",
        Use::Ignored => "ignored",
        Use::Compared(role) => role.word(),
    }
}

/// The columns of a schema in words.
pub fn columns(schema: &Schema) -> String {
    schema
        .columns
        .iter()
        .map(|c| format!("{} ({})", c.name, c.role.word()))
        .collect::<Vec<_>>()
        .join(", ")
}
