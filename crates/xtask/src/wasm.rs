//! The WebAssembly module: compiled by cargo, given its JavaScript face by wasm-bindgen, optimised by wasm-opt, with relaxed SIMD and without.

use crate::fresh::Step;
use crate::prerequisites::{self, WASM_TARGET};
use crate::process::{root, run, run_quietly, say};
use crate::split::{self, Split};
use crate::{constants, parts, relaxed};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// The WebAssembly features that the module may use: what rustc turns on by default, SIMD, relaxed SIMD in the products of the
/// module that has it, and threads in the module that has them.
const FEATURES: [&str; 9] = [
    "--enable-simd",
    "--enable-relaxed-simd",
    "--enable-threads",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-reference-types",
];

/// What the module for several threads is compiled with besides: atomic instructions, and a memory that is handed to it and may be
/// shared. wasm-bindgen gives each thread its stack and its thread-locals, and must find where those begin.
const THREADS: &str = r#"target.wasm32-unknown-unknown.rustflags = [
    "-C", "target-feature=+atomics,+bulk-memory,+mutable-globals",
    "-C", "link-arg=--shared-memory",
    "-C", "link-arg=--import-memory",
    "-C", "link-arg=--max-memory=2147483648",
    "-C", "link-arg=--export=__wasm_init_tls",
    "-C", "link-arg=--export=__tls_size",
    "-C", "link-arg=--export=__tls_align",
    "-C", "link-arg=--export=__tls_base",
    "-Z", "location-detail=none",
    "-Z", "merge-functions=disabled",
    "-C", "link-arg=--emit-relocs",
]"#;

/// What the module for one thread is compiled with besides: panics say what is wrong and not in which line, for the names and numbers of
/// all lines that might panic would weigh as much as a model. Functions that do the same keep names of their own, by which they are split
/// among parts; wasm-opt merges those of one part. The linker says where its constants are, which are split as well.
const SMALL: &str = r#"target.wasm32-unknown-unknown.rustflags = [
    "-Z", "location-detail=none",
    "-Z", "merge-functions=disabled",
    "-C", "link-arg=--emit-relocs",
]"#;

/// Builds the module into `www/src/wasm`: `daydream.js`, its types, `daydream_bg.wasm`, and with relaxed SIMD `daydream_relaxed.wasm`; and, where
/// Rust's standard library can be had as source and compiled, the same for several threads into `www/src/wasm/threads`. With that source, both
/// come in parts: what a page need not load at once is in `parts`.
///
/// Expects the page's packages to be installed: wasm-opt is one of them.
pub(crate) fn build() -> Result<()> {
    prerequisites::wasm_target()?;
    let source = prerequisites::rust_source();
    say("compiling the WebAssembly module, with the standard library: minutes the first time");
    let folder = root().join("www/src/wasm");
    match &source {
        Ok(()) => finish(&compile_with_library("daydream-web", "small", SMALL)?, &folder, "wasm", bind_in_parts)?,
        Err(error) => {
            say(&format!("the module is larger than it need be, and in one piece: {error:#}"));
            finish(&compile("daydream-web")?, &folder, "wasm", bind_both)?;
        }
    }
    let folder = folder.join("threads");
    say("compiling it for several threads");
    match source.and_then(|()| compile_threaded("daydream-web")) {
        Ok(compiled) => finish(&compiled, &folder, "wasm-threads", bind_in_parts),
        Err(error) => {
            say(&format!("SKIPPED: the site trains on one thread only. {error:#}"));
            if folder.exists() { Ok(fs::remove_dir_all(folder)?) } else { Ok(()) }
        }
    }
}

/// Has a compiled module given its JavaScript face and optimised, unless that is done.
fn finish(compiled: &Path, folder: &Path, stamp: &str, bind: fn(&Path, &Path, &str) -> Result<()>) -> Result<()> {
    Step {
        stamp: root().join("www/node_modules/.daydream").join(stamp),
        inputs: &[
            "Cargo.lock",
            "crates/xtask/src/wasm.rs",
            "crates/xtask/src/relaxed.rs",
            "crates/xtask/src/constants.rs",
            "crates/xtask/src/split.rs",
            "crates/xtask/src/parts.rs",
        ]
        .map(|file| root().join(file))
        .into_iter()
        .chain([compiled.to_owned()])
        .collect::<Vec<_>>(),
        ignored: &[],
        output: folder.join("daydream_bg.wasm"),
    }
    .run(|| {
        say("binding and optimising it");
        bind(compiled, folder, "daydream")
    })
}

/// Writes a module that was compiled with relaxed SIMD and its JavaScript face to a folder of their own, optimised: `NAME.js`, which by default loads
/// `NAME_bg.wasm`, in which the relaxed instructions are spelled out, and can be told to load `NAME_relaxed.wasm` instead.
pub(crate) fn bind_both(compiled: &Path, folder: &Path, name: &str) -> Result<()> {
    bind(compiled, folder, name)?;
    optimise_both(folder, name)
}

/// As [`bind_both`], with the parts that both modules share in a folder `parts`.
fn bind_in_parts(compiled: &Path, folder: &Path, name: &str) -> Result<()> {
    bind(compiled, folder, name)?;
    let module = folder.join(format!("{name}_bg.wasm"));
    let constants = constants::read(&fs::read(compiled)?)?;
    let Split { module: first, parts } = split::split(&fs::read(&module)?, &constants, parts::of_function()?)?;
    fs::write(&module, first)?;
    optimise_both(folder, name)?;
    let folder = folder.join("parts");
    fs::create_dir_all(&folder)?;
    for (part, contents) in parts {
        let module = folder.join(part).with_extension("wasm");
        fs::write(&module, contents)?;
        optimise(&module)?;
        fs::write(&module, relaxed::plain(&fs::read(&module)?)?)?;
    }
    Ok(())
}

fn optimise_both(folder: &Path, name: &str) -> Result<()> {
    let module = folder.join(format!("{name}_bg.wasm"));
    optimise(&module)?;
    let fused = relaxed::decided(&fs::read(&module)?)?;
    fs::write(&module, relaxed::spelled_out(&fused)?)?;
    Ok(fs::write(folder.join(format!("{name}_relaxed.wasm")), fused)?)
}

/// Compiles a package and returns the path of its module.
pub(crate) fn compile(package: &str) -> Result<PathBuf> {
    run(&mut cargo_build(package))?;
    Ok(module_in(&target_folder()?, package))
}

/// Compiles a package for several threads.
pub(crate) fn compile_threaded(package: &str) -> Result<PathBuf> {
    compile_with_library(package, "threads", THREADS)
}

/// Compiles a package and the standard library with it: the one that comes with Rust knows no atomic instructions, and is made for speed
/// where a page wants it small. That cargo compiles it counts as unstable. `folder` is one of the target folder's.
fn compile_with_library(package: &str, folder: &str, flags: &str) -> Result<PathBuf> {
    let folder = target_folder()?.join(folder);
    let mut cargo = cargo_build(package);
    cargo.args(["--config", flags, "-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"]);
    cargo.env("RUSTC_BOOTSTRAP", "1");
    // Quietly, for the compiler warns in each crate that the instructions are not stable yet.
    run_quietly(cargo.arg("--target-dir").arg(&folder))?;
    Ok(module_in(&folder, package))
}

fn cargo_build(package: &str) -> Command {
    // Flags in the environment would replace those of .cargo/config.toml, and SIMD with them.
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root()).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.args(["build", "--lib", "--package", package, "--target", WASM_TARGET, "--profile", "wasm"]);
    cargo.args(["--features", "daydream-cpu/relaxed"]);
    cargo
}

fn module_in(target: &Path, package: &str) -> PathBuf {
    target.join(WASM_TARGET).join("wasm").join(package.replace('-', "_")).with_extension("wasm")
}

/// Cargo's target folder, wherever the environment or a configuration file has put it.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let metadata = Command::new("cargo")
        .current_dir(root())
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .context("cannot run `cargo metadata`")?;
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout)?;
    let folder = metadata["target_directory"].as_str().context("`cargo metadata` names no target folder")?;
    Ok(PathBuf::from(folder))
}

/// Writes a module and its JavaScript face, `NAME.js` and `NAME_bg.wasm`, to a folder of their own. Its functions keep their symbols for names, until
/// it is optimised.
pub(crate) fn bind(compiled: &Path, folder: &Path, name: &str) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Bindgen::new()
        .input_bytes(name, constants::without_account(&fs::read(compiled)?)?)
        .out_name(name)
        .demangle(false)
        .web(true)?
        .omit_default_module_path(false)
        .typescript(true)
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate(folder)
        .context("wasm-bindgen cannot read the compiled module")
}

/// Has wasm-opt rewrite a module. The lowest kilobyte, the last of the stack, counts as unused: then no address wraps
/// around, and constants that are added to one move into the offset of the load. Nothing is inlined any more: the compiler has done
/// that where it makes code faster, and copies of what is called once compress worse than the calls.
pub(crate) fn optimise(module: &Path) -> Result<()> {
    let wasm_opt = root().join("www/node_modules/binaryen/bin/wasm-opt");
    let mut command = Command::new("node");
    command
        .arg(wasm_opt)
        .arg(module)
        .args(["-O3", "--low-memory-unused", "--strip-debug", "--strip-target-features"])
        .args(["--always-inline-max-function-size", "2", "--flexible-inline-max-function-size", "2"])
        .args(["--one-caller-inline-max-function-size", "1"])
        .args(FEATURES)
        .arg("-o")
        .arg(module);
    run_quietly(&mut command)
}
