//! What every executor must compute as the reference evaluator does: a list of checks, each on whatever executor it is given.

use std::pin::Pin;
use std::rc::Rc;

use daydream_graph::{Executor, Function, Graph, Optimizer, Reference, Table, Tensor, Values, grad};

use crate::limits::{large_indices, losses_at_their_limits, one_bad_number_among_many, operations_at_their_limits};
use crate::numbers::numbers;
use crate::{cases, check_parity};

/// A check of an executor. It panics where the executor is wrong. In a browser nobody can wait for a device, hence a future.
pub type Check = fn(Box<dyn Executor>) -> Pin<Box<dyn Future<Output = ()>>>;

/// Functions by their names.
macro_rules! checks {
    ($($check:ident),* $(,)?) => {
        &[$((stringify!($check), |mut device| Box::pin(async move { $check(&mut *device).await }))),*]
    };
}

/// All of them, by name.
pub const CHECKS: &[(&str, Check)] = checks![
    an_autoencoder_with_adam,
    parameters_that_start_alike,
    moves_reductions_and_windows,
    products_with_epilogues,
    products_with_a_factor_in_common,
    updates_in_place,
    functions_over_many_lanes,
    arithmetic_in_one_instruction,
    empty_tensors,
    long_reductions,
    batches_from_tables,
    every_operation,
    random_bits,
    operations_at_their_limits,
    losses_at_their_limits,
    one_bad_number_among_many,
    large_indices,
];

fn ramp(len: usize) -> Vec<f32> {
    (0..len).map(|x| ((x * 37 % 101) as f32 - 50.0) / 50.0).collect()
}

async fn an_autoencoder_with_adam(device: &mut dyn Executor) {
    let (b, d, h, z) = (33, 21, 19, 3);
    let g = Graph::new();
    let x = g.input("x", [b, d]);
    let rate = g.input("rate", []);
    let w1 = g.param("w1", g.normal([d, h]) * 0.3);
    let b1 = g.param("b1", g.constant(0.1, [h]));
    let w2 = g.param("w2", g.normal([h, 2 * z]) * 0.3);
    let w3 = g.param("w3", g.normal([z, d]) * 0.3);
    let codes = (x.dot(w1) + b1).relu().dot(w2);
    let (mean, log_variance) = (codes.slice(1, 0, z), codes.slice(1, z, 2 * z));
    let latent = mean + (0.5 * log_variance).exp() * g.normal([b, z]);
    let divergence = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum_all();
    let loss = (latent.dot(w3).bernoulli_nll(0.5 + 0.5 * x).sum_all() + divergence) / b as f32;
    let params = [w1, b1, w2, w3];
    let updates = Optimizer::ADAM.updates(&g, "adam", rate, &params, &grad(loss, &params));
    let module = g.compile(&[Function::new("train").output("loss", loss).updates(updates)]);
    check_parity(device, &module, &[("x", ramp(b * d)), ("rate", vec![0.01])]).await;
}

/// The compiler lets one kernel write equal values to several places; each of them must be written.
async fn parameters_that_start_alike(device: &mut dyn Executor) {
    let g = Graph::new();
    let start = 2.0 * g.uniform([5, 3]) - 1.0;
    let twins = ["a", "b", "c"].map(|name| g.param(name, start));
    let sum = twins[0] + 2.0 * twins[1] + 4.0 * twins[2];
    let next = (sum * g.uniform([5, 3])).tanh();
    let step = Function::new("step").output("sum", sum).output("again", sum);
    let module = g.compile(&[step.update(twins[0], next).update(twins[2], next)]);
    check_parity(device, &module, &[]).await;
}

/// One program for each composed value, on an input of shape `[3, 5, 7]`.
async fn moves_reductions_and_windows(device: &mut dyn Executor) {
    type Build = for<'g> fn(Tensor<'g>) -> Tensor<'g>;
    let cases: &[(&str, Build)] = &[
        ("permute", |x| x.permute(&[2, 0, 1]) * 2.0 + 1.0),
        ("flip", |x| x.flip(1).slice(2, 1, 6).exp()),
        ("pad", |x| (x + 1.0).pad(1, 2, 1).pad(2, 1, 0) * 3.0),
        ("pad after pad", |x| (x.pad(2, 3, 2) + 1.0).pad(2, 1, 1)),
        ("slice by steps", |x| x.slice_step(2, 1, 7, 2).square()),
        ("sum last", |x| x.square().sum(&[2])),
        ("sum first", |x| x.square().sum(&[0])),
        ("sum middle", |x| x.square().sum(&[1])),
        ("sum all", |x| x.square().sum_all()),
        ("max", |x| x.max(&[1])),
        ("softmax", |x| x.softmax(2)),
        ("logsumexp", |x| x.logsumexp(1)),
        ("layer norm", |x| x.layer_norm(1e-5)),
        ("unfold", |x| x.unfold(2, 3, 2, 1).permute(&[0, 2, 1, 3]) + 1.0),
        ("fold last", |x| x.fold(1, 16, 2, 1)),
        ("fold middle", |x| x.permute(&[1, 2, 0]).fold(0, 14, 1, 1)),
        ("dilated fold", |x| x.fold(1, 17, 1, 2)),
        ("batched dot", |x| x.dot(x.t()).tanh()),
        ("iota", |x| x.graph().iota(1, [3, 5, 7]) * x),
        ("gather", |x| x.reshape([15, 7]).gather((x.slice(2, 0, 1).reshape([15]) + 1.0) * 7.0)),
        ("scatter", |x| x.reshape([15, 7]).scatter_add((x.slice(2, 0, 1).reshape([15]) + 1.0) * 2.0, 4)),
        ("reshape", |x| (x.sin() * 2.0).reshape([7, 15]) + 1.0),
        ("random", |x| x.graph().uniform([3, 5, 7]).permute(&[1, 0, 2]) + x.permute(&[1, 0, 2])),
        ("select", |x| x.less(x.constant_like(0.1)).select(x * 2.0, -x)),
        ("expand", |x| x.max_keep(&[2]).broadcast_to([3, 5, 7]) * x),
    ];
    for (name, build) in cases {
        let g = Graph::new();
        let x = g.input("x", [3, 5, 7]);
        let y = build(x);
        let w = g.param("w", g.constant(0.5, [3, 5, 7]));
        let slope = grad((build(x * w) * 0.3).tanh().sum_all(), &[w])[0];
        let module = g.compile(&[Function::new(name).output("y", y).output("slope", slope)]);
        check_parity(device, &module, &[("x", ramp(105))]).await;
    }
}

/// Products whose results are finished row by row: several pieces, narrow and single rows and columns, batches.
async fn products_with_epilogues(device: &mut dyn Executor) {
    for (m, k, n) in [(1, 1, 1), (1, 300, 7), (257, 3, 1), (200, 530, 9), (5, 2, 1100), (130, 1, 30)] {
        let g = Graph::new();
        let (a, b) = (g.input("a", [m, k]), g.input("b", [k, n]));
        let bias = g.input("bias", [n]);
        let both = (a.dot(b) + bias).tanh();
        let plain = b.t().dot(a.t());
        let f = Function::new("f").output("both", both).output("rows", both.sum(&[1])).output("plain", plain);
        let inputs = [("a", ramp(m * k)), ("b", ramp(k * n)), ("bias", ramp(n))];
        check_parity(device, &g.compile(&[f]), &inputs).await;
    }
}

async fn products_with_a_factor_in_common(device: &mut dyn Executor) {
    let g = Graph::new();
    let (x, w) = (g.input("x", [3, 5, 7]), g.input("w", [7, 4]));
    let shared = w.broadcast_to([3, 7, 4]);
    let f = Function::new("f").output("y", x.dot(shared) * 2.0).output("z", shared.t().dot(x.t()).exp());
    check_parity(device, &g.compile(&[f]), &[("x", ramp(105)), ("w", ramp(28))]).await;
}

/// Parameters that are read and replaced at once, by one kernel or by several.
async fn updates_in_place(device: &mut dyn Executor) {
    let (n, m) = (37, 23);
    let g = Graph::new();
    let x = g.input("x", [n, m]);
    let w = g.param("w", g.uniform([m, n]));
    let (p, q) = (g.param("p", g.uniform([n, m])), g.param("q", g.uniform([n, m])));
    let gradient = x.t().dot(p.dot(w).tanh()) / n as f32;
    let step = Function::new("step")
        .update(w, w * 0.9 - gradient * 0.1)
        .update(p, q * 0.5 + p * p)
        .update(q, p)
        .output("old", p.sum_all());
    check_parity(device, &g.compile(&[step]), &[("x", ramp(n * m))]).await;
}

/// Every function over more than one block of lanes, and lanes that a block leaves over.
async fn functions_over_many_lanes(device: &mut dyn Executor) {
    for len in [1, 511, 512, 513, 2100] {
        let g = Graph::new();
        let (x, y) = (g.input("x", [len]), g.input("y", [len]));
        let c = g.input("c", []);
        let outputs = [
            ("sum", x + y * c),
            ("difference", x - c * y),
            ("quotient", x / (y + 2.0)),
            ("inverse", (c + 3.0) / (x + 2.0)),
            ("larger", x.maximum(y).maximum(c)),
            ("less", x.less(y) + c.less(c + x)),
            ("select", x.less(y).select(x * c, y)),
            ("select by one number", c.less(c + 1.0).broadcast_to([len]).select(x, y)),
            ("root", (x + 1.5).sqrt() + (x + 1.5).log() + x.floor()),
            ("uniform", g.uniform([len]) + g.uniform([3, len]).slice(0, 1, 2).reshape([len])),
        ];
        let function = outputs.into_iter().fold(Function::new("f"), |f, (name, value)| f.output(name, value));
        check_parity(
            device,
            &g.compile(&[function]),
            &[("x", ramp(len)), ("y", ramp(2 * len)[len..].to_vec()), ("c", vec![0.3])],
        )
        .await;
    }
}

/// Sums of products, roots and quotients, of numbers that differ from point to point and of such that do not.
async fn arithmetic_in_one_instruction(device: &mut dyn Executor) {
    const LEN: usize = 2100;
    let g = Graph::new();
    let (x, y, z) = (g.input("x", [LEN]), g.input("y", [LEN]), g.input("z", [LEN]));
    let (a, b) = (g.input("a", []), g.input("b", []));
    let positive = 1.0 + x * x;
    let values = [
        x * y + z * x,
        x * y + a * z,
        a * x + y * z,
        a * x + b * y,
        (positive * a).sqrt() + b,
        (positive * z * z).sqrt() + y,
        (a * b).sqrt() + x,
        x - y * a / positive,
        x - y * z / positive,
        a - b * z / positive,
        x - a * b / positive,
        x - y * z / b,
    ];
    // One at a time, for what two of them need is not computed within either.
    let mut functions: Vec<Function> = values
        .iter()
        .enumerate()
        .map(|(number, &value)| Function::new(&format!("f{number}")).output("f", value))
        .collect();
    let (product, quotient) = (y * z, y * z / positive);
    let shared = Function::new("shared").output("product", product).output("quotient", quotient);
    functions.push(shared.output("sum", a * x + product).output("difference", x - quotient));
    let numbers = |from: usize| ramp(LEN + from).split_off(from);
    let inputs = [("x", numbers(0)), ("y", numbers(31)), ("z", numbers(62)), ("a", vec![0.7]), ("b", vec![1.3])];
    check_parity(device, &g.compile(&functions), &inputs).await;
}

async fn empty_tensors(device: &mut dyn Executor) {
    let g = Graph::new();
    let (x, w) = (g.input("x", [0, 5]), g.input("w", [5, 3]));
    let f = Function::new("f").output("none", x.dot(w)).output("total", x.exp().sum(&[0]) + 1.0);
    let product = x.t().dot(x) + 1.0;
    check_parity(device, &g.compile(&[f.output("product", product)]), &[("x", vec![]), ("w", ramp(15))]).await;
}

/// A row for every operation and every composed function, at ordinary and odd shapes, and its gradient.
async fn every_operation(device: &mut dyn Executor) {
    for case in cases() {
        for (number, shapes) in case.shapes.iter().enumerate() {
            let g = Graph::new();
            let build = |prefix: &str| -> Vec<Tensor<'_>> {
                let inputs = shapes.iter().enumerate();
                inputs.map(|(index, shape)| g.input(&format!("{prefix}{index}"), shape.to_vec())).collect()
            };
            let arguments = build("x");
            let value = (case.build)(&arguments);
            let mut function = Function::new(case.name).output("value", value);
            if case.order > 0 {
                // Weighted, for some sums do not change at all.
                let weights = g.input("weights", value.shape());
                for (index, slope) in grad((weights * value).sum_all(), &arguments).into_iter().enumerate() {
                    function = function.output(&format!("slope {index}"), slope);
                }
            }
            let module = g.compile(&[function]);
            let inputs: Vec<(String, Vec<f32>)> = module
                .inputs
                .iter()
                .enumerate()
                .map(|(index, input)| {
                    let seed = (10 * number + index) as u32;
                    (input.name.clone(), numbers(seed, input.range().len(), case.range.0, case.range.1))
                })
                .collect();
            let inputs: Vec<(&str, Vec<f32>)> = inputs.iter().map(|(name, x)| (name.as_str(), x.clone())).collect();
            check_parity(device, &module, &inputs).await;
        }
    }
}

/// So long that an executor may want to share them out: along rows, along columns, over everything, and thin products.
async fn long_reductions(device: &mut dyn Executor) {
    for shape in [[3, 20_000], [20_000, 3], [1, 9_001], [130, 700]] {
        let g = Graph::new();
        let x = g.input("x", shape);
        let wave = (x * 3.0).sin();
        let function = Function::new("f")
            .output("rows", wave.sum(&[1]) + 1.0)
            .output("columns", wave.sum(&[0]).tanh())
            .output("all", (wave.sum_all() * 0.01).exp())
            .output("largest", x.max(&[1]))
            .output("largest of all", (x * x).max(&[0, 1]))
            .output("thin", x.dot(wave.slice(0, 0, 1).t()));
        check_parity(device, &g.compile(&[function]), &[("x", ramp(shape[0] * shape[1]))]).await;
    }
}

/// Rows of tables, whole and by number, between runs and writes: each run sees what was asked for before it.
async fn batches_from_tables(device: &mut dyn Executor) {
    let (rows, width) = (7, 5);
    let g = Graph::new();
    let x = g.input("x", [3, width]);
    let scale = g.input("scale", []);
    let total = g.param("total", g.constant(0.0, [3, width]));
    let module = g.compile(&[Function::new("add").update(total, total + x * scale)]);
    device.load(&module).expect("the module fits");
    let pixels: Vec<u8> = (0..rows * width).map(|index| (index * 37 % 256) as u8).collect();
    let reals = ramp(rows * width);
    device.keep(0, &Rc::new(Table::new(width, Values::Bytes(pixels.clone()))));
    device.keep(1, &Rc::new(Table::new(width, Values::Reals(reals.clone()))));
    device.run(0, 0, 0);

    let (x, scale) = (module.inputs[0].offset, module.inputs[1].offset);
    let mut expected = vec![0.0; 3 * width];
    for (step, rows) in [[0, 1, 2], [6, 6, 3], [5, 0, 4], [2, 3, 4]].into_iter().enumerate() {
        let (table, factor) = (step % 2, step as f32 - 1.5);
        device.gather(x, table, &rows);
        device.write(scale, &[factor]);
        device.run(1, 0, step as u32);
        for (row, sums) in rows.into_iter().zip(expected.chunks_mut(width)) {
            for (column, sum) in sums.iter_mut().enumerate() {
                let at = row as usize * width + column;
                *sum += factor * if table == 0 { f32::from(pixels[at]) / 255.0 } else { reals[at] };
            }
        }
    }
    // A table in another's place; what was asked for before does not see it.
    device.keep(0, &Rc::new(Table::new(width, Values::Reals(vec![2.0; width]))));
    let found = device.read(module.params_range()).await.expect("the device answers");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-5, "{found}, expected {expected}");
    }
}

/// Uniform numbers are the same to the last bit, whatever is made of them on their way.
async fn random_bits(device: &mut dyn Executor) {
    let (rows, columns, many) = (5, 7, 1 << 25);
    let g = Graph::new();
    let (odd, even) = (g.uniform([rows, columns]), g.uniform([3, 64]));
    let outputs = [
        ("odd", odd),
        ("even", even),
        ("moved", odd.permute(&[1, 0]).slice(0, 1, columns).flip(1)),
        ("every third", even.slice_step(1, 1, 64, 3)),
        ("last of many", g.uniform([many]).slice(0, many - 6, many)),
        ("single", g.uniform([])),
    ];
    let function = outputs.iter().fold(Function::new("f"), |f, (name, value)| f.output(name, *value));
    let module = g.compile(&[function]);
    assert!(module.arena_len < 1000, "all random numbers are drawn where six are wanted");
    device.load(&module).expect("the module fits");
    let mut reference = Reference::new();
    reference.load(&module).expect("the reference takes every module");
    let ranges: Vec<_> =
        module.programs[1].outputs.iter().map(|o| module.programs[1].buffer(o.buffer).range()).collect();
    for seed in [0, 7, u32::MAX] {
        for step in [0, 1, 65_535, 65_536, 16_777_217, u32::MAX] {
            let mut bits = Vec::new();
            for device in [&mut *device, &mut reference] {
                device.run(1, seed, step);
                let numbers = device.read_all(&ranges).await.expect("the device answers");
                bits.push(numbers.into_iter().map(f32::to_bits).collect::<Vec<_>>());
            }
            assert!(bits[0] == bits[1], "{}: seed {seed}, step {step}", device.name());
        }
    }
}
