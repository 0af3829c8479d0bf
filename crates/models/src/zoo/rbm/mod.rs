//! The restricted Boltzmann machine: visible and hidden bits, connected across but not within the two sides.
//!
//! ```text
//! energy           E(v, h) = -vᵀWh - bᵀv - cᵀh,   p(v, h) = exp(-E(v, h)) / Z          v: [D], h: [H], W: [D, H]
//! free energy      F(v) = -bᵀv - Σ_j softplus((vW + c)_j),   p(v) = exp(-F(v)) / Z
//! conditionals     p(h = 1 | v) = σ(vW + c),   p(v = 1 | h) = σ(hWᵀ + b)
//! learning         ΔW = ⟨vᵀh⟩_data - ⟨vᵀh⟩_chains
//! ```
//!
//! *Contrastive divergence* (Hinton, Neural Computation 14, 2002) starts a chain at each row of the batch and takes its state
//! after `k` Gibbs steps; the *persistent* kind (Tieleman, ICML 2008) goes on with the chains of the last step. Chains are
//! kept by the probabilities of their hidden units, from which states are drawn when they are needed, so that either kind
//! costs the same: one product with the weights for the data, two for each Gibbs step and two for the correlations. Letters
//! are those of Hinton's *practical guide* (2010), but `b` and `c` for its `a` and `b`. Chains at several temperatures can take the place of
//! the persistent ones: `tempering.rs`. How the parameters move is told in
//! `learning.rs`, how log-likelihoods are measured in [`crate::metrics::annealed_importance_sampling`] and
//! [`crate::metrics::enumeration`].
//!
//! Gray pixels are probabilities. Likelihoods and free energies are always those of bits drawn from them, the same bits at each
//! measurement.

pub(super) mod learning;
mod machine;
mod spec;
mod tempering;
pub(super) mod views;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Tensor};

use crate::data::{Dataset, Split};
use crate::metrics::annealed_importance_sampling::{Annealing, Direction};
use crate::metrics::enumeration::Enumeration;
use crate::metrics::pseudo_likelihood;
use crate::model::{Built, Measuring, Metrics, Model, Setup};
use crate::{Error, Knobs, Picture, Run, batch, words};

use learning::{Means, Statistics};

pub use machine::Machine;
pub(super) use spec::spec;

/// Rows that are measured at once.
pub(super) const ROWS: usize = 200;
/// Chains of annealed importance sampling.
const RUNS: usize = 100;
/// Standard deviation of the first weights.
const WEIGHT_SCALE: f32 = 0.01;
/// Larger machines are refused: weights and velocities would not fit beside a browser's other memory.
const MAX_WEIGHTS: usize = 1 << 24;
/// Larger images are refused: the pixels of [`ROWS`] images are numbered in 32-bit floats, which are exact up to 2²⁴.
const MAX_PIXELS: usize = 1 << 16;
/// Counters of random numbers that each training step has for its Gibbs steps; more than the largest `k`.
const COUNTERS_PER_STEP: u32 = 128;

/// A built machine. Only what the data and the knobs fix at build time is kept here.
struct Rbm {
    /// Pixel means of the training split, inside `(0, 1)`: `[D]`.
    mean: Vec<f32>,
    starts_at_log_odds: bool,
    /// Chains at several temperatures take the place of the persistent ones.
    is_tempered: bool,
    annealing: Annealing,
    enumeration: Option<Enumeration>,
}

pub(super) fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    let (pixels, hidden) = (data.shape.len(), knobs.whole("hidden"));
    check_size(data, hidden)?;

    let g = Graph::new();
    let machine = Machine {
        w: g.param("weights", WEIGHT_SCALE * g.normal([pixels, hidden])),
        b: g.param("visible.bias", g.constant(0.0, [pixels])),
        c: g.param("hidden.bias", g.constant(0.0, [hidden])),
    };
    let means = Means {
        visible: g.param("visible.mean", g.constant(0.5, [pixels])),
        hidden: g.param("hidden.mean", g.constant(0.5, [hidden])),
    };
    let rows = knobs.whole("batch");
    let chain = g.param("chain", g.constant(0.5, [rows, hidden]));
    let binarise = g.input("binarise", []);
    let v = batch(&g, data, rows);
    let v = if is_binary(&data.train) { v } else { seen(v, binarise) };

    let mut training = training(&g, &machine, means, chain, v, knobs.is_on("centering"));
    let is_tempered = knobs.whole("temperatures") > 1;
    if is_tempered {
        training.push(tempering::declare(&g, &machine, means.visible, chain, knobs.whole("temperatures")));
    }
    let measuring = measuring(&g, &machine, means.visible, binarise);
    let dreaming = views::dreaming(&g, &machine, means.visible, chain);
    let (annealing, annealed) = Annealing::declare(&g, &machine, means.visible, RUNS);
    let (enumeration, enumerated) = Enumeration::declare(&g, &machine).unzip();

    let functions: Vec<Function> =
        [training, measuring, dreaming, annealed].into_iter().flatten().chain(enumerated).collect();
    let starts_at_log_odds = knobs.whole("visible-bias") == 0;
    let model = Rbm { mean: pixel_means(&data.train), starts_at_log_odds, is_tempered, annealing, enumeration };
    Ok(Built { module: g.compile(&functions), model: Box::new(model) })
}

fn check_size(data: &Dataset, hidden: usize) -> Result<(), Error> {
    let (shape, pixels) = (data.shape, data.shape.len());
    if shape.channels != 1 && shape.channels != 3 {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "rbm draws images with 1 or 3 channels; {name} holds {shape}",
            "볼츠만 머신은 채널이 1개나 3개인 이미지만 그릴 수 있는데, {name}에는 {shape}가 들어 있습니다.",
            name = data.name
        )));
    }
    if pixels > MAX_PIXELS || pixels * hidden > MAX_WEIGHTS {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "{shape} and {hidden} hidden units make too large a machine: it can have at most {MAX_PIXELS} numbers in an image and \
             {MAX_WEIGHTS} weights; take smaller images or fewer hidden units",
            "{shape}에 은닉 유닛이 {hidden}개이면 머신이 너무 커집니다. 이미지 하나에 수 {MAX_PIXELS}개, 가중치 {MAX_WEIGHTS}개까지 \
             쓸 수 있으니 이미지 크기나 은닉 유닛 수를 줄여 주세요."
        )));
    }
    Ok(())
}

/// Pixel means, counted as if there were one more row with every pixel on and one with every pixel off: none is 0 or 1.
pub(super) fn pixel_means(split: &Split) -> Vec<f32> {
    let mut sums = vec![1.0_f64; split.width()];
    let mut row = vec![0.0; split.width()];
    for index in 0..split.len() {
        split.read_row(index, &mut row);
        sums.iter_mut().zip(&row).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    sums.into_iter().map(|sum| (sum / (split.len() + 2) as f64) as f32).collect()
}

/// `log(p / (1 - p))` of each mean inside `(0, 1)`.
pub(super) fn log_odds(means: &[f32]) -> Vec<f32> {
    means.iter().map(|mean| (mean / (1.0 - mean)).ln()).collect()
}

/// Whether all pixels are black or white, so that to draw bits from them would change nothing.
fn is_binary(split: &Split) -> bool {
    let mut row = vec![0.0; split.width()];
    (0..split.len()).all(|index| {
        split.read_row(index, &mut row);
        row.iter().all(|&pixel| pixel == 0.0 || pixel == 1.0)
    })
}

/// What the machine sees of rows in `[0, 1]`: bits drawn from them, or the rows themselves.
fn seen<'g>(rows: Tensor<'g>, binarise: Tensor<'g>) -> Tensor<'g> {
    binarise.broadcast_to(rows.shape()).select(rows.bernoulli(), rows)
}

/// A step of learning on the batch `v`, and what it needs around it. Where the input `resume` is 0, `train` begins its chains at
/// the batch.
fn training<'g>(
    g: &'g Graph,
    machine: &Machine<'g>,
    means: Means<'g>,
    chain: Tensor<'g>,
    v: Tensor<'g>,
    centering: bool,
) -> Vec<Function> {
    let input = |id: &str| g.input(id, []);
    let statistics = Statistics::gather(machine, v, chain, input("resume"));
    let running = Means { hidden: statistics.running_mean(means.hidden), ..means };
    let plain = statistics.contrast();
    let sparse = statistics.sparser(plain, running.hidden, input("sparsity-target"), input("sparsity-cost"));
    let direction = if centering { sparse.centred(running) } else { sparse };
    let moves = direction.updates(g, "", machine, input("rate"), input("momentum"), input("weight-decay"));

    let next = machine.hidden(machine.visible(chain.bernoulli()).bernoulli());
    let (hidden, after) = (statistics.data_hidden, statistics.chain_hidden);
    let (error, activity) = reconstruction(machine, v, hidden);
    vec![
        Function::new("train").updates(moves).update(means.hidden, running.hidden).update(chain, after),
        Function::new("chains-to-batch").update(chain, hidden),
        Function::new("gibbs").update(chain, next),
        Function::new("watch").output("reconstruction_error", error.mean()).output("hidden_activity", activity.mean()),
    ]
}

/// Mean squared error of each row's reconstruction from a draw of its hidden units, and their mean activity: `[B], [B]`.
fn reconstruction<'g>(machine: &Machine<'g>, v: Tensor<'g>, p: Tensor<'g>) -> (Tensor<'g>, Tensor<'g>) {
    let again = machine.visible(p.bernoulli());
    ((v - again).square().mean_axes(&[1]), p.mean_axes(&[1]))
}

/// Numbers for each of the rows in the input `rows`.
fn measuring<'g>(g: &'g Graph, machine: &Machine<'g>, mean: Tensor<'g>, binarise: Tensor<'g>) -> Vec<Function> {
    let rows = g.input("rows", [ROWS, machine.b.extent(0)]);
    let bits = rows.bernoulli();
    let noise = mean.broadcast_to(rows.shape()).bernoulli();
    let v = seen(rows, binarise);
    let (error, activity) = reconstruction(machine, v, machine.hidden(v));
    vec![
        Function::new("reconstruct").output("reconstruction_error", error).output("hidden_activity", activity),
        Function::new("free-energies").output("free_energy", machine.free_energy(bits)),
        Function::new("free-energies-of-noise").output("free_energy", machine.free_energy(noise)),
        Function::new("pseudo-likelihoods").output("pseudo_likelihood", pseudo_likelihood(g, machine, bits)),
        Function::new("activations").output("probabilities", machine.hidden(bits)),
    ]
}

#[async_trait(?Send)]
impl Model for Rbm {
    fn start(&self, run: &mut Run<'_>) {
        run.write_param("visible.mean", &self.mean);
        if self.starts_at_log_odds {
            run.write_param("visible.bias", &log_odds(&self.mean));
        }
    }

    fn step(&self, run: &mut Run<'_>) {
        let (step, k) = (run.step(), run.knobs().whole("k") as u32);
        let persistent = self.is_tempered || run.knobs().whole("algorithm") == 0;
        run.next_batch();
        run.write("rate", &[learning_rate(run)]);
        run.write("resume", &[f32::from(u8::from(persistent || k > 1))]);
        if !persistent && k > 1 {
            run.call("chains-to-batch", step);
        }
        // The step of learning makes the last Gibbs step itself, from where the chains stand.
        for gibbs in 1..=k {
            let counter = step.wrapping_mul(COUNTERS_PER_STEP).wrapping_add(gibbs);
            if self.is_tempered {
                run.write("parity", &[(step.wrapping_mul(k).wrapping_add(gibbs) % 2) as f32]);
                run.call(tempering::PROGRAM, counter);
            } else if gibbs < k {
                run.call("gibbs", counter);
            }
        }
        run.call("train", step);
    }

    fn measure(&self, run: &mut Run<'_>) -> Measuring {
        run.call("watch", run.step());
        run.measure_outputs("watch")
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        let mut metrics = Metrics::new();
        for &id in wanted {
            let value = match id {
                "reconstruction_error" | "hidden_activity" => {
                    mean(&per_row(run, split, split.len(), "reconstruct", id).await?)
                }
                "exchanges" if self.is_tempered => f64::from(run.read_param(tempering::EXCHANGED).await?[0]),
                "pseudo_likelihood" => mean(&per_row(run, split, split.len(), "pseudo-likelihoods", id).await?),
                "free_energy_gap" => {
                    let train = &run.data().train;
                    let some = free_energies(run, train, split.len()).await?;
                    mean(&some) - mean(&free_energies(run, split, split.len()).await?)
                }
                "ais_log_likelihood" => self.annealed(run, split, Direction::Forward).await?,
                "ais_reverse_log_likelihood" => self.annealed(run, split, Direction::Reverse).await?,
                "exact_log_likelihood" => {
                    let Some(enumeration) = &self.enumeration else { continue };
                    let log_partition = enumeration.log_partition(run).await?;
                    -mean(&free_energies(run, split, split.len()).await?) - log_partition
                }
                _ => continue,
            };
            metrics.push((id.to_owned(), value));
        }
        Ok(metrics)
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        views::view(run, id, args).await
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        views::sample(run, count).await
    }
}

impl Rbm {
    /// The mean log-likelihood of a split's rows by an estimate of `log Z`.
    async fn annealed(&self, run: &mut Run<'_>, split: &Split, direction: Direction) -> Result<f64, Error> {
        let steps = run.knobs().whole("ais-steps");
        let mean_bits = run.read_param("visible.mean").await?;
        let log_partition = self.annealing.log_partition(run, direction, steps, split, &mean_bits).await?;
        Ok(-mean(&free_energies(run, split, split.len()).await?) - log_partition)
    }
}

/// The learning rate at this step: constant, or on its straight way to 0.
fn learning_rate(run: &Run<'_>) -> f32 {
    let (rate, epochs) = (run.knobs().real("learning-rate"), run.knobs().real("decay-epochs"));
    if epochs == 0.0 {
        return rate;
    }
    let share = f64::from(run.step()) / (run.steps_per_epoch() * f64::from(epochs));
    rate * (1.0 - share).max(0.0) as f32
}

/// `F` of rows of a split, at most `count`, spread over all of it.
async fn free_energies(run: &mut Run<'_>, split: &Split, count: usize) -> Result<Vec<f32>, Error> {
    per_row(run, split, count, "free-energies", "free_energy").await
}

/// An output `[ROWS, ..]` of a measuring program for rows of a split, at most `count`. They are spread over all of it, for a split
/// may be sorted.
pub(super) async fn per_row(
    run: &mut Run<'_>,
    split: &Split,
    count: usize,
    program: &str,
    output: &str,
) -> Result<Vec<f32>, Error> {
    let count = count.min(split.len());
    let mut values = Vec::new();
    for (chunk, first) in (0..count).step_by(ROWS).enumerate() {
        let taken = ROWS.min(count - first);
        let mut rows = vec![0.0; ROWS * split.width()];
        for (number, row) in (first..first + taken).zip(rows.chunks_exact_mut(split.width())) {
            split.read_row(number * split.len() / count, row);
        }
        run.write("rows", &rows);
        let found = run.call_for(program, chunk as u32, output).await?;
        values.extend_from_slice(&found[..found.len() / ROWS * taken]);
    }
    Ok(values)
}

pub(super) fn mean(values: &[f32]) -> f64 {
    values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64
}
