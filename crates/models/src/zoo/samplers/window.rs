//! What the last transitions of a sampler's chains say, and how far that is from the truth.

use super::{Run, WINDOW};
use crate::Error;
use crate::metrics::coverage::histogram;
use crate::metrics::effective_sample_size;

/// The last transitions of one sampler, as many as there were, at least two.
pub(super) struct Window {
    /// `[T, C, 2]`, the latest last.
    pub(super) rows: Vec<f32>,
    pub(super) chains: usize,
    /// Mean evaluations of energy or gradient in a transition.
    evaluations: f64,
}

impl Window {
    pub(super) async fn read(run: &mut Run<'_>, name: &str) -> Result<Window, Error> {
        let rows = run.read_param(&format!("{name}.trace")).await?;
        let spent = run.read_param(&format!("{name}.spent")).await?;
        let length = (run.step() as usize).clamp(2, WINDOW);
        let chains = rows.len() / (2 * WINDOW);
        let evaluations = spent[WINDOW - length..].iter().copied().map(f64::from).sum::<f64>() / length as f64;
        Ok(Window { rows: rows[2 * chains * (WINDOW - length)..].to_vec(), chains, evaluations })
    }

    /// One coordinate along each chain: `[chain][transition]`.
    pub(super) fn follow(&self, axis: usize) -> Vec<Vec<f64>> {
        let along =
            |chain: usize| self.rows.chunks_exact(2 * self.chains).map(move |row| f64::from(row[2 * chain + axis]));
        (0..self.chains).map(|chain| along(chain).collect()).collect()
    }

    /// Effective sample size over the number of states, of whichever coordinate has less.
    pub(super) fn effective_share(&self) -> f64 {
        let states = (self.rows.len() / 2) as f64;
        [0, 1].map(|axis| effective_sample_size(&self.follow(axis)) / states).into_iter().fold(f64::INFINITY, f64::min)
    }

    /// The same for each evaluation of the energy or its gradient.
    pub(super) fn effective_per_evaluation(&self) -> f64 {
        self.effective_share() / self.evaluations.max(1.0)
    }

    /// The share of all states in each cell of [`histogram`]'s grid, without those outside.
    pub(super) fn shares(&self) -> Vec<f64> {
        let mut shares = histogram(self.rows.as_chunks().0);
        shares.pop();
        normalised(shares)
    }
}

/// The same shares of a whole that is 1.
pub(super) fn normalised(mut shares: Vec<f64>) -> Vec<f64> {
    let sum: f64 = shares.iter().sum();
    shares.iter_mut().for_each(|share| *share /= sum.max(f64::MIN_POSITIVE));
    shares
}

/// How far the window's mean and variance are from the truth in standard errors, the larger of both coordinates. The truth is that of exact
/// samples, whose own errors count, or of kernels, which is exact. Nothing at another temperature than 1, where neither is known.
pub(super) fn errors(run: &Run<'_>, window: &Window, kernels: Option<&[f32]>) -> Option<[f64; 2]> {
    if run.knobs().real("beta") != 1.0 {
        return None;
    }
    let bandwidth = f64::from(run.knobs().real("bandwidth"));
    let mut errors = [0.0f64; 2];
    for axis in 0..2 {
        let exact: Vec<f64> = match kernels {
            Some(kernels) => kernels.chunks_exact(2).map(|row| f64::from(row[axis])).collect(),
            None => (0..run.data().train.len()).map(|row| f64::from(run.data().train.row(row)[axis])).collect(),
        };
        let truth = moments(&exact);
        let wider = if kernels.is_some() { bandwidth.powi(2) } else { 0.0 };
        let chains = window.follow(axis);
        let found = moments(&chains.concat());
        let squares: Vec<Vec<f64>> =
            chains.iter().map(|chain| chain.iter().map(|x| (x - found.mean).powi(2)).collect()).collect();
        let of_truth = |variance: f64| if kernels.is_some() { 0.0 } else { variance / exact.len() as f64 };
        let error = |difference: f64, variance: f64, size: f64, exact: f64| {
            difference.abs() / (variance / size + of_truth(exact)).sqrt().max(f64::MIN_POSITIVE)
        };
        let mean = error(found.mean - truth.mean, found.variance, effective_sample_size(&chains), truth.variance);
        let variance = error(
            found.variance - truth.variance - wider,
            found.variance_of_squares,
            effective_sample_size(&squares),
            truth.variance_of_squares,
        );
        errors = [errors[0].max(mean), errors[1].max(variance)];
    }
    Some(errors)
}

struct Moments {
    mean: f64,
    variance: f64,
    /// Of squared distances from the mean.
    variance_of_squares: f64,
}

fn moments(values: &[f64]) -> Moments {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let power = |power: i32| values.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / count;
    let variance = power(2);
    Moments { mean, variance, variance_of_squares: power(4) - variance * variance }
}
