//! Fusion: which values are written to memory, and the substitution of all others into their uses.
//!
//! # The decision
//! A value is *materialised*, that is, computed once by a kernel and kept in a buffer, when
//! it is wanted from outside (an output, an update); when an operation that combines numbers by its own loop makes it
//! (Reduce, Dot, Gather, ScatterAdd, Fold) or reads it other than through an affine access (operands of Dot, Gather, ScatterAdd,
//! Fold, once the moves that lead to them are followed; operands of a reshape that would need divisions); when it takes work and a
//! move then repeats it (Expand, Unfold, a Pad that at least doubles it), for what is repeated is computed once; when several kernels
//! would need it and recomputing costs more than a load; or when the expression has grown past `MAX_WORK` or `MAX_DEPTH`.
//! A Dot or Fold that nothing but another Fold reads is computed by that one's kernel. Every other value is substituted where it is
//! used.
//!
//! # The substitution
//! Walking from a materialised value towards its operands, each node is met under a *view*: an affine function of the
//! kernel's point for every axis of the node. Moves only change the view; at a buffer the view becomes a load.

mod decision;
mod factor;
mod overlap;
mod substitution;
mod view;

pub(crate) use decision::decide;
pub(crate) use substitution::{is_identity, lower};

use crate::graph::{Arena, Node, NodeId};
use crate::op::{Op, Source};
use crate::shape::reshape_groups;

/// Whether values are substituted into one another at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fusion {
    /// As the compiler sees fit.
    #[default]
    On,
    /// Every value is written by a kernel of its own and no two share memory: slow, and what fused programs are tested against.
    Off,
}

/// Whether the node is a buffer without any kernel.
fn is_buffer(arena: &Arena, id: NodeId) -> bool {
    matches!(arena.node(id).op, Op::Source(Source::Input(_) | Source::Param(_)))
}

/// Whether each axis of a reshape's operand is an affine function of the result's axes.
fn is_affine_reshape(arena: &Arena, node: &Node) -> bool {
    let from = &arena.node(node.operands[0]).shape;
    reshape_groups(from, &node.shape)
        .is_some_and(|groups| groups.into_iter().all(|(own, _)| from[own].iter().filter(|&&n| n != 1).count() <= 1))
}
