//! What a command says when it cannot go on.

use std::fmt;

/// A failure in words for the person at the terminal.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// With these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<care::db::DbError> for Failure {
    fn from(error: care::db::DbError) -> Self {
        Self(format!("the store: {error}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}
