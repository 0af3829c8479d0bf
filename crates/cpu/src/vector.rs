//! Loops over the lanes of a block, which the compiler turns into vector code.
//!
//! Operands and results are slices of cells, for they may be the same memory: a parameter is updated in place. Each
//! loop reads a chunk of every operand before it writes one of the result.

use std::cell::Cell;

use daydream_graph::Unary;

use crate::math;

/// The value of each lane of a block.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    /// One number a lane.
    Each(&'a [Cell<f32>]),
    /// The same number in all.
    Same(f32),
}

/// The functions of two numbers, with the two that expressions spell in two steps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Two {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Less,
}

/// The functions of three numbers. Each step is rounded, as if it stood alone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Three {
    /// `a b + c`
    MulAdd,
    /// `c - a b`
    MulSub,
    /// `b` where `a` is not 0, else `c`.
    Select,
}

/// Copies a value to each lane.
pub(crate) fn copy(value: Value<'_>, target: &[Cell<f32>]) {
    match value {
        Value::Each(values) => fill(values, 0.0, 0.0, target, |x, _, _| x),
        Value::Same(value) => target.iter().for_each(|out| out.set(value)),
    }
}

/// A function of one value.
pub(crate) fn one(op: Unary, x: Value<'_>, target: &[Cell<f32>]) {
    match op {
        Unary::Neg => map(x, target, |x| -x),
        Unary::Recip => map(x, target, |x| 1.0 / x),
        Unary::Exp => map(x, target, math::exp),
        Unary::Log => map(x, target, math::log),
        Unary::Sqrt => map(x, target, f32::sqrt),
        Unary::Tanh => map(x, target, math::tanh),
        Unary::Sin => map(x, target, math::sin),
        Unary::Floor => map(x, target, f32::floor),
    }
}

/// A function of two values.
pub(crate) fn two(function: Two, [a, b]: [Value<'_>; 2], target: &[Cell<f32>]) {
    match function {
        Two::Add => zip(a, b, target, |a, b| a + b),
        Two::Sub => zip(a, b, target, |a, b| a - b),
        Two::Mul => zip(a, b, target, |a, b| a * b),
        Two::Div => zip(a, b, target, |a, b| a / b),
        Two::Max => zip(a, b, target, math::max),
        Two::Less => zip(a, b, target, |a, b| if a < b { 1.0 } else { 0.0 }),
    }
}

/// A function of three values.
pub(crate) fn three(function: Three, operands: [Value<'_>; 3], target: &[Cell<f32>]) {
    match function {
        Three::MulAdd => zip_three(operands, target, |a, b, c| a * b + c),
        Three::MulSub => zip_three(operands, target, |a, b, c| c - a * b),
        Three::Select => zip_three(operands, target, |a, b, c| if a != 0.0 { b } else { c }),
    }
}

/// Copies `arena[first + step·x]` to `target[x]`.
pub(crate) fn gather(arena: &[Cell<f32>], first: isize, step: isize, target: &[Cell<f32>]) {
    match step {
        _ if target.is_empty() => {}
        0 => copy(Value::Same(arena[first as usize].get()), target),
        1 => copy(Value::Each(&arena[first as usize..]), target),
        _ => {
            for (x, out) in target.iter().enumerate() {
                out.set(arena[(first + step * x as isize) as usize].get());
            }
        }
    }
}

/// Adds `arena[first + step·x]` to `target[x]`.
pub(crate) fn add(arena: &[Cell<f32>], first: isize, step: isize, target: &[Cell<f32>]) {
    if step == 1 {
        return two(Two::Add, [Value::Each(target), Value::Each(&arena[first as usize..])], target);
    }
    for (x, out) in target.iter().enumerate() {
        out.set(out.get() + arena[(first + step * x as isize) as usize].get());
    }
}

fn map(x: Value<'_>, target: &[Cell<f32>], function: impl Fn(f32) -> f32) {
    match x {
        Value::Each(x) => fill(x, 0.0, 0.0, target, |x, _, _| function(x)),
        Value::Same(x) => copy(Value::Same(function(x)), target),
    }
}

fn zip(a: Value<'_>, b: Value<'_>, target: &[Cell<f32>], f: impl Fn(f32, f32) -> f32) {
    let f = |a: f32, b: f32, _: f32| f(a, b);
    match (a, b) {
        (Value::Each(a), Value::Each(b)) => fill(a, b, 0.0, target, f),
        (Value::Each(a), Value::Same(b)) => fill(a, b, 0.0, target, f),
        (Value::Same(a), Value::Each(b)) => fill(a, b, 0.0, target, f),
        (Value::Same(a), Value::Same(b)) => copy(Value::Same(f(a, b, 0.0)), target),
    }
}

/// The first value is not the same in all lanes: expressions are put together that way.
fn zip_three([a, b, c]: [Value<'_>; 3], target: &[Cell<f32>], f: impl Fn(f32, f32, f32) -> f32) {
    match (a, b, c) {
        (Value::Each(a), Value::Each(b), Value::Each(c)) => fill(a, b, c, target, f),
        (Value::Each(a), Value::Each(b), Value::Same(c)) => fill(a, b, c, target, f),
        (Value::Each(a), Value::Same(b), Value::Each(c)) => fill(a, b, c, target, f),
        (Value::Each(a), Value::Same(b), Value::Same(c)) => fill(a, b, c, target, f),
        (Value::Same(_), _, _) => unreachable!("the first of three values varies"),
    }
}

/// Lanes that one turn of a loop computes: a browser checks for interruptions once a turn, which costs as much as
/// several vector instructions.
const CHUNK: usize = 16;

/// The lanes of an operand.
trait Lanes: Copy {
    /// Lanes `CHUNK·number` to `CHUNK·(number + 1)`.
    fn chunk(self, number: usize) -> [f32; CHUNK];
    fn lane(self, lane: usize) -> f32;
}

impl Lanes for &[Cell<f32>] {
    #[inline(always)]
    fn chunk(self, number: usize) -> [f32; CHUNK] {
        self.as_chunks().0[number].each_ref().map(Cell::get)
    }

    #[inline(always)]
    fn lane(self, lane: usize) -> f32 {
        self[lane].get()
    }
}

impl Lanes for f32 {
    #[inline(always)]
    fn chunk(self, _number: usize) -> [f32; CHUNK] {
        [self; CHUNK]
    }

    #[inline(always)]
    fn lane(self, _lane: usize) -> f32 {
        self
    }
}

#[inline(always)]
fn fill<A: Lanes, B: Lanes, C: Lanes>(a: A, b: B, c: C, target: &[Cell<f32>], f: impl Fn(f32, f32, f32) -> f32) {
    let (chunks, rest) = target.as_chunks::<CHUNK>();
    for (number, out) in chunks.iter().enumerate() {
        let (a, b, c) = (a.chunk(number), b.chunk(number), c.chunk(number));
        let results: [f32; CHUNK] = std::array::from_fn(|lane| f(a[lane], b[lane], c[lane]));
        out.iter().zip(results).for_each(|(out, result)| out.set(result));
    }
    let done = chunks.len() * CHUNK;
    for (lane, out) in rest.iter().enumerate() {
        out.set(f(a.lane(done + lane), b.lane(done + lane), c.lane(done + lane)));
    }
}
