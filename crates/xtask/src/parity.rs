//! The checks of executors as a page, for WebGPU in a browser.

use crate::process::{root, say};
use crate::{prerequisites, wasm};
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

/// Builds the page and returns the folder that it is in.
pub(crate) fn build() -> Result<PathBuf> {
    prerequisites::wasm_target()?;
    let folder = wasm::target_folder()?.join("parity");
    say("compiling the checks of executors");
    wasm::bind_both(&wasm::compile("daydream-parity")?, &folder, "daydream_parity")?;
    for file in ["index.html", "worker.js"] {
        fs::copy(root().join("tests/parity/page").join(file), folder.join(file))?;
    }
    Ok(folder)
}
