//! What `cargo xtask bench` measures in a browser: the arithmetic limit of one core, matrix products, and whole
//! training steps. `page/worker.js` holds the clock.
#![cfg(target_arch = "wasm32")]

mod convolutional;
mod convolving;
mod counted;
mod elementwise;
mod networks;
mod profile;
mod submission;

use std::arch::wasm32::{f32x4_add, f32x4_extract_lane, f32x4_relaxed_madd, f32x4_splat};
use std::cell::Cell;
use std::rc::Rc;

use daydream_cpu::{Matrix, Product, Target, Workspace};
use daydream_graph::Executor;
use daydream_models::{Recipe, Session, Setup};
use daydream_web::threads;
use wasm_bindgen::prelude::*;

use counted::Counted;
use networks::Network;

/// Multiplies and adds in registers alone, in one instruction or two as the module's products do, for so many turns: nothing computes faster on one core. `chains` of
/// multiplications and additions run side by side to hide the latency of both; how many are best depends on the
/// processor: 13, with the two constants, fill the registers that V8 hands out on x86, and fewer wait for each other. `together` turns are made between
/// two looks at whether more are left. One turn is `8 chains` floating-point operations.
#[wasm_bindgen]
pub fn peak(chains: usize, together: u32, turns: u32, factor: f32, summand: f32) -> f32 {
    match (chains, together) {
        (12, 1) => chained::<12, 1>(turns, factor, summand),
        (13, 1) => chained::<13, 1>(turns, factor, summand),
        (13, 8) => chained::<13, 8>(turns, factor, summand),
        (24, 1) => chained::<24, 1>(turns, factor, summand),
        _ => f32::NAN,
    }
}

#[target_feature(enable = "relaxed-simd")]
fn chained<const CHAINS: usize, const TOGETHER: u32>(turns: u32, factor: f32, summand: f32) -> f32 {
    let (factor, summand) = (f32x4_splat(factor), f32x4_splat(summand));
    let mut chains: [_; CHAINS] = std::array::from_fn(|chain| f32x4_splat(1.0 + chain as f32));
    for _ in 0..turns / TOGETHER {
        for _ in 0..TOGETHER {
            for chain in &mut chains {
                *chain = f32x4_relaxed_madd(*chain, factor, summand);
            }
        }
    }
    f32x4_extract_lane::<0>(chains.into_iter().fold(f32x4_splat(0.0), |sum, chain| f32x4_add(sum, chain)))
}

/// A matrix product and its operands.
#[wasm_bindgen]
pub struct Multiplication {
    product: Product,
    /// Whether each factor is stored with rows and columns exchanged.
    transposed: [bool; 2],
    factors: [Vec<Cell<f32>>; 2],
    result: Vec<Cell<f32>>,
    workspace: Workspace,
}

#[wasm_bindgen]
impl Multiplication {
    /// `[rows, depth] · [depth, columns]`
    #[wasm_bindgen(constructor)]
    pub fn new(rows: usize, depth: usize, columns: usize, transpose_a: bool, transpose_b: bool) -> Multiplication {
        let numbers = |len: usize| (0..len).map(|index| (index % 17) as f32 / 16.0 - 0.5).map(Cell::new).collect();
        Multiplication {
            product: Product { rows, depth, columns },
            transposed: [transpose_a, transpose_b],
            factors: [numbers(rows * depth), numbers(depth * columns)],
            result: vec![Cell::new(0.0); rows * columns],
            workspace: Workspace::default(),
        }
    }

    /// Computes it so many times.
    pub fn run(&mut self, times: usize) {
        let Product { rows, depth, columns } = self.product;
        let matrix = |number: usize, height: usize, width: usize| {
            let stored = if self.transposed[number] { (1, height) } else { (width, 1) };
            let (row, column) = (stored.0 as isize, stored.1 as isize);
            Matrix { data: &self.factors[number], origin: 0, row, column }
        };
        let (a, b) = (matrix(0, rows, depth), matrix(1, depth, columns));
        let target = Target { data: &self.result, stride: columns, accumulate: false };
        for _ in 0..times {
            self.workspace.multiply(self.product, a, b, target);
        }
    }
}

/// A model in training.
#[wasm_bindgen]
pub struct Training {
    session: Session,
    operations: Rc<Cell<f64>>,
}

#[wasm_bindgen]
impl Training {
    /// Opens a session. Knobs are written `id=value`.
    ///
    /// # Errors
    /// The session's own, in words.
    pub async fn open(model: &str, data: &str, knobs: Vec<String>) -> Result<Training, JsError> {
        let recipe = Recipe::new(model, data, 7);
        let recipe =
            knobs.iter().filter_map(|knob| knob.split_once('=')).fold(recipe, |r, (id, value)| r.with(id, value));
        let operations = Rc::new(Cell::new(0.0));
        let device = Counted::new(threads::cpu(), operations.clone());
        let session = Session::new(recipe, None, Box::new(device)).await?;
        Ok(Training { session, operations })
    }

    /// Makes training steps and returns how many operations their matrix products took.
    ///
    /// # Errors
    /// The session's own, in words.
    pub async fn step(&mut self, count: u32) -> Result<f64, JsError> {
        self.operations.set(0.0);
        self.session.step(count.into()).await?;
        Ok(self.operations.get())
    }
}

/// A network of a size that peers train as well.
#[wasm_bindgen]
pub struct Reference {
    network: Network,
    operations: Rc<Cell<f64>>,
}

#[wasm_bindgen]
impl Reference {
    /// Opens a network by name, such as `gan`.
    ///
    /// # Errors
    /// When there is none of that name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<Reference, JsError> {
        let operations = Rc::new(Cell::new(0.0));
        let network = Network::open(name, Box::new(Counted::new(threads::cpu(), operations.clone())))?;
        Ok(Reference { network, operations })
    }

    /// Makes training steps and returns how many operations their matrix products took.
    pub fn run(&mut self, times: u32) -> f64 {
        self.operations.set(0.0);
        self.network.run(times);
        self.operations.get()
    }

    /// A number that the last step computed: not finite when training failed.
    ///
    /// # Errors
    /// When the device fails.
    pub fn loss(&mut self) -> Result<f32, JsError> {
        Ok(self.network.loss()?)
    }

    /// Bytes of the arena; and of parameters, optimizer state and inputs alone.
    pub fn memory(&self) -> Vec<f64> {
        self.network.memory().map(|numbers| 4.0 * numbers as f64).to_vec()
    }
}

/// A dataset, from which a model's programs are built again and again.
#[wasm_bindgen]
pub struct Building {
    recipe: Recipe,
    data: daydream_models::data::Dataset,
}

#[wasm_bindgen]
impl Building {
    /// Makes the dataset.
    ///
    /// # Errors
    /// When there is no such model or dataset.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &str, data: &str) -> Result<Building, JsError> {
        let recipe = Recipe::new(model, data, 7);
        let data = recipe.dataset()?;
        Ok(Building { recipe, data })
    }

    /// Builds the graph, compiles it to kernels and translates these for the processor.
    ///
    /// # Errors
    /// The model's own, in words.
    pub fn run(&self, times: u32) -> Result<(), JsError> {
        for _ in 0..times {
            let setup = Setup { data: &self.data, knobs: &self.recipe.knobs()? };
            let built = (self.recipe.spec()?.build)(&setup)?;
            threads::cpu().load(&built.module)?;
        }
        Ok(())
    }
}
