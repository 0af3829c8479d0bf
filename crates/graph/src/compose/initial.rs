//! Initial weights. The fan-in of weights `[.., I, O]` is the product of all extents but the last, the fan-out that of
//! all but the last but one, which is right for dense layers `[I, O]` and convolutions `[h, w, I, O]`.

use crate::graph::Graph;
use crate::shape::Shape;
use crate::tensor::Tensor;

impl Graph {
    /// Uniform in `±√(6 / (fan-in + fan-out))` (Glorot & Bengio 2010), for tanh and sigmoid.
    #[track_caller]
    pub fn glorot(&self, shape: impl Into<Shape>) -> Tensor<'_> {
        let shape = shape.into();
        let (fan_in, fan_out) = fans(&shape);
        self.symmetric((6.0 / (fan_in + fan_out)).sqrt(), shape)
    }

    /// Normal with variance `2 / fan-in` (He et al., arXiv:1502.01852), for rectified units.
    #[track_caller]
    pub fn he(&self, shape: impl Into<Shape>) -> Tensor<'_> {
        let shape = shape.into();
        let (fan_in, _) = fans(&shape);
        self.normal(shape) * (2.0 / fan_in).sqrt()
    }

    /// Uniform in `±1 / √fan_in`, for weights and biases alike (LeCun et al. 1998; the default of PyTorch's dense layers).
    pub fn fan_in_uniform(&self, fan_in: usize, shape: impl Into<Shape>) -> Tensor<'_> {
        self.symmetric(1.0 / (fan_in as f32).sqrt(), shape.into())
    }

    /// Uniform in `±bound`.
    fn symmetric(&self, bound: f32, shape: Shape) -> Tensor<'_> {
        (2.0 * self.uniform(shape) - 1.0) * bound
    }
}

#[track_caller]
fn fans(shape: &[usize]) -> (f32, f32) {
    let [window @ .., inputs, outputs] = shape else {
        panic!("weights have two axes or more, but were given {shape:?}");
    };
    let taps: usize = window.iter().product();
    ((taps * inputs) as f32, (taps * outputs) as f32)
}
