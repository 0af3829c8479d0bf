//! Random draws and log densities.

use std::f32::consts::TAU;

use crate::graph::Graph;
use crate::shape::Shape;
use crate::tensor::Tensor;

impl Graph {
    /// Fresh standard normal numbers, by `√(-2 ln(1 - u₁)) cos(2π u₂)` (Box & Muller 1958).
    pub fn normal(&self, shape: impl Into<Shape>) -> Tensor<'_> {
        let shape = shape.into();
        let radius = (-2.0 * (1.0 - self.uniform(shape.clone())).log()).sqrt();
        radius * (TAU * self.uniform(shape)).cos()
    }
}

impl<'g> Tensor<'g> {
    /// 1 with this probability, else 0, drawn independently; without gradient.
    pub fn bernoulli(self) -> Tensor<'g> {
        self.graph().uniform(self.shape()).less(self)
    }

    /// `-[t log σ(x) + (1 - t) log(1 - σ(x))] = softplus(x) - t x` of each logit `x` and target `t`, in nats.
    #[track_caller]
    pub fn bernoulli_nll(self, target: Tensor<'g>) -> Tensor<'g> {
        self.softplus() - target * self
    }

    /// `½ log 2π + log s + ½ ((t - x) / s)²` of each mean `x` and target `t`, with `log_s = log s`, in nats.
    #[track_caller]
    pub fn normal_nll(self, log_s: Tensor<'g>, target: Tensor<'g>) -> Tensor<'g> {
        0.5 * TAU.ln() + log_s + 0.5 * ((target - self) * (-log_s).exp()).square()
    }

    /// `-log softmax(x)[t]` along the last axis, for class numbers `t` of this shape without that axis, in nats.
    #[track_caller]
    pub fn cross_entropy(self, classes: Tensor<'g>) -> Tensor<'g> {
        let last = self.rank() - 1;
        -(self.log_softmax(last) * classes.one_hot(self.extent(last))).sum(&[last])
    }
}
