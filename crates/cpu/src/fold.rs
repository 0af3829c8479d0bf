//! Matrix products whose rows are windows that overlap: the transpose of a convolution. Pieces of the product are added to the image as soon
//! as they are made, while they are in the cache.

use std::cell::Cell;
use std::ops::Range;

use daydream_graph::kernel::{Body, Kernel};
use daydream_graph::{Program, numel, row_major};

use crate::aligned::Aligned;
use crate::product::{Factor, Workspace, least};
use crate::share::Share;
use crate::simd::{Product, Target};
use crate::space::{Line, for_each_point_in, for_each_run, join_lanes};
use crate::vector::{Value, copy};

/// The largest piece: what is left of the cache is for the factors and the image.
const LARGEST: Product = Product { rows: 120, depth: 512, columns: 1024 };

/// A sum of windows for each image. An image is what the dimensions of the domain make up from the first one along which windows overlap.
#[derive(Debug)]
pub(crate) struct FoldedProduct {
    images: usize,
    /// Points of an image.
    image: usize,
    product: Product,
    largest: Product,
    a: Factor,
    b: Factor,
    /// The windows of an image, and where each begins in it.
    windows: Vec<usize>,
    begin: Line,
    /// The numbers of a window, and where each lies from its beginning on.
    numbers: Vec<usize>,
    place: Line,
}

/// A piece of a product, and where its columns go.
#[derive(Default)]
pub(crate) struct Windows {
    piece: Aligned,
    runs: Vec<Run>,
}

/// Columns that lie side by side in the image.
struct Run {
    columns: Range<usize>,
    place: usize,
}

impl FoldedProduct {
    /// The product of a kernel, if it is one whose rows are windows.
    pub(crate) fn new(program: &Program, kernel: &Kernel) -> Option<FoldedProduct> {
        let Body::MatMulFold { a, b, rows, depth, overlaps } = &kernel.body else { return None };
        let rank = kernel.domain.len();
        let mut extents = [&kernel.domain[..], &kernel.body.inner()].concat();
        // How far a step along each dimension leads in the domain.
        let mut steps = row_major(&kernel.domain);
        for overlap in overlaps {
            extents[overlap.axis] = overlap.count;
            steps.push(steps[overlap.axis] * overlap.dilation as isize);
        }
        overlaps.iter().for_each(|overlap| steps[overlap.axis] *= overlap.stride as isize);
        let first_of_depth = rank + overlaps.len();
        let first = overlaps.iter().map(|overlap| overlap.axis).min()?;
        let rows: Vec<usize> = (0..*rows).collect();
        let mut columns: Vec<usize> = (rank..first_of_depth).chain(rows.len()..rank).collect();
        // Neighbours in the image are neighbours in the product.
        columns.sort_by_key(|&dimension| std::cmp::Reverse(steps[dimension]));
        let inner: Vec<usize> = (first_of_depth..extents.len()).collect();
        let count = |dimensions: &[usize]| dimensions.iter().map(|&dimension| extents[dimension]).product();
        let side = |dimensions: &[usize]| {
            let mut own: Vec<usize> = dimensions.iter().map(|&dimension| extents[dimension]).collect();
            let mut line = Line::over(dimensions.iter().map(|&dimension| steps[dimension]).collect());
            join_lanes(&mut own, &mut [&mut line]);
            (own, line)
        };
        let ((windows, begin), (numbers, place)) = (side(&rows[first..]), side(&columns));
        let product = Product { rows: count(&rows), depth: numel(depth), columns: count(&columns) };
        Some(FoldedProduct {
            images: numel(&kernel.domain[..first]),
            image: numel(&kernel.domain[first..]),
            product,
            largest: least(product, LARGEST),
            a: Factor::new(program, a, &extents, &[], &rows, &inner),
            b: Factor::new(program, b, &extents, &[], &inner, &columns),
            windows,
            begin,
            numbers,
            place,
        })
    }

    /// Makes room for a piece.
    pub(crate) fn reserve(&self, workspace: &mut Workspace) {
        let Product { rows, columns, .. } = self.largest;
        workspace.reserve(self.a.layout(), self.b.layout(), self.largest);
        let windows = &mut workspace.windows;
        if windows.piece.len() < rows * columns {
            windows.piece = Aligned::zeros(rows * columns);
        }
        windows.runs.reserve(columns);
    }

    /// Whether a factor lies in part of the arena.
    pub(crate) fn reads(&self, part: &Range<usize>) -> bool {
        self.a.reads(part) || self.b.reads(part)
    }

    /// About how many nanoseconds it takes.
    pub(crate) fn work(&self) -> f64 {
        let Product { rows, depth, columns } = self.product;
        (rows * columns) as f64 * (0.02 * depth as f64 + 0.3)
    }

    /// Computes a share of the images in `results`, all of the kernel's, where no factor lies. Returns which points these are.
    pub(crate) fn run(
        &self,
        share: Share,
        arena: &[Cell<f32>],
        results: &[Cell<f32>],
        workspace: &mut Workspace,
    ) -> Range<usize> {
        let images = share.range(self.images, 1);
        let points = images.start * self.image..images.end * self.image;
        copy(Value::Same(0.0), &results[points.clone()]);
        let Workspace { multiplier, left, right, windows } = workspace;
        let in_image = numel(&self.windows);
        let first_row = images.start * in_image;
        let product = Product { rows: images.len() * in_image, ..self.product };
        for piece in product.pieces(self.largest) {
            let is_new = piece.rows.start == 0;
            let rows = piece.rows.start + first_row..piece.rows.end + first_row;
            let a = self.a.part(arena, &[], &rows, &piece.depth, true, left);
            let b = self.b.part(arena, &[], &piece.depth, &piece.columns, is_new, right);
            let extents = Product { rows: rows.len(), depth: piece.depth.len(), columns: piece.columns.len() };
            let numbers = Cell::from_mut(&mut *windows.piece).as_slice_of_cells();
            let target = Target { data: numbers, stride: extents.columns, accumulate: false };
            multiplier.multiply_part(extents, a, b, product.right(&piece), target);
            if is_new {
                self.find_runs(&piece.columns, &mut windows.runs);
            }
            self.add(rows, windows, extents.columns, results);
        }
        points
    }

    /// Where the columns of a piece go.
    fn find_runs(&self, columns: &Range<usize>, runs: &mut Vec<Run>) {
        runs.clear();
        for_each_run(&self.numbers, columns.start, columns.len(), |run, point| {
            let place = self.place.at(0, point) as usize;
            if self.place.step() == 1 {
                return runs.push(Run { columns: run.lane..run.lane + run.len, place });
            }
            for number in 0..run.len {
                let column = run.lane + number;
                let place = place + number * self.place.step() as usize;
                runs.push(Run { columns: column..column + 1, place });
            }
        });
    }

    /// Adds rows of a product to their images.
    fn add(&self, rows: Range<usize>, windows: &Windows, width: usize, results: &[Cell<f32>]) {
        let in_image = numel(&self.windows);
        let mut lines = windows.piece.chunks_exact(width);
        let mut first = rows.start;
        while first < rows.end {
            let (image, start) = (first / in_image, first % in_image);
            let end = in_image.min(start + rows.end - first);
            for_each_point_in(&self.windows, start..end, |window| {
                let Some(line) = lines.next() else { return };
                let target = &results[image * self.image + self.begin.at(0, window) as usize..];
                for run in &windows.runs {
                    // Windows of one channel are short: no loop around them.
                    match (run.columns.len(), first_four(target, run.place), first_four(line, run.columns.start)) {
                        (4, Some(sums), Some(numbers)) => add_four(sums, numbers),
                        _ => add_to(&target[run.place..][..run.columns.len()], &line[run.columns.clone()]),
                    }
                }
            });
            first += end - start;
        }
    }
}

#[inline(always)]
fn add_to(sums: &[Cell<f32>], numbers: &[f32]) {
    let mut lane = 0;
    while let (Some(four), Some(own)) = (first_four(numbers, lane), first_four(sums, lane)) {
        add_four(own, four);
        lane += 4;
    }
    for (sum, number) in sums[lane..].iter().zip(&numbers[lane..]) {
        sum.set(sum.get() + number);
    }
}

#[inline(always)]
fn add_four(sums: &[Cell<f32>; 4], numbers: &[f32; 4]) {
    let total: [f32; 4] = std::array::from_fn(|lane| sums[lane].get() + numbers[lane]);
    sums.iter().zip(total).for_each(|(sum, total)| sum.set(total));
}

#[inline(always)]
fn first_four<T>(numbers: &[T], from: usize) -> Option<&[T; 4]> {
    numbers.get(from..from + 4)?.first_chunk()
}
