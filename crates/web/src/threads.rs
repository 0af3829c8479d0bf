//! Several workers as threads, where they share the module's memory.
//!
//! The session's worker forms a crew and starts the others; each loads the module over the same memory and enlists.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use daydream_cpu::{Cpu, Crew};
use daydream_graph::Executor;
use wasm_bindgen::prelude::*;

use crate::linker::OWN_TABLE;

static CREW: OnceLock<Crew> = OnceLock::new();
static IS_COMPLETE: AtomicBool = AtomicBool::new(false);

/// The CPU, on all threads that there are.
pub fn cpu() -> Box<dyn Executor> {
    let crew = CREW.get().filter(|_| IS_COMPLETE.load(Ordering::Relaxed));
    Box::new(crew.map_or_else(Cpu::new, Cpu::with_crew).linking_by(&OWN_TABLE))
}

/// A thread panics and will not come back: the others must not wait for it.
pub(crate) fn give_up() {
    #[cfg(target_arch = "wasm32")]
    if let Some(crew) = CREW.get() {
        crew.give_up();
    }
}

/// Forms a crew of so many threads, the caller's included. Returns what the other workers load: module and memory.
#[wasm_bindgen(js_name = formCrew)]
pub fn form_crew(threads: usize) -> Vec<JsValue> {
    CREW.get_or_init(|| Crew::new(threads));
    vec![wasm_bindgen::module(), wasm_bindgen::memory()]
}

/// Makes this worker one of the crew. It never returns.
#[wasm_bindgen]
pub fn enlist() {
    if let Some(crew) = CREW.get() {
        crew.enlist();
    }
}

/// Sessions opened from now on train on the whole crew: every worker has come.
#[wasm_bindgen(js_name = crewIsComplete)]
pub fn crew_is_complete() {
    IS_COMPLETE.store(true, Ordering::Relaxed);
}
