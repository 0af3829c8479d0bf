//! What can go wrong at the edges, said to the person who can act on it.

use std::fmt;

use crate::{Text, Words, said};

/// Every failure that the crate reports instead of panicking.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// A file, archive or byte string is not what it should be.
    BadFile {
        /// The file's name, as the person knows it.
        source: Words,
        /// What was expected, what was found, what to do. English goes on from the name, Korean is whole sentences.
        problem: Words,
    },
    /// A knob was given a value outside its range.
    BadKnob {
        /// The knob's id.
        knob: String,
        /// What it accepts.
        expected: Words,
        /// What was given.
        found: String,
    },
    /// A name that does not exist here.
    Unknown {
        /// What was asked for by it.
        what: Named,
        /// The name that was given.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// The request cannot be served, for the reason given in a whole sentence.
    Unsupported(Words),
    /// Training produced NaN or infinite numbers at `step`.
    Diverged {
        /// The training step after which it was seen.
        step: u64,
    },
    /// The device that runs the programs failed; it speaks English only.
    Device(String),
}

/// What is asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A model of the catalogue.
    Model,
    /// A data set of the catalogue.
    DataSet,
    /// A knob of a model, a data set or a view.
    Knob,
    /// A metric of a model.
    Metric,
    /// A view of a model.
    View,
    /// A preset of a model.
    Preset,
}

impl Named {
    /// The word for it.
    pub const fn text(self) -> Text {
        match self {
            Named::Model => said("model", "모델"),
            Named::DataSet => said("data set", "데이터 세트"),
            Named::Knob => said("knob", "조절 항목"),
            Named::Metric => said("metric", "지표"),
            Named::View => said("view", "보기"),
            Named::Preset => said("preset", "추천 설정"),
        }
    }
}

impl Error {
    /// A file, archive or byte string that is not what it should be.
    pub(crate) fn bad_file(source: impl Into<Words>, problem: Words) -> Error {
        Error::BadFile { source: source.into(), problem }
    }

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

    /// The same message as [`fmt::Display`] gives, in Korean. Names stand where no particle depends on their last letter.
    pub fn korean(&self) -> String {
        match self {
            Error::BadFile { source, problem } => format!("{}: {}", source.ko, problem.ko),
            Error::BadKnob { knob, expected, found } => {
                format!("조절 항목 {knob}에 쓸 수 없는 값입니다: {found}. 쓸 수 있는 값: {}", expected.ko)
            }
            Error::Unknown { what, name, known } => {
                format!(
                    "{} 중에 이름이 {name:?}인 것이 없습니다. 쓸 수 있는 이름: {}",
                    what.text().ko,
                    known.join(", ")
                )
            }
            Error::Unsupported(reason) => reason.ko.clone(),
            Error::Diverged { step } => format!(
                "{step}단계에서 학습이 발산했습니다. 손실이나 매개변수가 NaN 또는 무한대가 되었습니다. 학습률을 낮추면 대개 해결됩니다."
            ),
            Error::Device(problem) => format!("계산 장치에서 문제가 생겼습니다: {problem}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::BadFile { source, problem } => write!(f, "{}: {}", source.en, problem.en),
            Error::BadKnob { knob, expected, found } => {
                write!(f, "{knob} must be {}, but was given {found}", expected.en)
            }
            Error::Unknown { what, name, known } => {
                write!(f, "there is no {} named {name:?}; known: {}", what.text().en, known.join(", "))
            }
            Error::Unsupported(reason) => f.write_str(&reason.en),
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
