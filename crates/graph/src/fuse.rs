//! Fusion: which values are written to memory, and the substitution of all others into their uses.
//!
//! # The decision
//! A value is *materialised*, that is, computed once by a kernel and kept in a buffer, when
//! it is wanted from outside (an output, an update); when an operation that combines numbers by its own loop makes it
//! (Reduce, Dot, Gather, ScatterAdd, Fold) or reads it other than through an affine access (operands of Dot, Gather, ScatterAdd,
//! Fold; operands of a reshape that would need divisions); when it takes work and is then stretched by Expand, for what is broadcast is
//! computed once; when several kernels would need it and recomputing costs more than a load; or when the expression has grown
//! past [`MAX_INLINE`]. Every other value is substituted where it is used.
//!
//! # The substitution
//! Walking from a materialised value towards its operands, each node is met under a *view*: an affine function of the
//! kernel's point for every axis of the node. Moves only change the view; at a buffer the view becomes a load.

use std::collections::HashMap;

use crate::graph::{Arena, Node, NodeId};
use crate::kernel::{Access, Affine, Body, Guard, Kernel, Scalar, ScalarId, Store};
use crate::op::{Move, Op, Source, Unary};
use crate::program::BufferId;
use crate::shape::{Shape, reshape_groups, row_major};

/// Recomputing up to this much work in several kernels is cheaper than a buffer.
const CHEAP: u32 = 2;
/// Expressions larger than this are cut in two.
const MAX_INLINE: u32 = 128;

/// Which of the nodes that `wanted` depends on are materialised, in order. Inputs and parameters are buffers already and not listed.
pub(crate) fn decide(arena: &Arena, wanted: &[NodeId]) -> Vec<NodeId> {
    let live = live_nodes(arena, wanted);
    let mut materialised = vec![false; arena.nodes.len()];
    for &id in wanted {
        materialised[id.index()] = true;
    }
    for &id in &live {
        for base in buffers_needed(arena, id) {
            materialised[base.index()] = true;
        }
    }
    let work = cut_by_work(arena, &live, &mut materialised);
    cut_by_uses(arena, &live, &work, &mut materialised);
    live.into_iter().filter(|id| materialised[id.index()] && !is_buffer(arena, *id)).collect()
}

fn live_nodes(arena: &Arena, wanted: &[NodeId]) -> Vec<NodeId> {
    let mut live = vec![false; arena.nodes.len()];
    for id in wanted {
        live[id.index()] = true;
    }
    for index in (0..live.len()).rev() {
        if live[index] {
            for operand in &arena.nodes[index].operands {
                live[operand.index()] = true;
            }
        }
    }
    (0..live.len()).filter(|&index| live[index]).map(|index| NodeId(index as u32)).collect()
}

/// Whether the node is a buffer without any kernel.
pub(crate) fn is_buffer(arena: &Arena, id: NodeId) -> bool {
    matches!(arena.node(id).op, Op::Source(Source::Input(_) | Source::Param(_)))
}

/// The nodes that must be buffers for this one to be computed at all.
fn buffers_needed(arena: &Arena, id: NodeId) -> Vec<NodeId> {
    let node = arena.node(id);
    match &node.op {
        Op::Dot | Op::Gather | Op::ScatterAdd { .. } | Op::Fold { .. } => {
            let mut needed: Vec<NodeId> = node.operands.iter().map(|&operand| base(arena, operand)).collect();
            needed.push(id);
            needed
        }
        Op::Reduce { .. } => vec![id],
        Op::Move(Move::Reshape) if !is_affine_reshape(arena, node) => vec![node.operands[0]],
        Op::Source(_) | Op::Unary(_) | Op::Binary(_) | Op::Select | Op::Move(_) | Op::Detach => vec![],
    }
}

/// The node whose buffer an unguarded affine access to `id` reads.
fn base(arena: &Arena, id: NodeId) -> NodeId {
    let node = arena.node(id);
    match &node.op {
        Op::Move(Move::Pad { .. }) => id,
        Op::Move(Move::Reshape) if !is_affine_reshape(arena, node) => node.operands[0],
        Op::Move(_) | Op::Detach => base(arena, node.operands[0]),
        _ => id,
    }
}

/// Whether each axis of a reshape's operand is an affine function of the result's axes.
fn is_affine_reshape(arena: &Arena, node: &Node) -> bool {
    let from = &arena.node(node.operands[0]).shape;
    reshape_groups(from, &node.shape)
        .is_some_and(|groups| groups.into_iter().all(|(own, _)| from[own].iter().filter(|&&n| n != 1).count() <= 1))
}

/// Materialises what is stretched after work and what has grown too large. Returns the work that substitution of each node repeats.
fn cut_by_work(arena: &Arena, live: &[NodeId], materialised: &mut [bool]) -> Vec<u32> {
    let mut work = vec![0u32; arena.nodes.len()];
    for &id in live {
        let node = arena.node(id);
        let inherited: u32 = node.operands.iter().map(|operand| work[operand.index()]).sum();
        if matches!(node.op, Op::Move(Move::Expand)) && inherited > 0 {
            materialised[node.operands[0].index()] = true;
            work[node.operands[0].index()] = 0;
            continue;
        }
        let total = inherited + own_work(&node.op);
        materialised[id.index()] |= total > MAX_INLINE;
        work[id.index()] = if materialised[id.index()] { 0 } else { total };
    }
    work
}

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

/// The kernels that a node would be substituted into.
#[derive(Clone, Copy, PartialEq)]
enum Users {
    None,
    One(NodeId),
    Many,
}

/// Materialises what several kernels need and is not cheap.
fn cut_by_uses(arena: &Arena, live: &[NodeId], work: &[u32], materialised: &mut [bool]) {
    let mut users = vec![Users::None; arena.nodes.len()];
    for &id in live.iter().rev() {
        let node = arena.node(id);
        let index = id.index();
        let moves = matches!(node.op, Op::Move(_) | Op::Detach);
        if users[index] == Users::Many && work[index] > CHEAP && !moves {
            materialised[index] = true;
        }
        let kernels = if materialised[index] { Users::One(id) } else { users[index] };
        for operand in &node.operands {
            let slot = &mut users[operand.index()];
            *slot = match (*slot, kernels) {
                (Users::None, new) => new,
                (old, new) if old == new => old,
                _ => Users::Many,
            };
        }
    }
}

/// The kernel that computes a materialised node. `buffers` says where every materialised node is kept.
pub(crate) fn lower(arena: &Arena, id: NodeId, buffers: &HashMap<NodeId, BufferId>) -> Kernel {
    let node = arena.node(id);
    let domain = node.shape.clone();
    let with_inner = |inner: &[usize]| [&domain[..], inner].concat();
    let access = |operand: NodeId, view: View, extents: Shape| -> Access {
        Substitution::new(arena, buffers, extents).access(operand, view)
    };
    let rank = domain.len();
    let body = match &node.op {
        Op::Reduce { op, axes } => {
            let operand = arena.node(node.operands[0]);
            let inner: Shape = axes.iter().map(|&axis| operand.shape[axis]).collect();
            let extents = with_inner(&inner);
            let mut view = View::identity(rank, extents.len());
            for (number, &axis) in axes.iter().enumerate() {
                view.index[axis] = Affine::coordinate(rank + number, extents.len());
            }
            let mut substitution = Substitution::new(arena, buffers, extents);
            substitution.scalar(node.operands[0], view);
            Some(Body::Reduce { op: *op, extents: inner, terms: substitution.scalars })
        }
        Op::Dot => {
            let depth = arena.node(node.operands[0]).shape[rank - 1];
            let mut left = View::identity(rank, rank + 1);
            left.index[rank - 1] = Affine::coordinate(rank, rank + 1);
            let mut right = View::identity(rank, rank + 1);
            right.index[rank - 2] = Affine::coordinate(rank, rank + 1);
            Some(Body::MatMul {
                a: access(node.operands[0], left, with_inner(&[depth])),
                b: access(node.operands[1], right, with_inner(&[depth])),
                depth,
            })
        }
        Op::Gather => {
            let table = arena.node(node.operands[0]);
            let rows_rank = arena.node(node.operands[1]).shape.len();
            let mut view = View::identity(rank, rank);
            let rows = access(node.operands[1], view.first(rows_rank), domain.clone());
            view.index.drain(..rows_rank);
            view.index.insert(0, Affine::fixed(0, rank));
            let first = access(node.operands[0], view.clone(), domain.clone());
            view.index[0].offset = 1;
            let second = access(node.operands[0], view, domain.clone());
            Some(Body::Gather {
                stride: second.index.offset - first.index.offset,
                table: first,
                rows,
                len: table.shape[0],
            })
        }
        Op::ScatterAdd { .. } => {
            let inner = arena.node(node.operands[0]).shape.clone();
            let extents = with_inner(&inner);
            let all = View::identity(extents.len(), extents.len());
            let rows = View { index: all.index[rank..].to_vec(), guards: vec![] };
            let values = View { index: [&all.index[rank..], &all.index[1..rank]].concat(), guards: vec![] };
            Some(Body::ScatterAdd {
                rows: access(node.operands[0], rows, extents.clone()),
                values: access(node.operands[1], values, extents),
                extents: inner,
            })
        }
        Op::Fold { axis, stride, dilation, .. } => {
            let operand = arena.node(node.operands[0]);
            let (count, size) = (operand.shape[*axis], operand.shape[axis + 1]);
            let mut view = View::identity(rank, rank + 1);
            view.index.insert(axis + 1, Affine::coordinate(rank, rank + 1));
            let mut extents = with_inner(&[size]);
            extents[*axis] = count;
            let windows = access(node.operands[0], view, extents);
            Some(Body::Fold { windows, axis: *axis, size, count, stride: *stride, dilation: *dilation })
        }
        Op::Source(_) | Op::Unary(_) | Op::Binary(_) | Op::Select | Op::Move(_) | Op::Detach => None,
    };
    let mut scalars = vec![Scalar::Body];
    if body.is_none() {
        let mut substitution = Substitution::new(arena, buffers, domain.clone());
        substitution.root = Some(id);
        substitution.scalar(id, View::identity(rank, rank));
        scalars = substitution.scalars;
    }
    let stores = vec![Store { value: ScalarId(scalars.len() - 1), target: buffers[&id] }];
    Kernel { domain, body: body.unwrap_or(Body::None), scalars, stores }.squeeze()
}

/// How a node is met: an affine function of the kernel's point for each of its axes, and where it counts as 0.
#[derive(Clone, PartialEq, Eq, Hash)]
struct View {
    index: Vec<Affine>,
    guards: Vec<Guard>,
}

impl View {
    fn identity(axes: usize, rank: usize) -> View {
        View { index: (0..axes).map(|axis| Affine::coordinate(axis, rank)).collect(), guards: vec![] }
    }

    fn first(&self, axes: usize) -> View {
        View { index: self.index[..axes].to_vec(), guards: self.guards.clone() }
    }

    /// The row-major number of the element met.
    fn flat(&self, shape: &[usize], rank: usize) -> Affine {
        let strides = row_major(shape);
        self.index.iter().zip(strides).fold(Affine::fixed(0, rank), |sum, (index, stride)| sum.plus(index, stride))
    }
}

struct Substitution<'a> {
    arena: &'a Arena,
    buffers: &'a HashMap<NodeId, BufferId>,
    /// The node whose kernel this is: computed here although it is materialised.
    root: Option<NodeId>,
    extents: Shape,
    scalars: Vec<Scalar>,
    known: HashMap<(NodeId, View), ScalarId>,
}

impl<'a> Substitution<'a> {
    fn new(arena: &'a Arena, buffers: &'a HashMap<NodeId, BufferId>, extents: Shape) -> Substitution<'a> {
        Substitution { arena, buffers, root: None, extents, scalars: vec![], known: HashMap::new() }
    }

    fn push(&mut self, scalar: Scalar) -> ScalarId {
        self.scalars.push(scalar);
        ScalarId(self.scalars.len() - 1)
    }

    /// The element of a buffer that a view of a move of it names.
    fn access(&mut self, id: NodeId, view: View) -> Access {
        match self.scalar(id, view) {
            ScalarId(last) => match &self.scalars[last] {
                Scalar::Load(access) => access.clone(),
                other => unreachable!("{other:?} is not a buffer: the decision materialises operands of routines"),
            },
        }
    }

    fn scalar(&mut self, id: NodeId, view: View) -> ScalarId {
        let key = (id, view);
        if let Some(&known) = self.known.get(&key) {
            return known;
        }
        let scalar = self.substitute(id, key.1.clone());
        self.known.insert(key, scalar);
        scalar
    }

    fn substitute(&mut self, id: NodeId, view: View) -> ScalarId {
        let node = self.arena.node(id);
        if let Some(&buffer) = self.buffers.get(&id).filter(|_| self.root != Some(id)) {
            return self.load(buffer, &node.shape, &view);
        }
        let rank = self.extents.len();
        match &node.op {
            Op::Source(Source::Const(bits)) => self.push(Scalar::Const(f32::from_bits(*bits))),
            Op::Source(Source::Iota(axis)) => self.push(Scalar::Index(view.index[*axis].clone())),
            Op::Source(Source::Random(stream)) => {
                self.push(Scalar::Random { stream: *stream, element: view.flat(&node.shape, rank) })
            }
            Op::Unary(unary) => {
                let x = self.scalar(node.operands[0], view);
                self.push(Scalar::Unary(*unary, x))
            }
            Op::Binary(binary) => {
                let a = self.scalar(node.operands[0], view.clone());
                let b = self.scalar(node.operands[1], view);
                self.push(Scalar::Binary(*binary, a, b))
            }
            Op::Select => {
                let [c, a, b] = [0, 1, 2].map(|operand| self.scalar(node.operands[operand], view.clone()));
                self.push(Scalar::Select(c, a, b))
            }
            Op::Detach => self.scalar(node.operands[0], view),
            Op::Move(movement) => self.moved(movement, node, view),
            Op::Source(Source::Input(_) | Source::Param(_))
            | Op::Reduce { .. }
            | Op::Dot
            | Op::Gather
            | Op::ScatterAdd { .. }
            | Op::Fold { .. } => unreachable!("{:?} is always a buffer", node.op),
        }
    }

    fn load(&mut self, buffer: BufferId, shape: &[usize], view: &View) -> ScalarId {
        let index = view.flat(shape, self.extents.len());
        self.push(Scalar::Load(Access { buffer, index, guards: view.guards.clone() }))
    }

    fn moved(&mut self, movement: &Move, node: &Node, mut view: View) -> ScalarId {
        let rank = self.extents.len();
        let operand = node.operands[0];
        let from = &self.arena.node(operand).shape;
        match movement {
            Move::Reshape => {
                let Some(index) = reshape_view(from, &node.shape, &view, rank) else {
                    let buffer = self.buffers[&operand];
                    return self.load(buffer, &node.shape, &view);
                };
                view.index = index;
            }
            Move::Permute(order) => {
                let mut index = view.index.clone();
                for (to, &axis) in order.iter().enumerate() {
                    index[axis] = view.index[to].clone();
                }
                view.index = index;
            }
            Move::Expand => {
                for axis in (0..from.len()).filter(|&axis| from[axis] == 1) {
                    view.index[axis] = Affine::fixed(0, rank);
                }
            }
            Move::Slice { axis, start, step } => {
                view.index[*axis] = Affine::fixed(*start as isize, rank).plus(&view.index[*axis], *step as isize);
            }
            Move::Flip(axis) => {
                view.index[*axis] = Affine::fixed(from[*axis] as isize - 1, rank).plus(&view.index[*axis], -1);
            }
            Move::Unfold { axis, stride, dilation, .. } => {
                let tap = view.index.remove(axis + 1);
                let window = &view.index[*axis];
                view.index[*axis] =
                    Affine::fixed(0, rank).plus(window, *stride as isize).plus(&tap, *dilation as isize);
            }
            Move::Pad { axis, before, .. } => return self.padded(operand, view, *axis, *before),
        }
        self.scalar(operand, view)
    }

    fn padded(&mut self, operand: NodeId, mut view: View, axis: usize, before: usize) -> ScalarId {
        view.index[axis].offset -= before as isize;
        let guard = Guard { index: view.index[axis].clone(), extent: self.arena.node(operand).shape[axis] };
        if guard.always_holds(&self.extents) || view.guards.contains(&guard) {
            return self.scalar(operand, view);
        }
        view.guards.push(guard.clone());
        let inner = self.scalar(operand, view);
        if matches!(self.scalars[inner.0], Scalar::Load(_)) {
            return inner;
        }
        let inside = self.push(Scalar::Inside(vec![guard]));
        let zero = self.push(Scalar::Const(0.0));
        self.push(Scalar::Select(inside, inner, zero))
    }
}

/// The view of a reshape's operand under a view of its result; `None` where it would need divisions.
fn reshape_view(from: &[usize], to: &[usize], view: &View, rank: usize) -> Option<Vec<Affine>> {
    let mut index = vec![Affine::fixed(0, rank); from.len()];
    for (own, others) in reshape_groups(from, to)? {
        let mut long = own.filter(|&axis| from[axis] != 1);
        let Some(axis) = long.next() else { continue };
        if long.next().is_some() {
            return None;
        }
        let part = View { index: view.index[others.clone()].to_vec(), guards: vec![] };
        index[axis] = part.flat(&to[others], rank);
    }
    Some(index)
}

/// Whether a scalar reads `access.buffer` at the point's own row-major number, unguarded.
pub(crate) fn is_identity(access: &Access, domain: &[usize]) -> bool {
    let own = View::identity(domain.len(), domain.len()).flat(domain, domain.len());
    let same = |axis: usize| domain[axis] == 1 || access.index.strides[axis] == own.strides[axis];
    access.guards.is_empty() && access.index.offset == 0 && (0..domain.len()).all(same)
}
