//! Random-walk Metropolis (Metropolis et al., Journal of Chemical Physics 21, 1953).
//!
//! ```text
//! x' = x + s ξ,   ξ ~ N(0, I)          a(x, x') = min(1, exp(-β E(x') + β E(x)))
//! ```
//!
//! The proposal is as likely forth as back, so that with `a` the flow `π(x) q(x, x') a(x, x')` is the same both ways.

use daydream_graph::Function;

use super::{Place, Target, at_most_one};

pub(super) fn function(target: &Target<'_, '_>) -> Function {
    let chains = target.chains;
    let x = chains.x + target.width * target.normal();
    let energy = (target.energy)(x);
    let probability = at_most_one(target.beta * (chains.energy - energy));
    target
        .function("metropolis")
        .updates(target.accept(probability, Place { x, energy, gradient: None }))
        .update(chains.evaluations, energy.constant_like(1.0))
}
