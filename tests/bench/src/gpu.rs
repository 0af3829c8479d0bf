//! What `cargo xtask bench --device gpu` measures natively: matrix products and training steps on the GPU, beside the CPU's.
//!
//! Prints the report. An argument names a JSON file in which a peer says what it reached (`peers/torch_steps.py`).

use std::time::Instant;

use daydream_cpu::Cpu;
use daydream_gpu::Gpu;
use daydream_graph::{Device, Executor, Function, Graph, numel};
use daydream_models::{Recipe, Session};
use pollster::block_on;
use serde_json::Value;

/// Rows, depth and columns of the products.
const PRODUCTS: [[usize; 3]; 4] = [[128, 784, 512], [512, 512, 512], [1024, 1024, 1024], [4096, 4096, 4096]];

/// The training steps: a name that peers share, model, data, knobs.
const STEPS: [(&str, &str, &str, &[&str]); 4] = [
    ("vae", "vae", "strokes", &["hidden=400", "latent=20"]),
    ("rbm", "rbm", "strokes", &["hidden=512"]),
    ("ff", "ff", "strokes", &["layers=2", "width=500", "negatives=wrong-labels"]),
    (
        "gan",
        "gan",
        "strokes",
        &["loss=non-saturating", "layers=2", "latent=64", "generator-width=400", "discriminator-width=400"],
    ),
];

/// Seconds that a measurement should take at least, and how many are made; the best counts.
const SECONDS: f64 = 0.3;
const SAMPLES: usize = 5;

/// What one engine on one device reached.
struct Column {
    title: String,
    /// Operations per second of each product, where it was measured.
    products: Vec<Option<f64>>,
    /// Training steps per second.
    steps: Vec<Option<f64>>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let gpu = block_on(Gpu::open())?;
    let mut columns = vec![
        measure(&format!("Daydream on {}", gpu.name()), gpu.is_software(), || Box::new(gpu.executor()))?,
        measure("Daydream on one core", false, || Box::new(Cpu::new()))?,
    ];
    if let Some(path) = std::env::args().nth(1) {
        columns.push(peer(&serde_json::from_str(&std::fs::read_to_string(path)?)?));
    }
    print!("{}", report(&columns, gpu.is_software()));
    Ok(())
}

/// Measures everything. The large products are left out where they would take minutes.
fn measure(
    title: &str,
    is_slow: bool,
    device: impl Fn() -> Box<dyn Executor>,
) -> Result<Column, Box<dyn std::error::Error>> {
    let mut column = Column { title: title.to_owned(), products: vec![], steps: vec![] };
    for [rows, depth, columns] in PRODUCTS {
        let operations = 2.0 * (rows * depth * columns) as f64;
        let skipped = is_slow && operations > 1e9;
        let rate = if skipped { None } else { Some(operations / product(&mut *device(), [rows, depth, columns])?) };
        column.products.push(rate);
    }
    for (_, model, data, knobs) in STEPS {
        let knobs = knobs.iter().filter_map(|knob| knob.split_once('='));
        let recipe =
            knobs.fold(Recipe::new(model, data, 7).with("batch", "128"), |recipe, (id, typed)| recipe.with(id, typed));
        column.steps.push(Some(training(&recipe, device())?));
    }
    Ok(column)
}

/// What a peer wrote about itself.
fn peer(outcome: &Value) -> Column {
    let title = format!("{} on {}", text(&outcome["version"]), text(&outcome["device"]));
    let products = (0..PRODUCTS.len()).map(|index| outcome["products"][index].as_f64()).collect();
    Column { title, products, steps: STEPS.iter().map(|(name, ..)| outcome["steps"][name].as_f64()).collect() }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

fn report(columns: &[Column], software: bool) -> String {
    let mut lines = vec!["# Benchmarks on a GPU".to_owned(), String::new()];
    lines.push("Written by `cargo xtask bench --device gpu`; each figure is the best of several samples.".to_owned());
    if software {
        lines.push("The adapter is a CPU that plays a GPU: the figures say nothing about one.".to_owned());
    }
    let titles: Vec<&str> = columns.iter().map(|column| column.title.as_str()).collect();
    let rule = vec!["---"; columns.len() + 1].join(" | ");
    let row = |name: &str, cells: Vec<String>| format!("| {name} | {} |", cells.join(" | "));
    let shown = |rate: Option<f64>, unit: f64| rate.map_or("-".to_owned(), |rate| format!("{:.1}", rate / unit));

    lines.extend([String::new(), "## Matrix products, GFLOP/s".to_owned(), String::new()]);
    lines.extend([format!("| rows, depth, columns | {} |", titles.join(" | ")), format!("| {rule} |")]);
    for (index, [rows, depth, width]) in PRODUCTS.into_iter().enumerate() {
        let cells = columns.iter().map(|column| shown(column.products[index], 1e9)).collect();
        lines.push(row(&format!("{rows}, {depth}, {width}"), cells));
    }
    lines.extend([String::new(), "## Training steps per second, batch 128".to_owned(), String::new()]);
    lines.extend([format!("| model | {} |", titles.join(" | ")), format!("| {rule} |")]);
    for (index, (name, _, _, knobs)) in STEPS.iter().enumerate() {
        let cells = columns.iter().map(|column| shown(column.steps[index], 1.0)).collect();
        lines.push(row(&format!("{name} ({})", knobs.join(", ")), cells));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Seconds of one product.
fn product(device: &mut dyn Executor, [rows, depth, columns]: [usize; 3]) -> Result<f64, daydream_graph::DeviceError> {
    let g = Graph::new();
    let (a, b) = (g.input("a", [rows, depth]), g.input("b", [depth, columns]));
    let module = g.compile(&[Function::new("product").output("c", a.dot(b))]);
    device.load(&module)?;
    for input in &module.inputs {
        let numbers: Vec<f32> = (0..numel(&input.shape)).map(|index| (index % 17) as f32 / 16.0 - 0.5).collect();
        device.write(input.offset, &numbers);
    }
    block_on(device.prepare(&[1]))?;
    let program = &module.programs[1];
    let first = program.buffer(program.outputs[0].buffer).offset;
    best(|times| {
        for _ in 0..times {
            device.run(1, 0, 0);
        }
        block_on(device.read(first..first + 1)).map(drop)
    })
}

/// Training steps per second.
fn training(recipe: &Recipe, device: Box<dyn Executor>) -> Result<f64, daydream_models::Error> {
    let mut session = block_on(Session::new(recipe.clone(), None, device))?;
    Ok(1.0 / best(|times| block_on(session.step(times)).map(drop))?)
}

/// Seconds that one turn takes, at best.
fn best<E>(mut turns: impl FnMut(u64) -> Result<(), E>) -> Result<f64, E> {
    let mut sample = |times: u64| {
        let begun = Instant::now();
        turns(times)?;
        Ok(begun.elapsed().as_secs_f64())
    };
    let mut times = 1;
    while sample(times)? < SECONDS {
        times *= 2;
    }
    let mut least = f64::INFINITY;
    for _ in 0..SAMPLES {
        least = least.min(sample(times)? / times as f64);
    }
    Ok(least)
}
