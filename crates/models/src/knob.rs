//! Knobs: what a visitor can turn, declared as data, and the values they stand at.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Error, Text, number, words};

/// One setting of a model or of a data set.
#[derive(Clone, Debug, Serialize)]
pub struct Knob {
    /// Name in links and on the command line: lower case, words joined by `-`.
    pub id: &'static str,
    /// Label on the page.
    pub title: Text,
    /// Plain-language help: what it does and what to expect when it is turned.
    pub help: Text,
    /// What it accepts and where it starts.
    pub kind: KnobKind,
    /// `true`: applies to the running session. `false`: the session is built anew.
    pub live: bool,
}

/// What a knob accepts. Values are numbers throughout, so that a link, a slider and a scalar input
/// of a graph share one representation: a choice is the index of its option, a switch 0 or 1.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum KnobKind {
    /// A whole number in `min..=max`.
    Whole {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Where it starts.
        default: f64,
        /// How a slider is spaced.
        scale: Scale,
    },
    /// A real number in `min..=max`.
    Real {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
        /// Where it starts.
        default: f64,
        /// How a slider is spaced; with [`Scale::Log`], `min` may be 0 and then stands at the slider's end.
        scale: Scale,
        /// Unit after the number, empty when it has none.
        unit: &'static str,
    },
    /// One of several named options.
    Choice {
        /// The options in the order in which they are offered.
        options: &'static [ChoiceOption],
        /// Index of the option it starts at.
        default: usize,
    },
    /// On or off.
    Switch {
        /// Where it starts.
        default: bool,
    },
}

/// One option of a [`KnobKind::Choice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ChoiceOption {
    /// Name in links and on the command line.
    pub id: &'static str,
    /// Label on the page.
    pub title: Text,
}

impl ChoiceOption {
    /// An option of that name and label.
    pub const fn new(id: &'static str, title: Text) -> ChoiceOption {
        ChoiceOption { id, title }
    }
}

/// How a slider is spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Equal distances are equal differences.
    Linear,
    /// Equal distances are equal ratios.
    Log,
}

impl Knob {
    /// The value it starts at.
    pub fn default_value(&self) -> f64 {
        match self.kind {
            KnobKind::Whole { default, .. } | KnobKind::Real { default, .. } => default,
            KnobKind::Choice { default, .. } => default as f64,
            KnobKind::Switch { default } => f64::from(u8::from(default)),
        }
    }

    /// Reads what a person typed in a link or on the command line: a number, an option's name, `on`/`off`.
    pub fn parse(&self, typed: &str) -> Result<f64, Error> {
        let value = match &self.kind {
            KnobKind::Choice { options, .. } => {
                options.iter().position(|option| option.id == typed).map(|index| index as f64)
            }
            KnobKind::Switch { .. } => match typed {
                "on" | "true" | "1" => Some(1.0),
                "off" | "false" | "0" => Some(0.0),
                _ => None,
            },
            KnobKind::Whole { .. } | KnobKind::Real { .. } => number::read(typed),
        };
        match value {
            Some(value) => self.check(value),
            None => Err(self.refuse(typed)),
        }
    }

    /// The inverse of [`Knob::parse`]: how a value is written in a link.
    pub fn format(&self, value: f64) -> String {
        match &self.kind {
            KnobKind::Choice { options, .. } => options[value as usize].id.to_owned(),
            KnobKind::Switch { .. } => (if value == 0.0 { "off" } else { "on" }).to_owned(),
            KnobKind::Whole { .. } | KnobKind::Real { .. } => value.to_string(),
        }
    }

    /// Accepts a value inside the knob's range and nothing else.
    pub fn check(&self, value: f64) -> Result<f64, Error> {
        let fits = match &self.kind {
            KnobKind::Whole { min, max, .. } => (*min..=*max).contains(&value) && value.fract() == 0.0,
            KnobKind::Real { min, max, .. } => (*min..=*max).contains(&value),
            KnobKind::Choice { options, .. } => value.fract() == 0.0 && (0.0..options.len() as f64).contains(&value),
            KnobKind::Switch { .. } => value == 0.0 || value == 1.0,
        };
        if fits { Ok(value) } else { Err(self.refuse(&value.to_string())) }
    }

    fn refuse(&self, found: &str) -> Error {
        let expected = match &self.kind {
            KnobKind::Whole { min, max, .. } => {
                words!("a whole number from {min} to {max}", "{min} 이상 {max} 이하의 정수")
            }
            KnobKind::Real { min, max, .. } => {
                words!("a number from {min} to {max}", "{min} 이상 {max} 이하의 수")
            }
            KnobKind::Choice { options, .. } => {
                let names: Vec<&str> = options.iter().map(|option| option.id).collect();
                words!("one of {names}", "{names} 중 하나", names = names.join(", "))
            }
            KnobKind::Switch { .. } => words!("on or off", "on 또는 off"),
        };
        Error::BadKnob { knob: self.id.to_owned(), expected, found: found.to_owned() }
    }
}

/// The values of a set of knobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Knobs {
    values: BTreeMap<&'static str, f64>,
    drawn: Option<Vec<f32>>,
}

impl Knobs {
    /// Every knob at its default.
    pub fn defaults(knobs: &[Knob]) -> Knobs {
        Knobs { values: knobs.iter().map(|knob| (knob.id, knob.default_value())).collect(), drawn: None }
    }

    /// The args of a view together with what was drawn for it by hand.
    pub(crate) fn with_drawn(self, drawn: Option<Vec<f32>>) -> Knobs {
        Knobs { drawn, ..self }
    }

    /// What the visitor drew for a view that [takes](crate::Takes) it: one row of the data, or nothing yet.
    pub fn drawn(&self) -> Option<&[f32]> {
        self.drawn.as_deref()
    }

    /// The value of a knob. Asking for one that was never declared is a programmer's error.
    #[track_caller]
    pub fn real(&self, id: &str) -> f32 {
        match self.values.get(id) {
            Some(&value) => value as f32,
            None => panic!("no knob named {id:?} is declared"),
        }
    }

    /// The value of a whole-number knob, or the index of a choice.
    #[track_caller]
    pub fn whole(&self, id: &str) -> usize {
        self.real(id) as usize
    }

    /// Whether a switch is on.
    #[track_caller]
    pub fn is_on(&self, id: &str) -> bool {
        self.real(id) != 0.0
    }

    /// Sets a declared knob to a checked value.
    pub fn set(&mut self, knob: &Knob, value: f64) -> Result<(), Error> {
        self.values.insert(knob.id, knob.check(value)?);
        Ok(())
    }

    /// All values by id.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        self.values.iter().map(|(&id, &value)| (id, value))
    }
}
