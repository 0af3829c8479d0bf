//! A fast executor against the reference evaluator.

use std::ops::Range;

use daydream_graph::{Executor, Module, Reference};

/// How far a number may be off, as a share of the largest in its tensor.
const TOLERANCE: f32 = 1e-4;

/// Runs `init` and then every other program a few times on both, comparing parameters and outputs after each run.
///
/// # Panics
/// When they differ.
pub async fn check_parity(fast: &mut dyn Executor, module: &Module, inputs: &[(&str, Vec<f32>)]) {
    let slow: &mut dyn Executor = &mut Reference::new();
    for device in [&mut *fast, &mut *slow] {
        device.load(module).expect("the module fits");
        for (name, values) in inputs {
            let input = module.input(name).unwrap_or_else(|| panic!("there is no input {name:?}"));
            device.write(input.offset, values);
        }
    }
    for step in 0..3 {
        for (number, program) in module.programs.iter().enumerate() {
            if step > 0 && program.name == "init" {
                continue;
            }
            fast.run(number, 7, step);
            slow.run(number, 7, step);
            let outputs = program.outputs.iter().map(|output| (&output.name, program.buffer(output.buffer).range()));
            let params = module.params.iter().map(|param| (&param.name, param.range()));
            let (names, ranges): (Vec<&String>, Vec<Range<usize>>) = outputs.chain(params).unzip();
            let mut found = &fast.read_all(&ranges).await.expect("the device answers")[..];
            let mut expected = &slow.read_all(&ranges).await.expect("the reference answers")[..];
            for (name, range) in names.into_iter().zip(ranges) {
                let at = format!("{}: {} {name} at step {step}", fast.name(), program.name);
                let (x, y) = (take(&mut found, range.len()), take(&mut expected, range.len()));
                if let Some(index) = first_difference(x, y) {
                    panic!("{at}: number {index} is {}, expected {}\n{program}", x[index], y[index]);
                }
            }
        }
    }
}

fn take<'a>(numbers: &mut &'a [f32], count: usize) -> &'a [f32] {
    let (taken, rest) = numbers.split_at(count);
    *numbers = rest;
    taken
}

fn first_difference(found: &[f32], expected: &[f32]) -> Option<usize> {
    let finite = expected.iter().filter(|x| x.is_finite());
    let scale = finite.fold(1e-3f32, |scale, x| scale.max(x.abs()));
    let close = |x: f32, y: f32| (x - y).abs() <= TOLERANCE * scale || x == y || x.is_nan() && y.is_nan();
    found.iter().zip(expected).position(|(&x, &y)| !close(x, y))
}
