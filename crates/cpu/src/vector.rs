//! Loops over the lanes of a block, which the compiler turns into vector code.

use daydream_graph::Unary;

use crate::math;

/// The value of each lane of a block.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    /// One number a lane.
    Each(&'a [f32]),
    /// The same number in all.
    Same(f32),
}

/// The functions of two numbers, with the two that expressions spell in two steps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Less,
}

/// Copies `arena[first + step·x]` to `target[x]`.
pub(crate) fn gather(arena: &[f32], first: isize, step: isize, target: &mut [f32]) {
    if target.is_empty() {
        return;
    }
    match step {
        0 => target.fill(arena[first as usize]),
        1 => target.copy_from_slice(&arena[first as usize..first as usize + target.len()]),
        _ => {
            for (x, out) in target.iter_mut().enumerate() {
                *out = arena[(first + step * x as isize) as usize];
            }
        }
    }
}

/// Copies a value to each lane.
pub(crate) fn copy(value: Value<'_>, target: &mut [f32]) {
    match value {
        Value::Each(values) => target.copy_from_slice(values),
        Value::Same(value) => target.fill(value),
    }
}

/// A function of one value.
pub(crate) fn unary(op: Unary, x: Value<'_>, target: &mut [f32]) {
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
pub(crate) fn binary(function: Function, a: Value<'_>, b: Value<'_>, target: &mut [f32]) {
    match function {
        Function::Add => zip(a, b, target, |a, b| a + b),
        Function::Sub => zip(a, b, target, |a, b| a - b),
        Function::Mul => zip(a, b, target, |a, b| a * b),
        Function::Div => zip(a, b, target, |a, b| a / b),
        Function::Max => zip(a, b, target, math::max),
        Function::Less => zip(a, b, target, |a, b| if a < b { 1.0 } else { 0.0 }),
    }
}

/// `a` where `c` is not 0, else `b`.
pub(crate) fn select(c: Value<'_>, a: Value<'_>, b: Value<'_>, target: &mut [f32]) {
    // The choice is made in two passes, so that each is a loop over two values.
    match a {
        Value::Each(a) => target.copy_from_slice(a),
        Value::Same(a) => target.fill(a),
    }
    match (c, b) {
        (Value::Same(0.0), b) => copy(b, target),
        (Value::Same(_), _) => {}
        (Value::Each(c), Value::Each(b)) => {
            for ((out, &c), &b) in target.iter_mut().zip(c).zip(b) {
                *out = if c != 0.0 { *out } else { b };
            }
        }
        (Value::Each(c), Value::Same(b)) => {
            target.iter_mut().zip(c).for_each(|(out, &c)| *out = if c != 0.0 { *out } else { b });
        }
    }
}

#[inline(always)]
fn map(x: Value<'_>, target: &mut [f32], function: impl Fn(f32) -> f32) {
    match x {
        Value::Each(x) => target.iter_mut().zip(x).for_each(|(out, &x)| *out = function(x)),
        Value::Same(x) => target.fill(function(x)),
    }
}

#[inline(always)]
fn zip(a: Value<'_>, b: Value<'_>, target: &mut [f32], function: impl Fn(f32, f32) -> f32) {
    match (a, b) {
        (Value::Each(a), Value::Each(b)) => {
            for ((out, &a), &b) in target.iter_mut().zip(a).zip(b) {
                *out = function(a, b);
            }
        }
        (Value::Each(a), Value::Same(b)) => target.iter_mut().zip(a).for_each(|(out, &a)| *out = function(a, b)),
        (Value::Same(a), Value::Each(b)) => target.iter_mut().zip(b).for_each(|(out, &b)| *out = function(a, b)),
        (Value::Same(a), Value::Same(b)) => target.fill(function(a, b)),
    }
}
