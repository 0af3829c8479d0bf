//! Batched matrix products within the arena.

use std::ops::Range;

use daydream_graph::Program;
use daydream_graph::kernel::Access;

use crate::simd::{Matrix, Product, Target, Workspace};
use crate::space::{Line, for_each_point, join_lanes};

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

    /// Computes all results, from `target` on in the arena, which no factor overlaps. Calls `finish` with the arena and each range of results, by
    /// their numbers, as soon as it is complete.
    pub(crate) fn run(
        &self,
        arena: &mut [f32],
        target: usize,
        workspace: &mut Workspace,
        mut finish: impl FnMut(&mut [f32], Range<usize>),
    ) {
        let Product { rows, columns, .. } = self.product;
        let mut first = 0;
        for_each_point(&self.batch, |point| {
            let results = target + first..target + first + rows * columns;
            for piece in self.product.pieces() {
                let (before, rest) = arena.split_at_mut(results.start);
                let (data, after) = rest.split_at_mut(results.len());
                let matrix = |factor: &Factor| {
                    let origin = factor.begin.at(factor.begin.base(&[]), point) as usize;
                    // A factor without numbers may lie anywhere.
                    let behind = origin.saturating_sub(results.end);
                    let (data, origin) = if origin < results.start { (&*before, origin) } else { (&*after, behind) };
                    Matrix { data, origin, row: factor.row, column: factor.column }
                };
                let mut c = Target { data, stride: columns, accumulate: false };
                workspace.multiply_piece(&piece, matrix(&self.a), matrix(&self.b), &mut c);
                if let Some(complete) = self.product.completed(&piece) {
                    finish(arena, first + complete.start * columns..first + complete.end * columns);
                }
            }
            first += rows * columns;
        });
    }
}

/// Whether two ranges have anything in common.
pub(crate) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
