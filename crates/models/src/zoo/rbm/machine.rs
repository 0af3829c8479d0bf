//! The machine itself: its energy's parameters, and the distributions that follow from them.

use daydream_graph::Tensor;

/// Weights and biases of `E(v, h) = -vᵀWh - bᵀv - cᵀh`, with `D` visible and `H` hidden units.
#[derive(Clone, Copy)]
pub struct Machine<'g> {
    /// Weights: `[D, H]`.
    pub w: Tensor<'g>,
    /// Visible biases: `[D]`.
    pub b: Tensor<'g>,
    /// Hidden biases: `[H]`.
    pub c: Tensor<'g>,
}

impl<'g> Machine<'g> {
    /// `vW + c`, what each hidden unit receives: `[B, D] -> [B, H]`.
    #[track_caller]
    pub fn hidden_input(&self, v: Tensor<'g>) -> Tensor<'g> {
        v.dot(self.w) + self.c
    }

    /// `p(h = 1 | v) = σ(vW + c)`: `[B, D] -> [B, H]`.
    #[track_caller]
    pub fn hidden(&self, v: Tensor<'g>) -> Tensor<'g> {
        self.hidden_input(v).sigmoid()
    }

    /// `hWᵀ + b`, what each visible unit receives: `[B, H] -> [B, D]`.
    #[track_caller]
    pub fn visible_input(&self, h: Tensor<'g>) -> Tensor<'g> {
        h.dot(self.w.t()) + self.b
    }

    /// `p(v = 1 | h) = σ(hWᵀ + b)`: `[B, H] -> [B, D]`.
    #[track_caller]
    pub fn visible(&self, h: Tensor<'g>) -> Tensor<'g> {
        self.visible_input(h).sigmoid()
    }

    /// `F(v) = -log Σ_h exp(-E(v, h)) = -bᵀv - Σ_j softplus((vW + c)_j)`: `[B, D] -> [B]`.
    #[track_caller]
    pub fn free_energy(&self, v: Tensor<'g>) -> Tensor<'g> {
        -(v * self.b).sum(&[1]) - self.hidden_input(v).softplus().sum(&[1])
    }

    /// The same machine with the two sides exchanged.
    pub fn flipped(&self) -> Machine<'g> {
        Machine { w: self.w.t(), b: self.c, c: self.b }
    }
}
