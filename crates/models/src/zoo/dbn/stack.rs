//! The stack of machines.

use daydream_graph::{Graph, Tensor};

use crate::zoo::rbm::Machine;

/// Standard deviation of the first weights.
const WEIGHT_SCALE: f32 = 0.01;

/// Restricted Boltzmann machines, the lowest first; the hidden units of one are the visible units of the next.
pub(super) struct Stack<'g> {
    pub(super) layers: Vec<Machine<'g>>,
}

impl<'g> Stack<'g> {
    /// Over so many pixels, with so many hidden units in each layer.
    pub(super) fn new(g: &'g Graph, pixels: usize, widths: &[usize]) -> Stack<'g> {
        let below = std::iter::once(pixels).chain(widths.iter().copied());
        let layer = |(number, (below, &width)): (usize, (usize, &usize))| {
            let name = |part: &str| format!("layer{}.{part}", number + 1);
            Machine {
                w: g.param(&name("weights"), WEIGHT_SCALE * g.normal([below, width])),
                b: g.param(&name("visible.bias"), g.constant(0.0, [below])),
                c: g.param(&name("hidden.bias"), g.constant(0.0, [width])),
            }
        };
        Stack { layers: below.zip(widths).enumerate().map(layer).collect() }
    }

    /// Probabilities of the hidden units of layer `depth`, given the probabilities below it at every layer: `[B, D] -> [B, Hˡ]`. Depth 0
    /// gives the pixels back.
    pub(super) fn up(&self, x: Tensor<'g>, depth: usize) -> Tensor<'g> {
        self.layers[..depth].iter().fold(x, |x, machine| machine.hidden(x))
    }

    /// Back down from layer `depth` to the probabilities of pixels: `[B, Hˡ] -> [B, D]`
    pub(super) fn down(&self, h: Tensor<'g>, depth: usize) -> Tensor<'g> {
        self.layers[..depth].iter().rev().fold(h, |h, machine| machine.visible(h))
    }
}
