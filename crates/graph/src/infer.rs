//! The shape rule of every operation. A shape mistake is a programmer's error and panics, naming the
//! operation and the shapes.

use crate::op::{Move, Op, Source};
use crate::shape::{Shape, numel};

/// The shape of an operation's result. `wanted` is the shape asked for by operations whose operands
/// do not determine it (sources, reshape, expand, slice).
#[track_caller]
pub(crate) fn infer_shape(op: &Op, operands: &[&[usize]], wanted: Option<Shape>) -> Shape {
    let shape = match op {
        Op::Source(source) => source_shape(source, wanted),
        Op::Unary(_) | Op::Detach => Some(operands[0].to_vec()),
        Op::Binary(_) => (operands[0] == operands[1]).then(|| operands[0].to_vec()),
        Op::Select => (operands[0] == operands[1] && operands[1] == operands[2]).then(|| operands[0].to_vec()),
        Op::Reduce { axes, .. } => reduce_shape(operands[0], axes),
        Op::Dot => dot_shape(operands[0], operands[1]),
        Op::Move(movement) => move_shape(movement, operands[0], wanted),
        Op::Gather => {
            let (table, rows) = (operands[0], operands[1]);
            (!table.is_empty() && table[0] > 0).then(|| [rows, &table[1..]].concat())
        }
        Op::ScatterAdd { len } => {
            let (rows, values) = (operands[0], operands[1]);
            values.strip_prefix(rows).map(|rest| [&[*len], rest].concat())
        }
        Op::Fold { axis, len, stride, dilation } => fold_shape(operands[0], *axis, *len, *stride, *dilation),
    };
    shape.unwrap_or_else(|| panic!("{op:?} does not accept operands of shape {operands:?}"))
}

fn source_shape(source: &Source, wanted: Option<Shape>) -> Option<Shape> {
    let shape = wanted?;
    match source {
        Source::Iota(axis) if *axis >= shape.len() => None,
        Source::Input(_) | Source::Param(_) | Source::Const(_) | Source::Iota(_) | Source::Random(_) => Some(shape),
    }
}

fn reduce_shape(operand: &[usize], axes: &[usize]) -> Option<Shape> {
    let ascending = axes.windows(2).all(|pair| pair[0] < pair[1]);
    let mut shape = operand.to_vec();
    for &axis in axes {
        *shape.get_mut(axis)? = 1;
    }
    ascending.then_some(shape)
}

fn dot_shape(a: &[usize], b: &[usize]) -> Option<Shape> {
    let (batch_a, [m, k_a]) = a.split_last_chunk()?;
    let (batch_b, [k_b, n]) = b.split_last_chunk()?;
    (batch_a == batch_b && k_a == k_b).then(|| [batch_a, &[*m, *n]].concat())
}

fn move_shape(movement: &Move, operand: &[usize], wanted: Option<Shape>) -> Option<Shape> {
    let mut shape = operand.to_vec();
    match movement {
        Move::Reshape => wanted.filter(|shape| numel(shape) == numel(operand)),
        Move::Permute(order) => {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            sorted.iter().copied().eq(0..operand.len()).then(|| order.iter().map(|&axis| operand[axis]).collect())
        }
        Move::Expand => wanted.filter(|wanted| {
            wanted.len() == operand.len() && wanted.iter().zip(operand).all(|(to, from)| to == from || *from == 1)
        }),
        Move::Slice { axis, start, step } => wanted.filter(|wanted| {
            let others_equal = wanted.len() == operand.len()
                && (0..operand.len()).all(|other| other == *axis || wanted[other] == operand[other]);
            others_equal && (wanted[*axis] == 0 || start + (wanted[*axis] - 1) * step < operand[*axis])
        }),
        Move::Pad { axis, before, after } => {
            *shape.get_mut(*axis)? += before + after;
            Some(shape)
        }
        Move::Flip(axis) => (*axis < operand.len()).then_some(shape),
        Move::Unfold { axis, size, stride, dilation } => {
            let reach = (size.checked_sub(1)?) * dilation + 1;
            let windows = operand.get(*axis)?.checked_sub(reach)?.checked_div(*stride)? + 1;
            shape[*axis] = windows;
            shape.insert(axis + 1, *size);
            Some(shape)
        }
    }
}

fn fold_shape(operand: &[usize], axis: usize, len: usize, stride: usize, dilation: usize) -> Option<Shape> {
    let (windows, size) = (*operand.get(axis)?, *operand.get(axis + 1)?);
    let reach = windows.checked_sub(1)? * stride + size.checked_sub(1)? * dilation;
    let mut shape = operand.to_vec();
    shape.remove(axis + 1);
    shape[axis] = len;
    (reach < len).then_some(shape)
}
