//! What the compiler makes of a few small functions, as text, and how many kernels whole training steps take.

use std::fmt::Write;

use daydream_graph::kernel::{Body, Kernel};
use daydream_graph::{Convolution, Function, Graph, Module, Optimizer, Program, grad, numel};
use daydream_tests::{check_text, networks};

/// The graph, and the program of its only function.
fn text(g: &Graph, function: Function) -> String {
    let module = g.compile(&[function]);
    format!("{g}\n{}", module.programs[1])
}

#[test]
fn a_dense_layer_with_stochastic_gradient_descent() {
    let g = Graph::new();
    let (x, t, rate) = (g.input("x", [4, 3]), g.input("t", [4, 2]), g.input("rate", []));
    let w = g.param("w", g.constant(0.1, [3, 2]));
    let b = g.param("b", g.constant(0.0, [2]));
    let loss = (x.dot(w) + b).bernoulli_nll(t).mean();
    let updates = Optimizer::Sgd.updates(&g, "sgd", rate, &[w, b], &grad(loss, &[w, b]));
    check_text("dense", &text(&g, Function::new("train").output("loss", loss).updates(updates)));
}

#[test]
fn transposed_operands_are_strides() {
    let g = Graph::new();
    let (a, b) = (g.input("a", [3, 5]), g.input("b", [4, 3]));
    check_text("transposed", &text(&g, Function::new("f").output("y", a.t().dot(b.t()))));
}

#[test]
fn a_convolution_is_one_product_without_windows_in_memory() {
    let g = Graph::new();
    let (x, w) = (g.input("x", [2, 4, 4, 1]), g.input("w", [3, 3, 1, 2]));
    let y = x.conv2d(w, Convolution { padding: 1, ..Convolution::default() }).relu();
    check_text("convolution", &text(&g, Function::new("f").output("y", y)));
}

#[test]
fn the_transpose_of_a_convolution_sums_windows_that_are_never_in_memory() {
    let g = Graph::new();
    let (x, w) = (g.input("x", [2, 3, 3, 4]), g.input("w", [4, 4, 1, 4]));
    let y = x.conv2d_transpose(w, Convolution { stride: 2, ..Convolution::default() }, [8, 8]).sigmoid();
    check_text("transposed_convolution", &text(&g, Function::new("f").output("y", y)));
}

#[test]
fn adam_is_an_epilogue_of_the_gradient() {
    let g = Graph::new();
    let (x, rate) = (g.input("x", [4, 3]), g.input("rate", []));
    let w = g.param("w", g.constant(0.1, [3, 2]));
    let loss = x.dot(w).square().sum_all();
    let updates = Optimizer::ADAM.updates(&g, "adam", rate, &[w], &grad(loss, &[w]));
    check_text("adam", &text(&g, Function::new("train").updates(updates)));
}

const VAE: [usize; 3] = [784, 400, 20];

#[test]
fn training_steps_take_few_kernels() {
    let compile = |build: &dyn Fn(&Graph) -> Vec<Function>| {
        let g = Graph::new();
        let functions = build(&g);
        g.compile(&functions)
    };
    let vae = compile(&|g| networks::vae(g, 128, VAE));
    let gan = compile(&|g| networks::gan(g, 128, &[64, 256, 512, 784], &[784, 512, 256, 1]));
    let lstm = compile(&|g| networks::lstm(g, 32, 28, 28, 64));
    let kernels = |module: &Module| module.programs[1..].iter().map(|program| program.kernels.len()).sum::<usize>();
    assert!(kernels(&vae) <= 40 && kernels(&gan) <= 80, "{} {}", kernels(&vae), kernels(&gan));

    let mut counts = String::new();
    for (name, module) in [("vae", &vae), ("gan", &gan), ("lstm", &lstm)] {
        for program in &module.programs {
            writeln!(counts, "{name} {}: {} kernels", program.name, program.kernels.len()).unwrap();
        }
    }
    check_text("kernels", &counts);
}

/// Every update of a weight matrix is made by the product that is its gradient: nothing of it is written but the new weights and moments.
#[test]
fn adam_merges_into_the_gradient_of_every_weight() {
    let g = Graph::new();
    let module = g.compile(&networks::vae(&g, 128, VAE));
    let program = module.program("train").unwrap();
    for weights in module.params.iter().filter(|param| param.shape.len() == 2 && !param.name.starts_with("adam")) {
        let moments = [format!("adam.mean.{}", weights.name), format!("adam.square.{}", weights.name)];
        let offsets =
            [weights.offset, module.param(&moments[0]).unwrap().offset, module.param(&moments[1]).unwrap().offset];
        let kernel = writer(program, weights.offset);
        let written: Vec<usize> = kernel.stores.iter().map(|store| program.buffer(store.target).offset).collect();
        assert!(matches!(kernel.body, Body::MatMul { .. }), "{}", weights.name);
        assert!(
            written.len() == 3 && offsets.iter().all(|offset| written.contains(offset)),
            "{}\n{kernel}",
            weights.name
        );
    }
}

fn writer(program: &Program, offset: usize) -> &Kernel {
    let writes = |kernel: &&Kernel| kernel.stores.iter().any(|store| program.buffer(store.target).offset == offset);
    program.kernels.iter().find(writes).expect("some kernel writes every parameter")
}

#[test]
fn the_arena_is_little_larger_than_what_it_must_hold() {
    let g = Graph::new();
    let batch = 128;
    let module = g.compile(&networks::vae(&g, batch, VAE));
    let [data, hidden, latent] = VAE;
    // The data, both hidden layers, mean, log variance, latents, and the logits.
    let activations = batch * (data + hidden + 3 * latent + hidden + data);
    let state: usize = module.params.iter().map(|param| numel(&param.shape)).sum();
    let share = module.arena_len as f64 / (state + activations) as f64;
    assert!(share <= 1.1, "{share}");
}
