//! What `tests/tests/parity.rs` does natively, for a worker in a browser: every check of executors on WebGPU and on the CPU, and the training of
//! every model on WebGPU against the CPU.
#![cfg(target_arch = "wasm32")]

use daydream_cpu::Cpu;
use daydream_gpu::Gpu;
use daydream_tests::{CHECKS, check_training, smallest_recipes};
use wasm_bindgen::prelude::*;

/// A panic reaches JavaScript as an error with its message. The module is of no use after it.
#[wasm_bindgen(start)]
pub fn forward_panics() {
    std::panic::set_hook(Box::new(|panic| wasm_bindgen::throw_str(&panic.to_string())));
}

/// The names of all checks.
#[wasm_bindgen]
pub fn names() -> Vec<String> {
    let checks =
        ["cpu", "gpu"].into_iter().flat_map(|device| CHECKS.iter().map(move |(name, _)| format!("{device}::{name}")));
    checks.chain(smallest_recipes().into_iter().map(|(name, _)| format!("training::{name}"))).collect()
}

/// Runs one of them and says what it found. It throws where WebGPU is wrong.
///
/// # Errors
/// When WebGPU is needed and there is none, or when there is no such check.
#[wasm_bindgen]
pub async fn check(name: String) -> Result<String, JsError> {
    let of = |device: &str| CHECKS.iter().find(|(known, _)| name == format!("{device}::{known}"));
    let right = "as the reference evaluator";
    if let Some((_, check)) = of("cpu") {
        check(Box::new(Cpu::new())).await;
        return Ok(right.to_owned());
    }
    let gpu = Gpu::open().await?.executor();
    if let Some((_, check)) = of("gpu") {
        check(Box::new(gpu)).await;
        return Ok(right.to_owned());
    }
    let of_training = smallest_recipes().into_iter().find(|(known, _)| name == format!("training::{known}"));
    let (_, recipe) = of_training.ok_or_else(|| JsError::new(&format!("there is no check {name:?}")))?;
    let worst = check_training(&recipe, Box::new(Cpu::new()), Box::new(gpu)).await;
    Ok(format!("metrics differ by at most {worst:.0e} of their size"))
}
