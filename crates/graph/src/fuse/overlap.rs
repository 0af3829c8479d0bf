//! Overlapping windows, summed along one axis or several: what the windows are.
//!
//! The transpose of a convolution is a product whose result is folded along one axis and then along another. Nothing else needs
//! the product or what is folded once, so both are computed where they are summed.

use std::collections::HashMap;

use super::factor::{Factor, Split};
use super::view::View;
use crate::graph::{Arena, NodeId};
use crate::kernel::{Affine, Body, Overlap};
use crate::op::{Move, Op};
use crate::program::BufferId;
use crate::shape::Shape;

/// What a Fold sums.
pub(super) struct Overlapping {
    overlaps: Vec<Overlap>,
    windows: Windows,
}

enum Windows {
    /// They are in memory.
    Read(Factor),
    /// They are rows of a product: its factors, how many of the domain's dimensions are its rows, and the extents of its depth.
    Product { factors: [Factor; 2], rows: usize, depth: Shape },
}

/// The way from a Fold to its windows: the view of what has been reached, over the domain's dimensions and, after these, the taps.
struct Way {
    view: View,
    extents: Shape,
    overlaps: Vec<Overlap>,
}

impl Overlapping {
    /// What a Fold sums. What is materialised is read as it is; whatever else is met in the end must be materialised.
    pub(super) fn of(arena: &Arena, fold: NodeId, is_materialised: impl Fn(NodeId) -> bool) -> Overlapping {
        let domain = &arena.node(fold).shape;
        let rank = domain.len();
        let mut way = Way { view: View::identity(rank, rank), extents: domain.clone(), overlaps: vec![] };
        let mut id = fold;
        loop {
            let node = arena.node(id);
            let is_open = id == fold || !is_materialised(id);
            let operand = node.operands.first().copied();
            match (&node.op, operand.filter(|_| is_open)) {
                (Op::Fold { axis, stride, dilation, .. }, Some(operand)) => {
                    let windows = &arena.node(operand).shape;
                    let (count, size) = (windows[*axis], windows[axis + 1]);
                    let Some(moved) =
                        way.folded(rank, *axis, Overlap { axis: 0, size, count, stride: *stride, dilation: *dilation })
                    else {
                        return way.read(id, &node.shape);
                    };
                    (way, id) = (moved, operand);
                }
                (Op::Detach, Some(operand)) => id = operand,
                (Op::Move(movement), Some(operand)) if !matches!(movement, Move::Pad { .. }) => {
                    match way.view.through(movement, &arena.node(operand).shape, &node.shape, &way.extents) {
                        Ok(moved) => way.view = moved,
                        Err(_) => return way.read(operand, &node.shape),
                    }
                    id = operand;
                }
                (Op::Dot, Some(_)) => {
                    return match way.product(arena, id, rank, &is_materialised) {
                        Some(windows) => Overlapping { overlaps: way.overlaps, windows },
                        None => way.read(id, &node.shape),
                    };
                }
                _ => return way.read(id, &node.shape),
            }
        }
    }

    /// The nodes whose memory is read.
    pub(super) fn nodes(&self) -> Vec<NodeId> {
        match &self.windows {
            Windows::Read(windows) => vec![windows.node],
            Windows::Product { factors, .. } => factors.iter().map(|factor| factor.node).collect(),
        }
    }

    pub(super) fn body(self, buffers: &HashMap<NodeId, BufferId>) -> Body {
        let overlaps = self.overlaps;
        match self.windows {
            Windows::Read(windows) => Body::Fold { windows: windows.access(buffers), overlaps },
            Windows::Product { factors, rows, depth } => {
                let [a, b] = factors.map(|factor| factor.access(buffers));
                Body::MatMulFold { a, b, rows, depth, overlaps }
            }
        }
    }
}

impl Way {
    fn read(self, id: NodeId, shape: &[usize]) -> Overlapping {
        let rank = self.extents.len();
        Overlapping { overlaps: self.overlaps, windows: Windows::Read(Factor::read(id, shape, self.view, rank)) }
    }

    /// One fold further, along an axis that is one of the domain's dimensions and not folded yet.
    fn folded(&self, rank: usize, axis: usize, overlap: Overlap) -> Option<Way> {
        let dimension = (0..rank).find(|&dimension| {
            let taken = self.overlaps.iter().any(|other| other.axis == dimension);
            !taken && self.view.index[axis] == Affine::coordinate(dimension, self.extents.len())
        })?;
        let shared = |(other, index): (usize, &Affine)| other != axis && index.strides[dimension] != 0;
        if self.view.index.iter().enumerate().any(shared) || !self.view.guards.is_empty() {
            return None;
        }
        let mut extents = self.extents.clone();
        extents[dimension] = overlap.count;
        extents.push(overlap.size);
        let mut view = self.view.clone();
        view.index.iter_mut().for_each(|index| index.strides.push(0));
        view.index.insert(axis + 1, Affine::coordinate(extents.len() - 1, extents.len()));
        let overlaps = [&self.overlaps[..], &[Overlap { axis: dimension, ..overlap }]].concat();
        Some(Way { view, extents, overlaps })
    }

    /// The windows as rows of a product: the domain's first dimensions, the folded ones among them, are its rows, the others and the taps its
    /// columns.
    fn product(
        &self,
        arena: &Arena,
        id: NodeId,
        rank: usize,
        is_materialised: impl Fn(NodeId) -> bool,
    ) -> Option<Windows> {
        let dot = arena.node(id);
        let [row, column] = &self.view.index[..] else { return None };
        let moves = |index: &Affine, dimension: usize| index.strides[dimension] != 0 && self.extents[dimension] != 1;
        let folded = self.overlaps.iter().map(|overlap| overlap.axis + 1).max()?;
        let rows = (0..rank).filter(|&dimension| moves(row, dimension)).map(|last| last + 1).fold(folded, usize::max);
        let fits = (0..rows).all(|dimension| !moves(column, dimension))
            && (rank..self.extents.len()).all(|tap| !moves(row, tap))
            && rows < rank;
        if !fits || !self.view.guards.is_empty() {
            return None;
        }
        let operands = [dot.operands[0], dot.operands[1]];
        let first = self.extents.len();
        let mut depth = vec![arena.node(operands[0]).shape[1]];
        loop {
            let extents = [&self.extents[..], &depth].concat();
            let wide = |index: &Affine| {
                let mut index = index.clone();
                index.strides.resize(extents.len(), 0);
                index
            };
            let mut number = View::grouped(&extents.iter().map(|&extent| vec![extent]).collect::<Vec<_>>());
            let inner = View { index: number.index.split_off(first), guards: vec![] }.flat(&depth, extents.len());
            let factor = |operand: usize, index: Vec<Affine>| {
                let view = View { index, guards: vec![] };
                Factor::followed(arena, operands[operand], view, &extents, first, &is_materialised)
            };
            let left = factor(0, vec![wide(row), inner.clone()]);
            match left.and_then(|left| Ok([left, factor(1, vec![inner, wide(column)])?])) {
                Ok(factors) => return Some(Windows::Product { factors, rows, depth }),
                Err(Split { dimension, inner }) => {
                    let number = dimension - first;
                    let outer = depth[number] / inner;
                    depth.splice(number..=number, [outer, inner]);
                }
            }
        }
    }
}
