//! `cargo xtask test`: every check, one after another; a failing one is named and does not stop the rest.

use crate::prerequisites::{WASM_TARGET, rust_components, wasm_target};
use crate::process::{self, root, run_reading};
use crate::tally::Tally;
use crate::{Group, browsers, page, parity, system, wasm};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::IsTerminal;
use std::process::Command;
use std::time::Instant;

/// Runs the checks of one group, or of all; true when none failed.
pub(crate) fn run(only: Option<Group>, rest: &[String]) -> Result<bool> {
    let mut report = Report::default();
    let wanted = |group| only.is_none_or(|only| only == group);
    if wanted(Group::Rust) {
        rust(&mut report);
    }
    if wanted(Group::Page) {
        typescript(&mut report);
    }
    if wanted(Group::Browsers) {
        in_browsers(&mut report, rest);
    }
    Ok(report.close())
}

/// The checks so far.
#[derive(Default)]
struct Report {
    total: Tally,
    failed: Vec<&'static str>,
}

impl Report {
    /// Runs one stage. An error is a failure of that stage.
    fn stage(&mut self, name: &'static str, work: impl FnOnce() -> Result<Tally>) {
        println!("\n== {name}");
        let start = Instant::now();
        let tally = work().unwrap_or_else(|error| {
            println!("error: {error:#}");
            Tally::one(false)
        });
        println!("-- {name}: {tally} ({:.1} s)", start.elapsed().as_secs_f64());
        if tally.failed > 0 {
            self.failed.push(name);
        }
        self.total += tally;
    }

    /// Prints the closing lines; true when nothing failed.
    fn close(self) -> bool {
        println!();
        if !self.failed.is_empty() {
            println!("FAILED: {}", self.failed.join(", "));
        }
        println!("{}", self.total);
        self.failed.is_empty()
    }
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(arguments);
    command
}

/// A stage that a command passes or fails as a whole.
fn command(mut command: Command) -> Result<Tally> {
    process::run(&mut command)?;
    Ok(Tally::one(true))
}

fn rust(report: &mut Report) {
    report.stage("rust: format", || {
        rust_components()?;
        command(cargo(&["fmt", "--all", "--check"]))
    });
    report.stage("rust: clippy", || {
        command(cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    });
    report.stage("rust: clippy for wasm", || {
        wasm_target()?;
        let web = ["--package", "daydream-web", "--package", "daydream-parity", "--target", WASM_TARGET];
        for features in [&[][..], &["--features", "daydream-cpu/relaxed"]] {
            command(cargo(&[&["clippy", "--quiet"], &web[..], features, &["--", "--deny", "warnings"]].concat()))?;
        }
        Ok(Tally::one(true))
    });
    // Apart from the rest, the chores need what is already compiled; together, other features would be chosen for it.
    report.stage("rust: tests", || {
        system::vulkan();
        cargo_test(&["--workspace", "--exclude", "xtask"])
    });
    report.stage("rust: tests of the chores", || cargo_test(&["--package", "xtask"]));
}

fn cargo_test(arguments: &[&str]) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut tests = cargo(&[&["test", "--no-fail-fast"], arguments].concat());
    tests.env("XDG_RUNTIME_DIR", system::runtime_folder()?);
    let succeeded = run_reading(&mut tests, |line| tally.add_libtest_line(line))?;
    // What does not compile has no failed test, yet is a failure.
    if !succeeded && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

fn typescript(report: &mut Report) {
    report.stage("page: packages and module", || {
        page::prepare()?;
        page::install_packages(&root().join("tests/browser"))?;
        Ok(Tally::one(true))
    });
    for (name, project) in [("page: types", "www"), ("page: types of the browser tests", "tests/browser")] {
        report.stage(name, || {
            let mut tsc = page::node_tool("typescript/bin/tsc");
            tsc.current_dir(root()).args(["--noEmit", "--project", project]);
            command(tsc)
        });
    }
    report.stage("page: lint", || {
        let mut eslint = page::node_tool("eslint/bin/eslint.js");
        let sources = ["--config", "www/eslint.config.js", "--max-warnings", "0", "www", "tests/browser"];
        eslint.current_dir(root()).args(sources);
        command(eslint)
    });
    report.stage("page: unit tests", || vitest(page::node_tool("vitest/vitest.mjs"), "www", &[]));
}

fn in_browsers(report: &mut Report, rest: &[String]) {
    report.stage("browsers: the site", || {
        page::build()?;
        page::install_packages(&root().join("tests/browser"))?;
        Ok(Tally::one(true))
    });
    report.stage("browsers: tests", || {
        let mut runner = Command::new("node");
        runner.arg(root().join("tests/browser/node_modules/vitest/vitest.mjs"));
        runner.envs(browsers::find()?).env("DAYDREAM_PARITY", parity::build()?);
        vitest(runner, "tests/browser", rest)
    });
}

/// Runs Vitest in a folder of the checkout and reads its report.
fn vitest(mut runner: Command, folder: &str, rest: &[String]) -> Result<Tally> {
    let name = format!("vitest-{}.json", folder.replace('/', "-"));
    let report = wasm::target_folder()?.join(name);
    if report.exists() {
        fs::remove_file(&report)?;
    }
    runner.current_dir(root().join(folder)).args(["run", "--passWithNoTests", "--reporter=verbose"]);
    runner.args(["--reporter=json", "--outputFile.json"]).arg(&report).args(rest);
    if !std::io::stdout().is_terminal() {
        runner.env("NO_COLOR", "1");
    }
    let ended = runner.status().context("cannot run Vitest")?;
    // The report is more exact than the exit code, but tells of tests alone.
    let report = fs::read(&report).context("Vitest ended without a report")?;
    let tally = Tally::from_vitest(&serde_json::from_slice(&report)?);
    ensure!(ended.success() || tally.failed > 0, "something failed that is no test, see above");
    Ok(tally)
}
