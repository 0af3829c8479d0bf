//! How well samples of the plane cover a distribution that is known: modes found, good samples, divergence on a grid.

use crate::data::points::{Density, Modes};

/// The share of all samples that a mode needs to count as covered: an eighth of its due when there are eight.
pub const FEWEST: f64 = 0.01;

/// How many modes hold at least [`FEWEST`] of the samples within three standard deviations of their centre.
pub fn modes_covered(modes: &Modes, samples: &[[f32; 2]]) -> usize {
    let mut counts = vec![0; modes.centres.len()];
    for mode in samples.iter().filter_map(|&sample| modes.covering(sample)) {
        counts[mode] += 1;
    }
    counts.iter().filter(|&&count| count > 0 && f64::from(count) >= FEWEST * samples.len() as f64).count()
}

/// The share of the samples that lie within three standard deviations of a mode. The distribution's own draws score `1 - e^(-9/2) = 0.989`.
pub fn good_share(modes: &Modes, samples: &[[f32; 2]]) -> f64 {
    samples.iter().filter(|&&sample| modes.covering(sample).is_some()).count() as f64 / samples.len() as f64
}

/// Half the side of the square that the grid covers, around the origin.
const REACH: f32 = 2.5;
/// Cells along a side: 0.125 wide.
const CELLS: usize = 40;
/// Points along a side of a cell at which a density is taken.
const NODES: usize = 4;

/// The Jensen-Shannon divergence in nats, `½ KL(p ‖ m) + ½ KL(q ‖ m)` with `m = (p + q)/2`, of two distributions over the same cells.
/// From 0, when they agree, to `ln 2`, when they share nothing.
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let term = |a: f64, b: f64| if a > 0.0 { 0.5 * a * (2.0 * a / (a + b)).ln() } else { 0.0 };
    p.iter().zip(q).map(|(&p, &q)| term(p, q) + term(q, p)).sum()
}

/// The share of the points in each cell of a grid of 40 x 40 over `[-2.5, 2.5]²`, and last the share of those outside.
///
/// A divergence from `n` points is too large by about a quarter of the number of occupied cells over `n`: around 0.01 for a ring of 8 Gaussians and 4,096 points.
pub fn histogram(points: &[[f32; 2]]) -> Vec<f64> {
    let mut shares = vec![0.0; CELLS * CELLS + 1];
    for point in points {
        let [column, row] = point.map(|x| ((x + REACH) / (2.0 * REACH) * CELLS as f32).floor());
        let inside = |cell: f32| (0.0..CELLS as f32).contains(&cell);
        let cell = if inside(column) && inside(row) { row as usize * CELLS + column as usize } else { CELLS * CELLS };
        shares[cell] += 1.0 / points.len() as f64;
    }
    shares
}

/// The probability of each cell of the same grid under a density, by the midpoint rule on 4 x 4 points, and last what is left outside.
pub fn masses(density: &Density) -> Vec<f64> {
    let step = 2.0 * REACH / (CELLS * NODES) as f32;
    let at = |cell: usize, node: usize| ((cell * NODES + node) as f32 + 0.5) * step - REACH;
    let mass = |row: usize, column: usize| {
        let nodes = (0..NODES * NODES).map(|node| [at(column, node % NODES), at(row, node / NODES)]);
        nodes.map(|x| f64::from(density.log_density(x)).exp()).sum::<f64>() * f64::from(step * step)
    };
    let mut masses: Vec<f64> = (0..CELLS * CELLS).map(|cell| mass(cell / CELLS, cell % CELLS)).collect();
    let inside: f64 = masses.iter().sum();
    masses.push((1.0 - inside).max(0.0));
    masses
}
