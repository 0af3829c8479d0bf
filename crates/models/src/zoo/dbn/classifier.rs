//! The classifier that has the stack's shape.

use daydream_graph::{Graph, Tensor, Update};

use super::stack::Stack;
use crate::layers::Dense;

/// Sigmoid layers and a softmax readout.
pub(super) struct Classifier<'g> {
    layers: Vec<Dense<'g>>,
    readout: Dense<'g>,
}

impl<'g> Classifier<'g> {
    /// All zeros, until it [takes over](Classifier::taking_over) what the stack has learned.
    pub(super) fn empty(g: &'g Graph, name: &str, stack: &Stack<'g>, classes: usize) -> Classifier<'g> {
        Classifier::new(g, name, stack, classes, |w| w.constant_like(0.0))
    }

    /// Layers as Glorot & Bengio (2010) start them.
    pub(super) fn glorot(g: &'g Graph, name: &str, stack: &Stack<'g>, classes: usize) -> Classifier<'g> {
        Classifier::new(g, name, stack, classes, |w| g.glorot(w.shape()))
    }

    /// Biases and the readout are 0.
    fn new(
        g: &'g Graph,
        name: &str,
        stack: &Stack<'g>,
        classes: usize,
        first: impl Fn(Tensor<'g>) -> Tensor<'g>,
    ) -> Classifier<'g> {
        let dense = |part: &str, w: Tensor<'g>| Dense {
            w: g.param(&format!("{name}.{part}.weight"), w),
            b: g.param(&format!("{name}.{part}.bias"), g.constant(0.0, [w.extent(1)])),
        };
        let layers: Vec<Dense<'g>> = (1..)
            .zip(&stack.layers)
            .map(|(number, machine)| dense(&format!("layer{number}"), first(machine.w)))
            .collect();
        let top = layers[layers.len() - 1].b.numel();
        Classifier { readout: dense("readout", g.constant(0.0, [top, classes])), layers }
    }

    /// `[B, D] -> [B, C]`
    pub(super) fn logits(&self, x: Tensor<'g>) -> Tensor<'g> {
        self.readout.apply(self.layers.iter().fold(x, |x, layer| layer.apply(x).sigmoid()))
    }

    /// For the optimizer.
    pub(super) fn params(&self) -> Vec<Tensor<'g>> {
        self.layers.iter().chain([&self.readout]).flat_map(Dense::params).collect()
    }

    /// What turns its layers into those of the stack.
    pub(super) fn taking_over(&self, stack: &Stack<'g>) -> Vec<Update<'g>> {
        let pairs = self.layers.iter().zip(&stack.layers);
        pairs.flat_map(|(layer, machine)| [(layer.w, machine.w), (layer.b, machine.c)]).collect()
    }
}
