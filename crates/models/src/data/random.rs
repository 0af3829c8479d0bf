//! The random numbers of the data sets, the same bits on every platform.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, RngExt, SeedableRng};

/// A generator for one stream of a seed: train and test rows, or single images, come from streams of
/// their own, so that asking for more of one never changes another.
pub(super) fn stream(seed: u32, stream: u32) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(u64::from(seed) << 32 | u64::from(stream))
}

/// A number from the uniform distribution on `[0, 1)`.
pub(super) fn uniform(rng: &mut impl Rng) -> f32 {
    rng.random::<f32>()
}

/// A number from the uniform distribution on `[low, high)`.
pub(super) fn between(rng: &mut impl Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * uniform(rng)
}

/// One of `0..count`, each as likely as the others (to one part in `2^24 / count`).
pub(super) fn choose(rng: &mut impl Rng, count: usize) -> usize {
    (uniform(rng) * count as f32) as usize
}

/// A number from the standard normal distribution, by Box and Muller: `√(-2 ln(1-u)) cos 2πv`.
pub(super) fn normal(rng: &mut impl Rng) -> f32 {
    let (u, v) = (uniform(rng), uniform(rng));
    (-2.0 * libm::logf(1.0 - u)).sqrt() * libm::cosf(std::f32::consts::TAU * v)
}
