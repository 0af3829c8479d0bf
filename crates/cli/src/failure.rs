//! What ends a command early: one line for the person who typed it.

use std::fmt;
use std::path::Path;

/// Why a command ended early.
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Failure {
        Failure(sentence.into())
    }

    /// A file that could not be read or written.
    pub(crate) fn file(path: &Path, problem: impl fmt::Display) -> Failure {
        Failure(format!("{}: {problem}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<daydream_models::Error> for Failure {
    fn from(error: daydream_models::Error) -> Failure {
        Failure(error.to_string())
    }
}
