//! What does little with much memory: chains of element-wise functions and reductions, beside a plain copy.

use daydream_graph::{Executor, Function, Graph, Tensor, numel};
use daydream_web::threads;
use wasm_bindgen::prelude::*;

use crate::networks::numbers;

/// How far into a page the copy begins. Where it began as far into its page as the original does, or nearly, processors would take what is
/// read for what was just written, and wait.
const SKEW: usize = 500;

/// A program of one fused kernel over a matrix, or a plain copy of it.
#[wasm_bindgen]
pub struct Elementwise {
    /// None for the copy.
    device: Option<Box<dyn Executor>>,
    from: Vec<f32>,
    /// Longer than what is copied by `SKEW`.
    to: Vec<f32>,
    /// Read and written by one run.
    bytes: f64,
}

#[wasm_bindgen]
impl Elementwise {
    /// Prepares `copy` or one of the chains, for `rows` rows of `columns` numbers.
    ///
    /// # Errors
    /// When there is no chain of that name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str, rows: usize, columns: usize) -> Result<Elementwise, JsError> {
        let from = numbers(rows * columns);
        let bytes = 4.0 * from.len() as f64;
        if name == "copy" {
            let to = vec![0.0; SKEW + from.len()];
            return Ok(Elementwise { device: None, from, to, bytes: 2.0 * bytes });
        }
        let g = Graph::new();
        let x = g.input("x", [rows, columns]);
        let y = match name {
            "relu(a·x + b)" => (x * 0.9 + 0.1).relu(),
            "exp" => x.exp(),
            "sigmoid" => x.sigmoid(),
            "tanh" => x.tanh(),
            "softplus" => x.softplus(),
            "Bernoulli sample" => x.bernoulli(),
            "normal sample + x" => x + g.normal([rows, columns]),
            "sum of all" => x.sum_all(),
            "sums of rows" => x.sum(&[1]),
            "sums of columns" => x.sum(&[0]),
            "softmax of rows" => x.softmax(1),
            _ => return Err(JsError::new(&format!("no chain is called {name:?}"))),
        };
        let written = numel(&y.shape());
        let module = g.compile(&[Function::new("chain").output("y", Tensor::reshape(y, [written]))]);
        let mut device = threads::cpu();
        device.load(&module)?;
        device.write(module.inputs[0].offset, &from);
        Ok(Elementwise { device: Some(device), from, to: vec![], bytes: bytes + 4.0 * written as f64 })
    }

    /// Runs it so many times and returns how many bytes that read and wrote.
    pub fn run(&mut self, times: u32) -> f64 {
        for time in 0..times {
            match &mut self.device {
                Some(device) => device.run(1, 7, time),
                None => std::hint::black_box(&mut self.to[SKEW..]).copy_from_slice(std::hint::black_box(&self.from)),
            }
        }
        f64::from(times) * self.bytes
    }
}
