//! What a machine of few units sees of the data: bits of a small grid.
//!
//! Images of at most 16 pixels are seen as they are, a pixel being on from ½ upwards. Larger ones, and coloured ones, are shrunk to at most
//! 12 cells, which leaves room for hidden units; a cell is on where it is brighter than it is on average in the training data.

use daydream_graph::{Graph, Tensor};

use super::MAX_UNITS;
use crate::Run;
use crate::data::{Dataset, RowShape, Split};

/// Cells of an image that is shrunk, at most, and rows of them.
const CELLS: usize = 12;
const CELL_ROWS: usize = 4;

/// How rows of the data become bits.
pub(super) struct Sight {
    /// The grid that is seen.
    pub(super) grid: RowShape,
    /// The cell that each number of a row belongs to.
    cells: Vec<usize>,
    /// The share that each number has in its cell.
    weights: Vec<f32>,
    /// A cell is on from here: `[D]`.
    thresholds: Vec<f32>,
}

impl Sight {
    pub(super) fn of(data: &Dataset) -> Sight {
        let RowShape { height, width, channels } = data.shape;
        let is_seen_whole = data.shape.len() <= MAX_UNITS;
        let (rows, columns) = match is_seen_whole {
            true => (height, width * channels),
            false => (height.min(CELL_ROWS), width.min(CELLS / height.min(CELL_ROWS))),
        };
        let cell = |number: usize| match is_seen_whole {
            true => number,
            false => {
                let pixel = number / channels;
                pixel / width * rows / height * columns + pixel % width * columns / width
            }
        };
        let cells: Vec<usize> = (0..data.shape.len()).map(cell).collect();
        let mut sizes = vec![0; rows * columns];
        cells.iter().for_each(|&cell| sizes[cell] += 1);
        let weights = cells.iter().map(|&cell| 1.0 / sizes[cell] as f32).collect();
        let grid = RowShape { height: rows, width: columns, channels: 1 };
        let mut sight = Sight { grid, cells, weights, thresholds: vec![0.5; rows * columns] };
        if !is_seen_whole {
            sight.thresholds = sight.means(&data.train);
        }
        sight
    }

    /// D.
    pub(super) fn bits(&self) -> usize {
        self.grid.len()
    }

    /// The mean brightness of each cell of a row.
    fn shrunk(&self, row: &[f32]) -> Vec<f32> {
        let mut cells = vec![0.0; self.bits()];
        for ((&cell, weight), x) in self.cells.iter().zip(&self.weights).zip(row) {
            cells[cell] += weight * x;
        }
        cells
    }

    fn means(&self, split: &Split) -> Vec<f32> {
        let mut sums = vec![0.0_f64; self.bits()];
        for row in 0..split.len() {
            sums.iter_mut().zip(self.shrunk(&split.row(row))).for_each(|(sum, x)| *sum += f64::from(x));
        }
        sums.into_iter().map(|sum| (sum / split.len() as f64) as f32).collect()
    }

    /// How often each of the `2ᴰ` patterns occurs in a split, as a share of all rows.
    pub(super) fn shares(&self, split: &Split) -> Vec<f32> {
        let mut counts = vec![0_u32; 1 << self.bits()];
        for row in 0..split.len() {
            let cells = self.shrunk(&split.row(row));
            let bits = cells.iter().zip(&self.thresholds).map(|(cell, threshold)| usize::from(cell >= threshold));
            counts[bits.fold(0, |pattern, bit| 2 * pattern + bit)] += 1;
        }
        counts.into_iter().map(|count| count as f32 / split.len() as f32).collect()
    }

    /// The bits of rows, as part of a graph: `[B, data] -> [B, D]`
    pub(super) fn seen<'g>(&self, g: &'g Graph, rows: Tensor<'g>) -> Tensor<'g> {
        let cells = g.input("sight", [rows.extent(1), self.bits()]);
        let thresholds = g.input("sight.thresholds", [self.bits()]);
        1.0 - rows.dot(cells).less(thresholds)
    }

    /// Writes the inputs that [`Sight::seen`] declares.
    pub(super) fn start(&self, run: &mut Run<'_>) {
        let mut cells = vec![0.0; self.cells.len() * self.bits()];
        for (number, (&cell, &weight)) in self.cells.iter().zip(&self.weights).enumerate() {
            cells[number * self.bits() + cell] = weight;
        }
        run.write("sight", &cells);
        run.write("sight.thresholds", &self.thresholds);
    }

    /// Rows of the data's shape in which every number is the bit of its cell: `[N, D] -> [N, data]`
    pub(super) fn as_rows(&self, bits: &[f32]) -> Vec<f32> {
        bits.chunks_exact(self.bits()).flat_map(|bits| self.cells.iter().map(|&cell| bits[cell])).collect()
    }
}
