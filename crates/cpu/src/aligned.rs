//! Numbers that begin at a line of the cache, so that no vector straddles two lines.
//!
//! Allocators promise no more than 8 bytes in WebAssembly, and 16 natively: every fourth load of four numbers, or every one of sixteen, would
//! take two turns.

use std::ops::{Deref, DerefMut};

/// Bytes of a line.
const LINE: usize = 64;

/// A list of numbers that never grows: 32-bit floats, or cells of them.
#[derive(Default)]
pub(crate) struct Aligned<T = f32> {
    numbers: Vec<T>,
    first: usize,
    len: usize,
}

impl<T: Clone + Default> Aligned<T> {
    /// So many zeros.
    pub(crate) fn zeros(len: usize) -> Aligned<T> {
        let numbers = vec![T::default(); len + LINE / size_of::<T>()];
        let first = numbers.as_ptr().align_offset(LINE);
        // Where the offset cannot be told, nothing but speed is lost.
        let first = if first + len <= numbers.len() { first } else { 0 };
        Aligned { numbers, first, len }
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.numbers[self.first..self.first + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.numbers[self.first..self.first + self.len]
    }
}
