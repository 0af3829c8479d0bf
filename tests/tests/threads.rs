//! Several threads compute what one computes, to the last bit.

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Module};
use daydream_models::{Recipe, Session};
use daydream_tests::numbers::numbers;
use daydream_tests::{random_module, small_recipes};
use pollster::block_on;

/// Threads, and nanoseconds of work that are worth one.
const POOLS: [(usize, f64); 4] = [(2, 0.0), (3, 0.0), (5, 0.0), (2, 1000.0)];

/// The bits of parameters and outputs after each run of each program.
fn bits(mut device: Cpu, module: &Module, inputs: &[(String, Vec<f32>)]) -> Vec<u32> {
    device.load(module).expect("the module fits");
    for (name, values) in inputs {
        let input = module.input(name).expect("the module has the input");
        device.write(input.offset, values);
    }
    let mut bits = Vec::new();
    for step in 0..3 {
        for (number, program) in module.programs.iter().enumerate() {
            device.run(number, 7, step);
            let outputs = program.outputs.iter().map(|output| program.buffer(output.buffer).range());
            let ranges: Vec<_> = outputs.chain([module.params_range()]).collect();
            bits.extend(block_on(device.read_all(&ranges)).expect("the device answers").into_iter().map(f32::to_bits));
        }
    }
    bits
}

fn check(module: &Module, inputs: &[(String, Vec<f32>)], name: &str) {
    let expected = bits(Cpu::new(), module, inputs);
    for (threads, least) in POOLS {
        let found = bits(Cpu::with_threads(threads).sharing_from(least), module, inputs);
        let difference = found.iter().zip(&expected).position(|(found, expected)| found != expected);
        assert_eq!(difference, None, "{name} on {threads} threads from {least} ns on");
    }
}

#[test]
fn random_modules() {
    for seed in 0..100 {
        let g = Graph::new();
        let (functions, inputs) = random_module(&g, seed);
        check(&g.compile(&functions), &inputs, &format!("random module {seed}"));
    }
}

/// Extents on both sides of those at which products are cut, factors stored either way round, with and without a batch.
#[test]
fn products() {
    for [batch, rows, depth, columns] in [
        [1, 131, 300, 47],
        [1, 33, 530, 257],
        [1, 260, 1, 1],
        [1, 1, 9, 300],
        [2, 20, 7, 40],
        [3, 40, 7, 20],
        [9, 5, 6, 7],
    ] {
        for transposed in 0..4 {
            let g = Graph::new();
            let factor = |name: &str, [height, width]: [usize; 2], turned: bool| {
                let shape = if turned { [batch, width, height] } else { [batch, height, width] };
                let x = g.input(name, shape);
                if turned { x.t() } else { x }
            };
            let a = factor("a", [rows, depth], transposed % 2 == 1);
            let b = factor("b", [depth, columns], transposed / 2 == 1);
            let w = g.param("w", g.uniform([batch, rows, columns]));
            let bias = g.input("bias", [columns]);
            let product = (a.dot(b) + bias).tanh();
            let step = Function::new("step").update(w, 0.5 * w + product).output("sums", product.sum(&[2]));
            let module = g.compile(&[step]);
            let values = |number: usize, len: usize| numbers(number as u32, len, -1.0, 1.0);
            let inputs = module.inputs.iter().enumerate();
            let inputs: Vec<(String, Vec<f32>)> =
                inputs.map(|(number, input)| (input.name.clone(), values(number, input.range().len()))).collect();
            check(&module, &inputs, &format!("{batch} times {rows}, {depth}, {columns}, transposed {transposed}"));
        }
    }
}

/// Every model in every way it has.
#[test]
fn training() {
    for (name, recipe) in small_recipes() {
        let shared = Cpu::with_threads(2).sharing_from(1000.0);
        assert!(train(&recipe, shared) == train(&recipe, Cpu::new()), "{name} is another on two threads");
    }
}

/// The metrics and the checkpoint after 20 steps.
fn train(recipe: &Recipe, device: Cpu) -> (Vec<(String, u64)>, Vec<u8>) {
    let mut session = block_on(Session::new(recipe.clone(), None, Box::new(device))).expect("the recipe is legal");
    let metrics = block_on(session.step(20)).expect("the model trains");
    let metrics = metrics.into_iter().map(|(name, value)| (name, value.to_bits())).collect();
    (metrics, block_on(session.save()).expect("the device answers"))
}
