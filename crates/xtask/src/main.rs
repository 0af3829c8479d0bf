//! `cargo xtask serve | build | test | bench`: every chore of the project, each of which sets itself up on a fresh machine.
//!
//! No command asks a question. What is missing is fetched, and what cannot be fetched is named with the way to get it.

mod bench;
mod browsers;
mod checks;
mod constants;
mod fresh;
mod page;
mod parity;
mod parts;
mod prerequisites;
mod process;
mod relaxed;
mod split;
mod system;
mod tally;
mod wasm;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};
use std::process::ExitCode;

/// The chores of the Daydream project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build the page and the WebAssembly module in release mode and serve them on this machine
    Serve {
        /// The port to serve on; by default the first free one from 4173 on
        #[arg(long)]
        port: Option<u16>,
        /// Open the page in the default browser
        #[arg(long)]
        open: bool,
        /// Serve the page's sources instead, and reload the page when one of them changes
        #[arg(long)]
        dev: bool,
    },
    /// Write the static site to www/dist, ready for any host under any path
    Build,
    /// Run every check and test: Rust, page, and the page in real browsers
    Test {
        /// Run one group of checks only
        #[arg(long)]
        only: Option<Group>,
        /// With `--only browsers`: arguments for the test runner, such as `-- -t link`
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Measure matrix products and training steps: in Chromium beside other engines, into www/docs/benchmarks.md, or natively on a GPU
    Bench {
        /// `gpu` measures this machine's GPU, beside its CPU and PyTorch
        #[arg(long, default_value = "cpu")]
        device: BenchDevice,
        #[command(flatten)]
        wishes: bench::Wishes,
    },
}

/// What `cargo xtask bench` measures.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BenchDevice {
    /// A browser, and natively
    Cpu,
    /// The GPU, natively
    Gpu,
}

/// A group of checks that `cargo xtask test --only` can name.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// Formatting, clippy and the tests of all crates
    Rust,
    /// Types, lint and unit tests of the page
    Page,
    /// The built page in Chromium, Firefox and WebKit
    Browsers,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Serve { port, open, dev } => serve(port, open, dev).map(|()| true),
        Chore::Build => page::build().map(|()| true),
        Chore::Bench { device: BenchDevice::Cpu, wishes } => bench::in_browser(&wishes).map(|()| true),
        Chore::Bench { device: BenchDevice::Gpu, .. } => bench::on_gpu().map(|()| true),
        Chore::Test { only, rest } => checks::run(only, &rest),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(port: Option<u16>, open: bool, dev: bool) -> Result<()> {
    if dev {
        page::prepare()?;
    } else {
        page::build()?;
    }
    page::serve(port, open, dev)
}
