//! The factors of matrix products: what they read, and over which dimensions.
//!
//! A product multiplies `[batch.., M, K]` by `[batch.., K, N]`. Each of these axes is one dimension of its kernel, or several
//! where a factor is a rearrangement that takes them apart: the rows of a convolution are images and places in them, its depth
//! the taps of a window and the channels. So windows need no memory of their own.

use std::collections::HashMap;

use super::view::{Obstacle, View};
use crate::graph::{Arena, Node, NodeId};
use crate::kernel::{Access, Affine, Body};
use crate::op::Op;
use crate::program::BufferId;
use crate::shape::Shape;

/// A product's dimensions, and what its factors read.
pub(super) struct Factors {
    /// The dimensions of each axis of the result, and last those of the depth.
    axes: Vec<Shape>,
    factors: [Factor; 2],
}

/// A factor, or another thing that is read: the number of an element in the memory of a node, as an affine function of the kernel's point.
pub(super) struct Factor {
    pub(super) node: NodeId,
    pub(super) number: Affine,
    pub(super) view: View,
}

impl Factors {
    /// The factors of a Dot. They are followed through moves to what is materialised, or to what must be.
    pub(super) fn of(arena: &Arena, dot: &Node, is_materialised: impl Fn(NodeId) -> bool) -> Factors {
        let depth = arena.node(dot.operands[0]).shape[dot.shape.len() - 1];
        let mut axes: Vec<Shape> = dot.shape.iter().chain([&depth]).map(|&extent| vec![extent]).collect();
        loop {
            let factor = |operand: usize| Factor::of(arena, dot, operand, &axes, &is_materialised);
            match factor(0).and_then(|left| Ok([left, factor(1)?])) {
                Ok(factors) => return Factors { axes, factors },
                Err(Split { dimension, inner }) => split(&mut axes, dimension, inner),
            }
        }
    }

    /// The nodes whose memory is read.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> {
        self.factors.iter().map(|factor| factor.node)
    }

    /// The extents of the kernel's domain, and its body.
    pub(super) fn kernel(&self, buffers: &HashMap<NodeId, BufferId>) -> (Shape, Body) {
        let [.., rows, columns, depth] = &self.axes[..] else { unreachable!("a product has rows and columns") };
        let [a, b] = self.factors.each_ref().map(|factor| factor.access(buffers));
        let domain = self.axes[..self.axes.len() - 1].concat();
        (domain, Body::MatMul { a, b, rows: rows.len(), columns: columns.len(), depth: depth.clone() })
    }
}

/// A dimension that must be two, the inner one of this extent.
pub(super) struct Split {
    pub(super) dimension: usize,
    pub(super) inner: usize,
}

impl Factor {
    /// The element of a node's memory that a view of its numbers under some shape names.
    pub(super) fn read(node: NodeId, shape: &[usize], view: View, rank: usize) -> Factor {
        Factor { node, number: view.flat(shape, rank), view }
    }

    pub(super) fn access(&self, buffers: &HashMap<NodeId, BufferId>) -> Access {
        Access { buffer: buffers[&self.node], index: self.number.clone(), guards: self.view.guards.clone() }
    }

    /// The left operand (0) has the result's rows, the right one (1) its columns; both have the depth.
    fn of(
        arena: &Arena,
        dot: &Node,
        operand: usize,
        axes: &[Shape],
        is_materialised: impl Fn(NodeId) -> bool,
    ) -> Result<Factor, Split> {
        let mut view = View::grouped(axes);
        let depth = view.index.len() - 1;
        // [batch.., M, N, K] without N, or without M and with K before N.
        match operand {
            0 => drop(view.index.remove(depth - 1)),
            _ => drop(view.index.swap_remove(depth - 2)),
        }
        let extents = axes.concat();
        Factor::followed(arena, dot.operands[operand], view, &extents, 0, is_materialised)
    }

    /// Follows a node, met under a view, through moves. Dimensions from `divisible` on may be made two.
    pub(super) fn followed(
        arena: &Arena,
        mut id: NodeId,
        mut view: View,
        extents: &[usize],
        divisible: usize,
        is_materialised: impl Fn(NodeId) -> bool,
    ) -> Result<Factor, Split> {
        loop {
            let node = arena.node(id);
            let movement = match &node.op {
                Op::Detach if !is_materialised(id) => {
                    id = node.operands[0];
                    continue;
                }
                Op::Move(movement) if !is_materialised(id) => movement,
                _ => return Ok(Factor::read(id, &node.shape, view, extents.len())),
            };
            let operand = node.operands[0];
            match view.through(movement, &arena.node(operand).shape, &node.shape, extents) {
                Ok(moved) => view = moved,
                Err(Obstacle::Whole { dimension, inner }) if dimension >= divisible => {
                    return Err(Split { dimension, inner });
                }
                // The same numbers in the same order.
                Err(_) => return Ok(Factor::read(operand, &node.shape, view, extents.len())),
            }
            id = operand;
        }
    }
}

/// Makes two dimensions of one.
fn split(axes: &mut [Shape], dimension: usize, inner: usize) {
    let mut first = 0;
    for axis in axes {
        if dimension < first + axis.len() {
            let number = dimension - first;
            let outer = axis[number] / inner;
            axis.splice(number..=number, [outer, inner]);
            return;
        }
        first += axis.len();
    }
}
