//! Uniform random numbers for consecutive elements: [`daydream_graph::random`] in vector code.

/// How many counters are encrypted side by side.
const WIDTH: usize = 8;
type Lanes = [u32; WIDTH];

/// [`daydream_graph::random::uniform`] of the elements from `first` on.
pub(crate) fn uniform(seed: u32, step: u32, stream: u32, first: u32, out: &mut [f32]) {
    let one = |element: u32| daydream_graph::random::uniform(seed, step, stream, element);
    // Two elements share a counter: begin and end between two that do.
    let (odd, out) = out.split_at_mut(out.len().min(first as usize % 2));
    odd.iter_mut().for_each(|out| *out = one(first));
    let first = first.wrapping_add(odd.len() as u32);

    let (blocks, rest) = out.as_chunks_mut::<{ 2 * WIDTH }>();
    for (number, block) in blocks.iter_mut().enumerate() {
        let element = first.wrapping_add((number * 2 * WIDTH) as u32);
        let counters = std::array::from_fn(|lane| element.wrapping_add(2 * lane as u32) / 2);
        let words = threefry([seed, step], counters, stream);
        for (lane, pair) in block.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            *pair = [unit(words[0][lane]), unit(words[1][lane])];
        }
    }
    let done = (blocks.len() * 2 * WIDTH) as u32;
    for (lane, out) in rest.iter_mut().enumerate() {
        *out = one(first.wrapping_add(done).wrapping_add(lane as u32));
    }
}

/// The upper 24 bits as a fraction of 1.
#[inline(always)]
fn unit(word: u32) -> f32 {
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// [`daydream_graph::random::threefry`] of `[counters[lane], stream]` for every lane.
#[inline(always)]
fn threefry(key: [u32; 2], counters: Lanes, stream: u32) -> [Lanes; 2] {
    const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let keys = [key[0], key[1], 0x1BD1_1BDA ^ key[0] ^ key[1]];
    let plus = |lanes: Lanes, x: u32| lanes.map(|lane| lane.wrapping_add(x));
    let mut x = [plus(counters, keys[0]), plus([stream; WIDTH], keys[1])];
    for round in 0..13 {
        for lane in 0..WIDTH {
            x[0][lane] = x[0][lane].wrapping_add(x[1][lane]);
            x[1][lane] = x[1][lane].rotate_left(ROTATIONS[round % 8]) ^ x[0][lane];
        }
        if round % 4 == 3 {
            let injection = round / 4 + 1;
            x[0] = plus(x[0], keys[injection % 3]);
            x[1] = plus(x[1], keys[(injection + 1) % 3].wrapping_add(injection as u32));
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_bit_for_bit() {
        for first in [0, 1, 2, 1001, u32::MAX - 20, u32::MAX] {
            for len in [0, 1, 2, 15, 16, 17, 18, 100] {
                let mut found = vec![f32::NAN; len];
                uniform(11, 12, 13, first, &mut found);
                for (lane, x) in found.into_iter().enumerate() {
                    let element = first.wrapping_add(lane as u32);
                    assert_eq!(x.to_bits(), daydream_graph::random::uniform(11, 12, 13, element).to_bits());
                }
            }
        }
    }
}
