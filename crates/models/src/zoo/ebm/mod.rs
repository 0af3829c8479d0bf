//! Energy-based model: a network whose output is an energy, low on data and high elsewhere.
//!
//! ```text
//! density        p(y) = exp(-F(y)/T) / Z,   Z = ∫ exp(-F(y)/T) dy                                     y: [D]
//! likelihood     ∇θ (-log p) = (∇θ F(y⁺) - E_{y⁻ ~ p}[∇θ F(y⁻)]) / T
//! what is moved  L = ⟨F(y⁺)⟩ - ⟨F(y⁻)⟩ + α ⟨F(y⁺)² + F(y⁻)²⟩                                       y⁺ data, y⁻ chains
//! score matching L = ½ E ‖σ ∇F(y + σξ)/T - ξ‖²,   ξ ~ N(0, I)
//! ```
//!
//! Where the chains `y⁻` of maximum likelihood come from is the knob `objective`: they go on from where the last step left them, but for a share that
//! begins anew (*persistent*; Tieleman, ICML 2008; Du & Mordatch, arXiv:1903.08689); they all begin at noise (*short run*; Nijkamp et al.,
//! arXiv:1904.09770); or they begin at the batch (*contrastive divergence*; Hinton, Neural Computation 14, 2002). How they move is told in [`chains`]. *Denoising score matching*
//! (Vincent, Neural Computation 23, 2011) needs no chains: the slope of the energy is fitted to the way back from added noise, which
//! makes its loss a gradient of a gradient. The common ground is told by LeCun et al., *A tutorial on energy-based learning* (2006).
//!
//! On points `Z` is a sum over a grid, so that log-likelihoods are exact. Letters: `B` batch, `D` numbers in a row, `K` moves of a chain.

pub mod chains;
mod knobs;
mod measures;
pub mod network;
mod spec;
mod views;
mod walk;

use async_trait::async_trait;
use daydream_graph::{Function, Graph, Optimizer, Tensor, grad};

pub(super) use spec::spec;

use self::chains::{Limits, Mover};
use self::network::Network;
use self::walk::Walk;
use crate::data::{Kind, RowShape, Split};
use crate::metrics::judge;
use crate::samplers::{Chains, Sampler};
use crate::{Built, Error, Knobs, Metrics, Model, Picture, Run, Setup, batch, words};

/// β₂ of Adam.
const BETA2: f32 = 0.999;
/// The largest `K` and the most jumps, as the knobs have them.
const MOST_MOVES: u32 = 100;
const MOST_JUMPS: u32 = 10;
/// Larger images are refused: the first convolution's maps would not fit beside a browser's other memory.
const MAX_NUMBERS: usize = 3 * 64 * 64;

/// What the network learns from, in the order of the options of the knob `objective`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// Maximum likelihood with chains that go on.
    Persistent,
    /// Maximum likelihood with chains that begin at noise.
    ShortRun,
    /// Chains that begin at the batch.
    Contrastive,
    /// Denoising score matching.
    ScoreMatching,
}

impl Objective {
    /// The objectives in the order of the knob's options.
    pub const ALL: [Objective; 4] =
        [Objective::Persistent, Objective::ShortRun, Objective::Contrastive, Objective::ScoreMatching];

    fn of(knobs: &Knobs) -> Objective {
        Objective::ALL[knobs.whole("objective")]
    }
}

/// `⟨F(y⁺)⟩ - ⟨F(y⁻)⟩ + α ⟨(F(y⁺)/u)² + (F(y⁻)/u)²⟩ u` of the energies of data and of chains, `[B]` each; `unit` is `u`.
pub fn contrast<'g>(data: Tensor<'g>, chains: Tensor<'g>, alpha: Tensor<'g>, unit: f32) -> Tensor<'g> {
    let small = |energies: Tensor<'g>| (energies / unit).square().mean() * unit;
    data.mean() - chains.mean() + alpha * (small(data) + small(chains))
}

/// `½ E ‖σ ∇F(y + σξ)/T - ξ‖²`: `y` is `[B, D]`, `noise` the ξ, `[B, D]`.
pub fn score_matching<'g>(
    net: &Network<'g>,
    y: Tensor<'g>,
    noise: Tensor<'g>,
    sigma: Tensor<'g>,
    temperature: Tensor<'g>,
) -> Tensor<'g> {
    let slope = net.slope(y + sigma * noise) / temperature;
    0.5 * (sigma * slope - noise).square().sum(&[1]).mean()
}

/// A built model: the names of its chains' programs.
struct Ebm {
    /// Missing where training needs no chains.
    chain: Option<Mover>,
    walk: Walk,
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (data, knobs) = (setup.data, setup.knobs);
    check_shape(data.shape)?;
    let g = Graph::new();
    let net = Network::new(&g, data.kind, data.shape, knobs.whole("units"), knobs.whole("layers"));
    let input = |id: &str| g.input(id, []);
    let limits = Limits { step: input("step-size"), temperature: input("temperature"), clip: input("clip") };
    let (chain, mut functions) = training(&g, setup, &net, limits);
    let (walk, walking) = Walk::declare(&g, setup, &net, limits);
    functions.extend(walking);
    functions.extend(measures::programs(&g, data, &net));
    if judge::exists_for(data) {
        functions.extend(judge::programs(&g, data));
    }
    Ok(Built { module: g.compile(&functions), model: Box::new(Ebm { chain, walk }) })
}

fn check_shape(shape: RowShape) -> Result<(), Error> {
    if !matches!(shape.channels, 1 | 3) || shape.len() > MAX_NUMBERS {
        return Err(Error::Unsupported(words!(both shape = shape.words();
            "ebm learns gray and colour images of at most {MAX_NUMBERS} numbers; these are {shape}",
            "에너지 기반 모델은 수가 {MAX_NUMBERS}개 이하인 회색조 이미지와 컬러 이미지를 배우는데, 이 데이터는 {shape}입니다."
        )));
    }
    Ok(())
}

/// The programs of a training step, and its chains.
fn training<'g>(
    g: &'g Graph,
    setup: &Setup<'_>,
    net: &Network<'g>,
    limits: Limits<'g>,
) -> (Option<Mover>, Vec<Function>) {
    let knobs = setup.knobs;
    let scalar = |id: &str| g.input(id, []);
    let rows = knobs.whole("batch");
    let objective = Objective::of(knobs);
    let batch = batch(g, setup.data, rows); // [B, D]
    let data = batch + scalar("data-noise") * g.normal(batch.shape());
    let time = g.param("time", g.constant(0.0, []));
    let decay = scalar("decay-steps");
    let rate = scalar("learning-rate") * (decay / (decay + time));
    let optimizer = Optimizer::Adam { beta1: knobs.real("beta1"), beta2: BETA2 };
    let params = net.params();
    let learn = |loss: Tensor<'g>| {
        let updates = optimizer.updates(g, "adam", rate, &params, &grad(loss, &params));
        Function::new("train").output("loss", loss).updates(updates).update(time, time + 1.0)
    };
    if objective == Objective::ScoreMatching {
        let loss = score_matching(net, data, g.normal(data.shape()), scalar("score-noise"), limits.temperature);
        return (None, vec![learn(loss).output("energy_data", net.energy(data).mean())]);
    }

    let chains = Chains::new(g, "chain", net.noise(g, rows));
    let chain = chains.x; // [B, D]
    let begun = match objective {
        Objective::Persistent => {
            let renewed = g.uniform([rows, 1]).less(scalar("fresh")).broadcast_to(chain.shape());
            renewed.select(net.noise(g, rows), chain)
        }
        Objective::ShortRun => net.noise(g, rows),
        Objective::Contrastive | Objective::ScoreMatching => batch,
    };
    let (of_data, of_chains) = (net.energy(data), net.energy(chain));
    let loss = contrast(of_data, of_chains, scalar("regulariser"), net.unit());
    let mut train = learn(loss).output("energy_data", of_data.mean()).output("energy_chains", of_chains.mean());
    let sampler = chains::sampler(knobs);
    if sampler != Sampler::Langevin {
        train = train.output("acceptance", chains.acceptance.mean());
    }
    let (mover, mut functions) = Mover::declare(g, "chain", &chains, net, limits, &[sampler]);
    functions.extend([train, Function::new("chain.begin").update(chain, begun)]);
    (Some(mover), functions)
}

#[async_trait(?Send)]
impl Model for Ebm {
    fn step(&self, run: &mut Run<'_>) {
        let (step, knobs) = (run.step(), run.knobs());
        run.next_batch();
        if let Some(chain) = &self.chain {
            run.call("chain.begin", step);
            let moves = knobs.whole("chain-steps") as u32;
            chain.go(run, chains::sampler(knobs), moves, step.wrapping_mul(MOST_MOVES));
            if run.data().kind == Kind::Points {
                chain.jump(run, knobs.whole("jumps") as u32, step.wrapping_mul(MOST_JUMPS));
            }
        }
        run.call("train", step);
    }

    async fn evaluate(&self, run: &mut Run<'_>, split: &Split, wanted: &[&str]) -> Result<Metrics, Error> {
        measures::evaluate(&self.walk, run, split, wanted).await
    }

    async fn view(&self, run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
        views::draw(&self.walk, run, id, args).await
    }

    async fn sample(&self, run: &mut Run<'_>, count: usize) -> Result<Vec<f32>, Error> {
        self.walk.sample(run, count).await
    }
}
