//! `cargo xtask bench`: matrix products and whole training steps in a browser, beside what the processor could do.

use crate::browsers;
use crate::page::install_packages;
use crate::process::{root, run, say};
use crate::{prerequisites, wasm};
use anyhow::Result;
use std::fs;
use std::process::Command;

/// Measures, prints the report and writes it to `www/docs/benchmarks.md`.
pub(crate) fn run_all() -> Result<()> {
    prerequisites::node()?;
    install_packages(&root().join("www"))?;
    install_packages(&root().join("tests/browser"))?;
    prerequisites::wasm_target()?;
    let folder = wasm::target_folder()?.join("bench");
    say("compiling the benchmark");
    wasm::bind(&wasm::compile("daydream-bench")?, &folder, "daydream_bench")?;
    wasm::optimise(&folder.join("daydream_bench_bg.wasm"))?;
    for file in ["index.html", "worker.js"] {
        fs::copy(root().join("tests/bench/page").join(file), folder.join(file))?;
    }
    let report = root().join("www/docs/benchmarks.md");
    report.parent().map_or(Ok(()), fs::create_dir_all)?;
    say("measuring, for about a minute; leave the machine alone");
    let mut measure = Command::new("node");
    measure.current_dir(root()).arg("tests/bench/run.mjs").arg(&folder).arg(&report).envs(browsers::find()?);
    run(&mut measure)?;
    say(&format!("the report is in {}", report.strip_prefix(root()).unwrap_or(&report).display()));
    Ok(())
}
