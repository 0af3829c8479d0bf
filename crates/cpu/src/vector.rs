//! Loops over the lanes of a block, in the widest vectors that the processor has.
//!
//! Operands and results are slices of cells, for they may be the same memory: a parameter is updated in place. Each
//! loop reads a chunk of every operand before it writes one of the result.

use std::cell::Cell;

use daydream_graph::Unary;
use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch};

use crate::math::{self, Exp, Function, Log, Sin, Tanh};

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
    /// `√(a b) + c`
    RootAdd,
}

/// Functions of four numbers, each step rounded as well.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Four {
    /// `a b + c d`
    Products,
    /// `d - a b / c`
    QuotientSub,
}

/// Copies a value to each lane.
pub(crate) fn copy(value: Value<'_>, target: &[Cell<f32>]) {
    match value {
        Value::Each(values) => {
            dispatch!(Level::new(), simd => fill(simd, (values, 0.0, 0.0, 0.0), target, #[inline(always)] |x, _, _, _| x))
        }
        Value::Same(value) => target.iter().for_each(|out| out.set(value)),
    }
}

/// A function of one value.
pub(crate) fn one(op: Unary, x: Value<'_>, target: &[Cell<f32>]) {
    dispatch!(Level::new(), simd => one_in(simd, op, x, target));
}

/// A function of two values.
pub(crate) fn two(function: Two, operands: [Value<'_>; 2], target: &[Cell<f32>]) {
    dispatch!(Level::new(), simd => two_in(simd, function, operands, target));
}

/// A function of three values.
pub(crate) fn three(function: Three, operands: [Value<'_>; 3], target: &[Cell<f32>]) {
    dispatch!(Level::new(), simd => three_in(simd, function, operands, target));
}

/// A function of four values.
pub(crate) fn four(function: Four, operands: [Value<'_>; 4], target: &[Cell<f32>]) {
    dispatch!(Level::new(), simd => four_in(simd, function, operands, target));
}

#[inline(always)]
fn one_in<S: Simd>(simd: S, op: Unary, x: Value<'_>, target: &[Cell<f32>]) {
    match op {
        Unary::Neg => map(simd, x, target, |x| -x),
        Unary::Recip => map(simd, x, target, |x| S::f32s::splat(simd, 1.0) / x),
        Unary::Exp => apply(simd, Exp::new(simd), x, target),
        Unary::Log => apply(simd, Log::new(simd), x, target),
        Unary::Sqrt => map(simd, x, target, |x| x.sqrt()),
        Unary::Tanh => apply(simd, Tanh::new(simd), x, target),
        Unary::Sin => apply(simd, Sin::new(simd), x, target),
        Unary::Floor => map(simd, x, target, |x| x.floor()),
    }
}

#[inline(always)]
fn two_in<S: Simd>(simd: S, function: Two, operands: [Value<'_>; 2], target: &[Cell<f32>]) {
    let (zero, one) = (S::f32s::splat(simd, 0.0), S::f32s::splat(simd, 1.0));
    match function {
        Two::Add => zip(simd, operands, target, |a, b| a + b),
        Two::Sub => zip(simd, operands, target, |a, b| a - b),
        Two::Mul => zip(simd, operands, target, |a, b| a * b),
        Two::Div => zip(simd, operands, target, |a, b| a / b),
        Two::Max => zip(simd, operands, target, |a, b| math::max(simd, a, b)),
        Two::Less => zip(simd, operands, target, |a, b| a.simd_lt(b).select(one, zero)),
    }
}

#[inline(always)]
fn three_in<S: Simd>(simd: S, function: Three, operands: [Value<'_>; 3], target: &[Cell<f32>]) {
    let zero = S::f32s::splat(simd, 0.0);
    match function {
        Three::MulAdd => zip_three(simd, operands, target, |a, b, c| a * b + c),
        Three::MulSub => zip_three(simd, operands, target, |a, b, c| c - a * b),
        Three::Select => zip_three(simd, operands, target, |a, b, c| a.simd_eq(zero).select(c, b)),
        Three::RootAdd => zip_three(simd, operands, target, |a, b, c| (a * b).sqrt() + c),
    }
}

#[inline(always)]
fn four_in<S: Simd>(simd: S, function: Four, operands: [Value<'_>; 4], target: &[Cell<f32>]) {
    match function {
        Four::Products => zip_four(simd, operands, target, |a, b, c, d| a * b + c * d),
        Four::QuotientSub => zip_four(simd, operands, target, |a, b, c, d| d - a * b / c),
    }
}

/// A function of one value that is too long for the compiler to put into a loop unasked.
#[inline(always)]
fn apply<S: Simd>(simd: S, function: impl Function<S>, x: Value<'_>, target: &[Cell<f32>]) {
    match x {
        Value::Each(x) => fill(
            simd,
            (x, 0.0, 0.0, 0.0),
            target,
            #[inline(always)]
            |x, _, _, _| function.of(x),
        ),
        Value::Same(x) => fill(
            simd,
            (x, 0.0, 0.0, 0.0),
            target,
            #[inline(always)]
            |x, _, _, _| function.of(x),
        ),
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

#[inline(always)]
fn map<S: Simd>(simd: S, x: Value<'_>, target: &[Cell<f32>], f: impl Fn(S::f32s) -> S::f32s + Copy) {
    match x {
        Value::Each(x) => fill(simd, (x, 0.0, 0.0, 0.0), target, |x, _, _, _| f(x)),
        Value::Same(x) => fill(simd, (x, 0.0, 0.0, 0.0), target, |x, _, _, _| f(x)),
    }
}

#[inline(always)]
fn zip<S: Simd>(simd: S, [a, b]: [Value<'_>; 2], target: &[Cell<f32>], f: impl Fn(S::f32s, S::f32s) -> S::f32s + Copy) {
    match (a, b) {
        (Value::Each(a), Value::Each(b)) => fill(simd, (a, b, 0.0, 0.0), target, |a, b, _, _| f(a, b)),
        (Value::Each(a), Value::Same(b)) => fill(simd, (a, b, 0.0, 0.0), target, |a, b, _, _| f(a, b)),
        (Value::Same(a), Value::Each(b)) => fill(simd, (a, b, 0.0, 0.0), target, |a, b, _, _| f(a, b)),
        (Value::Same(a), Value::Same(b)) => fill(simd, (a, b, 0.0, 0.0), target, |a, b, _, _| f(a, b)),
    }
}

/// The first value is not the same in all lanes: expressions are put together that way.
#[inline(always)]
fn zip_three<S: Simd>(
    simd: S,
    [a, b, c]: [Value<'_>; 3],
    target: &[Cell<f32>],
    f: impl Fn(S::f32s, S::f32s, S::f32s) -> S::f32s + Copy,
) {
    match (a, b, c) {
        (Value::Each(a), Value::Each(b), Value::Each(c)) => fill(simd, (a, b, c, 0.0), target, |a, b, c, _| f(a, b, c)),
        (Value::Each(a), Value::Each(b), Value::Same(c)) => fill(simd, (a, b, c, 0.0), target, |a, b, c, _| f(a, b, c)),
        (Value::Each(a), Value::Same(b), Value::Each(c)) => fill(simd, (a, b, c, 0.0), target, |a, b, c, _| f(a, b, c)),
        (Value::Each(a), Value::Same(b), Value::Same(c)) => fill(simd, (a, b, c, 0.0), target, |a, b, c, _| f(a, b, c)),
        (Value::Same(_), _, _) => unreachable!("the first of three values varies"),
    }
}

/// The first and the third value are not the same in all lanes.
#[inline(always)]
fn zip_four<S: Simd>(
    simd: S,
    [a, b, c, d]: [Value<'_>; 4],
    target: &[Cell<f32>],
    f: impl Fn(S::f32s, S::f32s, S::f32s, S::f32s) -> S::f32s + Copy,
) {
    let (Value::Each(a), Value::Each(c)) = (a, c) else { unreachable!("these of four values vary") };
    match (b, d) {
        (Value::Each(b), Value::Each(d)) => fill(simd, (a, b, c, d), target, f),
        (Value::Each(b), Value::Same(d)) => fill(simd, (a, b, c, d), target, f),
        (Value::Same(b), Value::Each(d)) => fill(simd, (a, b, c, d), target, f),
        (Value::Same(b), Value::Same(d)) => fill(simd, (a, b, c, d), target, f),
    }
}

/// Lanes that one turn of a loop computes: the widest vector, and several of those of WebAssembly, for a browser checks for
/// interruptions once a turn, which costs as much as several vector instructions.
const CHUNK: usize = 16;

/// The lanes of an operand.
trait Lanes: Copy {
    /// Lanes `CHUNK·number` to `CHUNK·(number + 1)`.
    fn chunk(self, number: usize) -> [f32; CHUNK];
    /// The `len` lanes from `first` on, and zeros.
    fn rest(self, first: usize, len: usize) -> [f32; CHUNK];
}

impl Lanes for &[Cell<f32>] {
    #[inline(always)]
    fn chunk(self, number: usize) -> [f32; CHUNK] {
        self.as_chunks().0[number].each_ref().map(Cell::get)
    }

    #[inline(always)]
    fn rest(self, first: usize, len: usize) -> [f32; CHUNK] {
        let mut rest = [0.0; CHUNK];
        rest.iter_mut().zip(&self[first..first + len]).for_each(|(to, from)| *to = from.get());
        rest
    }
}

impl Lanes for f32 {
    #[inline(always)]
    fn chunk(self, _number: usize) -> [f32; CHUNK] {
        [self; CHUNK]
    }

    #[inline(always)]
    fn rest(self, _first: usize, _len: usize) -> [f32; CHUNK] {
        [self; CHUNK]
    }
}

#[inline(always)]
fn fill<S: Simd, A: Lanes, B: Lanes, C: Lanes, D: Lanes>(
    simd: S,
    (a, b, c, d): (A, B, C, D),
    target: &[Cell<f32>],
    f: impl Fn(S::f32s, S::f32s, S::f32s, S::f32s) -> S::f32s + Copy,
) {
    let (chunks, rest) = target.as_chunks::<CHUNK>();
    for (number, out) in chunks.iter().enumerate() {
        let results = compute(simd, [a.chunk(number), b.chunk(number), c.chunk(number), d.chunk(number)], f);
        out.iter().zip(results).for_each(|(out, result)| out.set(result));
    }
    if !rest.is_empty() {
        let (first, len) = (chunks.len() * CHUNK, rest.len());
        let operands = [a.rest(first, len), b.rest(first, len), c.rest(first, len), d.rest(first, len)];
        let results = compute(simd, operands, f);
        rest.iter().zip(results).for_each(|(out, result)| out.set(result));
    }
}

/// A chunk of results.
#[inline(always)]
fn compute<S: Simd>(
    simd: S,
    operands: [[f32; CHUNK]; 4],
    f: impl Fn(S::f32s, S::f32s, S::f32s, S::f32s) -> S::f32s + Copy,
) -> [f32; CHUNK] {
    let width = <S::f32s as SimdBase<S>>::LEN;
    let mut results = [0.0; CHUNK];
    for first in (0..CHUNK).step_by(width) {
        let lanes = first..first + width;
        let [a, b, c, d] = operands.each_ref().map(|operand| S::f32s::from_slice(simd, &operand[lanes.clone()]));
        f(a, b, c, d).store_slice(&mut results[lanes]);
    }
    results
}
