//! The Gaussian-Bernoulli machine: it stays within bounds and learns, over seeds.

#![allow(clippy::unwrap_used)]

use daydream_cpu::Cpu;
use daydream_models::{Recipe, Session, zoo};
use pollster::block_on;

fn session(recipe: Recipe) -> Session {
    block_on(Session::new(recipe, None, Box::new(Cpu::new()))).unwrap()
}

fn measure(session: &mut Session, id: &str) -> f64 {
    block_on(session.evaluate(&[id])).unwrap()[0].1
}

#[test]
fn it_trains_on_gray_digits_without_exploding() {
    let spec = zoo::find("gaussian-rbm").unwrap();
    for seed in 1..=5 {
        let mut session = session(Recipe::preset(spec, "digits", seed).unwrap());
        for _ in 0..5 {
            let metrics = block_on(session.step(200)).unwrap();
            let weights = metrics.iter().find(|(id, _)| id == "weight_size").unwrap().1;
            assert!(weights < 1.0, "seed {seed}: the root mean square of the weights is {weights}");
        }
        let share = measure(&mut session, "unexplained");
        assert!(share < 0.5, "seed {seed}: {share} of the mean image's error is left");
    }
}

/// Over the plane the likelihood is integrated; a machine without weights is one Gaussian, whose likelihood is known.
#[test]
fn an_untrained_machine_is_one_gaussian() {
    let mut session = session(Recipe::new("gaussian-rbm", "points", 1).with("hidden", "4").with("first-noise", "1"));
    // Weights of a standard deviation of 0.07 hardly matter.
    let found = measure(&mut session, "exact_log_likelihood");
    let test = &session.data().test;
    let rows: Vec<Vec<f32>> = (0..test.len()).map(|row| test.row(row)).collect();
    let variance = |axis: usize| rows.iter().map(|x| f64::from(x[axis]).powi(2)).sum::<f64>() / rows.len() as f64;
    let spread = f64::midpoint(variance(0), variance(1));
    let expected = -(std::f64::consts::TAU * spread).ln() - 1.0;
    assert!((found - expected).abs() < 0.05, "{found} and {expected}");
}

#[test]
fn images_have_an_exact_likelihood_where_there_are_few_hidden_units() {
    let few = Recipe::new("gaussian-rbm", "digits", 1).with("hidden", "6");
    let mut session = session(few);
    let before = measure(&mut session, "exact_log_likelihood");
    block_on(session.step(500)).unwrap();
    let after = measure(&mut session, "exact_log_likelihood");
    assert!(after > before + 1.0, "{before} and then {after}");
}
