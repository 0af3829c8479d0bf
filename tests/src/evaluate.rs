//! The numbers of a function of tensors, by the reference evaluator.

use daydream_graph::{Executor, Function, Graph, Reference, Tensor};

/// The value of a function of tensors of these shapes and numbers.
pub fn evaluate<F>(arguments: &[(&[usize], &[f32])], build: F) -> Vec<f64>
where
    F: for<'g> Fn(&'g Graph, &[Tensor<'g>]) -> Tensor<'g>,
{
    let g = Graph::new();
    let x: Vec<Tensor<'_>> = arguments
        .iter()
        .enumerate()
        .map(|(number, (shape, _))| g.input(&format!("x{number}"), shape.to_vec()))
        .collect();
    let module = g.compile(&[Function::new("f").output("y", build(&g, &x))]);
    let mut device = Reference::new();
    device.load(&module).expect("the reference takes every module");
    for (input, (_, numbers)) in module.inputs.iter().zip(arguments) {
        device.write(input.offset, numbers);
    }
    device.run(1, 1, 0);
    let program = &module.programs[1];
    device.numbers(program.buffer(program.outputs[0].buffer).range()).to_vec()
}
