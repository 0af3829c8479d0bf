//! The specification of kernels: an evaluator too slow to use and too simple to be wrong, in 64-bit arithmetic.
//!
//! Random numbers, and values on their way in and out, are 32-bit as everywhere else. Gradient checks use it for its precision,
//! parity tests as the judge of the fast executors.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use crate::executor::{DeviceError, Executor, Reading};
use crate::kernel::{Access, Body, Kernel, Overlap, Scalar};
use crate::op::{Binary, Reduce, Unary};
use crate::program::{Module, Program};
use crate::random;
use crate::shape::{Shape, numel};
use crate::table::Table;

/// Runs modules one number at a time.
#[derive(Default)]
pub struct Reference {
    arena: Vec<f64>,
    programs: Vec<Program>,
    tables: BTreeMap<usize, Rc<Table>>,
}

impl Reference {
    /// An evaluator without a module.
    pub fn new() -> Reference {
        Reference::default()
    }

    /// The numbers of a range of the arena, unrounded.
    pub fn numbers(&self, range: Range<usize>) -> &[f64] {
        &self.arena[range]
    }

    /// Overwrites numbers of the arena, unrounded.
    pub fn set_numbers(&mut self, offset: usize, numbers: &[f64]) {
        self.arena[offset..offset + numbers.len()].copy_from_slice(numbers);
    }
}

impl Executor for Reference {
    fn name(&self) -> String {
        "reference".to_owned()
    }

    fn load(&mut self, module: &Module) -> Result<(), DeviceError> {
        self.arena = vec![0.0; module.arena_len];
        self.programs = module.programs.clone();
        self.tables.clear();
        Ok(())
    }

    fn keep(&mut self, table: usize, rows: &Rc<Table>) {
        self.tables.insert(table, Rc::clone(rows));
    }

    fn gather(&mut self, offset: usize, table: usize, rows: &[u32]) {
        let table = &self.tables[&table];
        let mut numbers = vec![0.0; rows.len() * table.width()];
        table.read_rows(rows, &mut numbers);
        self.write(offset, &numbers);
    }

    fn write(&mut self, offset: usize, data: &[f32]) {
        for (to, &from) in self.arena[offset..offset + data.len()].iter_mut().zip(data) {
            *to = f64::from(from);
        }
    }

    fn run(&mut self, program: usize, seed: u32, step: u32) {
        let program = &self.programs[program];
        for kernel in &program.kernels {
            let results = Run { program, arena: &self.arena, seed, step }.kernel(kernel);
            for (store, values) in kernel.stores.iter().zip(results) {
                self.arena[program.buffer(store.target).range()].copy_from_slice(&values);
            }
        }
    }

    fn read_all(&mut self, ranges: &[Range<usize>]) -> Reading {
        let numbers = ranges.iter().flat_map(|range| &self.arena[range.clone()]).map(|&x| x as f32).collect();
        Box::pin(std::future::ready(Ok(numbers)))
    }
}

struct Run<'a> {
    program: &'a Program,
    arena: &'a [f64],
    seed: u32,
    step: u32,
}

impl Run<'_> {
    /// The values of each store at every point of the domain.
    fn kernel(&self, kernel: &Kernel) -> Vec<Vec<f64>> {
        let mut results = vec![Vec::with_capacity(kernel.points()); kernel.stores.len()];
        for point in points(&kernel.domain) {
            let body = self.body(kernel, &point);
            let scalars = self.scalars(&kernel.scalars, &point, body);
            for (store, result) in kernel.stores.iter().zip(&mut results) {
                result.push(scalars[store.value.0]);
            }
        }
        results
    }

    fn body(&self, kernel: &Kernel, point: &[usize]) -> f64 {
        let inner = kernel.body.inner();
        let inner_points = || points(&inner).map(|inner| [point, &inner].concat());
        match &kernel.body {
            Body::None => 0.0,
            Body::Reduce { op, terms, .. } => {
                let term = |p: Vec<usize>| self.scalars(terms, &p, 0.0).last().copied().unwrap_or(0.0);
                match op {
                    Reduce::Sum => inner_points().map(term).sum(),
                    Reduce::Max => inner_points().map(term).fold(f64::NEG_INFINITY, larger),
                }
            }
            Body::MatMul { a, b, .. } => inner_points().map(|p| self.load(a, &p) * self.load(b, &p)).sum(),
            Body::Gather { table, rows, stride, len } => {
                let row = row_number(self.load(rows, point), *len);
                let index = table.index.at(point) + row as isize * stride;
                self.arena[self.program.buffer(table.buffer).offset + index as usize]
            }
            Body::ScatterAdd { rows, values, .. } => inner_points()
                .filter(|p| row_number(self.load(rows, p), kernel.domain[0]) == point[0])
                .map(|p| self.load(values, &p))
                .sum(),
            Body::Fold { windows, overlaps } => {
                overlapping(overlaps, &[point, &vec![0; overlaps.len()]].concat(), 0, &|p| self.load(windows, p))
            }
            Body::MatMulFold { a, b, overlaps, depth, .. } => {
                overlapping(overlaps, &[point, &vec![0; overlaps.len()]].concat(), 0, &|p| {
                    let inner_points = points(depth).map(|inner| [p, &inner].concat());
                    inner_points.map(|p| self.load(a, &p) * self.load(b, &p)).sum()
                })
            }
        }
    }

    fn scalars(&self, scalars: &[Scalar], point: &[usize], body: f64) -> Vec<f64> {
        let mut values: Vec<f64> = Vec::with_capacity(scalars.len());
        for scalar in scalars {
            let value = match scalar {
                Scalar::Body => body,
                Scalar::Const(value) => f64::from(*value),
                Scalar::Index(index) => index.at(point) as f64,
                Scalar::Load(access) => self.load(access, point),
                Scalar::Random { stream, element } => {
                    f64::from(random::uniform(self.seed, self.step, *stream, element.at(point) as u32))
                }
                Scalar::Unary(op, x) => unary(*op, values[x.0]),
                Scalar::Binary(op, a, b) => binary(*op, values[a.0], values[b.0]),
                Scalar::Select(c, a, b) => values[if values[c.0] != 0.0 { a.0 } else { b.0 }],
                Scalar::Inside(guards) => f64::from(u8::from(guards.iter().all(|guard| guard.holds(point)))),
            };
            values.push(value);
        }
        values
    }

    fn load(&self, access: &Access, point: &[usize]) -> f64 {
        if !access.guards.iter().all(|guard| guard.holds(point)) {
            return 0.0;
        }
        let range = self.program.buffer(access.buffer).range();
        self.arena[range][access.index.at(point) as usize]
    }
}

/// The sum of windows over the taps of overlap number `first` and all after it. The taps, 0 as yet, follow the domain's coordinates.
fn overlapping(overlaps: &[Overlap], point: &[usize], first: usize, windows: &dyn Fn(&[usize]) -> f64) -> f64 {
    let Some(overlap) = overlaps.get(first) else { return windows(point) };
    let terms = (0..overlap.size).filter_map(|tap| {
        let mut point = point.to_vec();
        point[overlap.axis] = overlap.window(point[overlap.axis], tap)?;
        let taps = point.len() - overlaps.len();
        point[taps + first] = tap;
        Some(overlapping(overlaps, &point, first + 1, windows))
    });
    terms.sum()
}

fn row_number(value: f64, len: usize) -> usize {
    (value.floor().max(0.0) as usize).min(len - 1)
}

fn unary(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Neg => -x,
        Unary::Recip => x.recip(),
        Unary::Exp => x.exp(),
        Unary::Log => x.ln(),
        Unary::Sqrt => x.sqrt(),
        Unary::Tanh => x.tanh(),
        Unary::Sin => x.sin(),
        Unary::Floor => x.floor(),
    }
}

fn binary(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Mul => a * b,
        Binary::Max => larger(a, b),
        Binary::Less => f64::from(u8::from(a < b)),
    }
}

/// `f64::max` would hide a NaN.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// Every point of an iteration space in row-major order.
fn points(extents: &[usize]) -> impl Iterator<Item = Shape> {
    // Counted without dividing: WebKit's compiler now and then loses a turn of a loop that divides.
    let mut next = vec![0; extents.len()];
    (0..numel(extents)).map(move |_| {
        let point = next.clone();
        for axis in (0..extents.len()).rev() {
            next[axis] += 1;
            if next[axis] < extents[axis] {
                break;
            }
            next[axis] = 0;
        }
        point
    })
}
