//! What kernels compute before their stores: the loops that combine many numbers into one.

use std::cell::Cell;
use std::ops::Range;

use daydream_graph::kernel::{Access, Affine, Body, Kernel, Overlap};
use daydream_graph::{Program, Reduce, numel};

use crate::assemble::Space;
use crate::code::{Block, Code, Context, LANES, Memory, SIMPLE};
use crate::fold::FoldedProduct;
use crate::product::BatchedProduct;
use crate::space::{Fence, Line, for_each_point, for_each_point_in, for_each_run, inside_all, join_lanes};
use crate::vector::{Two, Value, add, copy, gather, two};

/// Code that fills the body's results, one for each point of the domain.
#[derive(Debug)]
pub(crate) enum BodyCode {
    /// Points are lanes; inner points are looped over. For sums over outer axes.
    ReduceAcross { op: Reduce, inner: Vec<usize>, code: Code },
    /// Inner points are lanes; points are looped over. For sums over inner axes.
    ReduceAlong { op: Reduce, domain: Vec<usize>, inner: usize, code: Code },
    /// Matrix products. They are not run from here, since their results are stored while they are made.
    MatMul(BatchedProduct),
    /// Matrix products whose rows are windows that overlap; not run from here either.
    MatMulFold(FoldedProduct),
    /// Rows of a table.
    Gather { extents: Vec<usize>, table: Element, rows: Element, stride: isize, len: usize },
    /// Values added to `len` rows of `width` numbers.
    ScatterAdd { len: usize, width: usize, inner: Vec<usize>, rest: Vec<usize>, rows: Element, values: Element },
    /// Windows added where they overlap.
    Fold(Windows),
}

/// Inner points that are combined side by side, one for each lane. The last bits of a sum depend on it.
const ABREAST: usize = 512;

/// Nanoseconds that it takes to finish the sum of a point whose inner points are lanes.
const FOLDING: f64 = 100.0;

/// Where a point takes little, parts of a kernel are cut at multiples of this many points: a cache line.
pub(crate) const GROUP: usize = 16;

/// An element of the arena as an affine function, with its guards.
#[derive(Debug)]
pub(crate) struct Element {
    line: Line,
    fences: Vec<Fence>,
}

/// [`Body::Fold`] over the arena.
#[derive(Debug)]
pub(crate) struct Windows {
    extents: Vec<usize>,
    element: Element,
    overlaps: Vec<Overlap>,
    /// Taps of each overlap, and the distances between them in the arena.
    taps: Vec<usize>,
    steps: Vec<isize>,
}

impl BodyCode {
    /// Code for a kernel's body, if it has one.
    pub(crate) fn new(program: &Program, kernel: &Kernel) -> Option<BodyCode> {
        let rank = kernel.domain.len();
        let outer: Vec<usize> = (0..rank).collect();
        let inner_extents = kernel.body.inner();
        let inner: Vec<usize> = (rank..rank + inner_extents.len()).collect();
        let extents = [&kernel.domain[..], &inner_extents].concat();
        let element = |access: &Access, loops: &[usize], lanes: &[usize]| Element::new(program, access, loops, lanes);
        Some(match &kernel.body {
            Body::None => return None,
            Body::Reduce { op, terms, .. } => {
                if sums_across(kernel) {
                    let space = Space { extents: &extents, loops: &inner, lanes: &outer };
                    let code = Code::of_value(program, terms, &space);
                    BodyCode::ReduceAcross { op: *op, inner: inner_extents, code }
                } else {
                    let space = Space { extents: &extents, loops: &outer, lanes: &inner };
                    let code = Code::of_value(program, terms, &space);
                    let inner = numel(&inner_extents);
                    BodyCode::ReduceAlong { op: *op, domain: kernel.domain.clone(), inner, code }
                }
            }
            Body::MatMulFold { .. } => BodyCode::MatMulFold(FoldedProduct::new(program, kernel)?),
            Body::MatMul { .. } => BodyCode::MatMul(BatchedProduct::new(program, kernel)?),
            Body::Gather { table, rows, stride, len } => {
                let (mut table, mut rows) = (element(table, &[], &outer), element(rows, &[], &outer));
                let mut extents = kernel.domain.clone();
                join_lanes(&mut extents, &mut [&mut table.line, &mut rows.line]);
                BodyCode::Gather { extents, table, rows, stride: *stride, len: *len }
            }
            Body::ScatterAdd { rows, values, .. } => {
                let mut rest = kernel.domain[1..].to_vec();
                let mut values = element(values, &inner, &outer[1..]);
                join_lanes(&mut rest, &mut [&mut values.line]);
                BodyCode::ScatterAdd {
                    len: kernel.domain[0],
                    width: numel(&rest),
                    inner: inner_extents,
                    rest,
                    rows: element(rows, &inner, &[]),
                    values,
                }
            }
            Body::Fold { windows, overlaps } => BodyCode::Fold(Windows {
                extents: kernel.domain.clone(),
                element: element(windows, &[], &outer),
                overlaps: overlaps.clone(),
                taps: inner_extents,
                steps: windows.index.strides[rank..].to_vec(),
            }),
        })
    }

    /// The code of its expression, if it has one.
    pub(crate) fn code(&self) -> Option<&Code> {
        match self {
            BodyCode::ReduceAcross { code, .. } | BodyCode::ReduceAlong { code, .. } => Some(code),
            BodyCode::MatMul(_)
            | BodyCode::MatMulFold(_)
            | BodyCode::Gather { .. }
            | BodyCode::ScatterAdd { .. }
            | BodyCode::Fold(_) => None,
        }
    }

    /// As [`BodyCode::code`].
    pub(crate) fn code_mut(&mut self) -> Option<&mut Code> {
        match self {
            BodyCode::ReduceAcross { code, .. } | BodyCode::ReduceAlong { code, .. } => Some(code),
            _ => None,
        }
    }

    /// About how many nanoseconds so many points take.
    pub(crate) fn work(&self, points: usize) -> f64 {
        match self {
            BodyCode::ReduceAcross { inner, code, .. } => (points * numel(inner)) as f64 * (code.work() + SIMPLE),
            BodyCode::ReduceAlong { inner, code, .. } => {
                points as f64 * (FOLDING + *inner as f64 * (code.work() + SIMPLE))
            }
            BodyCode::MatMul(product) => product.work(),
            BodyCode::MatMulFold(product) => product.work(),
            BodyCode::Gather { .. } => points as f64 * SIMPLE,
            BodyCode::ScatterAdd { width, inner, .. } => (points + numel(inner) * width) as f64 * SIMPLE,
            BodyCode::Fold(windows) => (points * numel(&windows.taps)) as f64 * SIMPLE,
        }
    }

    /// Parts of it are cut at multiples of this many points.
    pub(crate) fn group(&self) -> usize {
        match self {
            BodyCode::ReduceAlong { .. } => 1,
            _ => GROUP,
        }
    }

    /// Computes the body's value at these points of the domain.
    pub(crate) fn run(&self, context: &Context<'_>, memory: &mut Memory, points: Range<usize>) {
        let arena = context.arena;
        let results = &arena[context.body..][points.clone()];
        match self {
            BodyCode::ReduceAcross { op, inner, code } => {
                code.begin(memory, context);
                copy(Value::Same(identity(*op)), results);
                for (block, results) in results.chunks(LANES).enumerate() {
                    for_each_point(inner, |point| {
                        let start = points.start + block * LANES;
                        let block = Block { loops: point, start, len: results.len() };
                        code.enter(memory, point);
                        combine(*op, results, code.run(memory, context, block));
                    });
                }
            }
            BodyCode::ReduceAlong { op, domain, inner, code } => {
                code.begin(memory, context);
                let mut results = results.iter();
                let lanes = [const { Cell::new(0.0) }; ABREAST];
                let lanes = &lanes[..ABREAST.min(inner.next_power_of_two())];
                for_each_point_in(domain, points, |point| {
                    code.enter(memory, point);
                    copy(Value::Same(identity(*op)), lanes);
                    for start in (0..*inner).step_by(ABREAST) {
                        let block = Block { loops: point, start, len: ABREAST.min(inner - start) };
                        combine(*op, &lanes[..block.len], code.run(memory, context, block));
                    }
                    if let Some(result) = results.next() {
                        result.set(fold_lanes(*op, lanes));
                    }
                });
            }
            BodyCode::MatMul(_) | BodyCode::MatMulFold(_) => unreachable!("products store their results themselves"),
            BodyCode::Gather { extents, table, rows, stride, len } => {
                for_each_run(extents, points.start, points.len(), |run, point| {
                    let target = &results[run.lane..run.lane + run.len];
                    let first = table.first(point);
                    let row = |lane: usize| row_number(rows.at(arena, point, lane), *len) as isize;
                    if rows.line.step() == 0 {
                        return gather(arena, first + row(0) * stride, table.line.step(), target);
                    }
                    for (lane, out) in target.iter().enumerate() {
                        let index = first + table.line.step() * lane as isize + row(lane) * stride;
                        out.set(arena[index as usize].get());
                    }
                });
            }
            BodyCode::ScatterAdd { len, width, inner, rest, rows, values } => {
                copy(Value::Same(0.0), results);
                for_each_point(inner, |point| {
                    let row = row_number(arena[rows.line.base(point) as usize].get(), *len) * width;
                    let (start, end) = (row.max(points.start), (row + width).min(points.end));
                    if start >= end {
                        return;
                    }
                    let base = values.line.base(point);
                    for_each_run(rest, start - row, end - start, |run, place| {
                        let target = &results[start - points.start + run.lane..][..run.len];
                        let first = values.line.at(base, place);
                        add(arena, first, values.line.step(), target);
                    });
                });
            }
            BodyCode::Fold(windows) => windows.fold(arena, points.start, results),
        }
    }
}

impl Windows {
    /// Fills the results from point number `start` on.
    fn fold(&self, arena: &[Cell<f32>], start: usize, results: &[Cell<f32>]) {
        copy(Value::Same(0.0), results);
        let last = self.extents.len() - 1;
        let line = &self.element.line;
        for_each_run(&self.extents, start, results.len(), |run, point| {
            let target = &results[run.lane..run.lane + run.len];
            // The line counts windows where the point counts positions.
            let along = self.overlaps.iter().map(|overlap| line.lanes[overlap.axis] * point[overlap.axis] as isize);
            let origin = self.element.first(point) - along.sum::<isize>();
            for_each_point(&self.taps, |taps| {
                let mut origin = origin;
                let mut across = None;
                for ((overlap, &tap), step) in self.overlaps.iter().zip(taps).zip(&self.steps) {
                    origin += step * tap as isize;
                    if overlap.axis == last {
                        across = Some((overlap, tap));
                    } else if let Some(window) = overlap.window(point[overlap.axis], tap) {
                        origin += line.lanes[overlap.axis] * window as isize;
                    } else {
                        return;
                    }
                }
                let Some((overlap, tap)) = across else { return add(arena, origin, line.step(), target) };
                for (lane, out) in target.iter().enumerate() {
                    if let Some(window) = overlap.window(point[last] + lane, tap) {
                        out.set(out.get() + arena[(origin + line.step() * window as isize) as usize].get());
                    }
                }
            });
        });
    }
}

/// Whether neighbouring points of the domain, rather than neighbouring inner points, are neighbours in memory.
fn sums_across(kernel: &Kernel) -> bool {
    let rank = kernel.domain.len();
    let inner = kernel.body.inner();
    let accesses = kernel.body.accesses();
    let neighbours = |dimension: Option<usize>| {
        let moves = |affine: &Affine| dimension.is_some_and(|dimension| affine.strides[dimension] == 1);
        accesses.iter().filter(|access| moves(&access.index)).count()
    };
    let across = neighbours(rank.checked_sub(1));
    let along = neighbours((!inner.is_empty()).then(|| rank + inner.len() - 1));
    numel(&kernel.domain) >= 8 && (across > along || across == along && numel(&inner) < numel(&kernel.domain))
}

impl Element {
    fn new(program: &Program, access: &Access, loops: &[usize], lanes: &[usize]) -> Element {
        let mut index = access.index.clone();
        index.offset += program.buffer(access.buffer).offset as isize;
        Element {
            line: Line::new(&index, loops, lanes),
            fences: access.guards.iter().map(|guard| Fence::new(guard, loops, lanes)).collect(),
        }
    }

    /// Where the element of a point lies, when there are no loops.
    fn first(&self, point: &[usize]) -> isize {
        self.line.at(self.line.base(&[]), point)
    }

    /// The value `lane` points after `point`.
    fn at(&self, arena: &[Cell<f32>], point: &[usize], lane: usize) -> f32 {
        if !inside_all(&self.fences, &[], point, lane + 1).contains(&lane) {
            return 0.0;
        }
        arena[(self.first(point) + self.line.step() * lane as isize) as usize].get()
    }
}

/// A row's number, rounded down and clamped; NaN counts as 0.
fn row_number(value: f32, len: usize) -> usize {
    (value.max(0.0) as usize).min(len - 1)
}

fn identity(op: Reduce) -> f32 {
    match op {
        Reduce::Sum => 0.0,
        Reduce::Max => f32::NEG_INFINITY,
    }
}

fn combine(op: Reduce, sums: &[Cell<f32>], values: Option<Value<'_>>) {
    let function = match op {
        Reduce::Sum => Two::Add,
        Reduce::Max => Two::Max,
    };
    if let Some(values) = values {
        two(function, [Value::Each(sums), values], sums);
    }
}

/// Combines all lanes, a power of two, pairwise, which keeps the rounding error of long sums small.
fn fold_lanes(op: Reduce, mut lanes: &[Cell<f32>]) -> f32 {
    /// So many are taken one by one: it takes longer to begin a loop over vectors.
    const FEW: usize = 16;
    while lanes.len() > FEW {
        let (low, high) = lanes.split_at(lanes.len() / 2);
        combine(op, low, Some(Value::Each(high)));
        lanes = low;
    }
    let mut few = [0.0; FEW];
    few.iter_mut().zip(lanes).for_each(|(to, lane)| *to = lane.get());
    let mut len = lanes.len();
    while len > 1 {
        len /= 2;
        for lane in 0..len {
            let (low, high) = (few[lane], few[lane + len]);
            few[lane] = match op {
                Reduce::Sum => low + high,
                // As `math::max`: NaN is not hidden.
                Reduce::Max if low > high || low.is_nan() => low,
                Reduce::Max => high,
            };
        }
    }
    few[0]
}
