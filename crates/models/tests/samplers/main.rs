//! The samplers against densities whose every moment is known.
//!
//! Standard errors are `√(variance / effective sample size)`, sizes by Geyer's initial monotone sequence over all chains.

#![allow(clippy::unwrap_used)]

mod balance;
mod lab;
mod model;

use daydream_models::metrics::effective_sample_size;
use daydream_models::samplers::{Sampler, Settings};
use lab::{FUNNEL, GAUSSIAN, Lab, NORMAL, RHO, estimate, follow};

/// Asserts that an estimate lies within 3 standard errors of the truth, and that these are small.
#[track_caller]
fn assert_moment(what: &str, (found, error, size): (f64, f64, f64), truth: f64, smallest_size: f64) {
    println!("{what}: {found:.4} ± {error:.4}, truth {truth:.4}, effective sample size {size:.0}");
    assert!(size > smallest_size, "{what}: an effective sample size of {size} proves nothing");
    assert!((found - truth).abs() < 3.0 * error, "{what}: {found} ± {error}, but the truth is {truth}");
}

#[test]
fn moments_of_the_correlated_gaussian() {
    let each = [
        (Sampler::Metropolis, 1000, 10, Settings { width: 0.25, ..Settings::default() }),
        (Sampler::Gibbs, 1000, 10, Settings { width: 2.0, ..Settings::default() }),
        (Sampler::Mala, 1000, 4, Settings { step_size: 0.35, ..Settings::default() }),
        (Sampler::Hamiltonian, 200, 1, Settings { step_size: 0.3, leaps: 12, ..Settings::default() }),
        (Sampler::NoUTurn, 100, 1, Settings { step_size: 0.3, depth: 5, ..Settings::default() }),
    ];
    for (sampler, places, every, settings) in each {
        let (path, _) = Lab::new(&GAUSSIAN, 256).walk(sampler, &settings, places, every);
        for i in 0..10 {
            assert_moment(&format!("{sampler:?}: mean of x{i}"), estimate(&path, |x| x[i]), 0.0, 500.0);
            assert_moment(&format!("{sampler:?}: variance of x{i}"), estimate(&path, |x| x[i] * x[i]), 1.0, 500.0);
        }
        for (i, j) in [(0, 1), (4, 5), (0, 9)] {
            let truth = f64::from(RHO).powi(j as i32 - i as i32);
            let found = estimate(&path, |x| x[i] * x[j]);
            assert_moment(&format!("{sampler:?}: covariance of x{i} and x{j}"), found, truth, 500.0);
        }
    }
}

/// The funnel as it is, not in variables that undo it. The second moment of x is left out: its own variance is that of a log-normal
/// with deviation 6, for which no number of draws gives a standard error.
#[test]
fn moments_of_the_funnel() {
    let settings = Settings { step_size: 0.05, depth: 7, ..Settings::default() };
    let (path, evaluations) = Lab::new(&FUNNEL, 384).walk(Sampler::NoUTurn, &settings, 600, 1);
    println!("{evaluations:.0} leapfrog steps a transition");
    let absolute = (2.0 / std::f64::consts::PI).sqrt() * (9.0f64 / 8.0).exp();
    assert_moment("mean of v", estimate(&path, |x| x[0]), 0.0, 500.0);
    assert_moment("variance of v", estimate(&path, |x| x[0] * x[0]), 9.0, 500.0);
    assert_moment("mean of x", estimate(&path, |x| x[1]), 0.0, 300.0);
    assert_moment("mean of |x|", estimate(&path, |x| x[1].abs()), absolute, 300.0);
    assert_moment("variance of x in units of its own", estimate(&path, |x| x[1] * x[1] / x[0].exp()), 1.0, 500.0);
}

/// `x' = (1 - ½ε²) x + ε ξ` comes to rest at a variance of `1 / (1 - ¼ε²)`.
#[test]
fn unadjusted_langevin_is_off_by_what_its_step_says() {
    let settings = Settings { step_size: 0.8, ..Settings::default() };
    let (path, _) = Lab::new(&NORMAL, 256).walk(Sampler::Langevin, &settings, 1000, 1);
    let found = estimate(&path, |x| x[0] * x[0]);
    assert_moment("Langevin: variance", found, 1.0 / (1.0 - 0.16), 10_000.0);
    assert!((found.0 - 1.0).abs() > 10.0 * found.1);
}

/// At β the Gaussian has 1/β of its variance.
#[test]
fn beta_is_an_inverse_temperature() {
    for sampler in Sampler::ALL {
        let settings = Settings { step_size: 0.1, width: 1.0, beta: 4.0, leaps: 8, ..Settings::default() };
        let every = if sampler == Sampler::Langevin || sampler == Sampler::Mala { 20 } else { 1 };
        let (path, _) = Lab::new(&NORMAL, 256).walk(sampler, &settings, 300, every);
        // Unadjusted steps of 0.1 are off by 1 %, which this many draws do not resolve.
        assert_moment(&format!("{sampler:?}"), estimate(&path, |x| x[0] * x[0]), 0.25, 500.0);
    }
}

/// The smallest effective sample size of any coordinate, for each evaluation of the energy or its gradient at a new point. A gradient counts
/// as one evaluation: reverse mode has both at once, for a small multiple of the cost of the energy alone.
fn efficiency(sampler: Sampler, settings: &Settings, places: usize, every: usize) -> f64 {
    let (path, evaluations) = Lab::new(&GAUSSIAN, 64).walk(sampler, settings, places, every);
    let smallest = (0..10).map(|i| effective_sample_size(&follow(&path, |x| x[i]))).fold(f64::INFINITY, f64::min);
    smallest / (64.0 * places as f64 * evaluations)
}

#[test]
fn hamiltonian_sampling_tells_ten_times_as_much_for_each_gradient_as_metropolis() {
    // Metropolis at whichever width suits it best.
    let metropolis = [0.15, 0.25, 0.35, 0.5].map(|width| {
        let found = efficiency(Sampler::Metropolis, &Settings { width, ..Settings::default() }, 2000, 10);
        println!("Metropolis of width {width}: {found:.6} for each evaluation");
        found
    });
    let hamiltonian =
        efficiency(Sampler::Hamiltonian, &Settings { step_size: 0.3, leaps: 12, ..Settings::default() }, 1000, 1);
    let no_u_turn = efficiency(Sampler::NoUTurn, &Settings { step_size: 0.3, depth: 5, ..Settings::default() }, 500, 1);
    let best = metropolis.into_iter().fold(0.0, f64::max);
    println!("Hamiltonian {hamiltonian:.5}, no-U-turn {no_u_turn:.5}: {:.0} times Metropolis", hamiltonian / best);
    assert!(hamiltonian > 10.0 * best, "{hamiltonian} and {best}");
    assert!(no_u_turn > 10.0 * best, "{no_u_turn} and {best}");
}
