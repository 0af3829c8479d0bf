//! Functions of each number by itself.

use crate::tensor::Tensor;

impl<'g> Tensor<'g> {
    /// `x²`
    pub fn square(self) -> Tensor<'g> {
        self * self
    }

    /// `|x| = max(x, -x)`; its gradient at 0 is 0.
    pub fn abs(self) -> Tensor<'g> {
        self.maximum(-self)
    }

    /// The smaller of two numbers; where they are equal no gradient flows to either.
    #[track_caller]
    pub fn minimum(self, other: Tensor<'g>) -> Tensor<'g> {
        -(-self).maximum(-other)
    }

    /// `min(max(x, low), high)`
    pub fn clamp(self, low: f32, high: f32) -> Tensor<'g> {
        self.maximum(self.constant_like(low)).minimum(self.constant_like(high))
    }

    /// `cos x`, in radians.
    pub fn cos(self) -> Tensor<'g> {
        (self + std::f32::consts::FRAC_PI_2).sin()
    }

    /// 1 where the two are equal, else 0; without gradient.
    #[track_caller]
    pub fn equal(self, other: Tensor<'g>) -> Tensor<'g> {
        (1.0 - self.less(other)) * (1.0 - other.less(self))
    }

    /// `max(x, 0)`; its gradient at 0 is 0.
    pub fn relu(self) -> Tensor<'g> {
        self.maximum(self.constant_like(0.0))
    }

    /// `x` where it is positive, else `slope·x`, for a slope between 0 and 1.
    pub fn leaky_relu(self, slope: f32) -> Tensor<'g> {
        self.maximum(self * slope)
    }

    /// `σ(x) = 1 / (1 + e⁻ˣ)`, computed as `(1 + tanh(x/2)) / 2`, whose gradient is finite everywhere.
    pub fn sigmoid(self) -> Tensor<'g> {
        0.5 + 0.5 * (0.5 * self).tanh()
    }

    /// `log(1 + eˣ)`, computed as `max(x, 0) + log(1 + e^-|x|)`, which neither overflows nor loses its gradient `σ(x)`.
    ///
    /// Below -60 the gradient is 0 and above 60 it is 1, from which it differs by less than 10⁻²⁶: many processors take a hundred times as long
    /// for numbers below 2⁻¹²⁶, to which it would fade.
    pub fn softplus(self) -> Tensor<'g> {
        // With comparisons rather than a maximum the gradient at 0 is right as well, of any order.
        let negative = self.less(self.constant_like(0.0));
        let fading = (self * (2.0 * negative - 1.0)).maximum(self.constant_like(-60.0)).exp();
        negative.select(self.constant_like(0.0), self) + (1.0 + fading).log()
    }

    /// `log σ(x) = -log(1 + e⁻ˣ)`
    pub fn log_sigmoid(self) -> Tensor<'g> {
        -(-self).softplus()
    }

    /// `max(1 - x, 0)` of a margin `x`; its gradient at 1 is 0.
    pub fn hinge(self) -> Tensor<'g> {
        (1.0 - self).relu()
    }

    /// `x σ(x)`, also called swish (Ramachandran et al., arXiv:1710.05941).
    pub fn silu(self) -> Tensor<'g> {
        self * self.sigmoid()
    }

    /// `x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))` (Hendrycks & Gimpel, arXiv:1606.08415).
    pub fn gelu(self) -> Tensor<'g> {
        let inner = (2.0 / std::f32::consts::PI).sqrt() * (self + 0.044_715 * self * self * self);
        0.5 * self * (1.0 + inner.tanh())
    }

    /// `x` where it is positive, else `eˣ - 1` (Clevert et al., arXiv:1511.07289).
    pub fn elu(self) -> Tensor<'g> {
        let zero = self.constant_like(0.0);
        let negative = self.less(zero);
        negative.select(negative.select(self, zero).exp() - 1.0, self)
    }
}
