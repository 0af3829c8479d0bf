//! The conditional energy-based model: gradients of its losses, inference by descent, and what it finds where a regressor cannot.

#![allow(clippy::unwrap_used)]

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Function, Graph, Reference, Tensor, grad};
use daydream_models::zoo::conditional_ebm::{CELLS, Networks, REACH, Section, minima};
use daydream_models::{Layer, Picture, Recipe, Session};
use pollster::block_on;

const B: usize = 5;

fn session(knobs: &[(&str, &str)]) -> Session {
    let recipe = knobs.iter().fold(Recipe::new("conditional-ebm", "relations", 7), |recipe, (k, v)| recipe.with(k, v));
    block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap()
}

/// The derivative of a loss along one direction of the energy's parameters: by the graph, and by central differences, in 64 bits.
fn slopes(loss: impl for<'g> Fn(&Networks<'g>, Tensor<'g>, Tensor<'g>) -> Tensor<'g>) -> (f64, f64) {
    let g = Graph::new();
    let networks = Networks::new(&g, &[6, 4]);
    let value = loss(&networks, g.input("points", [B, 2]), g.input("others", [B, 1])).mean();
    let params = networks.energy.params();
    let gradients = grad(value, &params);
    let function =
        gradients.iter().enumerate().fold(Function::new("loss").output("loss", value), |function, (n, d)| {
            function.output(&format!("gradient.{n}"), *d)
        });
    let module = g.compile(&[function]);
    let program = module.program("loss").unwrap();
    let mut device = Reference::new();
    device.load(&module).unwrap();
    device.run(0, 3, 0);
    for input in &module.inputs {
        let numbers: Vec<f64> = input.range().map(|i| 0.5 + 0.4 * (1.7 * i as f64).sin()).collect();
        device.set_numbers(input.offset, &numbers);
    }
    let start: Vec<f64> = device.numbers(module.params_range()).to_vec();
    let direction: Vec<f64> = (0..start.len()).map(|i| (2.3 * i as f64 + 1.0).cos()).collect();
    let read = |device: &Reference, name: &str| {
        device.numbers(program.buffer(program.output(name).unwrap().buffer).range()).to_vec()
    };
    let mut loss_at = |distance: f64| {
        let moved: Vec<f64> = start.iter().zip(&direction).map(|(x, d)| x + distance * d).collect();
        device.set_numbers(0, &moved);
        device.run(1, 3, 0);
        read(&device, "loss")[0]
    };
    let numeric = {
        // The regressor's parameters move too, on which nothing depends.
        let ends = [1e-5, -1e-5].map(&mut loss_at);
        (ends[0] - ends[1]) / 2e-5
    };
    loss_at(0.0);
    let own = module.params.iter().filter(|param| param.name.starts_with("energy"));
    let graph = own.enumerate().map(|(number, param)| {
        let gradient = read(&device, &format!("gradient.{number}"));
        gradient.iter().zip(&direction[param.range()]).map(|(g, d)| g * d).sum::<f64>()
    });
    (graph.sum(), numeric)
}

#[test]
fn gradients_of_both_losses_are_their_slopes() {
    for (name, (graph, numeric)) in [
        ("likelihood", slopes(|networks, points, shift| networks.nll(points, shift))),
        ("contrast", slopes(|networks, points, others| networks.contrast(points, others))),
    ] {
        assert!(numeric.abs() > 1e-3, "{name} does not move");
        assert!((graph - numeric).abs() < 1e-6 * (1.0 + numeric.abs()), "{name}: {graph} and {numeric}");
    }
}

/// With all weights 0 every answer is as good: `-log p(y|x) = log 5` of a uniform density over `±2.5`.
#[test]
fn a_flat_energy_is_a_uniform_density() {
    let g = Graph::new();
    let networks = Networks::new(&g, &[3]);
    let nll = networks.nll(g.input("points", [B, 2]), g.input("shift", [B, 1]));
    let module = g.compile(&[Function::new("nll").output("nll", nll)]);
    let mut device = Reference::new();
    device.load(&module).unwrap();
    device.run(1, 0, 0);
    let program = &module.programs[1];
    let found = device.numbers(program.buffer(program.outputs[0].buffer).range());
    assert!(found.iter().all(|nll| (nll - f64::from(2.0 * REACH).ln()).abs() < 1e-6), "{found:?}");
    assert!((Section::new(&[0.0; CELLS]).log_partition() - f64::from(2.0 * REACH).ln()).abs() < 1e-6);
}

fn parts(picture: Picture) -> Vec<Picture> {
    match picture {
        Picture::Group(group) => group.parts.into_iter().map(|part| part.picture).collect(),
        other => panic!("a group was expected, not {other:?}"),
    }
}

#[test]
fn descents_end_in_minima_of_the_energy_on_either_branch() {
    let mut session = session(&[]);
    block_on(session.step(500)).unwrap();
    let args = [("x".to_owned(), 0.3), ("y".to_owned(), -0.6), ("steps".to_owned(), 60.0)];
    let parts = parts(block_on(session.view("inference", &args)).unwrap());
    let (Picture::Plane { layers, .. }, Picture::Chart { curves, mark, .. }) = (&parts[0], &parts[1]) else {
        panic!("a plane and a chart")
    };
    let shown = &curves[1].x.0;
    let trails = layers.iter().filter_map(|layer| match layer {
        Layer::Trails { points, at, .. } => Some(at.0.chunks_exact(2 * points)),
        _ => None,
    });
    let trails: Vec<&[f32]> = trails.flatten().collect();
    assert_eq!(trails.len(), 12);
    for trail in &trails {
        let end = trail[trail.len() - 1];
        assert!(trail.iter().step_by(2).all(|x| (x - 0.3).abs() < 1e-6), "x is given");
        assert!(shown.iter().any(|y| (y - end).abs() < 0.05), "{end} is none of the minima {shown:?}");
    }
    // The circle's two answers at x = 0.3 are ±1.37; the regressor's is between them.
    for side in [-1.0, 1.0] {
        assert!(trails.iter().any(|trail| (trail[trail.len() - 1] - side * 1.37).abs() < 0.1), "{shown:?}");
    }
    assert!(mark.unwrap().abs() < 0.4, "{mark:?}");
    let clicked = trails[11];
    assert!((clicked[1] + 0.6).abs() < 1e-6 && clicked[clicked.len() - 1] < -1.0, "it rolls down its own side");
}

#[test]
fn minima_that_are_flat_count_once() {
    let mut energies = [1.0; CELLS];
    energies[40] = 0.0;
    energies[41] = 0.0;
    let deep: Vec<_> = minima(&energies).into_iter().filter(|[_, energy]| *energy < 0.5).collect();
    assert_eq!(deep.len(), 1, "{deep:?}");
}

/// On the S both trainings leave the noise alone where the regressor leaves the distance between branches.
#[test]
fn the_energy_finds_branches_that_a_regressor_averages() {
    let mut session = session(&[("shape", "s-curve")]);
    block_on(session.step(800)).unwrap();
    let wanted = ["branch_error", "regression_error", "answer_distance", "regressor_distance", "kl"];
    let found = block_on(session.evaluate(&wanted)).unwrap();
    let value = |id: &str| found.iter().find(|(known, _)| known == id).unwrap().1;
    assert!(value("branch_error") < 0.35 * value("regression_error"), "{found:?}");
    assert!(value("answer_distance") < 0.3 * value("regressor_distance"), "{found:?}");
    assert!(value("kl") < 0.15, "{found:?}");
    // The best that a function of x can do is the mean of y given x.
    assert!(value("regression_error") > 0.6, "{found:?}");
}

#[test]
fn samples_lie_on_the_relation() {
    let mut session = session(&[]);
    block_on(session.step(500)).unwrap();
    let rows = block_on(session.sample(400, 3)).unwrap();
    let off: Vec<f32> = rows.chunks_exact(2).map(|row| (row[0].hypot(row[1]) - 1.4).abs()).collect();
    let near = off.iter().filter(|distance| **distance < 0.35).count();
    assert!(near > 360, "{near} of 400 lie near the circle");
    let above = rows.chunks_exact(2).filter(|row| row[1] > 0.0).count();
    assert!((140..260).contains(&above), "{above} of 400 lie above");
}
