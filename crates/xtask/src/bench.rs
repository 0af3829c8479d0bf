//! `cargo xtask bench`: matrix products and whole training steps in a browser, beside peers and what the processor could do.

use crate::browsers;
use crate::page::install_packages;
use crate::process::{output_of, root, run, say, succeeds};
use crate::{prerequisites, wasm};
use anyhow::{Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Measures on a GPU, natively, and beside it on the CPU and with PyTorch where Python has it. Prints the report, and writes it to
/// `www/docs/benchmarks-gpu.md` where the GPU is a real one.
pub(crate) fn on_gpu() -> Result<()> {
    say("compiling the benchmark");
    let cargo = || {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root());
        cargo
    };
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

/// Measures Daydream and its peers in a browser and natively, prints the report and writes it to `www/docs/benchmarks.md`; with `json`,
/// the raw figures to that file.
pub(crate) fn run_all(json: Option<&Path>) -> Result<()> {
    prerequisites::node()?;
    for folder in ["www", "tests/browser", "tests/bench"] {
        install_packages(&root().join(folder))?;
    }
    prerequisites::wasm_target()?;
    let target = wasm::target_folder()?;
    let folder = target.join("bench");
    say("compiling the benchmark");
    wasm::bind(&wasm::compile("daydream-bench")?, &folder, "daydream_bench")?;
    wasm::optimise(&folder.join("daydream_bench_bg.wasm"))?;
    for file in fs::read_dir(root().join("tests/bench/page"))? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root()).args(["build", "--release", "--package", "daydream-bench", "--bin", "bench-native"]);
    run(&mut cargo)?;
    let native = target.join("release").join("bench-native").with_extension(std::env::consts::EXE_EXTENSION);
    let report = root().join("www/docs/benchmarks.md");
    report.parent().map_or(Ok(()), fs::create_dir_all)?;
    let browser = browsers::find()?;
    say("measuring, for about five minutes; leave the machine alone");
    let mut measure = Command::new("node");
    measure.arg(root().join("tests/bench/run.mjs")).arg(&folder).arg(&native).arg(&report).args(json).envs(browser);
    run(&mut measure)?;
    say(&format!("the report is in {}", report.strip_prefix(root()).unwrap_or(&report).display()));
    Ok(())
}
