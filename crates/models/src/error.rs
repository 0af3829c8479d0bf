//! What can go wrong at the edges, said to the person who can act on it.

use std::fmt;

/// Every failure that the crate reports instead of panicking.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A file, archive or byte string is not what it should be. `source` names it.
    BadFile {
        /// The file's name, as the person knows it.
        source: String,
        /// What was expected, what was found, what to do.
        problem: String,
    },
    /// A knob was given a value outside its range.
    BadKnob {
        /// The knob's id.
        knob: String,
        /// What it accepts.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A name (model, data set, knob, metric, view) that does not exist here.
    Unknown {
        /// What kind of thing was asked for, such as `model`.
        what: &'static str,
        /// The name that was given.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// The request cannot be served, for the reason given in a whole sentence.
    Unsupported(String),
    /// Training produced NaN or infinite numbers at `step`.
    Diverged {
        /// The training step after which it was seen.
        step: u64,
    },
    /// The device that runs the programs failed.
    Device(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::BadFile { source, problem } => write!(f, "{source}: {problem}"),
            Error::BadKnob { knob, expected, found } => {
                write!(f, "{knob} must be {expected}, but was given {found}")
            }
            Error::Unknown { what, name, known } => {
                write!(f, "there is no {what} named {name:?}; known: {}", known.join(", "))
            }
            Error::Unsupported(reason) => f.write_str(reason),
            Error::Diverged { step } => write!(
                f,
                "training diverged at step {step}: a loss or parameter became NaN or infinite; a smaller learning rate usually helps"
            ),
            Error::Device(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for Error {}

impl From<daydream_graph::DeviceError> for Error {
    fn from(error: daydream_graph::DeviceError) -> Error {
        Error::Device(error.0)
    }
}
