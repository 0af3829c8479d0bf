//! Numbers to test with: always the same, different for each use.

use daydream_graph::random::uniform;

/// `count` numbers, evenly distributed in `low..high`.
pub fn numbers(stream: u32, count: usize, low: f32, high: f32) -> Vec<f32> {
    (0..count as u32).map(|element| low + (high - low) * uniform(0x5eed, 0, stream, element)).collect()
}

/// A source of choices.
pub struct Choices {
    seed: u32,
    drawn: u32,
}

impl Choices {
    /// Those of a seed.
    pub fn new(seed: u32) -> Choices {
        Choices { seed, drawn: 0 }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.drawn += 1;
        (f64::from(uniform(self.seed, 1, 0, self.drawn)) * end as f64) as usize
    }

    /// A number from `low` up to and with `high`.
    pub fn within(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// One of these.
    pub fn of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }
}
