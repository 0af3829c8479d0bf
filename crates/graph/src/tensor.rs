//! The handle in which models are written: a node of a graph, with operators.
//!
//! Operands of two-operand methods and operators broadcast: axes are aligned at the right, and an axis of
//! extent 1 stretches.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::graph::{Graph, NodeId};
use crate::op::{Binary, Move, Op, Reduce, Source, Unary};
use crate::shape::{Shape, broadcast, numel};

/// A value of a graph.
#[derive(Clone, Copy)]
pub struct Tensor<'g> {
    graph: &'g Graph,
    id: NodeId,
}

impl<'g> Tensor<'g> {
    pub(crate) fn new(graph: &'g Graph, id: NodeId) -> Tensor<'g> {
        Tensor { graph, id }
    }

    /// The graph it belongs to.
    pub fn graph(self) -> &'g Graph {
        self.graph
    }

    /// Its node.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The name of an input or a parameter.
    pub fn name(self) -> Option<String> {
        let arena = self.graph.arena.borrow();
        let named = match arena.node(self.id).op {
            Op::Source(Source::Input(number)) => &arena.inputs[number],
            Op::Source(Source::Param(number)) => &arena.params[number],
            _ => return None,
        };
        Some(named.name.clone())
    }

    pub(crate) fn is_param(self) -> bool {
        matches!(self.graph.arena.borrow().node(self.id).op, Op::Source(Source::Param(_)))
    }

    /// The extent of every axis.
    pub fn shape(self) -> Shape {
        self.graph.arena.borrow().node(self.id).shape.clone()
    }

    /// The number of axes.
    pub fn rank(self) -> usize {
        self.graph.arena.borrow().node(self.id).shape.len()
    }

    /// The extent of one axis.
    #[track_caller]
    pub fn extent(self, axis: usize) -> usize {
        self.shape()[axis]
    }

    fn unary(self, op: Unary) -> Tensor<'g> {
        self.graph.push(Op::Unary(op), &[self], None)
    }

    #[track_caller]
    fn binary(self, op: Binary, other: Tensor<'g>) -> Tensor<'g> {
        let shape = match broadcast(&self.shape(), &other.shape()) {
            Some(shape) => shape,
            None => panic!("{op:?} cannot broadcast {:?} with {:?}", self.shape(), other.shape()),
        };
        self.graph.push(Op::Binary(op), &[self.broadcast_to(shape.clone()), other.broadcast_to(shape)], None)
    }

    /// `value` with this tensor's shape.
    pub fn constant_like(self, value: f32) -> Tensor<'g> {
        self.graph.constant(value, self.shape())
    }

    /// `1 / x`
    pub fn recip(self) -> Tensor<'g> {
        self.unary(Unary::Recip)
    }

    /// `eˣ`
    pub fn exp(self) -> Tensor<'g> {
        self.unary(Unary::Exp)
    }

    /// Natural logarithm.
    pub fn log(self) -> Tensor<'g> {
        self.unary(Unary::Log)
    }

    /// `√x`
    pub fn sqrt(self) -> Tensor<'g> {
        self.unary(Unary::Sqrt)
    }

    /// `tanh x`
    pub fn tanh(self) -> Tensor<'g> {
        self.unary(Unary::Tanh)
    }

    /// `sin x`
    pub fn sin(self) -> Tensor<'g> {
        self.unary(Unary::Sin)
    }

    /// The largest integer that is not above `x`.
    pub fn floor(self) -> Tensor<'g> {
        self.unary(Unary::Floor)
    }

    /// The larger of two numbers; where they are equal no gradient flows to either.
    #[track_caller]
    pub fn maximum(self, other: Tensor<'g>) -> Tensor<'g> {
        self.binary(Binary::Max, other)
    }

    /// 1 where `self < other`, else 0.
    #[track_caller]
    pub fn less(self, other: Tensor<'g>) -> Tensor<'g> {
        self.binary(Binary::Less, other)
    }

    /// `a` where `self` is not 0, else `b`; `a` and `b` broadcast to this shape.
    #[track_caller]
    pub fn select(self, a: Tensor<'g>, b: Tensor<'g>) -> Tensor<'g> {
        let shape = self.shape();
        self.graph.push(Op::Select, &[self, a.broadcast_to(shape.clone()), b.broadcast_to(shape)], None)
    }

    /// The sum along `axes`, which become extent 1.
    #[track_caller]
    pub fn sum_keep(self, axes: &[usize]) -> Tensor<'g> {
        self.reduce(Reduce::Sum, axes)
    }

    /// The largest along `axes`, which become extent 1.
    #[track_caller]
    pub fn max_keep(self, axes: &[usize]) -> Tensor<'g> {
        self.reduce(Reduce::Max, axes)
    }

    #[track_caller]
    fn reduce(self, op: Reduce, axes: &[usize]) -> Tensor<'g> {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        self.graph.push(Op::Reduce { op, axes }, &[self], None)
    }

    /// `y[.., m, n] = Σ_k a[.., m, k] b[.., k, n]`. Leading axes broadcast; transposed operands cost nothing.
    #[track_caller]
    pub fn dot(self, other: Tensor<'g>) -> Tensor<'g> {
        let (a, b) = (self.shape(), other.shape());
        let (Some((batch_a, [m, k])), Some((batch_b, [k_b, n]))) =
            (a.split_last_chunk::<2>(), b.split_last_chunk::<2>())
        else {
            panic!("Dot needs two axes or more, but was given {a:?} and {b:?}");
        };
        let Some(batch) = broadcast(batch_a, batch_b) else {
            panic!("Dot cannot broadcast the leading axes of {a:?} and {b:?}");
        };
        if numel(batch_b) == 1 && !batch.is_empty() {
            // One right factor for all: one product of many rows, whose gradient is one product, too.
            let rows = self.reshape([numel(batch_a) * m, *k]);
            let product = self.graph.push(Op::Dot, &[rows, other.reshape([*k_b, *n])], None);
            return product.reshape([&batch[..], &[*m, *n]].concat());
        }
        let left = self.broadcast_to([&batch[..], &[*m, *k]].concat());
        let right = other.broadcast_to([&batch[..], &[*k_b, *n]].concat());
        self.graph.push(Op::Dot, &[left, right], None)
    }

    #[track_caller]
    fn moved(self, movement: Move, shape: Option<Shape>) -> Tensor<'g> {
        self.graph.push(Op::Move(movement), &[self], shape)
    }

    /// The same numbers in row-major order under another shape.
    #[track_caller]
    pub fn reshape(self, shape: impl Into<Shape>) -> Tensor<'g> {
        self.moved(Move::Reshape, Some(shape.into()))
    }

    /// Axis `i` of the result is axis `order[i]` of this.
    #[track_caller]
    pub fn permute(self, order: &[usize]) -> Tensor<'g> {
        self.moved(Move::Permute(order.to_vec()), None)
    }

    /// The last two axes exchanged.
    #[track_caller]
    pub fn t(self) -> Tensor<'g> {
        let mut order: Vec<usize> = (0..self.rank()).collect();
        let [.., second, last] = &mut order[..] else {
            panic!("a transpose needs two axes or more, but was given {:?}", self.shape());
        };
        std::mem::swap(second, last);
        self.permute(&order)
    }

    /// Stretches to `shape`, aligned at the right.
    #[track_caller]
    pub fn broadcast_to(self, shape: impl Into<Shape>) -> Tensor<'g> {
        let (shape, own) = (shape.into(), self.shape());
        assert!(own.len() <= shape.len(), "{own:?} cannot broadcast to {shape:?}");
        let padded = [vec![1; shape.len() - own.len()], own].concat();
        self.reshape(padded).moved(Move::Expand, Some(shape))
    }

    /// Elements `start..end` of `axis`.
    #[track_caller]
    pub fn slice(self, axis: usize, start: usize, end: usize) -> Tensor<'g> {
        self.slice_step(axis, start, end, 1)
    }

    /// Elements `start, start + step, ..` below `end` of `axis`.
    #[track_caller]
    pub fn slice_step(self, axis: usize, start: usize, end: usize, step: usize) -> Tensor<'g> {
        let mut shape = self.shape();
        assert!(
            axis < shape.len() && start <= end && end <= shape[axis] && step > 0,
            "cannot slice {start}..{end} by {step} of axis {axis} of {shape:?}"
        );
        shape[axis] = (end - start).div_ceil(step);
        self.moved(Move::Slice { axis, start, step }, Some(shape))
    }

    /// Zeros before and after `axis`.
    #[track_caller]
    pub fn pad(self, axis: usize, before: usize, after: usize) -> Tensor<'g> {
        self.moved(Move::Pad { axis, before, after }, None)
    }

    /// `axis` in reverse order.
    #[track_caller]
    pub fn flip(self, axis: usize) -> Tensor<'g> {
        self.moved(Move::Flip(axis), None)
    }

    /// All windows of `size` taps along `axis`, which becomes two axes: the window's number and the tap.
    #[track_caller]
    pub fn unfold(self, axis: usize, size: usize, stride: usize, dilation: usize) -> Tensor<'g> {
        self.moved(Move::Unfold { axis, size, stride, dilation }, None)
    }

    /// Sums overlapping windows back into an axis of extent `len`; the reverse of [`Tensor::unfold`].
    #[track_caller]
    pub fn fold(self, axis: usize, len: usize, stride: usize, dilation: usize) -> Tensor<'g> {
        self.graph.push(Op::Fold { axis, len, stride, dilation }, &[self], None)
    }

    /// Rows of this table: `y[j.., r..] = self[⌊rows[j..]⌋, r..]`, row numbers clamped to the table. An embedding is this,
    /// with tokens as row numbers.
    #[track_caller]
    pub fn gather(self, rows: Tensor<'g>) -> Tensor<'g> {
        self.graph.push(Op::Gather, &[self, rows], None)
    }

    /// Sums these values into `len` rows: `y[n, r..] = Σ self[j.., r..]` over all `j..` with `⌊rows[j..]⌋ = n`.
    #[track_caller]
    pub fn scatter_add(self, rows: Tensor<'g>, len: usize) -> Tensor<'g> {
        self.graph.push(Op::ScatterAdd { len }, &[rows, self], None)
    }

    /// The same value, through which no gradient flows.
    pub fn detach(self) -> Tensor<'g> {
        self.graph.push(Op::Detach, &[self], None)
    }

    /// How many numbers it holds.
    pub fn numel(self) -> usize {
        numel(&self.shape())
    }
}

impl fmt::Debug for Tensor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{} : {:?}", self.id.0, self.shape())
    }
}

impl<'g> Neg for Tensor<'g> {
    type Output = Tensor<'g>;
    fn neg(self) -> Tensor<'g> {
        self.unary(Unary::Neg)
    }
}

impl<'g> Add for Tensor<'g> {
    type Output = Tensor<'g>;
    #[track_caller]
    fn add(self, other: Tensor<'g>) -> Tensor<'g> {
        self.binary(Binary::Add, other)
    }
}

impl<'g> Sub for Tensor<'g> {
    type Output = Tensor<'g>;
    #[track_caller]
    fn sub(self, other: Tensor<'g>) -> Tensor<'g> {
        self.binary(Binary::Add, -other)
    }
}

impl<'g> Mul for Tensor<'g> {
    type Output = Tensor<'g>;
    #[track_caller]
    fn mul(self, other: Tensor<'g>) -> Tensor<'g> {
        self.binary(Binary::Mul, other)
    }
}

impl<'g> Div for Tensor<'g> {
    type Output = Tensor<'g>;
    #[track_caller]
    fn div(self, other: Tensor<'g>) -> Tensor<'g> {
        self.binary(Binary::Mul, other.recip())
    }
}

/// `tensor ∘ number` and `number ∘ tensor`.
macro_rules! operators_with_numbers {
    ($($Trait:ident $method:ident)*) => { $(
        impl<'g> $Trait<f32> for Tensor<'g> {
            type Output = Tensor<'g>;
            fn $method(self, other: f32) -> Tensor<'g> {
                $Trait::$method(self, self.constant_like(other))
            }
        }
        impl<'g> $Trait<Tensor<'g>> for f32 {
            type Output = Tensor<'g>;
            fn $method(self, other: Tensor<'g>) -> Tensor<'g> {
                $Trait::$method(other.constant_like(self), other)
            }
        }
    )* };
}

operators_with_numbers! { Add add Sub sub Mul mul Div div }
