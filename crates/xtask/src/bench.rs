//! `cargo xtask bench`: matrix products and whole training steps in a browser, beside peers and what the processor could do.

use crate::browsers;
use crate::page::{self, install_packages};
use crate::prerequisites::{self, WASM_TARGET};
use crate::process::{output_of, root, run, run_quietly, say, succeeds};
use crate::wasm;
use anyhow::{Result, ensure};
use clap::ValueEnum;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is measured in the browser, and beside it natively; by default everything, which takes about ten minutes once all is compiled.
#[derive(clap::Args)]
pub(crate) struct Wishes {
    /// With the CPU: also write the raw figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// With the CPU: measure these parts alone, separated by commas, and leave the report file as it is
    #[arg(long, value_name = "PARTS", value_delimiter = ',')]
    only: Vec<Part>,
    /// With the CPU: train these models alone, such as `vae,gan`, and leave the report file as it is
    #[arg(long, value_name = "MODELS", value_delimiter = ',')]
    models: Vec<String>,
    /// With the CPU: take so many rounds instead of each part's own number, and leave the report file as it is
    #[arg(long, value_name = "N")]
    rounds: Option<u32>,
}

/// A part of the benchmark in the browser.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Matrix products at the shapes of training steps
    Products,
    /// Element-wise chains and reductions
    Chains,
    /// Convolutions and their gradients
    Convolutions,
    /// Training steps beside peers
    Steps,
    /// Where the time of a training step goes
    Profile,
    /// How cost grows with batch, width and depth
    Growth,
    /// What a visitor waits for: compilation, memory, weight over the wire, submission to WebGPU
    Page,
}

impl Wishes {
    /// Whether the whole benchmark is asked for.
    fn are_whole(&self) -> bool {
        self.only.is_empty() && self.models.is_empty() && self.rounds.is_none()
    }

    fn include(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }

    /// The same as arguments of `run.mjs`.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments = Vec::new();
        let mut add = |name: &str, value: &OsStr| arguments.extend([name.into(), value.to_owned()]);
        for part in &self.only {
            let value = part.to_possible_value();
            value.iter().for_each(|value| add("--only", value.get_name().as_ref()));
        }
        self.models.iter().for_each(|model| add("--model", model.as_ref()));
        self.rounds.iter().for_each(|rounds| add("--rounds", rounds.to_string().as_ref()));
        self.json.iter().for_each(|file| add("--json", file.as_ref()));
        arguments
    }
}

/// Measures Daydream and its peers in a browser and natively and prints the report. The whole one goes to `www/docs/benchmarks.md`.
pub(crate) fn in_browser(wishes: &Wishes) -> Result<()> {
    prerequisites::node()?;
    for folder in ["www", "tests/browser", "tests/bench"] {
        install_packages(&root().join(folder))?;
    }
    if wishes.include(Part::Page) {
        page::build()?;
    }
    let page = stage()?;
    run(cargo().args(["build", "--release", "--package", "daydream-bench", "--bin", "bench-native"]))?;
    let native = wasm::target_folder()?.join("release/bench-native").with_extension(std::env::consts::EXE_EXTENSION);
    let browser = browsers::find()?;
    let mut measure = Command::new("node");
    measure.arg(root().join("tests/bench/run.mjs")).envs(browser).args(wishes.arguments());
    measure.arg("--page").arg(&page).arg("--native").arg(native);
    if wishes.include(Part::Steps) {
        measure.arg("--python").arg(python()?);
        if let Some(program) = burn(&page) {
            measure.arg("--burn").arg(program);
        }
    }
    if wishes.include(Part::Page) {
        measure.arg("--site").arg(root().join("www/dist"));
    }
    let report = root().join("www/docs/benchmarks.md");
    if wishes.are_whole() {
        report.parent().map_or(Ok(()), fs::create_dir_all)?;
        measure.arg("--report").arg(&report);
    }
    say("measuring; leave the machine alone");
    run(&mut measure)?;
    if wishes.are_whole() {
        say(&format!("the report is in {}", report.strip_prefix(root()).unwrap_or(&report).display()));
    }
    Ok(())
}

/// Builds the page on which everything is measured, for one thread and, where that can be had, for several. Returns its folder.
fn stage() -> Result<PathBuf> {
    prerequisites::wasm_target()?;
    let folder = wasm::target_folder()?.join("bench");
    let finish = |compiled: &Path, folder: &Path| wasm::bind_both(compiled, folder, "daydream_bench");
    say("compiling the benchmark");
    finish(&wasm::compile("daydream-bench")?, &folder)?;
    match prerequisites::rust_source().and_then(|()| wasm::compile_threaded("daydream-bench")) {
        Ok(compiled) => finish(&compiled, &folder.join("threads"))?,
        Err(error) => say(&format!("SKIPPED: several threads in the browser. {error:#}")),
    }
    for file in fs::read_dir(root().join("tests/bench/page"))? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    Ok(folder)
}

/// Builds Burn's part of the contest: its module into the page's folder, and its program, whose path is returned. It is a package of its own
/// with a target folder of its own, so that nothing but this compiles it. Without it Burn does not take part.
fn burn(page: &Path) -> Option<PathBuf> {
    say("compiling Burn: minutes the first time");
    let build = || {
        let target = wasm::target_folder()?.join("bench-burn");
        let cargo = || {
            let mut cargo = Command::new("cargo");
            cargo.current_dir(root().join("tests/bench/peers/burn"));
            // These flags replace those of .cargo/config.toml, which are chosen for Daydream's kernels.
            cargo.env("RUSTFLAGS", "-C target-feature=+simd128").env_remove("CARGO_ENCODED_RUSTFLAGS");
            cargo.args(["build", "--locked", "--release", "--target-dir"]).arg(&target);
            cargo
        };
        run_quietly(cargo().args(["--lib", "--target", WASM_TARGET]))?;
        let compiled = target.join(WASM_TARGET).join("release/burn_steps.wasm");
        wasm::bind(&compiled, &page.join("burn"), "burn_steps")?;
        wasm::optimise(&page.join("burn/burn_steps_bg.wasm"))?;
        run_quietly(cargo().env_remove("RUSTFLAGS").args(["--bin", "burn-steps"]))?;
        Ok(target.join("release/burn-steps").with_extension(std::env::consts::EXE_EXTENSION))
    };
    build().map_err(|error: anyhow::Error| say(&format!("SKIPPED: Burn. {error:#}"))).ok()
}

/// A Python that has the peers: the machine's own, or one with packages in the target folder, where they are installed if need be. Without
/// them those peers do not take part.
fn python() -> Result<PathBuf> {
    let has_peers = |python: &Path| succeeds(Command::new(python).args(["-c", "import torch, numpy, sklearn"]));
    let own = PathBuf::from("python3");
    let folder = wasm::target_folder()?.join("bench-python");
    let separate = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python3" });
    for python in [&own, &separate] {
        if has_peers(python) {
            return Ok(python.clone());
        }
    }
    say("installing PyTorch, numpy and scikit-learn for Python: gigabytes, minutes the first time");
    let install = run_quietly(Command::new(&own).args(["-m", "venv"]).arg(&folder)).and_then(|()| {
        run_quietly(Command::new(&separate).args(["-m", "pip", "install", "torch", "numpy", "scikit-learn"]))
    });
    match install {
        Ok(()) => Ok(separate),
        Err(error) => {
            say(&format!("SKIPPED: peers in Python that are not installed. {error:#}"));
            Ok(own)
        }
    }
}

/// Measures on a GPU, natively, and beside it on the CPU and with PyTorch where Python has it. Prints the report, and writes it to
/// `www/docs/benchmarks-gpu.md` where the GPU is a real one.
pub(crate) fn on_gpu() -> Result<()> {
    say("compiling the benchmark");
    run(cargo().args(["build", "--release", "--package", "daydream-bench", "--bin", "bench-gpu"]))?;
    let mut measure = cargo();
    measure.args(["run", "--quiet", "--release", "--package", "daydream-bench", "--bin", "bench-gpu"]);
    if let Some(peer) = peer()? {
        measure.arg("--").arg(peer);
    }
    say("measuring, for a minute or two; leave the machine alone");
    let measured = measure.stderr(Stdio::inherit()).output()?;
    ensure!(measured.status.success(), "the benchmark failed");
    let text = String::from_utf8_lossy(&measured.stdout);
    println!("{text}");
    if !text.contains("plays a GPU") {
        fs::write(root().join("www/docs/benchmarks-gpu.md"), &*text)?;
        say("the report is in www/docs/benchmarks-gpu.md");
    }
    Ok(())
}

/// The file in which PyTorch's figures are, if there is a PyTorch.
fn peer() -> Result<Option<PathBuf>> {
    if !succeeds(Command::new("python3").args(["-c", "import torch"])) {
        say("SKIPPED: PyTorch is not installed; `python3 -m pip install torch` puts its figures beside ours");
        return Ok(None);
    }
    say("measuring PyTorch");
    let script = root().join("tests/bench/peers/torch_steps.py");
    let Some(figures) = output_of(Command::new("python3").arg(script)) else {
        say("SKIPPED: PyTorch's script failed");
        return Ok(None);
    };
    let file = wasm::target_folder()?.join("torch.json");
    fs::write(&file, figures)?;
    Ok(Some(file))
}

fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root());
    cargo
}
