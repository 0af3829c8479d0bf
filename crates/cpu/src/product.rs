//! Batched matrix products within the arena.

use std::cell::Cell;
use std::ops::Range;

use daydream_graph::kernel::Access;
use daydream_graph::{Program, numel};

use crate::share::Share;
use crate::simd::{Matrix, Product, Target, Workspace};
use crate::space::{Line, for_each_point_in, join_lanes};

/// Parts of a product are cut at multiples of this many rows or columns: all multipliers work on whole tiles then.
const TILE: usize = 16;

/// A product for each point of the batch, the results one after another.
#[derive(Debug)]
pub(crate) struct BatchedProduct {
    batch: Vec<usize>,
    product: Product,
    a: Factor,
    b: Factor,
}

/// Where each matrix of the batch begins in the arena, and its strides.
#[derive(Debug)]
struct Factor {
    begin: Line,
    row: isize,
    column: isize,
    /// The range of the arena that holds its buffer.
    buffer: Range<usize>,
}

/// Some of the results: these rows and columns of the products at these points of the batch.
pub(crate) struct Part {
    batch: Range<usize>,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl BatchedProduct {
    /// The product over `domain`, `[batch.., M, N]`, with inner dimension `depth`.
    pub(crate) fn new(program: &Program, domain: &[usize], depth: usize, a: &Access, b: &Access) -> BatchedProduct {
        let rank = domain.len();
        let (rows, columns) = (rank - 2, rank - 1);
        let factor = |access: &Access, row: usize, column: usize| {
            let buffer = program.buffer(access.buffer).range();
            let mut index = access.index.clone();
            index.offset += buffer.start as isize;
            let batch: Vec<usize> = (0..rank - 2).collect();
            let begin = Line::new(&index, &[], &batch);
            Factor { begin, row: index.strides[row], column: index.strides[column], buffer }
        };
        let mut batched = BatchedProduct {
            batch: domain[..rank - 2].to_vec(),
            product: Product { rows: domain[rows], depth, columns: domain[columns] },
            a: factor(a, rows, rank),
            b: factor(b, rank, columns),
        };
        join_lanes(&mut batched.batch, &mut [&mut batched.a.begin, &mut batched.b.begin]);
        batched.join_rows();
        batched
    }

    /// Where all matrices of the batch have the right factor in common, their rows are rows of one product.
    fn join_rows(&mut self) {
        let rows = self.product.rows;
        let in_common = self.b.begin.lanes == [0];
        let follow = self.a.begin.lanes == [self.a.row * rows as isize];
        if in_common && follow {
            self.product.rows *= self.batch[0];
            self.batch.clear();
            self.a.begin.lanes.clear();
            self.b.begin.lanes.clear();
        }
    }

    /// Whether a factor lies in part of the arena.
    pub(crate) fn reads(&self, part: &Range<usize>) -> bool {
        [&self.a, &self.b].iter().any(|factor| overlap(&factor.buffer, part))
    }

    /// About how many nanoseconds it takes.
    pub(crate) fn work(&self) -> f64 {
        let Product { rows, depth, columns } = self.product;
        0.02 * (numel(&self.batch) * rows * depth * columns) as f64
    }

    /// The part of the results that makes up a share. Every share packs both factors as far as it needs them: it is cut where the
    /// smaller one is needed whole.
    pub(crate) fn part(&self, share: Share) -> Part {
        let batch = numel(&self.batch);
        let Product { rows, columns, .. } = self.product;
        let whole = Part { batch: 0..batch, rows: 0..rows, columns: 0..columns };
        if batch.is_multiple_of(share.of) || batch >= 4 * share.of {
            Part { batch: share.range(batch, 1), ..whole }
        } else if rows >= columns {
            Part { rows: share.range(rows, TILE), ..whole }
        } else {
            Part { columns: share.range(columns, TILE), ..whole }
        }
    }

    /// Computes part of the results, which lie from `target` on in the arena, where no factor lies. Calls `finish` with each range
    /// of results, by their numbers, as soon as it is complete.
    pub(crate) fn run(
        &self,
        part: &Part,
        arena: &[Cell<f32>],
        target: usize,
        workspace: &mut Workspace,
        mut finish: impl FnMut(Range<usize>),
    ) {
        let Product { rows, depth, columns } = self.product;
        let product = Product { rows: part.rows.len(), depth, columns: part.columns.len() };
        let mut first = part.batch.start * rows * columns;
        for_each_point_in(&self.batch, part.batch.clone(), |point| {
            let matrix = |factor: &Factor| {
                let origin = factor.begin.at(factor.begin.base(&[]), point) as usize;
                Matrix { data: arena, origin, row: factor.row, column: factor.column }
            };
            let (a, b) = (matrix(&self.a).from(part.rows.start, 0), matrix(&self.b).from(0, part.columns.start));
            let begin = first + part.rows.start * columns + part.columns.start;
            let c = Target { data: &arena[target + begin..], stride: columns, accumulate: false };
            for piece in product.pieces() {
                workspace.multiply_piece(&piece, a, b, c);
                let Some(complete) = product.completed(&piece) else { continue };
                if product.columns == columns {
                    finish(begin + complete.start * columns..begin + complete.end * columns);
                } else {
                    let starts = complete.map(|row| begin + row * columns);
                    starts.for_each(|start| finish(start..start + product.columns));
                }
            }
            first += rows * columns;
        });
    }
}

impl Part {
    pub(crate) fn is_empty(&self) -> bool {
        self.batch.is_empty() || self.rows.is_empty() || self.columns.is_empty()
    }
}

/// Whether two ranges have anything in common.
pub(crate) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
