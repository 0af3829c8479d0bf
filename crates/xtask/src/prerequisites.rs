//! What must be on the machine before anything can be built: fetched where we can, named where we cannot.

use crate::process::{output_of, run, say, succeeds};
use anyhow::{Result, bail};
use std::path::Path;
use std::process::Command;

/// The target that the page's module is compiled for.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The oldest Node.js that the page's tools run on: (major, minor).
const OLDEST_NODE: (u32, u32) = (20, 19);

/// The standard library for WebAssembly, added through rustup where it is absent.
pub(crate) fn wasm_target() -> Result<()> {
    let library = output_of(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]));
    if library.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    say(&format!("adding Rust's {WASM_TARGET} target"));
    rustup(&["target", "add", WASM_TARGET], &format!("Rust's standard library for {WASM_TARGET}"))
}

/// The source of Rust's standard library, added through rustup where it is absent.
pub(crate) fn rust_source() -> Result<()> {
    let root = output_of(Command::new("rustc").args(["--print", "sysroot"]));
    if root.is_some_and(|root| Path::new(&root).join("lib/rustlib/src/rust/library/std").is_dir()) {
        return Ok(());
    }
    say("adding the source of Rust's standard library");
    rustup(&["component", "add", "rust-src"], "the source of Rust's standard library")
}

/// rustfmt and clippy, which rustup's minimal profile leaves out.
pub(crate) fn rust_components() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if !succeeds(Command::new("cargo").args([subcommand, "--version"])) {
            say(&format!("adding {component}"));
            rustup(&["component", "add", component], component)?;
        }
    }
    Ok(())
}

fn rustup(arguments: &[&str], wanted: &str) -> Result<()> {
    if !succeeds(Command::new("rustup").arg("--version")) {
        bail!("{wanted} is missing and rustup, which would add it, is not installed: get it from https://rustup.rs");
    }
    run(Command::new("rustup").args(arguments))
}

/// Node.js and npm, new enough for the page's tools.
pub(crate) fn node() -> Result<()> {
    const WAY: &str = "get it with npm from https://nodejs.org/en/download";
    let (major, minor) = OLDEST_NODE;
    let Some(version) = output_of(Command::new("node").arg("--version")) else {
        bail!("Node.js {major}.{minor} or newer is needed to build the page and was not found: {WAY}");
    };
    if parse_version(&version).is_none_or(|found| found < OLDEST_NODE) {
        bail!("Node.js {major}.{minor} or newer is needed to build the page, found {version}: {WAY}");
    }
    if !succeeds(npm().arg("--version")) {
        bail!("Node.js {version} is here but npm, which fetches the page's packages, is not: {WAY}");
    }
    Ok(())
}

/// The npm command, which is a script with an extension on Windows.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Major and minor of "v20.19.4".
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_compare_by_number() {
        assert_eq!(parse_version("v20.19.4"), Some((20, 19)));
        assert!(parse_version("v20.9.0").unwrap() < OLDEST_NODE);
        assert!(parse_version("v22.0.0").unwrap() > OLDEST_NODE);
        assert_eq!(parse_version("node"), None);
    }
}
