//! A fast executor against the reference evaluator.

use std::ops::Range;

use daydream_graph::{Executor, Module, Reference};
use pollster::block_on;

/// How far a number may be off, as a share of the largest in its tensor.
const TOLERANCE: f32 = 1e-4;

fn read(device: &mut dyn Executor, range: Range<usize>) -> Vec<f32> {
    block_on(device.read(range)).expect("the device answers")
}

/// Runs `init` and then every other program a few times on both, comparing parameters and outputs after each run.
///
/// # Panics
/// When they differ.
#[track_caller]
pub fn check_parity(fast: &mut dyn Executor, module: &Module, inputs: &[(&str, Vec<f32>)]) {
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
            for (name, range) in outputs.chain(params) {
                let (found, expected) = (read(fast, range.clone()), read(slow, range));
                let finite = expected.iter().filter(|x| x.is_finite());
                let scale = finite.fold(1e-3f32, |scale, x| scale.max(x.abs()));
                for (index, (x, y)) in found.iter().zip(&expected).enumerate() {
                    let close = (x - y).abs() <= TOLERANCE * scale || x == y || x.is_nan() && y.is_nan();
                    assert!(
                        close,
                        "{}: {} {name}[{index}] at step {step}: {x}, expected {y}\n{program}",
                        fast.name(),
                        program.name
                    );
                }
            }
        }
    }
}
