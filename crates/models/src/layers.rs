//! Layers that several models are made of.

use daydream_graph::{Graph, Tensor};

/// A fully connected layer: `y = x W + b`.
#[derive(Clone, Copy)]
pub struct Dense<'g> {
    /// Weights: `[inputs, outputs]`.
    pub w: Tensor<'g>,
    /// Biases: `[outputs]`.
    pub b: Tensor<'g>,
}

impl<'g> Dense<'g> {
    /// Weights and biases uniform in `±1/√inputs`, as PyTorch's `Linear` starts.
    pub fn new(graph: &'g Graph, name: &str, inputs: usize, outputs: usize) -> Dense<'g> {
        Dense::drawn(graph, inputs, outputs).declared(graph, name)
    }

    /// Initial values, which are no parameters yet.
    fn drawn(graph: &'g Graph, inputs: usize, outputs: usize) -> Dense<'g> {
        Dense { w: graph.fan_in_uniform(inputs, [inputs, outputs]), b: graph.fan_in_uniform(inputs, [outputs]) }
    }

    /// Parameters that start at these values.
    fn declared(&self, graph: &'g Graph, name: &str) -> Dense<'g> {
        Dense { w: graph.param(&format!("{name}.weight"), self.w), b: graph.param(&format!("{name}.bias"), self.b) }
    }

    /// `x W + b` of rows `x`: `[B, inputs] -> [B, outputs]`.
    #[track_caller]
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        x.dot(self.w) + self.b
    }

    /// Its parameters, for the optimizer.
    pub fn params(&self) -> [Tensor<'g>; 2] {
        [self.w, self.b]
    }
}

/// Fully connected layers with a nonlinearity between them, none after the last.
pub struct Mlp<'g> {
    /// The layers, first to last.
    pub layers: Vec<Dense<'g>>,
    activation: fn(Tensor<'g>) -> Tensor<'g>,
}

impl<'g> Mlp<'g> {
    /// Layers of the given widths: `[inputs, hidden.., outputs]`.
    pub fn new(graph: &'g Graph, name: &str, widths: &[usize], activation: fn(Tensor<'g>) -> Tensor<'g>) -> Mlp<'g> {
        let layer =
            |(number, pair): (usize, &[usize])| Dense::new(graph, &format!("{name}.{number}"), pair[0], pair[1]);
        Mlp { layers: widths.windows(2).enumerate().map(layer).collect(), activation }
    }

    /// Two networks of the same widths that start with the same parameters.
    pub fn twins(
        graph: &'g Graph,
        names: [&str; 2],
        widths: &[usize],
        activation: fn(Tensor<'g>) -> Tensor<'g>,
    ) -> [Mlp<'g>; 2] {
        let drawn: Vec<Dense<'g>> = widths.windows(2).map(|pair| Dense::drawn(graph, pair[0], pair[1])).collect();
        names.map(|name| {
            let layer = |(number, drawn): (usize, &Dense<'g>)| drawn.declared(graph, &format!("{name}.{number}"));
            Mlp { layers: drawn.iter().enumerate().map(layer).collect(), activation }
        })
    }

    /// `[B, inputs] -> [B, outputs]`
    #[track_caller]
    pub fn apply(&self, x: Tensor<'g>) -> Tensor<'g> {
        let last = self.layers.len() - 1;
        let hidden = self.layers[..last].iter().fold(x, |x, layer| (self.activation)(layer.apply(x)));
        self.layers[last].apply(hidden)
    }

    /// The parameters of every layer, for the optimizer.
    pub fn params(&self) -> Vec<Tensor<'g>> {
        self.layers.iter().flat_map(Dense::params).collect()
    }
}
