//! The one source of randomness: a counter-based generator, so that every executor draws the same numbers.
//!
//! Threefry-2x32 with 13 rounds (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011)
//! turns a key and a counter into two random words without any state.

/// Threefry-2x32-13: two random words for a key and a counter.
pub fn threefry(key: [u32; 2], counter: [u32; 2]) -> [u32; 2] {
    const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let keys = [key[0], key[1], 0x1BD1_1BDA ^ key[0] ^ key[1]];
    let mut x = [counter[0].wrapping_add(keys[0]), counter[1].wrapping_add(keys[1])];
    for round in 0..13 {
        x[0] = x[0].wrapping_add(x[1]);
        x[1] = x[1].rotate_left(ROTATIONS[round % 8]) ^ x[0];
        if round % 4 == 3 {
            let injection = round / 4 + 1;
            x[0] = x[0].wrapping_add(keys[injection % 3]);
            x[1] = x[1].wrapping_add(keys[(injection + 1) % 3]).wrapping_add(injection as u32);
        }
    }
    x
}

/// The number that element `element` of random stream `stream` has at `step` of a run with `seed`:
/// uniform on the 2²⁴ multiples of 2⁻²⁴ in `[0, 1)`.
///
/// The key is `(seed, step)`, the counter `(element / 2, stream)`, and the word `element mod 2` is taken.
pub fn uniform(seed: u32, step: u32, stream: u32, element: u32) -> f32 {
    let words = threefry([seed, step], [element / 2, stream]);
    (words[element as usize % 2] >> 8) as f32 * (1.0 / 16_777_216.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the Random123 distribution for 13 rounds.
    #[test]
    fn known_answers() {
        assert_eq!(threefry([0, 0], [0, 0]), [0x9d1c_5ec6, 0x8bd5_0731]);
        assert_eq!(threefry([u32::MAX; 2], [u32::MAX; 2]), [0xfd36_d048, 0x2d17_272c]);
        assert_eq!(threefry([0x1319_8a2e, 0x0370_7344], [0x243f_6a88, 0x85a3_08d3]), [0xba3e_4725, 0xf27d_669e]);
    }

    #[test]
    fn moments_of_the_uniform_distribution() {
        let n = 100_000;
        let draws: Vec<f64> = (0..n).map(|element| f64::from(uniform(7, 3, 1, element))).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!((mean - 0.5).abs() < 4.0 / (12.0 * f64::from(n)).sqrt());
        assert!((variance - 1.0 / 12.0).abs() < 1e-3);
    }
}
