//! Damage and recall: how well stored patterns come back, and where else states end.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use super::memory::{Memory, Path};
use crate::data::RowShape;

/// An overlap above which a state is the pattern, save a few errors: Hebb's rule makes some at every load.
const IS_THE_PATTERN: f32 = 0.97;
/// The share of units that are turned around before recall is measured.
const MEASURED_NOISE: f32 = 0.1;
/// At most so many stored patterns are recalled for a metric.
const MEASURED: usize = 32;
/// Random states that settle for the share of spurious ends.
const STARTS: usize = 100;

/// What is done to a pattern before it is recalled: the options of the arg `damage`, in its order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Damage {
    /// Each unit is turned around with this probability.
    Noise(f32),
    /// This half is dark: lower, upper, left or right.
    Erased(usize),
}

impl Damage {
    /// A damaged pattern: `[N] -> [N]`.
    pub(super) fn applied(self, pattern: &[f32], shape: RowShape, rng: &mut Xoshiro256PlusPlus) -> Vec<f32> {
        let RowShape { height, width, channels } = shape;
        let is_dark = |half: usize, unit: usize| {
            let (y, x) = (unit / (width * channels), unit / channels % width);
            [2 * y >= height, 2 * y < height, 2 * x < width, 2 * x >= width][half]
        };
        let unit = |(unit, &s): (usize, &f32)| match self {
            Damage::Noise(share) => {
                if rng.random::<f32>() < share {
                    -s
                } else {
                    s
                }
            }
            Damage::Erased(half) => {
                if is_dark(half, unit) {
                    -1.0
                } else {
                    s
                }
            }
        };
        pattern.iter().enumerate().map(unit).collect()
    }
}

/// Random numbers of their own for each use.
pub(super) fn random(seed: u32, stream: u32) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(u64::from(seed) << 32 | u64::from(stream))
}

/// Stored patterns come back from noise: the mean overlap, and the share of them that are themselves again. Nothing where nothing
/// is stored.
pub(super) fn recall(memory: &Memory, seed: u32) -> Option<(f64, f64)> {
    let count = memory.each().len();
    let mut rng = random(seed, 0);
    let shape = RowShape { height: 1, width: memory.units, channels: 1 };
    let (mut overlap, mut recalled) = (0.0, 0.0);
    let tried = count.min(MEASURED);
    for number in 0..tried {
        let pattern = number * count / tried;
        let start = memory.each().nth(pattern).map(|xi| Damage::Noise(MEASURED_NOISE).applied(xi, shape, &mut rng))?;
        let m = memory.overlaps(&memory.settle(&start, &mut rng).end)[pattern];
        overlap += f64::from(m);
        recalled += f64::from(u8::from(m > IS_THE_PATTERN));
    }
    (tried > 0).then(|| (overlap / tried as f64, recalled / tried as f64))
}

/// Where random states settle.
pub(super) fn settle_noise(memory: &Memory, count: usize, seed: u32) -> Vec<Path> {
    let mut rng = random(seed, 1);
    let noise = |rng: &mut Xoshiro256PlusPlus| -> Vec<f32> {
        (0..memory.units).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect()
    };
    (0..count).map(|_| noise(&mut rng)).map(|start| memory.settle(&start, &mut random(seed, 2))).collect()
}

/// The share of random states that end in no stored pattern and in no negative of one.
pub(super) fn spurious_share(memory: &Memory, seed: u32) -> Option<f64> {
    let ends = settle_noise(memory, STARTS, seed);
    let is_spurious = |path: &&Path| matches!(end_of(memory, &path.end), End::Mixture(_) | End::Other);
    (!memory.patterns.is_empty()).then(|| ends.iter().filter(is_spurious).count() as f64 / STARTS as f64)
}

/// What a state is.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// The stored pattern of this number.
    Pattern(usize),
    /// Its negative.
    Negative(usize),
    /// The majority of three patterns, or of their negatives: `sgn(±ξ ± ξ ± ξ)`.
    Mixture([(usize, bool); 3]),
    /// None of these.
    Other,
}

/// What a state is, save a few errors.
pub fn end_of(memory: &Memory, state: &[f32]) -> End {
    let overlaps = memory.overlaps(state);
    let mut order: Vec<usize> = (0..overlaps.len()).collect();
    order.sort_by(|&a, &b| overlaps[b].abs().total_cmp(&overlaps[a].abs()));
    match order.first() {
        Some(&first) if overlaps[first] > IS_THE_PATTERN => return End::Pattern(first),
        Some(&first) if overlaps[first] < -IS_THE_PATTERN => return End::Negative(first),
        _ => {}
    }
    let Some(&[a, b, c]) = order.first_chunk::<3>() else { return End::Other };
    let signed = [a, b, c].map(|number| (number, overlaps[number] > 0.0));
    let sign = |positive: bool| if positive { 1.0 } else { -1.0 };
    let votes = |unit: usize| -> f32 {
        signed.iter().map(|&(number, positive)| sign(positive) * memory.patterns[number * memory.units + unit]).sum()
    };
    let alike = (0..memory.units).map(|unit| votes(unit).signum() * state[unit]).sum::<f32>() / memory.units as f32;
    if alike > IS_THE_PATTERN { End::Mixture(signed) } else { End::Other }
}

impl End {
    /// Its name: numbers of patterns from 1, with signs.
    pub(super) fn name(&self) -> String {
        match self {
            End::Pattern(number) => format!("+{}", number + 1),
            End::Negative(number) => format!("−{}", number + 1),
            End::Mixture(parts) => {
                let mut parts = *parts;
                parts.sort_unstable();
                let part =
                    |(number, positive): (usize, bool)| format!("{}{}", if positive { '+' } else { '−' }, number + 1);
                parts.map(part).concat()
            }
            End::Other => "?".to_owned(),
        }
    }
}
