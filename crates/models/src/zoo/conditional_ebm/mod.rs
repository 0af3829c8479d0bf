//! The conditional energy-based model: a network that says how badly an answer `y` fits a question `x`, beside a network that simply
//! answers.
//!
//! ```text
//! energy      F(x, y)                                      x, y: [1] each, a point of the plane
//! inference   y* = argmin_y F(x, y), by y <- y - η ∂F/∂y
//! density     p(y|x) = exp(-F(x, y)) / Z(x),  Z(x) = ∫ exp(-F(x, y)) dy
//! regressor   y = G(x)
//! ```
//!
//! Where one `x` has several right `y`, `F(x, ·)` has several minima; the regressor, trained by squared error, answers with the mean of
//! them, which is often right for none.
//!
//! Pushing the energy of the data down is not enough, for `F` could become flat: other answers must be pushed up. `likelihood` minimises
//! `-log p(y|x) = F(x, y) + log Z(x)`, with `Z` summed over a grid of `y` that is shifted at random for every row, so that no well hides
//! between its lines. `contrastive` minimises `F(x, y) - F(x, ȳ)`, where `ȳ` comes from a short Langevin chain
//! `y <- y - ½ ε² ∂F/∂y + ε n`, `n ~ N(0, 1)`, that starts anywhere, plus `α (F² + F̄²)`, which keeps energies near 0 (Du & Mordatch,
//! arXiv:1903.08689).
//!
//! LeCun, Chopra, Hadsell, Ranzato & Huang, *A tutorial on energy-based learning*, 2006, whose implicit regression this is, with its `E`
//! called `F` as in Dawid & LeCun, arXiv:2306.02572. `F(x, ·)` of either training is defined up to a constant that may depend on `x`.

mod inference;
mod spec;
mod views;

use std::cell::OnceCell;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::data::Split;
use crate::layers::Mlp;
use crate::model::{Built, Metrics, Model, Setup};
use crate::plane::Grid;
use crate::{Error, Knobs, Picture, Run, batch};

pub use inference::{Section, minima};
pub(super) use spec::spec;

/// Rows that `evaluate` works on at once.
const ROWS: usize = 64;
/// Answers lie within `±REACH`; `p(y|x)` is a density there.
pub const REACH: f32 = 2.5;
/// Cells of that range at whose centres energies are taken.
pub const CELLS: usize = 128;
/// Lines of the shifted grid over which training sums `Z(x)`.
const LINES: usize = 48;
/// Test rows behind the metrics that are measured again and again.
const MEASURED: usize = 4 * ROWS;
/// The cells of the plane that are drawn and integrated over.
const GRID: Grid = Grid::shown(64);
/// `ε` of the Langevin chains.
const LANGEVIN_STEP: f32 = 0.1;
/// `α`, the weight of the squared energies.
const SQUARES: f32 = 0.05;
/// Points that descend at once, and steps of one call.
const DESCENDING: usize = 256;
const STRIDE: usize = 5;
/// The longest step of a descent: far from all data energies may be steep.
const LONGEST_STEP: f32 = 0.1;

/// The two networks.
pub struct Networks<'g> {
    /// `F`: `[x, y] -> 1`
    pub energy: Mlp<'g>,
    /// `G`: `x -> y`
    pub regressor: Mlp<'g>,
}

impl<'g> Networks<'g> {
    /// Networks with hidden layers of these widths.
    pub fn new(g: &'g Graph, hidden: &[usize]) -> Networks<'g> {
        let network = |name, inputs| Mlp::new(g, name, &[&[inputs], hidden, &[1]].concat(), Tensor::silu);
        Networks { energy: network("energy", 2), regressor: network("regressor", 1) }
    }

    /// `F` of points: `[N, 2] -> [N]`
    pub fn energies(&self, points: Tensor<'g>) -> Tensor<'g> {
        self.energy.apply(points).reshape([points.extent(0)])
    }

    /// `F(x, y)` of every `x` with answers of its own: `[N, 1], [N, K] -> [N, K]`
    pub fn sections(&self, x: Tensor<'g>, y: Tensor<'g>) -> Tensor<'g> {
        let shape = y.shape();
        let points = [x.broadcast_to(shape.clone()), y].map(|axis| axis.reshape([y.numel(), 1]));
        self.energies(Tensor::concat(&points, 1)).reshape(shape)
    }

    /// `-log p(y|x)` of points in nats, with `Z(x)` summed over a grid of `LINES` answers, which is shifted by the share `shift` of its
    /// spacing: `[N, 2], [N, 1] -> [N]`
    pub fn nll(&self, points: Tensor<'g>, shift: Tensor<'g>) -> Tensor<'g> {
        let spacing = 2.0 * REACH / LINES as f32;
        let lines = spacing * (points.graph().iota(1, [points.extent(0), LINES]) + shift) - REACH; // [N, LINES]
        let sections = self.sections(points.slice(1, 0, 1), lines);
        self.energies(points) + (-sections).logsumexp(1) + spacing.ln()
    }

    /// `F(x, y) - F(x, ȳ) + α (F(x, y)² + F(x, ȳ)²)` of points and the answers `ȳ` beside them: `[N, 2], [N, 1] -> [N]`
    pub fn contrast(&self, points: Tensor<'g>, negatives: Tensor<'g>) -> Tensor<'g> {
        let down = self.energies(points);
        let up = self.energies(Tensor::concat(&[points.slice(1, 0, 1), negatives], 1));
        down - up + SQUARES * (down.square() + up.square())
    }

    /// `∂F/∂y` of points: `[N, 2] -> [N, 1]`
    fn slope(&self, points: Tensor<'g>) -> Tensor<'g> {
        grad(self.energies(points).sum_all(), &[points])[0].slice(1, 1, 2)
    }

    /// Where Langevin chains of so many steps arrive that start anywhere: `[N, 1]`
    fn langevin(&self, points: Tensor<'g>, steps: usize) -> Tensor<'g> {
        let (g, shape, x) = (points.graph(), [points.extent(0), 1], points.slice(1, 0, 1));
        let anywhere = REACH * (2.0 * g.uniform(shape) - 1.0);
        let step = |y: Tensor<'g>, _| {
            let drift = -0.5 * LANGEVIN_STEP * LANGEVIN_STEP * self.slope(Tensor::concat(&[x, y], 1));
            (y + drift + LANGEVIN_STEP * g.normal(shape)).clamp(-REACH, REACH).detach()
        };
        (0..steps).fold(anywhere, step)
    }

    /// `(y - G(x))²` of points: `[N, 2] -> [N]`
    fn squared_errors(&self, points: Tensor<'g>) -> Tensor<'g> {
        let error = points.slice(1, 1, 2) - self.regressor.apply(points.slice(1, 0, 1));
        error.square().reshape([points.extent(0)])
    }
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let knobs = setup.knobs;
    let g = Graph::new();
    let networks = Networks::new(&g, &vec![knobs.whole("hidden"); knobs.whole("layers")]);

    let points = batch(&g, setup.data, knobs.whole("batch")); // [B, 2]
    let nll = networks.nll(points, g.uniform([points.extent(0), 1])).mean(); // []
    let loss = match knobs.whole("training") {
        0 => nll,
        _ => networks.contrast(points, networks.langevin(points, knobs.whole("langevin-steps"))).mean(),
    };
    let squared_error = networks.squared_errors(points).mean(); // []
    let rate = g.input("learning-rate", []);
    let params = [networks.energy.params(), networks.regressor.params()].concat();
    // Neither network's loss depends on the other's parameters.
    let gradients = grad(loss + squared_error, &params);
    let train = Function::new("train")
        .output("nll", nll)
        .output("regression_error", squared_error.sqrt())
        .updates(Optimizer::ADAM.updates(&g, "adam", rate, &params, &gradients));

    let rows = g.input("rows", [ROWS, 2]);
    let centres = 2.0 * REACH / CELLS as f32 * (g.iota(1, [ROWS, CELLS]) + 0.5) - REACH;
    let evaluate = Function::new("evaluate")
        .output("energies", networks.energies(rows)) // [E]
        .output("sections", networks.sections(rows.slice(1, 0, 1), centres)) // [E, CELLS]
        .output("answers", networks.regressor.apply(rows.slice(1, 0, 1))); // [E, 1]

    let columns = GRID.cell() * (g.iota(0, [GRID.cells, 1]) + 0.5) - GRID.reach;
    let plane = Function::new("plane")
        .output("energies", networks.energies(GRID.centres_in(&g))) // [cells²]
        .output("answers", networks.regressor.apply(columns)); // [cells, 1]

    let mut at = g.input("descending", [DESCENDING, 2]);
    let descent = g.input("descent-rate", []);
    let mut descend = Function::new("descend");
    for step in 0..STRIDE {
        let move_by = (descent * networks.slope(at)).clamp(-LONGEST_STEP, LONGEST_STEP); // [N, 1]
        at = (at - move_by.pad(1, 1, 0)).detach();
        descend = descend.output(&format!("step.{step}"), at);
    }

    let module = g.compile(&[train, evaluate, plane, descend]);
    Ok(Built { module, model: Box::new(ConditionalEbm { truth: OnceCell::new() }) })
}

struct ConditionalEbm {
    /// `log p*(x, y)` at the centres of the grid, where the true density is known.
    truth: OnceCell<Vec<f32>>,
}

#[async_trait(?Send)]
impl Model for ConditionalEbm {
    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let mut metrics = Metrics::new();
        if wanted.iter().any(|id| *id != "kl") {
            let is_free = |id: &&str| matches!(*id, "nll" | "regression_error");
            let rows = if wanted.iter().any(is_free) { split.len() } else { split.len().min(MEASURED) };
            metrics.extend(self.errors(run, split, rows).await?);
        }
        if wanted.contains(&"kl")
            && let Some(kl) = self.divergence(run).await?
        {
            metrics.push(("kl".to_owned(), kl));
        }
        metrics.retain(|(id, _)| wanted.contains(&id.as_str()));
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        match id {
            "energy" => views::energy(run, args).await,
            "inference" => views::inference(run, args).await,
            "all" => views::all(run, args).await,
            _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
        }
    }

    /// Questions of the training split with answers drawn from `p(y|x)`.
    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        let train = &run.data().train;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(u64::from(run.seed()));
        let mut rows = Vec::with_capacity(2 * count.next_multiple_of(ROWS));
        for _ in 0..count.div_ceil(ROWS) {
            let chosen: Vec<f32> = (0..ROWS).flat_map(|_| train.row(rng.random_range(0..train.len()))).collect();
            run.write("rows", &chosen);
            let sections = run.call_for("evaluate", 0, "sections").await?;
            for (row, energies) in chosen.chunks_exact(2).zip(sections.chunks_exact(CELLS)) {
                let section = Section::new(energies);
                rows.extend([row[0], section.quantile(rng.random(), rng.random())]);
            }
        }
        rows.truncate(2 * count);
        Ok(rows)
    }
}

impl ConditionalEbm {
    /// What is measured on the first rows of a split.
    async fn errors(&self, run: &mut Run<'_>, split: &Split, rows: usize) -> Result<Metrics, Error> {
        let train = &run.data().train;
        let nearest_row = |x: f32, y: f32| {
            let mut row = [0.0; 2];
            let squares = (0..train.len()).map(|number| {
                train.read_row(number, &mut row);
                (row[0] - x).powi(2) + (row[1] - y).powi(2)
            });
            squares.fold(f32::INFINITY, f32::min)
        };
        let mut sums = [0.0f64; 5];
        for first in (0..rows).step_by(ROWS) {
            let count = run.write_rows("rows", split, first).min(rows - first);
            run.call("evaluate", 0);
            let energies = run.read("evaluate", "energies").await?;
            let sections = run.read("evaluate", "sections").await?;
            let answers = run.read("evaluate", "answers").await?;
            for number in 0..count {
                let row = split.row(first + number);
                let section = Section::new(&sections[number * CELLS..][..CELLS]);
                let (branches, answer) = (section.branches(), answers[number]);
                let to_branch = branches.iter().map(|y| (y - row[1]).powi(2)).fold(f32::INFINITY, f32::min);
                // The distances to the data cost most: on part of the rows.
                let (chosen, regressed) = if first + number < MEASURED {
                    (nearest_row(row[0], section.lowest()), nearest_row(row[0], answer))
                } else {
                    (0.0, 0.0)
                };
                let nll = f64::from(energies[number]) + section.log_partition();
                let errors = [(row[1] - answer).powi(2), to_branch, chosen, regressed].map(f64::from);
                sums[0] += nll;
                sums[1..].iter_mut().zip(errors).for_each(|(sum, error)| *sum += error);
            }
        }
        let rms = |sum: f64, rows: usize| (sum / rows as f64).sqrt();
        Ok(vec![
            ("nll".to_owned(), sums[0] / rows as f64),
            ("regression_error".to_owned(), rms(sums[1], rows)),
            ("branch_error".to_owned(), rms(sums[2], rows)),
            ("answer_distance".to_owned(), rms(sums[3], rows.min(MEASURED))),
            ("regressor_distance".to_owned(), rms(sums[4], rows.min(MEASURED))),
        ])
    }

    /// `∫∫ p*(x, y) log (p*(y|x) / p(y|x)) dy dx` in nats over the grid, where the true density `p*` is known.
    async fn divergence(&self, run: &mut Run<'_>) -> Result<Option<f64>, Error> {
        let Some(density) = &run.data().density else { return Ok(None) };
        let truth =
            self.truth.get_or_init(|| (0..GRID.len()).map(|cell| density.log_density(GRID.centre(cell))).collect());
        let energies = run.call_for("plane", 0, "energies").await?;
        Ok(Some(conditional_divergence(truth, &energies)))
    }
}

/// The mean over `x` of `KL(p*(y|x) || p(y|x))` in nats, of `log p*(x, y)` and `F(x, y)` at the centres of the grid.
fn conditional_divergence(truth: &[f32], energies: &[f32]) -> f64 {
    let column = |values: &[f32], x: usize, sign: f64| -> Vec<f64> {
        let values: Vec<f64> = values[x..].iter().step_by(GRID.cells).map(|&value| sign * f64::from(value)).collect();
        let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = top + values.iter().map(|value| (value - top).exp()).sum::<f64>().ln();
        values.into_iter().map(|value| value - log_sum).chain([log_sum]).collect()
    };
    let of_column = |x: usize| {
        let (wanted, found) = (column(truth, x, 1.0), column(energies, x, -1.0));
        let terms = wanted.iter().zip(&found).take(GRID.cells).map(|(p, q)| p.exp() * (p - q));
        wanted[GRID.cells].exp() * terms.sum::<f64>()
    };
    (0..GRID.cells).map(of_column).sum::<f64>() * f64::from(GRID.cell()).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against a Gaussian of twice the variance, `½ (log 2 - ½)` nats; against itself nothing, whatever is added for each `x`.
    #[test]
    fn the_divergence_of_conditional_gaussians_is_what_the_formula_says() {
        let scale = 0.2f32;
        let constant = (std::f32::consts::TAU.sqrt() * scale * 2.0 * GRID.reach).ln();
        let truth: Vec<f32> = (0..GRID.len())
            .map(|cell| GRID.centre(cell))
            .map(|[x, y]| -0.5 * ((y - 0.3 * x) / scale).powi(2) - constant)
            .collect();
        let divergence = |share: f32| {
            let energy = |(cell, value): (usize, &f32)| 3.0 * GRID.centre(cell)[0] - share * value;
            conditional_divergence(&truth, &truth.iter().enumerate().map(energy).collect::<Vec<f32>>())
        };
        assert!(divergence(1.0).abs() < 1e-5);
        let exact = 0.5 * (2f64.ln() - 0.5);
        assert!((divergence(0.5) - exact).abs() < 1e-4, "{} and {exact}", divergence(0.5));
    }
}
