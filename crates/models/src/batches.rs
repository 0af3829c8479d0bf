//! Which rows make a batch: a pure function of the seed and the training step, so that a link or a checkpoint replays it.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;

/// An endless stream of row numbers: one random permutation of all rows after another, cut into batches.
pub(crate) struct Batches {
    seed: u32,
    rows: usize,
    epoch: Option<u64>,
    order: Vec<u32>,
}

impl Batches {
    pub(crate) fn new(seed: u32, rows: usize) -> Batches {
        Batches { seed, rows, epoch: None, order: (0..rows as u32).collect() }
    }

    /// The rows of batch number `step`, when batches have `len` rows.
    pub(crate) fn rows(&mut self, step: u64, len: usize) -> impl Iterator<Item = u32> + '_ {
        let first = step * len as u64;
        (first..first + len as u64).map(|position| self.row(position))
    }

    fn row(&mut self, position: u64) -> u32 {
        let epoch = position / self.rows as u64;
        if self.epoch != Some(epoch) {
            self.epoch = Some(epoch);
            self.order.clear();
            self.order.extend(0..self.rows as u32);
            self.order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64((u64::from(self.seed) << 32) ^ epoch));
        }
        self.order[(position % self.rows as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_sees_every_row_once() {
        let mut batches = Batches::new(7, 10);
        let mut rows: Vec<u32> = (0..5).flat_map(|step| batches.rows(step, 4).collect::<Vec<_>>()).collect();
        let second = rows.split_off(10);
        assert_ne!(rows, second);
        for mut epoch in [rows, second] {
            epoch.sort_unstable();
            assert_eq!(epoch, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_batch_depends_on_nothing_but_seed_and_step() {
        let mut batches = Batches::new(7, 10);
        let third: Vec<u32> = batches.rows(3, 4).collect();
        batches.rows(0, 4).for_each(drop);
        assert_eq!(batches.rows(3, 4).collect::<Vec<_>>(), third);
    }
}
