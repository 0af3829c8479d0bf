//! The chains that the energy is learned from, with the stationary density `exp(-F(y)/T) / Z`.
//!
//! They move by one of three samplers. Two are those of [`crate::samplers`] and exact. The third, which is what energies of images are mostly
//! trained with, is the unadjusted Langevin step with a limit to its drift,
//!
//! ```text
//! y' = y - d + ε ξ,   d = min(max(½ε² ∇F(y)/T, -c), c),   ξ ~ N(0, I)
//! ```
//!
//! so that a cliff in a young energy throws no chain away (Du & Mordatch, arXiv:1903.08689, cut the gradient likewise).
//!
//! *Jumps* carry chains from mode to mode in the plane (the independence sampler; Tierney, Annals of Statistics 22, 1994): a fresh draw `y'` from
//! the start distribution `q` is accepted with probability `min(1, exp(-F(y')/T) q(y) / exp(-F(y)/T) q(y'))`, which is exact, too.

use daydream_graph::{Function, Graph, Tensor};

use super::network::Network;
use crate::samplers::{Chains, Sampler, Sampling, Settings};
use crate::{Knobs, Run};

/// The samplers in the order of the options of the knob `sampler`.
const SAMPLERS: [Sampler; 3] = [Sampler::Langevin, Sampler::Mala, Sampler::Hamiltonian];

/// What limits a Langevin step.
#[derive(Clone, Copy)]
pub struct Limits<'g> {
    /// Step size `ε`: `[]`.
    pub step: Tensor<'g>,
    /// Temperature `T`: `[]`.
    pub temperature: Tensor<'g>,
    /// The most that the drift moves a number, `c`: `[]`.
    pub clip: Tensor<'g>,
}

/// `y'` of every chain: `[C, D] -> [C, D]`.
pub fn langevin<'g>(g: &'g Graph, net: &Network<'g>, y: Tensor<'g>, limits: Limits<'g>) -> Tensor<'g> {
    let Limits { step, temperature, clip } = limits;
    let drift = 0.5 * step * step / temperature * net.slope(y);
    y - drift.maximum(-clip).minimum(clip) + step * g.normal(y.shape())
}

/// Every chain after a proposed jump to a fresh draw: `[C, D] -> [C, D]`.
pub fn jump<'g>(g: &'g Graph, net: &Network<'g>, y: Tensor<'g>, temperature: Tensor<'g>) -> Tensor<'g> {
    let rows = y.extent(0);
    let fresh = net.noise(g, rows);
    let gain = (net.energy(y) - net.energy(fresh)) / temperature + net.noise_energy(fresh) - net.noise_energy(y);
    // `log u < gain` is false where the gain is not a number: such proposals are refused.
    let accepted = g.uniform([rows]).log().less(gain).reshape([rows, 1]);
    accepted.broadcast_to(y.shape()).select(fresh, y)
}

/// Some chains and how training moves them.
pub(super) struct Mover {
    name: &'static str,
    sampling: Sampling,
}

impl Mover {
    /// Declares the programs `NAME.langevin`, `NAME.jump` and those of the library's samplers that are asked for.
    pub(super) fn declare<'g>(
        g: &'g Graph,
        name: &'static str,
        chains: &Chains<'g>,
        net: &Network<'g>,
        limits: Limits<'g>,
        samplers: &[Sampler],
    ) -> (Mover, Vec<Function>) {
        let exact: Vec<Sampler> = samplers.iter().copied().filter(|sampler| *sampler != Sampler::Langevin).collect();
        let (sampling, mut functions) = Sampling::declare(g, chains, &exact, &|y| net.energy(y));
        functions.push(Function::new(&format!("{name}.langevin")).update(chains.x, langevin(g, net, chains.x, limits)));
        functions
            .push(Function::new(&format!("{name}.jump")).update(chains.x, jump(g, net, chains.x, limits.temperature)));
        (Mover { name, sampling }, functions)
    }

    /// Moves every chain `count` times; `first` numbers the moves among all that are ever made.
    pub(super) fn go(&self, run: &mut Run<'_>, sampler: Sampler, count: u32, first: u32) {
        if sampler != Sampler::Langevin {
            let settings = settings(run.knobs());
            return self.sampling.advance(run, sampler, &settings, count, first);
        }
        let program = format!("{}.langevin", self.name);
        for number in 0..count {
            run.call(&program, first.wrapping_add(number));
        }
    }

    /// Proposes `count` jumps.
    pub(super) fn jump(&self, run: &mut Run<'_>, count: u32, first: u32) {
        let program = format!("{}.jump", self.name);
        for number in 0..count {
            run.call(&program, first.wrapping_add(number));
        }
    }
}

/// The sampler of training.
pub(super) fn sampler(knobs: &Knobs) -> Sampler {
    SAMPLERS[knobs.whole("sampler")]
}

fn settings(knobs: &Knobs) -> Settings {
    Settings {
        step_size: knobs.real("step-size"),
        width: 4.0 * knobs.real("step-size"),
        beta: knobs.real("temperature").recip(),
        leaps: knobs.whole("leapfrog") as u32,
        ..Settings::default()
    }
}
