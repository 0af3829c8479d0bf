//! Recurrent cells: one step in time. A model unrolls them by a loop of its own.
//!
//! Unrolling makes nodes for every step, which is right for tens of steps. Long sequences want an operation that loops
//! inside a program, a scan with its own gradient; it would take the place of the caller's loop and leave these
//! cells as they are.

use crate::tensor::Tensor;

/// The weights of a recurrent cell with D features and H units, for its n gates side by side: 4 of an LSTM, 3 of a GRU.
#[derive(Clone, Copy, Debug)]
pub struct RecurrentWeights<'g> {
    /// From the features, `[D, n·H]`.
    pub input: Tensor<'g>,
    /// From the units a step before, `[H, n·H]`.
    pub hidden: Tensor<'g>,
    /// `[n·H]`
    pub bias: Tensor<'g>,
}

impl<'g> Tensor<'g> {
    /// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):
    /// `i, f, g, o = σ, σ, tanh, σ of x W + h U + b`, `c' = f c + i g`, `h' = o tanh c'`. This tensor is x `[B, D]`, the
    /// state is `(h, c)`, `[B, H]` each, and so is what is returned.
    #[track_caller]
    pub fn lstm_cell(
        self,
        (h, c): (Tensor<'g>, Tensor<'g>),
        weights: RecurrentWeights<'g>,
    ) -> (Tensor<'g>, Tensor<'g>) {
        let gates = self.dot(weights.input) + h.dot(weights.hidden) + weights.bias; // [B, 4H]
        let gate = |number: usize| gates.gate(number, h.extent(1)); //                 [B, H]
        let (i, f, g, o) = (gate(0).sigmoid(), gate(1).sigmoid(), gate(2).tanh(), gate(3).sigmoid());
        let c = f * c + i * g;
        (o * c.tanh(), c)
    }

    /// Gated recurrent unit (Cho et al., arXiv:1406.1078, with the reset gate after the product):
    /// `r, z = σ of x W + h U + b`, `n = tanh(x W + b + r (h U))`, `h' = (1 - z) n + z h`, each with its own columns, in the order
    /// r, z, n. This tensor is x `[B, D]`, h and what is returned are `[B, H]`.
    #[track_caller]
    pub fn gru_cell(self, h: Tensor<'g>, weights: RecurrentWeights<'g>) -> Tensor<'g> {
        let (from_input, from_hidden) = (self.dot(weights.input) + weights.bias, h.dot(weights.hidden)); // [B, 3H]
        let gate = |number: usize| (from_input.gate(number, h.extent(1)), from_hidden.gate(number, h.extent(1)));
        let ((r_x, r_h), (z_x, z_h), (n_x, n_h)) = (gate(0), gate(1), gate(2)); // [B, H]
        let (r, z) = ((r_x + r_h).sigmoid(), (z_x + z_h).sigmoid());
        let n = (n_x + r * n_h).tanh();
        n + z * (h - n)
    }

    #[track_caller]
    fn gate(self, number: usize, units: usize) -> Tensor<'g> {
        self.slice(1, number * units, (number + 1) * units)
    }
}
