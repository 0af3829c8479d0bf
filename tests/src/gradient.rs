//! Gradients against finite differences, in 64-bit arithmetic, along one random direction.

use daydream_graph::{Executor, Function, Graph, Module, Reference, Tensor, Variable, grad, numel};

use crate::numbers::numbers;

/// Largest relative difference between a derivative and its finite difference. Constants inside a graph are 32-bit, which
/// limits the agreement of, say, a cosine and a shifted sine.
const TOLERANCE: f64 = 1e-6;
/// Half the distance of neighbouring points of the stencil.
const STEP: f64 = 1e-3;

/// Checks the gradients of a function of tensors of these shapes, whose elements are drawn from `range`, with respect to all of them: order 1, or
/// also those of the gradient, order 2. What the function returns is summed with random weights.
///
/// # Panics
/// When they differ, or when the function does not depend on its arguments.
#[track_caller]
pub fn check_grad<F>(name: &str, order: usize, range: (f32, f32), shapes: &[&[usize]], build: F)
where
    F: for<'g> Fn(&[Tensor<'g>]) -> Tensor<'g>,
{
    let g = Graph::new();
    let x: Vec<Tensor<'_>> =
        shapes.iter().enumerate().map(|(i, shape)| g.input(&format!("x{i}"), shape.to_vec())).collect();
    let y = build(&x);
    let weights = g.input("weights", y.shape());
    let mut values: Vec<(String, Vec<f32>)> = Vec::new();
    for (i, shape) in shapes.iter().enumerate() {
        values.push((format!("x{i}"), numbers(i as u32, numel(shape), range.0, range.1)));
    }
    values.push(("weights".to_owned(), numbers(99, y.numel(), 0.5, 1.5)));
    let values: Vec<(&str, &[f32])> = values.iter().map(|(name, values)| (&name[..], &values[..])).collect();
    check_loss(name, order, (y * weights).sum_all(), &x, &values);
}

/// Checks the gradient of a loss with respect to inputs or parameters of its graph. Parameters start as the program `init` leaves them,
/// inputs with the values given, or 0; random numbers stay the same.
///
/// # Panics
/// When the gradient and the finite difference differ, or when the loss does not move.
#[track_caller]
pub fn check_loss(name: &str, order: usize, loss: Tensor<'_>, wanted: &[Tensor<'_>], values: &[(&str, &[f32])]) {
    let g = loss.graph();
    let directions: Vec<Tensor<'_>> =
        wanted.iter().enumerate().map(|(i, x)| g.input(&format!("direction{i}"), x.shape())).collect();
    let slope = |y| {
        let products = grad(y, wanted).into_iter().zip(&directions).map(|(gradient, &u)| (gradient * u).sum_all());
        products.reduce(|sum, product| sum + product).expect("a gradient is wanted")
    };
    let first = slope(loss.reshape([]));
    let second = if order > 1 { slope(first) } else { first };
    let function = Function::new("probe").output("0", loss).output("1", first).output("2", second);
    let mut probe = Probe::new(g.compile(&[function]), wanted, values);

    let exact = probe.at(0.0);
    let points: Vec<[f64; 3]> = [-2.0, -1.0, 1.0, 2.0].map(|t| probe.at(t * STEP)).to_vec();
    for derivative in 1..=order {
        let f = |point: usize| points[point][derivative - 1];
        let difference = (8.0 * (f(2) - f(1)) - (f(3) - f(0))) / (12.0 * STEP);
        let found = exact[derivative];
        let size = difference.abs().max(found.abs());
        assert!(size > 1e-6, "{name}: derivative {derivative} is {found:e}, so this checks nothing");
        assert!(
            (found - difference).abs() <= TOLERANCE * size.max(1e-2),
            "{name}: derivative {derivative} is {found}, but finite differences give {difference}"
        );
    }
}

/// A loss and its derivatives along a line.
struct Probe {
    module: Module,
    device: Reference,
    /// What moves: the place, the numbers at the origin, the direction.
    moved: Vec<(usize, Vec<f64>, Vec<f64>)>,
}

impl Probe {
    fn new(module: Module, wanted: &[Tensor<'_>], values: &[(&str, &[f32])]) -> Probe {
        let mut device = Reference::new();
        device.load(&module).expect("the reference takes every module");
        for (name, values) in values {
            device.write(variable(&module, name).offset, values);
        }
        device.run(0, 1, 0);
        let mut moved = Vec::new();
        for (i, x) in wanted.iter().enumerate() {
            // Away from 0, for a tiny step would test nothing.
            let away = |x: f32| x + 0.25f32.copysign(x);
            let direction: Vec<f32> = numbers(1000 + i as u32, x.numel(), -1.0, 1.0).into_iter().map(away).collect();
            device.write(variable(&module, &format!("direction{i}")).offset, &direction);
            let place = variable(&module, &x.name().expect("an input or a parameter"));
            let origin = device.numbers(place.range()).to_vec();
            moved.push((place.offset, origin, direction.into_iter().map(f64::from).collect()));
        }
        Probe { module, device, moved }
    }

    /// The loss and its derivatives at `t` along the direction.
    fn at(&mut self, t: f64) -> [f64; 3] {
        for (offset, origin, direction) in &self.moved {
            let numbers: Vec<f64> = origin.iter().zip(direction).map(|(x, u)| x + t * u).collect();
            self.device.set_numbers(*offset, &numbers);
        }
        self.device.run(1, 1, 0);
        let program = &self.module.programs[1];
        [0, 1, 2].map(|output| {
            let buffer = program.buffer(program.outputs[output].buffer);
            self.device.numbers(buffer.range())[0]
        })
    }
}

fn variable<'m>(module: &'m Module, name: &str) -> &'m Variable {
    module.input(name).or(module.param(name)).unwrap_or_else(|| panic!("no input or parameter is called {name:?}"))
}
