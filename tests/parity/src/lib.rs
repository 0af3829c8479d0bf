//! What `tests/tests/parity.rs` does natively, for a worker in a browser: every check of executors on WebGPU and on the CPU, and the training of
//! every model on WebGPU against the CPU; and on the CPU with functions made for it against the CPU without. A panic reaches JavaScript as
//! [`daydream_web::forward_panics`] sees to; the module is of no use after it.
#![cfg(target_arch = "wasm32")]

use daydream_cpu::Cpu;
use daydream_gpu::Gpu;
use daydream_graph::Executor;
use daydream_models::{Recipe, Session};
use daydream_tests::{CHECKS, check_training, smallest_recipes};
use daydream_web::linker::linked_functions;
use daydream_web::threads;
use wasm_bindgen::prelude::*;

/// The names of all checks.
#[wasm_bindgen]
pub fn names() -> Vec<String> {
    let devices = ["cpu", "cpu::linked", "gpu"].into_iter();
    let checks = devices.flat_map(|device| CHECKS.iter().map(move |(name, _)| format!("{device}::{name}")));
    let linked = smallest_recipes().into_iter().map(|(name, _)| format!("cpu::training::{name}"));
    checks.chain(linked).chain(smallest_recipes().into_iter().map(|(name, _)| format!("training::{name}"))).collect()
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
    if let Some((_, check)) = of("cpu::linked") {
        check(threads::cpu()).await;
        return Ok(right.to_owned());
    }
    if let Some((_, recipe)) =
        smallest_recipes().into_iter().find(|(known, _)| name == format!("cpu::training::{known}"))
    {
        let linked = train(&recipe, threads::cpu(), true).await?;
        let interpreted = train(&recipe, Box::new(Cpu::new()), false).await?;
        assert!(
            linked == interpreted,
            "functions made for it compute other numbers than the interpreter: {}",
            differences(&linked, &interpreted)
        );
        return Ok("as the interpreter, to the last bit".to_owned());
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

/// The bits of metrics, and a checkpoint.
type Outcome = (Vec<u64>, Vec<u8>);

/// The outcome of 20 steps.
async fn train(recipe: &Recipe, device: Box<dyn Executor>, is_linked: bool) -> Result<Outcome, JsError> {
    let mut session = Session::new(recipe.clone(), None, device).await?;
    assert_eq!(linked_functions() > 0, is_linked, "functions are made where they should be, and nowhere else");
    let metrics = session.step(20).await?;
    Ok((metrics.into_iter().map(|(_, value)| value.to_bits()).collect(), session.save().await?))
}

/// All metrics of both, and how many bytes of the checkpoints differ, from which on.
fn differences(linked: &Outcome, interpreted: &Outcome) -> String {
    let metrics = |outcome: &Outcome| outcome.0.iter().map(|&bits| f64::from_bits(bits)).collect::<Vec<_>>();
    let bytes = linked.1.iter().zip(&interpreted.1).enumerate().filter(|(_, (a, b))| a != b);
    let (first, count) = (bytes.clone().next().map(|(place, _)| place), bytes.count());
    format!(
        "metrics {:?} and {:?}; {count} of {} bytes of the checkpoint, the first is number {first:?}",
        metrics(linked),
        metrics(interpreted),
        linked.1.len()
    )
}
