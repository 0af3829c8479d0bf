//! Principal component analysis against exact decompositions, and the autoencoder against principal component analysis.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::rc::Rc;

use daydream_cpu::Cpu;
use daydream_graph::{Executor, Reference};
use daydream_models::data::{Dataset, Kind, RowShape, Split, Values, read_path};
use daydream_models::{Picture, Recipe, Session, Setup, zoo};
use nalgebra::{DMatrix, DVector};
use pollster::block_on;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

fn open(recipe: Recipe, data: Option<Rc<Dataset>>) -> Session {
    block_on(Session::new(recipe, data, Box::new(Cpu::new()))).unwrap()
}

fn measure(session: &mut Session, split: &Split, id: &str) -> f64 {
    block_on(session.evaluate_on(split, &[id])).unwrap()[0].1
}

/// Mean and covariance in 64 bits.
fn moments(split: &Split) -> (DVector<f64>, DMatrix<f64>) {
    let width = split.width();
    let rows = DMatrix::from_fn(split.len(), width, |row, column| f64::from(split.row(row)[column]));
    let mean = rows.row_mean().transpose();
    let centred = DMatrix::from_fn(split.len(), width, |row, column| rows[(row, column)] - mean[column]);
    (mean, centred.transpose() * &centred / split.len() as f64)
}

#[test]
fn components_are_the_eigenvectors_of_the_covariance() {
    for batch in ["100", "37"] {
        let mut session = open(Recipe::new("pca", "digits", 3).with("latent", "12").with("batch", batch), None);
        block_on(session.step(60)).unwrap();
        let train = session.data().train.clone();
        let (_, covariance) = moments(&train);
        let mut eigenvalues: Vec<f64> = covariance.symmetric_eigenvalues().iter().copied().collect();
        eigenvalues.sort_by(|a, b| b.total_cmp(a));
        let (kept, left) = eigenvalues.split_at(12);
        // On the training rows the error is the sum of the eigenvalues that were left out.
        let error = measure(&mut session, &train, "reconstruction_error");
        let exact = left.iter().sum::<f64>() / 64.0;
        assert!((error - exact).abs() < 1e-6, "{error} is not {exact}");
        let explained = measure(&mut session, &train, "explained");
        assert!((explained - kept.iter().sum::<f64>() / eigenvalues.iter().sum::<f64>()).abs() < 1e-6);
        // Tipping & Bishop 1999, equation 8 at its maximum.
        let variance = left.iter().sum::<f64>() / left.len() as f64;
        let determinant = kept.iter().map(|value| value.ln()).sum::<f64>() + left.len() as f64 * variance.ln();
        let best = -0.5 * (64.0 * (std::f64::consts::TAU.ln() + 1.0) + determinant);
        let found = measure(&mut session, &train, "log_likelihood");
        assert!((found - best).abs() < 1e-3, "{found} is not {best}");
    }
}

#[test]
fn the_log_likelihood_is_that_of_the_normal_distribution() {
    let mut session = open(Recipe::new("pca", "digits", 3).with("latent", "5"), None);
    block_on(session.step(15)).unwrap();
    let (train, test) = (session.data().train.clone(), session.data().test.clone());
    let (mean, covariance) = moments(&train);
    let eigen = covariance.symmetric_eigen();
    let mut order: Vec<usize> = (0..64).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let rest = order[5..].iter().map(|&number| eigen.eigenvalues[number]).sum::<f64>() / 59.0;
    let mut model = DMatrix::identity(64, 64) * rest;
    for &number in &order[..5] {
        let axis = eigen.eigenvectors.column(number);
        model += axis * axis.transpose() * (eigen.eigenvalues[number] - rest);
    }
    let cholesky = model.cholesky().unwrap();
    let log_determinant = 2.0 * cholesky.l().diagonal().iter().map(|x| x.ln()).sum::<f64>();
    let density = |row: Vec<f32>| {
        let off = DVector::from_iterator(64, row.into_iter().map(f64::from)) - &mean;
        -0.5 * (64.0 * std::f64::consts::TAU.ln() + log_determinant + off.dot(&cholesky.solve(&off)))
    };
    let exact = (0..test.len()).map(|row| density(test.row(row))).sum::<f64>() / test.len() as f64;
    let found = measure(&mut session, &test, "log_likelihood");
    assert!((found - exact).abs() < 2e-3, "{found} is not {exact}");
}

#[test]
fn samples_have_the_covariance_of_the_model() {
    for noise in ["off", "on"] {
        let recipe =
            Recipe::new("pca", "points", 2).with("family", "moons").with("latent", "1").with("outside-noise", noise);
        let mut session = open(recipe, None);
        block_on(session.step(100)).unwrap();
        let (_, covariance) = moments(&session.data().train.clone());
        let exact = if noise == "on" {
            covariance
        } else {
            let eigen = covariance.symmetric_eigen();
            let largest = eigen.eigenvalues.imax();
            let axis = eigen.eigenvectors.column(largest);
            axis * axis.transpose() * eigen.eigenvalues[largest]
        };
        let made = block_on(session.sample(20_000, 5)).unwrap();
        let (_, found) = moments(&Split::new(2, Values::Reals(made), None));
        assert!((&found - &exact).norm() < 0.03, "{noise}: {found} is not {exact}");
    }
}

#[test]
fn after_one_pass_nothing_changes() {
    let mut session = open(Recipe::new("pca", "digits", 3).with("latent", "3"), None);
    let picture = |session: &mut Session| block_on(session.view("components", &[])).unwrap();
    block_on(session.step(10)).unwrap();
    let during = picture(&mut session);
    block_on(session.step(5)).unwrap();
    let after = picture(&mut session);
    block_on(session.step(50)).unwrap();
    assert!(picture(&mut session) == after && during != after);
    let Picture::Group(group) = after else { panic!("the mean and the components") };
    assert_eq!(group.parts.len(), 2);
}

/// The directional derivative of the training loss along one random direction of all parameters: by the graph, read from Adam's first
/// moments after one step, and by central differences. Both in 64 bits.
#[test]
fn the_gradient_of_the_autoencoder_is_the_slope_of_its_loss() {
    let shape = RowShape { height: 2, width: 3, channels: 1 };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let rows: Vec<f32> = (0..18).map(|_| rng.random()).collect();
    let split = Split::new(6, Values::Reals(rows.clone()), None);
    let data = Dataset {
        name: "made".to_owned(),
        kind: Kind::Images,
        shape,
        classes: 0,
        train: split.clone(),
        valid: None,
        test: split,
        density: None,
        ratings: None,
    };
    for (layers, activation) in [("0", "relu"), ("2", "relu"), ("1", "tanh")] {
        let recipe = Recipe::new("autoencoder", "made", 7).with("layers", layers).with("activation", activation);
        let knobs = recipe.with("batch", "3").with("hidden", "5").with("latent", "2").knobs().unwrap();
        let module = (zoo::find("autoencoder").unwrap().build)(&Setup { data: &data, knobs: &knobs }).unwrap().module;
        let mut device = Reference::new();
        device.load(&module).unwrap();
        let number = |name: &str| module.programs.iter().position(|program| program.name == name).unwrap();
        device.run(number("init"), 7, 0);
        device.write(module.input("batch.rows").unwrap().offset, &rows);
        let start = device.numbers(module.params_range()).to_vec();
        let mut direction = vec![0.0; start.len()];
        let is_trained = |name: &str| name.starts_with("encoder.") || name.starts_with("decoder.");
        let trained: Vec<_> = module.params.iter().filter(|param| is_trained(&param.name)).collect();
        for param in &trained {
            direction[param.range()].fill_with(|| rng.random::<f64>() - 0.5);
        }
        let mut loss_at = |distance: f64| {
            let moved: Vec<f64> = start.iter().zip(&direction).map(|(x, d)| x + distance * d).collect();
            device.set_numbers(0, &moved);
            device.run(number("train"), 7, 3);
            let program = &module.programs[number("train")];
            device.numbers(program.buffer(program.output("reconstruction_error").unwrap().buffer).range())[0]
        };
        let numeric = (loss_at(1e-5) - loss_at(-1e-5)) / 2e-5;
        loss_at(0.0);
        let graph: f64 = trained
            .iter()
            .map(|param| {
                let first_moment = module.param(&format!("adam.mean.{}", param.name)).unwrap();
                let slopes = device.numbers(first_moment.range()).iter().zip(&direction[param.range()]);
                slopes.map(|(m, d)| m / f64::from(1.0 - 0.9f32) * d).sum::<f64>()
            })
            .sum();
        assert!((graph - numeric).abs() < 1e-6 * (1.0 + numeric.abs()), "{layers} {activation}: {graph} and {numeric}");
    }
}

#[test]
fn a_linear_autoencoder_comes_to_the_principal_components_and_a_bent_one_beyond() {
    let components = |latent: &str| {
        let mut session = open(Recipe::new("pca", "digits", 3).with("latent", latent), None);
        block_on(session.step(15)).unwrap();
        let (train, test) = (session.data().train.clone(), session.data().test.clone());
        [measure(&mut session, &train, "reconstruction_error"), measure(&mut session, &test, "reconstruction_error")]
    };
    let best = components("4")[0];
    let mut linear = open(Recipe::new("autoencoder", "digits", 3).with("layers", "0").with("latent", "4"), None);
    for (rate, steps) in [(0.01, 1200), (0.001, 600)] {
        linear.set("learning-rate", rate).unwrap();
        block_on(linear.step(steps)).unwrap();
    }
    let train = linear.data().train.clone();
    let found = measure(&mut linear, &train, "reconstruction_error");
    assert!(found > best - 1e-6 && found < 1.01 * best, "{found} where {best} is possible");

    let mut bent = open(Recipe::new("autoencoder", "digits", 3).with("latent", "4"), None);
    block_on(bent.step(1500)).unwrap();
    let test = bent.data().test.clone();
    let found = measure(&mut bent, &test, "reconstruction_error");
    let [_, best] = components("4");
    assert!(found < 0.75 * best, "{found} is not far below {best}");
}

/// Test errors per pixel of MNIST by a decomposition of the covariance of its 60,000 training images in NumPy.
const MNIST: [(&str, f64); 7] = [
    ("2", 0.05567),
    ("10", 0.03407),
    ("20", 0.02354),
    ("32", 0.01683),
    ("50", 0.01149),
    ("64", 0.00905),
    ("100", 0.00562),
];

fn mnist() -> Option<Rc<Dataset>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !folder.is_dir() {
        println!("SKIPPED: there is no MNIST at {}", folder.display());
        return None;
    }
    Some(Rc::new(read_path(&folder).unwrap()))
}

#[test]
fn errors_on_mnist_are_those_of_numpy() {
    let Some(data) = mnist() else { return };
    let pca = |latent: &str| Recipe::new("pca", "mnist", 1).with("latent", latent).with("batch", "1000");
    let mut first = open(pca("2"), Some(Rc::clone(&data)));
    block_on(first.step(60)).unwrap();
    // The covariance is the same for any number of components.
    let trained = block_on(first.save()).unwrap();
    for (latent, expected) in MNIST {
        let mut session = open(pca(latent), Some(Rc::clone(&data)));
        block_on(session.load("trained", &trained)).unwrap();
        let test = data.test.clone();
        let error = measure(&mut session, &test, "reconstruction_error");
        println!("MNIST, {latent} components: {error:.5}, expected {expected}");
        assert!((error - expected).abs() < 1e-4, "{latent} components: {error} is not {expected}");
    }
}

#[test]
#[ignore = "takes minutes, and MNIST"]
fn an_autoencoder_beats_as_many_components_on_mnist() {
    let Some(data) = mnist() else { return };
    for (latent, components) in MNIST.into_iter().filter(|(latent, _)| ["2", "10", "32"].contains(latent)) {
        let recipe = Recipe::new("autoencoder", "mnist", 1).with("latent", latent);
        let mut session = open(recipe, Some(Rc::clone(&data)));
        for epoch in 1..=2 {
            block_on(session.step(469)).unwrap();
            let error = measure(&mut session, &data.test, "reconstruction_error");
            println!("MNIST, {latent} numbers in a code, {epoch} epochs: {error:.5}, components {components}");
        }
        let error = measure(&mut session, &data.test, "reconstruction_error");
        assert!(error < components, "{latent}: {error} is not below {components}");
    }
}
