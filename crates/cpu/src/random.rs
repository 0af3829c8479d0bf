//! Uniform random numbers for consecutive elements: [`daydream_graph::random`] in vector code.

use std::cell::Cell;

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

/// Numbers that are made at once: from two of the widest vectors.
const BLOCK: usize = 32;

/// [`daydream_graph::random::uniform`] of the elements from `first` on.
pub(crate) fn uniform(seed: u32, step: u32, stream: u32, first: u32, out: &[Cell<f32>]) {
    let one = |element: u32| daydream_graph::random::uniform(seed, step, stream, element);
    // Two elements share a counter: begin and end between two that do.
    let (odd, out) = out.split_at(out.len().min(first as usize % 2));
    odd.iter().for_each(|out| out.set(one(first)));
    let first = first.wrapping_add(odd.len() as u32);

    let (blocks, rest) = out.as_chunks();
    dispatch!(Level::new(), simd => fill(simd, [seed, step], stream, first, blocks));
    let done = (blocks.len() * BLOCK) as u32;
    for (lane, out) in rest.iter().enumerate() {
        out.set(one(first.wrapping_add(done).wrapping_add(lane as u32)));
    }
}

/// `first` is even.
#[inline(always)]
fn fill<S: Simd>(simd: S, [seed, step]: [u32; 2], stream: u32, first: u32, blocks: &[[Cell<f32>; BLOCK]]) {
    let width = <S::u32s as SimdBase<S>>::LEN;
    let keys =
        [S::u32s::splat(simd, seed), S::u32s::splat(simd, step), S::u32s::splat(simd, 0x1BD1_1BDA ^ seed ^ step)];
    let lanes = S::u32s::from_fn(simd, |lane| lane as u32);
    for (block, out) in blocks.iter().enumerate() {
        let mut numbers = [0.0; BLOCK];
        for begin in (0..BLOCK).step_by(2 * width) {
            let element = first.wrapping_add((block * BLOCK + begin) as u32);
            // Half of an element's number, which may have wrapped around.
            let counters = (S::u32s::splat(simd, element / 2) + lanes) & S::u32s::splat(simd, u32::MAX / 2);
            let words = threefry::<S>(keys, [counters, S::u32s::splat(simd, stream)]);
            let (low, high) = unit::<S>(words[0]).interleave(unit::<S>(words[1]));
            low.store_slice(&mut numbers[begin..begin + width]);
            high.store_slice(&mut numbers[begin + width..begin + 2 * width]);
        }
        out.iter().zip(numbers).for_each(|(out, number)| out.set(number));
    }
}

/// [`daydream_graph::random::threefry`] of a counter in each lane.
#[inline(always)]
fn threefry<S: Simd>(keys: [S::u32s; 3], counter: [S::u32s; 2]) -> [S::u32s; 2] {
    let x = [counter[0] + keys[0], counter[1] + keys[1]];
    let x = turn::<S>(turn::<S>(turn::<S>(turn::<S>(x, 13), 15), 26), 6);
    let x = [x[0] + keys[1], x[1] + keys[2] + 1];
    let x = turn::<S>(turn::<S>(turn::<S>(turn::<S>(x, 17), 29), 16), 24);
    let x = [x[0] + keys[2], x[1] + keys[0] + 2];
    let x = turn::<S>(turn::<S>(turn::<S>(turn::<S>(x, 13), 15), 26), 6);
    let x = [x[0] + keys[0], x[1] + keys[1] + 3];
    turn::<S>(x, 17)
}

/// One round.
#[inline(always)]
fn turn<S: Simd>(x: [S::u32s; 2], rotation: u32) -> [S::u32s; 2] {
    let sum = x[0] + x[1];
    [sum, ((x[1] << rotation) | (x[1] >> (32 - rotation))) ^ sum]
}

/// The upper 24 bits as a fraction of 1.
#[inline(always)]
fn unit<S: Simd>(word: S::u32s) -> S::f32s {
    (word >> 8).bitcast::<S::i32s>().to_float::<S::f32s>() * (1.0 / 16_777_216.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_definition_bit_for_bit() {
        for first in [0, 1, 2, 1001, u32::MAX - 20, u32::MAX] {
            for len in [0, 1, 2, 15, 16, 17, 18, 100] {
                let found = vec![Cell::new(f32::NAN); len];
                uniform(11, 12, 13, first, &found);
                for (lane, x) in found.iter().enumerate() {
                    let element = first.wrapping_add(lane as u32);
                    assert_eq!(x.get().to_bits(), daydream_graph::random::uniform(11, 12, 13, element).to_bits());
                }
            }
        }
    }
}
