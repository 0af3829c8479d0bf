//! The distributions of the plane: how to draw from them, and their exact log density.
//!
//! Every one is blurred by a Gaussian whose standard deviation is the noise `σ`, so each has a smooth
//! density `p(x)`, which a model of the plane can be held against: the Kullback-Leibler divergence on a
//! grid, the modes that a generator covers, the share of samples that lie on one.

use std::f32::consts::{PI, TAU};

use rand::Rng;

use super::target;
use crate::data::random::{choose, normal, uniform};

/// The shape of a distribution of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Two half circles of radius 1.2, each with an end inside the other.
    Moons,
    /// Eight Gaussians, evenly spaced on a circle of radius [`RING_RADIUS`].
    Ring,
    /// Two arms that wind almost one and a half times around the origin, with equal mass in rings of equal area.
    Spiral,
    /// Every other square of a 4 x 4 board over `[-2, 2]²`.
    Checkerboard,
    /// Five blades: Gaussians stretched along the radius, bent by an angle that grows with the radius.
    Pinwheel,
    /// A circle of radius 1.4, evenly: an upper and a lower half.
    Circle,
    /// An S on its side: `y` even in `±1.8`, and `x = 3.6 (t + 0.3 sin 2πt) - 1.8` with `t = (y + 1.8) / 3.6`, as in Bishop, *Mixture
    /// density networks* (1994), so that most `x` have one `y` and those around the middle three. Its parts are thirds of `y`.
    SCurve,
    /// A line that splits: `x` even in `±1.8`, `y = ±1.2 s² (3 - 2s)` with `s` rising from 0 at `x = -0.6` to 1 at `x = 1.8`, either sign as
    /// often.
    Fork,
    /// A Gaussian much longer than wide, turned by 45 degrees.
    Correlated,
    /// Three Gaussians of different weights.
    Mixture,
    /// A Gaussian bent along a parabola.
    Banana,
    /// A Gaussian whose width grows exponentially along its length (after Neal, Annals of Statistics 31, 2003).
    Funnel,
    /// A band along a circle, equally dense all around.
    Annulus,
}

impl Family {
    fn parts(self) -> usize {
        match self {
            Family::Moons | Family::Spiral | Family::Circle | Family::Fork => 2,
            Family::SCurve => 3,
            Family::Ring => RING_MODES,
            Family::Checkerboard => SQUARES.len(),
            Family::Pinwheel => BLADES,
            Family::Mixture => target::MIXTURE.len(),
            Family::Correlated | Family::Banana | Family::Funnel | Family::Annulus => 1,
        }
    }

    /// The point of a part at `along` in `[0, 1]`, where the family is a blurred curve.
    fn curve(self) -> Option<fn(usize, f32) -> [f32; 2]> {
        match self {
            Family::Moons => Some(moon),
            Family::Spiral => Some(arm),
            Family::Circle => Some(half_circle),
            Family::SCurve => Some(third_of_s),
            Family::Fork => Some(branch),
            _ => None,
        }
    }
}

/// Radius of the circle on which the ring's Gaussians sit.
pub const RING_RADIUS: f32 = 1.5;

const RING_MODES: usize = 8;
const MOON_RADIUS: f32 = 1.2;
const SPIRAL_RADIUS: f32 = 1.8;
const SPIRAL_ANGLE: f32 = 3.0 * PI;
/// Where an arm starts, as a fraction of its radius and angle at the end.
const SPIRAL_START: f32 = 0.15;
const BLADES: usize = 5;
const BLADE_MIDDLE: f32 = 1.05;
const BLADE_LENGTH: f32 = 0.27;
const BLADE_TWIST: f32 = 1.1;
const CIRCLE_RADIUS: f32 = 1.4;
/// Where the S and the fork end.
const HALF_SIDE: f32 = 1.8;
const FORK_START: f32 = -0.6;
const FORK_HEIGHT: f32 = 1.2;
/// Points along a moon, an arm or another part of a curve at which its blurred density is summed: no further apart than 0.02, and
/// Gaussians at a distance of their deviation add up smooth to eight digits.
const CURVE_NODES: usize = 512;

/// The squares of the checkerboard by their lower left corners.
const SQUARES: [[f32; 2]; 8] =
    [[-2.0, -2.0], [0.0, -2.0], [-1.0, -1.0], [1.0, -1.0], [-2.0, 0.0], [0.0, 0.0], [-1.0, 1.0], [1.0, 1.0]];

/// A distribution of the plane with a known density.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    family: Family,
    noise: f32,
    /// Means of the equal Gaussians that the distribution is, or, of a blurred curve, is summed as.
    centres: Vec<[f32; 2]>,
}

/// The Gaussians of a mixture with equal weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Modes {
    /// Their means.
    pub centres: Vec<[f32; 2]>,
    /// The standard deviation of each, in every direction.
    pub deviation: f32,
}

impl Modes {
    /// The mode of which `x` is a good sample: it lies within three standard deviations of the centre.
    pub fn covering(&self, x: [f32; 2]) -> Option<usize> {
        let reach = 3.0 * self.deviation;
        self.centres.iter().position(|centre| squared_distance(x, *centre) <= reach * reach)
    }
}

impl Density {
    /// The distribution of a family with noise of standard deviation `noise`.
    ///
    /// # Panics
    /// When `noise` is not positive: there would be no density.
    #[track_caller]
    pub fn new(family: Family, noise: f32) -> Density {
        assert!(noise > 0.0, "the noise must be positive, not {noise}");
        let along = |node: usize| (node as f32 + 0.5) / CURVE_NODES as f32;
        let centres = match (family.curve(), family) {
            (Some(curve), _) => (0..family.parts() * CURVE_NODES)
                .map(|index| curve(index / CURVE_NODES, along(index % CURVE_NODES)))
                .collect(),
            (None, Family::Ring) => (0..RING_MODES).map(ring_centre).collect(),
            (None, _) => Vec::new(),
        };
        Density { family, noise, centres }
    }

    /// The distribution with Gaussian noise of this standard deviation added, where it belongs to the same family: not the pinwheel,
    /// whose blades are bent, nor the targets of samplers.
    pub fn blurred(&self, deviation: f32) -> Option<Density> {
        let stays = self.family.curve().is_some() || matches!(self.family, Family::Ring | Family::Checkerboard);
        stays.then(|| Density::new(self.family, self.noise.hypot(deviation)))
    }

    /// The standard deviation that it was made with.
    pub fn noise(&self) -> f32 {
        self.noise
    }

    /// The shape of the distribution.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Number of parts with a label of their own: moons, Gaussians, arms, squares, blades or branches.
    pub fn parts(&self) -> usize {
        self.family.parts()
    }

    /// The modes, where the distribution is a mixture of separate Gaussians: the ring alone.
    pub fn modes(&self) -> Option<Modes> {
        (self.family == Family::Ring).then(|| Modes { centres: self.centres.clone(), deviation: self.noise })
    }

    /// Draws a point and the part it comes from.
    pub fn sample_labelled(&self, rng: &mut impl Rng) -> ([f32; 2], u8) {
        let part = choose(rng, self.parts());
        let point = match (self.family.curve(), self.family) {
            (Some(curve), _) => self.blur(curve(part, uniform(rng)), rng),
            (None, Family::Checkerboard) => {
                let [left, bottom] = SQUARES[part];
                self.blur([left + uniform(rng), bottom + uniform(rng)], rng)
            }
            (None, Family::Pinwheel) => {
                let along = BLADE_MIDDLE + BLADE_LENGTH * normal(rng);
                let across = self.noise * normal(rng);
                let radius = (along * along + across * across).sqrt();
                rotate([along, across], blade_angle(part, radius))
            }
            (None, Family::Correlated | Family::Mixture | Family::Banana | Family::Funnel | Family::Annulus) => {
                return target::sample(self.family, self.noise, rng);
            }
            (None, _) => self.blur(ring_centre(part), rng),
        };
        (point, part as u8)
    }

    /// Draws `count` points.
    pub fn sample(&self, count: usize, rng: &mut impl Rng) -> Vec<[f32; 2]> {
        (0..count).map(|_| self.sample_labelled(rng).0).collect()
    }

    /// `ln p(x)` in nats, `p` per unit of area.
    ///
    /// Exact for the ring (a mixture), the checkerboard (a product of normal distribution functions for
    /// each square) and the pinwheel (turning by an angle that depends on the radius preserves area, so
    /// the density is the unbent Gaussian's), and for the targets of samplers (`target.rs`). For the others, whose
    /// density is an integral along a curve, it is the midpoint rule with 512 nodes on each part.
    pub fn log_density(&self, x: [f32; 2]) -> f32 {
        let parts = self.parts();
        match self.family {
            Family::Moons | Family::Ring | Family::Spiral | Family::Circle | Family::SCurve | Family::Fork => {
                // ln (1/N) Σ N(x; cᵢ, σ² I)
                let variance = self.noise * self.noise;
                let exponents = self.centres.iter().map(|centre| -0.5 * squared_distance(x, *centre) / variance);
                log_sum_exp(exponents) - libm::logf(self.centres.len() as f32 * TAU * variance)
            }
            Family::Checkerboard => {
                let total: f64 = SQUARES
                    .iter()
                    .map(|[left, bottom]| self.share_of_unit(x[0] - left) * self.share_of_unit(x[1] - bottom))
                    .sum();
                libm::log(total / parts as f64) as f32
            }
            Family::Pinwheel => {
                let radius = (x[0] * x[0] + x[1] * x[1]).sqrt();
                let blades = (0..parts).map(|part| {
                    let [along, across] = rotate(x, -blade_angle(part, radius));
                    let (u, v) = ((along - BLADE_MIDDLE) / BLADE_LENGTH, across / self.noise);
                    -0.5 * (u * u + v * v)
                });
                log_sum_exp(blades) - libm::logf(parts as f32 * TAU * BLADE_LENGTH * self.noise)
            }
            Family::Correlated | Family::Mixture | Family::Banana | Family::Funnel | Family::Annulus => {
                target::log_density(self.family, self.noise, x)
            }
        }
    }

    /// Density at `offset` of a uniform number in `[0, 1)` blurred by the noise:
    /// `Φ(offset/σ) - Φ((offset-1)/σ)`, through the complementary error function on the side where it
    /// is small, so that the tails keep their digits.
    fn share_of_unit(&self, offset: f32) -> f64 {
        let scale = f64::from(self.noise) * std::f64::consts::SQRT_2;
        let beyond = (f64::from(offset) - 0.5).abs();
        0.5 * (libm::erfc((beyond - 0.5) / scale) - libm::erfc((beyond + 0.5) / scale))
    }

    fn blur(&self, [x, y]: [f32; 2], rng: &mut impl Rng) -> [f32; 2] {
        [x + self.noise * normal(rng), y + self.noise * normal(rng)]
    }
}

/// The point of moon `part` at `along` in `[0, 1]`.
fn moon(part: usize, along: f32) -> [f32; 2] {
    let [cosine, sine] = [libm::cosf(PI * along), libm::sinf(PI * along)];
    let upper = [MOON_RADIUS * (cosine - 0.5), MOON_RADIUS * (sine - 0.25)];
    if part == 0 { upper } else { [-upper[0], -upper[1]] }
}

/// The point of spiral arm `part` at `along` in `[0, 1]`: the squared radius grows evenly.
fn arm(part: usize, along: f32) -> [f32; 2] {
    let start = SPIRAL_START * SPIRAL_START;
    let t = (start + (1.0 - start) * along).sqrt();
    rotate([SPIRAL_RADIUS * t, 0.0], SPIRAL_ANGLE * t + PI * part as f32)
}

/// The point of the upper or the lower half at `along` in `[0, 1]`.
fn half_circle(part: usize, along: f32) -> [f32; 2] {
    rotate([CIRCLE_RADIUS, 0.0], PI * (part as f32 + along))
}

/// The point of a third of the S at `along` in `[0, 1]`.
fn third_of_s(part: usize, along: f32) -> [f32; 2] {
    let t = (part as f32 + along) / 3.0;
    [t + 0.3 * libm::sinf(TAU * t), t].map(|share| HALF_SIDE * (2.0 * share - 1.0))
}

/// The point of the fork at `along` in `[0, 1]`, on the way to the upper or the lower end.
fn branch(part: usize, along: f32) -> [f32; 2] {
    let x = HALF_SIDE * (2.0 * along - 1.0);
    let s = ((x - FORK_START) / (HALF_SIDE - FORK_START)).max(0.0);
    let y = FORK_HEIGHT * s * s * (3.0 - 2.0 * s);
    [x, if part == 0 { y } else { -y }]
}

fn ring_centre(part: usize) -> [f32; 2] {
    rotate([RING_RADIUS, 0.0], TAU * part as f32 / RING_MODES as f32)
}

fn blade_angle(part: usize, radius: f32) -> f32 {
    TAU * part as f32 / BLADES as f32 + BLADE_TWIST * radius
}

fn rotate([x, y]: [f32; 2], angle: f32) -> [f32; 2] {
    let (cosine, sine) = (libm::cosf(angle), libm::sinf(angle));
    [cosine * x - sine * y, sine * x + cosine * y]
}

pub(super) fn squared_distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])
}

/// `ln Σ exp(aᵢ)`, stable; the numbers are walked twice.
pub(super) fn log_sum_exp(exponents: impl Iterator<Item = f32> + Clone) -> f32 {
    let largest = exponents.clone().fold(f32::NEG_INFINITY, f32::max);
    largest + libm::logf(exponents.map(|exponent| libm::expf(exponent - largest)).sum())
}
