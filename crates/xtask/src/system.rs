//! What the system itself offers: its programs, its packages, a way to run WebGPU.

use crate::process::{is_root, output_of, root, run_quietly, say};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Mesa's drivers; among them lavapipe, which runs Vulkan on the processor.
const VULKAN_PACKAGE: &str = "mesa-vulkan-drivers";
/// Where the Vulkan loader looks for drivers.
const VULKAN_DRIVERS: [&str; 3] = ["/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/usr/share/vulkan/icd.d"];

/// The path of a program given by name or by path, if it is there.
pub(crate) fn locate(program: &str) -> Option<PathBuf> {
    if Path::new(program).components().count() > 1 {
        return Path::new(program).is_file().then(|| PathBuf::from(program));
    }
    let finder = if cfg!(windows) { "where" } else { "which" };
    let found = output_of(Command::new(finder).arg(program))?;
    found.lines().next().map(PathBuf::from)
}

/// Installs packages of Debian and its kin where that needs nobody's password; true when they are there.
pub(crate) fn install(packages: &[&str]) -> bool {
    if !is_root() || locate("apt-get").is_none() {
        return false;
    }
    say(&format!("installing {}", packages.join(" ")));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        run_quietly(command.env("DEBIAN_FRONTEND", "noninteractive").args(["-y", "-q"]).args(arguments))
    };
    let install = [&["install", "--no-install-recommends"], packages].concat();
    let installed = apt(&["update"]).and_then(|()| apt(&install));
    if let Err(error) = &installed {
        println!("{error:#}");
    }
    installed.is_ok()
}

/// Sees to it that native programs can run WebGPU on a Linux without a GPU, through a driver that runs on the processor.
/// Other systems bring what they need. The tests that want an adapter skip themselves where there is none after all.
pub(crate) fn vulkan() {
    if !cfg!(target_os = "linux") || has_gpu() && has_vulkan_driver("") || has_vulkan_driver("lvp") {
        return;
    }
    if !install(&[VULKAN_PACKAGE]) {
        println!(
            "SKIPPED: WebGPU outside browsers, unless there is a GPU: install a Vulkan driver (on Debian and its kin: \
             `apt-get install {VULKAN_PACKAGE}`)"
        );
    }
}

fn has_gpu() -> bool {
    let mut nodes = fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    nodes.any(|node| node.file_name().to_string_lossy().starts_with("renderD")) || Path::new("/dev/nvidia0").exists()
}

/// Whether the manifest of a driver is there whose name begins so.
fn has_vulkan_driver(prefix: &str) -> bool {
    let manifests = VULKAN_DRIVERS.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    manifests.map(|manifest| manifest.file_name()).any(|name| {
        let name = name.to_string_lossy();
        name.starts_with(prefix) && name.ends_with(".json")
    })
}

/// A folder for the sockets of a session, which Mesa's drivers complain about when the environment names none.
pub(crate) fn runtime_folder() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("XDG_RUNTIME_DIR") {
        return Ok(folder.into());
    }
    let folder = root().join("target/runtime");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}
