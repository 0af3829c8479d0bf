//! A restricted Boltzmann machine in fifteen lines learns bars and stripes and prints what it dreams.
//!
//! `cargo run --release -p daydream-models --example fifteen_lines`

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Module, Optimizer, Tensor, grad};
use daydream_models::{Knobs, data};
use pollster::block_on;

/// Energy `-v·a - h·b - v W h`, trained by persistent contrastive divergence (Tieleman 2008).
fn machine<'g>(g: &'g Graph) -> Module {
    let v = g.input("v", [30, 16]); // every pattern of the data once: [N, V]
    let w = g.param("w", 0.1 * g.normal([16, 24])); // [V, H]
    let a = g.param("a", g.constant(0.0, [16])); // [V]
    let b = g.param("b", g.constant(0.0, [24])); // [H]
    let dreams = g.param("dreams", g.constant(0.5, [64, 16]).bernoulli()); // [C, V]

    let hidden = (dreams.dot(w) + b).sigmoid().bernoulli(); // [C, H]
    let next = (hidden.dot(w.t()) + a).sigmoid().bernoulli(); // [C, V]
    let free_energy = |v: Tensor<'g>| -(v * a).sum(&[1]) - (v.dot(w) + b).softplus().sum(&[1]);
    let loss = free_energy(v).mean() - free_energy(next).mean();

    let params = [w, a, b];
    let updates = Optimizer::Sgd.updates(g, "sgd", g.constant(0.1, []), &params, &grad(loss, &params));
    g.compile(&[Function::new("train").output("loss", loss).updates(updates).update(dreams, next)])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bars = data::find("bars")?;
    let patterns = (bars.build)(&Knobs::defaults(bars.knobs), 7).train;
    let rows: Vec<f32> = (0..patterns.len()).flat_map(|row| patterns.row(row)).collect();

    let graph = Graph::new();
    let module = machine(&graph);
    let mut device = Cpu::new();
    device.load(&module)?;
    device.run(0, 7, 0); // the program `init`
    device.write(module.inputs[0].offset, &rows);
    for step in 0..3000 {
        device.run(1, 7, step);
    }

    let dreams = module.param("dreams").ok_or("the machine has no dreams")?;
    let dreams = block_on(device.read(dreams.range()))?;
    let is_pattern = |dream: &[f32]| rows.chunks_exact(16).any(|row| row == dream);
    let good = dreams.chunks_exact(16).filter(|dream| is_pattern(dream)).count();
    for line in 0..4 {
        let part = |dream: &[f32]| dream[4 * line..][..4].iter().map(|&x| if x > 0.5 { '#' } else { '.' }).collect();
        println!("{}", dreams.chunks_exact(16).take(12).map(part).collect::<Vec<String>>().join("  "));
    }
    println!("{good} of 64 dreams are bars or stripes");
    Ok(())
}
