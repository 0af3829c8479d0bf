//! The decision: which nodes are materialised.

use super::factor::Factors;
use super::overlap::Overlapping;
use super::{Fusion, is_affine_reshape, is_buffer};
use crate::graph::{Arena, NodeId};
use crate::op::{Move, Op, Source, Unary};
use crate::shape::numel;

/// Recomputing up to this much work in several kernels is cheaper than a buffer.
const CHEAP: u32 = 2;
/// Expressions that take more work are cut in two.
const MAX_WORK: u32 = 128;
/// So are those that nest deeper, so that no walk over an expression overflows a small stack.
const MAX_DEPTH: u32 = 128;

/// Which of the nodes that `wanted` depends on are materialised, in order. Inputs and parameters are buffers already and not listed.
pub(crate) fn decide(arena: &Arena, wanted: &[NodeId], fusion: Fusion) -> Vec<NodeId> {
    let live = live_nodes(arena, wanted, fusion);
    let mut materialised = vec![fusion == Fusion::Off; arena.nodes.len()];
    if fusion == Fusion::On {
        for &id in wanted {
            materialised[id.index()] = true;
        }
        for &id in &live {
            for needed in buffers_needed(arena, id) {
                materialised[needed.index()] = true;
            }
        }
        let nodes = materialised.len();
        let mut decision = Decision {
            arena,
            live: &live,
            materialised,
            work: vec![0; nodes],
            depth: vec![0; nodes],
            seen: vec![0; nodes],
        };
        decision.cut_by_size();
        decision.cut_by_uses();
        decision.cut_before_reductions();
        materialised = decision.materialised;
    }
    live.into_iter().filter(|id| materialised[id.index()] && !is_buffer(arena, *id)).collect()
}

/// The nodes that kernels meet, in order: not those that are only moved on their way into a routine.
fn live_nodes(arena: &Arena, wanted: &[NodeId], fusion: Fusion) -> Vec<NodeId> {
    let mut live = vec![false; arena.nodes.len()];
    for id in wanted {
        live[id.index()] = true;
    }
    for index in (0..live.len()).rev() {
        if !live[index] {
            continue;
        }
        let read = routine_reads(arena, NodeId(index as u32)).filter(|_| fusion == Fusion::On);
        for operand in read.as_ref().unwrap_or(&arena.nodes[index].operands) {
            live[operand.index()] = true;
        }
    }
    (0..live.len()).filter(|&index| live[index]).map(|index| NodeId(index as u32)).collect()
}

/// The nodes that must be buffers for this one to be computed at all.
fn buffers_needed(arena: &Arena, id: NodeId) -> Vec<NodeId> {
    let node = arena.node(id);
    if let Some(mut read) = routine_reads(arena, id) {
        read.push(id);
        return read;
    }
    match &node.op {
        Op::Reduce { .. } => vec![id],
        Op::Move(Move::Reshape) if !is_affine_reshape(arena, node) => vec![node.operands[0]],
        _ => vec![],
    }
}

/// The nodes whose buffers a routine reads, if this is one.
fn routine_reads(arena: &Arena, id: NodeId) -> Option<Vec<NodeId>> {
    let node = arena.node(id);
    match &node.op {
        Op::Dot => Some(Factors::of(arena, node, |id| is_buffer(arena, id)).nodes().collect()),
        Op::Fold { .. } => Some(Overlapping::of(arena, id, |id| is_buffer(arena, id)).nodes()),
        Op::Gather | Op::ScatterAdd { .. } => Some(node.operands.iter().map(|&operand| base(arena, operand)).collect()),
        Op::Reduce { .. } | Op::Source(_) | Op::Unary(_) | Op::Binary(_) | Op::Select | Op::Move(_) | Op::Detach => {
            None
        }
    }
}

/// The node whose buffer an unguarded affine access to `id` reads.
fn base(arena: &Arena, mut id: NodeId) -> NodeId {
    loop {
        let node = arena.node(id);
        match &node.op {
            Op::Move(Move::Reshape) if !is_affine_reshape(arena, node) => return node.operands[0],
            Op::Move(Move::Pad { .. }) => return id,
            Op::Move(_) | Op::Detach => id = node.operands[0],
            _ => return id,
        }
    }
}

struct Decision<'a> {
    arena: &'a Arena,
    live: &'a [NodeId],
    materialised: Vec<bool>,
    /// The work that substituting a node into one use repeats: 0 where a buffer is loaded instead.
    work: Vec<u32>,
    /// How deep the expression of a node nests.
    depth: Vec<u32>,
    /// Marks the nodes of one expression by the number of its root.
    seen: Vec<u32>,
}

impl Decision<'_> {
    /// Materialises what is repeated after work and what has grown too large.
    fn cut_by_size(&mut self) {
        for &id in self.live {
            let node = self.arena.node(id);
            if let (Op::Move(_), &[operand]) = (&node.op, &node.operands[..]) {
                let repeated = numel(&node.shape) >= 2 * numel(&self.arena.node(operand).shape);
                // One cheap operation may be repeated: cheaper than a kernel of its own.
                if repeated && self.work[operand.index()] > 1 {
                    let source = self.unmoved(operand);
                    self.materialise(source);
                    self.measure(operand);
                }
            }
            self.measure(id);
            if self.work[id.index()] > MAX_WORK || self.depth[id.index()] > MAX_DEPTH {
                self.materialise(id);
            }
        }
    }

    /// The node of which this one is another arrangement of the same numbers.
    fn unmoved(&self, mut id: NodeId) -> NodeId {
        loop {
            let node = self.arena.node(id);
            match &node.op {
                Op::Move(Move::Reshape) if is_affine_reshape(self.arena, node) => id = node.operands[0],
                Op::Move(Move::Permute(_) | Move::Flip(_)) | Op::Detach => id = node.operands[0],
                _ => return id,
            }
        }
    }

    fn materialise(&mut self, id: NodeId) {
        self.materialised[id.index()] = true;
        self.work[id.index()] = 0;
        self.depth[id.index()] = 0;
    }

    /// Measures the expression of a node whose operands are measured.
    fn measure(&mut self, id: NodeId) {
        if self.is_loaded(id) {
            return self.materialise(id);
        }
        let node = self.arena.node(id);
        let deepest = node.operands.iter().map(|operand| self.depth[operand.index()]).max();
        self.depth[id.index()] = 1 + deepest.unwrap_or(0);
        self.work[id.index()] = match &node.op {
            // All guards of a load are asked at once.
            Op::Move(Move::Pad { .. }) if self.is_load(node.operands[0]) => own_work(&node.op),
            Op::Move(_) => own_work(&node.op) + self.work[node.operands[0].index()],
            _ => self.work_met_once(id),
        };
    }

    /// Whether a node is substituted by a load.
    fn is_load(&self, mut id: NodeId) -> bool {
        while !self.is_loaded(id) {
            let node = self.arena.node(id);
            match node.op {
                Op::Move(_) | Op::Detach => id = node.operands[0],
                _ => return false,
            }
        }
        true
    }

    fn is_loaded(&self, id: NodeId) -> bool {
        self.materialised[id.index()] || is_buffer(self.arena, id)
    }

    /// The work of an expression in which what several operations share is done once. Behind a move everything counts
    /// anew, for another view of it may be met there.
    fn work_met_once(&mut self, root: NodeId) -> u32 {
        let mut total = 0;
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            let known = std::mem::replace(&mut self.seen[id.index()], root.0 + 1) == root.0 + 1;
            if known || self.is_loaded(id) {
                continue;
            }
            let node = self.arena.node(id);
            match &node.op {
                Op::Move(_) => total += self.work[id.index()],
                op => {
                    total += own_work(op);
                    open.extend(&node.operands);
                }
            }
            if total > MAX_WORK {
                break;
            }
        }
        total
    }

    /// Materialises what several kernels need and is not cheap.
    fn cut_by_uses(&mut self) {
        let mut users = vec![Users::None; self.arena.nodes.len()];
        let mut cut = Vec::new();
        for &id in self.live.iter().rev() {
            let node = self.arena.node(id);
            let index = id.index();
            let moves = matches!(node.op, Op::Move(_) | Op::Detach);
            if users[index] == Users::Many && self.work[index] > CHEAP && !moves {
                self.materialised[index] = true;
                cut.push(id);
            }
            let kernels = if self.materialised[index] { Users::One(id) } else { users[index] };
            for operand in &node.operands {
                let slot = &mut users[operand.index()];
                *slot = match (*slot, kernels) {
                    (Users::None, new) => new,
                    (old, new) if old == new => old,
                    _ => Users::Many,
                };
            }
        }
        self.restore_cheap(&cut);
    }

    /// What has become cheap because its operands were cut as well is substituted after all.
    fn restore_cheap(&mut self, cut: &[NodeId]) {
        let mut cut = cut.iter().rev().peekable();
        for &id in self.live {
            let was_cut = cut.next_if_eq(&&id).is_some();
            self.materialised[id.index()] &= !was_cut;
            self.measure(id);
            if was_cut && self.work[id.index()] > CHEAP {
                self.materialise(id);
            }
        }
    }
}

impl Decision<'_> {
    /// Materialises what a reduction combines where kernels over the same points made all that it is computed from: it is
    /// merged into them, and the reduction loads one number instead of several, which often nobody else needs.
    fn cut_before_reductions(&mut self) {
        let mut made = vec![false; self.arena.nodes.len()];
        for &id in self.live {
            let node = self.arena.node(id);
            if let Op::Reduce { .. } = node.op
                && self.combines_made(node.operands[0], &made)
            {
                self.materialise(node.operands[0]);
                made[node.operands[0].index()] = true;
            }
            let here = self.materialised[id.index()] && !is_buffer(self.arena, id);
            made[id.index()] = here || node.operands.iter().any(|operand| made[operand.index()]);
        }
    }

    /// Whether an expression that is not a buffer loads a kernel's results, all of them at its own points.
    fn combines_made(&mut self, root: NodeId, made: &[bool]) -> bool {
        let mut loads = false;
        let mut open = vec![root];
        let mut seen = std::collections::HashSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node = self.arena.node(id);
            if self.is_loaded(id) {
                loads |= id != root && !is_buffer(self.arena, id);
            } else if matches!(node.op, Op::Move(_)) && made[id.index()] {
                return false;
            } else {
                open.extend(&node.operands);
            }
        }
        loads
    }
}

/// The kernels that a node would be substituted into.
#[derive(Clone, Copy, PartialEq)]
enum Users {
    None,
    One(NodeId),
    Many,
}

/// Rough cost of an operation at one point, in additions.
fn own_work(op: &Op) -> u32 {
    match op {
        Op::Source(Source::Random(_)) => 8,
        Op::Source(Source::Input(_) | Source::Param(_) | Source::Const(_) | Source::Iota(_)) => 0,
        Op::Unary(Unary::Exp | Unary::Log | Unary::Tanh | Unary::Sin) => 8,
        Op::Unary(Unary::Recip | Unary::Sqrt) => 2,
        Op::Unary(Unary::Neg | Unary::Floor) | Op::Binary(_) | Op::Select | Op::Move(Move::Pad { .. }) => 1,
        Op::Reduce { .. } | Op::Dot | Op::Gather | Op::ScatterAdd { .. } | Op::Fold { .. } => 0,
        Op::Move(_) | Op::Detach => 0,
    }
}
