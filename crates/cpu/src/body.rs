//! What kernels compute before their stores: the loops that combine many numbers into one.

use daydream_graph::kernel::{Access, Affine, Body, Kernel};
use daydream_graph::{Program, Reduce, numel};

use crate::code::{Code, Context, LANES, Memory};
use crate::simd::{Matrix, Product, Target, Workspace};
use crate::space::{Fence, Line, for_each_point, for_each_run, inside_all, join_lanes};
use crate::vector::{Value, gather};

/// Code that fills the body's results, one for each point of the domain.
#[derive(Debug)]
pub(crate) enum BodyCode {
    /// Points are lanes; inner points are looped over. For sums over outer axes.
    ReduceAcross { op: Reduce, inner: Vec<usize>, code: Code },
    /// Inner points are lanes; points are looped over. For sums over inner axes.
    ReduceAlong { op: Reduce, domain: Vec<usize>, inner: usize, code: Code },
    /// A product for each point of the batch.
    MatMul { batch: Vec<usize>, product: Product, a: Factor, b: Factor },
    /// Rows of a table.
    Gather { extents: Vec<usize>, table: Element, rows: Element, stride: isize, len: usize },
    /// Values added to `len` rows of `width` numbers.
    ScatterAdd { len: usize, width: usize, inner: Vec<usize>, rest: Vec<usize>, rows: Element, values: Element },
    /// Windows added where they overlap.
    Fold(Windows),
}

/// An element of the arena as an affine function, with its guards.
#[derive(Debug)]
pub(crate) struct Element {
    line: Line,
    fences: Vec<Fence>,
}

/// A factor of a batched product: where each matrix of the batch begins, and its strides.
#[derive(Debug)]
pub(crate) struct Factor {
    batch: Line,
    row: isize,
    column: isize,
}

/// [`Body::Fold`] over the arena.
#[derive(Debug)]
pub(crate) struct Windows {
    extents: Vec<usize>,
    element: Element,
    /// Distance between taps in the arena.
    tap: isize,
    axis: usize,
    size: usize,
    count: usize,
    stride: usize,
    dilation: usize,
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
                let wanted = [terms.len() - 1];
                if sums_across(kernel) {
                    let code = Code::new(program, terms, &wanted, &extents, &inner, &outer);
                    BodyCode::ReduceAcross { op: *op, inner: inner_extents, code }
                } else {
                    let code = Code::new(program, terms, &wanted, &extents, &outer, &inner);
                    let inner = numel(&inner_extents);
                    BodyCode::ReduceAlong { op: *op, domain: kernel.domain.clone(), inner, code }
                }
            }
            Body::MatMul { a, b, depth } => {
                let (batch, rows, columns) = (&outer[..rank - 2], rank - 2, rank - 1);
                let factor = |access: &Access, row: usize, column: usize| Factor {
                    batch: element(access, batch, &[]).line,
                    row: access.index.strides[row],
                    column: access.index.strides[column],
                };
                BodyCode::MatMul {
                    batch: kernel.domain[..rank - 2].to_vec(),
                    product: Product { rows: kernel.domain[rows], depth: *depth, columns: kernel.domain[columns] },
                    a: factor(a, rows, rank),
                    b: factor(b, rank, columns),
                }
            }
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
            Body::Fold { windows, axis, size, count, stride, dilation } => BodyCode::Fold(Windows {
                extents: kernel.domain.clone(),
                tap: windows.index.strides[rank],
                element: element(windows, &[], &outer),
                axis: *axis,
                size: *size,
                count: *count,
                stride: *stride,
                dilation: *dilation,
            }),
        })
    }

    /// The code of its expression, if it has one.
    pub(crate) fn code(&self) -> Option<&Code> {
        match self {
            BodyCode::ReduceAcross { code, .. } | BodyCode::ReduceAlong { code, .. } => Some(code),
            BodyCode::MatMul { .. } | BodyCode::Gather { .. } | BodyCode::ScatterAdd { .. } | BodyCode::Fold(_) => None,
        }
    }

    /// Fills `results` with the body's value at each point of the domain.
    pub(crate) fn run(
        &self,
        context: &Context<'_>,
        memory: &mut Memory,
        workspace: &mut Workspace,
        results: &mut [f32],
    ) {
        let arena = context.arena;
        match self {
            BodyCode::ReduceAcross { op, inner, code } => {
                code.begin(memory, arena);
                results.fill(identity(*op));
                for (block, results) in results.chunks_mut(LANES).enumerate() {
                    let start = block * LANES;
                    for_each_point(inner, |point| {
                        code.enter(memory, point);
                        code.compute(memory, context, point, start, results.len());
                        combine(*op, results, code.result(0, memory, context, start, results.len()));
                    });
                }
            }
            BodyCode::ReduceAlong { op, domain, inner, code } => {
                code.begin(memory, arena);
                let mut results = results.iter_mut();
                for_each_point(domain, |point| {
                    code.enter(memory, point);
                    let mut lanes = [identity(*op); LANES];
                    for start in (0..*inner).step_by(LANES) {
                        let len = LANES.min(inner - start);
                        code.compute(memory, context, point, start, len);
                        combine(*op, &mut lanes[..len], code.result(0, memory, context, start, len));
                    }
                    if let Some(result) = results.next() {
                        *result = fold_lanes(*op, &mut lanes);
                    }
                });
            }
            BodyCode::MatMul { batch, product, a, b } => {
                let mut parts = results.chunks_exact_mut((product.rows * product.columns).max(1));
                for_each_point(batch, |point| {
                    let matrix = |factor: &Factor| Matrix {
                        data: arena,
                        origin: factor.batch.base(point) as usize,
                        row: factor.row,
                        column: factor.column,
                    };
                    if let Some(data) = parts.next() {
                        let mut target = Target { data, stride: product.columns, accumulate: false };
                        workspace.multiply(*product, matrix(a), matrix(b), &mut target);
                    }
                });
            }
            BodyCode::Gather { extents, table, rows, stride, len } => {
                for_each_run(extents, 0, results.len(), |run, point| {
                    let target = &mut results[run.lane..run.lane + run.len];
                    let first = table.first(point);
                    let row = |lane: usize| row_number(rows.at(arena, point, lane), *len) as isize;
                    if rows.line.step() == 0 {
                        return gather(arena, first + row(0) * stride, table.line.step(), target);
                    }
                    for (lane, out) in target.iter_mut().enumerate() {
                        let index = first + table.line.step() * lane as isize + row(lane) * stride;
                        *out = arena[index as usize];
                    }
                });
            }
            BodyCode::ScatterAdd { len, width, inner, rest, rows, values } => {
                results.fill(0.0);
                for_each_point(inner, |point| {
                    let row = row_number(arena[rows.line.base(point) as usize], *len);
                    let base = values.line.base(point);
                    for_each_run(rest, 0, *width, |run, place| {
                        let start = row * width + run.lane;
                        let first = values.line.at(base, place);
                        add(arena, first, values.line.step(), &mut results[start..start + run.len]);
                    });
                });
            }
            BodyCode::Fold(windows) => windows.fold(arena, results),
        }
    }
}

impl Windows {
    fn fold(&self, arena: &[f32], results: &mut [f32]) {
        results.fill(0.0);
        let last = self.extents.len() - 1;
        let step = self.element.line.step();
        // The line counts windows where the point counts positions.
        let along = self.element.line.lanes[self.axis];
        for_each_run(&self.extents, 0, results.len(), |run, point| {
            let target = &mut results[run.lane..run.lane + run.len];
            let origin = self.element.first(point) - along * point[self.axis] as isize;
            for tap in 0..self.size {
                let origin = origin + self.tap * tap as isize;
                if self.axis < last {
                    if let Some(window) = self.window(point[self.axis], tap) {
                        add(arena, origin + along * window as isize, step, target);
                    }
                    continue;
                }
                for (lane, out) in target.iter_mut().enumerate() {
                    if let Some(window) = self.window(point[last] + lane, tap) {
                        *out += arena[(origin + along * window as isize) as usize];
                    }
                }
            }
        });
    }

    /// The window whose tap lies at a position, if there is one.
    fn window(&self, position: usize, tap: usize) -> Option<usize> {
        let start = position.checked_sub(tap * self.dilation)?;
        (start % self.stride == 0 && start / self.stride < self.count).then_some(start / self.stride)
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
    fn at(&self, arena: &[f32], point: &[usize], lane: usize) -> f32 {
        if !inside_all(&self.fences, &[], point, lane + 1).contains(&lane) {
            return 0.0;
        }
        arena[(self.first(point) + self.line.step() * lane as isize) as usize]
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

fn combine(op: Reduce, sums: &mut [f32], values: Value<'_>) {
    match (op, values) {
        (Reduce::Sum, Value::Each(values)) => sums.iter_mut().zip(values).for_each(|(sum, &x)| *sum += x),
        (Reduce::Sum, Value::Same(x)) => sums.iter_mut().for_each(|sum| *sum += x),
        (Reduce::Max, Value::Each(values)) => {
            sums.iter_mut().zip(values).for_each(|(top, &x)| *top = if *top > x { *top } else { x });
        }
        (Reduce::Max, Value::Same(x)) => sums.iter_mut().for_each(|top| *top = if *top > x { *top } else { x }),
    }
}

/// Combines all lanes pairwise, which keeps the rounding error of long sums small.
fn fold_lanes(op: Reduce, lanes: &mut [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        let (low, high) = lanes.split_at_mut(half);
        combine(op, low, Value::Each(&high[..half]));
        half /= 2;
    }
    lanes[0]
}

fn add(arena: &[f32], first: isize, step: isize, target: &mut [f32]) {
    if step == 1 {
        let first = first as usize;
        let len = target.len();
        target.iter_mut().zip(&arena[first..first + len]).for_each(|(out, &x)| *out += x);
        return;
    }
    for (lane, out) in target.iter_mut().enumerate() {
        *out += arena[(first + step * lane as isize) as usize];
    }
}
