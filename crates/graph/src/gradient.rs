//! Reverse-mode gradients, graph to graph: the gradient is made of the same operations, so it has gradients too.
//!
//! A rule answers, for one operation `y = f(x₀, x₁, ..)` and the gradient `g = ∂L/∂y`, with `∂L/∂xᵢ` for each operand,
//! or `None` where nothing flows. Only the driver [`grad`] accumulates. Broadcasting needs no care here: it is
//! an operation of its own (Expand), whose gradient is a sum.

use std::collections::BTreeMap;

use crate::graph::NodeId;
use crate::op::{Binary, Move, Op, Reduce, Source, Unary};
use crate::shape::Shape;
use crate::tensor::Tensor;

/// The gradients of a scalar `loss` with respect to `wanted`, each of its tensor's shape; 0 where the loss does not depend on it.
///
/// # Panics
/// When `loss` is not a scalar.
#[track_caller]
pub fn grad<'g>(loss: Tensor<'g>, wanted: &[Tensor<'g>]) -> Vec<Tensor<'g>> {
    assert_eq!(loss.numel(), 1, "a gradient is taken of one number, not of shape {:?}", loss.shape());
    let graph = loss.graph();
    let mut gradients: BTreeMap<NodeId, Tensor<'g>> = BTreeMap::from([(loss.id(), loss.constant_like(1.0))]);
    let relevant = depends_on(loss, wanted);

    for id in (0..=loss.id().0).rev().map(NodeId) {
        if !relevant[id.index()] {
            continue;
        }
        let Some(&gradient) = gradients.get(&id) else { continue };
        let node = graph.arena.borrow().node(id).clone();
        let operands: Vec<Tensor<'g>> = node.operands.iter().map(|&operand| Tensor::new(graph, operand)).collect();
        let flows = rule(&node.op, &operands, Tensor::new(graph, id), gradient);
        for (operand, flow) in operands.iter().zip(flows) {
            let Some(flow) = flow.filter(|_| relevant[operand.id().index()]) else { continue };
            gradients.entry(operand.id()).and_modify(|sum| *sum = *sum + flow).or_insert(flow);
        }
    }
    wanted.iter().map(|tensor| gradients.get(&tensor.id()).copied().unwrap_or(tensor.constant_like(0.0))).collect()
}

/// For every node up to the loss: whether one of the wanted tensors has a part in it.
fn depends_on(loss: Tensor<'_>, wanted: &[Tensor<'_>]) -> Vec<bool> {
    let arena = loss.graph().arena.borrow();
    let mut depends = vec![false; loss.id().index() + 1];
    for tensor in wanted {
        if let Some(depends) = depends.get_mut(tensor.id().index()) {
            *depends = true;
        }
    }
    for index in 0..depends.len() {
        depends[index] |= arena.nodes[index].operands.iter().any(|operand| depends[operand.index()]);
    }
    depends
}

fn rule<'g>(op: &Op, x: &[Tensor<'g>], y: Tensor<'g>, g: Tensor<'g>) -> Vec<Option<Tensor<'g>>> {
    match op {
        Op::Source(Source::Input(_) | Source::Param(_) | Source::Const(_) | Source::Iota(_) | Source::Random(_)) => {
            vec![]
        }
        Op::Unary(unary) => vec![unary_rule(*unary, x[0], y, g)],
        Op::Binary(Binary::Add) => vec![Some(g), Some(g)],
        Op::Binary(Binary::Mul) => vec![Some(g * x[1]), Some(g * x[0])],
        Op::Binary(Binary::Max) => vec![Some(g * x[1].less(y)), Some(g * x[0].less(y))],
        Op::Binary(Binary::Less) => vec![None, None],
        Op::Select => {
            let zero = g.constant_like(0.0);
            vec![None, Some(x[0].select(g, zero)), Some(x[0].select(zero, g))]
        }
        Op::Reduce { op: Reduce::Sum, .. } => vec![Some(g.broadcast_to(x[0].shape()))],
        Op::Reduce { op: Reduce::Max, axes } => {
            // Shared equally among the elements that attain the maximum.
            let attains = 1.0 - x[0].less(y.broadcast_to(x[0].shape()));
            vec![Some(attains * (g / attains.sum_keep(axes)).broadcast_to(x[0].shape()))]
        }
        Op::Dot => vec![Some(g.dot(x[1].t())), Some(x[0].t().dot(g))],
        Op::Move(movement) => vec![Some(move_rule(movement, &x[0].shape(), g))],
        Op::Gather => vec![Some(g.scatter_add(x[1], x[0].extent(0))), None],
        Op::ScatterAdd { .. } => vec![None, Some(g.gather(x[0]))],
        Op::Fold { axis, stride, dilation, .. } => {
            let (windows, size) = (x[0].extent(*axis), x[0].extent(axis + 1));
            let reach = (windows - 1) * stride + (size - 1) * dilation + 1;
            vec![Some(g.slice(*axis, 0, reach).unfold(*axis, size, *stride, *dilation))]
        }
        Op::Detach => vec![None],
    }
}

fn unary_rule<'g>(op: Unary, x: Tensor<'g>, y: Tensor<'g>, g: Tensor<'g>) -> Option<Tensor<'g>> {
    match op {
        Unary::Neg => Some(-g),
        Unary::Recip => Some(-(g * y * y)),
        Unary::Exp => Some(g * y),
        Unary::Log => Some(g / x),
        Unary::Sqrt => Some(0.5 * g / y),
        Unary::Tanh => Some(g * (1.0 - y * y)),
        Unary::Sin => Some(g * (x + std::f32::consts::FRAC_PI_2).sin()),
        Unary::Floor => None,
    }
}

fn move_rule<'g>(movement: &Move, from: &Shape, g: Tensor<'g>) -> Tensor<'g> {
    match movement {
        Move::Reshape => g.reshape(from.clone()),
        Move::Permute(order) => {
            let mut back = vec![0; order.len()];
            for (to, &axis) in order.iter().enumerate() {
                back[axis] = to;
            }
            g.permute(&back)
        }
        Move::Expand => {
            let shape = g.shape();
            let stretched: Vec<usize> = (0..from.len()).filter(|&axis| from[axis] != shape[axis]).collect();
            g.sum_keep(&stretched)
        }
        Move::Slice { axis, start, step } => {
            let taken = g.extent(*axis);
            if taken == 0 {
                return g.graph().constant(0.0, from.clone());
            }
            let reach = (taken - 1) * step + 1;
            let spread = if *step == 1 {
                g
            } else {
                let mut windows = g.shape();
                windows.insert(axis + 1, 1);
                g.reshape(windows).fold(*axis, reach, *step, 1)
            };
            spread.pad(*axis, *start, from[*axis] - start - reach)
        }
        Move::Pad { axis, before, .. } => g.slice(*axis, *before, before + from[*axis]),
        Move::Flip(axis) => g.flip(*axis),
        Move::Unfold { axis, stride, dilation, .. } => g.fold(*axis, from[*axis], *stride, *dilation),
    }
}
