//! Where the time of a training step goes: its kernels one by one, under a clock.

use daydream_graph::kernel::{Body, Kernel, Scalar, ScalarId, Store};
use daydream_graph::{Buffer, BufferId, Module, Program};
use daydream_web::threads;
use wasm_bindgen::prelude::*;

use crate::networks::{Network, compile};

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the worker began.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// What a kernel does, in the order in which [`Profile::run`] returns it. A matrix product goes on in the same kernel: with activations, their
/// gradients, samples, or an optimizer's update, whatever is stored instead of the sums.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Product,
    RestOfProduct,
    Elementwise,
    Reduction,
    Random,
    Move,
}
const CLASSES: usize = 6;

/// A network in training, each of whose kernels is a program of its own.
#[wasm_bindgen]
pub struct Profile {
    network: Network,
    /// What each program of a step is.
    parts: Vec<Part>,
}

/// Whether a program belongs to the step, or is a matrix product of it once more, alone, to tell its time from that of the rest of its kernel.
enum Part {
    Kernel(Class),
    ProductAlone,
}

#[wasm_bindgen]
impl Profile {
    /// Opens a network by name.
    ///
    /// # Errors
    /// When there is none of that name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<Profile, JsError> {
        let (batch, module) = compile(name)?;
        let (module, parts) = cut(&module);
        Ok(Profile { network: Network::of(batch, module, threads::cpu())?, parts })
    }

    /// Makes training steps. Returns the seconds that went into each class of kernels.
    pub fn run(&mut self, times: u32) -> Vec<f64> {
        let mut spent = [0.0; CLASSES];
        for _ in 0..times {
            self.network.draw_batch();
            for (number, part) in self.parts.iter().enumerate() {
                let begun = now();
                self.network.run_program(number);
                let seconds = (now() - begun) / 1000.0;
                match part {
                    Part::Kernel(class) => spent[*class as usize] += seconds,
                    Part::ProductAlone => {
                        spent[Class::Product as usize] += seconds;
                        spent[Class::RestOfProduct as usize] -= seconds;
                    }
                }
            }
            self.network.end_step();
        }
        spent.to_vec()
    }
}

/// The same module with a program for each kernel, and one more for each product whose kernel goes on.
fn cut(module: &Module) -> (Module, Vec<Part>) {
    let mut programs = module.programs[..1].to_vec();
    let mut parts = Vec::new();
    let mut arena_len = module.arena_len;
    for program in &module.programs[1..] {
        for kernel in &program.kernels {
            let only = |kernel: Kernel| Program { kernels: vec![kernel], outputs: vec![], ..program.clone() };
            programs.push(only(kernel.clone()));
            let is_product = kernel.multiplications() > 0;
            let goes_on = is_product && kernel.stores.iter().any(|store| kernel.scalars[store.value.0] != Scalar::Body);
            parts.push(Part::Kernel(if goes_on { Class::RestOfProduct } else { class(kernel) }));
            if goes_on {
                // Its sums go to the end of the arena, where nothing else is.
                let target = BufferId(program.buffers.len());
                let store = Store { value: ScalarId(0), target };
                let mut alone = only(Kernel { scalars: vec![Scalar::Body], stores: vec![store], ..kernel.clone() });
                alone.buffers.push(Buffer { offset: module.arena_len, len: kernel.points() });
                arena_len = arena_len.max(module.arena_len + kernel.points());
                programs.push(alone);
                parts.push(Part::ProductAlone);
            }
        }
    }
    (Module { programs, arena_len, ..module.clone() }, parts)
}

fn class(kernel: &Kernel) -> Class {
    let terms: &[Scalar] = match &kernel.body {
        Body::MatMul { .. } | Body::MatMulFold { .. } => return Class::Product,
        Body::Reduce { terms, .. } => terms,
        _ => &[],
    };
    let draws = |scalar: &Scalar| matches!(scalar, Scalar::Random { .. });
    let computes = |scalar: &Scalar| matches!(scalar, Scalar::Unary(..) | Scalar::Binary(..));
    match kernel.body {
        _ if kernel.scalars.iter().chain(terms).any(draws) => Class::Random,
        Body::Reduce { .. } => Class::Reduction,
        Body::None if kernel.scalars.iter().any(computes) => Class::Elementwise,
        _ => Class::Move,
    }
}
