//! The denoising autoencoder against exact cases: finite differences, the Wiener filter, and the score of a Gaussian.

#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Reference};
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::{Error, Layer, Picture, Recipe, Session, Setup, zoo};
use nalgebra::{DMatrix, DVector};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use safetensors::SafeTensors;

/// Rows given in full, the same to train and to test on.
fn dataset(kind: Kind, shape: RowShape, rows: Vec<f32>) -> Dataset {
    let split = Split::new(shape.len(), Values::Reals(rows), None);
    Dataset {
        name: "made".to_owned(),
        kind,
        shape,
        classes: 0,
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    }
}

fn recipe(data: &str, knobs: &[(&str, &str)]) -> Recipe {
    knobs.iter().fold(Recipe::new("dae", data, 7), |recipe, (knob, typed)| recipe.with(knob, typed))
}

fn session(data: Dataset, knobs: &[(&str, &str)]) -> Session {
    block_on(Session::new(recipe("made", knobs), Some(Rc::new(data)), Box::new(Cpu::new()))).unwrap()
}

fn measure(session: &mut Session, id: &str) -> Option<f64> {
    block_on(session.evaluate(&[id])).unwrap().first().map(|(_, value)| *value)
}

/// Points `A z + m` with standard normal `z`.
fn gaussian(count: usize, a: [[f32; 2]; 2], m: [f32; 2]) -> Vec<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut normal = || (0..12).map(|_| rng.random::<f32>()).sum::<f32>() - 6.0;
    (0..count)
        .flat_map(|_| {
            let z = [normal(), normal()];
            [0, 1].map(|axis| a[axis][0] * z[0] + a[axis][1] * z[1] + m[axis])
        })
        .collect()
}

/// The directional derivative of the training loss along one random direction of all weights: by the graph, read from Adam's first
/// moments after one step, and by central differences. Both in 64 bits.
fn slopes(knobs: &[(&str, &str)]) -> (f64, f64) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let shape = RowShape { height: 4, width: 5, channels: 1 };
    let rows: Vec<f32> = (0..3 * shape.len()).map(|_| rng.random()).collect();
    let data = dataset(Kind::Images, shape, rows.clone());
    let knobs = recipe("made", knobs).with("batch", "3").with("hidden", "5").knobs().unwrap();
    let module = (zoo::find("dae").unwrap().build)(&Setup { data: &data, knobs: &knobs }).unwrap().module;

    let mut device = Reference::new();
    device.load(&module).unwrap();
    let number = |name: &str| module.programs.iter().position(|program| program.name == name).unwrap();
    let (init, train) = (number("init"), number("train"));
    device.run(init, 7, 0);
    for (input, values) in [("batch.rows", &rows[..]), ("level", &[0.4]), ("learning-rate", &[0.0])] {
        device.write(module.input(input).unwrap().offset, values);
    }
    let start = device.numbers(module.params_range()).to_vec();
    let mut direction = vec![0.0; start.len()];
    let trained: Vec<_> = module.params.iter().filter(|param| param.name.starts_with("net.")).collect();
    for param in &trained {
        direction[param.range()].fill_with(|| rng.random::<f64>() - 0.5);
    }
    let mut loss_at = |distance: f64| {
        let moved: Vec<f64> = start.iter().zip(&direction).map(|(x, d)| x + distance * d).collect();
        device.set_numbers(0, &moved);
        device.run(train, 7, 3);
        let program = &module.programs[train];
        device.numbers(program.buffer(program.output("loss").unwrap().buffer).range())[0]
    };
    let numeric = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
    loss_at(0.0);
    let graph = trained.iter().map(|param| {
        let first_moment = module.param(&format!("adam.mean.{}", param.name)).unwrap();
        let share_of_gradient = f64::from(1.0 - 0.9f32);
        let slopes = device.numbers(first_moment.range()).iter().zip(&direction[param.range()]);
        slopes.map(|(m, d)| m / share_of_gradient * d).sum::<f64>()
    });
    (graph.sum(), numeric)
}

#[test]
fn the_gradient_of_the_loss_is_the_slope_of_the_loss() {
    for corruption in ["gaussian", "salt-and-pepper", "mask", "patches"] {
        for (output, hit_only) in [("sigmoid", "off"), ("linear", "off"), ("linear", "on"), ("sigmoid", "on")] {
            let knobs = [("corruption", corruption), ("output", output), ("hit-only", hit_only)];
            let (graph, numeric) = slopes(&knobs);
            assert!((graph - numeric).abs() < 1e-6 * (1.0 + numeric.abs()), "{knobs:?}: {graph} and {numeric}");
        }
    }
}

/// On a Gaussian the best denoiser is linear, the Wiener filter `m + Σ (Σ + σ² I)⁻¹ (ỹ - m)`, and it has the score of the noisy Gaussian
/// exactly. A linear network finds it.
#[test]
fn a_linear_network_becomes_the_wiener_filter() {
    let sigma = 0.5;
    let points = gaussian(4096, [[0.7, 0.0], [0.4, 0.2]], [0.3, -0.2]);
    let rows = DMatrix::from_row_slice(4096, 2, &points).map(f64::from);
    let mean: DVector<f64> = rows.row_mean().transpose();
    let centred = DMatrix::from_fn(4096, 2, |row, column| rows[(row, column)] - mean[column]);
    let covariance = centred.transpose() * &centred / 4096.0;
    let filter = &covariance * (&covariance + DMatrix::identity(2, 2) * sigma * sigma).try_inverse().unwrap();
    let bias = &mean - &filter * &mean;

    let knobs = [("level", "0.5"), ("layers", "0"), ("batch", "1024"), ("learning-rate", "0.003")];
    let mut session = session(dataset(Kind::Points, RowShape::POINT, points), &knobs);
    block_on(session.step(3000)).unwrap();
    session.set("learning-rate", 0.0001).unwrap();
    block_on(session.step(1500)).unwrap();
    let file = block_on(session.save()).unwrap();
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let read = |name: &str| -> Vec<f64> {
        let bytes = tensors.tensor(name).unwrap().data().to_vec();
        bytes.chunks_exact(4).map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap()))).collect()
    };
    // Rows are multiplied from the left, and both matrices are symmetric only in the limit.
    let found = DMatrix::from_column_slice(2, 2, &read("net.0.weight"));
    let off = (found - &filter).abs().max();
    let bias_off = (DVector::from_vec(read("net.0.bias")) - bias).abs().max();
    println!("off by {off:.4} and {bias_off:.4} of {filter}");
    assert!(off < 0.01 && bias_off < 0.01);
    // What is left of the error is what the filter leaves: tr(Σ - Σ (Σ + σ² I)⁻¹ Σ) / 2.
    let exact = (&covariance - &filter * &covariance).trace() / 2.0;
    let measured = measure(&mut session, "reconstruction_error").unwrap();
    assert!((measured / exact - 1.0).abs() < 0.03, "{measured} {exact}");
}

/// The score of the corrupted training points is what the field of a large network comes to.
#[test]
fn the_field_of_drawn_points_becomes_their_score() {
    let circle = |index: usize| {
        let angle = index as f32 * 0.1;
        [1.2 * angle.cos(), 1.2 * angle.sin()]
    };
    let points: Vec<f32> = (0..256).flat_map(circle).collect();
    let mut session = session(dataset(Kind::Points, RowShape::POINT, points), &[("level", "0.3")]);
    assert!(measure(&mut session, "score_error").unwrap() > 0.5);
    block_on(session.step(2500)).unwrap();
    let error = measure(&mut session, "score_error").unwrap();
    assert!(error < 0.05, "{error}");
    // In the middle of the circle there is nowhere to go, and the energy is high; on it there is nothing to repair.
    let Picture::Plane { layers, .. } = block_on(session.view("energy", &[])).unwrap() else { panic!("a plane") };
    let Layer::Heat { values, width, .. } = &layers[0] else { panic!("a heat map") };
    let at = |x: f32, y: f32| {
        let cell = |place: f32| ((place / 2.2 + 1.0) * 0.5 * *width as f32) as usize;
        values.0[cell(y) * width + cell(x)]
    };
    assert!(at(1.2, 0.0) < 0.2 * at(2.1, 0.0), "{} {}", at(1.2, 0.0), at(2.1, 0.0));
}

/// Corruption does what its level says, and baselines are what they claim.
#[test]
fn corruption_has_the_level_that_it_is_given() {
    let shape = RowShape { height: 8, width: 8, channels: 1 };
    // Pixels are 0.5 throughout: a mask costs 0.25 for each that it hits, salt and pepper as much, filling by the mean nothing.
    for (corruption, expected, fill) in [
        ("gaussian", 0.09, None),
        ("salt-and-pepper", 0.3 * 0.25, None),
        ("mask", 0.3 * 0.25, Some(0.0)),
        ("patches", 0.3 * 0.25, Some(0.0)),
    ] {
        let data = dataset(Kind::Images, shape, vec![0.5; 512 * shape.len()]);
        let mut session = session(data, &[("corruption", corruption), ("level", "0.3")]);
        let error = measure(&mut session, "corrupted_error").unwrap();
        assert!((error / expected - 1.0).abs() < 0.05, "{corruption}: {error}");
        assert_eq!(measure(&mut session, "fill_error").map(|error| (1e6 * error).round()), fill);
        assert_eq!(measure(&mut session, "score_error"), None);
    }
}

#[test]
fn patches_are_hit_as_a_whole() {
    let shape = RowShape { height: 8, width: 12, channels: 3 };
    let data = dataset(Kind::Images, shape, vec![1.0; 8 * shape.len()]);
    let mut session = session(data, &[("corruption", "patches"), ("level", "0.5")]);
    let Picture::Images { pixels, columns, .. } = block_on(session.view("denoising", &[])).unwrap() else { panic!() };
    let corrupted = &pixels.0[columns * shape.len()..2 * columns * shape.len()];
    let mut hit = 0;
    for image in corrupted.chunks_exact(shape.len()) {
        // Patches are 2 pixels high and 3 wide: all their numbers are those of the first.
        for (index, &pixel) in image.iter().enumerate() {
            let (y, x) = (index / 36, index / 3 % 12);
            assert_eq!(pixel, image[(y / 2 * 2 * 12 + x / 3 * 3) * 3]);
        }
        hit += image.iter().filter(|&&pixel| pixel == 0.0).count();
    }
    let share = hit as f64 / corrupted.len() as f64;
    assert!((share - 0.5).abs() < 0.2, "{share}");
}

#[test]
fn sigmoid_outputs_refuse_points() {
    let data = dataset(Kind::Points, RowShape::POINT, vec![0.0; 40]);
    let refused =
        block_on(Session::new(recipe("made", &[("output", "sigmoid")]), Some(Rc::new(data)), Box::new(Cpu::new())));
    assert!(matches!(refused, Err(Error::Unsupported(_))));
}
