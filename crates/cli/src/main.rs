//! `daydream`: train, evaluate and sample Daydream's models from a terminal.

mod args;
mod evaluate;
mod failure;
mod list;
mod open;
mod png_grid;
mod sample;
mod train;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Arguments, Command};

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Models(models) => list::models(&models),
        Command::Train(train) => train::train(&train),
        Command::Eval(eval) => evaluate::evaluate(&eval),
        Command::Sample(sample) => sample::sample(&sample),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("daydream: {failure}");
            ExitCode::from(2)
        }
    }
}
