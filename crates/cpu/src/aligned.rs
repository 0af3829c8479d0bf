//! Numbers that begin at a line of the cache, so that no vector of four straddles two lines.
//!
//! Allocators promise no more than 8 bytes in WebAssembly; every fourth load would take two turns.

use std::ops::{Deref, DerefMut};

/// Bytes of a line.
const LINE: usize = 64;

/// A list of numbers that never grows.
#[derive(Default)]
pub(crate) struct Aligned {
    numbers: Vec<f32>,
    first: usize,
    len: usize,
}

impl Aligned {
    /// So many zeros.
    pub(crate) fn zeros(len: usize) -> Aligned {
        let numbers = vec![0.0; len + LINE / size_of::<f32>()];
        let first = numbers.as_ptr().align_offset(LINE);
        // Where the offset cannot be told, nothing but speed is lost.
        let first = if first + len <= numbers.len() { first } else { 0 };
        Aligned { numbers, first, len }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.numbers[self.first..self.first + self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.numbers[self.first..self.first + self.len]
    }
}
