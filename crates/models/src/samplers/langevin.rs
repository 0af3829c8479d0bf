//! Langevin Monte Carlo, without and with correction.
//!
//! ```text
//! x' = x - ½ε² β∇E(x) + ε ξ,   ξ ~ N(0, I)
//! a(x, x') = min(1, π(x') q(x', x) / (π(x) q(x, x'))),   q(x, x') = N(x'; x - ½ε² β∇E(x), ε² I)
//! ```
//!
//! Without correction every `x'` is taken: Euler's discretisation of a diffusion, whose distribution is π only for small `ε`. Where energies
//! grow faster than squares its steps would grow without bound; a drift `½ε² β∇E` that is too long is shortened, keeping its direction. With
//! it, the Metropolis-adjusted Langevin algorithm (Besag 1994; Roberts & Tweedie, Bernoulli 2, 1996), π is exact.
//!
//! The same step is one leapfrog step from a momentum ξ, and `a` is `min(1, exp(H - H'))` (Neal, *MCMC using Hamiltonian dynamics*,
//! 2011, section 5.2), which is how it is computed: differences of two energies lose fewer digits than ratios of Gaussians.

use daydream_graph::Function;

use super::hamiltonian::{Phase, kinetic};
use super::{Place, Target, at_most_one, column, row_sum};

pub(super) fn unadjusted(target: &Target<'_, '_>) -> Function {
    let chains = target.chains;
    let (energy, gradient) = target.slope(chains.x);
    let drift = 0.5 * target.step_size.square() * target.beta * gradient;
    // The smallest of positive numbers in the place of 0, by which nothing can be divided.
    let length = row_sum(drift.square()).sqrt().maximum(energy.constant_like(f32::MIN_POSITIVE));
    let share = (target.longest / length).minimum(energy.constant_like(1.0));
    let moved = chains.x - column(share) * drift + target.step_size * target.normal();
    let one = energy.constant_like(1.0);
    target
        .function("langevin")
        .update(chains.x, moved)
        .update(chains.proposal, moved)
        .update(chains.acceptance, one)
        .update(chains.evaluations, one)
}

pub(super) fn adjusted(target: &Target<'_, '_>) -> Function {
    let chains = target.chains;
    let start = Phase { x: chains.x, momentum: target.normal(), gradient: chains.gradient };
    let (end, energy) = target.leap(start, target.step_size);
    let lost = target.beta * (chains.energy - energy) + kinetic(start.momentum) - kinetic(end.momentum);
    let place = Place { x: end.x, energy, gradient: Some(end.gradient) };
    target
        .function("mala")
        .updates(target.accept(at_most_one(lost), place))
        .update(chains.evaluations, energy.constant_like(1.0))
}
