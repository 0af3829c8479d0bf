//! Daydream's models: data sets, layers, the zoo (one file a model), metrics, the training session
//! and its checkpoints. Pure Rust, no device and no page.

pub mod data;
mod error;
mod knob;
mod text;

pub use error::Error;
pub use knob::{ChoiceOption, Knob, KnobKind, Knobs, Scale};
pub use text::{Text, text};
