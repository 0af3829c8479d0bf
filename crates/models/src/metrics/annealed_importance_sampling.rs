//! Annealed importance sampling: estimates of a restricted Boltzmann machine's partition function from both sides.
//!
//! Between a machine without weights, whose visible biases are the log odds `a` of the training data, and the machine itself lie
//!
//! ```text
//! log f_β(v) = ((1 - β) a + β b)ᵀv + Σ_j softplus(β (vW + c)_j),      0 <= β <= 1
//! log Z_0    = Σ_i softplus(a_i) + H log 2
//! ```
//!
//! A chain starts with an exact sample of `f_0` and goes up through `0 = β_0 < .. < β_N = 1`, each time adding `log f_β'(v) -
//! log f_β(v)` to its log weight before a Gibbs step at `β'`. The mean weight estimates `Z / Z_0` without bias, so that its
//! logarithm is, on average, too small: log-likelihoods come out too good, and far too good where the chains miss modes (Neal
//! 2001; Salakhutdinov & Murray, ICML 2008, whose `f_β` this is).
//!
//! The reverse chain starts from a sample of the machine and goes down by the very same steps; its mean weight estimates `Z_0
//! / Z`, and log-likelihoods come out too bad. The truth lies between the two (Burda, Grosse & Salakhutdinov 2015; Grosse,
//! Ghahramani & Adams 2015). Exact samples of a trained machine are not to be had: rows of data after Gibbs steps of burn-in
//! take their place, so that the bracket is as good as these chains mix.

use std::ops::Range;

use daydream_graph::{Function, Graph, Tensor};

use super::LogMeanExp;
use crate::data::Split;
use crate::zoo::rbm::Machine;
use crate::{Error, Run};

/// The input, named like the knob, with the number of temperatures `N`.
const STEPS: &str = "ais-steps";
const START: &str = "ais.start";
const SLOPE: &str = "ais.slope";
const LOG_WEIGHT: &str = "ais.log-weight";

/// Temperatures of Salakhutdinov and Murray's schedule: β by 1/1000 to 0.5, by 1/10,000 to 0.9, by 1/100,000 to 1.
pub const PUBLISHED_STEPS: usize = 14_500;
/// One Gibbs step of burn-in before the reverse chains for this many temperatures.
const STEPS_PER_BURN_IN: usize = 10;

/// Which way the chains go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the machine without weights up to the machine: `log Z` from below.
    Forward,
    /// From samples of the machine down: `log Z` from above.
    Reverse,
}

/// The chains of a machine. Their programs read the input `ais-steps`, the number of temperatures.
pub struct Annealing {
    runs: usize,
    hidden: usize,
}

impl Annealing {
    /// Declares what `runs` chains at once need. `mean` holds the training data's pixel means, inside `(0, 1)`: `[D]`.
    pub fn declare<'g>(
        g: &'g Graph,
        machine: &Machine<'g>,
        mean: Tensor<'g>,
        runs: usize,
    ) -> (Annealing, Vec<Function>) {
        let shape = [runs, machine.b.extent(0)];
        let visible = g.param("ais.visible", g.constant(0.0, shape)); // [R, D]
        let log_weight = g.param(LOG_WEIGHT, g.constant(0.0, [runs]));
        let time = g.param("ais.time", g.constant(0.0, []));
        let (steps, slope, start) = (g.input(STEPS, []), g.input(SLOPE, []), g.input(START, shape));
        let from = |name: &str, v: Tensor<'g>, t: Tensor<'g>| {
            Function::new(name).update(visible, v).update(time, t).update(log_weight, log_weight.constant_like(0.0))
        };

        let later = time + slope;
        let (now, next) = (inverse_temperature(time / steps), inverse_temperature(later / steps));
        let base = (mean / (1.0 - mean)).log(); // a: [D]
        let received = machine.hidden_input(visible); // [R, H]
        let gained = ((next * received).softplus() - (now * received).softplus()).sum(&[1])
            + (next - now) * (visible * (machine.b - base)).sum(&[1]);
        let hidden = (next * received).sigmoid().bernoulli();
        let moved = ((1.0 - next) * base + next * machine.visible_input(hidden)).sigmoid().bernoulli();
        let functions = vec![
            from("ais.up", mean.broadcast_to(shape).bernoulli(), time.constant_like(0.0)),
            from("ais.down", start.bernoulli(), steps),
            Function::new("ais.step")
                .update(log_weight, log_weight + gained)
                .update(visible, moved)
                .update(time, later),
        ];
        (Annealing { runs, hidden: machine.c.extent(0) }, functions)
    }

    /// Estimates the machine's `log Z`, in nats, through `steps` temperatures. Reverse chains start from rows of `split`; `mean` holds
    /// the numbers that [`Annealing::declare`] was given a tensor for.
    pub async fn log_partition(
        &self,
        run: &mut Run<'_>,
        direction: Direction,
        steps: usize,
        split: &Split,
        mean: &[f32],
    ) -> Result<f64, Error> {
        run.write(STEPS, &[steps as f32]);
        match direction {
            Direction::Forward => {
                run.call("ais.up", 0);
                walk(run, 1.0, 0..steps);
            }
            Direction::Reverse => {
                let rows = (0..self.runs).flat_map(|chain| split.row(chain * split.len() / self.runs));
                run.write(START, &rows.collect::<Vec<f32>>());
                run.call("ais.down", 0);
                let burn_in = steps.div_ceil(STEPS_PER_BURN_IN);
                walk(run, 0.0, 0..burn_in);
                walk(run, -1.0, burn_in..burn_in + steps);
            }
        }
        let mut weight = LogMeanExp::default();
        run.read_param(LOG_WEIGHT).await?.into_iter().for_each(|log_weight| weight.add(f64::from(log_weight)));
        let base = self.base_log_partition(mean);
        Ok(match direction {
            Direction::Forward => base + weight.value(),
            Direction::Reverse => base - weight.value(),
        })
    }

    /// `log Z_0`; with `mean = σ(a)`, `softplus(a) = -log(1 - mean)`.
    fn base_log_partition(&self, mean: &[f32]) -> f64 {
        let visible: f64 = mean.iter().map(|&mean| -(-f64::from(mean)).ln_1p()).sum();
        visible + self.hidden as f64 * std::f64::consts::LN_2
    }
}

/// β at a share of the way: Salakhutdinov and Murray's three slopes, measured back from 1, where they are finest.
fn inverse_temperature(share: Tensor<'_>) -> Tensor<'_> {
    let left = PUBLISHED_STEPS as f32 * (1.0 - share);
    let fine = left.minimum(left.constant_like(10_000.0));
    let middle = (left - 10_000.0).clamp(0.0, 4_000.0);
    let coarse = (left - 14_000.0).relu();
    1.0 - (1e-5 * fine + 1e-4 * middle + 1e-3 * coarse)
}

fn walk(run: &mut Run<'_>, slope: f32, counters: Range<usize>) {
    run.write(SLOPE, &[slope]);
    for counter in counters {
        run.call("ais.step", counter as u32);
    }
}
