//! The substitution: the kernel of each materialised node.

use std::collections::HashMap;

use super::factor::Factors;
use super::overlap::Overlapping;
use super::view::View;
use crate::graph::{Arena, Node, NodeId};
use crate::kernel::{Access, Affine, Body, Kernel, Scalar, ScalarId, Store};
use crate::op::{Move, Op, Source};
use crate::program::BufferId;
use crate::shape::Shape;

/// The kernel that computes a materialised node. `buffers` says where every materialised node is kept.
pub(crate) fn lower(arena: &Arena, id: NodeId, buffers: &HashMap<NodeId, BufferId>) -> Kernel {
    let node = arena.node(id);
    let mut domain = node.shape.clone();
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
            let (split, body) = Factors::of(arena, node, |id| buffers.contains_key(&id)).kernel(buffers);
            domain = split;
            Some(body)
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
        Op::Fold { .. } => {
            let overlapping = Overlapping::of(arena, id, |id| buffers.contains_key(&id));
            Some(overlapping.body(buffers))
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
    Kernel { domain, body: body.unwrap_or(Body::None), scalars, stores }
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

    fn moved(&mut self, movement: &Move, node: &Node, view: View) -> ScalarId {
        let operand = node.operands[0];
        let from = &self.arena.node(operand).shape;
        match (movement, view.through(movement, from, &node.shape, &self.extents)) {
            (Move::Pad { .. }, Ok(moved)) => self.padded(operand, &view, moved),
            (_, Ok(moved)) => self.scalar(operand, moved),
            (_, Err(_)) => self.load(self.buffers[&operand], &node.shape, &view),
        }
    }

    /// What is padded, met under a view with one guard more at most than that of the padding.
    fn padded(&mut self, operand: NodeId, before: &View, view: View) -> ScalarId {
        let guard = view.guards.get(before.guards.len()).cloned();
        let inner = self.scalar(operand, view);
        let Some(guard) = guard.filter(|_| !matches!(self.scalars[inner.0], Scalar::Load(_))) else {
            return inner;
        };
        let inside = self.push(Scalar::Inside(vec![guard]));
        let zero = self.push(Scalar::Const(0.0));
        self.push(Scalar::Select(inside, inner, zero))
    }
}

/// Whether a scalar reads `access.buffer` at the point's own row-major number, unguarded.
pub(crate) fn is_identity(access: &Access, domain: &[usize]) -> bool {
    let own = View::identity(domain.len(), domain.len()).flat(domain, domain.len());
    let same = |axis: usize| domain[axis] == 1 || access.index.strides[axis] == own.strides[axis];
    access.guards.is_empty() && access.index.offset == 0 && (0..domain.len()).all(same)
}
