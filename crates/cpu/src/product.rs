//! Batched matrix products within the arena.

use std::cell::Cell;
use std::ops::Range;

use daydream_graph::kernel::{Access, Body, Kernel};
use daydream_graph::{Program, numel};

use crate::fold::Windows;
use crate::gather::{Layout, Room};
use crate::share::Share;
use crate::simd::{self, Matrix, Product, Target};
use crate::space::{Line, for_each_point_in, join_lanes};

/// Parts of a product are cut at multiples of this many rows or columns: of columns, tiles are made of whole vectors then.
const TILE: usize = 16;

/// The memory that products need, allocated once.
#[derive(Default)]
pub(crate) struct Workspace {
    pub(crate) multiplier: simd::Workspace,
    pub(crate) left: Room,
    pub(crate) right: Room,
    pub(crate) windows: Windows,
}

impl Workspace {
    /// Makes room for pieces of a product of which a factor or both are gathered.
    pub(crate) fn reserve(&mut self, a: Option<&Layout>, b: Option<&Layout>, largest: Product) {
        let Product { rows, depth, columns } = largest;
        if let Some(layout) = a {
            self.left.reserve(layout, rows, depth);
        }
        if let Some(layout) = b {
            self.right.reserve(layout, depth, columns);
        }
    }
}

/// A product for each point of the batch, the results one after another.
#[derive(Debug)]
pub(crate) struct BatchedProduct {
    batch: Vec<usize>,
    product: Product,
    a: Factor,
    b: Factor,
}

/// Where the elements of a factor lie in the arena.
#[derive(Debug)]
pub(crate) struct Factor {
    form: Form,
    /// The range of the arena that holds its buffer.
    buffer: Range<usize>,
}

#[derive(Debug)]
enum Form {
    /// A matrix for each point of the batch: where it begins, and its strides.
    Matrix { begin: Line, row: isize, column: isize },
    /// Anything else: it is gathered.
    Gathered(Layout),
}

/// Some of the results: these rows and columns of the products at these points of the batch.
pub(crate) struct Part {
    batch: Range<usize>,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl BatchedProduct {
    /// The product of a kernel, if it is one.
    pub(crate) fn new(program: &Program, kernel: &Kernel) -> Option<BatchedProduct> {
        let Body::MatMul { a, b, rows, columns, depth } = &kernel.body else { return None };
        let rank = kernel.domain.len();
        let extents = [&kernel.domain[..], depth].concat();
        let all: Vec<usize> = (0..extents.len()).collect();
        let (outer, inner) = all.split_at(rank);
        let (outer, columns) = outer.split_at(rank - columns);
        let (batch, rows) = outer.split_at(outer.len() - rows);
        let count = |dimensions: &[usize]| dimensions.iter().map(|&dimension| extents[dimension]).product();
        let a = Factor::new(program, a, &extents, batch, rows, inner);
        let b = Factor::new(program, b, &extents, batch, inner, columns);
        let mut batched = BatchedProduct {
            batch: kernel.domain[..batch.len()].to_vec(),
            product: Product { rows: count(rows), depth: count(inner), columns: count(columns) },
            a,
            b,
        };
        batched.join_batch();
        Some(batched)
    }

    /// Joins dimensions of the batch. Where all matrices of the batch have the right factor in common, their rows are rows of one product.
    fn join_batch(&mut self) {
        let BatchedProduct { batch, product, a: Factor { form: a, .. }, b: Factor { form: b, .. }, .. } = self;
        let (Form::Matrix { begin: a, row, .. }, Form::Matrix { begin: b, .. }) = (a, b) else { return };
        join_lanes(batch, &mut [a, b]);
        let in_common = b.lanes == [0];
        let follow = a.lanes == [*row * product.rows as isize];
        if in_common && follow {
            product.rows *= batch[0];
            batch.clear();
            a.lanes.clear();
            b.lanes.clear();
        }
    }

    /// Makes room for what is gathered.
    pub(crate) fn reserve(&self, workspace: &mut Workspace) {
        workspace.reserve(self.a.layout(), self.b.layout(), least(self.product, Product::LARGEST));
    }

    /// Whether a factor lies in part of the arena.
    pub(crate) fn reads(&self, part: &Range<usize>) -> bool {
        self.a.reads(part) || self.b.reads(part)
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
        let Workspace { multiplier, left, right, .. } = workspace;
        for_each_point_in(&self.batch, part.batch.clone(), |point| {
            let begin = first + part.rows.start * columns + part.columns.start;
            let c = Target { data: &arena[target + begin..], stride: columns, accumulate: false };
            for piece in product.pieces(Product::LARGEST) {
                let of_all = |own: &Range<usize>, start: usize| own.start + start..own.end + start;
                let rows_of_all = of_all(&piece.rows, part.rows.start);
                let columns_of_all = of_all(&piece.columns, part.columns.start);
                // The rows of a piece follow those of another in which the right factor is the same.
                let is_new = piece.rows.start == 0;
                let a = self.a.part(arena, point, &rows_of_all, &piece.depth, true, left);
                let b = self.b.part(arena, point, &piece.depth, &columns_of_all, is_new, right);
                multiplier.multiply_piece(&piece, a, b, product.right(&piece), c);
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

impl Factor {
    /// The factor whose rows are some dimensions of an access, and whose columns are others.
    pub(crate) fn new(
        program: &Program,
        access: &Access,
        extents: &[usize],
        batch: &[usize],
        rows: &[usize],
        columns: &[usize],
    ) -> Factor {
        let buffer = program.buffer(access.buffer).range();
        // One stride for all of these dimensions, if they have one.
        let stride = |dimensions: &[usize]| {
            let own = dimensions.iter().rev().filter(|&&dimension| extents[dimension] != 1);
            let mut strides = own.scan(1, |inner, &dimension| {
                let factor = std::mem::replace(inner, *inner * extents[dimension] as isize);
                Some((access.index.strides[dimension], factor))
            });
            let last = dimensions.last().map_or(0, |&dimension| access.index.strides[dimension]);
            let (first, _) = strides.next().unwrap_or((last, 1));
            strides.all(|(stride, factor)| stride == first * factor).then_some(first)
        };
        let form = match (stride(rows), stride(columns)) {
            (Some(row), Some(column)) if access.guards.is_empty() => {
                let mut index = access.index.clone();
                index.offset += buffer.start as isize;
                Form::Matrix { begin: Line::new(&index, &[], batch), row, column }
            }
            _ => Form::Gathered(Layout::new(access, buffer.start, extents, batch, rows, columns)),
        };
        Factor { form, buffer }
    }

    /// How it is gathered, if it is.
    pub(crate) fn layout(&self) -> Option<&Layout> {
        match &self.form {
            Form::Matrix { .. } => None,
            Form::Gathered(layout) => Some(layout),
        }
    }

    /// Whether it lies in part of the arena.
    pub(crate) fn reads(&self, part: &Range<usize>) -> bool {
        overlap(&self.buffer, part)
    }

    /// Some of its rows and columns at a point of the batch. What `room` holds already is gathered again only where it `is_new`.
    pub(crate) fn part<'a>(
        &self,
        arena: &'a [Cell<f32>],
        point: &[usize],
        rows: &Range<usize>,
        columns: &Range<usize>,
        is_new: bool,
        room: &'a mut Room,
    ) -> Matrix<'a> {
        match &self.form {
            Form::Matrix { begin, row, column } => {
                let origin = begin.at(begin.base(&[]), point) as usize;
                Matrix { data: arena, origin, row: *row, column: *column }.from(rows.start, columns.start)
            }
            Form::Gathered(layout) => {
                if is_new {
                    layout.fill(arena, point, rows.clone(), columns.clone(), room);
                }
                layout.filled(rows.len(), columns.len(), room)
            }
        }
    }
}

/// What is no larger than either.
pub(crate) fn least(a: Product, b: Product) -> Product {
    Product { rows: a.rows.min(b.rows), depth: a.depth.min(b.depth), columns: a.columns.min(b.columns) }
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
