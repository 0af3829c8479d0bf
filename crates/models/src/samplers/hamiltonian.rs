//! Hamiltonian Monte Carlo (Duane et al., Physics Letters B 195, 1987; Neal, *MCMC using Hamiltonian dynamics*, 2011).
//!
//! A particle at `x` gets a random momentum `p ~ N(0, I)` and slides without friction over the energy, `H(x, p) = β E(x) + ½|p|²`, for
//! `L` leapfrog steps
//!
//! ```text
//! p½ = p - ½ε β∇E(x)      x' = x + ε p½      p' = p½ - ½ε β∇E(x')
//! ```
//!
//! and is accepted where it ends with probability `min(1, exp(H - H'))`. A leapfrog step preserves volume and undoes itself when the
//! momentum is turned round, so that the proposal is as likely back as forth and π is exact.

use daydream_graph::{Function, Tensor};

use super::{Place, Target, at_most_one, choose, row_sum};

/// The energy, in nats, of a path that numbers cannot follow.
const LOST: f32 = 1e30;

/// A place and a momentum, with `∇E` at the place: `[C, D]` each.
#[derive(Clone, Copy)]
pub(super) struct Phase<'g> {
    pub(super) x: Tensor<'g>,
    pub(super) momentum: Tensor<'g>,
    pub(super) gradient: Tensor<'g>,
}

impl<'g> Phase<'g> {
    /// Pairs for [`Function::updates`].
    pub(super) fn becomes(self, new: Phase<'g>) -> [(Tensor<'g>, Tensor<'g>); 3] {
        [(self.x, new.x), (self.momentum, new.momentum), (self.gradient, new.gradient)]
    }
}

/// `½|p|²`: `[C, D] -> [C]`.
pub(super) fn kinetic(momentum: Tensor<'_>) -> Tensor<'_> {
    0.5 * row_sum(momentum.square())
}

impl<'g> Target<'_, 'g> {
    /// A phase kept in parameters.
    pub(super) fn phase(&self, what: &str) -> Phase<'g> {
        let part = |part: &str| self.rows(&format!("{what}.{part}"));
        Phase { x: part("x"), momentum: part("momentum"), gradient: part("gradient") }
    }

    /// One leapfrog step, and `E` where it ends. `step` is `ε`, or `[C, 1]` for each chain, negative to go back in time. A chain that would
    /// leave what numbers can hold stays, with an energy of [`LOST`], which no corrected sampler accepts.
    pub(super) fn leap(&self, from: Phase<'g>, step: Tensor<'g>) -> (Phase<'g>, Tensor<'g>) {
        let kick = 0.5 * step * self.beta;
        let half = from.momentum - kick * from.gradient;
        let x = from.x + step * half;
        let (energy, gradient) = self.slope(x);
        let momentum = half - kick * gradient;
        let size = row_sum(x.square() + momentum.square() + gradient.square()).maximum(energy.abs());
        let is_sound = size.less(size.constant_like(LOST)); // 0 also where it is not a number
        let end = Phase {
            x: choose(is_sound, x, from.x),
            momentum: choose(is_sound, momentum, from.momentum),
            gradient: choose(is_sound, gradient, from.gradient),
        };
        (end, is_sound.select(energy, energy.constant_like(LOST)))
    }
}

pub(super) fn functions(target: &Target<'_, '_>) -> Vec<Function> {
    let chains = target.chains;
    let way = target.phase("hamiltonian");
    let (energy, before) = (target.each("hamiltonian.energy"), target.each("hamiltonian.before"));

    let momentum = target.normal();
    let begin = target
        .function("hamiltonian.begin")
        .updates(way.becomes(Phase { x: chains.x, momentum, gradient: chains.gradient }))
        .update(energy, chains.energy)
        .update(before, target.beta * chains.energy + kinetic(momentum))
        .update(chains.evaluations, energy.constant_like(0.0));

    let (next, next_energy) = target.leap(way, target.step_size);
    // What is lost once stays lost, wherever it would go from there.
    let is_lost = 1.0 - energy.less(energy.constant_like(0.5 * LOST));
    let leap = target
        .function("hamiltonian.leap")
        .updates(way.becomes(next))
        .update(energy, is_lost.select(energy, next_energy))
        .update(chains.evaluations, chains.evaluations + 1.0);

    let probability = at_most_one(before - target.beta * energy - kinetic(way.momentum));
    let place = Place { x: way.x, energy, gradient: Some(way.gradient) };
    let end = target.function("hamiltonian.end").updates(target.accept(probability, place));
    vec![begin, leap, end]
}
