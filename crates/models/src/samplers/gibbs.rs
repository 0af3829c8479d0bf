//! Gibbs sampling: one coordinate at a time from its conditional distribution, drawn by slice sampling (Neal, Annals of Statistics 31,
//! 2003), which needs nothing but the energy.
//!
//! A transition picks a coordinate `i` at random, a level `y = β E(x) + e` with `e ~ Exp(1)`, and an interval of width `w` that lies
//! around `xᵢ` at random. Then it draws a point of the interval; if that is in the slice, `β E < y`, it goes there, else it cuts the
//! interval off at the point, on the far side of `xᵢ`, and draws again, at most [`SHRINKS`] times.
//!
//! From a point that is reached, the same refused points would cut the same intervals on the way back, so that each number of cuts by
//! itself is as likely forth as back (Neal's section 4.2 without stepping out); to stay where one is after the last cut changes
//! nothing about that. A width that spans the conditional lets its modes mix; one that is too wide costs only the logarithm of
//! its ratio in cuts.

use daydream_graph::Function;

use super::{Target, choose, column};

/// Most points that a transition tries: a slice of a hundredth of the width is found in all but about one transition of a hundred.
pub const SHRINKS: u32 = 12;

pub(super) fn functions(target: &Target<'_, '_>) -> Vec<Function> {
    let chains = target.chains;
    let [coordinate, level, low, high, open] =
        ["coordinate", "level", "low", "high", "open"].map(|part| target.each(&format!("gibbs.{part}")));
    let dimensions = chains.x.extent(1);
    let one = open.constant_like(1.0);

    let start = -target.width * target.uniform();
    let begin = target
        .function("gibbs.begin")
        .update(coordinate, (dimensions as f32 * target.uniform()).floor())
        .update(level, target.beta * chains.energy - (1.0 - target.uniform()).log())
        .update(low, start)
        .update(high, start + target.width)
        .update(open, one)
        .update(chains.acceptance, one.constant_like(0.0))
        .update(chains.evaluations, one.constant_like(0.0));

    // Bounds and the point are distances from where the coordinate stands.
    let offset = low + (high - low) * target.uniform();
    let tried = chains.x + column(offset) * coordinate.one_hot(dimensions);
    let energy = (target.energy)(tried);
    let found = open * (target.beta * energy).less(level);
    let missed = open * (1.0 - found);
    let is_left = offset.less(offset.constant_like(0.0));
    let shrink = target
        .function("gibbs.shrink")
        .update(chains.x, choose(found, tried, chains.x))
        .update(chains.energy, found.select(energy, chains.energy))
        .update(chains.proposal, choose(open, tried, chains.proposal))
        .update(low, (missed * is_left).select(offset, low))
        .update(high, (missed * (1.0 - is_left)).select(offset, high))
        .update(open, missed)
        .update(chains.acceptance, chains.acceptance + found)
        .update(chains.evaluations, chains.evaluations + open);
    vec![begin, shrink]
}
