//! What costs nothing to simplify is simplified when a node is added: constants folded, neutral elements dropped, constant
//! factors joined and drawn out of sums, moves joined.
//!
//! Rules keep the value up to rounding, with one exception: `0·x` counts as 0, also where `x` is infinite or NaN.

use crate::graph::{Arena, Node, NodeId};
use crate::op::{Binary, Move, Op, Reduce, Source, Unary};
use crate::shape::Shape;

impl Arena {
    /// The node of an operation: a simpler one of the same value, an equal one that exists, or a new one.
    pub(crate) fn add(&mut self, op: Op, operands: Vec<NodeId>, shape: Shape) -> NodeId {
        let simpler = match &op {
            Op::Unary(unary) => self.simplify_unary(*unary, operands[0]),
            Op::Binary(binary) => return self.add_binary(*binary, operands[0], operands[1]),
            Op::Select => self.simplify_select(&operands),
            Op::Reduce { op, axes } => self.simplify_reduce(*op, axes, operands[0]),
            Op::Move(movement) => self.simplify_move(movement, operands[0], &shape),
            Op::Dot => self.simplify_dot(operands[0], operands[1], &shape),
            Op::Detach => self.constant(operands[0]).map(|_| operands[0]),
            Op::Source(_) | Op::Gather | Op::ScatterAdd { .. } | Op::Fold { .. } => None,
        };
        simpler.unwrap_or_else(|| self.intern(Node { op, operands, shape }))
    }

    fn constant(&self, id: NodeId) -> Option<f32> {
        match self.node(id).op {
            Op::Source(Source::Const(bits)) => Some(f32::from_bits(bits)),
            _ => None,
        }
    }

    fn add_constant(&mut self, value: f32, shape: Shape) -> NodeId {
        self.intern(Node { op: Op::Source(Source::Const(value.to_bits())), operands: vec![], shape })
    }

    fn add_unary(&mut self, op: Unary, x: NodeId) -> NodeId {
        let shape = self.node(x).shape.clone();
        self.add(Op::Unary(op), vec![x], shape)
    }

    /// `factor·x`
    fn add_scaled(&mut self, factor: f32, x: NodeId) -> NodeId {
        let constant = self.add_constant(factor, self.node(x).shape.clone());
        self.add_binary(Binary::Mul, constant, x)
    }

    /// A node as a constant factor and the rest: `-x` and `c·x`.
    fn factored(&self, id: NodeId) -> Option<(f32, NodeId)> {
        let node = self.node(id);
        match node.op {
            Op::Unary(Unary::Neg) => Some((-1.0, node.operands[0])),
            Op::Binary(Binary::Mul) => Some((self.constant(node.operands[0])?, node.operands[1])),
            _ => None,
        }
    }

    fn negated(&self, id: NodeId) -> Option<NodeId> {
        let node = self.node(id);
        (node.op == Op::Unary(Unary::Neg)).then(|| node.operands[0])
    }

    fn simplify_unary(&mut self, op: Unary, x: NodeId) -> Option<NodeId> {
        if let Some(value) = self.constant(x) {
            return Some(self.add_constant(fold_unary(op, value), self.node(x).shape.clone()));
        }
        match (op, self.factored(x)) {
            (Unary::Neg, Some((factor, rest))) => Some(self.add_scaled(-factor, rest)),
            _ => None,
        }
    }

    /// Operands of sums and products are put in one order, a constant first.
    fn add_binary(&mut self, op: Binary, a: NodeId, b: NodeId) -> NodeId {
        let commutes = matches!(op, Binary::Add | Binary::Mul);
        let swap = commutes && (self.constant(a).is_none(), a) > (self.constant(b).is_none(), b);
        let (a, b) = if swap { (b, a) } else { (a, b) };
        self.simplify_binary(op, a, b).unwrap_or_else(|| {
            let shape = self.node(a).shape.clone();
            self.intern(Node { op: Op::Binary(op), operands: vec![a, b], shape })
        })
    }

    fn simplify_binary(&mut self, op: Binary, a: NodeId, b: NodeId) -> Option<NodeId> {
        let shape = self.node(a).shape.clone();
        match (op, self.constant(a), self.constant(b)) {
            (_, Some(x), Some(y)) => return Some(self.add_constant(fold_binary(op, x, y), shape)),
            (Binary::Add, Some(0.0), _) | (Binary::Mul, Some(1.0), _) => return Some(b),
            (Binary::Mul, Some(0.0), _) => return Some(self.add_constant(0.0, shape)),
            (Binary::Mul, Some(-1.0), _) => return Some(self.add_unary(Unary::Neg, b)),
            (Binary::Mul, Some(outer), _) => {
                let (inner, rest) = self.factored(b)?;
                let factor = outer * inner;
                return factor.is_normal().then(|| self.add_scaled(factor, rest));
            }
            _ => {}
        }
        match (op, self.negated(a), self.negated(b)) {
            (Binary::Mul, Some(a), Some(b)) => Some(self.add_binary(Binary::Mul, a, b)),
            (Binary::Add, Some(a), Some(b)) => {
                let sum = self.add_binary(Binary::Add, a, b);
                Some(self.add_unary(Unary::Neg, sum))
            }
            (Binary::Add, ..) if a == b => Some(self.add_scaled(2.0, a)),
            _ => None,
        }
    }

    fn simplify_select(&self, operands: &[NodeId]) -> Option<NodeId> {
        let [condition, a, b] = operands else { return None };
        if a == b {
            return Some(*a);
        }
        Some(if self.constant(*condition)? != 0.0 { *a } else { *b })
    }

    fn simplify_reduce(&mut self, op: Reduce, axes: &[usize], x: NodeId) -> Option<NodeId> {
        let mut shape = self.node(x).shape.clone();
        let count: usize = axes.iter().map(|&axis| std::mem::replace(&mut shape[axis], 1)).product();
        if self.node(x).shape == shape {
            return Some(x);
        }
        match (op, self.constant(x), self.factored(x)) {
            (Reduce::Sum, Some(_), _) if count == 0 => Some(self.add_constant(0.0, shape)),
            (Reduce::Sum, Some(value), _) => Some(self.add_constant(value * count as f32, shape)),
            (Reduce::Sum, None, Some((factor, rest))) => {
                let sum = self.add(Op::Reduce { op, axes: axes.to_vec() }, vec![rest], shape);
                Some(self.add_scaled(factor, sum))
            }
            _ => None,
        }
    }

    fn simplify_dot(&mut self, a: NodeId, b: NodeId, shape: &Shape) -> Option<NodeId> {
        let [.., rows, depth] = self.node(a).shape[..] else { return None };
        let columns = shape.last().copied()?;
        let stretched = |arena: &mut Arena, x| arena.add(Op::Move(Move::Expand), vec![x], shape.clone());
        // A sum of one product is that product, and one with equal factors is a sum.
        if depth == 1 {
            let (a, b) = (stretched(self, a), stretched(self, b));
            return Some(self.add_binary(Binary::Mul, a, b));
        }
        let axis = shape.len() - 1;
        let sum = match (self.constant(a), self.constant(b)) {
            (Some(factor), _) => Some((factor, b, axis - 1, [1, columns])),
            (_, Some(factor)) => Some((factor, a, axis, [rows, 1])),
            (None, None) => None,
        };
        if let Some((factor, x, axis, last)) = sum {
            let shape = [&shape[..shape.len() - 2], &last[..]].concat();
            let sum = self.add(Op::Reduce { op: Reduce::Sum, axes: vec![axis] }, vec![x], shape);
            let sum = stretched(self, sum);
            return Some(self.add_scaled(factor, sum));
        }
        let (factor, a, b) = match (self.factored(a), self.factored(b)) {
            (Some((factor, a)), _) => (factor, a, b),
            (None, Some((factor, b))) => (factor, a, b),
            (None, None) => return None,
        };
        let product = self.add(Op::Dot, vec![a, b], shape.clone());
        Some(self.add_scaled(factor, product))
    }

    fn simplify_move(&mut self, movement: &Move, x: NodeId, shape: &Shape) -> Option<NodeId> {
        if let Some(value) = self.constant(x).filter(|value| *value == 0.0 || !matches!(movement, Move::Pad { .. })) {
            return Some(self.add_constant(value, shape.clone()));
        }
        let inner = self.node(x).clone();
        let unchanged = inner.shape == *shape;
        let joined = match (movement, &inner.op) {
            (Move::Reshape | Move::Expand | Move::Slice { .. } | Move::Pad { .. }, _) if unchanged => return Some(x),
            (Move::Permute(order), _) if order.iter().copied().eq(0..order.len()) => return Some(x),
            (Move::Flip(axis), _) if shape[*axis] == 1 => return Some(x),
            (Move::Unfold { size: 1, stride: 1, .. }, _) => {
                return Some(self.add(Op::Move(Move::Reshape), vec![x], shape.clone()));
            }
            (Move::Reshape, Op::Move(Move::Reshape)) => Move::Reshape,
            (Move::Expand, Op::Move(Move::Expand)) => Move::Expand,
            (Move::Permute(order), Op::Move(Move::Permute(first))) => {
                Move::Permute(order.iter().map(|&axis| first[axis]).collect())
            }
            _ => return None,
        };
        Some(self.add(Op::Move(joined), inner.operands, shape.clone()))
    }
}

fn fold_unary(op: Unary, x: f32) -> f32 {
    match op {
        Unary::Neg => -x,
        Unary::Recip => x.recip(),
        Unary::Exp => x.exp(),
        Unary::Log => x.ln(),
        Unary::Sqrt => x.sqrt(),
        Unary::Tanh => x.tanh(),
        Unary::Sin => x.sin(),
        Unary::Floor => x.floor(),
    }
}

fn fold_binary(op: Binary, a: f32, b: f32) -> f32 {
    match op {
        Binary::Add => a + b,
        Binary::Mul => a * b,
        Binary::Max => a.max(b),
        Binary::Less => f32::from(u8::from(a < b)),
    }
}
