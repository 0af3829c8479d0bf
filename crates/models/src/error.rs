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

impl Error {
    /// What kind of failure it is: `Failure.code` of the page's `protocol.ts`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::BadFile { .. } => "bad-file",
            Error::BadKnob { .. } => "bad-knob",
            Error::Unknown { .. } => "unknown",
            Error::Unsupported(_) => "unsupported",
            Error::Diverged { .. } => "diverged",
            Error::Device(_) => "device",
        }
    }

    /// The same message as [`fmt::Display`] gives, in Korean.
    pub fn korean(&self) -> String {
        match self {
            Error::BadFile { source, problem } => format!("{source}: {problem}"),
            Error::BadKnob { knob, expected, found } => {
                format!("{knob} 값으로 {found}을(를) 쓸 수 없습니다. 허용되는 값: {expected}")
            }
            Error::Unknown { what, name, known } => {
                format!("{what} {name:?}을(를) 찾을 수 없습니다. 있는 것: {}", known.join(", "))
            }
            Error::Unsupported(reason) => reason.clone(),
            Error::Diverged { step } => format!(
                "{step}단계에서 학습이 발산했습니다. 손실이나 매개변수가 NaN 또는 무한대가 되었습니다. 학습률을 낮추면 대개 해결됩니다."
            ),
            Error::Device(problem) => problem.clone(),
        }
    }
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
