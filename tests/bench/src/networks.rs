//! Networks of exactly the sizes that are compared with peers, which the zoo's knobs cannot all name, in training on one executor.

use std::rc::Rc;

use daydream_graph::{DeviceError, Executor, Function, Graph, Module, Optimizer, Table, Tensor, Values, grad};
use daydream_tests::networks;

use crate::convolutional::convolutional_gan;

/// Rows of a batch, of the table that batches are drawn from, and numbers in a row.
const BATCH: usize = 128;
const ROWS: usize = 6000;
const PIXELS: usize = 784;
/// Key of random numbers.
const SEED: u32 = 7;

/// A network in training.
pub(crate) struct Network {
    device: Box<dyn Executor>,
    module: Module,
    /// The programs of one training step.
    step: Vec<usize>,
    batch: usize,
    steps: u32,
}

impl Network {
    /// Opens a network by its name.
    ///
    /// # Errors
    /// When there is no such network, or the device refuses it.
    pub(crate) fn open(name: &str, device: Box<dyn Executor>) -> Result<Network, DeviceError> {
        let (batch, module) = compile(name)?;
        Network::of(batch, module, device)
    }

    /// Opens a module that takes batches of so many rows. Its programs, in turn, make a training step.
    ///
    /// # Errors
    /// When the device refuses it.
    pub(crate) fn of(batch: usize, module: Module, mut device: Box<dyn Executor>) -> Result<Network, DeviceError> {
        let step = (1..module.programs.len()).collect();
        device.load(&module)?;
        for (number, input) in module.inputs.iter().enumerate() {
            if is_data(&input.name) {
                let width = input.range().len() / batch;
                device.keep(number, &Rc::new(Table::new(width, Values::Reals(numbers(ROWS * width)))));
            } else {
                device.write(input.offset, &[1e-3]); // the learning rate
            }
        }
        device.run(0, SEED, 0);
        Ok(Network { device, module, step, batch, steps: 0 })
    }

    /// Makes training steps, each on rows drawn anew.
    pub(crate) fn run(&mut self, times: u32) {
        for _ in 0..times {
            self.draw_batch();
            for number in 0..self.step.len() {
                self.run_program(number);
            }
            self.end_step();
        }
    }

    /// Begins a step.
    pub(crate) fn draw_batch(&mut self) {
        for (number, input) in self.module.inputs.iter().enumerate().filter(|(_, input)| is_data(&input.name)) {
            let first = self.steps.wrapping_mul(2_654_435_761);
            let row = |row: u32| first.wrapping_add(row.wrapping_mul(40_503)) % ROWS as u32;
            let rows: Vec<u32> = (0..self.batch as u32).map(row).collect();
            self.device.gather(input.offset, number, &rows);
        }
    }

    /// Runs one of the programs of a step.
    pub(crate) fn run_program(&mut self, number: usize) {
        self.device.run(self.step[number], SEED, self.steps);
    }

    pub(crate) fn end_step(&mut self) {
        self.steps += 1;
    }

    /// A number that the last step computed: not finite when training failed.
    ///
    /// # Errors
    /// When the device fails.
    pub(crate) fn loss(&mut self) -> Result<f32, DeviceError> {
        let last = &self.module.programs[self.step[self.step.len() - 1]];
        let range = last.buffer(last.outputs[0].buffer).range();
        pollster::block_on(self.device.read(range)).map(|numbers| numbers[0])
    }

    /// Numbers in the arena; and in parameters, optimizer state and inputs alone.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn memory(&self) -> [usize; 2] {
        let inputs: usize = self.module.inputs.iter().map(|input| input.range().len()).sum();
        [self.module.arena_len, self.module.params_range().len() + inputs]
    }
}

/// The batch and the module of a network: `vae`, `rbm`, `gan`, `convolutional` or `ff`, or one of those whose cost is followed as it grows:
/// `vae BATCH HIDDEN`, `deep LAYERS`, `tiny`.
///
/// # Errors
/// When there is no such network.
pub(crate) fn compile(name: &str) -> Result<(usize, Module), DeviceError> {
    let words: Vec<&str> = name.split(' ').collect();
    let size = |text: &str| text.parse::<usize>().map_err(|_| DeviceError(format!("{text:?} is not a size")));
    let g = Graph::new();
    let (batch, functions) = match words[..] {
        ["vae"] => (BATCH, networks::vae(&g, BATCH, [PIXELS, 400, 20])),
        ["vae", batch, hidden] => {
            let batch = size(batch)?;
            (batch, networks::vae(&g, batch, [PIXELS, size(hidden)?, 20]))
        }
        ["rbm"] => (BATCH, rbm(&g, BATCH, PIXELS, 512)),
        ["gan"] => (BATCH, networks::gan(&g, BATCH, &[64, 256, 512, PIXELS], &[PIXELS, 512, 256, 1])),
        ["convolutional"] => (BATCH, convolutional_gan(&g, BATCH)),
        ["ff"] => (BATCH, forward_forward(&g, BATCH, &[PIXELS, 500, 500])),
        ["deep", layers] => {
            let hidden = vec![256; size(layers)?];
            (BATCH, regression(&g, BATCH, &[vec![PIXELS], hidden, vec![1]].concat()))
        }
        ["tiny"] => (BATCH, regression(&g, BATCH, &[2, 16, 16, 1])),
        _ => return Err(DeviceError(format!("no network is called {name:?}"))),
    };
    Ok((batch, g.compile(&functions)))
}

/// Whether an input takes a batch of rows.
fn is_data(input: &str) -> bool {
    ["x", "real", "negative"].contains(&input)
}

/// Numbers in `[0, 1)` that repeat late.
pub(crate) fn numbers(len: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    };
    (0..len).map(|_| next()).collect()
}

/// A restricted Boltzmann machine by contrastive divergence from the data, one Gibbs step.
fn rbm(g: &Graph, batch: usize, visible: usize, hidden: usize) -> Vec<Function> {
    let (x, rate) = (g.input("x", [batch, visible]), g.input("rate", [])); // [B, D], []
    let w = g.param("w", 0.01 * g.normal([visible, hidden])); //              [D, H]
    let b = g.param("b", g.constant(0.0, [visible]));
    let c = g.param("c", g.constant(0.0, [hidden]));
    let h = (x.dot(w) + c).sigmoid(); //                                      [B, H]
    let chain = (h.bernoulli().dot(w.t()) + b).sigmoid().bernoulli(); //      [B, D]
    let chain_hidden = (chain.dot(w) + c).sigmoid(); //                       [B, H]
    let error = (x - chain).square().mean();
    let correlation = x.t().dot(h) - chain.t().dot(chain_hidden); //          [D, H]
    vec![
        Function::new("train")
            .output("error", error)
            .update(w, w + rate * correlation / batch as f32)
            .update(b, b + rate * (x - chain).mean_axes(&[0]))
            .update(c, c + rate * (h - chain_hidden).mean_axes(&[0])),
    ]
}

/// A Forward-Forward network: every layer raises its goodness on `B` positive rows and lowers it on `B` negative ones, with Adam.
fn forward_forward(g: &Graph, batch: usize, widths: &[usize]) -> Vec<Function> {
    let rate = g.input("rate", []);
    let data = |name: &str| g.input(name, [batch, widths[0]]);
    let mut x = Tensor::concat(&[data("x"), data("negative")], 0); // [2B, D]
    let sign = 2.0 * g.iota(0, [2 * batch]).less(g.constant(batch as f32, [2 * batch])) - 1.0; // [2B]
    let mut train = Function::new("train");
    let mut total = g.constant(0.0, []);
    for (number, ends) in widths.windows(2).enumerate() {
        let weights = g.param(&format!("{number}.weights"), g.fan_in_uniform(ends[0], [ends[0], ends[1]]));
        let bias = g.param(&format!("{number}.bias"), g.fan_in_uniform(ends[0], [ends[1]]));
        let norm = x.square().sum(&[1]).sqrt() + 1e-4; //           [2B]
        let h = ((x / norm.reshape([2 * batch, 1])).dot(weights) + bias).relu(); // [2B, H]
        let goodness = h.square().mean_axes(&[1]) - 2.0; //         [2B]
        let loss = (-(sign * goodness)).softplus().mean();
        let params = [weights, bias];
        let name = format!("adam {number}");
        train = train.updates(Optimizer::ADAM.updates(g, &name, rate, &params, &grad(loss, &params)));
        total = total + loss;
        x = h.detach();
    }
    vec![train.output("loss", total)]
}

/// A perceptron that predicts the mean of its row, with Adam.
fn regression(g: &Graph, batch: usize, widths: &[usize]) -> Vec<Function> {
    let (x, rate) = (g.input("x", [batch, widths[0]]), g.input("rate", []));
    let (mut y, mut params) = (x, Vec::new());
    for (number, ends) in widths.windows(2).enumerate() {
        let weights = g.param(&format!("{number}.weights"), g.fan_in_uniform(ends[0], [ends[0], ends[1]]));
        let bias = g.param(&format!("{number}.bias"), g.fan_in_uniform(ends[0], [ends[1]]));
        let linear = y.dot(weights) + bias;
        y = if number + 2 < widths.len() { linear.relu() } else { linear };
        params.extend([weights, bias]);
    }
    let loss = (y.reshape([batch]) - x.mean_axes(&[1])).square().mean();
    let updates = Optimizer::ADAM.updates(g, "adam", rate, &params, &grad(loss, &params));
    vec![Function::new("train").output("loss", loss).updates(updates)]
}
