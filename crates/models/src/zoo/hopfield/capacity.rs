//! How many random patterns Hebb's rule can hold.
//!
//! Amit, Gutfreund & Sompolinsky (*Storing infinite numbers of patterns in a spin-glass model of neural networks*, Physical Review
//! Letters 55, 1985) find by the replica method that for `N -> ∞` there are stable states beside the patterns as long as the load `P / N` is
//! at most 0.138. Their overlap with the patterns has by then come down to 0.967; past it there are none, and the overlap falls
//! to a third.
//!
//! The criterion here: a network starts at a stored pattern and settles. The capacity is the load at which the mean overlap at the end
//! falls through 0.967. For `N -> ∞` that is where the theory says. In a network of finite size the fall is rounded: a few patterns are lost
//! before it, and a few are still there well past it, so that half of them are lost only at 0.17 to 0.18 with 500 units.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::memory::{Energy, Memory, dot};

/// The capacity of Hebb's rule for random patterns in the limit of many units.
pub const LIMIT: f32 = 0.138;
/// The overlap of retrieval states at that load.
pub const OVERLAP: f32 = 0.967;
/// An overlap above which a pattern counts as retrieved: in the gap between those that are and those that are not.
const RETRIEVED: f32 = 0.9;
/// At most so many patterns of a network are tried.
const TRIED: usize = 20;

/// What was found at one load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// `P / N`
    pub load: f32,
    /// The mean overlap with a stored pattern of where the network settles from it.
    pub overlap: f32,
    /// The share of stored patterns that are retrieved.
    pub retrieved: f32,
}

/// Means over `networks` networks of `units` units with `patterns` random patterns each.
pub fn measure(units: usize, patterns: usize, networks: u32, seed: u32) -> Point {
    let (mut overlap, mut retrieved, mut count) = (0.0, 0.0, 0.0);
    for network in 0..networks {
        let key = u64::from(seed) << 32 | u64::from(network) << 16 | patterns as u64;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(key);
        let sign = |_| if rng.random::<bool>() { 1.0 } else { -1.0 };
        let memory = hebbian(units, (0..units * patterns).map(sign).collect());
        for pattern in memory.each().take(TRIED) {
            let m = dot(pattern, &memory.settle(pattern, &mut rng).end) / units as f32;
            overlap += m;
            retrieved += f32::from(u8::from(m > RETRIEVED));
            count += 1.0;
        }
    }
    Point { load: patterns as f32 / units as f32, overlap: overlap / count, retrieved: retrieved / count }
}

/// Loads from 0.06 to 0.22.
pub fn curve(units: usize, networks: u32, seed: u32) -> Vec<Point> {
    let loads = (6..=22).map(|hundredth| (units * hundredth + 50) / 100);
    loads.map(|patterns| measure(units, patterns.max(1), networks, seed)).collect()
}

/// The load at which the mean overlap falls through [`OVERLAP`], on the straight line between the loads around it.
pub fn capacity(curve: &[Point]) -> Option<f32> {
    let pair = curve.windows(2).find(|pair| pair[0].overlap >= OVERLAP && pair[1].overlap < OVERLAP)?;
    let share = (pair[0].overlap - OVERLAP) / (pair[0].overlap - pair[1].overlap);
    Some(pair[0].load + share * (pair[1].load - pair[0].load))
}

/// A network that stores these patterns by Hebb's rule: `[P, N]`.
pub fn hebbian(units: usize, patterns: Vec<f32>) -> Memory {
    let mut couplings = vec![0.0; units * units];
    for pattern in patterns.chunks_exact(units) {
        for (row, &xi) in couplings.chunks_exact_mut(units).zip(pattern) {
            row.iter_mut().zip(pattern).for_each(|(coupling, other)| *coupling += xi * other);
        }
    }
    (0..units).for_each(|unit| couplings[unit * (units + 1)] = 0.0);
    Memory { units, patterns, energy: Energy::Quadratic { couplings, scale: 1.0 / units as f64 } }
}
