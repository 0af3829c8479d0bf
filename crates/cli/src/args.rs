//! The arguments of every command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Train small generative models, measure them and draw samples from them.
#[derive(Parser)]
#[command(name = "daydream", version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the models with their knobs and metrics, and the data sets
    Models(Models),
    /// Train a model
    Train(Train),
    /// Measure a trained model on the test split
    Eval(Eval),
    /// Draw samples from a trained model into a PNG
    Sample(Sample),
}

#[derive(Args)]
pub(crate) struct Models {
    /// Print the whole catalogue as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Train {
    /// The model, as `daydream models` lists it
    pub(crate) model: String,
    /// A data set that `daydream models` lists, or a folder with IDX files under their MNIST names
    #[arg(long, value_name = "NAME|DIR")]
    pub(crate) data: Option<String>,
    /// Settings that are known to work, as `daydream models` lists them; the first is used when no data is named
    #[arg(long, value_name = "NAME")]
    pub(crate) preset: Option<String>,
    /// Passes over the training split
    #[arg(long, conflicts_with = "steps", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) epochs: Option<u64>,
    /// Training steps; without this and --epochs, those of the preset
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) steps: Option<u64>,
    /// The seed; the same seed gives the same numbers
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u32,
    /// Turn a knob; may be repeated
    #[arg(long = "set", value_name = "KNOB=VALUE", value_parser = setting)]
    pub(crate) settings: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) hardware: Hardware,
    /// Write the trained model here
    #[arg(long, value_name = "FILE.safetensors")]
    pub(crate) out: Option<PathBuf>,
    /// Write the metrics here as training goes on, one JSON object a line
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) log: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Eval {
    /// A model that `daydream train --out` or the page saved
    pub(crate) file: PathBuf,
    /// Measure on this data instead of that which it was trained on
    #[arg(long, value_name = "NAME|DIR")]
    pub(crate) data: Option<String>,
    #[command(flatten)]
    pub(crate) hardware: Hardware,
    /// Measure only these, separated by commas
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub(crate) metrics: Vec<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Sample {
    /// A model that `daydream train --out` or the page saved
    pub(crate) file: PathBuf,
    /// The data that it was trained on, where it does not come with Daydream
    #[arg(long, value_name = "NAME|DIR")]
    pub(crate) data: Option<String>,
    #[command(flatten)]
    pub(crate) hardware: Hardware,
    /// How many samples
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) n: u32,
    /// The seed of the samples; a fresh one if not given
    #[arg(long)]
    pub(crate) seed: Option<u32>,
    /// Write the picture here
    #[arg(long, value_name = "GRID.png")]
    pub(crate) out: PathBuf,
}

/// What a model runs on.
#[derive(Clone, Copy, Args)]
pub(crate) struct Hardware {
    /// What runs the model
    #[arg(long, default_value = "cpu")]
    pub(crate) device: Device,
    /// Threads on the processor; without this, one for each of its cores. The numbers are the same for any
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
}

/// What can run a model.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Device {
    /// The processor, with SIMD
    Cpu,
    /// The graphics processor, through Vulkan, Metal or Direct3D 12
    Gpu,
}

fn setting(typed: &str) -> Result<(String, String), String> {
    match typed.split_once('=') {
        Some((knob, value)) if !knob.is_empty() => Ok((knob.to_owned(), value.to_owned())),
        _ => Err(format!("expected KNOB=VALUE, found {typed:?}")),
    }
}
