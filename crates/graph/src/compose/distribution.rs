//! Random draws, log densities and divergences, in nats.

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

    /// Fresh standard Gumbel numbers, `-log(-log u)`: the argmax of log probabilities plus these is a draw from them.
    pub fn gumbel(&self, shape: impl Into<Shape>) -> Tensor<'_> {
        // Half the smallest positive u in the place of 0, whose logarithm is infinite.
        const SMALLEST: f32 = 1.0 / 33_554_432.0;
        let u = self.uniform(shape);
        -(-u.maximum(u.constant_like(SMALLEST)).log()).log()
    }
}

impl<'g> Tensor<'g> {
    /// 1 with this probability, else 0, drawn independently; without gradient.
    pub fn bernoulli(self) -> Tensor<'g> {
        self.graph().uniform(self.shape()).less(self)
    }

    /// A class number drawn with probabilities `softmax(x)` of these logits along the last axis, which is dropped; without gradient
    /// (Gumbel 1954).
    #[track_caller]
    pub fn categorical(self) -> Tensor<'g> {
        (self + self.graph().gumbel(self.shape())).argmax(self.rank() - 1)
    }

    /// `softmax((x + gumbel) / temperature)` of these logits along the last axis: a draw that lets gradients through (Jang, Gu & Poole,
    /// arXiv:1611.01144). `temperature` broadcasts.
    #[track_caller]
    pub fn gumbel_softmax(self, temperature: Tensor<'g>) -> Tensor<'g> {
        ((self + self.graph().gumbel(self.shape())) / temperature).softmax(self.rank() - 1)
    }

    /// `-[t log σ(x) + (1 - t) log(1 - σ(x))] = softplus(x) - t x` of each logit `x` and target `t`.
    #[track_caller]
    pub fn bernoulli_nll(self, target: Tensor<'g>) -> Tensor<'g> {
        self.softplus() - target * self
    }

    /// `½ log 2π + log s + ½ ((t - x) / s)²` of each mean `x` and target `t`, with `log_s = log s`.
    #[track_caller]
    pub fn normal_nll(self, log_s: Tensor<'g>, target: Tensor<'g>) -> Tensor<'g> {
        0.5 * TAU.ln() + log_s + 0.5 * ((target - self) * (-log_s).exp()).square()
    }

    /// `-log softmax(x)[t]` along the last axis, for class numbers `t` of this shape without that axis.
    #[track_caller]
    pub fn cross_entropy(self, classes: Tensor<'g>) -> Tensor<'g> {
        let last = self.rank() - 1;
        -(self.log_softmax(last) * classes.one_hot(self.extent(last))).sum(&[last])
    }

    /// `KL(N(x, s²) ‖ N(0, 1)) = ½ (x² + s² - 1) - log s` of each mean `x`, with `log_s = log s`.
    #[track_caller]
    pub fn kl_standard_normal(self, log_s: Tensor<'g>) -> Tensor<'g> {
        0.5 * (self.square() + (2.0 * log_s).exp() - 1.0) - log_s
    }

    /// `KL(N(x, s²) ‖ N(m, r²)) = ½ ((s/r)² + ((x - m)/r)² - 1) - log (s/r)` of each mean `x`, with the logarithms of s and r.
    #[track_caller]
    pub fn kl_normal(self, log_s: Tensor<'g>, mean: Tensor<'g>, log_r: Tensor<'g>) -> Tensor<'g> {
        ((self - mean) * (-log_r).exp()).kl_standard_normal(log_s - log_r)
    }

    /// `KL(σ(x) ‖ σ(y)) = σ(x) (x - y) + softplus(y) - softplus(x)` of each logit `x` and other logit `y`, both of Bernoulli
    /// distributions.
    #[track_caller]
    pub fn kl_bernoulli(self, other: Tensor<'g>) -> Tensor<'g> {
        self.sigmoid() * (self - other) + other.softplus() - self.softplus()
    }
}
