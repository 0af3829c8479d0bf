//! The closed set of operations. Everything else is composed of these.
//!
//! Each variant states its equation and its shape rule. Operands are kept beside the operation in the
//! graph's node, in the order in which the equation names them. All numbers are 32-bit floats.

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A value that no operand determines.
    Source(Source),
    /// `y[i] = f(x[i])`; shape of `x`.
    Unary(Unary),
    /// `y[i] = f(a[i], b[i])`; both operands have the result's shape.
    Binary(Binary),
    /// `y[i] = a[i] if c[i] != 0 else b[i]`; operands `c, a, b` of one shape.
    Select,
    /// Combines all numbers along `axes`, which become extent 1.
    Reduce {
        /// How they are combined.
        op: Reduce,
        /// The axes, ascending.
        axes: Vec<usize>,
    },
    /// `y[.., m, n] = Σ_k a[.., m, k] b[.., k, n]`; leading axes are equal.
    Dot,
    /// The same numbers, elsewhere.
    Move(Move),
    /// `y[j.., r..] = table[⌊rows[j..]⌋, r..]`, operands `table, rows`; the row number is clamped to the table.
    Gather,
    /// `y[n, r..] = Σ_j values[j.., r..] over all j.. with ⌊rows[j..]⌋ = n`, operands `rows, values`;
    /// the row number is clamped to `0..len`. The gradient of [`Op::Gather`].
    ScatterAdd {
        /// Extent of the result's first axis.
        len: usize,
    },
    /// `y[.., i, ..] = Σ_{o,k : o·stride + k·dilation = i} x[.., o, k, ..]`: overlapping windows summed
    /// back into an axis of extent `len`. The gradient of [`Move::Unfold`].
    Fold {
        /// Axis of the result; the operand has the window number there and the tap just after it.
        axis: usize,
        /// Extent of the result's axis.
        len: usize,
        /// Distance between windows.
        stride: usize,
        /// Distance between taps of one window.
        dilation: usize,
    },
    /// `y = x`, through which no gradient flows.
    Detach,
}

/// Values that no operand determines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Written by the host; keeps its content until written again. The number of the input.
    Input(usize),
    /// Trained or otherwise kept state. The number of the parameter.
    Param(usize),
    /// One number everywhere, as its bits.
    Const(u32),
    /// `y[.., i, ..] = i` along `axis`.
    Iota(usize),
    /// Uniform in `[0, 1)`: [`crate::random::uniform`] of the run's seed and step, this stream, and the element's number.
    Random(u32),
}

/// Functions of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// `-x`
    Neg,
    /// `1 / x`
    Recip,
    /// `eˣ`
    Exp,
    /// Natural logarithm; `-∞` at 0, NaN below.
    Log,
    /// `√x`
    Sqrt,
    /// `tanh x`
    Tanh,
    /// `sin x`, in radians
    Sin,
    /// The largest integer that is not above `x`.
    Floor,
}

/// Functions of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a b`
    Mul,
    /// `max(a, b)`, NaN where either is NaN; where they are equal no gradient flows to either.
    Max,
    /// 1 where `a < b`, else 0. Its gradient is 0.
    Less,
}

/// Ways to combine many numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduce {
    /// Their sum; 0 of none.
    Sum,
    /// The largest; `-∞` of none, NaN where one is NaN.
    Max,
}

/// Ways to move numbers without changing them. The result's shape is part of the node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// The same numbers in row-major order under another shape.
    Reshape,
    /// Axis `i` of the result is axis `order[i]` of the operand.
    Permute(Vec<usize>),
    /// Axes of extent 1 stretch to the result's shape.
    Expand,
    /// `y[.., i, ..] = x[.., start + i·step, ..]`
    Slice {
        /// The axis.
        axis: usize,
        /// First element taken.
        start: usize,
        /// Distance between elements taken.
        step: usize,
    },
    /// Zeros before and after `axis`.
    Pad {
        /// The axis.
        axis: usize,
        /// Zeros before.
        before: usize,
        /// Zeros after.
        after: usize,
    },
    /// `y[.., i, ..] = x[.., n - 1 - i, ..]`
    Flip(usize),
    /// `y[.., o, k, ..] = x[.., o·stride + k·dilation, ..]`: all windows of `size` taps along `axis`,
    /// which becomes two axes, the window number and the tap.
    Unfold {
        /// The axis.
        axis: usize,
        /// Taps in a window.
        size: usize,
        /// Distance between windows.
        stride: usize,
        /// Distance between taps of one window.
        dilation: usize,
    },
}
