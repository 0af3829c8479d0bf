//! Daydream's models: data sets, layers, the zoo (one file a model), metrics, the training session
//! and its checkpoints. Pure Rust, no device and no page.

mod batches;
mod catalogue;
pub mod checkpoint;
pub mod data;
mod device;
mod error;
mod knob;
pub mod layers;
pub mod metrics;
mod model;
mod number;
mod picture;
pub mod plane;
mod recipe;
mod run;
pub mod samplers;
mod session;
mod spec;
mod text;
pub mod zoo;

pub use catalogue::{Catalogue, catalogue};
pub use device::{DeviceChoice, DeviceKind, Devices, Notice, Placement};
pub use error::{Error, Named};
pub use knob::{ChoiceOption, Knob, KnobKind, Knobs, Scale};
pub use model::{Built, Course, Measuring, Metrics, Model, Setup};
pub use picture::{Curve, Floats, Group, Layer, Palette, Part, Picture, Role, Series};
pub use recipe::Recipe;
pub use run::{Run, batch, batch_labels};
pub use session::{Progress, Prospect, Session, find_knob};
use spec::paper;
pub use spec::{Better, Cost, Family, Metric, ModelSpec, Paper, Preset, Takes, View};
use text::words;
pub use text::{Text, Words, text};
use text::{said, shown};
