//! The page: its packages, its build into `www/dist`, and the server that shows it on this machine.

use crate::fresh::Step;
use crate::process::{root, run_quietly, say};
use crate::{prerequisites, wasm};
use anyhow::{Context, Result, ensure};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes the static site to `www/dist`.
pub(crate) fn build() -> Result<()> {
    prepare()?;
    let www = root().join("www");
    let _lock = lock()?;
    Step {
        stamp: www.join("node_modules/.daydream/page"),
        inputs: std::slice::from_ref(&www),
        ignored: &["node_modules", "dist"],
        output: www.join("dist/index.html"),
    }
    .run(|| {
        say("building the page");
        run_quietly(node_tool("vite/bin/vite.js").current_dir(&www).args(["build", "--logLevel", "warn"]))
    })?;
    say("the site is in www/dist");
    Ok(())
}

/// Everything short of the page's build: packages, the WebAssembly module with its types, and the catalogue.
pub(crate) fn prepare() -> Result<()> {
    prerequisites::node()?;
    let _lock = lock()?;
    install_packages(&root().join("www"))?;
    wasm::build()?;
    write_catalogue()
}

/// Writes the catalogue of models and data sets for the page's build: the module leaves its words out.
fn write_catalogue() -> Result<()> {
    let mut cargo = Command::new("cargo");
    let catalogue = cargo
        .current_dir(root())
        .args(["run", "--quiet", "--package", "daydream-models", "--bin", "catalogue"])
        .output();
    let catalogue = catalogue.context("cannot run cargo")?;
    ensure!(catalogue.status.success(), "no catalogue: {}", String::from_utf8_lossy(&catalogue.stderr));
    fs::write(root().join("www/src/wasm/catalogue.json"), catalogue.stdout).context("cannot write the catalogue")
}

/// Installs what the lock file in `folder` lists, when it is not there already.
pub(crate) fn install_packages(folder: &Path) -> Result<()> {
    let manifest = ["package.json", "package-lock.json"].map(|file| folder.join(file));
    Step {
        stamp: folder.join("node_modules/.daydream/packages"),
        inputs: &manifest,
        ignored: &[],
        output: folder.join("node_modules"),
    }
    .run(|| {
        say(&format!("fetching the packages of {}", folder.strip_prefix(root()).unwrap_or(folder).display()));
        run_quietly(prerequisites::npm().current_dir(folder).args(["ci", "--no-audit", "--no-fund"]))
    })
}

/// Serves the page until it is stopped. The server prints the address.
///
/// On Unix it takes this process's place, so that whoever stops `cargo xtask serve` stops the server.
pub(crate) fn serve(port: Option<u16>, open: bool, dev: bool) -> Result<()> {
    let mut server = Command::new("node");
    server.current_dir(root()).arg(root().join("www/server.js"));
    if let Some(port) = port {
        server.args(["--port", &port.to_string()]);
    }
    if open {
        server.arg("--open");
    }
    if dev {
        server.arg("--dev");
    }
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(&mut server)).context("cannot start the server");
    #[cfg(not(unix))]
    crate::process::run(&mut server)
}

/// A program among the page's packages, by the path of its script.
pub(crate) fn node_tool(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(root().join("www/node_modules").join(script));
    command
}

/// Keeps two builds of the same checkout from writing the same files at once.
fn lock() -> Result<File> {
    let path: PathBuf = root().join("target/xtask.lock");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    file.lock()?;
    Ok(file)
}
