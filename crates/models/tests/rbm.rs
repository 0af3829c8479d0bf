//! The restricted Boltzmann machine against exact cases: small machines can be enumerated.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::Executor;
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::{Error, Metrics, Picture, Recipe, Session};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

fn device() -> Box<dyn Executor> {
    Box::new(Cpu::new())
}

/// Rows given in full, the same to train and to test on.
fn dataset(shape: RowShape, rows: Vec<f32>) -> Rc<Dataset> {
    let split = Split::new(shape.len(), Values::Reals(rows), None);
    Rc::new(Dataset {
        name: "made".to_owned(),
        kind: Kind::Images,
        shape,
        classes: 0,
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    })
}

fn random_bits(shape: RowShape, rows: usize) -> Rc<Dataset> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(11);
    dataset(shape, (0..rows * shape.len()).map(|_| f32::from(u8::from(random.random::<f32>() < 0.4))).collect())
}

fn gray(height: usize, width: usize) -> RowShape {
    RowShape { height, width, channels: 1 }
}

fn try_session(data: Rc<Dataset>, knobs: &[(&str, &str)]) -> Result<Session, Error> {
    let recipe = knobs.iter().fold(Recipe::new("rbm", "made", 7), |recipe, (knob, typed)| recipe.with(knob, typed));
    block_on(Session::new(recipe, Some(data), device()))
}

fn session(data: Rc<Dataset>, knobs: &[(&str, &str)]) -> Session {
    try_session(data, knobs).unwrap()
}

fn measure(session: &mut Session, id: &str) -> f64 {
    block_on(session.evaluate(&[id])).unwrap()[0].1
}

fn params(session: &mut Session) -> HashMap<String, Vec<f32>> {
    let saved = block_on(session.save()).unwrap();
    let file = SafeTensors::deserialize(&saved).unwrap();
    let floats = |bytes: &[u8]| bytes.as_chunks::<4>().0.iter().map(|&x| f32::from_le_bytes(x)).collect();
    file.tensors().into_iter().map(|(name, tensor)| (name, floats(tensor.data()))).collect()
}

/// Replaces parameters by way of a checkpoint.
fn set_params(session: &mut Session, new: &[(&str, Vec<f32>)]) {
    let saved = block_on(session.save()).unwrap();
    let (_, header) = SafeTensors::read_metadata(&saved).unwrap();
    let file = SafeTensors::deserialize(&saved).unwrap();
    let bytes: HashMap<&str, Vec<u8>> =
        new.iter().map(|(name, values)| (*name, values.iter().flat_map(|x| x.to_le_bytes()).collect())).collect();
    let tensors = file.tensors().into_iter().map(|(name, tensor)| {
        let data = bytes.get(name.as_str()).map_or(tensor.data(), Vec::as_slice);
        (name, TensorView::new(tensor.dtype(), tensor.shape().to_vec(), data).unwrap())
    });
    let edited = safetensors::serialize(tensors, header.metadata().clone()).unwrap();
    block_on(session.load("edited", &edited)).unwrap();
}

/// A machine in 64-bit arithmetic, written out.
struct Plain {
    w: Vec<Vec<f64>>, // [D][H]
    b: Vec<f64>,
    c: Vec<f64>,
}

impl Plain {
    /// Weights and biases up to ±`reach`, every one of them representable in 32 bits.
    fn random(pixels: usize, hidden: usize, reach: f32) -> Plain {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut draw = |count| (0..count).map(|_| f64::from(reach * (2.0 * random.random::<f32>() - 1.0))).collect();
        let (b, c): (Vec<f64>, Vec<f64>) = (draw(pixels), draw(hidden));
        Plain { w: (0..pixels).map(|_| draw(hidden)).collect(), b, c }
    }

    fn give_to(&self, session: &mut Session) {
        let floats = |numbers: &[f64]| numbers.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let (w, b, c) = (floats(&self.w.concat()), floats(&self.b), floats(&self.c));
        set_params(session, &[("weights", w), ("visible.bias", b), ("hidden.bias", c)]);
    }

    /// `-log Σ_h exp(-E(v, h))`, by all hidden states.
    fn free_energy(&self, v: &[f64]) -> f64 {
        let hidden = self.c.len();
        let total: f64 = states(hidden)
            .map(|h| {
                let mut negative = dot(&self.b, v) + dot(&self.c, &h);
                for (row, &pixel) in self.w.iter().zip(v) {
                    negative += pixel * dot(row, &h);
                }
                negative.exp()
            })
            .sum();
        -total.ln()
    }

    /// `log Z`, by all visible states.
    fn log_partition(&self) -> f64 {
        states(self.b.len()).map(|v| (-self.free_energy(&v)).exp()).sum::<f64>().ln()
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn states(units: usize) -> impl Iterator<Item = Vec<f64>> {
    (0..1_usize << units).map(move |state| (0..units).map(|unit| (state >> unit & 1) as f64).collect())
}

fn rows(data: &Dataset) -> Vec<Vec<f64>> {
    (0..data.test.len()).map(|row| data.test.row(row).into_iter().map(f64::from).collect()).collect()
}

#[test]
fn the_exact_likelihood_is_that_of_all_states() {
    // Fewer hidden units than pixels, and more: either side is enumerated.
    for (shape, hidden) in [(gray(2, 3), 4), (gray(2, 2), 6)] {
        let data = random_bits(shape, 9);
        let mut session = session(Rc::clone(&data), &[("hidden", &hidden.to_string())]);
        let plain = Plain::random(shape.len(), hidden, 1.5);
        plain.give_to(&mut session);
        let mean = rows(&data).iter().map(|v| plain.free_energy(v)).sum::<f64>() / 9.0;
        let expected = -mean - plain.log_partition();
        let found = measure(&mut session, "exact_log_likelihood");
        assert!((found - expected).abs() < 1e-5, "{found} instead of {expected}");
    }
}

#[test]
fn a_machine_too_large_to_enumerate_has_no_exact_likelihood() {
    let mut session = session(random_bits(gray(3, 7), 5), &[("hidden", "21")]);
    assert_eq!(block_on(session.evaluate(&["exact_log_likelihood"])).unwrap(), Metrics::new());
}

/// The exact likelihood of a random machine, and what annealing up and down adds to it.
fn annealed(shape: RowShape, hidden: usize, reach: f32, steps: &str) -> (f64, f64) {
    let mut session = session(random_bits(shape, 20), &[("hidden", &hidden.to_string()), ("ais-steps", steps)]);
    Plain::random(shape.len(), hidden, reach).give_to(&mut session);
    let exact = measure(&mut session, "exact_log_likelihood");
    let mut error = |id: &str| measure(&mut session, id) - exact;
    (error("ais_log_likelihood"), error("ais_reverse_log_likelihood"))
}

#[test]
fn annealing_finds_the_partition_function_of_small_machines() {
    for reach in [1.5, 3.0] {
        let (up, down) = annealed(gray(3, 3), 6, reach, "2000");
        assert!(up.abs() < 0.1 && down.abs() < 0.1, "weights up to {reach}: {up} annealed up, {down} annealed down");
    }
}

#[test]
fn annealing_in_few_steps_errs_to_either_side() {
    let (up, down) = annealed(gray(10, 10), 10, 3.0, "100");
    assert!(up > 1.0 && down < -1.0, "{up} annealed up, {down} annealed down");
}

#[test]
fn the_pseudo_likelihood_of_few_pixels_is_exact() {
    let shape = gray(2, 3);
    let data = random_bits(shape, 9);
    let mut session = session(Rc::clone(&data), &[("hidden", "4")]);
    let plain = Plain::random(shape.len(), 4, 1.5);
    plain.give_to(&mut session);
    let of_row = |v: &Vec<f64>| -> f64 {
        let flipped = |pixel: usize| {
            let mut other = v.clone();
            other[pixel] = 1.0 - other[pixel];
            plain.free_energy(&other)
        };
        (0..v.len()).map(|pixel| -(1.0 + (plain.free_energy(v) - flipped(pixel)).exp()).ln()).sum()
    };
    let expected = rows(&data).iter().map(of_row).sum::<f64>() / 9.0;
    let found = measure(&mut session, "pseudo_likelihood");
    assert!((found - expected).abs() < 1e-5, "{found} instead of {expected}");
}

#[test]
fn the_pseudo_likelihood_of_independent_pixels_is_their_likelihood() {
    // Without weights each pixel is foretold by its bias alone, so that a sampled estimate over equal pixels is exact too.
    let shape = gray(5, 8);
    let mut session = session(dataset(shape, vec![1.0; 3 * shape.len()]), &[("hidden", "2")]);
    set_params(&mut session, &[("weights", vec![0.0; 80]), ("visible.bias", vec![1.0; 40])]);
    let expected = -40.0 * (1.0 + (-1.0_f64).exp()).ln();
    let found = measure(&mut session, "pseudo_likelihood");
    assert!((found - expected).abs() < 1e-4, "{found} instead of {expected}");
}

/// A machine whose pixels and hidden units are as good as certain, so that a step of learning can be foretold.
///
/// Data: pixels 1 0 in all rows. Chains: hidden units do not matter to the pixels, whose biases make them 0 1.
fn certain(knobs: &[(&str, &str)]) -> Session {
    let knobs = [&[("hidden", "1"), ("batch", "2"), ("learning-rate", "0.1"), ("centering", "off")], knobs].concat();
    let mut session = session(dataset(gray(1, 2), vec![1.0, 0.0, 1.0, 0.0]), &knobs);
    set_params(
        &mut session,
        &[("weights", vec![0.0, 0.0]), ("visible.bias", vec![-60.0, 60.0]), ("hidden.bias", vec![0.0])],
    );
    session
}

#[test]
fn a_step_moves_weights_by_the_difference_of_correlations() {
    let mut session = certain(&[]);
    block_on(session.step(1)).unwrap();
    let found = params(&mut session);
    // p(h) = 1/2 everywhere: ⟨vh⟩ is (½, 0) in the data and (0, ½) in the chains.
    assert_eq!(found["weights"], [0.05, -0.05]);
    assert_eq!(found["visible.bias"], [-59.9, 59.9]);
    assert_eq!(found["hidden.bias"], [0.0]);
}

#[test]
fn momentum_and_decay_do_as_their_formula_says() {
    let mut session = certain(&[("momentum", "0.5"), ("weight-decay", "0.1")]);
    set_params(&mut session, &[("weights.velocity", vec![0.2, 0.4]), ("weights", vec![0.0, 1e-3])]);
    block_on(session.step(1)).unwrap();
    let found = params(&mut session);
    // The chains' second pixel is 1 and excites the hidden unit by 10⁻³, a quarter of which shows in its probability.
    let expected = [0.5 * 0.2 + 0.1 * 0.5, 0.5 * 0.4 + 0.1 * (-0.500_25 - 1e-4) + 1e-3];
    for (found, expected) in found["weights"].iter().zip(expected) {
        assert!((f64::from(*found) - expected).abs() < 1e-7, "{found} instead of {expected}");
    }
}

#[test]
fn the_learning_rate_falls_to_zero() {
    let mut session = session(random_bits(gray(2, 2), 8), &[("hidden", "3"), ("batch", "4"), ("decay-epochs", "3")]);
    block_on(session.step(5)).unwrap();
    let before = params(&mut session)["weights"].clone();
    block_on(session.step(1)).unwrap();
    let last = params(&mut session)["weights"].clone();
    block_on(session.step(3)).unwrap();
    assert_ne!(before, last);
    assert_eq!(last, params(&mut session)["weights"]);
}

#[test]
fn sparsity_pulls_activity_to_its_target() {
    let activity = |cost: &str| {
        let sparsity = [("sparsity-target", "0.1"), ("sparsity-cost", cost)];
        let knobs = [&[("hidden", "4"), ("batch", "10"), ("learning-rate", "0.1")][..], &sparsity].concat();
        let mut session = session(random_bits(gray(2, 3), 20), &knobs);
        block_on(session.step(1000)).unwrap();
        measure(&mut session, "hidden_activity")
    };
    assert!((activity("0") - 0.1).abs() > 0.2);
    assert!((activity("0.3") - 0.1).abs() < 0.02);
}

#[test]
fn visible_biases_start_at_the_log_odds() {
    let data = || dataset(gray(1, 2), vec![1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0]);
    let biases = |start: &str| params(&mut session(data(), &[("visible-bias", start)]))["visible.bias"].clone();
    // Means of five sixths and a third: one row of each kind is counted on top.
    let found = biases("log-odds");
    assert!((found[0] - 5f32.ln()).abs() < 1e-6 && (found[1] - 0.5f32.ln()).abs() < 1e-6, "{found:?}");
    assert_eq!(biases("zero"), [0.0, 0.0]);
}

#[test]
fn only_persistent_chains_remember() {
    let after = |algorithm: &str, k: &str, chain: f32| {
        let knobs = [("hidden", "3"), ("batch", "4"), ("algorithm", algorithm), ("k", k)];
        let mut session = session(random_bits(gray(2, 3), 8), &knobs);
        // Strong weights, so that hidden states show in the pixels.
        set_params(&mut session, &[("weights", vec![4.0; 18]), ("chain", vec![chain; 12])]);
        block_on(session.step(1)).unwrap();
        params(&mut session)["weights"].clone()
    };
    assert_ne!(after("pcd", "1", 0.0), after("pcd", "1", 1.0));
    for k in ["1", "4"] {
        assert_eq!(after("cd", k, 0.0), after("cd", k, 1.0));
    }
}

#[test]
fn looking_and_measuring_leave_no_trace_in_training() {
    const SEEN: [&str; 7] =
        ["weights", "visible.bias", "hidden.bias", "hidden.mean", "chain", "weights.velocity", "visible.mean"];
    leaves_no_trace("1", &SEEN);
    leaves_no_trace("3", &[&SEEN[..], &["replicas", "replicas.exchanged"]].concat());
}

fn leaves_no_trace(temperatures: &str, seen: &[&str]) {
    let knobs = [("hidden", "3"), ("batch", "4"), ("ais-steps", "100"), ("temperatures", temperatures)];
    let start = || session(random_bits(gray(2, 2), 8), &knobs);
    let (mut watched, mut left_alone) = (start(), start());
    block_on(watched.step(2)).unwrap();
    for view in watched.spec().views {
        block_on(watched.view(view.id, &[])).unwrap();
    }
    let all: Vec<&str> = watched.spec().metrics.iter().map(|metric| metric.id).collect();
    let measured = block_on(watched.evaluate(&all)).unwrap();
    let expected: Vec<&str> = all.iter().copied().filter(|id| *id != "exchanges" || temperatures != "1").collect();
    assert_eq!(measured.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), expected);
    assert_eq!(measured, block_on(watched.evaluate(&all)).unwrap(), "the same numbers when asked again");
    block_on(watched.step(2)).unwrap();
    block_on(left_alone.step(4)).unwrap();
    let (watched, left_alone) = (params(&mut watched), params(&mut left_alone));
    for &name in seen {
        assert_eq!(watched[name], left_alone[name], "{name}");
    }
}

#[test]
fn views_fit_images_of_any_shape_and_colour() {
    for shape in [gray(4, 4), gray(1, 1), gray(3, 5), RowShape { height: 3, width: 2, channels: 3 }] {
        let mut session = session(random_bits(shape, 3), &[("hidden", "2"), ("batch", "2")]);
        for view in ["fantasies", "filters", "completion", "chain"] {
            let picture = block_on(session.view(view, &[])).unwrap();
            let Picture::Images { columns, height, width, channels, pixels, .. } = picture else {
                panic!("{view} is no grid of images");
            };
            assert_eq!((height, width, channels), (shape.height, shape.width, shape.channels));
            assert!(pixels.0.len().is_multiple_of(columns * shape.len()), "{view} fills its rows");
        }
        assert_eq!(block_on(session.sample(45, 3)).unwrap().len(), 45 * shape.len());
    }
}

#[test]
fn completion_keeps_what_is_not_erased() {
    let shape = gray(3, 4);
    let data = random_bits(shape, 10);
    let mut session = session(Rc::clone(&data), &[("hidden", "2")]);
    let kept: [fn(usize, usize) -> bool; 4] = [|y, _| y < 2, |y, _| y >= 2, |_, x| x >= 2, |_, x| x < 2];
    for (half, kept) in kept.into_iter().enumerate() {
        let args = [("erased".to_owned(), half as f64), ("row".to_owned(), 4.0)];
        let Picture::Images { pixels, .. } = block_on(session.view("completion", &args)).unwrap() else {
            panic!("images were expected");
        };
        let image = |row: usize| &pixels.0[row * 8 * shape.len()..][..shape.len()];
        assert_eq!(image(0), data.test.row(4));
        for (index, ((&original, &left), &completed)) in image(0).iter().zip(image(1)).zip(image(2)).enumerate() {
            match kept(index / 4, index % 4) {
                true => assert_eq!((left, completed), (original, original)),
                false => assert!(left == 0.0 && completed > 0.0 && completed < 1.0),
            }
        }
    }
}

#[test]
fn impossible_machines_are_refused_in_words() {
    let refused = |data: Rc<Dataset>, knobs: &[(&str, &str)]| match try_session(data, knobs) {
        Err(Error::Unsupported(reason)) => reason.en,
        _ => panic!("it was accepted"),
    };
    let two = RowShape { height: 2, width: 2, channels: 2 };
    assert!(refused(random_bits(two, 2), &[]).contains("1 or 3 channels"));
    assert!(refused(random_bits(gray(300, 300), 2), &[]).contains("too large"));
    assert!(refused(random_bits(gray(200, 200), 2), &[("hidden", "4096")]).contains("fewer hidden units"));
}
