//! What the two networks of the game minimise.
//!
//! `D(x)` is the number that the discriminator returns, before any sigmoid: a logit for the two losses of the first paper,
//! a score that is compared with 1 and 0 for least squares, and the critic's value for Wasserstein.

use daydream_graph::{Tensor, grad};

/// The loss of the game, in the order of the options of the knob `loss`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// `G` maximises `log σ(D(G(z)))` (Goodfellow et al., arXiv:1406.2661, section 3).
    NonSaturating,
    /// `G` minimises `log(1 - σ(D(G(z))))`: the game of the first paper as it stands.
    Minimax,
    /// Squared distances to 1 for real and 0 for generated rows (Mao et al., arXiv:1611.04076).
    LeastSquares,
    /// The critic's values are compared as they are; a gradient penalty keeps its slope near 1 (Gulrajani et al., arXiv:1704.00028).
    Wasserstein,
}

impl Loss {
    /// The losses in the order of the knob's options.
    pub const ALL: [Loss; 4] = [Loss::NonSaturating, Loss::Minimax, Loss::LeastSquares, Loss::Wasserstein];

    /// What `D` minimises, from its scores of real and of generated rows, `[B, 1]` each; the gradient penalty comes on top.
    ///
    /// Real rows are given the target `1 - smoothing` in place of 1 (Salimans et al., arXiv:1606.03498, section 3.4);
    /// the Wasserstein loss has no targets.
    pub fn of_discriminator<'g>(self, real: Tensor<'g>, made: Tensor<'g>, smoothing: Tensor<'g>) -> Tensor<'g> {
        let target = 1.0 - smoothing;
        match self {
            // -E[t log σ(D(x)) + (1 - t) log(1 - σ(D(x)))] - E[log(1 - σ(D(G(z))))]
            Loss::NonSaturating | Loss::Minimax => real.bernoulli_nll(target).mean() + made.softplus().mean(),
            // ½ E[(D(x) - t)²] + ½ E[D(G(z))²]
            Loss::LeastSquares => 0.5 * (real - target).square().mean() + 0.5 * made.square().mean(),
            // E[D(G(z))] - E[D(x)]
            Loss::Wasserstein => made.mean() - real.mean(),
        }
    }

    /// What `G` minimises, from the discriminator's scores of its rows, `[B, 1]`.
    pub fn of_generator(self, made: Tensor<'_>) -> Tensor<'_> {
        match self {
            // -E[log σ(D(G(z)))]
            Loss::NonSaturating => (-made).softplus().mean(),
            // E[log(1 - σ(D(G(z))))]
            Loss::Minimax => -made.softplus().mean(),
            // ½ E[(D(G(z)) - 1)²]
            Loss::LeastSquares => 0.5 * (made - 1.0).square().mean(),
            // -E[D(G(z))]
            Loss::Wasserstein => -made.mean(),
        }
    }

    /// What is shown of a score: the probability of being real where there is one, else the score itself.
    pub fn verdict(self, score: Tensor<'_>) -> Tensor<'_> {
        match self {
            Loss::NonSaturating | Loss::Minimax => score.sigmoid(),
            Loss::LeastSquares | Loss::Wasserstein => score,
        }
    }
}

/// `E[(‖∇ₓ̂ D(x̂)‖ - 1)²]` at `x̂ = ε x + (1 - ε) G(z)`, a random point between each pair of rows (Gulrajani et al., algorithm 1).
///
/// `real` and `made` are `[B, D]`, `mix` holds an ε in `[0, 1)` for each pair, `[B, 1]`. A row's score must depend on that row alone.
pub fn gradient_penalty<'g>(
    critic: impl Fn(Tensor<'g>) -> Tensor<'g>,
    real: Tensor<'g>,
    made: Tensor<'g>,
    mix: Tensor<'g>,
) -> Tensor<'g> {
    /// Keeps the square root's own gradient finite where the slope is 0.
    const SMALLEST: f32 = 1e-12;
    let between = made + mix * (real - made); // [B, D]
    let slope = grad(critic(between).sum_all(), &[between])[0]; // [B, D]
    ((slope.square().sum(&[1]) + SMALLEST).sqrt() - 1.0).square().mean()
}
