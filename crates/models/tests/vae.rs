//! The variational autoencoder against exact cases: finite differences, and linear Gaussian models, whose likelihood has a closed form.

#![allow(clippy::unwrap_used)]

use std::collections::HashMap;
use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Reference};
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values};
use daydream_models::{Error, Picture, Recipe, Session, Setup, zoo};
use nalgebra::{DMatrix, DVector};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

fn device() -> Box<dyn Executor> {
    Box::new(Cpu::new())
}

/// Rows given in full, the same to train and to test on.
fn dataset(shape: RowShape, rows: Vec<f32>) -> Dataset {
    let split = Split::new(shape.len(), Values::Reals(rows), None);
    Dataset {
        name: "made".to_owned(),
        kind: Kind::Images,
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
    knobs.iter().fold(Recipe::new("vae", data, 7), |recipe, (knob, typed)| recipe.with(knob, typed))
}

fn session(data: Dataset, knobs: &[(&str, &str)]) -> Session {
    block_on(Session::new(recipe("made", knobs), Some(Rc::new(data)), device())).unwrap()
}

fn measure(session: &mut Session, id: &str) -> f64 {
    block_on(session.evaluate(&[id])).unwrap()[0].1
}

/// Replaces parameters by way of a checkpoint.
fn set_params(session: &mut Session, new: &HashMap<&str, Vec<f32>>) {
    let saved = block_on(session.save()).unwrap();
    let (_, header) = SafeTensors::read_metadata(&saved).unwrap();
    let file = SafeTensors::deserialize(&saved).unwrap();
    let bytes: HashMap<&str, Vec<u8>> =
        new.iter().map(|(&name, values)| (name, values.iter().flat_map(|x| x.to_le_bytes()).collect())).collect();
    let tensors = file.tensors().into_iter().map(|(name, tensor)| {
        let data = bytes.get(name.as_str()).map_or(tensor.data(), Vec::as_slice);
        let view = TensorView::new(tensor.dtype(), tensor.shape().to_vec(), data).unwrap();
        (name, view)
    });
    let edited = safetensors::serialize(tensors, header.metadata().clone()).unwrap();
    block_on(session.load("edited", &edited)).unwrap();
}

/// The directional derivative of the training loss along one random direction of all parameters: by the graph, read from Adam's first
/// moments after one step, and by central differences. Both in 64 bits.
fn slopes(shape: RowShape, knobs: &[(&str, &str)]) -> (f64, f64) {
    const BETA: f64 = 0.75;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let rows: Vec<f32> = (0..3 * shape.len()).map(|_| rng.random()).collect();
    let data = dataset(shape, rows.clone());
    let knobs = recipe("made", knobs).with("batch", "3").with("hidden", "5").with("latent", "2").knobs().unwrap();
    let module = (zoo::find("vae").unwrap().build)(&Setup { data: &data, knobs: &knobs }).unwrap().module;

    let mut device = Reference::new();
    device.load(&module).unwrap();
    let number = |name: &str| module.programs.iter().position(|program| program.name == name).unwrap();
    let (init, train) = (number("init"), number("train"));
    device.run(init, 7, 0);
    for (input, values) in
        [("batch.rows", &rows[..]), ("kl-weight", &[BETA as f32]), ("scale", &[0.4]), ("learning-rate", &[0.0])]
    {
        if let Some(input) = module.input(input) {
            device.write(input.offset, values);
        }
    }
    let start = device.numbers(module.params_range()).to_vec();
    let mut direction = vec![0.0; start.len()];
    let trained: Vec<_> = module.params.iter().filter(|param| !param.name.starts_with("adam.")).collect();
    for param in &trained {
        direction[param.range()].fill_with(|| rng.random::<f64>() - 0.5);
    }
    let mut loss_at = |distance: f64| {
        let moved: Vec<f64> = start.iter().zip(&direction).map(|(x, d)| x + distance * d).collect();
        device.set_numbers(0, &moved);
        device.run(train, 7, 3);
        let program = &module.programs[train];
        let output = |name: &str| device.numbers(program.buffer(program.output(name).unwrap().buffer).range())[0];
        output("reconstruction") + BETA * output("kl")
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
    let shape = RowShape { height: 2, width: 3, channels: 1 };
    for output in ["bernoulli", "gaussian", "learned"] {
        for (layers, activation) in [("0", "relu"), ("1", "relu"), ("2", "tanh")] {
            let knobs = [("output", output), ("layers", layers), ("activation", activation)];
            let (graph, numeric) = slopes(shape, &knobs);
            assert!((graph - numeric).abs() < 1e-6 * (1.0 + numeric.abs()), "{knobs:?}: {graph} and {numeric}");
        }
    }
}

#[test]
fn a_step_runs_few_kernels() {
    let data = recipe("strokes", &[("images", "600")]).dataset().unwrap();
    let knobs = recipe("strokes", &[]).knobs().unwrap();
    let module = (zoo::find("vae").unwrap().build)(&Setup { data: &data, knobs: &knobs }).unwrap().module;
    let kernels = module.program("train").unwrap().kernels.len();
    assert!(kernels <= 24, "{kernels} kernels where 11 are matrix products");
}

/// `x = W z + b + s ε` on 4 numbers with 2 latents whose columns of `W` are orthogonal, so that the posterior has a diagonal covariance:
/// `q(z|x) = N(M⁻¹ Wᵀ (x - b), s² M⁻¹)` with `M = Wᵀ W + s² I` (Tipping & Bishop 1999, equations 6 and 12).
struct Linear {
    session: Session,
    /// Mean of `log N(x; b, W Wᵀ + s² I)` over the rows.
    log_likelihood: f64,
}

impl Linear {
    const SCALE: f64 = 0.3;

    /// An encoder that is the exact posterior, but for a shift of its mean and a factor of its variance.
    fn new(shift: f32, log_factor: f32) -> Linear {
        let w = DMatrix::<f64>::from_row_slice(4, 2, &[0.9, 0.2, 0.6, -0.3, -0.4, 0.45, 0.2, 0.9]); // [D, L]
        assert!(w.column(0).dot(&w.column(1)).abs() < 1e-12);
        let b = DVector::from_vec(vec![0.5, -0.2, 0.1, 0.3]);
        let variance = Linear::SCALE * Linear::SCALE;
        let m = w.transpose() * &w + DMatrix::identity(2, 2) * variance;
        let to_mean = m.clone().try_inverse().unwrap() * w.transpose(); // [L, D]
        let bias = -&to_mean * &b;
        let covariance = &w * w.transpose() + DMatrix::identity(4, 4) * variance;

        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let rows: Vec<f32> = (0..4 * 1000).map(|_| 3.0 * rng.random::<f32>() - 1.5).collect();
        let precision = covariance.clone().try_inverse().unwrap();
        let constant = -0.5 * (std::f64::consts::TAU.powi(4) * covariance.determinant()).ln();
        let densities = rows.chunks_exact(4).map(|row| {
            let centred = DVector::from_iterator(4, row.iter().copied().map(f64::from)) - &b;
            constant - 0.5 * centred.dot(&(&precision * &centred))
        });
        let log_likelihood = densities.sum::<f64>() / 1000.0;

        let shape = RowShape { height: 2, width: 2, channels: 1 };
        let knobs = [("layers", "0"), ("latent", "2"), ("output", "gaussian"), ("scale", "0.3")];
        let mut session = session(dataset(shape, rows), &knobs);
        // Row-major [D, 2L]: the weights of the means beside those of the log-variances, which do not depend on the row.
        let encoder = (0..4).flat_map(|d| [to_mean[(0, d)] as f32, to_mean[(1, d)] as f32, 0.0, 0.0]).collect();
        let log_variance = |latent: usize| (variance / m[(latent, latent)]).ln() as f32 + log_factor;
        let params = HashMap::from([
            ("encoder.0.weight", encoder),
            ("encoder.0.bias", vec![bias[0] as f32 + shift, bias[1] as f32 - shift, log_variance(0), log_variance(1)]),
            ("decoder.0.weight", w.iter().map(|&x| x as f32).collect()), // [L, D]: nalgebra keeps columns
            ("decoder.0.bias", b.iter().map(|&x| x as f32).collect()),
        ]);
        set_params(&mut session, &params);
        Linear { session, log_likelihood }
    }

    fn estimate(&mut self, samples: u32) -> f64 {
        self.session.set("importance-samples", f64::from(samples)).unwrap();
        measure(&mut self.session, "importance_log_likelihood")
    }
}

#[test]
fn importance_sampling_from_the_exact_posterior_is_exact_for_any_number_of_samples() {
    let mut linear = Linear::new(0.0, 0.0);
    for samples in [1, 2, 7] {
        let gap = linear.estimate(samples) - linear.log_likelihood;
        assert!(gap.abs() < 1e-4, "{samples} samples: {gap}");
    }
}

#[test]
fn importance_sampling_from_another_posterior_approaches_from_below() {
    let mut linear = Linear::new(0.2, 0.8);
    let gaps: Vec<f64> = [1, 10, 100].map(|samples| linear.log_likelihood - linear.estimate(samples)).to_vec();
    assert!(gaps.is_sorted_by(|before, after| before > after), "{gaps:?}");
    assert!(gaps[0] > 0.1 && gaps[2].abs() < 0.02, "{gaps:?}");
}

#[test]
fn with_the_exact_posterior_the_bound_is_tight() {
    let mut linear = Linear::new(0.0, 0.0);
    let bound = measure(&mut linear.session, "negative_elbo");
    // One draw a row: reconstruction errors of 1000 rows scatter by about 0.03 around their expectation.
    assert!((bound + linear.log_likelihood).abs() < 0.1, "{bound} and {}", linear.log_likelihood);
    let parts = measure(&mut linear.session, "reconstruction") + measure(&mut linear.session, "kl");
    assert!((parts - bound).abs() < 1e-9);
    assert_eq!(measure(&mut linear.session, "active_units"), 2.0);
}

/// Mean log-likelihood of rows under the best probabilistic PCA with `latent` components (Tipping & Bishop 1999, equation 8):
/// its components are the eigenvectors of the covariance, `s²` is the mean of the eigenvalues that are left.
fn best_probabilistic_pca(split: &Split, latent: usize) -> f64 {
    let width = split.width();
    let rows = DMatrix::from_fn(split.len(), width, |row, column| f64::from(split.row(row)[column]));
    let means = rows.row_mean();
    let centred = DMatrix::from_fn(split.len(), width, |row, column| rows[(row, column)] - means[column]);
    let covariance = centred.transpose() * &centred / split.len() as f64;
    let mut eigenvalues: Vec<f64> = covariance.symmetric_eigenvalues().iter().copied().collect();
    eigenvalues.sort_by(|a, b| b.total_cmp(a));
    let (kept, left) = eigenvalues.split_at(latent);
    let variance = left.iter().sum::<f64>() / left.len() as f64;
    let log_determinant = kept.iter().map(|value| value.ln()).sum::<f64>() + left.len() as f64 * variance.ln();
    -0.5 * (width as f64 * (std::f64::consts::TAU.ln() + 1.0) + log_determinant)
}

#[test]
fn a_linear_autoencoder_learns_what_principal_components_say_is_best() {
    let knobs = [("layers", "0"), ("latent", "4"), ("output", "learned"), ("learning-rate", "0.01")];
    let mut session = block_on(Session::new(recipe("digits", &knobs), None, device())).unwrap();
    for (rate, steps) in [(0.01, 1500), (0.001, 1000)] {
        session.set("learning-rate", rate).unwrap();
        block_on(session.step(steps)).unwrap();
    }
    let train = session.data().train.clone();
    let best = best_probabilistic_pca(&train, 4);
    let measured = block_on(session.evaluate_on(&train, &["negative_elbo", "importance_log_likelihood"])).unwrap();
    let (bound, estimate) = (-measured[0].1, measured[1].1);
    assert!(bound <= best + 0.1 && estimate <= best + 0.02, "{bound} and {estimate} of at most {best}");
    assert!(bound > best - 0.25 && estimate > best - 0.1, "{bound} and {estimate} of {best}");
}

#[test]
fn a_posterior_that_is_the_prior_costs_nothing_and_says_nothing() {
    let mut linear = Linear::new(0.0, 0.0);
    let params = HashMap::from([("encoder.0.weight", vec![0.0; 16]), ("encoder.0.bias", vec![0.0; 4])]);
    set_params(&mut linear.session, &params);
    assert_eq!(measure(&mut linear.session, "kl"), 0.0);
    assert_eq!(measure(&mut linear.session, "active_units"), 0.0);
}

#[test]
fn the_weight_of_the_divergence_rises_over_the_warm_up() {
    let divergence = |beta: &str, warm_up: &str| {
        let knobs = [("beta", beta), ("warm-up", warm_up), ("hidden", "8"), ("latent", "2"), ("batch", "14")];
        let mut session = block_on(Session::new(recipe("bars", &knobs).with("size", "3"), None, device())).unwrap();
        session.set("learning-rate", 0.01).unwrap();
        block_on(session.step(300)).unwrap();
        measure(&mut session, "kl")
    };
    let (without, slowly, at_once) = (divergence("0", "0"), divergence("5", "10000"), divergence("5", "0"));
    assert!(at_once < 0.5 && without > 4.0, "{at_once} {without}");
    assert!(slowly > 2.0 && slowly < without, "{slowly} {without}");
}

fn images(picture: Picture) -> (usize, Vec<f32>) {
    match picture {
        Picture::Images { columns, pixels, .. } => (columns, pixels.0),
        other => panic!("images were expected, not {other:?}"),
    }
}

#[test]
fn a_walk_between_two_rows_starts_and_ends_at_their_reconstructions() {
    let mut session = block_on(Session::new(recipe("bars", &[]), None, device())).unwrap();
    let args = [("from".to_owned(), 2.0), ("to".to_owned(), 9.0)];
    let (columns, walk) = images(block_on(session.view("interpolation", &args)).unwrap());
    let (_, rebuilt) = images(block_on(session.view("reconstructions", &[("first".to_owned(), 0.0)])).unwrap());
    let image = |pixels: &[f32], number: usize| pixels[16 * number..16 * (number + 1)].to_vec();
    let test = &session.data().test;
    assert_eq!(columns, 10);
    for (step, row) in [(0, 2), (9, 9)] {
        assert_eq!(image(&walk, step), test.row(row));
        assert_eq!(image(&rebuilt, row), test.row(row));
        assert_eq!(image(&walk, 10 + step), image(&rebuilt, 10 + row));
    }
}

#[test]
fn every_view_can_be_drawn_of_every_data_set() {
    let color = dataset(RowShape { height: 2, width: 3, channels: 3 }, vec![0.5; 18 * 4]);
    let small = |latent, data| recipe(data, &[("hidden", "4"), ("latent", latent)]);
    let mut sessions: Vec<Session> = [("1", "bars"), ("2", "bars"), ("3", "points"), ("1", "points"), ("5", "digits")]
        .into_iter()
        .map(|(latent, data)| block_on(Session::new(small(latent, data), None, device())).unwrap())
        .collect();
    sessions.push(block_on(Session::new(small("3", "made"), Some(Rc::new(color)), device())).unwrap());
    for session in &mut sessions {
        for view in session.spec().views {
            let far: Vec<(String, f64)> = view.args.iter().map(|arg| (arg.id.to_owned(), 128.0)).collect();
            for args in [&[][..], &far] {
                match block_on(session.view(view.id, args)).unwrap() {
                    Picture::Images { columns, height, width, channels, pixels, .. } => {
                        assert_eq!(height * width * channels, session.data().shape.len());
                        assert!(pixels.0.len().is_multiple_of(columns * height * width * channels), "{}", view.id);
                        assert!(!pixels.0.is_empty() && pixels.0.iter().all(|x| x.is_finite()));
                    }
                    Picture::Plane { layers, bounds, .. } => {
                        assert!(!layers.is_empty() && bounds[0] < bounds[1] && bounds[2] < bounds[3]);
                    }
                    Picture::Bars { names, values, .. } => assert_eq!(names.len(), values.0.len()),
                    other => panic!("{} is drawn as {other:?}", view.id),
                }
            }
        }
    }
}

#[test]
fn samples_are_as_many_as_asked_for_and_follow_their_seed() {
    let mut session = block_on(Session::new(recipe("bars", &[]), None, device())).unwrap();
    let many = block_on(session.sample(300, 1)).unwrap();
    assert_eq!(many.len(), 300 * 16);
    assert_eq!(block_on(session.sample(5, 1)).unwrap(), many[..5 * 16]);
    assert_ne!(block_on(session.sample(5, 2)).unwrap(), many[..5 * 16]);
    assert_ne!(many[..16], many[256 * 16..257 * 16]);
}

#[test]
fn what_cannot_be_built_is_refused_in_words() {
    let refusal =
        |recipe: Recipe, data: Option<Dataset>| match block_on(Session::new(recipe, data.map(Rc::new), device())) {
            Err(Error::Unsupported(reason)) => reason.en,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("it was built"),
        };
    assert!(refusal(recipe("points", &[("output", "bernoulli")]), None).contains("choose gaussian"));
    let odd = dataset(RowShape { height: 2, width: 2, channels: 2 }, vec![0.0; 16]);
    assert!(refusal(recipe("made", &[]), Some(odd)).contains("2 channels"));
}
