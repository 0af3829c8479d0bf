//! Uniform random numbers for consecutive elements: [`daydream_graph::random`] in vector code.

use std::cell::Cell;

/// How many counters are encrypted side by side.
const WIDTH: usize = 32;

/// [`daydream_graph::random::uniform`] of the elements from `first` on.
pub(crate) fn uniform(seed: u32, step: u32, stream: u32, first: u32, out: &[Cell<f32>]) {
    let one = |element: u32| daydream_graph::random::uniform(seed, step, stream, element);
    let keys = [seed, step, 0x1BD1_1BDA ^ seed ^ step];
    // Two elements share a counter: begin and end between two that do.
    let (odd, out) = out.split_at(out.len().min(first as usize % 2));
    odd.iter().for_each(|out| out.set(one(first)));
    let first = first.wrapping_add(odd.len() as u32);

    let (blocks, rest) = out.as_chunks::<{ 2 * WIDTH }>();
    let done = (blocks.len() * 2 * WIDTH) as u32;
    for (number, block) in blocks.iter().enumerate() {
        let element = first.wrapping_add((number * 2 * WIDTH) as u32);
        let (mut even, mut odd) = ([0.0; WIDTH], [0.0; WIDTH]);
        for (lane, (even, odd)) in even.iter_mut().zip(&mut odd).enumerate() {
            let words = threefry(keys, [element.wrapping_add(2 * lane as u32) / 2, stream]);
            [*even, *odd] = words.map(unit);
        }
        for ([first, second], (even, odd)) in block.as_chunks().0.iter().zip(even.into_iter().zip(odd)) {
            first.set(even);
            second.set(odd);
        }
    }
    for (lane, out) in rest.iter().enumerate() {
        out.set(one(first.wrapping_add(done).wrapping_add(lane as u32)));
    }
}

/// [`daydream_graph::random::threefry`] without a loop, which would keep the compiler from working on several
/// counters at once.
#[inline(always)]
fn threefry(keys: [u32; 3], counter: [u32; 2]) -> [u32; 2] {
    let first = |x: [u32; 2]| turn(turn(turn(turn(x, 13), 15), 26), 6);
    let second = |x: [u32; 2]| turn(turn(turn(turn(x, 17), 29), 16), 24);
    let inject = |x: [u32; 2], a: u32, b: u32| [x[0].wrapping_add(a), x[1].wrapping_add(b)];
    let x = inject(counter, keys[0], keys[1]);
    let x = inject(first(x), keys[1], keys[2].wrapping_add(1));
    let x = inject(second(x), keys[2], keys[0].wrapping_add(2));
    let x = inject(first(x), keys[0], keys[1].wrapping_add(3));
    turn(x, 17)
}

/// One round.
#[inline(always)]
fn turn(x: [u32; 2], rotation: u32) -> [u32; 2] {
    let sum = x[0].wrapping_add(x[1]);
    [sum, x[1].rotate_left(rotation) ^ sum]
}

/// The upper 24 bits as a fraction of 1.
fn unit(word: u32) -> f32 {
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
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
